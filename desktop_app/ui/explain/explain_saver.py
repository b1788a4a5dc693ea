"""Takes an explanation out of the program: as a PNG with its recipe, and onto the clipboard."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app import paths
from desktop_app.engine.errors import StudioError
from desktop_app.ui.errands import Errands
from desktop_app.ui.explain.explanation_card import Card, paint_card, pixels_of
from desktop_app.ui.look.theme import Look

if TYPE_CHECKING:
    from desktop_app.studio.explain_recipe import ExplainRecipe


class ExplainSaver(QObject):
    said = Signal(str, str)  # sentence, tone

    def __init__(self, look: Look, errands: Errands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look, self._errands = look, errands
        self._folder: Path | None = None
        self.with_recipe: Callable[[], bool] = lambda: True  # as the settings say

    def ask(self, window: QWidget, card: Card, recipe: "ExplainRecipe", name: str) -> None:
        """name: of the file that is proposed."""
        folder = self._folder or paths.export_folder()
        chosen, _ = QFileDialog.getSaveFileName(window, "Save the explanation", str(folder / name), "PNG (*.png)")
        if chosen:
            self.save(Path(chosen).with_suffix(".png"), card, recipe)

    def save(self, path: Path, card: Card, recipe: "ExplainRecipe") -> None:
        self._folder = path.parent
        image = paint_card(card, self._look.colours)
        kept = recipe if self.with_recipe() else None
        self._errands.do(partial(_write, path, image, kept), self._on_saved, self._on_error)

    def copy(self, card: Card) -> None:
        QGuiApplication.clipboard().setImage(paint_card(card, self._look.colours))
        self.said.emit("The explanation is on the clipboard.", "plain")

    def _on_saved(self, path: Path) -> None:
        self.said.emit(f"Saved as “{path}”.", "plain")

    def _on_error(self, error: StudioError) -> None:
        self.said.emit(error.message, "error")


def _write(path: Path, image: QImage, recipe: "ExplainRecipe | None") -> Path:
    from desktop_app.studio.explain_recipe import encode_png
    from desktop_app.studio.recipe import write_whole

    write_whole(path, encode_png(pixels_of(image), recipe))
    return path
