"""Which models the workspace in view can use, which of them it does, and what choosing another one means there."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from desktop_app.engine.packages import Package
from desktop_app.ui.shell.blend_desk import BlendDesk
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.explain_desk import ExplainDesk
from desktop_app.ui.shell.restore_desk import RestoreDesk
from desktop_app.ui.shell.sample_commands import SampleCommands
from desktop_app.ui.shell.workspaces import BLEND, EXPLAIN, RESTORE, SAMPLE, Workspaces


class ModelChoice(QObject):
    def __init__(
        self,
        rooms: Workspaces,
        desk: Desk,
        blend: BlendDesk,
        restore: RestoreDesk,
        explain: ExplainDesk,
        sample: SampleCommands,
    ) -> None:
        super().__init__(rooms)
        self._rooms, self._desk, self._sample = rooms, desk, sample
        self._blend, self._restore, self._explain = blend, restore, explain

    @property
    def packages(self) -> Sequence[Package]:
        others = {RESTORE: self._desk.restorers, EXPLAIN: self._desk.classifiers}
        return others.get(self._rooms.name, self._desk.packages)

    @property
    def package(self) -> Package | None:
        """That in use; None where it is not here."""
        places = {SAMPLE: self._desk, BLEND: self._blend, RESTORE: self._restore, EXPLAIN: self._explain}
        return places[self._rooms.name].package  # type: ignore[attr-defined, no-any-return]

    @property
    def name(self) -> str:
        """The same, where it is not here either."""
        if self._rooms.name in (RESTORE, EXPLAIN):
            place = self._restore if self._rooms.name == RESTORE else self._explain
            return place.package.name if place.package else place.state.package
        blended = self._rooms.name == BLEND and self._desk.state.blend.package
        return blended or self._desk.sheet.package

    @Slot(str)
    def choose(self, name: str) -> None:
        """A card, or a model that has just come in: one that this workspace cannot use leads to one that can."""
        if any(package.name == name for package in self._desk.restorers):
            self._rooms.go_to(RESTORE)
            self._restore.choose_package(name)
        elif any(package.name == name for package in self._desk.classifiers):
            self._rooms.go_to(EXPLAIN)
            self._explain.choose_package(name)
        elif self._rooms.name == BLEND:
            self._blend.choose_package(name)
        else:
            self._rooms.go_to(SAMPLE)
            self._sample.show_sheet()
            self._desk.choose_package(name)
