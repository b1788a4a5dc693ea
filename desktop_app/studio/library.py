"""The packages at hand, and how a new one comes in."""

import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from desktop_app.engine import packages
from desktop_app.engine.errors import Fault, FileError, PackageError, RequestError
from desktop_app.engine.manifest import Ability
from desktop_app.engine.onnx_file import is_plain_name
from desktop_app.engine.packages import Package
from desktop_app.studio import hf_folder
from desktop_app.studio.arrival import Arrival, recover

MAX_PACKAGE_BYTES = 4 * 2**30
_PENDING = ".importing-"
_STALE_S = 24 * 3600
_BLOCK = 2**20


class Library:
    """Bundled packages and the user's own. A name in the user's folder does not hide a bundled one."""

    def __init__(self, folders: Sequence[Path], user_folder: Path) -> None:
        self._folders = [*folders, user_folder]
        self._user_folder = user_folder
        recover(user_folder)

    def packages(self) -> list[Package]:
        return [found for found in packages.discover(self._folders) if isinstance(found, Package)]

    def problems(self) -> list[PackageError]:
        """Folders that should be packages and are not usable, each with its sentence."""
        return [found for found in packages.discover(self._folders) if isinstance(found, PackageError)]

    def find(self, name: str, ability: Ability | None = None) -> Package:
        """Raises PackageError, listing the names there are, or those that have the ability."""
        return packages.find(name, self._folders, ability)

    def is_as_read(self, package: Package) -> bool:
        """Whether a package is still what it was when it was read."""
        try:
            return packages.open_package(package.folder).sha256 == package.sha256
        except PackageError:
            return False

    def import_package(self, source: Path, verify: Callable[[Package], None]) -> Package:
        """Copy a folder or .zip into the user's folder, whole or not at all.

        verify: opens the copy in the engine and raises PackageError where it cannot be used.
        Raises PackageError or FileError; the source is never changed.
        """
        with self.receive(source) as arrival:
            arrival.refuse_taken()
            verify(arrival.package)
            return arrival.keep()

    def receive(self, source: Path, variant: str = "") -> Arrival:
        """Copy a folder or .zip beside the user's own packages and check it; whoever asked decides what becomes of it.

        variant: of a folder in Hugging Face's layout the network to be taken; empty takes what suits best.
        Raises StudioError; the source is never changed.
        """
        try:
            self._user_folder.mkdir(parents=True, exist_ok=True)
            _sweep(self._user_folder)
            recover(self._user_folder)
            pending = Path(tempfile.mkdtemp(prefix=_PENDING, dir=self._user_folder))
        except OSError as error:
            raise FileError(f"“{self._user_folder}” cannot be written: {error.strerror or error}.") from None
        try:
            package = packages.open_package(_fetch(source, pending, variant))
            packages.check_files(package)
            return Arrival(pending, package, self._user_folder, self.packages())
        except BaseException as error:
            shutil.rmtree(pending, ignore_errors=True)
            if isinstance(error, OSError):
                raise FileError(f"“{source.name}” cannot be imported: {error.strerror or error}.") from None
            raise


def _sweep(folder: Path) -> None:
    """Remove what imports that were killed have left; not what another one may be writing now."""
    for left in folder.glob(_PENDING + "*"):
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _fetch(source: Path, into: Path, variant: str) -> Path:
    """Copy manifest and listed files of a package folder or archive; the copy's folder is called as the package."""
    if source.is_dir() and hf_folder.is_one(source):
        return hf_folder.make_package(source, into, variant, most=MAX_PACKAGE_BYTES)
    if variant:
        raise RequestError(f"“{source.name}” is no folder in Hugging Face's layout: it has no variants. Leave it out.")
    if source.is_dir():
        return _copy(_Folder(source), into, source.resolve().name)
    if not source.exists():
        raise FileError(f"There is no file or folder “{source}”.")
    try:
        with zipfile.ZipFile(source) as archive:
            return _copy(_Archive(archive, source.name), into, source.name)
    except zipfile.BadZipFile as error:
        if _begins_as_zip(source):
            raise PackageError(f"“{source.name}” is damaged ({error}). Copy it again.", Fault.TRUNCATED) from None
        raise PackageError(
            f"“{source.name}” is no model package: that is a folder with a {packages.MANIFEST}, "
            "or such a folder zipped.",
            Fault.NOT_A_PACKAGE,
        ) from None
    except (RuntimeError, zlib.error, EOFError, ValueError) as error:  # encrypted, unknown compression, bad data
        raise PackageError(f"“{source.name}” cannot be unpacked ({error}).", Fault.TRUNCATED) from None


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


class _Source(Protocol):
    def open(self, name: str) -> tuple[BinaryIO, int]:
        """A file of the package and its size. Raises PackageError where there is none."""
        ...


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str) -> tuple[BinaryIO, int]:
        path = self._folder / name
        if path.is_symlink() or not path.is_file():
            raise _missing(name, self._folder.resolve().name)
        return path.open("rb"), path.stat().st_size


class _Archive:
    """Members are read by name; nothing is extracted by its own path."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        manifests = [m for m in archive.namelist() if PurePosixPath(m).name == packages.MANIFEST]
        if len(manifests) != 1:
            raise PackageError(f"“{name}” does not hold one package folder.", Fault.NOT_A_PACKAGE)
        self._folder = manifests[0].removesuffix(packages.MANIFEST)

    def open(self, name: str) -> tuple[BinaryIO, int]:
        members = [m for m in self._archive.infolist() if m.filename == self._folder + name]
        if not members:
            raise _missing(name, self._name)
        if len(members) > 1:
            raise PackageError(f"“{self._name}” holds “{name}” twice.", Fault.NOT_A_PACKAGE)
        return cast(BinaryIO, self._archive.open(members[0])), members[0].file_size


def _missing(name: str, where: str) -> PackageError:
    fault = Fault.NO_MANIFEST if name == packages.MANIFEST else Fault.MISSING_FILE
    return PackageError(f"“{where}” is no whole model package: “{name}” is missing.", fault)


def _copy(source: _Source, into: Path, called: str) -> Path:
    """Write the manifest, then what it lists and no byte more than it says. called: what errors name it by at first."""
    unnamed = into / (called or "package")
    unnamed.mkdir()
    _copy_file(source, packages.MANIFEST, unnamed, packages.MAX_MANIFEST_BYTES)
    package = packages.open_package(unnamed, any_folder_name=True)
    if sum(entry.size for entry in package.manifest.files.values()) > MAX_PACKAGE_BYTES:
        raise PackageError(f"“{package.name}” is larger than 4 GiB.", Fault.TOO_MUCH_MEMORY)
    for name, size in {entry.path: entry.size for entry in package.manifest.files.values()}.items():
        if not is_plain_name(name) or name == packages.MANIFEST:
            raise PackageError(
                f"The package “{package.name}” names a file outside its own folder, “{name}”. It is not opened.",
                Fault.ESCAPES_FOLDER,
            )
        _copy_file(source, name, unnamed, size)
    return unnamed.rename(into / package.name)


def _copy_file(source: _Source, name: str, into: Path, limit: int) -> None:
    data, size = source.open(name)
    with data:
        if name == packages.MANIFEST and size > limit:
            raise PackageError(f"“{name}” is too large to be a manifest.", Fault.BAD_MANIFEST)
        with (into / name).open("xb") as file:
            left = limit + 1  # one more, so that a file too long is seen as such by the checks that follow
            while left > 0 and (block := data.read(min(left, _BLOCK))):
                file.write(block)
                left -= len(block)
