"""The one thread crossing: what is asked for early is kept, what comes late is dropped, all on the window's thread."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from desktop_app.engine.errors import RequestError, StudioError
from desktop_app.engine.requests import Design, PackageRef, Pictures, Sample, Update
from desktop_app.studio.jobs import Job, JobQueue
from desktop_app.ui.bridge import Listener, QueueBridge
from tests.fakes import FakeEngine, FakeHost, ImmediateQueue
from tests.ui.conftest import wait_for

REF = PackageRef("nowhere", "0" * 64)


def sample(seed: int = 1, count: int = 4) -> Sample:
    return Sample(REF, tuple(Design(seed, i) for i in range(count)), chunk=2)


class Ear(QObject):
    """Notes what it hears, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.threads: set[threading.Thread] = set()

    def listener(self) -> Listener:
        return Listener(self, self.on_update, self.on_done, self.on_error)

    def note(self, what: object) -> None:
        self.heard.append(what)
        self.threads.add(threading.current_thread())

    def on_update(self, _job: Job, update: Update) -> None:
        if isinstance(update, Pictures):
            self.note(update.first)

    def on_done(self, _job: Job) -> None:
        self.note("done")

    def on_error(self, _job: Job, error: StudioError) -> None:
        self.note(error.message)


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[QueueBridge]:
    made = QueueBridge()
    yield made
    made.close()


def drain() -> None:
    for _ in range(3):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()


def test_updates_of_another_thread_arrive_in_order_on_this_one(bridge: QueueBridge) -> None:
    queue = JobQueue(FakeHost())
    bridge.attach(queue)
    ear = Ear()
    bridge.submit(sample(), ear.listener(), slot="a")
    wait_for(lambda: "done" in ear.heard)
    queue.shutdown()
    assert ear.heard == [0, 2, "done"]
    assert ear.threads == {threading.main_thread()}


def test_errors_arrive_as_data(bridge: QueueBridge) -> None:
    bridge.attach(ImmediateQueue(FakeEngine(failures=[RequestError("No such class.")])))
    ear = Ear()
    bridge.submit(sample(), ear.listener(), slot="a")
    drain()
    assert ear.heard == ["No such class."]


def test_what_is_asked_for_before_the_queue_is_there_is_kept_newest_first(bridge: QueueBridge) -> None:
    early, late = Ear(), Ear()
    assert bridge.submit(sample(1), early.listener(), slot="a") is None
    bridge.submit(sample(2), late.listener(), slot="a")
    engine = FakeEngine()
    bridge.attach(ImmediateQueue(engine))
    drain()
    assert (early.heard, late.heard) == ([], [0, 2, "done"])
    assert engine.served == [sample(2)]


def test_a_room_that_is_gone_is_not_called(bridge: QueueBridge) -> None:
    import shiboken6

    bridge.attach(ImmediateQueue())
    ear = Ear()
    bridge.submit(sample(), ear.listener(), slot="a")
    shiboken6.delete(ear)
    drain()
    assert ear.heard == []


def test_nothing_is_delivered_once_it_is_closed(bridge: QueueBridge) -> None:
    bridge.attach(ImmediateQueue())
    ear = Ear()
    bridge.submit(sample(), ear.listener(), slot="a")
    bridge.close()
    drain()
    assert ear.heard == []


def test_jobs_dropped_while_they_waited_leave_no_listener(bridge: QueueBridge) -> None:
    queue = ImmediateQueue()
    queue.paused = True
    bridge.attach(queue)
    ears = [Ear() for _ in range(5)]
    for number, ear in enumerate(ears):
        bridge.submit(sample(number), ear.listener(), slot="a")
    queue.run_waiting()
    drain()
    assert [ear.heard for ear in ears] == [[], [], [], [], [0, 2, "done"]]
    assert bridge._listeners == {}


def test_a_failure_told_from_a_thread_reaches_the_window(bridge: QueueBridge) -> None:
    heard: list[str] = []
    bridge.failure_told.connect(heard.append)
    thread = threading.Thread(target=bridge.tell_failure, args=("Something went wrong.",))
    thread.start()
    thread.join()
    drain()
    assert heard == ["Something went wrong."]
