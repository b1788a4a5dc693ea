"""Restore in the window, on an engine that grades every pixel halfway to grey."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop_app.engine.errors import FileError
from desktop_app.studio.restoration import Stroke
from desktop_app.studio.scratch import Scratch
from tests.fakes import write_restorer
from tests.ui.conftest import Desktop, wait_for
from tests.ui.restoring import (
    make_restoring,  # noqa: F401
    open_picture,
    pixels_of,
    restores,
    state_of,
    write_picture,
)

Make = Callable[..., Desktop]


@pytest.fixture
def opened(make_restoring: Make, tmp_path: Path) -> Desktop:  # noqa: F811
    """A picture that is clean."""
    desktop = make_restoring()
    open_picture(desktop, write_picture(tmp_path / "photo.png"))
    return desktop


def room_of(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.window.restore


def drop(room, *paths: Path) -> None:  # type: ignore[no-untyped-def]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    room.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, button, keys))


def half_grey(pixels: np.ndarray) -> np.ndarray:
    return ((pixels.astype(np.int64) + 127) // 2).astype(np.uint8)


# -- the room in the window ------------------------------------------------------------------------------------------


def test_an_empty_room_says_what_it_does(make_restoring: Make) -> None:  # noqa: F811
    desktop = make_restoring()
    room, actions = room_of(desktop), desktop.window.actions_by_id
    assert room._empty.button.text() == "Open a picture…"
    assert desktop.window.focusWidget() is room._empty.button
    assert not room.panel.isEnabled()
    assert [actions[name].isEnabled() for name in ("star", "reject", "crisp", "save", "fill")] == [False] * 3 + [
        True
    ] * 2
    titles = [card.text() for card in desktop.window.library._cards.buttons()]
    assert titles == ["Fake cleaning", "Fake grey cleaning", "Fake enlarging", "Fake filling in"]
    desktop.do("go-sample")
    assert [card.text() for card in desktop.window.library._cards.buttons()] == ["Fake digits"]
    assert not actions["fill"].isEnabled()
    assert "fake-denoise" not in [package.name for package in desktop.desk.packages]


def test_without_a_model_it_asks_for_one(make_desktop: Callable[..., Desktop]) -> None:
    desktop = make_desktop()
    desktop.do("go-restore")
    assert room_of(desktop)._empty.button.text() == "Import a model…"


# -- pictures come in ------------------------------------------------------------------------------------------------


def test_a_dropped_picture_is_cleaned(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop, path = make_restoring(), write_picture(tmp_path / "photo.png")
    room = room_of(desktop)
    drop(room, path)
    wait_for(lambda: room.session.is_whole)
    assert room.canvas.isVisible()
    assert (state_of(desktop).picture, state_of(desktop).package) == (str(path), "fake-denoise")
    assert desktop.desk.project.undo_label == "Open photo.png"
    assert (room.session.run.result == half_grey(pixels_of(path))).all()
    after = room.shown.layers.paint("after", (0, 0, 60, 40), (60, 40))
    assert (after == half_grey(pixels_of(path))).all()
    assert path.read_bytes() == path.read_bytes()


def test_a_grey_picture_gets_the_model_for_grey_and_a_colour_one_its_own_back(
    make_restoring: Make,  # noqa: F811
    tmp_path: Path,
) -> None:
    desktop = make_restoring()
    open_picture(desktop, write_picture(tmp_path / "grey.png", grey=True))
    assert state_of(desktop).package == "fake-denoise-grey"
    open_picture(desktop, write_picture(tmp_path / "colour.png"))
    assert state_of(desktop).package == "fake-denoise"


def test_a_bad_file_gets_a_sentence_and_what_was_open_stays(opened: Desktop, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    room, before = room_of(opened), state_of(opened)
    room.open_files([bad])
    wait_for(lambda: room.banner.sentence)
    assert "bad.png" in room.banner.sentence
    assert room.banner.tone == "error"
    assert state_of(opened) == before
    assert room.session.picture.photo.name == "photo.png"
    room.open_files([tmp_path / "gone.png"])
    wait_for(lambda: "gone.png" in room.banner.sentence)


def test_a_pasted_picture_becomes_a_file_of_its_own(make_restoring: Make) -> None:  # noqa: F811
    desktop = make_restoring()
    image = QImage(30, 20, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(image)
    desktop.do("paste")
    room = room_of(desktop)
    wait_for(lambda: room.session.picture is not None and room.session.is_whole)
    assert Path(state_of(desktop).picture).name.startswith("Pasted ")
    assert Path(state_of(desktop).picture).is_file()
    QGuiApplication.clipboard().setText("words")
    desktop.do("paste")
    assert "clipboard" in room.banner.sentence


def test_a_model_package_that_is_dropped_is_imported(opened: Desktop, tmp_path: Path) -> None:
    archive = tmp_path / "model.zip"
    archive.write_bytes(b"PK")
    drop(room_of(opened), archive)
    wait_for(lambda: "model.zip" in room_of(opened).banner.sentence)


def test_the_picture_is_there_again_after_a_restart(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    first, path = make_restoring(), write_picture(tmp_path / "photo.png")
    open_picture(first, path)
    first.studio.close()
    second = make_restoring()
    wait_for(lambda: room_of(second).session.is_whole)
    assert room_of(second).session.picture.photo.name == "photo.png"
    assert len(restores(second)) == 1
    second.studio.close()
    path.unlink()
    third = make_restoring()
    wait_for(lambda: "photo.png" in room_of(third).banner.sentence)
    assert room_of(third)._empty.isVisible()
    assert state_of(third).picture == str(path)


def test_a_file_that_has_changed_meanwhile_is_told(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    first, path = make_restoring(), write_picture(tmp_path / "photo.png")
    open_picture(first, path)
    first.studio.close()
    write_picture(path, seed=8)
    second = make_restoring()
    wait_for(lambda: room_of(second).session.is_whole)
    assert "changed" in room_of(second).banner.sentence


def test_a_step_back_closes_the_picture_and_one_forth_opens_it(opened: Desktop) -> None:
    room = room_of(opened)
    opened.do("undo")
    assert room.session.picture is None
    assert room._empty.isVisible()
    opened.do("redo")
    wait_for(lambda: room.session.is_whole)
    assert room.canvas.isVisible()


def test_a_step_back_to_a_picture_that_is_gone_never_shows_another_in_its_place(
    opened: Desktop, tmp_path: Path
) -> None:
    room = room_of(opened)
    open_picture(opened, write_picture(tmp_path / "second.png", seed=5))
    (tmp_path / "photo.png").unlink()
    for _ in range(2):
        opened.do("undo")
        wait_for(lambda: room.session.picture is None and not room.session.errands.is_busy)
        opened.do("redo")
        wait_for(lambda: room.session.is_whole)
        assert room.session.picture.photo.name == "second.png"
    opened.do("undo")
    assert "photo.png" in room.banner.sentence or room.session.picture is None
    assert room._empty.isVisible()


# -- what a slider does ----------------------------------------------------------------------------------------------


def test_strength_and_detail_call_no_model(opened: Desktop) -> None:
    room, served = room_of(opened), len(opened.engine.served)
    before = pixels_of(Path(state_of(opened).picture))
    for step in (0.8, 0.4, 0.0):
        room.panel.strength.strength.dragged.emit(step)
    assert (room.shown.layers.paint("after", (0, 0, 60, 40), (60, 40)) == before).all()
    room.panel.strength.settled.emit()
    room.panel.strength.detail.dragged.emit(0.5)
    assert len(opened.engine.served) == served
    assert (state_of(opened).strength, state_of(opened).detail) == (0.0, 0.5)
    opened.do("undo")
    opened.do("undo")
    assert (state_of(opened).strength, state_of(opened).detail) == (1.0, 0.0)
    assert room.panel.strength.strength.value == 1.0
    assert opened.desk.project.undo_label == "Open photo.png"


def test_local_strength_calls_no_model(opened: Desktop) -> None:
    room, served = room_of(opened), len(opened.engine.served)
    room.canvas.stroke_drawn.emit(Stroke(((30.0, 20.0),), 8.0, 0.0))
    after = room.shown.layers.paint("after", (0, 0, 60, 40), (60, 40))
    before = pixels_of(Path(state_of(opened).picture))
    assert np.abs(after[20, 30].astype(int) - before[20, 30]).max() <= 2
    assert (after[0, 0] == half_grey(before)[0, 0]).all()
    assert len(opened.engine.served) == served
    opened.do("clear-painted")
    assert state_of(opened).local == ()


# -- models ----------------------------------------------------------------------------------------------------------


def test_another_model_and_back_is_at_once(opened: Desktop) -> None:
    room = room_of(opened)
    opened.do("enlarge")
    wait_for(lambda: room.session.run.scale == 2 and room.session.is_whole)
    assert room.shown.layers.size == (120, 80)
    served = len(opened.engine.served)
    opened.do("clean")
    assert room.session.run.scale == 1
    assert room.session.is_whole
    assert len(opened.engine.served) == served
    opened.do("undo")
    assert room.shown.layers.size == (120, 80)
    assert len(opened.engine.served) == served


def test_a_card_of_the_library_chooses_the_model(opened: Desktop) -> None:
    opened.window.library.chosen.emit("fake-inpaint")
    assert state_of(opened).package == "fake-inpaint"
    assert room_of(opened).controls._models.currentText() == "Fake filling in"
    opened.window.library.chosen.emit("fake-digits")
    assert opened.window.rooms.name == "sample"
    opened.window.models.choose("fake-denoise")
    assert opened.window.rooms.name == "restore"


def test_a_model_that_cannot_take_the_picture_says_why(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    write_restorer(tmp_path / "desktop" / "models", "fake-sheets", title="Fake sheets", side=28)
    desktop = make_restoring()
    open_picture(desktop, write_picture(tmp_path / "photo.png"))
    room, served = room_of(desktop), len(restores(desktop))
    models = room.controls._models
    item = models.model().item(models.findText("Fake sheets"))
    assert not item.isEnabled()
    desktop.window.library.chosen.emit("fake-sheets")
    assert "“Fake sheets” cannot take this picture." in room.banner.sentence
    assert "60 × 40" in room.banner.sentence
    assert len(restores(desktop)) == served
    open_picture(desktop, write_picture(tmp_path / "sheet.png", size=(84, 56)))
    assert state_of(desktop).package == "fake-sheets"
    assert len(restores(desktop)) == served + 1


def test_no_room_for_the_result_can_be_tried_again(opened: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(opened)

    def full(*_: object) -> None:
        raise FileError("There is no room for a working copy of the picture.")

    with monkeypatch.context() as patch:
        patch.setattr(Scratch, "new", full)
        opened.do("enlarge")
        wait_for(lambda: "no room" in room.banner.sentence)
    assert not room.session.is_whole
    room.banner._button.click()
    wait_for(lambda: room.session.is_whole)
    assert room.session.run.scale == 2


# -- filling in ------------------------------------------------------------------------------------------------------


def test_filling_in_begins_with_the_brush_and_cleaning_without(opened: Desktop) -> None:
    room = opened.window.restore
    assert room.panel.brush.tool == "hand"
    room.choose_task("inpaint")
    wait_for(lambda: room.panel.brush.tool == "brush" and room.canvas.mode == "after")
    assert not room.panel.honest._title.isVisible()
    room.choose_task("denoise")
    wait_for(lambda: room.panel.brush.tool == "hand" and room.canvas.mode == "wipe")
    assert room.panel.honest._title.isVisible()


def test_what_is_painted_is_filled_in(opened: Desktop) -> None:
    room, path = room_of(opened), Path(state_of(opened).picture)
    opened.do("fill")
    assert room.canvas.mode == "after"
    wait_for(lambda: room.session.run is None)
    before, served = pixels_of(path), len(restores(opened))
    assert (room.shown.layers.paint("after", (0, 0, 60, 40), (60, 40)) == before).all()
    room.canvas.stroke_drawn.emit(Stroke(((30.0, 20.0),), 5.0, 1.0))
    wait_for(lambda: room.session.run is not None and room.session.is_whole)
    assert len(restores(opened)) == served + 1
    after = room.shown.layers.paint("after", (0, 0, 60, 40), (60, 40))
    assert (after[20, 30] == 255).all()
    opened.do("invert-mask")
    wait_for(lambda: room.session.is_whole and room.session.run.key.inverted)
    assert (room.session.run.result[0, 0] == 255).all()
    room.panel.brush.grow.dragged.emit(3.0)
    wait_for(lambda: room.session.is_whole and room.session.run.key.grow == 3)
    for _ in range(3):
        opened.do("undo")
    assert state_of(opened).mask == ()
    assert room.session.run is None
    assert (room.shown.layers.paint("after", (0, 0, 60, 40), (60, 40)) == before).all()


def test_only_tiles_whose_mask_has_changed_are_asked_for(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring()
    room = room_of(desktop)
    open_picture(desktop, write_picture(tmp_path / "large.png", size=(2400, 900)))
    desktop.do("fill")
    wait_for(lambda: room.session.run is None)
    for x, count in ((100.0, 1), (2300.0, 1)):
        served = len(restores(desktop))
        room.canvas.stroke_drawn.emit(Stroke(((x, 100.0),), 5.0, 1.0))
        wait_for(lambda: room.session.is_whole and room.session.run is not None)
        wait_for(lambda: len(room.session.run.key.mask) == len(state_of(desktop).mask))
        wait_for(lambda: room.session.is_whole)
        assert len(restores(desktop)) == served + count
    assert (room.session.run.result[100, 100] == 255).all()
    assert (room.session.run.result[100, 2300] == 255).all()


# -- the view first, the whole after it ------------------------------------------------------------------------------


def test_a_large_picture_is_done_where_one_looks_first(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring(seconds_a_tile=0.02)
    room = room_of(desktop)
    previews: list[object] = []
    room.session.preview_came.connect(previews.append)
    open_picture(desktop, write_picture(tmp_path / "large.png", size=(2400, 1800)))
    first = restores(desktop)[0]
    left, top, right, bottom = room.canvas.view.box
    assert room.canvas.zoom == 1.0
    assert first.window == (top, left, bottom, right)
    assert previews
    assert sum(1 for request in restores(desktop) if request.window is not None) >= 3
    assert (room.session.run.result == half_grey(pixels_of(tmp_path / "large.png"))).all()


def test_a_view_from_afar_is_a_preview_of_the_screens_size(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring(seconds_a_tile=0.05)
    room = room_of(desktop)
    room.open_files([write_picture(tmp_path / "large.png", size=(3000, 2400))])
    wait_for(lambda: room.session.run is not None)
    previews: list = []  # type: ignore[type-arg]
    room.session.preview_came.connect(previews.append)
    desktop.do("fit")
    wait_for(lambda: any(preview.is_reduced for preview in previews) or room.session.is_whole)
    reduced = [preview for preview in previews if preview.is_reduced]
    assert reduced
    assert reduced[0].box == (0, 0, 3000, 2400)
    height, width, _ = reduced[0].pixels.shape
    assert (width, height) == room.canvas.view.out
    wait_for(lambda: room.session.is_whole)


def test_it_can_be_stopped_and_gone_on_with(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring(seconds_a_tile=0.2)
    room, jobs = room_of(desktop), desktop.window.jobs
    room.open_files([write_picture(tmp_path / "large.png", size=(2400, 1800))])
    wait_for(lambda: jobs._work)
    assert "Cleaning · " in jobs._engine.text()
    wait_for(lambda: " left" in jobs._engine.text())
    assert not jobs._cancel.isHidden()
    jobs._cancel.click()
    assert room.banner.sentence == "Stopped. What is there stays."
    wait_for(lambda: jobs._engine.text() == "The engine is idle")
    assert not room.session.is_whole
    desktop.engine.seconds_a_tile = 0.0
    room.banner._button.click()
    wait_for(lambda: room.session.is_whole)


def test_the_engine_may_die_in_the_middle(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring()
    room, hang = room_of(desktop), threading.Event()
    desktop.engine.hang = hang
    room.open_files([write_picture(tmp_path / "photo.png")])
    wait_for(lambda: restores(desktop))
    desktop.host.die()
    wait_for(lambda: room.banner.sentence)
    assert "engine ended" in room.banner.sentence
    wait_for(lambda: room.session.is_whole)
    assert len(restores(desktop)) == 2
    open_picture(desktop, write_picture(tmp_path / "next.png", seed=9))


# -- saving ----------------------------------------------------------------------------------------------------------


def test_it_is_saved_beside_the_original(opened: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def choose(_parent, _title, suggested, filters, chosen):  # type: ignore[no-untyped-def]
        asked.append(suggested)
        return suggested, chosen

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    original = (tmp_path / "photo.png").read_bytes()
    opened.do("save")
    wait_for(lambda: room_of(opened).banner.sentence.startswith("Saved as"))
    assert asked == [str(tmp_path / "photo-clean.png")]
    assert (pixels_of(tmp_path / "photo-clean.png") == half_grey(pixels_of(tmp_path / "photo.png"))).all()
    assert (tmp_path / "photo.png").read_bytes() == original
    opened.do("export")
    wait_for(lambda: (tmp_path / "photo-clean-2.png").is_file())


def test_the_original_is_not_replaced_without_a_word(opened: Desktop, tmp_path: Path) -> None:
    room, path = room_of(opened), tmp_path / "photo.png"
    before = pixels_of(path)
    room.saver.save(path)
    assert "is the original" in room.banner.sentence
    assert (pixels_of(path) == before).all()
    room.banner._button.click()
    wait_for(lambda: room.banner.sentence.startswith("Saved as"))
    assert (pixels_of(path) == half_grey(before)).all()


def test_a_name_that_no_picture_can_have_and_a_folder_that_is_none(opened: Desktop, tmp_path: Path) -> None:
    room = room_of(opened)
    room.saver.save(tmp_path / "photo.docx")
    assert "cannot be saved as “photo.docx”" in room.banner.sentence
    room.saver.save(tmp_path / "photo.png" / "photo-clean.png")
    wait_for(lambda: room.banner.tone == "error" and "photo-clean.png" in room.banner.sentence)
    assert [p.name for p in tmp_path.iterdir() if "clean" in p.name] == []


def test_saving_waits_for_the_whole(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring(seconds_a_tile=0.1)
    room = room_of(desktop)
    room.open_files([write_picture(tmp_path / "large.png", size=(1300, 900))])
    wait_for(lambda: room.session.run is not None)
    room.saver.save(tmp_path / "out.png")
    assert "as soon as" in room.banner.sentence
    wait_for(lambda: (tmp_path / "out.png").is_file())
    assert (pixels_of(tmp_path / "out.png") == half_grey(pixels_of(tmp_path / "large.png"))).all()


def test_what_was_painted_last_is_saved(make_restoring: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_restoring()
    room = room_of(desktop)
    open_picture(desktop, write_picture(tmp_path / "photo.png"))
    desktop.do("fill")
    for number, x in enumerate((10.0, 50.0)):
        room.canvas.stroke_drawn.emit(Stroke(((x, 20.0),), 4.0, 1.0))
        room.saver.save(tmp_path / f"filled {number}.png")
        wait_for(lambda: room.session.is_whole)
        wait_for(lambda: (tmp_path / f"filled {number}.png").is_file())  # noqa: B023
    made = pixels_of(tmp_path / "filled 1.png")
    assert (made[20, [10, 50]] == 255).all()


def test_the_result_can_be_copied(opened: Desktop) -> None:
    opened.do("copy")
    wait_for(lambda: room_of(opened).banner.sentence == "The result is copied.")
    image = QGuiApplication.clipboard().image()
    expected = half_grey(pixels_of(Path(state_of(opened).picture)))[3, 7]
    colour = image.pixelColor(7, 3)
    assert [colour.red(), colour.green(), colour.blue()] == list(expected)


# -- how far to trust it ---------------------------------------------------------------------------------------------


def test_what_was_taken_away_is_told(opened: Desktop) -> None:
    honest, strength = room_of(opened).panel.honest, room_of(opened).panel.strength
    wait_for(lambda: honest._removed.text())
    assert "σ = " in honest._removed.text()
    assert honest._invented.text()
    wait_for(lambda: strength._noise.text())
    assert strength._noise.text().startswith("Noise found: σ ≈ ")
    opened.do("fill")
    assert honest._removed.text() == ""
    assert honest.test.isHidden()


def test_the_model_is_tested_on_noise_that_is_known(opened: Desktop) -> None:
    honest, strength = room_of(opened).panel.honest, room_of(opened).panel.strength
    wait_for(lambda: strength._noise.text() and honest._removed.text())  # how noisy it is decides what is tested on
    served = len(restores(opened))
    opened.do("self-test")
    assert honest.test.text() == "Stop the test"
    wait_for(lambda: honest._told.text())
    assert honest.test.text() == "Test it on this picture"
    assert len(restores(opened)) == served + 1
    assert "added to the cleaned picture" in honest._told.text()
    cells = [honest._grid.itemAtPosition(row, 0).widget().text() for row in range(2)]
    assert cells == ["", "With the noise"]
    opened.do("enlarge")
    assert honest._told.text() == ""


def test_the_test_can_be_stopped(opened: Desktop) -> None:
    room = room_of(opened)
    opened.engine.seconds_a_tile = 0.3
    opened.do("self-test")
    room.panel.honest.test.click()
    assert not room.trust.trial.is_running
    opened.engine.seconds_a_tile = 0.0
    opened.do("self-test")
    wait_for(lambda: room.panel.honest._told.text())


# -- hands and keys --------------------------------------------------------------------------------------------------


def test_a_key_shows_the_original_while_it_is_held(opened: Desktop) -> None:
    room = room_of(opened)
    room.canvas.setFocus()
    QTest.keyPress(room.canvas, Qt.Key.Key_Backslash)
    assert room.canvas.state.is_held
    QTest.keyRelease(room.canvas, Qt.Key.Key_Backslash)
    assert not room.canvas.state.is_held
    room.panel.strength.strength.setFocus()
    QTest.keyPress(room.panel.strength.strength.focusProxy(), Qt.Key.Key_Backslash)
    assert room.canvas.state.is_held
    opened.do("go-sample")
    assert not room.canvas.state.is_held


def test_views_and_tools_have_keys(opened: Desktop) -> None:
    room = room_of(opened)
    opened.do("next-view")
    assert room.canvas.mode == "side"
    opened.do("previous-view")
    opened.do("previous-view")
    assert room.canvas.mode == "invented"
    opened.do("wipe")
    assert room.canvas.mode == "wipe"
    assert room.controls._modes.checkedId() == 0
    opened.do("lens")
    assert room.canvas.is_lens_on
    opened.do("brush")
    radius = room.canvas.state.brush.radius
    opened.do("brush-larger")
    assert room.canvas.state.brush.tool == "brush"
    assert room.canvas.state.brush.radius > radius
    opened.do("hand")
    assert room.canvas.state.brush.tool == "hand"


def test_the_panel_beside_the_picture_can_be_hidden(opened: Desktop) -> None:
    window, room = opened.window, room_of(opened)
    assert room.panel.isVisible()
    assert not window.inspector.isVisible()
    opened.do("inspector")
    assert not room.panel.isVisible()
    opened.do("go-sample")
    assert window.inspector.isVisible()
    opened.do("go-restore")
    assert not room.panel.isVisible()


def test_a_brush_drag_is_one_step(opened: Desktop) -> None:
    room = room_of(opened)
    opened.do("brush")
    middle = room.canvas.rect().center() + QPoint(-90, -60)
    QTest.mousePress(room.canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(room.canvas, middle + QPoint(30, 5))
    QTest.mouseRelease(room.canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(30, 5))
    assert len(state_of(opened).local) == 1
    assert opened.desk.project.undo_label == "Paint strength"


def test_a_step_back_in_another_workspace_says_where(opened: Desktop) -> None:
    room_of(opened).panel.strength.strength.dragged.emit(0.3)
    opened.do("go-sample")
    opened.do("undo")
    assert opened.room.banner.sentence == "Undone: Strength, in Restore."
    opened.room.banner._button.click()
    assert opened.window.rooms.name == "restore"
    opened.do("go-sample")
    opened.do("reroll")
    opened.do("go-restore")
    opened.do("undo")
    assert room_of(opened).banner.sentence == "Undone: Re-roll, in Sample."
    opened.do("go-sample")
    opened.do("star")
    opened.do("go-restore")
    opened.do("undo")
    assert room_of(opened).banner.sentence == "Undone: Star, in Sample."


def test_a_slider_does_not_paint_the_strokes_anew(opened: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop_app.ui.restore import overlay

    room, drawn = room_of(opened), []
    made = overlay.local_map
    monkeypatch.setattr(overlay, "local_map", lambda *given: drawn.append(given) or made(*given))
    room.panel.brush.choose("brush")
    room.canvas.stroke_drawn.emit(Stroke(((30.0, 20.0),), 5.0, 0.5))
    wait_for(lambda: bool(drawn))
    room.canvas.grab()
    before = len(drawn)
    for strength in (0.9, 0.5, 0.2):
        room.panel.strength.strength.dragged.emit(strength)
        room.canvas.grab()
    assert state_of(opened).strength == 0.2
    assert len(drawn) == before
