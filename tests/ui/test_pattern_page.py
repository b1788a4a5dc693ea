"""The pattern bench in the window, on the fake engine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.ui.sample.list_switch import TAKES
from desktop_app.ui.sample.pattern_page import PatternPage
from tests.fakes import write_icons
from tests.ui.conftest import Desktop, wait_for

PATTERN = TAKES + 2  # on the switch


@pytest.fixture
def bench(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Desktop:
    """A window on a package of icons, the third icon in focus, with the bench in view."""
    write_icons(tmp_path / "desktop" / "models")
    made = make_desktop(packages=0)
    wait_for(made.has_pictures)
    made.canvas.select_only(2)
    made.room._on_list(PATTERN)
    wait_for(lambda: bool(page_of(made)._path))
    return made


def page_of(desktop: Desktop) -> PatternPage:
    page = desktop.room.pages.page("pattern")
    assert isinstance(page, PatternPage)
    return page


def shot(page: PatternPage) -> np.ndarray:
    page.canvas.resize(400, 300)
    image = page.canvas.grab().toImage()
    return np.array([[image.pixel(x, y) & 0xFFFFFF for x in range(0, 400, 2)] for y in range(0, 300, 2)])


def test_the_icon_in_focus_on_the_sheet_is_repeated(bench: Desktop) -> None:
    page = page_of(bench)
    assert page.focus_tile() == bench.canvas.tile(2)
    drawn = shot(page)
    step = round(24 * 1.25 * 3.0)  # units, spacing and pixels a unit, of the first state
    assert len(np.unique(drawn)) > 1
    assert step % 2 == 0
    assert np.array_equal(drawn[:, step // 2 :], drawn[:, : -step // 2])


def test_every_control_is_a_step_that_can_be_undone(bench: Desktop) -> None:
    page = page_of(bench)
    before = shot(page)
    page.panel.layouts["brick"].click()
    assert bench.desk.state.icons.pattern.layout == "brick"
    assert not np.array_equal(shot(page), before)
    page.panel.sliders["rotation"]._slider.setValue(9)  # steps of 5 degrees
    assert bench.desk.state.icons.pattern.rotation == 45.0
    bench.do("undo")
    bench.do("undo")
    assert bench.desk.state.icons.pattern.layout == "grid"
    assert page.panel.layouts["grid"].isChecked()
    assert np.array_equal(shot(page), before)


def test_without_an_icon_in_focus_the_bench_says_what_helps(bench: Desktop) -> None:
    page = page_of(bench)
    page.enter(None)
    assert page._stack.currentWidget() is page.empty
    assert not page.panel.export.isEnabled()


def test_pattern_and_tile_are_saved_and_never_replaced_unasked(
    bench: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(bench)
    page.panel._sizes.setCurrentIndex(0)
    page.export(tmp_path)
    (vector,) = tmp_path.glob("*-pattern.svg")
    (picture,) = tmp_path.glob("*-tile.png")
    assert "<pattern" in vector.read_text("utf-8")
    with Image.open(picture) as tile:
        assert tile.size == (64, 64)
    asked: list[str] = []
    monkeypatch.setattr(page, "_may_replace", lambda sentence: bool(asked.append(sentence)))
    vector.write_text("mine")
    page.export(tmp_path)
    assert asked
    assert vector.read_text() == "mine"
