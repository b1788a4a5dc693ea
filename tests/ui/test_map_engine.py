"""The map and own pictures on the real engine, with a package of a moment: what is shown is what the engine makes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from desktop_app.engine import packages
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from desktop_app.studio.blend import BlendState, at_spot
from desktop_app.studio.project import Take
from desktop_app.ui.blend.map_view import MapView
from desktop_app.ui.blend.own_picture_panel import OwnPictures
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_store import TileStore
from tests.fakes import ImmediateQueue
from tests.tiny_package import encoder_package, tiny_package
from tests.ui.conftest import wait_for


@dataclass
class Engine:
    bridge: QueueBridge
    runtime: Runtime
    folder: Path

    def model(self, package: Package) -> LatentModel:
        return LatentModel(package, self.runtime)


@pytest.fixture
def engine(qapp: object, tmp_path: Path) -> Iterator[Engine]:
    runtime = Runtime("cpu", threads=1)
    bridge = QueueBridge()
    bridge.attach(ImmediateQueue(Service(runtime)))  # type: ignore[arg-type]
    yield Engine(bridge, runtime, tmp_path)
    bridge.close()
    runtime.close()


def test_the_map_of_a_package_with_an_encoder(look: Look, engine: Engine) -> None:
    package = packages.open_package(encoder_package(engine.folder))
    store = TileStore(2**24)
    view = MapView(look, engine.bridge, store)
    view.resize(420, 420)
    view.show()
    star = Design(3, 1, label=1)
    takes = (Take(star, package.name, package.sha256, ""),)
    view.show_map(BlendState(package=package.name, view="map", spot=(0.0, 0.0)), package, takes)
    view.real_switch.click()
    layout = view.canvas.layout_now
    designs = [at_spot(layout.spot_of(cell)) for cell in layout.visible()]
    wait_for(lambda: all(store.has((package.sha256, design)) for design in designs))
    drawn = engine.model(package).draw(designs[:5])
    assert all(np.array_equal(store.pixels((package.sha256, d)), p) for d, p in zip(designs, drawn, strict=False))
    wait_for(lambda: len(view.points.real) == 5 and view.points.marks)
    model = engine.model(package)
    assert view.points.marks[0].spot == pytest.approx(model.space.spots(model.w_of([star]))[0].tolist())
    view.close()
    view.deleteLater()


@pytest.mark.parametrize("with_encoder", [True, False])
def test_an_own_picture_is_found_and_its_place_draws_what_was_shown(
    look: Look, engine: Engine, with_encoder: bool
) -> None:
    make = encoder_package if with_encoder else tiny_package
    package = packages.open_package(make(engine.folder))
    path = engine.folder / "made here.png"
    wanted = engine.model(package).draw([Design(7, 2, label=1)])[0]
    Image.fromarray(np.repeat(np.repeat(wanted[..., 0], 20, axis=0), 20, axis=1)).save(path)
    window = QWidget()
    own = OwnPictures(look, engine.bridge, window)
    accepted: list[Design] = []
    own.accepted.connect(lambda design, _use: accepted.append(design))
    own.start(path, package)
    wait_for(lambda: own.dialog is not None and own.dialog._search.state == "done")
    first = own.dialog._search.best.error
    own.dialog.further_button.click()
    wait_for(lambda: own.dialog._search.state == "done")
    best = own.dialog._search.best
    assert best.error <= first
    assert best.how == ("encoder and search" if with_encoder else "search")
    own.dialog.use_buttons["anchor"].click()
    assert np.array_equal(engine.model(package).draw(accepted)[0], best.pixels)
    own.close()
    window.deleteLater()
    QCoreApplication.processEvents()
