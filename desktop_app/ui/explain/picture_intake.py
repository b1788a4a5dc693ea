"""Pictures come in: files are read and fitted off the window's thread, what is on the clipboard at once.

Originals are kept for the time being, so that another part of one can be chosen.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Pixels
from desktop_app.studio.explaining import MAX_SUBJECTS, Subject
from desktop_app.ui.errands import Errands

if TYPE_CHECKING:  # Pillow is slow to import: it waits for the first picture
    from desktop_app.studio.own_picture import OwnPicture

KEPT = 16  # originals; each of at most 16 MB
MOST_NAMED = 3  # files that cannot be read


class Read(NamedTuple):
    """What came of some files."""

    subjects: list[Subject]
    originals: "list[OwnPicture]"
    failures: list[str]  # sentences


class PictureIntake(QObject):
    chosen = Signal(object)  # list of Path
    arrived = Signal(object)  # tuple of Subject
    said = Signal(str, str)  # sentence, tone

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errands = Errands("read pictures", self)
        self._originals: OrderedDict[str, OwnPicture] = OrderedDict()
        self._folder = ""
        self.generators: Sequence[Package] = ()

    @property
    def errands(self) -> Errands:
        return self._errands

    def original(self, subject: Subject) -> "OwnPicture | None":
        """As it was found; None for designs, and where it is not kept any more."""
        return self._originals.get(subject.sha256) if subject.design is None else None

    def ask(self, window: QWidget) -> None:
        from desktop_app.studio.picture_file import SUFFIXES

        wanted = f"Pictures ({' '.join(f'*{ending}' for ending in SUFFIXES)});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(window, "Open pictures to explain", self._folder, wanted)
        if names:
            self._folder = str(Path(names[0]).parent)
            self.chosen.emit([Path(name) for name in names])

    def take_files(self, paths: Sequence[Path], package: Package) -> None:
        """Files, and the pictures in folders. Those that cannot be read are named."""
        generators = tuple(self.generators)
        self._errands.do(lambda: _read(paths, package, generators), self._on_read, self._on_error)

    def take_image(self, image: QImage, package: Package) -> None:
        """What was on the clipboard."""
        rgba = image.convertToFormat(QImage.Format.Format_RGBA8888)
        flat = np.frombuffer(rgba.constBits(), np.uint8).reshape(rgba.height(), rgba.bytesPerLine())
        pixels = flat[:, : 4 * rgba.width()].reshape(rgba.height(), rgba.width(), 4).copy()
        self._errands.do(lambda: _pasted(pixels, package), self._on_read, self._on_error)

    def close(self) -> None:
        self._errands.close()

    def _on_read(self, read: Read) -> None:
        for own in read.originals:
            self._originals[own.sha256] = own
        while len(self._originals) > KEPT:
            self._originals.popitem(last=False)
        if read.subjects:
            self.arrived.emit(tuple(read.subjects))
        if read.failures:
            more = len(read.failures) - MOST_NAMED
            named = " ".join(read.failures[:MOST_NAMED])
            self.said.emit(f"{named} And {more} more cannot be read." if more > 0 else named, "error")

    def _on_error(self, error: StudioError) -> None:
        self.said.emit(error.message, "error")


def _read(paths: Sequence[Path], package: Package, generators: Sequence[Package]) -> Read:
    from desktop_app.studio import subjects

    found, picture = Read([], [], []), package.manifest.picture
    assert picture is not None
    for path in subjects.pictures_in(paths)[:MAX_SUBJECTS]:
        try:
            subject, own = subjects.of_file(path, picture, generators)
        except StudioError as error:
            found.failures.append(error.message)
            continue
        found.subjects.append(subject)
        found.originals.append(own)
    if not found.subjects and not found.failures:
        found.failures.append("There is no picture in it.")
    return found


def _pasted(pixels: Pixels, package: Package) -> Read:
    from desktop_app.studio import subjects

    assert package.manifest.picture is not None
    own = subjects.of_pixels("Pasted picture", pixels)
    return Read([subjects.of_picture(own, package.manifest.picture)], [own], [])
