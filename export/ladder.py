"""Real pictures made worse step by step. A score that is worth its name gets worse with them, at every step.

- blur: with a Gaussian, edges come softer;
- noise: white Gaussian noise, clipped and rounded to 8 bit;
- classes left out: the last classes are gone, as many pictures as before are drawn from the others.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from export.errors import ExportError
from export.evaluation import Figure, Rung


@dataclasses.dataclass(frozen=True)
class Damage:
    name: str
    unit: str  # of the amounts
    amounts: tuple[float, ...]  # 0, no damage, comes before them
    apply: Callable[["Pool", float], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Pool:
    """Real pictures to draw from; the first `count` of `order` are those without damage."""

    images: np.ndarray  # (n, H, W, C) uint8
    labels: np.ndarray  # (n,)
    order: np.ndarray  # (n,) indices
    count: int
    seed: int

    @property
    def chosen(self) -> np.ndarray:
        return self.order[: self.count]

    def without(self, gone: int) -> np.ndarray:
        """(count,) indices of pictures of all classes but the last `gone`. Raises ExportError where they are few."""
        left = self.order[self.labels[self.order] <= self.labels.max() - gone]
        if len(left) < self.count:
            raise ExportError(
                f"With {gone} classes left out {len(left)} real pictures remain and {self.count} are needed: "
                "give a smaller --count."
            )
        return left[: self.count]


def _blur(pool: Pool, sigma: float) -> np.ndarray:
    return blurred(pool.images[pool.chosen], sigma=sigma)


def _noise(pool: Pool, sigma: float) -> np.ndarray:
    rng = np.random.Generator(np.random.Philox(key=[pool.seed, int(sigma)]))
    clean = pool.images[pool.chosen]
    noisy = clean + np.float32(sigma) * rng.standard_normal(clean.shape, np.float32)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _left_out(pool: Pool, gone: float) -> np.ndarray:
    return pool.images[pool.without(int(gone))]


DAMAGES = (
    Damage("blur", "pixels", (0.5, 0.75, 1.0, 1.5), _blur),
    Damage("noise", "grey levels", (8, 16, 32, 64), _noise),
    Damage("classes left out", "classes", (1, 2, 3, 5), _left_out),
)


def blurred(pictures: np.ndarray, *, sigma: float) -> np.ndarray:
    """(n, H, W, C) uint8 with a Gaussian of this many pixels, edges repeated, rounded."""
    reach = max(1, round(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    weights /= weights.sum()
    x = pictures.astype(np.float32)
    for axis in (1, 2):
        size = x.shape[axis]
        at = np.clip(np.arange(-reach, size + reach), 0, size - 1)
        padded = np.take(x, at, axis=axis)
        x = sum(w * np.take(padded, range(i, i + size), axis=axis) for i, w in enumerate(weights))
    return np.clip(np.rint(x), 0, 255).astype(np.uint8)


def steps(classes: int) -> list[tuple[Damage, tuple[float, ...]]]:
    """Each damage with those of its amounts that leave at least two classes."""
    return [
        (damage, tuple(a for a in damage.amounts if damage.apply is not _left_out or a <= classes - 2))
        for damage in DAMAGES
    ]


def stumbles(rungs: tuple[Rung, ...], figures: tuple[Figure, ...]) -> list[str]:
    """Sentences on the figures that do not get worse at every step."""
    better = {figure.name: figure.higher_is_better for figure in figures}
    found = []
    for rung in rungs:
        for name, values in rung.values.items():
            sign = -1 if better[name] else 1
            for (low, a), (high, b) in zip(
                zip(rung.amounts, values, strict=True), list(zip(rung.amounts, values, strict=True))[1:], strict=False
            ):
                if sign * (b - a) <= 0:
                    found.append(
                        f"The {name} does not see {rung.damage} from {low:g} to {high:g}: {a:.4g}, then {b:.4g}."
                    )
    return found
