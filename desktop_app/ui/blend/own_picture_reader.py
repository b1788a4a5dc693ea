"""Reads and fits a designer's picture off the window's thread; of several wishes to fit it the newest alone counts."""

import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.manifest import Picture

if TYPE_CHECKING:  # Pillow is slow to import: it waits for the first picture
    from desktop_app.studio.own_picture import Crop, OwnPicture

Wish = tuple["Crop | None", bool | None]  # crop and invert of own_picture.fit


class PictureReader(QObject):
    """One picture for one model. `close` ends its thread."""

    opened = Signal(object)  # OwnPicture
    fitted = Signal(object)  # Fitted, of the newest wish
    failed = Signal(str)  # a sentence; nothing follows

    _told = Signal(str, object)  # name of one of these, and what it tells

    def __init__(self, path: Path, picture: Picture, parent: QObject | None = None, *, icons: bool = False) -> None:
        """icons: the model makes icons, so what is wanted of a picture is its ink."""
        super().__init__(parent)
        self._path, self._picture, self._icons = path, picture, icons
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._open = True
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name="own picture", daemon=True)
        self._thread.start()

    def fit(self, crop: "Crop | None", invert: bool | None) -> None:
        self._wishes.put((crop, invert))

    def close(self) -> None:
        """Nothing is told any more; waits for what is being done, which is one picture at most."""
        self._open = False
        self._wishes.put(None)
        self._thread.join()

    # -- on the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        from desktop_app.studio import own_icon, own_picture

        try:
            own = own_icon.read(self._path) if self._icons else own_picture.read(self._path)
            self._tell("opened", own)
            while (wish := self._newest()) is not None:
                self._fit(own, wish)
        except StudioError as error:
            self._tell("failed", error.message)

    def _fit(self, own: "OwnPicture", wish: Wish) -> None:
        from desktop_app.studio import own_icon, own_picture

        fit = own_icon.fit if self._icons else own_picture.fit
        found = fit(own, self._picture, crop=wish[0], invert=wish[1])
        if self._wishes.empty():
            self._tell("fitted", found)

    def _newest(self) -> Wish | None:
        wish = self._wishes.get()
        while wish is not None and not self._wishes.empty():
            wish = self._wishes.get()
        return wish

    def _tell(self, name: str, value: object) -> None:
        if self._open:
            self._told.emit(name, value)

    # -- on the window's thread ------------------------------------------------------------------------------------

    @Slot(str, object)
    def _on_told(self, name: str, value: object) -> None:
        if self._open:
            {"opened": self.opened, "fitted": self.fitted, "failed": self.failed}[name].emit(value)
