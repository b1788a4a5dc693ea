"""A window on Restore, with models that restore pictures and pictures to open."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes import write_restorer
from tests.ui.conftest import Desktop, wait_for

MODELS = (
    ("fake-denoise", "Fake cleaning", {}),
    ("fake-denoise-grey", "Fake grey cleaning", {"channels": 1}),
    ("fake-upscale", "Fake enlarging", {"ability": "upscale", "scale": 2}),
    ("fake-inpaint", "Fake filling in", {"ability": "inpaint"}),
)


def write_models(folder: Path) -> None:
    for name, title, options in MODELS:
        if not (folder / name).is_dir():
            write_restorer(folder, name, title=title, **options)  # type: ignore[arg-type]


def write_picture(path: Path, *, size: tuple[int, int] = (60, 40), grey: bool = False, seed: int = 3) -> Path:
    """Noise around a slope, as a PNG of size = (width, height)."""
    rng = np.random.default_rng(seed)
    channels = 1 if grey else 3
    noise = rng.integers(-40, 40, (40, 60, channels))  # one tile of it: large pictures are quick to write
    noise = np.tile(noise, (-(-size[1] // 40), -(-size[0] // 60), 1))[: size[1], : size[0]]
    pixels = (np.linspace(60, 200, size[0], dtype=np.int64)[None, :, None] + noise).astype(np.uint8)
    Image.fromarray(pixels[..., 0] if grey else pixels).save(path, compress_level=1)
    return path


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


@pytest.fixture
def make_restoring(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Callable[..., Desktop]:
    """Builds windows that show Restore."""

    def make(*, seconds_a_tile: float = 0.0) -> Desktop:
        write_models(tmp_path / "desktop" / "models")
        desktop = make_desktop()
        desktop.window.resize(1200, 800)
        wait_for(lambda: desktop.window.width() == 1200)
        wait_for(desktop.has_pictures)
        desktop.do("go-restore")
        wait_for(lambda: desktop.window.restore.isVisible() and not desktop.room.loader.is_busy)
        desktop.engine.seconds_a_tile = seconds_a_tile  # of pictures that are restored: the sheet is there
        return desktop

    return make


def open_picture(desktop: Desktop, path: Path) -> None:
    """Open a picture and wait until it is done."""
    room = desktop.window.restore
    room.open_files([path])
    wait_for(lambda: room.session.picture is not None and room.session.picture.photo.path == path)
    wait_for(lambda: room.session.is_whole)


def state_of(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.desk.state.restore


def restores(desktop: Desktop) -> list:  # type: ignore[type-arg]
    from desktop_app.engine.requests import Restore

    return [request for request in desktop.engine.served if isinstance(request, Restore)]
