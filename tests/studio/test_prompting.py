import pytest

from desktop_app.engine.manifest import Icons
from desktop_app.studio.icon_prompt import heard
from desktop_app.studio.prompting import (
    Fragment,
    choice_remark,
    completions,
    examples,
    first_near,
    fragment_at,
    instead_of,
    near_words,
    remark,
    with_word,
)
from desktop_app.studio.sheet import Choice

WORDS = ("arrow", "car", "heart", "card", "cart", "scar", "cat", "earth")
ICONS = Icons(64, 4.0, 12, 2.0, 3, WORDS, ("filled",), ())


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("car", ("car", "card", "cart", "scar")),
        ("CAR", ("car", "card", "cart", "scar")),
        ("ear", ("earth", "heart")),
        ("c", ("car", "card", "cart", "cat")),
        ("cart", ("cart",)),
        ("zeppelin", ()),
        ("", ()),
    ],
)
def test_words_that_begin_so_come_before_words_that_hold_it(head: str, words: tuple[str, ...]) -> None:
    assert completions(head, WORDS) == words


def test_the_word_itself_comes_before_commoner_ones() -> None:
    assert completions("cart", ("carts", "cart"))[0] == "cart"


def test_no_more_completions_than_the_list_holds() -> None:
    assert completions("w", tuple(f"w{n}" for n in range(50)), 8) == tuple(f"w{n}" for n in range(8))


@pytest.mark.parametrize(
    ("text", "cursor", "place"),
    [
        ("cof", 3, Fragment(0, 3, "cof")),
        ("cup, cof tree", 8, Fragment(5, 8, "cof")),
        ("cup, coffee", 8, Fragment(5, 11, "cof")),
        ("cup ", 4, Fragment(4, 4, "")),
    ],
)
def test_the_word_at_the_cursor_is_what_is_completed(text: str, cursor: int, place: Fragment) -> None:
    assert fragment_at(text, cursor) == place


@pytest.mark.parametrize(
    ("text", "cursor", "after", "then"),
    [("cof", 3, "coffee ", 7), ("cof, tree", 3, "coffee , tree", 7), ("cof tree", 3, "coffee tree", 7)],
)
def test_a_completed_word_has_a_space_behind_it(text: str, cursor: int, after: str, then: int) -> None:
    assert with_word(text, fragment_at(text, cursor), "coffee") == (after, then)


def test_an_unknown_word_is_exchanged_as_a_whole_and_literally() -> None:
    assert instead_of("Cra cracker", "cra", "car") == "car cracker"


def test_what_may_have_been_meant_is_near() -> None:
    assert near_words("hearts", WORDS) == ("heart", "earth")
    assert near_words("zeppelin", WORDS) == ()


def test_one_line_says_what_does_not_count() -> None:
    assert remark(heard("heart car", ICONS)) == ""
    assert remark(heard("heart zeppelin", ICONS)) == "Not known: zeppelin. Ignored."
    assert remark(heard("zeppelin", ICONS)) == "Not known: zeppelin. Each icon is of another word instead."
    many = " ".join([*WORDS, "one", "two", "three", "four", "five"])
    assert remark(heard(many, ICONS)) == (
        "Not known: one, two, three and 2 more. Ignored. The first 3 known words count; 5 more are left out."
    )


def test_a_word_without_an_end_is_cut_in_the_line() -> None:
    assert len(remark(heard("x" * 5000, ICONS))) < 120


def test_the_choice_is_told_with_its_twins() -> None:
    assert choice_remark(Choice((1, 2), 200)) == "The 2 of 200 that differ most come first."
    assert choice_remark(Choice((1, 2), 200, 1)).endswith(" A near-twin was merged.")
    assert choice_remark(Choice((1, 2), 200, 9)).endswith(" 9 near-twins were merged.")


def test_examples_are_of_known_words_alone() -> None:
    known = set(WORDS)
    assert all(known.issuperset(text.split()) for text in examples(ICONS))
    assert examples(ICONS)[:2] == ("heart", "cat")


def test_known_words_are_offered_for_the_first_unknown_one_that_comes_near_to_any():
    known = ("coffee", "cup")
    assert first_near(("zzqx", "cofee", "cupp"), known) == {"cofee": ("coffee",)}
    assert first_near(("zzqx",), known) == {}
