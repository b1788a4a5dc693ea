"""Where pictures come from: files that are chosen, and images from the clipboard, which are kept as files first."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app import paths
from desktop_app.engine.errors import FileError
from desktop_app.ui.errands import Errands


class PictureChoice(QObject):
    chosen = Signal(object)  # list of Path
    said = Signal(str, str)  # sentence, tone

    def __init__(self, errands: Errands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errands = errands
        self._folder = ""

    def ask(self, window: QWidget) -> None:
        names, _ = QFileDialog.getOpenFileNames(window, "Open pictures", self._folder, picture_filter())
        if names:
            self._folder = str(Path(names[0]).parent)
            self.chosen.emit([Path(name) for name in names])

    @Slot(object)
    def take_image(self, image: QImage) -> None:
        """A picture without a file gets one, so that it is there again tomorrow."""
        moment = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
        path = paths.user_data() / "pasted" / f"Pasted {moment}.png"
        self._errands.do(partial(_save, image, path), self._on_saved, lambda e: self.said.emit(e.message, "error"))

    def _on_saved(self, path: Path) -> None:
        self.chosen.emit([path])


def picture_filter() -> str:
    """For a dialog that asks for pictures."""
    from desktop_app.studio.batch import READ  # it brings Pillow, which is slow to import

    return f"Pictures ({' '.join(f'*{ending}' for ending in READ)});;All files (*)"


def _save(image: QImage, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"“{path.parent}” cannot be written: {error.strerror or error}.") from None
    if not image.save(str(path)):
        raise FileError(f"The pasted picture could not be kept as “{path}”.")
    return path
