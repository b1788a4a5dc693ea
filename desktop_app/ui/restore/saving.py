"""Saves the result beside its original, off the window's thread; never over the original without a word."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.studio.restoration import RestoreState
from desktop_app.studio.scratch import Scratch
from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.open_picture import Array, OpenPicture
from desktop_app.ui.restore.restore_models import Task, task_of
from desktop_app.ui.restore.restore_run import RestoreRun, as_used
from desktop_app.ui.restore.restore_session import RestoreSession

FORMATS = {
    "PNG, keeps every pixel": (".png",),
    "TIFF, keeps every pixel": (".tif", ".tiff"),
    "JPEG": (".jpg", ".jpeg"),
    "WebP": (".webp",),
    "AVIF": (".avif",),
    "BMP": (".bmp",),
}
MOST_COPIED = 50_000_000  # pixels: what the clipboard is asked to hold


@dataclass(frozen=True, eq=False)
class Result:
    """All that decides the pixels that are saved, at one moment."""

    picture: OpenPicture
    run: RestoreRun | None  # None: nothing was filled in
    state: RestoreState

    def pixels(self, scratch: Scratch) -> Array:
        from desktop_app.studio.composing import composed  # it brings Pillow, as all of these do

        original = self.picture.photo.pixels
        if self.run is None:
            return original
        s = as_used(self.state, self.run.package)
        return composed(scratch, original, self.run.result, strength=s.strength, detail=s.detail, local=s.local)


class Saver(QObject):
    said = Signal(str, str)  # sentence, tone
    asked = Signal(str, str, object)  # sentence, what a button says, what it does
    saved = Signal(object)  # Path

    def __init__(self, session: RestoreSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = Errands("save picture", self)
        self._folder: Path | None = None  # where the last one went, of pictures of `_beside`
        self._beside: Path | None = None
        self._waiting: Callable[[Result], None] | None = None  # until the whole is there
        session.whole.connect(self._on_whole)
        session.picture_changed.connect(self._forget)

    def ask(self, window: QWidget) -> None:
        picture, task = self._session.picture, self._task
        if picture is None:
            self.said.emit("Open a picture first: there is nothing to save.", "warn")
            return
        suggested = self.suggestion(picture, task)
        filters = ";;".join(f"{name} ({' '.join(f'*{e}' for e in endings)})" for name, endings in FORMATS.items())
        chosen = next(f for f in filters.split(";;") if f"*{suggested.suffix}" in f)
        name, picked = QFileDialog.getSaveFileName(window, "Save the result", str(suggested), filters, chosen)
        if name:
            self.save(_with_ending(Path(name), picked))

    def suggestion(self, picture: OpenPicture, task: Task) -> Path:
        """Beside the original, or where the last result of its folder went; a name that is free."""
        from desktop_app.studio.batch import TEMPLATES

        own = picture.photo.path or Path.home() / picture.photo.name
        folder = self._folder if self._folder is not None and self._beside == own.parent else own.parent
        ending = ".tif" if own.suffix.lower() in (".tif", ".tiff") else ".png"
        stem = TEMPLATES[task].format(name=own.stem)
        names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 100))
        return next(
            (path for name in names if not (path := folder / (name + ending)).exists()), folder / (stem + ending)
        )

    def save(self, path: Path, *, replaces_original: bool = False) -> None:
        """Write the result as it is set now, once all of it is there."""
        from desktop_app.studio.photo import ENDINGS

        picture = self._session.picture
        if picture is None:
            return
        if path.suffix.lower() not in ENDINGS:
            self.said.emit(f"Pictures cannot be saved as “{path.name}”. Use one of {', '.join(ENDINGS)}.", "error")
            return
        if not replaces_original and _is_same(path, picture.photo.path):
            sentence = f"“{path.name}” is the original. Save under another name to keep it."
            self.asked.emit(sentence, "Replace the original", partial(self.save, path, replaces_original=True))
            return
        self._when_whole(partial(self._write, path), f"“{path.name}” is saved as soon as all of it is done.")

    def copy(self) -> None:
        """The result onto the clipboard."""
        picture = self._session.picture
        if picture is None:
            return
        if picture.shape.height * picture.shape.width > MOST_COPIED:
            self.said.emit("This picture is too large for the clipboard. Save it instead.", "warn")
            return
        self._when_whole(self._copy, "The result is copied as soon as all of it is done.")

    def close(self) -> None:
        """What is being written is written to its end."""
        self._waiting = None
        self._errands.close()

    # -- how -------------------------------------------------------------------------------------------------------

    @property
    def _task(self) -> Task:
        run = self._session.run
        return task_of(run.package) if run is not None else "denoise"

    def _when_whole(self, act: Callable[[Result], None], words: str) -> None:
        if self._session.is_whole:
            act(self._result())
            return
        self._waiting = act
        self.said.emit(words, "plain")
        if self._session.jobs.is_stopped:
            self._session.go_on()

    def _result(self) -> Result:
        assert self._session.picture is not None
        return Result(self._session.picture, self._session.run, self._session.state)

    @Slot()
    def _on_whole(self) -> None:
        act, self._waiting = self._waiting, None
        if act is not None:
            act(self._result())

    @Slot()
    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting = None
            self.said.emit("Nothing was saved: another picture was opened before this one was done.", "warn")

    def _write(self, path: Path, result: Result) -> None:
        self.said.emit(f"Saving “{path.name}”…", "plain")
        original = result.picture.photo.path
        self._folder, self._beside = path.parent, original.parent if original is not None else None
        self._errands.do(partial(write_result, result, path), partial(self._on_written, path), self._on_failed)

    def _on_written(self, path: Path, notes: tuple[str, ...]) -> None:
        self.said.emit(" ".join((f"Saved as “{path}”.", *notes)), "plain" if not notes else "warn")
        self.saved.emit(path)

    def _copy(self, result: Result) -> None:
        self._errands.do(partial(_screen_pixels, result), self._on_copied, self._on_failed)

    def _on_copied(self, pixels: Array) -> None:
        height, width, _ = pixels.shape
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        QGuiApplication.clipboard().setImage(image.copy())
        self.said.emit("The result is copied.", "plain")

    def _on_failed(self, error: StudioError) -> None:
        self.said.emit(error.message, "error")


def write_result(result: Result, path: Path) -> tuple[str, ...]:
    """Answers sentences on what the format could not keep. Raises FileError; nothing half written is left."""
    from desktop_app.studio import photo as photos

    scale = result.run.scale if result.run is not None else 1
    with Scratch() as scratch:
        pixels = result.pixels(scratch)
        lost = photos.write(path, result.picture.photo, pixels, scale=scale)
        del pixels
    note = result.run.restoring.note() if result.run is not None else ""
    return tuple(words for words in (note, *lost) if words)


def _screen_pixels(result: Result) -> Array:
    from desktop_app.studio import photo as photos

    with Scratch() as scratch:
        return np.ascontiguousarray(photos.to_srgb(result.pixels(scratch), result.picture.photo.tags))


def _with_ending(path: Path, picked: str) -> Path:
    """The ending of the chosen format where the name has none that is a picture's."""
    endings = next((ends for name, ends in FORMATS.items() if picked.startswith(name)), (".png",))
    return path.with_name(path.name + endings[0]) if not path.suffix else path


def _is_same(path: Path, original: Path | None) -> bool:
    try:
        return original is not None and path.exists() and path.samefile(original)
    except OSError:
        return False
