"""Files written on threads of their own while the next pictures are drawn: bounded, and a failure is heard."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

THREADS = 4
MAX_WAITING = 12  # batches


class PictureWriter:
    """Takes batches of files to write. Leaving it by an exception drops what has not begun; files stay whole."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="writer")
        self._waiting: deque[Future[None]] = deque()
        self._dropped = threading.Event()
        self._lock = threading.Lock()
        self.written = 0
        self._start_threads()

    def _start_threads(self) -> None:
        """All now: one that an interrupt finds half started would be waited for by nobody."""
        meeting = threading.Barrier(THREADS)
        for started in [self._pool.submit(meeting.wait) for _ in range(THREADS)]:
            started.result()

    def put(self, batch: Iterable[Callable[[], None]]) -> None:
        """Each item writes one file. Waits while too much is under way. Raises what an earlier batch raised."""
        while self._waiting and (self._waiting[0].done() or len(self._waiting) >= MAX_WAITING):
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._write, batch))

    def finish(self) -> None:
        """Wait for all files. Raises what a batch raised."""
        while self._waiting:
            self._waiting.popleft().result()

    def drop(self) -> None:
        """Write no further file; returns when the last one under way is whole."""
        self._dropped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    def _write(self, batch: Iterable[Callable[[], None]]) -> None:
        for write in batch:
            if self._dropped.is_set():
                return
            write()
            with self._lock:
                self.written += 1
