"""What can be measured in a picture, in plain numpy: what named directions are found from.

Every measure takes pictures (n, H, W) in 0..1, with 0 as the background, and gives (n,) numbers.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

LIT = 0.2  # from here on a pixel belongs to what is shown


@dataclasses.dataclass(frozen=True)
class Measure:
    name: str
    low: str  # a word for the small end
    high: str
    of: Callable[[np.ndarray], np.ndarray]


def brightness_of(pixels: np.ndarray) -> np.ndarray:
    """(n, H, W, C) uint8 -> (n, H, W) in 0..1."""
    return pixels.mean(axis=3, dtype=np.float64) / 255


# -----------------------------------------------------------------------------
# moments


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(variance along x, variance along y, covariance) of the ink, in pixels squared; y points up."""
    height, width = x.shape[1:]
    mass = x.sum(axis=(1, 2)) + 1e-9
    across, up = np.arange(width), -np.arange(height)
    columns, rows = x.sum(axis=1) / mass[:, None], x.sum(axis=2) / mass[:, None]  # (n, W), (n, H)
    dx = across - (columns @ across)[:, None]  # (n, W)
    dy = up - (rows @ up)[:, None]  # (n, H)
    covariance = np.einsum("nhw,nh,nw->n", x, dy, dx) / mass
    return (columns * dx**2).sum(axis=1), (rows * dy**2).sum(axis=1), covariance


def slant(x: np.ndarray) -> np.ndarray:
    """Pixels to the right for each pixel up."""
    _, yy, xy = moments(x)
    return xy / (yy + 1e-9)


def upright_width(x: np.ndarray) -> np.ndarray:
    """Standard deviation across, with the slant taken out."""
    xx, yy, xy = moments(x)
    return np.sqrt(np.maximum(xx - xy**2 / (yy + 1e-9), 0))


def balance(x: np.ndarray) -> np.ndarray:
    """Width of the lower half less that of the upper, in pixels; 0 where one of them is empty."""
    half = x.shape[1] // 2
    above, below = upright_width(x[:, :half]), upright_width(x[:, half:])
    return np.where((above > 0) & (below > 0), below - above, 0.0)


def shape_width(x: np.ndarray) -> np.ndarray:
    return np.sqrt(moments(mask(x))[0])


def shape_height(x: np.ndarray) -> np.ndarray:
    return np.sqrt(moments(mask(x))[1])


# -----------------------------------------------------------------------------
# strokes and surfaces


def mask(x: np.ndarray) -> np.ndarray:
    return (x > LIT).astype(np.float64)


def stroke_weight(x: np.ndarray) -> np.ndarray:
    """Width of a stroke, in pixels: its area over half its outline."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    across, down = np.diff(padded, axis=2)[:, :-1], np.diff(padded, axis=1)[:, :, :-1]
    outline = np.sqrt(across**2 + down**2).sum(axis=(1, 2))
    return 2 * x.sum(axis=(1, 2)) / (outline + 1e-9)


def loops(x: np.ndarray) -> np.ndarray:
    """Share of the picture that strokes enclose: the dark that cannot be reached from the border."""
    dark = np.pad(x < LIT + 0.1, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    reached = np.zeros_like(dark)
    reached[:, 0, 0] = True
    while True:
        grown = reached.copy()
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown[:, :, 1:] |= reached[:, :, :-1]
        grown[:, :, :-1] |= reached[:, :, 1:]
        grown &= dark
        if (grown == reached).all():
            return (dark & ~reached)[:, 1:-1, 1:-1].mean(axis=(1, 2))
        reached = grown


def tone(x: np.ndarray) -> np.ndarray:
    """Mean brightness of what is shown."""
    shown = mask(x)
    return (x * shown).sum(axis=(1, 2)) / (shown.sum(axis=(1, 2)) + 1e-9)


def shade(x: np.ndarray) -> np.ndarray:
    """Tone of the upper half less that of the lower half."""
    half = x.shape[1] // 2
    return tone(x[:, :half]) - tone(x[:, half:])


def pattern(x: np.ndarray) -> np.ndarray:
    """Mean difference of a shown pixel from its four neighbours, all of them shown."""
    shown = mask(x)
    inside = shown[:, 1:-1, 1:-1] * shown[:, :-2, 1:-1] * shown[:, 2:, 1:-1] * shown[:, 1:-1, :-2] * shown[:, 1:-1, 2:]
    around = (x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]) / 4
    return (np.abs(x[:, 1:-1, 1:-1] - around) * inside).sum(axis=(1, 2)) / (inside.sum(axis=(1, 2)) + 1e-9)


STROKES = (
    Measure("Stroke weight", "thin", "bold", stroke_weight),
    Measure("Slant", "leaning left", "leaning right", slant),
    Measure("Width", "narrow", "wide", upright_width),
    Measure("Balance", "heavy above", "heavy below", balance),
    Measure("Loops", "closed", "open", loops),
)
CLOTHING = (
    Measure("Brightness", "dark", "bright", tone),
    Measure("Width", "narrow", "wide", shape_width),
    Measure("Length", "short", "long", shape_height),
    Measure("Pattern", "plain", "patterned", pattern),
    Measure("Shading", "bright below", "bright above", shade),
)
ANYTHING = (
    Measure("Brightness", "dark", "bright", tone),
    Measure("Width", "narrow", "wide", shape_width),
    Measure("Height", "low", "tall", shape_height),
)


def measures_for(data: str) -> tuple[Measure, ...]:
    """data: title of the data set."""
    return {"MNIST": STROKES, "Fashion-MNIST": CLOTHING}.get(data, ANYTHING)


# -----------------------------------------------------------------------------
# which class a picture shows


class ClassReader:
    """Ridge regression on random features of the pixels: a quick reader of classes, for checks alone."""

    def __init__(self, pictures: np.ndarray, labels: np.ndarray, *, num_classes: int, width: int = 1000):
        rng = np.random.Generator(np.random.Philox(key=0))
        flat = pictures.reshape(len(pictures), -1)
        self._mean = flat.mean(axis=0)
        self._first = rng.standard_normal((flat.shape[1], width)) * 3 / np.sqrt(flat.shape[1])
        self._bias = rng.uniform(-1, 1, width)
        h = self._features(pictures)
        targets = np.eye(num_classes)[labels]
        self._last = np.linalg.solve(h.T @ h + 1e-2 * len(h) * np.eye(h.shape[1]), h.T @ targets)

    def _features(self, pictures: np.ndarray) -> np.ndarray:
        flat = pictures.reshape(len(pictures), -1) - self._mean
        h = np.maximum(flat @ self._first + self._bias, 0)
        return np.concatenate([h, np.ones((len(h), 1))], axis=1)

    def scores(self, pictures: np.ndarray) -> np.ndarray:
        """(n, K): about 1 for the class that is seen, about 0 for the others."""
        return self._features(pictures) @ self._last
