"""The canvas of the Blend room: the pad, the map, or what to begin with; and what may become of a lassoed set."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio import blend as blends
from desktop_app.studio.blend import BlendState
from desktop_app.studio.project import Take
from desktop_app.ui.blend.blend_wishes import BlendWishes
from desktop_app.ui.blend.map_view import MapView
from desktop_app.ui.blend.pad_canvas import PadCanvas
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import TileStore


class BlendCanvas(QStackedWidget):
    moved = Signal()  # a hand moves what is under the pin
    settled = Signal()
    pointed = Signal(object)  # a Design of the map that is there as itself, or None
    star_wished = Signal(list)  # of Design
    reject_wished = Signal(list)
    import_wished = Signal()
    said = Signal(str, str)

    def __init__(
        self,
        look: Look,
        bridge: QueueBridge,
        store: TileStore,
        pad_store: TileStore,
        wishes: BlendWishes,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wishes = wishes
        self._package: Package | None = None
        self._lattice_of: object = None  # all that decides the lattice
        self.anchor_tiles: tuple[Tile, ...] = ()
        self.cell_tiles: tuple[Tile, ...] = ()
        self.pad = PadCanvas(look, pad_store)
        self.map = MapView(look, bridge, store)
        self.empty = EmptyView(look, "blend")
        for page in (self.pad, self.empty, self.map):
            self.addWidget(page)
        self._connect()

    def _connect(self) -> None:
        pad, plane, wishes = self.pad, self.map, self._wishes
        for movement in (pad.pin_moved, pad.anchor_moved, plane.spot_dragged):
            movement.connect(self.moved)
        pad.pin_moved.connect(wishes.move_pin)
        pad.anchor_moved.connect(wishes.move_anchor)
        pad.anchor_removed.connect(wishes.remove_anchor)
        pad.anchor_replaced.connect(wishes.replace_anchor)
        pad.settled.connect(self.settled)
        plane.spot_dragged.connect(wishes.move_spot)
        plane.settled.connect(self.settled)
        plane.picked.connect(wishes.pick)
        plane.pointed.connect(self.pointed)
        plane.lassoed.connect(self._on_lassoed)
        plane.said.connect(self.said)
        self.empty.acted.connect(self._on_empty_action)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_canvas(
        self, state: BlendState, package: Package | None, takes: tuple[Take, ...], *, has_packages: bool
    ) -> None:
        """package: that of the canvas, None where it is not here. has_packages: whether any is here."""
        self._package = package
        self._show_lattice(state, package)
        if package is None:
            self._say_no_package(state.package, has_packages=has_packages)
        elif not state.anchors:
            self._say_no_anchors(package)
        if state.view == "map" and package is not None:
            self.map.show_map(state, package, takes)
            self.setCurrentWidget(self.map)
        else:
            self.setCurrentWidget(self.pad if state.anchors and package else self.empty)

    def _show_lattice(self, state: BlendState, package: Package | None) -> None:
        """Make the lattice anew where it has changed: anchors, pushes, how fine it is; never for the pin alone."""
        decides = package, state.anchors, state.pushes, state.taste, state.taste_amount, state.lattice
        if decides != self._lattice_of:
            self._lattice_of = decides
            cells = blends.lattice_designs(state) if len(state.anchors) > 1 else []
            self.anchor_tiles = _tiles(package, [anchor.design for anchor in state.anchors])
            self.cell_tiles = _tiles(package, cells)
        if package is not None:
            self.pad.show_pad(state, self.anchor_tiles, self.cell_tiles)

    def _say_no_package(self, name: str, *, has_packages: bool) -> None:
        self.empty.set_icon("package")
        if has_packages:
            named = f"The pad’s model “{name}”" if name else "The model"
            self.empty.say(
                "This model is not here", f"{named} is not here. Choose another one, or import it.", "Import a model…"
            )
        else:
            text = "Maquette draws with small trained models. Import a model package, a folder or a .zip, to begin."
            self.empty.say("No models yet", text, "Import a model…")

    def _say_no_anchors(self, package: Package) -> None:
        self.empty.set_icon("blend")
        text = (
            "Select them in Sample and press B, or drop a picture made here. "
            f"Or begin with four designs of “{package.manifest.title}” and drag the pin between them."
        )
        self.empty.say("Put two designs on the pad", text, "Begin with four designs")

    @property
    def first_focus(self) -> QWidget:
        """What has the focus when the room is gone to for the first time."""
        page = self.currentWidget()
        return self.empty.button if page is self.empty else self.map if page is self.map else self.pad

    def anchor_at(self, position: QPointF) -> int | None:
        """The anchor at a position of the canvas, where the pad is in view."""
        return self.pad.anchor_at(self.pad.mapFrom(self, position)) if self.currentWidget() is self.pad else None

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def switch(self) -> None:
        self.moved.emit()
        self._wishes.show_canvas("pad" if self.currentWidget() is self.map else "map")
        self.first_focus.setFocus()

    @Slot()
    def _on_empty_action(self) -> None:
        if self._package is None:
            self.import_wished.emit()
        else:
            self._wishes.fill()
            self.pad.setFocus()

    @Slot(list)
    def _on_lassoed(self, designs: list[Design]) -> None:
        """What to do with a set is asked where the hand is."""
        if not designs:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, act in self._choices(designs):
            menu.addAction(words).triggered.connect(act)
        middle = self.map.mapToGlobal(self.map.rect().center())
        menu.popup(QCursor.pos() if self.map.underMouse() else middle)

    def _choices(self, designs: list[Design]) -> list[tuple[str, Callable[[], None]]]:
        count = "this design" if len(designs) == 1 else f"these {len(designs)} designs"
        return [
            (f"Put {count} on the pad", partial(self._wishes.add, designs)),
            (f"Add {count} as key frames", partial(self._wishes.add_keys, designs)),
            (f"Star {count}", partial(self.star_wished.emit, designs)),
            (f"Mark {count} as “not this”", partial(self.reject_wished.emit, designs)),
        ]


def _tiles(package: Package | None, designs: list[Design]) -> tuple[Tile, ...]:
    if package is None:
        return ()
    return tuple(Tile(package.name, package.sha256, design, package) for design in designs)
