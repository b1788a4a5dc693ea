"""The map in the window: cells, pin, marks, dots, lasso, by mouse and by keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest

from desktop_app.engine.errors import EngineDied, RequestError
from desktop_app.engine.manifest import FileEntry, Latent, Space
from desktop_app.engine.packages import MANIFEST, Package, open_package
from desktop_app.engine.requests import Design, Locate, Push, ReadMap, Sample
from desktop_app.studio.blend import Anchor, BlendState, at_spot
from desktop_app.studio.colorimetry import contrast_ratio
from desktop_app.studio.project import Take
from desktop_app.studio.sheet import SheetState, design_at
from desktop_app.ui.blend.map_canvas import MAX_SET
from desktop_app.ui.blend.map_painter import CLASS_COLOURS, OTHER, class_colour
from desktop_app.ui.blend.map_points import BATCH, SAMPLE_SEED, SAMPLES
from desktop_app.ui.blend.map_view import MapView, plane_words
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_loader import SMALLEST_JOB
from desktop_app.ui.picture.tile_store import TileStore
from tests.fakes import FakeEngine, ImmediateQueue, map_data, picture, spot_of, write_package
from tests.ui.conftest import wait_for
from tests.ui.test_accessibility import cut_texts, nameless, out_of_reach, unexplained

LEFT, SHIFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


def package_with_map(parent: Path, name: str = "fake-digits", *, points: int = 60) -> Package:
    """The fake package, told to have the map that the fake engine answers with."""
    package = write_package(parent, name)
    files = package.manifest.files | {"space": FileEntry("space.npz", 8, "0" * 64)}
    space = Space((), (-2.0, -2.0), (2.0, 2.0), points)
    manifest = msgspec.structs.replace(package.manifest, files=files, space=space)
    (package.folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(package.folder)


@dataclass
class Rig:
    """A map whose pin is kept as the room keeps it."""

    view: MapView
    queue: ImmediateQueue
    store: TileStore
    package: Package
    state: BlendState
    takes: tuple[Take, ...] = ()
    heard: list[tuple[str, object]] = field(default_factory=list)

    def show(self, package: Package | None = None, **changes: object) -> None:
        self.package = package or self.package
        self.state = msgspec.structs.replace(self.state, package=self.package.name, **changes)
        self.view.show_map(self.state, self.package, self.takes)
        self.settle()

    def settle(self) -> None:
        for _ in range(60):
            QCoreApplication.sendPostedEvents()
            QCoreApplication.processEvents()

    def full(self) -> bool:
        return all(self.store.has(self.canvas._cell_tile(cell).key) for cell in self.layout.visible())

    @property
    def canvas(self):  # type: ignore[no-untyped-def]
        return self.view.canvas

    @property
    def layout(self):  # type: ignore[no-untyped-def]
        return self.view.canvas.layout_now

    def told(self, name: str) -> list[object]:
        return [value for signal, value in self.heard if signal == name]

    def asked(self, kind: type) -> list[object]:
        return [request for request in self.queue.engine.served if isinstance(request, kind)]

    def at(self, spot: tuple[float, float]) -> QPoint:
        return QPointF(*self.layout.to_view(spot)).toPoint()

    def click(self, spot: tuple[float, float]) -> None:
        QTest.mouseClick(self.canvas, LEFT, NONE, self.at(spot))
        self.settle()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)
        self.settle()

    def lasso(self, *spots: tuple[float, float], modifiers: Qt.KeyboardModifier = SHIFT) -> None:
        first, *rest = [self.at(spot) for spot in spots]
        QTest.mousePress(self.canvas, LEFT, modifiers, first)
        for point in rest:
            QTest.mouseMove(self.canvas, point)
        QTest.mouseRelease(self.canvas, LEFT, modifiers, rest[-1])
        self.settle()


@pytest.fixture
def rig(look: Look, tmp_path: Path) -> Iterator[Rig]:
    queue = ImmediateQueue(FakeEngine())
    bridge = QueueBridge()
    bridge.attach(queue)
    store = TileStore(2**26)
    view = MapView(look, bridge, store)
    package = package_with_map(tmp_path)
    rig = Rig(view, queue, store, package, BlendState(package=package.name, view="map"))

    def follow(x: float, y: float) -> None:
        rig.heard.append(("spot", (x, y)))
        rig.state = msgspec.structs.replace(rig.state, spot=(x, y))
        view.show_map(rig.state, rig.package, rig.takes)

    view.spot_dragged.connect(follow)
    view.settled.connect(lambda: rig.heard.append(("settled", None)))
    for name in ("picked", "pointed", "lassoed"):
        getattr(view, name).connect(lambda value, name=name: rig.heard.append((name, value)))
    view.said.connect(lambda *said: rig.heard.append(("said", said)))
    view.resize(640, 600)
    view.show()
    rig.show()
    wait_for(rig.full)
    yield rig
    view.close()
    bridge.close()
    view.deleteLater()


def star(rig: Rig, index: int) -> Take:
    return Take(Design(7, index, label=index % 10), rig.package.name, rig.package.sha256, "")


# -- cells -----------------------------------------------------------------------------------------------------------


def test_every_cell_in_view_shows_the_design_of_its_spot(rig: Rig) -> None:
    for cell in rig.layout.visible():
        design = at_spot(rig.layout.spot_of(cell))
        assert rig.canvas._cell_tile(cell).design == design
        assert np.array_equal(rig.store.pixels((rig.package.sha256, design)), picture(design))
    rig.canvas.grab()
    scene = rig.canvas.scene(rig.layout)
    assert all(cell.image is not None for cell in scene.cells)
    assert not scene.under


def test_the_cells_in_the_middle_come_first(rig: Rig) -> None:
    before = len(rig.asked(Sample))
    rig.canvas.zoom(4)
    rig.settle()
    asked = rig.asked(Sample)[before]
    cells = [at_spot(rig.layout.spot_of(cell)) for cell in rig.layout.visible()]
    assert len(asked.designs) >= SMALLEST_JOB
    assert list(asked.designs) == cells[: len(asked.designs)]


def test_the_whole_map_is_in_view_at_first_and_after_a_resize(rig: Rig) -> None:
    for size in ((640, 600), (900, 420)):
        rig.view.resize(*size)
        rig.settle()
        for corner in ((-2.0, -2.0), (2.0, 2.0)):
            assert rig.canvas.rect().contains(rig.at(corner))


def test_a_line_that_comes_and_goes_above_it_leaves_the_map_as_it_is(rig: Rig) -> None:
    zoom, middle = rig.layout.zoom, rig.layout.centre
    rig.view.resize(640, 600 - 46)
    rig.settle()
    assert (rig.layout.zoom, rig.layout.centre) == (zoom, middle)
    assert rig.layout.height == rig.canvas.height()
    rig.view.resize(640, 330)
    rig.settle()
    assert rig.layout.zoom < zoom


def test_coarser_pictures_stay_under_finer_ones_until_those_arrive(rig: Rig) -> None:
    rig.queue.paused = True
    rig.canvas.zoom(4)
    scene = rig.canvas.scene(rig.layout)
    assert all(cell.image is None for cell in scene.cells)
    assert {cell.side for cell in scene.under} == {2.0 * rig.layout.cell_px}
    assert len(scene.under) >= len(scene.cells) / 4 - 10
    rig.queue.paused = False
    rig.queue.run_waiting()
    wait_for(rig.full)
    wait_for(lambda: all(cell.image is not None for cell in rig.canvas.scene(rig.layout).cells))
    assert not rig.canvas.scene(rig.layout).under


def test_finer_pictures_stand_in_for_coarser_ones(rig: Rig) -> None:
    rig.canvas.zoom(4)
    wait_for(rig.full)
    rig.store._pixels._values.clear()
    rig.store._images._values.clear()
    rig.canvas._shown.clear()
    rig.canvas._look_at(rig.layout.panned(3, 3))
    wait_for(rig.full)
    rig.queue.paused = True
    rig.canvas.zoom(-4)
    assert {cell.side for cell in rig.canvas.scene(rig.layout).under} == {rig.layout.cell_px / 2}


def test_a_push_changes_all_cells_and_the_last_pictures_stay_until_then(rig: Rig) -> None:
    rig.canvas.grab()
    rig.queue.paused = True
    rig.show(pushes=(Push("weight", 2.0),))
    scene = rig.canvas.scene(rig.layout)
    assert all(cell.image is not None for cell in scene.cells)
    rig.queue.paused = False
    rig.queue.run_waiting()
    wait_for(rig.full)
    cell = rig.layout.visible()[0]
    assert rig.canvas._cell_tile(cell).design.place.pushes == (Push("weight", 2.0),)


# -- moving about ----------------------------------------------------------------------------------------------------


def turn(rig: Rig, delta: int, at: QPoint) -> None:
    position = QPointF(at)
    event = QWheelEvent(
        position,
        rig.canvas.mapToGlobal(position),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(rig.canvas, event)


def test_the_wheel_zooms_around_the_cursor_and_adds_up_small_turns(rig: Rig) -> None:
    at = QPoint(200, 150)
    spot, zoom = rig.layout.to_map(200, 150), rig.layout.zoom
    turn(rig, 240, at)
    assert rig.layout.zoom == zoom + 2
    assert rig.layout.to_view(spot) == pytest.approx((200, 150), abs=1)
    for _ in range(4):
        turn(rig, -30, at)
    assert rig.layout.zoom == zoom + 1


def test_keys_zoom_and_fit(rig: Rig) -> None:
    zoom = rig.layout.zoom
    rig.press(Qt.Key.Key_Plus)
    rig.press(Qt.Key.Key_Plus)
    assert rig.layout.zoom == zoom + 2
    rig.press(Qt.Key.Key_Minus)
    assert rig.layout.zoom == zoom + 1
    rig.press(Qt.Key.Key_0)
    assert rig.layout == rig.layout.fitted(8)
    rig.view.larger_button.click()
    assert rig.layout.zoom == zoom + 1
    rig.view.smaller_button.click()
    rig.view.fit_button.click()
    assert rig.layout.zoom == zoom


@pytest.mark.parametrize("with_space", [False, True])
def test_middle_button_or_space_pans_and_leaves_the_pin_alone(rig: Rig, with_space: bool) -> None:
    rig.canvas.zoom(6)
    before = rig.layout.to_map(300, 300)
    button = LEFT if with_space else Qt.MouseButton.MiddleButton
    if with_space:
        QTest.keyPress(rig.canvas, Qt.Key.Key_Space)
    QTest.mousePress(rig.canvas, button, NONE, QPoint(300, 300))
    QTest.mouseMove(rig.canvas, QPoint(340, 280))
    QTest.mouseRelease(rig.canvas, button, NONE, QPoint(340, 280))
    if with_space:
        QTest.keyRelease(rig.canvas, Qt.Key.Key_Space)
    assert rig.layout.to_view(before) == pytest.approx((340, 280), abs=1)
    assert not rig.told("spot")


# -- the pin ---------------------------------------------------------------------------------------------------------


def test_a_click_makes_the_design_that_belongs_there(rig: Rig) -> None:
    rig.click((0.5, -0.75))
    ((x, y),) = rig.told("spot")
    assert (x, y) == pytest.approx((0.5, -0.75), abs=0.02)
    assert len(rig.told("settled")) == 1
    assert rig.canvas.pin == (x, y)


def test_a_drag_takes_the_pin_along_and_settles_once(rig: Rig) -> None:
    QTest.mousePress(rig.canvas, LEFT, NONE, rig.at((0, 0)))
    for step in range(1, 6):
        QTest.mouseMove(rig.canvas, rig.at((0.2 * step, 0)))
    assert not rig.told("settled")
    QTest.mouseRelease(rig.canvas, LEFT, NONE, rig.at((1.0, 0)))
    assert len(rig.told("spot")) >= 5
    assert rig.told("spot")[-1] == pytest.approx((1.0, 0.0), abs=0.02)
    assert len(rig.told("settled")) == 1


def test_the_pin_stays_on_the_map(rig: Rig) -> None:
    QTest.mousePress(rig.canvas, LEFT, NONE, rig.at((0, 0)))
    QTest.mouseMove(rig.canvas, QPoint(-500, 5000))
    QTest.mouseRelease(rig.canvas, LEFT, NONE, QPoint(-500, 5000))
    assert rig.told("spot")[-1] == (-2.0, -2.0)


def test_double_click_and_enter_put_the_spot_on_the_pad(rig: Rig) -> None:
    QTest.mouseClick(rig.canvas, LEFT, NONE, rig.at((1.0, 1.0)))
    QTest.mouseDClick(rig.canvas, LEFT, NONE, rig.at((1.0, 1.0)))
    rig.press(Qt.Key.Key_Return)
    expected = at_spot(rig.told("spot")[-1])
    assert rig.told("picked") == [expected, expected]


def test_arrows_move_the_pin_by_a_cell_and_the_view_follows(rig: Rig) -> None:
    rig.show(spot=(0.0, 0.0))
    unit = rig.layout.cell_units(rig.layout.level)
    rig.press(Qt.Key.Key_Right)
    rig.press(Qt.Key.Key_Up)
    assert rig.told("spot")[-1] == pytest.approx((unit, unit))
    rig.press(Qt.Key.Key_Left, SHIFT)
    assert rig.told("spot")[-1] == pytest.approx((unit - unit / 8, unit))
    assert len(rig.told("settled")) == 3
    rig.canvas.zoom(10)
    for _ in range(60):
        QTest.keyClick(rig.canvas, Qt.Key.Key_Left)
    assert rig.canvas.rect().contains(rig.at(rig.canvas.pin))
    assert "Spot" in rig.canvas.accessibleDescription()


def test_without_a_pin_an_arrow_puts_one_into_the_middle(rig: Rig) -> None:
    rig.press(Qt.Key.Key_Down)
    assert rig.told("spot") == [pytest.approx((0.0, 0.0))]


# -- the designer's own ----------------------------------------------------------------------------------------------


def test_stars_and_anchors_of_this_package_are_marked_where_they_lie(rig: Rig) -> None:
    other = msgspec.structs.replace(star(rig, 3), sha256="1" * 64)
    rig.takes = (star(rig, 1), star(rig, 2), other)
    anchor = Design(5, 5, label=5)
    rig.show(anchors=(Anchor(anchor, 0.1, 0.1),))
    marks = {mark.design: mark for mark in rig.view.points.marks}
    assert set(marks) == {rig.takes[0].design, rig.takes[1].design, anchor}
    for design, mark in marks.items():
        assert mark.spot == pytest.approx(spot_of(design).tolist())
    assert marks[anchor].letter == "A"
    rig.show(anchors=())
    assert len(rig.view.points.marks) == 2
    located = [design for request in rig.asked(Locate) for design in request.designs]
    assert len(located) == len(set(located)) == 3  # nothing is asked for twice


def test_a_click_on_a_star_gives_that_very_design(rig: Rig) -> None:
    rig.takes = (star(rig, 4),)
    rig.show()
    design = rig.takes[0].design
    spot = rig.view.points.marks[0].spot
    QTest.mouseClick(rig.canvas, LEFT, NONE, rig.at(spot) + QPoint(4, -3))
    rig.settle()
    assert rig.told("pointed") == [design]
    assert rig.told("spot") == [spot]
    rig.press(Qt.Key.Key_Return)
    assert rig.told("picked") == [design]
    card = rig.canvas.scene(rig.layout).card
    assert card.words == "Star · tile 4 · 4"
    assert card.image is not None
    assert np.array_equal(rig.store.pixels((rig.package.sha256, design)), picture(design))
    rig.click((-1.9, 1.9))
    assert rig.told("pointed") == [design, None]


def test_another_pin_from_outside_leaves_the_star(rig: Rig) -> None:
    rig.takes = (star(rig, 4),)
    rig.show()
    rig.press(Qt.Key.Key_M)
    assert rig.told("pointed") == [rig.takes[0].design]
    rig.show(spot=(0.25, 0.25))  # an undo
    assert rig.told("pointed") == [rig.takes[0].design, None]
    assert rig.canvas.chosen is None


def test_a_key_goes_from_mark_to_mark(rig: Rig) -> None:
    rig.takes = tuple(star(rig, n) for n in range(3))
    rig.show()
    for key, modifiers in ((Qt.Key.Key_M, NONE), (Qt.Key.Key_M, NONE), (Qt.Key.Key_M, SHIFT)):
        rig.press(key, modifiers)
    designs = [mark.design for mark in rig.view.points.marks]
    assert rig.told("pointed") == [designs[0], designs[1], designs[0]]
    assert "Star" in rig.canvas.accessibleDescription()


# -- dots ------------------------------------------------------------------------------------------------------------


def test_real_pictures_are_read_once_and_drawn_in_the_colours_of_their_classes(rig: Rig) -> None:
    assert not rig.asked(ReadMap)
    rig.view.real_switch.click()
    rig.settle()
    rig.show()
    assert len(rig.asked(ReadMap)) == 1
    assert len(rig.view.points.real) == 60
    image = rig.canvas.grab().toImage()
    data = map_data()
    for number in (3, 27, 57):
        spot = rig.at(tuple(map(float, data.points[number])))
        expected = class_colour(int(data.labels[number]), 10)
        near = {image.pixelColor(spot + QPoint(dx, dy)).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        assert expected in near
    rig.view.real_switch.click()
    assert rig.canvas.scene(rig.layout).dots is None


def test_hovering_a_dot_says_its_class(rig: Rig) -> None:
    rig.view.real_switch.click()
    rig.settle()
    QTest.mouseMove(rig.canvas, rig.at(tuple(map(float, map_data().points[27]))))
    assert rig.canvas.scene(rig.layout).caption == "A real picture · 4"
    QTest.mouseMove(rig.canvas, rig.at((0.0, 0.0)))
    assert rig.canvas.scene(rig.layout).caption == ""


def test_a_class_of_the_legend_is_shown_alone(rig: Rig) -> None:
    rig.view.real_switch.click()
    rig.settle()
    legend = rig.view.legend
    assert legend.isVisible()
    legend._group.button(4).click()
    assert rig.canvas.alone == 4
    legend._group.button(2).click()
    assert rig.canvas.alone == 2
    image = rig.canvas.grab().toImage()
    spot = rig.at(tuple(map(float, map_data().points[27])))  # of class 4
    assert image.pixelColor(spot).name() != class_colour(4, 10)
    legend._group.button(2).click()
    assert rig.canvas.alone is None


def test_samples_are_the_first_designs_of_a_sheet(rig: Rig) -> None:
    rig.view.samples_switch.click()
    rig.settle()
    wait_for(lambda: len(rig.view.points.samples) == SAMPLES)
    designs = rig.view.points.sample_designs
    assert len(set(designs)) == SAMPLES == sum(len(request.designs) for request in rig.asked(Locate))
    assert designs[11] == design_at(SheetState(rig.package.name, SAMPLE_SEED), 11, 10)
    assert rig.view.points.samples[1234] == pytest.approx(spot_of(designs[1234]))
    assert rig.view.points.sample_labels[1234] == designs[1234].label
    far = np.array([5.0, 5.0], np.float32)
    rig.view.points.samples[:] = far
    rig.view.points.samples[11] = 1.0, -1.0
    rig.click((1.0, -1.0))
    assert rig.told("pointed") == [designs[11]]
    rig.press(Qt.Key.Key_Return)
    assert rig.told("picked") == [designs[11]]


def test_what_a_hand_drags_does_not_wait_for_all_samples(rig: Rig) -> None:
    rig.queue.paused = True
    rig.view.samples_switch.click()
    rig.canvas.zoom(4)
    rig.settle()
    waiting = [request.request for request in rig.queue.waiting]
    assert {type(request) for request in waiting} == {Locate, Sample}
    assert all(len(request.designs) <= BATCH for request in waiting if isinstance(request, Locate))


def test_a_model_without_real_pictures_says_why_there_are_none(rig: Rig, tmp_path: Path) -> None:
    rig.view.real_switch.click()
    other = package_with_map(tmp_path, "no-points", points=0)
    rig.show(other)
    assert not rig.view.real_switch.isEnabled()
    assert not rig.view.real_switch.isChecked()
    assert "without an encoder" in rig.view.real_switch.toolTip()


def test_the_colours_differ_and_show_on_the_veil() -> None:
    assert len(set(CLASS_COLOURS)) == len(CLASS_COLOURS) >= 10
    assert all(contrast_ratio(colour, "#141416") >= 3 for colour in (*CLASS_COLOURS, OTHER))
    assert class_colour(-1, 10) == class_colour(40, 50) == OTHER


# -- the lasso -------------------------------------------------------------------------------------------------------


def test_a_lasso_takes_the_cells_inside(rig: Rig) -> None:
    rig.lasso((-1, 1), (1, 1), (1, -1), (-1, -1))
    ((designs),) = rig.told("lassoed")
    inside = [at_spot(s) for c in rig.layout.visible() if max(map(abs, s := rig.layout.spot_of(c))) < 0.99]
    assert set(designs) == set(inside)
    assert not rig.told("spot")
    words = rig.canvas.scene(rig.layout).caption
    assert words == f"{len(designs)} designs in the set"
    rig.press(Qt.Key.Key_Escape)
    assert not rig.canvas.scene(rig.layout).lasso


def test_the_tool_draws_one_lasso_and_is_put_down(rig: Rig) -> None:
    rig.press(Qt.Key.Key_L)
    assert rig.view.lasso_button.isChecked()
    rig.lasso((-1, 1), (1, 1), (0, -1), modifiers=NONE)
    assert len(rig.told("lassoed")) == 1
    assert not rig.view.lasso_button.isChecked()
    rig.view.lasso_button.click()
    assert rig.canvas.is_armed
    rig.press(Qt.Key.Key_Escape)
    assert not rig.canvas.is_armed
    assert not rig.view.lasso_button.isChecked()


def test_own_designs_come_first_and_a_set_has_an_end(rig: Rig) -> None:
    rig.takes = tuple(star(rig, n) for n in range(5))
    rig.show()
    rig.view.samples_switch.click()
    wait_for(lambda: len(rig.view.points.samples) == SAMPLES)
    rig.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    ((designs),) = rig.told("lassoed")
    assert len(designs) == len(set(designs)) == MAX_SET
    assert set(designs[:5]) == {take.design for take in rig.takes}
    assert set(designs[5:]) <= set(rig.view.points.sample_designs)
    assert designs[-1] == rig.view.points.sample_designs[-1]  # evenly, to the last
    words = rig.canvas.scene(rig.layout).caption
    assert words == f"64 designs in the set, evenly chosen of {SAMPLES + 5} (5 of your own, {SAMPLES} generated)"


def test_of_real_pictures_only_their_spots_can_be_made(rig: Rig) -> None:
    rig.view.real_switch.click()
    rig.settle()
    rig.lasso((0.01, 0.01), (2, 0.01), (2, 2), (0.01, 2))
    ((designs),) = rig.told("lassoed")
    points = map_data().points
    quarter = [at_spot((float(x), float(y))) for x, y in points if x > 0.02 and y > 0.02]
    assert set(quarter) <= set(designs)
    assert len(designs) <= len(quarter) + 1
    assert "real pictures" in rig.canvas.scene(rig.layout).caption


def test_nothing_enclosed_is_said_and_no_set_is_made(rig: Rig) -> None:
    rig.view.real_switch.click()
    rig.settle()
    rig.lasso((0, 0), (0.1, 0), (0.1, 0.1))
    assert not rig.told("lassoed")
    assert rig.canvas.scene(rig.layout).caption == "Nothing was enclosed."


# -- packages and mishaps --------------------------------------------------------------------------------------------


def test_a_package_without_a_map_says_what_helps(rig: Rig, tmp_path: Path) -> None:
    plain = write_package(tmp_path, "plain", title="Plain one")
    before = len(rig.queue.engine.served)
    rig.show(plain)
    assert rig.view._stack.currentWidget() is rig.view.empty
    assert "“Plain one”" in rig.view.empty._text.text()
    assert "python -m export directions plain" in rig.view.empty._text.text()
    assert len(rig.queue.engine.served) == before
    rig.view.show_map(BlendState(view="map"), None, ())
    assert rig.view._stack.currentWidget() is rig.view.empty
    rig.show(package_with_map(tmp_path, "again"))
    assert rig.view._stack.currentWidget() is not rig.view.empty


def test_what_comes_for_the_model_before_is_dropped(rig: Rig, tmp_path: Path) -> None:
    rig.queue.paused = True
    rig.view.samples_switch.click()
    rig.takes = (star(rig, 1),)
    rig.show()
    old = list(rig.queue.waiting)
    rig.takes = ()
    other = package_with_map(tmp_path, "other")
    rig.view.samples_switch.click()
    rig.show(other)
    rig.queue.waiting = old
    rig.queue.paused = False
    rig.queue.run_waiting()
    rig.settle()
    assert len(rig.view.points.samples) == 0
    assert rig.view.points.marks == ()


def test_another_model_is_never_asked_for_the_pushes_of_the_last(rig: Rig, tmp_path: Path) -> None:
    """Its map may be of another size, so that its cells are asked for while it is still being shown."""
    rig.show(pushes=(Push("Brightness", 1.5),))
    other = package_with_map(tmp_path, "other")
    wide = msgspec.structs.replace(other.manifest.space, map_high=(6.0, 2.0))
    other = replace(other, manifest=msgspec.structs.replace(other.manifest, space=wide))
    rig.show(other, pushes=())
    asked = [request for request in rig.asked(Sample) if request.package.sha256 == other.sha256]
    assert asked
    assert not any(design.place.pushes for request in asked for design in request.designs)


def test_a_failure_is_said_and_can_be_tried_again(rig: Rig) -> None:
    rig.queue.engine.failures = [EngineDied("The engine ended.")]
    rig.view.samples_switch.click()
    rig.settle()
    assert rig.told("said") == [("The engine ended.", "error")]
    assert len(rig.view.points.samples) == 0
    rig.view.retry()
    wait_for(lambda: len(rig.view.points.samples) == SAMPLES)


def test_a_failure_of_the_marks_is_not_asked_for_ever(rig: Rig) -> None:
    rig.takes = (star(rig, 1),)
    rig.queue.engine.failures = [RequestError("No.")]
    rig.show()
    assert len(rig.told("said")) == 1
    assert len(rig.asked(Locate)) == 1
    rig.show()
    assert len(rig.view.points.marks) == 1


def test_the_map_tells_whether_it_is_all_of_the_model(tmp_path: Path) -> None:
    large = package_with_map(tmp_path, "large")
    small = replace(large, manifest=msgspec.structs.replace(large.manifest, latent=Latent(2)))
    assert "all of it" in plane_words(small)
    assert "slice" in plane_words(large)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everything_can_be_named_reached_and_read(rig: Rig, look: Look, theme: str) -> None:
    look.apply(theme)
    rig.view.real_switch.click()
    rig.view.samples_switch.click()
    rig.settle()
    assert not rig.view.grab().isNull()
    assert nameless(rig.view) == []
    assert unexplained(rig.view) == []
    assert out_of_reach(rig.view) == []
    assert cut_texts(rig.view) == []
