"""Composition root of the window: makes the parts, hands them to each other, runs, and takes them apart again."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.engine.errors import FileError
from desktop_app.studio.host import Host, ProcessHost
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library
from desktop_app.studio.project import ProjectState, load_project
from desktop_app.studio.settings import Settings
from desktop_app.studio.sheet import SheetState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.crash_log import CrashLog
from desktop_app.ui.idle import IdleCollector
from desktop_app.ui.look.theme import Look, load_fonts
from desktop_app.ui.project_claim import ProjectClaim
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.importer import Importer
from desktop_app.ui.shell.main_window import MainWindow

log = logging.getLogger(__name__)

SELF_TEST_MS = 60_000


class Studio:
    """The window and all behind it. The engine's process starts after the window is on the screen."""

    def __init__(self, *, library: Library, project_folder: Path, settings: Settings, host: Host) -> None:
        self._host = host
        self._claim = ProjectClaim(project_folder)
        self._queue: JobQueue | None = None
        self.look = Look(settings.text("theme"), reduced_motion=settings.switch("reduced_motion"))
        self.look.apply(settings.text("theme"))
        self.bridge = QueueBridge()
        project, sentence = load_project(self._claim.file, ProjectState(SheetState("", seed=1)))
        self.desk = Desk(project, library, settings)
        self.importer = Importer(library)
        self.window = MainWindow(self.look, self.bridge, self.desk, self.importer)
        self._collector: IdleCollector | None = None
        self.window.shown.connect(self.start_engine)
        if sentence:
            self.window.rooms.say(sentence, "warn")
        elif not self._claim.is_first:
            self.window.rooms.say("Maquette is open already, so this window works in a project of its own.")

    def start_engine(self) -> None:
        if self._queue is None:
            self._queue = JobQueue(self._host)
            self.importer.attach(self._queue)
            self.bridge.attach(self._queue)
            self._collector = IdleCollector([_import_pillow])
            self.window.room.canvas.scrolled.connect(self._collector.touch)
            self.desk.changed.connect(self._collector.touch)

    def close(self) -> None:
        """Save, and leave nothing running."""
        self.window.close()
        if self._collector is not None:
            self._collector.stop()
        if self._queue is not None:
            self._queue.shutdown()
        try:
            self.desk.project.save()
        except FileError as error:
            log.error(error.message)
        self._claim.release()


def run(argv: Sequence[str], *, device: str = "auto", threads: int = 0) -> int:
    """Open the window and stay until it is closed. device, threads: for this time, instead of the settings'."""
    settings = Settings.load(paths.user_config() / "settings.json")
    _scale(settings.number("interface_scale"))
    app = application(argv)
    studio = make_studio(settings, paths.user_projects(), _process_host(settings, device=device, threads=threads))
    crash_log = CrashLog(paths.user_logs(), studio.bridge.tell_failure)
    studio.window.show()
    code = app.exec()
    studio.close()
    crash_log.close()
    return code


def make_studio(settings: Settings, project_folder: Path, host: Host | None = None) -> Studio:
    library = Library([paths.bundled_models()], paths.user_models())
    engine = host or _process_host(settings)
    return Studio(library=library, project_folder=project_folder, settings=settings, host=engine)


def _process_host(settings: Settings, *, device: str = "auto", threads: int = 0) -> ProcessHost:
    folder = paths.user_logs()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        engine_log: Path | None = folder / "engine.log"
    except OSError:
        engine_log = None
    chosen = device if device != "auto" else settings.text("device")
    return ProcessHost(device=chosen, threads=threads or settings.number("threads"), log=engine_log)


def application(argv: Sequence[str]) -> QApplication:
    """The application object, dressed in our fonts; the one that is there already where there is one."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(list(argv) or ["maquette"])
        app.setStyle("Fusion")
    app.setApplicationName("maquette")
    app.setApplicationDisplayName("Maquette")
    app.setDesktopFileName("maquette")
    load_fonts()
    return app


def self_test(project_folder: Path | None = None) -> str | None:
    """Open the window without a screen, wait for the first tile, close it. None if all is well, else a sentence."""
    import tempfile

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        app = application([])
        studio = make_studio(Settings(Path(folder) / "settings.json"), project_folder or Path(folder))
        studio.window.show()
        sentence = _wait_for_tile(app, studio)
        studio.close()
    return sentence


def _wait_for_tile(app: QApplication, studio: Studio) -> str | None:
    if studio.desk.package is None:
        return "The window has no model to show."
    failures: list[str] = []
    room = studio.window.room
    room.loader.arrived.connect(app.quit)
    room.loader.failed.connect(_first(failures, app.quit))
    QTimer.singleShot(SELF_TEST_MS, app, app.quit)
    app.exec()
    tile = room.focus_tile()
    if failures:
        return failures[0]
    return None if tile and room.pixels_of(tile) is not None else "The window showed no tile within a minute."


def _first(failures: list[str], then: Callable[[], None]) -> Callable[[str], None]:
    def keep(sentence: str) -> None:
        failures.append(sentence)
        then()

    return keep


def _import_pillow() -> None:
    """It takes a tenth of a second, and the first copy or drop should not."""
    from desktop_app.studio import recipe  # noqa: F401


def _scale(percent: int) -> None:
    """Before the application object: Qt reads it once."""
    if percent != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{percent / 100:g}")


if __name__ == "__main__":
    sys.exit(run(sys.argv))
