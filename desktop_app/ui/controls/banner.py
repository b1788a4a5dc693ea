"""A line across the top of a room that says what happened and offers what helps. Never a dialog, never a traceback."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop_app.ui.controls.buttons import IconButton, push_button
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4

Tone = Literal["plain", "warn", "error"]
PLAIN_MS = 6000  # what only confirms goes by itself


class Banner(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._tone: Tone = "plain"
        self._act: Callable[[], None] | None = None
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._mark = QLabel()
        self._text = label("", wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._button = push_button("", role="quiet")
        self._button.clicked.connect(self._on_act)
        self._close = IconButton(look, "close", "Close the message")
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_2, SPACE_2)
        row.setSpacing(SPACE_3)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PLAIN_MS)
        self._timer.timeout.connect(self.dismiss)
        look.changed.connect(self._tint)
        self.hide()

    @property
    def sentence(self) -> str:
        return self._text.text() if not self.isHidden() else ""

    @property
    def tone(self) -> Tone:
        return self._tone

    @property
    def asks(self) -> bool:
        """Whether it offers something to do."""
        return self._act is not None

    def say(
        self, sentence: str, *, tone: Tone = "plain", action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """Show a sentence; `action` names the button that calls `act`."""
        self._tone, self._act = tone, act
        self._text.setText(sentence)
        self._button.setVisible(act is not None)
        self._button.setText(action)
        self._button.setAccessibleName(action)
        self.setProperty("tone", tone)
        self.style().polish(self)
        self._tint()
        self.show()
        self._timer.stop() if tone != "plain" else self._timer.start()
        announce(self, sentence)

    @Slot()
    def dismiss(self) -> None:
        self._timer.stop()
        self.hide()

    @Slot()
    def _on_act(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()

    @Slot()
    def _tint(self) -> None:
        colours = self._look.colours
        name, ink = {
            "plain": ("check", colours.good),
            "warn": ("warning", colours.warn),
            "error": ("error", colours.error),
        }[self._tone]
        self._mark.setPixmap(self._look.icon(name, ink=ink).pixmap(20, 20))


def announce(widget: QWidget, sentence: str) -> None:
    """Have a screen reader say what has changed, where one listens."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))
