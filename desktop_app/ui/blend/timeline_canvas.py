"""The hands on the timeline: mouse, wheel and keys become a frame to show, a new walk, or a wish."""

import msgspec
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop_app.engine.requests import Design
from desktop_app.studio.walk import MAX_SECONDS, Walk, ways
from desktop_app.ui.blend import timeline_steps as steps
from desktop_app.ui.blend.timeline_hands import ALT, CTRL, CURSORS, DESIGN_MIME, KEYS, NONE, SHIFT, STEPS, TIPS, Press
from desktop_app.ui.blend.timeline_layout import FRAME, WAYS, WAYS_TOP, Hit, snapped, told
from desktop_app.ui.blend.timeline_menus import LengthEditor, easing_menu, key_menu
from desktop_app.ui.blend.timeline_view import TimelineView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_store import TileStore


class TimelineCanvas(TimelineView):
    frame_wished = Signal(int)  # by scrubbing
    walk_wished = Signal(object, str, str)  # Walk, words for the Edit menu, what to coalesce
    settled = Signal()  # the hand has let go
    play_wished = Signal()
    key_opened = Signal(int)
    add_wished = Signal()
    left = Signal()  # Escape: nothing of the walk is to be seen large any more
    retry_wished = Signal()

    def __init__(self, look: Look, store: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(look, store, parent)
        self._press: Press | None = None
        self._length_editor = LengthEditor(self)
        self._length_editor.typed.connect(self._on_length)
        self._length_editor.closed.connect(self.setFocus)
        self._edited_way = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)

    # -- mouse -----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        if event.button() != Qt.MouseButton.LeftButton or self.layout_now.keys < 1:
            return
        spot = event.position()
        hit = Hit("key", 0) if self.layout_now.keys == 1 else self.layout_now.hit(spot.x(), spot.y())
        self._press = Press(hit, spot)
        if hit.part == "key":
            self._press.grip = spot.x() - self.layout_now.key_x(hit.number)
            self.choose(hit.number)
        elif hit.part in ("ruler", "strip"):
            self._scrub(spot.x())
        elif hit.part == "boundary":
            self._press.grip = spot.x() - self.layout_now.way(hit.number)[1]
            self.hold_scale(True)
        elif hit.part in ("curve", "length"):
            self._press = None
            (self.choose_easing if hit.part == "curve" else self.edit_length)(hit.number)
        elif hit.part == "nothing":
            self.select(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot, press = event.position(), self._press
        if press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover_at(spot)
        elif press.hit.part in ("ruler", "strip"):
            self._scrub(spot.x())
        elif press.hit.part == "boundary":
            self._drag_boundary(press, spot.x())
        elif press.hit.part == "key" and self.layout_now.keys > 1:
            far = (spot - press.at).manhattanLength() >= QApplication.startDragDistance()
            press.moving = press.moving or far
            if press.moving:
                self._carry(press, spot.x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        gap = self._gap
        self._drop_all()
        if press.hit.part == "boundary":
            self.hold_scale(False)
            self.settled.emit()
        elif press.moving and gap is not None:
            self._move_key(press.hit.number, gap)
        elif press.hit.part == "key" and not press.moving:
            self._retry(press.hit.number)
        self._hover_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = event.position()
        hit = self.layout_now.hit(spot.x(), spot.y())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if hit.part == "key":
            self.key_opened.emit(hit.number)
        elif hit.part == "boundary":
            self.edit_length(hit.number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & CTRL:
            self.zoom(1.25 ** (turned.y() / 120), event.position().x())
        else:
            pixels = event.pixelDelta()
            way = (pixels.x() or pixels.y()) if not pixels.isNull() else (turned.x() or turned.y())
            self.scroll_to(self.layout_now.scroll - way)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        hit = self.layout_now.hit(event.pos().x(), event.pos().y())
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        number = self._selected if by_key else hit.number if hit.part == "key" else None
        if number is not None:
            self.choose(number)
            x = round(self.layout_now.key_x(number))
            self._key_menu(number).popup(self.mapToGlobal(QPoint(x, WAYS_TOP)))

    def leaveEvent(self, event: QEvent) -> None:
        if self._press is None:
            self._set_hover(Hit())
        super().leaveEvent(event)

    def _hover_at(self, spot: QPointF) -> None:
        hit = self.layout_now.hit(spot.x(), spot.y()) if self.layout_now.keys > 1 else Hit()
        self._set_hover(hit)

    def _set_hover(self, hit: Hit) -> None:
        if hit != self._hover:
            self._hover = hit
            self.setCursor(CURSORS.get(hit.part, Qt.CursorShape.ArrowCursor))
            self.setToolTip(TIPS.get(hit.part, ""))
            self.refresh()

    # -- what a drag does ------------------------------------------------------------------------------------------

    def _scrub(self, x: float) -> None:
        self.go_to(self._frames.nearest(self.layout_now.seconds(x)))

    def _drag_boundary(self, press: Press, x: float) -> None:
        way, layout, fps = press.hit.number, self.layout_now, self.walk.fps
        wished = (x - press.grip - layout.way(way)[0]) / layout.scale
        seconds = snapped(wished, fps, MAX_SECONDS)
        self._bubble = told(seconds, fps)
        self._hover = press.hit
        if seconds != self.walk.keys[way].seconds:
            self.walk_wished.emit(steps.with_seconds(self.walk, way, seconds), "Change a duration", f"way {way}")
        self.refresh()

    def _carry(self, press: Press, x: float) -> None:
        gap = self.layout_now.gap_at(x)
        self._gap = None if gap in (press.hit.number, press.hit.number + 1) else gap
        self._carried_x = x - min(press.grip, FRAME)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.refresh()

    def _drop_all(self) -> None:
        """Nothing is under the hand any more."""
        self._gap, self._carried_x, self._bubble = None, None, ""
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.refresh()

    def _abandon(self) -> bool:
        """Give up a drag; whether there was one."""
        press, self._press = self._press, None
        if press is None:
            return False
        self._drop_all()
        if press.hit.part == "boundary":
            self.hold_scale(False)
            self.settled.emit()
        return True

    # -- wishes ----------------------------------------------------------------------------------------------------

    def go_to(self, frame: int) -> None:
        """Scrub to a frame."""
        if len(self._frames):
            self.frame_wished.emit(min(max(frame, 0), len(self._frames) - 1))

    def choose(self, number: int) -> None:
        """Choose a key and put the playhead there."""
        self.select(number)
        layout = self.layout_now
        if number < len(layout.moments):
            self.go_to(self._frames.nearest(layout.moments[number]))

    @Slot()
    def remove_key(self) -> None:
        if self._selected is not None:
            self.walk_wished.emit(steps.without_key(self.walk, self._selected), "Remove a key frame", "")

    @Slot()
    def duplicate_key(self) -> None:
        number = self._selected
        if number is not None:
            self.walk_wished.emit(steps.with_key_twice(self.walk, number), "Duplicate a key frame", "")
            if len(self.walk.keys) > number + 1:
                self.choose(number + 1)

    def _move_key(self, number: int, gap: int) -> None:
        walk, now = steps.with_key_moved(self.walk, number, gap)
        if walk != self.walk:
            self.walk_wished.emit(walk, "Move a key frame", "")
            self.choose(min(now, len(self.walk.keys) - 1))

    def _retry(self, number: int) -> None:
        if self._frames.key_tile(number).key in self._store.failures:
            self.retry_wished.emit()

    def change_length(self, way: int, frames: int) -> None:
        """Longer or shorter by whole frames."""
        if 0 <= way < ways(self.walk):
            fps = self.walk.fps
            seconds = snapped(self.walk.keys[way].seconds + frames / fps, fps, MAX_SECONDS)
            self.walk_wished.emit(steps.with_seconds(self.walk, way, seconds), "Change a duration", f"way {way}")

    def edit_length(self, way: int) -> None:
        """Type a duration, where it stands."""
        if not 0 <= way < ways(self.walk):
            return
        self._edited_way = way
        left, right = self.layout_now.way(way)
        box = self.layout_now.length_box(way) or (left, right - left)
        place = QRect(round(min(max(box[0] - 4, 0), self.width() - 88)), WAYS_TOP, 88, WAYS)
        self._length_editor.open(place, f"{self.walk.keys[way].seconds:g} s", f"Duration after key frame {way + 1}")

    @Slot(str)
    def _on_length(self, text: str) -> None:
        seconds = steps.read_seconds(text, self.walk.fps)
        way = self._edited_way
        if seconds is not None and way < ways(self.walk):
            walk = steps.with_seconds(self.walk, way, min(seconds, MAX_SECONDS))
            self.walk_wished.emit(walk, "Change a duration", "")
        self.setFocus()

    def choose_easing(self, way: int) -> None:
        """The menu of curves, under the way's own."""
        if not 0 <= way < ways(self.walk):
            return
        left, right = self.layout_now.way(way)
        x, _ = self.layout_now.curve_box(way) or (min(max(left, 0), right), 0.0)
        menu = easing_menu(self, self.walk, way, self._look.colours, self._on_easing)
        menu.popup(self.mapToGlobal(QPoint(round(x), WAYS_TOP + WAYS)))

    @Slot(object)
    def _on_easing(self, walk: Walk) -> None:
        if walk != self.walk:
            self.walk_wished.emit(walk, "Change an easing", "")

    def _key_menu(self, number: int) -> QMenu:
        return key_menu(
            self,
            number,
            len(self.walk.keys),
            open_=lambda: self.key_opened.emit(number),
            duplicate=self.duplicate_key,
            move=lambda gap: self._move_key(number, gap),
            remove=self.remove_key,
        )

    # -- keys ------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()  # before a command of the window takes the same key
            return True
        return super().event(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == CTRL:
            return key == Qt.Key.Key_D
        if modifiers == ALT:
            return key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        return modifiers in (NONE, SHIFT) and key in KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = True
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not self._is_ours(event) or (not self.walk.keys and key != Qt.Key.Key_Insert):
            super().keyPressEvent(event)
        elif modifiers == CTRL:
            self.duplicate_key()
        elif modifiers == ALT:
            if self._selected is not None:
                self._move_key(self._selected, self._selected + (2 if key == Qt.Key.Key_Right else -1))
        else:
            self._key(key, far=modifiers == SHIFT)

    def _key(self, key: Qt.Key, *, far: bool) -> None:
        number = self._selected
        if key in STEPS:
            self._step(STEPS[key] * (10 if far else 1))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to(0 if key == Qt.Key.Key_Home else len(self._frames) - 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._next_key(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.change_length(self._way(), (1 if key == Qt.Key.Key_Up else -1) * (10 if far else 1))
        elif key == Qt.Key.Key_Space:
            self.play_wished.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_key()
        elif key == Qt.Key.Key_Insert:
            self.add_wished.emit()
        elif key == Qt.Key.Key_E:
            self.choose_easing(self._way())
        elif key == Qt.Key.Key_F2:
            self.edit_length(self._way())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and number is not None:
            self.key_opened.emit(number)
        elif key == Qt.Key.Key_Escape and not self._abandon():
            self.left.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not event.isAutoRepeat():
            self.settled.emit()
        super().keyReleaseEvent(event)

    def _step(self, frames: int) -> None:
        """By frames; a loop goes round."""
        count = len(self._frames)
        if count:
            target = self._frame + frames
            self.go_to(target % count if self.walk.loop else target)

    def _next_key(self, way: int) -> None:
        """The next or previous key, seen from the playhead."""
        moments = self.layout_now.moments[: len(self.walk.keys)]
        now = self._frames.seconds(self._frame)
        near = 0.5 / self.walk.fps
        if way > 0:
            after = [n for n, moment in enumerate(moments) if moment > now + near]
            self.choose(after[0] if after else 0 if self.walk.loop else len(moments) - 1)
        else:
            before = [n for n, moment in enumerate(moments) if moment < now - near]
            self.choose(before[-1] if before else len(moments) - 1 if self.walk.loop else 0)

    def _way(self) -> int:
        """The way that keys change: that after the chosen key, or the one under the playhead."""
        last = ways(self.walk) - 1
        if self._selected is not None:
            return min(self._selected, last)
        now = self._frames.seconds(self._frame) if len(self._frames) else 0.0
        return min(sum(1 for moment in self.layout_now.moments[1:] if moment <= now), last)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self._by_keyboard and self._selected is None and self.walk.keys:
            self.select(0)
        super().focusInEvent(event)
        self.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._abandon()
        super().focusOutEvent(event)
        self.refresh()

    # -- designs dropped -------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(DESIGN_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._gap = self.layout_now.gap_at(event.position().x())
        self.refresh()
        event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop_all()

    def dropEvent(self, event: QDropEvent) -> None:
        gap = self.layout_now.gap_at(event.position().x())
        self._drop_all()
        try:
            design = msgspec.json.decode(event.mimeData().data(DESIGN_MIME).data(), type=Design)
        except msgspec.DecodeError:
            return
        event.acceptProposedAction()
        walk: Walk = steps.with_key_at(self.walk, design, gap)
        self.walk_wished.emit(walk, "Add a key frame", "")
