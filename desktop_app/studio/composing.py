"""The picture that is saved: the blend of what was and what the network made of it, in bands of rows through files."""

from collections.abc import Iterator, Sequence

import numpy as np

from desktop_app.studio.bicubic import bicubic
from desktop_app.studio.photo_tags import Array
from desktop_app.studio.restoration import Map, Stroke, local_map
from desktop_app.studio.restored import Int16, blend, detail_layer_into
from desktop_app.studio.scratch import Scratch

BAND_PIXELS = 2**20
REACH = 4  # pixels of the original that a bicubic enlargement looks at around a band, and more


def composed(
    scratch: Scratch,
    original: Array,
    clean: Array,
    *,
    strength: float = 1.0,
    detail: float = 0.0,
    local: Sequence[Stroke] = (),
    layer: Int16 | None = None,
) -> Array:
    """(sH, sW, C) of the clean picture's size; `clean` itself where nothing of the original comes back.

    original: (H, W, C), enlarged where the clean picture is s times as large. local: strokes in its pixels.
    layer: of `restored.detail_layer`, where there is one already. Raises FileError where there is no room.
    """
    if strength == 1 and detail == 0 and not local:
        return clean
    scale = clean.shape[0] // original.shape[0]
    before = original if scale == 1 else enlarged(scratch, original, scale)
    if detail and layer is None:
        layer = scratch.new((*clean.shape[:2], 1), np.uint16)[1].view(np.int16)[..., 0]
        detail_layer_into(before, clean, layer)
    _, out = scratch.new((clean.shape[0], clean.shape[1], clean.shape[2]), clean.dtype)
    for rows in bands(clean.shape[:2], step=scale):
        out[rows] = blend(
            before[rows],
            clean[rows],
            strength=strength,
            local=_local(local, rows, clean.shape[1], scale) if local else None,
            detail=detail,
            layer=None if layer is None else layer[rows],
        )
    return out


def _local(strokes: Sequence[Stroke], rows: slice, width: int, scale: int) -> Map:
    """The map of local strength for some rows of the result."""
    box = (0, rows.start // scale, width // scale, rows.stop // scale)
    return local_map(strokes, box, (width, rows.stop - rows.start))


def enlarged(scratch: Scratch, original: Array, scale: int) -> Array:
    """(H, W, C) -> (scale H, scale W, C), bicubic. Raises FileError where there is no room for it."""
    height, width, channels = original.shape
    _, out = scratch.new((scale * height, scale * width, channels), original.dtype)
    for rows in bands((height, width)):
        first, last = max(0, rows.start - REACH), min(height, rows.stop + REACH)
        skipped, wanted = scale * (rows.start - first), scale * (rows.stop - rows.start)
        for channel in range(channels):
            wide = bicubic(original[first:last, :, channel], scale)[skipped : skipped + wanted]
            out[scale * rows.start : scale * rows.stop, :, channel] = wide
    return out


def bands(size: tuple[int, ...], *, step: int = 1) -> Iterator[slice]:
    """Rows of a (height, width) picture, about BAND_PIXELS at once, a multiple of `step`."""
    height, width = size
    rows = max(1, BAND_PIXELS // (width * step)) * step
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))
