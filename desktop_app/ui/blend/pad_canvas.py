"""The pad: anchors, the lattice of what lies between them, and the pin. Hands become wishes; it decides nothing."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop_app.studio import pad
from desktop_app.studio.blend import Anchor, BlendState
from desktop_app.ui.blend.pad_geometry import Hit, PadGeometry, Point, letter, per_cents, stepped
from desktop_app.ui.blend.pad_painter import PadScene, SceneAnchor, paint_pad
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import TEXT_SMALL
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import Fit, TileStore

PIN = -1  # what has the focus: the pin, or the anchor of that number
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
RENDER_BUDGET_S = 0.006


class PadCanvas(QWidget):
    pin_moved = Signal(float, float)
    anchor_moved = Signal(int, float, float)
    anchor_removed = Signal(int)
    anchor_replaced = Signal(int)  # by the design under the pin
    settled = Signal()
    retry_wished = Signal()

    def __init__(self, look: Look, store: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._store = look, store
        self._state = BlendState()
        self._weights: tuple[float, ...] = ()
        self._per_cents: list[int] = []
        self._anchor_tiles: tuple[Tile, ...] = ()
        self._cell_tiles: tuple[Tile, ...] = ()
        self._cell_images: dict[int, QImage] = {}  # the last picture of each place, until a newer one is there
        self._focus = PIN
        self._by_keyboard = False
        self._hover = -1
        self._held: Hit | None = None
        self._grip = QPointF()  # from the middle of what is held to the hand
        self._pressed_at = QPoint()
        self._is_dragging = False
        look.changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Pad")
        self.setMinimumSize(220, 220)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_pad(self, state: BlendState, anchors: tuple[Tile, ...], cells: tuple[Tile, ...]) -> None:
        """cells: tiles of the lattice, row by row. What was there stays until their pictures come."""
        if state.lattice != self._state.lattice or not cells:
            self._cell_images.clear()
        self._state = state
        self._anchor_tiles, self._cell_tiles = anchors, cells
        points = self.points
        self._weights = tuple(pad.weights(points, state.pin)) if points else ()
        self._per_cents = per_cents(self._weights)
        self._focus = min(self._focus, len(anchors) - 1)
        self._announce(aloud=False)
        self.update()

    @property
    def points(self) -> list[Point]:
        return [(anchor.x, anchor.y) for anchor in self._state.anchors]

    @property
    def geometry_now(self) -> PadGeometry:
        return PadGeometry(self.width(), self.height())

    @property
    def focus(self) -> int:
        """The number of the anchor that has the focus, PIN where the pin has it."""
        return self._focus

    @property
    def is_dragging(self) -> bool:
        return self._is_dragging

    def anchor_at(self, position: QPointF) -> int | None:
        return self.geometry_now.anchor_at(position.x(), position.y(), self.points)

    def point_at(self, position: QPointF) -> Point:
        return self.geometry_now.to_pad(position.x(), position.y())

    def scene(self) -> PadScene:
        geometry, ratio, state = self.geometry_now, self.devicePixelRatioF(), self._state
        cell = Fit(round(geometry.cell_px(state.lattice) * ratio), "smooth", ratio)
        mark = Fit(round(geometry.anchor_px * ratio), "smooth", ratio)
        done = self._store.render([tile.key for tile in self._anchor_tiles], mark, RENDER_BUDGET_S)
        done &= self._store.render([tile.key for tile in self._cell_tiles], cell, RENDER_BUDGET_S)
        if not done:
            QTimer.singleShot(0, self, self.update)
        for index, tile in enumerate(self._cell_tiles):
            image = self._store.image(tile.key, cell)
            if image is not None:
                self._cell_images[index] = image
        show_focus = self.hasFocus() and self._by_keyboard
        return PadScene(
            geometry,
            state.lattice,
            tuple(self._cell_images.get(index) for index in range(len(self._cell_tiles))),
            tuple(
                self._scene_anchor(number, anchor, mark, show_focus=show_focus)
                for number, anchor in enumerate(state.anchors)
            ),
            state.pin if len(state.anchors) > 1 else None,
            show_focus and self._focus == PIN,
            self._is_dragging,
            self._look.colours,
            font(TEXT_SMALL),
        )

    def _scene_anchor(self, number: int, anchor: Anchor, mark: Fit, *, show_focus: bool) -> SceneAnchor:
        tile = self._anchor_tiles[number]
        focused = show_focus and self._focus == number
        return SceneAnchor(
            (anchor.x, anchor.y),
            self._store.image(tile.key, mark),
            self._weights[number],
            self._per_cents[number],
            is_focused=focused,
            is_marked=focused or self._hover == number,
            is_failed=tile.key in self._store.failures,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._look.colours.paper))
        paint_pad(painter, self.scene())
        painter.end()

    # -- mouse -----------------------------------------------------------------------------------------------------

    def _hit(self, position: QPointF) -> Hit:
        pin = self._state.pin if len(self._state.anchors) > 1 else None
        return self.geometry_now.hit(position.x(), position.y(), self.points, pin, self._hover)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._by_keyboard = False
        hit = self._hit(event.position())
        if hit.part == "close":
            self.anchor_removed.emit(hit.number)
            return
        if hit.part == "anchor" and self._anchor_tiles[hit.number].key in self._store.failures:
            self.retry_wished.emit()
            return
        self._focus = hit.number if hit.part == "anchor" else PIN
        self._held = hit
        self._pressed_at = event.position().toPoint()
        middle = self._middle_of(hit)
        self._grip = event.position() - middle if middle is not None else QPointF()
        if hit.part in ("pad", "outside"):
            self._is_dragging = True
            self._drag(event.position())
        self._announce()
        self.update()

    def _middle_of(self, hit: Hit) -> QPointF | None:
        if hit.part == "pin":
            return QPointF(*self.geometry_now.to_view(self._state.pin))
        if hit.part == "anchor":
            return QPointF(*self.geometry_now.to_view(self.points[hit.number]))
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            self._show_hover(event.position())
            return
        if not self._is_dragging:
            way = (event.position().toPoint() - self._pressed_at).manhattanLength()
            self._is_dragging = self._held.part != "anchor" or way >= QApplication.startDragDistance()
        if self._is_dragging:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._drag(event.position())

    def _drag(self, position: QPointF) -> None:
        assert self._held is not None
        x, y = self.point_at(position - self._grip)
        if self._held.part == "anchor":
            self.anchor_moved.emit(self._held.number, x, y)
        elif len(self._state.anchors) > 1:
            self.pin_moved.emit(x, y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        self._held, self._is_dragging = None, False
        self.settled.emit()
        self._show_hover(event.position())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit.part == "anchor":
            self._pin_to(hit.number)
        else:
            self.mousePressEvent(event)

    def _pin_to(self, number: int) -> None:
        self.pin_moved.emit(*self.points[number])
        self.settled.emit()

    def _show_hover(self, position: QPointF) -> None:
        hit = self._hit(position)
        hover = hit.number if hit.part in ("anchor", "close") else -1
        shapes = {"pin": Qt.CursorShape.OpenHandCursor, "anchor": Qt.CursorShape.OpenHandCursor}
        self.setCursor(shapes.get(hit.part, Qt.CursorShape.ArrowCursor))
        if hover != self._hover:
            self._hover = hover
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        if self._hover != -1:
            self._hover = -1
            self.update()
        super().leaveEvent(event)

    # -- keys ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS and self._state.anchors:
            self._by_keyboard = True
            large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._step(*ARROWS[key], large=large)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._focus != PIN:
            self.anchor_removed.emit(self._focus)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._focus != PIN:
            self._pin_to(self._focus)
        else:
            super().keyPressEvent(event)

    def _step(self, dx: int, dy: int, *, large: bool) -> None:
        if self._focus != PIN:
            self.anchor_moved.emit(self._focus, *stepped(self.points[self._focus], dx, dy, large=large))
        elif len(self._state.anchors) > 1:
            self.pin_moved.emit(*stepped(self._state.pin, dx, dy, large=large))
        self._announce()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in ARROWS and not event.isAutoRepeat():
            self.settled.emit()
        super().keyReleaseEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from the pin to each anchor before it leaves the pad."""
        following = self._focus + (1 if forward else -1)
        if not PIN <= following < len(self._state.anchors):
            return super().focusNextPrevChild(forward)
        self._focus, self._by_keyboard = following, True
        self._announce()
        self.update()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._by_keyboard = True
            came_back = event.reason() == Qt.FocusReason.BacktabFocusReason
            self._focus = len(self._state.anchors) - 1 if came_back else PIN
        self._announce()
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        number = self.anchor_at(QPointF(event.pos())) if by_mouse else self._focus
        if number is None or number == PIN:
            return
        menu = QMenu(self)
        chosen = {
            menu.addAction("Move the pin here"): lambda: self._pin_to(number),
            menu.addAction("Put the design under the pin here"): lambda: self.anchor_replaced.emit(number),
            menu.addAction(f"Take {letter(number)} off the pad"): lambda: self.anchor_removed.emit(number),
        }
        spot = event.globalPos() if by_mouse else self.mapToGlobal(self._middle_of(Hit("anchor", number)).toPoint())  # type: ignore[union-attr]
        act = chosen.get(menu.exec(spot))
        menu.deleteLater()
        if act is not None:
            act()

    # -- words -----------------------------------------------------------------------------------------------------

    def words(self) -> str:
        """What has the focus, for a screen reader."""
        if not self._state.anchors:
            return "Nothing on the pad"
        if self._focus != PIN:
            x, y = self.points[self._focus]
            return f"Design {letter(self._focus)}, {_place(x, y)}, {self._per_cents[self._focus]} per cent"
        return f"Pin, {_place(*self._state.pin)}"

    def _announce(self, *, aloud: bool = True) -> None:
        words = self.words()
        self.setAccessibleDescription(words)
        if aloud and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))


def _place(x: float, y: float) -> str:
    return f"{100 * x:.0f} per cent from the left, {100 * y:.0f} per cent from the top"
