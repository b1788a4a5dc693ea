"""The field for words alone: completing, keeping, dropping, and when what was typed goes out."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop_app.engine.manifest import IconSource
from desktop_app.ui.look.theme import Look
from desktop_app.ui.sample.set_field import ANY, SetField
from desktop_app.ui.sample.words_field import MOST_LETTERS, WordsField
from tests.ui.conftest import wait_for

WORDS = ("arrow", "heart", "car", "card", "coffee", "cup", "scar")
SETS = (
    IconSource("tabler", "Tabler Icons", "MIT", 5000),
    IconSource("mdi", "Material Design Icons", "Apache-2.0", 7000),
)
Key = Qt.Key


@pytest.fixture
def home(look: Look) -> Iterator[QWidget]:
    home = QWidget()
    column = QVBoxLayout(home)
    words, sets = WordsField(look), SetField(look)
    words.set_vocabulary(WORDS)
    sets.set_sources(SETS)
    column.addWidget(words)
    column.addWidget(sets)
    home.resize(500, 400)
    home.show()
    home.activateWindow()
    words.setFocus()
    wait_for(words.hasFocus)
    yield home
    home.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def field(home: QWidget) -> WordsField:
    return home.findChild(WordsField)


@pytest.fixture
def sets(home: QWidget) -> SetField:
    found = home.findChild(SetField)
    found.setFocus()
    wait_for(found.hasFocus)
    return found


def press(field: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(field, key)


def heard(field: WordsField) -> list[str]:
    said: list[str] = []
    field.typed.connect(said.append)
    return said


def rows(field: WordsField) -> list[str]:
    shown = field.completions.rows
    return [shown.item(n).text() for n in range(shown.count())] if field.completions.is_open else []


def test_what_is_typed_goes_out_once_after_a_moment(field: WordsField) -> None:
    said = heard(field)
    QTest.keyClicks(field, "blue ")
    assert said == []
    assert field.is_waiting
    wait_for(lambda: said)
    assert said == ["blue "]


def test_half_a_word_is_completed_and_its_rest_is_marked(field: WordsField) -> None:
    QTest.keyClicks(field, "cof")
    assert (field.text(), field.selectedText(), field.cursorPosition()) == ("coffee", "fee", 3)
    assert rows(field) == ["coffee"]
    QTest.keyClicks(field, "x")
    assert field.text() == "cofx"


def test_one_letter_lists_words_and_puts_none_into_the_text(field: WordsField) -> None:
    QTest.keyClicks(field, "c")
    assert (field.text(), rows(field), field.completions.current) == ("c", ["car", "card", "coffee", "cup"], -1)


def test_a_known_word_is_not_completed_to_a_longer_one(field: WordsField) -> None:
    QTest.keyClicks(field, "car")
    assert (field.text(), field.selectedText()) == ("car", "")
    assert rows(field) == ["car", "card", "scar"]


@pytest.mark.parametrize("key", [Key.Key_Tab, Key.Key_Return])
def test_tab_and_return_keep_the_completion_at_once(field: WordsField, key: Qt.Key) -> None:
    said = heard(field)
    QTest.keyClicks(field, "cof")
    press(field, key)
    assert (field.text(), field.hasSelectedText(), rows(field)) == ("coffee ", False, [])
    assert said == ["coffee "]
    assert field.hasFocus()


@pytest.mark.parametrize("between", [" ", ", "])
def test_a_space_or_a_comma_keeps_it_too(field: WordsField, between: str) -> None:
    QTest.keyClicks(field, f"cof{between}cu")
    assert field.text() == f"coffee{between}cup"


def test_backspace_and_escape_take_it_away(field: WordsField) -> None:
    QTest.keyClicks(field, "cof")
    press(field, Key.Key_Backspace)
    assert field.text() == "cof"
    press(field, Key.Key_Backspace, Key.Key_F)
    assert field.text() == "coffee"
    press(field, Key.Key_Escape)
    assert (field.text(), rows(field)) == ("cof", [])


def test_arrows_go_through_the_words_and_keep_what_was_typed_until_one_is_taken(field: WordsField) -> None:
    QTest.keyClicks(field, "car")
    press(field, Key.Key_Down)
    assert field.text() == "card"
    press(field, Key.Key_Down)
    assert field.text() == "scar"
    press(field, Key.Key_Down, Key.Key_Up, Key.Key_Up)
    assert field.text() == "card"
    press(field, Key.Key_Return)
    assert field.text() == "card "


def test_a_word_in_the_middle_is_completed_where_it_stands(field: WordsField) -> None:
    field.write("cup tree")
    field.setCursorPosition(3)
    QTest.keyClicks(field, " he")
    press(field, Key.Key_Tab)
    assert field.text() == "cup heart tree"


def test_a_press_on_a_word_takes_it(field: WordsField) -> None:
    QTest.keyClicks(field, "car")
    shown = field.completions.rows
    spot = shown.visualItemRect(shown.item(1)).center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert field.text() == "card "


def test_down_and_escape_lead_to_the_sheet_where_nothing_is_completed(field: WordsField) -> None:
    left: list[int] = []
    field.left.connect(lambda: left.append(1))
    QTest.keyClicks(field, "car ")
    press(field, Key.Key_Down, Key.Key_Escape)
    assert len(left) == 2


def test_leaving_sends_what_waits_and_makes_a_step_of_it(field: WordsField, home: QWidget) -> None:
    said, settled = heard(field), []
    field.settled.connect(lambda: settled.append(1))
    QTest.keyClicks(field, "cof")
    home.findChild(SetField).setFocus()
    assert said == ["coffee"]
    assert settled
    assert rows(field) == []


def test_another_text_is_no_typing(field: WordsField) -> None:
    said = heard(field)
    field.show_text("cof")
    assert (field.text(), rows(field), field.is_waiting, said) == ("cof", [], False, [])


def test_a_text_without_an_end_is_cut(field: WordsField) -> None:
    QApplication.clipboard().setText("cup " * 5000)
    field.paste()
    assert len(field.text()) == MOST_LETTERS


def test_the_set_is_found_by_its_name_and_taken(sets: SetField) -> None:
    chosen: list[str] = []
    sets.chosen.connect(chosen.append)
    assert sets.text() == ANY
    QTest.keyClicks(sets, "tab")
    press(sets, Key.Key_Return)
    assert (chosen, sets.text(), sets.sets.is_open) == (["tabler"], "Tabler Icons", False)
    press(sets, Key.Key_Down, Key.Key_Home)
    sets.setText("")
    press(sets, Key.Key_Escape)
    assert chosen == ["tabler", ""]


def test_all_sets_are_listed_and_what_is_not_taken_is_forgotten(sets: SetField) -> None:
    press(sets, Key.Key_Down)
    shown = sets.sets.rows
    assert [shown.item(n).text() for n in range(shown.count())] == [ANY, "Material Design Icons", "Tabler Icons"]
    QTest.keyClicks(sets, "nothing like it")
    assert not sets.sets.is_open
    press(sets, Key.Key_Return)
    assert sets.text() == ANY
