"""Icons leave the window: which, as what, where to, with recipes; and what is said when something is in the way."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Prompt, Trace
from desktop_app.studio import recipe
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.palette import Palette, Swatch
from desktop_app.studio.vector import VectorOptions
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.icon_export_dialog import IconExportDialog
from desktop_app.ui.sample.icon_exporting import IconExportChoice, sources_of, write_icons
from tests.fakes import DEVICE
from tests.fakes import write_icons as fake_icons
from tests.ui.conftest import Desktop, wait_for

Make = Callable[..., Desktop]


@pytest.fixture
def icons(make_desktop: Make, tmp_path: Path) -> Desktop:
    fake_icons(tmp_path / "desktop" / "models", "icons")
    made = make_desktop()
    made.desk.choose_package("icons")
    made.desk.set_prompt(Prompt(("heart",)), "Words")
    made.canvas.set_tile_px(96)
    wait_for(made.has_pictures)
    return made


@pytest.fixture
def dialog(icons: Desktop, tmp_path: Path) -> IconExportDialog:
    tiles = icons.room.tiles_in_view()[:3]
    return IconExportDialog({"Selected": tiles[:1], "Shown": tiles}, tmp_path, with_recipe=True)


def choice(folder: Path, *kinds: str, **changes: object) -> IconExportChoice:
    asked = {"sizes": (24,), "family": "Mine", "current_colour": False, "with_recipe": True, **changes}
    return IconExportChoice(folder=folder, kinds=kinds, **asked)  # type: ignore[arg-type]


def export(icons: Desktop, tiles: list[Tile], asked: IconExportChoice) -> tuple[str, str]:
    told: list[tuple[str, str]] = []
    exporter = icons.window.files._icon_exporter
    exporter.said.connect(lambda *said: told.append(said))
    exporter.export(tiles, asked, DEVICE)
    wait_for(lambda: bool(told))
    return told[0]


def test_all_kinds_are_written_with_one_action(icons: Desktop, tmp_path: Path) -> None:
    look = IconLook(IconStyle("#c62828", "#ffffff", radius=20))
    icons.room.drawing.set_icon_look(look)
    tiles = icons.room.tiles_in_view()[:3]
    sentence, _ = export(icons, tiles, choice(tmp_path / "out", "svg", "png", "sprite", "font", sizes=(16, 24)))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"heart.svg", "heart-2.svg", "heart-3-16.png", "mine.svg", "mine.ttf", "mine.json", "mine.css"} <= names
    assert sentence.startswith(f"Exported 3 icons in {len(names)} files")
    vector, picture = tmp_path / "out" / "heart.svg", tmp_path / "out" / "heart-24.png"
    assert recipe.read_recipe(vector).design == tiles[0].design
    assert recipe.read_recipe(vector).icon == look
    assert recipe.read_recipe(picture).icon.size == 24  # type: ignore[union-attr]
    assert ET.parse(vector).getroot().find("{*}path").get("fill") == "#c62828"  # type: ignore[union-attr]
    with Image.open(picture) as image:
        assert (image.mode, image.size) == ("RGBA", (24, 24))
    assert len([r for r in icons.engine.served if isinstance(r, Trace)]) >= 1


def test_an_exported_icon_brings_its_look_back(icons: Desktop, tmp_path: Path) -> None:
    palette = Palette("Brand", (Swatch("Ink", "#c62828"),))
    look = IconLook(IconStyle("#c62828", "#c62828", radius=20, lock=palette), VectorOptions(grid=1.0))
    icons.room.drawing.set_icon_look(look)
    tile = icons.room.tiles_in_view()[5]
    export(icons, [tile], choice(tmp_path, "svg", "png"))
    for name in ("svg", "png"):
        icons.window.files.open_file(str(next(tmp_path.glob(f"*.{name}"))))
        assert (icons.desk.state.icons.look, icons.desk.state.icons.palette) == (look, palette)
        assert icons.room.focus_tile().design == tile.design
        icons.do("undo")
        assert icons.desk.state.icons.look == IconLook()


def test_without_recipes_and_in_the_colour_of_the_text(icons: Desktop, tmp_path: Path) -> None:
    tiles = icons.room.tiles_in_view()[:1]
    export(icons, tiles, choice(tmp_path / "a", "svg", "png", with_recipe=False))
    export(icons, tiles, choice(tmp_path / "b", "svg", current_colour=True))
    assert "maquette" not in (tmp_path / "a" / "heart.svg").read_text()
    assert b"maquette" not in (tmp_path / "a" / "heart.png").read_bytes()
    assert "currentColor" in (tmp_path / "b" / "heart.svg").read_text()


def test_blank_designs_and_likenesses_are_said(icons: Desktop, tmp_path: Path) -> None:
    tiles = icons.room.tiles_in_view()[:2]
    disc = np.float32(9) - np.hypot(*(np.mgrid[:64, :64] - 31.5)).astype(np.float32)
    fields = [np.clip(disc, -4, 4), np.full((64, 64), -4, np.float32)]
    likenesses = ["Resembles round:cup (Round, MIT), overlap 0.93", ""]
    sentence, tone = write_icons(tiles, fields, likenesses, IconLook(), choice(tmp_path, "svg"), DEVICE)
    assert "1 design came out blank and was left out." in sentence
    assert "Resembles round:cup" in sentence
    assert tone == "warn"
    with pytest.raises(RequestError, match="came out blank"):
        write_icons(tiles[1:], fields[1:], [""], IconLook(), choice(tmp_path / "no", "svg"), DEVICE)
    assert not (tmp_path / "no").exists()


def test_what_may_be_exported(icons: Desktop) -> None:
    icons.canvas.select_only(1)
    icons.do("star")
    selected = icons.room.selected_tiles()
    sources = sources_of(selected, icons.desk.state.takes, icons.desk.by_hash, icons.room)
    assert {name: len(tiles) for name, tiles in sources.items()} == {"Selected": 1, "Stars": 1, "First": 12}
    assert sources["Stars"][0].key == selected[0].key
    assert [tile.design.index for tile in sources["First"]] == list(range(12))


def test_the_dialog_says_what_it_will_do(dialog: IconExportDialog) -> None:
    assert (dialog.choice().kinds, dialog._go.text()) == (("svg",), "Export 1 icon")
    dialog._group.button(1).click()
    assert (len(dialog.tiles), dialog._go.text()) == (3, "Export 3 icons")
    dialog._kinds["svg"].click()
    assert not dialog._go.isEnabled()
    dialog._kinds["png"].click()
    assert dialog.choice().sizes == (24, 48, 128, 512)
    for button in dialog._sizes.values():
        button.setChecked(False)
    assert not dialog._go.isEnabled()
    dialog._kinds["png"].click()
    dialog._kinds["font"].click()
    assert dialog._go.isEnabled()
    dialog._family.setText(" ")
    assert not dialog._go.isEnabled()


def test_files_in_the_way_are_named_before_they_are_replaced(dialog: IconExportDialog, tmp_path: Path) -> None:
    (tmp_path / "heart.svg").write_text("mine")
    dialog._go.click()
    assert dialog.result() == 0
    assert "“heart.svg” is there already" in dialog._warning.text()
    assert (dialog.choice().overwrite, dialog._go.text()) == (True, "Replace and export")
    dialog._kinds["png"].click()
    assert not dialog.choice().overwrite  # that was another wish
    dialog._kinds["png"].click()
    dialog._go.click()
    assert dialog.result() == 1


def test_pictures_have_their_own_dialog(icons: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []
    monkeypatch.setattr(IconExportDialog, "exec", lambda self: asked.append(len(self.tiles)))
    icons.canvas.select_only(4)
    icons.do("export")
    assert asked == [1]
