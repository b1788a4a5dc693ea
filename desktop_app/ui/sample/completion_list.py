"""The list under a field that completes what is typed. It never takes the focus: the field has the keys."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction, QColor, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
)

from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3

ROW = 28
MOST_ROWS = 9  # then it scrolls
LEAST_WIDTH = 220
DETAIL = Qt.ItemDataRole.UserRole


class Row(NamedTuple):
    text: str
    detail: str = ""  # at the right end, softly


def field_button(field: QLineEdit, position: QLineEdit.ActionPosition, name: str) -> QAction:
    """A button inside a field, named for those who cannot see it."""
    action = QAction(field)
    action.setToolTip(name)
    field.addAction(action, position)
    for button in action.associatedObjects():
        if isinstance(button, QToolButton):
            button.setAccessibleName(name)
    return action


class CompletionList(QFrame):
    pressed = Signal(int)  # a row, by the mouse

    def __init__(self, look: Look, field: QLineEdit, name: str) -> None:
        """field: under which it opens; it lies over whatever is there. name: for a screen reader."""
        super().__init__(field)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._field = field
        self.rows = QListWidget()
        self.rows.setAccessibleName(name)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setMouseTracking(True)
        self.rows.setItemDelegate(_Painter(look, self.rows))
        self.rows.itemClicked.connect(self._on_item)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_1, SPACE_1, SPACE_1, SPACE_1)
        column.addWidget(self.rows)
        self.hide()

    @property
    def is_open(self) -> bool:
        return not self.isHidden()

    @property
    def current(self) -> int:
        """The row that a Return takes; -1 for none."""
        return self.rows.currentRow()

    def open(self, rows: Sequence[Row], current: int) -> None:
        """current: the row that is chosen to begin with, or -1."""
        if not rows:
            self.hide()
            return
        self.rows.clear()
        for row in rows:
            item = QListWidgetItem(row.text)
            item.setData(DETAIL, row.detail)
            self.rows.addItem(item)
        self.rows.setCurrentRow(current)
        self._place(len(rows))
        self.show()
        self.raise_()
        self._tell()

    def step(self, by: int) -> None:
        """To the next row or the one before, around the ends."""
        count = self.rows.count()
        start = self.current if self.current >= 0 or by > 0 else 0
        self.rows.setCurrentRow((start + by) % count)
        self._tell()

    def _place(self, count: int) -> None:
        """Under the field, in the window, and no higher than what is left of it."""
        home = self._field.window()
        if self.parentWidget() is not home:
            self.setParent(home)
        corner = self._field.mapTo(home, QPoint(0, self._field.height() + SPACE_1))
        room = max(3 * ROW, home.height() - corner.y() - 3 * SPACE_2)
        height = min(ROW * min(count, MOST_ROWS), room)
        self.rows.setFixedHeight(height + 2)
        width = max(LEAST_WIDTH, min(self._field.width(), 420))
        self.setGeometry(QRect(corner, QSize(width, height + 2 + 2 * SPACE_1 + 2)))

    def _tell(self) -> None:
        """A screen reader hears the row, though the focus stays in the field."""
        if QAccessible.isActive() and self.current >= 0:
            words = self.rows.item(self.current).text()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._field, words))

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem) -> None:
        self.pressed.emit(self.rows.row(item))


class _Painter(QStyledItemDelegate):
    """A row: its text, and at its right end the detail."""

    def __init__(self, look: Look, rows: QListWidget) -> None:
        super().__init__(rows)
        self._look, self._rows = look, rows

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = self._look.colours
        rect: QRect = option.rect
        is_current = index.row() == self._rows.currentRow()
        if is_current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        inner = rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        detail = str(index.data(DETAIL) or "")
        metrics = painter.fontMetrics()
        room = inner.width() - (metrics.horizontalAdvance(detail) + SPACE_3 if detail else 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.ink))
        text = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(QColor(colours.ink_soft))
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, detail)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW)
