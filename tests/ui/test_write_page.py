"""The page of Write in its room, on an engine that writes words of a small dictionary."""

import random
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.manifest import TextKind
from desktop_app.engine.text_requests import Complete
from desktop_app.studio.project import ProjectState, load_project
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writing import PRESETS
from desktop_app.ui.look.theme import Look
from desktop_app.ui.write import soft_breaks
from desktop_app.ui.write.token_popup import shown
from tests.fakes import WORDS, FakeEngine, token_of
from tests.ui.conftest import wait_for
from tests.ui.test_accessibility import nameless, out_of_reach, still_cut, unexplained
from tests.ui.write_table import CTRL, Table, make_table, table  # noqa: F401

Make = Callable[..., Table]


def asked(table: Table) -> list[Complete]:  # noqa: F811
    return [request for request in table.asked if isinstance(request, Complete)]


def words_of(seed: int, count: int) -> str:
    """What the fake engine writes."""
    return "".join(" " + WORDS[token_of(seed, 0, place)] for place in range(count))


def test_a_prediction_streams_in_at_the_cursor_and_is_one_step(table: Table) -> None:  # noqa: F811
    table.set(tokens=6, seed=3)
    table.type("Oda is")
    table.write_on()
    assert table.page.text == "Oda is" + words_of(3, 6) == table.editor.text
    assert table.page.cursor == table.editor.caret == len(table.page.text)
    assert table.project.undo_label == "Write on"
    table.undo()
    assert table.editor.text == "Oda is" == table.page.text
    assert table.editor.caret == 6
    table.redo()
    assert table.editor.text == "Oda is" + words_of(3, 6)


def test_it_writes_in_the_middle_from_what_stands_before(table: Table) -> None:  # noqa: F811
    table.set(tokens=2)
    table.type("One two \U0001f6cb 中 end")
    for _ in range(4):
        table.key(Qt.Key.Key_Left)
    table.write_on()
    (request,) = asked(table)
    assert request.prompt == "One two \U0001f6cb 中"
    assert table.editor.text == f"One two \U0001f6cb 中{words_of(0, 2)} end" == table.editor.toPlainText()
    assert table.page.text[table.page.cursor :] == " end"


# -- steps -----------------------------------------------------------------------------------------------------------


def test_typing_is_undone_word_by_word(table: Table) -> None:  # noqa: F811
    table.type("one two")
    assert table.project.undo_label == "Typing"
    table.undo()
    assert (table.editor.text, table.editor.caret) == ("one ", 4)
    table.undo()
    assert table.editor.text == ""
    table.redo()
    table.redo()
    assert (table.editor.text, table.editor.caret) == ("one two", 7)


def test_a_jump_of_the_cursor_begins_a_step_and_undo_goes_back_there(table: Table) -> None:  # noqa: F811
    table.type("abcdef")
    for _ in range(4):
        table.key(Qt.Key.Key_Left)
    table.type("X")
    table.key(Qt.Key.Key_End)
    table.undo()
    assert (table.editor.text, table.editor.caret) == ("abcdef", 2)


def test_the_same_seed_writes_the_same_and_continuing_goes_on(table: Table) -> None:  # noqa: F811
    table.set(tokens=3, seed=11)
    table.type("Oda")
    table.write_on()
    first = table.page.text
    table.undo()
    table.write_on()
    assert table.page.text == first
    table.write_on()
    assert table.page.text == first + words_of(11, 3)
    assert [r.prompt for r in asked(table)] == ["Oda", "Oda", first]


def test_a_re_roll_has_a_new_seed_that_is_shown_and_is_one_step(table: Table) -> None:  # noqa: F811
    table.set(tokens=3, seed=11)
    table.type("Oda")
    table.write_on()
    first = table.page
    table.key(Qt.Key.Key_R, CTRL)
    table.wait()
    seed = table.project.state.write.options.seed
    assert seed != 11
    assert table.page.text == "Oda" + words_of(seed, 3) == table.editor.text
    assert table.room.panel.seed.value() == seed
    assert f"Seed {seed}" in table.view.status.sentence
    table.undo()
    assert table.page == first
    assert table.project.state.write.options.seed == 11


def test_a_prediction_is_rolled_again_after_undo_and_after_loading(table: Table) -> None:  # noqa: F811
    table.set(tokens=3)
    table.type("Oda")
    table.write_on()
    table.type(".")
    table.undo()
    table.project.save()
    again, problem = load_project(table.project.path, ProjectState(SheetState("", 0)))
    assert not problem
    assert again.state == table.project.state
    table.project = again
    table.show()
    table.key(Qt.Key.Key_R, CTRL)
    table.wait()
    assert table.page.text == "Oda" + words_of(table.project.state.write.options.seed, 3)


def test_a_re_roll_with_nothing_to_roll_says_so(table: Table) -> None:  # noqa: F811
    table.key(Qt.Key.Key_R, CTRL)
    assert "nothing to re-roll" in table.room.banner.sentence
    assert not table.view.status.reroll.isEnabled()


def test_at_temperature_nought_there_is_nothing_to_roll(table: Table) -> None:  # noqa: F811
    table.set(tokens=2, choosing=PRESETS["Certain"])
    table.type("Oda")
    table.write_on()
    table.key(Qt.Key.Key_R, CTRL)
    assert "every seed writes the same" in table.room.banner.sentence
    assert len(asked(table)) == 1


def test_the_recipe_is_copied(table: Table) -> None:  # noqa: F811
    table.set(tokens=2, seed=9)
    table.type("Oda")
    assert not table.view.status.recipe.isEnabled()
    table.write_on()
    table.view.status.recipe.click()
    recipe = msgspec.json.decode(QGuiApplication.clipboard().text())
    assert (recipe["seed"], recipe["prompt"], recipe["text"]) == (9, "Oda", words_of(9, 2))
    assert recipe["how"]["package_sha256"] == table.package.sha256


# -- while it writes -------------------------------------------------------------------------------------------------


def test_escape_stops_and_what_came_stays(make_table: Make) -> None:  # noqa: F811
    table = make_table(FakeEngine(seconds_a_token=0.01))  # noqa: F811
    table.set(tokens=400)
    table.type("Oda")
    table.key(Qt.Key.Key_Return, CTRL)
    wait_for(lambda: len(table.page.text) > 20)
    assert "Writing" in table.view.status.sentence
    assert table.view.status.go.text() == "Stop"
    table.key(Qt.Key.Key_Escape)
    assert not table.view.is_busy
    text = table.editor.text
    assert table.page.text == text == "Oda" + words_of(0, 400)[: len(text) - 3]
    wait_for(lambda: table.queue.state.running is None)
    assert table.editor.text == text
    assert table.project.undo_label == "Write on"
    table.undo()
    assert table.editor.text == "Oda"


def test_it_stops_while_the_model_is_loading(make_table: Make) -> None:  # noqa: F811
    engine = FakeEngine(hang=threading.Event())
    table = make_table(engine)  # noqa: F811
    table.type("Oda")
    table.key(Qt.Key.Key_Return, CTRL)
    wait_for(lambda: asked(table))
    assert "Loading the model" in table.view.status.sentence
    QTest.mouseClick(table.view.status.go, Qt.MouseButton.LeftButton)
    assert not table.view.is_busy
    engine.hang.set()  # type: ignore[union-attr]
    wait_for(lambda: table.queue.state.running is None)
    assert table.editor.text == "Oda"
    assert table.project.undo_label == "Typing"


def test_typing_takes_over_and_undo_takes_the_rest_back(make_table: Make) -> None:  # noqa: F811
    table = make_table(FakeEngine(seconds_a_token=0.01))  # noqa: F811
    table.set(tokens=400)
    table.type("Oda")
    table.key(Qt.Key.Key_Return, CTRL)
    wait_for(lambda: len(table.page.text) > 10)
    table.type("!")
    assert not table.view.is_busy
    came = table.page.text[:-1]
    assert table.page.text.endswith("!")
    table.undo()
    assert table.editor.text == came
    table.undo()
    assert table.editor.text == "Oda"


def test_undo_while_it_writes_ends_it(make_table: Make) -> None:  # noqa: F811
    table = make_table(FakeEngine(seconds_a_token=0.01))  # noqa: F811
    table.set(tokens=400)
    table.type("Oda")
    table.key(Qt.Key.Key_Return, CTRL)
    wait_for(lambda: len(table.page.text) > 10)
    table.undo()
    assert (table.editor.text, table.page.text, table.view.is_busy) == ("Oda", "Oda", False)
    wait_for(lambda: table.queue.state.running is None)
    assert table.editor.text == "Oda"


def test_an_error_is_a_sentence_and_the_text_stays(make_table: Make) -> None:  # noqa: F811
    table = make_table(FakeEngine(failures=[DeviceError("The processor is on strike.")]))  # noqa: F811
    table.set(tokens=2)
    table.type("Oda")
    table.write_on()
    assert table.room.banner.sentence == "The processor is on strike."
    assert table.view.status.sentence == "Nothing more was written"
    assert table.editor.text == "Oda" == table.page.text
    table.room.banner._on_act()
    table.wait()
    assert table.editor.text == "Oda" + words_of(0, 2)


def test_a_failed_re_roll_leaves_the_old_prediction(make_table: Make) -> None:  # noqa: F811
    table = make_table()  # noqa: F811
    table.set(tokens=2)
    table.type("Oda")
    table.write_on()
    before = table.page
    table.engine.failures.append(DeviceError("The processor is on strike."))
    table.key(Qt.Key.Key_R, CTRL)
    table.wait()
    assert table.page == before
    assert table.editor.text == before.text


# -- what else might stand there --------------------------------------------------------------------------------------


def test_another_word_is_taken_and_the_text_goes_on_from_there(table: Table) -> None:  # noqa: F811
    table.set(tokens=4, seed=5, alternatives=3)
    table.type("Oda")
    table.write_on()
    before = table.page
    table.key(Qt.Key.Key_Left, CTRL)
    table.key(Qt.Key.Key_Left)
    table.key(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = table.view.marks.popup
    assert popup.isVisible()
    assert popup.rows.hasFocus()
    assert len(popup.alternatives) == 3
    assert popup.rows.item(0).text().endswith("written")
    place, other = popup.place, popup.alternatives[2]
    QTest.keyClick(popup.rows, Qt.Key.Key_Down)
    QTest.keyClick(popup.rows, Qt.Key.Key_Down)
    QTest.keyClick(popup.rows, Qt.Key.Key_Return)
    table.wait()
    assert asked(table)[-1].first == (other.token,)
    assert asked(table)[-1].prompt == before.text[: place.start]
    assert table.page.text.startswith(before.text[: place.start] + other.text)
    assert table.page.last.first == (other.token,)
    assert table.editor.hasFocus()
    assert table.project.undo_label == "Another word"
    table.undo()
    assert table.page.text == before.text
    assert table.page.runs == before.runs


def test_a_word_is_pointed_at(table: Table) -> None:  # noqa: F811
    table.set(tokens=4)
    table.type("Oda")
    table.write_on()
    popup, editor = table.view.marks.popup, table.editor
    spot = editor.box_of(5, 6).center()
    QTest.mouseMove(editor.viewport(), spot.toPoint() + QPoint(60, 0))
    QTest.mouseMove(editor.viewport(), spot.toPoint())
    wait_for(popup.isVisible)
    assert not popup.rows.hasFocus()
    assert popup.place.start <= 5 < popup.place.end
    QTest.mouseMove(editor.viewport(), QPoint(5, 400))
    wait_for(lambda: not popup.isVisible())


def test_what_was_typed_is_weighed_when_the_hands_rest(table: Table) -> None:  # noqa: F811
    table.type("A small lamp")
    marks = table.view.marks
    assert list(marks.strip.bars) == []
    wait_for(lambda: marks.strip.bars)
    assert [(bar.start, bar.end) for bar in marks.strip.bars] == [(1, 7), (7, 12)]
    assert marks.strip.figure.endswith("bits a word")
    table.key(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    other = marks.popup.alternatives[1]
    QTest.keyClick(marks.popup.rows, Qt.Key.Key_Down)
    QTest.keyClick(marks.popup.rows, Qt.Key.Key_Return)
    assert table.page.text == "A small" + other.text
    assert asked(table) == []


def test_the_page_is_coloured_by_confidence_and_plain_without(table: Table) -> None:  # noqa: F811
    table.type("An extraordinarily small lamp")
    wait_for(lambda: table.view.marks.strip.bars)
    assert table.editor._tints == []
    table.room.toggle_colour()
    wait_for(lambda: table.editor._tints)
    grounds = {table.page.text[start:end] for start, end, _ in table.editor._tints}
    assert grounds == {"extraordinarily", "small", "lamp"}
    assert table.room.panel.legend.isVisible()
    table.undo()
    wait_for(lambda: not table.editor._tints)


def test_broken_characters_have_a_name() -> None:
    assert shown("\ufffd") == shown("") == "part of a character"
    assert (shown(" oak"), shown("\n\n"), shown(" ")) == ("·oak", "↵↵", "·")


# -- ghost text --------------------------------------------------------------------------------------------------------


@pytest.fixture
def haunted(make_table: Make) -> Table:  # noqa: F811
    """A text with its ghost."""
    table = make_table()  # noqa: F811
    table.set(ghost=True)
    table.type("Oda is")
    wait_for(lambda: table.editor.ghost.text == words_of(0, 16))
    return table


def test_a_ghost_is_no_text_until_tab_takes_it(haunted: Table) -> None:
    ghost = haunted.editor.ghost.text
    assert haunted.page.text == haunted.editor.text == haunted.editor.toPlainText() == "Oda is"
    haunted.key(Qt.Key.Key_Tab)
    assert haunted.page.text == "Oda is" + ghost == haunted.editor.toPlainText()
    assert haunted.editor.caret == len(haunted.page.text)
    assert len(haunted.page.runs[0].tokens) == 16
    assert haunted.project.undo_label == "Accept"
    haunted.undo()
    assert haunted.editor.text == "Oda is"


def test_a_ghost_is_taken_word_by_word_in_one_step(haunted: Table) -> None:
    ghost = haunted.editor.ghost.text
    haunted.key(Qt.Key.Key_Right, CTRL)
    haunted.key(Qt.Key.Key_Right, CTRL)
    taken = haunted.page.text.removeprefix("Oda is")
    assert ghost.startswith(taken)
    assert len(taken.split()) == 2
    assert haunted.editor.ghost.text == ghost[len(taken) :]
    haunted.undo()
    assert haunted.editor.text == "Oda is"


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Left])
def test_a_ghost_goes_when_something_else_is_done(haunted: Table, key: Qt.Key) -> None:
    haunted.key(key)
    assert haunted.editor.ghost.text == ""
    assert haunted.page.text == "Oda is"


def test_typing_dismisses_the_ghost_and_its_job(make_table: Make) -> None:  # noqa: F811
    table = make_table(FakeEngine(seconds_a_token=0.02))  # noqa: F811
    table.set(ghost=True)
    table.type("Oda is")
    wait_for(lambda: table.editor.ghost.text)
    table.type("x")
    assert table.editor.ghost.text == ""
    assert table.page.text == "Oda isx"
    wait_for(lambda: table.queue.state.running is None)
    assert table.editor.toPlainText() == "Oda isx"


# -- from elsewhere ----------------------------------------------------------------------------------------------------


def test_anything_can_be_pasted(table: Table) -> None:  # noqa: F811
    data = QMimeData()
    data.setText("a\r\nb\x00c\u2028\U0001f6cb 中文")
    table.editor.insertFromMimeData(data)
    assert table.page.text == "a\nb\ufffdc\n\U0001f6cb 中文" == table.editor.text == table.editor.toPlainText()
    assert table.project.undo_label == "Paste"
    table.key(Qt.Key.Key_Backspace)
    table.key(Qt.Key.Key_Home)
    table.type("x")
    table.key(Qt.Key.Key_Right)
    table.type("y")
    assert table.page.text == "a\nb\ufffdc\nx\U0001f6cby 中" == table.editor.toPlainText()


def test_a_text_file_is_opened_and_the_old_text_is_a_step_away(table: Table, tmp_path: Path) -> None:  # noqa: F811
    table.type("mine")
    path = tmp_path / "note.txt"
    path.write_bytes("\ufeffRöd lampa 中\r\n".encode())
    table.room.take_files([path])
    assert table.page.text == "Röd lampa 中\n" == table.editor.text
    table.undo()
    assert table.editor.text == "mine"
    path.write_bytes(b"caf\xe9")
    table.room.take_files([path])
    assert "“note.txt” is not text in UTF-8" in table.room.banner.sentence
    assert table.editor.text == "mine"


def test_a_file_is_dropped_on_the_page_and_a_model_is_handed_on(table: Table, tmp_path: Path) -> None:  # noqa: F811
    handed: list[str] = []
    table.room.file_dropped.connect(handed.append)
    for name in ("note.md", "model.zip", "picture.png"):
        (tmp_path / name).write_bytes(b"# Oda")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        table.editor.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, button, keys))
    assert table.page.text == "# Oda"
    assert handed == [str(tmp_path / "model.zip")]
    assert "“picture.png” is no text" in table.room.banner.sentence


def test_a_book_of_one_paragraph_lies_in_pieces_and_is_one_text(
    table: Table,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(soft_breaks, "PIECE", 20)
    monkeypatch.setattr(soft_breaks, "LONGEST", 60)
    text = "Oda \U0001f6cb is a lamp. " * 12 + "\nEnd"
    data = QMimeData()
    data.setText(text)
    table.editor.insertFromMimeData(data)
    assert table.page.text == text == table.editor.text
    blocks = table.editor.document().blockCount()
    assert blocks > 8
    rng = random.Random(7)
    keys = [Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_A, Qt.Key.Key_Space]
    for _ in range(120):
        at = rng.randrange(len(table.page.text))
        table.editor.put_cursor(at)
        expected, key = table.page.text, rng.choice(keys)
        typed = {Qt.Key.Key_Return: "\n", Qt.Key.Key_A: "a", Qt.Key.Key_Space: " "}.get(key, "")
        first, last = at, at
        if key == Qt.Key.Key_Backspace:
            first = max(0, at - 1)
        elif key == Qt.Key.Key_Delete:
            last = at + 1
        table.key(key)
        assert table.page.text == expected[:first] + typed + expected[last:]
        document = table.editor.document().toRawText().replace("\u2029", " ")
        assert document == table.page.text.replace("\n", " ")
    while table.project.undo_label:
        table.undo()
    assert table.editor.text == ""


def test_what_is_copied_has_its_spaces(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(soft_breaks, "PIECE", 20)
    monkeypatch.setattr(soft_breaks, "LONGEST", 60)
    table.type("word " * 30)
    assert table.editor.document().blockCount() > 2
    table.key(Qt.Key.Key_A, CTRL)
    assert table.editor.createMimeDataFromSelection().text() == "word " * 30 == table.page.text


def test_a_starter_begins_an_empty_page(table: Table) -> None:  # noqa: F811
    button = next(b for b in table.view.sheet.findChildren(QPushButton) if b.text() == "A tagline")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert table.page.text.startswith("A chair that asks")
    assert not button.isVisible()
    table.undo()
    assert button.isVisible()
    table.set(tokens=2)
    table.write_on()
    assert table.page.text == words_of(0, 2)
    assert not button.isVisible()


def test_a_long_text_says_what_was_not_read(table: Table) -> None:  # noqa: F811
    data = QMimeData()
    data.setText("word " * 20_000)
    table.editor.insertFromMimeData(data)
    table.set(tokens=2)
    table.write_on()
    (request,) = asked(table)
    cut = len(table.page.text.split()[0]) and 100_000 - len(request.prompt) - 1
    assert len(request.prompt) < 20_000
    assert f"Of the beginning, {cut:,} characters are not read" in table.view.status.sentence


def test_without_a_model_the_room_says_how_to_come_by_one(make_table: Make) -> None:  # noqa: F811
    table = make_table(bare=True)  # noqa: F811
    table.room.show_models([])
    assert "python -m export smollm2" in table.room._empty._text.text()
    assert table.room.first_focus is table.room._empty.button


def test_a_text_without_its_model_is_still_in_view(make_table: Make) -> None:  # noqa: F811
    table = make_table()  # noqa: F811
    table.type("Oda")
    table.package = None
    table.show()
    assert table.editor.isVisible()
    assert not table.view.status.go.isEnabled()
    table.key(Qt.Key.Key_Return, CTRL)
    assert table.editor.text == "Oda"


# -- for everyone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_is_named_reached_and_read(make_table: Make, look: Look, theme: str) -> None:  # noqa: F811
    look.apply(theme)
    kinds = (TextKind("prose", "Prose", 1), TextKind("product", "Product", 2))
    table = make_table(kinds=kinds)  # noqa: F811
    table.set(tokens=20, colour=True)
    assert_accessible(table)
    table.type("Oda is a lamp")
    table.write_on()
    table.key(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert_accessible(table)


def assert_accessible(table: Table) -> None:  # noqa: F811
    QCoreApplication.processEvents()
    assert nameless(table.room) == []
    assert unexplained(table.room) == []
    assert out_of_reach(table.room) == []
    assert still_cut(table.room) == []
