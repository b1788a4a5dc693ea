"""Colours in a style sheet: custom properties with their names, and every other #hex, rgb() and hsl() in it.

Sass and Less variables ($name, @name) count as custom properties. Selectors, comments, strings and addresses are passed
over, so #fed {…} is no colour. Source of the notations: CSS Color 4, sections 5 to 7.
"""

import colorsys
import math
import re
from collections.abc import Iterator

from PIL import ImageColor

from desktop_app.studio.colorimetry import hex_of
from desktop_app.studio.palette import Palette, Swatch
from desktop_app.studio.safe_names import safe_names

# each of these ends at the end of the text where its end is missing, so no text is read twice
_SKIPPED = re.compile(r"""/\*.*?(?:\*/|\Z)|url\([^)]*\)?|"[^"\n]*"?|'[^'\n]*'?""", re.DOTALL | re.IGNORECASE)
_COLOUR = re.compile(r"#([0-9a-f]{3,8})(?![-\w])|(?<![-\w])(rgb|hsl)a?\(([^()]*)\)", re.IGNORECASE)
_TURN = {"deg": 360.0, "grad": 400.0, "rad": 2 * math.pi, "turn": 1.0, "": 360.0}
_VALUE = re.compile(r"([-+]?(?:\d{1,9}(?:\.\d{0,20})?|\.\d{1,20}))(%|deg|grad|rad|turn|)", re.IGNORECASE)
_VARIABLE = ("--", "$", "@")

_Found = tuple[str, float]  # a colour and its alpha


# -- reading -------------------------------------------------------------------------------------------------------


def decode(text: str) -> tuple[tuple[Swatch, ...], tuple[str, ...]]:
    """Colours in their order, each property once and each colour without a name once; sentences on what was changed."""
    swatches: dict[tuple[str, str], Swatch] = {}
    is_clear = False
    for key, value in _declarations(text):
        found = _colours(value, named=key.startswith(_VARIABLE))
        for index, (colour, alpha) in enumerate(found):
            is_clear |= alpha < 1
            name = key.lstrip("-$@") if key.startswith(_VARIABLE) else ""
            numbered = f"{name} {index + 1}" if name and index else name
            swatches.setdefault((numbered, colour), Swatch(numbered, colour))
    named = {swatch.colour for (name, _), swatch in swatches.items() if name}
    kept = tuple(s for (name, colour), s in swatches.items() if name or colour not in named)
    return kept, ("What is partly transparent in it became opaque.",) if is_clear else ()


def _declarations(text: str) -> Iterator[tuple[str, str]]:
    """(property, value) of each: what stands before a ; or a } and has a colon."""
    parts = re.split(r"([;{}])", _SKIPPED.sub(" ", text) + ";")
    for piece, end in zip(parts[::2], parts[1::2], strict=False):
        key, colon, value = piece.partition(":")
        if end != "{" and colon:
            yield key.strip(), value.strip()


def _colours(value: str, *, named: bool) -> Iterator[_Found]:
    word = value.removesuffix("!default").strip().lower()
    if named and word in ImageColor.colormap:
        yield hex_of(ImageColor.getrgb(word)[:3]), 1.0
        return
    for match in _COLOUR.finditer(value):
        found = _of_digits(match[1]) if match[1] else _of_function(match[2].lower(), match[3])
        if found and found[1] > 0:
            yield found


def _of_digits(digits: str) -> _Found | None:
    if len(digits) in (3, 4):
        digits = "".join(2 * digit for digit in digits)
    if len(digits) not in (6, 8):
        return None
    return f"#{digits[:6].lower()}", int(digits[6:] or "ff", 16) / 255


def _of_function(function: str, inside: str) -> _Found | None:
    words = [word for word in re.split(r"[\s,/]+", inside.strip()) if word]
    parts = [_VALUE.fullmatch("0" if word.lower() == "none" else word) for word in words[:5]]
    if len(parts) not in (3, 4) or not all(parts):
        return None
    values = [(float(part[1]), part[2].lower()) for part in parts if part]
    alpha = _share(*values[3], whole=1.0) if len(values) == 4 else 1.0
    return (_rgb(values) if function == "rgb" else _hsl(values)), alpha


def _rgb(values: list[tuple[float, str]]) -> str:
    return hex_of([255 * _share(*value, whole=255.0) for value in values[:3]])


def _hsl(values: list[tuple[float, str]]) -> str:
    turns = values[0][0] / _TURN.get(values[0][1], 100.0)
    saturation, lightness = (_share(*value, whole=100.0) for value in values[1:3])
    rgb = colorsys.hls_to_rgb(turns % 1, lightness, saturation)
    return hex_of([255 * channel + 1e-6 for channel in rgb])  # halves go up, as in browsers


def _share(value: float, unit: str, *, whole: float) -> float:
    """0 to 1 of a percentage, or of a number that has a whole of its own."""
    return min(max(value / (100.0 if unit == "%" else whole), 0.0), 1.0)


# -- writing -------------------------------------------------------------------------------------------------------


def encode(palette: Palette) -> bytes:
    """Custom properties on :root, with names that CSS takes; groups as comments."""
    names = safe_names((swatch.name for swatch in palette.swatches), otherwise="colour")
    lines, group = [":root {"], ""
    for name, swatch in zip(names, palette.swatches, strict=True):
        if swatch.group != group and swatch.group:
            lines.append(f"  /* {swatch.group.replace('*/', '* /')} */")
        group = swatch.group
        lines.append(f"  --{name}: {swatch.colour};")
    return ("\n".join([*lines, "}"]) + "\n").encode()
