"""What the card of a model says, and what a check-up adds to it: the dialog alone, on a queue without a thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.manifest import Score, TrainingData
from desktop_app.engine.packages import MANIFEST, Package, open_package
from desktop_app.engine.requests import CheckedUp, CheckUp
from desktop_app.studio.speeds import Speeds
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.models.card_parts import CopyLine
from desktop_app.ui.models.check_up_runner import CheckUpRunner
from desktop_app.ui.models.models_dialog import ModelsDialog
from desktop_app.ui.models.sheet_view import SheetView
from tests.fakes import FakeEngine, ImmediateQueue, write_classifier, write_package, write_restorer
from tests.ui.conftest import wait_for

HOSTILE = "<img src=x><b>" + "Endless" * 60 + "</b> مرحبا"


@dataclass
class Cards:
    dialog: ModelsDialog
    engine: FakeEngine
    packages: dict[str, Package]

    def show(self, name: str = "fake-digits", **changes: object) -> str:
        """The words of a card; `changes` are made to its manifest before."""
        manifest = msgspec.structs.replace(self.packages[name].manifest, **changes)
        (self.packages[name].folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
        self.packages[name] = open_package(self.packages[name].folder)
        self.dialog.show_packages(list(self.packages.values()), name)
        self.dialog.open()
        return words(self.dialog.page)

    def check_up(self) -> None:
        self.dialog._check.click()
        wait_for(lambda: self.dialog.banner.sentence)


@pytest.fixture
def make_cards(qapp: QApplication, look: Look, tmp_path: Path) -> Iterator[Callable[..., Cards]]:
    made: list[Cards] = []

    def make(engine: FakeEngine | None = None, *, empty: bool = False) -> Cards:
        models = tmp_path / f"models {len(made)}"
        packages = [] if empty else [write_package(models), write_restorer(models), write_classifier(models)]
        queue = ImmediateQueue(engine)
        bridge = QueueBridge()
        dialog = ModelsDialog(look, CheckUpRunner(bridge, Speeds(tmp_path / "speeds.json")))
        bridge.attach(queue)  # type: ignore[arg-type]
        QCoreApplication.processEvents()
        dialog.show_packages(packages)
        made.append(Cards(dialog, queue.engine, {package.name: package for package in packages}))
        return made[-1]

    yield make
    for cards in made:
        cards.dialog.banner.dismiss()
        cards.dialog.close()
        cards.dialog.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def cards(make_cards: Callable[..., Cards]) -> Cards:
    return make_cards()


def words(widget: QWidget) -> str:
    return " ".join(label.text().replace("\u200b", "") for label in widget.findChildren(QLabel))


# -- what a card says ----------------------------------------------------------------------------------------------


def test_a_card_says_what_its_manifest_says(cards: Cards) -> None:
    data = TrainingData("Scans of a drawer", "CC BY 4.0", 1234, "f" * 64)
    scores = (Score("coverage", 0.5, 1.0, note="Of 10,000"), Score("<i>own</i>", 3.0))
    told = cards.show(commercial_use="no", licence="Mine", training_data=(data,), scores=scores)
    for part in (
        "Commercial use is not allowed",
        "Licence: Mine.",
        "Scans of a drawer",
        "1,234",
        "50\N{NO-BREAK SPACE}% of real (1)",
        "<i>own</i>",
        "Of 10,000",
        "28 × 28 pixels, grey",
        "not measured yet",
    ):
        assert part in told


def test_a_card_without_scores_preview_and_data_says_so(cards: Cards) -> None:
    told = cards.show()
    assert "Nobody has measured this model" in told
    assert "has not said what it learnt on" in told
    assert cards.dialog.page._preview.sizeHint().height() > 0


def test_a_broken_preview_is_as_none(cards: Cards) -> None:
    (cards.packages["fake-digits"].folder / "preview.png").write_bytes(b"\x89PNG and no more")
    cards.show()
    assert cards.dialog.page._preview._image.isNull()


def test_hostile_words_are_shown_as_they_are_and_stay_in_their_place(cards: Cards) -> None:
    told = cards.show(title=HOSTILE, summary=HOSTILE, licence=HOSTILE, version=HOSTILE)
    assert HOSTILE in told
    dialog = cards.dialog
    dialog.resize(dialog.minimumSize())
    wait_for(lambda: dialog.page.width() <= dialog._area.viewport().width())
    labels = [label for label in dialog.page.findChildren(QLabel) if "<" in label.text()]
    assert len(labels) >= 4
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert dialog.page.minimumSizeHint().width() <= dialog._area.viewport().width()


def test_the_hash_and_the_command_can_be_copied(cards: Cards, qapp: QApplication) -> None:
    cards.show()
    lines = {line._name: line for line in cards.dialog.page.findChildren(CopyLine)}
    lines["Package hash"]._on_copy()
    assert qapp.clipboard().text() == cards.packages["fake-digits"].sha256
    assert cards.dialog.banner.sentence == "The package hash is on the clipboard."
    assert set(lines) == {"Package hash", "Command"}


def test_no_models_at_all(make_cards: Callable[..., Cards]) -> None:
    dialog = make_cards(empty=True).dialog
    dialog.open()
    assert dialog._empty.isVisible()
    assert not dialog._use.isEnabled()
    assert not dialog._check.isEnabled()


def test_a_package_that_vanishes_while_its_card_is_open(cards: Cards) -> None:
    cards.show("fake-denoise")
    dialog = cards.dialog
    assert dialog._use.isEnabled()
    gone = cards.packages.pop("fake-denoise")
    (gone.folder / MANIFEST).unlink()
    dialog._show_state()
    assert "are gone from" in dialog.banner.sentence
    assert not dialog._use.isEnabled()
    dialog.show_packages(list(cards.packages.values()))
    assert dialog.page.package.name == "fake-digits"
    assert dialog._use.isEnabled()


# -- check-ups -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fake-digits", "fake-judge"])
def test_a_check_up_is_shown_and_its_speed_with_it(cards: Cards, name: str) -> None:
    cards.show(name)
    cards.check_up()
    told = words(cards.dialog.page)
    assert "2.1 ms a picture on Fake processor" in told
    assert "Nothing wrong was found" in told
    assert cards.dialog.banner.sentence.endswith("2.1 ms each. Nothing wrong was found.")
    assert cards.dialog._check.isEnabled()


def test_a_flag_of_a_check_up_is_told(make_cards: Callable[..., Cards]) -> None:
    cards = make_cards(FakeEngine(checked_up={"broken": (0, 4)}))
    cards.show()
    cards.check_up()
    assert "Answers NaN" in words(cards.dialog.page)
    assert "2 times of 32" in words(cards.dialog.page)
    assert cards.dialog.banner.tone == "warn"


def test_a_check_up_that_fails_is_told_in_a_sentence(cards: Cards) -> None:
    cards.engine.failures = [DeviceError("It ran out of breath.")]
    cards.show()
    cards.check_up()
    assert cards.dialog.banner.sentence == "It ran out of breath."
    assert cards.dialog._check.isEnabled()
    assert "not measured yet" in words(cards.dialog.page)


def test_a_measured_speed_is_there_the_next_time_and_its_pictures_are_not(make_cards: Callable[..., Cards]) -> None:
    first = make_cards()
    first.show()
    first.check_up()
    again = make_cards()
    again.show()
    assert "2.1 ms a picture" in words(again.dialog.page)
    assert again.dialog.page.known.found is None


def test_a_card_of_which_more_is_known_stays_where_it_was(cards: Cards) -> None:
    cards.show()
    bar = cards.dialog._area.verticalScrollBar()
    wait_for(lambda: bar.maximum() > 50)
    bar.setValue(40)
    cards.dialog._runner.keep(cards.packages["fake-digits"].sha256, next(iter(_checked(cards))))
    assert bar.value() == 40


def _checked(cards: Cards):  # type: ignore[no-untyped-def]
    request = CheckUp(cards.packages["fake-digits"].ref)
    return [update for update in cards.engine.run(request) if isinstance(update, CheckedUp)]


def test_what_is_odd_is_framed_on_the_sheet_where_it_lies(make_cards: Callable[..., Cards]) -> None:
    cards = make_cards(FakeEngine(checked_up={"broken": (0,), "near_copies": ((9, 10),)}))
    cards.show()
    cards.check_up()
    (sheet,) = [view for view in cards.dialog.page.findChildren(SheetView) if view._marked]
    assert [(part.x(), part.y()) for part in sheet._marked] == [(1, 1), (31, 31), (61, 31)]
    assert "framed: broken, empty or repeated" in words(cards.dialog.page)


def test_a_sheet_is_enlarged_by_whole_pixels_alone(look: Look, qapp: QApplication) -> None:
    image = QImage(100, 60, QImage.Format.Format_RGB32)
    view = SheetView(look, image, "A sheet", width=350)
    assert (view.sizeHint().width(), view.sizeHint().height()) == (300, 180)
    view.set_most(90)
    assert view.sizeHint().width() == 90
    view.deleteLater()
