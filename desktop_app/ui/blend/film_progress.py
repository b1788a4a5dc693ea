"""A film on its way: what is done, how far, how long still, and Cancel."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import ElidedLabel
from desktop_app.ui.look.tokens import SPACE_3, SPACE_4

STEPS = 1000


class FilmProgress(QWidget):
    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, STEPS)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName("Progress of the film")
        self._words = ElidedLabel()
        self._words.setProperty("role", "small")
        self._cancel = push_button("Cancel", role="quiet")
        self._cancel.setAccessibleName("Cancel the film")
        self._cancel.setMinimumWidth(64)
        self._cancel.clicked.connect(self.cancel_wished)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, 0, SPACE_4, SPACE_3 // 2)
        row.setSpacing(SPACE_3)
        row.addWidget(self._bar)
        row.addWidget(self._words, 1)
        row.addWidget(self._cancel)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text()

    @Slot(str, float)
    def show_progress(self, words: str, share: float) -> None:
        self._words.setText(words)
        self._bar.setValue(round(STEPS * share))
        self.show()
