"""The pages beside the sheet that the room shows for packages of icons, and which of them is in view."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.breeding_page import BreedingPage
from desktop_app.ui.sample.icon_page import IconPage
from desktop_app.ui.sample.list_switch import TAKES
from desktop_app.ui.sample.pattern_page import PatternPage

MakePage = Callable[[Look, QueueBridge, TileStore], IconPage]
PAGES: tuple[MakePage, ...] = (BreedingPage, PatternPage)  # in the order of the switch


class IconPages(QObject):
    """All of them, made once. `current` is None while the sheet or the takes are in view."""

    changed = Signal()  # another one is in view, or none

    def __init__(self, look: Look, bridge: QueueBridge, store: TileStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: tuple[IconPage, ...] = tuple(make(look, bridge, store) for make in PAGES)
        self.current: IconPage | None = None

    @property
    def number(self) -> int:
        """Of the one in view, on the switch."""
        assert self.current is not None
        return TAKES + 1 + self.all.index(self.current)

    def page(self, name: str) -> IconPage:
        return next(page for page in self.all if page.name == name)

    def show(self, page: IconPage | None) -> None:
        if page is self.current:
            return
        left, self.current = self.current, page
        if left is not None:
            left.leave()
        self.changed.emit()
