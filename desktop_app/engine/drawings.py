"""Simple pictures to try a network on, the same on every machine: planes, ramps, noise, edges, strokes and discs."""

import numpy as np
import numpy.typing as npt

from desktop_app.engine import noise
from desktop_app.engine.requests import Pixels

Float32 = npt.NDArray[np.float32]

NUMBERS = 8  # that say where a stroke or a disc lies


def draw(seed: int, count: int, side: int, channels: int) -> Pixels:
    """(count, side, side, channels) uint8: the kinds in turn, none of them twice."""
    return np.stack([_picture(seed, n, side, channels) for n in range(count)])


def hole(side: int) -> Float32:
    """(1, side, side): 1 in a square in the middle, where a picture is to be filled in."""
    mask = np.zeros((1, side, side), np.float32)
    mask[:, side * 3 // 8 : side * 5 // 8, side * 3 // 8 : side * 5 // 8] = 1
    return mask


def _picture(seed: int, n: int, side: int, channels: int) -> Pixels:
    numbers = _even(noise.latents(seed, [n], NUMBERS)[0])
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    values = _KINDS[n % len(_KINDS)](x, y, numbers)
    if values is None:
        values = _even(noise.latents(seed, [n], side * side * channels)[0]).reshape(side, side, channels)
    else:
        tint = 1 - 0.5 * np.array([0, numbers[6], numbers[7], 0], np.float32)[:channels]
        values = values[..., None] * tint
    pixels: Pixels = np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)
    return pixels


def _even(normal: Float32) -> Float32:
    """Normal noise to numbers from 0 to 1, all about as likely: a logistic curve close to the normal's own."""
    result: Float32 = 1 / (1 + np.exp(np.float32(-1.702) * normal))
    return result


def _stroke(x: Float32, y: Float32, p: Float32) -> Float32:
    """Light on dark: two lines through the middle part, a twelfth of the side wide."""
    first = _segment(x, y, p[0], p[1], p[2], p[3])
    return np.maximum(first, _segment(x, y, p[2], p[3], p[4], p[5]))


def _segment(x: Float32, y: Float32, ax: float, ay: float, bx: float, by: float) -> Float32:
    ax, ay, bx, by = (0.2 + 0.6 * value for value in (ax, ay, bx, by))
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / max((bx - ax) ** 2 + (by - ay) ** 2, 1e-6)
    along = np.clip(along, 0, 1)
    away = np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))
    return _inside(0.06 - away)


def _inside(depth: npt.NDArray[np.floating]) -> Float32:
    """1 inside, 0 outside, and a soft edge a twentieth of the side wide."""
    result: Float32 = np.clip(depth * 20 + 0.5, 0, 1).astype(np.float32)
    return result


def _disc(x: Float32, y: Float32, p: Float32) -> Float32:
    away = np.hypot(x - 0.35 - 0.3 * p[0], y - 0.35 - 0.3 * p[1])
    return _inside(0.12 + 0.2 * p[2] - away)


def _ring(x: Float32, y: Float32, p: Float32) -> Float32:
    away = np.abs(np.hypot(x - 0.5, y - 0.5) - 0.18 - 0.15 * p[0])
    return _inside(0.06 - away)


def _ramp(x: Float32, y: Float32, p: Float32) -> Float32:
    ramp: Float32 = p[0] + (x - 0.5) * (p[1] - 0.5) * 2 + (y - 0.5) * (p[2] - 0.5) * 2
    return ramp


def _squares(x: Float32, y: Float32, p: Float32) -> Float32:
    cells = 2 + np.floor(6 * p[0])
    odd = (np.floor(x * cells) + np.floor(y * cells)) % 2
    squares: Float32 = 0.1 + 0.8 * odd
    return squares


def _plane(x: Float32, _y: Float32, p: Float32) -> Float32:
    return np.full_like(x, 0.1 + 0.8 * p[0])


def _noise(_x: Float32, _y: Float32, _p: Float32) -> None:
    return None


_KINDS = (_stroke, _ramp, _squares, _noise, _disc, _plane, _ring, lambda x, y, p: 1 - _stroke(x, y, p))
