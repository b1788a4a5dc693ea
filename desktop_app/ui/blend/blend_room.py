"""The Blend workspace: the canvas (pad or map), the design under the pin, the sliders, and the timeline below.

It shows what it is given and tells what is wished for, as a whole new state of the canvas; the window decides.
"""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Pixels
from desktop_app.studio import blend as blends
from desktop_app.studio.blend import BlendState
from desktop_app.studio.project import ProjectState
from desktop_app.ui.blend import words
from desktop_app.ui.blend.blend_controls import BlendControls
from desktop_app.ui.blend.blend_pictures import BlendPictures
from desktop_app.ui.blend.blend_wishes import BlendWishes
from desktop_app.ui.blend.live_view import LiveView
from desktop_app.ui.blend.own_picture_panel import OwnPictures
from desktop_app.ui.blend.pad_canvas import PadCanvas
from desktop_app.ui.blend.sliders_panel import SlidersPanel
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_store import TileStore

LOOK_AGAIN_MS = 60


class BlendRoom(QWidget):
    wished = Signal(object, str, str)  # BlendState, what the step is called, what it runs together with
    settled = Signal()  # the hand has let go
    selection_changed = Signal()  # another design is shown
    pictures_changed = Signal()
    star_wished = Signal(list)  # of Tile
    reject_wished = Signal(list)
    import_wished = Signal()
    file_dropped = Signal(str)
    sample_wished = Signal()

    def __init__(self, look: Look, bridge: QueueBridge, store: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAcceptDrops(True)
        self.store = store
        self.controls = BlendControls(look)
        self.banner = Banner(look)
        self.pad = PadCanvas(look, store)
        self.live = LiveView(look)
        self.sliders = SlidersPanel(look, bridge)
        self.pictures = BlendPictures(bridge, store, self)
        self.own_pictures = OwnPictures(look, bridge, self)
        self._empty = EmptyView(look, "blend")
        self.wishes = BlendWishes(self)
        self._state = BlendState()
        self._project: ProjectState | None = None
        self._package: Package | None = None
        self._preview: Design | None = None  # shown large for the moment, by the timeline
        self._drop_on: int | None = None  # the anchor under the last file that was dropped
        self._dropped_on: int | None = None
        self._own_at: int | None = None  # the anchor that an own picture will replace
        self._lattice_of: object = None
        self._anchor_tiles: tuple[Tile, ...] = ()
        self._cell_tiles: tuple[Tile, ...] = ()
        self._arrange()
        self._look_again = QTimer(self)
        self._look_again.setSingleShot(True)
        self._look_again.setInterval(LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self.selection_changed)
        self._connect()
        self.live.set_scaling("crisp")

    def _arrange(self) -> None:
        self._canvas = QStackedWidget()
        self._canvas.addWidget(self.pad)
        self._canvas.addWidget(self._empty)
        side = QSplitter(Qt.Orientation.Vertical)
        side.setObjectName("panel")
        side.addWidget(self.live)
        side.addWidget(self.sliders)
        side.setSizes([380, 260])
        self._middle = QSplitter(Qt.Orientation.Horizontal)
        self._middle.addWidget(self._canvas)
        self._middle.addWidget(side)
        self._middle.setStretchFactor(0, 1)
        self._middle.setSizes([520, 310])
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(self._middle)
        self._split.setStretchFactor(0, 1)
        for splitter in (side, self._middle, self._split):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)  # a hairline; it can be gripped two pixels beside it
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.banner)
        column.addWidget(self._split, 1)

    def _connect(self) -> None:
        pad, live, controls, sliders, wishes = self.pad, self.live, self.controls, self.sliders, self.wishes
        pad.pin_moved.connect(wishes.move_pin)
        pad.anchor_moved.connect(wishes.move_anchor)
        pad.anchor_removed.connect(wishes.remove_anchor)
        pad.anchor_replaced.connect(wishes.replace_anchor)
        pad.settled.connect(self.settled)
        pad.retry_wished.connect(self.retry)
        controls.view_chosen.connect(self._on_view)
        controls.lattice_chosen.connect(wishes.set_lattice)
        controls.fill_wished.connect(wishes.fill)
        controls.clear_wished.connect(wishes.clear)
        live.star_wished.connect(self.star)
        live.reject_wished.connect(self.reject)
        live.key_wished.connect(self.add_key)
        live.crisp_toggled.connect(self._on_crisp)
        sliders.pushed.connect(wishes.push)
        sliders.taste_pushed.connect(wishes.push_taste)
        sliders.reset_wished.connect(wishes.reset_sliders)
        sliders.settled.connect(self.settled)
        wishes.wished.connect(self.wished)
        wishes.said.connect(self._on_said)
        self.own_pictures.accepted.connect(self._on_own_picture)
        self.own_pictures.said.connect(self._on_said)
        self._empty.acted.connect(self._on_empty_action)
        self.pictures.view_arrived.connect(self._on_view_arrived)
        self.pictures.lattice_arrived.connect(pad.update)
        self.pictures.failed.connect(self._on_failed)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_project(self, project: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: that of the canvas, None where it is not here. by_hash: all packages."""
        self._project, self._package, self._state = project, package, project.blend
        self.wishes.state, self.wishes.package = self._state, package
        self._show_lattice()
        self._show_current()
        self._show_page(bool(by_hash))
        self.controls.show_blend(self._state, hint=words.hint_words(self._state), has_package=package is not None)
        self.sliders.show_sliders(self._state, package, project.takes, project.rejects)
        if self.pad.is_dragging:
            self._tell_soon()
        else:
            self.selection_changed.emit()

    def _tell_soon(self) -> None:
        """Who follows what is shown need not follow a hand at its pace."""
        if not self._look_again.isActive():
            self._look_again.start()

    def _show_lattice(self) -> None:
        """Ask for the lattice where it has changed: the anchors, the pushes, how fine it is; never for the pin."""
        state, package = self._state, self._package
        decides = package, state.anchors, state.pushes, state.taste, state.taste_amount, state.lattice
        if decides != self._lattice_of:
            self._lattice_of = decides
            designs = blends.lattice_designs(state) if len(state.anchors) > 1 else []
            self._anchor_tiles = tuple(self._tile(anchor.design) for anchor in state.anchors) if package else ()
            self._cell_tiles = tuple(self._tile(design) for design in designs) if package else ()
        self.pictures.want_lattice(self._anchor_tiles, self._cell_tiles)
        if package is not None:
            self.pad.show_pad(state, self._anchor_tiles, self._cell_tiles)

    def _show_current(self) -> None:
        tile = self.focus_tile()
        self.pictures.want_view(tile)
        way = words.way_words(self._package)
        if self._preview is not None:
            self.live.show_words("On the walk", "", "", way)
        else:
            pushes = words.push_words(self._state, self._package)
            title = "On the map" if self._state.view == "map" else "Under the pin"
            self.live.show_words(title, words.place_words(self._state), pushes, way)
        project = self._project
        starred = tile is not None and project is not None and _is_among(tile, project.takes)
        rejected = tile is not None and project is not None and _is_among(tile, project.rejects)
        self.live.show_marks(has_design=tile is not None, starred=starred, rejected=rejected)
        self._show_pixels(tile)

    def _show_pixels(self, tile: Tile | None) -> None:
        """The newest picture that is there; the last one stays until it comes."""
        pixels = self.pictures.newest()
        if pixels is not None or tile is None:
            self.live.show_pixels(pixels)

    def _show_page(self, has_packages: bool) -> None:
        state, title = self._state, self._package.manifest.title if self._package else ""
        if self._package is None:
            name = f"“{state.package}”" if state.package else "here"
            text = f"The model of this pad, {name}, is not here. Choose another one, or import it."
            if not has_packages:
                text = "Maquette draws with small trained models. Import a model package, a folder or a .zip, to begin."
            self._empty.set_icon("package")
            self._empty.say("This model is not here" if has_packages else "No models yet", text, "Import a model…")
        elif not state.anchors:
            self._empty.set_icon("blend")
            text = (
                "Select them in Sample and press B, or drop a picture made here. "
                f"Or begin with four designs of “{title}” and drag the pin between them."
            )
            self._empty.say("Put two designs on the pad", text, "Begin with four designs")
        self._canvas.setCurrentWidget(self.pad if state.anchors and self._package else self._empty)

    def _tile(self, design: Design) -> Tile:
        assert self._package is not None
        return Tile(self._package.name, self._package.sha256, design, self._package)

    # -- what is selected ------------------------------------------------------------------------------------------

    @property
    def design(self) -> Design | None:
        """What is shown large."""
        return self._preview if self._preview is not None else blends.current(self._state)

    def focus_tile(self) -> Tile | None:
        design = self.design
        return self._tile(design) if design is not None and self._package is not None else None

    def selected_tiles(self) -> list[Tile]:
        tile = self.focus_tile()
        return [tile] if tile is not None else []

    def pixels_of(self, tile: Tile) -> Pixels | None:
        return self.store.pixels(tile.key)

    # -- wishes ----------------------------------------------------------------------------------------------------

    @Slot()
    def star(self) -> None:
        if tiles := self.selected_tiles():
            self.star_wished.emit(tiles)

    @Slot()
    def reject(self) -> None:
        if tiles := self.selected_tiles():
            self.reject_wished.emit(tiles)

    @Slot()
    def add_key(self) -> None:
        design = self.design
        if design is not None:
            self.wishes.add_key(design)

    @Slot()
    def show_pad(self) -> None:
        self.wishes.show_canvas("pad")

    @Slot()
    def show_map(self) -> None:
        self.wishes.show_canvas("map")

    @Slot(str)
    def take_own_picture(self, name: str) -> None:
        """Start to find the place of a picture that was not made here."""
        if self._package is None:
            self.banner.say("Choose a model first: a picture of your own is found in its space.", tone="warn")
        else:
            self._own_at = self._dropped_on
            self.own_pictures.start(Path(name), self._package)

    @Slot()
    def retry(self) -> None:
        self.pictures.refresh()

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(object, str)
    def _on_own_picture(self, design: Design, use: str) -> None:
        if use == "key":
            self.wishes.add_key(design, "Add your picture as a key frame")
        else:
            self.wishes.put_down(design, self._own_at)
        self._own_at = None

    @Slot(str)
    def _on_view(self, view: str) -> None:
        self.wishes.show_canvas("map" if view == "map" else "pad")

    @Slot(bool)
    def _on_crisp(self, crisp: bool) -> None:
        scaling: Scaling = "crisp" if crisp else "smooth"
        self.live.set_scaling(scaling)

    @Slot()
    def _on_view_arrived(self) -> None:
        self._show_pixels(self.focus_tile())
        self._tell_soon()

    @Slot(str, str)
    def _on_said(self, sentence: str, tone: str) -> None:
        self.banner.say(sentence, tone=tone)  # type: ignore[arg-type]

    @Slot(str)
    def say_mishap(self, sentence: str) -> None:
        """The engine ended: what it left undone can be asked for again."""
        if self.store.failures:
            self.banner.say(sentence, tone="warn", action="Try again", act=self.retry)
        else:
            self.banner.say(sentence, tone="warn")

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.banner.say(sentence, tone="error", action="Try again", act=self.retry)
        self.pad.update()

    @Slot()
    def _on_empty_action(self) -> None:
        if self._package is None:
            self.import_wished.emit()
        else:
            self.wishes.fill()

    def leave(self) -> None:
        """The window closes: end what runs."""
        self.own_pictures.close()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        self._look_again.stop()
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.source() is None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if found:
            event.acceptProposedAction()
            position = self.pad.mapFrom(self, event.position())
            inside = self.pad.isVisible() and self.pad.rect().contains(position.toPoint())
            self._drop_on = self.pad.anchor_at(QPointF(position)) if inside else None
            self.file_dropped.emit(str(Path(found[0])))

    def take_drop(self) -> int | None:
        """The anchor that the last file was dropped on; asked for once."""
        self._dropped_on, self._drop_on = self._drop_on, None
        return self._dropped_on


def _is_among(tile: Tile, takes) -> bool:  # type: ignore[no-untyped-def]
    return any(take.design == tile.design and take.sha256 == tile.sha256 for take in takes)
