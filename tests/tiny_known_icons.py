"""An index of known icons (engine/icon_similar.py) of three squares, written down by hand."""

import numpy as np

from desktop_app.engine.icon_similar import CENTROIDS, folded

CELLS, SIDE = 4, 16  # the index looks at 4 x 4 cells, the fields have 16 x 16
NAMES = ("square", "square-large", "wide")


def field_of(top: float, left: float, bottom: float, right: float) -> np.ndarray:
    """(16, 16): signed distance to a rectangle, in pixels, positive inside."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    return np.minimum(np.minimum(y - top, bottom - y), np.minimum(x - left, right - x)).astype(np.float32)


SHAPES = (field_of(4, 4, 12, 12), field_of(0, 0, 16, 16), field_of(4, 0, 12, 16))


def known_icons() -> dict[str, np.ndarray]:
    """Each cell is an axis and a group of its own; centroid c says that c / 255 of it is covered."""
    cells = np.stack([_coverage(shape) for shape in SHAPES])  # (3, 16)
    levels = np.arange(CENTROIDS, dtype=np.float32) / 255
    shared, rests = folded(NAMES)
    return {
        "prefixes": np.array(["one", "two"]),
        "titles": np.array(["Set One", "Set Two"]),
        "licences": np.array(["MIT", "ISC"]),
        "counts": np.array([2, 1], np.int32),
        "shared": shared,
        "rests": rests,
        "mean": np.zeros(CELLS * CELLS, np.float16),
        "axes": np.eye(CELLS * CELLS, dtype=np.int8) * 127,
        "scale": np.full(CELLS * CELLS, 1 / 127, np.float32),
        "centroids": np.tile(levels[None, :, None], (CELLS * CELLS, 1, 1)).astype(np.float16),
        "codes": np.rint(cells.T * 255).astype(np.uint8),
        "rounded": np.zeros(3, np.uint8),
        "step": np.array(1, np.float32),
        "apart": np.array([0, 0.2], np.float32),
        "overlap": np.array([1, 0.6], np.float32),
        "limit": np.array(0.1, np.float32),
    }


def _coverage(field: np.ndarray) -> np.ndarray:
    cell = SIDE // CELLS
    return np.clip(field + 0.5, 0, 1).reshape(CELLS, cell, CELLS, cell).mean((1, 3)).ravel()
