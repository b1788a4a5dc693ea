"""What hands do on the canvas: a press becomes a pan, a grip on the wipe, or a stroke."""

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent, QWheelEvent

from desktop_app.ui.restore import wipe as wiping
from desktop_app.ui.restore.brush_tool import Drawing
from desktop_app.ui.restore.cursors import across, turning
from desktop_app.ui.restore.scene_maker import picture_point
from desktop_app.ui.restore.wipe import Part, Point

if TYPE_CHECKING:
    from desktop_app.ui.restore.restore_canvas import RestoreCanvas

Grip = Literal["pan", "handle", "line", "turn", "brush"]
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
NOTCH = 1.2  # of the wheel
KEY_ZOOM = 1.25
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
KEYPAD = Qt.KeyboardModifier.KeypadModifier
BRUSH_STEP, LARGE_BRUSH_STEP = 5, 40  # pixels of the view
KEY_PAN, LARGE_KEY_PAN = 40, 240  # pixels of the view


class Hands:
    def __init__(self, canvas: "RestoreCanvas") -> None:
        self._canvas = canvas
        self.grip: Grip | None = None
        self._button = Qt.MouseButton.NoButton
        self.spot: Point | None = None  # of the mouse in the view, None where it is elsewhere
        self.drawing: Drawing | None = None
        self._space = False
        self._last: Point = (0.0, 0.0)
        self._pressed: tuple[Point, wiping.Wipe] = (0.0, 0.0), wiping.Wipe()  # where the hand and the line were
        self._offset: Point = (0.0, 0.0)  # from the hand to the round handle
        self._forth = True
        self._stroke_end: Point | None = None
        self._turning: QCursor | None = None

    # -- mouse -----------------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> bool:
        """Whether the press is taken."""
        if self.grip is not None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return False
        at = _point(event.position())
        self.spot = self._last = at
        self.grip, self._button = self._gripped(at, event), event.button()
        state = self._canvas.state
        self._pressed = at, state.wipe
        if self.grip == "brush":
            self._begin_stroke(at, straight=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif self.grip == "handle":
            x, y = state.wipe.centre(state.size)
            self._offset = x - at[0], y - at[1]
        elif self.grip == "turn":
            self._forth = wiping.is_forth(state.wipe, state.size, at)
        return True

    def _gripped(self, at: Point, event: QMouseEvent) -> Grip:
        if self._space or event.button() == Qt.MouseButton.MiddleButton:
            return "pan"
        part = self.part_at(at)
        if part is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return "turn"
        if part is not None:
            return part
        return "brush" if self._canvas.state.brush.paints else "pan"

    def part_at(self, at: Point) -> Part | None:
        """Of the wipe. A brush leaves the line alone, so that one can paint beside it."""
        state = self._canvas.state
        if not state.shows_wipe or self._space:
            return None
        part = wiping.hit(state.wipe, state.size, at)
        return None if part == "line" and state.brush.paints else part

    @property
    def grasped(self) -> Part | None:
        """Of the wipe: what is in the hand, or what a press would take."""
        if self.grip in ("handle", "line", "turn"):
            return self.grip
        return self.part_at(self.spot) if self.spot is not None and self.grip is None else None

    def move(self, event: QMouseEvent) -> bool:
        """Whether there is something to be seen of it."""
        at = _point(event.position())
        looked = self.grasped
        self.spot = at
        way = at[0] - self._last[0], at[1] - self._last[1]
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        state, canvas = self._canvas.state, self._canvas
        if self.grip == "pan":
            canvas.pan_by(*way)
        elif self.grip == "handle":
            spot = at[0] + self._offset[0], at[1] + self._offset[1]
            canvas.set_wipe(wiping.moved_to(state.wipe, state.size, spot))
        elif self.grip == "line":
            start, wipe = self._pressed
            canvas.set_wipe(wiping.shifted(wipe, state.size, (at[0] - start[0], at[1] - start[1])))
        elif self.grip == "turn":
            canvas.set_wipe(wiping.turned_to(state.wipe, state.size, at, forth=self._forth, snap=shift))
        elif self.grip == "brush" and self.drawing is not None:
            self.drawing.go_on(self._original(at), straight=shift)
        self._last = at
        return self.grip is not None or self.shows_circle or canvas.is_lens_on or self.grasped != looked

    def release(self, event: QMouseEvent) -> None:
        if event.button() != self._button:
            return
        self._end_stroke()
        self.grip = None
        self.spot = _point(event.position())

    def double_click(self, event: QMouseEvent) -> bool:
        """On the wipe: upright and in the middle again."""
        if event.button() != Qt.MouseButton.LeftButton or self.part_at(_point(event.position())) is None:
            return False
        self._canvas.set_wipe(wiping.Wipe())
        return True

    def cancel(self) -> None:
        """Throw away what is being done; a stroke leaves nothing behind."""
        self.drawing = self.grip = None
        self._canvas.update()

    def forget(self) -> None:
        """Another picture: what was drawn on the last one is no place to go on from."""
        self.cancel()
        self._stroke_end = None

    # -- strokes ---------------------------------------------------------------------------------------------------

    def _original(self, at: Point) -> Point:
        state = self._canvas.state
        x, y = picture_point(state, at)
        return x / state.scale, y / state.scale

    def _begin_stroke(self, at: Point, *, straight: bool) -> None:
        state = self._canvas.state
        spacing = state.ratio / (state.plane.zoom * state.scale)
        self.drawing = Drawing(state.brush, spacing)
        self.drawing.begin(self._original(at), after=self._stroke_end if straight else None)

    def _end_stroke(self) -> None:
        drawing, self.drawing = self.drawing, None
        if drawing is not None:
            self._stroke_end = drawing.points[-1]
            self._canvas.finish(drawing)

    # -- wheel and keys --------------------------------------------------------------------------------------------

    def wheel(self, event: QWheelEvent) -> None:
        """A touchpad pans with two fingers and zooms with Ctrl; a wheel always zooms."""
        if self.drawing is not None:
            return
        way = event.pixelDelta()
        is_touch = not way.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        if is_touch and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._canvas.pan_by(way.x(), way.y())
            return
        turn = event.angleDelta().y() or event.angleDelta().x()  # Alt turns a wheel sideways
        self._canvas.zoom_by_hand(NOTCH ** (turn / 120), _point(event.position()))

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key is taken."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if self._paints_by_key(key, modifiers):
            self._brush_key(key, large=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space:
            self._space = True
        elif key == Qt.Key.Key_Escape and self.grip is not None:
            self.cancel()
        elif key in ARROWS:
            self._arrow(*ARROWS[key], modifiers)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._canvas.zoom_by(1 / KEY_ZOOM if key == Qt.Key.Key_Minus else KEY_ZOOM)
        elif key == Qt.Key.Key_Home and self._canvas.state.shows_wipe:
            self._canvas.set_wipe(wiping.Wipe())
        else:
            return False
        return True

    def _paints_by_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """With a brush in the hand, arrow keys move it and Enter paints; with Shift, in a line from the last spot."""
        free = self.grip is None and not modifiers & ~(Qt.KeyboardModifier.ShiftModifier | KEYPAD)
        return free and self._canvas.state.brush.paints and (key in ARROWS or key in ENTER)

    def _brush_key(self, key: Qt.Key, *, large: bool) -> None:
        state = self._canvas.state
        at = self.spot or (state.size[0] / 2, state.size[1] / 2)
        if key in ARROWS:
            step = LARGE_BRUSH_STEP if large else BRUSH_STEP
            dx, dy = ARROWS[key]
            x, y = at[0] + dx * step, at[1] + dy * step
            self.spot = min(max(x, 0.0), state.size[0] - 1), min(max(y, 0.0), state.size[1] - 1)
            return
        self.spot = at
        self._begin_stroke(at, straight=large)
        self._end_stroke()

    def claims(self, event: QKeyEvent) -> bool:
        """Keys that are the canvas's own while a hand is busy, whatever they mean elsewhere."""
        return event.key() == Qt.Key.Key_Escape and self.grip is not None

    def key_up(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False

    def lose_focus(self) -> None:
        self._space = False

    def _arrow(self, dx: int, dy: int, modifiers: Qt.KeyboardModifier) -> None:
        state = self._canvas.state
        large = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if not state.shows_wipe or modifiers & Qt.KeyboardModifier.ControlModifier:
            step = LARGE_KEY_PAN if large else KEY_PAN
            self._canvas.pan_by(-dx * step, -dy * step)
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            self._canvas.set_wipe(wiping.turned(state.wipe, dx or dy, large=large))
        else:
            self._canvas.set_wipe(wiping.stepped(state.wipe, state.size, dx, dy, large=large))

    # -- what it looks like ----------------------------------------------------------------------------------------

    def cursor(self) -> QCursor:
        state = self._canvas.state
        if self.grip == "pan":
            return QCursor(Qt.CursorShape.ClosedHandCursor)
        part = self.grasped
        if part is not None:
            return self._part_cursor(part)
        if self._space:
            return QCursor(Qt.CursorShape.OpenHandCursor)
        if state.brush.paints or self._canvas.is_lens_on:
            return QCursor(Qt.CursorShape.BlankCursor)
        return QCursor(Qt.CursorShape.ArrowCursor if state.plane.is_whole else Qt.CursorShape.OpenHandCursor)

    def _part_cursor(self, part: Part) -> QCursor:
        if part == "handle":
            return QCursor(Qt.CursorShape.SizeAllCursor)
        if part == "line":
            return across(self._canvas.state.wipe.angle)
        self._turning = self._turning or turning()
        return self._turning

    @property
    def shows_circle(self) -> bool:
        """The brush's own circle, where a press would paint."""
        free = self.grip in (None, "brush") and self.grasped is None and not self._space
        return self.spot is not None and free and self._canvas.state.brush.paints

    @property
    def shows_lens(self) -> bool:
        return self.spot is not None and self.grip is None and self.grasped is None and not self._space


def _point(position: QPointF) -> Point:
    return position.x(), position.y()
