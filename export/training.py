"""The course of a training, small enough to travel with its package: training.json, drawn by the report.

    {"images": [4736, 9344, ...], "curves": {"critic": [0.057, 0.043, ...], "elbo": [null, 245.5, ...]}}

One value of each curve for one number of training pictures seen (of a language model: tokens); null where a quantity
was not measured.
"""

import json
import math
import pathlib

import msgspec

from desktop_app.engine import packages
from desktop_app.engine.manifest import Manifest
from export.errors import ExportError
from export.evaluation import Curve
from export.package_files import write_manifest
from export.whole_file import write_atomically

FILE = "training.json"
ROLE = "training"
MAX_POINTS = 200  # a curve
CLOCK = ("images", "minutes", "images_per_second")


class Training(msgspec.Struct, frozen=True):
    images: tuple[float, ...]
    curves: dict[str, tuple[float | None, ...]]


def read_training(folder: pathlib.Path) -> tuple[Curve, ...]:
    """The curves of a package's folder, none where it keeps none. Raises ExportError where they cannot be read."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        training = msgspec.json.decode(path.read_bytes(), type=Training)
        pairs = {name: _known(training.images, values) for name, values in training.curves.items()}
    except (msgspec.DecodeError, ValueError) as error:
        raise ExportError(f"{path} is no record of a training ({error}): package the run again.") from None
    return tuple(Curve(name, *zip(*points, strict=True)) for name, points in pairs.items() if points)


def _known(images: tuple[float, ...], values: tuple[float | None, ...]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(images, values, strict=True) if y is not None]


def add_training(folder: pathlib.Path, runs: pathlib.Path, name: str) -> bool:
    """Put the course of the run `name` into a finished package, graphs untouched; whether anything was written.

    Nothing happens where the package has it, where the run is not there, or where the run is another one than the
    package was made from (it saw another number of pictures).
    """
    package = packages.open_package(folder, any_folder_name=True)
    if ROLE in package.manifest.files or not write_training(folder, runs, name, manifest=package.manifest):
        return False
    write_manifest(folder, package.manifest)
    return True


def write_training(folder: pathlib.Path, runs: pathlib.Path, name: str, *, manifest: Manifest | None = None) -> bool:
    """Write training.json from runs/<name>/stats.jsonl; whether there was anything to write. No manifest is touched."""
    lines = _lines(runs / name / "stats.jsonl")
    if not lines or (manifest is not None and manifest.made_by.images not in (0, lines[-1]["images"])):
        return False
    _write(folder, thinned(lines))
    return True


def write_trainings(folder: pathlib.Path, runs: pathlib.Path, names: dict[str, str]) -> None:
    """Write training.json of several runs that make one package; names: what a run's curves are called -> the run."""
    images: tuple[float, ...] = ()
    curves: dict[str, tuple[float | None, ...]] = {}
    for title, name in names.items():
        one = thinned(_lines(runs / name / "stats.jsonl"))
        missing = (None,) * len(one.images)
        curves = {key: values + missing for key, values in curves.items()}
        curves |= {f"{title}, {key}": (None,) * len(images) + values for key, values in one.curves.items()}
        images += one.images
    _write(folder, Training(images, curves))


def _write(folder: pathlib.Path, training: Training) -> None:
    content = {"images": training.images, "curves": training.curves}
    write_atomically(folder / FILE, json.dumps(content, separators=(",", ":")).encode() + b"\n")


def thinned(lines: list[dict], *, points: int = MAX_POINTS) -> Training:
    """At most so many points: means of neighbouring lines, three significant digits of them and one to spare."""
    size = -(-len(lines) // points) or 1
    groups = [lines[start : start + size] for start in range(0, len(lines), size)]
    names = dict.fromkeys(key for line in lines for key in line if key not in CLOCK)
    curves = {name: tuple(_mean([line.get(name) for line in group]) for group in groups) for name in names}
    return Training(tuple(group[-1]["images"] for group in groups), curves)


def _mean(values: list[float | None]) -> float | None:
    measured = [value for value in values if value is not None and math.isfinite(value)]
    return float(f"{sum(measured) / len(measured):.4g}") if measured else None


def _lines(path: pathlib.Path) -> list[dict]:
    try:
        return [_flat(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    except FileNotFoundError:
        return []
    except ValueError:
        raise ExportError(f"A line of {path} is cut short: go on with the run (--resume), which mends it.") from None


def _flat(line: dict) -> dict:
    """A line of a language model's run as the others are: tokens for images, a curve for each kind that is held out."""
    if "tokens" not in line:
        return line
    held_out = {f"held out, {kind}": loss for kind, loss in line.get("held_out", {}).items()}
    rest = {key: value for key, value in line.items() if key not in ("tokens", "held_out")}
    return {"images": line["tokens"], **rest, **held_out}
