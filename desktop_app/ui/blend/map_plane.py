"""The map on the screen: which cells are in view and what is shown on them. Hands come in map_canvas.py."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio import blend as blends
from desktop_app.studio.blend import BlendState
from desktop_app.ui.blend.map_layout import Cell, MapLayout, Spot
from desktop_app.ui.blend.map_painter import (
    CARD,
    GAP,
    MapScene,
    SceneCard,
    SceneCell,
    SceneMark,
    paint_dots,
    paint_map,
)
from desktop_app.ui.blend.map_points import Labels, MapPoints, Spots
from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import TEXT_SMALL
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Tile, class_name
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import Fit, TileStore

AHEAD_PX = 80  # around the view that is made ready
CLIMB = 3  # levels up to look for a picture that stands in
MAX_KNOWN = 20_000  # cells
MAX_ROUGH = 2_000
RENDER_BUDGET_S = 0.004
FIT_MARGIN = 8
BANNER_PX = 80  # a line that comes and goes above the map leaves it as it is
DOT_MARGIN = 160  # px around the view in which dots are drawn ahead


class Chosen(NamedTuple):
    """A design that is there as itself: a star, an anchor, a generated one."""

    design: Design
    spot: Spot
    words: str


class MapPlane(QWidget):
    view_changed = Signal()
    pointed = Signal(object)  # Design that is there as itself, or None: what is shown is the spot's

    def __init__(
        self, look: Look, store: TileStore, loader: TileLoader, points: MapPoints, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look, self._store, self._loader, self.points = look, store, loader, points
        self._package: Package | None = None
        self._state = BlendState()
        self._layout: MapLayout | None = None
        self._is_fitted = True  # until somebody zooms or pans
        self._fitted_at = QSize()
        self._tiles: dict[Cell, Tile] = {}
        self._shown: dict[Cell, tuple[Tile, QImage]] = {}  # the last picture of each cell, at the size in use
        self._rough: dict[Cell, tuple[Tile, QImage]] = {}
        self._place = Fit(1, "smooth")
        self._scaling: Scaling = "smooth"
        self._dots: tuple[MapLayout, QImage] | None = None
        self.real_shown = self.samples_shown = False
        self.alone: int | None = None  # the one class that is shown
        self._pin: Spot | None = None
        self._chosen: Chosen | None = None
        self._hover: Chosen | None = None
        self._hover_words = ""
        self._lasso: list[Spot] = []
        self._lasso_open = False
        self._dragging = False
        self._by_keyboard = False
        self._caption = ""
        self._font = font(TEXT_SMALL)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Map")
        self.setMinimumSize(160, 120)
        loader.arrived.connect(self.update)
        points.changed.connect(self._on_points)
        look.changed.connect(self._on_look)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def layout_now(self) -> MapLayout | None:
        return self._layout

    @property
    def pin(self) -> Spot | None:
        return self._pin

    @property
    def chosen(self) -> Chosen | None:
        return self._chosen

    def show_state(self, state: BlendState, package: Package | None) -> None:
        """package: one with a map, or None."""
        pushes = (state.pushes, state.taste, state.taste_amount)
        if pushes != (self._state.pushes, self._state.taste, self._state.taste_amount):
            self._tiles.clear()
        self._state = state
        if package != self._package:
            self._begin(package)  # asks for its cells, with the pushes of this state
        if not self._dragging:
            self._pin = state.spot
        if self._chosen is not None and self._chosen.spot != self._pin:
            self._choose(None)
        self.ask()
        self.update()

    def _choose(self, chosen: Chosen | None) -> None:
        if chosen != self._chosen:
            self._chosen = chosen
            self.pointed.emit(None if chosen is None else chosen.design)

    def set_scaling(self, scaling: Scaling) -> None:
        self._scaling = scaling
        self._shown.clear()
        self.update()

    def show_dots(self, *, real: bool, samples: bool, alone: int | None) -> None:
        self.real_shown, self.samples_shown, self.alone = real, samples, alone
        self._on_points()

    def _begin(self, package: Package | None) -> None:
        self._package = package
        self._tiles.clear()
        self._shown.clear()
        self._rough.clear()
        self._dots, self._hover, self._lasso = None, None, []
        self._choose(None)
        self._caption = self._hover_words = ""
        space = package.manifest.space if package else None
        self._layout = MapLayout(space.map_low, space.map_high, self.width(), self.height()) if space else None
        self.fit()

    # -- the view --------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        if self._layout is not None:
            self._is_fitted, self._fitted_at = True, self.size()
            self._set_layout(self._layout.resized(self.width(), self.height()).fitted(FIT_MARGIN))

    def _look_at(self, layout: MapLayout) -> None:
        """By hand."""
        self._is_fitted = False
        self._set_layout(layout)

    def _set_layout(self, layout: MapLayout) -> None:
        if layout != self._layout:
            self._layout = layout
            self.ask()
            self.view_changed.emit()
            self.update()

    def ask(self) -> None:
        """The designer's own first, then the cells from the middle of the view outwards, then some around it."""
        if self._layout is None or self._package is None or not self.isVisible():
            return
        own = [self.tile(design) for design in self._own_designs()]
        cells = [self._cell_tile(cell) for cell in self._layout.visible()]
        around = [self._cell_tile(cell) for cell in self._layout.visible(AHEAD_PX)]
        self._loader.want([*own, *cells, *around])

    def _own_designs(self) -> Iterable[Design]:
        for chosen in (self._hover, self._chosen):
            if chosen is not None:
                yield chosen.design

    def tile(self, design: Design) -> Tile:
        assert self._package is not None
        return Tile(self._package.name, self._package.sha256, design, self._package)

    def _cell_tile(self, cell: Cell) -> Tile:
        """What belongs on a cell, pushed as everything is that the canvas shows."""
        known = self._tiles.get(cell)
        if known is None:
            assert self._layout is not None
            if len(self._tiles) >= MAX_KNOWN:
                self._tiles.clear()
            design = blends.pushed(self._state, blends.at_spot(self._layout.spot_of(cell)))
            known = self._tiles[cell] = self.tile(design)
        return known

    # -- painting --------------------------------------------------------------------------------------------------

    def scene(self, layout: MapLayout) -> MapScene:
        cells = self._cells(layout)
        dots = self._dots_image(layout)
        chosen = self._chosen
        marks = tuple(
            SceneMark(*layout.to_view(mark.spot), mark.letter, chosen is not None and mark.design == chosen.design)
            for mark in self.points.marks
        )
        on_mark = any(mark.is_chosen for mark in marks)
        card = self._card(layout)
        return MapScene(
            self.width(),
            self.height(),
            self._plane(layout),
            self._under(layout, cells),
            tuple(SceneCell(*layout.rect(cell), image) for cell, image in cells),
            dots,
            self._dots_at(layout),
            marks,
            card,
            tuple(layout.to_view(spot) for spot in self._lasso),
            self._lasso_open,
            None if self._pin is None or on_mark else layout.to_view(self._pin),
            self.hasFocus() and self._by_keyboard,
            self._dragging,
            self._hover_words or ("" if card is not None and card.words == self._caption else self._caption),
            self._look.colours,
            self._font,
        )

    def _plane(self, layout: MapLayout) -> QRectF:
        """The part of the view that has cells."""
        columns, rows = layout.counts(layout.level)
        whole = QRectF(*layout.origin, columns * layout.cell_px, rows * layout.cell_px)
        return whole.intersected(QRectF(self.rect()))

    def _cells(self, layout: MapLayout) -> list[tuple[Cell, QImage | None]]:
        ratio = self.devicePixelRatioF()
        place = Fit(max(1, round((layout.cell_px - GAP) * ratio)), self._scaling, ratio)
        if place != self._place or len(self._shown) > MAX_KNOWN:
            self._place = place
            self._shown.clear()
        visible, shown = layout.visible(), self._shown
        fresh = [(cell, tile) for cell in visible if (tile := self._cell_tile(cell)) is not self._tile_shown(cell)]
        if fresh and not self._store.render([tile.key for _, tile in fresh], place, RENDER_BUDGET_S):
            QTimer.singleShot(0, self, self.update)
        for cell, tile in fresh:
            image = self._store.image(tile.key, place)
            if image is not None:
                shown[cell] = tile, image
        return [(cell, shown[cell][1] if cell in shown else None) for cell in visible]

    def _tile_shown(self, cell: Cell) -> Tile | None:
        entry = self._shown.get(cell)
        return None if entry is None else entry[0]

    def _under(self, layout: MapLayout, cells: list[tuple[Cell, QImage | None]]) -> tuple[SceneCell, ...]:
        """Pictures of coarser cells, and of finer ones, where a cell has none yet; the coarsest first."""
        found: dict[Cell, QImage] = {}
        for cell, image in cells:
            for other in self._stand_ins(cell) if image is None else ():
                rough = self._rough_image(other)
                if rough is not None:
                    found[other] = rough
        return tuple(SceneCell(*layout.rect(cell), image) for cell, image in sorted(found.items(), key=_level_of))

    def _stand_ins(self, cell: Cell) -> tuple[Cell, ...]:
        """The cell itself where its pixels are there and only their image is not; else its parents or children."""
        has, above = self._store.has, cell
        for _ in range(1 + CLIMB):
            if has(self._cell_tile(above).key):
                return (above,)
            above = above.parent
        return tuple(child for child in cell.children if has(self._cell_tile(child).key))

    def _rough_image(self, cell: Cell) -> QImage | None:
        """The pixels as they are, kept, for every frame of a zoom asks for them."""
        tile = self._cell_tile(cell)
        entry = self._rough.get(cell)
        if entry is not None and entry[0] is tile:
            return entry[1]
        image = self._store.rough_image(tile.key)
        if image is not None:
            if len(self._rough) >= MAX_ROUGH:
                self._rough.clear()
            self._rough[cell] = tile, image
        return image

    def _card(self, layout: MapLayout) -> SceneCard | None:
        shown = self._hover or (self._chosen if not self._dragging else None)
        if shown is None or self._package is None:
            return None
        ratio = self.devicePixelRatioF()
        key, place = self.tile(shown.design).key, Fit(round(CARD * ratio), self._scaling, ratio)
        self._store.render([key], place, RENDER_BUDGET_S)
        return SceneCard(*layout.to_view(shown.spot), self._store.image(key, place), shown.words)

    # -- dots ------------------------------------------------------------------------------------------------------

    def _dots_image(self, layout: MapLayout) -> QImage | None:
        """Dots and rings around the view, drawn anew when the zoom changes or a pan has left them behind."""
        if not (self.real_shown or self.samples_shown):
            return None
        if self._dots is None or not self._is_near(layout, self._dots[0]):
            self._dots = layout, self._draw_dots(layout)
        return self._dots[1]

    def _is_near(self, layout: MapLayout, other: MapLayout) -> bool:
        if (layout.zoom, layout.width, layout.height) != (other.zoom, other.width, other.height):
            return False
        return all(abs(a - b) <= DOT_MARGIN for a, b in zip(layout.origin, other.origin, strict=True))

    def _dots_at(self, layout: MapLayout) -> QPoint:
        if self._dots is None:
            return QPoint()
        (x, y), (old_x, old_y) = layout.origin, self._dots[0].origin
        return QPoint(x - old_x - DOT_MARGIN, y - old_y - DOT_MARGIN)

    def _draw_dots(self, layout: MapLayout) -> QImage:
        ratio = self.devicePixelRatioF()
        width, height = self.width() + 2 * DOT_MARGIN, self.height() + 2 * DOT_MARGIN
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        classes = len(self._package.manifest.classes) if self._package else 0
        for spots, labels, rings in self._layers():
            points = layout.to_view_all(spots) + DOT_MARGIN
            seen = ((points > -8) & (points < (width + 8, height + 8))).all(axis=1)
            if self.alone is not None:
                seen &= labels == self.alone
            paint_dots(painter, points[seen], labels[seen], classes, rings=rings, ratio=ratio)
        painter.end()
        return image

    def _layers(self) -> Iterator[tuple[Spots, Labels, bool]]:
        """(spots, labels, as rings) of what is switched on."""
        points = self.points
        if self.real_shown and len(points.real):
            yield points.real, points.real_labels, False
        if self.samples_shown and len(points.samples):
            yield points.samples, points.sample_labels, True

    # -- words -----------------------------------------------------------------------------------------------------

    def class_words(self, label: int | None) -> str:
        return "" if label is None or label < 0 else class_name(self._package, label)

    def _say(self, words: str) -> None:
        """The caption, and what a screen reader says."""
        self._caption = words
        self.setAccessibleDescription(words)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self.update()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def _on_points(self) -> None:
        self._dots = None
        self.update()

    def _on_look(self) -> None:
        self._font = font(TEXT_SMALL)
        self._dots = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._look.colours.paper))
        if self._layout is not None:
            paint_map(painter, self.scene(self._layout))
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        if self._layout is None:
            return
        change = self.size() - self._fitted_at
        if self._is_fitted and (change.width() or abs(change.height()) > BANNER_PX):
            self.fit()
        else:
            self._set_layout(self._layout.resized(self.width(), self.height()))

    def showEvent(self, _event: QShowEvent) -> None:
        self.ask()


def _level_of(found: tuple[Cell, QImage]) -> int:
    return found[0].level
