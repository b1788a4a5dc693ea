"""Walks between icons as SVG that moves."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Design
from desktop_app.studio import svg_film
from desktop_app.studio.film import Film
from desktop_app.studio.film_options import FilmOptions, format_for, presented
from desktop_app.studio.film_reading import read_film_recipe
from desktop_app.studio.film_recipe import make_film_recipe
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.walk import Key, Walk
from tests.fakes import write_icons

SVG = "{http://www.w3.org/2000/svg}"
OPTIONS = FilmOptions("svg", fps=10.0)


def disc(radius: float) -> np.ndarray:
    y, x = np.mgrid[:64, :64] + 0.5
    return np.clip(radius - np.hypot(x - 32, y - 32), -4, 4).astype(np.float32)


def animation(text: str) -> ET.Element:
    found = ET.fromstring(text).find(f"{SVG}path/{SVG}animate")
    assert found is not None
    return found


def numbers(path: str) -> np.ndarray:
    return np.array([float(word) for word in re.findall(r"-?\d*\.?\d+", path)])


@pytest.fixture
def paths() -> list[str]:
    return [svg_film.frame_path(disc(radius)) for radius in (8, 12, 16, 20)]


def test_every_frame_is_an_outline_of_its_own(paths):
    told = animation(svg_film.document(paths, OPTIONS))
    assert told.get("attributeName") == "d"
    assert told.get("calcMode") == "discrete"
    assert told.get("values", "").split(";") == paths
    assert told.get("dur") == "0.4s"
    assert told.get("repeatCount") == "indefinite"
    assert told.get("keyTimes") is None


def test_without_smil_the_first_frame_is_seen(paths):
    path = ET.fromstring(svg_film.document(paths, OPTIONS)).find(f"{SVG}path")
    assert path is not None
    assert path.get("d") == paths[0]
    assert path.get("fill-rule") == "evenodd"


def test_frames_that_stay_are_written_once(paths):
    told = animation(svg_film.document([paths[0], paths[0], paths[1], paths[1], paths[1]], OPTIONS))
    assert told.get("values", "").split(";") == paths[:2]
    assert told.get("keyTimes") == "0;0.4"
    assert told.get("dur") == "0.5s"


def test_a_film_that_ends_stays_at_its_end(paths):
    told = animation(svg_film.document(paths, FilmOptions("svg", fps=10.0, loop=False)))
    assert told.get("repeatCount") is None
    assert told.get("fill") == "freeze"


def test_colours_tile_and_size_are_those_that_were_asked_for(paths):
    style = IconStyle("#ff0000", "#0000ff", radius=20, padding=10)
    root = ET.fromstring(svg_film.document(paths, FilmOptions("svg", size=300, icon=style)))
    assert (root.get("width"), root.get("viewBox")) == ("300", "0 0 24 24")
    tile, path = root.find(f"{SVG}rect"), root.find(f"{SVG}path")
    assert tile is not None
    assert path is not None
    assert (tile.get("fill"), tile.get("rx"), path.get("fill")) == ("#0000ff", "4.8", "#ff0000")
    assert "scale(0.8)" in path.get("transform", "")


def test_blank_and_full_frames_are_no_accident():
    assert svg_film.frame_path(np.full((64, 64), -4, np.float32)) == svg_film.NOTHING
    full = svg_film.frame_path(np.full((64, 64), 4, np.float32))
    assert set(numbers(full).tolist()) == {0.0, 24.0, -24.0}


def test_too_many_frames_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(RequestError, match="1,500 frames"):
        Film(tmp_path / "a.svg", OPTIONS, shape=(64, 64, 1), frames=1501, made=None)
    assert list(tmp_path.iterdir()) == []


def test_a_film_is_written_whole_with_its_recipe(tmp_path):
    package = write_icons(tmp_path / "models")
    walk = Walk((Key(Design(1, 0)), Key(Design(1, 1))), fps=10.0)
    path = tmp_path / "walk.svg"
    assert format_for(path) == "svg"
    made = make_film_recipe(package, walk, 3, OPTIONS, None)
    with Film(path, OPTIONS, shape=(64, 64, 1), frames=3, made=made) as film:
        for radius in (8, 12, 16):
            film.add(disc(radius)[..., None])
        assert not path.exists()
        film.finish()
    assert len(animation(path.read_text()).get("values", "").split(";")) == 3
    assert read_film_recipe(path) == made


def test_a_film_that_is_left_leaves_nothing(tmp_path):
    with Film(tmp_path / "walk.svg", OPTIONS, shape=(64, 64, 1), frames=3, made=None) as film:
        film.add(disc(8)[..., None])
    assert list(tmp_path.iterdir()) == []


# -- icons in the other formats ----------------------------------------------------------------------------------------


def picture(side: int = 128) -> np.ndarray:
    """A square of ink on white."""
    pixels = np.full((side, side, 1), 255, np.uint8)
    pixels[side // 4 : -side // 4, side // 4 : -side // 4] = 0
    return pixels


def test_frames_of_icons_have_the_colours_and_the_tile():
    options = FilmOptions("apng", size=256, icon=IconStyle("#ff0000", "#0000ff"))
    frame = presented(picture(), options)
    assert frame.shape == (256, 256, 3)
    assert frame[128, 128].tolist() == [255, 0, 0]
    assert frame[4, 4].tolist() == [0, 0, 255]


def test_without_a_tile_the_ground_is_clear_or_white():
    assert presented(picture(), FilmOptions("apng", icon=IconStyle()))[2, 2].tolist() == [0, 0, 0, 0][:4]
    gif = presented(picture(), FilmOptions("gif", icon=IconStyle()))
    assert gif.shape == (128, 128, 1)
    assert (gif[2, 2, 0], gif[64, 64, 0]) == (255, 0)


def test_edges_stay_sharp_when_they_are_enlarged():
    soft = picture()
    soft[32:96, 31] = 128  # a pixel that the outline halves
    large = presented(soft, FilmOptions("gif", size=1024, icon=IconStyle()))
    row = large[512, :512, 0].astype(int)
    assert ((row > 10) & (row < 245)).sum() <= 4


@pytest.mark.parametrize(("format", "name"), [("gif", "a.gif"), ("apng", "a.png"), ("webp", "a.webp"), ("frames", "a")])
def test_films_of_icons_in_colour_are_written(tmp_path, format, name):
    options = FilmOptions(format, size=200, icon=IconStyle("#c00000", "#00c000", radius=25))
    with Film(tmp_path / name, options, shape=(128, 128, 1), frames=2, made=None) as film:
        film.add(picture())
        film.add(np.roll(picture(), 10, 1))
        film.finish()
    assert (tmp_path / name).exists()
