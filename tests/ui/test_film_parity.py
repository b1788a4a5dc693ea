"""A film from the window and the same film from `maquette walk`, both on the real engine: the same frame for frame."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from desktop_app import cli
from desktop_app.engine import packages
from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.film_reading import read_film_recipe, read_frames
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import JobQueue
from desktop_app.ui.blend.film_choice import FilmChoice
from desktop_app.ui.blend.film_exporter import FilmExporter
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile_store import TileStore
from tests.tiny_package import tiny_package
from tests.ui.conftest import wait_for


@pytest.mark.parametrize("even", [False, True])
def test_the_window_and_the_command_line_make_the_same_film(
    qapp: QApplication, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch, even: bool
) -> None:
    models = own_home / "maquette" / "models"
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: tmp_path / "nothing bundled")
    package = packages.open_package(tiny_package(models))
    typed = tmp_path / "typed.webp"
    words = ["walk", package.name, "--keys", "1:0:0,2:3:2,5:1:1", "--frames", "37", "--fps", "20", "--loop"]
    words += [
        "--curve",
        "spline",
        "--size",
        "28",
        "--device",
        "cpu",
        "--out",
        str(typed),
        *(["--even"] if even else []),
    ]
    assert cli.main(words) == 0
    asked = read_film_recipe(typed)

    queue = JobQueue(ProcessHost(device="cpu", threads=2))
    bridge = QueueBridge()
    bridge.attach(queue)
    exporter = FilmExporter(bridge, TileStore(2**24))
    said: list[str] = []
    exporter.said.connect(lambda sentence, _tone: said.append(sentence))
    drawn = tmp_path / "drawn.webp"
    try:
        exporter.start(asked.walk, package, FilmChoice(drawn, FilmOptions("webp", fps=20.0, size=28)))
        wait_for(lambda: not exporter.is_busy, seconds=30)
    finally:
        exporter.close()
        bridge.close()
        queue.shutdown()
    assert said[-1].startswith("Film written")
    found = read_film_recipe(drawn)
    assert (found.walk, found.times) == (asked.walk, asked.times)
    one, other = list(read_frames(typed, asked)), list(read_frames(drawn, found))
    assert len(one) == len(other) == 37
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert len({frame.tobytes() for frame in one}) > 10
