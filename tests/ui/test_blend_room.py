"""The Blend workspace on a fake engine: what a designer does, and what they see of it."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Design, Learn, Part, Place, Push, Sample
from desktop_app.studio import blend as blends
from desktop_app.studio import recipe
from desktop_app.ui.blend.blend_wishes import FIRST_PIN
from desktop_app.ui.blend.pad_canvas import PIN
from desktop_app.ui.shell.workspaces import BLEND, SAMPLE
from tests.fakes import FakeEngine, picture
from tests.ui.conftest import Desktop, wait_for

Make = Callable[..., Desktop]


@pytest.fixture
def blending(make_desktop: Make) -> Desktop:
    """A window in Blend with four designs on the pad."""
    desktop = make_desktop(packages=2)
    wait_for(desktop.has_pictures)  # the engine has nothing else to do
    desktop.do("go-blend")
    desktop.do("fill-pad")
    wait_for(lambda: desktop.window.blend.pictures.is_settled)
    return desktop


def room(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.window.blend


def state(desktop: Desktop) -> blends.BlendState:
    return desktop.desk.state.blend


def press(desktop: Desktop, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(room(desktop).pad, key, modifiers)


def spot(desktop: Desktop, point: tuple[float, float]) -> QPoint:
    return QPointF(*room(desktop).pad.geometry_now.to_view(point)).toPoint()


def move_held(desktop: Desktop, point: tuple[float, float]) -> None:
    """The mouse with its button down; QTest.mouseMove tells of no button."""
    pad = room(desktop).pad
    position = QPointF(spot(desktop, point))
    none = Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    pad.mouseMoveEvent(
        QMouseEvent(
            QMouseEvent.Type.MouseMove, position, pad.mapToGlobal(position), Qt.MouseButton.NoButton, left, none
        )
    )


def drag(desktop: Desktop, *points: tuple[float, float]) -> None:
    pad = room(desktop).pad
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=spot(desktop, points[0]))
    for point in points[1:]:
        move_held(desktop, point)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=spot(desktop, points[-1]))


def drop(desktop: Desktop, path: Path, at: QPointF | None = None) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none = Qt.KeyboardModifier.NoModifier
    position = at or QPointF(5, 5)
    event = QDropEvent(position, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    desktop.window.rooms.currentWidget().dropEvent(event)


def shown(desktop: Desktop) -> np.ndarray:
    return room(desktop).live.view._pixels


# -- the first minute ------------------------------------------------------------------------------------------------


def test_an_empty_canvas_teaches_and_fills_itself_at_one_press(make_desktop: Make) -> None:
    desktop = make_desktop()
    desktop.do("go-blend")
    assert room(desktop).canvas.currentWidget() is room(desktop).canvas.empty
    assert "press B" in room(desktop).canvas.empty._text.text()
    room(desktop).canvas.empty._button.click()
    anchors = state(desktop).anchors
    assert len(anchors) == 4
    assert len({anchor.design.label for anchor in anchors}) == 4
    assert state(desktop).package == "fake-digits"
    wait_for(lambda: room(desktop).pictures.is_settled)
    assert room(desktop).canvas.currentWidget() is room(desktop).pad


def test_the_picture_under_the_pin_is_that_of_the_mix(blending: Desktop) -> None:
    design = blends.current(state(blending))
    assert len(design.place.parts) == 4
    wait_for(lambda: shown(blending) is not None)
    assert np.array_equal(shown(blending), room(blending).store.pixels(room(blending).focus_tile().key))


def test_on_an_anchor_the_picture_is_that_design_to_the_pixel(blending: Desktop) -> None:
    pad = room(blending).pad
    QTest.mouseDClick(pad, Qt.MouseButton.LeftButton, pos=spot(blending, (0.08, 0.08)))
    assert room(blending).design == state(blending).anchors[0].design
    wait_for(lambda: room(blending).pictures.is_settled)
    assert np.array_equal(shown(blending), picture(state(blending).anchors[0].design))
    assert room(blending).live._words.text() == "Exactly A"


# -- dragging --------------------------------------------------------------------------------------------------------


def test_a_dragged_pin_asks_for_one_design_and_never_for_the_lattice(blending: Desktop) -> None:
    before = len(blending.engine.served)
    drag(blending, FIRST_PIN, (0.4, 0.4), (0.3, 0.35))
    wait_for(lambda: room(blending).pictures.is_settled)
    asked = [request for request in blending.engine.served[before:] if isinstance(request, Sample)]
    assert asked
    assert all(len(request.designs) == 1 for request in asked)
    assert state(blending).pin == pytest.approx((0.3, 0.35), abs=0.01)


def test_a_drag_is_one_step_to_undo(blending: Desktop) -> None:
    drag(blending, FIRST_PIN, (0.4, 0.4), (0.3, 0.35), (0.2, 0.2))
    drag(blending, state(blending).pin, (0.7, 0.7))
    blending.do("undo")
    assert state(blending).pin == pytest.approx((0.2, 0.2), abs=0.01)
    blending.do("undo")
    assert state(blending).pin == FIRST_PIN


def test_a_moved_anchor_asks_for_the_lattice_again(blending: Desktop) -> None:
    before = [tile.design for tile in room(blending).canvas.cell_tiles]
    drag(blending, (0.08, 0.08), (0.2, 0.3), (0.3, 0.3))
    assert (state(blending).anchors[0].x, state(blending).anchors[0].y) == pytest.approx((0.3, 0.3), abs=0.01)
    wait_for(lambda: room(blending).pictures.is_settled)
    after = [tile.design for tile in room(blending).canvas.cell_tiles]
    assert len(after) == 25
    assert before != after
    assert all(room(blending).store.has(tile.key) for tile in room(blending).canvas.cell_tiles)


def test_pictures_stay_until_newer_ones_are_there(blending: Desktop) -> None:
    blending.window.grab()
    last = shown(blending)
    blending.engine.hang = threading.Event()
    room(blending).pad.anchor_moved.emit(0, 0.4, 0.4)
    scene = room(blending).pad.scene()
    assert all(image is not None for image in scene.cells)
    assert np.array_equal(shown(blending), last)
    blending.engine.hang.set()
    blending.engine.hang = None
    wait_for(lambda: room(blending).pictures.is_settled)


def test_a_hand_that_never_rests_sees_pictures_all_the_same(make_desktop: Make) -> None:
    """The picture of a place that the pin has passed is shown while the newest one is on its way."""
    desktop = make_desktop(FakeEngine(seconds_a_tile=0.03))
    desktop.do("go-blend")
    desktop.do("fill-pad")
    wait_for(lambda: room(desktop).pictures.is_settled)
    seen: set[int] = set()
    numbers = iter(range(1, 10_000))

    def go_on() -> bool:
        room(desktop).pad.pin_moved.emit(0.2 + 0.0005 * next(numbers), 0.4)
        seen.add(hash(shown(desktop).tobytes()))
        return len(seen) > 4

    wait_for(go_on)


def test_thousands_of_places_of_the_pin_leave_the_memory_as_it_is(blending: Desktop) -> None:
    from desktop_app.ui.blend.blend_room import CACHE

    used = blending.room.store.used
    rng = np.random.default_rng(0)
    for number in range(6000):
        design = blends.at_pad(state(blending), (number / 6000, 0.4))
        room(blending).store.put((room(blending)._package.sha256, design), rng.integers(0, 255, (28, 28, 1), np.uint8))
    assert room(blending).store.used <= CACHE / 2
    assert blending.room.store.used == used


# -- keys ------------------------------------------------------------------------------------------------------------


def test_arrow_keys_move_the_pin_and_shift_moves_it_further(blending: Desktop) -> None:
    room(blending).pad.setFocus(Qt.FocusReason.TabFocusReason)
    press(blending, Qt.Key.Key_Right)
    press(blending, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    x, y = FIRST_PIN
    assert state(blending).pin == pytest.approx((x + 0.02, y - 0.1))
    blending.do("undo")
    assert state(blending).pin == pytest.approx((x + 0.02, y))


def test_tab_goes_from_the_pin_to_each_anchor_and_out(blending: Desktop) -> None:
    pad = room(blending).pad
    pad.setFocus(Qt.FocusReason.TabFocusReason)
    assert pad.focus == PIN
    told = []
    for _ in range(4):
        QTest.keyClick(pad, Qt.Key.Key_Tab)
        told.append(pad.accessibleDescription().split(",")[0])
    assert told == ["Design A", "Design B", "Design C", "Design D"]
    assert pad.hasFocus()
    QTest.keyClick(pad, Qt.Key.Key_Tab)
    assert not pad.hasFocus()


def test_a_focused_anchor_is_moved_pinned_and_removed_by_keys(blending: Desktop) -> None:
    pad = room(blending).pad
    pad.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(pad, Qt.Key.Key_Tab)
    press(blending, Qt.Key.Key_Down)
    assert state(blending).anchors[0].y == pytest.approx(0.1)
    press(blending, Qt.Key.Key_Return)
    assert state(blending).pin == pytest.approx((0.08, 0.1))
    second = state(blending).anchors[1].design
    press(blending, Qt.Key.Key_Delete)
    assert state(blending).anchors[0].design == second
    blending.do("undo")
    assert len(state(blending).anchors) == 4


def test_the_cross_takes_an_anchor_off(blending: Desktop) -> None:
    pad = room(blending).pad
    QTest.mouseMove(pad, spot(blending, (0.92, 0.08)))
    pad._hover = 1
    box = pad.geometry_now.close_box((0.92, 0.08))
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(round(box.x) + 8, round(box.y) + 8))
    assert len(state(blending).anchors) == 3


def test_an_anchor_is_replaced_by_what_is_under_the_pin(blending: Desktop) -> None:
    design = room(blending).design
    room(blending).pad.anchor_replaced.emit(2)
    assert state(blending).anchors[2].design == design


def test_mixes_of_mixes_have_an_end(blending: Desktop) -> None:
    for _ in range(8):
        room(blending).pad.anchor_replaced.emit(0)
    assert max(blends.depth(anchor.design) for anchor in state(blending).anchors) == blends.MAX_DEPTH - 1
    assert "blends of blends" in room(blending).banner.sentence


@pytest.mark.parametrize("size", [3, 7])
def test_the_lattice_is_as_fine_as_wished(blending: Desktop, size: int) -> None:
    room(blending).controls._sizes.button(size).click()
    assert state(blending).lattice == size
    wait_for(lambda: room(blending).pictures.is_settled)
    assert len(room(blending).pad.scene().cells) == size * size


# -- from Sample -----------------------------------------------------------------------------------------------------


def test_one_key_puts_the_selected_tiles_on_the_pad_and_says_so(desktop: Desktop) -> None:
    for index in (2, 5):
        desktop.canvas._select(desktop.canvas._selection.toggled(index))
    QTest.keyClick(desktop.canvas, Qt.Key.Key_B)
    assert desktop.window.rooms.name == SAMPLE
    assert [anchor.design.index for anchor in state(desktop).anchors] == [2, 5]
    assert desktop.room.banner.sentence == "Put 2 designs on the Blend pad."
    desktop.room.banner._button.click()
    assert desktop.window.rooms.name == BLEND
    assert desktop.window.side._group.checkedId() == 1
    desktop.do("undo")
    assert state(desktop).anchors == ()


def test_the_pad_holds_eight(desktop: Desktop) -> None:
    desktop.do("select-all")
    desktop.do("to-blend")
    assert len(state(desktop).anchors) == blends.MAX_ANCHORS
    assert "full" in desktop.room.banner.sentence
    desktop.do("to-blend")
    assert len(state(desktop).anchors) == blends.MAX_ANCHORS


def test_designs_of_another_model_are_offered_a_new_pad(make_desktop: Make) -> None:
    desktop = make_desktop(packages=2)
    wait_for(desktop.has_pictures)
    desktop.do("to-blend")
    before = state(desktop)
    desktop.window.models.choose("fake-letters")
    wait_for(desktop.has_pictures)
    desktop.do("to-blend")
    assert state(desktop) == before
    assert "“Fake digits”" in desktop.room.banner.sentence
    desktop.room.banner._button.click()
    assert state(desktop).package == "fake-letters"
    assert len(state(desktop).anchors) == 1
    desktop.do("undo")
    assert state(desktop) == before


def test_an_undo_that_is_not_in_view_is_told(desktop: Desktop) -> None:
    desktop.do("to-blend")
    desktop.do("undo")
    assert desktop.room.banner.sentence == "Undone: Put a design on the pad, in Blend."


# -- models ----------------------------------------------------------------------------------------------------------


def test_the_library_chooses_the_model_of_the_workspace_in_view(blending: Desktop) -> None:
    blending.window.models.choose("fake-letters")
    assert state(blending).package == "fake-letters"
    assert blending.desk.sheet.package == "fake-digits"
    assert state(blending).anchors == ()
    assert "belonged to “Fake digits”" in room(blending).banner.sentence
    room(blending).banner._button.click()
    assert len(state(blending).anchors) == 4


def test_commands_are_there_where_they_make_sense(blending: Desktop) -> None:
    enabled = {name: action.isEnabled() for name, action in blending.window.actions_by_id.items()}
    assert not any(enabled[name] for name in ("reroll", "vary", "to-blend", "takes", "select-all", "larger"))
    assert all(enabled[name] for name in ("add-key", "fill-pad", "star", "reject", "undo"))
    blending.do("go-sample")
    assert blending.window.actions_by_id["reroll"].isEnabled()
    assert not blending.window.actions_by_id["add-key"].isEnabled()


def test_everything_survives_a_restart(make_desktop: Make) -> None:
    first = make_desktop()
    first.do("go-blend")
    first.do("fill-pad")
    room(first).pad.pin_moved.emit(0.3, 0.3)
    first.do("add-key")
    first.do("star")
    kept = state(first)
    first.studio.close()
    second = make_desktop()
    assert state(second) == kept
    assert len(state(second).walk.keys) == 1
    assert second.desk.state.takes[0].design.place is not None


# -- marks -----------------------------------------------------------------------------------------------------------


def test_star_and_not_this_exclude_each_other(blending: Desktop) -> None:
    blending.do("star")
    assert [take.design for take in blending.desk.state.takes] == [room(blending).design]
    assert room(blending).live._star.isChecked()
    blending.do("reject")
    assert blending.desk.state.takes == ()
    assert [take.design for take in blending.desk.state.rejects] == [room(blending).design]
    assert not room(blending).live._star.isChecked()
    blending.do("undo")
    assert len(blending.desk.state.takes) == 1


def test_not_this_is_a_key_in_sample_too_and_leaves_a_mark(desktop: Desktop) -> None:
    desktop.canvas.select_only(3)
    QTest.keyClick(desktop.canvas, Qt.Key.Key_N)
    assert [take.design.index for take in desktop.desk.state.rejects] == [3]
    assert [tile.is_rejected for tile in desktop.canvas.scene().tiles[:5]] == [False, False, False, True, False]
    assert "not this" in desktop.canvas.accessibleDescription()
    QTest.keyClick(desktop.canvas, Qt.Key.Key_N)
    assert desktop.desk.state.rejects == ()


def test_a_blended_take_has_no_variations_and_is_pointed_to_blend(blending: Desktop) -> None:
    blending.do("star")
    blending.do("go-sample")
    blending.do("takes")
    wait_for(lambda: blending.canvas.focus_tile() is not None)
    blending.do("vary")
    assert blending.desk.sheet.base is None
    assert "no variations" in blending.room.banner.sentence
    blending.room.banner._button.click()
    assert len(state(blending).anchors) == 5


# -- sliders ---------------------------------------------------------------------------------------------------------


def test_the_taste_waits_for_two_stars_and_says_how_sure_it_is(blending: Desktop) -> None:
    taste = room(blending).sliders.taste
    assert not taste._slider.isEnabled()
    assert "Star 2 designs" in taste._words.text()
    blending.do("star")
    assert "one design more" in taste._words.text()
    room(blending).pad.pin_moved.emit(0.2, 0.2)
    blending.do("star")
    wait_for(lambda: any(isinstance(request, Learn) for request in blending.engine.served))
    wait_for(lambda: taste._slider.isEnabled())
    assert "%" in taste._words.text()
    taste._slider.slider.setValue(20)
    assert state(blending).taste_amount == 1.0
    assert state(blending).taste
    assert room(blending).design.place.parts[0].weight == 1.0


def slider(desktop: Desktop, name: str):  # type: ignore[no-untyped-def]
    return room(desktop).sliders.rows[name].slider


def test_a_slider_pushes_everything_and_one_drag_is_one_step(blending: Desktop) -> None:
    before = [tile.design for tile in room(blending).canvas.cell_tiles]
    slant = slider(blending, "Slant")
    slant.setSliderDown(True)
    for value in (5, 15, 30):
        slant.setValue(value)
    slant.setSliderDown(False)
    assert state(blending).pushes == (Push("Slant", 1.5),)
    assert room(blending).design.place.pushes == (Push("Slant", 1.5),)
    assert all(tile.design not in before for tile in room(blending).canvas.cell_tiles)
    assert "1.5 sd leaning right" in room(blending).live._pushes.text()
    blending.do("undo")
    assert state(blending).pushes == ()
    assert slant.value() == 0


def test_sliders_go_back_to_zero_by_key_cross_double_click_and_all_at_once(blending: Desktop) -> None:
    row = room(blending).sliders.rows["Axis 1"]

    def push() -> None:
        row.slider.setValue(20)
        assert state(blending).pushes == (Push("Axis 1", 1.0),)

    push()
    QTest.keyClick(row.slider, Qt.Key.Key_0)
    assert state(blending).pushes == ()
    push()
    row._reset.click()
    assert state(blending).pushes == ()
    push()
    QTest.mouseDClick(row.slider, Qt.MouseButton.LeftButton, pos=row.slider.rect().center())
    assert state(blending).pushes == ()
    push()
    slider(blending, "Slant").setValue(-60)
    blending.do("reset-sliders")
    assert state(blending).pushes == ()
    assert row.slider.value() == 0


def test_a_slider_near_its_middle_is_at_zero_under_a_hand(blending: Desktop) -> None:
    slant = slider(blending, "Slant")
    slant.setSliderDown(True)
    slant.setValue(20)
    slant.setValue(1)
    assert state(blending).pushes == ()
    slant.setSliderDown(False)


def test_a_model_without_directions_says_so(blending: Desktop) -> None:
    blending.window.models.choose("fake-letters")
    assert room(blending).sliders.rows == {}
    texts = [label.text() for label in room(blending).sliders.findChildren(QLabel)]
    assert "This model brings no directions of its own." in texts


# -- map and timeline ------------------------------------------------------------------------------------------------


def test_the_map_begins_in_its_middle_and_a_spot_is_shown_large(blending: Desktop) -> None:
    blending.do("canvas")
    assert state(blending).view == "map"
    assert room(blending).design == blends.at_spot((0.0, 0.0))
    room(blending).map.spot_dragged.emit(0.5, -1.0)
    room(blending).map.settled.emit()
    assert room(blending).design == blends.at_spot((0.5, -1.0))
    wait_for(lambda: room(blending).pictures.is_settled)
    assert np.array_equal(shown(blending), picture(blends.at_spot((0.5, -1.0))))
    assert room(blending).live._words.text() == "The map at 0.50, −1.00"


def test_a_pick_of_the_map_goes_on_the_pad_and_a_set_as_far_as_there_is_room(blending: Desktop) -> None:
    blending.do("canvas")
    room(blending).map.picked.emit(blends.at_spot((1.0, 1.0)))
    assert len(state(blending).anchors) == 5
    assert state(blending).view == "map"
    spots = [blends.at_spot((0.1 * number, 0.0)) for number in range(6)]
    choices = dict(room(blending).canvas._choices(spots))
    choices["Put these 6 designs on the pad"]()
    assert len(state(blending).anchors) == blends.MAX_ANCHORS
    assert "3 stayed behind" in room(blending).banner.sentence
    choices["Star these 6 designs"]()
    assert [take.design for take in blending.desk.state.takes] == spots
    choices["Add these 6 designs as key frames"]()
    assert [key.design for key in state(blending).walk.keys] == spots


def test_a_lassoed_set_is_asked_about_in_a_menu(blending: Desktop) -> None:
    blending.do("canvas")
    room(blending).map.lassoed.emit([blends.at_spot((0.0, 0.0))])
    menu = room(blending).canvas.findChild(QMenu)
    assert menu.actions()[0].text() == "Put this design on the pad"
    menu.close()


def test_the_walk_is_seen_large_until_a_hand_is_back_on_the_pad(blending: Desktop) -> None:
    blending.do("add-key")
    room(blending).pad.pin_moved.emit(0.8, 0.8)
    blending.do("add-key")
    keys = state(blending).walk.keys
    room(blending).timeline.scrubbed.emit(keys[0].design)
    assert room(blending).design == keys[0].design
    assert room(blending).live._title.text() == "On the walk"
    room(blending).pad.pin_moved.emit(0.5, 0.5)
    assert room(blending).design == blends.current(state(blending))
    room(blending).timeline.key_opened.emit(keys[1].design)
    assert room(blending).design == keys[1].design
    assert len(state(blending).anchors) == 5


# -- pictures that are dropped ---------------------------------------------------------------------------------------


def kept_picture(desktop: Desktop, path: Path, design: Design) -> Path:
    recipe.save_png(path, picture(design), recipe.make_recipe(desktop.desk.packages[0], design, None))
    return path


def test_a_picture_made_here_becomes_an_anchor_under_the_pin(blending: Desktop, tmp_path: Path) -> None:
    design = Design(99, 7, 3)
    drop(blending, kept_picture(blending, tmp_path / "a.png", design))
    assert state(blending).anchors[4].design == design
    assert room(blending).design == design


def test_a_picture_dropped_on_an_anchor_takes_its_place(blending: Desktop, tmp_path: Path) -> None:
    design = Design(99, 7, 3)
    position = room(blending).pad.mapTo(room(blending), spot(blending, (0.92, 0.92)))
    drop(blending, kept_picture(blending, tmp_path / "a.png", design), QPointF(position))
    assert len(state(blending).anchors) == 4
    assert state(blending).anchors[3].design == design


def test_a_blended_picture_opened_in_sample_goes_to_blend(desktop: Desktop, tmp_path: Path) -> None:
    design = Design(0, 0, place=Place(parts=(Part(0.5, Design(1, 1, 1)), Part(0.5, Design(1, 2, 2)))))
    drop(desktop, kept_picture(desktop, tmp_path / "a.png", design))
    assert desktop.window.rooms.name == BLEND
    assert [anchor.design for anchor in state(desktop).anchors] == [design]


def test_a_foreign_picture_is_taken_for_the_designers_own(
    blending: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    started: list[Path] = []
    monkeypatch.setattr(room(blending).own_pictures, "start", lambda path, _package: started.append(path))
    Image.new("L", (40, 40), 90).save(tmp_path / "mine.jpg")
    drop(blending, tmp_path / "mine.jpg")
    assert started == [tmp_path / "mine.jpg"]
    design = Design(0, 0, place=Place(vector=(0.0,) * 8, source="mine.jpg"))
    room(blending).own_pictures.accepted.emit(design, "anchor")
    assert state(blending).anchors[4].design == design
    room(blending).own_pictures.accepted.emit(design, "key")
    assert state(blending).walk.keys[0].design == design


def test_a_foreign_picture_dropped_in_sample_is_offered_a_way_to_blend(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    started: list[Path] = []
    monkeypatch.setattr(room(desktop).own_pictures, "start", lambda path, _package: started.append(path))
    Image.new("L", (40, 40), 90).save(tmp_path / "mine.png")
    drop(desktop, tmp_path / "mine.png")
    assert "holds no recipe" in desktop.room.banner.sentence
    desktop.room.banner._button.click()
    assert desktop.window.rooms.name == BLEND
    assert started == [tmp_path / "mine.png"]


# -- failures --------------------------------------------------------------------------------------------------------


def test_a_failure_is_told_and_can_be_tried_again(make_desktop: Make) -> None:
    desktop = make_desktop()
    wait_for(desktop.has_pictures)
    desktop.do("go-blend")
    desktop.engine.failures.extend([RequestError("That did not work.")] * 3)
    desktop.do("fill-pad")
    wait_for(lambda: room(desktop).banner.sentence == "That did not work.")
    desktop.engine.failures.clear()
    pictures = room(desktop).pictures
    wait_for(lambda: not pictures.view.is_busy and not pictures.lattice.is_busy)
    room(desktop).banner._button.click()
    wait_for(lambda: room(desktop).pictures.is_settled)


def test_the_inspector_tells_the_mix_in_words(blending: Desktop) -> None:
    from PySide6.QtGui import QGuiApplication

    blending.do("copy-recipe")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert sum(line.startswith("Part ") for line in lines) == 4
    assert all("%" in line and "seed" in line for line in lines if line.startswith("Part"))
    assert not any(line.startswith("Seed") for line in lines)


def test_a_warning_goes_with_the_next_step_and_one_with_a_way_out_stays(blending: Desktop) -> None:
    banner = room(blending).banner
    banner.say("A walk needs two key frames; this one has none.", tone="warn")
    blending.do("add-key")
    assert "needs two key frames" not in banner.sentence
    banner.say("The engine ended.", tone="warn", action="Try again", act=room(blending).retry)
    blending.do("add-key")
    assert banner.sentence == "The engine ended."
