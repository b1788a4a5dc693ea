"""The canvas of Restore: what is painted where, and what hands do to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPointingDevice,
    QWheelEvent,
)

from desktop_app.studio.restoration import RestoreState, Stroke, local_map, mask_map
from desktop_app.ui.look.theme import Look
from desktop_app.ui.restore import plates
from desktop_app.ui.restore import wipe as wiping
from desktop_app.ui.restore.lens import RADIUS, lens_scale, plate_place
from desktop_app.ui.restore.plane import View
from desktop_app.ui.restore.plates import Kind
from desktop_app.ui.restore.restore_canvas import RestoreCanvas
from desktop_app.ui.restore.restore_painter import paint_scene
from desktop_app.ui.restore.wipe import Wipe
from tests.ui.conftest import wait_for
from tests.ui.test_restore_plane import FakeLayers, rgb

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton
SHIFT, ALT, CTRL = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier
KINDS: tuple[Kind, ...] = ("before", "after", "difference", "removed", "invented")


class PlainLayers(FakeLayers):
    """Every kind in a colour of its own, with a mark that says where one is."""

    COLOURS: ClassVar = dict(zip(KINDS, ((200, 0, 0), (0, 160, 0), (0, 0, 220), (90, 90, 0), (0, 90, 90)), strict=True))

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)
        for kind, colour in self.COLOURS.items():
            self.arrays[kind] = np.empty((height, width, 3), np.uint8)
            self.arrays[kind][:] = colour


class DenseCanvas(RestoreCanvas):
    """As if on a screen with so many device pixels a pixel."""

    density = 1.0

    def devicePixelRatioF(self) -> float:
        return self.density


@dataclass
class Hand:
    """Sends the events of a mouse and keys straight to the canvas."""

    canvas: RestoreCanvas
    down: Qt.MouseButton = NONE

    def _send(
        self, kind: QEvent.Type, at: tuple[float, float], button: Qt.MouseButton, keys: Qt.KeyboardModifier
    ) -> None:
        spot = QPointF(*at)
        event = QMouseEvent(kind, spot, self.canvas.mapToGlobal(spot), button, self.down, keys)
        QCoreApplication.sendEvent(self.canvas, event)

    def move(self, *at: float, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self._send(QEvent.Type.MouseMove, at, NONE, keys)  # type: ignore[arg-type]

    def press(self, *at: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self.down = button
        self._send(QEvent.Type.MouseButtonPress, at, button, keys)  # type: ignore[arg-type]

    def release(self, *at: float, keys: Qt.KeyboardModifier = PLAIN) -> None:
        button, self.down = self.down, NONE
        self._send(QEvent.Type.MouseButtonRelease, at, button, keys)  # type: ignore[arg-type]

    def double_click(self, *at: float) -> None:
        self._send(QEvent.Type.MouseButtonDblClick, at, LEFT, PLAIN)  # type: ignore[arg-type]

    def drag(
        self, *points: tuple[float, float], button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = PLAIN
    ) -> None:
        self.press(*points[0], button=button, keys=keys)
        for point in points[1:]:
            self.move(*point, keys=keys)
        self.release(*points[-1], keys=keys)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = PLAIN, *, up: bool = True) -> None:
        QCoreApplication.sendEvent(self.canvas, QKeyEvent(QEvent.Type.KeyPress, key, keys))
        if up:
            self.lift(key)

    def lift(self, key: Qt.Key) -> None:
        QCoreApplication.sendEvent(self.canvas, QKeyEvent(QEvent.Type.KeyRelease, key, PLAIN))

    def wheel(
        self,
        at: tuple[float, float],
        notches: float = 0.0,
        *,
        pixels: tuple[int, int] = (0, 0),
        keys: Qt.KeyboardModifier = PLAIN,
    ) -> None:
        spot = QPointF(*at)
        phase = Qt.ScrollPhase.ScrollUpdate if any(pixels) else Qt.ScrollPhase.NoScrollPhase
        angle = QPoint(0, round(120 * notches)) if not any(pixels) else QPoint(*pixels)
        place = self.canvas.mapToGlobal(spot)
        event = QWheelEvent(spot, place, QPoint(*pixels), angle, NONE, keys, phase, False)
        QCoreApplication.sendEvent(self.canvas, event)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no slow picture."""
    monkeypatch.setattr(plates, "QUICK_S", 5.0)


@pytest.fixture
def make(look: Look) -> Iterator[Callable[..., RestoreCanvas]]:
    made: list[RestoreCanvas] = []

    def build(layers: FakeLayers | None = None, *, ratio: float = 1.0, scale: int = 1) -> RestoreCanvas:
        canvas = DenseCanvas(look)
        canvas.density = ratio
        canvas.resize(600, 400)
        canvas.show()
        made.append(canvas)
        if layers is not None:
            canvas.set_layers(layers, scale=scale)
        return canvas

    yield build
    for canvas in made:
        canvas.close()
        canvas.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def canvas(make: Callable[..., RestoreCanvas]) -> RestoreCanvas:
    return make(PlainLayers(1200, 900))


def shown(canvas: RestoreCanvas) -> np.ndarray:
    """(H, W, 3): what is on the screen, at the device's resolution."""
    ratio = canvas.devicePixelRatioF()
    image = QImage(round(600 * ratio), round(400 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("magenta"))
    painter = QPainter(image)
    paint_scene(painter, canvas.scene())
    painter.end()
    return rgb(image)


def at(canvas: RestoreCanvas, x: float, y: float) -> tuple[int, ...]:
    ratio = canvas.devicePixelRatioF()
    return tuple(int(value) for value in shown(canvas)[int(y * ratio), int(x * ratio)])


BEFORE, AFTER = PlainLayers.COLOURS["before"], PlainLayers.COLOURS["after"]

# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_before_lies_left_of_the_line_and_after_right_of_it(make: Callable[..., RestoreCanvas], ratio: float) -> None:
    canvas = make(PlainLayers(1200, 900), ratio=ratio)
    for y in (120, 330):
        assert at(canvas, 294, y) == BEFORE
        assert at(canvas, 306, y) == AFTER
    canvas.set_wipe(Wipe(x=0.7))
    assert at(canvas, 306, 120) == BEFORE
    assert at(canvas, 426, 120) == AFTER


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_turned_line_parts_what_lies_on_its_sides(make: Callable[..., RestoreCanvas], ratio: float) -> None:
    canvas = make(PlainLayers(1200, 900), ratio=ratio)
    for angle in (30, 90, 135, 180, -60):
        canvas.set_wipe(Wipe(angle=angle))
        nx, ny = canvas.wipe.normal
        dx, dy = canvas.wipe.direction
        for way in (-60, 60):
            x, y = 300 + way * dx, 200 + way * dy
            assert at(canvas, x - 8 * nx, y - 8 * ny) == BEFORE
            assert at(canvas, x + 8 * nx, y + 8 * ny) == AFTER


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_one_to_one_puts_every_pixel_on_one_of_the_device(make: Callable[..., RestoreCanvas], ratio: float) -> None:
    layers = FakeLayers(2000, 1500)
    canvas = make(layers, ratio=ratio)
    canvas.set_mode("after")
    canvas.one_to_one()
    canvas.pan_by(-33, 21)
    left, top, right, bottom = canvas.view.box
    x, y = canvas.state.plane.place(left, top)
    wanted = layers.arrays["after"][top:bottom, left:right][-y:, -x:]
    found = shown(canvas)
    clear = round(50 * ratio)  # below the label
    assert np.array_equal(found[clear:], wanted[clear : len(found), : found.shape[1]])
    canvas.zoom_by(3)
    left, top, right, bottom = canvas.view.box
    x, y = canvas.state.plane.place(left, top)
    wanted = layers.arrays["after"][top:bottom, left:right].repeat(3, axis=0).repeat(3, axis=1)[-y:, -x:]
    assert canvas.zoom == 3
    assert np.array_equal(shown(canvas)[clear:], wanted[clear : len(found), : found.shape[1]])


def test_the_widget_paints_its_scene(canvas: RestoreCanvas) -> None:
    grabbed = rgb(canvas.grab().toImage())
    assert np.array_equal(grabbed, shown(canvas))


@pytest.mark.parametrize("mode", ["after", "before", "difference", "removed", "invented"])
def test_one_view_alone(canvas: RestoreCanvas, mode) -> None:  # type: ignore[no-untyped-def]
    canvas.set_mode(mode)
    assert at(canvas, 200, 200) == at(canvas, 400, 200) == PlainLayers.COLOURS[mode]


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_side_by_side_shows_the_same_place_twice(make: Callable[..., RestoreCanvas], ratio: float) -> None:
    layers = FakeLayers(2000, 1500)
    layers.arrays["after"] = layers.arrays["before"]
    canvas = make(layers, ratio=ratio)
    canvas.set_mode("side")
    canvas.one_to_one()
    canvas.pan_by(17, -40)
    one, other = (pane.area for pane in canvas.state.panes)
    found, clear = shown(canvas), round(40 * ratio)
    half = round(one.width() * ratio)
    assert np.array_equal(found[clear:, :half], found[clear:, round(other.left() * ratio) :])
    assert one.right() < other.left() <= one.right() + 4
    assert len({tuple(colour) for colour in found[clear:, :half].reshape(-1, 3)}) > 1000


def test_both_halves_zoom_at_the_mouse(canvas: RestoreCanvas) -> None:
    canvas.set_mode("side")
    spot = QPointF(450, 150)
    pane = canvas.state.panes[1]
    under = canvas.state.plane.point(spot.x() - pane.origin[0], spot.y())
    canvas.zoom_by(4, spot)
    assert canvas.state.plane.point(spot.x() - pane.origin[0], spot.y()) == pytest.approx(under, abs=1.5)


def test_while_the_original_is_held_there_is_nothing_else(canvas: RestoreCanvas) -> None:
    canvas.set_overlay(lambda box, out: np.full(out[::-1], 255, np.uint8), kind="mask")
    for mode in ("wipe", "side", "difference"):
        canvas.set_mode(mode)
        was = shown(canvas)
        canvas.hold_original(True)
        assert at(canvas, 150, 200) == at(canvas, 450, 200) == BEFORE
        assert canvas.scene().wipe is None
        assert {chip.text for chip in canvas.scene().chips} == {"Before"}
        canvas.hold_original(False)
        assert np.array_equal(shown(canvas), was)


def test_what_is_not_there_yet_is_the_original_under_a_veil(canvas: RestoreCanvas) -> None:
    layers = PlainLayers(1200, 900)
    layers.is_late = True
    canvas.set_layers(layers)
    scene = canvas.scene()
    assert [sheet.is_waiting for sheet in scene.sheets] == [False, True]
    assert [chip.text for chip in scene.chips] == ["Before", "Working…"]
    right = shown(canvas)[100:300, 350:550].reshape(-1, 3).astype(int)
    assert np.abs(right - BEFORE).max() < 90
    assert len(np.unique(right, axis=0)) >= 3  # the hatch
    assert at(canvas, 250, 200) == BEFORE
    layers.is_late = False
    canvas.refresh()
    assert at(canvas, 450, 200) == AFTER


def test_a_clear_picture_lies_on_a_checker(make: Callable[..., RestoreCanvas], look: Look) -> None:
    layers = PlainLayers(1200, 900)
    for kind in layers.arrays:
        layers.arrays[kind] = np.dstack([layers.arrays[kind], np.zeros((900, 1200), np.uint8)])
    canvas = make(layers)
    canvas.set_mode("after")
    for theme in ("dark", "light"):
        look.apply(theme)
        found = {tuple(int(v) for v in colour) for colour in shown(canvas)[100:300, 200:400].reshape(-1, 3)}
        wanted = {QColor(name).getRgb()[:3] for name in (look.colours.raised, look.colours.pressed)}
        assert found == wanted
    look.apply("dark")


def test_refresh_repaints_what_changed(canvas: RestoreCanvas) -> None:
    layers = PlainLayers(1200, 900)
    canvas.set_layers(layers)
    canvas.set_mode("after")
    canvas.one_to_one()
    assert at(canvas, 300, 200) == AFTER
    layers.arrays["after"][:] = (1, 2, 3)
    left, top, *_ = canvas.view.box
    canvas.refresh((left, top, left + 100, top + 100))
    assert at(canvas, 50, 90) == (1, 2, 3)
    assert at(canvas, 300, 200) == AFTER
    canvas.refresh()
    assert at(canvas, 300, 200) == (1, 2, 3)


def test_nothing_is_asked_for_again_without_need(canvas: RestoreCanvas) -> None:
    layers = PlainLayers(1200, 900)
    canvas.set_layers(layers)
    shown(canvas)
    asked = len(layers.asked)
    canvas.set_wipe(Wipe(0.3, 0.3, 40))
    shown(canvas)
    canvas.hold_original(True)
    shown(canvas)
    canvas.hold_original(False)
    Hand(canvas).move(100, 100)
    shown(canvas)
    assert len(layers.asked) == asked


def test_while_a_slow_picture_is_panned_the_old_image_moves(canvas: RestoreCanvas) -> None:
    layers = FakeLayers(2400, 1800)
    canvas.set_layers(layers)
    canvas.set_mode("after")
    canvas.zoom_by(2.5)
    before = shown(canvas)
    canvas._plates._pace["after"] = (0.0, 9.0)
    asked = len(layers.asked)
    canvas.pan_by(-30, 0)
    moved = shown(canvas)
    assert [box for _, box, _ in layers.asked[asked:]] == [(0, 0, 2400, 1800)]  # small
    asked = len(layers.asked)
    assert np.array_equal(moved[60:, :500], before[60:, 30:530])
    assert len(np.unique(moved[100:300, 575:].reshape(-1, 3), axis=0)) > 50  # the rough one, not a blank
    wait_for(lambda: len(layers.asked) > asked)


# -- the view ----------------------------------------------------------------------------------------------------------


def test_the_view_is_told_once_it_rests(canvas: RestoreCanvas) -> None:
    told: list[View] = []
    canvas.view_changed.connect(told.append)
    canvas.one_to_one()
    for _ in range(5):
        canvas.pan_by(10, 10)
    assert told == []
    wait_for(lambda: told)
    assert told == [canvas.view]
    assert canvas.view.out == (600, 400)
    canvas.resize(500, 300)
    wait_for(lambda: len(told) > 1)
    assert told[1].out == (500, 300)


def test_a_new_picture_is_fitted_and_its_view_told(make: Callable[..., RestoreCanvas]) -> None:
    canvas = make()
    assert canvas.view == View((0, 0, 0, 0), (0, 0))
    told: list[View] = []
    canvas.view_changed.connect(told.append)
    for size in ((1200, 900), (700, 500)):
        canvas.one_to_one()
        canvas.set_layers(FakeLayers(*size))
        wait_for(lambda: told and told[-1].box == (0, 0, *size))  # noqa: B023


def test_the_view_of_every_new_picture_is_told(canvas: RestoreCanvas) -> None:
    told: list[View] = []
    canvas.view_changed.connect(told.append)
    for count in (1, 2):
        canvas.set_layers(PlainLayers(1200, 900))
        wait_for(lambda: len(told) == count)  # noqa: B023


def test_the_same_picture_keeps_its_view(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    canvas.pan_by(30, 40)
    view, middle = canvas.view, canvas.state.plane.point(300, 200)
    canvas.set_layers(PlainLayers(1200, 900))
    assert canvas.view == view
    canvas.set_layers(PlainLayers(2400, 1800), scale=2)
    assert canvas.zoom == 0.5
    assert canvas.state.plane.point(300, 200) == pytest.approx([2 * value for value in middle], abs=1)
    canvas.set_layers(PlainLayers(1200, 900))
    assert canvas.view == view


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_zooms_are_told_in_device_pixels(make: Callable[..., RestoreCanvas], ratio: float) -> None:
    canvas = make(PlainLayers(1200, 900), ratio=ratio)
    told: list[float] = []
    canvas.zoom_changed.connect(told.append)
    canvas.one_to_one()
    canvas.fit()
    assert told == [1.0, pytest.approx((400 - 24) * ratio / 900)]


def test_modes_are_told(canvas: RestoreCanvas) -> None:
    told: list[str] = []
    canvas.mode_changed.connect(told.append)
    canvas.set_mode("side")
    canvas.set_mode("side")
    assert told == ["side"]
    assert canvas.mode == "side"


# -- hands -------------------------------------------------------------------------------------------------------------


def test_the_handle_goes_with_the_hand(canvas: RestoreCanvas) -> None:
    hand = Hand(canvas)
    hand.drag((303, 198), (200, 200), (103, 298))
    assert canvas.wipe == Wipe(100 / 600, 300 / 400, 0)


def test_the_line_goes_sideways_and_comes_back_from_beyond_the_edge(canvas: RestoreCanvas) -> None:
    hand = Hand(canvas)
    hand.press(302, 100)
    hand.move(402, 180)
    assert canvas.wipe == Wipe(400 / 600, 0.5, 0)
    hand.move(2000, 180)
    hand.move(352, 100)
    assert canvas.wipe == Wipe(350 / 600, 0.5, 0)
    hand.release(352, 100)
    hand.move(500, 100)
    assert canvas.wipe.x == 350 / 600


def test_the_end_turns_the_line_and_shift_snaps(canvas: RestoreCanvas) -> None:
    hand = Hand(canvas)
    end = wiping.turning_handles(canvas.wipe, canvas.state.size)[1]
    hand.drag(end, (180, 320))
    assert canvas.wipe.angle == pytest.approx(45)
    hand.drag(wiping.turning_handles(canvas.wipe, canvas.state.size)[1], (200, 320), keys=SHIFT)
    assert canvas.wipe.angle == pytest.approx(45)
    hand.drag((300, 200), (400, 210), keys=ALT)
    assert abs(canvas.wipe.angle) == pytest.approx(84.3, abs=0.1)


def test_a_double_click_makes_it_upright_again(canvas: RestoreCanvas) -> None:
    canvas.set_wipe(Wipe(0.4, 0.4, 33))
    hand = Hand(canvas)
    hand.double_click(50, 350)
    assert canvas.wipe.angle == 33
    hand.release(50, 350)
    hand.double_click(240, 160)
    assert canvas.wipe == Wipe()


def test_the_line_stays_in_the_view_when_the_picture_moves(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    canvas.set_wipe(Wipe(0.25, 0.5, 20))
    Hand(canvas).drag((400, 300), (350, 250))
    assert canvas.wipe == Wipe(0.25, 0.5, 20)


@pytest.mark.parametrize("way", ["left", "middle", "space"])
def test_the_hand_pans(canvas: RestoreCanvas, way: str) -> None:
    canvas.one_to_one()
    if way == "space":
        canvas.set_tool("brush", radius=9, amount=1)
    box, hand = canvas.view.box, Hand(canvas)
    if way == "space":
        hand.key(Qt.Key.Key_Space, up=False)
        assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    hand.drag((300, 200), (260, 230), button=MIDDLE) if way == "middle" else hand.drag((100, 300), (60, 330))
    hand.lift(Qt.Key.Key_Space)
    assert canvas.view.box == (box[0] + 40, box[1] - 30, box[2] + 40, box[3] - 30)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_picture_keeps_under_the_hand(make: Callable[..., RestoreCanvas], ratio: float) -> None:
    canvas = make(PlainLayers(1600, 1200), ratio=ratio)
    canvas.one_to_one()
    hand = Hand(canvas)
    x = canvas.state.plane.transform.x
    hand.drag((100, 300), *((100 - step, 300) for step in range(1, 41)))
    assert canvas.state.plane.transform.x == pytest.approx(x - 40 * ratio)


def test_the_wheel_zooms_at_the_mouse_and_a_touchpad_pans(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    hand = Hand(canvas)
    under = canvas.state.plane.point(100, 50)
    hand.wheel((100, 50), 1)
    assert canvas.zoom == pytest.approx(1.2)
    assert canvas.state.plane.point(100, 50) == pytest.approx(under, abs=1)
    hand.wheel((100, 50), -1)
    assert canvas.zoom == 1
    x = canvas.state.plane.transform.x
    hand.wheel((100, 50), pixels=(7, -3))
    assert canvas.zoom == 1
    assert canvas.state.plane.transform.x == pytest.approx(x + 7)
    hand.wheel((100, 50), pixels=(0, 60), keys=CTRL)
    assert canvas.zoom > 1


def test_cursors_say_what_a_drag_does(canvas: RestoreCanvas) -> None:
    hand, shape = Hand(canvas), lambda: canvas.cursor().shape()
    hand.move(300, 200)
    assert shape() == Qt.CursorShape.SizeAllCursor
    hand.move(300, 120)
    assert shape() == Qt.CursorShape.SizeHorCursor
    hand.move(*wiping.turning_handles(canvas.wipe, canvas.state.size)[0])
    assert shape() == Qt.CursorShape.BitmapCursor
    hand.move(100, 100)
    assert shape() == Qt.CursorShape.ArrowCursor  # it is all in view
    canvas.one_to_one()
    hand.move(101, 100)
    assert shape() == Qt.CursorShape.OpenHandCursor
    canvas.set_wipe(Wipe(angle=90))
    hand.move(100, 200)
    assert shape() == Qt.CursorShape.SizeVerCursor
    canvas.set_tool("brush", radius=9, amount=1)
    assert shape() == Qt.CursorShape.BlankCursor  # a brush leaves the line alone


# -- keys --------------------------------------------------------------------------------------------------------------


def test_keys_move_and_turn_the_line(canvas: RestoreCanvas) -> None:
    hand = Hand(canvas)
    hand.key(Qt.Key.Key_Left)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert canvas.wipe == Wipe(pytest.approx(0.49), pytest.approx(0.6), 0)
    hand.key(Qt.Key.Key_Right, ALT)
    assert canvas.wipe.angle == 1
    hand.key(Qt.Key.Key_Left, ALT | SHIFT)
    assert canvas.wipe.angle == 0
    hand.key(Qt.Key.Key_Home)
    assert canvas.wipe == Wipe()


def test_keys_pan_and_zoom(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    hand = Hand(canvas)
    left = canvas.view.box[0]
    hand.key(Qt.Key.Key_Right, CTRL)
    assert canvas.view.box[0] == left + 40
    canvas.set_mode("after")
    hand.key(Qt.Key.Key_Left)
    assert canvas.view.box[0] == left
    hand.key(Qt.Key.Key_Plus)
    assert canvas.zoom == 1.25


def test_a_brush_paints_by_keys(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    canvas.set_tool("brush", radius=9, amount=1)
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    hand, wipe = Hand(canvas), canvas.wipe
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Up, SHIFT)
    assert canvas.scene().circle == ((305, 160), 9)
    x, y = canvas.state.plane.point(305, 160)
    assert f"brush at {x:.0f}, {y:.0f}" in canvas.accessibleDescription()
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Down, SHIFT)
    hand.key(Qt.Key.Key_Enter, SHIFT)
    assert [stroke.points for stroke in strokes] == [((x, y),), ((x, y), (x, y + 40))]
    for _ in range(30):
        hand.key(Qt.Key.Key_Left, SHIFT)
    assert canvas.scene().circle == ((0, 200), 9)
    assert canvas.wipe == wipe
    hand.key(Qt.Key.Key_Left, ALT)
    assert canvas.wipe.angle == -1


def test_a_pinch_zooms_where_the_fingers_are(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    under, spot = canvas.state.plane.point(120, 90), QPointF(120, 90)
    device, kind = QPointingDevice.primaryPointingDevice(), Qt.NativeGestureType.ZoomNativeGesture
    pinch = QNativeGestureEvent(kind, device, 2, spot, spot, canvas.mapToGlobal(spot), 0.5, QPointF())
    QCoreApplication.sendEvent(canvas, pinch)
    assert canvas.zoom == 1.5
    assert canvas.state.plane.point(120, 90) == pytest.approx(under, abs=1)


def test_the_focus_is_seen_and_the_canvas_speaks(canvas: RestoreCanvas) -> None:
    assert canvas.accessibleName()
    assert "Line upright, 50 per cent from the left" in canvas.accessibleDescription()
    canvas.activateWindow()
    wait_for(canvas.isActiveWindow)
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    wait_for(canvas.hasFocus)
    assert canvas.scene().is_focused
    Hand(canvas).press(100, 100)
    assert not canvas.scene().is_focused
    Hand(canvas).release(100, 100)
    Hand(canvas).key(Qt.Key.Key_Left)
    assert canvas.scene().is_focused
    assert "49 per cent from the left" in canvas.accessibleDescription()


def test_keys_it_does_not_know_go_on(canvas: RestoreCanvas) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, PLAIN)
    QCoreApplication.sendEvent(canvas, event)
    assert not event.isAccepted()


# -- strokes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("zoom", [0.3, 1.0, 5.0])
def test_strokes_are_told_in_pixels_of_the_original(
    make: Callable[..., RestoreCanvas], ratio: float, scale: int, zoom: float
) -> None:
    canvas = make(PlainLayers(1200 * scale, 900 * scale), ratio=ratio, scale=scale)
    canvas.one_to_one()
    canvas.zoom_by(zoom)
    canvas.set_tool("brush", radius=12, amount=0.4)
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    points = [(100.0, 100.0), (160.0, 100.0), (160.0, 180.0)]
    Hand(canvas).drag(*points)
    x, y = canvas.state.plane.place(0, 0)
    wanted = [((px * ratio - x) / canvas.zoom / scale, (py * ratio - y) / canvas.zoom / scale) for px, py in points]
    assert [stroke.points for stroke in strokes] == [tuple(pytest.approx(point) for point in wanted)]
    assert (strokes[0].radius, strokes[0].amount) == (12, 0.4)


def test_a_stroke_is_painted_where_the_mask_will_be(make: Callable[..., RestoreCanvas]) -> None:
    canvas = make(PlainLayers(1200, 900))
    canvas.set_mode("after")
    canvas.one_to_one()
    canvas.set_tool("brush", radius=20, amount=1)
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    hand, plain = Hand(canvas), shown(canvas)
    hand.press(200, 200)
    for step in range(10):
        hand.move(200 + 20 * step, 200)
    live = (shown(canvas) != plain).any(axis=2)
    hand.release(380, 200)
    box, out = canvas.view.box, canvas.view.out
    mask = mask_map(RestoreState(mask=tuple(strokes)), box, out) > 127
    hand.move(-50, -50)
    assert (live & mask).sum() > 0.97 * mask.sum()
    assert (live & ~mask).sum() < 0.15 * mask.sum()  # the circle of the brush and the soft edge


def test_a_stroke_that_is_shown_as_it_grows_has_no_gaps_and_nothing_of_the_last_one(canvas: RestoreCanvas) -> None:
    canvas.set_mode("after")
    canvas.one_to_one()
    canvas.set_tool("brush", radius=6, amount=1)
    hand, plain = Hand(canvas), shown(canvas)
    hand.drag((100, 100), (200, 100))
    shown(canvas)
    canvas.set_overlay(None, kind="mask")
    hand.press(100, 300)
    for x in (200, 300, 400):
        hand.move(x, 300)
        shown(canvas)
    changed = (shown(canvas) != plain).any(axis=2)
    assert changed[300, 100:400].all()
    assert not changed[:290].any()
    hand.release(400, 300)


def test_points_nearer_than_a_pixel_of_the_view_are_left_out(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    canvas.zoom_by(8)
    canvas.set_tool("brush", radius=3, amount=1)
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    Hand(canvas).drag(*((100 + step / 10, 100) for step in range(101)))
    assert 8 <= len(strokes[0].points) <= 11


def test_shift_draws_straight_from_where_the_last_stroke_ended(canvas: RestoreCanvas) -> None:
    canvas.one_to_one()
    canvas.set_tool("brush", radius=3, amount=1)
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    hand = Hand(canvas)
    hand.drag((100, 100), keys=SHIFT)
    hand.drag((200, 100), (210, 105), (220, 130), keys=SHIFT)
    assert len(strokes[0].points) == 1
    assert len(strokes[1].points) == 2
    assert strokes[1].points[0] == strokes[0].points[0]
    canvas.set_layers(PlainLayers(1200, 900))
    hand.drag((300, 100), keys=SHIFT)
    assert len(strokes[2].points) == 1


def test_escape_throws_a_stroke_away(canvas: RestoreCanvas) -> None:
    canvas.set_tool("brush", radius=20, amount=1)
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    hand = Hand(canvas)
    hand.press(100, 200)
    hand.move(150, 250)
    assert canvas.scene().strokes
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, PLAIN)
    override.ignore()
    QCoreApplication.sendEvent(canvas, override)
    assert override.isAccepted()  # no dialog, no command takes it
    hand.key(Qt.Key.Key_Escape)
    hand.release(150, 250)
    assert strokes == []
    assert canvas.scene().strokes == ()


def test_the_eraser_leaves_what_the_map_began_with(canvas: RestoreCanvas) -> None:
    strokes: list[Stroke] = []
    canvas.stroke_drawn.connect(strokes.append)
    canvas.set_tool("eraser", radius=20, amount=0.3)
    for kind in ("mask", "local"):
        canvas.set_overlay(None, kind=kind)
        Hand(canvas).drag((100, 200), (150, 250))
    assert [stroke.amount for stroke in strokes] == [0.0, 1.0]


def test_the_wheel_waits_while_a_stroke_is_drawn(canvas: RestoreCanvas) -> None:
    canvas.set_tool("brush", radius=20, amount=1)
    hand, zoom = Hand(canvas), canvas.zoom
    hand.press(100, 200)
    hand.wheel((100, 200), 3)
    assert canvas.zoom == zoom
    hand.release(100, 200)


def test_the_brush_is_a_circle_of_its_size(make: Callable[..., RestoreCanvas]) -> None:
    canvas = make(PlainLayers(2400, 1800), ratio=2.0, scale=2)
    canvas.one_to_one()
    canvas.set_tool("brush", radius=30, amount=1)
    Hand(canvas).move(100, 150)
    assert canvas.scene().circle == ((100, 150), 30.0)  # 30 of the original: 60 of the result, 60 of the device
    QCoreApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.scene().circle is None


# -- overlays ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("zoom", [0.4, 1.0, 4.0])
def test_a_mask_is_tinted_where_it_is_and_edged(make: Callable[..., RestoreCanvas], zoom: float, ratio: float) -> None:
    canvas = make(PlainLayers(2400, 1800), ratio=ratio, scale=2)
    canvas.set_mode("after")
    canvas.one_to_one()
    canvas.zoom_by(zoom)
    mask = np.zeros((900, 1200), np.uint8)
    mask[420:480, 560:640] = 255

    def overlay(box, out):  # type: ignore[no-untyped-def]
        left, top, right, bottom = box
        part = mask[top:bottom, left:right]
        return part[np.arange(out[1]) * len(part) // out[1]][:, np.arange(out[0]) * part.shape[1] // out[0]]

    plain = shown(canvas)
    canvas.set_overlay(overlay, kind="mask")
    changed = (shown(canvas) != plain).any(axis=2)
    x, y = canvas.state.plane.place(1120, 840)
    right, bottom = canvas.state.plane.place(1280, 960)
    edge = 3 * round(ratio)
    clipped = changed[max(0, y) : max(0, bottom), max(0, x) : max(0, right)]
    assert clipped.mean() > 0.97
    changed[max(0, y - edge) : bottom + edge, max(0, x - edge) : right + edge] = False
    assert not changed.any()
    canvas.set_overlay(None, kind="mask")
    assert np.array_equal(shown(canvas), plain)


def test_a_mask_is_seen_on_any_picture(make: Callable[..., RestoreCanvas], look: Look) -> None:
    """Its edge has a light and a dark line: one of them stands out from whatever lies below."""
    layers = PlainLayers(1200, 900)
    canvas = make(layers)
    canvas.set_mode("after")
    canvas.one_to_one()
    state = RestoreState(mask=(Stroke(((600.0, 450.0),), 60.0, 1.0),))
    canvas.set_overlay(lambda box, out: mask_map(state, box, out), kind="mask")
    for colour in ((0, 0, 0), (255, 255, 255), QColor(look.colours.accent_fill).getRgb()[:3]):
        layers.arrays["after"][:] = colour
        canvas.refresh()
        across = shown(canvas)[200, 300:400].astype(int).sum(axis=1)
        assert across.max() - across.min() > 150
    layers.arrays["after"][:] = 128
    canvas.refresh()
    across = shown(canvas)[200, 300:400].astype(int).sum(axis=1)
    assert across.min() < 3 * 128 - 150
    assert across.max() > 3 * 128 + 150


def test_less_strength_is_hatched_and_full_strength_is_not(canvas: RestoreCanvas) -> None:
    canvas.set_mode("after")
    plain = shown(canvas)
    for amount, least in ((0.0, 60), (0.5, 25), (1.0, 0)):
        strokes = (Stroke(((600.0, 450.0),), 300.0, amount),)
        canvas.set_overlay(lambda box, out, s=strokes: local_map(s, box, out), kind="local")
        inner = np.abs(shown(canvas).astype(int) - plain)[180:220, 280:320]
        assert inner.max() >= least
        assert (inner.max() == 0) == (least == 0)


def test_the_hatch_stays_with_the_picture(canvas: RestoreCanvas) -> None:
    canvas.set_mode("after")
    canvas.one_to_one()
    canvas.set_overlay(lambda box, out: np.zeros(out[::-1], np.uint8), kind="local")
    before = shown(canvas)
    canvas.pan_by(-5, -3)
    wait_for(lambda: not canvas._in_haste)
    assert np.array_equal(shown(canvas)[60:380, :590], before[63:383, 5:595])


# -- the lens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_lens_shows_exact_pixels_before_left_and_after_right(
    make: Callable[..., RestoreCanvas], ratio: float
) -> None:
    layers = FakeLayers(1200, 900)
    canvas = make(layers, ratio=ratio)
    canvas.one_to_one()
    canvas.set_lens(True)
    Hand(canvas).move(150, 200)
    lens = canvas.scene().lens
    assert lens is not None
    x, y = (int(value) for value in canvas.state.plane.point(150 * ratio, 200 * ratio))
    assert lens.words == f"{x}, {y}"
    assert lens.colours == tuple(
        "#{:02x}{:02x}{:02x}".format(*layers.arrays[kind][y, x]) for kind in ("before", "after")
    )
    found, unit = shown(canvas), lens_scale(1.0)
    for kind, way in (("before", -6), ("after", 6)):
        column = round(150 * ratio) + way * unit + 1
        assert tuple(found[round(200 * ratio) + 1, column]) == tuple(layers.arrays[kind][y, x + way])


def test_the_lens_enlarges_at_least_four_times() -> None:
    assert [lens_scale(zoom) for zoom in (0.05, 1.0, 2.0, 3.3, 64.0)] == [4, 4, 8, 13, 64]


def test_the_lens_is_clear_outside_the_picture_and_hides_off_it(canvas: RestoreCanvas, look: Look) -> None:
    canvas.set_lens(True)
    hand = Hand(canvas)
    x, y = canvas.state.plane.place(0, 0)
    hand.move(x + 2, y + 150)
    assert at(canvas, x - 40, y + 150) == QColor(look.colours.pressed).getRgb()[:3]
    assert at(canvas, x + 30, y + 150) == AFTER
    hand.move(x - 5, y + 150)
    assert canvas.scene().lens is None
    hand.move(300, 200)
    assert canvas.scene().lens is None  # a press would take the handle


def test_the_plate_of_the_lens_is_always_in_view() -> None:
    for spot in ((300.0, 200.0), (2.0, 2.0), (599.0, 399.0)):
        place = plate_place(spot, 180.0, (600.0, 400.0))
        assert place.left() >= 0
        assert place.right() <= 600
        assert place.top() >= 0
        assert place.bottom() <= 400
        assert not place.contains(QPointF(*spot))
    assert plate_place((300.0, 200.0), 180.0, (600.0, 400.0)).top() > 200 + RADIUS


# -- pictures from elsewhere -------------------------------------------------------------------------------------------


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(canvas: RestoreCanvas, data: QMimeData) -> bool:
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    QCoreApplication.sendEvent(canvas, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    QCoreApplication.sendEvent(canvas, event)
    return event.isAccepted()


def test_one_file_is_taken_and_several_are_left_to_the_room(canvas: RestoreCanvas, tmp_path: Path) -> None:
    one, other = tmp_path / "один.png", tmp_path / "b.png"
    for path in (one, other):
        path.write_bytes(b"x")
    dropped: list[str] = []
    canvas.dropped.connect(dropped.append)
    assert drop(canvas, files(one))
    assert dropped == [str(one)]
    for data in (files(one, other), files(tmp_path), files(tmp_path / "gone.png"), QMimeData()):
        assert not drop(canvas, data)
    assert dropped == [str(one)]


def test_what_is_pasted(canvas: RestoreCanvas, tmp_path: Path) -> None:
    path = tmp_path / "a picture.png"
    path.write_bytes(b"x")
    dropped: list[str] = []
    pasted: list[QImage] = []
    canvas.dropped.connect(dropped.append)
    canvas.pasted.connect(pasted.append)
    clipboard, hand = QGuiApplication.clipboard(), Hand(canvas)
    clipboard.setMimeData(files(path))
    hand.key(Qt.Key.Key_V, CTRL)
    clipboard.setText(f'"{path}"')
    hand.key(Qt.Key.Key_V, CTRL)
    assert dropped == [str(path)] * 2
    image = QImage(5, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    clipboard.setImage(image)
    hand.key(Qt.Key.Key_V, CTRL)
    clipboard.setText("nothing of use")
    hand.key(Qt.Key.Key_V, CTRL)
    assert len(dropped) == 2
    assert [(found.width(), found.height()) for found in pasted] == [(5, 4)]
    clipboard.clear()


def test_without_a_picture_nothing_breaks(make: Callable[..., RestoreCanvas]) -> None:
    canvas = make()
    hand = Hand(canvas)
    hand.drag((100, 100), (200, 200))
    hand.wheel((100, 100), 1)
    hand.key(Qt.Key.Key_Left)
    canvas.refresh()
    canvas.refresh((0, 0, 5, 5))
    canvas.fit()
    canvas.set_lens(True)
    hand.move(100, 100)
    shown(canvas)
    assert canvas.view.out == (0, 0)


@pytest.mark.parametrize("size", [(1, 1), (17, 513), (20000, 1)])
def test_odd_sizes(make: Callable[..., RestoreCanvas], size: tuple[int, int]) -> None:
    canvas = make(PlainLayers(*size))
    canvas.set_lens(True)
    for mode in ("wipe", "side", "after"):
        canvas.set_mode(mode)
        for act in (canvas.fit, canvas.one_to_one, lambda: canvas.zoom_by(9)):
            act()
            Hand(canvas).move(310, 210)
            shown(canvas)
    canvas.fit()
    assert canvas.view.box == (0, 0, *size)
