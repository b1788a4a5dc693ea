"""Asks the engine for check-ups, one at a time, and remembers what they found."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp, CheckUp, Device, Update
from desktop_app.studio.jobs import Job, QueueState
from desktop_app.studio.speeds import Speed, Speeds
from desktop_app.ui.bridge import Listener, QueueBridge

SLOT = "check-up"


class CheckUpRunner(QObject):
    changed = Signal(str)  # hash of the package of which more is known; empty: of any
    failed = Signal(str, str)  # its hash, a sentence

    def __init__(self, bridge: QueueBridge, speeds: Speeds, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._speeds = bridge, speeds
        self._found: dict[str, CheckedUp] = {}
        self._waiting: list[Package] = []
        self.busy = ""  # hash of the package that is looked at
        self.device: Device | None = None
        bridge.state_changed.connect(self._on_queue)

    @property
    def is_busy(self) -> bool:
        return bool(self.busy)

    def start(self, package: Package) -> None:
        """Now, or after the one that is under way."""
        if package.sha256 == self.busy or package in self._waiting:
            return
        self._waiting.append(package)
        self._next()

    def found(self, sha256: str) -> CheckedUp | None:
        return self._found.get(sha256)

    def speed(self, sha256: str) -> Speed | None:
        return self._speeds.of(sha256, self.device)

    def keep(self, sha256: str, found: CheckedUp) -> None:
        """Also what was found elsewhere: at an import."""
        self._found[sha256] = found
        if self.device is not None:
            self._speeds.keep(sha256, self.device, found, datetime.now(UTC).isoformat(timespec="seconds"))
        self.changed.emit(sha256)

    def _next(self) -> None:
        if self.busy or not self._waiting:
            return
        package = self._waiting.pop(0)
        self.busy = package.sha256
        listener = Listener(self, self._on_update, self._on_done, self._on_error)
        self._bridge.submit(CheckUp(package.ref), listener, slot=SLOT)
        self.changed.emit(package.sha256)

    @Slot(object)
    def _on_queue(self, state: QueueState) -> None:
        if state.device != self.device:
            self.device = state.device
            self.changed.emit("")

    def _on_update(self, _job: Job, update: Update) -> None:
        if isinstance(update, CheckedUp):
            self._found[self.busy] = update

    def _on_done(self, _job: Job) -> None:
        sha256, self.busy = self.busy, ""
        self._next()
        if sha256 in self._found:
            self.keep(sha256, self._found[sha256])

    def _on_error(self, _job: Job, error: StudioError) -> None:
        sha256, self.busy = self.busy, ""
        self._next()
        self.changed.emit(sha256)
        if not isinstance(error, Cancelled):
            self.failed.emit(sha256, error.message)
