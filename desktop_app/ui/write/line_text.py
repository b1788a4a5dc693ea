"""The words of a line on its card: what was taken over from its parent softly, what is new in full ink."""

import math

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import TEXT_TITLE
from desktop_app.ui.write.text_places import units

LEAST_LINES = 3  # room for so many, so that a row of cards stands still while they fill
CARET = "▏"  # behind what is still being written


class LineText(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._before, self._text, self._is_live = "", "", False
        self._layout = QTextLayout("", font(TEXT_TITLE, QFont.Weight.DemiBold))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def text(self) -> str:
        return self._layout.text().replace("\u2028", "\n")

    def show_line(self, before: str, text: str, *, is_live: bool) -> None:
        self._before, self._text, self._is_live = before, text, is_live
        whole = before + text + (CARET if is_live else "")
        self._layout.setText(whole.replace("\n", "\u2028"))
        self._arrange(self.width())
        self.updateGeometry()
        self.update()

    def _arrange(self, width: int) -> float:
        """Break into lines of this width; answers their height."""
        height = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height))
            height += line.height()
        self._layout.endLayout()
        return height

    def _inks(self) -> list[QTextLayout.FormatRange]:
        colours, start = self._look.colours, units(self._before)
        end = start + units(self._text)
        inks = ((0, start, colours.ink_soft), (start, end - start, colours.ink), (end, len(CARET), colours.accent))
        return [_ink(*ink) for ink in inks if ink[1]]

    # -- Qt --------------------------------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = self._arrange(width)
        self._arrange(self.width())
        return max(self.minimumSizeHint().height(), math.ceil(height))

    def sizeHint(self) -> QSize:
        return QSize(160, self.heightForWidth(max(160, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, math.ceil(LEAST_LINES * QFontMetricsF(self._layout.font()).height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(self._look.colours.ink))
        self._layout.draw(painter, QPointF(0, 0), self._inks())
        painter.end()


def _ink(start: int, length: int, colour: str) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length = start, length
    form = QTextCharFormat()
    form.setForeground(QColor(colour))
    made.format = form
    return made
