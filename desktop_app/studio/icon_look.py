"""All that turns the field of an icon into a file: how it is traced, how it is dressed, and how large a picture is.

An `IconLook` lies in recipes and projects. Same field, same look, same bytes.
"""

from typing import Any

import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Frozen
from desktop_app.studio import vector
from desktop_app.studio.icon_style import SIDE, IconStyle, icon_svg
from desktop_app.studio.vector import VectorOptions

Array = npt.NDArray[Any]

MOST = {"detail": 1.0, "smoothing": 4.0, "simplification": 1.0, "grid": SIDE / 2, "padding": SIDE / 3}


class IconLook(Frozen, frozen=True):
    """Raises RequestError for numbers out of range."""

    style: IconStyle = IconStyle()
    vector: VectorOptions = VectorOptions()
    size: int = 0  # pixels a side of a picture; 0 is a vector

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            value = getattr(self.vector, name)
            if value is not None and not 0 <= value <= most:
                raise RequestError(f"The {name} of an outline is {value:g}. It goes from 0 to {most:g}.")
        if self.vector.view_box != SIDE:
            raise RequestError(f"The view box of an icon is {SIDE:g} units wide; {self.vector.view_box:g} were given.")
        if self.size < 0:
            raise RequestError(f"A picture of {self.size:,} pixels is none. Choose a size from 1 on.")


def icon_path(field: Array, options: VectorOptions) -> str:
    """The `d` of an icon in a view box of icon_style.SIDE. Raises StudioError for a field without any outline."""
    return vector.svg_path(vector.trace(field, options))


def icon_document(field: Array, look: IconLook, *, name: str = "") -> str:
    """The SVG file of an icon. Raises StudioError for a field without any outline."""
    return icon_svg(icon_path(field, look.vector), look.style, name=name)
