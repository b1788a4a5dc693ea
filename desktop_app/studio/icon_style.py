"""How an icon is shown and saved: its colours, the tile behind it, and the air around it.

An icon is the `d` of a path in a square view box of SIDE units, filled by even-odd. `icon_svg` makes the file of it and
`icon_picture` the same look of a coverage mask, for what has no outline yet.
"""

import html
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.colorimetry import contrast_ratio, contrast_words, hex_of, rgb_of
from desktop_app.studio.palette import FAR, Match, Palette

SIDE = 24.0  # units of the view box
MOST_RADIUS = 50.0  # percent of the tile's side: a circle
MOST_PADDING = 40.0  # percent of the tile's side, on each side
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
LINKING = f'{NAMESPACE} xmlns:xlink="http://www.w3.org/1999/xlink"'  # Inkscape 1.2 knows no other kind of link
PAGE = "#ffffff"  # what an icon without a background is held against


@dataclass(frozen=True)
class IconStyle:
    """Raises RequestError for colours that are none and for numbers out of range."""

    foreground: str = "#000000"
    background: str | None = None  # None: nothing behind the icon, and no tile
    radius: float = 0.0  # of the tile's corners, percent of its side
    padding: float = 0.0  # around the icon, percent of the tile's side
    lock: Palette | None = None  # colours become the nearest of these
    limit: float = FAR  # CIEDE2000, from which a locked colour counts as far from what was asked for

    def __post_init__(self) -> None:
        rgb_of(self.foreground)
        rgb_of(self.background or PAGE)
        _within("corner radius", self.radius, MOST_RADIUS)
        _within("padding", self.padding, MOST_PADDING)
        _within("limit of difference", self.limit, 100.0)


@dataclass(frozen=True)
class Shown:
    """The colours in which an icon really appears."""

    foreground: str
    background: str | None
    remarks: tuple[str, ...] = ()  # sentences on what the lock did and what does not work


@dataclass(frozen=True)
class Contrast:
    ratio: float  # 1 to 21
    words: str

    def __str__(self) -> str:
        return f"{np.floor(self.ratio * 100) / 100:.2f} : 1, {self.words}"


def _within(what: str, value: float, most: float) -> None:
    if not 0 <= value <= most:  # so is a number that is none
        raise RequestError(f"The {what} is {value:g}. It goes from 0 to {most:g}.")


# -- colours -------------------------------------------------------------------------------------------------------


def shown(style: IconStyle) -> Shown:
    """The colours after the palette's lock."""
    fore = _locked("icon", style.foreground, style)
    back = _locked("background", style.background, style) if style.background else (None, ())
    assert fore[0] is not None
    same = ("The icon and its background have the same colour. Choose another one.",) if fore[0] == back[0] else ()
    return Shown(fore[0], back[0], fore[1] + back[1] + same)


def _locked(what: str, colour: str, style: IconStyle) -> tuple[str | None, tuple[str, ...]]:
    plain = hex_of(rgb_of(colour))
    if style.lock is None:
        return plain, ()
    match = style.lock.nearest(plain)
    return match.swatch.colour, (_far(what, plain, match),) if match.delta_e > style.limit else ()


def _far(what: str, asked: str, match: Match) -> str:
    return (
        f"The palette has nothing near {asked} for the {what}: it became “{match.swatch.name}”, "
        f"which differs by ΔE {match.delta_e:.0f}."
    )


def contrast(style: IconStyle, page: str = PAGE) -> Contrast:
    """Of the icon with its background or, where it has none, with the page it lies on."""
    colours = shown(style)
    ratio = contrast_ratio(colours.foreground, colours.background or page)
    return Contrast(ratio, contrast_words(ratio))


# -- vectors -------------------------------------------------------------------------------------------------------


def icon_svg(path: str, style: IconStyle, *, name: str = "", ink: str = "") -> str:
    """The file of an icon: its size in pixels is its view box. Same icon, same style, same text.

    ink: in place of the foreground, such as currentColor.
    """
    size = number(SIDE)
    return (
        f'<svg {NAMESPACE} width="{size}" height="{size}" viewBox="0 0 {size} {size}">'
        f"{title(name)}{icon_elements(path, style, ink=ink)}</svg>\n"
    )


def icon_elements(path: str, style: IconStyle, *, ink: str = "") -> str:
    """The tile, where there is one, and the path."""
    colours = shown(style)
    fill = f' fill="{ink or colours.foreground}"' if (ink or colours.foreground) != "#000000" else ""
    drawn = f'<path{fill} fill-rule="evenodd"{_transform(style)} d="{html.escape(path)}"/>'
    return _tile_element(colours.background, style.radius) + drawn


def _tile_element(colour: str | None, radius: float) -> str:
    if colour is None:
        return ""
    rounded = f' rx="{number(SIDE * radius / 100)}"' if radius else ""
    return f'<rect width="{number(SIDE)}" height="{number(SIDE)}"{rounded} fill="{colour}"/>'


def _transform(style: IconStyle) -> str:
    if not style.padding:
        return ""
    offset, scale = placement(style)
    return f' transform="translate({number(SIDE * offset)} {number(SIDE * offset)}) scale({number(scale)})"'


def placement(style: IconStyle) -> tuple[float, float]:
    """Where the icon begins, in parts of the tile's side, and how large it is beside it."""
    return style.padding / 100, 1 - 2 * style.padding / 100


def title(name: str) -> str:
    """The <title> of an icon; nothing for one without a name. Characters that XML forbids are left out."""
    clean = "".join(c for c in name if c.isprintable()).strip()
    return f"<title>{html.escape(clean, quote=False)}</title>" if clean else ""


def number(value: float) -> str:
    """A number as SVG has it, without needless digits."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if round(value, 4) else "0"


# -- pixels --------------------------------------------------------------------------------------------------------


def icon_picture(coverage: Pixels, style: IconStyle, size: int) -> Pixels:
    """The same look of a square mask, (N, N) uint8 -> (size, size, 4) uint8 with straight alpha.

    Colours are mixed as SVG does, in sRGB.
    """
    colours = shown(style)
    ink = _placed(coverage, style, size)[..., None]
    tile = _tile(size, style.radius)[..., None] if colours.background else np.zeros_like(ink)
    alpha = ink + tile * (1 - ink)
    fore, back = (np.array(rgb_of(colour or PAGE), np.float64) for colour in (colours.foreground, colours.background))
    mixed = (fore * ink + back * tile * (1 - ink)) / np.maximum(alpha, 1e-9)
    picture: Pixels = np.rint(np.concatenate([mixed, alpha * 255], axis=-1)).astype(np.uint8)
    return picture


def _placed(coverage: Pixels, style: IconStyle, size: int) -> npt.NDArray[np.float64]:
    """(size, size) of 0 to 1: the mask with its padding. Means over areas where it shrinks, cubic where it grows."""
    from PIL import Image  # slow to import, and the window opens without it

    offset, scale = placement(style)
    side = len(coverage)
    air = offset / scale * side
    border = int(np.ceil(air))
    image = Image.fromarray(np.pad(coverage, border))
    box = (border - air, border - air, border + side + air, border + side + air)
    method = Image.Resampling.BOX if size * scale <= side else Image.Resampling.BICUBIC
    return np.asarray(image.resize((size, size), method, box=box), np.float64) / 255


def _tile(size: int, radius: float) -> npt.NDArray[np.float64]:
    """(size, size) of 0 to 1: how much of each pixel lies in a square with rounded corners."""
    corner = size * radius / 100
    reach = np.abs(np.arange(size) + 0.5 - size / 2) - (size / 2 - corner)
    x, y = np.maximum(reach, 0)[None], np.maximum(reach, 0)[:, None]
    distance = np.hypot(x, y) - corner
    inner = np.maximum(reach[None], reach[:, None]) <= 0
    covered: npt.NDArray[np.float64] = np.where(inner, 1.0, np.clip(0.5 - distance, 0, 1))
    return covered
