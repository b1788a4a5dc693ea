"""Icons that leave: files that open elsewhere, hold what was seen, are the same twice, and replace nothing unasked."""

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from desktop_app.engine.errors import Cancelled, FileError, RequestError
from desktop_app.studio import icon_export, whole_file
from desktop_app.studio.icon_export import (
    PNG_SIZES,
    ExportOptions,
    Icon,
    Kind,
    already_there,
    clipboard_svg,
    export_icons,
    file_names,
    icon_png,
)
from desktop_app.studio.icon_font import DESCENT, EM, FIRST_CODE, Glyph, icon_font
from desktop_app.studio.icon_style import IconStyle, icon_svg
from desktop_app.studio.svg_drawing import draw

RING = "M12 2A10 10 0 1 1 12 22A10 10 0 1 1 12 2ZM12 7A5 5 0 1 1 12 17A5 5 0 1 1 12 7Z"  # both turn the same way
NESTED = "M1 1H23V23H1ZM4 4V20H20V4ZM7 7H17V17H7ZM10 10H14V14H10Z"
HEART = "M12 21C-2 11 3 3 8 3C10 3 12 5 12 7C12 5 14 3 16 3C21 3 26 11 12 21Z"
APART = "M2 2H10V10H2ZM14 14L22 14L18 22ZM14 2h8v8z"
ICONS = [Icon("ring", RING), Icon("Heart", HEART), Icon("apart", APART)]
ALL = frozenset(Kind)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    a, b = one > 127, other > 127
    return float((a & b).sum() / (a | b).sum())


def drawn_glyph(ttf: bytes, code: int, size: int = EM) -> np.ndarray:
    """(size, size): the glyph as FreeType draws it, its em square in the picture; a pixel for each of its units."""
    image = Image.new("L", (size, size))
    font = ImageFont.truetype(io.BytesIO(ttf), size)
    ImageDraw.Draw(image).text((0, size * (EM - DESCENT) / EM), chr(code), fill=255, font=font, anchor="ls")
    return np.asarray(image)


# -- a font --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "padding"), [(RING, 0), (NESTED, 0), (HEART, 12.5), (APART, 0)])
def test_a_glyph_is_the_icon(path, padding):
    style = IconStyle(padding=padding)
    font = icon_font([Glyph("icon", path, style)], "Test")
    assert iou(drawn_glyph(font.ttf, FIRST_CODE), draw(icon_svg(path, style), EM, EM)[..., 3]) > 0.996


def test_contours_turn_as_truetype_asks():
    """Outer ones clockwise, holes against them, whatever the path did; all curves are quadratic."""
    font = TTFont(io.BytesIO(icon_font([Glyph("n", NESTED, IconStyle()), Glyph("r", RING, IconStyle())], "T").ttf))
    glyphs = font.getGlyphSet()
    areas, commands = [], set()
    for name in font.getGlyphOrder()[2:]:
        pen = RecordingPen()
        glyphs[name].draw(pen)
        commands |= {command for command, _ in pen.value}
        points: list[tuple[float, float]] = []
        for command, arguments in pen.value:
            points += [point for point in arguments if point]
            if command == "closePath":
                x, y = np.array(points, float).T
                areas.append(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
                points = []
    assert [area < 0 for area in areas] == [True, False, True, False, True, False]
    assert commands <= {"moveTo", "lineTo", "qCurveTo", "closePath"}


def test_the_font_has_codes_names_and_level_metrics():
    font = icon_font([Glyph(n, HEART, IconStyle()) for n in ("heart", "図", "9-lives", "heart-2")], "Brand “Icons”")
    ttf = TTFont(io.BytesIO(font.ttf))
    assert font.codes == {"heart": 0xE000, "図": 0xE001, "9-lives": 0xE002, "heart-2": 0xE003}
    assert set(ttf.getBestCmap()) == {0x20, *font.codes.values()}
    names = [ttf.getBestCmap()[code] for code in font.codes.values()]
    assert len(set(names)) == 4
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9._]{0,62}", name) for name in names)
    assert ttf["hhea"].ascent - ttf["hhea"].descent == ttf["head"].unitsPerEm == EM
    assert {ttf["hmtx"][name][0] for name in names} == {EM}
    assert ttf["name"].getDebugName(1) == "Brand “Icons”"
    assert re.fullmatch(r"[A-Za-z0-9-]+", ttf["name"].getDebugName(6))
    assert ttf["OS/2"].fsType == 0


def test_the_same_icons_are_the_same_font():
    glyphs = [Glyph("ring", RING, IconStyle()), Glyph("heart", HEART, IconStyle())]
    assert icon_font(glyphs, "A").ttf == icon_font(glyphs, "A").ttf


def test_a_font_refuses_what_it_cannot_hold():
    with pytest.raises(RequestError, match="6,400"):
        icon_font([Glyph("a", HEART, IconStyle())] * 6401, "A")
    for path in ("M", "M 1", "L0 0", "M0 0 Q", "nonsense", "M0 0 A1 1"):
        with pytest.raises(RequestError, match="path cannot be read"):
            icon_font([Glyph("a", path, IconStyle())], "A")


# -- files ---------------------------------------------------------------------------------------------------------


def test_one_action_writes_all_kinds(tmp_path):
    seen = []
    options = ExportOptions(ALL, sizes=(32, 16), family="My Icons")
    done = export_icons(ICONS, tmp_path / "out", options, progress=lambda *at: seen.append(at))
    assert [path.name for path in done.files] == file_names(ICONS, options)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(file_names(ICONS, options))
    assert seen == sorted(seen)
    assert set(seen) == {(n, len(done.files)) for n in range(1, len(done.files) + 1)}
    assert len(seen) == len(done.files) + len(ICONS)  # a font can be stopped after each of its icons
    assert "heart-16.png" in file_names(ICONS, options)
    assert "my-icons.ttf" in file_names(ICONS, options)


@pytest.mark.parametrize("style", [IconStyle("#c62828"), IconStyle("#ffffff", "#1565c0", 20, 12)])
def test_a_png_is_the_drawing_of_the_svg_at_every_size(tmp_path, style):
    icon = Icon("ring", RING, style)
    export_icons([icon], tmp_path, ExportOptions(frozenset({Kind.PNG, Kind.SVG})))
    svg = (tmp_path / "ring.svg").read_text(encoding="utf-8")
    for size in PNG_SIZES:
        with Image.open(tmp_path / f"ring-{size}.png") as image:
            assert image.size == (size, size)
            assert np.array_equal(np.asarray(image.convert("RGBA")), draw(svg, size, size))
    assert clipboard_svg(icon) == svg.strip()


def test_one_size_needs_no_number_in_its_name():
    assert file_names(ICONS[:1], ExportOptions(frozenset({Kind.PNG}), sizes=(64, 64))) == ["ring.png"]


def test_a_sprite_shows_its_icons_and_gives_each_by_name(tmp_path):
    icons = [*ICONS, Icon("3d box", NESTED, IconStyle("#ffffff", "#c62828", 50, 20))]
    export_icons(icons, tmp_path, ExportOptions(frozenset({Kind.SPRITE}), family="set"))
    text = (tmp_path / "set.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)
    tag = "{http://www.w3.org/2000/svg}"
    symbols = {s.get("id"): s.get("viewBox") for s in root.iter(f"{tag}symbol")}
    assert symbols == dict.fromkeys(["ring", "heart", "apart", "icon-3d-box"], "0 0 24 24")
    assert [use.get("{http://www.w3.org/1999/xlink}href") for use in root.iter(f"{tag}use")] == [
        f"#{name}" for name in symbols
    ]
    wide = float(root.get("width"))
    picture = draw(text, round(10 * wide), round(10 * wide))
    for index, icon in enumerate(icons):
        y, x = (80 + 320 * at for at in divmod(index, 2))
        alone = draw(icon_svg(icon.path, icon.style), 240, 240)
        assert np.abs(picture[y : y + 240, x : x + 240].astype(int) - alone).mean() < 0.1


def test_without_demonstration_nothing_is_shown_and_colours_can_be_the_texts(tmp_path):
    options = ExportOptions(frozenset({Kind.SPRITE, Kind.SVG}), current_colour=True, demonstration=False, family="set")
    tiled = Icon("tile", HEART, IconStyle("#ffffff", "#000080"))
    export_icons([Icon("red", HEART, IconStyle("#ff0000")), tiled], tmp_path, options)
    sprite = (tmp_path / "set.svg").read_text(encoding="utf-8")
    assert "<use" not in sprite
    assert sprite.count("currentColor") == 1  # not on a tile, whose colours belong together
    assert 'fill="currentColor"' in (tmp_path / "red.svg").read_text(encoding="utf-8")
    assert "currentColor" not in (tmp_path / "tile.svg").read_text(encoding="utf-8")


def test_code_tables_name_every_icon(tmp_path):
    done = export_icons(ICONS, tmp_path, ExportOptions(frozenset({Kind.FONT}), family='Big "Set"'))
    table = json.loads((tmp_path / "big-set.json").read_bytes())
    assert [(i["name"], i["code"]) for i in table["icons"]] == [
        ("ring", "U+E000"),
        ("heart", "U+E001"),
        ("apart", "U+E002"),
    ]
    css = (tmp_path / "big-set.css").read_text(encoding="utf-8")
    assert 'url("big-set.ttf")' in css
    assert r'font-family: "Big \"Set\""' in css
    assert r'.icon-heart::before { content: "\e001"; }' in css
    assert done.notes == ()
    red = [Icon("red", HEART, IconStyle("#ff0000"))]
    assert "no colours" in export_icons(red, tmp_path / "2", ExportOptions(frozenset({Kind.FONT}))).notes[0]


# -- names ---------------------------------------------------------------------------------------------------------


def test_names_become_safe_and_none_stands_twice():
    typed = [
        "Cup / Coffee!",
        "cup coffee",
        "../../etc/passwd",
        "CON",
        "",
        "図",
        "a" * 300,
        "Maquette Icons",
        "cup-coffee-2",
    ]
    options = ExportOptions(frozenset({Kind.SVG, Kind.SPRITE}))
    names = file_names([Icon(name, HEART) for name in typed], options)
    assert names == [
        "cup-coffee.svg",
        "cup-coffee-2.svg",
        "etc-passwd.svg",
        "con-icon.svg",
        "icon.svg",
        "図.svg",
        "a" * 60 + ".svg",
        "maquette-icons-2.svg",
        "cup-coffee-2-2.svg",
        "maquette-icons.svg",
    ]


def test_names_are_distinct_where_case_does_not_count():
    names = file_names([Icon(n, HEART) for n in ("STRASSE", "Straße", "straẞe", "É", "E\u0301")], ExportOptions())
    assert len({name.casefold() for name in names}) == 5


# -- what must not happen ------------------------------------------------------------------------------------------


def test_nothing_is_replaced_unasked(tmp_path):
    options = ExportOptions(frozenset({Kind.SVG}))
    (tmp_path / "heart.svg").write_text("mine")
    assert already_there(ICONS, tmp_path, options) == [tmp_path / "heart.svg"]
    with pytest.raises(FileError, match=r"“heart.svg” is there already"):
        export_icons(ICONS, tmp_path, options)
    assert (tmp_path / "heart.svg").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["heart.svg"]
    export_icons(ICONS, tmp_path, options, overwrite=True)
    assert "<svg" in (tmp_path / "heart.svg").read_text()
    with pytest.raises(FileError, match="2 more are there already"):
        export_icons(ICONS, tmp_path, options)


def test_a_folder_in_the_way_is_not_replaced(tmp_path):
    (tmp_path / "ring.svg").mkdir()
    with pytest.raises(FileError, match="there already"):
        export_icons(ICONS, tmp_path, ExportOptions(), overwrite=True)


def test_a_full_disk_half_way_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "ring.svg").write_text("mine")
    real, calls = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(whole_file.Path, "replace", replace)
    with pytest.raises(FileError, match="No space left"):
        export_icons([*ICONS[1:], *ICONS[:1]], tmp_path, ExportOptions(), overwrite=True)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("ring.svg", "mine")]


def test_a_stop_and_a_bad_icon_leave_nothing(tmp_path):
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        export_icons(ICONS, tmp_path / "a", ExportOptions(ALL), progress=stop)
    with pytest.raises(RequestError):
        export_icons([*ICONS, Icon("bad", "M 1")], tmp_path / "a", ExportOptions(ALL))
    assert not (tmp_path / "a").exists()


def test_what_is_nothing_is_said(tmp_path):
    with pytest.raises(RequestError, match="nothing to export"):
        export_icons([], tmp_path, ExportOptions())
    with pytest.raises(RequestError, match="“none” is blank"):
        export_icons([Icon("none", " ")], tmp_path, ExportOptions())
    with pytest.raises(RequestError, match="No size"):
        ExportOptions(frozenset({Kind.PNG}), sizes=())
    for size in (0, -1, 5000):
        with pytest.raises(RequestError, match="no size for an icon"):
            ExportOptions(sizes=(16, size))
        with pytest.raises(RequestError):
            icon_png(ICONS[0], size)
    with pytest.raises(RequestError, match="too many"):
        file_names([ICONS[0]] * (icon_export.MOST_ICONS + 1), ExportOptions())


def test_the_same_icons_are_the_same_files(tmp_path):
    options = ExportOptions(ALL, sizes=(24,))
    one, other = (export_icons(ICONS, tmp_path / name, options).files for name in "ab")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
