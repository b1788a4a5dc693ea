"""The commands of the Restore workspace: what its wishes do to the desk, and what the window's own mean there."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from desktop_app.ui.restore.restore_room import RestoreRoom
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.restore_desk import RestoreDesk
from desktop_app.ui.shell.workspaces import RESTORE, Workspaces

Slots = dict[str, Callable[[], object]]


class RestoreCommands(QObject):
    def __init__(self, room: RestoreRoom, rooms: Workspaces, desk: Desk, restore: RestoreDesk) -> None:
        super().__init__(room)
        self._room, self._rooms = room, rooms
        room.wished.connect(restore.change)
        room.settled.connect(desk.settle)
        room.package_wished.connect(restore.choose_package)

    def slots(self) -> Slots:
        return self._room.commands()

    def instead(self, others: Mapping[str, Callable[[], object]]) -> Slots:
        """Commands that every workspace has: in this one they do what the room says, elsewhere what they did."""
        own = self._room.shared_commands()
        return {name: partial(self._either, own[name], others[name]) for name in own}

    def _either(self, here: Callable[[], object], elsewhere: Callable[[], object]) -> None:
        (here if self._rooms.name == RESTORE else elsewhere)()
