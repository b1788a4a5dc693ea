"""Explain in the window, on an engine that takes a picture for the class of its mean."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.requests import Classify, Explain
from desktop_app.studio.explaining import make_subject, pixels_of
from desktop_app.studio.recipe import EXPLANATION_CHUNK
from tests.fakes import picture, write_classifier
from tests.ui.conftest import Desktop, wait_for
from tests.ui.explaining import (
    asked,
    is_explained,
    make_explaining,  # noqa: F401
    open_pictures,
    send,
    state_of,
    write_drawing,
)

Make = Callable[..., Desktop]


@pytest.fixture
def judged(make_explaining: Make) -> Desktop:  # noqa: F811
    """Three designs, the first of them explained."""
    desktop = make_explaining()
    send(desktop, 4, 6)
    return desktop


def room_of(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.window.explain


def drop(room, *paths: Path) -> None:  # type: ignore[no-untyped-def]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    room.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, button, keys))


# -- the room in the window ------------------------------------------------------------------------------------------


def test_an_empty_room_invites(make_explaining: Make) -> None:  # noqa: F811
    desktop = make_explaining()
    room, actions = room_of(desktop), desktop.window.actions_by_id
    assert room._empty.button.text() == "Open pictures…"
    assert desktop.window.focusWidget() is room._empty.button
    assert not room.panel._body.isVisible()
    assert not room.controls.save.isEnabled()
    assert [actions[name].isEnabled() for name in ("star", "vary", "fill", "map-both", "paste")] == [False] * 3 + [
        True
    ] * 2
    assert [card.text() for card in desktop.window.library._cards.buttons()] == ["Fake judge"]
    assert asked(desktop) == []


def test_without_a_classifier_it_asks_for_one(make_desktop: Callable[..., Desktop], tmp_path: Path) -> None:
    desktop = make_desktop()
    wait_for(desktop.has_pictures)
    desktop.canvas.select_only(3)
    desktop.do("to-explain")
    assert "Import a classifier first" in desktop.room.banner.sentence
    desktop.do("go-explain")
    room = room_of(desktop)
    assert room._empty.button.text() == "Import a model…"
    drop(room, write_drawing(tmp_path / "a.png"))
    assert "Import one first" in room.banner.sentence


# -- designs come in ---------------------------------------------------------------------------------------------------


def test_designs_are_sent_and_the_first_is_explained(judged: Desktop) -> None:
    room, state = room_of(judged), state_of(judged)
    assert [s.name for s in state.subjects] == ["Tile 4", "Tile 5", "Tile 6"]
    assert [s.asked for s in state.subjects] == ["4", "5", "6"]
    design = state.subjects[0].design
    assert np.array_equal(pixels_of(state.subjects[0]), picture(design))
    seen = int(picture(design).mean()) % 10
    assert f"{seen}, 85.8" in room.panel._verdict.text()
    assert room.panel._asked.text().startswith("It was asked for a 4")
    assert room.panel._why.text().startswith("Why a")
    assert "Covering the same shape elsewhere" in room.panel._trial.text()
    assert judged.desk.project.undo_label == "Explain 3 designs"
    wait_for(lambda: all(button.thumb.seen for button in room.row.thumbs))
    assert len(asked(judged)) == 1  # the others are classified, not explained
    assert room.row.isVisible()


def test_a_class_that_was_not_asked_for_is_marked(judged: Desktop) -> None:
    room = room_of(judged)
    wait_for(lambda: all(button.thumb.seen for button in room.row.thumbs))
    for button, subject in zip(room.row.thumbs, state_of(judged).subjects, strict=True):
        assert button.thumb.differs == (button.thumb.seen != subject.asked)
        assert ("not what it was asked for" in button.accessibleName()) == button.thumb.differs
    (asked_for,) = [bar for bar in room.panel.bars.bars if bar.row.asked]
    assert asked_for.row.name == "4"


def test_the_same_design_is_not_asked_about_twice(judged: Desktop) -> None:
    send(judged, 5)
    assert [s.name for s in state_of(judged).subjects] == ["Tile 4", "Tile 5", "Tile 6"]
    assert state_of(judged).current == 1
    judged.do("previous-picture")
    wait_for(lambda: is_explained(judged))
    assert len(asked(judged)) == 2


def test_the_design_that_is_large_comes_alone(make_explaining: Make) -> None:  # noqa: F811
    desktop = make_explaining()
    desktop.do("go-sample")
    desktop.canvas.select_only(2)
    desktop.canvas._select(desktop.canvas._selection.extended(5))
    desktop.room.open_large()
    desktop.do("to-explain")
    wait_for(lambda: is_explained(desktop))
    assert [s.name for s in state_of(desktop).subjects] == ["Tile 5"]


def test_a_classifiers_card_leads_here(make_explaining: Make) -> None:  # noqa: F811
    desktop = make_explaining(judges=2)
    desktop.do("go-sample")
    desktop.window.models.choose("fake-judge-two")
    assert desktop.window.rooms.name == "explain"
    assert desktop.window.commands.explain_desk.package.name == "fake-judge-two"


def test_a_narrow_window_keeps_every_control(judged: Desktop) -> None:
    from tests.ui.test_accessibility import cut_texts

    judged.window.resize(720, 560)
    wait_for(lambda: judged.window.width() == 720)
    controls = room_of(judged).controls
    wait_for(lambda: all("Save" in text for text in cut_texts(controls)))  # that one has its icon alone
    assert not controls._name.isVisible()
    assert controls.save.x() + controls.save.width() <= controls.width()


def test_a_design_of_blend_comes_too(make_explaining: Make) -> None:  # noqa: F811
    desktop = make_explaining()
    desktop.do("go-blend")
    desktop.do("fill-pad")
    desktop.window.blend.pad.pin_moved.emit(0.3, 0.4)
    wait_for(lambda: desktop.window.blend.pictures.is_settled)
    desktop.do("to-explain")
    wait_for(lambda: is_explained(desktop))
    (subject,) = state_of(desktop).subjects
    assert (subject.name, subject.asked) == ("Blend", "")
    assert not room_of(desktop).row.isVisible()
    assert not room_of(desktop).panel._asked.isVisible()


def test_a_design_goes_to_the_classifier_of_its_own_data(make_desktop: Callable[..., Desktop], tmp_path: Path) -> None:
    from desktop_app.engine.manifest import TrainingData
    from desktop_app.engine.packages import MANIFEST

    models = tmp_path / "desktop" / "models"
    write_classifier(models, "a-clothes", title="A clothes", data="clothes")
    write_classifier(models, "b-digits", title="B digits", data="digits")
    desktop = make_desktop(show=False)
    manifest = desktop.desk.packages[0].manifest
    learned = msgspec.structs.replace(manifest, training_data=(TrainingData("digits", "CC0", 9, "0" * 64),))
    (desktop.desk.packages[0].folder / MANIFEST).write_bytes(msgspec.json.encode(learned))
    desktop.desk.read_library()
    desktop.window.show()
    wait_for(desktop.has_pictures)
    send(desktop, 2)
    assert state_of(desktop).package == "b-digits"
    desktop.window.models.choose("a-clothes")
    assert (state_of(desktop).package, len(state_of(desktop).subjects)) == ("a-clothes", 1)
    wait_for(lambda: is_explained(desktop))
    assert {request.package.folder.rsplit("/", 1)[1] for request in asked(desktop)} == {"a-clothes", "b-digits"}
    desktop.do("undo")
    assert state_of(desktop).package == "b-digits"


# -- pictures come in --------------------------------------------------------------------------------------------------


def test_dropped_pictures_are_fitted_and_what_was_done_is_told(make_explaining: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_explaining()
    room = room_of(desktop)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    drop(room, write_drawing(tmp_path / "a.png"), tmp_path / "broken.png", write_drawing(tmp_path / "b.png", ink=90))
    wait_for(lambda: is_explained(desktop))
    assert [s.name for s in state_of(desktop).subjects] == ["a.png", "b.png"]
    assert "“broken.png” is damaged" in room.banner.sentence
    assert room.banner.tone == "error"
    assert "Of its 60 × 40 pixels, 40 × 40 are used." in room.panel._notes.text()
    assert "light and dark were swapped" in room.panel._notes.text()
    assert room.panel.crop.isVisible()
    assert room.controls._name.text() == "a.png"


def test_nothing_depends_on_the_file_once_it_is_in(make_explaining: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_explaining()
    path = write_drawing(tmp_path / "a.png")
    open_pictures(desktop, path)
    before = state_of(desktop)
    path.unlink()
    desktop.studio.close()
    again = make_explaining()
    assert state_of(again) == before
    wait_for(lambda: is_explained(again))
    room = room_of(again)
    assert not room.panel.crop.isEnabled()
    assert "open the file again" in room.panel.crop.toolTip()
    again.do("other-part")
    assert room.crop_dialog is None


def test_another_part_is_chosen(make_explaining: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_explaining()
    open_pictures(desktop, write_drawing(tmp_path / "a.png"), write_drawing(tmp_path / "b.png", ink=90))
    room, before = room_of(desktop), state_of(desktop).subjects
    desktop.do("other-part")
    dialog = room.crop_dialog
    wait_for(lambda: dialog._subject is not None)
    assert dialog.swap.isChecked()
    dialog.crop.take_whole()
    wait_for(lambda: "more around it" in dialog._notes.text())
    dialog._use.click()
    assert room.crop_dialog is None
    after = state_of(desktop).subjects
    assert (after[0].pixels != before[0].pixels, after[1]) == (True, before[1])
    assert state_of(desktop).current == 0
    wait_for(lambda: is_explained(desktop))
    desktop.do("undo")
    assert state_of(desktop).subjects == before


def test_a_picture_is_pasted(make_explaining: Make) -> None:  # noqa: F811
    desktop = make_explaining()
    room = room_of(desktop)
    QGuiApplication.clipboard().clear()
    desktop.do("paste")
    assert "no picture on the clipboard" in room.banner.sentence
    image = QImage(31, 20, QImage.Format.Format_RGB32)  # rows that are no multiple of anything
    image.fill(Qt.GlobalColor.black)
    image.setPixelColor(15, 10, Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(image)
    desktop.do("paste")
    wait_for(lambda: is_explained(desktop))
    (subject,) = state_of(desktop).subjects
    assert (subject.name, subject.shape) == ("Pasted picture", (28, 28, 1))
    assert pixels_of(subject).max() > 100
    QGuiApplication.clipboard().clear()


def test_a_dropped_model_is_no_picture(make_explaining: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_explaining()
    told: list[str] = []
    room_of(desktop).file_dropped.disconnect()
    room_of(desktop).file_dropped.connect(told.append)
    package = write_classifier(tmp_path / "elsewhere", "new-judge")
    drop(room_of(desktop), package.folder)
    assert told == [str(package.folder)]


# -- questions ---------------------------------------------------------------------------------------------------------


def test_a_digit_asks_why_and_what_is_known_answers_at_once(judged: Desktop) -> None:
    room, served = room_of(judged), len(asked(judged))
    for key in (Qt.Key.Key_8, Qt.Key.Key_0):
        QTest.keyClick(room.canvas, key)
    assert state_of(judged).label == 0
    assert room.panel._why.text() == "Why not a 0?"
    assert "for a 0" in room.canvas._scene.maps[0].title
    (chosen,) = [bar.row.name for bar in room.panel.bars.bars if bar.isChecked()]
    assert chosen == "0"
    assert len(asked(judged)) == served
    judged.do("why-top")
    assert state_of(judged).label is None
    assert room.panel._why.text().startswith("Why a")
    judged.do("undo")
    assert state_of(judged).label == 0


def test_pressing_a_bar_asks_too_and_the_question_goes_along_the_row(judged: Desktop) -> None:
    room = room_of(judged)
    next(bar for bar in room.panel.bars.bars if bar.row.name == "3").click()
    assert state_of(judged).label == 3
    judged.do("next-picture")
    assert (state_of(judged).current, state_of(judged).label) == (1, 3)
    wait_for(lambda: is_explained(judged))
    assert "for a 3" in room.canvas._scene.maps[0].title


def test_maps_are_chosen_by_key_and_their_strength_is_one_step(judged: Desktop) -> None:
    room = room_of(judged)
    for key, shown, count in ((Qt.Key.Key_O, "occlusion", 1), (Qt.Key.Key_B, "both", 2), (Qt.Key.Key_N, "none", 1)):
        QTest.keyClick(judged.window, key)
        assert state_of(judged).shown == shown
        assert len(room.canvas._scene.maps) == count
    assert not room.panel._trial.isVisible()
    assert not room.controls.opacity.isEnabled()
    judged.do("map-activation")
    for _ in range(3):
        judged.do("map-fainter")
    assert state_of(judged).opacity == pytest.approx(0.5)
    judged.do("undo")
    assert state_of(judged).opacity == pytest.approx(0.8)


def test_the_original_is_seen_while_it_is_held(judged: Desktop) -> None:
    room = room_of(judged)
    room.canvas.setFocus()
    QTest.keyPress(room.canvas, Qt.Key.Key_Backslash)
    assert room.canvas.is_plain
    QTest.keyRelease(room.canvas, Qt.Key.Key_Backslash)
    assert not room.canvas.is_plain
    middle = room.canvas._layout.sides[0].picture.center().toPoint()
    QTest.mousePress(room.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert room.canvas.is_plain
    QTest.mouseRelease(room.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert not room.canvas.is_plain


def test_a_place_is_read_with_the_mouse_and_with_the_keys(judged: Desktop) -> None:
    canvas = room_of(judged).canvas
    place, element = canvas._layout.sides[0].picture, canvas._layout.element
    spot = QPoint(round(place.x() + 3.5 * element), round(place.y() + 5.5 * element))
    QTest.mouseMove(canvas, spot)
    wait_for(lambda: canvas.cursor_spot == (5, 3))
    assert canvas.readout.startswith("Row 6, column 4: covering it costs ")
    assert canvas.accessibleDescription() == canvas.readout
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.cursor_spot == (9, 4)
    for _ in range(20):
        QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.cursor_spot == (27, 4)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.cursor_spot is None


def test_pictures_are_taken_out_of_the_row(judged: Desktop) -> None:
    judged.do("next-picture")
    judged.do("remove-picture")
    assert [s.name for s in state_of(judged).subjects] == ["Tile 4", "Tile 6"]
    judged.do("clear-row")
    room = room_of(judged)
    assert room._stack.currentWidget() is room._empty
    judged.do("undo")
    assert len(state_of(judged).subjects) == 2


def test_a_step_in_another_workspace_is_told_with_a_way_there(judged: Desktop) -> None:
    judged.do("next-picture")
    judged.do("go-sample")
    judged.do("undo")
    assert "in Explain" in judged.room.banner.sentence


# -- slow, and when it fails -------------------------------------------------------------------------------------------


def test_bars_come_before_occlusion_and_its_progress_is_told(judged: Desktop) -> None:
    room = room_of(judged)
    judged.do("map-occlusion")
    key = room._package.sha256, room.subject.pixels
    answer = room.jobs._answers[key]
    room.jobs._answers[key] = type(answer)(answer.probabilities, answer.every)
    room.jobs._asked, room.jobs._share = key, 0.25
    room._show()
    assert room.canvas._scene.maps[0].waiting == "Covering one part after the other… 25 %"
    assert room.panel._verdict.text().startswith("It sees")


def test_a_failure_is_told_and_tried_again(make_explaining: Make, tmp_path: Path) -> None:  # noqa: F811
    desktop = make_explaining()
    desktop.engine.failures = [DeviceError("It answered NaN.")]
    room = room_of(desktop)
    room.take_files([write_drawing(tmp_path / "a.png")])
    wait_for(lambda: "NaN" in room.banner.sentence)
    assert room.banner.tone == "error"
    assert room.panel._verdict.text() == "Looking…"
    assert not room.controls.save.isEnabled()
    room.banner._on_act()
    wait_for(lambda: is_explained(desktop))


def test_an_engine_that_dies_is_asked_again(judged: Desktop) -> None:
    room = room_of(judged)
    judged.host.die()
    wait_for(lambda: judged.host.starts == 2 and room.banner.asks)
    judged.do("next-picture")
    wait_for(lambda: is_explained(judged))


def test_a_classifier_that_is_gone_leaves_the_row(judged: Desktop) -> None:
    import shutil

    shutil.rmtree(judged.folder / "models" / "fake-judge")
    write_classifier(judged.folder / "models", "fake-judge-two")
    judged.desk.read_library()
    room = room_of(judged)
    assert room._stack.currentWidget() is room._empty
    assert "“fake-judge” is not here" in room._empty._text.text()
    judged.window.models.choose("fake-judge-two")
    wait_for(lambda: is_explained(judged))
    assert len(state_of(judged).subjects) == 3


def test_a_picture_fitted_to_another_version_stops_nothing(judged: Desktop) -> None:
    room, state = room_of(judged), state_of(judged)
    small = make_subject("small", np.zeros((9, 9, 1), np.uint8))
    wished = msgspec.structs.replace(state, subjects=(*state.subjects, small))
    judged.desk.change("Row", msgspec.structs.replace(judged.desk.state, explain=wished))
    wait_for(lambda: is_explained(judged))
    assert room.row.thumbs[-1].thumb.seen == ""


# -- taken away --------------------------------------------------------------------------------------------------------


def test_an_explanation_is_saved_with_its_recipe(
    judged: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[str] = []

    def choose(_parent, _title: str, name: str, _filter: str) -> tuple[str, str]:  # type: ignore[no-untyped-def]
        proposed.append(Path(name).name)
        return str(tmp_path / "why.png"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    judged.do("save")
    wait_for(lambda: "Saved as" in room_of(judged).banner.sentence)
    assert proposed[0].startswith("fake-digits-Tile-4_why-")
    with Image.open(tmp_path / "why.png") as image:
        recipe = json.loads(image.text[EXPLANATION_CHUNK])
        assert image.size[0] > 1500
    assert (recipe["classifier"], recipe["name"], recipe["map"]) == ("fake-judge", "Tile 4", "occlusion")
    assert recipe["design"]["index"] == 4
    judged.desk.settings.set("write_recipe", False)
    judged.do("export")
    wait_for(lambda: b"iTXt" not in (tmp_path / "why.png").read_bytes())


def test_an_explanation_is_copied(judged: Desktop) -> None:
    judged.do("copy")
    assert QGuiApplication.clipboard().image().width() > 1500
    assert "on the clipboard" in room_of(judged).banner.sentence


def test_the_room_in_the_background_asks_nothing(judged: Desktop) -> None:
    room = room_of(judged)
    judged.do("go-sample")
    before = len(asked(judged, Explain)), len(asked(judged, Classify))
    unknown = make_subject("new", np.full((28, 28, 1), 9, np.uint8))
    row = msgspec.structs.replace(state_of(judged), subjects=(unknown,), current=0)
    room.show_project(msgspec.structs.replace(judged.desk.state, explain=row), room._package, {})
    room._show()
    assert (len(asked(judged, Explain)), len(asked(judged, Classify))) == before
    assert not room.jobs._asked
