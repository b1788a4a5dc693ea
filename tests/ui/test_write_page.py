"""The page of Write in its room, on an engine that writes words of a small dictionary."""

from PySide6.QtCore import Qt

from desktop_app.engine.text_requests import Complete
from tests.fakes import WORDS, token_of
from tests.ui.write_table import CTRL, Table, make_table, table  # noqa: F401


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
    (asked,) = [request for request in table.asked if isinstance(request, Complete)]
    assert asked.prompt == "One two \U0001f6cb 中"
    assert table.editor.text == f"One two \U0001f6cb 中{words_of(0, 2)} end" == table.editor.toPlainText()
    assert table.page.text[table.page.cursor :] == " end"
