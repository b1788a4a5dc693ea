"""Windows for tests: the real one on a fake engine, with packages made for it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from desktop_app import app as application
from desktop_app.app import Studio
from desktop_app.studio.library import Library
from desktop_app.studio.settings import Settings
from desktop_app.ui.look.theme import Look
from tests.fakes import SPACE, FakeEngine, FakeHost, write_package

WAIT_S = 10.0
NOTICES = "does not support (propagateSizeHints|raise|grabbing)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Notices of the platform without a screen, about every dialog and menu."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore(NOTICES, extend=True))


@pytest.fixture(scope="session")
def qapp() -> Iterator[QApplication]:
    """One application for all tests, dressed as the real one."""
    app = application.application(["maquette-tests"])
    yield app
    # The offscreen clipboard is freed when the process exits, after Python: data made here would crash it then.
    app.clipboard().clear()


@pytest.fixture
def look(qapp: QApplication) -> Look:
    made = Look("dark")
    made.apply("dark")
    return made


@dataclass
class Desktop:
    """A running studio, and what a test needs to drive it."""

    studio: Studio
    engine: FakeEngine
    host: FakeHost
    folder: Path

    @property
    def window(self):  # type: ignore[no-untyped-def]
        return self.studio.window

    @property
    def room(self):  # type: ignore[no-untyped-def]
        return self.studio.window.room

    @property
    def canvas(self):  # type: ignore[no-untyped-def]
        return self.studio.window.room.canvas

    @property
    def desk(self):  # type: ignore[no-untyped-def]
        return self.studio.desk

    def do(self, command: str) -> None:
        self.window.actions_by_id[command].trigger()

    def has_pictures(self) -> bool:
        """Every tile in view has its picture."""
        layout, canvas = self.canvas.layout_now, self.canvas
        tiles = [canvas.tile(i) for i in layout.visible(canvas.scroll_position)]
        return bool(tiles) and all(self.room.store.has(tile.key) for tile in tiles)


def wait_for(condition: Callable[[], object], seconds: float = WAIT_S) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            pytest.fail("it did not come about in time")
        QCoreApplication.processEvents()
        time.sleep(0.002)


@pytest.fixture
def make_desktop(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Desktop]]:
    """Builds windows; all are closed at the end of the test, the way a user closes them."""
    made: list[Desktop] = []

    def make(engine: FakeEngine | None = None, *, packages: int = 1, show: bool = True) -> Desktop:
        folder = tmp_path / "desktop"
        models = folder / "models"
        names = ["fake-digits", "fake-letters"][:packages]
        for name in names:
            if not (models / name).is_dir():
                space = SPACE if name == "fake-digits" else None
                write_package(models, name, title=name.replace("-", " ").capitalize(), space=space)
        settings = Settings(folder / "settings.json")
        settings.set("theme", "dark")
        host = FakeHost(engine)
        studio = Studio(
            library=Library([models], folder / "own"),
            project_folder=folder,
            settings=settings,
            host=host,
        )
        desktop = Desktop(studio, host.engine, host, folder)
        made.append(desktop)
        if show:
            studio.window.resize(1440, 900)  # the screen of the tests is smaller, and a window opens no larger
            studio.window.show()
            wait_for(lambda: studio.window.isVisible())
        return desktop

    yield make
    for desktop in made:
        desktop.studio.close()
        desktop.studio.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def desktop(make_desktop: Callable[..., Desktop]) -> Desktop:
    """A window on a fake engine, with all tiles in view."""
    made = make_desktop()
    wait_for(made.has_pictures)
    return made
