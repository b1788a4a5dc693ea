"""One engine, one job at a time, and a queue that survives the engine's death.

A thread of its own holds all state and takes one event after the other: wishes from outside, messages of the engine,
the engine's end. Callbacks are called on that thread and must be quick.
"""

import itertools
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from desktop_app.engine.errors import Cancelled, EngineDied, RequestError, StudioError, from_data
from desktop_app.engine.requests import Device, Progress, Request, Update
from desktop_app.studio import wire
from desktop_app.studio.host import Host

State = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
Engine = Literal["stopped", "starting", "ready", "restarting"]

MAX_STARTS_IN_A_ROW = 3
START_TIME_S = 60.0  # how long an engine may take to be ready; a CUDA check alone may take twenty seconds
CANCEL_TIME_S = 5.0  # how long a cancelled job may take to end before the engine is ended under it
TICK_S = 0.25  # how often a running job's elapsed time is told
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Job:
    """A request on its way. Only the queue's thread changes it."""

    id: int
    slot: str
    request: Request
    on_update: "Callable[[Job, Update], None]"
    on_done: "Callable[[Job], None]"
    on_error: "Callable[[Job, StudioError], None]"
    state: State = "waiting"
    started: float | None = None  # time.monotonic()
    unwanted: bool = False  # set by any thread that cancels it: no update is delivered any more


@dataclass(frozen=True)
class QueueState:
    """What the status bar shows."""

    engine: Engine = "stopped"
    running: Job | None = None
    phase: str = ""
    done: int = 0
    total: int = 0
    elapsed_s: float = 0.0
    left_s: float | None = None
    waiting: int = 0
    device: Device | None = None
    engine_rss: int = 0  # bytes
    notice: str = ""  # a sentence on the engine's last mishap


def _nothing(*_: object) -> None:
    pass


@dataclass
class _Submit:
    job: Job
    replace: bool


@dataclass
class _CancelWish:
    job: Job | None  # None: all


@dataclass
class _ForceStop:
    pass


@dataclass
class _Shutdown:
    pass


@dataclass
class _Message:
    start: int
    message: wire.FromEngine


@dataclass
class _Gone:
    start: int
    code: int | None


_Item = _Submit | _CancelWish | _ForceStop | _Shutdown | _Message | _Gone


@dataclass
class _Work:
    """All that the queue's thread knows."""

    waiting: deque[Job] = field(default_factory=deque)
    running: Job | None = None
    phase_since: float | None = None  # time.monotonic() at which the job went over from one phase to another
    start: int = 0  # number of the engine's current life; events of earlier lives are dropped
    failures: int = 0  # engine deaths since the last job that ended well
    start_by: float | None = None  # time.monotonic() at which a starting engine is given up
    cancel_by: float | None = None  # time.monotonic() at which the engine is ended under a cancelled job
    forced: bool = False  # the engine's end was asked for
    stopping: bool = False


class JobQueue:
    """Runs requests on one engine. All methods return at once and may be called from any thread."""

    def __init__(self, host: Host, *, start_time_s: float = START_TIME_S, cancel_time_s: float = CANCEL_TIME_S) -> None:
        self._host = host
        self._start_time_s = start_time_s
        self._cancel_time_s = cancel_time_s
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._ids = itertools.count(1)
        self._work = _Work()
        self._state = QueueState()
        self._listeners: list[Callable[[QueueState], None]] = []
        self._thread = threading.Thread(target=self._loop, name="job-queue", daemon=True)
        self._thread.start()

    @property
    def state(self) -> QueueState:
        return self._state

    def listen(self, callback: Callable[[QueueState], None]) -> None:
        """Call `callback` with every new state, on the queue's thread."""
        self._listeners.append(callback)

    def submit(
        self,
        request: Request,
        *,
        slot: str,
        on_update: Callable[[Job, Update], None] = _nothing,
        on_done: Callable[[Job], None] = _nothing,
        on_error: Callable[[Job, StudioError], None] = _nothing,
        replace: bool = False,
    ) -> Job:
        """Queue a request. A slot keeps only its newest waiting job; the older one is dropped without a call.

        replace: also cancel the slot's running job.
        """
        job = Job(next(self._ids), slot, request, on_update, on_done, on_error)
        self._inbox.put(_Submit(job, replace))
        return job

    def cancel(self, job: Job) -> None:
        """No update of the job is delivered once this returns but the one being delivered; `on_error` tells its end."""
        job.unwanted = True
        self._inbox.put(_CancelWish(job))

    def cancel_all(self) -> None:
        self._inbox.put(_CancelWish(None))

    def force_stop(self) -> None:
        """End the engine's process; the running job is cancelled, the others go on in a new process."""
        self._inbox.put(_ForceStop())

    def shutdown(self) -> None:
        """Cancel everything, end the engine and wait for both. Nothing is called any more afterwards."""
        if self._thread.is_alive():
            self._inbox.put(_Shutdown())
            if threading.current_thread() is not self._thread:
                self._thread.join()

    # -- the queue's thread ----------------------------------------------------------------------------------------

    def _loop(self) -> None:
        work = self._work
        while not work.stopping:
            item = self._next_item()
            try:
                if item is None:
                    self._tick()
                else:
                    self._handle(item)
            except Exception:  # whatever it is, the queue goes on
                _log.exception("the queue failed on %s", type(item).__name__)
        self._host.stop()

    def _next_item(self) -> _Item | None:
        """None where nothing was said for a while and a clock runs."""
        clock = self._work.running or self._work.start_by
        try:
            return self._inbox.get(timeout=TICK_S if clock else None)
        except queue.Empty:
            return None

    def _tick(self) -> None:
        work, now = self._work, time.monotonic()
        if work.start_by and now > work.start_by:
            work.start_by = None
            self._host.kill()
        if work.cancel_by and now > work.cancel_by:
            work.cancel_by = None
            self._force_stop()
        self._tell()

    def _handle(self, item: _Item) -> None:
        match item:
            case _Submit():
                self._enqueue(item.job, replace_running=item.replace)
            case _CancelWish():
                self._cancel(item.job)
            case _ForceStop():
                self._force_stop()
            case _Message() if item.start == self._work.start:
                self._receive(item.message)
            case _Gone() if item.start == self._work.start:
                self._engine_gone(item.code)
            case _Shutdown():
                self._work.stopping = True
        if not self._work.stopping:
            self._next()

    def _enqueue(self, job: Job, *, replace_running: bool) -> None:
        work = self._work
        for older in [j for j in work.waiting if j.slot == job.slot]:
            work.waiting.remove(older)
            older.state = "cancelled"
        if replace_running and work.running and work.running.slot == job.slot:
            self._cancel(work.running)
        work.waiting.append(job)
        self._tell()

    def _cancel(self, job: Job | None) -> None:
        work = self._work
        for waiting in [j for j in work.waiting if job in (None, j)]:
            work.waiting.remove(waiting)
            self._end(waiting, Cancelled())
        if work.running and job in (None, work.running) and work.running.state == "running":
            work.running.state = "cancelling"
            work.cancel_by = time.monotonic() + self._cancel_time_s
            self._host.send(wire.Cancel(work.running.id))
        self._tell()

    def _force_stop(self) -> None:
        work = self._work
        if self._state.engine == "stopped":
            return
        if work.running:
            work.running.state = "cancelling"
        work.forced = True
        self._host.kill()
        self._tell()

    def _next(self) -> None:
        """Start the engine or the next job, where there is something to do and nothing in the way."""
        work = self._work
        if not work.waiting or work.running:
            return
        if self._state.engine == "stopped":
            self._start_engine("starting")
        elif self._state.engine == "ready":
            job = work.waiting.popleft()
            job.state, job.started = "running", time.monotonic()
            work.running, work.phase_since = job, None
            self._tell(phase="", done=0, total=0)
            self._send(job)

    def _send(self, job: Job) -> None:
        try:
            self._host.send(wire.Run(job.id, job.request))
        except (OverflowError, TypeError, ValueError) as error:
            self._work.running = None
            self._end(job, RequestError(f"This cannot be asked of the engine: {error}."))
            self._next()

    def _start_engine(self, engine: Engine) -> None:
        work = self._work
        work.start += 1
        start = work.start
        work.start_by = time.monotonic() + self._start_time_s
        self._tell(engine=engine)
        try:
            self._host.start(
                lambda message: self._inbox.put(_Message(start, message)),
                lambda code: self._inbox.put(_Gone(start, code)),
            )
        except OSError as error:
            self._give_up(f"The engine cannot be started ({error.strerror or error}).")

    def _receive(self, message: wire.FromEngine) -> None:
        job = self._work.running
        match message:
            case wire.Ready():
                self._work.start_by = None
                self._tell(engine="ready", device=message.device)
            case wire.Event() if job and job.id == message.job:
                if isinstance(message.update, Progress):
                    self._tell_progress(message.update)
                if job.state == "running" and not job.unwanted:
                    _call(job.on_update, job, message.update)
            case wire.Ended() if job and job.id == message.job:
                self._work.running = self._work.cancel_by = None
                self._work.failures = 0
                self._tell(
                    phase="",
                    done=0,
                    total=0,
                    engine_rss=message.resident_bytes,
                    device=message.device or self._state.device,
                    notice="",
                )
                error = from_data(message.kind, message.message, message.fault) if message.kind else None
                self._end(job, error)

    def _tell_progress(self, progress: Progress) -> None:
        if self._state.phase not in ("", progress.phase):
            self._work.phase_since = time.monotonic()
        self._tell(phase=progress.phase, done=progress.done, total=progress.total)

    def _engine_gone(self, code: int | None) -> None:
        work = self._work
        late = work.start_by is None and self._state.engine in ("starting", "restarting")
        work.start_by = work.cancel_by = None
        work.failures += not work.forced
        work.forced = False
        job, work.running = work.running, None
        if job:
            asked = job.unwanted or job.state == "cancelling"
            self._end(job, Cancelled() if asked else EngineDied(_obituary(code)))
        if work.failures >= MAX_STARTS_IN_A_ROW:
            how = "was not ready in time" if late else "ended"
            self._give_up(f"The engine {how} {work.failures} times in a row. Restart it or choose another device.")
        else:
            self._tell(notice="The engine ended and was started again.", engine_rss=0, phase="", done=0, total=0)
            self._start_engine("restarting")

    def _give_up(self, sentence: str) -> None:
        """No engine: fail what waits, and try afresh with the next request."""
        work = self._work
        work.failures, work.start_by = 0, None
        failed, work.waiting = work.waiting, deque()
        self._tell(engine="stopped", notice=sentence, engine_rss=0, phase="", done=0, total=0)
        for job in failed:
            self._end(job, EngineDied(sentence))

    def _end(self, job: Job, error: StudioError | None) -> None:
        if error is None:
            job.state = "done"
            _call(job.on_done, job)
        else:
            job.state = "cancelled" if isinstance(error, Cancelled) else "failed"
            _call(job.on_error, job, error)

    def _tell(self, **changes: object) -> None:
        job = self._work.running
        now = time.monotonic()
        elapsed = now - job.started if job and job.started else 0.0
        at_this_pace = now - self._work.phase_since if self._work.phase_since else elapsed
        state = replace(
            self._state,
            running=job,
            waiting=len(self._work.waiting),
            elapsed_s=elapsed,
            **changes,  # type: ignore[arg-type]
        )
        self._state = replace(state, left_s=_left(at_this_pace, state.done, state.total) if job else None)
        for listener in list(self._listeners):
            _call(listener, self._state)


def _call(callback: Callable[..., None], *arguments: object) -> None:
    """A callback that fails is a fault of its own; the queue and the other jobs go on."""
    try:
        callback(*arguments)
    except Exception:
        _log.exception("a callback of the queue failed")


def _left(elapsed_s: float, done: int, total: int) -> float | None:
    """Seconds left of a phase at its pace so far; None until something is done."""
    return elapsed_s / done * (total - done) if 0 < done <= total else None


def _obituary(code: int | None) -> str:
    how = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
    return f"The engine ended while it worked on this ({how}). It was started again; nothing you kept is lost."
