"""The panel of icons' looks in the whole window: colours, palette, outline; each step undone, kept, and shown."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QTest

from desktop_app.studio.colorimetry import Vision
from desktop_app.studio.icon_state import IconState
from desktop_app.studio.icon_style import IconStyle, shown
from desktop_app.studio.vector import VectorOptions
from desktop_app.ui.sample.icon_look_dialog import IconLookDialog
from desktop_app.ui.sample.icon_outline_view import NO_ICON, seen
from desktop_app.ui.sample.icon_palette_panel import EMPTY
from tests.fakes import write_icons, write_package
from tests.ui.conftest import Desktop, wait_for

Make = Callable[..., Desktop]
GPL = "GIMP Palette\nName: Brand\n16 32 48 Ink\n255 204 0 Sun\n"


@pytest.fixture
def icons(make_desktop: Make, tmp_path: Path) -> Desktop:
    write_package(tmp_path / "desktop" / "models")
    write_icons(tmp_path / "desktop" / "models", "icons")
    made = make_desktop()
    made.desk.choose_package("icons")
    wait_for(made.has_pictures)
    return made


@pytest.fixture
def panel(icons: Desktop) -> IconLookDialog:
    icons.do("icon-look")
    (dialog,) = icons.window.findChildren(IconLookDialog)
    return dialog


def state(desktop: Desktop) -> IconState:
    return desktop.desk.state.icons


def test_colours_become_steps_of_the_project(icons: Desktop, panel: IconLookDialog) -> None:
    colours = panel.colours
    colours._ink.chosen.emit("#c62828")
    colours._has_tile.click()
    for value in (10, 20, 30):
        colours._radius.dragged.emit(value)
    colours._radius.settled.emit()
    colours._padding.dragged.emit(12)
    tile = colours._last_tile
    assert state(icons).look.style == IconStyle("#c62828", tile, radius=30, padding=12)
    assert icons.room.drawing.icon_look == state(icons).look
    icons.do("undo")
    icons.do("undo")
    assert state(icons).look.style == IconStyle("#c62828", tile)  # one drag is one step
    assert panel.colours._radius.value == 0
    colours._has_tile.click()
    assert state(icons).look.style.background is None
    assert not colours._radius.isEnabled()


def test_a_colour_is_typed_or_refused(icons: Desktop, panel: IconLookDialog) -> None:
    text = panel.colours._ink._text
    text.setFocus()
    text.selectAll()
    QTest.keyClicks(text, "1e88E5\r")
    assert state(icons).look.style.foreground == "#1e88e5"
    text.selectAll()
    QTest.keyClicks(text, "mauve\r")
    assert state(icons).look.style.foreground == "#1e88e5"


def test_a_palette_is_opened_held_to_and_saved(icons: Desktop, panel: IconLookDialog, tmp_path: Path) -> None:
    palettes = panel.palette_panel
    assert palettes._note.text() == EMPTY
    (tmp_path / "brand.gpl").write_text(GPL)
    palettes.open_file(tmp_path / "brand.gpl")
    palette = state(icons).palette
    assert palette is not None
    assert [swatch.colour for swatch in palette.swatches] == ["#102030", "#ffcc00"]
    palettes._lock.click()
    assert shown(state(icons).look.style).foreground == "#102030"
    palettes._on_swatch("#ffcc00")
    panel.colours._ink.chosen.emit("#f0d010")
    assert shown(state(icons).look.style).foreground == "#ffcc00"
    palettes._add.click()
    assert state(icons).look.style.lock == state(icons).palette
    assert shown(state(icons).look.style).foreground == "#f0d010"
    palettes.save_file(tmp_path / "mine.ase")
    palettes.open_file(tmp_path / "mine.ase")
    assert len(state(icons).palette.swatches) == 3  # type: ignore[union-attr]
    palettes._close.click()
    assert (state(icons).palette, state(icons).look.style.lock) == (None, None)


def test_a_damaged_palette_changes_nothing(icons: Desktop, panel: IconLookDialog, tmp_path: Path) -> None:
    palettes = panel.palette_panel
    palettes._add.click()  # begins one
    before = state(icons)
    assert before.palette is not None
    for content in (b"", b"ASEF\0\1\0\0\xff\xff\xff\xff", b"\x89PNG\r\n\x1a\n"):
        (tmp_path / "brand.ase").write_bytes(content)
        palettes.open_file(tmp_path / "brand.ase")
        assert "“brand.ase”" in palettes._note.text()
        assert palettes._note.text().endswith(".")
    palettes.save_file(tmp_path / "no" / "brand.txt")
    assert "“brand.txt”" in palettes._note.text()
    assert state(icons) == before


def test_the_outline_is_shown_with_its_figures(icons: Desktop, panel: IconLookDialog) -> None:
    panel.show_page(1)
    icons.canvas.select_only(2)
    wait_for(lambda: "nodes" in panel._figures.text())
    before = panel.view._outline
    panel.outline._sliders["smoothing"].dragged.emit(2.0)
    assert state(icons).look.vector == VectorOptions(smoothing=2.0)
    assert panel.view._outline != before
    panel.outline._padded.click()
    assert state(icons).look.vector.padding == 2.0
    panel.outline._grid.setCurrentIndex(3)
    panel.outline._grid.activated.emit(3)
    panel.outline._symmetry.setCurrentIndex(1)
    panel.outline._symmetry.activated.emit(1)
    assert state(icons).look.vector == VectorOptions(smoothing=2.0, padding=2.0, grid=1.0, symmetry="left-right")
    panel.outline._plain.click()
    assert state(icons).look.vector == VectorOptions()
    assert panel.view.grab().toImage().pixelColor(1, 1).isValid()


def test_a_blank_icon_says_so(panel: IconLookDialog, icons: Desktop) -> None:
    panel.show_icons(state(icons), np.full((64, 64), -4, np.float32))
    assert "blank" in panel.view.words
    panel.show_icons(state(icons), None)
    assert panel.view.words == NO_ICON
    panel.view.grab()


def test_the_preview_is_seen_as_others_see_it(icons: Desktop, panel: IconLookDialog) -> None:
    style = IconStyle("#c62828", "#2e7d32")
    panel.colours.vision_chosen.emit(Vision.DEUTERANOPIA)
    assert panel.view._vision == Vision.DEUTERANOPIA
    assert state(icons) == IconState()  # nothing but the preview changes
    assert seen(style, None) == style
    assert seen(style, Vision.DEUTERANOPIA).foreground != style.foreground


def test_other_models_have_no_look(icons: Desktop, panel: IconLookDialog) -> None:
    icons.desk.choose_package("fake-digits")
    assert not panel.isVisible()
    icons.do("icon-look")
    assert not panel.isVisible()
    icons.desk.choose_package("icons")
    icons.do("icon-look")
    assert panel.isVisible()
