"""Takes the pictures of the window for the README, with the packages that ship: `python -m tests.screenshots`."""

import argparse
import io
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import msgspec
import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QCoreApplication, QEvent, QIODevice
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import app as application
from desktop_app.app import Studio
from desktop_app.engine.requests import Prompt
from desktop_app.engine.text_requests import Limits
from desktop_app.studio.copy_desk import CopyDesk
from desktop_app.studio.icon_state import PatternState
from desktop_app.studio.settings import Settings
from desktop_app.studio.sheet import with_prompt
from desktop_app.studio.writing import Mode, WritingOptions
from desktop_app.ui.shell.main_window import MainWindow
from export.drawn_pictures import landscape

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZE = 1440, 900
MAX_BYTES = 400_000
PATIENCE_S = 30.0
BRIEF = "A tagline for a lamp of oak and glass:"


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


def icons_dark(window: MainWindow) -> None:
    """Filled icons for a word."""
    icons_of(window, "house", tile_px=104)
    select(window, 5)


def breed_light(window: MainWindow) -> None:
    """The second generation of two houses and a rocket."""
    window._look.apply("light")
    icons_of(window, "house", tile_px=104)
    page = window.commands.breeding.page
    window.commands.breeding.add_tiles([window.room.canvas.tile(index) for index in (0, 8)])
    window.room.pages.show(page)
    settle(window)
    page.canvas.select_only(2)
    page.breed()
    settle(window)
    page._on_amount(0.4)


def pattern_dark(window: MainWindow) -> None:
    """One icon as a half-drop, turned."""
    icons_of(window, "star", tile_px=104)
    select(window, 3)
    page = window.room.pages.page("pattern")
    page.enter(window.room.focus_tile())
    window.room.pages.show(page)
    pattern = PatternState("half-drop", spacing=35.0, rotation=-15.0)
    icons = msgspec.structs.replace(window.desk.state.icons, pattern=pattern)
    page.changed.emit(msgspec.structs.replace(window.desk.state, icons=icons), "Change the pattern", "")


def blend_dark(window: MainWindow) -> None:
    pad(window, "fashion-gan", seed=11)
    window.blend.pad.pin_moved.emit(0.36, 0.3)
    window.blend.sliders.pushed.emit("Brightness", 1.2)
    for x, y in ((0.2, 0.2), (0.75, 0.25), (0.7, 0.8), (0.25, 0.75)):
        key(window, x, y)
    window.blend.pad.pin_moved.emit(0.36, 0.3)


def blend_light(window: MainWindow) -> None:
    window._look.apply("light")
    pad(window, "digits-gan", seed=5)
    for x, y in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)):
        key(window, x, y)
    window.blend.timeline.controls.even_wished.emit(True)
    window.blend.pad.pin_moved.emit(0.62, 0.36)


def blend_map(window: MainWindow) -> None:
    names = [package.name for package in window.desk.packages]
    pad(window, "digits-map" if "digits-map" in names else "digits-gan", seed=2)
    window.actions_by_id["canvas"].trigger()
    if window.blend.map.real_switch.isEnabled():
        window.blend.map.real_switch.setChecked(True)


def restore_dark(window: MainWindow) -> None:
    open_noisy(window, seed=1, sigma=22)
    window.restore.panel.strength.detail.dragged.emit(0.2)
    canvas = window.restore.canvas
    canvas.set_wipe(replace(canvas.wipe, x=0.4, angle=12.0))


def restore_light(window: MainWindow) -> None:
    window._look.apply("light")
    open_noisy(window, seed=2, sigma=18)
    window.restore.canvas.set_mode("side")


def explain_dark(window: MainWindow) -> None:
    explained(window, "fashion-gan", "fashion-classifier", 11, 17)
    window.actions_by_id["map-both"].trigger()
    window.explain.wishes.go_to(2)  # a dress that is taken for a shirt


def explain_light(window: MainWindow) -> None:
    window._look.apply("light")
    explained(window, "digits-gan", "digits-classifier", 4, 12)
    window.explain.wishes.ask_about(9)


def write_dark(window: MainWindow) -> None:
    """A paragraph of the model's own, coloured by how sure it was, with what else might have stood in one place."""
    write_with(window, "page", seed=7, tokens=72, colour=True)
    window.write.page.put("The lamp stands in the corner of a quiet room. ", "Typing")
    window.actions_by_id["write-on"].trigger()
    settle(window)
    text = window.desk.state.write.page.text
    window.write.page.editor.put_cursor(text.find(" ", len(text) // 2) + 2)
    window.actions_by_id["alternatives"].trigger()


def copy_desk_light(window: MainWindow) -> None:
    """Six lines of one brief under limits, one of them kept."""
    window._look.apply("light")
    write_with(window, "desk", seed=3, tokens=24)
    desk = CopyDesk(brief=BRIEF, count=6, limits=Limits(characters=72, avoid=("cheap",)))
    window.write.changed.emit(msgspec.structs.replace(window.desk.state.write, desk=desk), "Brief", "")
    window.actions_by_id["write-on"].trigger()
    settle(window)
    number = window.desk.state.write.desk.branches[1].number
    window.write.desk.wishes.keep(number, True)


def models_dark(window: MainWindow) -> QWidget:
    """The card of a model that has just been checked up."""
    window.cards.show("fashion-gan")
    dialog = window.cards.dialog
    assert dialog is not None
    dialog.resize(1040, 820)
    dialog._check.click()
    end = time.monotonic() + PATIENCE_S
    while window.cards.runner.busy and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
    return dialog


SCENES: dict[str, Callable[[MainWindow], QWidget | None]] = {
    "sample-dark": dark,
    "sample-light": light,
    "icons-dark": icons_dark,
    "breed-light": breed_light,
    "pattern-dark": pattern_dark,
    "variations": variations,
    "large-view": large,
    "blend-dark": blend_dark,
    "blend-light": blend_light,
    "blend-map": blend_map,
    "restore-dark": restore_dark,
    "restore-light": restore_light,
    "explain-dark": explain_dark,
    "explain-light": explain_light,
    "write-dark": write_dark,
    "copy-desk-light": copy_desk_light,
    "models-dark": models_dark,
}


def icons_of(window: MainWindow, word: str, *, tile_px: int) -> None:
    """The sheet of filled icons of a word."""
    show(window, "icons", tile_px=tile_px)
    package = window.desk.package
    assert package is not None
    assert package.manifest.icons is not None
    prompt = Prompt((word,), style="filled", guidance=package.manifest.icons.guidance)
    window.desk.set_sheet("Words", with_prompt(window.desk.sheet, prompt))
    settle(window)


def show(window: MainWindow, package: str, *, tile_px: int) -> None:
    window.models.choose(package)
    window.room.canvas.set_tile_px(tile_px)
    settle(window)


def pad(window: MainWindow, package: str, *, seed: int) -> None:
    """Blend, with four designs of a package."""
    window.rooms.go_to("blend")
    window.models.choose(package)
    random.seed(seed)
    window.blend.wishes.fill()
    settle(window)


def open_noisy(window: MainWindow, *, seed: int, sigma: float) -> None:
    """Restore, with a drawn landscape in noise."""
    window.rooms.go_to("restore")
    pixels = landscape(seed, side=1100)
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    path = window.desk.project.path.parent / "landscape.png"
    Image.fromarray(np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)).save(path)
    window.restore.open_files([path])
    settle(window)


def explained(window: MainWindow, generator: str, classifier: str, first: int, last: int) -> None:
    """Explain, with designs of a generator."""
    show(window, generator, tile_px=104)
    select(window, first, last)
    window.actions_by_id["to-explain"].trigger()
    settle(window)
    window.models.choose(classifier)


def write_with(window: MainWindow, mode: Mode, *, seed: int, tokens: int, colour: bool = False) -> None:
    """Write, with the model that ships, in one of its modes."""
    window.rooms.go_to("write")
    if any(package.name == "writer-small" for package in window.desk.writers):
        window.models.choose("writer-small")
    options = WritingOptions(seed=seed, tokens=tokens, colour=colour, ghost=False)
    state = msgspec.structs.replace(window.desk.state.write, mode=mode, options=options)
    window.write.changed.emit(state, "Options", "")
    settle(window)


def key(window: MainWindow, x: float, y: float) -> None:
    window.blend.pad.pin_moved.emit(x, y)
    window.actions_by_id["add-key"].trigger()


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
        blend = window.blend
        loaders = window.room.loader, blend.timeline.loader, blend.map.loader
        done = not any(loader.is_busy for loader in loaders) and blend.pictures.is_settled
        done = done and not blend.timeline.pace.is_busy and not blend.timeline._pace_timer.isActive()
        if window.rooms.name == "restore":
            done = done and is_restored(window)
        if window.rooms.name == "explain":
            done = done and is_explained(window)
        if window.rooms.name == "write":
            done = done and not window.write.view.is_busy
        if window.rooms.name == "sample":
            done = done and all(store.has(tile.key) for tile in tiles)
        quiet = quiet + 1 if done else 0


def is_restored(window: MainWindow) -> bool:
    room = window.restore
    busy = room.trust.trial.is_running or room._analysis.is_busy or room.session.errands.is_busy
    return not busy and (room.session.picture is None or room.session.is_whole)


def is_explained(window: MainWindow) -> bool:
    room = window.explain
    answer = room.jobs.answer(room._package, room.subject) if room._package and room.subject else None
    return answer is not None and answer.falls is not None and "Covering what" not in room.panel._trial.text()


def write(pixmap: QPixmap, path: Path) -> None:
    """As a PNG; of at most 256 colours where it would be large, though they shift the quiet ones a little."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    picture = Image.open(io.BytesIO(bytes(buffer.data()))).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
    if path.stat().st_size > MAX_BYTES:
        picture.quantize(colors=256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            path, optimize=True
        )
    if path.parent == FOLDER:
        assert path.stat().st_size <= MAX_BYTES, f"{path.name} is larger than {MAX_BYTES} bytes"


def take(name: str, folder: Path, width: int, height: int) -> None:
    with tempfile.TemporaryDirectory() as project:
        settings = Settings(Path(project) / "settings.json")
        settings.set("theme", "dark")
        studio: Studio = application.make_studio(settings, Path(project))
        window = studio.window
        window.resize(width, height)
        window.show()
        settle(window)
        shown = SCENES[name](window) or window
        settle(window)
        window.rooms.room.banner.dismiss()
        settle(window)
        write(shown.grab(), folder / f"{name}.png")
        studio.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(SCENES), metavar="NAME", help=", ".join(SCENES))
    parser.add_argument("--size", default="x".join(map(str, SIZE)), help="of the window, “1024x700”")
    parser.add_argument("--scale", default="1", help="of the interface: 2 is 200 %%")
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = options.scale
    application.application(["screenshots"])
    width, height = (int(side) for side in options.size.split("x"))
    for name in options.names:
        take(name, options.out, width, height)
        print(options.out / f"{name}.png")


if __name__ == "__main__":
    main()
