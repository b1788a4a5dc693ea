"""The settings, drawn from their table."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_app.studio.settings import SETTINGS, Setting, Settings, Value
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.look.tokens import SPACE_1, SPACE_3, SPACE_4, SPACE_6

WIDTH = 560
CONTROL_WIDTH = 176


class SettingsDialog(QDialog):
    """Changes are in force at once, or at the next start where the setting says so."""

    changed = Signal(str)  # key

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setFixedWidth(WIDTH)
        self._settings = settings
        self._keys: dict[QWidget, str] = {}
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_4)
        column.setSpacing(SPACE_4)
        column.addWidget(label("Settings", role="display"))
        group = ""
        for setting in SETTINGS:
            if setting.group != group:
                group = setting.group
                heading = label(group, role="section")
                heading.setContentsMargins(0, SPACE_3, 0, 0)
                column.addWidget(heading)
                column.addWidget(rule())
            column.addLayout(self._row(setting))
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText("Close")
        close.setAccessibleName("Close the settings")
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _row(self, setting: Setting) -> QHBoxLayout:
        control = self._control(setting)
        control.setAccessibleName(setting.title)
        control.setAccessibleDescription(setting.help)
        self._keys[control] = setting.key
        later = " In force at the next start." if setting.at_restart else ""
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(setting.title))
        words.addWidget(label(setting.help + later, role="small", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(SPACE_6)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _control(self, setting: Setting) -> QWidget:
        value = self._settings[setting.key]
        if setting.kind == "switch":
            return self._switch(bool(value))
        if setting.kind == "choice":
            return self._choice(setting, str(value))
        return self._number(setting, int(value))

    def _switch(self, value: bool) -> QCheckBox:
        box = QCheckBox()
        box.setProperty("role", "bare")
        box.setChecked(value)
        box.toggled.connect(self._on_switch)
        return box

    def _choice(self, setting: Setting, value: str) -> QComboBox:
        box = QComboBox()
        for name, words in setting.choices:
            box.addItem(words, name)
        box.setCurrentIndex(box.findData(value))
        box.setFixedWidth(CONTROL_WIDTH)
        box.currentIndexChanged.connect(self._on_choice)
        return box

    def _number(self, setting: Setting, value: int) -> QSpinBox:
        box = QSpinBox()
        box.setRange(setting.low, setting.high)
        box.setSingleStep(setting.step)
        box.setSuffix(setting.unit)
        box.setSpecialValueText(setting.zero)
        box.setValue(value)
        box.lineEdit().setTextMargins(SPACE_1, 0, 0, 0)  # a style sheet does not reach it
        box.setFixedWidth(CONTROL_WIDTH)
        box.valueChanged.connect(self._on_number)
        return box

    @Slot(bool)
    def _on_switch(self, value: bool) -> None:
        self._set(value)

    @Slot(int)
    def _on_choice(self, _index: int) -> None:
        box = self.sender()
        if isinstance(box, QComboBox):
            self._set(str(box.currentData()))

    @Slot(int)
    def _on_number(self, value: int) -> None:
        self._set(value)

    def _set(self, value: Value) -> None:
        box = self.sender()
        if isinstance(box, QWidget):
            key = self._keys[box]
            self._settings.set(key, value)
            self.changed.emit(key)

    def showEvent(self, event: QShowEvent) -> None:
        """Texts that wrap need the height that they have at this width."""
        self.resize(WIDTH, self._column.totalHeightForWidth(WIDTH))
        super().showEvent(event)
