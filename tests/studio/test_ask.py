"""What is asked of a model that was taught to answer, and what is made of its answer."""

import msgspec
import pytest
from msgspec.structs import replace

from desktop_app.engine.requests import Design
from desktop_app.engine.text_requests import Choosing
from desktop_app.studio import ask
from desktop_app.studio.ask import TASKS, TITLES, Answer, AskState
from desktop_app.studio.ask_prompts import SYSTEM, answer_of, ask_request, digest, thing_words
from desktop_app.studio.writing import WriteState, WritingOptions
from tests.fakes import write_writer

OPTIONS = WritingOptions(Choosing(temperature=0.0, repetition_penalty=1.1), seed=7, tokens=40, stop=("###",))
TEXT = "The lamp is made of oak. It is small and warm."


@pytest.fixture
def package(tmp_path):
    return write_writer(tmp_path, chat=True)


def test_every_task_has_its_words():
    assert set(TITLES) == set(SYSTEM) == set(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_a_request_is_a_conversation_with_the_designers_options(task, package):
    state = AskState(task, "How large is it?", TEXT, Design(1, 2), "0" * 64)
    request = ask_request(package, state, OPTIONS, thing="a shoe")
    more = {"names": ["assistant"], "question": ["user"], "free": ["user"]}.get(task, [])
    assert [message.role for message in request.messages] == ["system", "user", *more]
    assert "How large is it?" in [m.text for m in request.messages if m.role == "user"][-1]
    assert (request.seed, request.tokens, request.stop, request.alternatives) == (7, 40, ("###",), 0)
    assert request.choosing.temperature == OPTIONS.choosing.temperature
    assert request.choosing.repetition_penalty == (OPTIONS.choosing.repetition_penalty if task == "names" else 1.0)
    assert request.count == 1
    assert not request.prompt


@pytest.mark.parametrize("task", [task for task in TASKS if task != "names"])
def test_the_text_goes_along_whole(task, package):
    """The template puts a blank line between the two, and the engine cuts it where it does not fit."""
    user = ask_request(package, AskState(task, "Why?", TEXT), OPTIONS).messages[1]
    assert user.document == TEXT
    assert TEXT not in user.text


def test_the_same_question_again_is_another_answer(package):
    state = AskState("question", "Why?", TEXT)
    first = ask_request(package, state, OPTIONS)
    answer = Answer("Because.", "end", "question", package.name, package.sha256, first.seed, digest(first))
    again = ask_request(package, replace(state, answer=answer), OPTIONS)
    assert (first.seed, again.seed) == (7, 8)
    assert ask_request(package, replace(state, question="How?", answer=answer), OPTIONS).seed == 7
    assert ask_request(package, state, OPTIONS) == first


def test_names_are_asked_for_a_design_and_of_no_text(package):
    user = ask_request(package, AskState("names", "", TEXT, Design(1, 2)), OPTIONS, thing="a shoe").messages[1]
    assert user.text == "Write 8 brand names for this design: a shoe."
    assert user.document == ""


def test_a_list_that_has_begun_is_part_of_its_answer():
    assert answer_of("names", 'Oak"\n2. "Glow"') == '1. "Oak"\n2. "Glow"'
    assert answer_of("names", " ") == ""
    assert answer_of("question", " Oak. ") == "Oak."


def test_a_design_in_words():
    assert thing_words("Sneaker", "Clothing") == "sneaker (Clothing)"
    assert thing_words("3", "Digits") == "the digit 3 (Digits)"
    assert thing_words("—", "Icons") == thing_words("", "Icons") == thing_words("17", "Icons") == "one of “Icons”"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (AskState("question"), "Write a question."),
        (AskState("free", " "), "Write what the model is to do."),
        (AskState("summarise", "in German"), "There is no text yet"),
        (AskState("shorter", document="  "), "There is no text yet"),
        (AskState("names"), "Choose a starred design"),
    ],
)
def test_what_is_missing_is_said(state, sentence):
    assert ask.missing(state).startswith(sentence)


@pytest.mark.parametrize(
    "state",
    [
        AskState("question", "Why?"),
        AskState("free", "Translate: oak"),
        AskState("summarise", document=TEXT),
        AskState("names", design=Design(1, 2)),
    ],
)
def test_what_is_whole_can_be_asked(state):
    assert ask.missing(state) == ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1. Quiet Oak\n2. “Warm Glass”\n3) Lumen.", ("Quiet Oak", "Warm Glass", "Lumen")),
        ("Here are eight names:\n\n- Oakly\n- **Glow**\n- Oakly", ("Oakly", "Glow")),
        ("Oakly\nGlow\n", ("Oakly", "Glow")),
        ("Oakly, Glow, Lumen", ("Oakly", "Glow", "Lumen")),
        ("1. Oakly 2. Glow 3. Lumen", ("Oakly", "Glow", "Lumen")),
        ('1. "Amber" - A luxury brand.\n2. "Bam: boo"\n3. **"Eco"** – of bamboo', ("Amber", "Bam: boo", "Eco")),
        ("1. Elixir – a drink\n2. Shoe-A: a shoe;\n3. Lumen;", ("Elixir", "Shoe-A", "Lumen")),
        ('1. "Sneak\n2. "Night"', ("Sneak", "Night")),
        ("", ()),
        ("2001\n1984", ("2001", "1984")),
        ("x" * 61, ()),
    ],
)
def test_a_list_is_read_as_its_names(text, names):
    assert ask.listed(text) == names


def test_a_line_loses_what_models_put_around_it():
    assert ask.bare(' "Quiet  light.\n" ') == "Quiet light"
    assert ask.bare("Light. And oak.") == "Light. And oak."
    assert ask.bare("") == ""


def test_a_title_is_one_short_line():
    assert ask.as_title(' "Quiet\nlight." ') == "Quiet light"
    long = ask.as_title("quiet light " * 20)
    assert long == ("quiet light " * 20)[: len(long)]
    assert 70 <= len(long) <= 80
    assert ask.as_title("x" * 200) == "x" * 80


def test_what_was_not_read_is_told_with_its_first_words():
    text = " ".join(f"word{n}" for n in range(100))
    cut = len(text) - text.index("word40")
    assert ask.unread(text, cut).split() == [f"word{n}" for n in range(40, 52)]
    assert ask.unread(text, 0) == ""
    assert ask.unread("abc", 99) == "abc"
    assert ask.cut_words(1240) == "The last 1,240 characters of the text were not read."
    assert ask.cut_words(1) == "The last character of the text was not read."
    assert ask.cut_words(0) == ""


def test_question_and_answer_are_kept():
    state = WriteState(
        ask=AskState("names", design=Design(1, 2), answer=Answer("Oak", "end", "names", "w", "0", 3, "d"))
    )
    assert msgspec.json.decode(msgspec.json.encode(state), type=WriteState) == state
