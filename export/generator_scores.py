"""The figures of a set of pictures against real ones, in the features of both frozen nets.

For the words see `export/distances.py`, `export/scores.py` and `export/judges.py`. A figure's name ends with the group
whose features it was taken in; the Inception Score and the figures of classes are the classifier's alone.
"""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from export.distances import (
    SPLITS,
    SUBSET,
    SUBSETS,
    frechet_distance,
    inception_score,
    kernel_distance,
    limit_over_count,
    sliced_wasserstein,
)
from export.errors import ExportError
from export.evaluation import Extrapolation
from export.judges import GROUPS, Look
from export.scores import class_balance, density_coverage, neighbour_distances

K = 5  # neighbours of density and coverage
SURE = 0.9
LEAST_PARTS = 4  # subsets that share no picture, without which their deviation says nothing
FEW_SUBSETS = 20  # of the kernel distance, where only the order matters
WINDOWS = 4
EXTRAPOLATED = "extrapolated "
PARTS = (0.25, 0.5, 0.75, 1.0)  # of the samples, for the line over 1/N
INCEPTION, ACCURACY, CONFIDENT, BALANCE = "Inception Score", "class accuracy", "confident", "class balance"
FRECHET, KERNEL, SLICED = "Fréchet distance", "kernel distance", "sliced Wasserstein distance"
DENSITY, COVERAGE = "density", "coverage"
COPIES, NEARER = "share of near copies", "share nearer than training pictures to one another"
LOWER = (FRECHET, KERNEL, SLICED, COPIES, NEARER)  # is better
CLIMBING = (FRECHET, KERNEL, SLICED, COVERAGE)  # what each rung of the ladder must make worse

Measured = dict[str, float]


@dataclasses.dataclass(frozen=True)
class Real:
    """Pictures of the test split, as the nets see them."""

    look: Look
    labels: np.ndarray  # (n,)
    radii: dict[str, np.ndarray]  # GROUPS -> (n,) squared distance to the K-th neighbour


def named(what: str, group: str) -> str:
    return f"{what}, {group}"


def spread_of(name: str) -> str:
    """Under which name the standard error of a figure stands beside it."""
    return f"{name}, spread"


def real_side(look: Look, labels: np.ndarray) -> Real:
    return Real(look, labels, {group: neighbour_distances(look.features[group], k=K) for group in GROUPS})


def check_counts(count: int, real: int, features: int, classes: int) -> None:
    """Raise ExportError where so few pictures make no covariance, no neighbours, or not one of each class."""
    least = max(features + 1, K + 1, classes)
    if count < least:
        raise ExportError(
            f"{count:,} samples are too few: {features} features need {least} for their covariance, and each of "
            f"{classes} classes one. Give --count {least} or more, 10000 for figures to be compared."
        )
    if real < least:
        raise ExportError(f"The test split has {real:,} pictures, and {features} features need {least} of them.")


def check_pictures(pictures: np.ndarray, name: str) -> None:
    """Raise ExportError where they are all the same."""
    if (pictures == pictures[0]).all():
        raise ExportError(
            f"{name} gives the same picture for all of {len(pictures):,} designs: there is nothing to measure. "
            "Verify the package, or train it again."
        )


def check_classes(labels: np.ndarray, classes: tuple[str, ...], what: str) -> None:
    """Raise ExportError where a class has no picture."""
    missing = [name for label, name in enumerate(classes) if not (labels == label).any()]
    if missing:
        names = ", ".join(f"“{name}”" for name in missing)
        raise ExportError(f"{what} holds no picture of {names}: every class has to be there.")


def distances(look: Look, real: Real, *, seed: int, subsets: int = SUBSETS) -> Measured:
    """All figures against real pictures, with the standard error of the kernel distance."""
    found: Measured = {}
    fewer = min(len(look.logits), len(real.labels))
    subset = min(SUBSET, max(2, fewer // LEAST_PARTS))
    for group in GROUPS:
        fake, true = look.features[group], real.look.features[group]
        kernel, deviation = kernel_distance(true, fake, seed=seed, subsets=subsets, subset=subset)
        density, coverage = density_coverage(true, fake, k=K, radii=real.radii[group])
        found |= {
            named(FRECHET, group): frechet_distance(true, fake),
            named(KERNEL, group): kernel,
            spread_of(named(KERNEL, group)): deviation / math.sqrt(fewer / subset),
            named(SLICED, group): sliced_wasserstein(true, fake, seed=seed),
            named(DENSITY, group): density,
            named(COVERAGE, group): coverage,
        }
    return found


def judged(look: Look, real: Real, *, seed: int, asked: np.ndarray | None) -> Measured:
    """What the classifier alone says; asked are the classes that the pictures should carry, where there are any."""
    score, deviation = inception_score(look.logits, seed=seed)
    probabilities = np.exp(look.logits - look.logits.max(axis=1, keepdims=True))
    sure = 1 / probabilities.sum(axis=1)  # of the most probable class
    found = {
        INCEPTION: score,
        spread_of(INCEPTION): deviation / math.sqrt(SPLITS),
        CONFIDENT: float((sure > SURE).mean()),
        BALANCE: class_balance(look.seen, real.labels, num_classes=look.logits.shape[1]),
    }
    return found if asked is None else {ACCURACY: float((look.seen == asked).mean()), **found}


def inception_extrapolation(look: Look, *, seed: int) -> Extrapolation:
    """Inception Scores of parts of the pictures, in one split each, and their limit over 1/N."""
    return _extrapolation(INCEPTION, look, lambda part: inception_score(part.logits, splits=1)[0], seed=seed)


def frechet_extrapolations(look: Look, real: Real, *, seed: int) -> tuple[Extrapolation, ...]:
    """Fréchet distances of parts of the pictures, in both nets, and their limits over 1/N."""

    def measure(group: str, part: Look) -> float:
        return frechet_distance(real.look.features[group], part.features[group])

    return tuple(
        _extrapolation(named(FRECHET, group), look, functools.partial(measure, group), seed=seed) for group in GROUPS
    )


def _extrapolation(name: str, look: Look, measure: Callable[[Look], float], *, seed: int) -> Extrapolation:
    """The mean over WINDOWS parts of each size, which begin at equal steps of one random order."""
    total = len(look.logits)
    order = np.random.Generator(np.random.Philox(key=seed)).permutation(total)
    counts = tuple(int(total * part) for part in PARTS)
    values = []
    for count in counts:
        starts = range(0, total, total // WINDOWS) if count < total else (0,)
        values.append(float(np.mean([measure(look.take(np.roll(order, -start)[:count])) for start in starts])))
    return Extrapolation(name, counts, tuple(values), limit_over_count(np.array(counts), np.array(values)))


def extrapolated(name: str) -> str:
    """Under which name the limit of a figure stands."""
    return f"{EXTRAPOLATED}{name}"


def without_spreads(measured: Measured) -> Measured:
    return {name: value for name, value in measured.items() if not name.endswith(spread_of(""))}


def higher_is_better(name: str) -> bool:
    return not name.removeprefix(EXTRAPOLATED).startswith(LOWER)


def group_of(name: str) -> str:
    """Under which heading a figure stands."""
    if name in (COPIES, NEARER):
        return "memorisation"
    return next((group for group in GROUPS if name.endswith(group)), "classes")
