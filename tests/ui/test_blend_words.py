"""What the Blend workspace says: pure sentences."""

from pathlib import Path

import pytest

from desktop_app.engine.requests import Design, Part, Place, Push
from desktop_app.studio.blend import Anchor, BlendState
from desktop_app.ui.blend import words
from desktop_app.ui.blend.taste_slider import certainty_words, learning
from desktop_app.ui.picture.place_words import MAX_PARTS, design_words, place_rows, place_title
from tests.fakes import SPACE, write_package

FOUR = tuple(Anchor(Design(1, i, i), x, y) for i, (x, y) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))))


def test_the_mix_is_said_in_per_cent_the_most_first() -> None:
    state = BlendState("a", anchors=FOUR, pin=(0.25, 0.25))
    said = words.place_words(state)
    assert said.startswith("56 % A  +  ")
    assert said.endswith("6 % D")
    assert words.place_words(BlendState("a", anchors=FOUR, pin=(1.0, 0.0))) == "Exactly B"
    assert words.place_words(BlendState("a")) == ""


def test_pushes_are_named_by_the_end_they_go_to(tmp_path: Path) -> None:
    package = write_package(tmp_path, space=SPACE)
    state = BlendState("a", pushes=(Push("Slant", -1.25), Push("Axis 1", 0.5)), taste=(), taste_amount=1.0)
    assert words.push_words(state, package) == "1.2 sd leaning left, Axis 1 +0.5"


@pytest.mark.parametrize(
    ("certainty", "begins"), [(0.5, "Guessing"), (0.7, "Not very"), (0.8, "Fairly"), (0.95, "Quite")]
)
def test_the_taste_says_how_sure_it_is(certainty: float, begins: str) -> None:
    said = certainty_words(certainty)
    assert said.startswith(begins)
    assert f"{100 * certainty:.0f}\u00a0%" in said


def test_nothing_is_learnt_without_a_model() -> None:
    assert learning(None, (), ()) is None


def test_a_place_is_told_with_the_most_weighing_parts_first(tmp_path: Path) -> None:
    package = write_package(tmp_path, classes=("Boot", "Bag"))
    parts = tuple(Part(0.1 * number, Design(5, number, number % 2)) for number in range(MAX_PARTS + 2))
    rows = place_rows(Place(parts=parts, pushes=(Push("Slant", -0.5),)), package)
    assert rows[0] == ("Part 1", "70 %  Bag, tile 7", "70 %  Bag, seed 5, tile 7")
    assert rows[MAX_PARTS][0] == "And"
    assert "seed 5, tile 1" in rows[MAX_PARTS][2]
    assert rows[-1] == ("Slant", "−0.50 sd", "-0.5")


def test_places_have_titles_that_say_where_they_come_from() -> None:
    own = Place(vector=(0.5, 0.25), source="mine.jpg")
    assert place_title(own) == "Own picture"
    assert ("Picture", "mine.jpg", "mine.jpg") in place_rows(own, None)
    assert design_words(Design(0, 0, place=own), None) == "“mine.jpg”"
    assert place_title(Place(spot=(0.5, -1.0))) == "A spot of the map"
    assert place_rows(Place(spot=(0.5, -1.0)), None)[0][1] == "0.500, −1.000"
    assert design_words(Design(1, 2, 3), None) == "class 3, seed 1, tile 2"
