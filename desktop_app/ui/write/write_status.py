"""The foot of the page: write on or stop, re-roll, and what is going on in words."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app.ui.controls.banner import announce
from desktop_app.ui.controls.buttons import IconButton, push_button
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.write.page_stream import PageStream

ENDINGS = {
    "end": "The model ended the text here",
    "length": "",
    "stop": "Stopped before a stop string",
    "limit": "Stopped at a limit",
    "context": "The context is full: what is written next is written without the beginning",
    "stopped": "Stopped. What came stays",
    "failed": "Nothing more was written",
}


class WriteStatus(QWidget):
    write_wished = Signal()
    stop_wished = Signal()
    reroll_wished = Signal()
    recipe_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.go = push_button("Write on", role="main")
        self.go.setToolTip("Write on at the cursor  (Ctrl+Return)")
        self.go.clicked.connect(self._on_go)
        self.reroll = IconButton(look, "reroll", "Re-roll", show_text=True)
        self.reroll.setToolTip("Write the last prediction again, with a new seed  (Ctrl+R)")
        self.reroll.clicked.connect(self.reroll_wished)
        self.recipe = IconButton(look, "copy", "Copy the recipe of what was written last")
        self.recipe.clicked.connect(self.recipe_wished)
        self._status = ElidedLabel()
        self._status.setProperty("role", "soft")
        self._count = label("", role="small")
        self._is_busy = False
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_2)
        row.setSpacing(SPACE_2)
        row.addWidget(self.go)
        row.addWidget(self.reroll)
        row.addWidget(self.recipe)
        row.addSpacing(SPACE_3)
        row.addWidget(self._status, 1)
        row.addWidget(self._count)
        self.go.setFixedWidth(max(self.go.sizeHint().width(), 104))

    @property
    def sentence(self) -> str:
        return self._status.text()

    def show_stream(self, stream: PageStream, cut: int) -> None:
        """cut: characters of the beginning that the model does not read."""
        self._show_go(stream.is_busy)
        if stream.is_busy:
            self._status.setText(
                " · ".join(part for part in (_phase_words(stream), _cut_words(cut), "Esc stops") if part)
            )

    def show_end(self, why: str, seed: int, cut: int) -> None:
        """How the last prediction ended; its seed."""
        parts = (ENDINGS.get(why, ""), "" if why == "failed" else f"Seed {seed}", _cut_words(cut))
        self._status.setText(" · ".join(part for part in parts if part))
        announce(self, self.sentence)

    def say(self, text: str) -> None:
        self._status.setText(text)

    def show_count(self, words: int) -> None:
        self._count.setText(f"{words:,} words" if words != 1 else "1 word")

    def show_can(self, *, write: bool, reroll: bool, recipe: bool) -> None:
        self.go.setEnabled(write or self._is_busy)
        self.reroll.setEnabled(reroll)
        self.recipe.setEnabled(recipe)

    def _show_go(self, is_busy: bool) -> None:
        if is_busy == self._is_busy:
            return
        self._is_busy = is_busy
        text = "Stop" if is_busy else "Write on"
        self.go.setText(text)
        self.go.setAccessibleName(text)
        self.go.setToolTip("Stop; what came stays  (Esc)" if is_busy else "Write on at the cursor  (Ctrl+Return)")

    @Slot()
    def _on_go(self) -> None:
        (self.stop_wished if self._is_busy else self.write_wished).emit()


def _phase_words(stream: PageStream) -> str:
    if stream.phase == "loading":
        return "Loading the model…"
    if stream.phase == "reading":
        return f"Reading {stream.done:,} of {stream.total:,}" if stream.total else "Reading…"
    speed = stream.words_a_second
    return f"Writing · {speed:.0f} words a second" if speed else "Writing…"


def _cut_words(cut: int) -> str:
    return f"Of the beginning, {cut:,} characters are not read" if cut else ""
