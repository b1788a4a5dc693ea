"""Asks the engine for the numbers that the decoder reads for designs."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Latents, ReadLatents, Update
from desktop_app.studio.breeding import Vectors
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge


class LatentReader(QObject):
    """One wish at a time: a newer one takes the place of the one before."""

    failed = Signal(str)  # a sentence

    def __init__(self, bridge: QueueBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._number = 0

    def read(self, package: Package, designs: Sequence[Design], then: Callable[[Vectors], None]) -> None:
        """`then` gets the numbers of all of them; at once where there is nothing to ask for."""
        self._number += 1
        if not designs:
            then({})
            return
        number = self._number
        found: dict[Design, tuple[float, ...]] = {}

        def on_update(_job: Job, update: Update) -> None:
            if isinstance(update, Latents):
                vectors = [tuple(float(value) for value in vector) for vector in update.vectors]
                found.update(zip(designs[update.first :], vectors, strict=False))

        def on_done(_job: Job) -> None:
            if number == self._number:
                then(found)

        def on_error(_job: Job, error: StudioError) -> None:
            if number == self._number:
                self.failed.emit(error.message)

        listener = Listener(self, on_update, on_done, on_error)
        self._bridge.submit(ReadLatents(package.ref, tuple(designs)), listener, slot="read latents", replace=True)
