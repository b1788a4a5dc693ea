"""The page as a pure value: what edits leave of what was written, and what the model's writing makes of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.text_requests import Alternative, Choosing, Piece, Wrote
from desktop_app.studio import page as pages
from desktop_app.studio.page import STEP, How, Page, Prediction, Run, Token
from desktop_app.studio.project import MAX_STEPS, ProjectState, steps_kept
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.write_recipe import TextRecipe, recipe_of
from desktop_app.studio.writing import WriteState

LETTERS = "ab \n\U0001f6cb中"


def wrote(text: str, token: int = 0, probability: float = 0.25) -> Wrote:
    return Wrote(0, token, text, probability, (Alternative(token, text, probability),))


def written(before: str, *texts: str, after: str = "", seed: int = 7) -> Page:
    """A page on which the model wrote these tokens between two texts."""
    page = pages.begun(Page(before + after, len(before)), len(before), seed)
    for number, text in enumerate(texts):
        page = pages.grown(page, wrote(text, number))
    return pages.finished(page)


def said(page: Page) -> list[tuple[str, int]]:
    """The text of each token that is known, with its number."""
    found = pages.places(page.runs, 0, len(page.text))
    return [(page.text[place.start : place.end], place.token.token) for place in found]


# -- what the model writes -------------------------------------------------------------------------------------------


def test_it_writes_at_a_place_and_the_cursor_goes_along() -> None:
    page = written("Oda is", " a", " lamp", after=" and more")
    assert page.text == "Oda is a lamp and more"
    assert page.cursor == len("Oda is a lamp")
    assert page.last == Prediction(6, 13, 7)
    assert said(page) == [(" a", 0), (" lamp", 1)]


def test_a_cursor_before_stays_and_one_behind_moves() -> None:
    before = pages.begun(Page("one two", 1), 3, 0)
    assert pages.grown(before, wrote(" x")).cursor == 1
    behind = pages.begun(Page("one two", 7), 3, 0)
    assert pages.grown(behind, wrote(" x")).cursor == 9


def test_a_token_that_ends_inside_a_character_has_no_length_and_counts() -> None:
    page = written("A ", "", "", "\U0001f6cb", " and")
    assert said(page) == [("\U0001f6cb", 2), (" and", 3)]
    (place,) = pages.places(page.runs, 2, 2 + 1)
    assert pages.parts_before(place) == (0, 1)


def test_there_is_one_space_at_the_seam() -> None:
    assert pages.prompt_of(Page("Oda is  "), 8, 512) == ("Oda is", 0)
    assert written("Oda is ", " a", " b").text == "Oda is a b"
    assert written("Oda is\n", "The").text == "Oda is\nThe"


def test_writing_in_what_was_written_keeps_both() -> None:
    page = written("x", " one", " two", " three")
    page = pages.finished(pages.grown(pages.begun(page, 5, 1), wrote(" new", 9)))
    assert page.text == "x one new two three"
    assert said(page) == [(" one", 0), (" new", 9), (" two", 1), (" three", 2)]


def test_the_last_is_taken_out_to_be_written_again() -> None:
    page = written("Oda is", " a", " lamp", after=".")
    shorter = pages.without_last(page)
    assert (shorter.text, shorter.cursor, shorter.last, shorter.runs) == ("Oda is.", 6, None, ())


def test_another_token_takes_away_what_was_written_from_it() -> None:
    page = written("Oda is", " a", " lamp", " now", after=" Then.")
    page = pages.finished(pages.grown(pages.begun(page, 17, 8), wrote(" and")))  # it went on from there
    (place,) = pages.places(page.runs, 9, 9 + 1)
    shorter, before = pages.branched(page, place)
    assert (shorter.text, shorter.cursor, before) == ("Oda is a Then.", 8, ())
    assert said(shorter) == [(" a", 0)]


def test_what_was_typed_behind_the_models_words_stays() -> None:
    page = written("Oda is", " a", " lamp", " now")
    page = pages.edited(page, 13, 0, " (mine)")
    (place,) = pages.places(page.runs, 7, 7 + 1)
    assert pages.branched(page, place)[0].text == "Oda is (mine) now"


def test_only_so_many_tokens_keep_their_alternatives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "KEPT_TOKENS", 3)
    page = written("x", " a", " b")
    page = pages.begun(page, len(page.text), 1)
    for text in (" c", " d"):
        page = pages.grown(page, wrote(text))
    page = pages.finished(page)
    assert [text for text, _ in said(page)] == [" c", " d"]


# -- edits by hand ---------------------------------------------------------------------------------------------------


def test_an_edit_behind_and_before_and_inside() -> None:
    page = written("Oda is", " a", " small", " lamp", after=".")
    assert said(pages.edited(page, 19, 0, "!")) == said(page)
    moved = pages.edited(page, 0, 3, "\U0001f6cb Linnea")
    assert said(moved) == said(page)
    assert moved.last == Prediction(page.last.start + 5, page.last.end + 5, 7)  # type: ignore[union-attr]
    inside = pages.edited(page, 10, 1, "X")
    assert inside.text == "Oda is a sXall lamp."
    assert said(inside) == [(" a", 0), (" lamp", 2)]
    assert inside.last == Prediction(11, 19, 7)


def test_taking_the_end_of_a_prediction_off_leaves_the_rest_to_be_rolled_again() -> None:
    page = pages.edited(written("Oda is", " a", " lamp"), 8, 5, "")
    assert page.last == Prediction(6, 8, 7)
    assert pages.edited(page, 0, 8, "").last is None


@st.composite
def page_and_edit(draw: st.DrawFn) -> tuple[Page, int, int, str]:
    text = st.text(LETTERS, max_size=6)
    page = written(draw(text), *draw(st.lists(text, max_size=6)), after=draw(text))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(page.text)))
        page = pages.finished(pages.grown(pages.begun(page, at, 1), wrote(draw(text), 50)))
    start = draw(st.integers(0, len(page.text)))
    removed = draw(st.integers(0, len(page.text) - start))
    return page, start, removed, draw(text)


@given(page_and_edit())
def test_an_edit_changes_the_text_and_keeps_what_it_does_not_touch(case: tuple[Page, int, int, str]) -> None:
    page, start, removed, inserted = case
    end, shift = start + removed, len(inserted) - removed
    after = pages.edited(page, start, removed, inserted)
    assert after.text == page.text[:start] + inserted + page.text[end:]
    assert after.cursor == start + len(inserted)
    kept = []
    for p in pages.places(page.runs, 0, len(page.text)):
        if p.end <= start:
            kept.append((p.start, p.end, p.token))
        elif p.start >= end:
            kept.append((p.start + shift, p.end + shift, p.token))
    assert [(p.start, p.end, p.token) for p in pages.places(after.runs, 0, len(after.text))] == kept
    if after.last is not None and page.last is not None:
        assert 0 <= after.last.start <= after.last.end <= len(after.text)
        stands = after.text[after.last.start : after.last.end]
        assert stands in page.text[page.last.start : page.last.end]


@given(page_and_edit())
def test_a_page_comes_back_from_its_file_as_it_was(case: tuple[Page, int, int, str]) -> None:
    page = case[0]
    assert msgspec.json.decode(msgspec.json.encode(page), type=Page) == page


@given(st.text(LETTERS, max_size=30), st.text(LETTERS, max_size=30))
def test_the_difference_makes_one_text_of_the_other(before: str, after: str) -> None:
    start, removed, inserted = pages.difference(before, after)
    assert before[:start] + inserted + before[start + removed :] == after


def test_a_step_back_puts_the_cursor_where_something_changed() -> None:
    assert pages.cursor_after(Page("one big three", 13), Page("one three", 9)) == 4
    assert pages.cursor_after(Page("one", 3), Page("one two", 7)) == 7
    assert pages.cursor_after(Page("same", 1), Page("same", 2)) == 2


# -- ghost text, weighed text ------------------------------------------------------------------------------------------


def test_an_accepted_ghost_keeps_the_tokens_that_lie_in_it() -> None:
    tokens = (Token(4, 1, 0.5), Token(6, 2, 0.2), Token(3, 3, 0.1))
    page = pages.accepted(Page("Oda", 3), 3, " is a quiet"[:6], tokens)
    assert (page.text, page.cursor) == ("Oda is a ", 9)
    assert [t.token for t in page.runs[0].tokens] == [1]
    assert pages.whole_tokens(tokens, 10) == tokens[:2]


@pytest.mark.parametrize(
    ("text", "word"), [(" is a", " is"), ("ing on", "ing"), ("  ", "  "), ("", ""), (" 中文 x", " 中文")]
)
def test_the_next_word(text: str, word: str) -> None:
    assert pages.next_word(text) == word


def test_weighed_pieces_are_a_run() -> None:
    run = pages.run_of([Piece(0, 3, 1, None), Piece(3, 3, 2, 0.5), Piece(3, 5, 4, 0.1)], 100)
    assert run == Run(100, (Token(3, 1, None), Token(0, 2, 0.5), Token(2, 4, 0.1)))
    assert run.end == 105


def test_what_is_sent_moves_in_steps_and_holds_a_whole_context() -> None:
    page = Page("x" * 100_000)
    sent, left_out = pages.prompt_of(page, 90_001, 512)
    assert left_out % STEP == 0
    assert len(sent) == 90_001 - left_out >= 512 * 16
    assert pages.prompt_of(page, 90_100, 512)[1] == left_out


def test_the_recipe_holds_what_decides_the_words() -> None:
    how = How("writer", "ab12", "product", Choosing(temperature=0.8), 4, ("\n",))
    page = pages.begun(Page("Oda is ", 7), 7, 42, (3,), how)
    page = pages.finished(pages.grown(pages.grown(page, wrote(" a")), wrote(" lamp")))
    page = pages.edited(page, len(page.text), 0, " mine")
    recipe = msgspec.json.decode(recipe_of(page), type=TextRecipe)
    assert (recipe.how, recipe.seed, recipe.first) == (how, 42, (3,))
    assert (recipe.prompt, recipe.text) == ("Oda is", "a lamp")
    assert recipe_of(pages.edited(page, 0, 3, "Ida")) == ""  # it was written for another text
    assert recipe_of(pages.edited(page, 8, 1, "")) == recipe_of(Page("x")) == ""


def test_surprise_in_bits() -> None:
    assert pages.bits(0.25) == 2.0
    assert pages.bits(0.0) < 30


def test_a_book_has_fewer_steps_back_than_a_note() -> None:
    note, book = (
        ProjectState(SheetState("", 0), write=WriteState(page=Page("x" * length))) for length in (100, 600_000)
    )
    assert steps_kept(note) == MAX_STEPS
    assert 20 < steps_kept(book) < 60
