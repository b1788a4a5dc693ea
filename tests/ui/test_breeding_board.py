"""The breeding board in the window, on the fake engine."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from desktop_app.engine.requests import Design, ReadLatents, Trace
from desktop_app.studio import breeding
from desktop_app.ui.sample.breeding_children import ChildTiles, largest_tile
from desktop_app.ui.sample.breeding_page import BreedingPage, way_words
from desktop_app.ui.sample.sheet_layout import MAX_TILE, SheetLayout
from tests.fakes import write_icons
from tests.ui.conftest import Desktop, wait_for
from tests.ui.test_accessibility import cut_texts, nameless, out_of_reach

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M6 6h12v12H6z"/></svg>'


@pytest.fixture
def board(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Desktop:
    """A window on a package of icons, with the board in view."""
    write_icons(tmp_path / "desktop" / "models")
    made = make_desktop(packages=0)
    wait_for(made.has_pictures)
    made.room.pages.show(page_of(made))
    return made


def page_of(desktop: Desktop) -> BreedingPage:
    page = desktop.room.pages.page("breed")
    assert isinstance(page, BreedingPage)
    return page


def add(desktop: Desktop, *indices: int) -> BreedingPage:
    """Tiles of the sheet as parents."""
    commands = desktop.window.commands.breeding
    for index in indices:
        commands.add_tiles([desktop.canvas.tile(index)])
    return page_of(desktop)


def settled(page: BreedingPage) -> bool:
    return not page._loader.is_busy and not page._family.is_busy


def test_the_board_says_how_to_begin(board: Desktop) -> None:
    page = page_of(board)
    assert page._middle.currentWidget() is page.empty
    assert not page.bar.breed.isEnabled()
    assert not page.panel.stars.isEnabled()
    page.empty.button.click()
    assert board.room.pages.current is None


def test_tiles_of_the_sheet_become_parents_by_a_key(board: Desktop) -> None:
    board.room.pages.show(None)
    board.canvas.select_only(3)
    board.do("to-breed")
    assert board.desk.state.breeding.members[0].design == board.canvas.tile(3).design
    assert board.desk.project.undo_label == "Add a parent"
    board.do("undo")
    assert board.desk.state.breeding.members == ()


def test_twelve_children_are_in_view_with_their_pictures(board: Desktop) -> None:
    page = add(board, 1, 4)
    wait_for(lambda: settled(page))
    assert page.canvas.tiles.count == 12
    assert page.canvas.layout_now.max_scroll == 0
    assert all(board.room.store.has(page.canvas.tile(n).key) for n in range(12))
    assert [slot.tile is not None for slot in page.panel.slots.slots] == [True, True, False, False]
    assert "2 parents" in page.bar.words.text()


def test_chosen_children_become_the_next_parents(board: Desktop) -> None:
    page = add(board, 1, 4)
    chosen = [page.canvas.tile(n).design for n in (2, 5)]
    page.canvas.select_only(2)
    page.canvas._select(page.canvas._selection.toggled(5))
    assert page.bar.breed.text() == "Breed from 2"
    page.bar.breed.click()
    assert breeding.parents(page.state) == chosen
    assert way_words(page.state).startswith("Generation 2")
    page.canvas.opened.emit(7)
    assert way_words(page.state) == "Generation 3 · one parent"
    board.do("undo")
    assert breeding.parents(page.state) == chosen


def test_the_way_is_walked_with_keys(board: Desktop) -> None:
    page = add(board, 1, 4)
    first = breeding.children(page.state)
    page.canvas.opened.emit(0)
    QTest.keyClick(page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert breeding.children(page.state) == first
    assert page.bar.forward.isEnabled()
    QTest.keyClick(page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert way_words(page.state).startswith("Generation 2")


def test_a_member_of_the_tree_is_looked_at_and_bred_from(board: Desktop) -> None:
    page = add(board, 1, 4)
    page.canvas.opened.emit(0)
    tree = page.tree
    assert tree._corners[2].x() > tree._corners[0].x()
    spot = tree._box(1).center().toPoint()
    QTest.mouseClick(tree, Qt.MouseButton.LeftButton, pos=spot)
    assert page.focus_tile().design == page.state.members[1].design
    QTest.mouseDClick(tree, Qt.MouseButton.LeftButton, pos=spot)
    assert breeding.parents(page.state) == [page.state.members[1].design]
    tree.focus = 0
    QTest.keyClick(tree, Qt.Key.Key_Right)
    assert tree.focus == 2
    QTest.keyClick(tree, Qt.Key.Key_Left)
    assert tree.focus in (0, 1)
    assert tree._at(QPointF(-5, -5)) is None


def test_a_parent_is_taken_out_with_delete(board: Desktop) -> None:
    page = add(board, 1, 4)
    QTest.keyClick(page.panel.slots.slots[0], Qt.Key.Key_Delete)
    assert breeding.parents(page.state) == [board.canvas.tile(4).design]


def test_the_fifth_parent_is_refused_in_a_sentence(board: Desktop) -> None:
    page = add(board, 1, 2, 3, 4, 5)
    assert len(breeding.parents(page.state)) == 4
    assert "room for 4 parents" in board.room.banner.sentence


def test_the_amount_is_one_step_however_often_it_moves(board: Desktop) -> None:
    page = add(board, 1, 4)
    for amount in (0.3, 0.4, 0.5):
        page.panel.amount_dragged.emit(amount)
    assert breeding.generation(page.state).amount == 0.5
    board.do("undo")
    assert breeding.generation(page.state).amount == breeding.AMOUNT


def test_reroll_means_the_children_while_the_board_is_in_view(board: Desktop) -> None:
    page = add(board, 1, 4)
    sheet, seed = board.desk.sheet, breeding.generation(page.state).seed
    board.do("reroll")
    assert board.desk.sheet == sheet
    assert breeding.generation(page.state).seed != seed


def test_stars_become_parents(board: Desktop) -> None:
    board.desk.toggle_star([board.canvas.tile(n) for n in range(5)])
    page = page_of(board)
    page.panel.stars.click()
    assert breeding.parents(page.state) == [board.canvas.tile(n).design for n in (4, 3, 2, 1)]
    page.panel.stars.click()
    assert breeding.parents(page.state) == [board.canvas.tile(0).design]


def test_a_star_on_a_child_is_a_take(board: Desktop) -> None:
    page = add(board, 1, 4)
    page.canvas.star_wished.emit(3)
    assert board.desk.state.takes[-1].design == page.canvas.tile(3).design
    page.canvas.select_only(6)
    board.do("star")
    assert board.desk.state.takes[-1].design == page.canvas.tile(6).design


def test_a_design_of_many_kin_is_said_in_numbers(board: Desktop) -> None:
    page = add(board, 1, 4)
    for _ in range(5):
        page.canvas.opened.emit(0)
    wait_for(lambda: any(isinstance(request, ReadLatents) for request in board.engine.served))
    wait_for(lambda: page.state.members[-1].design.place.vector)
    assert page.state.members[-1].parents == (len(page.state.members) - 2,)


def test_the_tree_leaves_as_a_picture_and_as_json(board: Desktop, tmp_path: Path) -> None:
    page = add(board, 1, 4)
    page.canvas.opened.emit(0)
    trees = board.window.commands.breeding.trees
    package = board.desk.package
    trees.export(tmp_path / "tree.json", page.state, package)
    wait_for((tmp_path / "tree.json").is_file)
    assert len(json.loads((tmp_path / "tree.json").read_text())["members"]) == 3
    trees.export(tmp_path / "tree.svg", page.state, package)
    wait_for((tmp_path / "tree.svg").is_file)
    assert (tmp_path / "tree.svg").read_text().count("<path transform") == 3
    assert any(isinstance(request, Trace) for request in board.engine.served)
    wait_for(lambda: "tree.svg" in board.room.banner.sentence)


def test_an_icon_of_ones_own_becomes_a_parent(board: Desktop, tmp_path: Path) -> None:
    page = page_of(board)
    (tmp_path / "mine.svg").write_text(SQUARE)
    page.file_dropped.emit(str(tmp_path / "mine.svg"))
    own = board.window.commands.breeding.own_pictures
    wait_for(lambda: own.dialog is not None and own.dialog._search.state == "done")
    assert "intersection over union" in own.dialog._detail.text()
    own.dialog.use_buttons["parent"].click()
    (parent,) = breeding.parents(page.state)
    assert parent.place.source == "mine.svg"


def test_tiles_are_as_large_as_they_can_be() -> None:
    size = largest_tile(900, 600, 12)
    assert SheetLayout(900, 600, size, 12).max_scroll == 0
    assert size == MAX_TILE or SheetLayout(900, 600, size + 4, 12).max_scroll > 0


def test_children_of_other_parents_do_not_stand_in_for_each_other(board: Desktop) -> None:
    package = board.desk.package
    one, other = (ChildTiles((Design(0, n),), package, (Design(1, n),)) for n in range(2))
    assert one.family != other.family


def dropped_on(page: BreedingPage, spot: QPoint, path: Path, source: QObject | None) -> None:
    """A drop of a file, as Qt tells of it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(spot), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.source = lambda: source  # type: ignore[method-assign]
    page.dropEvent(event)


def test_a_child_that_is_dragged_to_the_parents_becomes_one(board: Desktop, tmp_path: Path) -> None:
    page = add(board, 1, 4)
    page.canvas.select_only(6)
    child = page.canvas.tile(6).design
    dropped_on(page, page.canvas.mapTo(page, QPoint(50, 50)), tmp_path / "child.png", page)
    assert child not in breeding.parents(page.state)
    dropped_on(page, page.panel.geometry().center(), tmp_path / "child.png", page)
    assert breeding.parents(page.state)[-1] == child


def test_everything_on_the_board_has_a_name_and_can_be_reached(board: Desktop) -> None:
    page = page_of(board)
    for indices in ((), (1, 4)):
        add(board, *indices)
        wait_for(lambda: settled(page))
        assert nameless(page) == []
        assert out_of_reach(page) == []
        assert cut_texts(page) == []
