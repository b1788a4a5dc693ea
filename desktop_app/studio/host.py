"""The engine in a process of its own: start it, talk to it, end it. No policy; studio/jobs.py decides."""

import contextlib
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from desktop_app.engine import child
from desktop_app.studio import wire

QUIT_TIME_S = 2.0

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
        self._reader: threading.Thread | None = None
        self._writer: wire.Writer | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, on_message: OnMessage, on_gone: OnGone) -> None:
        """Raises OSError where the process cannot be started."""
        errors = self._log.open("ab") if self._log else subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=child.environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        finally:
            if not isinstance(errors, int):
                errors.close()
        assert process.stdin
        assert process.stdout
        self._process = process
        self._writer = wire.Writer(process.stdin)
        self._reader = threading.Thread(
            target=_listen, args=(process, process.stdout, on_message, on_gone), name="engine-reader", daemon=True
        )
        self._reader.start()

    def send(self, message: wire.ToEngine) -> None:
        """A message to a process that is gone is lost; `on_gone` tells of it."""
        if self._writer is not None:
            with contextlib.suppress(OSError, ValueError):
                self._writer.send(message)

    def kill(self) -> None:
        """End the process now. `on_gone` follows."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Ask the process to end, insist after a while, and wait until it and the reader are gone."""
        if self._process is None or self._writer is None:
            return
        self.send(wire.Quit())
        try:
            self._process.wait(QUIT_TIME_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join()


def _listen(process: subprocess.Popen[bytes], stream: IO[bytes], on_message: OnMessage, on_gone: OnGone) -> None:
    try:
        while (message := wire.read_from_engine(stream)) is not None:
            on_message(message)
    except (ValueError, OSError):
        process.kill()  # what it writes is no message: it is not to be trusted any more
    code = process.wait()
    stream.close()
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    on_gone(code)
