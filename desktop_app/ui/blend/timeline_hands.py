"""What hands can do on the timeline, as values: keys, cursors, tips, and a press under way."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt

from desktop_app.ui.blend.timeline_layout import Hit, Part

DESIGN_MIME = "application/x-maquette-design"  # a design as JSON, dragged from elsewhere in the window
NONE = Qt.KeyboardModifier.NoModifier
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
CURSORS: dict[Part, Qt.CursorShape] = {
    "boundary": Qt.CursorShape.SizeHorCursor,
    "key": Qt.CursorShape.OpenHandCursor,
    "curve": Qt.CursorShape.PointingHandCursor,
    "length": Qt.CursorShape.IBeamCursor,
}


@dataclass
class Press:
    """What a press has hold of."""

    hit: Hit
    at: QPointF
    grip: float = 0.0  # from the left edge of what is held to the hand
    moving: bool = False


STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
KEYS = {
    *STEPS,
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Insert, Qt.Key.Key_E, Qt.Key.Key_F2),
    *(Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape),
}
TIPS: dict[Part, str] = {
    "boundary": "Drag to make the way before it longer or shorter",
    "key": "Drag to another place; double-click to put the pin on it",
    "curve": "Easing of this way  (E)",
    "length": "Click to type a duration  (F2)",
}
