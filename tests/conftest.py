"""The whole suite: no screen, no network, no home folder, and nothing left behind by any test."""

import contextlib
import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = os.environ.get("MAQUETTE_TEST_SCALE", "1")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from desktop_app import cli
from desktop_app.cli import asking
from desktop_app.engine.packages import Package
from tests.fakes import FakeEngine, FakeHost, write_package

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")

GRACE_S = 3.0
_HOMES = ("HOME", "USERPROFILE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that nobody has used before."""
    home = tmp_path_factory.mktemp("home")
    for name in _HOMES:
        monkeypatch.setenv(name, str(home))
    return home


# -- the command line, with the fake engine and one package of the user's own -----------------------------------------


@pytest.fixture
def models(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's models; nothing is bundled."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    return own_home / "maquette" / "models"


@pytest.fixture
def package(models: Path) -> Package:
    return write_package(models)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    made = FakeEngine()
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(made))
    return made


@pytest.fixture
def maquette(package: Package, engine: FakeEngine) -> Callable[..., int]:
    return lambda *words: cli.main([str(word) for word in words])


# -- what every test is held to ---------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Threads, child processes, windows and running timers that a test started must be gone when it ends."""
    threads, children = set(threading.enumerate()), _children()
    yield
    _close_windows()
    assert not (left := _still(lambda: set(threading.enumerate()) - threads)), f"threads left running: {left}"
    assert not (left := _still(lambda: _children() - children)), f"processes left running: {left}"


def _still(look):  # type: ignore[no-untyped-def]
    """What is there after a time of grace."""
    end = time.monotonic() + GRACE_S
    while (left := look()) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def _children() -> set[int]:
    """Process numbers of this process's children, zombies left out; Linux only."""
    found = set()
    for task in Path("/proc/self/task").glob("*/children") if Path("/proc/self/task").is_dir() else ():
        with contextlib.suppress(OSError):  # a thread or a process may end while it is looked at
            found |= {int(pid) for pid in task.read_text().split() if _lives(pid)}
    return found


def _lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _close_windows() -> None:
    """A window or a timer that outlives its test is a leak; say so, after tidying up for the tests to come."""
    from sys import modules

    if "PySide6.QtWidgets" not in modules:
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    app = QCoreApplication.instance()
    if not isinstance(app, QApplication):
        return
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if app.topLevelWidgets():
        gc.collect()
    open_windows = [w for w in app.topLevelWidgets() if w.isVisible()]
    names = [f"{type(w).__name__} “{w.windowTitle()}”" for w in open_windows]
    timers = [t for w in app.topLevelWidgets() for t in w.findChildren(QTimer) if t.isActive()]
    for window in open_windows:
        window.close()
    for timer in timers:
        timer.stop()
    assert not names, f"windows left open: {names}"
    assert not timers, f"timers left running: {len(timers)}"


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Log levels as they were."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
