"""The packages at hand, and how a new one comes in."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from desktop_app.engine import packages
from desktop_app.engine.errors import Fault, FileError, PackageError
from desktop_app.engine.packages import Package

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_MEMBERS = 64
_PENDING = ".importing-"


class Library:
    """Bundled packages and the user's own. A name in the user's folder does not hide a bundled one."""

    def __init__(self, folders: Sequence[Path], user_folder: Path) -> None:
        self._folders = [*folders, user_folder]
        self._user_folder = user_folder

    def packages(self) -> list[Package]:
        return [found for found in packages.discover(self._folders) if isinstance(found, Package)]

    def problems(self) -> list[PackageError]:
        """Folders that should be packages and are not usable, each with its sentence."""
        return [found for found in packages.discover(self._folders) if isinstance(found, PackageError)]

    def find(self, name: str) -> Package:
        """Raises PackageError, listing the names there are."""
        return packages.find(name, self._folders)

    def import_package(self, source: Path, verify: Callable[[Package], None]) -> Package:
        """Copy a folder or .zip into the user's folder, whole or not at all.

        verify: opens the copy in the engine and raises PackageError where it cannot be used.
        Raises PackageError or FileError; the source is never changed.
        """
        try:
            self._user_folder.mkdir(parents=True, exist_ok=True)
            pending = Path(tempfile.mkdtemp(prefix=_PENDING, dir=self._user_folder))
        except OSError as error:
            raise FileError(f"“{self._user_folder}” cannot be written: {error.strerror or error}.") from None
        try:
            copy = _fetch(source, pending)
            package = packages.open_package(copy)
            self._refuse_taken(package)
            packages.check_files(package)
            verify(package)
            target = self._user_folder / package.name
            copy.replace(target)
            return packages.open_package(target)
        except OSError as error:
            raise FileError(f"“{source.name}” cannot be imported: {error.strerror or error}.") from None
        finally:
            shutil.rmtree(pending, ignore_errors=True)

    def _refuse_taken(self, package: Package) -> None:
        for other in self.packages():
            if other.name == package.name:
                same = "It is the same one." if other.sha256 == package.sha256 else "It is another version."
                raise PackageError(f"There is a package “{package.name}” already. {same}", Fault.ALREADY_THERE)


def _fetch(source: Path, into: Path) -> Path:
    """Copy the listed files of a package folder or archive; returns the copy's folder, named as the manifest says."""
    if source.is_dir():
        return _copy_folder(source, into)
    if not source.exists():
        raise FileError(f"There is no file or folder “{source}”.")
    if not zipfile.is_zipfile(source):
        raise PackageError(
            f"“{source.name}” is no model package: that is a folder with a manifest.json, or such a folder zipped.",
            Fault.NOT_A_PACKAGE,
        )
    return _unzip(source, into)


def _copy_folder(source: Path, into: Path) -> Path:
    package = packages.open_package(source)
    target = into / package.name
    target.mkdir()
    shutil.copyfile(source / packages.MANIFEST, target / packages.MANIFEST)
    for role in package.manifest.files:
        path = package.file(role)
        shutil.copyfile(path, target / path.name)
    return target


def _unzip(source: Path, into: Path) -> Path:
    """Members are read by name and written under plain names; nothing is extracted by its own path."""
    with zipfile.ZipFile(source) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        folders = {str(PurePosixPath(m.filename).parent) for m in members}
        if len(folders) != 1 or len(members) > MAX_MEMBERS:
            raise PackageError(f"“{source.name}” does not hold one package folder.", Fault.NOT_A_PACKAGE)
        if sum(m.file_size for m in members) > MAX_UNPACKED_BYTES:
            raise PackageError(f"“{source.name}” unpacks to more than 4 GiB.", Fault.TOO_MUCH_MEMORY)
        folder = PurePosixPath(folders.pop()).name or source.stem
        if folder in ("", ".", ".."):
            folder = source.stem
        target = into / folder
        target.mkdir()
        for member in members:
            with archive.open(member) as data, (target / PurePosixPath(member.filename).name).open("xb") as file:
                shutil.copyfileobj(data, file)
    return target
