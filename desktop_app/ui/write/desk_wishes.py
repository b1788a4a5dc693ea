"""What hands at the copy desk wish for, as a whole new state each, with the name of the step."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.text_requests import Limits
from desktop_app.studio import copy_desk as desks
from desktop_app.studio.copy_desk import Batch, CopyDesk
from desktop_app.studio.drafts import Draft
from desktop_app.studio.writing import WriteState


class DeskWishes(QObject):
    changed = Signal(object, str, str)  # WriteState, what the step is called, what it runs together with

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.write = WriteState()

    @Slot(str)
    def set_brief(self, brief: str) -> None:
        self._set("Brief", "desk brief", brief=brief)

    @Slot(int)
    def set_count(self, count: int) -> None:
        self._set("Number of lines", "desk count", count=count)

    @Slot(object)
    def set_limits(self, limits: Limits) -> None:
        self._set("Limits of lines", "desk limits", limits=limits)

    @Slot(bool)
    def set_one_line(self, is_on: bool) -> None:
        self._set("One line" if is_on else "Several lines", "", one_line=is_on)

    @Slot(bool)
    def set_asks(self, is_on: bool) -> None:
        self._set("Ask for lines" if is_on else "Go on from the brief", "", asks=is_on)

    @Slot(int)
    def walk(self, number: int) -> None:
        self._wish(desks.walked(self.write.desk, number), "Walk the tree", "desk walk")

    @Slot(int, bool)
    def keep(self, number: int, is_kept: bool) -> None:
        self._wish(
            desks.with_kept(self.write.desk, number, is_kept=is_kept), "Keep a line" if is_kept else "Let a line go"
        )

    @Slot(int, str)
    def rewrite(self, number: int, line: str) -> None:
        self._wish(desks.rewritten(self.write.desk, number, line), "Change a line")

    @Slot(int)
    def remove(self, number: int) -> None:
        gone = len(desks.descendants(self.write.desk, number))
        self._wish(desks.without(self.write.desk, number), f"Remove {lines(gone)}")

    def land(self, batch: Batch, drafts: Sequence[Draft]) -> None:
        """What came of a batch goes into the tree, unless its parent has gone meanwhile."""
        desk = self.write.desk
        if batch.parent != desks.BRIEF and desks.branch_of(desk, batch.parent) is None:
            return
        batch = msgspec.structs.replace(batch, number=max(batch.number, desk.numbered + 1))
        landed = desks.landed(desk, batch, drafts)
        self._wish(landed, f"Write {lines(len(landed.branches) - len(desk.branches))}")

    def _set(self, words: str, coalesce: str, **fields: object) -> None:
        self._wish(msgspec.structs.replace(self.write.desk, **fields), words, coalesce)

    def _wish(self, desk: CopyDesk, words: str, coalesce: str = "") -> None:
        if desk != self.write.desk:
            self.changed.emit(msgspec.structs.replace(self.write, desk=desk), words, coalesce)


def lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
