"""`maquette sample` of icons and `maquette trace`: what is written, what is said, and what is refused in a sentence."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from desktop_app import cli
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Differ, Resemble, Trace
from desktop_app.studio import recipe
from tests import fakes
from tests.fake_icons import ICON_WORDS, write_icons
from tests.fakes import FakeEngine
from tests.tiny_icons import tiny_icons

Said = pytest.CaptureFixture[str]
Maquette = Callable[..., int]


@pytest.fixture
def icons(models: Path) -> Package:
    return write_icons(models, "icons")


@pytest.fixture
def maquette(icons: Package, engine: FakeEngine) -> Maquette:
    return said


def said(*words: object) -> int:
    return cli.main([str(word) for word in words])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


# -- sampling ------------------------------------------------------------------------------------------------------


def test_a_real_package_draws_vectors_that_can_be_made_again(models: Path, tmp_path: Path, capsys: Said) -> None:
    tiny_icons(models)
    sample = ("sample", "tiny-icons", "--words", "cup tree", "--style", "filled", "--count", 3, "--out", tmp_path)
    assert said(*sample, "--format", "both", "--sizes", 24, "--foreground", "c00", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    names = [f"tiny-icons_cup-tree_filled_s0_i{i}{end}" for i in range(3) for end in (".svg", "_24px.png")]
    assert files(tmp_path) == sorted(names) == sorted(Path(file).name for file in told["files"])
    assert (told["icons"], told["written"], told["words"]) == (3, 6, ["cup", "tree"])
    root = ET.parse(tmp_path / names[0]).getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.find("{*}path").get("fill") == "#cc0000"  # type: ignore[union-attr]
    with Image.open(tmp_path / names[1]) as image:
        assert (image.size, image.mode) == ((24, 24), "RGBA")
    assert said("recheck", *(tmp_path / name for name in names)) == 0
    assert capsys.readouterr().out.count("identical") == 6


def test_recheck_tells_a_changed_vector(maquette: Maquette, tmp_path: Path, capsys: Said) -> None:
    maquette("sample", "icons", "--count", 1, "--out", tmp_path)
    (file,) = tmp_path.iterdir()
    text = file.read_text()
    file.write_text(text.replace("<title>icon</title>", "<title>my own name</title>"))
    assert maquette("recheck", file) == 0
    file.write_text(text.replace("<path ", '<path transform="scale(0.5)" '))
    assert maquette("recheck", file) == 1
    assert "was edited after it was made" in capsys.readouterr().out


def test_a_second_run_draws_only_what_is_missing(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: Said
) -> None:
    maquette("sample", "icons", "--count", 4, "--out", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    next(iter(before)).unlink()
    engine.served.clear()
    assert maquette("sample", "icons", "--count", 4, "--out", tmp_path) == 0
    assert "3 files were there already" in capsys.readouterr().out
    assert sum(len(request.designs) for request in engine.served if isinstance(request, Trace)) == 1
    assert maquette("sample", "icons", "--count", 4, "--out", tmp_path, "--foreground", "f00") == 1
    assert "is there already" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in list(before)[1:]} == dict(list(before.items())[1:])
    assert maquette("sample", "icons", "--count", 4, "--out", tmp_path, "--foreground", "f00", "--overwrite") == 0
    assert all("#ff0000" in path.read_text() for path in before)


@pytest.mark.parametrize(
    ("text", "counts", "sentence"),
    [
        (f"{ICON_WORDS[0]} dragonfly", (ICON_WORDS[0],), "ignored: “dragonfly”"),
        ("dragonfly, Blunderbuss", (), "No word is known: “dragonfly”, “blunderbuss”"),
        (" ".join(ICON_WORDS) + " zyx" * 500, ICON_WORDS[:8], "Only the first 8 known words count"),
        (f"{ICON_WORDS[1].upper()}!? {ICON_WORDS[1]}", (ICON_WORDS[1],), ""),
    ],
    ids=["one unknown", "none known", "five hundred", "upper case"],
)
def test_words_that_do_not_count_are_named(
    maquette: Maquette, tmp_path: Path, capsys: Said, text: str, counts: tuple[str, ...], sentence: str
) -> None:
    assert maquette("sample", "icons", "--words", text, "--count", 1, "--out", tmp_path, "--no-recipe") == 0
    told = capsys.readouterr().err
    assert sentence in told
    assert bool(told) == bool(sentence) or "Resembles" in told
    (file,) = tmp_path.iterdir()
    assert "-".join(counts) in file.name


def test_resemblances_and_blank_designs_are_said(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = {1: -4.0, 2: 4.0}
    real = fakes.icon_field
    blank = lambda design: np.full((64, 64), levels[design.index], np.float32)  # noqa: E731
    monkeypatch.setattr(fakes, "icon_field", lambda d: blank(d) if d.index in levels else real(d))
    assert maquette("sample", "icons", "--count", 16, "--out", tmp_path, "--json") == 0
    told = capsys.readouterr()
    remarks = json.loads(told.out)["remarks"]
    assert len(files(tmp_path)) == 14
    assert [r for r in remarks if "blank" in r] == [
        f"Design {i} came out blank or full and was left out." for i in (1, 2)
    ]
    alike = next(r for r in remarks if "Resembles" in r)
    number, _, likeness = alike.removeprefix("Design ").partition(": ")
    (path,) = tmp_path.glob(f"icons_*_s0_i{number}.svg")
    made = recipe.read_recipe(path)
    assert made.resembles == likeness.rstrip(".")
    assert all(remark in told.err for remark in remarks)
    assert any(isinstance(request, Resemble) for request in engine.served)


def test_different_ones_are_chosen_of_drafts(maquette: Maquette, engine: FakeEngine, tmp_path: Path) -> None:
    assert maquette("sample", "icons", "--count", 5, "--different", 50, "--seed", 3, "--out", tmp_path) == 0
    (asked,) = (request for request in engine.served if isinstance(request, Differ))
    assert (len(asked.designs), asked.count) == (50, 5)
    drawn = [design.index for r in engine.served if isinstance(r, Trace) for design in r.designs]
    assert drawn == [0, 10, 20, 30, 40]


def test_sprite_font_and_contact_sheet(maquette: Maquette, tmp_path: Path) -> None:
    word = ("sample", "icons", "--words", ICON_WORDS[0], "--count", 3, "--out", tmp_path)
    assert maquette(*word, "--format", "sprite", "--sheet") == 0
    assert maquette(*word, "--format", "ttf") == 0
    name = f"icons-{ICON_WORDS[0]}"
    assert files(tmp_path) == sorted(
        [f"{name}.css", f"{name}.json", f"{name}.svg", f"{name}.ttf", "icons_s0_i0_sheet.png"]
    )
    assert len(ET.parse(tmp_path / f"{name}.svg").getroot().findall("{*}symbol")) == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--style", "baroque"], "There is no style “baroque”. There are: "),
        (["--set", "nobody"], "There is no set “nobody”. There are: "),
        (["--class", "3"], "has no classes"),
        (["--foreground", "mauve"], "“#mauve” is no colour."),
        (["--different", "3", "--count", "9"], "Ask for more drafts"),
        (["--format", "ttf", "--count", "9000"], "Ask for fewer"),
        (["--palette", "nowhere.gpl"], "There is no file “nowhere.gpl”"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    maquette: Maquette, tmp_path: Path, capsys: Said, words: list[str], sentence: str
) -> None:
    assert maquette("sample", "icons", "--out", tmp_path, *words) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
    assert files(tmp_path) == []


def test_a_damaged_palette_costs_nothing(maquette: Maquette, tmp_path: Path, capsys: Said) -> None:
    palette = tmp_path / "brand.ase"
    palette.write_bytes(b"ASEF\0\1\0\0\xff\xff\xff\xff no more")
    assert maquette("sample", "icons", "--out", tmp_path / "out", "--palette", palette) == 1
    assert "brand.ase” is damaged" in capsys.readouterr().err
    palette.with_suffix(".gpl").write_text("GIMP Palette\n16 32 48 Ink\n")
    assert maquette("sample", "icons", "--count", 1, "--out", tmp_path / "out",
                    "--palette", palette.with_suffix(".gpl")) == 0  # fmt: skip
    (made,) = (tmp_path / "out").iterdir()
    assert 'fill="#102030"' in made.read_text()
    assert recipe.read_recipe(made).icon.style.lock.name == "brand"  # type: ignore[union-attr]


def test_other_packages_do_not_take_words_of_icons(package: Package, engine: FakeEngine, capsys: Said) -> None:
    assert said("sample", package.name, "--words", "cup", "--out", "nowhere") == 1
    assert "does not draw icons, so --words says nothing to it" in capsys.readouterr().err


# -- tracing -------------------------------------------------------------------------------------------------------


def ring(mode: str, ground: object, ink: object) -> Image.Image:
    image = Image.new(mode, (800, 600), ground)
    ImageDraw.Draw(image).ellipse((200, 100, 600, 500), fill=ink)
    ImageDraw.Draw(image).ellipse((300, 200, 500, 400), fill=ground)
    return image.reduce(4)


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("dark.png", ring("RGB", "white", "black")),
        ("light.webp", ring("RGB", (20, 20, 60), (200, 220, 160))),
        ("clear.png", ring("RGBA", (0, 0, 0, 0), (250, 250, 250, 255))),
        ("photo.jpg", ring("L", 230, 70)),
    ],
)
def test_a_picture_becomes_one_outline(tmp_path: Path, capsys: Said, name: str, picture: Image.Image) -> None:
    picture.save(tmp_path / name)
    assert said("trace", tmp_path / name, "--out", tmp_path / "out.svg") == 0
    assert "2 outlines" in capsys.readouterr().out
    drawn = _alpha(tmp_path / "out.svg")
    wanted = np.asarray(ring("L", 0, 255)) > 127
    assert ((drawn & wanted).sum() / (drawn | wanted).sum()) > 0.98


def test_ink_is_what_one_says_it_is(tmp_path: Path) -> None:
    ring("L", 255, 0).save(tmp_path / "a.png")
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "light.svg", "--light") == 0
    assert (_alpha(tmp_path / "light.svg") == (np.asarray(ring("L", 255, 0)) > 127)).mean() > 0.98


def test_areas_of_colour(tmp_path: Path, capsys: Said) -> None:
    ring("RGB", (255, 240, 200), (200, 30, 40)).save(tmp_path / "a.png")
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "a.svg", "--colour", "--colours", 2) == 0
    root = ET.parse(tmp_path / "a.svg").getroot()
    assert (root.get("viewBox"), root.get("width")) == ("0 0 200 150", "200")
    fills = {path.get("fill") for path in root}
    assert len(fills) == 2
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "b.svg", "--colour", "--snap", 24) == 1
    assert "--snap is for outlines" in capsys.readouterr().err


def test_a_vector_is_drawn_and_traced_anew(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "own.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><script>alert(1)</script>'
        '<image href="https://example.org/a.png" width="9" height="9"/>'
        '<circle cx="24" cy="24" r="15" fill="none" stroke="red" stroke-width="6"/></svg>'
    )
    assert said("trace", tmp_path / "own.svg", "--out", tmp_path / "new.svg") == 0
    told = capsys.readouterr()
    assert "2 outlines" in told.out
    assert "Scripts in it were left out." in told.err
    text = (tmp_path / "new.svg").read_text()
    assert 'viewBox="0 0 24 24"' in text
    assert "script" not in text
    assert len(text) < 700


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}>{}</svg>'


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x89PNG\r\n\x1a\nno more", BOMB.encode(), b"<svg", SVG.format('viewBox="0 0 0 0"', "").encode(),
        SVG.format('viewBox="0 0 9 9"', "<path d=''/>").encode(), SVG.format('viewBox="0 0 9 9"', "").encode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_a_file_that_is_no_drawing_is_one_sentence(tmp_path: Path, capsys: Said, content: bytes, ending: str) -> None:
    own = tmp_path / f"own.{ending}"
    own.write_bytes(content)
    assert said("trace", own, "--out", tmp_path / "out.svg") == 1
    told = capsys.readouterr().err
    assert f"“own.{ending}”" in told
    assert told.count("\n") == 1
    assert files(tmp_path) == [own.name]


@pytest.mark.parametrize("tone", [0, 127, 255])
@pytest.mark.parametrize("more", [[], ["--light"], ["--dark"]])
def test_a_picture_of_one_tone_is_blank(tmp_path: Path, capsys: Said, tone: int, more: list[str]) -> None:
    Image.new("RGB", (40, 30), (tone, tone, tone)).save(tmp_path / "a.png")
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "a.svg", *more) == 1
    assert "blank" in capsys.readouterr().err


def test_nothing_is_replaced_unasked(tmp_path: Path, capsys: Said) -> None:
    ring("L", 255, 0).save(tmp_path / "a.png")
    (tmp_path / "a.svg").write_text("mine")
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "a.svg") == 1
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "a.svg").read_text() == "mine"
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "a.png") == 1
    assert "does not end with .svg" in capsys.readouterr().err
    assert said("trace", tmp_path / "a.png", "--out", tmp_path / "a.svg", "--force") == 0
    assert "<path" in (tmp_path / "a.svg").read_text()


def _alpha(path: Path) -> np.ndarray:
    """(150, 200): where a drawing has ink."""
    from desktop_app.studio.svg_drawing import draw

    return draw(path.read_text(), 200, 150)[..., 3] > 127
