"""The engine in a process of its own: start it, talk to it, end it. No policy; studio/jobs.py decides."""

import contextlib
import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from desktop_app.engine import child
from desktop_app.studio import wire

QUIT_TIME_S = 2.0
_log = logging.getLogger(__name__)

OnMessage = Callable[[wire.FromEngine], None]
OnGone = Callable[[int | None], None]  # exit code, negative for a signal


class Host(Protocol):
    """What the queue needs of an engine. Callbacks come on a thread of the host's."""

    def start(self, on_message: OnMessage, on_gone: OnGone) -> None: ...
    def send(self, message: wire.ToEngine) -> None: ...
    def kill(self) -> None: ...
    def stop(self) -> None: ...
    @property
    def pid(self) -> int | None: ...


class ProcessHost:
    """Starts `maquette --engine`. May be started again after it ended."""

    def __init__(
        self,
        *,
        device: str = "auto",
        threads: int = 0,
        command: Sequence[str] | None = None,
        log: Path | None = None,
    ) -> None:
        """log: where the engine's standard error goes; nowhere if None."""
        self._command = list(command or child.command("--engine", "--device", device, "--threads", str(threads)))
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, on_message: OnMessage, on_gone: OnGone) -> None:
        """Raises OSError where the process cannot be started."""
        with _opened(self._log) as errors:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=child.environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._process, self._outbox = process, queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=_write, args=(process, self._outbox), name="engine-writer", daemon=True),
            threading.Thread(
                target=_read, args=(process, self._outbox, on_message, on_gone), name="engine-reader", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: wire.ToEngine) -> None:
        """Returns at once, even where the engine does not listen. A message to a process that is gone is lost.

        Raises OverflowError, TypeError or ValueError on what cannot cross (wire.encode).
        """
        self._outbox.put(wire.encode(message))

    def kill(self) -> None:
        """End the process now. `on_gone` follows."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Ask the process to end, insist after a while, and wait until it and its threads are gone."""
        if self._process is None:
            return
        self.send(wire.Quit())
        try:
            self._process.wait(QUIT_TIME_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()


def _opened(log: Path | None) -> contextlib.AbstractContextManager[IO[bytes] | int]:
    """The file the engine's complaints go to; a log that cannot be written stops nobody."""
    if log is not None:
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            return log.open("ab")
        except OSError as error:
            _log.warning("no engine log at %s: %s", log, error)
    return contextlib.nullcontext(subprocess.DEVNULL)


def _write(process: subprocess.Popen[bytes], outbox: "queue.SimpleQueue[bytes | None]") -> None:
    """A thread of its own: a pipe to an engine that does not read is soon full."""
    assert process.stdin
    with contextlib.suppress(OSError, ValueError):
        while (frame := outbox.get()) is not None:
            process.stdin.write(frame)
            process.stdin.flush()
    with contextlib.suppress(OSError):
        process.stdin.close()


def _read(
    process: subprocess.Popen[bytes],
    outbox: "queue.SimpleQueue[bytes | None]",
    on_message: OnMessage,
    on_gone: OnGone,
) -> None:
    assert process.stdout
    try:
        while (message := wire.read_from_engine(process.stdout)) is not None:
            on_message(message)
    except (ValueError, OSError) as error:
        _log.error("the engine sent what is no message: %s", error)
    except Exception:
        _log.exception("a message of the engine could not be taken")
    finally:
        process.kill()  # where it still runs it is not to be trusted any more
        code = process.wait()
        process.stdout.close()
        outbox.put(None)
        on_gone(code)
