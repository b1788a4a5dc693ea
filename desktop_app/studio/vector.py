"""A field becomes an SVG: outlines found, corners put back, and drawn with lines, arcs and curves.

The same field and the same options give the same bytes.
"""

import html
import math
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import StudioError
from desktop_app.engine.fields import coverage_of
from desktop_app.studio.vector_corners import SPACING
from desktop_app.studio.vector_field import field_of, icon_field_of
from desktop_app.studio.vector_fit import fitted
from desktop_app.studio.vector_outline import outlines
from desktop_app.studio.vector_padding import padded
from desktop_app.studio.vector_path import Arc, Cubic, Line, Outline, Path, svg_path
from desktop_app.studio.vector_snap import snapped
from desktop_app.studio.vector_symmetry import mirrored

__all__ = [
    "Arc",
    "Cubic",
    "Line",
    "Outline",
    "Path",
    "VectorOptions",
    "coverage_of",
    "field_of",
    "icon_field_of",
    "svg",
    "svg_path",
    "trace",
]

Array = npt.NDArray[Any]
Symmetry = Literal["none", "left-right", "top-bottom", "both"]

ICON_SIDE = 64  # of the fields in whose pixels the figures below are
LOOSEST, CLOSER = 0.3, 1 / 9  # pixels: the tolerance at a detail of 0, and how much smaller it is at 1
SMALLEST = 0.35  # square pixels: smaller islands and holes are dust
LARGEST_DUST = 40.0  # square pixels, at full simplification
LONGEST_NOTCH = 3.5  # pixels: edges up to this go at full simplification
FINEST = 128  # pixels a side, beyond which a field is fitted as if it were smaller
ALIKE = 0.8  # intersection over union of an icon and its reflection, from which they are meant to be the same
BLACK = ("#000", "#000000", "black")

BLANK = "Nothing can be traced: the picture is blank. Choose one with some ink in it."
FULL = "Nothing can be traced: the picture is ink from edge to edge. Choose one with a ground around its shape."


class VectorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How an icon is turned into vectors."""

    view_box: float = 24.0  # units of the longer side
    detail: float = 0.5  # 0 to 1: how closely the field is followed
    smoothing: float = 0.0  # pixels of the field: what is blurred before the outline is looked for
    simplification: float = 0.0  # 0 to 1: small islands, small holes and short pieces go
    grid: float = 0.0  # units between the lines to which straight axis-parallel edges snap; 0: none
    padding: float | None = None  # units around ink scaled to look as big as other icons; None: it stays as it is
    symmetry: Symmetry = "none"
    colour: str = "#000"  # of the ink


DEFAULT = VectorOptions()


def trace(field: Array, options: VectorOptions = DEFAULT) -> Outline:
    """(H, W) field, signed distances in its own pixels, positive inside -> closed paths in view-box units.

    Raises StudioError for a field without any outline.
    """
    _check(field)
    smooth = blurred(field, options.smoothing)
    paths = _paths(_symmetric(smooth, options.symmetry), options)
    if not paths:
        raise StudioError(BLANK)
    unit = options.view_box / max(field.shape)
    outline = Outline(field.shape[1] * unit, field.shape[0] * unit, tuple(paths))
    if options.padding is not None:
        outline = padded(outline, options.padding)
    return snapped(outline, options.grid) if options.grid > 0 else outline


def _check(field: Array) -> None:
    if min(field.shape) < 2 or not np.isfinite(field).all() or not (field > 0).any():
        raise StudioError(BLANK)
    if (field > 0).all():
        raise StudioError(FULL)


def _paths(field: Array, options: VectorOptions) -> list[Path]:
    """The closed paths of a field, in view-box units."""
    longest = max(field.shape)
    pixel = max(1.0, longest / FINEST)  # of the fit, in pixels of the field
    tolerance = LOOSEST * CLOSER**options.detail * longest / ICON_SIDE / pixel
    dust = (SMALLEST + options.simplification**2 * LARGEST_DUST) * (longest / ICON_SIDE) ** 2
    shortest = options.simplification * LONGEST_NOTCH * longest / ICON_SIDE / pixel
    loops = outlines(field, SPACING * pixel, dust)
    unit = options.view_box / longest
    paths = [fitted((loop[:, 0] + 1j * loop[:, 1]) / pixel, tolerance, unit * pixel, shortest) for loop in loops]
    if options.symmetry in ("left-right", "both"):
        paths = mirrored(paths, "upright", field.shape[1] * unit)
    if options.symmetry in ("top-bottom", "both"):
        paths = mirrored(paths, "level", field.shape[0] * unit)
    return paths


def _symmetric(field: Array, symmetry: Symmetry) -> Array:
    """A field whose halves are alike: the mean of both where they almost are, else the left or upper one twice."""
    if symmetry in ("left-right", "both"):
        field = _alike(field.T).T
    return _alike(field) if symmetry in ("top-bottom", "both") else field


def _alike(field: Array) -> Array:
    """The same for the upper and lower half."""
    turned = field[::-1]
    ink, other = field > 0, turned > 0
    if (ink & other).sum() >= ALIKE * (ink | other).sum():
        return (field + turned) / 2
    half = field[: (len(field) + 1) // 2]
    return np.concatenate([half, half[: len(field) // 2][::-1]])


def blurred(field: Array, sigma: float) -> Array:
    """The field after a Gaussian of so many pixels."""
    reach = math.ceil(3 * sigma)
    if not reach:
        return field
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        wide = np.pad(field, [(reach, reach) if axis == n else (0, 0) for n in (0, 1)], mode="edge")
        size = field.shape[axis]
        field = sum(weight * wide.take(range(at, at + size), axis) for at, weight in enumerate(weights))
    return field


def svg(outline: Outline, options: VectorOptions = DEFAULT) -> str:
    """A whole SVG document of one path."""
    width, height = f"{outline.width:g}", f"{outline.height:g}"
    box = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    fill = "" if options.colour in BLACK else f' fill="{html.escape(options.colour)}"'
    path = f'<path{fill} fill-rule="evenodd" d="{svg_path(outline)}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{path}</svg>\n'
