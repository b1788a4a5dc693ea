"""What went wrong, for the log and never for the screen: exceptions, Qt's own messages, and hard crashes."""

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

MAX_BYTES = 1_000_000
log = logging.getLogger("maquette")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashLog:
    """Writes to `window.log` in a folder while it is open; `on_failure` is told of an exception nobody expected."""

    def __init__(self, folder: Path, on_failure: Callable[[str], None]) -> None:
        self.path = folder / "window.log"
        self._on_failure = on_failure
        self._file: IO[str] | None = _open(self.path)
        self._handler = logging.StreamHandler(self._file) if self._file else logging.NullHandler()
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger().addHandler(self._handler)
        if self._file:
            faulthandler.enable(self._file)
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        self._qt_before = qInstallMessageHandler(_on_qt_message)

    def close(self) -> None:
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(self._qt_before)
        logging.getLogger().removeHandler(self._handler)
        if self._file:
            faulthandler.disable()
            self._file.close()

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        log.error("An error that nobody expected", exc_info=(kind, error, trace))
        self._on_failure(f"Something went wrong inside Maquette. It is noted in “{self.path}”.")

    def _on_thread_exception(self, happened: threading.ExceptHookArgs) -> None:
        if happened.exc_value is not None:
            self._on_exception(happened.exc_type, happened.exc_value, happened.exc_traceback)


def _open(path: Path) -> IO[str] | None:
    """The log, begun again when it grew long. None where it cannot be written: the program goes on without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        grown = path.is_file() and path.stat().st_size > MAX_BYTES
        return path.open("w" if grown else "a", encoding="utf-8", buffering=1)
    except OSError:
        return None


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
