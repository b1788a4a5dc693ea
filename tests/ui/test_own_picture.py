"""A designer's own picture in the window: the frame, the search, what is said, what is accepted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop_app.engine.errors import EngineDied, RequestError
from desktop_app.engine.requests import Design, Find, Found
from desktop_app.ui.blend.own_picture_panel import OwnPictureDialog, OwnPictures
from desktop_app.ui.blend.own_picture_search import MORE_ROUNDS, in_words
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture import crop_frame as crop
from desktop_app.ui.picture.crop_frame import Frame
from tests.fakes import FakeEngine, ImmediateQueue, write_package
from tests.ui.conftest import wait_for
from tests.ui.test_accessibility import cut_texts, nameless, out_of_reach, unexplained

# -- the frame -------------------------------------------------------------------------------------------------------

frames = st.builds(
    lambda wide, height, x, y, scale: crop.scaled(
        Frame((min(1.0, 1 / wide), min(1.0, wide)), (max(1, round(height * wide)), height), x, y), scale
    ),
    wide=st.floats(0.05, 20),
    height=st.integers(1, 4000),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    scale=st.floats(0.01, 20),
)


@given(frames, st.floats(-3, 3), st.floats(-3, 3), st.floats(0.2, 5))
def test_a_frame_keeps_its_shape_and_its_middle_on_the_picture(frame: Frame, dx: float, dy: float, by: float) -> None:
    for changed in (crop.moved(frame, dx, dy), crop.scaled(frame, by), crop.dragged_corner(frame, 3, (dx, dy))):
        left, top, right, bottom = changed.box
        assert right - left == pytest.approx(frame.unit[0] * changed.scale)
        assert bottom - top == pytest.approx(frame.unit[1] * changed.scale)
        assert 0 <= changed.x <= 1
        assert 0 <= changed.y <= 1
        assert frame.smallest_scale <= changed.scale <= frame.largest_scale
        assert all(-4 <= x <= 5 for x in changed.box)  # as far as own_picture.fit goes


@pytest.mark.parametrize("corner", range(4))
def test_the_corner_opposite_to_the_hand_stays(corner: int) -> None:
    frame = Frame((0.75, 1.0), (400, 300), 0.5, 0.5, 0.5)
    pulled = crop.dragged_corner(frame, corner, (0.2 if corner in (0, 2) else 0.8, 0.5))
    assert crop.corners(pulled)[3 - corner] == pytest.approx(crop.corners(frame)[3 - corner])
    assert pulled.scale > frame.scale


def test_whole_and_centred() -> None:
    frame = Frame((0.5, 1.0), (800, 400), 0.1, 0.9, 0.3)
    assert crop.whole(frame).box == pytest.approx((0.0, -0.5, 1.0, 1.5))
    assert crop.centred(frame).box == pytest.approx((0.25, 0.0, 0.75, 1.0))
    left, top, right, bottom = frame.extent
    assert left <= 0
    assert right >= 1
    assert (top, bottom) == pytest.approx((0.5 - 1.25, 0.5 + 1.25))


# -- the dialog ------------------------------------------------------------------------------------------------------


@dataclass
class Rig:
    own: OwnPictures
    queue: ImmediateQueue
    path: Path
    package: object
    accepted: list[tuple[Design, str]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)

    def open(self, path: Path | None = None) -> OwnPictureDialog:
        self.own.start(path or self.path, self.package)  # type: ignore[arg-type]
        wait_for(lambda: self.own.dialog is not None and self.own.dialog.crop.frame_now is not None)
        self.settle()
        assert self.own.dialog is not None
        return self.own.dialog

    def settle(self) -> None:
        for _ in range(20):
            QCoreApplication.sendPostedEvents()
            QCoreApplication.processEvents()

    def finds(self) -> list[Find]:
        return [request for request in self.queue.engine.served if isinstance(request, Find)]


@pytest.fixture
def rig(look: Look, tmp_path: Path) -> Iterator[Rig]:
    window = QWidget()
    queue = ImmediateQueue(FakeEngine())
    bridge = QueueBridge()
    bridge.attach(queue)
    path = tmp_path / "a drawing.png"
    pixels = np.full((60, 80, 3), 240, np.uint8)
    pixels[10:50, 35:45] = 20
    Image.fromarray(pixels).save(path)
    made = Rig(OwnPictures(look, bridge, window), queue, path, write_package(tmp_path))
    made.own.accepted.connect(lambda design, use: made.accepted.append((design, use)))
    made.own.said.connect(lambda sentence, tone: made.said.append((sentence, tone)))
    yield made
    made.own.close()
    bridge.close()
    window.deleteLater()


def test_a_picture_is_shown_fitted_and_found(rig: Rig) -> None:
    dialog = rig.open()
    wait_for(lambda: dialog._search.state == "done")
    (request,) = rig.finds()
    assert request.picture.shape == (28, 28, 1)
    assert request.rounds is None
    assert request.picture[14, 14, 0] > 200  # ink on paper became light on dark
    assert dialog.swap.isChecked()
    assert dialog.crop.frame_now.box == pytest.approx((0.125, 0.0, 0.875, 1.0))
    assert dialog._verdict.text() == in_words(10.0)
    assert dialog._detail.text() == "10.0 of 255 steps of brightness apart (RMS)"
    assert dialog._how.text() == "Found by search"
    assert "light and dark were swapped" in dialog._remark.text()


@pytest.mark.parametrize("use", ["anchor", "key"])
def test_what_is_accepted_is_a_design_of_the_best_place(rig: Rig, use: str) -> None:
    dialog = rig.open()
    wait_for(lambda: dialog._search.state == "done")
    dialog.use_buttons[use].click()
    ((design, used),) = rig.accepted
    assert used == use
    assert design.place.vector == (0.5, -0.25, 3.0)
    assert design.place.source == "a drawing.png"
    assert (design.seed, design.index) == (0, 0)
    assert rig.own.dialog is None


def test_cancel_accepts_nothing_and_ends_the_thread(rig: Rig) -> None:
    rig.open().cancel_button.click()
    assert rig.own.dialog is None
    assert not rig.accepted
    assert rig.own._reader is None


def test_another_frame_is_fitted_and_found_anew(rig: Rig) -> None:
    dialog = rig.open()
    QTest.keyClick(dialog.crop, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.crop.frame_now.x == pytest.approx(0.6)
    wait_for(lambda: len(rig.finds()) == 2)
    first, second = rig.finds()
    assert not np.array_equal(first.picture, second.picture)
    dialog.whole_button.click()
    wait_for(lambda: len(rig.finds()) == 3)
    assert dialog.crop.frame_now.scale == pytest.approx(1 / 0.75)


def test_many_moves_of_the_frame_are_one_wish(rig: Rig) -> None:
    dialog = rig.open()
    for _ in range(25):
        QTest.keyClick(dialog.crop, Qt.Key.Key_Minus)
    smaller = dialog.crop.frame_now.scale
    wait_for(lambda: len(rig.finds()) == 2)
    rig.settle()
    assert smaller == pytest.approx(1.05**-25)
    assert len(rig.finds()) == 2


def test_the_mouse_moves_the_frame_and_pulls_its_corners(rig: Rig) -> None:
    dialog = rig.open()
    view = dialog.crop
    frame = view.frame_rect()
    middle, corner = frame.center().toPoint(), frame.bottomRight().toPoint()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(view, middle + QPoint(20, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(20, 0))
    assert view.frame_now.x > 0.5
    assert view.frame_now.scale == 1.0
    view.centre()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(view, corner - QPoint(40, 40))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corner - QPoint(40, 40))
    assert view.frame_now.scale < 0.9
    assert view.frame_rect().topLeft().toPoint() == frame.topLeft().toPoint()


def test_the_switch_overrules_what_the_program_decided(rig: Rig) -> None:
    dialog = rig.open()
    dialog.swap.click()
    wait_for(lambda: len(rig.finds()) == 2)
    assert rig.finds()[1].picture[14, 14, 0] < 60
    rig.settle()
    assert not dialog.swap.isChecked()


def test_search_further_asks_for_more_rounds_and_keeps_the_best(rig: Rig) -> None:
    dialog = rig.open()
    wait_for(lambda: dialog._search.state == "done")
    rig.queue.engine._find = lambda request: iter([Found((9.0,), request.picture, 99.0, "search")])  # type: ignore
    dialog.further_button.click()
    rig.settle()
    dialog.further_button.click()
    rig.settle()
    assert [r.rounds for r in rig.finds()] == [None, 2 * MORE_ROUNDS, 4 * MORE_ROUNDS]
    assert dialog._search.best.error == 10.0


def test_a_search_can_be_stopped_and_gone_on_with(rig: Rig) -> None:
    rig.queue.paused = True
    dialog = rig.open()
    assert dialog.further_button.text() == "Stop"
    assert not dialog.use_buttons["anchor"].isEnabled()
    dialog.further_button.click()
    assert rig.queue.cancelled
    assert dialog._verdict.text() == "Nothing was found yet"
    assert dialog.further_button.text() == "Search"
    rig.queue.paused = False
    rig.queue.run_waiting()  # what the stopped job still says is not listened to
    rig.settle()
    assert dialog._search.best is None
    dialog.further_button.click()
    wait_for(lambda: dialog._search.state == "done")
    assert dialog.use_buttons["anchor"].isEnabled()


def test_a_model_that_cannot_says_so(rig: Rig) -> None:
    sentence = "“Fake digits” has no encoder, and its pictures are too large to search."
    rig.queue.engine.failures = [RequestError(sentence)]
    dialog = rig.open()
    wait_for(lambda: dialog._search.state == "failed")
    assert dialog._detail.text() == sentence
    assert not dialog.use_buttons["anchor"].isEnabled()
    assert not dialog.use_buttons["key"].isEnabled()


def test_after_the_engine_died_it_can_be_tried_again(rig: Rig) -> None:
    rig.queue.engine.failures = [EngineDied("The engine ended while it worked on this.")]
    dialog = rig.open()
    wait_for(lambda: dialog._search.state == "failed")
    assert dialog.further_button.text() == "Try again"
    dialog.further_button.click()
    wait_for(lambda: dialog._search.state == "done")
    assert rig.finds()[-1].rounds is None


def test_a_file_that_is_none_is_told_and_opens_nothing(rig: Rig, tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path, Path(__file__)):
        rig.said.clear()
        rig.own.start(path, rig.package)  # type: ignore[arg-type]
        wait_for(lambda: rig.said)
        assert rig.own.dialog is None
        assert rig.said[0][1] == "error"
        assert rig.said[0][0]


def test_a_second_picture_takes_the_place_of_the_first(rig: Rig, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    Image.new("L", (9, 9), 3).save(other)
    first = rig.open()
    second = rig.open(other)
    assert second is not first
    assert not first.isVisible()
    wait_for(lambda: second._search.state == "done")
    second.use_buttons["anchor"].click()
    assert rig.accepted[0][0].place.source == "other.png"


def test_the_program_closes_while_a_picture_is_being_read(rig: Rig) -> None:
    rig.own.start(rig.path, rig.package)  # type: ignore[arg-type]
    rig.own.close()
    rig.settle()
    assert rig.own.dialog is None
    assert not rig.said


def test_the_dialog_can_be_named_reached_and_read(rig: Rig, look: Look, themes: Callable[[], Iterator[None]]) -> None:
    dialog = rig.open()
    wait_for(lambda: dialog._search.state == "done")
    for _ in themes():
        rig.settle()
        assert not dialog.grab().isNull()
        assert nameless(dialog) == []
        assert unexplained(dialog) == []
        assert out_of_reach(dialog) == []
        assert cut_texts(dialog) == []
    assert "percent of the width" in dialog.crop.accessibleDescription()


@pytest.fixture
def themes(look: Look) -> Callable[[], Iterator[None]]:
    def each() -> Iterator[None]:
        for name in ("light", "dark"):
            look.apply(name)
            yield

    return each
