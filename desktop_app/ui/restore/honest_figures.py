"""What there is to say of a result once all of it is there: by samples of the picture, off the window's thread."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.open_picture import Array
from desktop_app.ui.restore.restore_models import task_of
from desktop_app.ui.restore.restore_session import RestoreSession

if TYPE_CHECKING:  # these bring Pillow, which is slow to import: it waits for the first picture
    from desktop_app.studio.honest import Removed

PLAIN_TO_SEE = 0.5  # of the energy of fine structure: from here on a place counts as made up


@dataclass(frozen=True)
class Figures:
    removed: "Removed"
    invented: float  # share of the picture


class HonestFigures(QObject):
    came = Signal(str, str)  # sentences: what was taken away, what may be made up
    noise_came = Signal(str)  # a sentence on the noise of the picture

    def __init__(self, session: RestoreSession, errands: Errands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._errands = session, errands
        self.sigma = 0.0  # of the noise found in the picture, once it is known
        session.picture_changed.connect(self._look_for_noise)
        session.run_changed.connect(self.refresh)
        session.whole.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Anew for the result that is shown; nothing is said while it is not whole."""
        picture, run = self._session.picture, self._session.run
        self._errands.forget("honest")
        if picture is None or run is None or not run.is_whole:
            self.came.emit("", "")
        elif task_of(run.package) == "upscale":
            self.came.emit("", "Three of four pixels are the model’s own: compare with the original, enlarged plainly.")
        elif task_of(run.package) == "inpaint":
            self.came.emit("", "What is filled in is made up, to go with what is around it. Nothing else is changed.")
        else:
            work = partial(figures, picture.photo.pixels, run.result)
            self._errands.do(work, self._on_figures, subject="honest")

    @Slot()
    def _look_for_noise(self) -> None:
        picture = self._session.picture
        self.sigma = 0.0
        self.noise_came.emit("")
        self._errands.forget("noise")
        if picture is not None:
            self._errands.do(partial(noise, picture.photo.pixels), self._on_noise, subject="noise")

    def _on_noise(self, found: tuple[float, str]) -> None:
        self.sigma = found[0]
        self.noise_came.emit(f"Noise found: σ ≈ {found[0]:.0f} ({found[1]})")

    def _on_figures(self, found: Figures) -> None:
        removed = f"{found.removed.in_words()} (σ = {found.removed.sigma:.1f})"
        if found.invented < 0.0005:
            invented = "No place holds detail that the picture gives no reason for."
        else:
            share = f"{100 * found.invented:.1f} %" if found.invented >= 0.001 else "Less than 0.1 %"
            invented = f"{share} of the picture holds detail that it gives no reason for. “Invented” shows where."
        self.came.emit(removed, invented)


def noise(pixels: Array) -> tuple[float, str]:
    """Its standard deviation in 8-bit steps, and how that looks."""
    from desktop_app.studio.noise_level import in_words, noise_level

    sigma = noise_level(pixels)
    return sigma, in_words(sigma)


def figures(original: Array, clean: Array) -> Figures:
    from desktop_app.studio import honest, restored

    pairs = list(restored.samples(original, clean))
    bands = restored.band_noise(pairs, honest.BANDS)
    shares = [float(np.mean(honest.invented(*pair, bands) > PLAIN_TO_SEE)) for pair in pairs]
    weights = [pair[0].shape[0] * pair[0].shape[1] for pair in pairs]
    return Figures(honest.removed(original, clean), float(np.average(shares, weights=weights)))
