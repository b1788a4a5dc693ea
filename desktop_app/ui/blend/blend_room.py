"""The Blend workspace: the canvas (pad or map), the design under the pin, the sliders, and the timeline below.

It shows what it is given and tells what is wished for, as a whole new state of the canvas; the window decides.
"""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Pixels
from desktop_app.studio import blend as blends
from desktop_app.studio.blend import BlendState
from desktop_app.studio.project import ProjectState, Take
from desktop_app.ui.blend import words
from desktop_app.ui.blend.blend_canvas import BlendCanvas
from desktop_app.ui.blend.blend_controls import BlendControls
from desktop_app.ui.blend.blend_pictures import BlendPictures
from desktop_app.ui.blend.blend_wishes import BlendWishes
from desktop_app.ui.blend.live_view import LiveView
from desktop_app.ui.blend.own_picture_panel import OwnPictures
from desktop_app.ui.blend.sliders_panel import SlidersPanel
from desktop_app.ui.blend.timeline_drag import DesignDrag
from desktop_app.ui.blend.timeline_panel import TimelinePanel
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture import incoming
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Key, Tile, take_keys
from desktop_app.ui.picture.tile_store import TileStore

LOOK_AGAIN_MS = 60
CACHE = 16 * 2**20  # bytes
PICTURES = 160  # that the pad must have room for, however large they are: its finest lattice, and some of the way


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
        self._shared = store  # of the whole window, for the map and the walk
        self.store = TileStore(CACHE)  # of the pad: a dragged pin leaves thousands of pictures behind, and none is kept
        self.store.drawing = store.drawing
        self.controls = BlendControls(look)
        self.banner = Banner(look)
        self.wishes = BlendWishes(self)
        self.canvas = BlendCanvas(look, bridge, store, self.store, self.wishes)
        self.pad, self.map = self.canvas.pad, self.canvas.map
        self.live = LiveView(look)
        self.sliders = SlidersPanel(look, bridge)
        self.timeline = TimelinePanel(look, bridge, store)
        self.pictures = BlendPictures(bridge, self.store, self)
        self.own_pictures = OwnPictures(look, bridge, self)
        self._state = BlendState()
        self._marked: tuple[tuple[Take, ...], tuple[Take, ...]] = (), ()
        self._marks: tuple[frozenset[Key], frozenset[Key]] = frozenset(), frozenset()  # of stars, of rejects
        self._package: Package | None = None
        self._preview: Design | None = None  # shown large for the moment, by the timeline
        self._pointed: Design | None = None  # a design of the map that is there as itself
        self._drop_on: int | None = None  # the anchor under the last file that was dropped
        self._dropped_on: int | None = None
        self._own_at: int | None = None  # the anchor that an own picture will replace
        self._arrange()
        self._look_again = QTimer(self)
        self._look_again.setSingleShot(True)
        self._look_again.setInterval(LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self.selection_changed)
        self._connect()
        self.live.set_scaling("crisp")

    def _arrange(self) -> None:
        side = QSplitter(Qt.Orientation.Vertical)
        side.setObjectName("panel")
        side.addWidget(self.live)
        side.addWidget(self.sliders)
        side.setStretchFactor(0, 3)
        side.setStretchFactor(1, 2)
        side.setSizes([360, 220])
        self._middle = QSplitter(Qt.Orientation.Horizontal)
        self._middle.addWidget(self.canvas)
        self._middle.addWidget(side)
        self._middle.setStretchFactor(0, 5)
        self._middle.setStretchFactor(1, 3)
        self._middle.setSizes([520, 310])
        for splitter in (side, self._middle):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)  # a hairline; it can be gripped two pixels beside it
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.banner)
        column.addWidget(self._middle, 1)
        column.addWidget(self.timeline)

    def _connect(self) -> None:
        canvas, live, controls, sliders, wishes = self.canvas, self.live, self.controls, self.sliders, self.wishes
        canvas.moved.connect(self._end_preview)
        canvas.settled.connect(self.settled)
        canvas.pointed.connect(self._on_pointed)
        canvas.star_wished.connect(self._on_star)
        canvas.reject_wished.connect(self._on_reject)
        canvas.import_wished.connect(self.import_wished)
        canvas.said.connect(self._on_said)
        canvas.pad.retry_wished.connect(self.retry)
        controls.view_chosen.connect(self._on_view)
        controls.lattice_chosen.connect(wishes.set_lattice)
        controls.fill_wished.connect(wishes.fill)
        controls.clear_wished.connect(wishes.clear)
        live.star_wished.connect(self.star)
        live.reject_wished.connect(self.reject)
        live.key_wished.connect(self.add_key)
        live.crisp_toggled.connect(self._on_crisp)
        sliders.moved.connect(self._end_preview)
        sliders.pushed.connect(wishes.push)
        sliders.taste_pushed.connect(wishes.push_taste)
        sliders.reset_wished.connect(wishes.reset_sliders)
        sliders.settled.connect(self.settled)
        wishes.wished.connect(self._on_wished)
        wishes.wished.connect(self.wished)
        self._connect_timeline()
        wishes.said.connect(self._on_said)
        self.own_pictures.accepted.connect(self._on_own_picture)
        self.own_pictures.said.connect(self._on_said)
        self.pictures.view_arrived.connect(self._on_view_arrived)
        self.pictures.lattice_arrived.connect(self.pad.update)
        self.pictures.failed.connect(self._on_failed)

    def _connect_timeline(self) -> None:
        timeline, wishes = self.timeline, self.wishes
        DesignDrag(self.live.view, self.focus_tile, self.store)
        timeline.walk_changed.connect(wishes.change_walk)
        timeline.settled.connect(self.settled)
        timeline.scrubbed.connect(self._on_scrubbed)
        timeline.add_wished.connect(self.add_key)
        timeline.key_opened.connect(self._on_key_opened)
        timeline.said.connect(self._on_said)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_project(self, project: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: that of the canvas, None where it is not here. by_hash: all packages."""
        self.timeline.exporter.icon_style = project.icons.look.style
        if package is not None and package != self._package:
            self._on_crisp(package.manifest.icons is None)
            picture = package.manifest.picture
            size = picture.channels * picture.height * picture.width if picture else 0
            self.store.set_budget(max(CACHE, 4 * PICTURES * size))  # a quarter of it is for pixels
        self._package, self._state = package, project.blend
        self.wishes.state, self.wishes.package = self._state, package
        if (project.takes, project.rejects) != self._marked:
            self._marked = project.takes, project.rejects
            self._marks = take_keys(project.takes), take_keys(project.rejects)
        self.canvas.show_canvas(self._state, package, project.takes, has_packages=bool(by_hash))
        self._show_current()  # what is under the pin before all else
        self.pictures.want_lattice(self.canvas.anchor_tiles, self.canvas.cell_tiles)
        self.controls.show_blend(self._state, hint=words.hint_words(self._state), has_package=package is not None)
        self.sliders.show_sliders(self._state, package, project.takes, project.rejects)
        self.timeline.show_walk(self._state, package)
        if self.pad.is_dragging:
            self._tell_soon()
        else:
            self.selection_changed.emit()

    def _tell_soon(self) -> None:
        """Who follows what is shown need not follow a hand at its pace."""
        if not self._look_again.isActive():
            self._look_again.start()

    def _show_current(self) -> None:
        tile = self.focus_tile()
        self.pictures.want_view(tile)
        way = words.way_words(self._package)
        if self._preview is not None:
            self.live.show_words("On the walk", "", "", way)
        else:
            pushes = words.push_words(self._state, self._package)
            title = "On the map" if self._state.view == "map" else "Under the pin"
            if self._pointed is not None and self._state.view == "map":
                pushes = ""
            self.live.show_words(title, words.place_words(self._state), pushes, way)
        starred, rejected = (tile is not None and tile.key in marks for marks in self._marks)
        self.live.show_marks(has_design=tile is not None, starred=starred, rejected=rejected)
        self._show_pixels(tile)

    def _show_pixels(self, tile: Tile | None) -> None:
        """The newest picture that is there; the last one stays until it comes."""
        pixels = self.pictures.newest()
        if pixels is not None or tile is None:
            self.live.show_pixels(pixels)

    def _tile(self, design: Design) -> Tile:
        assert self._package is not None
        return Tile(self._package.name, self._package.sha256, design, self._package)

    @Slot()
    def show_icons_anew(self) -> None:
        """Their colours have changed."""
        self.store.forget_images()
        self._show_pixels(self.focus_tile())
        self.pad.update()
        self.timeline.canvas.update()

    # -- what is selected ------------------------------------------------------------------------------------------

    @property
    def first_focus(self) -> QWidget:
        """What has the focus when the room is gone to for the first time."""
        return self.canvas.first_focus

    @property
    def design(self) -> Design | None:
        """What is shown large."""
        if self._preview is not None:
            return self._preview
        if self._pointed is not None and self._state.view == "map":
            return self._pointed
        return blends.current(self._state)

    def focus_tile(self) -> Tile | None:
        design = self.design
        return self._tile(design) if design is not None and self._package is not None else None

    def selected_tiles(self) -> list[Tile]:
        tile = self.focus_tile()
        return [tile] if tile is not None else []

    def toggle_crisp(self) -> None:
        self.live.toggle_crisp()

    def show_device(self, device: Device | None) -> None:
        self.timeline.show_device(device)

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
        self.timeline.retry()
        self.map.retry()

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
        self._end_preview()
        self.wishes.show_canvas("map" if view == "map" else "pad")

    @Slot(bool)
    def _on_crisp(self, crisp: bool) -> None:
        scaling: Scaling = "crisp" if crisp else "smooth"
        self.live.set_scaling(scaling)
        self.timeline.set_scaling(scaling)

    @Slot()
    def _on_view_arrived(self) -> None:
        self._show_pixels(self.focus_tile())
        self._tell_soon()

    @Slot(object)
    def _on_scrubbed(self, design: Design | None) -> None:
        """A frame of the walk, large for the moment; None goes back to what is under the pin."""
        self._preview = design
        self._show_current()
        self._tell_soon()

    @Slot(object)
    def _on_pointed(self, design: Design | None) -> None:
        self._pointed = design
        self._show_current()
        self._tell_soon()

    @Slot(object)
    def _on_key_opened(self, design: Design) -> None:
        """A key frame to go on from: the pin on it, and where it is not on the pad yet it comes there."""
        self._preview = None
        self.wishes.go_to(design)

    @Slot()
    def _end_preview(self) -> None:
        """A hand on the canvas or a slider wants to see what it does, not the walk."""
        if self._preview is not None:
            self.timeline.end_preview()

    @Slot(list)
    def _on_star(self, designs: list[Design]) -> None:
        self.star_wished.emit([self._tile(design) for design in designs])

    @Slot(list)
    def _on_reject(self, designs: list[Design]) -> None:
        self.reject_wished.emit([self._tile(design) for design in designs])

    @Slot(str, str)
    def _on_said(self, sentence: str, tone: str) -> None:
        self.banner.say(sentence, tone=tone)  # type: ignore[arg-type]

    @Slot()
    def _on_wished(self) -> None:
        """A warning was about the step before; one that offers a way out stays."""
        if self.banner.tone == "warn" and not self.banner.asks:
            self.banner.dismiss()

    @Slot(str)
    def say_mishap(self, sentence: str) -> None:
        """The engine ended: what it left undone can be asked for again."""
        if self.store.failures or self._shared.failures:
            self.banner.say(sentence, tone="warn", action="Try again", act=self.retry)
        else:
            self.banner.say(sentence, tone="warn")

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.banner.say(sentence, tone="error", action="Try again", act=self.retry)
        self.pad.update()

    def leave(self) -> None:
        """The window closes: end what runs."""
        self.own_pictures.close()
        self.timeline.close_panel()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        self._look_again.stop()
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if incoming.brings_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if found := incoming.dropped_files(event):
            self._drop_on = self.canvas.anchor_at(self.canvas.mapFrom(self, event.position()))
            self.file_dropped.emit(str(found[0]))

    def take_drop(self) -> int | None:
        """The anchor that the last file was dropped on; asked for once."""
        self._dropped_on, self._drop_on = self._drop_on, None
        return self._dropped_on
