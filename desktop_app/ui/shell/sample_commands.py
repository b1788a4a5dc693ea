"""The commands of the Sample workspace: what its wishes do to the desk, and what is shown after each."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.studio.project import ProjectState
from desktop_app.studio.sheet import tile_of
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.blend_desk import BlendDesk, Offer
from desktop_app.ui.shell.desk import Desk


class SampleCommands(QObject):
    offered = Signal(object)  # Offer

    def __init__(self, room: SampleRoom, desk: Desk, blend: BlendDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room, self._desk, self._blend = room, desk, blend
        controls = room.controls
        controls.label_chosen.connect(desk.set_label)
        controls.truncation_dragged.connect(desk.drag_truncation)
        controls.amount_dragged.connect(desk.drag_amount)
        controls.drag_settled.connect(desk.settle)
        controls.seed_typed.connect(desk.set_seed)
        controls.reroll_wished.connect(self.reroll)
        controls.back_wished.connect(self.go_back)
        room.class_key.connect(desk.set_label)
        room.star_wished.connect(desk.toggle_star)
        room.reject_wished.connect(desk.toggle_reject)
        room.view_changed.connect(self._on_view)
        for page in room.pages.all:
            page.changed.connect(self._on_page)
            page.settled.connect(desk.settle)
            page.said.connect(self._on_said)

    def slots(self) -> dict[str, Callable[[], None]]:
        room, controls = self._room, self._room.controls
        return {
            "select-all": room.canvas.select_all_visible,
            "vary": self.vary,
            "back": self.go_back,
            "reroll": self.reroll,
            "open-large": room.open_large,
            "takes": self.toggle_takes,
            "larger": controls.make_larger,
            "smaller": controls.make_smaller,
            "to-blend": self.put_on_pad,
        }

    def show_sheet(self) -> None:
        self._room.close_large()
        self._room.show_takes(False)

    @Slot()
    def vary(self) -> None:
        tile = self._room.focus_tile()
        if tile is None or tile.package is None:
            return
        if tile.design.place is not None:
            sentence = "A blended design has no variations: move it with the pin and the sliders in Blend."
            self.offered.emit(Offer(sentence, action="Put it on the pad", act=self.put_on_pad))
            return
        self.show_sheet()
        self._desk.vary(tile)
        self._room.show_design_at(0)

    @Slot()
    def put_on_pad(self) -> None:
        tiles = [self._room.focus_tile()] if self._room.is_large else self._room.selected_tiles()
        self._blend.put_on_pad([tile for tile in tiles if tile is not None])

    @Slot()
    def reroll(self) -> None:
        self._room.show_takes(False)
        self._desk.reroll()

    @Slot()
    def go_back(self) -> None:
        self.show_sheet()
        base = self._desk.sheet.base
        self._desk.back()
        if base is not None:
            index = base.variations[-1].index if base.variations else base.index
            self._room.show_design_at(tile_of(self._desk.sheet, index))

    @Slot()
    def toggle_takes(self) -> None:
        self._room.show_takes(not self._room.takes_shown)

    @Slot(int)
    def show_opened(self, index: int) -> None:
        """The tile of a recipe that was opened."""
        self.show_sheet()
        self._room.show_design_at(index)

    @Slot(object, str, str)
    def _on_page(self, state: ProjectState, label: str, coalesce: str) -> None:
        self._desk.change(label, state, coalesce=coalesce)

    @Slot(str, str)
    def _on_said(self, sentence: str, tone: str) -> None:
        self.offered.emit(Offer(sentence, tone))

    @Slot(int, int)
    def _on_view(self, tile_px: int, first_tile: int) -> None:
        self._desk.project.look(tile_px=tile_px, first_tile=first_tile)
