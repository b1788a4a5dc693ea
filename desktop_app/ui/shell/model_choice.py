"""Which models the workspace in view can use, which of them it does, and what choosing another one means there."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from desktop_app.engine.packages import Package
from desktop_app.studio.writers import offer
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.explain_desk import ExplainDesk
from desktop_app.ui.shell.restore_desk import RestoreDesk
from desktop_app.ui.shell.room_commands import RoomCommands
from desktop_app.ui.shell.workspaces import BLEND, EXPLAIN, RESTORE, SAMPLE, WRITE, Workspaces
from desktop_app.ui.shell.write_desk import WriteDesk


class ModelChoice(QObject):
    def __init__(self, rooms: Workspaces, desk: Desk, commands: RoomCommands) -> None:
        super().__init__(rooms)
        self._rooms, self._desk, self._sample, self._blend = rooms, desk, commands.sample, commands.blend_desk
        self._own: dict[str, RestoreDesk | WriteDesk | ExplainDesk] = {  # those with models of their own kind
            RESTORE: commands.restore_desk,
            WRITE: commands.write_desk,
            EXPLAIN: commands.explain_desk,
        }

    @property
    def packages(self) -> Sequence[Package]:
        return self._of_kind.get(self._rooms.name, self._desk.packages)

    @property
    def package(self) -> Package | None:
        """That in use; None where it is not here."""
        if self._rooms.name in self._own:
            return self._own[self._rooms.name].package
        return self._blend.package if self._rooms.name == BLEND else self._desk.package

    @property
    def name(self) -> str:
        """The same, where it is not here either."""
        if self._rooms.name in self._own:
            place = self._own[self._rooms.name]
            return place.package.name if place.package else place.state.package
        blended = self._rooms.name == BLEND and self._desk.state.blend.package
        return blended or self._desk.sheet.package

    @property
    def offer(self) -> str:
        """Where a larger model is to be had for this workspace; empty where it is here, or there is none."""
        return offer(self._desk.writers) if self._rooms.name == WRITE else ""

    @Slot(str)
    def choose(self, name: str) -> None:
        """A card, or a model that has just come in: one that this workspace cannot use leads to one that can."""
        self._desk.read_again_if_changed(name)
        for room, packages in self._of_kind.items():
            if any(package.name == name for package in packages):
                self._rooms.go_to(room)
                self._own[room].choose_package(name)
                return
        if self._rooms.name == BLEND:
            self._blend.choose_package(name)
        else:
            self._rooms.go_to(SAMPLE)
            self._sample.show_sheet()
            self._desk.choose_package(name)

    @property
    def _of_kind(self) -> dict[str, Sequence[Package]]:
        return {RESTORE: self._desk.restorers, WRITE: self._desk.writers, EXPLAIN: self._desk.classifiers}
