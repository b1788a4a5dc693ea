"""Takes the pictures of the window for the README, with the packages that ship: `python -m tests.screenshots`."""

import argparse
import io
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from desktop_app import app as application
from desktop_app.app import Studio
from desktop_app.studio.settings import Settings
from desktop_app.ui.shell.main_window import MainWindow

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZE = 1440, 900
MAX_BYTES = 400_000
PATIENCE_S = 30.0


def dark(window: MainWindow) -> None:
    show(window, "fashion-gan", tile_px=104)
    keep(window, 9, 24, 31)
    select(window, 27)


def light(window: MainWindow) -> None:
    window._look.apply("light")
    show(window, "digits-gan", tile_px=80)
    keep(window, 13, 28, 52)
    select(window, 33, 36)


def variations(window: MainWindow) -> None:
    show(window, "fashion-gan", tile_px=128)
    select(window, 7)
    random.seed(4)  # of the new sheet
    window.actions_by_id["vary"].trigger()


def large(window: MainWindow) -> None:
    window._look.apply("light")
    show(window, "digits-gan", tile_px=80)
    keep(window, 8)
    select(window, 8)
    window.rooms.toggle_crisp()
    window.room.open_large()


SCENES: dict[str, Callable[[MainWindow], None]] = {
    "sample-dark": dark,
    "sample-light": light,
    "variations": variations,
    "large-view": large,
}


def show(window: MainWindow, package: str, *, tile_px: int) -> None:
    window._on_package(package)
    window.room.canvas.set_tile_px(tile_px)
    settle(window)


def keep(window: MainWindow, *indices: int) -> None:
    for index in indices:
        window.desk.toggle_star([window.room.canvas.tile(index)])


def select(window: MainWindow, first: int, last: int | None = None) -> None:
    canvas = window.room.canvas
    canvas.select_only(first)
    if last is not None:
        canvas._select(canvas._selection.extended(last))


def settle(window: MainWindow) -> None:
    """Until every tile in view is there and the status bar is at rest."""
    canvas, store = window.room.canvas, window.room.store
    end = time.monotonic() + PATIENCE_S
    quiet = 0
    while quiet < 50 and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
        tiles = [canvas.tile(i) for i in canvas.layout_now.visible(canvas.scroll_position)]
        done = all(store.has(tile.key) for tile in tiles) and not window.room.loader.is_busy
        quiet = quiet + 1 if done else 0


def write(pixmap: QPixmap, path: Path) -> None:
    """As a PNG of at most 256 colours, which is what keeps it small."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    picture = Image.open(io.BytesIO(bytes(buffer.data()))).convert("RGB")
    reduced = picture.quantize(colors=256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    path.parent.mkdir(parents=True, exist_ok=True)
    reduced.save(path, optimize=True)
    assert path.stat().st_size <= MAX_BYTES, f"{path.name} is larger than {MAX_BYTES} bytes"


def take(name: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as project:
        settings = Settings(Path(project) / "settings.json")
        settings.set("theme", "dark")
        studio: Studio = application.make_studio(settings, Path(project))
        window = studio.window
        window.resize(*SIZE)
        window.show()
        settle(window)
        SCENES[name](window)
        settle(window)
        write(window.grab(), folder / f"{name}.png")
        studio.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(SCENES), metavar="NAME", help=", ".join(SCENES))
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    application.application(["screenshots"])
    for name in options.names:
        take(name, options.out)
        print(options.out / f"{name}.png")


if __name__ == "__main__":
    main()
