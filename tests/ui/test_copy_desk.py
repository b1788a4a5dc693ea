"""The copy desk on screen: a click writes a batch, every line can be gone on from, and all of it is undone in steps."""

import dataclasses
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.text_requests import Complete, Limits
from desktop_app.studio.copy_desk import CopyDesk
from desktop_app.studio.writing import WriteState, WritingOptions
from desktop_app.ui.write import desk_scene
from desktop_app.ui.write.desk_view import EXAMPLE, DeskView
from desktop_app.ui.write.line_card import LineCard
from desktop_app.ui.write.word_strip import odds, strip_words
from tests.fakes import WORDS, token_of
from tests.ui.conftest import wait_for
from tests.ui.writing import Writer

STATE = WriteState(options=WritingOptions(tokens=4, seed=7), desk=CopyDesk(brief="A lamp. Tagline:"))


@pytest.fixture
def writer(look, tmp_path) -> Iterator[Writer]:
    made = Writer(DeskView, look, tmp_path, STATE)
    yield made
    made.close()


def words(seed: int, branch: int, count: int = 4) -> str:
    return " ".join(WORDS[token_of(seed, branch, place)] for place in range(count))


def lines(writer: Writer) -> list[str]:
    return [card.scene.line for card in writer.view.grid.cards]


def go(writer: Writer) -> None:
    writer.view.go()
    writer.settle()


def card(writer: Writer, place: int) -> LineCard:
    return writer.view.grid.cards[place]


# -- writing ---------------------------------------------------------------------------------------------------------


def test_one_click_writes_a_batch_side_by_side(writer):
    QTest.keyClick(writer.view.brief.brief, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    writer.settle()
    assert lines(writer) == [words(7, branch) for branch in range(5)]
    asked = [request for request in writer.engine.served if isinstance(request, Complete)]
    assert [(request.count, request.seed, request.alternatives) for request in asked] == [(5, 7, 0)]
    assert writer.steps == ["Write 5 lines"]
    assert not writer.view.is_busy


def test_a_batch_is_one_step_back(writer):
    go(writer)
    assert writer.undo() == "Write 5 lines"
    assert lines(writer) == []
    writer.redo()
    assert lines(writer) == [words(7, branch) for branch in range(5)]


def test_the_same_state_brings_the_same_lines_and_another_click_others(writer):
    go(writer)
    first = lines(writer)
    go(writer)
    assert lines(writer)[5:] == first
    assert lines(writer)[:5] == [words(8, branch) for branch in range(5)]
    writer.undo()
    writer.undo()
    go(writer)
    assert lines(writer) == first


def test_the_limits_are_asked_for_and_shown(writer):
    brief = writer.view.brief
    brief.count.setValue(3)
    brief.characters.setValue(30)
    brief.contain.clear()
    QTest.keyClicks(brief.contain, "oak, warm light")
    QTest.keyClicks(brief.avoid, "gold")
    go(writer)
    request = writer.engine.served[-1]
    assert request.limits == Limits(30, ("oak", "warm light"), ("gold",))
    assert request.count == 3
    assert [card.scene.count_words.split(" / ")[1] for card in writer.view.grid.cards] == ["30"] * 3
    assert "up to 30 characters" in writer.view.grid._sections[writer.view.grid._order[0]]._head.text()


def test_what_cannot_be_is_said_and_nothing_is_asked(writer):
    writer.view.brief.brief.clear()
    go(writer)
    assert writer.said[-1][0].startswith("Write a brief first")
    assert writer.engine.served == []


def test_without_a_model_nothing_can_be_asked(writer):
    writer.package = None
    writer.show()
    go(writer)
    assert not writer.view.brief.go.isEnabled()
    assert writer.engine.served == []


def test_only_a_model_that_follows_instructions_is_asked(look, tmp_path):
    writer = Writer(DeskView, look, tmp_path, STATE, chat=False)
    assert writer.view.brief.asks.isHidden()
    writer.close()


def test_an_instruction_goes_to_a_model_that_follows_them(writer):
    writer.view.brief.asks.click()
    go(writer)
    assert [message.role for message in writer.engine.served[-1].messages] == ["system", "user", "assistant"]


def test_lines_without_a_word_are_told(writer, monkeypatch):
    monkeypatch.setattr("tests.fakes.WORDS", ("…",) * len(WORDS))
    go(writer)
    assert writer.said[0][0].startswith("5 of 5 lines ended before their first word.")
    assert writer.steps == []


def test_an_error_is_a_sentence_and_the_brief_stays(writer):
    writer.engine.failures.append(DeviceError("The model gave numbers that are none."))
    go(writer)
    assert writer.said == [("The model gave numbers that are none.", "error")]
    assert writer.write.desk == STATE.desk
    assert not writer.view.is_busy


# -- stopping --------------------------------------------------------------------------------------------------------


def test_lines_stream_into_cards_and_esc_leaves_what_came(look, tmp_path):
    writer = Writer(DeskView, look, tmp_path, replace(STATE, options=WritingOptions(tokens=400, seed=7)))
    writer.queue.paused = True
    writer.view.go()
    request = writer.queue.waiting[-1].request
    job = writer.queue.waiting.pop()
    for number, update in enumerate(writer.engine.run(request)):
        job.on_update(job, update)
        if number == 13:
            break
    wait_for(lambda: any(lines(writer)))
    assert len(lines(writer)) == 5
    assert writer.view.is_busy
    assert writer.view.brief.go.text() == "Stop"
    QTest.keyClick(writer.view.brief.brief, Qt.Key.Key_Escape)
    assert not writer.view.is_busy
    assert writer.queue.cancelled == [job]
    assert lines(writer) == [words(7, branch, 3 if branch == 0 else 2) for branch in range(5)]
    assert {branch.why for branch in writer.write.desk.branches} == {"stopped"}
    writer.close()


def test_what_comes_after_a_stop_is_not_heard(writer):
    writer.queue.paused = True
    writer.view.go()
    writer.view.stop()
    writer.queue.run_waiting()
    writer.settle()
    assert lines(writer) == []
    assert writer.steps == []


def test_another_model_ends_what_runs(writer, tmp_path):
    writer.queue.paused = True
    writer.view.go()
    writer.package = None
    writer.show()
    assert not writer.view.is_busy


def test_a_line_that_is_undone_while_it_is_gone_on_from(writer):
    go(writer)
    writer.queue.paused = True
    card(writer, 0).branch.click()
    assert writer.view.is_busy
    writer.undo()
    writer.undo()
    assert not writer.view.is_busy
    assert writer.write.desk.branches == ()


# -- the tree --------------------------------------------------------------------------------------------------------


def test_a_card_becomes_the_parent_of_the_next_lines(writer):
    go(writer)
    parent = card(writer, 2).scene.line
    card(writer, 2).branch.click()
    writer.settle()
    assert writer.engine.served[-1].prompt == f'A lamp. Tagline: "{parent}'
    assert lines(writer) == [f"{parent} {words(7, branch)}" for branch in range(5)]
    assert [scene.before for scene in (card.scene for card in writer.view.grid.cards)] == [parent] * 5
    assert len(writer.view.path.buttons) == 2


def test_an_ancestor_shows_its_children_exactly_as_they_were(writer):
    go(writer)
    scenes = [card.scene for card in writer.view.grid.cards]
    card(writer, 2).branch.click()
    writer.settle()
    writer.view.path.buttons[0].click()
    again = [card.scene for card in writer.view.grid.cards]
    assert [replace_below(scene) for scene in again] == [replace_below(scene) for scene in scenes]
    assert again[2].below == 5
    served = len(writer.engine.served)
    card(writer, 2).branch.click()
    assert lines(writer)[0].startswith(scenes[2].line)
    assert len(writer.engine.served) == served


def replace_below(scene: desk_scene.CardScene) -> desk_scene.CardScene:
    return dataclasses.replace(scene, below=0)


def test_a_removed_line_takes_its_children_along_and_comes_back(writer):
    go(writer)
    card(writer, 0).branch.click()
    writer.settle()
    writer.view.path.buttons[0].click()
    card(writer, 0).remove.click()
    assert writer.steps[-1] == "Remove 6 lines"
    assert len(writer.write.desk.branches) == 4
    writer.undo()
    assert len(writer.write.desk.branches) == 10


def test_a_kept_line_is_found_from_everywhere(writer):
    go(writer)
    kept = card(writer, 1).scene.line
    card(writer, 1).star.click()
    card(writer, 0).branch.click()
    writer.settle()
    assert writer.view.path.kept.text() == "Kept  1"
    writer.view.path.kept.click()
    assert lines(writer) == [kept]
    writer.view.path.buttons[0].click()
    assert len(lines(writer)) == 5


# -- a line ----------------------------------------------------------------------------------------------------------


def test_a_hand_changes_a_line_and_the_limits_are_checked_again(writer):
    writer.view.brief.characters.setValue(40)
    writer.view.brief.avoid.setText("gold")
    writer.view.brief.avoid.textEdited.emit("gold")
    go(writer)
    changed = card(writer, 0)
    QTest.keyClick(changed, Qt.Key.Key_F2)
    assert changed.is_edited
    changed._field.selectAll()
    QTest.keyClicks(changed._field, "Golden light that falls softly on old oak")
    QTest.keyClick(changed._field, Qt.Key.Key_Return)
    assert not changed.is_edited
    assert writer.steps[-1] == "Change a line"
    assert changed.scene.breaks == ("1 character too long", "“gold” is in it")
    assert changed._note.text() == "1 character too long, “gold” is in it"
    assert "“gold” is in it" in changed.accessibleName()


def test_esc_leaves_a_line_as_it_was(writer):
    go(writer)
    before = lines(writer)
    card(writer, 0).start_editing()
    QTest.keyClicks(card(writer, 0)._field, "x")
    QTest.keyClick(card(writer, 0)._field, Qt.Key.Key_Escape)
    assert lines(writer) == before
    assert writer.steps == ["Write 5 lines"]


def test_the_keys_of_a_card(writer):
    go(writer)
    card(writer, 0).setFocus()
    QTest.keyClick(card(writer, 0), Qt.Key.Key_Space)
    assert card(writer, 0).scene.is_kept
    QTest.keyClick(card(writer, 0), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == card(writer, 0).scene.line
    QTest.keyClick(card(writer, 0), Qt.Key.Key_Delete)
    assert len(lines(writer)) == 4


def test_a_line_becomes_the_title_of_a_starred_design(writer):
    go(writer)
    card(writer, 0).title.click()
    menu = writer.view.menu
    texts = [action.text() for action in menu.actions()]
    assert texts[0].startswith("“Quiet”  ·  Class 4, seed 1, tile 27")
    menu.actions()[1].trigger()
    menu.close()
    assert writer.titles == [(lines(writer)[0], writer.takes[0])]


def test_where_nothing_is_starred_it_is_said_what_to_do(writer):
    writer.takes = ()
    go(writer)
    card(writer, 0).title.click()
    assert writer.view.menu is None
    assert writer.said[-1][0].startswith("No design is starred yet.")


def test_every_character_of_a_line_is_text(writer):
    go(writer)
    writer.view.wishes.rewrite(writer.write.desk.branches[0].number, '<img src="x"> & <b>oak</b>')
    assert card(writer, 0)._text.text == '<img src="x"> & <b>oak</b>'


def test_the_surprise_of_each_word_is_told():
    assert odds(0.0) == "the model was sure of it"
    assert odds(1.0) == "one in 2.0"
    assert odds(10.0) == "one in 1,000"
    assert odds(30.0) == "less than one in a million"
    assert strip_words(()) == ""
    assert strip_words((1.0, 3.0)).startswith("Surprise on the mean: 2.0 bits a word")


# -- the brief -------------------------------------------------------------------------------------------------------


def test_a_brief_is_one_step_and_undone_by_the_project(writer):
    QTest.keyClicks(writer.view.brief.brief, " Warm.")
    assert writer.write.desk.brief == "A lamp. Tagline: Warm."
    assert writer.undo() == "Brief"
    assert writer.view.brief.brief.text == "A lamp. Tagline:"


def test_an_empty_desk_offers_an_example(look, tmp_path):
    writer = Writer(DeskView, look, tmp_path, WriteState())
    assert writer.view._stack.currentWidget() is writer.view._empty
    writer.view._empty.button.click()
    assert writer.write.desk.brief == EXAMPLE
    writer.close()


def test_words_half_typed_are_not_taken_away(writer):
    field = writer.view.brief.contain
    QTest.keyClicks(field, "oak,")
    assert field.text() == "oak,"
    assert writer.write.desk.limits.contain == ("oak",)
    writer.undo()
    assert field.text() == ""


def test_there_are_as_many_columns_as_there_is_room_for(writer):
    go(writer)
    section = writer.view.grid._sections[writer.view.grid._order[0]]
    seen = []
    for width in (900, 420, 640):
        writer.view.resize(width, 700)
        writer.settle()
        seen.append(section._columns)
        assert writer.view.grid.width() <= writer.view._area.viewport().width()
    assert seen == [3, 1, 2]


def test_everything_has_a_name_and_a_tip(writer):
    go(writer)
    for button in card(writer, 0).buttons:
        assert button.accessibleName()
        assert button.toolTip()
