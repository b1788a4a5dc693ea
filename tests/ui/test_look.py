"""The look from its tables: contrast, icons, fonts, the style sheet."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.studio.colorimetry import contrast_ratio
from desktop_app.ui.look import theme, tokens
from desktop_app.ui.look.icons import icon

SVG = "{http://www.w3.org/2000/svg}"
ICONS = sorted((paths.resources() / "icons").glob("*.svg"))
DRAWN = [path for path in ICONS if path.stem != "maquette"]


@pytest.mark.parametrize("name", tokens.THEMES)
@pytest.mark.parametrize("pair", tokens.PAIRS, ids=lambda pair: f"{pair[0]} on {pair[1]}")
def test_what_is_read_stands_out_enough(name: tokens.ThemeName, pair: tuple[str, str, float]) -> None:
    colours = tokens.as_dict(tokens.THEMES[name])
    ink, ground, least = pair
    assert contrast_ratio(colours[ink], f"#{colours[ground][-6:]}") >= least


@pytest.mark.parametrize("name", tokens.THEMES)
def test_the_style_sheet_takes_all_colours_from_the_table(name: tokens.ThemeName) -> None:
    template = (paths.resources() / "style.qss").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])", template), "a colour of its own"
    filled = theme.style_sheet(name)
    assert "$" not in filled
    for file in re.findall(r'url\("([^"]+)"\)', filled):
        assert Path(file).is_file()


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_icons_share_one_grid_and_one_stroke(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    assert (root.get("viewBox"), root.get("stroke-width"), root.get("stroke")) == ("0 0 24 24", "1.5", "#000")


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_an_icon_is_drawn_at_the_pixels_of_the_device(qapp: QApplication, ratio: float) -> None:
    pixmap = icon("star", tokens.DARK).pixmap(icon_size(), ratio)
    assert pixmap.width() == round(20 * ratio)


def icon_size():  # type: ignore[no-untyped-def]
    from PySide6.QtCore import QSize

    return QSize(20, 20)


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_every_icon_leaves_ink_in_the_colour_asked_for(qapp: QApplication, path: Path) -> None:
    image = icon(path.stem, tokens.DARK, ink="#ff0000").pixmap(48, 48).toImage()
    inked = [image.pixelColor(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 250]
    assert inked
    assert all(c.red() > 240 and c.green() < 15 for c in inked)


def test_every_icon_named_in_the_code_is_there() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in Path(theme.__file__).parents[1].rglob("*.py"))
    named = set(re.findall(r'(?:IconButton\(\s*(?:self\.)?_?look,\s*|EmptyView\(look, )"([a-z-]+)"', code))
    named |= set(re.findall(r'checked_icon="([a-z-]+)"', code))
    assert len(named) > 12
    assert named <= {path.stem for path in ICONS}


def test_the_bundled_font_is_the_one_in_use(qapp: QApplication) -> None:
    assert QFontInfo(theme.font(tokens.TEXT_BODY)).family() == "Inter"


def test_sizes_lie_on_the_grid() -> None:
    sizes = [getattr(tokens, name) for name in dir(tokens) if name.startswith("SPACE_")]
    assert sizes
    assert all(size % tokens.GRID == 0 for size in sizes)


def test_a_switch_of_theme_reaches_the_palette_and_everyone_who_listens(look: theme.Look) -> None:
    told = []
    look.changed.connect(lambda: told.append(look.name))
    look.toggle()
    assert told == ["light"]
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert app.palette().window().color().name() == tokens.LIGHT.panel
    look.toggle()
