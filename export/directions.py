"""Directions and the map of a finished package, found through the program's own engine; torch is not needed.

    python -m export directions digits-gan

Principal axes: of w, about the mean of each class where classes can be asked for (what varies within a class is style);
of encoded training pictures for an autoencoder; where there is no w, of the pictures, carried into z by regression.
Named directions: ridge regression of a measure of the picture (export/measures.py) on w within the classes, and of
"is it this class" on w over all of them. All are scaled in standard deviations (export/axes.py).

A direction is shipped when it can be seen (mean difference between -2 and +2 at least MIN_CHANGE steps of 8 bit, over
64 fixed designs); one from a regression, when that holds on samples that it was not fitted to (R^2 at least MIN_FIT);
a named one, when what it is named after rises at every step from -2 to +2 (a class: at least MIN_REACHED of the
designs of other classes are read as it at +3).

Writes space.npz and directions.png into the package, and both into manifest and card.
"""

import argparse
import dataclasses
import pathlib

import msgspec
import numpy as np

from desktop_app.engine import images, packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Direction, Space
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.engine.runtime import Runtime
from export.axes import ALIKE, MIN_CHANGE, MIN_FIT, MIN_REACHED, class_means, cloud, fit_of, regress, untangle
from export.card import write_card
from export.data import IDX_SOURCES, Dataset, load_dataset
from export.errors import ExportError
from export.measures import ClassReader, brightness_of, measures_for
from export.package_files import write_arrays, write_manifest
from export.plane import ROOM, extent, on_plane, plane_of_classes, plane_of_directions, scaled
from export.strips import write_strips

PRINCIPAL = 8
BASE_COUNT = 64
POINTS = 2000
CHUNK = 256


@dataclasses.dataclass(frozen=True)
class Samples:
    """Where the decoder reads (w, or z without a mapping), with what it makes there."""

    w: np.ndarray  # (n, S)
    labels: np.ndarray  # (n,), all 0 without classes
    pictures: np.ndarray  # (n, H, W) in 0..1
    base: np.ndarray  # (64, S): the designs that changes are measured on
    base_labels: np.ndarray


@dataclasses.dataclass(frozen=True)
class Candidate:
    about: Direction
    vector: np.ndarray  # (S,)
    white: np.ndarray | None = None
    problem: str = ""  # why it is not shipped


def main(args: argparse.Namespace) -> None:
    # -------------------------------------------------------------------------
    # package, model, samples
    try:
        package = packages.open_package(pathlib.Path(args.models) / args.name)
        packages.check_files(package)
    except StudioError as error:
        raise ExportError(str(error)) from None
    runtime = Runtime("cpu", threads=1)
    try:
        model = LatentModel(package, runtime)
        real = None
        if package.can_encode:
            real = load_dataset(pathlib.Path(args.data), dataset_name(package))
        samples = gather(package, model, real, count=args.count, seed=args.seed)

        # ---------------------------------------------------------------------
        # directions, each tried out
        tried = [*named(package, model, samples), *towards(package, model, samples), *principal(package, samples)]
        tried = [try_out(model, samples, candidate) for candidate in tried]
        for c in tried:
            figures = f"change {c.about.change:5.1f}  share {c.about.share or 0:.2f}  fit {c.about.fit or 0:.2f}"
            print(f"{c.about.name:20s} {figures}  {f'not shipped: {c.problem}' if c.problem else ''}")
        kept = [c for c in tried if not c.problem]

        # ---------------------------------------------------------------------
        # the map
        origin, axes = plane(package, model, samples, [c.vector for c in tried if c.about.kind == "pca"])
        points, labels = real_points(model, real, seed=args.seed, origin=origin, axes=axes)
        spots = np.concatenate([on_plane(samples.w, origin, axes), points])
        low, high = extent(spots, room=ROOM if package.has_lines and len(origin) > 2 else 1.0)
        strips = [strip(model, samples, c, column) for c in kept for column in (0, 1)]
    finally:
        runtime.close()

    # -------------------------------------------------------------------------
    # into the package
    space = Space(tuple(c.about for c in kept), low, high, len(points))
    arrays = {
        "directions": np.stack([c.vector for c in kept]).astype(np.float32) if kept else empty(len(origin)),
        "origin": origin.astype(np.float32),
        "axes": axes.astype(np.float32),
        "points": points.astype(np.float32),
        "labels": labels.astype(np.int16),
    }
    write_arrays(package.folder / "space.npz", arrays)
    write_strips(package.folder / "directions.png", space.directions, strips)
    manifest = msgspec.structs.replace(package.manifest, space=space)
    write_card(package.folder, manifest)
    write_manifest(package.folder, manifest)
    print(f"{args.name}: {len(kept)} directions of {len(tried)}, {len(points)} points, map {low} to {high}")


def empty(size: int) -> np.ndarray:
    return np.zeros((0, size), np.float32)


def dataset_name(package: Package) -> str:
    """The prepared data set that a package was trained on, by its title."""
    title = data_title(package)
    return next((name for name, source in IDX_SOURCES.items() if source.title == title), title.lower())


def data_title(package: Package) -> str:
    training = package.manifest.training_data
    return training[0].name.split(",")[0] if training else ""


# -----------------------------------------------------------------------------
# samples


def gather(package: Package, model: LatentModel, real: Dataset | None, *, count: int, seed: int) -> Samples:
    base, base_labels = drawn(package, model, count=BASE_COUNT, seed=0)
    if real is None:
        w, labels = drawn(package, model, count=count, seed=seed)
    else:
        picks = np.random.Generator(np.random.Philox(key=seed)).permutation(len(real.images))[:count]
        w, labels = encode(model, real.images[picks]), real.labels[picks]
    return Samples(w, labels, brightness_of(decode(model, w)), base, base_labels)


def drawn(package: Package, model: LatentModel, *, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(w, labels) of the designs (seed, 0), (seed, 1), ..., classes cycling."""
    classes = len(package.manifest.classes)
    labels = np.arange(count) % max(1, classes)
    designs = [Design(seed, i, label=int(labels[i]) if classes else None) for i in range(count)]
    return np.concatenate([model.w_of(designs[i : i + CHUNK]) for i in range(0, count, CHUNK)]), labels


def decode(model: LatentModel, w: np.ndarray) -> np.ndarray:
    """(n, S) -> pixels (n, H, W, C) uint8."""
    w = w.astype(np.float32)
    parts = [images.to_pixels(model.decode(w[i : i + CHUNK]), model.picture) for i in range(0, len(w), CHUNK)]
    return np.concatenate(parts)


def encode(model: LatentModel, pictures: np.ndarray) -> np.ndarray:
    """(n, H, W, C) uint8 -> (n, S)."""
    low, high = model.picture.low, model.picture.high
    x = (pictures.transpose(0, 3, 1, 2) / 255 * (high - low) + low).astype(np.float32)
    return np.concatenate([model.encode(np.ascontiguousarray(x[i : i + CHUNK])) for i in range(0, len(x), CHUNK)])


# -----------------------------------------------------------------------------
# candidates


def principal(package: Package, samples: Samples) -> list[Candidate]:
    """Up to eight principal axes."""
    if not package.has_lines:
        return carried_over(samples)
    inner = package.manifest.classes and not package.can_encode
    found = cloud(samples.w, class_centres(samples) if inner else samples.w.mean(axis=0))
    rows = np.eye(len(found.basis))[:PRINCIPAL]
    shares = [round(float(share), 4) for share in found.share]
    return [Candidate(Direction(f"Axis {i + 1}", "pca", share=shares[i]), found.out(row)) for i, row in enumerate(rows)]


def carried_over(samples: Samples) -> list[Candidate]:
    """Principal axes of the pictures, each as the direction of z along which its score rises."""
    pictures = cloud(samples.pictures.reshape(len(samples.pictures), -1), samples.pictures.mean(axis=0).reshape(-1))
    scores = pictures.white[:, :PRINCIPAL]
    found = cloud(samples.w, samples.w.mean(axis=0))
    white = found.white
    candidates = []
    for i, score in enumerate(scores.T):
        direction = regress(white, score)
        share, fit = round(float(pictures.share[i]), 4), round(fit_of(white, score, direction), 4)
        about = Direction(f"Axis {i + 1}", "pca", share=share, fit=fit)
        problem = f"fit below {MIN_FIT:g}" if fit < MIN_FIT else ""
        candidates.append(Candidate(about, found.out(direction), problem=problem))
    return candidates


def named(package: Package, model: LatentModel, samples: Samples) -> list[Candidate]:
    """Measures of the picture, within classes; the best fit first, later ones orthogonal to what they tangle with."""
    found = cloud(samples.w, class_centres(samples))
    white, train = found.white, held_in(len(samples.w))
    regressed = []
    for measure in measures_for(data_title(package)):
        target = measure.of(samples.pictures)
        target = target - class_means(target[:, None], samples.labels)[samples.labels, 0]
        direction = regress(white[train], target[train])
        regressed.append((fit_of(white[~train], target[~train], direction), measure, target, direction))
    candidates: list[Candidate] = []
    earlier: list[np.ndarray] = []
    for fit, measure, target, direction in sorted(regressed, key=lambda item: -item[0]):
        free = untangle(direction, earlier) if fit >= MIN_FIT else direction
        used = direction if free is None else free
        fit = fit_of(white[~train], target[~train], used)
        about = Direction(measure.name, "named", measure.low, measure.high, fit=round(fit, 4))
        problem = "" if free is not None else f"more than {ALIKE:g} alike to an earlier one"
        if not problem and fit < MIN_FIT:
            problem = f"fit below {MIN_FIT:g}"
        candidate = Candidate(about, found.out(used), used, problem)
        if not problem and not rises(model, samples, candidate.vector, measure.of):
            candidate = dataclasses.replace(candidate, problem="what it is named after does not rise at every step")
        if not candidate.problem:
            earlier.append(used)
        candidates.append(candidate)
    return candidates


def towards(package: Package, model: LatentModel, samples: Samples) -> list[Candidate]:
    """One direction to each class, where there are classes."""
    names = package.manifest.classes
    if len(names) < 2:
        return []
    found = cloud(samples.w, samples.w.mean(axis=0))
    white, train = found.white, held_in(len(samples.w))
    reader = ClassReader(samples.pictures, samples.labels, num_classes=len(names))
    candidates = []
    for k, name in enumerate(names):
        target = (samples.labels == k).astype(np.float64)
        direction = regress(white[train], target[train])
        fit = fit_of(white[~train], target[~train], direction)
        vector = found.out(direction)
        others = samples.base[samples.base_labels != k]
        seen = reader.scores(brightness_of(decode(model, others + 3 * vector)))
        reached = float((seen.argmax(axis=1) == k).mean())
        problem = f"fit below {MIN_FIT:g}" if fit < MIN_FIT else ""
        if not problem and reached < MIN_REACHED:
            problem = f"at +3 only {reached:.0%} of other designs are read as it"
        about = Direction(f"Towards {name}", "named", "away", name, fit=round(fit, 4))
        candidates.append(Candidate(about, vector, direction, problem))
    return candidates


def class_centres(samples: Samples) -> np.ndarray:
    return class_means(samples.w, samples.labels)[samples.labels]


def held_in(count: int) -> np.ndarray:
    """Four of five samples are fitted to, the fifth is measured on."""
    return np.arange(count) // 10 % 5 != 0


# -----------------------------------------------------------------------------
# trying out


def rises(model: LatentModel, samples: Samples, vector: np.ndarray, of) -> bool:
    """Whether the mean of a measure over the fixed designs rises at every step from -2 to +2."""
    means = [of(brightness_of(decode(model, samples.base + step * vector))).mean() for step in (-2, -1, 0, 1, 2)]
    return bool((np.diff(means) > 0).all())


def change_of(model: LatentModel, base: np.ndarray, vector: np.ndarray) -> float:
    """Mean |difference| between -2 and +2, in 8-bit steps."""
    low, high = decode(model, base - 2 * vector), decode(model, base + 2 * vector)
    return float(np.abs(high.astype(np.int16) - low.astype(np.int16)).mean())


def try_out(model: LatentModel, samples: Samples, candidate: Candidate) -> Candidate:
    """With the visible change measured; below MIN_CHANGE it is not shipped."""
    change = change_of(model, samples.base, candidate.vector)
    about = msgspec.structs.replace(candidate.about, change=round(change, 2))
    problem = candidate.problem or (f"changes less than {MIN_CHANGE:g} steps" if change < MIN_CHANGE else "")
    return dataclasses.replace(candidate, about=about, problem=problem)


def strip(model: LatentModel, samples: Samples, candidate: Candidate, column: int) -> np.ndarray:
    """(7, H, W, C): one fixed design from -3 to +3."""
    steps = np.arange(-3, 4)[:, None]
    return decode(model, samples.base[3 + 5 * column] + steps * candidate.vector)


# -----------------------------------------------------------------------------
# the map


def plane(
    package: Package, model: LatentModel, samples: Samples, principal_axes: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """(origin (S,), axes (2, S)), orthogonal. A latent of two numbers is its own map."""
    size = samples.w.shape[1]
    if size == 2:
        return np.zeros(2), np.eye(2)
    if not package.has_lines:
        return plane_of_directions(*principal_axes[:2])
    classes = len(package.manifest.classes)
    if classes > 2:
        reader = ClassReader(samples.pictures, samples.labels, num_classes=classes)
        return plane_of_classes(
            samples.w, samples.labels, reader=reader, draw=lambda w: brightness_of(decode(model, w))
        )
    origin = samples.w.mean(axis=0).astype(np.float64)
    return origin, scaled(samples.w, origin, cloud(samples.w, origin).basis[:2])


def real_points(
    model: LatentModel, real: Dataset | None, *, seed: int, origin: np.ndarray, axes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(points (n, 2), labels (n,)): encoded training pictures, as many of each class; n is 0 without an encoder."""
    if real is None:
        return np.zeros((0, 2)), np.zeros(0, np.int16)
    rng = np.random.Generator(np.random.Philox(key=seed))
    count = POINTS // (int(real.labels.max()) + 1)
    of_class = [np.flatnonzero(real.labels == k) for k in range(int(real.labels.max()) + 1)]
    picks = rng.permutation(np.concatenate([rng.permutation(numbers)[:count] for numbers in of_class]))
    w = encode(model, real.images[picks])
    return on_plane(w, origin, axes), real.labels[picks]
