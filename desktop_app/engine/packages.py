"""A model package on disk: its manifest, where packages are found, and the checks that need no inference runtime.

A package is a folder with a `manifest.json` that owns everything in which models differ, and the files it lists.
Reading one executes nothing: JSON is decoded against a schema, other files are hashed and looked at.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from desktop_app.engine import onnx_file
from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.requests import PackageRef

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4 * 2**20
MAX_FILE_BYTES = 2 * 2**30

Ability = Literal["sample", "encode", "classify", "denoise", "complete"]


class FileEntry(msgspec.Struct, frozen=True):
    path: str  # a plain name inside the package's folder
    size: int  # bytes
    sha256: str


class Tensor(msgspec.Struct, frozen=True):
    name: str
    dtype: Literal["float32", "int64", "uint8", "bool"]
    shape: tuple[int | str, ...]  # a string names a free axis, ("N", 64)


class Graph(msgspec.Struct, frozen=True):
    file: str  # a role in Manifest.files
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class Latent(msgspec.Struct, frozen=True):
    size: int  # numbers in z
    prior: Literal["normal"] = "normal"
    w_size: int | None = None  # numbers in w, where a mapping network makes one


class Picture(msgspec.Struct, frozen=True):
    """What the graphs mean by a picture: (N, channels, height, width) with values in [low, high]."""

    channels: Literal[1, 3, 4]
    height: int
    width: int
    low: float
    high: float


class Defaults(msgspec.Struct, frozen=True):
    truncation: float = 1.0


class TrainingData(msgspec.Struct, frozen=True):
    name: str
    licence: str
    count: int
    sha256: str


class MadeBy(msgspec.Struct, frozen=True):
    preset: str
    command: str
    commit: str
    date: str  # ISO 8601
    hardware: str
    minutes: float
    images: int = 0  # training images seen, repeats counted


class Score(msgspec.Struct, frozen=True):
    """A figure and its floor: the same figure of real pictures against real pictures."""

    name: str
    value: float
    floor: float | None = None
    higher_is_better: bool = True
    note: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    name: str  # the folder's name: lower case letters, digits and hyphens
    title: str
    summary: str
    version: str
    abilities: tuple[Ability, ...]
    files: dict[str, FileEntry]
    graphs: dict[str, Graph]
    latent: Latent | None = None
    picture: Picture | None = None
    classes: tuple[str, ...] = ()
    defaults: Defaults = Defaults()
    opset: int
    tolerance: float
    licence: str
    commercial_use: Literal["yes", "no", "unknown"]
    training_data: tuple[TrainingData, ...] = ()
    made_by: MadeBy
    scores: tuple[Score, ...] = ()


@dataclass(frozen=True)
class Package:
    folder: Path
    manifest: Manifest
    sha256: str  # of manifest.json

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def ref(self) -> PackageRef:
        return PackageRef(str(self.folder), self.sha256)

    def file(self, role: str) -> Path:
        """The path of a file by its role. Raises PackageError where the manifest lists none or it is not there."""
        entry = self.manifest.files.get(role)
        if entry is None:
            raise PackageError(f"The package “{self.name}” lists no file for “{role}”.", Fault.BAD_MANIFEST)
        return _inside(self.folder, entry.path, self.name)


def open_package(folder: Path) -> Package:
    """Read a package's manifest. Raises PackageError; no other file is touched (see `check_files`)."""
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
    return Package(folder, _decode_manifest(data, folder.name), hashlib.sha256(data).hexdigest())


def check_files(package: Package) -> None:
    """Compare every file of the package with its manifest. Raises PackageError naming the first that is wrong."""
    for entry in package.manifest.files.values():
        path = _inside(package.folder, entry.path, package.name)
        _check_content(path, entry)
    for graph in package.manifest.graphs.values():
        onnx_file.check(package.file(graph.file), listed={e.path for e in package.manifest.files.values()})


def discover(folders: Iterable[Path]) -> Iterator[Package | PackageError]:
    """All packages in the given folders, by name; a bad one comes as its error. Of two with one name the first wins."""
    seen: set[str] = set()
    for parent in folders:
        if not parent.is_dir():
            continue
        for folder in sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith(".")):
            try:
                package = open_package(folder)
            except PackageError as error:
                yield error
                continue
            if package.name not in seen:
                seen.add(package.name)
                yield package


def find(name: str, folders: Iterable[Path]) -> Package:
    """The package of that name. Raises PackageError, listing the names there are."""
    names = []
    broken = ""
    for found in discover(folders):
        if isinstance(found, Package):
            if found.name == name:
                return found
            names.append(found.name)
        elif f"“{name}”" in found.message:
            broken = " " + found.message
    there = ", ".join(names) or "none"
    raise PackageError(f"There is no package “{name}”. There are: {there}.{broken}", Fault.NOT_A_PACKAGE)


# -- checks --------------------------------------------------------------------------------------------------------


def _read_limited(path: Path) -> bytes:
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise OSError(f"it is larger than {MAX_MANIFEST_BYTES // 2**20} MiB")
    return path.read_bytes()


def _decode_manifest(data: bytes, folder_name: str) -> Manifest:
    try:
        version = msgspec.json.decode(data, type=dict[str, object]).get("format")
        if isinstance(version, int) and version > FORMAT:
            raise PackageError(
                f"“{folder_name}” is in package format {version}; this program reads up to {FORMAT}. "
                "A newer Maquette opens it.",
                Fault.NEWER_FORMAT,
            )
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackageError(
            f"The {MANIFEST} of “{folder_name}” is not what it should be: {error}.", Fault.BAD_MANIFEST
        ) from None
    problem = _inconsistency(manifest, folder_name)
    if problem:
        raise PackageError(f"The {MANIFEST} of “{folder_name}” contradicts itself: {problem}.", Fault.BAD_MANIFEST)
    return manifest


def _inconsistency(manifest: Manifest, folder_name: str) -> str:
    if manifest.name != folder_name:
        return f"it names the package “{manifest.name}”"
    for role, graph in manifest.graphs.items():
        if graph.file not in manifest.files:
            return f"its graph “{role}” names the file “{graph.file}”, which it does not list"
    if "sample" in manifest.abilities:
        if "decoder" not in manifest.graphs or manifest.latent is None or manifest.picture is None:
            return "a package that samples needs a decoder graph, a latent and a picture"
        picture, latent = manifest.picture, manifest.latent
        if not (0 < picture.height <= 8192 and 0 < picture.width <= 8192 and picture.high > picture.low):
            return "its picture has no usable size or range"
        if not 0 < latent.size <= 65536:
            return f"its latent size is {latent.size}"
    return ""


def _inside(folder: Path, name: str, package: str) -> Path:
    path = folder / name
    if Path(name).name != name or path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
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


def _check_content(path: Path, entry: FileEntry) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(256)
    for looks_wrong, fault, sentence in (
        (size == 0, Fault.EMPTY_FILE, "is empty"),
        (_is_html(head), Fault.HTML_PAGE, "is a web page saved under this name, not a model file"),
        (_is_lfs_pointer(head), Fault.LFS_POINTER, "is a Git LFS pointer: the real file was never fetched"),
        (_is_pickle(head), Fault.PICKLE, "is a Python pickle, which could run code. It is not opened"),
        (size < entry.size, Fault.TRUNCATED, f"is cut short: {size:,} of {entry.size:,} bytes are there"),
        (size != entry.size, Fault.WRONG_SIZE, f"has {size:,} bytes where {entry.size:,} were expected"),
        (size > MAX_FILE_BYTES, Fault.TOO_MUCH_MEMORY, "is larger than the 2 GiB a package file may have"),
    ):
        if looks_wrong:
            raise PackageError(f"“{path.name}” {sentence}. Copy or import the package again.", fault)
    found = sha256_of(path)
    if found != entry.sha256:
        raise PackageError(
            f"“{path.name}” is not the file the manifest describes: its SHA-256 begins with {found[:12]}, "
            f"{entry.sha256[:12]} was expected. Copy or import the package again.",
            Fault.WRONG_HASH,
        )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_html(head: bytes) -> bool:
    return head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml version"))


def _is_lfs_pointer(head: bytes) -> bool:
    return head.startswith(b"version https://git-lfs.github.com/spec/")


def _is_pickle(head: bytes) -> bool:
    """Pickles of protocol 2 and later, and the archives that torch.save writes."""
    return (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05" and len(head) > 2) or (
        head.startswith(b"PK") and b"data.pkl" in head
    )
