import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.manifest import Icons
from desktop_app.engine.requests import Design, Prompt, Variation
from desktop_app.studio import sheet as sheets
from desktop_app.studio.sheet import Choice, SheetState, design_at, sheet_of

PLAIN = SheetState("digits-gan", seed=7, truncation=0.8)


def test_classes_come_in_turn_unless_one_is_chosen() -> None:
    assert [design_at(PLAIN, i, 3).label for i in range(5)] == [0, 1, 2, 0, 1]
    assert {design_at(sheets.with_label(PLAIN, 2), i, 3).label for i in range(5)} == {2}
    assert design_at(PLAIN, 4, 0).label is None


def test_tile_zero_of_variations_is_the_base_itself() -> None:
    base = design_at(PLAIN, 12, 10)
    varied = sheets.varied(PLAIN, base, seed=99)
    assert design_at(varied, 0, 10) == base
    step = design_at(varied, 5, 10)
    assert step.variations == (Variation(99, 5, varied.amount),)
    assert msgspec.structs.replace(step, variations=()) == base


def test_the_way_back_leads_through_every_level() -> None:
    first = sheets.varied(PLAIN, design_at(PLAIN, 3, 10), seed=1)
    second = sheets.varied(first, design_at(first, 4, 10), seed=2)
    assert sheets.came_from(second) == first
    assert sheets.came_from(first) == PLAIN
    assert sheets.came_from(PLAIN) is None


def test_variations_of_variations_do_not_grow_without_end() -> None:
    sheet = PLAIN
    for seed in range(60):
        sheet = sheets.varied(sheet, design_at(sheet, 1, 10), seed=seed)
    assert sheets.depth(sheet) <= sheets.MAX_DEPTH
    assert sheet.base is not None
    assert len(sheet.base.variations) == 59


def test_truncation_and_class_of_a_sheet_of_variations_reach_its_base() -> None:
    varied = sheets.varied(PLAIN, design_at(PLAIN, 3, 10), seed=1)
    bolder = sheets.with_truncation(varied, 1.2)
    assert design_at(bolder, 0, 10).truncation == design_at(bolder, 9, 10).truncation == 1.2
    other = sheets.with_label(varied, 8)
    assert design_at(other, 0, 10).label == design_at(other, 9, 10).label == 8
    assert sheets.with_label(varied, None) == varied


def test_another_package_keeps_the_seed_and_a_class_that_it_has() -> None:
    five = sheets.with_label(PLAIN, 5)
    assert sheets.for_package(five, "fashion-gan", 10, 0.7) == SheetState("fashion-gan", 7, 5, 0.7)
    assert sheets.for_package(five, "small", 3, 1.0).label is None


steps = st.builds(Variation, st.integers(0, 2**32), st.integers(1, 10**6), st.floats(0.05, 1))
designs = st.builds(
    Design,
    st.integers(0, 2**32),
    st.integers(0, 10**9),
    st.integers(0, 9),
    st.floats(0, 1.5),
    st.lists(steps, max_size=4).map(tuple),
)


@given(designs)
def test_the_sheet_of_a_recipe_shows_that_very_design(design: Design) -> None:
    sheet, index = sheet_of("digits-gan", design)
    assert design_at(sheet, index, 10) == design


@pytest.mark.parametrize("seed", [0, sheets.MAX_SEED, sheets.MAX_SEED + 5])
def test_seeds_stay_in_their_range(seed: int) -> None:
    assert 0 <= sheets.rerolled(PLAIN, seed).seed <= sheets.MAX_SEED


@given(st.lists(st.integers(0, 30), max_size=12, unique=True))
def test_chosen_designs_come_first_and_no_design_is_lost(indices: list[int]) -> None:
    sheet = sheets.chosen(PLAIN, 9, Choice(tuple(indices), 31))
    shown = [design_at(sheet, tile, 0).index for tile in range(40)]
    assert shown[: len(indices)] == indices
    assert sorted(shown) == list(range(40))
    assert shown[len(indices) :] == sorted(shown[len(indices) :])
    assert [sheets.tile_of(sheet, index) for index in shown] == list(range(40))


def test_a_choice_ends_where_other_designs_are_shown() -> None:
    sheet = sheets.chosen(PLAIN, 9, Choice((4, 2), 200))
    others = (
        sheets.rerolled(sheet, 10),
        sheets.with_truncation(sheet, 0.5),
        sheets.with_prompt(sheet, Prompt(("cup",))),
        sheets.varied(sheet, design_at(sheet, 0, 0), 3),
    )
    assert [other.choice for other in others] == [None] * 4
    assert sheets.came_from(others[-1]) == sheet


def test_where_no_word_is_asked_for_each_icon_is_of_another_common_word() -> None:
    icons = Icons(
        64, 4.0, 12, 4.0, 8, ("arrow", "to", "house", "cloud", *(f"rare{n}" for n in range(300))), ("filled",), ()
    )
    sheet = SheetState("icons", seed=5)
    prompts = [design_at(sheet, index, 0, icons).prompt for index in range(600)]
    assert all(prompt is not None and prompt.guidance == 4.0 for prompt in prompts)
    words = {word for prompt in prompts if prompt for word in prompt.words}
    assert {"arrow", "house", "cloud"} <= words
    assert "to" not in words
    assert "rare299" not in words
    assert len(words) > 150
    assert prompts == [design_at(sheet, index, 0, icons).prompt for index in range(600)]
    asked = SheetState("icons", seed=5, prompt=Prompt(words=("cat",), style="filled"))
    assert design_at(asked, 3, 0, icons).prompt == asked.prompt
    styled = SheetState("icons", seed=5, prompt=Prompt(style="filled", guidance=3.0))
    made = design_at(styled, 3, 0, icons).prompt
    assert made is not None
    assert (made.style, made.guidance, len(made.words)) == ("filled", 3.0, 1)
