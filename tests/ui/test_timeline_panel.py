"""The timeline under a designer's hands, on a fake engine: what is wished for, shown, fetched and measured."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu, QWidget

from desktop_app.engine.errors import RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Sample
from desktop_app.studio.blend import BlendState
from desktop_app.studio.pacing import Pacing
from desktop_app.studio.walk import Key, Walk, default_frames, design_at, duration, frame_designs
from desktop_app.ui.blend.timeline_hands import DESIGN_MIME
from desktop_app.ui.blend.timeline_layout import FRAME, RULER_TOP, TRACK_TOP, WAYS_TOP
from desktop_app.ui.blend.timeline_panel import TimelinePanel
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_store import TileStore
from tests.fakes import FakeEngine, ImmediateQueue, write_package
from tests.ui.conftest import wait_for
from tests.ui.test_accessibility import cut_texts, nameless, out_of_reach, unexplained

DESIGNS = [Design(1, number, number) for number in range(6)]
LEFT = Qt.MouseButton.LeftButton
NONE, CTRL, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class Rig:
    """A panel in a window, and a project of one value with its steps."""

    def __init__(self, look: Look, folder: Path, width: int = 900) -> None:
        self.engine = FakeEngine()
        self.queue = ImmediateQueue(self.engine)
        self.bridge = QueueBridge()
        self.bridge.attach(self.queue)
        self.store = TileStore(2**24)
        self.package: Package | None = write_package(folder)
        self.look = look
        self.panel = TimelinePanel(look, self.bridge, self.store)
        self.canvas = self.panel.canvas
        self.state = BlendState("fake-digits")
        self.steps: list[tuple[str, str]] = []
        self.seen: list[Design | None] = []
        self.opened: list[Design] = []
        self.said: list[tuple[str, str]] = []
        self.settles = 0
        self.adds = 0
        self.panel.walk_changed.connect(self._on_walk)
        self.panel.scrubbed.connect(self.seen.append)
        self.panel.key_opened.connect(self.opened.append)
        self.panel.said.connect(lambda sentence, tone: self.said.append((sentence, tone)))
        self.panel.settled.connect(self._on_settled)
        self.panel.add_wished.connect(self._on_add)
        self.panel.resize(width, 170)
        self.panel.show()

    def _on_walk(self, walk: Walk, label: str, coalesce: str) -> None:
        self.steps.append((label, coalesce))
        self.show(walk)

    def _on_settled(self) -> None:
        self.settles += 1

    def _on_add(self) -> None:
        self.adds += 1

    @property
    def walk(self) -> Walk:
        return self.state.walk

    def show(self, walk: Walk) -> None:
        self.state = replace(self.state, walk=walk)
        self.panel.show_walk(self.state, self.package)

    def order(self) -> list[int]:
        return [key.design.index for key in self.walk.keys]

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def drag(self, start: QPoint, end: QPoint) -> None:
        QTest.mousePress(self.canvas, LEFT, NONE, start)
        for part in (0.3, 0.6, 1.0):
            QTest.mouseMove(self.canvas, start + (end - start) * part)
        QTest.mouseRelease(self.canvas, LEFT, NONE, end)

    def button(self, name: str) -> IconButton:
        return next(b for b in self.panel.findChildren(IconButton) if b.accessibleName().startswith(name))

    def asked(self) -> set[Design]:
        return {design for request in self.engine.served if isinstance(request, Sample) for design in request.designs}


def walk_of(*seconds: float, **fields) -> Walk:  # type: ignore[no-untyped-def]
    return Walk(tuple(Key(DESIGNS[n], s) for n, s in enumerate(seconds)), **fields)


@pytest.fixture
def rig(look: Look, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(look, tmp_path)
    made.show(walk_of(1, 2, 1))
    QCoreApplication.processEvents()
    yield made
    close(made)


def close(rig: Rig) -> None:
    rig.panel.close_panel()
    rig.bridge.close()
    rig.panel.close()
    rig.panel.deleteLater()


def on_key(rig: Rig, number: int) -> QPoint:
    return QPoint(round(rig.canvas.layout_now.key_x(number)) + 25, TRACK_TOP + 30)


# -- key frames ------------------------------------------------------------------------------------------------------


def test_a_press_on_a_key_chooses_it_and_shows_it_large(rig: Rig) -> None:
    QTest.mouseClick(rig.canvas, LEFT, NONE, on_key(rig, 1))
    assert rig.canvas.selected == 1
    assert rig.seen[-1] == DESIGNS[1]
    QTest.mouseDClick(rig.canvas, LEFT, NONE, on_key(rig, 2))
    assert rig.opened == [DESIGNS[2]]


def test_a_key_is_dragged_to_another_place_in_one_step(rig: Rig) -> None:
    rig.drag(on_key(rig, 2), QPoint(4, TRACK_TOP + 30))
    assert rig.order() == [2, 0, 1]
    assert rig.steps == [("Move a key frame", "")]
    assert rig.canvas.selected == 0
    assert [key.seconds for key in rig.walk.keys] == [1, 1, 2], "its way goes with it"


def test_a_drag_that_is_given_up_changes_nothing(rig: Rig) -> None:
    QTest.mousePress(rig.canvas, LEFT, NONE, on_key(rig, 2))
    QTest.mouseMove(rig.canvas, QPoint(60, TRACK_TOP + 30))
    assert rig.canvas.scene().carried is not None
    rig.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(rig.canvas, LEFT, NONE, QPoint(60, TRACK_TOP + 30))
    assert rig.steps == []
    assert rig.canvas.scene().carried is None


def test_dragging_a_boundary_changes_one_duration_as_one_step(rig: Rig) -> None:
    layout = rig.canvas.layout_now
    spot = QPoint(round(layout.way(0)[1]), WAYS_TOP + 12)
    rig.drag(spot, spot + QPoint(round(0.4 * layout.scale), 0))
    assert rig.walk.keys[0].seconds == pytest.approx(1.4, abs=0.03)
    assert rig.walk.keys[1].seconds == 2
    assert {label for label, _ in rig.steps} == {"Change a duration"}
    assert {coalesce for _, coalesce in rig.steps} == {"way 0"}
    assert rig.settles == 1


def test_seconds_keep_their_length_while_a_boundary_is_dragged(rig: Rig) -> None:
    layout = rig.canvas.layout_now
    spot = QPoint(round(layout.way(0)[1]), TRACK_TOP + 20)
    QTest.mousePress(rig.canvas, LEFT, NONE, spot)
    QTest.mouseMove(rig.canvas, spot + QPoint(80, 0))
    assert rig.canvas.layout_now.scale == layout.scale
    assert rig.canvas.scene().bubble.endswith("frames")
    QTest.mouseRelease(rig.canvas, LEFT, NONE, spot + QPoint(80, 0))
    assert rig.canvas.layout_now.scale < layout.scale
    assert rig.canvas.scene().bubble == ""


def test_keys_by_the_keyboard(rig: Rig) -> None:
    rig.key(Qt.Key.Key_PageDown)
    assert rig.canvas.selected == 1
    rig.key(Qt.Key.Key_Left, ALT)
    assert rig.order() == [1, 0, 2]
    rig.key(Qt.Key.Key_D, CTRL)
    assert rig.order() == [1, 1, 0, 2]
    assert rig.canvas.selected == 1
    rig.key(Qt.Key.Key_Delete)
    assert rig.order() == [1, 0, 2]
    rig.key(Qt.Key.Key_Up)
    rig.key(Qt.Key.Key_Return)
    assert rig.opened == [DESIGNS[0]]
    assert [label for label, _ in rig.steps] == [
        "Move a key frame",
        "Duplicate a key frame",
        "Remove a key frame",
        "Change a duration",
    ]
    assert rig.settles == 1
    rig.key(Qt.Key.Key_Insert)
    assert rig.adds == 1


def test_the_last_key_can_be_removed_and_nothing_stays_chosen(rig: Rig) -> None:
    for _ in range(3):
        rig.key(Qt.Key.Key_PageUp)
        rig.canvas.select(0)
        rig.key(Qt.Key.Key_Delete)
    assert rig.walk.keys == ()
    assert rig.canvas.selected is None
    assert "pad" in rig.canvas.scene().words
    rig.key(Qt.Key.Key_Delete)
    rig.key(Qt.Key.Key_Right)
    rig.key(Qt.Key.Key_Space)
    assert not rig.panel.player.is_playing


def test_a_dropped_design_becomes_a_key_where_it_was_dropped(rig: Rig) -> None:
    data = QMimeData()
    data.setData(DESIGN_MIME, msgspec.json.encode(DESIGNS[5]))
    spot = QPointF(rig.canvas.layout_now.key_x(1) - 20, TRACK_TOP + 20)
    drop = QDropEvent(spot, Qt.DropAction.CopyAction, data, LEFT, NONE)
    rig.canvas.dropEvent(drop)
    assert rig.order() == [0, 5, 1, 2]
    data.setData(DESIGN_MIME, b"nonsense")
    rig.canvas.dropEvent(QDropEvent(spot, Qt.DropAction.CopyAction, data, LEFT, NONE))
    assert len(rig.order()) == 4


# -- ways ------------------------------------------------------------------------------------------------------------


def menu(rig: Rig) -> QMenu:
    return next(m for m in rig.canvas.findChildren(QMenu) if m.isVisible())


def test_the_curve_of_a_way_opens_the_five_easings(rig: Rig) -> None:
    box = rig.canvas.layout_now.curve_box(1)
    assert box is not None
    QTest.mouseClick(rig.canvas, LEFT, NONE, QPoint(round(box[0]) + 10, WAYS_TOP + 12))
    opened = menu(rig)
    assert [a.text() for a in opened.actions() if a.text()] == [
        *("Linear", "Smooth", "Ease in", "Ease out", "Hold"),
        "The same on all ways",
    ]
    assert all(not a.icon().isNull() for a in opened.actions()[:5])
    assert opened.actions()[1].isChecked()
    opened.actions()[4].trigger()
    opened.close()
    assert [key.easing for key in rig.walk.keys] == ["smooth", "hold", "smooth"]
    assert rig.steps == [("Change an easing", "")]


def test_one_easing_for_all_by_the_keyboard(rig: Rig) -> None:
    rig.show(Walk((Key(DESIGNS[0], easing="linear"), Key(DESIGNS[1]), Key(DESIGNS[2]))))
    rig.canvas.select(0)
    rig.key(Qt.Key.Key_E)
    opened = menu(rig)
    opened.actions()[-1].trigger()
    opened.close()
    assert {key.easing for key in rig.walk.keys} == {"linear"}


def test_a_duration_is_typed_where_it_stands(rig: Rig) -> None:
    rig.canvas.select(1)
    rig.key(Qt.Key.Key_F2)
    editor = next(e for e in rig.canvas.findChildren(QLineEdit) if e.isVisible())
    editor.setText("50 frames")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert rig.walk.keys[1].seconds == 2.0 or rig.walk.fps != 25
    rig.key(Qt.Key.Key_F2)
    editor.setText("3,5")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert rig.walk.keys[1].seconds == 3.5
    rig.key(Qt.Key.Key_F2)
    editor.setText("9")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert rig.walk.keys[1].seconds == 3.5
    assert not editor.isVisible()


def test_the_bar_changes_the_whole_walk(rig: Rig) -> None:
    QTest.mouseClick(rig.button("Loop"), LEFT)
    QTest.mouseClick(rig.button("Smooth path"), LEFT)
    assert (rig.walk.loop, rig.walk.curve) == (False, "spline")
    field = next(e for e in rig.panel.controls.findChildren(QLineEdit) if e.accessibleName() == "Duration of the walk")
    QTest.keyClicks(field, "x")
    field.selectAll()
    QTest.keyClicks(field, "6 s")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert duration(rig.walk) == pytest.approx(6)
    rates = rig.panel.controls.findChild(QComboBox)
    assert rates is not None
    rates.activated.emit(rates.findData(12.0))
    assert rig.walk.fps == 12
    labels = [label for label, _ in rig.steps]
    assert labels == ["No loop", "Smooth path", "Change the duration", "Change the frame rate"]


def test_an_unusual_rate_is_shown(rig: Rig) -> None:
    rig.show(replace(rig.walk, fps=23.976))
    rates = rig.panel.controls.findChild(QComboBox)
    assert rates is not None
    assert rates.currentText() == "23.976 fps"


# -- looking at it ---------------------------------------------------------------------------------------------------


def test_scrubbing_shows_the_frame_under_the_hand(rig: Rig) -> None:
    layout = rig.canvas.layout_now
    QTest.mousePress(rig.canvas, LEFT, NONE, QPoint(round(layout.x(1.5)), RULER_TOP + 8))
    frame = rig.canvas.frame
    assert frame == rig.canvas.frames.nearest(layout.seconds(round(layout.x(1.5))))
    assert frame == pytest.approx(1.5 * 25, abs=1)
    assert rig.seen[-1] == frame_designs(rig.walk, 100)[frame]
    QTest.mouseMove(rig.canvas, QPoint(round(layout.x(3.0)), RULER_TOP + 8))
    assert rig.canvas.frame == pytest.approx(75, abs=1)
    QTest.mouseRelease(rig.canvas, LEFT, NONE, QPoint(0, 0))
    assert rig.steps == []


def test_arrow_keys_are_one_frame_and_a_loop_goes_round(rig: Rig) -> None:
    for key, frame in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Left, 99),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 99),
    ):
        rig.key(key)
        assert rig.canvas.frame == frame
    rig.show(replace(rig.walk, loop=False))
    rig.key(Qt.Key.Key_End)
    rig.key(Qt.Key.Key_Right)
    assert rig.canvas.frame == default_frames(rig.walk) - 1


def test_page_keys_go_from_key_to_key(rig: Rig) -> None:
    visited = []
    for _ in range(4):
        rig.key(Qt.Key.Key_PageDown)
        visited.append(rig.canvas.selected)
    assert visited == [1, 2, 0, 1]


def test_escape_ends_the_preview(rig: Rig) -> None:
    rig.key(Qt.Key.Key_Right)
    rig.key(Qt.Key.Key_Escape)
    assert rig.seen[-1] is None


def test_a_frame_that_is_seen_large_follows_the_walk(rig: Rig) -> None:
    for _ in range(10):
        rig.key(Qt.Key.Key_Right)
    before = rig.seen[-1]
    rig.show(replace(rig.walk, keys=tuple(replace(key, easing="linear") for key in rig.walk.keys)))
    assert rig.seen[-1] == frame_designs(rig.walk, 100)[10] != before
    rig.key(Qt.Key.Key_Escape)
    count = len(rig.seen)
    rig.show(replace(rig.walk, curve="spline"))
    assert len(rig.seen) == count, "nothing is seen large, so nothing follows"


def test_the_strip_fetches_what_is_in_view(rig: Rig) -> None:
    wait_for(lambda: all(tile.key in rig.store._pixels for tile in rig.canvas.tiles()))
    scene = rig.canvas.scene()
    assert all(frame.image is not None for frame in (*scene.slots, *(frame for _, frame in scene.keys)))
    assert len(scene.slots) >= 8
    assert scene.closing is not None


def test_a_small_frame_keeps_its_picture_until_the_new_one_is_there(rig: Rig) -> None:
    wait_for(lambda: all(tile.key in rig.store._pixels for tile in rig.canvas.tiles()))
    rig.canvas.grab()
    rig.queue.paused = True
    rig.show(walk_of(1.5, 2, 1))
    missing = [tile for tile in rig.canvas.tiles() if not rig.store.has(tile.key)]
    assert missing
    assert sum(frame.image is not None for frame in rig.canvas.scene().slots) >= 8


def test_while_it_plays_only_the_playhead_is_painted_anew(rig: Rig) -> None:
    wait_for(lambda: all(tile.key in rig.store._pixels for tile in rig.canvas.tiles()))
    before = rig.canvas.grab().toImage()
    painted = rig.canvas._painted
    rig.canvas.show_frame(30)
    after = rig.canvas.grab().toImage()
    assert rig.canvas._painted is painted
    assert after != before
    rig.panel.loader.arrived.emit()
    assert rig.canvas._painted is None, "pictures came"
    rig.canvas.show_frame(0)
    assert rig.canvas.grab().toImage() == before


def test_hundreds_of_keys_are_painted_as_far_as_they_are_seen(rig: Rig) -> None:
    rig.show(Walk(tuple(Key(DESIGNS[n % 6], 0.5) for n in range(400))))
    rig.canvas.scroll_to(3000)
    scene = rig.canvas.scene()
    assert 5 < len(scene.keys) < 60
    assert scene.keys[0][0] > 50
    rig.canvas.zoom(20, 100)
    assert 0 < len(rig.canvas.scene().frame_xs) < 60
    rig.key(Qt.Key.Key_End)
    assert 0 <= rig.canvas.layout_now.x(rig.canvas.frames.seconds(rig.canvas.frame)) <= rig.canvas.width()


def test_the_wheel_with_ctrl_looks_closer_around_the_cursor(rig: Rig) -> None:
    before = rig.canvas.layout_now
    moment = before.seconds(400)
    rig.canvas.zoom(3.0, 400)
    after = rig.canvas.layout_now
    assert after.scale == pytest.approx(3 * before.scale)
    assert after.seconds(400) == pytest.approx(moment, abs=0.05)


# -- playing ---------------------------------------------------------------------------------------------------------


def test_space_plays_what_has_been_fetched_ahead_and_space_stops(rig: Rig) -> None:
    rig.key(Qt.Key.Key_Space)
    assert rig.panel.player.is_playing
    assert rig.button("Pause").isVisible()
    wait_for(lambda: len([d for d in rig.seen if d is not None]) > 5)
    frames = frame_designs(rig.walk, 100)
    assert set(frames[:40]) <= rig.asked(), "fetched ahead"
    assert next(d for d in rig.seen if d is not None) in frames[:3]
    rig.key(Qt.Key.Key_Space)
    assert not rig.panel.player.is_playing
    assert rig.button("Play").isVisible()


def test_playing_ends_when_it_is_hidden_or_folded_away(rig: Rig) -> None:
    rig.key(Qt.Key.Key_Space)
    rig.panel.hide()
    assert not rig.panel.player.is_playing


def test_playing_goes_on_while_the_walk_changes(rig: Rig) -> None:
    rig.key(Qt.Key.Key_Space)
    rig.show(replace(rig.walk, fps=50.0))
    assert rig.panel.player.is_playing
    rig.show(Walk())
    assert not rig.panel.player.is_playing


def test_with_reduced_motion_a_loop_plays_once(rig: Rig) -> None:
    rig.look.reduced_motion = True
    rig.show(walk_of(0.1, 0.1))
    rig.key(Qt.Key.Key_Space)
    wait_for(lambda: not rig.panel.player.is_playing)
    assert rig.canvas.frame == len(rig.canvas.frames) - 1


def test_without_its_model_nothing_plays_and_export_says_why(rig: Rig) -> None:
    rig.package = None
    rig.show(walk_of(1, 1))
    rig.key(Qt.Key.Key_Space)
    assert not rig.panel.player.is_playing
    rig.panel.export_film()
    assert rig.said == [("The model of this walk is not here. Import it first.", "warn")]
    assert rig.canvas.scene().keys[0][1].failed


# -- an even pace ----------------------------------------------------------------------------------------------------


def test_an_even_pace_is_measured_and_used(rig: Rig) -> None:
    QTest.mouseClick(rig.button("Even pace"), LEFT)
    assert rig.steps == [("Even pace", "")]
    wait_for(lambda: "mean" in rig.panel.controls.status.text() or "not even" in rig.panel.controls.status.text())
    pacing = Pacing(rig.walk, 100)
    while designs := pacing.wanted():
        pacing.take(rig.engine._draw(tuple(designs)))
    paced = pacing.result()
    assert rig.canvas.frames.moments == paced.times
    rig.key(Qt.Key.Key_Right)
    assert rig.seen[-1] == design_at(rig.walk, paced.times[1])


def test_the_pace_is_not_measured_while_the_hand_moves(rig: Rig) -> None:
    rig.show(replace(rig.walk, even=True))
    for number in range(10):
        rig.show(replace(rig.walk, keys=(*rig.walk.keys[:2], Key(DESIGNS[2], 1 + number / 10))))
    assert not rig.panel.pace.is_busy


def test_a_pace_that_cannot_be_measured_is_said(rig: Rig) -> None:
    rig.show(replace(rig.walk, even=True))
    rig.queue.paused = True
    wait_for(lambda: rig.panel.pace.is_busy and rig.queue.waiting)
    rig.engine.failures = [RequestError("The model is broken.")] * 20
    rig.queue.run_waiting()
    wait_for(lambda: "broken" in rig.panel.controls.status.text())
    assert not rig.panel.pace.is_busy


def test_a_change_drops_the_measuring(rig: Rig) -> None:
    rig.show(replace(rig.walk, even=True))
    rig.queue.paused = True
    wait_for(lambda: rig.panel.pace.is_busy and rig.queue.waiting)
    rig.show(replace(rig.walk, even=False))
    assert not rig.panel.pace.is_busy
    rig.queue.run_waiting()
    QCoreApplication.processEvents()
    assert rig.panel.controls.status.text() == ""


# -- for everyone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("walk", [Walk(), walk_of(1), walk_of(1, 2, 1)], ids=["empty", "one", "three"])
@pytest.mark.parametrize("width", [640, 900, 1400])
def test_everything_can_be_named_reached_and_read(rig: Rig, walk: Walk, width: int) -> None:
    rig.panel.resize(width, 170)
    rig.show(walk)
    rig.panel.progress.show_progress("Drawing the frames, 48 of 115, about 2 s left", 0.3)
    QCoreApplication.processEvents()
    assert nameless(rig.panel) == []
    assert unexplained(rig.panel) == []
    assert out_of_reach(rig.panel) == []
    assert cut_texts(rig.panel) == []
    assert rig.panel.width() == width, "it is as wide as its room"


def test_a_screen_reader_hears_where_the_playhead_stands(rig: Rig) -> None:
    rig.key(Qt.Key.Key_PageDown)
    assert rig.canvas.accessibleDescription() == ("3 key frames, 4.00 seconds. Frame 26 of 100. Key frame 2 chosen")


def test_its_keys_are_not_taken_by_commands_of_the_window(rig: Rig) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    for key, modifiers in ((Qt.Key.Key_E, NONE), (Qt.Key.Key_Delete, NONE), (Qt.Key.Key_D, CTRL)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        QApplication.sendEvent(rig.canvas, event)
        assert event.isAccepted()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CTRL)
    event.ignore()
    QApplication.sendEvent(rig.canvas, event)
    assert not event.isAccepted()


def test_it_folds_to_its_bar(rig: Rig) -> None:
    QTest.mouseClick(rig.button("Fold"), LEFT)
    assert rig.canvas.isHidden()
    QTest.mouseClick(rig.button("Unfold"), LEFT)
    assert not rig.canvas.isHidden()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_paints_in_both_themes_at_any_width(rig: Rig, theme: str) -> None:
    rig.look.apply(theme)
    for width in (240, 500, 1300):
        rig.panel.resize(width, 170)
        shown: QWidget = rig.canvas
        image = shown.grab().toImage()
        ground = rig.look.colours.paper
        assert image.pixelColor(1, image.height() - 2).name() == ground
    assert FRAME < 100


Make = Callable[..., Rig]
