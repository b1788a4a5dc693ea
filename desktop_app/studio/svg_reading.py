"""An SVG of the designer's own becomes ink: untrusted text, read without harm, drawn, and told what it lost.

Where it is drawn. Untrusted models are opened in the engine's process alone, because a runtime for graphs is large and
written in C++. Pictures are read in the window's process, on a thread, and so are drawings, for these reasons:
resvg never sees the stranger's text. `svg_parsing` reads it, with limits on size, depth and number, and without
entities; `svg_cleaning` writes a new one from a short list of shapes, so there is no script, no file, no address, no
font, no filter, no pattern and no CSS in it; `svg_cost` counts what it would draw, so there is no endless loop, no deep
stack and no long wait. resvg itself is memory-safe, and it is given no folder to look for files in.
"""

import hashlib
import math
import re
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.picture_file import bytes_of
from desktop_app.studio.svg_cleaning import SHAPES, cleaned, walk, written
from desktop_app.studio.svg_cost import SIDE, check_cost, without_endless_dashes
from desktop_app.studio.svg_drawing import draw
from desktop_app.studio.svg_parsing import LARGEST_FILE, Node, parse
from desktop_app.studio.svg_style import StyleSheet

LARGEST_SIDE = 1e6  # units of a view box
THINNEST = 20.0  # times as long as wide
MOST_STYLING = 2_000_000  # rules times elements
_LENGTH = re.compile(r"\s*\+?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,2})?\s*(px|pt|pc|mm|cm|in|)\s*", re.IGNORECASE)
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 960 / 25.4, "in": 96.0}


@dataclass(frozen=True)
class CleanSvg:
    """A drawing that may be drawn: what the program wrote, not what the file held."""

    name: str  # of the file
    sha256: str  # of the file
    text: str
    notes: tuple[str, ...] = ()  # sentences on what was left out


def read(path: Path) -> CleanSvg:
    """Raises FileError, in a sentence, for everything that is no drawing of an icon."""
    return clean(bytes_of(path, limit=LARGEST_FILE, what="drawing"), path.name)


def clean(data: bytes, name: str) -> CleanSvg:
    """The same of a file's content. Raises FileError."""
    tree = parse(data, name)
    sheet = StyleSheet(tree.style)
    if sheet.rules * sum(1 for _ in walk(tree.root)) > MOST_STYLING:
        raise FileError(f"“{name}” is too intricate for an icon. Simplify it, or choose another drawing.")
    found = cleaned(tree, sheet)
    if not any(node.tag in SHAPES for node in walk(found.root)):
        raise FileError(" ".join([f"“{name}” holds no path and no other shape to draw.", *found.notes]))
    wide, high = _size(found.root, name)
    notes = list(found.notes)
    if without_endless_dashes(found.root):
        notes.append("Lines of very many dashes were drawn whole.")
    check_cost(found.root, name, max(wide, high))
    found.root.attributes.setdefault("viewBox", f"0 0 {wide:.9g} {high:.9g}")
    factor = SIDE / max(wide, high)
    text = written(found.root, wide * factor, high * factor)
    return CleanSvg(name, hashlib.sha256(data).hexdigest(), text, tuple(notes))


def drawn(svg: CleanSvg, side: int = SIDE) -> Pixels:
    """(side, side, 4) uint8 with straight alpha, in the middle. Raises FileError where nothing can be seen."""
    try:
        picture = draw(svg.text, side, side)
    except RequestError as error:
        raise FileError(f"“{svg.name}” cannot be drawn. {error.message}") from None
    if not picture[..., 3].any():
        raise FileError(" ".join([f"“{svg.name}” shows nothing: its shapes are empty or hidden.", *svg.notes]))
    return picture


def _size(root: Node, name: str) -> tuple[float, float]:
    """Width and height of the drawing, in units of its own."""
    box = root.attributes.get("viewBox")
    sides = _view_box(box) if box else [_length(root.attributes.get(key, "")) for key in ("width", "height")]
    if len(sides) != 2 or not all(math.isfinite(side) and side > 0 for side in sides):
        raise FileError(f"“{name}” has no size: its width, height or view box is zero or missing. Export it again.")
    if max(sides) > LARGEST_SIDE or min(sides) < 1 / LARGEST_SIDE:
        raise FileError(f"“{name}” is {sides[0]:g} × {sides[1]:g} units: no icon is. Scale it to 24 × 24.")
    if max(sides) > THINNEST * min(sides):
        raise FileError(f"“{name}” is {sides[0]:g} × {sides[1]:g}: too long and thin for an icon. Crop it.")
    return sides[0], sides[1]


def _view_box(text: str) -> list[float]:
    try:
        values = [float(word) for word in re.split(r"[\s,]+", text.strip())]
    except ValueError:
        return []
    return values[2:] if len(values) == 4 and all(abs(value) <= LARGEST_SIDE for value in values[:2]) else []


def _length(text: str) -> float:
    match = _LENGTH.fullmatch(text)
    return float(match[1] + (match[2] or "")) * _UNITS[match[3].lower()] if match else 0.0
