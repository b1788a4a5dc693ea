"""What hands do on the sheet, as values: which key means which step, and a press that becomes a pan or a drag."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt

from desktop_app.ui.sample.sheet_layout import Step

STEPS: dict[Qt.Key, Step] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_PageUp: "page-up",
    Qt.Key.Key_PageDown: "page-down",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
}
CLASS_KEYS: dict[Qt.Key, int | None] = {
    Qt.Key.Key_A: None,
    **{Qt.Key(Qt.Key.Key_0 + number): number for number in range(10)},
}
GLIDE_TIME_S = 0.07


@dataclass
class Gesture:
    """A press under way."""

    space: bool = False  # held down
    pan: tuple[float, float] | None = None  # where it began, and the scroll position then
    pressed: QPoint | None = None

    def begin_pan(self, y: float, scroll: float) -> None:
        self.pan = y, scroll

    def begin_drag(self, position: QPoint) -> None:
        self.pressed = position

    def panned(self, y: float) -> float:
        """The scroll position that keeps the sheet under the hand."""
        began, scroll = self.pan or (y, 0.0)
        return scroll + began - y

    def is_drag(self, position: QPoint, distance: int) -> bool:
        return self.pressed is not None and (position - self.pressed).manhattanLength() >= distance

    def end(self) -> None:
        self.pan = None
        self.pressed = None


def glided(position: float, target: float, seconds: float) -> float:
    """A smooth approach; arrives when less than half a pixel is left."""
    moved = target + (position - target) * math.exp(-seconds / GLIDE_TIME_S)
    return target if abs(target - moved) < 0.5 else moved
