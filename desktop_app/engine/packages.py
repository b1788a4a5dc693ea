"""A model package on disk: its manifest, where packages are found, and the checks that need no inference runtime.

A package is a folder with a `manifest.json` that owns everything in which models differ, and the files it lists.
Reading one executes nothing: JSON is decoded against a schema, other files are hashed and looked at.
"""

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from desktop_app.engine import onnx_file
from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.file_content import check_content, refuse_lookalike
from desktop_app.engine.requests import PackageRef

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4 * 2**20
MAX_FILE_BYTES = 2 * 2**30
MAX_SIDE = 8192  # pixels
MAX_LATENT = 65536  # numbers
MAX_LEVEL = 1e6  # of a picture's values
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

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


class Direction(msgspec.Struct, frozen=True):
    """A way to move in the space that the decoder reads. Its numbers are a row of `directions` in space.npz."""

    name: str
    kind: Literal["named", "pca"]
    low: str = ""  # what lies at the negative end, "thin"
    high: str = ""
    change: float = 0.0  # mean |difference| between -2 and +2 standard deviations, in 8-bit steps
    share: float | None = None  # of the variance (pca)
    fit: float | None = None  # R^2 of the regression (named)


class Space(msgspec.Struct, frozen=True):
    """The space that the decoder reads: its directions, and a plane of it as a map. The numbers are in space.npz."""

    directions: tuple[Direction, ...]
    map_low: tuple[float, float]
    map_high: tuple[float, float]
    map_points: int = 0  # encoded real pictures


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
    space: Space | None = None
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
    problem = _inconsistency(manifest)
    if problem:
        raise PackageError(f"The {MANIFEST} of “{folder_name}” contradicts itself: {problem}.", Fault.BAD_MANIFEST)
    return manifest


def _inconsistency(manifest: Manifest) -> str:
    if manifest.format != FORMAT:
        return f"its format is {manifest.format}"
    if not NAME.fullmatch(manifest.name):
        return f"its name is “{manifest.name}”, where lower case letters, digits and hyphens are due"
    for role, graph in manifest.graphs.items():
        if graph.file not in manifest.files:
            return f"its graph “{role}” names the file “{graph.file}”, which it does not list"
    if any(not 0 <= entry.size <= MAX_FILE_BYTES for entry in manifest.files.values()):
        return "a file in it has a size that no file may have"
    return _generator_inconsistency(manifest) if "sample" in manifest.abilities else ""


def _generator_inconsistency(manifest: Manifest) -> str:
    latent, picture = manifest.latent, manifest.picture
    if "decoder" not in manifest.graphs or "golden" not in manifest.files or latent is None or picture is None:
        return "a package that samples needs a decoder graph, a golden example, a latent and a picture"
    if not (0 < picture.height <= MAX_SIDE and 0 < picture.width <= MAX_SIDE):
        return f"its pictures are {picture.width} x {picture.height} pixels"
    if not (abs(picture.low) <= MAX_LEVEL and abs(picture.high) <= MAX_LEVEL and picture.high - picture.low > 1e-3):
        return f"its pictures go from {picture.low:g} to {picture.high:g}"
    if not (0 < latent.size <= MAX_LATENT and (latent.w_size is None or 0 < latent.w_size <= MAX_LATENT)):
        return f"its latent has {latent.size} numbers"
    if not 0 < manifest.tolerance <= (picture.high - picture.low) / 100:
        return f"its tolerance is {manifest.tolerance:g}"
    if not 0 <= manifest.defaults.truncation <= 2:
        return f"its truncation is {manifest.defaults.truncation:g}"
    return _graph_inconsistency(manifest, latent, picture)


def _graph_inconsistency(manifest: Manifest, latent: Latent, picture: Picture) -> str:
    """What the engine feeds and reads (latent_model.py), against what the manifest says of its graphs."""
    mapping, decoder = manifest.graphs.get("mapping"), manifest.graphs["decoder"]
    w_size = latent.w_size if mapping else latent.size
    image = ("float32", (picture.channels, picture.height, picture.width))
    if [(t.dtype, t.shape[1:]) for t in decoder.inputs] != [("float32", (w_size,))]:
        return f"its decoder should take one float32[N, {w_size}]"
    if {t.name: (t.dtype, t.shape[1:]) for t in decoder.outputs} != {"image": image}:
        return "its decoder should give “image”, float32[N, {}, {}, {}]".format(*image[1])
    if mapping:
        takes = {"z": ("float32", (latent.size,)), "label": ("int64", ()), "truncation": ("float32", ())}
        if {t.name: (t.dtype, t.shape[1:]) for t in mapping.inputs} != takes:
            return f"its mapping should take z float32[N, {latent.size}], label int64[N] and truncation float32[N]"
        if {t.name: (t.dtype, t.shape[1:]) for t in mapping.outputs} != {"w": ("float32", (w_size,))}:
            return f"its mapping should give w, float32[N, {w_size}]"
    encoder = manifest.graphs.get("encoder")
    if ("encode" in manifest.abilities) != (encoder is not None):
        return "the ability “encode” and a graph “encoder” come together"
    if encoder:
        if {t.name: (t.dtype, t.shape[1:]) for t in encoder.inputs} != {"image": image}:
            return "its encoder should take “image”, float32[N, {}, {}, {}]".format(*image[1])
        if {t.name: (t.dtype, t.shape[1:]) for t in encoder.outputs} != {"w": ("float32", (w_size,))}:
            return f"its encoder should give w, float32[N, {w_size}]"
    graphs = [graph for graph in (mapping, decoder, encoder) if graph]
    if not all(t.shape and isinstance(t.shape[0], str) for g in graphs for t in (*g.inputs, *g.outputs)):
        return "the first axis of its graphs' inputs and outputs should be free, “N”"
    return _space_inconsistency(manifest)


def _space_inconsistency(manifest: Manifest) -> str:
    space = manifest.space
    if space is None:
        return ""
    if "space" not in manifest.files:
        return "it tells of directions and lists no file “space”"
    names = [direction.name for direction in space.directions]
    if len(set(names)) != len(names):
        return "two of its directions have one name"
    if not all(-MAX_LEVEL < low < high < MAX_LEVEL for low, high in zip(space.map_low, space.map_high, strict=True)):
        return "its map has no extent"
    return ""


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
