"""Finds an even pace in the background: the engine draws what studio/pacing.py wants to see, in small jobs.

Measuring thousands of pictures takes a moment, so each look at the path is taken on a thread of its own.
"""

import threading

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.engine.errors import RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Pixels
from desktop_app.studio.pacing import OVERSAMPLING, ROUNDS, Paced, Pacing
from desktop_app.studio.walk import Walk
from desktop_app.ui.blend.film_frames import DesignFetcher
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile_store import TileStore

MAX_BYTES = 2**29  # of pictures measured at once
KEEP = 1500  # frames of a film whose pictures are kept for playing it


class PaceFinder(QObject):
    progressed = Signal(float)  # share done, at most
    found = Signal(object)  # Paced
    failed = Signal(object)  # StudioError

    _looked = Signal(int, object, object)

    def __init__(self, bridge: QueueBridge, store: TileStore, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._fetcher = DesignFetcher(bridge, store, slot, self)
        self._package: Package | None = None
        self._pacing: Pacing | None = None
        self._errand = 0
        self._designs: list[Design] = []
        self._pictures: list[Pixels] = []
        self._threads: list[threading.Thread] = []
        self._looked.connect(self._on_looked, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        return self._pacing is not None

    def start(self, package: Package, walk: Walk, count: int) -> None:
        """Find moments for `count` frames; whatever was under way is dropped. Raises RequestError."""
        self.cancel()
        _check_memory(package, count)
        self._package, self._pacing = package, Pacing(walk, count)
        self._think(None)

    def cancel(self) -> None:
        self._errand += 1
        self._pacing = None
        self._pictures = []
        self._fetcher.cancel()

    def close(self) -> None:
        """Cancel, and wait for the thread."""
        self.cancel()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _think(self, pixels: Pixels | None) -> None:
        pacing, errand = self._pacing, self._errand
        assert pacing is not None
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._look, args=(pacing, errand, pixels), name="pace")
        self._threads.append(thread)
        thread.start()

    def _look(self, pacing: Pacing, errand: int, pixels: Pixels | None) -> None:
        """On the thread: measure what came, and say what is wanted next."""
        try:
            if pixels is not None:
                pacing.take(pixels)
            self._looked.emit(errand, pacing.wanted(), None)
        except StudioError as error:
            self._looked.emit(errand, [], error)

    @Slot(int, object, object)
    def _on_looked(self, errand: int, designs: list[Design], error: StudioError | None) -> None:
        pacing, package = self._pacing, self._package
        if errand != self._errand or pacing is None or package is None:
            return
        if error is not None:
            self._end_with(error)
        elif not designs:
            paced: Paced = pacing.result()
            self._pacing = None
            self.found.emit(paced)
        else:
            self._designs, self._pictures = designs, []
            self._fetcher.start(package, designs, self._on_batch, self._on_all, self._end_with)

    def _on_batch(self, first: int, pixels: Pixels) -> None:
        assert self._pacing is not None
        assert self._package is not None
        self._pictures.append(pixels)
        if self._pacing.looks > 0 and len(self._designs) <= KEEP:
            for design, picture in zip(self._designs[first:], pixels, strict=False):
                self._store.put((self._package.sha256, design), picture)
        share = (first + len(pixels)) / len(self._designs)
        self.progressed.emit((self._pacing.looks + share) / (ROUNDS + 1))

    def _on_all(self) -> None:
        self._think(np.concatenate(self._pictures))

    def _end_with(self, error: StudioError) -> None:
        self._pacing = None
        self.failed.emit(error)


def _check_memory(package: Package, count: int) -> None:
    """Raises RequestError for more pictures than belong into memory."""
    picture = package.manifest.picture
    if picture is None or OVERSAMPLING * count * picture.height * picture.width * picture.channels <= MAX_BYTES:
        return
    raise RequestError(
        f"An even pace of {count:,} frames cannot be measured: so many pictures do not go into memory at once. "
        "Make the walk shorter, or choose fewer frames a second."
    )
