"""Brings a model package in: copied, verified and checked up in the engine, all off the window's thread.

A sound package of a new name comes in at once. Of one with a flaw, or with the name of one that is there already, the
window asks what shall become of it; until it answers, the copy waits where no library looks.
"""

import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.engine.errors import Cancelled, Fault, PackageError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp, CheckUp, Request, Update, Verify
from desktop_app.studio import check_up
from desktop_app.studio.arrival import Arrival
from desktop_app.studio.jobs import Job, JobQueue
from desktop_app.studio.library import Library

POLL_S = 0.1
Answer = Literal["keep", "replace", "both", "discard"]


@dataclass(frozen=True)
class Imported:
    package: Package
    found: CheckedUp


@dataclass(frozen=True)
class Question:
    """What shall become of a package that is not in the library yet?"""

    package: Package
    found: CheckedUp
    there: Package | None = None  # of the same name
    there_found: CheckedUp | None = None
    can_replace: bool = False


class Importer(QObject):
    imported = Signal(object)  # Imported
    asked = Signal(object)  # Question; `answer` goes on
    discarded = Signal(str)  # a sentence
    failed = Signal(str)  # a sentence

    _ended = Signal(object, str)  # Imported or None, failure
    _asked = Signal(object)

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._queue: JobQueue | None = None
        self._held: Path | None = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._asked.connect(self.asked, Qt.ConnectionType.QueuedConnection)

    def attach(self, jobs: JobQueue) -> None:
        self._queue = jobs
        if self._held is not None:
            self.start(self._held)

    def start(self, path: Path) -> None:
        if self._queue is None:
            self._held = path  # until there is an engine to check it
            return
        if self._thread is not None and self._thread.is_alive():
            self.failed.emit("Another import is under way. Try again when it has ended.")
            return
        self._thread = threading.Thread(target=self._run, args=(path, self._queue), name="import")
        self._thread.start()

    def answer(self, answer: Answer) -> None:
        """To the question that was asked last."""
        self._answers.put(answer)

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    # -- on the import's thread ------------------------------------------------------------------------------------

    def _run(self, path: Path, jobs: JobQueue) -> None:
        try:
            with self._library.receive(path) as arrival:
                imported = self._bring_in(jobs, arrival)
        except StudioError as error:
            if not self._closing.is_set():
                self._ended.emit(None, error.message)
            return
        if not self._closing.is_set():
            self._ended.emit(imported, "")

    def _bring_in(self, jobs: JobQueue, arrival: Arrival) -> Imported | None:
        """None where the answer was to let it be."""
        if arrival.is_same:
            arrival.refuse_taken()
        self._ask(jobs, Verify(arrival.package.ref))
        found = self._check_up(jobs, arrival.package)
        if arrival.there is None and check_up.is_sound(check_up.flags(arrival.package.manifest, found)):
            return Imported(arrival.keep(), found)
        there_found = self._check_up_if_it_runs(jobs, arrival.there)
        self._asked.emit(Question(arrival.package, found, arrival.there, there_found, arrival.can_replace))
        ends = {"keep": arrival.keep, "replace": arrival.replace, "both": arrival.keep_both}
        answer = self._answered()
        return Imported(ends[answer](), found) if answer in ends else None

    def _check_up(self, jobs: JobQueue, package: Package) -> CheckedUp:
        found = self._ask(jobs, CheckUp(package.ref))[-1:]
        if not found or not isinstance(found[0], CheckedUp):
            raise PackageError(f"“{package.name}” ended its check-up without an answer.", Fault.DOES_NOT_RUN)
        return found[0]

    def _check_up_if_it_runs(self, jobs: JobQueue, package: Package | None) -> CheckedUp | None:
        """What is there already may be broken: that is no reason against another version of it."""
        try:
            return self._check_up(jobs, package) if package is not None else None
        except Cancelled:
            raise
        except StudioError:
            return None

    def _ask(self, jobs: JobQueue, request: Request) -> list[Update]:
        ended = threading.Event()
        updates: list[Update] = []
        failures: list[StudioError] = []

        def on_error(_job: Job, error: StudioError) -> None:
            failures.append(error)
            ended.set()

        jobs.submit(
            request,
            slot="import",
            on_update=lambda _job, update: updates.append(update),
            on_done=lambda _job: ended.set(),
            on_error=on_error,
        )
        while not ended.wait(POLL_S):
            if self._closing.is_set():
                raise Cancelled
        if failures:
            raise failures[0]
        return updates

    def _answered(self) -> Answer:
        while True:
            try:
                return self._answers.get(timeout=POLL_S)
            except queue.Empty:
                if self._closing.is_set():
                    raise Cancelled from None

    # -- on the window's thread ------------------------------------------------------------------------------------

    @Slot(object, str)
    def _on_ended(self, imported: Imported | None, failure: str) -> None:
        if failure:
            self.failed.emit(failure)
        elif imported is None:
            self.discarded.emit("The model was not brought in.")
        else:
            self.imported.emit(imported)
