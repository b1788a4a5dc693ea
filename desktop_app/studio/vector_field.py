"""Pictures become fields: signed distances to the outline, measured to a fraction of a pixel.

S. Gustavson and R. Strand, “Anti-aliased Euclidean distance transform”, Pattern Recognition Letters 32 (2011): how much
of a pixel is covered says where the outline crosses it. Here distances spread from the outline's own pixels as far as
they are wanted and no farther. The engine reads an icon of one's own by `fields.field_of` instead, as coarsely as the
training's fields were measured.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Float32 = npt.NDArray[np.float32]

REACH = 4.0  # pixels at which a field ends
FIELD_SIDE = 64  # of an icon's field


def field_of(coverage: Array, reach: float = REACH) -> Float32:
    """(H, W) uint8, 255 where all of a pixel is ink -> (H, W) signed distances in pixels, at most `reach` either way.

    Beyond the picture there is no ink.
    """
    edge = int(np.ceil(reach)) + 1
    share = _decided(np.pad(coverage.astype(np.float64) / 255, edge))
    outside = _distances(share, reach, edge)
    inside = _distances(1 - share, reach, edge)
    crossed = (share > 0) & (share < 1)
    signed = np.where(share >= 1, inside, -outside)
    signed[crossed] = -_own_distance(share, crossed)
    field: Float32 = np.clip(signed[edge:-edge, edge:-edge], -reach, reach).astype(np.float32)
    return field


def icon_field_of(coverage: Array) -> Float32:
    """(side, side) uint8 with a side of a multiple of 64 pixels -> the icon's field, (64, 64), within ±4."""
    cell = len(coverage) // FIELD_SIDE
    large = field_of(coverage, REACH * cell + cell)
    means = large.reshape(FIELD_SIDE, cell, FIELD_SIDE, cell).mean((1, 3)) / cell
    field: Float32 = np.clip(means, -REACH, REACH).astype(np.float32)
    return field


def _decided(share: Array) -> Array:
    """Half-covered pixels that do not lie between ink and ground are a tone, not an edge: ink from one half on."""
    most, least = share, share
    for axis in (0, 1):
        most = np.maximum.reduce([np.roll(most, -1, axis), most, np.roll(most, 1, axis)])
        least = np.minimum.reduce([np.roll(least, -1, axis), least, np.roll(least, 1, axis)])
    return np.where((most > 0.5) & (least < 0.5), share, np.round(share))


def _distances(share: Array, reach: float, edge: int) -> Array:
    """Of every pixel to the ink, from the pixels at its outline; `reach` where none is nearer."""
    seeds = np.nonzero((share > 0) & _beside_less(share))
    inner = np.all([(at >= edge) & (at < size - edge) for at, size in zip(seeds, share.shape, strict=True)], 0)
    rows, columns = (at[inner] for at in seeds)
    covered = share[rows, columns]
    distances = np.full(share.shape, reach)
    flat, start = distances.ravel(), rows * share.shape[1] + columns
    for down, across in _offsets(reach):
        way = float(np.hypot(down, across))
        found = way + _to_edge(np.float64(abs(across) / way), np.float64(abs(down) / way), covered)
        at = start + down * share.shape[1] + across
        flat[at] = np.minimum(flat[at], found)
    return distances


def _beside_less(share: Array) -> Array:
    """Pixels of which a neighbour holds less ink, or that are crossed themselves."""
    around = np.pad(share, 1, mode="edge")
    sides = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    crossed: Array = (np.minimum.reduce(sides) < 1) | (share < 1)
    return crossed


def _offsets(reach: float) -> list[tuple[int, int]]:
    """Steps (down, across) of at most a pixel more than the reach, without the one that stays."""
    far = int(np.ceil(reach))
    steps = [(down, across) for down in range(-far, far + 1) for across in range(-far, far + 1)]
    return [step for step in steps if 0 < np.hypot(*step) <= reach + 1]


def _own_distance(share: Array, crossed: Array) -> Array:
    """From the middle of crossed pixels to the outline, square to it; positive where the middle is outside."""
    down, across = np.gradient(_blurred(share))
    steep = np.maximum(np.hypot(down[crossed], across[crossed]), 1e-9)
    return _to_edge(np.abs(across[crossed]) / steep, np.abs(down[crossed]) / steep, share[crossed])


def _blurred(share: Array) -> Array:
    """Three by three, weights 1 2 1: steadier directions."""
    for axis in (0, 1):
        share = (np.roll(share, 1, axis) + 2 * share + np.roll(share, -1, axis)) / 4
    return share


def _to_edge(across: Array | np.float64, down: Array | np.float64, covered: Array) -> Array:
    """From a pixel's middle to a straight edge square to the unit direction that leaves this share of it covered."""
    large, small = np.maximum(across, down), np.minimum(across, down)
    corner = 0.5 * small / np.maximum(large, 1e-9)
    root = np.sqrt(2 * large * small * np.minimum(covered, 1 - covered))
    half = 0.5 * (large + small)
    middle = (0.5 - covered) * large
    distance: Array = np.where(covered < corner, half - root, np.where(covered > 1 - corner, root - half, middle))
    return distance
