"""Python's garbage collector walks every object there is, some 80 ms of them: here it does so while no one looks."""

import gc
from collections.abc import Callable, Sequence
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_MS = 5_000
QUIET_S = 4.0
NEVER = 1_000_000


class IdleCollector(QObject):
    """Takes the oldest generation from the automatic collector and sees to it when the hands are still.

    So with `chores`, each done once: what would be felt at its first use, were it not done before.
    """

    def __init__(self, chores: Sequence[Callable[[], object]] = ()) -> None:
        super().__init__()
        self._chores = list(chores)
        self._touched = monotonic()
        self._thresholds = gc.get_threshold()
        gc.collect()
        gc.freeze()  # what the program is made of stays for good
        gc.set_threshold(self._thresholds[0], self._thresholds[1], NEVER)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_look)
        self._timer.start(LOOK_MS)

    @Slot()
    def touch(self) -> None:
        """Somebody is at work."""
        self._touched = monotonic()

    def stop(self) -> None:
        self._timer.stop()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    @Slot()
    def _on_look(self) -> None:
        if monotonic() - self._touched > QUIET_S:
            if self._chores:
                self._chores.pop(0)()
            else:
                gc.collect()
