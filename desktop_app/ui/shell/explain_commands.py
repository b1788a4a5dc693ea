"""The commands of the Explain workspace: what its wishes do to the desk, and what the window's own mean there."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Slot

from desktop_app.ui.explain.explain_room import ExplainRoom
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.explain_desk import ExplainDesk
from desktop_app.ui.shell.workspaces import EXPLAIN, Workspaces

Slots = dict[str, Callable[[], object]]


class ExplainCommands(QObject):
    def __init__(self, room: ExplainRoom, rooms: Workspaces, desk: Desk, explain: ExplainDesk) -> None:
        super().__init__(room)
        self._room, self._rooms, self._explain = room, rooms, explain
        explain.go_there = partial(rooms.go_to, EXPLAIN)
        room.wished.connect(explain.change)
        room.settled.connect(desk.settle)
        room.saver.with_recipe = partial(desk.settings.switch, "write_recipe")

    def slots(self) -> Slots:
        room, wishes = self._room, self._room.wishes
        return {
            "to-explain": self.explain,
            "map-activation": partial(wishes.show_map, "activation"),
            "map-occlusion": partial(wishes.show_map, "occlusion"),
            "map-both": partial(wishes.show_map, "both"),
            "map-none": partial(wishes.show_map, "none"),
            "map-fainter": wishes.fainter,
            "map-stronger": wishes.stronger,
            "why-top": partial(wishes.ask_about, None),
            "class-order": room.toggle_order,
            "next-picture": partial(wishes.step, 1),
            "previous-picture": partial(wishes.step, -1),
            "other-part": room.choose_part,
            "remove-picture": wishes.remove,
            "clear-row": wishes.clear,
        }

    def instead(self, others: Mapping[str, Callable[[], object]]) -> Slots:
        """Commands that other workspaces have too: in this one they do what the room says, elsewhere what they did."""
        room = self._room
        own: Slots = {"open-recipe": room.ask_open, "export": room.save, "save": room.save, "copy": room.copy}
        own["paste"] = room.paste
        return {name: partial(self._either, own[name], others[name]) for name in own}

    @Slot()
    def explain(self) -> None:
        """The designs that are chosen in the workspace in view, or the one that is large."""
        room = self._rooms.room
        one = room.focus_tile() if isinstance(room, SampleRoom) and room.is_large else None
        self._explain.explain([one] if one is not None else room.selected_tiles(), room.pixels_of)

    def _either(self, here: Callable[[], object], elsewhere: Callable[[], object]) -> None:
        (here if self._rooms.name == EXPLAIN else elsewhere)()
