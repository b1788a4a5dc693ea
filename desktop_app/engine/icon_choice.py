"""Which of many icons differ most: the ragged half left out, near copies merged, then farthest-first.

What differs most from everything is what went wrong, so the better half is chosen from: of an icon that came out well,
the field is a distance, whose slope is 1 all along the outline.

Icons are compared as small pictures of their coverage, by their soft overlap: the sum of the smaller values over the
sum of the larger ones, cell by cell.
"""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.fields import coverage_of

Float32 = npt.NDArray[np.float32]

SIDE = 16  # cells of what is compared
INKED = (0.005, 0.9)  # shares of a picture that an icon's ink covers
TWINS = 0.9  # overlap above which one of two is left out


def overlaps(fields: Float32) -> Float32:
    """(N, side, side) -> (N, N): 1 for equal icons, 0 for icons without common ink. Two blank ones are equal."""
    ink = coverage_of(fields, SIDE).reshape(len(fields), SIDE * SIDE).astype(np.float32)
    inked = ink.sum(axis=1)
    shared = np.zeros((len(ink), len(ink)), np.float32)  # whole numbers: the same in any order
    for n, one in enumerate(ink):
        shared[n] = np.minimum(ink, one).sum(axis=1)
    whole = inked[:, None] + inked[None] - shared
    return np.asarray(np.where(whole > 0, shared / np.maximum(whole, 1), 1), np.float32)


def choose(fields: Float32, count: int) -> tuple[tuple[int, ...], int]:
    """(N, side, side) distances in pixels -> what `most_different` says of the better half of them.

    Hardly any ink, or hardly anything else, is no icon. Where half of them are too few, the best `count` are taken.
    """
    inked = (fields > 0).mean(axis=(1, 2))
    icons = np.flatnonzero((inked > INKED[0]) & (inked < INKED[1]))
    if not len(icons):
        icons = np.arange(len(fields))
    best = np.argsort(raggedness(fields[icons]), kind="stable")[: max(count, len(icons) // 2)]
    icons = icons[np.sort(best)]
    chosen, twins = most_different(overlaps(fields[icons]), count)
    return tuple(int(icons[n]) for n in chosen), twins


def raggedness(fields: Float32) -> Float32:
    """(N, side, side) distances in pixels -> (N,): how far the slope is from 1 near the outline, in the mean."""
    down, across = np.gradient(fields, axis=(1, 2)) if len(fields) else (fields, fields)
    off = np.abs(np.hypot(down, across) - 1)
    near = np.abs(fields) < 1
    return np.asarray((off * near).sum(axis=(1, 2)) / np.maximum(near.sum(axis=(1, 2)), 1), np.float32)


def most_different(overlap: Float32, count: int) -> tuple[tuple[int, ...], int]:
    """(N, N) overlaps -> at most `count` places, and how many icons were left out as near copies of earlier ones.

    The first is the one that has most in common with all; each that follows is the one whose nearest chosen one is
    farthest (Gonzalez 1985). Among equals, the earlier one.
    """
    kept: list[int] = []
    for n in range(len(overlap)):
        if not (overlap[n, kept] > TWINS).any():
            kept.append(n)
    among = overlap[np.ix_(kept, kept)]
    chosen = [int(among.sum(axis=1, dtype=np.float64).argmax())] if kept else []
    nearest = among[chosen].max(axis=0, initial=0)
    while len(chosen) < min(count, len(kept)):
        nearest[chosen] = np.inf
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, among[chosen[-1]])
    return tuple(kept[n] for n in chosen[:count]), len(overlap) - len(kept)
