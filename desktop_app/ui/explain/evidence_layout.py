"""Where the picture lies, once for each map, with its title, its legend and the line for what is under the cursor."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from desktop_app.ui.look.tokens import SPACE_2, SPACE_6

MARGIN, GAP = SPACE_6, SPACE_6
TITLE, LEGEND, READOUT = 28, 64, 28
WIDEST_LEGEND, LINE = 360, 17
CRISP = 4  # device pixels to an element from which on it gets a whole number of them
LARGEST = 40.0  # px to an element


@dataclass(frozen=True)
class Side:
    """A place for one map."""

    title: QRectF
    picture: QRectF
    legend: QRectF
    unit: QRectF  # the lowest line of the legend, as wide as there is room


@dataclass(frozen=True)
class Layout:
    sides: tuple[Side, ...]
    readout: QRectF
    element: float  # px to an element of the picture

    def element_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the picture under a point of the view."""
        for side in self.sides:
            place = side.picture
            if place.contains(x, y):
                rows, columns = round(place.height() / self.element), round(place.width() / self.element)
                row, column = int((y - place.y()) / self.element), int((x - place.x()) / self.element)
                return min(row, rows - 1), min(column, columns - 1)
        return None


def arrange(view: tuple[float, float], picture: tuple[int, int], count: int, ratio: float = 1.0) -> Layout:
    """view: width and height in px; picture: rows and columns; count: of maps; ratio: device pixels to a px."""
    rows, columns = picture
    room = (view[0] - 2 * MARGIN - (count - 1) * GAP) / count
    height = view[1] - MARGIN - TITLE - LEGEND - READOUT
    element = _whole(min(room / columns, height / rows, LARGEST), ratio)
    width, tall = columns * element, rows * element
    left = (view[0] - count * width - (count - 1) * GAP) / 2
    top = max(0.0, (view[1] - READOUT - TITLE - tall - LEGEND) / 2)
    corners = [(_snapped(left + n * (width + GAP), ratio), _snapped(top, ratio)) for n in range(count)]
    spare = GAP - SPACE_2 if count > 1 else view[0] - width - 2 * SPACE_2
    sides = [_side(x, y, width, tall, max(0.0, spare)) for x, y in corners]
    return Layout(tuple(sides), QRectF(MARGIN, view[1] - READOUT, view[0] - 2 * MARGIN, READOUT - SPACE_2), element)


def _side(left: float, top: float, width: float, height: float, spare: float) -> Side:
    """spare: px beside the picture that its words may use."""
    legend, below = min(width, WIDEST_LEGEND), top + TITLE + height + SPACE_2
    return Side(
        title=QRectF(left, top, width, TITLE),
        picture=QRectF(left, top + TITLE, width, height),
        legend=QRectF(left + (width - legend) / 2, below, legend, LEGEND - SPACE_2),
        unit=QRectF(left - spare / 2, below + LEGEND - SPACE_2 - LINE, width + spare, LINE),
    )


def _whole(element: float, ratio: float) -> float:
    """A whole number of device pixels, so that all elements are of one size."""
    device = max(element * ratio, 0.05)
    return (math.floor(device) if device >= CRISP else device) / ratio


def _snapped(value: float, ratio: float) -> float:
    return round(value * ratio) / ratio
