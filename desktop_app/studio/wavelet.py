"""À-trous wavelets with the B3 spline (Holschneider et al. 1989, Starck and Murtagh 1994): bands that add up to the
picture, all of its size. The mirror image stands around it."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]

AT_ONCE = 2**15  # numbers
SAMPLE_SIDE, SAMPLES_A_SIDE = 128, 5  # pixels of each sample of a large picture, and how many across and down


def bands(plane: Plane, count: int) -> Iterator[Plane]:
    """`count` bands of (h, w), the finest first; what is left over is not given."""
    for number in range(count):
        coarse = smoothed(plane, 2**number)
        yield plane - coarse
        plane = coarse


def smoothed(plane: Plane, step: int) -> Plane:
    """The plane under the kernel 1 4 6 4 1, `step` pixels from tap to tap, along both sides."""
    return _along_rows(_along_columns(plane, step), step)


def step_reach(number: int) -> int:
    """Pixels on each side that smoothing with the step of band `number` looks at."""
    return 2 << number


def reach(count: int) -> int:
    """Pixels on each side that the first `count` bands look at."""
    return sum(step_reach(number) for number in range(count))


def samples(shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """(rows, columns) of parts all over a picture of (H, W); all of it where it is small."""
    whole = (SAMPLE_SIDE * SAMPLES_A_SIDE) ** 2
    if shape[0] * shape[1] <= whole:
        return [(slice(0, shape[0]), slice(0, shape[1]))]
    down, across = _starts(shape[0]), _starts(shape[1])
    return [(slice(y, y + SAMPLE_SIDE), slice(x, x + SAMPLE_SIDE)) for y in down for x in across]


def _starts(length: int) -> list[int]:
    room = max(0, length - SAMPLE_SIDE)
    return sorted({round(room * (i + 0.5) / SAMPLES_A_SIDE) for i in range(SAMPLES_A_SIDE)})


def _along_columns(plane: Plane, step: int) -> Plane:
    padded = np.pad(plane, ((2 * step, 2 * step), (0, 0)), _mode(plane.shape[0]))
    n = len(plane)
    return _kernel([padded[i * step : i * step + n] for i in range(5)])


def _along_rows(plane: Plane, step: int) -> Plane:
    padded = np.pad(plane, ((0, 0), (2 * step, 2 * step)), _mode(plane.shape[1]))
    n = plane.shape[1]
    return _kernel([padded[:, i * step : i * step + n] for i in range(5)])


def _kernel(taps: list[Plane]) -> Plane:
    """The weighted sum of five views of a plane, by as many rows as stay in the processor's own memory."""
    made: Plane = np.empty(taps[0].shape, np.float32)
    rows = max(1, AT_ONCE // made.shape[1])
    for top in range(0, len(made), rows):
        a, b, c, d, e = (tap[top : top + rows] for tap in taps)
        out = made[top : top + rows]
        np.add(b, d, out=out)
        out *= np.float32(4)
        out += a
        out += e
        out += c * np.float32(6)
        out *= np.float32(1 / 16)
    return made


def _mode(length: int) -> Literal["reflect", "edge"]:
    """numpy mirrors as often as it takes, but a single pixel has no mirror image beside itself."""
    return "reflect" if length > 1 else "edge"
