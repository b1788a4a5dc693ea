"""The commands of the Blend workspace: what its wishes do to the desk."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from desktop_app.ui.blend.blend_room import BlendRoom
from desktop_app.ui.shell.blend_desk import BlendDesk
from desktop_app.ui.shell.desk import Desk


class BlendCommands(QObject):
    def __init__(self, room: BlendRoom, desk: Desk, blend: BlendDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room, self._blend = room, blend
        room.wished.connect(blend.change)
        room.settled.connect(desk.settle)
        room.star_wished.connect(desk.toggle_star)
        room.reject_wished.connect(desk.toggle_reject)
        blend.own_picture_wished.connect(room.take_own_picture)

    def slots(self) -> dict[str, Callable[[], None]]:
        room = self._room
        return {
            "add-key": room.add_key,
            "fill-pad": room.wishes.fill,
            "clear-pad": room.wishes.clear,
            "reset-sliders": room.wishes.reset_sliders,
            "canvas": room.canvas.switch,
            "play": room.timeline.toggle_play,
            "film": room.timeline.export_film,
            "timeline": room.timeline.toggle_fold,
        }

    @Slot(str)
    def open_picture(self, name: str) -> None:
        """A picture made here becomes a design on the pad; any other one is taken for the designer's own."""
        found = self._blend.open_picture(Path(name), self._room.take_drop())
        if found is not None:
            self._room.wishes.put_down(*found)
