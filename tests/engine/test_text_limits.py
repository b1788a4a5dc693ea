"""Limits hold of every text that ends, whatever the model says and whatever its vocabulary is."""

import contextlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.branch import Branch
from desktop_app.engine.errors import RequestError
from desktop_app.engine.text_requests import Choosing, Complete, Limits
from desktop_app.engine.tokenizer import Tokenizer
from desktop_app.engine.words import is_inside_word
from tests.tiny_tokenizers import PACKAGE, branch, byte_level, characters, noise, run, text_of, wishes

WORDS = ["the", " the", " oak", "oak", " chair", " o", "ak", " is", " made", "ing", ".", ",", "\n", " of", " for", "er",
         " Oak", " solid", "e", "t", " ", "  ", "!", "-", "'s", "世", "世界", "😀", " é", "<", "stop"]  # fmt: skip


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return byte_level(tmp_path_factory.mktemp("writer"), WORDS)


def holds(text: str, request: Complete) -> bool:
    """What the limits promise, said once more."""
    folded = text.casefold()
    limits = request.limits
    return (
        (limits.characters is None or len(text.strip()) <= limits.characters)
        and all(word.casefold() in folded for word in limits.contain)
        and not any(word.casefold() in folded for word in (*limits.avoid, *request.choosing.banned))
        and not any(stop in text for stop in request.stop)
        and "\ufffd" not in text
    )


def test_limits_hold_in_all_of_a_thousand_branches(tmp_path: Path):
    """Random vocabularies, random logits, random limits."""
    random = np.random.default_rng(1)
    ended = 0
    for number in range(1000):
        if number % 50 == 0:
            tokenizer = _random_tokenizer(tmp_path, random)
        made, request = _possible(tokenizer, number, random)
        wrote, _ = run(made, noise(tokenizer, number, scale=float(random.choice([0.1, 4, 12]))))
        assert holds(text_of(wrote), Complete(PACKAGE, **request)), (request, text_of(wrote))
        ended += 1
    assert ended == 1000


def _possible(tokenizer: Tokenizer, number: int, random: np.random.Generator) -> tuple[Branch, dict[str, Any]]:
    """The next request at random that is not refused before anything is written."""
    while True:
        request = _random_request(random)
        with contextlib.suppress(RequestError):
            return branch(tokenizer, number, room=int(random.integers(8, 40)), **request), request


def _random_tokenizer(path: Path, random: np.random.Generator) -> Tokenizer:
    signs = list("aeioktsrn .,A\n-'éß世😀") if random.random() < 0.8 else list("ab ")
    pieces = ["".join(random.choice(signs, random.integers(1, 7))) for _ in range(60)]
    return byte_level(path, [*pieces, *(" " + piece for piece in pieces[:20]), " oak", "oak", " o"])


def _random_request(random: np.random.Generator) -> dict[str, Any]:
    def some(words: list[str], most: int) -> tuple[str, ...]:
        return tuple(str(word) for word in random.choice(words, random.integers(0, most + 1), replace=False))

    return {
        "limits": Limits(
            characters=None if random.random() < 0.2 else int(random.integers(0, 50)),
            contain=some(["oak", "Solid Oak", "é😀", "a", "STRASSE", "n a"], 2),
            avoid=some(["at", "ss", "o a", "世", "kk", "\n"], 2),
        ),
        "choosing": Choosing(
            temperature=float(random.choice([0.0, 0.7, 1.5])),
            top_k=int(random.choice([0, 5])),
            top_p=float(random.choice([1.0, 0.9])),
            repetition_penalty=float(random.choice([1.0, 1.3])),
            banned=some(["t", "ra", " i", "I"], 2),
        ),
        "stop": some([".", "\n\n", "as", "end"], 2),
        "seed": int(random.integers(99)),
        "tokens": int(random.integers(1, 40)),
    }


@pytest.mark.parametrize(
    "wanted", ["Solid oak for every day", "A chair that is made of the oak", " o o o o o o o o o o o"]
)
@pytest.mark.parametrize("characters", [3, 4, 9, 17, 22, 30])
def test_a_required_word_is_in_whatever_the_model_wants(writer: Tokenizer, wanted: str, characters: int):
    for number in range(4):
        limits = Limits(characters=characters, contain=("oak",), avoid=("x",))
        wrote, _ = run(branch(writer, number, limits=limits), wishes(writer, [*writer.encode(wanted), 0]))
        text = text_of(wrote)
        assert "oak" in text.casefold()
        assert len(text.strip()) <= characters


def test_what_is_required_comes_when_the_tokens_run_out(writer: Tokenizer):
    limits = Limits(contain=("solid", "Oak chair"))
    for tokens in range(20, 40):
        wrote, why = run(branch(writer, tokens, limits=limits, tokens=tokens), wishes(writer, [writer.encode("e")[0]]))
        assert len(wrote) <= tokens
        assert why == "length"
        assert all(word in text_of(wrote).casefold() for word in ("solid", "oak chair"))


def test_the_model_cannot_end_before_all_is_there(writer: Tokenizer):
    wrote, why = run(branch(writer, limits=Limits(contain=("solid oak",))), wishes(writer, [0]))
    assert "solid oak" in text_of(wrote).casefold()
    assert why == "end"


def test_a_stop_string_that_begins_in_what_is_required_is_not_written(writer: Tokenizer):
    limits = Limits(contain=("n oa",))
    wrote, _ = run(branch(writer, limits=limits, stop=("at",), tokens=9), wishes(writer, [*writer.encode("n oatb"), 0]))
    assert text_of(wrote).startswith("n oa")
    assert not text_of(wrote).startswith("n oat")


def test_what_is_required_is_set_off_by_a_sign_where_a_space_is_banned(writer: Tokenizer):
    limits = Limits(characters=30, contain=("oak",), avoid=("e oak", "eoak"))
    wrote, _ = run(branch(writer, limits=limits), wishes(writer, writer.encode("e")))
    assert re.search(r"e[,.;:!–\n ]+oak", text_of(wrote), re.IGNORECASE)


def test_what_another_required_phrase_contains_needs_no_room_of_its_own(writer: Tokenizer):
    limits = Limits(characters=9, contain=("oak", "Oak chair", "OAK CHAIR"))
    wrote, _ = run(branch(writer, limits=limits), wishes(writer, [0]))
    assert text_of(wrote).strip().casefold() == "oak chair"


def test_a_text_ends_at_the_end_of_a_word(writer: Tokenizer):
    wanted = "the chair is made of the oak for the chair is"
    for most in range(3, 40):
        wrote, why = run(branch(writer, limits=Limits(characters=most)), wishes(writer, writer.encode(wanted)))
        whole = wanted[:most] if wanted[most] == " " else wanted[:most].rpartition(" ")[0] or "the"
        assert text_of(wrote).strip() == whole.strip()
        assert why == "limit"


def test_a_character_that_does_not_end_is_left_out(writer: Tokenizer):
    wanted = writer.encode("a😀")[:-1]
    wrote, why = run(branch(writer, tokens=len(wanted)), wishes(writer, wanted))
    assert (text_of(wrote), why) == ("a", "length")
    wrote, _ = run(branch(writer, limits=Limits(characters=1)), wishes(writer, wanted))
    assert text_of(wrote) == "a"


def test_no_banned_word_in_whatever_case(writer: Tokenizer):
    wanted = writer.encode("the OAK, the oAk the Straße")
    choosing = Choosing(temperature=0.0, banned=("Oak", "STRASSE"))
    wrote, _ = run(branch(writer, choosing=choosing, tokens=40), wishes(writer, wanted))
    assert "oak" not in text_of(wrote).casefold()
    assert "strasse" not in text_of(wrote).casefold()
    assert text_of(wrote).startswith("the OA")


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({"limits": Limits(characters=5, contain=("solid oak",))}, "takes 9 characters, 5 are allowed"),
        ({"limits": Limits(contain=("solid oak",)), "tokens": 2}, "there is room for 2"),
        ({"limits": Limits(contain=("solid oak",), avoid=("OA",))}, "but “oa” is banned"),
        ({"limits": Limits(contain=("oak",)), "choosing": Choosing(banned=("k",))}, "but “k” is banned"),
        ({"limits": Limits(contain=("a. b",)), "stop": (".",)}, "but stops before “.”"),
        ({"limits": Limits(characters=-1)}, "fewer than no characters"),
        ({"limits": Limits(avoid=("a",)), "first": (66,)}, "chosen by hand"),
        ({"limits": Limits(characters=1), "first": (66, 66)}, "chosen by hand"),
        ({"limits": Limits(contain=("oak",)), "first": (0,)}, "chosen by hand"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(writer: Tokenizer, about: dict[str, Any], sentence: str):
    with pytest.raises(RequestError, match=sentence):
        branch(writer, **about)


def test_a_word_that_the_vocabulary_cannot_write_is_told(tmp_path: Path):
    with pytest.raises(RequestError, match="cannot write “oak!”"):
        branch(characters(tmp_path, "oak "), end=(), limits=Limits(contain=("oak!",)))


def test_no_token_left_is_told(tmp_path: Path):
    tokenizer = characters(tmp_path, "ab")
    made = branch(tokenizer, end=(), choosing=Choosing(banned=("aa", "ab", "b")))
    assert [getattr(update, "text", "") for update in made.step(np.array([1, 0], np.float32))] == ["a"]
    with pytest.raises(RequestError, match="Every next word is banned or breaks a limit"):
        list(made.step(np.array([1, 0], np.float32)))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("the oak", [0, 3, 4, 7]), ("don't", [0, 5]), ("a-b c", [0, 3, 4, 5]), ("世界だ", [0, 1, 2, 3]),
        ("ok!", [0, 2, 3]),
        ("9.8 m, 1,5", [0, 3, 4, 5, 6, 7, 10]),
        ("of 9.", [0, 2, 3, 4, 5]),
        ("e\u0301t", [0, 3]), ("👩\u200d🔧👍🏽", [0, 3, 5]), ("", [0]), ("Москва и", [0, 6, 7, 8]),
    ],
)  # fmt: skip
def test_where_words_end(text: str, places: list[int]):
    assert [place for place in range(len(text) + 1) if not is_inside_word(text, place)] == places
