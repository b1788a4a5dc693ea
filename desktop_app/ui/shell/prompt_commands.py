"""What the wishes of the prompt controls do to the desk: words, style and set, and twelve different ones."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.requests import Prompt
from desktop_app.studio import sheet as sheets
from desktop_app.studio.sheet import SheetState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.sample.different_designs import DifferentDesigns
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.blend_desk import Offer
from desktop_app.ui.shell.desk import Desk


class PromptCommands(QObject):
    offered = Signal(object)  # Offer

    def __init__(self, room: SampleRoom, desk: Desk, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room, self._desk = room, desk
        self._different = DifferentDesigns(bridge, self)
        controls = room.controls.prompt
        controls.prompt_wished.connect(self._on_prompt)
        controls.variety_dragged.connect(desk.drag_variety)
        controls.settled.connect(desk.settle)
        controls.different_wished.connect(self.show_different)
        controls.order_wished.connect(self._on_order)
        controls.left.connect(room.canvas.setFocus)
        self._different.drafting.connect(controls.show_drafting)
        self._different.chosen.connect(self._on_chosen)
        self._different.failed.connect(self._on_failed)
        desk.changed.connect(self._on_changed)

    def slots(self) -> dict[str, Callable[[], None]]:
        return {"words": self.type_words, "different": self.show_different}

    @property
    def has_icons(self) -> bool:
        """Whether the sheet is one of icons."""
        package = self._desk.package
        return package is not None and package.manifest.icons is not None

    @Slot()
    def type_words(self) -> None:
        if self.has_icons:
            self._room.close_large()
            self._room.show_takes(False)
            self._room.controls.prompt.words.setFocus()
            self._room.controls.prompt.words.selectAll()

    @Slot()
    def show_different(self) -> None:
        package = self._desk.package
        if package is not None and self.has_icons:
            self._room.close_large()
            self._room.show_takes(False)
            self._different.start(self._desk.sheet, package)

    @Slot(object, str, str)
    def _on_prompt(self, prompt: Prompt, label: str, coalesce: str) -> None:
        self._desk.set_prompt(prompt, label, coalesce=coalesce)

    @Slot()
    def _on_order(self) -> None:
        sheet = self._desk.sheet
        self._desk.set_sheet("Show in order", sheets.chosen(sheet, sheet.seed, None))

    @Slot()
    def _on_changed(self) -> None:
        self._different.give_up_unless(self._desk.sheet)

    @Slot(object)
    def _on_chosen(self, sheet: SheetState) -> None:
        self._desk.set_sheet("Twelve different ones", sheet)
        self._room.canvas.start_over()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.offered.emit(Offer(sentence, "error"))
