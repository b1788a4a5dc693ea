"""Palettes: what other programs write is read, what is written comes back, and no damaged file goes through."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.studio import palette_ase, palette_css, palette_file
from desktop_app.studio.colorimetry import Vision, delta_e, rgb_of, to_lab
from desktop_app.studio.palette import LARGEST, Palette, Swatch, confusions, mapped

BRAND = Palette(
    "Brand",
    (
        Swatch("Ink", "#102030"),
        Swatch("Sun yellow", "#ffcc00", "Accents"),
        Swatch("Ключ 図", "#00a0e0", "Accents"),
        Swatch("Paper", "#FAFAFA", "Grounds"),
        Swatch("Sun yellow", "#ffdd33"),
    ),
)


def ase(*colours: tuple[str, bytes, tuple[float, ...]]) -> bytes:
    blocks = b""
    for name, model, values in colours:
        text = name.encode("utf-16-be") + b"\0\0"
        body = struct.pack(">H", len(text) // 2) + text + model + struct.pack(f">{len(values)}fH", *values, 0)
        blocks += struct.pack(">HI", 1, len(body)) + body
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(colours)) + blocks


@pytest.fixture
def file(tmp_path: Path):
    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# -- the nearest colour --------------------------------------------------------------------------------------------


def test_the_nearest_colour_is_the_one_that_differs_least():
    for colour in ("#000000", "#ffffff", "#ff0000", "#0080ff", "#123456"):
        match = BRAND.nearest(colour)
        differences = [float(delta_e(to_lab(rgb_of(s.colour)), to_lab(rgb_of(colour)))) for s in BRAND.swatches]
        assert match.delta_e == pytest.approx(min(differences))
        assert match.swatch is BRAND.swatches[int(np.argmin(differences))]
    assert BRAND.nearest("#fafafa").delta_e == 0


def test_every_pixel_becomes_a_colour_of_the_palette_and_alpha_stays():
    pixels = np.random.default_rng(1).integers(0, 255, (9, 7, 4), np.uint8, endpoint=True)
    made, worst = mapped(pixels, BRAND)
    allowed = {rgb_of(swatch.colour) for swatch in BRAND.swatches}
    assert {tuple(p) for p in made[..., :3].reshape(-1, 3).tolist()} <= allowed
    assert np.array_equal(made[..., 3], pixels[..., 3])
    each = delta_e(to_lab(made[..., :3]), to_lab(pixels[..., :3]))
    assert worst == pytest.approx(each[pixels[..., 3] > 0].max())
    assert np.array_equal(mapped(made, BRAND)[0], made)
    assert mapped(made[..., :3], BRAND)[1] == 0


def test_colours_that_the_colour_blind_confuse_are_named():
    red, green, blue = Swatch("red", "#b23a2a"), Swatch("green", "#6d6f1f"), Swatch("blue", "#1040c0")
    found = {vision: confusions((red, green, blue), vision) for vision in Vision}
    assert (red, green) in found[Vision.PROTANOPIA] + found[Vision.DEUTERANOPIA]
    assert all(blue not in pair for pairs in found.values() for pair in pairs)
    assert confusions((), Vision.TRITANOPIA) == []


def test_a_palette_without_colours_or_with_too_many_is_refused():
    with pytest.raises(RequestError, match="“Empty” holds no colour"):
        Palette("Empty", ())
    with pytest.raises(RequestError, match="more than 4,096"):
        Palette("Huge", (Swatch("a", "#000000"),) * (LARGEST + 1))


def test_names_are_one_line():
    assert Swatch("a\n\tb\0c" + "d" * 1000, "#FFF").name.startswith("a b c")
    assert len(Swatch("d" * 1000, "#fff").name) <= 120
    assert Swatch("\n", "#FFF") == Swatch("#ffffff", "#ffffff")


# -- there and back ------------------------------------------------------------------------------------------------


def test_ase_keeps_everything(tmp_path):
    palette_file.write(tmp_path / "Brand.ase", BRAND)
    assert palette_file.read(tmp_path / "Brand.ase") == BRAND


def test_gpl_keeps_all_but_groups(tmp_path):
    palette_file.write(tmp_path / "other name.gpl", BRAND)
    known = palette_file.read(tmp_path / "other name.gpl")
    assert known.name == "Brand"
    assert [(s.name, s.colour) for s in known.swatches] == [(s.name, s.colour) for s in BRAND.swatches]


def test_css_keeps_colours_under_names_of_its_own(tmp_path):
    palette_file.write(tmp_path / "Brand.css", BRAND)
    known = palette_file.read(tmp_path / "Brand.css")
    assert [s.colour for s in known.swatches] == [s.colour for s in BRAND.swatches]
    assert [s.name for s in known.swatches] == ["ink", "sun-yellow", "ключ-図", "paper", "sun-yellow-2"]
    assert "--sun-yellow: #ffcc00;" in (tmp_path / "Brand.css").read_text(encoding="utf-8")


def test_a_hostile_group_stays_a_comment():
    text = palette_css.encode(Palette("p", (Swatch("a", "#010203", "*/ } body { color: #fff } /*"),))).decode()
    assert [s.colour for s in palette_css.decode(text)[0]] == ["#010203"]


def test_any_ending_is_known_by_what_is_in_it(tmp_path):
    (tmp_path / "a.css").write_bytes(palette_ase.encode(BRAND))
    assert palette_file.read(tmp_path / "a.css").swatches == BRAND.swatches
    with pytest.raises(FileError, match=r"“a.txt”.*\.ase, \.gpl or \.css"):
        palette_file.write(tmp_path / "a.txt", BRAND)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "Brand.gpl"
    palette_file.write(path, BRAND)
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FileError, match="No space left"):
        palette_file.write(path, Palette("Other", BRAND.swatches[:1]))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# -- what others write ---------------------------------------------------------------------------------------------


def test_all_models_of_ase_become_srgb(file):
    red_lab = (0.5429, 80.8, 69.89)  # CSS Color 4: lab(54.29 80.81 69.89)
    path = file(
        "a.ase",
        ase(
            ("rgb", b"RGB ", (1.0, 0.5, 0.0)),
            ("cmyk", b"CMYK", (0.0, 1.0, 1.0, 0.5)),
            ("grey", b"Gray", (0.5,)),
            ("lab", b"LAB ", red_lab),
            ("other", b"HSB ", (0.0, 0.0, 0.0)),
        ),
    )
    palette = palette_file.read(path)
    assert [s.colour for s in palette.swatches] == ["#ff8000", "#800000", "#808080", "#ff0000"]
    assert len(palette.notes) == 2
    assert "CMYK" in palette.notes[0]
    assert "1 colour of a kind" in palette.notes[1]


def test_gpl_of_gimp_inkscape_and_aseprite(file):
    text = "GIMP Palette\r\nName: Bears\r\nColumns: 16\r\n#\r\n# brown ones\r\n  8   8   8\tgrizzly\r\n255 0 12\r\n"
    palette = palette_file.read(file("b.gpl", text))
    assert palette.name == "Bears"
    assert palette.swatches == (Swatch("grizzly", "#080808"), Swatch("", "#ff000c"))
    with_alpha = "GIMP Palette\nChannels: RGBA\n#\n1 2 3 255 Untitled\n"
    assert palette_file.read(file("c.gpl", with_alpha)).swatches == (Swatch("Untitled", "#010203"),)


CSS = """
/* #111111 is no colour here */
@import url(https://example.org/#222222);
:root { --brand-red: #C00; --ink: rgb(16 32 48); --half: rgba(0, 128, 255, .5); --named: RebeccaPurple;
  --warm: hsl(30deg 100% 50%); --turn: hsl(.5turn, 100%, 25%); --none: hsl(none 0% 50% / 100%); --gone: #0000;
  --two: linear-gradient(#010101, #020202); --space: 12px; --text: "#333333"; --ref: var(--ink) }
#fed a:not(#bada55) { color: #abcdef; background: #cc0000 url('#444444'); border-color: red }
$sass: #0f0f0f !default;
@less: #1e1e1e;
.last { fill: RGB(100%, 0%, 50%) }
"""


def test_css_gives_properties_with_names_and_other_colours_without(file):
    palette = palette_file.read(file("site.css", CSS))
    assert [(s.name, s.colour) for s in palette.swatches] == [
        ("brand-red", "#cc0000"),
        ("ink", "#102030"),
        ("half", "#0080ff"),
        ("named", "#663399"),
        ("warm", "#ff8000"),
        ("turn", "#008080"),
        ("none", "#808080"),
        ("two", "#010101"),
        ("two 2", "#020202"),
        ("#abcdef", "#abcdef"),
        ("sass", "#0f0f0f"),
        ("less", "#1e1e1e"),
        ("#ff0080", "#ff0080"),
    ]
    assert palette.notes == ("What is partly transparent in it became opaque.",)


# -- damaged files -------------------------------------------------------------------------------------------------

GOOD = palette_ase.encode(BRAND)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.ase", b"", "is empty"),
        ("cut.ase", GOOD[:-7], "is damaged: it is cut short"),
        ("head.ase", b"ASEF\0\1", "is damaged: it is cut short"),
        ("count.ase", b"ASEF" + struct.pack(">HHI", 1, 0, 2**32 - 1), "is damaged: it is cut short"),
        ("nan.ase", ase(("a", b"RGB ", (float("nan"), 0, 0))), "the colour “a” holds no numbers"),
        ("short.ase", ase(("a", b"CMYK", (0.0,))), "the colour “a” is cut short"),
        ("none.ase", ase(), "holds no colour"),
        ("sprite.ase", b"\x10\0\0\0\xe0\xa5" + bytes(100), "a sprite of Aseprite"),
        ("page.ase", "<html>not found</html>", "is damaged"),
        ("many.ase", ase(*[("a", b"Gray", (0.5,))] * (LARGEST + 1)), "more than 4,096 colours"),
        ("line.gpl", "GIMP Palette\n1 2 3 ok\n1 2 300 bad\n", "line 3 is no colour"),
        ("words.gpl", "GIMP Palette\nred green blue\n", "line 2 is no colour"),
        ("none.gpl", "GIMP Palette\nName: x\n", "holds no colour"),
        ("other.gpl", "1 2 3", "is damaged"),
        ("many.gpl", "GIMP Palette\n" + "1 2 3\n" * (LARGEST + 1), "more than 4,096 colours"),
        ("none.css", "body { margin: 0 }", "holds no colour"),
        ("picture.css", b"\x89PNG\r\n\x1a\n" + bytes(50), "is no palette"),
        ("latin.css", b"a { --caf\xe9: #fff }", "is no palette"),
        ("huge.css", b"a" * (4 * 2**20 + 1), "larger than 4 MiB"),
    ],
)
def test_a_bad_file_is_told_in_one_sentence_with_its_name(file, name, content, words):
    with pytest.raises(FileError) as caught:
        palette_file.read(file(name, content))
    assert words in caught.value.message
    assert f"“{name}”" in caught.value.message


def test_what_is_not_there_and_what_is_no_file_is_told(tmp_path):
    for path in (tmp_path / "none.ase", tmp_path):
        with pytest.raises(FileError):
            palette_file.read(path)


@given(data=st.data())
def test_no_damage_goes_through_as_another_error(data):
    content = bytearray(GOOD)
    for at in data.draw(st.lists(st.integers(8, len(GOOD) - 1), min_size=1, max_size=6)):
        content[at] = data.draw(st.integers(0, 255))
    try:
        swatches, _ = palette_ase.decode(bytes(content))
    except palette_ase.Damaged:
        return
    assert all(rgb_of(swatch.colour) for swatch in swatches)


@given(st.text(alphabet="#rgbhsl(){}/*:;-,. %0123456789afe\"'\n$@", max_size=300))
def test_no_style_sheet_trips_the_reader(text):
    for swatch in palette_css.decode(text)[0]:
        rgb_of(swatch.colour)


@pytest.mark.parametrize("piece", ["/*", "url(", "rgb(", '"', "-", "#ab", "a:", "--a: rgb(1,"])
def test_a_hostile_style_sheet_is_read_in_one_pass(piece):
    palette_css.decode(piece * (2**19 // len(piece)))
