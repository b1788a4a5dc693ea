"""A data set of drawn pictures: what decides its files, and the manifest that tells of them.

    manifest.json     everything about it, and the sha256 of its files; written last, so with it the data set is whole
    unfinished.json   the same without the sums, while pictures are missing; two runs go together where it is equal

A picture is the design (seed, index) of a class; classes come in turn along the index. So the files hang on the plan
alone, whoever draws which part of it, and in whatever order.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from desktop_app import __version__
from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Frozen
from desktop_app.studio.recipe import SYNTHETIC, write_whole

FORMAT = 1
MANIFEST, UNFINISHED = "manifest.json", "unfinished.json"
NO_CLASSES = "samples"  # the folder of a package without classes
MAX_IDX_CLASSES = 256  # a label is one byte
MAX_NAME = 100
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows

Layout = Literal["folder", "idx"]


class DatasetClass(Frozen, frozen=True):
    name: str
    label: int  # its number in the package, and in a file of labels
    count: int
    folder: str = ""  # of its pictures, where they are files


class Dataset(Frozen, frozen=True, kw_only=True):
    """All that decides the files of a data set; with `files`, what its manifest says."""

    format: int = FORMAT
    program: str = "maquette"
    version: str
    command: str
    package: str
    title: str
    package_sha256: str
    licence: str
    commercial_use: str
    digital_source_type: str = SYNTHETIC  # IPTC's mark for synthetic media
    layout: Layout
    count: int
    seed: int
    truncation: float
    shape: tuple[int, int, int]  # height, width, channels of a picture, uint8
    classes: tuple[DatasetClass, ...]  # empty where the package has none
    device: str  # "cpu" or "cuda": pixels are promised equal on the same kind of device
    runtime: str  # version of ONNX Runtime
    files: dict[str, str] = msgspec.field(default_factory=dict)  # path in the folder -> sha256

    def label(self, index: int) -> int | None:
        return self.classes[index % len(self.classes)].label if self.classes else None

    def design(self, index: int) -> Design:
        return Design(self.seed, index, self.label(index), self.truncation)

    def folder(self, index: int) -> str:
        return self.classes[index % len(self.classes)].folder if self.classes else NO_CLASSES


def plan(
    package: Package, device: Device, *, layout: Layout, count: int, seed: int, truncation: float, labels: Sequence[int]
) -> Dataset:
    """labels: the classes that are wanted, by number, in the order in which they take turns; none is all of them.

    Raises RequestError where the package makes no pictures, or has more classes than an idx file can tell apart.
    """
    manifest = package.manifest
    if manifest.picture is None or "sample" not in manifest.abilities:
        raise RequestError(f"“{manifest.title}” is not a generator, so it cannot be sampled.")
    if layout == "idx" and len(manifest.classes) > MAX_IDX_CLASSES:
        raise RequestError(
            f"“{manifest.title}” has {len(manifest.classes):,} classes, and a label in an idx file is one of "
            f"{MAX_IDX_CLASSES}. Choose a folder with --format folder."
        )
    picture, chosen = manifest.picture, labels or range(len(manifest.classes))
    return Dataset(
        version=__version__,
        command=_command(package, layout=layout, count=count, seed=seed, truncation=truncation, labels=labels),
        package=package.name,
        title=manifest.title,
        package_sha256=package.sha256,
        licence=manifest.licence,
        commercial_use=manifest.commercial_use,
        layout=layout,
        count=count,
        seed=seed,
        truncation=truncation,
        shape=(picture.height, picture.width, picture.channels),
        classes=_classes(manifest.classes, chosen, count, layout),
        device=device.obtained,
        runtime=device.runtime,
    )


def _classes(names: Sequence[str], chosen: Sequence[int], count: int, layout: Layout) -> tuple[DatasetClass, ...]:
    folders = folder_names(names) if layout == "folder" else [""] * len(names)
    sizes = [len(range(turn, count, len(chosen))) for turn in range(len(chosen))]
    return tuple(DatasetClass(names[c], c, size, folders[c]) for c, size in zip(chosen, sizes, strict=True))


def _command(
    package: Package, *, layout: Layout, count: int, seed: int, truncation: float, labels: Sequence[int]
) -> str:
    words = [f"maquette dataset {package.name} --count {count} --seed {seed} --truncation {truncation:g}"]
    words += [f"--format {layout}", *(["--classes " + ",".join(map(str, labels))] if labels else [])]
    return " ".join(words)


def folder_names(classes: Sequence[str]) -> list[str]:
    """A name for each class that every system takes for a folder, no two alike even where case does not count."""
    found: list[str] = []
    for name in classes:
        safe = _safe(name)
        taken, number = {other.casefold() for other in found}, 2
        while (unique := safe if number == 2 else f"{safe} {number - 1}").casefold() in taken:
            number += 1
        found.append(unique)
    return found


def _safe(name: str) -> str:
    safe = re.sub(r"[^\w .+&()'-]", "-", unicodedata.normalize("NFC", name)).strip(" .")[:MAX_NAME].rstrip(" .")
    return f"{safe}-" if _RESERVED.fullmatch(safe) else safe or "class"


def shard_of(count: int, number: int, shards: int) -> range:
    """The indices of part `number`, from 1, of so many that are as large as one another up to one picture."""
    return range(count * (number - 1) // shards, count * number // shards)


# -- on disk -------------------------------------------------------------------------------------------------------


def begin(folder: Path, dataset: Dataset) -> None:
    """Take a folder for a data set: an empty one, or that of an earlier run. Raises FileError for any other."""
    kept = found(folder)
    if kept is None:
        write_whole(folder / UNFINISHED, _encoded(dataset))
    else:
        _must_be_equal(folder, kept, dataset)


def found(folder: Path) -> Dataset | None:
    """What a folder holds: a data set, or None where it is empty or not there. Raises FileError for anything else."""
    if folder.exists() and not folder.is_dir():
        raise FileError(f"“{folder}” is no folder. Choose one for the data set.")
    for name in (MANIFEST, UNFINISHED):
        if (folder / name).is_file():
            return _decoded(folder / name)
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise FileError(f"“{folder}” holds other files. Choose an empty folder for the data set.")
    return None


def finish(folder: Path, dataset: Dataset, files: dict[str, str]) -> None:
    """Write the manifest; the data set is whole. Raises FileError."""
    write_whole(folder / MANIFEST, _encoded(msgspec.structs.replace(dataset, files=files)))
    for path in [folder / UNFINISHED, *folder.glob(".*.part")]:
        path.unlink(missing_ok=True)


def _encoded(dataset: Dataset) -> bytes:
    return msgspec.json.format(msgspec.json.encode(dataset), indent=1) + b"\n"


def _decoded(path: Path) -> Dataset:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Dataset)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise FileError(
            f"“{path}” is not the manifest of a data set that this program made. Choose an empty folder."
        ) from None


def _must_be_equal(folder: Path, kept: Dataset, wanted: Dataset) -> None:
    for field in Dataset.__struct_fields__:
        if field in ("files", "command", "title"):
            continue
        there, here = getattr(kept, field), getattr(wanted, field)
        if there != here:
            raise FileError(
                f"“{folder}” holds another data set: its {_said(field, there)}, not {_value(here)}. "
                "Choose another folder."
            )


def _said(field: str, value: object) -> str:
    words = {"package_sha256": "version of the package", "version": "version of the program"}
    verb = "are" if field == "classes" else "is"
    return f"{words.get(field, field.replace('_', ' '))} {verb} {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(v.name if isinstance(v, DatasetClass) else str(v) for v in value) or "none"
    text = str(value)
    return text[:12] if len(text) == 64 else text
