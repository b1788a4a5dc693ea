"""The queue's policy, with an engine whose every word the test says itself."""

import logging
import threading
import time
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from desktop_app.engine.errors import Cancelled, EngineDied, PackageError, RequestError
from desktop_app.engine.requests import DescribeDevice, Design, Device, PackageRef, Pictures, Progress, Sample
from desktop_app.studio import jobs, wire
from desktop_app.studio.jobs import MAX_STARTS_IN_A_ROW, Job, JobQueue, _left
from tests.studio.waiting import until

DEVICE = Device("auto", "cpu", "Some CPU", "", "1.31.1", 2)
REF = PackageRef("/models/tiny", "0" * 64)


class SilentHost:
    """Does nothing by itself. The test answers with `ready`, `event`, `ended` and `gone`."""

    def __init__(self):
        self.starts = self.kills = self.stops = 0
        self.sent = []
        self.refuse = None  # raised by start
        self.dies_when_killed = True
        self.pid = 4711

    def start(self, on_message, on_gone):
        self.starts += 1
        if self.refuse:
            raise self.refuse
        self.message, self.gone = on_message, on_gone

    def send(self, message):
        wire.encode(message)
        self.sent.append(message)

    def kill(self):
        self.kills += 1
        if self.dies_when_killed:
            self.gone(-9)

    def stop(self):
        self.stops += 1

    @property
    def runs(self):
        return [m.request for m in self.sent if isinstance(m, wire.Run)]

    @property
    def cancels(self):
        return [m.job for m in self.sent if isinstance(m, wire.Cancel)]

    def ready(self):
        self.message(wire.Ready(DEVICE, 4711))

    def event(self, job, update):
        self.message(wire.Event(job.id, update))

    def ended(self, job, kind="", message="", fault=""):
        self.message(wire.Ended(job.id, kind, message, fault, 10 * 2**20, DEVICE))


class Heard:
    """What a job's owner was told, in order."""

    def __init__(self):
        self.updates, self.ends = [], []

    def callbacks(self):
        return {
            "on_update": lambda job, update: self.updates.append(update),
            "on_done": lambda job: self.ends.append(None),
            "on_error": lambda job, error: self.ends.append(error),
        }


@pytest.fixture
def host():
    return SilentHost()


@pytest.fixture
def queue(host):
    queue = JobQueue(host, start_time_s=30.0, cancel_time_s=30.0)
    queue.states = []
    queue.listen(queue.states.append)
    yield queue
    queue.shutdown()
    assert not queue._thread.is_alive()


def request(n: int) -> Sample:
    return Sample(REF, (Design(n, 0),))


def submit(queue, n, slot="a", **more):
    heard = Heard()
    return queue.submit(request(n), slot=slot, **heard.callbacks(), **more), heard


def started(queue, host, n=1, slot="a"):
    """A job that runs."""
    job, heard = submit(queue, n, slot)
    until(lambda: host.starts)
    host.ready()
    until(lambda: job.state == "running")
    return job, heard


class Nudge(jobs._CancelWish):
    """A wish that means nothing and tells when the queue has come to it."""

    def __init__(self):
        self.taken = threading.Event()

    @property
    def job(self):
        self.taken.set()
        return Job(-1, "none", DescribeDevice(), print, print, print)


def settle(queue):
    """Wait until the queue has taken all that was said before."""
    nudge = Nudge()
    queue._inbox.put(nudge)
    assert nudge.taken.wait(20)


# -- the straight way ----------------------------------------------------------------------------------------------


def test_an_engine_is_started_with_the_first_request(queue, host):
    time.sleep(0.05)
    assert host.starts == 0
    assert queue.state.engine == "stopped"
    job, heard = started(queue, host)
    assert host.starts == 1
    assert host.runs == [request(1)]
    host.event(job, Progress("Sampling", 1, 4))
    host.ended(job)
    until(lambda: heard.ends)
    assert (job.state, heard.ends) == ("done", [None])
    assert heard.updates == [Progress("Sampling", 1, 4)]


def test_listeners_see_the_states_in_order(queue, host):
    job, _ = started(queue, host)
    host.event(job, Progress("Sampling", 2, 4))
    host.ended(job)
    until(lambda: job.state == "done")
    seen = []
    for state in queue.states:
        item = (state.engine, state.running.id if state.running else None, state.phase, state.done)
        if not seen or seen[-1] != item:
            seen.append(item)
    assert seen == [
        ("stopped", None, "", 0),
        ("starting", None, "", 0),
        ("ready", None, "", 0),
        ("ready", job.id, "", 0),
        ("ready", job.id, "Sampling", 2),
        ("ready", None, "", 0),
    ]
    assert queue.state.device == DEVICE
    assert queue.state.engine_rss == 10 * 2**20
    assert queue.states[-1] == queue.state


def test_what_is_left_goes_by_the_pace_of_its_phase(queue, host, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: now[0]))
    job, _ = started(queue, host)
    for at, progress in (
        (40, Progress("Reading", 500, 500)),
        (40, Progress("Writing", 0, 80)),
        (42, Progress("Writing", 20, 80)),
    ):
        now[0] = 100.0 + at
        host.event(job, progress)
        settle(queue)
        assert queue.state.phase == progress.phase
    assert queue.state.elapsed_s == 42
    assert queue.state.left_s == 6
    host.ended(job)


def test_slots_take_turns_and_one_job_runs_at_a_time(queue, host):
    first, _ = started(queue, host, 1, "a")
    others = [submit(queue, n, slot)[0] for n, slot in ((2, "b"), (3, "c"), (4, "d"))]
    settle(queue)
    assert host.runs == [request(1)]
    assert queue.state.waiting == 3
    for done, following in zip([first, *others], [*others, None], strict=True):
        host.ended(done)
        until(lambda job=done: job.state == "done")
        if following:
            until(lambda job=following: job.state == "running")
    assert host.runs == [request(n) for n in (1, 2, 3, 4)]


def test_a_slot_keeps_its_newest_waiting_job(queue, host):
    first, _ = started(queue, host, 1)
    waiting = [submit(queue, n) for n in (2, 3, 4)]
    other, _ = submit(queue, 9, "b")
    newest, heard = submit(queue, 5)
    settle(queue)
    assert [job.state for job, _ in waiting] == ["cancelled"] * 3
    assert [heard.ends for _, heard in waiting] == [[], [], []]
    assert first.state == "running"
    host.ended(first)
    until(lambda: other.state == "running")
    host.ended(other)
    until(lambda: newest.state == "running")
    assert host.runs == [request(1), request(9), request(5)]
    host.ended(newest)
    until(lambda: heard.ends == [None])


def test_replace_cancels_the_running_job_of_the_slot(queue, host):
    running, heard = started(queue, host, 1)
    submit(queue, 2, "b", replace=True)
    settle(queue)
    assert host.cancels == []
    following, _ = submit(queue, 3, "a", replace=True)
    until(lambda: host.cancels == [running.id])
    host.ended(running, "Cancelled", "Stopped.")
    until(lambda: heard.ends)
    assert isinstance(heard.ends[0], Cancelled)
    assert running.state == "cancelled"
    until(lambda: host.runs[-1] == request(2))
    assert following.state == "waiting"


def test_an_error_travels_as_it_was(queue, host):
    job, heard = started(queue, host)
    host.ended(job, "PackageError", "“decoder.onnx” is empty.", "empty-file")
    until(lambda: heard.ends)
    (error,) = heard.ends
    assert isinstance(error, PackageError)
    assert error.fault.value == "empty-file"
    assert job.state == "failed"
    following, _ = submit(queue, 2)
    until(lambda: following.state == "running")
    assert host.starts == 1


# -- stopping jobs -------------------------------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once(queue, host):
    started(queue, host, 1)
    waiting, heard = submit(queue, 2, "b")
    queue.cancel(waiting)
    until(lambda: heard.ends)
    assert isinstance(heard.ends[0], Cancelled)
    assert waiting.state == "cancelled"
    assert host.cancels == []


def test_a_running_job_is_cancelled_once_and_hears_no_more(queue, host):
    job, heard = started(queue, host)
    host.event(job, Progress("Sampling", 1, 9))
    until(lambda: heard.updates)
    queue.cancel(job)
    queue.cancel(job)
    host.event(job, Progress("Sampling", 2, 9))
    host.event(job, Pictures(0, np.zeros(1, np.uint8)))
    host.ended(job, "Cancelled", "Stopped.")
    until(lambda: heard.ends)
    assert host.cancels == [job.id]
    assert heard.updates == [Progress("Sampling", 1, 9)]
    assert len(heard.ends) == 1


def test_updates_already_on_their_way_are_not_delivered_after_cancel(queue, host):
    """cancel returns, and from then on nothing comes, however many updates stood in line before it."""
    job, heard = started(queue, host)
    gate = threading.Event()
    queue.listen(lambda state: gate.wait(10))
    for n in range(50):
        host.event(job, Progress("Sampling", n, 50))
    queue.cancel(job)
    gate.set()
    settle(queue)
    assert len(heard.updates) <= 1


def test_late_messages_of_an_ended_job_are_dropped(queue, host):
    first, heard = started(queue, host, 1)
    host.ended(first)
    until(lambda: heard.ends)
    second, heard_second = submit(queue, 2)
    until(lambda: second.state == "running")
    host.event(first, Progress("Sampling", 1, 1))
    host.ended(first, "DeviceError", "late")
    settle(queue)
    assert second.state == "running"
    assert heard.ends == [None]
    assert heard_second.updates == []


def test_cancelling_what_is_over_does_nothing(queue, host):
    job, heard = started(queue, host)
    host.ended(job)
    until(lambda: heard.ends)
    queue.cancel(job)
    settle(queue)
    assert host.cancels == []
    assert job.state == "done"


def test_cancel_all(queue, host):
    running, heard_running = started(queue, host, 1)
    waiting = [submit(queue, n, f"slot {n}") for n in range(5)]
    queue.cancel_all()
    host.ended(running, "Cancelled", "Stopped.")
    until(lambda: all(heard.ends for _, heard in [*waiting, (running, heard_running)]))
    assert all(isinstance(heard.ends[0], Cancelled) for _, heard in waiting)
    assert queue.state.waiting == 0


def test_a_job_that_does_not_stop_ends_with_its_engine(host):
    queue = JobQueue(host, cancel_time_s=0.05)
    job, heard = started(queue, host)
    queue.cancel(job)
    until(lambda: heard.ends)
    assert isinstance(heard.ends[0], Cancelled)
    assert host.kills == 1
    until(lambda: host.starts == 2)
    host.ready()
    following, _ = submit(queue, 2)
    until(lambda: following.state == "running")
    queue.shutdown()


# -- an engine that dies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "words"), [(-9, "signal 9"), (-11, "signal 11"), (1, "code 1"), (None, "code None")])
def test_the_running_job_fails_with_a_sentence_and_the_next_one_works(queue, host, code, words):
    job, heard = started(queue, host, 1)
    waiting, heard_waiting = submit(queue, 2, "b")
    host.gone(code)
    until(lambda: heard.ends)
    (error,) = heard.ends
    assert isinstance(error, EngineDied)
    assert words in error.message
    assert "nothing you kept is lost" in error.message
    until(lambda: host.starts == 2)
    assert queue.state.engine == "restarting"
    assert queue.state.notice
    host.ready()
    until(lambda: waiting.state == "running")
    host.ended(waiting)
    until(lambda: heard_waiting.ends == [None])
    assert queue.state.notice == ""
    assert job.state == "failed"


def test_an_engine_that_dies_idle_is_started_again(queue, host):
    job, _ = started(queue, host)
    host.ended(job)
    until(lambda: job.state == "done")
    host.gone(-9)
    until(lambda: host.starts == 2)


def test_three_deaths_in_a_row_give_up_and_the_next_request_tries_again(queue, host):
    waiting, heard = submit(queue, 1, "a")
    _, heard_other = submit(queue, 2, "b")
    for n in range(1, MAX_STARTS_IN_A_ROW + 1):
        until(lambda n=n: host.starts == n)
        host.gone(-11)
    until(lambda: heard.ends and heard_other.ends)
    assert isinstance(heard.ends[0], EngineDied)
    assert "3 times in a row" in heard.ends[0].message
    assert queue.state.engine == "stopped"
    assert "3 times in a row" in queue.state.notice
    assert queue.state.running is None
    assert host.starts == MAX_STARTS_IN_A_ROW
    again, heard_again = submit(queue, 3)
    until(lambda: host.starts == MAX_STARTS_IN_A_ROW + 1)
    host.gone(-11)  # the count begins afresh: one more death is no reason to give up
    until(lambda: host.starts == MAX_STARTS_IN_A_ROW + 2)
    host.ready()
    until(lambda: again.state == "running")
    host.ended(again)
    until(lambda: heard_again.ends == [None])
    assert waiting.state == "failed"


def test_a_job_that_ends_well_forgives_earlier_deaths(queue, host):
    for n in range(2 * MAX_STARTS_IN_A_ROW):
        job, heard = submit(queue, n)
        until(lambda n=n: host.starts == n + 1)
        host.ready()
        until(lambda job=job: job.state == "running")
        host.ended(job)
        until(lambda heard=heard: heard.ends)
        host.gone(-9)
    until(lambda: host.starts == 2 * MAX_STARTS_IN_A_ROW + 1)


def test_an_engine_that_cannot_be_started(queue, host):
    host.refuse = FileNotFoundError(2, "No such file or directory")
    _, heard = submit(queue, 1)
    until(lambda: heard.ends)
    assert isinstance(heard.ends[0], EngineDied)
    assert "cannot be started (No such file or directory)" in heard.ends[0].message
    host.refuse = None
    job, _ = submit(queue, 2)
    until(lambda: host.starts == 2)
    host.ready()
    until(lambda: job.state == "running")


def test_an_engine_that_is_never_ready(host):
    queue = JobQueue(host, start_time_s=0.05)
    _, heard = submit(queue, 1)
    until(lambda: heard.ends)
    assert host.kills == MAX_STARTS_IN_A_ROW
    assert "was not ready in time" in heard.ends[0].message
    queue.shutdown()


def test_messages_of_an_earlier_life_are_dropped(queue, host):
    job, heard = started(queue, host)
    old_message, old_gone = host.message, host.gone
    host.gone(-9)
    until(lambda: host.starts == 2)
    host.ready()
    following, heard_following = submit(queue, 2)
    until(lambda: following.state == "running")
    old_message(wire.Ended(following.id))
    old_message(wire.Event(following.id, Progress("Sampling", 1, 1)))
    old_gone(-9)
    settle(queue)
    assert following.state == "running"
    assert heard_following.updates == []
    assert host.starts == 2
    assert len(heard.ends) == 1
    assert job.state == "failed"


def test_force_stop_is_no_failure(queue, host):
    for n in range(2 * MAX_STARTS_IN_A_ROW):
        job, heard = submit(queue, n)
        until(lambda n=n: host.starts == n + 1)
        host.ready()
        until(lambda job=job: job.state == "running")
        queue.force_stop()
        until(lambda heard=heard: heard.ends)
        assert isinstance(heard.ends[0], Cancelled)
    assert host.kills == 2 * MAX_STARTS_IN_A_ROW
    assert not [s for s in queue.states if "in a row" in s.notice]


def test_force_stop_without_an_engine(queue, host):
    queue.force_stop()
    settle(queue)
    assert host.kills == host.starts == 0


# -- faults of the others ------------------------------------------------------------------------------------------


def broken(*_):
    raise ZeroDivisionError("a fault of the window's")


def test_callbacks_that_raise_stop_nothing(queue, host, caplog):
    queue.listen(broken)
    with caplog.at_level(logging.ERROR):
        for n, kind in enumerate(("", "DeviceError")):
            job = queue.submit(request(n), slot="a", on_update=broken, on_done=broken, on_error=broken)
            until(lambda: host.starts)
            if n == 0:
                host.ready()
            until(lambda job=job: job.state == "running")
            host.event(job, Progress("Sampling", 1, 2))
            host.ended(job, kind, "A sentence.")
            until(lambda job=job: job.state in ("done", "failed"))
        running, _ = submit(queue, 4)
        waiting = queue.submit(request(5), slot="b", on_error=broken)
        queue.cancel(waiting)
        until(lambda: waiting.state == "cancelled")
        host.ended(running)
    assert "a callback of the queue failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    job, heard = submit(queue, 9)
    until(lambda: job.state == "running")
    host.ended(job)
    until(lambda: heard.ends == [None])


def test_a_callback_that_raises_at_the_engines_death(queue, host, caplog):
    job = queue.submit(request(1), slot="a", on_error=broken)
    until(lambda: host.starts)
    host.ready()
    until(lambda: job.state == "running")
    host.gone(-9)
    until(lambda: host.starts == 2)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 10**30])
def test_a_request_that_cannot_cross_fails_with_a_sentence(queue, host, seed):
    first, _ = started(queue, host, 1)
    heard = Heard()
    bad = queue.submit(Sample(REF, (Design(seed, 0),)), slot="b", **heard.callbacks())
    good, _ = submit(queue, 3, "c")
    host.ended(first)
    until(lambda: heard.ends)
    assert isinstance(heard.ends[0], RequestError)
    assert bad.state == "failed"
    until(lambda: good.state == "running")


def test_an_unknown_error_or_fault_is_still_an_end(queue, host):
    for n, (kind, fault) in enumerate((("KeyError", ""), ("PackageError", "unheard-of"))):
        job, heard = submit(queue, n)
        until(lambda: host.starts)
        if n == 0:
            host.ready()
        until(lambda job=job: job.state == "running")
        host.ended(job, kind, "A sentence.", fault)
        until(lambda heard=heard: heard.ends)
        assert heard.ends[0].message == "A sentence."


def test_a_host_that_raises_does_not_end_the_queue(queue, host, caplog):
    job, _ = started(queue, host)
    host.kill = broken
    queue.force_stop()
    settle(queue)
    assert "the queue failed" in caplog.text
    host.ended(job)
    following, _ = submit(queue, 2)
    until(lambda: following.state == "running")


# -- clocks, storms, ends ------------------------------------------------------------------------------------------


def test_elapsed_time_is_told_while_nothing_else_happens(queue, host):
    started(queue, host)
    until(lambda: queue.state.elapsed_s > 0.5)
    told = [s.elapsed_s for s in queue.states if s.running]
    assert told == sorted(told)
    assert len(told) >= 3


def test_time_left_follows_from_the_pace(queue, host):
    job, _ = started(queue, host)
    assert queue.state.left_s is None
    job.started -= 10
    host.event(job, Progress("Sampling", 2, 6))
    until(lambda: queue.state.done == 2)
    assert queue.state.left_s == pytest.approx(20, rel=0.1)
    host.ended(job)
    until(lambda: job.state == "done")
    assert queue.state.left_s is None
    assert queue.state.elapsed_s == 0


@pytest.mark.parametrize(("done", "total", "left"), [(0, 5, None), (5, 5, 0), (1, 0, None), (1, 4, 30), (3, 2, None)])
def test_time_left(done, total, left):
    assert _left(10, done, total) == left


def test_a_storm_of_requests(queue, host):
    """A thousand moves of a slider while one job runs: one more job runs, and it is the last."""
    first, _ = started(queue, host, 0, "drag")
    moves = [submit(queue, n, "drag")[0] for n in range(1, 1001)]
    settle(queue)
    assert queue.state.waiting == 1
    assert sum(job.state == "cancelled" for job in moves) == 999
    host.ended(first)
    until(lambda: moves[-1].state == "running")
    assert host.runs == [request(0), request(1000)]


def test_a_storm_of_slots_keeps_every_job(queue, host):
    started(queue, host, 0, "first")
    heards = [submit(queue, n, f"slot {n}")[1] for n in range(1000)]
    settle(queue)
    assert queue.state.waiting == 1000
    queue.cancel_all()
    until(lambda: all(heard.ends for heard in heards))


def test_memory_stays_flat(queue, host):
    queue._listeners.clear()
    job, heard = started(queue, host, 0, "drag")

    def storm():
        for n in range(500):
            queue.submit(Sample(REF, tuple(Design(n, i) for i in range(50))), slot="drag")
            host.event(job, Pictures(0, np.zeros(10_000, np.uint8)))
        settle(queue)
        heard.updates.clear()

    storm()
    tracemalloc.start()
    storm()
    before = tracemalloc.get_traced_memory()[0]
    storm()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 500_000


def test_shutdown_is_idempotent_and_final(host):
    queue = JobQueue(host)
    _, heard = submit(queue, 1)
    queue.shutdown()
    queue.shutdown()
    submit(queue, 2)
    queue.cancel_all()
    time.sleep(0.05)
    assert heard.ends == []
    assert host.stops == 1


def test_shutdown_from_many_threads(host):
    queue = JobQueue(host)
    submit(queue, 1)
    threads = [threading.Thread(target=queue.shutdown) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not queue._thread.is_alive()
    assert host.stops == 1


def test_shutdown_from_a_callback_does_not_wait_for_itself(host):
    queue = JobQueue(host)
    job = queue.submit(request(1), slot="a", on_done=lambda job: queue.shutdown())
    until(lambda: host.starts)
    host.ready()
    until(lambda: job.state == "running")
    host.ended(job)
    until(lambda: host.stops)
    queue.shutdown()
    assert not queue._thread.is_alive()
