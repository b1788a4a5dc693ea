import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.sample.selection import Selection
from desktop_app.ui.sample.sheet_layout import MARGIN, MAX_TILE, MIN_TILE, SheetLayout, zoomed_scroll

layouts = st.builds(
    SheetLayout, st.integers(120, 4000), st.integers(80, 2400), st.integers(MIN_TILE, MAX_TILE), st.integers(1, 50_000)
)


@given(layouts, st.data())
def test_a_tile_is_found_where_it_lies(layout: SheetLayout, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, layout.count - 1))
    x, y = layout.origin(index)
    for dx, dy in ((0, 0), (layout.tile - 1, 0), (0, layout.tile - 1), (layout.tile // 2, layout.tile // 2)):
        assert layout.tile_at(x + dx, y + dy) == index
    assert layout.tile_at(x - 1, y) is None
    assert layout.tile_at(x, y - 1) is None


@given(layouts, st.floats(0, 1))
def test_what_is_visible_is_what_meets_the_view(layout: SheetLayout, part: float) -> None:
    scroll = part * layout.max_scroll
    visible = layout.visible(scroll)
    for index in {0, layout.count - 1, visible.start - 1, visible.start, visible.stop - 1, visible.stop}:
        if 0 <= index < layout.count:
            top = layout.origin(index)[1] - scroll
            meets = top + layout.tile > 0 and top < layout.height
            if meets:
                assert index in visible
            if index in visible:
                assert -layout.pitch <= top <= layout.height + layout.pitch


@given(layouts, st.data())
def test_a_tile_scrolled_to_is_whole_in_view(layout: SheetLayout, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, layout.count - 1))
    scroll = layout.scroll_to_show(index, data.draw(st.floats(0, 1)) * layout.max_scroll)
    top = layout.origin(index)[1] - scroll
    assert 0 <= scroll <= layout.max_scroll
    if layout.tile + 2 * MARGIN <= layout.height:
        assert 0 <= top <= layout.height - layout.tile


@given(layouts, st.data(), st.sampled_from(["left", "right", "up", "down", "page-up", "page-down", "home", "end"]))
def test_steps_stay_on_the_sheet(layout: SheetLayout, data: st.DataObject, step) -> None:  # type: ignore[no-untyped-def]
    index = data.draw(st.integers(0, layout.count - 1))
    target = layout.step(index, step)
    assert 0 <= target < layout.count
    if step in ("up", "down", "page-up", "page-down"):
        assert target % layout.columns == index % layout.columns


@given(layouts, st.integers(MIN_TILE, MAX_TILE), st.floats(0, 1), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_zoom_keeps_the_tile_under_the_cursor(
    before: SheetLayout, tile: int, part: float, across: float, down: float
) -> None:
    after = SheetLayout(before.width, before.height, tile, before.count)
    scroll = part * before.max_scroll
    x, y = across * before.width, down * before.height
    index = before.nearest(x, y + scroll)
    new_scroll = zoomed_scroll(before, after, scroll, x, y)
    top = after.origin(index)[1] - new_scroll
    if 0 < new_scroll < after.max_scroll and index < before.count - before.columns:
        assert top - 1 <= y <= top + after.pitch + 1


def test_an_empty_sheet_is_no_trouble() -> None:
    layout = SheetLayout(800, 600, 96, 0)
    assert list(layout.visible(0.0)) == []
    assert layout.max_scroll == 0
    assert layout.tile_at(20, 20) is None
    assert layout.step(0, "end") == 0


@pytest.mark.parametrize("width", [0, 1, 30])
def test_a_view_narrower_than_a_tile_has_one_column(width: int) -> None:
    assert SheetLayout(width, 100, 384, 10).columns == 1


def test_selection_steps() -> None:
    assert Selection().only(3).extended(6).chosen == {3, 4, 5, 6}
    assert Selection().only(6).extended(3).extended(7).chosen == {6, 7}
    assert Selection().only(3).toggled(9).toggled(3).chosen == {9}
    assert Selection().only(1).toggled(9).extended(11, keep=True).chosen == {1, 9, 10, 11}
    assert Selection().only(8).within(5) == Selection(frozenset(), 4, 4)
