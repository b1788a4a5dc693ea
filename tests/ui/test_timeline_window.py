"""The timeline in the whole window: steps to undo, what is seen large, and films that leave."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.walk import default_frames, frame_designs
from desktop_app.ui.blend import film_dialog, timeline_drag
from desktop_app.ui.blend.film_choice import FilmChoice
from desktop_app.ui.blend.timeline_layout import WAYS_TOP
from tests.fakes import picture
from tests.ui.conftest import Desktop, wait_for

Make = Callable[..., Desktop]


@pytest.fixture
def walking(make_desktop: Make) -> Desktop:
    """A window in Blend with three key frames."""
    desktop = make_desktop()
    desktop.do("go-blend")
    desktop.do("fill-pad")
    for point in ((0.08, 0.08), (0.92, 0.08), (0.5, 0.5)):
        desktop.window.blend.wishes.move_pin(*point)
        desktop.do("add-key")
    wait_for(lambda: desktop.window.blend.pictures.is_settled)
    return desktop


def timeline(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.window.blend.timeline


def walk(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.desk.state.blend.walk


def shown(desktop: Desktop) -> np.ndarray | None:
    pixels: np.ndarray | None = desktop.window.blend.live.view._pixels
    return pixels


def test_keys_come_from_the_pad_and_a_drag_is_one_step(walking: Desktop) -> None:
    canvas = timeline(walking).canvas
    assert len(walk(walking).keys) == 3
    before = walk(walking)
    layout = canvas.layout_now
    spot = QPoint(round(layout.way(0)[1]), WAYS_TOP + 12)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=spot)
    for step in (20, 40, 60):
        QTest.mouseMove(canvas, spot + QPoint(step, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=spot + QPoint(60, 0))
    assert walk(walking).keys[0].seconds > before.keys[0].seconds
    assert "duration" in walking.window.actions_by_id["undo"].text()
    walking.do("undo")
    assert walk(walking) == before
    assert canvas.walk == before


def test_a_frame_is_seen_large_until_the_pin_is_moved(walking: Desktop) -> None:
    canvas = timeline(walking).canvas
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    for _ in range(7):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
    design = frame_designs(walk(walking), default_frames(walk(walking)))[7]
    wait_for(lambda: shown(walking) is not None and np.array_equal(shown(walking), picture(design)))
    QTest.keyClick(walking.window.blend.pad, Qt.Key.Key_Left)
    wait_for(lambda: not np.array_equal(shown(walking), picture(design)))


def test_the_large_picture_can_be_dragged_onto_the_timeline(walking: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[QMimeData] = []

    class Hand:
        def __init__(self, source: object) -> None: ...
        def setMimeData(self, data: QMimeData) -> None:
            carried.append(data)

        def setPixmap(self, pixmap: object) -> None: ...
        def setHotSpot(self, spot: object) -> None: ...
        def exec(self, action: object) -> None: ...

    monkeypatch.setattr(timeline_drag, "QDrag", Hand)
    walking.window.blend.wishes.move_pin(0.3, 0.7)
    view = walking.window.blend.live.view
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    QTest.mouseMove(view, QPoint(22, 21))
    assert carried == []
    QTest.mouseMove(view, QPoint(60, 50))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 50))
    canvas = timeline(walking).canvas
    spot = QPointF(canvas.layout_now.key_x(1) - 10, 50)
    none = Qt.KeyboardModifier.NoModifier
    canvas.dropEvent(QDropEvent(spot, Qt.DropAction.CopyAction, carried[0], Qt.MouseButton.LeftButton, none))
    assert len(walk(walking).keys) == 4
    assert walk(walking).keys[1].design == walking.window.blend.design
    assert walking.window.actions_by_id["undo"].text() == "Undo add a key frame"


def test_playing_stops_when_another_room_is_entered(walking: Desktop) -> None:
    QTest.keyClick(timeline(walking).canvas, Qt.Key.Key_Space)
    assert timeline(walking).player.is_playing
    walking.do("go-sample")
    assert not timeline(walking).player.is_playing


def test_a_film_leaves_by_its_command(walking: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.gif"
    monkeypatch.setattr(film_dialog.FilmDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    monkeypatch.setattr(film_dialog.FilmDialog, "choice", lambda _: FilmChoice(path, FilmOptions("gif")))
    walking.do("film")
    assert timeline(walking).exporter.is_busy
    walking.do("film")
    assert "already" in walking.window.blend.banner.sentence
    wait_for(lambda: "Film written" in walking.window.blend.banner.sentence)
    assert timeline(walking).progress.isHidden()
    designs = frame_designs(walk(walking), default_frames(walk(walking)))
    with Image.open(path) as film:
        assert film.n_frames == len(designs)
        film.seek(11)
        assert np.array_equal(np.asarray(film.convert("L")), picture(designs[11])[..., 0])


def test_a_film_under_way_goes_with_the_window(
    walking: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "films"
    choice = FilmChoice(folder / "film.png", FilmOptions("apng"))
    monkeypatch.setattr(film_dialog.FilmDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    monkeypatch.setattr(film_dialog.FilmDialog, "choice", lambda _: choice)
    walking.engine.seconds_a_tile = 0.02
    walking.do("film")
    wait_for(lambda: folder.is_dir() and any(folder.iterdir()))
    walking.studio.close()
    assert list(folder.iterdir()) == []


def test_walks_survive_a_restart(walking: Desktop, make_desktop: Make) -> None:
    kept = walk(walking)
    walking.studio.close()
    again = make_desktop()
    assert walk(again) == kept
    again.do("go-blend")
    assert timeline(again).canvas.walk == kept
