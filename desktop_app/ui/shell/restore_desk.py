"""What happens to the picture of Restore on the desk: another picture, another model, how much of it."""

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.packages import Package
from desktop_app.studio.restoration import RestoreState
from desktop_app.ui.shell.desk import Desk


class RestoreDesk(QObject):
    offered = Signal(object)  # Offer

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    @property
    def state(self) -> RestoreState:
        return self._desk.state.restore

    @property
    def package(self) -> Package | None:
        """That of the picture; while none was chosen, the first one. None where it is not here."""
        name = self.state.package
        return next((p for p in self._desk.restorers if p.name == name or not name), None)

    @Slot(object, str, str)
    def change(self, restore: RestoreState, label: str, coalesce: str = "") -> None:
        self._desk.change(label, msgspec.structs.replace(self._desk.state, restore=restore), coalesce=coalesce)

    @Slot(str)
    def choose_package(self, name: str) -> None:
        package = next((package for package in self._desk.restorers if package.name == name), None)
        if package is not None and name != self.state.package:
            self.change(msgspec.structs.replace(self.state, package=name), package.manifest.title)
