"""How the icons of a project look and leave it: colours, outlines, and the pattern bench. Plain values."""

from typing import Literal

import msgspec

from desktop_app.engine.requests import Frozen
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.palette import Palette

LayoutName = Literal["grid", "half-drop", "brick", "mirror"]


class PatternState(Frozen, frozen=True):
    """As `pattern.Pattern`, which is slow to import."""

    layout: LayoutName = "grid"
    spacing: float = 25.0  # between icons, percent of their side
    scale: float = 100.0  # of the icon, percent of its view box
    rotation: float = 0.0  # degrees clockwise


class IconState(Frozen, frozen=True):
    look: IconLook = IconLook()
    palette: Palette | None = None  # that is open; `look.style.lock` is the same while icons are held to it
    pattern: PatternState = PatternState()


def with_look(state: IconState, look: IconLook) -> IconState:
    """The look of a file that was opened, with the palette it was held to."""
    return msgspec.structs.replace(
        state, look=msgspec.structs.replace(look, size=0), palette=look.style.lock or state.palette
    )
