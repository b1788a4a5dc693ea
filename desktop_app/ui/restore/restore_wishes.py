"""Every step that hands can make on a picture: a new state of it, with the words for the Edit menu."""

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.packages import Package
from desktop_app.studio.restoration import RestoreState, Stroke, for_picture, has_mask
from desktop_app.ui.restore.open_picture import OpenPicture
from desktop_app.ui.restore.restore_models import best, suited, task_of


class RestoreWishes(QObject):
    wished = Signal(object, str, str)  # RestoreState, what the step is called, what it runs together with

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = RestoreState()
        self.package: Package | None = None
        self.packages: Sequence[Package] = ()

    @property
    def is_mask(self) -> bool:
        """Whether strokes say what is filled in; else they are the strength in places."""
        return self.package is not None and task_of(self.package) == "inpaint"

    def _wish(self, state: RestoreState, label: str, coalesce: str = "") -> None:
        if state != self.state:
            self.wished.emit(state, label, coalesce)

    def open(self, picture: OpenPicture) -> None:
        """Another picture, with the model of the same task that suits it."""
        state = for_picture(self.state, str(picture.photo.path), picture.photo.sha256)
        package = self.package or best("denoise", self.packages, picture.shape)
        if package is not None:
            state = replace(state, package=suited(package, self.packages, picture.shape).name)
        self._wish(state, f"Open {picture.photo.name}")

    @Slot(float)
    def set_strength(self, strength: float) -> None:
        self._wish(replace(self.state, strength=strength), "Strength", "restore strength")

    @Slot(float)
    def set_detail(self, detail: float) -> None:
        self._wish(replace(self.state, detail=detail), "Detail", "restore detail")

    @Slot(object)
    def add_stroke(self, stroke: Stroke) -> None:
        if self.is_mask:
            words = "Paint what to fill in" if stroke.amount > 0 else "Erase"
            self._wish(replace(self.state, mask=(*self.state.mask, stroke)), words)
        else:
            self._wish(replace(self.state, local=(*self.state.local, stroke)), "Paint strength")

    @Slot()
    def clear_painted(self) -> None:
        if self.is_mask:
            self._wish(replace(self.state, mask=(), inverted=False), "Clear what is painted")
        else:
            self._wish(replace(self.state, local=()), "Clear what is painted")

    @Slot()
    def invert_mask(self) -> None:
        if self.is_mask:
            self._wish(replace(self.state, inverted=not self.state.inverted), "Invert what is painted")

    @Slot(int)
    def grow_mask(self, pixels: int) -> None:
        if self.is_mask:
            self._wish(replace(self.state, grow=pixels), "Grow what is painted", "restore grow")

    @property
    def has_painted(self) -> bool:
        return has_mask(self.state) if self.is_mask else bool(self.state.local)
