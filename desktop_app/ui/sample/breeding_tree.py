"""The family tree as a strip: a column for each generation, lines from parents to children, and hands to walk it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop_app.studio.breeding import BreedingState, generation
from desktop_app.studio.family_tree import places
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_3
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.breeding_slots import Thumbnail
from desktop_app.ui.sample.sheet_painter import fitted

THUMB_PX, ACROSS, DOWN = 40, 92, 52  # a picture; from column to column, from row to row


class FamilyTree(QWidget):
    """What the scroll area shows. A press looks at a member, a double click or Enter breeds from it."""

    looked_at = Signal(int)  # number of a member
    opened = Signal(int)
    moved_to = Signal(QRectF)  # what should be in view

    def __init__(self, look: Look, thumbnail: Thumbnail) -> None:
        super().__init__()
        self._look, self._thumbnail = look, thumbnail
        self._state = BreedingState()
        self._tiles: Sequence[Tile] = ()
        self._words: Sequence[str] = ()
        self._corners: list[QPointF] = []
        self._hover: int | None = None
        self._by_keyboard = False
        self.focus = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Family tree")
        look.changed.connect(self.update)

    def show_tree(self, state: BreedingState, tiles: Sequence[Tile], words: Sequence[str]) -> None:
        """tiles, words: of each member."""
        grown = len(tiles) > len(self._tiles)
        self._state, self._tiles, self._words = state, tiles, words
        self._corners = [QPointF(SPACE_3 + column * ACROSS, SPACE_3 + row * DOWN) for column, row in places(state)]
        self.focus = min(self.focus, max(0, len(tiles) - 1))
        self.setFixedSize(self.sizeHint())
        self._describe()
        if grown:
            self.moved_to.emit(self._box(len(tiles) - 1))
        self.update()

    def sizeHint(self) -> QSize:
        right = max((corner.x() for corner in self._corners), default=0.0)
        bottom = max((corner.y() for corner in self._corners), default=0.0)
        return QSize(round(right) + THUMB_PX + SPACE_3, round(bottom) + THUMB_PX + SPACE_3)

    def _box(self, number: int) -> QRectF:
        corner = self._corners[number]
        return QRectF(corner.x(), corner.y(), THUMB_PX, THUMB_PX)

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        parents = set(generation(self._state).parents)
        for number, member in enumerate(self._state.members):
            for parent in dict.fromkeys(member.parents):
                self._paint_line(painter, parent, number, strong=number in parents)
        shown = QRectF(event.rect()).adjusted(-4, -4, 4, 4)
        for number in range(len(self._tiles)):
            if shown.intersects(self._box(number)):
                self._paint_member(painter, number, is_parent=number in parents)
        painter.end()

    def _paint_line(self, painter: QPainter, parent: int, child: int, *, strong: bool) -> None:
        start, end = self._box(parent), self._box(child)
        path = QPainterPath(QPointF(start.right(), start.center().y()))
        middle = (start.right() + end.left()) / 2
        path.cubicTo(middle, start.center().y(), middle, end.center().y(), end.left(), end.center().y())
        colours = self._look.colours
        painter.setPen(QPen(QColor(colours.accent if strong else colours.line_strong), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_member(self, painter: QPainter, number: int, *, is_parent: bool) -> None:
        colours, box = self._look.colours, self._box(number)
        image = self._thumbnail(self._tiles[number], THUMB_PX, self.devicePixelRatioF())
        painter.fillRect(box, QColor(colours.panel))
        if image is not None:
            painter.drawImage(fitted(box, image), image)
        focused = self._by_keyboard and self.hasFocus() and number == self.focus
        if is_parent or focused or number == self._hover:
            ink = colours.accent if is_parent or focused else colours.ink_soft
            painter.setPen(QPen(QColor(ink), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            grown = 3.0 if focused else 1.0
            painter.drawRect(box.adjusted(-grown, -grown, grown, grown))

    # -- hands -----------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        number = self._at(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(number)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._tiles:
            self.opened.emit(self.focus)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down) and self._tiles:
            self._by_keyboard = True
            self._go_to(self._beside(key))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def _beside(self, key: Qt.Key) -> int:
        """The nearest member in the direction of an arrow key; the one in focus where there is none."""
        here = self._corners[self.focus]
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        down = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key, 0)
        ways = [corner - here for corner in self._corners]
        fitting = [n for n, way in enumerate(ways) if way.x() * across > 0 or (way.y() * down > 0 and way.x() == 0)]
        return min(fitting, key=lambda n: (abs(ways[n].x()), abs(ways[n].y())), default=self.focus)

    def _go_to(self, number: int) -> None:
        self.focus = number
        self._describe()
        self.looked_at.emit(number)
        self.moved_to.emit(self._box(number))
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self._words[self.focus] if self._words else "No members yet")

    def _at(self, spot: QPointF) -> int | None:
        return next((n for n in range(len(self._corners)) if self._box(n).contains(spot)), None)

    def _set_hover(self, number: int | None) -> None:
        if number != self._hover:
            self._hover = number
            self.setToolTip("" if number is None else self._words[number])
            self.update()


class TreeStrip(QScrollArea):
    """The tree with room to grow to the right and down."""

    def __init__(self, tree: FamilyTree) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(tree)
        self.setMinimumHeight(THUMB_PX + 2 * SPACE_3)
        tree.moved_to.connect(self._show)

    def _show(self, box: QRectF) -> None:
        self.ensureVisible(round(box.center().x()), round(box.center().y()), THUMB_PX, THUMB_PX)
