"""A stranger's SVG is written anew from a short list of elements and attributes; nothing else gets through.

What is on the list draws shapes. Scripts, pictures, foreign content, animation, filters, patterns, markers, text and
every reference to anything outside the file are not on it; where one was left out, a sentence says so.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.studio.svg_parsing import Node, Tree
from desktop_app.studio.svg_style import StyleSheet

_ELEMENTS = {
    "svg": "x y width height viewBox preserveAspectRatio",
    "symbol": "x y width height viewBox preserveAspectRatio",
    "use": "href x y width height",
    "path": "d",
    "rect": "x y width height rx ry",
    "circle": "cx cy r",
    "ellipse": "cx cy rx ry",
    "line": "x1 y1 x2 y2",
    "polyline": "points",
    "polygon": "points",
    "clipPath": "clipPathUnits",
    "mask": "x y width height maskUnits maskContentUnits",
    "linearGradient": "href x1 y1 x2 y2 gradientUnits gradientTransform spreadMethod",
    "radialGradient": "href cx cy r fx fy fr gradientUnits gradientTransform spreadMethod",
    "stop": "offset",
    "g": "",
    "defs": "",
    "switch": "",
}
ALLOWED = {tag: frozenset(names.split()) | {"id", "transform"} for tag, names in _ELEMENTS.items()}
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
PAINTS = frozenset({"linearGradient", "radialGradient"})
LONGEST = 2**20  # characters of a path
LONGEST_VALUE = 4096  # of any other attribute
BLACK = "#000"

_SCRIPT = "Scripts in it were left out."
_OUTSIDE = "What it refers to outside itself was left out; nothing was fetched."
_LEFT_OUT = {
    "script": _SCRIPT,
    "foreignObject": "Web pages inside it were left out.",
    "image": "Pictures inside it were left out.",
    "text": "Text in it was left out: convert it to paths to keep it.",
    "filter": "Filters in it were left out.",
    "marker": "Markers on its lines were left out.",
    "pattern": "Patterns in it became plain black.",
    **dict.fromkeys(
        ("animate", "animateTransform", "animateMotion", "set"), "It moves; it is taken as it stands still."
    ),
}
_NAME = re.compile(r"[\w.:-]+")  # no more than this, so that all readers take a name for the same
_URL = re.compile(r"""url\(\s*["']?\s*#([\w.:-]+)\s*["']?\s*\)(?:\s.*)?""", re.DOTALL)
_REFERENCES = ("clip-path", "mask", "fill", "stroke")


@dataclass(frozen=True)
class Cleaned:
    root: Node
    notes: tuple[str, ...]


def cleaned(tree: Tree, sheet: StyleSheet) -> Cleaned:
    cleaner = _Cleaner(sheet, {name: node.tag for name, node in by_name(tree.root).items()})
    if sheet.has_foreign:
        cleaner.notes[_OUTSIDE] = None
    root = cleaner.copy(tree.root)
    return Cleaned(root, tuple(cleaner.notes))


def by_name(root: Node) -> dict[str, Node]:
    """Elements that can be referred to; of several with one name the first."""
    found: dict[str, Node] = {}
    for node in walk(root):
        name = node.attributes.get("id", "")
        if _NAME.fullmatch(name):
            found.setdefault(name, node)
    return found


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


class _Cleaner:
    def __init__(self, sheet: StyleSheet, tags: dict[str, str]) -> None:
        self.notes: dict[str, None] = {}  # in order
        self._sheet, self._tags = sheet, tags
        self._given: set[str] = set()  # names, none twice

    def copy(self, node: Node) -> Node:
        """The same element with what is on the list, and so with all inside it."""
        allowed = ALLOWED[node.tag]
        kept = {key: value for key, value in node.attributes.items() if key in allowed and self._is_fine(key, value)}
        if any(key.lower().startswith("on") for key in node.attributes):
            self.notes[_SCRIPT] = None
        for key, value in self._sheet.properties(node).items():
            if (safe := self._safe(key, value)) is not None:
                kept[key] = safe
        children = [self.copy(child) for one in node.children if (child := self._known(one))]
        return Node(node.tag, kept, children)

    def _known(self, node: Node) -> Node | None:
        if node.tag == "a":  # a link is a group
            return Node("g", {key: value for key, value in node.attributes.items() if key != "href"}, node.children)
        if node.tag in ALLOWED:
            return node
        if note := _LEFT_OUT.get(node.tag):
            self.notes[note] = None
        return None

    def _is_fine(self, key: str, value: str) -> bool:
        if key == "id":
            is_new = bool(_NAME.fullmatch(value)) and value not in self._given
            self._given.add(value)
            return is_new
        if key == "href" and not (value.startswith("#") and _NAME.fullmatch(value[1:])):
            self.notes[_OUTSIDE] = None
            return False
        return len(value) <= (LONGEST if key in ("d", "points") else LONGEST_VALUE)

    def _safe(self, key: str, value: str) -> str | None:
        """The value of a property as it may be written; None for none."""
        if len(value) > LONGEST_VALUE:
            return None
        if "url" not in value.lower():
            return value
        match = _URL.fullmatch(value)
        if key not in _REFERENCES or not match:
            self.notes[_OUTSIDE] = None
            return BLACK if key in ("fill", "stroke") else None
        if key in ("fill", "stroke"):
            return f"url(#{match[1]})" if self._tags.get(match[1]) in PAINTS else BLACK
        return f"url(#{match[1]})" if match[1] in self._tags else None


def written(root: Node, width: float, height: float) -> str:
    """The text of a clean tree, with a size of its own."""
    sized = Node("svg", {**root.attributes, "width": f"{width:.9g}", "height": f"{height:.9g}"}, root.children)
    return _written(sized, ' xmlns="http://www.w3.org/2000/svg"')


def _written(node: Node, extra: str = "") -> str:
    attributes = "".join(f' {key}="{html.escape(value)}"' for key, value in node.attributes.items())
    inside = "".join(_written(child) for child in node.children)
    return f"<{node.tag}{extra}{attributes}>{inside}</{node.tag}>"
