"""The most probable tokens in the place of one, each with its probability: press one to go on from there."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.engine.text_requests import Alternative
from desktop_app.studio.explain_words import percent
from desktop_app.studio.page import REPLACEMENT, Place, bits
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, TEXT_BODY

WIDTH, ROW = 272, 26
MOST_ROWS = 10  # then it scrolls
BAR_PX, NUMBER_PX = 72, 58
GRACE_MS = 350  # the way from the text to the list
BROKEN = "part of a character"
SIGNS = str.maketrans({" ": "·", "\n": "↵", "\t": "→"})
GOES_ON = "Press one: what follows is written anew from there."
TAKES_PLACE = "Press one: it takes this place, what follows stays."


def shown(text: str) -> str:
    """A token with what cannot be seen made visible; one that is a part of a character says so."""
    if not text or REPLACEMENT in text:
        return BROKEN
    inner = text.strip(" \n\t")
    if not inner:
        return text.translate(SIGNS)
    head, tail = text[: len(text) - len(text.lstrip(" \n\t"))], text[len(text.rstrip(" \n\t")) :]
    return head.translate(SIGNS) + inner + tail.translate(SIGNS)


class TokenPopup(QFrame):
    chosen = Signal(object, object)  # Place, Alternative
    stepped = Signal(int)  # to the token before or after
    closed = Signal(bool)  # whether the focus goes back to the text

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("popup")
        self.setAccessibleName("What else might stand here")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._home = parent
        self.place: Place | None = None
        self._title = label("", role="section")
        self._help = label("", role="small", wrap=True)
        self.rows = QListWidget()
        self.rows.setAccessibleName("Alternatives")
        self.rows.setMouseTracking(True)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setItemDelegate(_Painter(look, self.rows))
        self.rows.itemClicked.connect(self._on_item)
        self.rows.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, SPACE_2)
        column.setSpacing(SPACE_1)
        for part in (self._title, self.rows, self._help):
            column.addWidget(part)
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(GRACE_MS)
        self._leaving.timeout.connect(self._on_left)
        self.hide()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_place(self, place: Place, text: str, box: QRect, *, goes_on: bool) -> None:
        """text: that the token stands for. box: where it lies in the parent. goes_on: what a choice does."""
        self._leaving.stop()
        self.place = place
        self._title.setText(_title_of(place, text))
        self._help.setText(GOES_ON if goes_on else TAKES_PLACE)
        self.rows.clear()
        for other in place.token.alternatives:
            self.rows.addItem(_item(other, place))
        self.rows.setCurrentRow(0)
        self.rows.setFixedHeight(ROW * min(MOST_ROWS, self.rows.count()) + 2)
        self.adjustSize()
        self.move(_beside(box, self.size(), self._home.size()))
        self.show()
        self.raise_()

    def take_focus(self) -> None:
        self.rows.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """At once."""
        self._leaving.stop()
        if self.isVisible():
            had_focus = self.rows.hasFocus()
            self.place = None
            self.hide()
            self.closed.emit(had_focus)

    def leave(self) -> None:
        """The mouse is elsewhere: it goes, unless the mouse comes to it."""
        if self.isVisible() and not self.rows.hasFocus():
            self._leaving.start()

    @property
    def alternatives(self) -> Sequence[Alternative]:
        return self.place.token.alternatives if self.place else ()

    @Slot()
    def _on_left(self) -> None:
        if not self.underMouse():
            self.dismiss()

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem) -> None:
        place, other = self.place, item.data(Qt.ItemDataRole.UserRole)
        self.dismiss()
        if place is not None:
            self.chosen.emit(place, other)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut:
            self.leave()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        item = self.rows.currentItem()
        match event.key():
            case Qt.Key.Key_Escape:
                self.dismiss()
            case Qt.Key.Key_Left:
                self.stepped.emit(-1)
            case Qt.Key.Key_Right:
                self.stepped.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if item is not None:
                self._on_item(item)
            case _:
                return False
        return True

    def enterEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().enterEvent(event)
        self._leaving.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.leave()


class _Painter(QStyledItemDelegate):
    """A row: what the token says, a bar, a percentage."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        other, is_written = index.data(Qt.ItemDataRole.UserRole), index.data(Qt.ItemDataRole.UserRole + 1)
        box = QRectF(option.rect)
        state = option.state
        colours = self._look.colours
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        lit = state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver)
        if lit:
            chosen = bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setBrush(QColor(colours.accent_soft if chosen else colours.raised_hover))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        bar = QRectF(box.right() - SPACE_2 - NUMBER_PX - BAR_PX, box.center().y() - 3, BAR_PX, 6)
        painter.setBrush(QColor(colours.line_strong))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(QColor(colours.accent_fill if is_written else colours.ink_soft))
        painter.drawRoundedRect(
            QRectF(bar.x(), bar.y(), max(1.5, bar.width() * index.data(Qt.ItemDataRole.UserRole + 2)), 6), 2, 2
        )
        words = shown(other.text)
        painter.setFont(font(TEXT_BODY))
        painter.setPen(QColor(colours.ink_soft if words == BROKEN else colours.ink))
        left = QRectF(box.x() + SPACE_2, box.y(), bar.x() - box.x() - 2 * SPACE_2, box.height())
        cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(left.width()))
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter, cut)
        painter.setPen(QColor(colours.ink))
        right = QRectF(box.right() - SPACE_2 - NUMBER_PX, box.y(), NUMBER_PX, box.height())
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percent(other.probability))
        painter.restore()


def _title_of(place: Place, text: str) -> str:
    probability = place.token.probability
    if probability is None:
        return f"“{shown(text)}”"
    return f"“{shown(text)}” came at {percent(probability)} · {bits(probability):.1f} bits"


def _item(other: Alternative, place: Place) -> QListWidgetItem:
    """The longest bar is that of the most probable; the figures are what they are."""
    is_written = other.token == place.token.token
    most = max(one.probability for one in place.token.alternatives)
    item = QListWidgetItem(f"{shown(other.text)}, {percent(other.probability)}{', written' if is_written else ''}")
    item.setData(Qt.ItemDataRole.UserRole, other)
    item.setData(Qt.ItemDataRole.UserRole + 1, is_written)
    item.setData(Qt.ItemDataRole.UserRole + 2, other.probability / most if most else 0.0)
    return item


def _beside(box: QRect, size: QSize, room: QSize) -> QPoint:
    """Below the token, or above it where there is no room, and never beyond the edges."""
    x = max(SPACE_1, min(box.left(), room.width() - size.width() - SPACE_1))
    below = box.bottom() + SPACE_1
    y = below if below + size.height() <= room.height() else max(SPACE_1, box.top() - size.height() - SPACE_1)
    return QPoint(x, y)
