"""An explanation as one picture to take away: picture and maps with their legends, bars, and what was measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from desktop_app.engine.manifest import Manifest
from desktop_app.engine.requests import Pixels
from desktop_app.studio.explain_words import asked_words, limits, verdict
from desktop_app.studio.explaining import Subject, asked_label
from desktop_app.ui.explain.class_bars import HEIGHT, Row, name_width, paint_row, rows_of
from desktop_app.ui.explain.evidence_layout import READOUT, arrange
from desktop_app.ui.explain.evidence_painter import Plates, Scene, paint_scene
from desktop_app.ui.look.theme import font
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6, TEXT_BODY, TEXT_SMALL, TEXT_TITLE, Colours

SIDE, PANEL = 560, 340  # px: width of a map, of the words beside
RATIO = 2.0  # pixels of the picture to a px
ROWS = 10  # classes
LONGEST = 4000  # px of text, before it is measured


@dataclass(frozen=True, eq=False)
class Card:
    scene: Scene
    rows: Sequence[Row]
    label: int | None  # the class that is asked about
    verdict: str
    sentences: Sequence[str]  # what else is said
    foot: str  # picture and classifier


def card_of(
    scene: Scene,
    subject: Subject,
    classifier: Manifest,
    probabilities: npt.NDArray[np.float32],
    label: int,
    told: str,
) -> Card:
    """label: the class that is asked about; told: what trying the maps showed."""
    classes, asked = classifier.classes, asked_label(subject, classifier.classes)
    rows = rows_of(classes, probabilities, asked=asked, label=label, by_probability=True, most=ROWS)
    sentences = [told] if told else []
    if subject.asked:
        sentences.insert(0, asked_words(subject.asked, classes, probabilities))
    sentences.append(limits(classes))
    return Card(scene, rows, label, verdict(classes, probabilities), sentences, f"{subject.name} · {classifier.title}")


def paint_card(card: Card, colours: Colours) -> QImage:
    """The card at RATIO pixels to a px."""
    rows, columns = card.scene.plain.shape[:2]
    count = len(card.scene.maps)
    height = max(SIDE + 60, math.ceil(_words_height(card)))
    width = count * SIDE + PANEL
    image = QImage(round(width * RATIO), round(height * RATIO), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    image.fill(QColor(colours.paper))
    painter = QPainter(image)
    layout = arrange((count * SIDE, height + READOUT), (rows, columns), count, RATIO)
    paint_scene(painter, card.scene, layout, colours, Plates())
    panel = QRectF(count * SIDE, 0, PANEL, height)
    painter.fillRect(panel, QColor(colours.panel))
    _paint_words(painter, panel, card, colours)
    painter.end()
    return image


def pixels_of(image: QImage) -> Pixels:
    """(H, W, 3) uint8."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def _words_height(card: Card) -> float:
    """How much room the words need; measured on a picture of no size."""
    probe = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(probe)
    bottom = _paint_words(painter, QRectF(0, 0, PANEL, LONGEST), card, None)
    painter.end()
    return bottom


def _paint_words(painter: QPainter, panel: QRectF, card: Card, colours: Colours | None) -> float:
    """Answers where they end; without colours nothing is painted."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = panel.adjusted(SPACE_4, SPACE_6, -SPACE_4, 0)
    ink, soft = (colours.ink, colours.ink_soft) if colours else ("", "")
    y = _paragraph(painter, inner, inner.y(), card.verdict, font(TEXT_TITLE, QFont.Weight.DemiBold), ink) + SPACE_3
    for row in card.rows:
        if colours is not None:
            box = QRectF(inner.x() - SPACE_2, y, inner.width() + 2 * SPACE_2, HEIGHT)
            paint_row(painter, box, row, name_width(card.rows), colours, chosen=row.label == card.label)
        y += HEIGHT
    y += SPACE_3
    for sentence in card.sentences:
        y = _paragraph(painter, inner, y, sentence, font(TEXT_BODY), ink) + SPACE_2
    return _paragraph(painter, inner, y + SPACE_2, card.foot, font(TEXT_SMALL), soft) + SPACE_6


def _paragraph(painter: QPainter, inner: QRectF, top: float, text: str, face: QFont, ink: str) -> float:
    """Answers its lower end. Without ink it is only measured."""
    painter.setFont(face)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
    box = QRectF(inner.x(), top, inner.width(), LONGEST)
    if ink:
        painter.setPen(QColor(ink))
        painter.drawText(box, flags, text)
    return top + painter.boundingRect(box, flags, text).height()
