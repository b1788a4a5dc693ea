"""How an icon is shown: what is saved as SVG and what is painted from a mask are the same picture."""

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import resvg_py
from PIL import Image

from desktop_app.engine.errors import RequestError
from desktop_app.studio.icon_style import IconStyle, contrast, icon_picture, icon_svg, shown
from desktop_app.studio.palette import Palette, Swatch

RING = "M12 2A10 10 0 1 1 12 22A10 10 0 1 1 12 2ZM12 7A5 5 0 1 0 12 17A5 5 0 1 0 12 7Z"
STYLES = [
    IconStyle(),
    IconStyle("#c62828"),
    IconStyle("#ffffff", "#1565c0"),
    IconStyle("#ffffff", "#1565c0", radius=25, padding=15),
    IconStyle("#ffeb3b", "#212121", radius=50, padding=22.5),
]
BRAND = Palette("Brand", (Swatch("Ink", "#102030"), Swatch("Sun", "#ffcc00"), Swatch("Paper", "#fafafa")))


def drawn(svg: str, size: int) -> np.ndarray:
    png = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def over_grey(picture: np.ndarray) -> np.ndarray:
    alpha = picture[..., 3:] / 255
    return picture[..., :3] * alpha + 128 * (1 - alpha)


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
@pytest.mark.parametrize("size", [48, 200])
def test_the_painted_picture_is_the_drawn_file(style, size):
    mask = drawn(icon_svg(RING, IconStyle()), 192)[..., 3]
    painted, saved = icon_picture(mask, style, size), drawn(icon_svg(RING, style), size)
    assert painted.shape == saved.shape == (size, size, 4)
    difference = np.abs(over_grey(painted) - over_grey(saved))
    assert difference.mean() < 1.0
    assert np.percentile(difference, 98) < 24  # what is left lies on edges


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_the_file_is_plain_and_always_the_same(style):
    svg = icon_svg(RING, style, name="a <ring> & more\x07")
    root = ET.fromstring(svg)
    assert root.get("viewBox") == "0 0 24 24"
    assert root[0].text == "a <ring> & more"
    assert svg == icon_svg(RING, style, name="a <ring> & more\x07")
    assert ("rect" in svg) == (style.background is not None)


def test_a_hole_stays_open_and_a_path_cannot_break_out():
    assert drawn(icon_svg(RING, IconStyle()), 96)[48, 48, 3] == 0
    assert ET.fromstring(icon_svg('M0 0"/><script/>', IconStyle()))[0].get("d") == 'M0 0"/><script/>'


def test_padding_and_radius_are_parts_of_the_tile():
    picture = drawn(icon_svg("M0 0H24V24H0Z", IconStyle("#ff0000", "#0000ff", radius=50, padding=25)), 100)
    assert picture[30, 50].tolist() == [255, 0, 0, 255]  # the icon begins at a quarter
    assert picture[20, 50].tolist() == [0, 0, 255, 255]
    assert picture[2, 2, 3] == 0  # outside the circle


def test_a_lock_lets_no_foreign_colour_through():
    style = IconStyle("#0f1f33", "#fffffe", lock=BRAND)
    assert (shown(style).foreground, shown(style).background) == ("#102030", "#fafafa")
    assert shown(style).remarks == ()
    assert "#102030" in icon_svg(RING, style)
    assert "#0f1f33" not in icon_svg(RING, style)
    painted = icon_picture(np.full((8, 8), 255, np.uint8), style, 8)
    assert painted[4, 4].tolist() == [0x10, 0x20, 0x30, 255]


def test_what_is_far_from_the_palette_is_said():
    far = shown(IconStyle("#00ff00", "#0f1f33", lock=BRAND))
    assert far.foreground in {swatch.colour for swatch in BRAND.swatches}
    assert len(far.remarks) == 1
    assert "#00ff00" in far.remarks[0]
    assert "ΔE" in far.remarks[0]
    assert shown(IconStyle("#00ff00", "#0f1f33", lock=BRAND, limit=100)).remarks == ()


def test_equal_colours_are_said():
    assert "same colour" in shown(IconStyle("#112131", "#0f1f2f", lock=BRAND)).remarks[0]
    assert shown(IconStyle("#112131", "#0f1f2f")).remarks == ()


def test_contrast_is_that_of_what_is_shown():
    assert str(contrast(IconStyle("#000000"))) == "21.00 : 1, enough for everything (AAA)"
    assert contrast(IconStyle("#777777", "#777777")).ratio == 1
    assert contrast(IconStyle("#000000"), page="#000000").ratio == 1
    assert (
        contrast(IconStyle("#0f1f33", "#eeeeee", lock=BRAND)).ratio == contrast(IconStyle("#102030", "#fafafa")).ratio
    )
    assert str(contrast(IconStyle("#777777"))).startswith("4.47 : 1")  # never rounded up to what it does not reach


@pytest.mark.parametrize(
    "wrong",
    [{"foreground": "red"}, {"background": "#12"}, {"radius": 51}, {"padding": -1}, {"radius": float("nan")}],
)
def test_a_style_that_is_none_is_refused(wrong):
    with pytest.raises(RequestError):
        IconStyle(**wrong)


def test_blank_and_full_masks_are_pictures_too():
    for value in (0, 255):
        picture = icon_picture(np.full((64, 64), value, np.uint8), IconStyle(padding=10), 30)
        assert picture[15, 15, 3] == value
        assert picture[0, 0, 3] == 0
