"""The engine for a program that waits: the same queue and the same process as the window's, one request at a time."""

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from desktop_app import paths
from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import DescribeDevice, Device, Request, Update
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import Job, JobQueue
from desktop_app.studio.library import Library

_WAKE_S = 0.5  # on Windows a wait without an end cannot be interrupted

_Arrivals = queue.SimpleQueue[Update | StudioError | None]


@dataclass
class Clock:
    """Seconds from the start of requests in the engine to their end, whatever the program did meanwhile."""

    seconds: float = 0.0


def library() -> Library:
    return Library([paths.bundled_models()], paths.user_models())


@contextmanager
def engine(device: str = "auto", threads: int = 0) -> Iterator[JobQueue]:
    """A queue with an engine of its own; both are gone afterwards."""
    jobs = JobQueue(ProcessHost(device=device, threads=threads))
    try:
        yield jobs
    finally:
        jobs.shutdown()


def run_request(jobs: JobQueue, request: Request, *, clock: Clock | None = None) -> Iterator[Update]:
    """Updates of one request as they come. Raises StudioError; leaving the loop early cancels the request."""
    arrived: _Arrivals = queue.SimpleQueue()

    def done(job: Job) -> None:
        if clock is not None and job.started is not None:
            clock.seconds += time.monotonic() - job.started
        arrived.put(None)

    job = jobs.submit(
        request,
        slot="command line",
        on_update=lambda _, update: arrived.put(update),
        on_done=done,
        on_error=lambda _, error: arrived.put(error),
    )
    try:
        while (item := _next(arrived)) is not None:
            if isinstance(item, StudioError):
                raise item
            yield item
    finally:
        jobs.cancel(job)  # says nothing to a job that is over


def describe_device(jobs: JobQueue) -> Device:
    """The device in use; starts the engine. Raises StudioError."""
    (device,) = run_request(jobs, DescribeDevice())
    assert isinstance(device, Device)
    return device


def _next(arrived: _Arrivals) -> Update | StudioError | None:
    while True:
        try:
            return arrived.get(timeout=_WAKE_S)
        except queue.Empty:
            continue
