"""The lines in view: a section a batch, its cards side by side in as many columns as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop_app.ui.controls.labels import ElidedLabel
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6
from desktop_app.ui.write.desk_scene import Section
from desktop_app.ui.write.line_card import LEAST_WIDTH, LineCard


class LineGrid(QWidget):
    branch_wished = Signal(int)
    kept = Signal(int, bool)
    rewritten = Signal(int, str)
    copy_wished = Signal(int)
    title_wished = Signal(int)
    remove_wished = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._sections: dict[int, LineSection] = {}
        self._order: list[int] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_6)
        self._column.setSpacing(SPACE_6)
        self._column.addStretch(1)

    @property
    def cards(self) -> "list[LineCard]":
        """From the top."""
        return [card for key in self._order for card in self._sections[key].cards]

    def card(self, number: int) -> "LineCard | None":
        return next((card for card in self.cards if card.scene.number == number), None)

    def show_sections(self, sections: Sequence[Section]) -> None:
        self._order = [section.key for section in sections]
        for key in self._sections.keys() - set(self._order):
            gone = self._sections.pop(key)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, section in enumerate(sections):
            if section.key not in self._sections:
                self._sections[section.key] = self._new_section()
            widget = self._sections[section.key]
            widget.set_columns(self._columns)
            if self._column.indexOf(widget) != place:
                self._column.insertWidget(place, widget)
            widget.show_section(section)

    def _new_section(self) -> "LineSection":
        made = LineSection(self._look)
        made.carded.connect(self._on_card)
        return made

    @property
    def _columns(self) -> int:
        """For how many cards side by side there is room."""
        return max(1, (self.width() - 2 * SPACE_4 + SPACE_3) // (LEAST_WIDTH + SPACE_3))

    @Slot(object)
    def _on_card(self, card: LineCard) -> None:
        for name in ("branch_wished", "kept", "rewritten", "copy_wished", "title_wished", "remove_wished"):
            getattr(card, name).connect(getattr(self, name))
        card.stepped.connect(lambda by: self._step(card, by))

    def _step(self, card: LineCard, by: int) -> None:
        cards = self.cards
        place = cards.index(card) + by
        if 0 <= place < len(cards):
            cards[place].setFocus()

    def minimumSizeHint(self) -> QSize:
        """One card wide: as many as now must not keep the window from becoming small."""
        return QSize(LEAST_WIDTH + 2 * SPACE_4, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for section in self._sections.values():
            section.set_columns(self._columns)


class LineSection(QWidget):
    carded = Signal(object)  # LineCard, a new one

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.cards: list[LineCard] = []
        self._columns = 1
        self._head = ElidedLabel()
        self._head.setProperty("role", "small")
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self._head)
        column.addLayout(self._grid)

    def show_section(self, section: Section) -> None:
        self._head.setText(section.head)
        changed = len(section.cards) != len(self.cards)
        while len(self.cards) < len(section.cards):
            card = LineCard(self._look)
            self.cards.append(card)
            self.carded.emit(card)
        while len(self.cards) > len(section.cards):
            card = self.cards.pop()
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        for card, scene in zip(self.cards, section.cards, strict=True):
            card.show_scene(scene)
        if changed:
            self._place()

    def set_columns(self, columns: int) -> None:
        """So many of equal width."""
        if columns != self._columns:
            for old in range(max(columns, self._columns)):
                self._grid.setColumnStretch(old, 1 if old < columns else 0)
            self._columns = columns
            self._place()

    def _place(self) -> None:
        for place, card in enumerate(self.cards):
            self._grid.addWidget(card, place // self._columns, place % self._columns)
