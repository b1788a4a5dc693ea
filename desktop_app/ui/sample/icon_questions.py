"""What else is asked about icons that stand on the sheet, a few at a time and only once nothing more urgent waits."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.requests import (
    Design,
    Fields,
    PackageRef,
    Request,
    Resemblance,
    Resemblances,
    Resemble,
    Trace,
    Update,
)
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.picture.icon_drawing import Field, IconDrawing
from desktop_app.ui.picture.tile import Key, Tile

T = TypeVar("T")
JOB_TIME_S = 0.1
FEWEST, MOST, FIRST = 4, 48, 8  # designs in a job
MAX_KNOWN = 20_000


class IconQuestions(QObject, Generic[T]):
    """One question about many tiles. A tile of which it is known, or could not be told, is not asked about again."""

    arrived = Signal(list)  # of Key

    def __init__(self, bridge: QueueBridge, slot: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._slot = bridge, slot
        self._wanted: list[Tile] = []
        self._untold: set[Key] = set()
        self._asked: list[Key] = []
        self._pace = JOB_TIME_S / FIRST  # seconds a tile

    @property
    def is_busy(self) -> bool:
        return bool(self._asked)

    def request(self, package: PackageRef, designs: tuple[Design, ...]) -> Request:
        raise NotImplementedError

    def answers(self, update: Update) -> tuple[int, Sequence[T]] | None:
        """The first tile that they are of, and what was answered; None for other updates."""
        raise NotImplementedError

    def is_known(self, key: Key) -> bool:
        raise NotImplementedError

    def keep(self, key: Key, answer: T) -> None:
        raise NotImplementedError

    def want(self, tiles: Iterable[Tile]) -> None:
        """Replaces what was wanted before."""
        self._wanted = [tile for tile in tiles if tile.package is not None and self._is_open(tile.key)]
        self._ask()

    def _is_open(self, key: Key) -> bool:
        return not self.is_known(key) and key not in self._untold

    def _ask(self) -> None:
        if self.is_busy:
            return
        self._wanted = [tile for tile in self._wanted if self._is_open(tile.key)]
        if not self._wanted:
            return
        package = self._wanted[0].package
        assert package is not None
        count = min(max(int(JOB_TIME_S / self._pace), FEWEST), MOST)
        batch = [tile for tile in self._wanted if tile.sha256 == package.sha256][:count]
        self._asked = list(dict.fromkeys(tile.key for tile in batch))
        request = self.request(package.ref, tuple(design for _, design in self._asked))
        listener = Listener(self, self._on_update, self._on_done, self._on_error)
        self._bridge.submit(request, listener, slot=self._slot)

    def _on_update(self, _job: Job, update: Update) -> None:
        told = self.answers(update)
        if told is None:
            return
        first, answers = told
        keys = self._asked[first : first + len(answers)]
        for key, answer in zip(keys, answers, strict=False):
            self.keep(key, answer)
        self.arrived.emit(keys)

    def _on_done(self, job: Job) -> None:
        if job.started is not None:
            seconds = (monotonic() - job.started) / max(1, len(self._asked))
            self._pace += 0.3 * (seconds - self._pace)
        self._end()
        self._ask()

    def _on_error(self, _job: Job, error: StudioError) -> None:
        """Nobody waits for it, so nobody is told; what the tiles themselves have to say is said by their loader."""
        self._end()
        if isinstance(error, Cancelled):
            self._wanted.clear()

    def _end(self) -> None:
        """What was asked and not answered is not asked again."""
        self._untold.update(key for key in self._asked if not self.is_known(key))
        self._asked = []


class FieldQuestions(IconQuestions[Field]):
    """Fields for tiles that are shown larger than the engine draws them."""

    def __init__(self, bridge: QueueBridge, drawing: IconDrawing, parent: QObject | None = None) -> None:
        super().__init__(bridge, "fields", parent)
        self._drawing = drawing

    def request(self, package: PackageRef, designs: tuple[Design, ...]) -> Request:
        return Trace(package, designs)

    def answers(self, update: Update) -> tuple[int, Sequence[Field]] | None:
        return (update.first, list(update.fields)) if isinstance(update, Fields) else None

    def is_known(self, key: Key) -> bool:
        return self._drawing.has_field(key)

    def keep(self, key: Key, answer: Field) -> None:
        self._drawing.put_field(key, answer)


class Likenesses(IconQuestions[Resemblance | None]):
    """Which icon of the training each tile comes near to."""

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, "likenesses", parent)
        self._known: OrderedDict[Key, Resemblance | None] = OrderedDict()

    def known(self, key: Key) -> Resemblance | None:
        return self._known.get(key)

    def request(self, package: PackageRef, designs: tuple[Design, ...]) -> Request:
        return Resemble(package, designs)

    def answers(self, update: Update) -> tuple[int, Sequence[Resemblance | None]] | None:
        return (update.first, update.found) if isinstance(update, Resemblances) else None

    def is_known(self, key: Key) -> bool:
        return key in self._known

    def keep(self, key: Key, answer: Resemblance | None) -> None:
        self._known[key] = answer
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
