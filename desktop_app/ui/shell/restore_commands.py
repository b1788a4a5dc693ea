"""The commands of the Restore workspace: what its wishes do to the desk, and what the window's own mean there."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from desktop_app.ui.restore.restore_room import RestoreRoom
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.restore_desk import RestoreDesk
from desktop_app.ui.shell.workspaces import RESTORE, Workspaces

ZOOM_STEP = 1.25
Slots = dict[str, Callable[[], object]]


class RestoreCommands(QObject):
    def __init__(self, room: RestoreRoom, rooms: Workspaces, desk: Desk, restore: RestoreDesk) -> None:
        super().__init__(room)
        self._room, self._rooms = room, rooms
        room.wished.connect(restore.change)
        room.settled.connect(desk.settle)
        room.package_wished.connect(restore.choose_package)

    def slots(self) -> Slots:
        room = self._room
        canvas, brush, controls, wishes = room.canvas, room.panel.brush, room.controls, room.wishes
        return {
            "save": room.save,
            "batch": room.ask_batch,
            "paste": room.paste,
            "clean": partial(room.choose_task, "denoise"),
            "enlarge": partial(room.choose_task, "upscale"),
            "fill": partial(room.choose_task, "inpaint"),
            "hand": partial(brush.choose, "hand"),
            "brush": partial(brush.choose, "brush"),
            "eraser": partial(brush.choose, "eraser"),
            "brush-smaller": brush.make_smaller,
            "brush-larger": brush.make_larger,
            "invert-mask": wishes.invert_mask,
            "clear-painted": wishes.clear_painted,
            "self-test": room.trust.test,
            "wipe": partial(canvas.set_mode, "wipe"),
            "next-view": partial(controls.step_mode, 1),
            "previous-view": partial(controls.step_mode, -1),
            "lens": controls.lens.toggle,
            "one-to-one": canvas.one_to_one,
            "fit": canvas.fit,
            "zoom-in": partial(canvas.zoom_by, ZOOM_STEP),
            "zoom-out": partial(canvas.zoom_by, 1 / ZOOM_STEP),
        }

    def instead(self, others: Mapping[str, Callable[[], object]]) -> Slots:
        """Commands that every workspace has: in this one they do what the room says, elsewhere what they did."""
        own: Slots = {"open-recipe": self._room.ask_open, "export": self._room.save, "copy": self._room.saver.copy}
        return {name: partial(self._either, own[name], others[name]) for name in own}

    def _either(self, here: Callable[[], object], elsewhere: Callable[[], object]) -> None:
        (here if self._rooms.name == RESTORE else elsewhere)()
