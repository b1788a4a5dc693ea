"""A model package on disk: its manifest, where packages are found, and the checks that need no inference runtime.

A package is a folder with a `manifest.json` that owns everything in which models differ, and the files it lists.
Reading one executes nothing: JSON is decoded against a schema, other files are hashed and looked at.
"""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop_app.engine import onnx_file
from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.file_content import check_content, refuse_lookalike
from desktop_app.engine.manifest import FORMAT, Ability, Manifest
from desktop_app.engine.manifest_check import inconsistency
from desktop_app.engine.requests import PackageRef

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Package:
    folder: Path
    manifest: Manifest
    sha256: str  # of manifest.json

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def has_lines(self) -> bool:
        """Whether straight lines are at home where the decoder reads; else it reads normal noise, and arcs are."""
        return "mapping" in self.manifest.graphs

    @property
    def can_encode(self) -> bool:
        return "encode" in self.manifest.abilities

    @property
    def ref(self) -> PackageRef:
        return PackageRef(str(self.folder), self.sha256)

    def file(self, role: str) -> Path:
        """The path of a file by its role. Raises PackageError where the manifest lists none or it is not there."""
        entry = self.manifest.files.get(role)
        if entry is None:
            raise PackageError(f"The package “{self.name}” lists no file for “{role}”.", Fault.BAD_MANIFEST)
        return _inside(self.folder, entry.path, self.name)


def open_package(folder: Path, *, any_folder_name: bool = False) -> Package:
    """Read a package's manifest. Raises PackageError; no other file is touched (see `check_files`).

    any_folder_name: accept a folder that is not called as its package, as a download or a copy may be.
    """
    path = folder / MANIFEST
    try:
        data = _read_limited(path)
    except FileNotFoundError:
        raise PackageError(f"“{folder.name}” is no model package: it has no {MANIFEST}.", Fault.NO_MANIFEST) from None
    except OSError as error:
        raise PackageError(
            f"The {MANIFEST} of “{folder.name}” cannot be read: {error.strerror or error}.",
            Fault.BAD_MANIFEST,
        ) from None
    manifest = _decode_manifest(data, folder.name)
    if manifest.name != folder.name and not any_folder_name:
        raise PackageError(
            f"The folder “{folder.name}” holds the package “{manifest.name}”: give it that name, or import it.",
            Fault.BAD_MANIFEST,
        )
    return Package(folder, manifest, hashlib.sha256(data).hexdigest())


def check_files(package: Package) -> None:
    """Compare every file of the package with its manifest. Raises PackageError naming the first that is wrong."""
    for entry in package.manifest.files.values():
        path = _inside(package.folder, entry.path, package.name)
        check_content(path, size=entry.size, sha256=entry.sha256)
    for graph in package.manifest.graphs.values():
        onnx_file.check(package.file(graph.file), listed={e.path for e in package.manifest.files.values()})


def discover(folders: Iterable[Path]) -> Iterator[Package | PackageError]:
    """All packages in the given folders, by name; a bad one comes as its error. Of two with one name the first wins."""
    seen: set[str] = set()
    for parent in folders:
        for folder in _subfolders(parent):
            try:
                package = open_package(folder)
            except PackageError as error:
                yield error
                continue
            if package.name not in seen:
                seen.add(package.name)
                yield package


def find(name: str, folders: Iterable[Path], ability: Ability | None = None) -> Package:
    """The package of that name. Raises PackageError, listing the names there are, or those that have the ability."""
    names = []
    broken = ""
    for found in discover(folders):
        if isinstance(found, Package):
            if found.name == name:
                return found
            if ability is None or ability in found.manifest.abilities:
                names.append(found.name)
        elif f"“{name}”" in found.message:
            broken = " " + found.message
    there = ", ".join(names) or "none"
    raise PackageError(f"There is no package “{name}”. There are: {there}.{broken}", Fault.NOT_A_PACKAGE)


# -- checks --------------------------------------------------------------------------------------------------------


def _subfolders(parent: Path) -> list[Path]:
    try:
        return sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []


def _read_limited(path: Path) -> bytes:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is no plain file")
    if status.st_size > MAX_MANIFEST_BYTES:
        raise OSError(f"it is larger than {MAX_MANIFEST_BYTES // 2**20} MiB")
    return path.read_bytes()


class _AnyFormat(msgspec.Struct):
    format: int = FORMAT


def _decode_manifest(data: bytes, folder_name: str) -> Manifest:
    refuse_lookalike(data[:256], len(data), f"The {MANIFEST} of “{folder_name}”")
    try:
        version = msgspec.json.decode(data, type=_AnyFormat).format
        if version > FORMAT:
            raise PackageError(
                f"“{folder_name}” is in package format {version}; this program reads up to {FORMAT}. "
                "A newer Maquette opens it.",
                Fault.NEWER_FORMAT,
            )
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise PackageError(
            f"The {MANIFEST} of “{folder_name}” is not what it should be: {error}.", Fault.BAD_MANIFEST
        ) from None
    problem = inconsistency(manifest)
    if problem:
        raise PackageError(f"The {MANIFEST} of “{folder_name}” contradicts itself: {problem}.", Fault.BAD_MANIFEST)
    return manifest


def _inside(folder: Path, name: str, package: str) -> Path:
    path = folder / name
    if not onnx_file.is_plain_name(name) or path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise PackageError(
            f"The package “{package}” names a file outside its own folder, “{name}”. It is not opened.",
            Fault.ESCAPES_FOLDER,
        )
    if not path.is_file():
        raise PackageError(
            f"The package “{package}” is incomplete: “{name}” is missing. Copy or import it again.",
            Fault.MISSING_FILE,
        )
    return path
