"""What a clean SVG costs to draw, told before it is drawn: <use>, clips and masks counted as often as they come.

resvg cannot be stopped once it draws, and it holds Python's lock. So its work is bounded beforehand, in milliseconds of
one slow core, as measured for drawings of SIDE pixels with each thing repeated over all of the picture.
"""

import math
import re
from dataclasses import dataclass

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.studio.path_contours import contours_of
from desktop_app.studio.svg_cleaning import SHAPES, by_name, walk
from desktop_app.studio.svg_extent import FARTHEST, Page, outside, own_reach, page_of
from desktop_app.studio.svg_parsing import Node

SIDE = 256  # pixels of the drawing
MOST_MS = 3000.0
DEEPEST = 100  # elements inside each other, with what they refer to
ELEMENT_MS, LAYER_MS, CHARACTER_MS, DASH_MS = 1.5, 6.0, 0.008, 0.01
MOST_DASHES = 5000  # of one line
_SIDES = ("width", "height", "r", "rx", "ry", "x1", "y1", "x2", "y2")
_PLACED = ("use", "svg", "symbol")
_REFERENCE = re.compile(r"url\(#(.+)\)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Cost:
    ms: float
    height: int  # elements inside each other, from here
    reach: float  # the largest coordinate in it, in units of what is around it


def check_cost(root: Node, name: str, side: float) -> None:
    """side: of the view box. Raises FileError for what refers to itself, nests too deep, reaches too far, or would take
    too long."""
    page = page_of(list(walk(root)), side)
    found = _Counter(root, name, page).cost(root, ())
    if found.ms > MOST_MS:
        raise FileError(f"“{name}” is too intricate for an icon. Simplify it, or choose another drawing.")
    if not found.reach <= page.limit:  # so is a number that is none
        raise FileError(
            f"“{name}” reaches more than {FARTHEST:g} times beyond its view box. Crop it, and save it again."
        )


def without_endless_dashes(node: Node, pattern: str = "") -> bool:
    """Lines of more dashes than can be seen become whole lines. Whether there was one.

    Dashes are written onto the shapes themselves; `pattern` is what those around hand down. What <use> hands down is
    left out, since one shape can be used in many ways.
    """
    pattern = node.attributes.pop("stroke-dasharray", pattern)
    if node.tag not in SHAPES:
        return sum(without_endless_dashes(child, pattern) for child in node.children) > 0  # all, not up to the first
    is_endless = _dashes(node, pattern) > MOST_DASHES
    if pattern and not is_endless:
        node.attributes["stroke-dasharray"] = pattern
    return is_endless


class _Counter:
    def __init__(self, root: Node, name: str, page: Page) -> None:
        self._root, self._name, self._page = root, name, page
        self._by_id = by_name(root)
        self._known: dict[int, _Cost] = {}

    def cost(self, node: Node, above: tuple[int, ...]) -> _Cost:
        """Of a node with all that it draws. above: the nodes that led here, by identity."""
        if id(node) in above:
            raise FileError(f"“{self._name}” refers to itself in a circle. Export it again as plain SVG.")
        if len(above) >= DEEPEST:
            raise self._too_deep()
        if known := self._known.get(id(node)):
            return self._checked(known, above)
        inside = [self.cost(part, (*above, id(node))) for part in (*node.children, *self._referred(node))]
        ms = _own_ms(node) + sum(part.ms for part in inside)
        height = 1 + max((part.height for part in inside), default=0)
        self._known[id(node)] = found = _Cost(ms, height, self._reach(node, [part.reach for part in inside]))
        return found

    def _reach(self, node: Node, inside: list[float]) -> float:
        reach = max(inside, default=0.0)
        if node.tag in SHAPES:
            return outside(node, max(reach, own_reach(node, self._page)), self._page)
        if node is self._root:
            return reach
        return outside(node, reach + (own_reach(node, self._page) if node.tag in _PLACED else 0.0), self._page)

    def _checked(self, known: _Cost, above: tuple[int, ...]) -> _Cost:
        if len(above) + known.height > DEEPEST:
            raise self._too_deep()
        return known

    def _too_deep(self) -> FileError:
        return FileError(f"“{self._name}” nests its parts more than {DEEPEST} deep. Ungroup it and save it again.")

    def _referred(self, node: Node) -> list[Node]:
        names = [node.attributes.get("href", "")[1:]]
        names += [m[1] for value in node.attributes.values() if (m := _REFERENCE.fullmatch(value))]
        return [self._by_id[name] for name in names if name in self._by_id]


def _own_ms(node: Node) -> float:
    values = node.attributes
    layers = sum(values.get(key, plain) != plain for key, plain in (("opacity", "1"), ("mask", ""), ("clip-path", "")))
    characters = len(values.get("d", "")) + len(values.get("points", ""))
    shape = ELEMENT_MS if node.tag in SHAPES else 0.02
    return (
        shape + LAYER_MS * layers + CHARACTER_MS * characters + DASH_MS * _dashes(node, values.get("stroke-dasharray"))
    )


# -- dashes --------------------------------------------------------------------------------------------------------


def _dashes(node: Node, pattern: str | None) -> float:
    """How many there are at most; an endless number where it cannot be told."""
    if not pattern or pattern == "none":
        return 0.0
    lengths = _numbers(pattern)
    if "%" in pattern or not lengths or min(lengths) < 0:
        return math.inf
    return len(lengths) * _length(node) / sum(lengths) if sum(lengths) > 0 else 0.0


def _length(node: Node) -> float:
    """At most, in units of the shape."""
    if node.tag == "path":
        return _path_length(node.attributes.get("d", ""))
    if node.tag in ("polyline", "polygon"):
        return 2 * sum(abs(value) for value in _numbers(node.attributes.get("points", "")))
    sides = [node.attributes[key] for key in _SIDES if key in node.attributes]
    if not all(_NUMBER.fullmatch(side.strip()) for side in sides):
        return math.inf  # a unit or a share
    return 2 * math.pi * sum(abs(float(side)) for side in sides)  # more than any of rect, circle, ellipse and line


def _path_length(path: str) -> float:
    """Of the lines between all control points, which is never shorter than the curve."""
    total = 0.0
    try:
        contours = contours_of(path)
    except RequestError:
        return math.inf
    for contour in contours:
        points = [point for _, arguments in contour for point in arguments]
        total += sum(math.dist(one, other) for one, other in zip(points, points[1:] + points[:1], strict=True))
    return total


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]
