"""Work that would hold up the window, on a thread of its own, one piece after the other; answers come back to it."""

import logging
import queue
import threading
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.engine.errors import StudioError

T = TypeVar("T")
UNEXPECTED = "Something went wrong that should not; the log says what."
_log = logging.getLogger(__name__)


class _Errand(NamedTuple):
    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[StudioError], None]
    subject: str


class Errands(QObject):
    """`close` ends the thread; nothing is told any more afterwards."""

    _ended = Signal(int, object, object)  # number, answer, StudioError or None

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._numbers = count()
        self._errands: dict[int, _Errand] = {}  # not told yet; only the window's thread looks here
        self._inbox: queue.SimpleQueue[tuple[int, Callable[[], Any]] | None] = queue.SimpleQueue()
        self._forgotten: set[int] = set()
        self._thread: threading.Thread | None = None
        self._open = True
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        return bool(self._errands)

    def do(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[StudioError], None] = lambda error: None,
        *,
        subject: str = "",
    ) -> None:
        """Run `work`, then call one of the others on the window's thread.

        subject: of errands about the same one the newest alone counts, and those that did not begin are left out.
        """
        if not self._open:
            return
        self.forget(subject)
        number = next(self._numbers)
        self._errands[number] = _Errand(work, then, failed, subject)
        self._inbox.put((number, work))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def forget(self, subject: str) -> None:
        """Nobody waits for these answers any more."""
        for number in [n for n, errand in self._errands.items() if subject and errand.subject == subject]:
            del self._errands[number]
            self._forgotten.add(number)

    def close(self) -> None:
        """Waits for what is being done, which is one errand at most."""
        self._open = False
        self._forgotten.update(self._errands)
        self._errands.clear()
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()

    # -- on the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (found := self._inbox.get()) is not None:
            number, work = found
            if number in self._forgotten:
                self._forgotten.discard(number)
                continue
            answer, error = _outcome(work)
            del work, found  # what it holds may be a large picture
            if self._open:
                self._ended.emit(number, answer, error)
            del answer

    # -- on the window's thread ------------------------------------------------------------------------------------

    @Slot(int, object, object)
    def _on_ended(self, number: int, answer: Any, error: StudioError | None) -> None:
        self._forgotten.discard(number)
        errand = self._errands.pop(number, None)
        if errand is None or not self._open:
            return
        if error is not None:
            errand.failed(error)
        else:
            errand.then(answer)


def _outcome(work: Callable[[], Any]) -> tuple[Any, StudioError | None]:
    try:
        return work(), None
    except StudioError as error:
        return None, error
    except MemoryError:
        return None, StudioError("There is not enough memory for this. Close something and try again.")
    except Exception:
        _log.exception("an errand failed")
        return None, StudioError(UNEXPECTED)
