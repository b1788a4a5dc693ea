"""The hands on the contact sheet: mouse, wheel and keys become a selection, a scroll, or a wish. It decides nothing."""

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from desktop_app.ui.controls.labels import plain_tip
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.selection import Selection
from desktop_app.ui.sample.sheet_input import CLASS_KEYS, STEPS, Gesture
from desktop_app.ui.sample.sheet_painter import star_box
from desktop_app.ui.sample.sheet_view import SheetView


class SheetCanvas(SheetView):
    opened = Signal(int)
    star_wished = Signal(int)
    retry_wished = Signal()
    drag_wished = Signal()
    class_key = Signal(object)  # int, or None for all

    def __init__(self, look: Look, store: TileStore, loader: TileLoader, parent: QWidget | None = None) -> None:
        super().__init__(look, store, loader, parent)
        self._gesture = Gesture()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    # -- mouse and keys --------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = 1.15**steps
            grown = round(self._tile_px * factor)
            change = grown if grown != self._tile_px else self._tile_px + (1 if steps > 0 else -1)
            self.set_tile_px(change, around=event.position())
        elif not event.pixelDelta().isNull():
            self.scroll_by(-event.pixelDelta().y())
        else:
            self.scroll_by(-steps * max(64, self.layout_now.pitch), glide=True)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        position = event.position()
        panning = event.button() == Qt.MouseButton.MiddleButton or self._gesture.space
        if panning:
            self._gesture.begin_pan(position.y(), self._scroll)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self._index_at(position)
        if index is None:
            self.clear_selection()
            return
        self._press_tile(index, event)

    def _press_tile(self, index: int, event: QMouseEvent) -> None:
        x, y = self.layout_now.origin(index)
        tile = self.tile(index)
        if tile.key in self._store.failures:
            self.retry_wished.emit()
        elif star_box(x, y - self._scroll, self._tile_px).contains(event.position()):
            self.star_wished.emit(index)
        else:
            modifiers = event.modifiers()
            extend = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            toggle = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
            self._gesture.begin_drag(event.position().toPoint())
            self._select(self._pressed(index, extend=extend, toggle=toggle))

    def _pressed(self, index: int, *, extend: bool, toggle: bool) -> Selection:
        """A press on one of several chosen tiles leaves them chosen: it may be the start of a drag."""
        if extend:
            return self._selection.extended(index, keep=toggle)
        if toggle:
            return self._selection.toggled(index)
        return self._selection.focused(index) if index in self.selection else self._selection.only(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture.pan is not None:
            self._scroll_to(self._gesture.panned(event.position().y()))
            return
        distance = QApplication.startDragDistance()
        if self._gesture.is_drag(event.position().toPoint(), distance) and event.buttons():
            self._gesture.end()
            self.drag_wished.emit()
            return
        self._set_hover(self._index_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._gesture.pressed is not None
        self._gesture.end()
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._gesture.space else Qt.CursorShape.ArrowCursor)
        index = self._index_at(event.position())
        if was_click and index is not None and not event.modifiers() and len(self.selection) > 1:
            self.select_only(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._gesture.end()
            self.opened.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS and self._extent:
            self._step(key, event.modifiers())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._extent:
            self.opened.emit(self.focus)
        elif key == Qt.Key.Key_Space:
            self._press_space(event)
        elif key == Qt.Key.Key_Escape and self.selection:
            self.clear_selection()
        elif not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and key in CLASS_KEYS:
            self.class_key.emit(CLASS_KEYS[key])
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._gesture.space = False
            self.setCursor(Qt.CursorShape.ArrowCursor)
        super().keyReleaseEvent(event)

    def _press_space(self, event: QKeyEvent) -> None:
        """Held, it lets the mouse pan; with Ctrl it selects the focused tile or lets it go."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._select(self._selection.toggled(self.focus))
        elif not event.isAutoRepeat():
            self._gesture.space = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _step(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        self._by_keyboard = True
        index = self.layout_now.step(self.focus, STEPS[key])
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._select(self._selection.extended(index))
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._select(self._selection.focused(index))
        else:
            self.select_only(index)
        target = self.layout_now.scroll_to_show(index, self._scroll)
        self.scroll_to(target, glide=abs(target - self._scroll) < 2 * self.height())

    def _index_at(self, position: QPointF) -> int | None:
        return self.layout_now.tile_at(position.x(), position.y() + self._scroll)

    def _set_hover(self, index: int | None) -> None:
        if index != self._hover:
            self._hover = index
            self.update()

    def event(self, event: QEvent) -> bool:
        """A tooltip where a tile has something to say."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._index_at(QPointF(event.pos()))
            words = self.likeness(self.tile(index).key) if index is not None else ""
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._gesture.space = False
        super().focusOutEvent(event)
        self.update()
