"""The Sample workspace: controls above, the endless sheet below, one tile large over it.

It shows what it is given and tells what is wished for; the window decides.
"""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QGridLayout, QScrollBar, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Pixels
from desktop_app.studio.project import ProjectState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture import incoming
from desktop_app.ui.picture.icon_drawing import IconDrawing
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Tile, take_keys
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.closer_look import CloserLook
from desktop_app.ui.sample.empty_sheet import say_no_package, say_no_takes
from desktop_app.ui.sample.icon_pages import IconPages
from desktop_app.ui.sample.large_view import LargeView
from desktop_app.ui.sample.list_switch import SHEET, TAKES
from desktop_app.ui.sample.sample_controls import SampleControls
from desktop_app.ui.sample.sheet_canvas import SheetCanvas
from desktop_app.ui.sample.tiles import NoTiles, SheetTiles, TakeTiles, TileList

LOOK_AGAIN_MS = 30


class SampleRoom(QWidget):
    selection_changed = Signal()
    pictures_changed = Signal()  # pixels of the focused tile may have come
    star_wished = Signal(list)  # of Tile
    reject_wished = Signal(list)
    view_changed = Signal(int, int)  # tile size, first tile
    import_wished = Signal()
    file_dropped = Signal(str)
    drag_wished = Signal()
    class_key = Signal(object)  # int, or None for all

    def __init__(self, look: Look, bridge: QueueBridge, cache_bytes: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAcceptDrops(True)
        self._look = look
        self.store = TileStore(cache_bytes)
        self.loader = TileLoader(bridge, self.store, self, slot="sheet")
        self.controls = SampleControls(look)
        self.banner = Banner(look)
        self.drawing = self.store.drawing = IconDrawing(look, self)
        self.pages = IconPages(look, bridge, self.store, self)
        self.controls.add_pages(self.pages.all)
        self.canvas = SheetCanvas(look, self.store, self.loader)
        self.closer = CloserLook(bridge, self.store, self.drawing, self.canvas, self)
        self._bar = QScrollBar(Qt.Orientation.Vertical)
        self._bar.setAccessibleName("Position in the sheet")
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._empty = EmptyView(look, "package")
        self._empty.acted.connect(self._on_empty_action)
        self._empty_imports = True
        self._takes_shown = False
        self._is_large = False
        self._state: ProjectState | None = None
        self._package: Package | None = None
        self._by_hash: Mapping[str, Package] = {}
        self.large = LargeView(look)
        self._arrange()
        self._look_again = QTimer(self)
        self._look_again.setSingleShot(True)
        self._look_again.setInterval(LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self._on_pictures)
        self._connect()

    def _arrange(self) -> None:
        self._sheet = QWidget()
        grid = QGridLayout(self._sheet)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.canvas, 0, 0)
        grid.addWidget(self._bar, 0, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._sheet)
        for widget in (self._empty, self.large, *self.pages.all):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        canvas, controls, large = self.canvas, self.controls, self.large
        canvas.scrolled.connect(self._on_scrolled)
        canvas.selection_changed.connect(self._on_selection)
        canvas.tile_size_changed.connect(controls.show_tile_size)
        canvas.opened.connect(self._on_opened)
        canvas.star_wished.connect(self._on_star_spot)
        canvas.retry_wished.connect(self.retry)
        canvas.drag_wished.connect(self.drag_wished)
        canvas.class_key.connect(self._on_class_key)
        controls.tile_size_dragged.connect(self._on_tile_size)
        controls.crisp_toggled.connect(self._on_crisp)
        controls.list_chosen.connect(self._on_list)
        large.closed.connect(self.close_large)
        large.stepped.connect(self._on_large_step)
        large.star_wished.connect(self.star)
        large.crisp_wished.connect(controls.toggle_crisp)
        self._bar.valueChanged.connect(self._on_bar)
        self.loader.arrived.connect(self._look_again.start)
        self.loader.arrived.connect(self.closer.look)
        self.closer.changed.connect(self._on_closer)
        self.loader.failed.connect(self._on_failed)
        self.pages.changed.connect(self._on_page)
        for page in self.pages.all:
            page.selection_changed.connect(self.selection_changed)
            page.pictures_changed.connect(self.pictures_changed)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_project(self, state: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: that of the sheet, None where it is not here. by_hash: all packages, for the takes."""
        self._state, self._package, self._by_hash = state, package, by_hash
        self.drawing.set_icon_look(state.icons.look)
        base = state.sheet.base
        manifest = package.manifest if package else None
        self.controls.show_sheet(state.sheet, manifest, f"tile {base.index}" if base else "")
        self._show_lists()
        self.canvas.show_marks(take_keys(state.takes), take_keys(state.rejects))
        self.canvas.show_tiles(self._tile_list())
        self._show_page()
        self._show_large()
        self.selection_changed.emit()

    def _show_lists(self) -> None:
        """The switch, and the page that is in view."""
        assert self._state is not None
        has_pages = self._package is not None and self._package.manifest.icons is not None
        if not has_pages:
            self.pages.show(None)
        page = self.pages.current
        shown = TAKES if self._takes_shown else SHEET
        self.controls.switch.show_pages(has_pages)
        self.controls.show_list(self.pages.number if page else shown, len(self._state.takes))
        if page is not None:
            page.show_project(self._state, self._package, self._by_hash)

    def show_view(self, tile_px: int, first_tile: int) -> None:
        """The view as it was left."""
        self.canvas.set_tile_px(tile_px)
        self.controls.show_tile_size(tile_px)
        self.canvas.show_index(first_tile, at_top=True)

    @Slot(bool)
    def show_takes(self, shown: bool) -> None:
        self.pages.show(None)
        if shown == self._takes_shown or self._state is None:
            return
        self._takes_shown = shown
        self.canvas.start_over()
        self.show_project(self._state, self._package, self._by_hash)

    @Slot(int)
    def _on_list(self, number: int) -> None:
        if number in (SHEET, TAKES):
            self.show_takes(number == TAKES)
        else:
            page = self.pages.all[number - TAKES - 1]
            page.enter(self.focus_tile() or self.canvas.focus_tile())
            self.pages.show(page)

    @Slot()
    def _on_page(self) -> None:
        if self._state is not None:
            self.show_project(self._state, self._package, self._by_hash)

    @property
    def takes_shown(self) -> bool:
        return self._takes_shown

    def show_design_at(self, index: int) -> None:
        """Bring a tile of the sheet into view and select it."""
        self.canvas.show_index(index)
        self.canvas.select_only(index)

    def _tile_list(self) -> TileList:
        if self._state is not None and self._takes_shown:
            return TakeTiles(self._state.takes, self._by_hash)
        if self._state is None or self._package is None:
            return NoTiles()
        return SheetTiles(self._state.sheet, self._package)

    def _show_page(self) -> None:
        anything = self._package is not None or bool(self._state and self._state.takes)
        shown = self.pages.current or self._plain_page()
        self._is_large = shown is self.large
        self.controls.setVisible(anything and not self._is_large)
        self._stack.setCurrentWidget(shown)

    def _plain_page(self) -> QWidget:
        """The sheet, one tile large, or what there is to say in their place."""
        no_takes = self._takes_shown and self._state is not None and not self._state.takes
        no_package = not self._takes_shown and self._package is None
        if no_takes:
            say_no_takes(self._empty)
        elif no_package:
            say_no_package(self._empty, self._state.sheet.package if self._by_hash and self._state else "")
        self._empty_imports = no_package
        large_or_sheet = self.large if self._is_large else self._sheet
        return self._empty if no_takes or no_package else large_or_sheet

    # -- what is selected ------------------------------------------------------------------------------------------

    @property
    def first_focus(self) -> QWidget:
        return self.pages.current.first_focus if self.pages.current else self.canvas

    def selected_tiles(self) -> list[Tile]:
        return (self.pages.current or self.canvas).selected_tiles()

    def tiles_in_view(self) -> list[Tile]:
        """Of the sheet or the takes, from the top."""
        canvas = self.canvas
        return [canvas.tile(i) for i in canvas.layout_now.visible(canvas.scroll_position)]

    def focus_tile(self) -> Tile | None:
        return (self.pages.current or self.canvas).focus_tile()

    def pixels_of(self, tile: Tile) -> Pixels | None:
        return self.store.pixels(tile.key)

    @Slot()
    def star(self) -> None:
        if known := self._marked_tiles():
            self.star_wished.emit(known)

    @Slot()
    def reject(self) -> None:
        """Not this: the other side of a star."""
        if known := self._marked_tiles():
            self.reject_wished.emit(known)

    def toggle_crisp(self) -> None:
        self.controls.toggle_crisp()

    def _marked_tiles(self) -> list[Tile]:
        tiles = [self.focus_tile()] if self._is_large else self.selected_tiles()
        return [tile for tile in tiles if tile is not None]

    @Slot()
    def retry(self) -> None:
        self.loader.retry()
        self.canvas.refresh()

    # -- the large view --------------------------------------------------------------------------------------------

    @property
    def is_large(self) -> bool:
        return self._is_large

    @property
    def is_empty(self) -> bool:
        return self._stack.currentWidget() is self._empty

    @Slot()
    def open_large(self) -> None:
        if self.pages.current is None and self.focus_tile() is not None:
            self._is_large = True
            self._show_page()
            self.large.open()
            self._show_large()

    @Slot()
    def close_large(self) -> None:
        if self._is_large:
            self._is_large = False
            self._show_page()
            self.canvas.setFocus()

    def _show_large(self) -> None:
        tile = self.focus_tile()
        if not self._is_large or tile is None:
            return
        starred = tile.key in take_keys(self._state.takes) if self._state else False
        words, key, is_icon = self.canvas.words_for(self.canvas.focus), tile.key, self.drawing.draws(tile.key)
        detail = self.closer.likeness_words(key) or f"Seed {tile.design.seed}"
        pixels, document = self.store.shown(key), self.drawing.document(key) if is_icon else ""
        self.large.show_tile(f"Tile {words}", detail, pixels, starred=starred, document=document, is_icon=is_icon)

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_scrolled(self) -> None:
        canvas = self.canvas
        layout = canvas.layout_now
        self._bar.blockSignals(True)
        self._bar.setRange(0, layout.max_scroll)
        self._bar.setPageStep(layout.height)
        self._bar.setSingleStep(layout.pitch)
        self._bar.setValue(round(canvas.scroll_position))
        self._bar.blockSignals(False)
        self._bar.setVisible(layout.max_scroll > 0)
        if not self._takes_shown and self._package is not None:
            self.view_changed.emit(canvas.tile_px, canvas.first_tile)

    @Slot(int)
    def _on_bar(self, value: int) -> None:
        self.canvas.scroll_to(float(value))

    @Slot(int)
    def _on_tile_size(self, tile_px: int) -> None:
        self.canvas.set_tile_px(tile_px)

    @Slot(bool)
    def _on_crisp(self, crisp: bool) -> None:
        scaling: Scaling = "crisp" if crisp else "smooth"
        self.canvas.set_scaling(scaling)
        self.large.set_scaling(scaling)
        self.pictures_changed.emit()

    @Slot()
    def _on_selection(self) -> None:
        self._show_large()
        self.selection_changed.emit()

    @Slot()
    def _on_pictures(self) -> None:
        self._show_large()
        self.pictures_changed.emit()

    @Slot(bool)
    def _on_closer(self, has_focus: bool) -> None:
        """More is known of icons in view."""
        self._look_again.start()
        if has_focus:
            self.selection_changed.emit()

    @Slot(int)
    def _on_opened(self, index: int) -> None:
        if index not in self.canvas.selection:
            self.canvas.select_only(index)
        self.open_large()

    @Slot(str)
    def _on_large_step(self, step: str) -> None:
        index = self.canvas.layout_now.step(self.canvas.focus, step)  # type: ignore[arg-type]
        self.canvas.show_index(index)
        self.canvas.select_only(index)

    @Slot(object)
    def _on_class_key(self, label: int | None) -> None:
        if not self._takes_shown:
            self.class_key.emit(label)

    @Slot(int)
    def _on_star_spot(self, index: int) -> None:
        self.star_wished.emit([self.canvas.tile(index)])

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
        self.canvas.update()

    @Slot()
    def _on_empty_action(self) -> None:
        if self._empty_imports:
            self.import_wished.emit()
        else:
            self.show_takes(False)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if incoming.brings_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if found := incoming.dropped_files(event):
            self.file_dropped.emit(str(found[0]))
