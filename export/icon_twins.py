"""Icons that are the same drawing, or nearly: one of each is kept."""

import numpy as np

SAME = 0.95  # intersection over union of coverage, from which two are twins
CELLS = 16
ROWS = 2048


def without_twins(coverage: np.ndarray, *, same: float = SAME) -> np.ndarray:
    """coverage: (n, 64, 64) uint8 -> numbers, ascending, of those that no earlier one is a twin of.

    A pair is compared in full where its 16 x 16 pictures point the same way.
    """
    small = shrink(coverage)
    order = np.argsort(small.sum(1, dtype=np.float64), kind="stable")
    ink = small.sum(1, dtype=np.float64)[order]
    dropped = np.zeros(len(coverage), bool)
    for start in range(0, len(order), ROWS):
        rows = order[start : start + ROWS]
        end = int(np.searchsorted(ink, ink[min(start + ROWS, len(order)) - 1] / same, side="right"))
        _drop(coverage, small, rows, order[start:end], same, dropped)
    return np.flatnonzero(~dropped)


def shrink(coverage: np.ndarray) -> np.ndarray:
    """(n, 64, 64) uint8 -> (n, 256) float32 means of cells, 0 to 1."""
    n, side = len(coverage), coverage.shape[-1]
    cell = side // CELLS
    out = np.empty((n, CELLS * CELLS), np.float32)
    for i in range(0, n, 4096):
        part = coverage[i : i + 4096].reshape(-1, CELLS, cell, CELLS, cell)
        out[i : i + 4096] = part.mean((2, 4), dtype=np.float32).reshape(-1, CELLS * CELLS) / 255
    return out


def _drop(coverage, small, rows, others, same: float, dropped: np.ndarray) -> None:
    """Of every pair of twins the later one (by number) goes."""
    lengths = np.linalg.norm(small[others], axis=1)
    alike = small[rows] @ small[others].T
    alike /= np.linalg.norm(small[rows], axis=1)[:, None] * lengths[None, :]
    for i, j in zip(*np.nonzero(alike > same), strict=True):
        a, b = int(rows[i]), int(others[j])
        if a != b and not (dropped[a] or dropped[b]) and overlap(coverage[a], coverage[b]) >= same:
            dropped[max(a, b)] = True


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two coverages of one shape (Jaccard, with minimum and maximum)."""
    a, b = a.astype(np.float32), b.astype(np.float32)
    return float(np.minimum(a, b).sum() / max(np.maximum(a, b).sum(), 1e-9))
