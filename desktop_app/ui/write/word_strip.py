"""How surprising each word of a line was, as a strip of bars: low where the model was sure, high where it dared."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop_app.ui.controls.labels import plain_tip
from desktop_app.ui.look.theme import Look

HEIGHT, BAR, GAP = 16, 10, 2  # px
FULL = 14.0  # bits: a word of one in sixteen thousand fills its bar


class WordStrip(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._words: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def show_words(self, words: Sequence[str], bits: Sequence[float]) -> None:
        """Of the words that the model wrote, in order; nothing is shown where the two do not fit each other."""
        self._words = tuple(zip(words, bits, strict=True)) if len(words) == len(bits) else ()
        self.setAccessibleName(strip_words(bits) if self._words else "")
        self.update()

    def box_of(self, place: int) -> QRectF:
        """Where the column of a word lies, from top to bottom."""
        step = min(BAR + GAP, self.width() / max(1, len(self._words)))
        return QRectF(place * step, 0, max(1.0, step - GAP), HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(40, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = next((n for n in range(len(self._words)) if event.pos().x() < self.box_of(n).right() + GAP), None)
            if place is not None:
                word, bits = self._words[place]
                QToolTip.showText(event.globalPos(), plain_tip(f"“{word}”: {odds(bits)}"), self)
                return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = self._look.colours
        for place, (_, bits) in enumerate(self._words):
            box = self.box_of(place)
            share = min(1.0, bits / FULL)
            top = box.bottom() - max(2.0, share * HEIGHT)
            painter.setBrush(QColor(colours.accent if share > 0.5 else colours.line_strong))
            painter.drawRoundedRect(QRectF(box.left(), top, box.width(), box.bottom() - top), 1.5, 1.5)
        painter.end()


def odds(bits: float) -> str:
    """A surprise in words: how seldom the model would have put that word there."""
    if bits < 0.15:
        return "the model was sure of it"
    seldom = 2.0**bits
    if seldom >= 1e6:
        return "less than one in a million"
    return f"one in {seldom:,.1f}" if seldom < 10 else f"one in {float(f'{seldom:.2g}'):,.0f}"


def mean_bits(bits: Sequence[float]) -> float:
    return sum(bits) / max(1, len(bits))


def strip_words(bits: Sequence[float]) -> str:
    """What the strip says on the mean."""
    return f"Surprise on the mean: {mean_bits(bits):.1f} bits a word, {odds(mean_bits(bits))}" if bits else ""
