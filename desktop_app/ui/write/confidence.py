"""How sure the model was of each token, as grounds behind the text and as a legend. Pure, but for the widget.

Four bands: what is likely stays plain, and the less it was expected, the stronger its ground. Where a token is hovered
its figure stands in words, so nothing hangs on colour alone.
"""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.studio.page import Place
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, TEXT_SMALL, Colours

BANDS = ((0.5, "50 % and more"), (0.1, "10 to 50 %"), (0.01, "1 to 10 %"), (0.0, "below 1 %"))
LINE = 20
SWATCH = 28


def grounds(colours: Colours) -> tuple[str, ...]:
    """One a band; empty for a plain one."""
    return "", colours.unsure, colours.doubtful, colours.surprising


def band(probability: float) -> int:
    return next(number for number, (least, _) in enumerate(BANDS) if probability >= least)


def tints(places: Sequence[Place], text: str, colours: Colours) -> list[tuple[int, int, str]]:
    """Which part of the text lies on which ground; the space before a word on none."""
    found = []
    for place in places:
        ground = "" if place.token.probability is None else grounds(colours)[band(place.token.probability)]
        word = text[place.start : place.end]
        start = place.end - len(word.lstrip())
        if ground and start < place.end:
            found.append((start, place.end, ground))
    return found


class Legend(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Grounds: " + ", ".join(words for _, words in BANDS))
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(160, LINE * len(BANDS))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TEXT_SMALL))
        colours = self._look.colours
        for number, (ground, (_, words)) in enumerate(zip(grounds(colours), BANDS, strict=True)):
            top = number * LINE
            painter.setPen(QColor(colours.line_strong) if not ground else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(SPACE_1, top + 3, SWATCH, LINE - 6, 3, 3)
            painter.setPen(QColor(colours.ink_soft))
            painter.drawText(SPACE_1 + SWATCH + SPACE_2, top, 200, LINE, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
