"""The models at hand: a card for each package, a sentence for each that cannot be used, and a way to bring one in."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.writers import LARGER_COMMAND
from desktop_app.ui.controls.buttons import IconButton, push_button
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.models.card_parts import CopyLine
from desktop_app.ui.shell.package_card import PackageCard

WIDTH = 248


class LibraryPanel(QWidget):
    chosen = Signal(str)
    import_wished = Signal()
    copied = Signal(str)  # a sentence
    about_wished = Signal(str)  # the name of a package, or empty: any

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._look = look
        self._cards = QButtonGroup(self)
        self._cards.setExclusive(True)
        self._cards.buttonClicked.connect(self._on_card)
        self.import_button = IconButton(look, "import", "Import a model", keys="Ctrl+I")
        self.import_button.clicked.connect(self.import_wished)
        self.all_button = push_button("About the models…", role="quiet")
        self.all_button.setToolTip("The cards of all models, whatever they are for  (Ctrl+M)")
        self.all_button.clicked.connect(self._on_all)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_4, SPACE_3, SPACE_2, SPACE_2)
        head.addWidget(label("Models", role="title"), 1)
        head.addWidget(self.import_button)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(SPACE_2, 0, SPACE_2, SPACE_4)
        self._column.setSpacing(SPACE_1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(scrolled(body), 1)
        column.addWidget(rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, SPACE_2)
        foot.addWidget(self.all_button, 1)
        column.addLayout(foot)

    def show_count(self, count: int) -> None:
        """Of all models, whatever they are for."""
        self.all_button.setText(f"About all {count} models…" if count > 1 else "About the models…")

    def show_library(
        self, packages: Sequence[Package], problems: Sequence[StudioError], current: str, *, offer: str = ""
    ) -> None:
        """packages: those that the workspace in view can use. offer: how to come by a larger one."""
        self._clear()
        for package in packages:
            card = PackageCard(self._look, package)
            card.setChecked(package.name == current)
            card.about_wished.connect(self.about_wished)
            self._cards.addButton(card)
            self._column.addWidget(card)
        if problems:
            heading = label("Cannot be used", role="section")
            heading.setContentsMargins(SPACE_2, SPACE_4, 0, SPACE_1)
            self._column.addWidget(heading)
        for problem in problems:
            self._column.addWidget(_problem(self._look, problem.message))
        if not packages and not problems:
            empty = label("No models yet.", role="small", wrap=True)
            empty.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, 0)
            self._column.addWidget(empty)
        if offer:
            self._add_offer(offer)
        self._column.addStretch(1)

    def _add_offer(self, sentence: str) -> None:
        words = label(sentence, role="small", wrap=True)
        words.setContentsMargins(SPACE_2, SPACE_4, SPACE_2, 0)
        line = CopyLine(self._look, "Command", LARGER_COMMAND)
        line.setContentsMargins(SPACE_2, 0, 0, 0)
        line.copied.connect(self.copied)
        self._column.addWidget(words)
        self._column.addWidget(line)

    @property
    def focused(self) -> str:
        """The name of the card that has the keyboard, or an empty string."""
        cards = [card for card in self._cards.buttons() if isinstance(card, PackageCard)]
        return next((card.package.name for card in cards if card.hasFocus() or card.about.hasFocus()), "")

    def show_current(self, name: str) -> None:
        for card in self._cards.buttons():
            if isinstance(card, PackageCard):
                card.setChecked(card.package.name == name)

    def _clear(self) -> None:
        for card in self._cards.buttons():
            self._cards.removeButton(card)
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    @Slot()
    def _on_all(self) -> None:
        self.about_wished.emit("")

    @Slot(QAbstractButton)
    def _on_card(self, card: QAbstractButton) -> None:
        if isinstance(card, PackageCard):
            self.chosen.emit(card.package.name)


def _problem(look: Look, sentence: str) -> QWidget:
    row = QWidget()
    mark = QLabel()
    mark.setPixmap(look.icon("warning", ink=look.colours.warn).pixmap(16, 16))
    text = label(sentence, role="small", wrap=True, selectable=True)
    text.setAccessibleName(sentence)
    line = QHBoxLayout(row)
    line.setContentsMargins(SPACE_2, SPACE_1, SPACE_2, SPACE_1)
    line.setSpacing(SPACE_2)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(text, 1)
    return row
