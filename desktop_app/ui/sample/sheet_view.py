"""The contact sheet on the screen: what it shows, where it stands, what is selected. Hands come in sheet_canvas.py."""

from collections.abc import Callable, Set
from time import perf_counter

from PySide6.QtCore import QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Key, Tile, class_name
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import Fit, TileStore
from desktop_app.ui.sample.selection import Selection
from desktop_app.ui.sample.sheet_input import glided
from desktop_app.ui.sample.sheet_layout import MAX_TILE, MIN_TILE, SheetLayout, zoomed_scroll
from desktop_app.ui.sample.sheet_painter import SceneTile, SheetScene, caption_font, paint_sheet
from desktop_app.ui.sample.tiles import NoTiles, TileList

AHEAD = 1.0  # views that are made ready before and after the one on the screen
MAX_AHEAD = 600  # tiles
MAX_KNOWN = 20_000
RENDER_BUDGET_S = 0.008
GLIDE_MS = 10
ENDLESS_START = 4000


class SheetView(QWidget):
    scrolled = Signal()  # position, extent or tile size changed
    selection_changed = Signal()
    tile_size_changed = Signal(int)

    def __init__(self, look: Look, store: TileStore, loader: TileLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._store, self._loader = look, store, loader
        self._tiles: TileList = NoTiles()
        self._known: dict[int, Tile] = {}  # those made of the list so far
        self._asked_for: range | None = None
        self._extent = 0
        self._tile_px = 96
        self._scaling: Scaling = "smooth"
        self._kept_layout = SheetLayout(0, 0, self._tile_px, 0)
        self._scroll = 0.0
        self._target = 0.0
        self._glided_at = 0.0
        self._starred: Set[Key] = frozenset()
        self._rejected: Set[Key] = frozenset()
        self._stand_ins: dict[int, Key] = {}  # the last picture seen on a tile, shown while a newer one is made
        self._selection = Selection()
        self._hover: int | None = None
        self._by_keyboard = False
        self.likeness: Callable[[Key], str] = _no_likeness  # what a tile comes near to, in words

        self._glide = QTimer(self)
        self._glide.setInterval(GLIDE_MS)
        self._glide.timeout.connect(self._on_glide)
        loader.arrived.connect(self.update)
        look.changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Contact sheet")
        self.setMinimumSize(160, 120)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def tiles(self) -> TileList:
        return self._tiles

    @property
    def layout_now(self) -> SheetLayout:
        kept = self._kept_layout
        if (kept.width, kept.height, kept.tile, kept.count) != (
            self.width(),
            self.height(),
            self._tile_px,
            self._extent,
        ):
            kept = self._kept_layout = self._layout(self._tile_px)
        return kept

    @property
    def tile_px(self) -> int:
        return self._tile_px

    @property
    def scroll_position(self) -> float:
        return self._scroll

    @property
    def first_tile(self) -> int:
        return self.layout_now.visible(self._scroll).start

    def show_tiles(self, tiles: TileList) -> None:
        """Another list. A change of settings within one family keeps place, selection and the pictures meanwhile."""
        same = tiles.family == self._tiles.family
        self._tiles = tiles
        self._known.clear()
        if not same:
            self._stand_ins.clear()
        if tiles.count is not None:
            self._extent = tiles.count
            self._select(self._selection.within(tiles.count))
        else:
            self._extent = max(self._extent, ENDLESS_START)
        self._scroll_to(self._scroll)
        self.refresh()

    def show_marks(self, starred: Set[Key], rejected: Set[Key]) -> None:
        changed = (starred, rejected) != (self._starred, self._rejected)
        self._starred, self._rejected = starred, rejected
        if changed and self._extent:
            self._announce()
        self.update()

    def set_scaling(self, scaling: Scaling) -> None:
        self._scaling = scaling
        self.update()

    def set_tile_px(self, tile_px: int, *, around: QPointF | None = None) -> None:
        """Change the tile size; the tile at `around` (by default in the middle) stays where it is."""
        tile_px = min(max(tile_px, MIN_TILE), MAX_TILE)
        if tile_px == self._tile_px:
            return
        before, after = self._layout(self._tile_px), self._layout(tile_px)
        spot = around or self._focus_spot(before)
        self._tile_px = tile_px
        self._scroll_to(zoomed_scroll(before, after, self._scroll, spot.x(), spot.y()))
        self.tile_size_changed.emit(tile_px)

    def refresh(self) -> None:
        """Ask for the tiles in view, paint again."""
        self._asked_for = None
        self._ask()
        self.scrolled.emit()
        self.update()

    def tile(self, index: int) -> Tile:
        known = self._known.get(index)
        if known is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            known = self._known[index] = self._tiles.tile(index)
        return known

    def _ask(self) -> None:
        """The tiles in view first, then those that come next, then those just passed."""
        layout = self.layout_now
        visible = layout.visible(self._scroll)
        if visible == self._asked_for:
            return
        self._asked_for = visible
        ahead = layout.visible(self._scroll, AHEAD)
        after = range(visible.stop, min(ahead.stop, visible.stop + MAX_AHEAD))
        before = range(visible.start - 1, max(ahead.start - 1, visible.start - 1 - MAX_AHEAD // 2), -1)
        self._loader.want(self.tile(i) for part in (visible, after, before) for i in part)

    # -- scrolling -------------------------------------------------------------------------------------------------

    def scroll_by(self, pixels: float, *, glide: bool = False) -> None:
        start = self._target if self._glide.isActive() else self._scroll
        self.scroll_to(start + pixels, glide=glide)

    def scroll_to(self, position: float, *, glide: bool = False) -> None:
        if glide and not self._look.reduced_motion:
            self._grow(position)
            self._target = self.layout_now.clamp(position)
            self._glided_at = perf_counter()
            self._glide.start()
            return
        self._scroll_to(position)

    def show_index(self, index: int, *, at_top: bool = False) -> None:
        if self._tiles.count is None and index >= self._extent:
            self._extent = index + 1
        layout = self.layout_now
        top = layout.origin(index)[1] - 16.0
        self._scroll_to(top if at_top else layout.scroll_to_show(index, self._scroll))

    def _scroll_to(self, position: float) -> None:
        self._glide.stop()
        self._move(position)

    def _move(self, position: float) -> None:
        self._grow(position)
        self._scroll = self.layout_now.clamp(position)
        self._ask()
        self.scrolled.emit()
        self.update()

    def _grow(self, position: float) -> None:
        """An endless sheet has always some more below."""
        if self._tiles.count is not None:
            return
        layout = self.layout_now
        needed = layout.visible(max(0.0, position), 4.0)
        if position + 4 * self.height() >= layout.max_scroll or needed.stop >= self._extent:
            self._extent += max(ENDLESS_START, self._extent // 4)

    @Slot()
    def _on_glide(self) -> None:
        now = perf_counter()
        position = glided(self._scroll, self._target, now - self._glided_at)
        self._glided_at = now
        if position == self._target:
            self._glide.stop()
        self._move(position)

    def _layout(self, tile_px: int) -> SheetLayout:
        return SheetLayout(self.width(), self.height(), tile_px, self._extent)

    def _focus_spot(self, layout: SheetLayout) -> QPointF:
        """Where the eye is: the focused tile where it is in view, else the middle."""
        if self.focus in layout.visible(self._scroll):
            x, y = layout.origin(self.focus)
            return QPointF(x + self._tile_px / 2, y - self._scroll + self._tile_px / 2)
        return QPointF(self.width() / 2, self.height() / 2)

    # -- selection -------------------------------------------------------------------------------------------------

    @property
    def selection(self) -> frozenset[int]:
        return self._selection.chosen

    @property
    def focus(self) -> int:
        return self._selection.focus

    def selected_tiles(self) -> list[Tile]:
        """The selection in order; the focused tile alone where nothing is selected."""
        indices = sorted(self.selection) or ([self.focus] if self.focus < self._extent else [])
        return [self.tile(i) for i in indices]

    def focus_tile(self) -> Tile | None:
        return self.tile(self.focus) if self.focus < self._extent else None

    def select_only(self, index: int) -> None:
        self._select(self._selection.only(index))

    @Slot()
    def select_all_visible(self) -> None:
        """All of a list with an end; of an endless one what is in view."""
        count = self._tiles.count
        everything = range(count) if count is not None else self.layout_now.visible(self._scroll)
        self._select(self._selection.all_of(everything))

    def clear_selection(self) -> None:
        self._select(self._selection.cleared())

    def start_over(self) -> None:
        """Nothing selected, the focus on the first tile, the view at the top."""
        self._select(Selection())
        self._scroll_to(0.0)

    def _select(self, selection: Selection) -> None:
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()
            self._announce()
            self.update()

    def _announce(self) -> None:
        words = f"Tile {self.words_for(self.focus)}" if self._extent else "No tiles"
        if self._extent and self.tile(self.focus).key in self._starred:
            words += ", starred"
        if self._extent and self.tile(self.focus).key in self._rejected:
            words += ", not this"
        if self._extent and (likeness := self.likeness(self.tile(self.focus).key)):
            words += f". {likeness}"
        if len(self.selection) > 1:
            words = f"{len(self.selection)} tiles selected. {words}"
        self.setAccessibleDescription(words)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def words_for(self, index: int) -> str:
        """A tile in words: for the caption and for a screen reader."""
        tile = self.tile(index)
        if tile.design.place is not None:
            return "Blend"
        words = f"{tile.design.index}"
        if tile.design.label is not None:
            words += f" · {class_name(tile.package, tile.design.label)}"
        if tile.design.prompt is not None and tile.design.prompt.words:
            words += f" · {' '.join(tile.design.prompt.words)}"
        return words

    # -- painting --------------------------------------------------------------------------------------------------

    def scene(self) -> SheetScene:
        layout = self.layout_now
        visible = layout.visible(self._scroll)
        tiles = [(i, self.tile(i)) for i in visible]
        ratio = self.devicePixelRatioF()
        place = Fit(max(1, round(self._tile_px * ratio)), self._scaling, ratio)
        if not self._store.render([tile.key for _, tile in tiles], place, RENDER_BUDGET_S):
            QTimer.singleShot(0, self, self.update)
        self._stand_ins = {i: key for i, key in self._stand_ins.items() if i in visible}
        scene_tiles = tuple(self._scene_tile(layout, i, tile, place) for i, tile in tiles)
        return SheetScene(
            scene_tiles,
            self._tile_px,
            place.box,
            self._look.colours,
            self.hasFocus() and self._by_keyboard,
            caption_font(self.font()),
        )

    def _scene_tile(self, layout: SheetLayout, index: int, tile: Tile, place: Fit) -> SceneTile:
        x, y = layout.origin(index)
        key = tile.key
        image = self._image(index, key, place)
        return SceneTile(
            x,
            round(y - self._scroll),
            image,
            is_selected=index in self.selection,
            is_focused=index == self.focus,
            is_starred=key in self._starred,
            is_rejected=key in self._rejected,
            is_hovered=index == self._hover,
            is_failed=key in self._store.failures,
            is_unknown=tile.package is None,
            is_likeness=bool(self.likeness(key)),
            caption=self.words_for(index) if index == self._hover else "",
        )

    def _image(self, index: int, key: Key, place: Fit) -> QImage | None:
        image = self._store.image(key, place)
        if image is not None:
            self._stand_ins[index] = key
            return image
        shown = key if self._store.has(key) else self._stand_ins.get(index)
        return None if shown is None else self._store.image(shown, place) or self._store.rough_image(shown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._look.colours.paper))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._extent:
            paint_sheet(painter, self.scene())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        first = self._layout_of(event.oldSize().width()).visible(self._scroll).start if self._extent else 0
        if first and event.oldSize().width() != self.width():
            self._scroll = max(0.0, self.layout_now.origin(first)[1] - 16.0)
        self._move(self._scroll)

    def _layout_of(self, width: int) -> SheetLayout:
        return SheetLayout(max(1, width), self.height(), self._tile_px, self._extent)


def _no_likeness(_key: Key) -> str:
    return ""
