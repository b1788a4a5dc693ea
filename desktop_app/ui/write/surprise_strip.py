"""How surprising each token in view was to the model, as bars in bits: tall is what it did not expect."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop_app.studio.page import Place, bits
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import SPACE_2, SPACE_4, TEXT_SMALL, Colours
from desktop_app.ui.write.confidence import BANDS

HEIGHT = 44
MOST_BITS = 14.0  # a bar of this many is as high as the strip
WIDEST, NARROWEST = 8.0, 2.0  # px a bar
NAMES_PX = 76
FIGURE_PX = 112


class Bar(NamedTuple):
    """A token, or a word of several where the tokens are too many. text: the characters it stands for."""

    start: int
    end: int
    bits: float
    tokens: int


def bars_of(places: Sequence[Place]) -> list[Bar]:
    """One a token whose probability is known."""
    return [Bar(p.start, p.end, bits(p.token.probability), 1) for p in places if p.token.probability is not None]


def by_word(bars: Sequence[Bar], text: str) -> list[Bar]:
    """Tokens of one word together, their bits added up: a word begins where there is space before it."""
    words: list[Bar] = []
    for bar in bars:
        begins = text[bar.start : bar.start + 1].isspace() or text[bar.start - 1 : bar.start].isspace()
        if words and not begins and words[-1].end == bar.start:
            last = words.pop()
            words.append(Bar(last.start, bar.end, last.bits + bar.bits, last.tokens + bar.tokens))
        else:
            words.append(bar)
    return words


def mean_words(bars: Sequence[Bar], text: str) -> str:
    """The mean in bits a word; empty where nothing is known."""
    words = by_word(bars, text)
    return f"{sum(word.bits for word in words) / len(words):.1f} bits a word" if words else ""


class SurpriseStrip(QWidget):
    pointed = Signal(int, int)  # at a bar: its characters; -1 for none
    chosen = Signal(int)  # a bar was pressed: where its text begins

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._bars: list[Bar] = []
        self._text = ""
        self._figure = ""
        self._over = -1
        self.setObjectName("timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Surprise")
        look.changed.connect(self.update)

    @property
    def bars(self) -> Sequence[Bar]:
        return self._bars

    @property
    def figure(self) -> str:
        return self._figure

    def show_places(self, places: Sequence[Place], text: str) -> None:
        bars = bars_of(places)
        self._text, self._figure = text, mean_words(bars, text)
        self._bars = by_word(bars, text) if len(bars) * NARROWEST > self._room().width() else bars
        self._over = -1
        self.setAccessibleDescription(f"How surprising the text in view is to the model. {self._figure}")
        self.update()

    def _room(self) -> QRectF:
        return QRectF(NAMES_PX, SPACE_2, max(1, self.width() - NAMES_PX - FIGURE_PX), HEIGHT - 2 * SPACE_2)

    def _step(self) -> float:
        return min(WIDEST, self._room().width() / max(1, len(self._bars)))

    def _words(self, bar: Bar) -> str:
        words = " ".join(self._text[bar.start : bar.end].split()) or "space"
        told = "one token" if bar.tokens == 1 else f"{bar.tokens} tokens"
        return f"{words}: {bar.bits:.1f} bits, {told}"

    # -- Qt --------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = int((event.position().x() - self._room().x()) // self._step())
        over = place if 0 <= place < len(self._bars) else -1
        if over != self._over:
            self._over = over
            bar = self._bars[over] if over >= 0 else None
            self.pointed.emit(*((bar.start, bar.end) if bar else (-1, -1)))
            QToolTip.showText(event.globalPosition().toPoint(), self._words(bar) if bar else "", self)
            self.update()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        if self._over >= 0:
            self.chosen.emit(self._bars[self._over].start)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._over = -1
        self.pointed.emit(-1, -1)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._look.colours
        painter.setFont(font(TEXT_SMALL))
        painter.setPen(QColor(colours.ink_soft))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(SPACE_4, 0, NAMES_PX, HEIGHT), middle, "Surprise")
        right = QRectF(self.width() - FIGURE_PX, 0, FIGURE_PX - SPACE_4, HEIGHT)
        painter.drawText(
            right,
            middle | Qt.AlignmentFlag.AlignRight,
            self._figure or ("not weighed yet" if self._text.strip() else ""),
        )
        paint_bars(painter, self._room(), self._bars, self._step(), colours, over=self._over)
        painter.end()


def paint_bars(
    painter: QPainter, room: QRectF, bars: Sequence[Bar], step: float, colours: Colours, *, over: int
) -> None:
    """over: the bar under the mouse, -1 for none."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.line))
    painter.drawRect(QRectF(room.x(), room.bottom(), room.width(), 1))
    rare = bits(BANDS[-2][0])
    for number, bar in enumerate(bars):
        high = max(1.5, room.height() * min(1.0, bar.bits / MOST_BITS))
        ink = (
            colours.ink if number == over else colours.accent_fill if bar.bits > rare * bar.tokens else colours.ink_soft
        )
        painter.setBrush(QColor(ink))
        gap = 1.0 if step > 3 else 0.0
        painter.drawRect(QRectF(room.x() + number * step, room.bottom() - high, step - gap, high))
