"""Buttons with an icon of ours and a name for everyone."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from desktop_app.ui.look.icons import ICON_PX
from desktop_app.ui.look.theme import Look


class IconButton(QToolButton):
    """An icon whose name is its tooltip and what a screen reader says. With `show_text` the name stands beside it."""

    def __init__(
        self,
        look: Look,
        icon: str,
        name: str,
        *,
        keys: str = "",
        checked_icon: str = "",
        show_text: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._icon, self._checked_icon = look, icon, checked_icon
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rename(name, keys)
        if show_text:
            self.setText(name)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.setProperty("role", "text")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._tint)
        self._tint()

    def rename(self, name: str, keys: str = "") -> None:
        self.setAccessibleName(name)
        self.setToolTip(f"{name}  ({keys})" if keys else name)

    def set_icon(self, icon: str) -> None:
        self._icon = icon
        self._tint()

    def follow(self, action: QAction) -> None:
        """Do what an action does, and be enabled when it is."""
        self.clicked.connect(action.trigger)
        action.enabledChanged.connect(self.setEnabled)
        self.setEnabled(action.isEnabled())

    @Slot()
    def _tint(self) -> None:
        colours = self._look.colours
        ink = colours.on_scrim if self.property("role") == "scrim" else colours.ink
        self.setIcon(self._look.icon(self._icon, checked=self._checked_icon, ink=ink))


def push_button(text: str, *, role: str = "", parent: QWidget | None = None) -> QPushButton:
    """role: "main" for what the dialog is about, "quiet" for the least of them."""
    button = QPushButton(text, parent)
    button.setAccessibleName(text)
    button.setAutoDefault(role == "main")
    if role:
        button.setProperty("role", role)
    return button


def chip(text: str, *, role: str = "chip") -> QToolButton:
    """A choice that shows whether it is the one."""
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setAccessibleName(text)
    button.setProperty("role", role)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button
