"""A sheet of icons in the whole window: words, style, set, twelve different ones, marks, and what is taken away."""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QGuiApplication, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Design, Differ, Prompt, Resemble, Sample
from desktop_app.studio import model_card, recipe
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.palette import Palette, Swatch
from desktop_app.studio.sheet import Choice
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.icon_drawing import IconDrawing, ink_image, pixels_of
from desktop_app.ui.picture.tile_store import Fit
from desktop_app.ui.sample.icon_copy import SVG_TYPE
from desktop_app.ui.shell.inspector_panel import fields_of
from tests.fake_icons import ICON_WORDS, icon_field, icon_pictures, resemblance_of
from tests.fakes import DEVICE, write_icons
from tests.ui.conftest import Desktop, wait_for

Make = Callable[..., Desktop]


@pytest.fixture
def icons(make_desktop: Make, tmp_path: Path) -> Desktop:
    """A window on a sheet of icons, all tiles in view."""
    write_icons(tmp_path / "desktop" / "models", "icons")
    made = make_desktop()
    made.desk.choose_package("icons")
    made.canvas.set_tile_px(160)
    wait_for(made.has_pictures)
    return made


def controls(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.room.controls.prompt


def type_words(desktop: Desktop, text: str) -> None:
    desktop.do("words")
    wait_for(controls(desktop).words.hasFocus)
    QTest.keyClicks(controls(desktop).words, text)
    wait_for(lambda: not controls(desktop).words.is_waiting)


def prompt(desktop: Desktop) -> Prompt | None:
    return desktop.desk.sheet.prompt


def served(desktop: Desktop, kind: type) -> list:
    return [request for request in desktop.engine.served if isinstance(request, kind)]


# -- what is asked for -----------------------------------------------------------------------------------------------


def test_the_sheet_answers_to_what_is_typed_in_one_step(icons: Desktop) -> None:
    type_words(icons, "hear")
    assert prompt(icons) == Prompt(("heart",))
    type_words(icons, "heart, Cup ")
    assert prompt(icons) == Prompt(("heart", "cup"))
    wait_for(icons.has_pictures)
    assert icons.canvas.tile(3).design.prompt == Prompt(("heart", "cup"))
    icons.canvas.setFocus()
    for _ in range(2):
        icons.do("undo")
    assert prompt(icons) is None
    assert controls(icons).words.text() == ""


def test_unknown_words_are_ignored_and_said_so(icons: Desktop) -> None:
    type_words(icons, "zeppelin heart ")
    assert prompt(icons) == Prompt(("heart",))
    assert controls(icons).remarks.sentence == "Not known: zeppelin. Ignored."
    type_words(icons, "zeppelin ")
    assert prompt(icons) == Prompt()
    assert controls(icons).remarks.sentence == "Not known: zeppelin. Each icon is of another word instead."


def test_a_near_word_is_a_press_away(icons: Desktop) -> None:
    type_words(icons, "hearts cup ")
    row = controls(icons).remarks
    row.near_pressed.emit("hearts", "heart")
    assert controls(icons).words.text() == "heart cup "
    assert prompt(icons) == Prompt(("heart", "cup"))
    assert row.sentence == ""


def test_five_hundred_words_are_cut_to_those_that_count(icons: Desktop) -> None:
    controls(icons).words.write(" ".join([*ICON_WORDS, *(f"word{n}" for n in range(460))]))
    assert prompt(icons).words == ICON_WORDS[:8]
    assert "The first 8 known words count; 32 more are left out." in controls(icons).remarks.sentence


def test_examples_invite_and_one_press_draws_one(icons: Desktop) -> None:
    row = controls(icons).remarks
    assert row.sentence == "Try"
    row.example_pressed.emit("coffee cup")
    assert prompt(icons) == Prompt(("coffee", "cup"))
    assert controls(icons).words.text() == "coffee cup"


def test_style_set_guidance_and_variety_are_steps_and_come_back(icons: Desktop) -> None:
    type_words(icons, "cup ")
    icons.canvas.setFocus()
    made = controls(icons)
    made._styles.button(2).click()
    made.sets.chosen.emit("round")
    made.guidance.dragged.emit(3.5)
    made.variety_dragged.emit(0.6)
    assert prompt(icons) == Prompt(("cup",), "outline", "round", 3.5)
    assert icons.desk.sheet.truncation == 0.6
    labels = []
    for _ in range(4):
        labels.append(icons.desk.project.undo_label)
        icons.do("undo")
    assert labels == ["Variety", "Guidance", "Set Round Icons", "Style outline"]
    assert prompt(icons) == Prompt(("cup",))
    assert made._styles.checkedId() == 0


def test_without_a_word_each_icon_is_of_another_one(icons: Desktop) -> None:
    prompts = [icons.canvas.tile(index).design.prompt for index in range(40)]
    assert len({prompt.words for prompt in prompts if prompt is not None}) > 5
    type_words(icons, "cup ")
    words = {prompt.words for index in range(40) if (prompt := icons.canvas.tile(index).design.prompt)}
    assert words == {("cup",)}


def test_a_tile_says_its_words(icons: Desktop) -> None:
    icons.desk.set_prompt(Prompt(("cup", "star")), "Words")
    assert icons.canvas.words_for(3) == "3 · cup star"


def test_other_packages_have_none_of_it(icons: Desktop) -> None:
    icons.desk.choose_package("fake-digits")
    assert not controls(icons).isVisible()
    assert not icons.window.actions_by_id["different"].isEnabled()
    assert icons.room.controls._truncation.isVisible()
    icons.desk.choose_package("icons")
    assert controls(icons).isVisible()
    assert not icons.room.controls._truncation.isVisible()


def test_icons_come_by_the_dozen(icons: Desktop) -> None:
    """Fewer would cost the engine as much, and more would be waited for."""
    wait_for(lambda: not icons.room.loader.is_busy)
    icons.engine.served.clear()
    icons.room.loader._seconds_a_tile = 1.0  # slower than the window would wait for many
    icons.desk.set_seed(99)
    wait_for(lambda: served(icons, Sample))
    drawn = served(icons, Sample)[0]
    assert (drawn.chunk, len(drawn.designs)) == (12, 12)


# -- twelve different ones -------------------------------------------------------------------------------------------


def test_twelve_different_ones_come_first_in_a_fresh_seed(icons: Desktop) -> None:
    type_words(icons, "cup ")
    seed = icons.desk.sheet.seed
    icons.do("different")
    wait_for(lambda: icons.desk.sheet.choice is not None)
    sheet = icons.desk.sheet
    asked = served(icons, Differ)[0]
    assert len(asked.designs) == 200
    assert {(design.seed, design.prompt) for design in asked.designs} == {(sheet.seed, Prompt(("cup",)))}
    assert sheet.seed != seed
    assert sheet.choice == Choice(tuple(range(0, 192, 16)), 200, 3)
    assert [icons.canvas.tile(n).design.index for n in (0, 1, 11, 12, 13)] == [0, 16, 176, 1, 2]
    assert controls(icons).remarks.sentence == "The 12 of 200 that differ most come first. 3 near-twins were merged."
    controls(icons).order_wished.emit()
    assert icons.canvas.tile(1).design.index == 1
    assert icons.desk.sheet.seed == sheet.seed


def test_a_way_back_from_variations_finds_a_chosen_design(icons: Desktop) -> None:
    icons.do("different")
    wait_for(lambda: icons.desk.sheet.choice is not None)
    icons.canvas.select_only(3)
    icons.do("vary")
    icons.do("back")
    assert icons.canvas.focus == 3


def test_drafts_for_other_words_are_dropped(icons: Desktop) -> None:
    wait_for(lambda: not icons.room.loader.is_busy)
    icons.engine.hang = threading.Event()
    icons.do("different")
    wait_for(lambda: served(icons, Differ))
    assert not controls(icons).different.isEnabled()
    controls(icons).words.write("cup")
    icons.engine.hang.set()
    icons.engine.hang = None
    wait_for(lambda: controls(icons).different.isEnabled())
    assert icons.desk.sheet.choice is None
    assert prompt(icons) == Prompt(("cup",))


def test_a_failure_is_a_sentence(icons: Desktop) -> None:
    wait_for(lambda: not icons.room.loader.is_busy)
    wait_for(lambda: not icons.room.closer._likenesses.is_busy)
    icons.engine.failures = [RequestError("These cannot be drafted.")]
    icons.do("different")
    wait_for(lambda: icons.room.banner.sentence == "These cannot be drafted.")
    assert controls(icons).different.isEnabled()


# -- what is seen ----------------------------------------------------------------------------------------------------


def resembling(desktop: Desktop) -> int:
    """A tile in view that comes near to an icon of the training."""
    in_view = desktop.canvas.layout_now.visible(0.0)
    return next(n for n in in_view if resemblance_of(desktop.canvas.tile(n).design) is not None)


def test_what_comes_near_to_the_training_is_marked_and_named(icons: Desktop) -> None:
    index = resembling(icons)
    tile = icons.canvas.tile(index)
    found = resemblance_of(tile.design)
    expected = [resemblance_of(icons.canvas.tile(n).design) is not None for n in icons.canvas.layout_now.visible(0.0)]
    wait_for(lambda: [shown.is_likeness for shown in icons.canvas.scene().tiles] == expected)
    icons.canvas.select_only(index)
    assert found.name in icons.canvas.accessibleDescription()
    fields = {field.name: field.copied for field in fields_of(tile, DEVICE, found)}
    assert fields["Resembles"] == f"{found.name} (Sharp Icons, Apache-2.0), overlap about {found.overlap:.1f}"


def test_the_mark_has_a_tooltip(icons: Desktop) -> None:
    index = resembling(icons)
    wait_for(lambda: icons.room.closer.likeness(icons.canvas.tile(index).key))
    x, y = icons.canvas.layout_now.origin(index)
    spot = QPoint(x + 20, y + 20)
    QApplication.sendEvent(icons.canvas, QHelpEvent(QEvent.Type.ToolTip, spot, icons.canvas.mapToGlobal(spot)))
    assert QToolTip.text().startswith("Resembles sharp:")
    QToolTip.hideText()


def test_large_tiles_are_drawn_from_fields_and_small_ones_are_not_asked_for(icons: Desktop) -> None:
    wait_for(lambda: icons.room.drawing.has_field(icons.canvas.tile(5).key))
    key = icons.canvas.tile(5).key
    icons.canvas.grab()
    scene = icons.canvas.scene()
    assert scene.tiles[5].image.width() == scene.device_px > 128
    icons.canvas.set_tile_px(64)
    icons.desk.set_seed(77)
    wait_for(icons.has_pictures)
    wait_for(lambda: icons.room.closer.likeness(icons.canvas.tile(0).key) or served(icons, Resemble)[-1].designs)
    assert not icons.room.drawing.has_field(icons.canvas.tile(5).key)
    assert icons.room.drawing.has_field(key)


def test_colours_of_the_style_are_on_the_tiles(icons: Desktop) -> None:
    tile = icons.canvas.tile(0)
    icons.room.drawing.set_icon_look(IconLook(IconStyle("#ff0000", "#0000ff", radius=50)))
    shown = icons.room.store.shown(tile.key)
    side = len(shown)
    assert tuple(shown[0, 0]) == (0, 0, 0, 0)
    assert tuple(shown[side // 2, 2]) == (0, 0, 255, 255)
    assert (shown[..., 0] == 255).any()


def test_black_on_nothing_is_seen_in_every_theme(icons: Desktop) -> None:
    tile = icons.canvas.tile(0)
    seen = icons.room.store.shown(tile.key)[..., :3]
    assert seen[0, 0].max() < 60
    assert seen.max() > 200  # light ink in the dark
    icons.do("theme")
    seen = icons.room.store.shown(tile.key)[..., :3]
    assert seen[0, 0].min() > 200
    assert seen.min() < 60


def test_a_locked_palette_holds_for_what_is_shown(icons: Desktop) -> None:
    red = Palette("red", (Swatch("red", "#cc0000"),))
    icons.room.drawing.set_icon_look(IconLook(IconStyle("#112233", lock=red)))
    assert icons.room.drawing.style.foreground == "#cc0000"
    assert icons.room.drawing.style.lock is None


def test_a_large_tile_has_a_sharper_edge_once_its_field_is_known(look: Look) -> None:
    design, place = Design(3, 4), Fit(512, "smooth")
    key, drawing = ("hash", design), IconDrawing(look)
    pictures = {key: icon_pictures((design,))[0]}

    def soft() -> int:
        tones = pixels_of(drawing.images(pictures, place)[key])[..., 0]
        return int(((tones > tones.min() + 20) & (tones < tones.max() - 20)).sum())

    before = soft()
    drawing.put_field(key, icon_field(design))
    assert soft() < before / 2


def test_half_covered_pixels_are_premultiplied_by_their_coverage() -> None:
    mask = np.array([[0, 128, 255]], np.uint8)
    drawn = pixels_of(ink_image(mask, "#ff8000"))
    assert drawn[0, :, 3].tolist() == [0, 128, 255]
    assert abs(drawn[0, 1].astype(int) - [255, 128, 0, 128]).max() <= 1


def test_the_large_view_shows_vectors_and_the_sizes_of_use(icons: Desktop) -> None:
    icons.canvas.select_only(2)
    icons.do("open-large")
    large = icons.room.large
    assert large.sizes.isVisible()
    wait_for(lambda: large.view._document.startswith("<svg"))
    assert large.sizes._document == large.view._document
    assert not large.grab().isNull()
    icons.room.close_large()
    icons.desk.choose_package("fake-digits")
    wait_for(icons.has_pictures)
    icons.do("open-large")
    assert not large.sizes.isVisible()
    assert large.view._document == ""


# -- what is taken away ----------------------------------------------------------------------------------------------


def test_a_copied_icon_is_svg_and_png_with_their_recipes(icons: Desktop, tmp_path: Path) -> None:
    controls(icons).words.write("cup")
    wait_for(icons.has_pictures)
    icons.canvas.setFocus()
    icons.canvas.select_only(4)
    design = icons.canvas.tile(4).design
    icons.do("copy")
    wait_for(lambda: "clipboard" in icons.room.banner.sentence)
    data = QGuiApplication.clipboard().mimeData()
    svg = bytes(data.data(SVG_TYPE).data()).decode()
    assert data.text() == svg
    assert "<title>cup</title>" in svg
    for name, content in (("a.svg", svg.encode()), ("a.png", bytes(data.data("image/png").data()))):
        (tmp_path / name).write_bytes(content)
        assert recipe.read_recipe(tmp_path / name).design == design
    assert QImage(str(tmp_path / "a.png")).size().toTuple() == (512, 512)


def test_a_copied_icon_brings_its_prompt_back(icons: Desktop, tmp_path: Path) -> None:
    icons.desk.set_prompt(Prompt(("cup", "star"), "filled", "soft", 1.5), "Words")
    icons.canvas.select_only(6)
    icons.do("copy")
    wait_for(lambda: "clipboard" in icons.room.banner.sentence)
    (tmp_path / "a.svg").write_text(QGuiApplication.clipboard().text(), encoding="utf-8")
    icons.desk.set_prompt(Prompt(), "Words")
    icons.window.files.open_file(str(tmp_path / "a.svg"))
    assert prompt(icons) == Prompt(("cup", "star"), "filled", "soft", 1.5)
    assert controls(icons).words.text() == "cup star"
    assert icons.canvas.selection == {6}


def test_the_recipe_says_what_was_asked_for(icons: Desktop) -> None:
    icons.desk.set_prompt(Prompt(("cup", "star"), "filled", "soft", 1.5), "Words")
    fields = {field.name: field.shown for field in fields_of(icons.canvas.tile(1), DEVICE)}
    wanted = {"Words": "cup star", "Style": "filled", "Set": "Soft Icons", "Guidance": "1.5", "Variety": "1"}
    assert {name: fields[name] for name in wanted} == wanted


def test_a_project_with_a_choice_is_saved_and_read(icons: Desktop) -> None:
    icons.do("different")
    wait_for(lambda: icons.desk.sheet.choice is not None)
    state = icons.desk.state
    assert msgspec.json.decode(msgspec.json.encode(state), type=type(state)) == state


def test_the_card_of_icons_opens(icons: Desktop) -> None:
    icons.do("models")
    dialog = icons.window.cards.dialog
    wait_for(lambda: dialog is not None and dialog.isVisible())
    dialog.close()
    assert dict(model_card.facts(icons.desk.package))["Words"] == "40, up to 8 at once"
