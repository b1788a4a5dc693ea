"""An icon font: TrueType outlines in the private use area, with tables that say which icon has which code.

Outlines of TrueType are quadratic (cu2qu makes them of cubic ones, to MAX_ERROR) and filled by the non-zero rule; icons
are filled by even-odd. So contours are turned by how deep they lie: those at an even depth run clockwise, holes against
them. That is the same picture for contours that do not cross, which is what outlines of a field are.

Same icons, same bytes: the font's dates are fixed.
"""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.basePen import AbstractPen
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.reverseContourPen import ReverseContourPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

from desktop_app.engine.errors import RequestError
from desktop_app.studio.icon_style import SIDE, IconStyle, placement
from desktop_app.studio.path_contours import Contour, area, contours_of, lies_in, polygon

EM = 2048  # units of the font in the tile's side
DESCENT = EM // 8  # so far the tile goes below the line of the text, as capital letters and icons look level
MAX_ERROR = 0.5  # units
FIRST_CODE, LAST_CODE = 0xE000, 0xF8FF  # Unicode's private use area
DATE = 3_786_912_000  # 2024-01-01 in seconds from 1904, as the head table counts


@dataclass(frozen=True)
class Glyph:
    name: str  # of the icon, as the tables show it
    path: str
    style: IconStyle  # its padding counts; a font has no colours


@dataclass(frozen=True)
class IconFont:
    ttf: bytes
    codes: dict[str, int]  # name of the icon -> code point, in order


def icon_font(glyphs: Sequence[Glyph], family: str, *, step: Callable[[], None] = lambda: None) -> IconFont:
    """Raises RequestError for more icons than the private use area has codes, and for a path that is none."""
    if len(glyphs) > LAST_CODE - FIRST_CODE + 1:
        raise RequestError(f"A font holds at most {LAST_CODE - FIRST_CODE + 1:,} icons. Choose fewer.")
    names = _glyph_names([glyph.name for glyph in glyphs])
    outlines: dict[str, Any] = {".notdef": _notdef(), "space": TTGlyphPen(None).glyph()}
    for name, glyph in zip(names, glyphs, strict=True):
        outlines[name] = outline(glyph.path, glyph.style)
        step()
    codes = {glyph.name: FIRST_CODE + index for index, glyph in enumerate(glyphs)}
    return IconFont(_ttf(outlines, dict(zip(codes.values(), names, strict=True)), family), codes)


# -- outlines ------------------------------------------------------------------------------------------------------


def outline(path: str, style: IconStyle) -> Any:
    """A glyph of fontTools. Raises RequestError."""
    made = TTGlyphPen(None)
    offset, scale = placement(style)
    factor = EM * scale / SIDE
    left, top = EM * offset, EM - DESCENT - EM * offset
    pen = TransformPen(Cu2QuPen(made, MAX_ERROR), (factor, 0, 0, -factor, left, top))
    contours = contours_of(path)
    for contour, depth in zip(contours, _depths(contours), strict=True):
        _replay(contour, pen, clockwise=depth % 2 == 0)
    return made.glyph()


def _replay(contour: Contour, pen: AbstractPen, *, clockwise: bool) -> None:
    """The view box counts downwards, and positive areas turn clockwise as it is seen, here as in the font."""
    turned = (area(polygon(contour)) > 0) != clockwise
    out = ReverseContourPen(pen) if turned else pen
    for command, arguments in contour:
        getattr(out, command)(*arguments)


def _depths(contours: Sequence[Contour]) -> list[int]:
    """In how many others each contour lies."""
    polygons = [polygon(contour) for contour in contours]
    return [sum(lies_in(one, other) for other in polygons if other is not one) for one in polygons]


def _notdef() -> Any:
    """A frame, which is what fonts show for a code that they lack."""
    pen = TTGlyphPen(None)
    for inset, order in ((EM // 8, 1), (EM // 8 + EM // 16, -1)):
        low, high = inset, EM - inset
        corners = [(low, low), (low, high), (high, high), (high, low)][::order]
        pen.moveTo((corners[0][0], corners[0][1] - DESCENT))
        for x, y in corners[1:]:
            pen.lineTo((x, y - DESCENT))
        pen.closePath()
    return pen.glyph()


# -- the file ------------------------------------------------------------------------------------------------------


def _ttf(outlines: dict[str, Any], codes: dict[int, str], family: str) -> bytes:
    builder = FontBuilder(EM, isTTF=True)
    builder.updateHead(created=DATE, modified=DATE)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap({0x20: "space", **codes})
    builder.setupGlyf(outlines)
    left = {name: getattr(builder.font["glyf"][name], "xMin", 0) for name in outlines}
    builder.setupHorizontalMetrics({name: (EM // 2 if name == "space" else EM, left[name]) for name in outlines})
    ascent = EM - DESCENT
    builder.setupHorizontalHeader(ascent=ascent, descent=-DESCENT)
    builder.setupNameTable(_name_table(family))
    builder.setupOS2(
        sTypoAscender=ascent,
        sTypoDescender=-DESCENT,
        sTypoLineGap=0,
        usWinAscent=ascent,
        usWinDescent=DESCENT,
        fsType=0,  # may be embedded and installed
        achVendID="NONE",
    )
    builder.setupPost(isFixedPitch=1)
    builder.font.recalcTimestamp = False
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def _name_table(family: str) -> dict[str, str]:
    postscript = re.sub(r"[^A-Za-z0-9]+", "", family)[:50] or "Icons"
    return {
        "familyName": family,
        "styleName": "Regular",
        "uniqueFontIdentifier": f"{postscript}-Regular",
        "fullName": family,
        "version": "Version 1.000",
        "psName": f"{postscript}-Regular",
    }


def _glyph_names(names: Sequence[str]) -> list[str]:
    """As the OpenType specification allows them: Latin letters, digits, points; never beginning with a digit."""
    made = []
    for index, name in enumerate(names):
        plain = re.sub(r"[^a-z0-9]+", ".", name.casefold()).strip(".")
        code = f"uni{FIRST_CODE + index:04X}"
        made.append(f"{plain[:50]}.{code}" if plain and plain[0].isalpha() else code)
    return made


# -- which icon has which code -------------------------------------------------------------------------------------


def code_table_json(font: IconFont, family: str) -> bytes:
    icons = [{"name": name, "code": f"U+{code:04X}", "decimal": code} for name, code in font.codes.items()]
    table = {"family": family, "units_per_em": EM, "ascent": EM - DESCENT, "descent": -DESCENT, "icons": icons}
    return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()


def code_table_css(font: IconFont, family: str, file: str, *, prefix: str = "icon") -> bytes:
    """A style sheet: <span class="icon icon-heart"></span> shows the heart. file: of the font, beside the sheet."""
    quoted = family.replace("\\", "\\\\").replace('"', '\\"')
    rules = [
        f'@font-face {{ font-family: "{quoted}"; src: url("{file}") format("truetype"); }}',
        f'.{prefix} {{ font: normal 400 1em/1 "{quoted}"; display: inline-block; }}',
        *(f'.{prefix}-{name}::before {{ content: "\\{code:x}"; }}' for name, code in font.codes.items()),
    ]
    return ("\n".join(rules) + "\n").encode()
