"""The whole window on a fake engine: what a designer does, and what they see of it."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest

from desktop_app.engine.errors import EngineDied, OutOfMemory, RequestError
from desktop_app.studio import recipe
from desktop_app.studio.sheet import design_at
from desktop_app.ui.sample.export_dialog import ExportChoice
from desktop_app.ui.sample.exporting import write_pictures
from tests.fakes import FakeEngine, picture
from tests.ui.conftest import Desktop, wait_for

Make = Callable[..., Desktop]


def centre(desktop: Desktop, index: int) -> QPoint:
    canvas = desktop.canvas
    x, y = canvas.layout_now.origin(index)
    return QPoint(x + canvas.tile_px // 2, round(y - canvas.scroll_position) + canvas.tile_px // 2)


def click(desktop: Desktop, index: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(desktop.canvas, Qt.MouseButton.LeftButton, modifiers, centre(desktop, index))


def press(desktop: Desktop, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(desktop.canvas, key, modifiers)


# -- the sheet -------------------------------------------------------------------------------------------------------


def test_every_tile_in_view_shows_the_picture_of_its_design(desktop: Desktop) -> None:
    for index in desktop.canvas.layout_now.visible(0.0):
        design = design_at(desktop.desk.sheet, index, 10)
        pixels = desktop.room.store.pixels(desktop.canvas.tile(index).key)
        assert np.array_equal(pixels, picture(design))


def test_the_window_is_shown_before_the_engine_starts(make_desktop: Make) -> None:
    desktop = make_desktop(show=False)
    assert desktop.host.starts == 0
    desktop.window.show()
    wait_for(lambda: desktop.host.starts == 1)


def test_scrolling_far_down_brings_new_tiles_and_the_sheet_has_no_end(desktop: Desktop) -> None:
    canvas = desktop.canvas
    before = canvas.layout_now.count
    canvas.scroll_to(float(canvas.layout_now.max_scroll))
    assert canvas.layout_now.count > before
    assert canvas.first_tile > 3000
    wait_for(desktop.has_pictures)


def test_only_what_is_near_the_view_is_asked_for(desktop: Desktop) -> None:
    desktop.canvas.scroll_to(float(desktop.canvas.layout_now.origin(3500)[1]))
    wait_for(desktop.has_pictures)
    asked = {design.index for request in desktop.engine.served for design in request.designs}
    assert 3500 in asked
    assert 2000 not in asked


def test_truncation_keeps_the_place_and_changes_the_pictures(desktop: Desktop) -> None:
    click(desktop, 5)
    desktop.room.controls.truncation_dragged.emit(0.5)
    assert desktop.desk.sheet.truncation == 0.5
    assert desktop.canvas.selection == {5}
    wait_for(desktop.has_pictures)
    assert desktop.canvas.tile(5).design.truncation == 0.5


def test_a_tile_keeps_its_last_picture_until_the_new_one_is_there(make_desktop: Make) -> None:
    desktop = make_desktop()
    wait_for(desktop.has_pictures)
    desktop.window.grab()
    desktop.engine.hang = threading.Event()
    desktop.room.controls.truncation_dragged.emit(0.4)
    scene = desktop.canvas.scene()
    assert all(tile.image is not None for tile in scene.tiles)
    desktop.engine.hang.set()
    desktop.engine.hang = None


def test_class_keys_and_chips_choose_the_class(desktop: Desktop) -> None:
    press(desktop, Qt.Key.Key_3)
    assert {desktop.canvas.tile(i).design.label for i in range(20)} == {3}
    press(desktop, Qt.Key.Key_A)
    assert [desktop.canvas.tile(i).design.label for i in range(3)] == [0, 1, 2]


def test_reroll_is_one_key_and_one_step(desktop: Desktop) -> None:
    seed = desktop.desk.sheet.seed
    desktop.do("reroll")
    assert desktop.desk.sheet.seed != seed
    desktop.do("undo")
    assert desktop.desk.sheet.seed == seed
    desktop.do("redo")
    assert desktop.desk.sheet.seed != seed


def test_ctrl_wheel_zooms_around_the_cursor(desktop: Desktop) -> None:
    canvas = desktop.canvas
    canvas.scroll_to(2000.0)
    spot = QPointF(centre(desktop, canvas.layout_now.nearest(300, 2300)))
    index = canvas.layout_now.nearest(spot.x(), spot.y() + canvas.scroll_position)
    canvas.set_tile_px(canvas.tile_px + 40, around=spot)
    _, top = canvas.layout_now.origin(index)
    assert top - canvas.scroll_position <= spot.y() <= top - canvas.scroll_position + canvas.layout_now.pitch


# -- selecting -------------------------------------------------------------------------------------------------------


def test_click_shift_click_and_ctrl_click_select(desktop: Desktop) -> None:
    click(desktop, 2)
    assert desktop.canvas.selection == {2}
    click(desktop, 4, Qt.KeyboardModifier.ShiftModifier)
    assert desktop.canvas.selection == {2, 3, 4}
    click(desktop, 3, Qt.KeyboardModifier.ControlModifier)
    assert desktop.canvas.selection == {2, 4}


def test_the_keyboard_alone_selects_stars_varies_and_comes_back(desktop: Desktop) -> None:
    desktop.canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        press(desktop, key)
    index = 2 + desktop.canvas.layout_now.columns
    assert desktop.canvas.selection == {index}
    desktop.do("star")
    assert [take.design.index for take in desktop.desk.state.takes] == [index]
    desktop.do("vary")
    assert desktop.desk.sheet.base is not None
    assert desktop.canvas.tile(0).design == desktop.desk.sheet.base
    desktop.do("back")
    assert desktop.desk.sheet.base is None
    assert desktop.canvas.focus == index


def test_end_and_home_move_the_focus_into_view(desktop: Desktop) -> None:
    desktop.window._look.reduced_motion = True
    press(desktop, Qt.Key.Key_End)
    assert desktop.canvas.focus in desktop.canvas.layout_now.visible(desktop.canvas.scroll_position)
    press(desktop, Qt.Key.Key_Home)
    assert desktop.canvas.focus == 0
    assert desktop.canvas.scroll_position == 0.0


def test_the_selection_is_told_to_a_screen_reader(desktop: Desktop) -> None:
    click(desktop, 7)
    assert desktop.canvas.accessibleDescription() == "Tile 7 · 7"
    desktop.do("star")
    click(desktop, 8, Qt.KeyboardModifier.ShiftModifier)
    assert desktop.canvas.accessibleDescription().startswith("2 tiles selected")


def test_the_inspector_shows_and_copies_every_field(desktop: Desktop) -> None:
    click(desktop, 6)
    desktop.do("copy-recipe")
    text = QGuiApplication.clipboard().text()
    package = desktop.desk.package
    for words in ("Model: fake-digits", f"Hash: {package.sha256}", "Seed: 1", "Tile: 6", "Class: 6", "Truncation: 1"):
        assert words in text.splitlines()


# -- takes -----------------------------------------------------------------------------------------------------------


def test_takes_survive_a_restart(make_desktop: Make) -> None:
    first = make_desktop()
    wait_for(first.has_pictures)
    click(first, 3)
    first.do("star")
    first.studio.close()
    second = make_desktop()
    assert [take.design.index for take in second.desk.state.takes] == [3]
    second.do("takes")
    wait_for(second.has_pictures)
    assert second.canvas.tile(0).design.index == 3


def test_removing_stars_can_be_undone_in_order(desktop: Desktop) -> None:
    for index in (1, 4, 2):
        click(desktop, index)
        desktop.do("star")
    before = desktop.desk.state.takes
    desktop.do("takes")
    desktop.do("select-all")
    desktop.do("star")
    assert desktop.desk.state.takes == ()
    desktop.do("undo")
    assert desktop.desk.state.takes == before


# -- large view ------------------------------------------------------------------------------------------------------


def test_enter_opens_large_arrows_go_on_escape_comes_back(desktop: Desktop) -> None:
    click(desktop, 1)
    press(desktop, Qt.Key.Key_Return)
    large = desktop.room.large
    assert large.isVisible()
    QTest.keyClick(large, Qt.Key.Key_Right)
    assert desktop.canvas.focus == 2
    QTest.keyClick(large, Qt.Key.Key_1)
    assert large.view.mode == "one-to-one"
    assert large.view.transform_now.scale == 1.0
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert not large.isVisible()
    assert desktop.canvas.hasFocus()


def test_a_double_click_opens_large(desktop: Desktop) -> None:
    QTest.mouseDClick(desktop.canvas, Qt.MouseButton.LeftButton, pos=centre(desktop, 3))
    assert desktop.room.large.isVisible()
    assert desktop.canvas.focus == 3


# -- files -----------------------------------------------------------------------------------------------------------


def test_export_writes_pictures_that_bring_their_settings_back(desktop: Desktop, tmp_path: Path) -> None:
    press(desktop, Qt.Key.Key_4)
    desktop.room.controls.truncation_dragged.emit(0.7)
    wait_for(desktop.has_pictures)
    click(desktop, 5)
    desktop.do("vary")
    wait_for(desktop.has_pictures)
    click(desktop, 3)
    wanted = desktop.canvas.tile(3).design
    choice = ExportChoice(tmp_path / "out ü", pictures=True, contact_sheet=True, with_recipe=True)
    desktop.window.files._exporter.export([desktop.canvas.tile(3)], choice, None)
    wait_for(lambda: "Exported" in desktop.room.banner.sentence)
    (made,) = [p for p in choice.folder.glob("*.png") if p.name != "contact-sheet.png"]
    assert (choice.folder / "contact-sheet.png").is_file()
    for _ in range(3):
        desktop.do("undo")
    drop(desktop, made)
    assert desktop.canvas.tile(desktop.canvas.focus).design == wanted
    assert desktop.room.banner.sentence.startswith("The settings of")


def test_an_export_of_tiles_never_seen_is_made_by_the_engine(desktop: Desktop, tmp_path: Path) -> None:
    tiles = [desktop.canvas.tile(i) for i in (1, 100_000, 200_000)]
    choice = ExportChoice(tmp_path, pictures=True, contact_sheet=False, with_recipe=False)
    desktop.window.files._exporter.export(tiles, choice, None)
    wait_for(lambda: len(list(tmp_path.glob("*.png"))) == 3)
    wait_for(lambda: "Exported 3 pictures" in desktop.room.banner.sentence)


def test_a_design_is_exported_under_its_title(desktop: Desktop, tmp_path: Path) -> None:
    click(desktop, 3)
    desktop.do("star")
    (take,) = desktop.desk.state.takes
    named = (replace(take, title="Quiet light"),)
    desktop.desk.change("Title", replace(desktop.desk.state, takes=named))
    (tile,) = desktop.window.files._selected()
    pixels = desktop.room.store.pixels(tile.key)
    (path,) = write_pictures(tmp_path, [tile], [pixels], None, with_recipe=True)
    assert path.name.startswith("Quiet-light_fake-digits_s")
    with Image.open(path) as image:
        assert image.text["Title"] == "Quiet light"


def test_a_second_export_overwrites_nothing(desktop: Desktop, tmp_path: Path) -> None:
    tile = desktop.canvas.tile(0)
    pixels = desktop.room.store.pixels(tile.key)
    first = write_pictures(tmp_path, [tile], [pixels], None, with_recipe=True)
    second = write_pictures(tmp_path, [tile], [pixels], None, with_recipe=True)
    assert first != second
    assert recipe.read_recipe(first[0]).design == recipe.read_recipe(second[0]).design


def test_a_picture_that_was_not_made_here_is_refused_in_a_sentence(desktop: Desktop, tmp_path: Path) -> None:
    stranger = tmp_path / "holiday.png"
    recipe.save_png(stranger, np.zeros((8, 8, 1), np.uint8), None)
    before = desktop.desk.state
    drop(desktop, stranger)
    assert "holiday.png" in desktop.room.banner.sentence
    assert desktop.room.banner.tone == "error"
    assert desktop.desk.state == before


def test_copy_puts_the_picture_and_its_recipe_on_the_clipboard(desktop: Desktop, tmp_path: Path) -> None:
    click(desktop, 2)
    desktop.do("copy")
    data = QGuiApplication.clipboard().mimeData()
    file = tmp_path / "pasted.png"
    file.write_bytes(bytes(data.data("image/png")))
    assert recipe.read_recipe(file).design == desktop.canvas.tile(2).design
    assert not QGuiApplication.clipboard().image().isNull()


def test_a_program_that_copied_a_picture_ends_without_a_crash() -> None:
    """A crash after the last line of Python shows in the exit code alone."""
    import subprocess
    import sys

    code = """
import numpy as np
from PySide6.QtWidgets import QApplication
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.sample.exporting import Exporter
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.picture.tile import Tile
from desktop_app.engine.requests import Design

app, store = QApplication([]), TileStore(10**6)
tile = Tile("a", "0" * 64, Design(1, 2), None)
Exporter(QueueBridge(), store)._copy(tile, None, False, [np.zeros((4, 4, 1), np.uint8)])
assert not app.clipboard().image().isNull()
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


def test_takes_of_two_packages_are_exported_in_one_go(make_desktop: Make, tmp_path: Path) -> None:
    desktop = make_desktop(packages=2)
    wait_for(desktop.has_pictures)
    here = desktop.canvas.tile(70_000)
    desktop.window.models.choose("fake-letters")
    there = desktop.canvas.tile(80_000)
    choice = ExportChoice(tmp_path / "out", pictures=True, contact_sheet=False, with_recipe=True)
    desktop.window.files._exporter.export([here, there], choice, None)
    wait_for(lambda: "Exported 2 pictures" in desktop.room.banner.sentence)
    names = {recipe.read_recipe(path).package for path in choice.folder.iterdir()}
    assert names == {"fake-digits", "fake-letters"}


def drop(desktop: Desktop, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    desktop.room.dropEvent(event)


# -- trouble ---------------------------------------------------------------------------------------------------------


def test_no_package_is_a_designed_state(make_desktop: Make) -> None:
    desktop = make_desktop(packages=0)
    assert desktop.room.is_empty
    assert desktop.room.focus_tile() is None
    desktop.do("star")
    desktop.do("vary")
    desktop.do("copy")
    desktop.do("reroll")
    assert desktop.room.banner.sentence == ""


def test_a_failed_tile_says_why_and_can_be_tried_again(make_desktop: Make) -> None:
    engine = FakeEngine(failures=[OutOfMemory("The model needs more memory than there is.")])
    desktop = make_desktop(engine)
    wait_for(lambda: desktop.room.banner.sentence)
    assert "more memory" in desktop.room.banner.sentence
    assert any(tile.is_failed for tile in desktop.canvas.scene().tiles)
    desktop.room.banner._button.click()
    wait_for(desktop.has_pictures)
    assert desktop.room.banner.sentence == ""


def test_a_death_of_the_engine_is_survived_without_a_word_to_the_sheet(make_desktop: Make) -> None:
    desktop = make_desktop(FakeEngine(failures=[EngineDied("The engine ended.")]))
    wait_for(desktop.has_pictures)


def test_the_engine_is_killed_in_the_middle_and_comes_back(make_desktop: Make) -> None:
    engine = FakeEngine(seconds_a_tile=0.005)
    desktop = make_desktop(engine)
    wait_for(lambda: engine.served)
    desktop.host.die()
    wait_for(desktop.has_pictures)
    assert desktop.host.starts == 2


def test_closing_in_the_middle_of_a_job_leaves_nothing(make_desktop: Make) -> None:
    engine = FakeEngine(seconds_a_tile=0.01)
    desktop = make_desktop(engine)
    wait_for(lambda: engine.served)
    desktop.studio.close()
    assert desktop.host.pid is None


def test_a_request_that_cannot_be_met_is_not_asked_twice(make_desktop: Make) -> None:
    engine = FakeEngine(failures=[RequestError("There is no class 12.")] * 100)
    desktop = make_desktop(engine)
    wait_for(lambda: all(tile.is_failed for tile in desktop.canvas.scene().tiles))
    served = len(engine.served)
    desktop.canvas.refresh()
    assert len(engine.served) == served


def test_a_package_that_is_no_longer_there_is_named(make_desktop: Make) -> None:
    first = make_desktop(packages=2)
    first.window.models.choose("fake-letters")
    first.studio.close()
    for file in (first.folder / "models" / "fake-letters").iterdir():
        file.unlink()
    (first.folder / "models" / "fake-letters").rmdir()
    second = make_desktop(packages=1)
    assert second.desk.package is None
    assert second.room.is_empty
    assert "fake-letters" in second.room._empty._text.text()


@pytest.mark.parametrize("command", ["settings", "shortcuts"])
def test_dialogs_open_and_leave_nothing(desktop: Desktop, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtWidgets import QDialog

    monkeypatch.setattr(QDialog, "exec", lambda self: 0)
    before = len(QGuiApplication.allWindows())
    for _ in range(10):
        desktop.do(command)
    wait_for(lambda: len(QGuiApplication.allWindows()) <= before)


def test_dragging_a_tile_out_hands_over_a_file_with_its_recipe(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtGui import QDrag

    dragged: list[Path] = []

    def let_go(drag: QDrag, _action: Qt.DropAction) -> Qt.DropAction:
        dragged.extend(Path(url.toLocalFile()) for url in drag.mimeData().urls())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", let_go)
    click(desktop, 2)
    click(desktop, 4, Qt.KeyboardModifier.ShiftModifier)
    start, end = centre(desktop, 3), centre(desktop, 3) + QPoint(60, 20)
    QTest.mousePress(desktop.canvas, Qt.MouseButton.LeftButton, pos=start)
    move_pressed(desktop, end)
    QTest.mouseRelease(desktop.canvas, Qt.MouseButton.LeftButton, pos=end)
    assert [recipe.read_recipe(path).design.index for path in dragged] == [2, 3, 4]
    desktop.studio.close()
    assert not any(path.exists() for path in dragged)


def move_pressed(desktop: Desktop, position: QPoint) -> None:
    """QTest.mouseMove tells of no button."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(position),
        desktop.canvas.mapToGlobal(QPointF(position)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    desktop.canvas.mouseMoveEvent(event)


def test_middle_drag_pans_the_sheet(desktop: Desktop) -> None:
    desktop.canvas.scroll_to(500.0)
    QTest.mousePress(desktop.canvas, Qt.MouseButton.MiddleButton, pos=QPoint(300, 300))
    move_pressed(desktop, QPoint(300, 250))
    QTest.mouseRelease(desktop.canvas, Qt.MouseButton.MiddleButton, pos=QPoint(300, 250))
    assert desktop.canvas.scroll_position == 550.0


def test_the_star_in_the_corner_of_a_tile_keeps_it(desktop: Desktop) -> None:
    x, y = desktop.canvas.layout_now.origin(5)
    spot = QPoint(x + desktop.canvas.tile_px - 10, y + 10)
    QTest.mouseClick(desktop.canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert [take.design.index for take in desktop.desk.state.takes] == [5]
    assert desktop.canvas.selection == frozenset()


def test_takes_of_a_package_that_is_gone_are_shown_as_unknown(make_desktop: Make) -> None:
    first = make_desktop(packages=2)
    first.window.models.choose("fake-letters")
    wait_for(first.has_pictures)
    click(first, 0)
    first.do("star")
    first.window.models.choose("fake-digits")
    first.studio.close()
    for file in (first.folder / "models" / "fake-letters").iterdir():
        file.unlink()
    (first.folder / "models" / "fake-letters").rmdir()
    second = make_desktop(packages=1)
    second.do("takes")
    assert [tile.is_unknown for tile in second.canvas.scene().tiles] == [True]
    second.do("vary")
    assert second.desk.sheet.base is None
    second.do("copy")
    assert "“fake-letters” of this take is not here" in second.room.banner.sentence


def test_a_recipe_of_another_version_of_the_model_says_so(desktop: Desktop, tmp_path: Path) -> None:
    import msgspec

    tile = desktop.canvas.tile(9)
    made = recipe.make_recipe(desktop.desk.package, tile.design, None)
    older = msgspec.structs.replace(made, package_sha256="f" * 64)
    recipe.save_png(tmp_path / "older.png", picture(tile.design), older)
    drop(desktop, tmp_path / "older.png")
    assert desktop.canvas.focus == 9
    assert desktop.room.banner.tone == "warn"


def test_a_recipe_of_a_model_that_is_not_here_names_it(desktop: Desktop, tmp_path: Path) -> None:
    import msgspec

    made = recipe.make_recipe(desktop.desk.package, desktop.canvas.tile(9).design, None)
    recipe.save_png(tmp_path / "a.png", np.zeros((4, 4, 1), np.uint8), msgspec.structs.replace(made, package="cats"))
    drop(desktop, tmp_path / "a.png")
    assert "“cats”" in desktop.room.banner.sentence


def test_crisp_pixels_reach_the_sheet_the_preview_and_the_large_view(desktop: Desktop) -> None:
    click(desktop, 1)
    desktop.room.open_large()
    desktop.room.large._crisp.click()
    views = (desktop.room.large.view, desktop.window.inspector._preview, desktop.canvas)
    assert [view._scaling for view in views] == ["crisp"] * 3
    desktop.do("crisp")
    assert [view._scaling for view in views] == ["smooth"] * 3
    assert not desktop.room.large._crisp.isChecked()


def test_pictures_in_colour_are_shown_in_colour(make_desktop: Make) -> None:
    desktop = make_desktop(FakeEngine(channels=3))
    wait_for(desktop.has_pictures)
    shown = desktop.canvas.grab().toImage()
    middle = centre(desktop, 0)
    colour = shown.pixelColor(middle)
    assert len({colour.red(), colour.green(), colour.blue()}) > 1


def test_windows_closed_in_the_middle_of_a_job_end_well(make_desktop: Make) -> None:
    for _ in range(5):
        desktop = make_desktop(FakeEngine(seconds_a_tile=0.002))
        wait_for(lambda: desktop.engine.served)  # noqa: B023
        desktop.studio.close()
        assert desktop.host.pid is None
