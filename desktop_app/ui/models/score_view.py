"""Scores of a package: what each one asks, its value, and a bar that is full where it is as good as real pictures."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.engine.manifest import Score
from desktop_app.studio.score_words import FAR, REAL, ScoreBlock, ScoreGroup, ScoreRow, grouped
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_4, SPACE_6
from desktop_app.ui.models.card_parts import told

BAR, THICK = 176, 6
BARS = "Bars are full where the model does as well as real pictures measured against other real pictures."
DISTANCES = f"Those of distances lose a third with every factor of ten, and are empty at {FAR:,.0f} times."
NONE = "Nobody has measured this model, or its maker has not said so."


class ScoreView(QWidget):
    def __init__(self, look: Look, scores: Sequence[Score]) -> None:
        super().__init__()
        self._look = look
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4)
        groups = grouped(scores)
        self._has_bars = any(row.floor for group in groups for block in group.blocks for row in block.rows)
        if self._has_bars:
            has_distances = any(score.floor and not score.higher_is_better for score in scores)
            column.addWidget(told(f"{BARS} {DISTANCES}" if has_distances else BARS, role="small"))
        for group in groups:
            column.addWidget(self._group(group))
        if not groups:
            column.addWidget(told(NONE, role="soft"))

    def _group(self, group: ScoreGroup) -> QWidget:
        home = QWidget()
        grid = QGridLayout(home)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_6)
        grid.setVerticalSpacing(SPACE_1)
        grid.setColumnStretch(0, 1)
        if self._has_bars:
            grid.setColumnMinimumWidth(2, BAR)
        grid.addWidget(label(group.title, role="section"), 0, 0, 1, 3)
        for block in group.blocks:
            self._block(grid, block)
        for note in group.notes:
            grid.addWidget(told(note, role="small"), grid.rowCount(), 0, 1, 3)
        return home

    def _block(self, grid: QGridLayout, block: ScoreBlock) -> None:
        """One score in the line of its name; several below it, each named after what it was taken of."""
        number, several = grid.rowCount(), len(block.rows) > 1
        grid.setRowMinimumHeight(number, SPACE_2)
        words = QVBoxLayout()
        words.setSpacing(0)
        name = told(block.name)
        words.addWidget(name)
        for text in filter(None, (block.asks, block.note[:1].upper() + block.note[1:])):
            words.addWidget(told(text, role="small"))
        grid.addLayout(words, number + 1, 0, 1, 3 if several else 1)
        if not several:
            name.setAccessibleName(block.rows[0].spoken)
            self._figures(grid, number + 1, block.rows[0])
            return
        for row in block.rows:
            self._row(grid, row)

    def _row(self, grid: QGridLayout, row: ScoreRow) -> None:
        number = grid.rowCount()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.setContentsMargins(SPACE_4, 0, 0, 0)
        name = told(row.name, role="soft")
        name.setAccessibleName(row.spoken)
        words.addWidget(name)
        if row.note:
            words.addWidget(told(row.note, role="small"))
        grid.addLayout(words, number, 0, Qt.AlignmentFlag.AlignTop)
        self._figures(grid, number, row)

    def _figures(self, grid: QGridLayout, number: int, row: ScoreRow) -> None:
        value = label(row.value)
        value.setProperty("weight", "strong")
        grid.addWidget(value, number, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        if row.verdict:
            grid.addWidget(self._beside(row), number, 2, Qt.AlignmentFlag.AlignTop)

    def _beside(self, row: ScoreRow) -> QWidget:
        """The bar, and what it means."""
        home = QWidget()
        column = QVBoxLayout(home)
        column.setContentsMargins(0, SPACE_1 + 1, 0, 0)
        column.setSpacing(SPACE_1 + 1)
        if row.share is not None:
            column.addWidget(ShareBar(self._look, row.share, row.spoken))
        column.addWidget(label(row.verdict, role="small"))
        home.setFixedWidth(BAR)
        return home


class ShareBar(QWidget):
    def __init__(self, look: Look, share: float, name: str) -> None:
        super().__init__()
        self._look, self._share = look, share
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(BAR, THICK)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours, half = self._look.colours, THICK / 2
        painter.setBrush(QColor(colours.line_strong))
        painter.drawRoundedRect(QRectF(0, 0, self.width(), THICK), half, half)
        if self._share > 0:
            painter.setBrush(QColor(colours.good if self._share >= REAL else colours.accent_fill))
            painter.drawRoundedRect(QRectF(0, 0, max(THICK, self._share * self.width()), THICK), half, half)
        painter.end()
