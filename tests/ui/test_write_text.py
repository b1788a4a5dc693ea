"""Text between Qt and the studio: two ways to count, what may be pasted, words in one line, steps of typing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.write import typing_steps
from desktop_app.ui.write.text_places import TextPlaces, clean, units
from desktop_app.ui.write.typing_steps import TypingSteps
from desktop_app.ui.write.word_lists import parsed, written

LETTERS = "ab\n中\U0001f6cb\U0001f469"


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    made, length = [], 0
    for inserted in draw(st.lists(st.text(LETTERS, max_size=8), max_size=5)):
        start = draw(st.integers(0, length))
        removed = draw(st.integers(0, length - start))
        made.append((start, removed, inserted))
        length += len(inserted) - removed
    return made


@given(edits(), st.data())
def test_both_ways_to_count_agree(made: list[tuple[int, int, str]], data: st.DataObject) -> None:
    places, text = TextPlaces(), ""
    for start, removed, inserted in made:
        places.edit(start, removed, inserted)
        text = text[:start] + inserted + text[start + removed :]
        assert (places.text, places.units) == (text, units(text))
        for at in data.draw(st.lists(st.integers(0, len(text)), max_size=4)):
            unit = len(text[:at].encode("utf-16-le")) // 2
            assert places.to_qt(at) == unit
            assert places.from_qt(unit) == at


def test_half_a_character_counts() -> None:
    places = TextPlaces()
    places.edit(0, 0, "a\U0001f6cbb")
    assert [places.from_qt(unit) for unit in (0, 1, 2, 3, 4)] == [0, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud83d x", "\ufffd x"),
        ("\x00\x1b", "\ufffd\ufffd"),
        ("\t中\U0001f6cb\n", "\t中\U0001f6cb\n"),
    ],
)
def test_what_is_pasted_is_text(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.lists(st.text("ab ,\\\n\t", min_size=1).map(lambda word: word.strip(" ")).filter(bool), unique=True))
def test_words_come_back_from_their_line(words: list[str]) -> None:
    assert parsed(written(tuple(words))) == tuple(words)


def test_a_line_of_words() -> None:
    assert parsed("The End, \\n\\n,, cheap,cheap") == ("The End", "\n\n", "cheap")
    assert written(("a, b", "\n")) == "a\\, b, \\n"


def test_steps_of_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(typing_steps, "monotonic", lambda: now[0])
    steps, keys = TypingSteps(), []
    for at, letter in enumerate("ab cd"):
        keys.append(steps.key(at, 0, letter))
    assert keys[0] == keys[1] == keys[2] != keys[3] == keys[4]
    assert steps.key(4, 1, "") != keys[4]
    deleting = steps.key(3, 1, "")
    assert steps.key(2, 1, "") == deleting
    assert steps.key(2, 1, "") == deleting  # forward, with Delete
    now[0] += 10
    assert steps.key(1, 1, "") != deleting
    typing = steps.key(1, 0, "x")
    steps.end()
    assert steps.key(2, 0, "y") != typing
