"""How far a clean SVG reaches beyond its view box: bounds, never less than the truth, told without drawing it.

resvg takes a second for a circle that is 10^6 times as large as the picture, and fails on some that are larger still.
"""

import math
import re
from dataclasses import dataclass

from desktop_app.engine.errors import RequestError
from desktop_app.studio.path_contours import contours_of
from desktop_app.studio.svg_parsing import Node

FARTHEST = 1000.0  # view boxes from the origin
LARGEST_UNIT = 100.0  # user units in any unit of CSS
_PLACES = ("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_FUNCTION = re.compile(r"([A-Za-z]+)\s*\(([^()]*)\)")


@dataclass(frozen=True)
class Page:
    """What holds for all of a drawing."""

    side: float  # of the view box, or of the largest box inside it
    line: float  # half the width of the widest line, with its corners

    @property
    def limit(self) -> float:
        return FARTHEST * self.side


def page_of(nodes: list[Node], side: float) -> Page:
    width = max((_most(node.attributes.get("stroke-width", "")) for node in nodes), default=0.0)
    corner = max((_most(node.attributes.get("stroke-miterlimit", "")) for node in nodes), default=0.0)
    return Page(side, max(width, 1.0) * max(corner, 4.0))


def own_reach(node: Node, page: Page) -> float:
    """The largest coordinate of a shape, its line included; 0 for what draws nothing itself."""
    if node.tag == "path":
        return _path_reach(node.attributes.get("d", "")) + page.line
    places = sum(_length(node.attributes.get(key, ""), page) for key in _PLACES)
    return places + _most(node.attributes.get("points", "")) + page.line


def outside(node: Node, reach: float, page: Page) -> float:
    """What a reach inside an element is around it, through its transformations and its view box."""
    if node.tag in ("svg", "symbol") and "viewBox" in node.attributes:
        reach = _through_box(node, reach, page)
    if node.attributes.get("clipPathUnits", node.attributes.get("maskContentUnits")) == "objectBoundingBox":
        reach *= page.limit
    for name, inside in reversed(_FUNCTION.findall(node.attributes.get("transform", ""))):
        reach = _transformed(name.lower(), _numbers(inside), reach)
    return reach


def _through_box(node: Node, reach: float, page: Page) -> float:
    box = _numbers(node.attributes["viewBox"])
    sides = [_length(node.attributes.get(key, ""), page) for key in ("width", "height")]
    if len(box) != 4 or min(box[2:]) <= 0:
        return reach
    return (reach + abs(box[0]) + abs(box[1])) * max(page.side, *sides) / min(box[2:])


def _transformed(name: str, values: list[float], reach: float) -> float:
    most = max((abs(value) for value in values), default=0.0)
    if name == "translate":
        return reach + most
    if name == "scale":
        return reach * most
    if name == "rotate":
        return 1.5 * reach + 4 * sum(abs(value) for value in values[1:])
    if name in ("skewx", "skewy") and values:
        return reach * (1 + abs(math.tan(math.radians(values[0]))))
    if name == "matrix" and len(values) == 6:
        a, b, c, d, e, f = map(abs, values)
        return max(a + c, b + d) * reach + max(e, f)
    return math.inf


def _path_reach(path: str) -> float:
    try:
        contours = contours_of(path)
    except RequestError:
        return sum(abs(number) for number in _numbers(path))  # it is drawn up to where it can be read
    points = [value for contour in contours for _, points in contour for point in points for value in point]
    return max((abs(value) for value in points), default=0.0)


def _length(text: str, page: Page) -> float:
    """At most, whatever its unit."""
    if not text or _NUMBER.fullmatch(text.strip()):
        return _most(text)
    return page.side * _most(text) if "%" in text else LARGEST_UNIT * _most(text)


def _most(text: str) -> float:
    return max((abs(number) for number in _numbers(text)), default=0.0)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]
