"""`maquette walk` through icons: words as key frames, outlines as frames, pictures in colours."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from desktop_app import cli
from desktop_app.engine.requests import Prompt
from desktop_app.studio.film_reading import read_film_recipe
from tests.fakes import write_icons, write_package
from tests.tiny_icons import tiny_icons

Said = pytest.CaptureFixture[str]
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M6 6h12v12H6z"/></svg>'


@pytest.fixture
def icons(models: Path, engine: object) -> None:
    write_icons(models, "icons")


def walk(package: str, out: Path, *words: object) -> int:
    said = ["walk", package, "--frames", "6", "--loop", "--out", str(out), *(str(word) for word in words)]
    return cli.main(said)


def test_words_become_an_svg_that_moves_and_can_be_made_again(models: Path, tmp_path: Path, capsys: Said) -> None:
    tiny_icons(models)
    out = tmp_path / "walk.svg"
    assert walk("tiny-icons", out, "--keys", "cup tree:7,cat", "--style", "filled", "--json") == 0
    assert json.loads(capsys.readouterr().out)["format"] == "svg"
    animate = ET.parse(out).find("{*}path/{*}animate")
    assert animate is not None
    assert len(animate.get("values", "").split(";")) == 6
    keys = [key.design for key in read_film_recipe(out).walk.keys]
    assert [key.prompt for key in keys] == [Prompt(("cup", "tree"), "filled"), Prompt(("cat",), "filled")]
    assert (keys[0].seed, keys[1].seed) == (7, 0)
    assert cli.main(["recheck", str(out)]) == 0
    assert "identical" in capsys.readouterr().out
    out.write_text(out.read_text().replace('values="M', 'values="M0 0;M', 1))
    assert cli.main(["recheck", str(out)]) == 1


def test_pictures_of_a_walk_are_drawn_crisp_at_their_size(icons: None, tmp_path: Path) -> None:
    assert walk("icons", tmp_path / "walk.gif", "--keys", "cup", "cat:3:4", "--size", 300) == 0
    with Image.open(tmp_path / "walk.gif") as film:
        assert film.size == (300, 300)
        assert film.convert("L").getpixel((2, 2)) == 255


def test_an_icon_of_ones_own_is_a_key(icons: None, tmp_path: Path) -> None:
    (tmp_path / "own.svg").write_text(SQUARE)
    assert walk("icons", tmp_path / "walk.svg", "--keys", "cup", "--encode", tmp_path / "own.svg") == 0
    (_, own) = read_film_recipe(tmp_path / "walk.svg").walk.keys
    assert own.design.place is not None
    assert own.design.place.source == "own.svg"


def test_words_that_are_not_known_are_told(icons: None, tmp_path: Path, capsys: Said) -> None:
    assert walk("icons", tmp_path / "walk.svg", "--keys", "cup blorp", "cat") == 0
    assert "ignored: “blorp”" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--keys", "cup:99999999999", "cat"), "is no key frame"),
        (("--keys", "cup:4294967296", "cat"), "above 4294967295"),
        (("--keys", "cup", "cat", "--style", "baroque"), "no style “baroque”"),
    ],
)
def test_bad_keys_are_refused(icons: None, tmp_path: Path, capsys: Said, words: tuple, sentence: str) -> None:
    assert walk("icons", tmp_path / "walk.svg", *words) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "walk.svg").exists()


def test_other_packages_have_no_outlines(models: Path, engine: object, tmp_path: Path, capsys: Said) -> None:
    write_package(models, "digits")
    assert walk("digits", tmp_path / "walk.svg", "--keys", "1", "2") == 1
    assert "draws no icons" in capsys.readouterr().err
    assert walk("digits", tmp_path / "walk.gif", "--keys", "1", "2", "--style", "filled") == 1
    assert "has no styles" in capsys.readouterr().err
