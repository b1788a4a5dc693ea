"""A field becomes an SVG: outlines found, corners put back, and drawn with lines, arcs and curves.

The same field and the same options give the same bytes.
"""

from typing import Any, Literal

import msgspec
import numpy.typing as npt

from desktop_app.engine.errors import StudioError
from desktop_app.engine.fields import coverage_of
from desktop_app.studio.vector_field import field_of, icon_field_of
from desktop_app.studio.vector_fit import fitted
from desktop_app.studio.vector_outline import outlines
from desktop_app.studio.vector_path import Arc, Cubic, Line, Outline, Path, svg_path

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

BLANK = "Nothing can be traced: the picture is blank. Choose one with some ink in it."
FULL = "Nothing can be traced: the picture is ink from edge to edge. Choose one with a ground around its shape."


class VectorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How an icon is turned into vectors."""

    view_box: float = 24.0  # units of the longer side
    detail: float = 0.5  # 0 to 1: how closely the field is followed
    smoothing: float = 0.0  # pixels of the field: what is blurred before the outline is looked for
    simplification: float = 0.0  # 0 to 1: small islands, small holes and short pieces go
    grid: float = 0.0  # units between the lines to which straight axis-parallel edges snap; 0: none
    padding: float | None = (
        None  # units around the ink, which is then scaled to look as big as others; None: as it lies
    )
    symmetry: Symmetry = "none"
    colour: str = "#000"  # of the ink


DEFAULT = VectorOptions()


def trace(field: Array, options: VectorOptions = DEFAULT) -> Outline:
    """(H, W) field, signed distances in its own pixels, positive inside -> closed paths in view-box units.

    Raises StudioError for a field without any outline.
    """
    if min(field.shape) < 2 or not (field > 0).any():
        raise StudioError(BLANK)
    if (field > 0).all():
        raise StudioError(FULL)
    scale = options.view_box / max(field.shape)
    paths = [fitted(loop, 0.1, scale) for loop in outlines(field)]
    if not paths:
        raise StudioError(BLANK)
    return Outline(field.shape[1] * scale, field.shape[0] * scale, tuple(paths))


def svg(outline: Outline, options: VectorOptions = DEFAULT) -> str:
    """A whole SVG document of one path."""
    size = f"{outline.width:g} {outline.height:g}"
    width, height = size.split()
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {size}">'
    fill = "" if options.colour in ("#000", "#000000", "black") else f' fill="{options.colour}"'
    return f'{head}<path{fill} fill-rule="evenodd" d="{svg_path(outline)}"/></svg>\n'
