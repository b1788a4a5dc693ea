"""A package that has been copied into the user's folder and is whole, but is not in the library yet.

It lies in a folder whose name begins with a dot, where no library looks, and comes in by being renamed: at every moment
each package is there as it was or as it will be. A version that is replaced is set aside until the new one is in its
place; what a crash between the two leaves behind is put right by `recover`.
"""

import secrets
import shutil
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

import msgspec

from desktop_app.engine import packages
from desktop_app.engine.errors import Fault, FileError, PackageError
from desktop_app.engine.packages import MANIFEST, Package

_ASIDE = ".replaced-"
_NAME_LENGTH = 58  # of a name that a number is put after


class Arrival:
    """Ends with the block it is used in: what was not kept is gone."""

    def __init__(self, pending: Path, package: Package, user_folder: Path, others: Collection[Package]) -> None:
        """pending: the folder that holds the copy. others: all packages of the library."""
        self.package = package
        self._pending, self._user_folder = pending, user_folder
        self._names = {other.name for other in others}
        self.there = next((other for other in others if other.name == package.name), None)

    def __enter__(self) -> "Arrival":
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.discard()

    @property
    def is_same(self) -> bool:
        """Whether exactly this package is there already."""
        return self.there is not None and self.there.sha256 == self.package.sha256

    @property
    def can_replace(self) -> bool:
        """What comes with the program is never replaced."""
        return self.there is not None and self.there.folder.parent == self._user_folder

    def refuse_taken(self) -> None:
        """Raise PackageError where its name is in use."""
        name = self.package.name
        if self.there is not None:
            same = "It is the same one." if self.is_same else "It is another version."
            raise PackageError(f"There is a package “{name}” already. {same}", Fault.ALREADY_THERE)
        if (self._user_folder / name).exists():
            raise PackageError(
                f"There is a folder “{name}” already, which is no package as it is. Move it out of "
                f"“{self._user_folder}” first.",
                Fault.ALREADY_THERE,
            )

    def keep(self) -> Package:
        """Into the library. Raises PackageError where its name is in use, FileError."""
        self.refuse_taken()
        return self._move_in()

    def keep_both(self) -> Package:
        """Under the next free name, said in its manifest, which gives it a hash of its own. Raises FileError."""
        number = 2
        while (name := f"{self.package.name[:_NAME_LENGTH]}-{number}") in self._names or self._is_taken(name):
            number += 1
        folder = self.package.folder
        try:
            data = msgspec.json.decode((folder / MANIFEST).read_bytes())
            data |= {"name": name, "title": f"{data['title']} ({number})"}
            (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2))
            renamed = folder.rename(folder.with_name(name))
        except OSError as error:
            raise _unwritable(self._user_folder, error) from None
        self.package = packages.open_package(renamed)
        return self._move_in()

    def replace(self) -> Package:
        """In the place of the user's own package of that name. Raises PackageError for any other, FileError."""
        if not self.can_replace:
            raise PackageError(
                f"“{self.package.name}” came with the program and stays. Keep both instead.", Fault.ALREADY_THERE
            )
        target = self._user_folder / self.package.name
        aside = self._user_folder / f"{_ASIDE}{self.package.name}.{secrets.token_hex(4)}"
        try:
            target.rename(aside)
        except OSError as error:
            raise _unwritable(self._user_folder, error) from None
        try:
            moved = self._move_in()
        except FileError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
        return moved

    def discard(self) -> None:
        """Nothing where it was kept."""
        shutil.rmtree(self._pending, ignore_errors=True)

    def _is_taken(self, name: str) -> bool:
        return (self._user_folder / name).exists()

    def _move_in(self) -> Package:
        target = self._user_folder / self.package.name
        try:
            self.package.folder.rename(target)
        except OSError as error:
            raise _unwritable(self._user_folder, error) from None
        return packages.open_package(target)


def recover(user_folder: Path) -> None:
    """Put back what was set aside by a replacement that did not end, and remove what was set aside by one that did."""
    for aside in user_folder.glob(f"{_ASIDE}*"):
        target = user_folder / aside.name.removeprefix(_ASIDE).rsplit(".", 1)[0]
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            try:
                aside.rename(target)
            except OSError:  # another window was quicker
                continue


def _unwritable(folder: Path, error: OSError) -> FileError:
    return FileError(f"“{folder}” cannot be written: {error.strerror or error}.")
