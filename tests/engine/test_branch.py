"""One branch: what it draws, what it holds back, and how it ends."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.text_requests import Choosing, Closed, Limits, Wrote
from desktop_app.engine.token_choice import probabilities
from desktop_app.engine.tokenizer import Tokenizer
from tests.tiny_tokenizers import branch, byte_level, noise, run, sentence_piece, text_of, wishes

CERTAIN = Choosing(temperature=0.0)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return byte_level(tmp_path_factory.mktemp("writer"), [" oak", " chair", "ab", "😀b", ".\n"])


def said(writer: Tokenizer, text: str, **about: Any) -> tuple[str, str]:
    """What comes of a model that wants to say just this and then end."""
    wrote, why = run(branch(writer, choosing=CERTAIN, **about), wishes(writer, [*writer.encode(text), 0]))
    return text_of(wrote), why


def test_the_same_request_the_same_text(writer: Tokenizer):
    def once(number: int, seed: int) -> list[Wrote]:
        return run(branch(writer, number, seed=seed, tokens=30), noise(writer, 5))[0]

    assert once(0, 7) == once(0, 7)
    assert text_of(once(0, 7)) != text_of(once(1, 7))
    assert text_of(once(0, 7)) != text_of(once(0, 8))


def test_a_text_goes_on_from_where_it_was_without_a_change(writer: Tokenizer):
    """The place of a token counts, not how it got there: first tokens stand for drawn ones."""
    whole = run(branch(writer, seed=3, tokens=12), noise(writer, 5))[0]
    again = branch(writer, seed=3, tokens=12, first=tuple(one.token for one in whole[:7]))
    assert run(again, noise(writer, 5))[0] == whole


def test_the_probability_is_the_models_own(writer: Tokenizer):
    choosing = Choosing(temperature=0.3, top_k=2, repetition_penalty=1.5, banned=("a",))
    made = branch(writer, choosing=choosing, alternatives=3, tokens=5)
    for row in noise(writer, 2):
        expected = probabilities(row.astype(np.float32))
        for update in made.step(row.astype(np.float32)):
            if isinstance(update, Wrote):
                assert update.probability == expected[update.token]
                assert [one.token for one in update.alternatives] == np.argsort(-expected)[:3].tolist()
                assert all(one.probability == expected[one.token] for one in update.alternatives)
                assert all(one.text == writer.text_of(one.token) for one in update.alternatives)
        if not made.open:
            break


def test_first_tokens_are_taken_as_they_are(writer: Tokenizer):
    first = tuple(writer.encode("xyz"))
    made = branch(writer, first=first, alternatives=2, tokens=4, choosing=Choosing(temperature=0, banned=("y",)))
    wrote, _ = run(made, wishes(writer, [writer.encode("a")[0]]))
    assert text_of(wrote) == "xyza"
    assert all(0 < one.probability < 1e-6 and len(one.alternatives) == 2 for one in wrote[:3])


def test_the_token_to_feed_next_is_the_one_drawn(writer: Tokenizer):
    made = branch(writer, tokens=6)
    wrote, fed = [], []
    for row in noise(writer, 1):
        wrote += [update.token for update in made.step(row.astype(np.float32)) if isinstance(update, Wrote)]
        fed.append(made.token)
        if not made.open:
            break
    assert wrote == fed


def test_how_a_text_ends(writer: Tokenizer):
    assert said(writer, "a chair") == ("a chair", "end")
    assert said(writer, "a chair", tokens=3) == ("a c", "length")
    assert said(writer, "a chair", tokens=9, room=3) == ("a c", "context")
    assert said(writer, "a chair", tokens=3, room=3) == ("a c", "length")
    assert said(writer, "a chair", room=0) == ("", "context")
    assert said(writer, "a chair", limits=Limits(characters=3)) == ("a", "limit")
    assert said(writer, "a chair. b", stop=(". ",)) == ("a chair", "stop")


@pytest.mark.parametrize(
    ("text", "stop", "left"),
    [
        ("a chair\nb", ("\n",), "a chair"),
        ("\nb", ("\n",), ""),
        ("aab", ("ab",), "a"),
        ("aaab!", ("aab", "b!"), "a"),
        ("a </s b </s> c", ("</s>",), "a </s b "),
        ("abcabd", ("abd", "bc"), "a"),
        ("ab", ("abc",), "ab"),
        ("Ab", ("ab",), "Ab"),
        ("a😀b", ("😀",), "a"),
        ("abc", ("", "c"), "ab"),
    ],
)
def test_a_text_ends_before_a_stop_string(writer: Tokenizer, text: str, stop: tuple[str, ...], left: str):
    assert said(writer, text, stop=stop) == (left, "end" if left == text else "stop")


def test_a_token_is_cut_where_a_stop_string_begins_inside_of_it(writer: Tokenizer):
    token = writer.spell(".\n")
    assert token is not None
    chosen = next(t for t in range(writer.vocabulary) if writer.bytes_of(t) == b".\n")
    wrote, why = run(branch(writer, stop=("\n",), choosing=CERTAIN), wishes(writer, [*writer.encode("a"), chosen]))
    assert [one.text for one in wrote] == ["a", "."]
    assert why == "stop"


def test_what_may_become_a_stop_string_waits_and_nothing_else(writer: Tokenizer):
    made = branch(writer, stop=("###",), choosing=CERTAIN)
    came = []
    for row, _ in zip(wishes(writer, [*writer.encode("a##b#"), 0]), range(6), strict=False):
        came.append("".join(u.text for u in made.step(row.astype(np.float32)) if isinstance(u, Wrote)))
    assert came == ["a", "", "", "##b", "", "#"]


def test_emoji_come_whole(writer: Tokenizer):
    wrote, _ = run(branch(writer, choosing=CERTAIN), wishes(writer, [*writer.encode("é😀世"), 0]))
    assert [one.text for one in wrote] == ["", "é", "", "", "", "😀", "", "", "世"]


def test_no_broken_signs_from_a_model_of_noise(writer: Tokenizer):
    for number in range(20):
        assert "\ufffd" not in text_of(run(branch(writer, number, tokens=30), noise(writer, number))[0])


def test_special_tokens_that_do_not_end_a_text_are_not_written(tmp_path: Path):
    llama = sentence_piece(tmp_path)
    text = run(branch(llama, end=(2,), choosing=CERTAIN), wishes(llama, [1, 0, llama.encode("oak")[0], 2]))[0]
    assert all(one.token not in (0, 1) for one in text)


def test_a_text_that_follows_nothing_does_not_begin_with_a_models_space(tmp_path: Path):
    llama = sentence_piece(tmp_path)
    tokens = [*llama.encode("oak oak"), 2]
    made = {prompt: branch(llama, end=(2,), choosing=CERTAIN, prompt=prompt) for prompt in ("", "An")}
    assert [text_of(run(one, wishes(llama, tokens))[0]) for one in made.values()] == ["oak oak", " oak oak"]


def test_a_word_that_came_often_is_penalised_but_not_the_end(writer: Tokenizer):
    row = np.zeros(writer.vocabulary)
    row[[0, 66]] = 2.0, 2.1
    choosing = Choosing(temperature=0.0, repetition_penalty=1.5)
    wrote, why = run(branch(writer, choosing=choosing, tokens=5), [row] * 5)
    assert ([one.token for one in wrote], why) == ([66], "end")
    choosing = Choosing(temperature=0.0, repetition_penalty=1.5, penalty_window=0)
    assert len(run(branch(writer, choosing=choosing, tokens=5), [row] * 5)[0]) == 5


def test_the_penalty_counts_the_end_of_the_prompt_but_no_token_that_ends_a_text(writer: Tokenizer):
    row = np.zeros(writer.vocabulary)
    row[[0, 66, 67]] = 1.8, 2.0, 1.9
    choosing = Choosing(temperature=0.0, repetition_penalty=1.5, penalty_window=2)
    for before, chosen in (((66, 66), [67]), ((66, 68, 68), [66]), ((66, 67, 0), [])):
        made = branch(writer, choosing=choosing, before=before, tokens=1)
        assert [one.token for one in run(made, [row])[0]] == chosen


def test_logits_that_are_no_numbers_are_told(writer: Tokenizer):
    with pytest.raises(DeviceError, match="not a number"):
        list(branch(writer).step(np.full(writer.vocabulary, np.nan, np.float32)))


def test_a_branch_without_limits_gives_each_token_at_once(writer: Tokenizer):
    made = branch(writer, tokens=8)
    for row, _ in zip(wishes(writer, writer.encode("abcdefgh")), range(8), strict=False):
        updates = list(made.step(row.astype(np.float32)))
        assert isinstance(updates[0], Wrote)
    assert updates[1:] == [Closed(0, "length")]


# -- how what is required is worked in --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return byte_level(tmp_path_factory.mktemp("wordy"), [" oak", "oak", "Oak", " chair", "ab"], words=True)


def row_of(wordy: Tokenizer, shares: dict[str, float]) -> np.ndarray:
    """Logits of a model that gives the first token of each text this probability, and next to none to the others."""
    row = np.full(wordy.vocabulary, -30.0)
    for text, share in shares.items():
        row[(wordy.spell(text) or [0])[0]] = np.log(share)
    return row


def test_a_required_word_comes_where_the_model_finds_it_fits(wordy: Tokenizer):
    rows = [row_of(wordy, {" chair": 1.0})] * 2 + [row_of(wordy, {" chair": 0.7, " oak": 0.3})]
    rows += [row_of(wordy, {" chair": 0.8, "": 0.2})] * 20
    made = branch(wordy, choosing=CERTAIN, limits=Limits(characters=60, contain=("oak",)))
    text = text_of(run(made, rows)[0])
    assert text.startswith(" chair chair oak chair")


def test_no_word_is_begun_that_would_leave_no_room_to_end(wordy: Tokenizer):
    wanted = wordy.encode("abcde fghijklmnopqrs")
    for about in (
        {"limits": Limits(characters=20, contain=("oak",))},
        {"limits": Limits(contain=("oak",)), "tokens": 12},
    ):
        wrote, _ = run(branch(wordy, choosing=CERTAIN, **about), wishes(wordy, wanted))
        assert text_of(wrote).startswith("abcde oak")


def test_a_required_word_stays_a_word(wordy: Tokenizer):
    rows = [
        row_of(wordy, {" chair": 0.6, " oak": 0.4}),
        row_of(wordy, {"ab": 0.99, " chair": 0.01}),
        row_of(wordy, {"": 1}),
    ]
    made = branch(wordy, choosing=CERTAIN, limits=Limits(contain=("oak",)), tokens=8)
    wrote, _ = run(made, [row_of(wordy, {"x": 1}), *rows, rows[-1]])
    assert text_of(wrote) == "x oak chair"


def test_the_more_probable_case_of_a_required_word_is_taken(wordy: Tokenizer):
    for word, other in (("oak", "Oak"), ("Oak", "oak")):
        made = branch(wordy, choosing=CERTAIN, limits=Limits(characters=3, contain=("oak",)))
        rows = [row_of(wordy, {word: 0.6, other: 0.4}), *[row_of(wordy, {"": 1.0})] * 5]
        assert text_of(run(made, rows)[0]) == word


def test_a_text_that_may_be_cut_opens_no_quotation(wordy: Tokenizer):
    rows = [row_of(wordy, {'"': 0.9, "a": 0.1}), row_of(wordy, {"": 1.0})]
    for limits, text in ((Limits(characters=20), "a"), (Limits(), '"')):
        assert text_of(run(branch(wordy, choosing=CERTAIN, limits=limits), rows)[0]) == text


def test_a_cut_text_ends_where_the_model_finds_an_end(wordy: Tokenizer):
    rows = [
        row_of(wordy, {"ab": 1.0}),
        row_of(wordy, {" chair": 0.6, "": 0.4}),
        *[row_of(wordy, {" chair": 1.0})] * 9,
    ]
    wrote, why = run(branch(wordy, choosing=CERTAIN, limits=Limits(characters=16)), rows)
    assert (text_of(wrote), why) == ("ab", "limit")
