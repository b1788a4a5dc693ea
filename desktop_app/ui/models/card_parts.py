"""What cards are made of: headings, rows of facts, sentences with a mark, a line that can be copied."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.studio.check_up import Flag
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import breakable, label, plain_tip
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4

MARK = 20
TONES = {"good": "check", "plain": "help", "warn": "warning", "error": "error"}
Rows = Sequence[tuple[str, str]]


def heading(text: str) -> QLabel:
    made = label(text, role="title")
    made.setContentsMargins(0, SPACE_4, 0, 0)
    return made


def told(text: str, *, role: str = "") -> QLabel:
    """A text of whatever length, from whatever hand: wrapped, plain, said in full to a screen reader."""
    made = label(breakable(text), role=role, wrap=True)
    made.setAccessibleName(text)
    return made


def facts_grid(rows: Rows) -> QWidget:
    """Names on the left, values on the right."""
    home = QWidget()
    grid = QGridLayout(home)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_4)
    grid.setVerticalSpacing(SPACE_2)
    grid.setColumnStretch(1, 1)
    for number, (name, value) in enumerate(rows):
        text = told(value)
        text.setAccessibleName(f"{name}: {value}")
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(label(name, role="soft"), number, 0, top)
        grid.addWidget(text, number, 1)
    return home


class Mark(QLabel):
    """An icon in the colour of what it says, in whichever theme."""

    def __init__(self, look: Look, tone: str) -> None:
        super().__init__()
        self._look, self._tone = look, tone
        self.setFixedSize(MARK, MARK)
        look.changed.connect(self._tint)
        self._tint()

    @Slot()
    def _tint(self) -> None:
        colours = self._look.colours
        ink = {"good": colours.good, "plain": colours.ink_soft, "warn": colours.warn, "error": colours.error}[
            self._tone
        ]
        self.setPixmap(self._look.icon(TONES[self._tone], ink=ink).pixmap(MARK, MARK))


class Remark(QFrame):
    """A mark, a few words and what they mean."""

    def __init__(self, look: Look, tone: str, title: str, text: str, *, framed: bool = False) -> None:
        super().__init__()
        if framed:
            self.setProperty("role", "card")
        self.setAccessibleName(f"{title}. {text}")
        words = QVBoxLayout()
        words.setSpacing(2)
        strong = told(title)
        strong.setProperty("weight", "strong")
        words.addWidget(strong)
        if text:
            words.addWidget(told(text, role="small"))
        row = QHBoxLayout(self)
        edge = SPACE_3 if framed else 0
        row.setContentsMargins(edge, edge, edge, edge)
        row.setSpacing(SPACE_3)
        row.addWidget(Mark(look, tone), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)


def flag_remark(look: Look, flag: Flag) -> Remark:
    return Remark(look, "error" if flag.weighty else "warn", flag.what, flag.advice)


class CopyLine(QWidget):
    """A line to be taken elsewhere, with a button that copies it."""

    copied = Signal(str)  # a sentence

    def __init__(self, look: Look, name: str, text: str) -> None:
        super().__init__()
        self._name, self._text = name, text
        shown = told(text)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        shown.setAccessibleName(f"{name}: {text}")
        shown.setToolTip(plain_tip(text))
        button = IconButton(look, "copy", f"Copy the {name.lower()}")
        button.clicked.connect(self._on_copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        row.addWidget(shown, 1)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    @Slot()
    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self._text)
        self.copied.emit(f"The {self._name.lower()} is on the clipboard.")
