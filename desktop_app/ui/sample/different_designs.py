"""Twelve different ones: many quick drafts, of which the engine chooses those that differ most."""

import random

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Differ, Different, Progress, Update
from desktop_app.studio import sheet as sheets
from desktop_app.studio.jobs import Job
from desktop_app.studio.sheet import Choice, SheetState, design_at
from desktop_app.ui.bridge import Listener, QueueBridge

DRAFTED, CHOSEN = 200, 12
NEW_SEEDS = 1_000_000


class DifferentDesigns(QObject):
    """One request at a time."""

    drafting = Signal(object)  # share of the drafts, 0 to 1, or None when nothing runs
    chosen = Signal(object)  # SheetState
    failed = Signal(str)  # a sentence

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._job: Job | None = None
        self._asked: SheetState | None = None
        self._found: Different | None = None
        self._seed = 0

    @property
    def is_drafting(self) -> bool:
        return self._asked is not None

    def start(self, sheet: SheetState, package: Package) -> None:
        """Drafts of the present prompt with a fresh seed; from a sheet of variations back to a plain one."""
        if self.is_drafting:
            return
        seed = random.randrange(NEW_SEEDS)
        fresh = SheetState(sheet.package, seed, sheet.label, sheet.truncation, sheet.prompt)
        classes, icons = len(package.manifest.classes), package.manifest.icons
        designs = tuple(design_at(fresh, n, classes, icons) for n in range(DRAFTED))
        self._asked, self._found, self._seed = sheet, None, seed
        self.drafting.emit(0.0)
        listener = Listener(self, self._on_update, self._on_done, self._on_error)
        self._job = self._bridge.submit(Differ(package.ref, designs, CHOSEN), listener, slot="different", replace=True)

    def give_up_unless(self, sheet: SheetState) -> None:
        """Once the sheet shows something else, what is drafted is of no use."""
        if self._job is not None and sheet != self._asked:
            self._bridge.cancel(self._job)

    def _on_update(self, _job: Job, update: Update) -> None:
        if isinstance(update, Different):
            self._found = update
        elif isinstance(update, Progress) and update.total:
            self.drafting.emit(update.done / update.total)

    def _on_done(self, _job: Job) -> None:
        asked, found = self._ended()
        if asked is None or found is None:
            return
        plain = SheetState(asked.package, self._seed, asked.label, asked.truncation, asked.prompt)
        self.chosen.emit(sheets.chosen(plain, self._seed, Choice(found.chosen, DRAFTED, found.twins)))

    def _on_error(self, _job: Job, error: StudioError) -> None:
        self._ended()
        if not isinstance(error, Cancelled):
            self.failed.emit(error.message)

    def _ended(self) -> tuple[SheetState | None, Different | None]:
        asked, found = self._asked, self._found
        self._asked = self._found = self._job = None
        self.drafting.emit(None)
        return asked, found
