"""Brings the pictures of the Blend workspace: the one under the pin at once, the lattice when it has changed."""

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.requests import Pixels
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import TileStore

TRAIL = 32  # positions that a dragged pin passed lately: the picture of any of them is news until a newer one comes
WHOLE = 29  # a lattice of five by five and its anchors come at once: it is looked at as one picture


class BlendPictures(QObject):
    """Slot “blend view” holds one design, newest wins; slot “blend lattice” the anchors and what lies between them."""

    view_arrived = Signal()
    lattice_arrived = Signal()
    failed = Signal(str)  # a sentence

    def __init__(self, bridge: QueueBridge, store: TileStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.view = TileLoader(bridge, store, self, slot="blend view")
        self.lattice = TileLoader(bridge, store, self, slot="blend lattice", smallest=WHOLE)
        self._trail: deque[Tile] = deque(maxlen=TRAIL)
        self._cells: tuple[Tile, ...] = ()
        self.view.arrived.connect(self.view_arrived)
        self.lattice.arrived.connect(self.lattice_arrived)
        self.lattice.arrived.connect(self.view_arrived)  # the pin may be on an anchor
        self.view.failed.connect(self.failed)
        self.lattice.failed.connect(self.failed)

    def want_view(self, tile: Tile | None) -> None:
        if tile is None:
            self._trail.clear()
            self.view.want(())
        elif not self._trail or self._trail[-1] != tile:
            self._trail.append(tile)
            self.view.want((tile,))

    def want_lattice(self, anchors: Sequence[Tile], cells: Sequence[Tile]) -> None:
        wanted = (*anchors, *cells)
        if wanted != self._cells:
            self._cells = wanted
            self.lattice.want(wanted)

    def refresh(self) -> None:
        """Ask again for what is missing, what had failed too."""
        for loader, wanted in ((self.view, tuple(self._trail)[-1:]), (self.lattice, self._cells)):
            loader.retry()
            loader.want(wanted)

    def newest(self) -> Pixels | None:
        """(H, W, C) of the latest place of the pin that has a picture; it may be a little behind the hand."""
        for tile in reversed(self._trail):
            pixels = self._store.shown(tile.key)
            if pixels is not None:
                return pixels
        return None

    @property
    def is_settled(self) -> bool:
        """Whether everything that is wanted is there."""
        wanted = (*tuple(self._trail)[-1:], *self._cells)
        return all(self._store.has(tile.key) for tile in wanted)
