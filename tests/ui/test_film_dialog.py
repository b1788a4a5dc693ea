"""The film dialog: what can be chosen, what it says beforehand, and what it refuses with all choices kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from desktop_app import paths
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio import film_video
from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.walk import Key, Walk
from desktop_app.ui.blend.film_choice import FilmChoice
from desktop_app.ui.blend.film_dialog import FilmDialog
from desktop_app.ui.look.theme import Look
from tests.fakes import write_icons, write_package
from tests.ui.test_accessibility import cut_texts, nameless, out_of_reach, unexplained

WALK = Walk((Key(Design(1, 0), 1.0), Key(Design(1, 1), 1.0)), fps=30.0)
Open = Callable[..., FilmDialog]


@pytest.fixture
def open_dialog(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(film_video, "absence", lambda: film_video.ABSENT)
    monkeypatch.setattr(paths, "export_folder", lambda: tmp_path)
    made: list[FilmDialog] = []

    def make(before: FilmChoice | None = None, *, channels: int = 1, walk: Walk = WALK) -> FilmDialog:
        package: Package = write_package(tmp_path / f"models{len(made)}", channels=channels)
        made.append(FilmDialog(walk, package, before))
        made[-1].show()
        return made[-1]

    yield make
    for dialog in made:
        dialog.close()
        dialog.deleteLater()


def chip(dialog: FilmDialog, name: str) -> QToolButton:
    return next(b for b in dialog.findChildren(QToolButton) if b.text() == name)


def field(dialog: FilmDialog, name: str, kind: type = QComboBox):  # type: ignore[no-untyped-def]
    return next(b for b in dialog.findChildren(kind) if b.accessibleName() == name)


def pick(dialog: FilmDialog, name: str, words: str) -> None:
    box = field(dialog, name)
    index = next(n for n in range(box.count()) if words in box.itemText(n))
    box.setCurrentIndex(index)
    box.activated.emit(index)


def words(dialog: FilmDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def go(dialog: FilmDialog) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.property("role") == "main")


def test_it_says_what_will_come_out(open_dialog: Open) -> None:
    dialog = open_dialog()
    assert "448 × 448 pixels · 60 frames · 1.80 s" in words(dialog), "at GIF's own rate"
    assert "30 frames a second become 33.33" in words(dialog)
    QTest.mouseClick(chip(dialog, "WebP"), Qt.MouseButton.LeftButton)
    assert "448 × 448 pixels · 60 frames · 2.00 s" in words(dialog)
    assert "become" not in words(dialog)
    pick(dialog, "Frames a second", "60")
    pick(dialog, "Size", "×4")
    assert "112 × 112 pixels · 120 frames · 2.00 s" in words(dialog)


def test_what_cannot_be_written_here_is_listed_with_the_reason(open_dialog: Open) -> None:
    dialog = open_dialog()
    assert not chip(dialog, "MP4").isEnabled()
    assert "WebP film needs neither" in words(dialog)


def test_sizes(open_dialog: Open) -> None:
    dialog = open_dialog()
    box = field(dialog, "Size")
    assert [box.itemText(n) for n in range(box.count())] == [
        *("As drawn  (28 × 28)", "×4  (112 × 112)", "×8  (224 × 224)", "×16  (448 × 448)"),
        *("512 pixels", "1080 pixels", "Other…"),
    ]
    assert not field(dialog, "Pixels of the longer side", QLineEdit).isVisible()
    pick(dialog, "Size", "Other")
    side = field(dialog, "Pixels of the longer side", QLineEdit)
    assert side.isVisible()
    side.setText("300")
    assert dialog.options().size == 300
    side.setText("9000")
    assert not go(dialog).isEnabled()
    assert "4,096" in words(dialog)


def test_pixels_that_do_not_fill_the_frame_have_a_background(open_dialog: Open) -> None:
    dialog = open_dialog()
    grounds = field(dialog, "Background")
    assert not grounds.isEnabled()
    pick(dialog, "Size", "512")
    assert grounds.isEnabled()
    assert "504 × 504" in words(dialog)
    pick(dialog, "Background", "White")
    assert dialog.options().background == (255, 255, 255)
    pick(dialog, "How it is enlarged", "Smooth")
    assert not grounds.isEnabled()
    assert dialog.options().background is None


def test_transparent_pictures_can_stay_so_where_the_format_can(open_dialog: Open) -> None:
    dialog = open_dialog(channels=4)
    grounds = field(dialog, "Background")
    assert [grounds.itemText(n) for n in range(grounds.count())] == ["Black", "White", "Grey", "Other…"]
    QTest.mouseClick(chip(dialog, "APNG"), Qt.MouseButton.LeftButton)
    pick(dialog, "Background", "Transparent")
    assert dialog.options().background is None
    QTest.mouseClick(chip(dialog, "GIF"), Qt.MouseButton.LeftButton)
    assert dialog.options().background == (0, 0, 0)


def test_the_name_gets_the_ending_of_its_format(open_dialog: Open, tmp_path: Path) -> None:
    dialog = open_dialog()
    assert dialog.path == tmp_path / "fake-digits-walk.gif"
    QTest.mouseClick(chip(dialog, "AVIF"), Qt.MouseButton.LeftButton)
    assert dialog.path.name == "fake-digits-walk.avif"
    QTest.mouseClick(chip(dialog, "PNG frames"), Qt.MouseButton.LeftButton)
    assert dialog.path.name == "fake-digits-walk"
    name = field(dialog, "Name", QLineEdit)
    name.setText("a/b")
    assert not go(dialog).isEnabled()
    name.setText("  ")
    assert not go(dialog).isEnabled()


def test_a_name_that_is_taken_gets_a_number(open_dialog: Open, tmp_path: Path) -> None:
    (tmp_path / "fake-digits-walk.gif").touch()
    assert open_dialog().path.name == "fake-digits-walk-2.gif"


def test_an_existing_file_is_replaced_only_when_said_twice(open_dialog: Open, tmp_path: Path) -> None:
    (tmp_path / "mine.gif").touch()
    dialog = open_dialog()
    field(dialog, "Name", QLineEdit).setText("mine")
    pick(dialog, "Size", "×8")
    go(dialog).click()
    assert dialog.isVisible()
    assert "is there already" in words(dialog)
    assert go(dialog).text() == "Replace it"
    field(dialog, "Name", QLineEdit).setText("mine2")
    assert go(dialog).text() == "Export film"
    field(dialog, "Name", QLineEdit).setText("mine")
    go(dialog).click()
    go(dialog).click()
    assert not dialog.isVisible()
    assert dialog.choice().overwrite
    assert dialog.choice().options.size == 224, "the choices are kept"


def test_a_folder_that_cannot_be_written_to_is_said_at_once(
    open_dialog: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app.ui.blend import film_dialog

    monkeypatch.setattr(film_dialog.os, "access", lambda *_: False)
    dialog = open_dialog()
    go(dialog).click()
    assert dialog.isVisible()
    assert "cannot be written to" in words(dialog)


def test_a_file_where_the_folder_should_be(open_dialog: Open, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    dialog = open_dialog()
    field(dialog, "Folder", QLineEdit).setText(str(tmp_path / "file" / "deeper"))
    go(dialog).click()
    assert dialog.isVisible()
    assert "is a file, not a folder" in words(dialog)


def test_it_opens_with_the_last_choice(open_dialog: Open, tmp_path: Path) -> None:
    before = FilmChoice(tmp_path / "x.webp", FilmOptions("webp", size=333, smooth=True, loop=False), with_recipe=False)
    dialog = open_dialog(before)
    choice = dialog.choice()
    assert choice.options == FilmOptions("webp", size=333, smooth=True, loop=False, fps=30.0)
    assert not choice.with_recipe
    assert choice.path.parent == tmp_path


def test_a_format_that_has_gone_is_not_chosen(open_dialog: Open, tmp_path: Path) -> None:
    before = FilmChoice(tmp_path / "x.mp4", FilmOptions("mp4"))
    assert open_dialog(before).format == "gif"


def test_an_unusual_rate_is_offered(open_dialog: Open) -> None:
    walk = Walk(WALK.keys, fps=23.976)
    assert open_dialog(walk=walk).options().fps == 23.976


def test_recipe_and_loop(open_dialog: Open) -> None:
    dialog = open_dialog()
    boxes = {box.text(): box for box in dialog.findChildren(QCheckBox)}
    boxes["Write the recipe into the film"].setChecked(False)
    boxes["Play again and again"].setChecked(False)
    assert not dialog.choice().with_recipe
    assert not dialog.options().loop


def test_it_grows_with_what_it_says_and_nothing_overlaps(open_dialog: Open, tmp_path: Path) -> None:
    (tmp_path / "mine.gif").touch()
    dialog = open_dialog()
    before = dialog.height()
    pick(dialog, "Size", "512")
    field(dialog, "Name", QLineEdit).setText("mine")
    go(dialog).click()
    QCoreApplication.processEvents()
    assert dialog.height() > before
    parts = [w for w in dialog.children() if isinstance(w, QWidget) and w.isVisible()]
    assert len(parts) > 20
    for number, one in enumerate(parts):
        for other in parts[:number]:
            assert not one.geometry().intersects(other.geometry()), (one, other)
    pick(dialog, "Size", "×16")
    QCoreApplication.processEvents()
    assert dialog.height() < before + 60


@pytest.mark.parametrize("channels", [1, 4])
def test_everything_can_be_named_reached_and_read(open_dialog: Open, channels: int) -> None:
    dialog = open_dialog(channels=channels)
    pick(dialog, "Size", "512")
    go(dialog).click()
    assert nameless(dialog) == []
    assert unexplained(dialog) == []
    assert out_of_reach(dialog) == []
    assert cut_texts(dialog) == []


# -- icons -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def icons_dialog(qapp, tmp_path):
    walk = Walk((Key(Design(1, 0)), Key(Design(1, 1))))
    style = IconStyle("#ff0000", "#ffffff", radius=20)
    return FilmDialog(walk, write_icons(tmp_path / "models"), None, icon=style)


def test_icons_are_offered_as_svg_first_and_in_their_colours(icons_dialog):
    assert icons_dialog.format == "svg"
    assert icons_dialog.path.suffix == ".svg"
    options = icons_dialog.options()
    assert options.icon == IconStyle("#ff0000", "#ffffff", radius=20)
    assert options.background is None
    assert "50 frames" in icons_dialog._summary.text()
    assert "kB" in icons_dialog._summary.text()


def test_formats_without_transparency_have_a_white_ground(icons_dialog):
    gif = next(button for button in icons_dialog._chips if button.text() == "GIF")
    gif.click()
    assert icons_dialog.options().background == (255, 255, 255)
    assert icons_dialog.options().size == 512
    assert icons_dialog._scaling.isHidden()


def test_other_models_have_no_svg(qapp, tmp_path):
    walk = Walk((Key(Design(1, 0, 0)), Key(Design(1, 1, 0))))
    dialog = FilmDialog(walk, write_package(tmp_path, "digits"), None)
    assert "SVG animation" not in [button.text() for button in dialog._chips]
    assert dialog.options().icon is None
