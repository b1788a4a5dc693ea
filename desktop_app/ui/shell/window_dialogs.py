"""The dialogs that belong to the whole window, and what a changed setting does at once."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QWidget

from desktop_app.ui.look.theme import Look
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.settings_dialog import SettingsDialog
from desktop_app.ui.shell.shortcuts_dialog import ShortcutsDialog


class WindowDialogs(QObject):
    def __init__(self, window: QWidget, look: Look, desk: Desk, set_cache: Callable[[int], None]) -> None:
        """set_cache: takes the bytes that tiles may have."""
        super().__init__(window)
        self._window, self._look, self._desk, self._set_cache = window, look, desk, set_cache

    @Slot()
    def show_settings(self) -> None:
        dialog = SettingsDialog(self._desk.settings, self._window)
        dialog.changed.connect(self._on_setting)
        _run(dialog)

    @Slot()
    def show_shortcuts(self) -> None:
        _run(ShortcutsDialog(self._window))

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        settings = self._desk.settings
        if key == "theme":
            self._look.apply(settings.text("theme"))
        self._look.reduced_motion = settings.switch("reduced_motion")
        self._set_cache(settings.number("tile_cache_mb") * 2**20)
        self._desk.save_settings()


def _run(dialog: QDialog) -> None:
    dialog.exec()
    dialog.deleteLater()
