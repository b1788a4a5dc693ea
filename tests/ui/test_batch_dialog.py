"""Many pictures through the window: the dialog, the runner, and the files that come out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.requests import Restored
from desktop_app.studio.batch import BatchSettings
from desktop_app.studio.restore_job import RestoreJob
from desktop_app.ui.restore.batch_dialog import BatchDialog
from tests.ui.conftest import Desktop, wait_for
from tests.ui.restoring import (
    make_restoring,  # noqa: F401
    open_picture,
    pixels_of,
    restores,
    write_picture,
)

Make = Callable[..., Desktop]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, and a file that is none."""
    made = tmp_path / "scans"
    made.mkdir()
    for number in range(3):
        write_picture(made / f"scan {number}.png", seed=number, grey=number == 2)
    (made / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return made


@pytest.fixture
def desktop(make_restoring: Make) -> Iterator[Desktop]:  # noqa: F811
    return make_restoring()  # type: ignore[return-value]


def dialog_of(desktop: Desktop) -> BatchDialog:
    return desktop.window.restore.batches.dialog  # type: ignore[no-any-return]


def states(desktop: Desktop) -> list[str]:
    batch = dialog_of(desktop)._batch
    assert batch is not None
    return [item.state for item in batch.items]


def rows(desktop: Desktop) -> list[str]:
    list_ = dialog_of(desktop)._list
    return [list_.item(number).text() for number in range(list_.count())]


def half_grey(pixels: np.ndarray) -> np.ndarray:
    return ((pixels.astype(np.int64) + 127) // 2).astype(np.uint8)


def run(desktop: Desktop) -> None:
    dialog_of(desktop)._go.click()
    wait_for(lambda: not dialog_of(desktop).runner.is_running)


def test_a_folder_that_is_dropped_is_offered(desktop: Desktop, folder: Path) -> None:
    desktop.window.restore._take([folder])
    dialog = dialog_of(desktop)
    assert dialog.isVisible()
    assert rows(desktop) == ["broken.png", "scan 0.png", "scan 1.png", "scan 2.png"]
    assert dialog._sources.text() == "4 pictures, from “scans”"
    assert Path(dialog._folder.text()) == folder.parent / "scans-restored"
    assert dialog._names.text() == "{name}-clean"
    assert not (folder.parent / "scans-restored").exists()
    assert [dialog._models.itemText(i) for i in range(dialog._models.count())] == [
        "Fake cleaning",
        "Fake grey cleaning",
        "Fake enlarging",
    ]


def test_all_are_done_a_bad_one_is_named_and_originals_stay(desktop: Desktop, folder: Path) -> None:
    originals = {path.name: path.read_bytes() for path in folder.iterdir()}
    desktop.window.restore._take([folder])
    run(desktop)
    out = folder.parent / "scans-restored"
    assert states(desktop) == ["failed", "done", "done", "done"]
    assert rows(desktop)[0].startswith("“broken.png” is ")
    assert rows(desktop)[1] == "scan 0.png → scan 0-clean.png"
    for number in range(3):
        made = pixels_of(out / f"scan {number}-clean.png")
        assert (made == half_grey(pixels_of(folder / f"scan {number}.png"))).all()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == originals
    dialog = dialog_of(desktop)
    assert dialog._retry.isVisible()
    assert "Could not be done: 1" in dialog._summary.text()
    write_picture(folder / "broken.png", seed=7)
    dialog._retry.click()
    wait_for(lambda: not dialog.runner.is_running)
    assert states(desktop) == ["done"] * 4
    assert not dialog._retry.isVisible()


def test_a_second_run_leaves_what_is_done(desktop: Desktop, folder: Path) -> None:
    desktop.window.restore._take([folder])
    run(desktop)
    served = len(restores(desktop))
    dialog_of(desktop)._on_changed()
    assert states(desktop) == ["waiting", "skipped", "skipped", "skipped"]
    run(desktop)
    assert len(restores(desktop)) == served


def test_the_same_bytes_as_one_alone(desktop: Desktop, folder: Path, tmp_path: Path) -> None:
    """The window's batch, its own saving, and a job by itself write the same file."""
    room = desktop.window.restore
    room._take([folder])
    dialog = dialog_of(desktop)
    dialog._strength.show_value(0.6)
    dialog._detail.show_value(0.3)
    dialog._on_changed()
    run(desktop)
    from_batch = (folder.parent / "scans-restored" / "scan 1-clean.png").read_bytes()

    settings = BatchSettings(package="fake-denoise", strength=0.6, detail=0.3)
    job = RestoreJob(folder / "scan 1.png", tmp_path / "alone.png", desktop.desk.library, settings)
    for update in desktop.engine.run(job.open()):
        if isinstance(update, Restored):
            job.take(update)
    job.finish()
    job.close()
    assert from_batch == (tmp_path / "alone.png").read_bytes()

    open_picture(desktop, folder / "scan 1.png")
    room.wishes.set_strength(0.6)
    room.wishes.set_detail(0.3)
    room.saver.save(tmp_path / "saved.png")
    wait_for(lambda: (tmp_path / "saved.png").is_file())
    wait_for(lambda: room.banner.sentence.startswith("Saved as"))
    assert from_batch == (tmp_path / "saved.png").read_bytes()


def test_it_can_be_stopped_from_the_status_bar_and_the_window_stays_usable(
    make_restoring: Make,  # noqa: F811
    folder: Path,
    tmp_path: Path,
) -> None:
    desktop = make_restoring(seconds_a_tile=0.15)
    room, jobs = desktop.window.restore, desktop.window.jobs
    room._take([folder])
    dialog = dialog_of(desktop)
    dialog._go.click()
    wait_for(lambda: jobs._work)
    assert jobs._engine.text().startswith("Picture ")
    assert not dialog._form_home.isEnabled()
    open_picture(desktop, write_picture(tmp_path / "other.png"))
    assert dialog.runner.is_running
    jobs._cancel.click()
    assert not dialog.runner.is_running
    assert "waiting" in states(desktop)
    assert "running" not in states(desktop)
    assert not jobs._work
    desktop.engine.seconds_a_tile = 0.0
    run(desktop)
    assert states(desktop).count("waiting") == 0


def test_what_cannot_be_is_said_before(desktop: Desktop, folder: Path, tmp_path: Path) -> None:
    dialog = dialog_of(desktop)
    desktop.do("batch")
    assert not dialog._go.isEnabled()
    assert "Drop pictures" in dialog._summary.text()
    dialog.add([folder])
    dialog._names.setText("{nonsense}")
    dialog._on_names()
    assert "{nonsense}" in dialog._refusal.text()
    assert not dialog._go.isEnabled()
    dialog._names.setText("clean-{number}")
    dialog._on_names()
    assert dialog._refusal.text() == ""
    assert dialog._go.isEnabled()
    (tmp_path / "a file").write_text("")
    dialog._folder.setText(str(tmp_path / "a file"))
    dialog._on_folder()
    run(desktop)
    assert dialog._refusal.text() or "failed" in states(desktop)
    empty = tmp_path / "empty"
    empty.mkdir()
    dialog._clear.click()
    dialog.add([empty])
    assert "no picture in the folder" in dialog._refusal.text()


def test_the_engine_may_die_in_the_middle(make_restoring: Make, folder: Path) -> None:  # noqa: F811
    desktop = make_restoring(seconds_a_tile=0.1)
    desktop.window.restore._take([folder])
    dialog_of(desktop)._go.click()
    wait_for(lambda: restores(desktop))
    desktop.host.die()
    desktop.engine.seconds_a_tile = 0.0
    wait_for(lambda: not dialog_of(desktop).runner.is_running)
    assert states(desktop) == ["failed", "done", "done", "done"]


def test_closing_the_window_in_the_middle_leaves_nothing_half_written(
    make_restoring: Make,  # noqa: F811
    folder: Path,
) -> None:
    desktop = make_restoring(seconds_a_tile=0.1)
    desktop.window.restore._take([folder])
    dialog_of(desktop)._go.click()
    wait_for(lambda: restores(desktop))
    desktop.studio.close()
    out = folder.parent / "scans-restored"
    found = [path.name for path in out.iterdir()] if out.is_dir() else []
    assert all(name.endswith("-clean.png") or name == "maquette-report.json" for name in found)
