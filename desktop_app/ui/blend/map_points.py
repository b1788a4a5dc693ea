"""What lies on the map beside its cells: real pictures, generated designs, and the designer's own stars and anchors.

Asked of the engine when it is to be seen and kept for as long as the model stays.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Locate, Located, MapData, ReadMap, Request, Update
from desktop_app.studio.blend import BlendState
from desktop_app.studio.jobs import Job
from desktop_app.studio.project import Take
from desktop_app.studio.sheet import SheetState, design_at
from desktop_app.ui.blend.pad_geometry import letter
from desktop_app.ui.bridge import Listener, QueueBridge

SAMPLES = 2000
BATCH = 100  # of them, so that what a hand drags meanwhile does not wait
SAMPLE_SEED = 1  # of the first sheet that a designer sees

Kind = Literal["star", "anchor"]
Spots = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int16]


class Mark(NamedTuple):
    """A design of the designer's own on the map."""

    kind: Kind
    design: Design
    spot: tuple[float, float]
    letter: str = ""  # of an anchor, as on the pad


class MapPoints(QObject):
    changed = Signal()
    failed = Signal(str)  # a sentence

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._package: Package | None = None
        self._wished: dict[Design, tuple[Kind, str]] = {}
        self._located: dict[Design, tuple[float, float]] = {}
        self._asked: set[str] = set()  # errands of this package that are under way or done
        self._forget()

    def _forget(self) -> None:
        self.real: Spots = np.zeros((0, 2), np.float32)
        self.real_labels: Labels = np.zeros(0, np.int16)
        self.samples: Spots = np.zeros((0, 2), np.float32)
        self.sample_designs: tuple[Design, ...] = ()
        self.sample_labels: Labels = np.zeros(0, np.int16)
        self.marks: tuple[Mark, ...] = ()

    def show_package(self, package: Package | None) -> None:
        if package == self._package:
            return
        self._package = package
        self._located.clear()
        self._wished.clear()
        self._asked.clear()
        self._forget()
        self.changed.emit()

    # -- wishes ----------------------------------------------------------------------------------------------------

    def want_real(self) -> None:
        if self._package is not None:
            self._ask("real", ReadMap(self._package.ref), self._on_real)

    def want_samples(self) -> None:
        """The first designs of a sheet, all classes in turn: what the model makes when nobody chooses."""
        if self._package is None or len(self.samples) >= SAMPLES:
            return
        sheet = SheetState(self._package.name, SAMPLE_SEED, truncation=self._package.manifest.defaults.truncation)
        classes, known = len(self._package.manifest.classes), len(self.samples)
        designs = tuple(design_at(sheet, n, classes) for n in range(known, min(known + BATCH, SAMPLES)))
        self._ask("samples", Locate(self._package.ref, designs), self._on_samples, self._on_batch)

    def show_own(self, state: BlendState, takes: Sequence[Take]) -> None:
        """Stars and anchors of the package, located where they are not yet."""
        if self._package is None:
            return
        stars = [take.design for take in takes if take.sha256 == self._package.sha256]
        anchors = [anchor.design for anchor in state.anchors] if state.package == self._package.name else []
        wished: dict[Design, tuple[Kind, str]] = dict.fromkeys(stars, ("star", ""))
        wished.update({design: ("anchor", letter(number)) for number, design in enumerate(anchors)})
        if wished == self._wished:
            return
        self._wished = wished
        missing = tuple(design for design in wished if design not in self._located)
        if missing:
            self._asked.discard("own")
            self._ask("own", Locate(self._package.ref, missing), self._on_own)
        self._make_marks()

    def _make_marks(self) -> None:
        own = [(design, *about) for design, about in self._wished.items() if design in self._located]
        self.marks = tuple(Mark(kind, design, self._located[design], name) for design, kind, name in own)
        self.changed.emit()

    # -- the engine ------------------------------------------------------------------------------------------------

    def _ask(
        self,
        errand: str,
        request: Request,
        on_update: Callable[[Job, Update], None],
        on_done: Callable[[], None] = lambda: None,
    ) -> None:
        if errand in self._asked:
            return
        self._asked.add(errand)
        package = self._package
        listener = Listener(
            self,
            partial(self._on_update, package, on_update),
            partial(self._on_done, package, on_done),
            partial(self._on_error, package, errand),
        )
        self._bridge.submit(request, listener, slot=f"map {errand}")

    def _on_update(
        self, package: Package | None, on_update: Callable[[Job, Update], None], job: Job, update: Update
    ) -> None:
        if package == self._package:
            on_update(job, update)

    def _on_done(self, package: Package | None, on_done: Callable[[], None], _job: Job) -> None:
        if package == self._package:
            on_done()

    def _on_error(self, package: Package | None, errand: str, _job: Job, error: StudioError) -> None:
        if package != self._package:
            return
        self._asked.discard(errand)  # the next wish asks again
        if errand == "own":
            self._wished = {design: about for design, about in self._wished.items() if design in self._located}
        if not isinstance(error, Cancelled):
            self.failed.emit(error.message)

    def _on_real(self, _job: Job, update: Update) -> None:
        if isinstance(update, MapData):
            self.real, self.real_labels = np.asarray(update.points), np.asarray(update.labels)
            self.changed.emit()

    def _on_samples(self, job: Job, update: Update) -> None:
        if isinstance(update, Located) and isinstance(job.request, Locate):
            designs = job.request.designs[update.first : update.first + len(update.spots)]
            labels = np.array([-1 if design.label is None else design.label for design in designs], np.int16)
            self.samples = np.concatenate([self.samples, update.spots])
            self.sample_designs += designs
            self.sample_labels = np.concatenate([self.sample_labels, labels])
            self.changed.emit()

    def _on_batch(self) -> None:
        self._asked.discard("samples")
        self.want_samples()

    def _on_own(self, job: Job, update: Update) -> None:
        if isinstance(update, Located) and isinstance(job.request, Locate):
            for design, spot in zip(job.request.designs[update.first :], update.spots, strict=False):
                self._located[design] = float(spot[0]), float(spot[1])
            self._make_marks()
