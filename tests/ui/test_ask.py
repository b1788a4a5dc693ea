"""Ask on screen: a task and a text go to the model, its answer streams in, and goes where it is wanted."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.text_requests import Began, Closed, Complete, Wrote
from desktop_app.studio.ask import TASKS, AskState
from desktop_app.studio.page import Page
from desktop_app.studio.writers import LARGER_COMMAND
from desktop_app.studio.writing import WriteState, WritingOptions
from desktop_app.ui.write.ask_view import AskView
from tests.fakes import WORDS, FakeEngine, token_of
from tests.ui.conftest import wait_for
from tests.ui.writing import Writer

PAGE = Page("The lamp is of oak. It is warm.", 19)
STATE = WriteState(options=WritingOptions(tokens=6, seed=7), page=PAGE, ask=AskState(question="Of what is it?"))


class Scripted(FakeEngine):
    """Answers with a text of one's own, of a document that was cut."""

    text, cut = "", 0

    def _complete(self, request: Complete):  # type: ignore[no-untyped-def]
        yield Began(9, 0, self.cut, 100)
        for word in self.text.split(" "):
            yield Wrote(0, 1, word + " ", 0.5)
        yield Closed(0, "end")


@pytest.fixture
def writer(look, tmp_path) -> Iterator[Writer]:
    made = Writer(AskView, look, tmp_path, STATE)
    yield made
    made.close()


@pytest.fixture
def scripted(writer) -> Scripted:
    writer.queue.engine = Scripted()
    return writer.queue.engine


def choose(writer: Writer, task: str) -> None:
    writer.view.form.tasks[TASKS.index(task)].click()  # type: ignore[arg-type]


def go(writer: Writer) -> None:
    writer.view.go()
    writer.settle()


def words(seed: int) -> str:
    return " ".join(WORDS[token_of(seed, 0, place)] for place in range(6))


def test_a_question_is_answered(writer):
    QTest.keyClick(writer.view.form.question, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    writer.settle()
    assert writer.engine.served[-1].messages[1].text == "Of what is it?"
    assert writer.write.ask.answer.text == words(7)
    assert writer.view.answer.whole.text == words(7)
    assert writer.steps == ["Question"]
    assert writer.undo() == "Question"
    assert writer.write.ask.answer is None


def test_the_same_question_again_brings_another_answer(writer):
    go(writer)
    go(writer)
    assert writer.write.ask.answer.text == words(8)
    writer.undo()
    assert writer.view.answer.whole.text == words(7)


def test_the_text_of_the_page_goes_along(writer):
    choose(writer, "summarise")
    assert not writer.view.form.go.isEnabled()
    writer.view.form.take_page.click()
    assert writer.steps[-1] == "Take the page’s text"
    go(writer)
    assert writer.engine.served[-1].messages[1].document == PAGE.text


def test_a_selection_is_offered_where_there_is_one(writer):
    assert writer.view.form.take_selection.isHidden()
    writer.view.selected_text = lambda: "It is warm."
    writer.show()
    writer.view.form.take_selection.click()
    assert writer.write.ask.document == "It is warm."


def test_what_was_not_read_is_told(writer, scripted):
    scripted.text, scripted.cut = "It is long.", 1240
    document = "x" * 3000 + " and then the lamp went out" + "y" * 1214
    writer.view.wishes.take_document(document, "Text")
    go(writer)
    told = writer.view.answer.cut.text()
    assert told.startswith("The last 1,240 characters of the text were not read. It begins with “")
    assert "lamp went out" in told


def test_nothing_is_told_where_all_was_read(writer, scripted):
    scripted.text = "It is short."
    go(writer)
    assert writer.view.answer.cut.isHidden()


def test_names_are_found_for_a_starred_design(writer, scripted):
    scripted.text = 'Quiet"\n2. "Trefoil"\n3. "Loop"'
    choose(writer, "names")
    assert not writer.view.form.go.isEnabled()
    writer.view.form.design.click()
    writer.view.menu.actions()[1].trigger()
    writer.view.menu.close()
    go(writer)
    assert "Fake digits" in writer.engine.served[-1].messages[1].text
    assert [row.text for row in writer.view.answer.rows] == ["Quiet", "Trefoil", "Loop"]
    writer.view.answer.rows[1].title.click()
    assert writer.titles == [("Trefoil", writer.takes[0])]


def test_a_design_that_is_no_longer_starred_is_told(writer):
    choose(writer, "names")
    writer.view.wishes.set_design(writer.takes[0])
    writer.takes = ()
    writer.show()
    assert not writer.view.form.go.isEnabled()
    assert writer.view.form._design.text() == "The design that was chosen is not starred any more."
    go(writer)
    assert writer.said == [("Choose a starred design to find names for.", "warn")]


def test_an_answer_goes_into_the_page_at_the_cursor(writer, scripted):
    scripted.text = "Truly."
    go(writer)
    writer.view.answer.whole.page.click()
    assert writer.write.page.text == "The lamp is of oak.Truly. It is warm."
    assert writer.undo() == "Put into the page"
    assert writer.write.page == PAGE


def test_an_answer_is_copied_and_becomes_a_title(writer, scripted):
    scripted.text = "“Truly.”"
    go(writer)
    writer.view.answer.whole.copy.click()
    assert QGuiApplication.clipboard().text() == "“Truly.”"
    writer.view.answer.whole.title.click()
    writer.view.menu.actions()[0].trigger()
    writer.view.menu.close()
    assert writer.titles == [("Truly", writer.takes[1])]


def test_esc_leaves_what_came(look, tmp_path):
    writer = Writer(AskView, look, tmp_path, replace(STATE, options=WritingOptions(tokens=400, seed=7)))
    writer.queue.paused = True
    writer.view.go()
    job = writer.queue.waiting.pop()
    for number, update in enumerate(writer.engine.run(job.request)):
        job.on_update(job, update)
        if number == 8:
            break
    wait_for(lambda: bool(writer.view.answer.whole.text))
    assert writer.view.answer.whole.copy.isHidden()
    QTest.keyClick(writer.view.form.document, Qt.Key.Key_Escape)
    assert writer.write.ask.answer.text == words(7)
    assert writer.write.ask.answer.why == "stopped"
    assert writer.queue.cancelled == [job]
    writer.close()


def test_an_error_is_a_sentence_and_the_last_answer_stays(writer):
    go(writer)
    before = writer.write.ask
    writer.engine.failures.append(DeviceError("The model gave numbers that are none."))
    go(writer)
    assert writer.said == [("The model gave numbers that are none.", "error")]
    assert writer.write.ask == before
    assert writer.view.answer.whole.text == words(7)


def test_an_empty_answer_is_told(writer, scripted):
    go(writer)
    assert writer.said[0][0].startswith("The model had nothing to say.")
    assert writer.write.ask.answer is None


def test_a_model_that_only_goes_on_says_what_does_answer(look, tmp_path):
    writer = Writer(AskView, look, tmp_path, STATE, chat=False)
    view = writer.view
    assert view.first_focus is view._cannot.button
    assert "Fake writer" in view._cannot._text.text()
    assert LARGER_COMMAND in view._cannot._text.text()
    view._cannot.button.click()
    assert QGuiApplication.clipboard().text() == LARGER_COMMAND
    go(writer)
    assert writer.engine.served == []
    writer.close()


def test_a_text_of_a_hundred_thousand_words_is_taken(writer):
    text = "lamp " * 100_000
    writer.view.wishes.take_document(text, "Text")
    assert writer.view.form._count.text() == "100,000 words"
    go(writer)
    assert writer.engine.served[-1].messages[1].document == text
