"""The side bar: one button a workspace, and what belongs to the whole window below."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QVBoxLayout, QWidget

from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.look.icons import app_icon
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3

WIDTH = 72


class WorkspaceBar(QWidget):
    chosen = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._look = look
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._on_clicked)
        mark = QLabel()
        mark.setPixmap(app_icon().pixmap(32, 32))
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._rooms = QVBoxLayout()
        self._rooms.setSpacing(SPACE_1)
        self.theme_button = IconButton(look, "theme", "Switch between dark and light")
        self.settings_button = IconButton(look, "settings", "Settings", keys="Ctrl+,")
        self.help_button = IconButton(look, "help", "Shortcuts", keys="?")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_2, SPACE_3, SPACE_2, SPACE_3)
        column.setSpacing(SPACE_1)
        column.addWidget(mark)
        column.addSpacing(SPACE_3)
        column.addLayout(self._rooms)
        column.addStretch(1)
        for button in (self.theme_button, self.settings_button, self.help_button):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def add(self, icon: str, name: str, keys: str) -> None:
        button = IconButton(self._look, icon, name, keys=keys)
        button.setProperty("role", "workspace")
        button.setText(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(24, 24))
        button.setCheckable(True)
        button.setFixedWidth(WIDTH - 2 * SPACE_2)
        self._group.addButton(button, len(self._group.buttons()))
        self._rooms.addWidget(button)
        if len(self._group.buttons()) == 1:
            button.setChecked(True)

    def show_current(self, number: int) -> None:
        self._group.button(number).setChecked(True)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(number)
