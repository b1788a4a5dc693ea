"""Text on the window, in one of the type scale's roles."""

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget


def label(text: str, *, role: str = "", wrap: bool = False, selectable: bool = False) -> QLabel:
    """role: title, display, section, soft, small or warn, as in resources/style.qss."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setObjectName("rule")
    if vertical:
        line.setFixedSize(1, 20)
    else:
        line.setFixedHeight(1)
    return line


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where the room ends; the whole text is in the tooltip."""

    def __init__(self, text: str = "", *, middle: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") * 3, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        self.setToolTip("" if text == self.text() else plain_tip(self.text()))
        painter.drawText(room, int(self.alignment() | Qt.TextFlag.TextSingleLine), text)
        painter.end()


LONG_WORD = 24  # letters after which a word may be broken


def breakable(text: str) -> str:
    """A text in which words without an end may be broken: a label is never narrower than its longest word."""
    return " ".join(
        word if len(word) <= LONG_WORD else "\u200b".join(word[i : i + 12] for i in range(0, len(word), 12))
        for word in text.split(" ")
    )


def shortened(text: str, letters: int = 60) -> str:
    """One line of a text of whatever length, for a sentence that names it."""
    line = " ".join(text.split())
    return line if len(line) <= letters else f"{line[: letters - 1].rstrip()}…"


def plain_tip(text: str) -> str:
    """A text for a tooltip that shows its every character, tags too."""
    return f"<qt>{html.escape(text)}</qt>" if "<" in text else text
