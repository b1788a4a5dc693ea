"""The Blend workspace on a package of icons: no map, no directions, pictures without a ground, films of outlines."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.engine.requests import Design, Prompt, Trace
from desktop_app.studio import blend as blends
from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.icon_style import IconStyle
from desktop_app.ui.blend.film_choice import FilmChoice
from desktop_app.ui.shell.workspaces import BLEND
from tests.fakes import write_icons
from tests.ui.conftest import Desktop, wait_for

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M6 6h12v12H6z"/></svg>'


@pytest.fixture
def icons(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Desktop:
    """Blend in view, with two icons of words on the pad."""
    write_icons(tmp_path / "desktop" / "models")
    made = make_desktop(packages=0)
    wait_for(made.has_pictures)
    made.window.commands.blend_desk.put_on_pad([made.canvas.tile(1), made.canvas.tile(4)])
    made.window.rooms.go_to(BLEND)
    wait_for(lambda: made.window.blend.pictures.is_settled)
    return made


def test_what_lies_under_the_pin_is_drawn_sharp(icons: Desktop) -> None:
    blend = icons.window.blend
    pixels = blend.pictures.newest()
    assert pixels is not None
    assert pixels.shape == (512, 512, 4)
    assert blend.live.view._scaling == "smooth"
    assert "Arcs through the space of icons" in blend.live._way.text()


def test_blends_of_designs_with_words_keep_them(icons: Desktop) -> None:
    blend = icons.window.blend
    told = [Design(1, number, prompt=Prompt((word,))) for number, word in enumerate(("cat", "star"))]
    state = blends.with_anchors(blends.without_anchors(icons.desk.state.blend), told)
    blend.wishes.wished.emit(state, "Words", "")
    mixed = blends.current(icons.desk.state.blend)
    assert mixed is not None
    assert mixed.place is not None
    assert {part.design.prompt for part in mixed.place.parts} == {Prompt(("cat",)), Prompt(("star",))}
    wait_for(lambda: blend.pictures.is_settled)


def test_an_own_drawing_comes_onto_the_pad(icons: Desktop, tmp_path: Path) -> None:
    (tmp_path / "mine.svg").write_text(SQUARE)
    icons.window.blend.take_own_picture(str(tmp_path / "mine.svg"))
    own = icons.window.blend.own_pictures
    wait_for(lambda: own.dialog is not None and own.dialog._search.state == "done")
    assert own.dialog.further_button.isHidden()
    own.dialog.use_buttons["anchor"].click()
    assert icons.desk.state.blend.anchors[-1].design.place.source == "mine.svg"


@pytest.mark.parametrize("name", ["walk.svg", "walk.gif"])
def test_a_walk_leaves_as_outlines_and_as_pictures(icons: Desktop, tmp_path: Path, name: str) -> None:
    blend = icons.window.blend
    for anchor in icons.desk.state.blend.anchors:
        blend.wishes.add_key(anchor.design)
    walk = icons.desk.state.blend.walk
    format = "svg" if name.endswith("svg") else "gif"
    options = FilmOptions(format, size=200, fps=10.0, icon=IconStyle("#ff0000"))
    exporter = blend.timeline.exporter
    exporter.start(walk, icons.desk.package, FilmChoice(tmp_path / name, options))
    wait_for(lambda: not exporter.is_busy)
    assert "Film written" in blend.banner.sentence
    asked = any(isinstance(request, Trace) and len(request.designs) == 20 for request in icons.engine.served)
    assert asked == (format == "svg")
    if format == "svg":
        path = ET.parse(tmp_path / name).find("{*}path")
        assert path is not None
        assert path.get("fill") == "#ff0000"
        assert path.find("{*}animate") is not None
