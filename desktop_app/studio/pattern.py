"""The pattern bench: one icon repeated without end, as an SVG pattern and as a picture that tiles without a seam.

All layouts have a rectangle that repeats, the cell; the smallest one is used. Both files are made of the same text, the
cell's icons with those that reach into it from beside it, so the picture is the vector's.
"""

import html
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.icon_sprite import identifiers
from desktop_app.studio.icon_style import LINKING, SIDE, IconStyle, number, shown, title
from desktop_app.studio.path_contours import contours_of
from desktop_app.studio.safe_names import safe_name
from desktop_app.studio.svg_drawing import LARGEST, draw, draw_png
from desktop_app.studio.whole_files import refuse_known, write_all

LEAST_SPACING, MOST_SPACING = -50.0, 300.0  # percent of the icon's side
LEAST_SCALE, MOST_SCALE = 10.0, 2000.0  # percent of the icon's view box
MOST_COPIES = 500
SHOWN_CELLS = 4  # of a document, each way, where nothing else is asked for


class Layout(StrEnum):
    GRID = "grid"
    HALF_DROP = "half-drop"  # every other column is half a step lower
    BRICK = "brick"  # every other row is half a step farther right
    MIRROR = "mirror"  # every other column and row is mirrored


@dataclass(frozen=True)
class Pattern:
    """Raises RequestError for numbers out of range."""

    layout: Layout = Layout.GRID
    spacing: float = 25.0  # between icons, percent of their side; below 0 they overlap
    scale: float = 100.0  # of the icon, percent of its view box
    rotation: float = 0.0  # of each icon, degrees clockwise

    def __post_init__(self) -> None:
        _within("spacing", self.spacing, LEAST_SPACING, MOST_SPACING)
        _within("scale", self.scale, LEAST_SCALE, MOST_SCALE)
        _within("rotation", self.rotation, -360.0, 360.0)


@dataclass(frozen=True)
class Place:
    """An icon in the cell: its middle in units, and which way it faces."""

    x: float
    y: float
    across: int = 1  # -1: mirrored left to right
    down: int = 1  # -1: mirrored top to bottom


def _within(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise RequestError(f"The {what} of the pattern is {value:g}. It goes from {least:g} to {most:g}.")


# -- the cell ------------------------------------------------------------------------------------------------------


def step(pattern: Pattern) -> float:
    """From one icon to the next, in whole units: at its own size each cell is whole pixels, so none is blurred.

    The icons are scaled along, so spacing is as it was asked for; of large ones that is a few percent.
    """
    return max(1.0, float(round(_exact_step(pattern))))


def _exact_step(pattern: Pattern) -> float:
    return SIDE * pattern.scale / 100 * (1 + pattern.spacing / 100)


def _factor(pattern: Pattern) -> float:
    """The icon's size in its view box's."""
    return pattern.scale / 100 * step(pattern) / _exact_step(pattern)


def cell_steps(layout: Layout) -> tuple[int, int]:
    """Width and height of the smallest rectangle that repeats, in steps."""
    return {Layout.GRID: (1, 1), Layout.HALF_DROP: (2, 1), Layout.BRICK: (1, 2), Layout.MIRROR: (2, 2)}[layout]


def places(pattern: Pattern) -> list[Place]:
    """The icons whose middle lies in the cell."""
    half = step(pattern) / 2
    first = Place(half, half)
    if pattern.layout == Layout.HALF_DROP:
        return [first, Place(3 * half, 2 * half)]
    if pattern.layout == Layout.BRICK:
        return [first, Place(2 * half, 3 * half)]
    if pattern.layout == Layout.MIRROR:
        return [Place(x * half, y * half, 2 - x, 2 - y) for y in (1, 3) for x in (1, 3)]
    return [first]


def copies(path: str, pattern: Pattern) -> list[Place]:
    """All icons of which something lies in the cell, those of its neighbours too. Raises RequestError."""
    low, high = _bounds(path, pattern)
    found = [copy for place in places(pattern) for copy in _around(place, low, high, pattern)]
    if len(found) > MOST_COPIES:
        raise RequestError("This icon reaches too far beyond its view box to be repeated. Trace it anew.")
    return found


def _bounds(path: str, pattern: Pattern) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(left, top) and (right, bottom) of the icon's ink around its middle, turned and scaled."""
    points = np.array([point for contour in contours_of(path) for _, points in contour for point in points], np.float64)
    if not len(points):
        raise RequestError("The icon is blank: there is nothing to repeat. Choose another one.")
    turn, factor = math.radians(pattern.rotation), _factor(pattern)
    spun = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    turned = (points - SIDE / 2) * factor @ spun
    return turned.min(0), turned.max(0)


def _around(
    place: Place, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], pattern: Pattern
) -> Iterator[Place]:
    wide, tall = (count * step(pattern) for count in cell_steps(pattern.layout))
    left, right = (low[0], high[0]) if place.across > 0 else (-high[0], -low[0])
    top, bottom = (low[1], high[1]) if place.down > 0 else (-high[1], -low[1])
    for y in _repeats(place.y, top, bottom, tall):
        for x in _repeats(place.x, left, right, wide):
            yield Place(x, y, place.across, place.down)


def _repeats(middle: float, before: float, after: float, length: float) -> list[float]:
    """Where, in steps of the cell's length, something that lasts from before to after the middle touches the cell."""
    first = math.ceil(-(middle + after) / length - 1e-6)
    last = math.floor((length - middle - before) / length + 1e-6)
    return [middle + count * length for count in range(first, last + 1)]


# -- vectors -------------------------------------------------------------------------------------------------------


def pattern_svg(
    path: str, style: IconStyle, pattern: Pattern, *, name: str = "", size: tuple[float, float] | None = None
) -> str:
    """A document that fills a rectangle with the pattern; size in units, by default SHOWN_CELLS cells each way.

    The background lies under the pattern, not in it, so no hairline can show between cells.
    """
    wide, tall = (number(count * step(pattern)) for count in cell_steps(pattern.layout))
    whole = size or tuple(SHOWN_CELLS * count * step(pattern) for count in cell_steps(pattern.layout))
    right, bottom = (number(side) for side in whole)
    identifier = identifiers([safe_name(name, otherwise="pattern")])[0]
    fills = [colour for colour in (shown(style).background, f"url(#{identifier})") if colour]
    rectangles = "".join(f'<rect width="{right}" height="{bottom}" fill="{colour}"/>' for colour in fills)
    return (
        f'<svg {LINKING} width="{right}" height="{bottom}" viewBox="0 0 {right} {bottom}">'
        f"{title(name)}<defs>{_icon(path, style, pattern, identifier)}"
        f'<pattern id="{identifier}" width="{wide}" height="{tall}" patternUnits="userSpaceOnUse">'
        f"{_uses(path, pattern, identifier)}</pattern></defs>{rectangles}</svg>\n"
    )


def cell_svg(path: str, style: IconStyle, pattern: Pattern, step_px: int) -> str:
    """One cell, with its background, that fills a picture of `tile_size` to its last pixel."""
    across, down = tile_size(pattern, step_px)
    wide, tall = (count * step(pattern) for count in cell_steps(pattern.layout))
    ground = shown(style).background
    below = f'<rect width="{number(wide)}" height="{number(tall)}" fill="{ground}"/>' if ground else ""
    icon = _icon(path, style, pattern, "pattern")
    return (
        f'<svg {LINKING} width="{across}" height="{down}" '
        f'viewBox="0 0 {number(wide)} {number(tall)}">'
        f"<defs>{icon}</defs>{below}{_uses(path, pattern, 'pattern')}</svg>\n"
    )


def _icon(path: str, style: IconStyle, pattern: Pattern, identifier: str) -> str:
    """The icon around the origin."""
    turned = f"rotate({number(pattern.rotation)}) " if pattern.rotation else ""
    scaled = f"scale({number(_factor(pattern))}) " if _factor(pattern) != 1 else ""
    middle = number(-SIDE / 2)
    return (
        f'<path id="{identifier}-icon" transform="{turned}{scaled}translate({middle} {middle})" '
        f'fill="{shown(style).foreground}" fill-rule="evenodd" d="{html.escape(path)}"/>'
    )


def _uses(path: str, pattern: Pattern, identifier: str) -> str:
    return "".join(_use(copy, identifier) for copy in copies(path, pattern))


def _use(copy: Place, identifier: str) -> str:
    x, y = number(copy.x), number(copy.y)
    if copy.across > 0 and copy.down > 0:
        return f'<use xlink:href="#{identifier}-icon" x="{x}" y="{y}"/>'
    return f'<use xlink:href="#{identifier}-icon" transform="translate({x} {y}) scale({copy.across} {copy.down})"/>'


# -- pixels --------------------------------------------------------------------------------------------------------


def tile_size(pattern: Pattern, step_px: int) -> tuple[int, int]:
    """Width and height of the tile for so many pixels from icon to icon. Raises RequestError."""
    across, down = cell_steps(pattern.layout)
    most = LARGEST // max(across, down)
    if not 1 <= step_px <= most:
        raise RequestError(f"A step of {step_px} pixels is none for this pattern: it goes from 1 to {most}.")
    return across * step_px, down * step_px


def tile(path: str, style: IconStyle, pattern: Pattern, step_px: int) -> Pixels:
    """(height, width, 4) uint8: one cell, which repeats without a seam. Raises RequestError."""
    return draw(cell_svg(path, style, pattern, step_px), *tile_size(pattern, step_px))


def tile_png(path: str, style: IconStyle, pattern: Pattern, step_px: int) -> bytes:
    return draw_png(cell_svg(path, style, pattern, step_px), *tile_size(pattern, step_px))


def export_pattern(
    path: str,
    style: IconStyle,
    pattern: Pattern,
    folder: Path,
    *,
    name: str,
    step_px: int = 256,
    overwrite: bool = False,
) -> tuple[Path, Path]:
    """<name>-pattern.svg and <name>-tile.png, both or none. Raises FileError and RequestError."""
    plain = safe_name(name, otherwise="icon")
    vector, picture = folder / f"{plain}-pattern.svg", folder / f"{plain}-tile.png"
    refuse_known([vector, picture], overwrite=overwrite)
    text = pattern_svg(path, style, pattern, name=f"{name} pattern")
    write_all([(vector, text.encode()), (picture, tile_png(path, style, pattern, step_px))])
    return vector, picture
