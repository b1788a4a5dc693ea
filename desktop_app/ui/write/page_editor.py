"""The text of the page in the hands of Qt: what is typed is told, what the model writes is put in.

Undo is the project's; this widget shows whatever text it is given by the smallest edit that leads there, so that the
view and the cursor stay. All places told and taken are in characters.
"""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from desktop_app.studio.page import difference
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import SPACE_2, SPACE_8, TEXT_PAGE
from desktop_app.ui.write.ghost_ink import GhostInk
from desktop_app.ui.write.soft_breaks import mend, softened
from desktop_app.ui.write.text_lines import TextLines
from desktop_app.ui.write.text_places import TextPlaces, clean, units

LINE_HEIGHT = 150  # per cent
PARAGRAPH_GAP = SPACE_2
MEASURE = 68  # characters a line
SAMPLE = "The quick brown fox jumps over the lazy dog, and then it rests in the shade."
MARGIN = 2 * SPACE_8
FOOT = 120  # px below the text, so that one does not write at the edge

Tints = list[tuple[int, int, str]]  # text[start:end] lies on a ground of this colour


class PageEditor(QTextEdit):
    edited = Signal(int, int, str)  # by hand: start, characters removed, characters inserted
    moved = Signal()  # the cursor or the selection
    hovered = Signal(int)  # the character under the mouse, -1 for none
    keyed = Signal(QKeyEvent)  # before it is typed; one that is accepted is not
    files_dropped = Signal(object)  # paths
    rewritten = Signal(int, int, int)  # by whomever: start, characters removed, characters inserted
    scrolled = Signal()  # or its size is another: another part of the text is in view

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._places = TextPlaces()
        self._touched: tuple[int, int] | None = None  # units that were edited and may have to be laid out anew
        self._quiet = False  # while the text is changed by the program
        self._coming = ""  # what is being pasted
        self._label = ""  # what the next edit is called, where it is not typing
        self._tints: Tints = []
        self._outline: tuple[int, int] | None = None
        self.lines = TextLines(self)
        self.ghost = GhostInk(self)
        self.setObjectName("page")
        self.setAccessibleName("Page")
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setLineWrapMode(QTextEdit.LineWrapMode.WidgetWidth)
        self.setCursorWidth(2)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._set_type()
        self.document().contentsChange.connect(self._on_contents)
        self.cursorPositionChanged.connect(self._on_moved)
        self.selectionChanged.connect(self._on_moved)
        self.verticalScrollBar().valueChanged.connect(self.scrolled)
        look.changed.connect(self.viewport().update)

    def _set_type(self) -> None:
        """Type, leading and margins; every paragraph takes them over from the one that it is split off."""
        margins = QTextFrameFormat()
        margins.setLeftMargin(MARGIN)
        margins.setRightMargin(MARGIN)
        margins.setTopMargin(MARGIN)
        margins.setBottomMargin(FOOT)
        self.document().setDocumentMargin(0)
        self.document().rootFrame().setFrameFormat(margins)
        leading = QTextBlockFormat()
        leading.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        leading.setBottomMargin(PARAGRAPH_GAP)
        self.textCursor().setBlockFormat(leading)
        self.setMaximumWidth(
            round(QFontMetricsF(font(TEXT_PAGE)).horizontalAdvance(SAMPLE) / len(SAMPLE) * MEASURE) + 2 * MARGIN
        )

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return self._places.text

    @property
    def caret(self) -> int:
        return self._places.from_qt(self.textCursor().position())

    @property
    def selection(self) -> tuple[int, int]:
        cursor = self.textCursor()
        return self._places.from_qt(cursor.selectionStart()), self._places.from_qt(cursor.selectionEnd())

    def show_text(self, text: str, cursor: int | None = None) -> None:
        """By the smallest edit; the cursor stays with its character where none is given."""
        start, removed, inserted = difference(self._places.text, text)
        if removed or inserted:
            self.replace(start, removed, inserted)
        if cursor is not None:
            self.put_cursor(cursor)

    def replace(self, start: int, removed: int, inserted: str) -> None:
        """text[start : start + removed] becomes `inserted`, and nobody is told. A cursor there goes behind it."""
        self.ghost.clear()
        at = self._places.to_qt(start)
        end = self._places.to_qt(start + removed)
        hand = QTextCursor(self.document())
        hand.setPosition(at)
        hand.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._quiet = True
        hand.beginEditBlock()
        hand.insertText(softened(inserted))
        hand.endEditBlock()
        self._quiet = False
        self._keep(start, removed, inserted)
        self._touched = at, at + units(inserted)
        self._settle()

    def put_cursor(self, at: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(self._places.to_qt(at))
        self._quiet = True
        self.setTextCursor(cursor)
        self._quiet = False
        self.ensureCursorVisible()

    def show_tints(self, tints: Tints) -> None:
        self._tints = tints
        self.viewport().update()

    def outline(self, place: tuple[int, int] | None) -> None:
        """Draw a line around text[start:end]: what the open list of alternatives is about."""
        if place != self._outline:
            self._outline = place
            self.viewport().update()

    def in_view(self) -> tuple[int, int]:
        """text[start:end] is seen."""
        start, end = self.lines.in_view()
        return self._places.from_qt(start), self._places.from_qt(end)

    def box_of(self, start: int, end: int) -> QRectF:
        """Where text[start:end] lies in the viewport; of more than one line, the first."""
        boxes = self.lines.boxes(self._places.to_qt(start), self._places.to_qt(end))
        return boxes[0] if boxes else QRectF()

    def take_label(self) -> str:
        """What the edit that is being told is called, where it is not typing."""
        label, self._label = self._label, ""
        return label

    def character_at(self, spot: QPointF) -> int:
        """The character under a spot of the viewport; -1 where there is none."""
        at = self.lines.hit(spot)
        return -1 if at < 0 else self._places.from_qt(at)

    # -- edits -----------------------------------------------------------------------------------------------------

    @Slot(int, int, int)
    def _on_contents(self, position: int, removed: int, added: int) -> None:
        if self._quiet:
            return
        start = self._places.from_qt(position)
        gone = self._places.from_qt(position + removed) - start
        inserted = self._coming if added == units(self._coming) else self._between(position, position + added)
        if self._places.units - removed + added != self.document().characterCount() - 1:
            start, gone, inserted = self._guess()
        self._touched = position, position + added
        self._keep(start, gone, inserted)
        if gone or inserted:
            self.edited.emit(start, gone, inserted)

    def _keep(self, start: int, removed: int, inserted: str) -> None:
        self._places.edit(start, removed, inserted)
        self._tints = [tint for old in self._tints for tint in _moved(old, start, removed, len(inserted))]
        self.lines.forget()
        if removed or inserted:
            self.rewritten.emit(start, removed, len(inserted))

    def _between(self, start: int, end: int) -> str:
        hand = QTextCursor(self.document())
        last = self.document().characterCount() - 1
        hand.setPosition(min(start, last))
        hand.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
        return hand.selectedText().replace("\u2029", "\n").replace("\u2028", "\n")

    def _guess(self) -> tuple[int, int, str]:
        """The edit, where Qt told more than it did: from the text as it is now. A block may end in a space of ours."""
        whole = self._between(0, self.document().characterCount() - 1)
        start, gone, inserted = difference(self._places.text.replace("\n", " "), whole.replace("\n", " "))
        return start, gone, whole[start : start + len(inserted)]

    def _settle(self) -> None:
        """What was touched last is laid out as it should be; no place changes."""
        touched, self._touched = self._touched, None
        if touched is None:
            return
        self._quiet = True
        hand = QTextCursor(self.document())
        hand.beginEditBlock()
        mend(self.document(), self._places, *touched, PARAGRAPH_GAP)
        hand.endEditBlock()
        self._quiet = False

    @Slot()
    def _on_moved(self) -> None:
        if not self._quiet:
            self.moved.emit()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_step(event):
            event.ignore()  # a step back is the project's
            return False
        if self.ghost.text and isinstance(event, QKeyEvent) and _is_tab(event):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self.keyed.emit(event)
        if not event.isAccepted():
            event.accept()
            self._label = "Cut" if event.matches(QKeySequence.StandardKey.Cut) else ""
            super().keyPressEvent(event)
            self._label = ""
            self._settle()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Whatever it is, its plain text."""
        self._label = "Paste"
        self._coming = clean(source.text())
        self.textCursor().insertText(softened(self._coming))
        self._label = self._coming = ""
        self._settle()
        self.ensureCursorVisible()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls()

    def dropEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
        else:
            super().dropEvent(event)
            self._settle()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        still = not event.buttons()
        self.hovered.emit(self.character_at(event.position()) if still else -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.ghost.clear()
        super().mousePressEvent(event)

    def inputMethodEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self.ghost.clear()
        super().inputMethodEvent(event)
        self._settle()

    def createMimeDataFromSelection(self) -> QMimeData:
        start, end = self.selection
        data = QMimeData()
        data.setText(self.text[start:end])
        return data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lines.forget()
        self.scrolled.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for start, end, colour in self._tints:
            painter.setBrush(QColor(colour))
            for box in self._boxes(start, end):
                painter.drawRoundedRect(box, 3, 3)
        if self._outline is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self._look.colours.accent))
            for box in self._boxes(*self._outline):
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()
        super().paintEvent(event)

    def _boxes(self, start: int, end: int) -> list[QRectF]:
        return self.lines.boxes(self._places.to_qt(start), self._places.to_qt(end))


def _is_tab(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and not event.modifiers()


def _moved(tint: tuple[int, int, str], start: int, removed: int, inserted: int) -> Tints:
    """A ground after an edit; one that it touches is gone."""
    first, end, colour = tint
    if end <= start:
        return [tint]
    shift = inserted - removed
    return [(first + shift, end + shift, colour)] if first >= start + removed else []


def _is_step(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
