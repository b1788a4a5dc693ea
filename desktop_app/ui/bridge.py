"""The only thread crossing: the queue calls back on its own thread, the rooms are called on the window's.

Every callback becomes a queued signal to this object, which lives on the window's thread. What arrives for a room
that is gone is dropped.
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import Request, Update
from desktop_app.studio.jobs import Job, JobQueue, QueueState


class Listener(NamedTuple):
    """Who asked for a job: `owner` must be alive for the rest to be called."""

    owner: QObject
    on_update: Callable[[Job, Update], None]
    on_done: Callable[[Job], None]
    on_error: Callable[[Job, StudioError], None]


class QueueBridge(QObject):
    state_changed = Signal(object)  # QueueState

    failure_told = Signal(str)  # a sentence about an error that nobody expected

    _updated = Signal(int, object, object)
    _done = Signal(int, object)
    _failed = Signal(int, object, object)
    _state = Signal(object)
    _failure = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._queue: JobQueue | None = None
        self._held: list[tuple[Request, str, int]] = []  # asked for before there was a queue
        self._listeners: dict[int, tuple[str, Listener]] = {}
        self._numbers = count()
        self._open = True
        queued = Qt.ConnectionType.QueuedConnection
        self._updated.connect(self._deliver_update, queued)
        self._done.connect(self._deliver_done, queued)
        self._failed.connect(self._deliver_failure, queued)
        self._state.connect(self._deliver_state, queued)
        self._failure.connect(self.failure_told, queued)

    def attach(self, queue: JobQueue) -> None:
        """Take the queue, and hand it what was asked for while the window stood alone."""
        self._queue = queue
        queue.listen(self._on_state)
        held, self._held = self._held, []
        for request, slot, number in held:
            self._submit(queue, request, slot, number, replace=False)

    def submit(self, request: Request, listener: Listener, *, slot: str, replace: bool = False) -> Job | None:
        """Ask for a job; the answers come on the window's thread. None while the queue is not there yet."""
        number = next(self._numbers)
        self._listeners[number] = (slot, listener)
        if self._queue is None:
            self._held = [entry for entry in self._held if entry[1] != slot]
            self._held.append((request, slot, number))
            return None
        return self._submit(self._queue, request, slot, number, replace=replace)

    def cancel(self, job: Job) -> None:
        if self._queue is not None:
            self._queue.cancel(job)

    def force_stop(self) -> None:
        if self._queue is not None:
            self._queue.force_stop()

    def close(self) -> None:
        """Nothing is delivered from here on."""
        self._open = False
        self._listeners.clear()
        self._held.clear()

    def _submit(self, queue: JobQueue, request: Request, slot: str, number: int, *, replace: bool) -> Job:
        return queue.submit(
            request,
            slot=slot,
            replace=replace,
            on_update=partial(self._emit_update, number),
            on_done=partial(self._emit_done, number),
            on_error=partial(self._emit_failure, number),
        )

    def tell_failure(self, sentence: str) -> None:
        """From any thread."""
        if self._open:
            self._failure.emit(sentence)

    # -- on the queue's thread -------------------------------------------------------------------------------------

    def _emit_update(self, number: int, job: Job, update: Update) -> None:
        if self._open:
            self._updated.emit(number, job, update)

    def _emit_done(self, number: int, job: Job) -> None:
        if self._open:
            self._done.emit(number, job)

    def _emit_failure(self, number: int, job: Job, error: StudioError) -> None:
        if self._open:
            self._failed.emit(number, job, error)

    def _on_state(self, state: QueueState) -> None:
        if self._open:
            self._state.emit(state)

    # -- on the window's thread ------------------------------------------------------------------------------------

    def _listener(self, number: int, *, last: bool) -> Listener | None:
        slot, listener = self._listeners.get(number, ("", None))
        if last:
            self._forget(number, slot)
        return listener if listener is not None and self._open and isValid(listener.owner) else None

    def _forget(self, number: int, slot: str) -> None:
        """A slot's jobs end in order, so the older ones were dropped unheard while they waited."""
        for old in [n for n, (name, _) in self._listeners.items() if n <= number and name == slot]:
            del self._listeners[old]

    @Slot(int, object, object)
    def _deliver_update(self, number: int, job: Any, update: Any) -> None:
        listener = self._listener(number, last=False)
        if listener is not None:
            listener.on_update(job, update)

    @Slot(int, object)
    def _deliver_done(self, number: int, job: Any) -> None:
        listener = self._listener(number, last=True)
        if listener is not None:
            listener.on_done(job)

    @Slot(int, object, object)
    def _deliver_failure(self, number: int, job: Any, error: Any) -> None:
        listener = self._listener(number, last=True)
        if listener is not None:
            listener.on_error(job, error)

    @Slot(object)
    def _deliver_state(self, state: Any) -> None:
        if self._open:
            self.state_changed.emit(state)
