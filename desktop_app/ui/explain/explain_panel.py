"""Beside the picture: what the classifier says, a bar for each class, what a trial showed, and what was judged."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.studio import explain_words as words
from desktop_app.studio.explaining import Subject, asked_label
from desktop_app.ui.controls.banner import announce
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.labels import ElidedLabel, label, rule
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.explain.class_bars import MOST, ClassBars, rows_of
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4

WIDTH = 320
HELP = (
    "Here each class gets a bar. Press one, or its digit, to ask why, or why not, this class.\n\n"
    "Class activation is read off the network: what each place adds to the class.\n\n"
    "Occlusion is tried out: how much the class loses when a place is covered."
)
BY_PROBABILITY = "Most probable first"


class ExplainPanel(QWidget):
    label_chosen = Signal(int)
    crop_wished = Signal()
    remove_wished = Signal()
    order_changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._verdict = label("", role="title", wrap=True, selectable=True)
        self._asked = label("", role="soft", wrap=True)
        self.bars = ClassBars(look)
        self.bars.chosen.connect(self.label_chosen)
        self.order = chip(BY_PROBABILITY)
        self.order.setChecked(True)
        self.order.setToolTip("In the order of probability, or of the classes  (S)")
        self.order.toggled.connect(self.order_changed)
        self._more = label("", role="small")
        self._why_rule = rule()
        self._why = label("", role="section")
        self._trial = label("", wrap=True, selectable=True)
        self._name = ElidedLabel(middle=True)
        self._name.setProperty("role", "section")
        self._notes = label("", role="small", wrap=True)
        self.crop = IconButton(look, "fit", "Another part…", keys="C", show_text=True)
        self.remove = IconButton(look, "trash", "Take the picture out of the row", keys="Del")
        self.crop.clicked.connect(self.crop_wished)
        self.remove.clicked.connect(self.remove_wished)
        self._limits = label("", role="small", wrap=True)
        self._help = label(HELP, role="small", wrap=True)
        self._help.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, 0)
        self._arrange()

    def _arrange(self) -> None:
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_3)
        column.addLayout(self._said())
        for part in (self.bars, self._more, self._limits, self._why_rule, self._why, self._trial, rule()):
            column.addWidget(part)
        named = QHBoxLayout()
        named.setSpacing(SPACE_2)
        named.addWidget(self._name, 1)
        named.addWidget(self.remove)
        column.addLayout(named)
        column.addWidget(self._notes)
        column.addWidget(self.crop)
        self._put(self._body, self._help)

    def _said(self) -> QVBoxLayout:
        """What it sees, whether that was asked for, and the head of the bars."""
        order = QHBoxLayout()
        order.setContentsMargins(0, SPACE_2, 0, 0)
        order.addWidget(label("Classes", role="section"), 1)
        order.addWidget(self.order)
        lines = QVBoxLayout()
        lines.setSpacing(SPACE_1)
        lines.addWidget(self._verdict)
        lines.addWidget(self._asked)
        lines.addLayout(order)
        return lines

    def _put(self, *parts: QWidget) -> None:
        """All of it can be scrolled."""
        home = QWidget()
        both = QVBoxLayout(home)
        both.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            both.addWidget(part)
        both.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(home))

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_body(self, shown: bool) -> None:
        """Nothing is said of no picture."""
        self._body.setVisible(shown)
        self._help.setVisible(not shown)

    def show_classes(
        self,
        classes: Sequence[str],
        probabilities: npt.NDArray[np.float32] | None,
        subject: Subject,
        asked_about: int | None,
    ) -> None:
        """probabilities: None while they are not known. asked_about: the class whose evidence is in view."""
        asked = asked_label(subject, tuple(classes))
        self._show_verdict("Looking…" if probabilities is None else words.verdict(classes, probabilities))
        _show(self._asked, "" if probabilities is None else self._asked_words(classes, probabilities, subject))
        by_probability = self.order.isChecked()
        rows = rows_of(classes, probabilities, asked=asked, label=asked_about, by_probability=by_probability)
        self.bars.show_rows(rows, asked_about)
        _show(self._more, f"And {len(classes) - MOST} more, less probable." if len(classes) > MOST else "")
        self._limits.setText(words.limits(classes))

    def _show_verdict(self, text: str) -> None:
        if text != self._verdict.text():
            self._verdict.setText(text)
            announce(self, text)

    def _asked_words(self, classes: Sequence[str], probabilities: npt.NDArray[np.float32], subject: Subject) -> str:
        if not subject.asked:
            return ""
        differs = subject.asked.casefold() != classes[int(probabilities.argmax())].casefold()
        self._asked.setProperty("role", "warn" if differs else "soft")
        self._asked.style().polish(self._asked)
        return words.asked_words(subject.asked, classes, probabilities)

    def show_trial(self, title: str, text: str) -> None:
        """title: “Why a 4?”; both empty where no map is in view."""
        self._why_rule.setVisible(bool(title))
        _show(self._why, title)
        _show(self._trial, text)

    def show_subject(self, subject: Subject, *, can_crop: bool, crop_help: str) -> None:
        self._name.setText(subject.name)
        _show(self._notes, " ".join(subject.notes))
        self.crop.setVisible(subject.design is None)
        self.crop.setEnabled(can_crop)
        self.crop.setToolTip(crop_help)


def _show(part: QLabel, text: str) -> None:
    part.setText(text)
    part.setVisible(bool(text))
