"""The engine's process: `maquette --engine`. The only file that joins the wire to the engine.

One thread reads the wishes of the studio, so that a wish to stop arrives while a graph runs; the main thread runs one
job after the other.
"""

import os
import queue
import signal
import threading
import traceback
from typing import BinaryIO, NoReturn

from desktop_app.engine import memory
from desktop_app.engine.errors import Cancelled, DeviceError, OutOfMemory, PackageError, StudioError
from desktop_app.engine.runtime import DeviceChoice, Runtime
from desktop_app.engine.service import Service
from desktop_app.studio import wire

BEHIND_THE_WINDOW = 10  # steps of priority: scrolling stays smooth while all processors draw
MEMORY_CEILING = 4 * 2**30  # for CPU engines: what one job may take of the machine


def main(device: DeviceChoice, threads: int, *, memory_mib: int = 0) -> NoReturn:
    """Serve until the studio says Quit or is gone, then end the process.

    memory_mib: the ceiling of an engine on the CPU; 0 takes four GiB or half of the machine's memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches both processes; the studio decides
    if hasattr(os, "nice"):
        os.nice(BEHIND_THE_WINDOW)
    source, sink = _private_streams()
    writer = wire.Writer(sink)
    runtime = Runtime(device, threads=threads)
    if runtime.device.obtained == "cpu":
        memory.set_ceiling(memory_mib * memory.MIB or min(MEMORY_CEILING, memory.half_of_machine()))
    worker = _Worker(Service(runtime), writer)
    reader = threading.Thread(target=worker.read, args=(source,), name="wire", daemon=True)
    worker.send(wire.Ready(runtime.device, os.getpid()))
    reader.start()
    worker.work()
    os._exit(0)  # at once: nothing is left to write, and native threads may not end in order


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The wire's two ends, moved away from descriptors 0 and 1 so that a native library's print cannot spoil it."""
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


class _Worker:
    def __init__(self, service: Service, writer: wire.Writer) -> None:
        self._service = service
        self._writer = writer
        self._jobs: queue.SimpleQueue[wire.Run | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: int | None = None
        self._quitting = False
        self._cancelled: set[int] = set()

    def read(self, source: BinaryIO) -> None:
        """The wire's thread. When the studio is gone the process ends at once, whatever is running."""
        try:
            while (message := wire.read_to_engine(source)) is not None:
                self._take(message)
        finally:
            os._exit(0)

    def _take(self, message: wire.ToEngine) -> None:
        match message:
            case wire.Run():
                self._jobs.put(message)
            case wire.Cancel():
                self._cancel(message.job)
            case wire.Quit():
                with self._lock:
                    self._quitting = True
                    self._service.stop()
                self._jobs.put(None)

    def send(self, message: wire.FromEngine) -> None:
        frame = wire.encode(message)
        try:
            self._writer.send_frame(frame)
        except (OSError, ValueError):
            os._exit(0)  # the studio is gone

    def work(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self._lock:
                self._current = job.job
                self._service.begin()
                wanted = job.job not in self._cancelled and not self._quitting
            ended = self._run(job) if wanted else _ended(job.job, Cancelled())
            with self._lock:
                self._current = None
                self._cancelled = {later for later in self._cancelled if later > job.job}
            self.send(ended)

    def _run(self, job: wire.Run) -> wire.Ended:
        try:
            for update in self._service.run(job.request):
                self.send(wire.Event(job.job, update))
                with self._lock:
                    if job.job in self._cancelled:
                        raise Cancelled()
        except StudioError as error:
            return _ended(job.job, error)
        except MemoryError:
            return _ended(job.job, OutOfMemory("The engine has no memory left for this. A smaller model is needed."))
        except Exception as error:  # a fault of the program's own: this job fails, the next one works
            traceback.print_exc()
            return _ended(job.job, DeviceError(f"The engine failed on this: {type(error).__name__}: {error}"))
        return wire.Ended(job.job, resident_bytes=memory.resident_bytes(), device=self._service.device)

    def _cancel(self, job: int) -> None:
        with self._lock:
            self._cancelled.add(job)
            if job == self._current:
                self._service.stop()


def _ended(job: int, error: StudioError) -> wire.Ended:
    fault = error.fault.value if isinstance(error, PackageError) else ""
    return wire.Ended(job, type(error).__name__, error.message, fault, memory.resident_bytes())
