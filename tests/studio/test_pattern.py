"""Patterns repeat without a seam: what leaves the cell on one side comes in on the other, in both files."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.studio.icon_style import IconStyle, icon_svg
from desktop_app.studio.pattern import (
    Layout,
    Pattern,
    cell_steps,
    copies,
    export_pattern,
    pattern_svg,
    places,
    step,
    tile,
    tile_png,
    tile_size,
)
from desktop_app.studio.svg_drawing import draw

FLAG = "M3 2H21L15 8L21 14H7V22H3Z"  # no mirror and no turn leaves it as it is
INK = IconStyle("#c62828")
PAPER = IconStyle("#102030", "#fafafa")
PX = 48  # pixels from icon to icon

ALL = [
    Pattern(layout, spacing, scale, rotation)
    for layout in Layout
    for spacing, scale, rotation in (
        (25, 100, 0),
        (0, 100, 30),
        (-25, 100, 45),
        (150, 50, -75),
        (-50, 150, 10),
        (33, 87, 111),
    )
]


def plane(pattern: Pattern, style: IconStyle) -> np.ndarray:
    """Three cells each way of an endless plane, on which every icon is drawn once and whole, over all edges."""
    wide, tall = (count * step(pattern) for count in cell_steps(pattern.layout))
    factor = pattern.scale / 100 * step(pattern) / (0.24 * pattern.scale * (1 + pattern.spacing / 100))
    icons = "".join(
        f'<path transform="translate({place.x + x * wide} {place.y + y * tall}) scale({place.across} {place.down}) '
        f'rotate({pattern.rotation}) scale({factor}) translate(-12 -12)" fill="{style.foreground}" d="{FLAG}"/>'
        for place in places(pattern)
        for y in range(-2, 5)
        for x in range(-2, 5)
    )
    text = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {3 * wide} {3 * tall}">'
            f'<rect width="100%" height="100%" fill="{style.background}"/>{icons}</svg>')  # fmt: skip
    w, h = tile_size(pattern, px(pattern))
    return draw(text, 3 * w, 3 * h)


def px(pattern: Pattern) -> int:
    """Pixels from icon to icon: two for each unit."""
    return round(2 * step(pattern))


@pytest.mark.parametrize("pattern", ALL, ids=str)
def test_the_tile_repeats_without_a_seam(pattern):
    """An icon that was cut at an edge, or left out beyond it, would differ from the one that was drawn whole."""
    tiled = np.tile(tile(FLAG, PAPER, pattern, px(pattern)), (3, 3, 1)).astype(int)
    assert np.abs(tiled - plane(pattern, PAPER)).max() <= 24  # an edge's pixels are covered to a sixteenth


@pytest.mark.parametrize("pattern", ALL, ids=str)
def test_a_shift_by_the_cell_is_the_identity(pattern):
    """In the document, over the edges of its cells; by half a cell it is another picture, where it is not all ink."""
    w, h = tile_size(pattern, px(pattern))
    drawn = draw(pattern_svg(FLAG, INK, pattern), 4 * w, 4 * h).astype(int)
    assert np.abs(drawn[h:] - drawn[:-h]).max() <= 2
    assert np.abs(drawn[:, w:] - drawn[:, :-w]).max() <= 2
    if pattern.spacing > -50:
        assert np.abs(drawn[h // 2 :] - drawn[: -(h // 2)]).mean() > 2


@pytest.mark.parametrize("pattern", ALL, ids=str)
def test_the_document_and_the_tile_are_the_same_picture(pattern):
    for style in (INK, PAPER):
        one = tile(FLAG, style, pattern, px(pattern))
        h, w = one.shape[:2]
        drawn = draw(pattern_svg(FLAG, style, pattern), 4 * w, 4 * h)
        tiled = np.tile(one, (4, 4, 1))
        assert np.abs(drawn[..., 3].astype(int) - tiled[..., 3]).max() <= 3
        assert np.abs(drawn.astype(int) - tiled).mean() < 0.5


@pytest.mark.parametrize("layout", list(Layout))
def test_the_tile_is_filled_to_its_last_pixel(layout):
    for spacing, step_px in ((10, 100), (37, 33), (3.3, 7), (-12, 101), (99.9, 64)):
        one = tile(FLAG, PAPER, Pattern(layout, spacing, 87), step_px)
        assert one.shape[1::-1] == tile_size(Pattern(layout, spacing, 87), step_px)
        assert one[..., 3].min() == 255


def ink(pattern: Pattern) -> np.ndarray:
    return tile(FLAG, INK, pattern, PX)[..., 3] > 127


def test_layouts_are_what_they_are_called():
    alone = draw(icon_svg(FLAG, INK), PX, PX)[..., 3] > 127
    assert np.array_equal(ink(Pattern(Layout.GRID, spacing=0)), alone)
    drop = ink(Pattern(Layout.HALF_DROP, spacing=0))
    assert np.array_equal(drop[:, :PX], alone)
    assert np.array_equal(drop[:, PX:], np.roll(alone, PX // 2, axis=0))
    brick = ink(Pattern(Layout.BRICK, spacing=0))
    assert np.array_equal(brick[:PX], alone)
    assert np.array_equal(brick[PX:], np.roll(alone, PX // 2, axis=1))
    mirror = ink(Pattern(Layout.MIRROR, spacing=0))
    whole = np.block([[alone, alone[:, ::-1]], [alone[::-1], alone[::-1, ::-1]]])
    assert (mirror ^ whole).mean() < 0.01


def test_spacing_scale_and_rotation():
    assert step(Pattern(spacing=50, scale=200)) == 24 * 2 * 1.5
    assert step(Pattern(spacing=10)) == 26  # whole units
    shares = [ink(Pattern(spacing=spacing)).mean() for spacing in (0, 100)]
    assert shares[0] == pytest.approx(4 * shares[1], rel=0.05)
    turned = ink(Pattern(spacing=0, rotation=90))
    assert (turned ^ np.rot90(ink(Pattern(spacing=0)), -1)).mean() < 0.01  # clockwise
    assert np.array_equal(ink(Pattern(spacing=50, scale=300)), ink(Pattern(spacing=50)))


@pytest.mark.parametrize("layout", list(Layout))
def test_a_cell_without_overlap_holds_each_icon_once(layout):
    expected = {Layout.GRID: 1, Layout.HALF_DROP: 3, Layout.BRICK: 3, Layout.MIRROR: 4}  # one is cut by the edge
    pattern = Pattern(layout, spacing=20)
    assert len(places(pattern)) == np.prod(cell_steps(layout))
    assert len(copies(FLAG, pattern)) == expected[layout]


def test_the_document_is_one_pattern_over_a_ground():
    text = pattern_svg(FLAG, PAPER, Pattern(Layout.BRICK), name="3 flags & more", size=(300, 200))
    root = ET.fromstring(text)
    tag = "{http://www.w3.org/2000/svg}"
    cell = root.find(f"{tag}defs/{tag}pattern")
    assert cell.get("patternUnits") == "userSpaceOnUse"
    assert (cell.get("width"), cell.get("height")) == ("30", "60")
    assert [r.get("fill") for r in root.findall(f"{tag}rect")] == ["#fafafa", "url(#icon-3-flags-more)"]
    assert root.get("viewBox") == "0 0 300 200"
    assert root.find(f"{tag}title").text == "3 flags & more"
    assert text == pattern_svg(FLAG, PAPER, Pattern(Layout.BRICK), name="3 flags & more", size=(300, 200))


def test_both_files_or_none(tmp_path):
    vector, picture = export_pattern(FLAG, PAPER, Pattern(), tmp_path, name="Flag", step_px=PX)
    assert [vector.name, picture.name] == ["flag-pattern.svg", "flag-tile.png"]
    assert picture.read_bytes() == tile_png(FLAG, PAPER, Pattern(), PX)
    vector.unlink()
    with pytest.raises(FileError, match=r"“flag-tile.png” is there already"):
        export_pattern(FLAG, INK, Pattern(), tmp_path, name="Flag")
    assert [path.name for path in tmp_path.iterdir()] == ["flag-tile.png"]
    with pytest.raises(RequestError):
        export_pattern("M0 0", INK, Pattern(), tmp_path / "other", name="x")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "wrong", [{"spacing": -51}, {"spacing": float("nan")}, {"scale": 0}, {"scale": 3000}, {"rotation": 361}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(RequestError, match=next(iter(wrong))):
        Pattern(**wrong)


def test_what_cannot_be_repeated_is_said():
    with pytest.raises(RequestError, match="blank"):
        tile("", INK, Pattern(), PX)
    with pytest.raises(RequestError, match="reaches too far"):
        tile("M-9999 -9999H9999V9999Z", INK, Pattern(), PX)
    for pixels in (0, 2049):
        with pytest.raises(RequestError, match="pixels"):
            tile(FLAG, INK, Pattern(Layout.MIRROR), pixels)
