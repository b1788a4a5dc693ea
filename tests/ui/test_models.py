"""From the library to the cards, two models side by side, and what is asked at an import: the whole window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.packages import MANIFEST, Package, open_package
from desktop_app.engine.requests import CheckUp
from desktop_app.ui.controls.opening_size import open_at
from desktop_app.ui.models.models_dialog import ModelsDialog
from desktop_app.ui.shell.package_card import PackageCard
from tests.fakes import FakeEngine, write_classifier, write_package, write_restorer, write_writer
from tests.ui.conftest import Desktop, wait_for


@pytest.fixture
def three(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Desktop:
    """A window with a generator, a restorer and a classifier."""
    write_restorer(tmp_path / "desktop" / "models")
    write_classifier(tmp_path / "desktop" / "models")
    made = make_desktop()
    wait_for(made.has_pictures)
    return made


@pytest.fixture(autouse=True)
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-in files have no hash."""
    monkeypatch.setattr("desktop_app.engine.packages.check_files", lambda _package: None)


def change(package: Package, **changes: object) -> Package:
    manifest = msgspec.structs.replace(package.manifest, **changes)
    (package.folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(package.folder)


def source(folder: Path, name: str = "new-one", **changes: object) -> Path:
    """A package to import."""
    package = write_package(folder, name, title=name.replace("-", " ").capitalize())
    (package.folder / "golden.npz").write_bytes(b"stand-in")
    return change(package, **changes).folder


def dialog_of(desktop: Desktop, name: str = "") -> ModelsDialog:
    desktop.window.cards.show(name)
    dialog: ModelsDialog = desktop.window.cards.dialog
    wait_for(dialog.isVisible)
    return dialog


def words(widget: QWidget) -> str:
    return " ".join(label.text().replace("\u200b", "") for label in widget.findChildren(QLabel))


def small_card(desktop: Desktop, name: str) -> PackageCard:
    return next(card for card in desktop.window.library.findChildren(PackageCard) if card.package.name == name)


# -- from the library to the card ----------------------------------------------------------------------------------


def test_every_model_has_a_card_whatever_workspace_is_in_view(three: Desktop) -> None:
    for workspace in ("go-sample", "go-restore", "go-blend"):
        three.do(workspace)
        three.window.library.all_button.click()
        dialog = three.window.cards.dialog
        rows = [dialog.list.item(row).text() for row in range(dialog.list.count())]
        assert [row for row in rows if row.startswith("Fake")] == ["Fake digits", "Fake cleaning", "Fake judge"]
        dialog.close()
    assert three.window.library.all_button.text() == "About all 3 models…"


def test_the_button_of_a_small_card_leads_to_the_whole(three: Desktop) -> None:
    card = small_card(three, "fake-digits")
    assert card.about.isVisible()  # it is the one in use
    card.about.click()
    assert three.window.cards.dialog.page.package.name == "fake-digits"


def test_the_button_appears_with_the_keyboard_and_goes_with_it(make_desktop: Callable[..., Desktop]) -> None:
    desktop = make_desktop(packages=2)
    card = small_card(desktop, "fake-letters")
    assert not card.about.isVisible()
    card.setFocus()
    wait_for(card.about.isVisible)
    QTest.keyClick(card, Qt.Key.Key_Tab)
    wait_for(card.about.hasFocus)
    assert card.about.isVisible()
    desktop.do("models")
    assert desktop.window.cards.dialog.page.package.name == "fake-letters"
    desktop.window.cards.dialog.close()
    desktop.canvas.setFocus()
    wait_for(lambda: not card.about.isVisible())


def test_arrow_keys_go_from_card_to_card(three: Desktop) -> None:
    dialog = dialog_of(three)
    seen = [dialog.page.package.name]
    for _ in range(2):
        QTest.keyClick(dialog.list, Qt.Key.Key_Down)
        seen.append(dialog.page.package.name)
    assert seen == ["fake-digits", "fake-denoise", "fake-judge"]
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert three.window.rooms.name == "explain"


def test_using_a_model_goes_where_it_is_used(three: Desktop) -> None:
    dialog = dialog_of(three, "fake-denoise")
    dialog._use.click()
    assert three.window.rooms.name == "restore"
    assert dialog.isVisible()


# -- side by side --------------------------------------------------------------------------------------------------


def test_the_card_of_a_writer_shows_what_it_wrote(make_desktop: Callable[..., Desktop], tmp_path: Path) -> None:
    write_writer(tmp_path / "desktop" / "models", chat=True)
    desktop = make_desktop()
    dialog = dialog_of(desktop, "fake-writer")
    assert "Goes on from a text · Answers questions" in words(dialog)
    assert "speed, memory, broken and repeated texts" in words(dialog)
    dialog._check.click()
    wait_for(lambda: not desktop.window.cards.runner.busy)
    said = words(dialog)
    assert "2 texts of fixed seeds, nothing picked" in said
    assert "… A quiet lamp." in said
    assert "105 tokens a second on Fake processor" in said
    assert "Nothing wrong was found" in said
    dialog.close()


@pytest.fixture
def two(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Iterator[Desktop]:
    write_restorer(tmp_path / "desktop" / "models")
    made = make_desktop(packages=2)
    wait_for(made.has_pictures)
    yield made
    made.window.cards.close()


def test_two_models_are_checked_up_and_shown_side_by_side(two: Desktop) -> None:
    dialog_of(two, "fake-digits")
    by_name = {package.name: package for package in two.desk.all_packages}
    two.window.cards.compare(by_name["fake-digits"], by_name["fake-letters"])
    comparison = two.window.cards.comparison
    wait_for(lambda: len(comparison._area.widget().sheets) == 2)
    told = words(comparison)
    assert "The same seeds give the same pictures in both." in told
    assert {"Fake digits", "Fake letters"} <= {label.text() for label in comparison.findChildren(QLabel)}
    asked = [request for request in two.engine.served if isinstance(request, CheckUp)]
    assert {request.seed for request in asked} == {0}


def test_only_models_of_one_kind_are_offered_and_compared(two: Desktop) -> None:
    dialog = dialog_of(two, "fake-digits")
    dialog._compare.click()
    menu = dialog.findChild(QMenu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Fake letters", "A folder on the disk…", "A .zip file on the disk…"]
    menu.close()
    by_name = {package.name: package for package in two.desk.all_packages}
    two.window.cards.compare(by_name["fake-digits"], by_name["fake-denoise"])
    assert two.window.cards.comparison is None
    assert "is for something else" in dialog.banner.sentence
    dialog.banner.dismiss()


def test_a_package_on_the_disk_is_looked_at_and_not_kept(two: Desktop, tmp_path: Path) -> None:
    dialog_of(two, "fake-digits")
    other = source(tmp_path / "elsewhere", "fake-digits", version="2.0")
    package = two.desk.packages[0]
    two.window.cards.compare_with_file(package, other)
    wait_for(lambda: two.window.cards.comparison is not None)
    comparison = two.window.cards.comparison
    wait_for(lambda: len(comparison._area.widget().sheets) == 2)
    assert "In the library" in words(comparison)
    comparison.close()
    assert list((two.folder / "own").iterdir()) == []
    assert len(two.desk.library.packages()) == 3


def test_what_is_no_package_is_told_in_a_sentence(two: Desktop, tmp_path: Path) -> None:
    dialog = dialog_of(two, "fake-digits")
    (tmp_path / "junk.zip").write_bytes(b"no zip")
    two.window.cards.compare_with_file(two.desk.packages[0], tmp_path / "junk.zip")
    wait_for(lambda: "is no model package" in dialog.banner.sentence)
    dialog.banner.dismiss()


# -- imports -------------------------------------------------------------------------------------------------------


def bring(desktop: Desktop, folder: Path) -> None:
    desktop.window.files.open_file(str(folder))


def test_a_sound_package_comes_in_and_its_check_up_can_be_seen(three: Desktop, tmp_path: Path) -> None:
    bring(three, source(tmp_path / "elsewhere"))
    wait_for(lambda: three.room.banner.sentence == "“New one” is here. Check-up: 32 samples, 2.1 ms each.")
    three.room.banner._on_act()
    page = three.window.cards.dialog.page
    assert page.package.name == "new-one"
    assert page.known.found is not None
    assert page.known.speed is not None


@pytest.mark.parametrize(("answer", "there"), [("keep", True), ("discard", False)])
def test_a_flagged_package_is_asked_about(
    make_desktop: Callable[..., Desktop], tmp_path: Path, answer: str, there: bool
) -> None:
    desktop = make_desktop(FakeEngine(checked_up={"diversity": 0.0}))
    bring(desktop, source(tmp_path / "elsewhere"))
    wait_for(lambda: desktop.window.cards.question is not None)
    question = desktop.window.cards.question
    assert "Always the same picture" in words(question)
    assert list(question.buttons) == ["discard", "keep"]
    assert not (desktop.folder / "own" / "new-one").exists()
    question.buttons[answer].click()
    wait_for(lambda: ("is here" if there else "was not brought in") in desktop.room.banner.sentence)
    assert [path.name for path in (desktop.folder / "own").iterdir()] == (["new-one"] if there else [])


@pytest.mark.parametrize(
    ("answer", "versions"),
    [
        ("replace", {"new-one": "2.0"}),
        ("both", {"new-one": "1.0.0", "new-one-2": "2.0"}),
        ("discard", {"new-one": "1.0.0"}),
    ],
)
def test_another_version_is_shown_beside_the_one_that_is_here(
    three: Desktop, tmp_path: Path, answer: str, versions: dict[str, str]
) -> None:
    bring(three, source(tmp_path / "first"))
    wait_for(lambda: "is here" in three.room.banner.sentence)
    three.room.banner.dismiss()
    bring(three, source(tmp_path / "second", version="2.0"))
    wait_for(lambda: three.window.cards.question is not None)
    question = three.window.cards.question
    assert {"1.0.0", "2.0", "Here already", "New"} <= {label.text() for label in question.findChildren(QLabel)}
    question.buttons[answer].click()
    wait_for(lambda: any(part in three.room.banner.sentence for part in ("is here", "not brought in")))
    own = {p.name: p.manifest.version for p in three.desk.library.packages() if p.name.startswith("new")}
    assert own == versions
    assert sorted(path.name for path in (three.folder / "own").iterdir()) == sorted(versions)


def test_what_came_with_the_program_can_only_be_kept_beside(three: Desktop, tmp_path: Path) -> None:
    bring(three, source(tmp_path / "second", "fake-digits", version="2.0"))
    wait_for(lambda: three.window.cards.question is not None)
    question = three.window.cards.question
    assert list(question.buttons) == ["discard", "both"]
    assert "came with the program" in words(question)
    question.close()
    wait_for(lambda: "was not brought in" in three.room.banner.sentence)
    assert list((three.folder / "own").iterdir()) == []


def test_the_same_package_again_is_refused_without_a_question(three: Desktop, tmp_path: Path) -> None:
    folder = source(tmp_path / "first")
    bring(three, folder)
    wait_for(lambda: "is here" in three.room.banner.sentence)
    three.room.banner.dismiss()
    bring(three, folder)
    wait_for(lambda: "It is the same one." in three.room.banner.sentence)


def test_closing_the_window_on_an_open_question_leaves_nothing(
    make_desktop: Callable[..., Desktop], tmp_path: Path
) -> None:
    desktop = make_desktop(FakeEngine(checked_up={"constant": tuple(range(32)), "diversity": 0.0}))
    bring(desktop, source(tmp_path / "elsewhere"))
    wait_for(lambda: desktop.window.cards.question is not None)
    desktop.studio.close()
    assert list((desktop.folder / "own").iterdir()) == []


def test_a_version_that_is_here_and_broken_is_no_reason_against_a_new_one(three: Desktop, tmp_path: Path) -> None:
    bring(three, source(tmp_path / "first"))
    wait_for(lambda: "is here" in three.room.banner.sentence)
    three.room.banner.dismiss()
    wait_for(lambda: three.has_pictures() and not three.room.loader.is_busy)
    real = three.engine.run

    def run(request):  # type: ignore[no-untyped-def]
        if isinstance(request, CheckUp) and request.package.folder.endswith("own/new-one"):
            raise DeviceError("It is broken.")
        return real(request)

    three.engine.run = run  # type: ignore[method-assign]
    bring(three, source(tmp_path / "second", version="2.0"))
    wait_for(lambda: three.window.cards.question is not None)
    assert "It could not be checked up." in words(three.window.cards.question)
    three.window.cards.question.buttons["replace"].click()
    wait_for(lambda: "is here" in three.room.banner.sentence)


def test_a_window_opens_no_larger_than_its_screen(qapp: QApplication) -> None:
    window = QWidget()
    window.setMinimumSize(100, 80)
    open_at(window, 100_000, 100_000)
    room = qapp.primaryScreen().availableSize()
    assert window.width() < room.width()
    assert window.height() < room.height()
    open_at(window, 320, 240)
    assert (window.width(), window.height()) == (320, 240)
    open_at(window, 10, 10)
    assert (window.width(), window.height()) == (100, 80)
