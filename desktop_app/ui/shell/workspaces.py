"""The rooms of the window, one of them in view. What the shell asks of a room is said by `Room`."""

from collections.abc import Mapping
from typing import Any, Protocol

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Pixels
from desktop_app.studio.project import ProjectState
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.picture.tile import Tile

SAMPLE, BLEND, RESTORE, WRITE, EXPLAIN = "sample", "blend", "restore", "write", "explain"
ORDER = (SAMPLE, BLEND, RESTORE, WRITE, EXPLAIN)


class Room(Protocol):
    banner: Banner
    selection_changed: Any
    pictures_changed: Any

    @property
    def first_focus(self) -> QWidget: ...

    def show_project(self, state: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None: ...

    def focus_tile(self) -> Tile | None: ...

    def selected_tiles(self) -> list[Tile]: ...

    def pixels_of(self, tile: Tile) -> Pixels | None: ...

    def star(self) -> None: ...

    def reject(self) -> None: ...

    def toggle_crisp(self) -> None: ...

    def say_mishap(self, sentence: str) -> None: ...


def changed_elsewhere(here: str, before: ProjectState, after: ProjectState) -> str:
    """The other workspace that a step changed where nothing of it is seen in this one, else an empty string."""
    parts: dict[str, tuple[str, ...]] = {
        BLEND: ("blend",),
        RESTORE: ("restore",),
        WRITE: ("write",),
        EXPLAIN: ("explain",),
    }
    parts[SAMPLE] = ("sheet", "breeding")
    changed = [name for name in ORDER if any(getattr(before, part) != getattr(after, part) for part in parts[name])]
    if (before.takes, before.rejects) != (after.takes, after.rejects):  # stars are seen in both
        changed += [SAMPLE, BLEND]
    return changed[0] if changed and here not in changed else ""


class Workspaces(QStackedWidget):
    changed = Signal()  # another one is in view

    def __init__(self, *rooms: QWidget) -> None:
        """rooms: of ORDER."""
        super().__init__()
        self._rooms = dict(zip(ORDER, rooms, strict=True))
        self._left_at: dict[str, QWidget] = {}  # where the focus was when a room was left
        self.name = SAMPLE
        for room in self._rooms.values():
            self.addWidget(room)

    @property
    def room(self) -> Room:
        return self._rooms[self.name]  # type: ignore[return-value]

    def go_to(self, name: str) -> None:
        if name == self.name:
            return
        focus = self.window().focusWidget()
        if focus is not None and self._rooms[self.name].isAncestorOf(focus):
            self._left_at[self.name] = focus
        self.name = name
        self.setCurrentWidget(self._rooms[name])
        self.changed.emit()
        found = self._left_at.get(name)
        (found if found is not None and found.isVisible() else self.room.first_focus).setFocus()

    @Slot(int)
    def go_to_number(self, number: int) -> None:
        self.go_to(ORDER[number])

    @Slot()
    def star(self) -> None:
        self.room.star()

    @Slot()
    def reject(self) -> None:
        self.room.reject()

    @Slot()
    def toggle_crisp(self) -> None:
        self.room.toggle_crisp()

    @Slot(str)
    def say_mishap(self, sentence: str) -> None:
        self.room.say_mishap(sentence)

    @Slot(str, str)
    def say(self, sentence: str, tone: str = "plain") -> None:
        self.room.banner.say(sentence, tone=tone)  # type: ignore[arg-type]
