"""Parts of the window that need no whole one: status bar, shortcuts, panels, imports, the log."""

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.requests import Design, Device, PackageRef, Sample
from desktop_app.studio.jobs import Job, QueueState
from desktop_app.ui.crash_log import CrashLog
from desktop_app.ui.look.theme import Look
from desktop_app.ui.shell.actions import COMMANDS, matching, shortcut_rows
from desktop_app.ui.shell.inspector_panel import fields_of
from desktop_app.ui.shell.job_bar import JobBar, words_for
from tests.fakes import DEVICE, FakeEngine, write_package
from tests.ui.conftest import Desktop, wait_for


def job(state: str = "running", count: int = 64) -> Job:
    request = Sample(PackageRef("", ""), tuple(Design(1, i) for i in range(count)))
    made = Job(1, "sheet", request, lambda *_: None, lambda *_: None, lambda *_: None)
    made.state = state  # type: ignore[assignment]
    return made


# -- status bar ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (QueueState(engine="starting"), "The engine is starting…"),
        (QueueState(engine="restarting"), "The engine ended and is starting again…"),
        (QueueState(engine="ready"), "The engine is idle"),
        (QueueState(engine="ready", running=job(), elapsed_s=0.2), "Working…"),
        (QueueState(engine="ready", running=job(), elapsed_s=2.5), "Sampling 64 designs · 2.5 s"),
        (
            QueueState(engine="ready", running=job(), phase="Sampling", done=8, total=64, elapsed_s=12, left_s=84),
            "Sampling · 12 s, about 84 s left",
        ),
        (
            QueueState(engine="ready", running=job("cancelling"), phase="Sampling", elapsed_s=3, waiting=2),
            "Stopping · 3.0 s · 2 waiting",
        ),
    ],
)
def test_the_status_bar_says_what_the_engine_does(state: QueueState, words: str) -> None:
    assert words_for(state) == words


def test_cancel_comes_after_half_a_second_and_force_stop_after_five(look: Look) -> None:
    bar = JobBar(look)
    for elapsed, shown in ((0.1, (False, False)), (0.6, (True, False)), (5.1, (True, True))):
        bar.show_queue(QueueState(engine="ready", running=job(), elapsed_s=elapsed))
        assert (not bar._cancel.isHidden(), not bar._force.isHidden()) == shown
    bar.show_queue(QueueState(engine="ready"))
    assert bar._cancel.isHidden()
    assert bar._force.isHidden()
    bar._timer.stop()
    bar.deleteLater()


def test_a_device_that_was_not_asked_for_is_explained(look: Look) -> None:
    bar = JobBar(look)
    device = Device("cuda", "cpu", "Processor", "No CUDA driver answers.", "1.31.0", 2)
    bar.show_queue(QueueState(engine="ready", device=device))
    assert "not CUDA" in bar._device.text()
    assert "No CUDA driver answers." in bar._device.toolTip()
    bar._timer.stop()
    bar.deleteLater()


def test_cancel_reaches_the_running_job(make_desktop: Callable[..., Desktop]) -> None:
    engine = FakeEngine(seconds_a_tile=0.05)
    desktop = make_desktop(engine)
    wait_for(lambda: not desktop.window.jobs._cancel.isHidden())
    desktop.window.jobs._cancel.click()
    wait_for(lambda: "Stopped." in desktop.room.store.failures.values())
    engine.seconds_a_tile = 0.0
    desktop.room.retry()
    wait_for(desktop.has_pictures)


def test_force_stop_ends_a_hanging_engine_and_the_sheet_goes_on(make_desktop: Callable[..., Desktop]) -> None:
    engine = FakeEngine(hang=threading.Event())
    desktop = make_desktop(engine)
    wait_for(lambda: engine.served)
    desktop.window.jobs.force_stop_wished.emit()
    wait_for(lambda: desktop.host.starts == 2 and desktop.room.store.failures)
    desktop.room.retry()
    wait_for(desktop.has_pictures)


# -- shortcuts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workspace", ["sample", "blend", "restore", "explain"])
def test_no_two_commands_of_a_workspace_share_a_key(workspace: str) -> None:
    here = [command for command in COMMANDS if not command.where or workspace in command.where.split()]
    keys = [key for command in here for key in command.keys]
    assert len(keys) == len(set(keys))


def test_the_list_of_shortcuts_can_be_searched(qapp: QApplication) -> None:
    rows = shortcut_rows()
    assert [row.text for row in matching(rows, "re-roll")] == ["Re-roll", "Re-roll what was written last"]
    assert "Undo" in [row.text for row in matching(rows, "ctrl+z")]
    assert matching(rows, "") == rows
    assert matching(rows, "no such thing") == []


# -- panels ----------------------------------------------------------------------------------------------------------


def test_a_narrow_window_keeps_the_sheet(make_desktop: Callable[..., Desktop]) -> None:
    desktop = make_desktop()
    window = desktop.window
    for width, shown in ((1400, (True, True)), (1000, (False, True)), (800, (False, False)), (1400, (True, True))):
        window.resize(width, 700)
        wait_for(lambda: window.width() == width)  # noqa: B023
        assert (window.library.isVisible(), window.inspector.isVisible()) == shown
    window.resize(800, 700)
    desktop.do("library")
    assert window.library.isVisible()


def test_bad_packages_are_listed_with_their_sentence(make_desktop: Callable[..., Desktop]) -> None:
    desktop = make_desktop()
    (desktop.folder / "models" / "half").mkdir()
    desktop.desk.read_library()
    assert [error.message for error in desktop.desk.problems] == [
        "“half” is no model package: it has no manifest.json."
    ]
    assert desktop.desk.package is not None


def test_choosing_another_package_keeps_the_seed(make_desktop: Callable[..., Desktop]) -> None:
    desktop = make_desktop(packages=2)
    desktop.desk.set_seed(77)
    desktop.window.models.choose("fake-letters")
    assert (desktop.desk.sheet.package, desktop.desk.sheet.seed) == ("fake-letters", 77)
    wait_for(desktop.has_pictures)
    desktop.do("undo")
    assert desktop.desk.sheet.package == "fake-digits"


def test_the_recipe_has_a_field_for_everything_that_decides_the_pixels(make_desktop: Callable[..., Desktop]) -> None:
    desktop = make_desktop()
    desktop.desk.vary(desktop.canvas.tile(4))
    fields = {field.name: field.copied for field in fields_of(desktop.canvas.tile(3), DEVICE)}
    step = desktop.canvas.tile(3).design.variations[0]
    assert fields["Variation 1"] == f"{step.seed} · 3 · {step.amount:g}"
    assert {"Model", "Hash", "Seed", "Tile", "Class", "Truncation", "Device", "Runtime", "Program"} <= set(fields)


# -- imports ---------------------------------------------------------------------------------------------------------


def test_an_imported_package_is_checked_listed_and_shown(
    make_desktop: Callable[..., Desktop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.engine.packages.check_files", lambda _package: None)
    desktop = make_desktop()
    source = write_package(tmp_path / "elsewhere", "new-one", title="New one")
    (source.folder / "golden.npz").write_bytes(b"stand-in")
    desktop.window.files.open_file(str(source.folder))
    wait_for(lambda: "is here" in desktop.room.banner.sentence)
    assert desktop.desk.sheet.package == "new-one"
    wait_for(desktop.has_pictures)


def test_a_package_that_fails_its_check_is_not_kept(
    make_desktop: Callable[..., Desktop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.engine.packages.check_files", lambda _package: None)
    desktop = make_desktop()
    wait_for(lambda: desktop.has_pictures() and not desktop.room.loader.is_busy)
    desktop.engine.failures = [PackageError("It gives other pixels than it should.", Fault.NOT_REPRODUCED)]
    source = write_package(tmp_path / "elsewhere", "new-one")
    (source.folder / "golden.npz").write_bytes(b"stand-in")
    desktop.window.files.open_file(str(source.folder))
    wait_for(lambda: "other pixels" in desktop.room.banner.sentence)
    assert list((desktop.folder / "own").iterdir()) == []


def test_closing_in_the_middle_of_an_import_leaves_nothing(
    make_desktop: Callable[..., Desktop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.engine.packages.check_files", lambda _package: None)
    engine = FakeEngine()
    desktop = make_desktop(engine)
    wait_for(lambda: desktop.has_pictures() and not desktop.room.loader.is_busy)
    engine.hang = threading.Event()
    source = write_package(tmp_path / "elsewhere", "new-one")
    (source.folder / "golden.npz").write_bytes(b"stand-in")
    served = len(engine.served)
    desktop.window.files.open_file(str(source.folder))
    wait_for(lambda: len(engine.served) > served)
    desktop.studio.close()
    assert list((desktop.folder / "own").iterdir()) == []


# -- the log ---------------------------------------------------------------------------------------------------------


def test_an_error_nobody_expected_goes_to_the_log_and_is_told_in_a_sentence(tmp_path: Path) -> None:
    told: list[str] = []
    crash_log = CrashLog(tmp_path / "logs", told.append)
    try:
        raise KeyError("surprise")
    except KeyError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    logging.getLogger("maquette").warning("a line")
    crash_log.close()
    text = crash_log.path.read_text(encoding="utf-8")
    assert "surprise" in text
    assert "a line" in text
    assert told == [f"Something went wrong inside Maquette. It is noted in “{crash_log.path}”."]


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    crash_log = CrashLog(tmp_path / "file", lambda _sentence: None)
    crash_log.close()
