"""The children of a generation: a contact sheet with an end, on which all of them are in view."""

from dataclasses import dataclass

from PySide6.QtGui import QResizeEvent, QWheelEvent

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.sheet_canvas import SheetCanvas
from desktop_app.ui.sample.sheet_layout import MAX_TILE, MIN_TILE, SheetLayout


@dataclass(frozen=True)
class ChildTiles:
    designs: tuple[Design, ...]
    package: Package
    generation: tuple[Design, ...] = ()  # the parents: children of the same ones stand in for each other

    @property
    def count(self) -> int | None:
        return len(self.designs)

    @property
    def family(self) -> object:
        return self.package.sha256, self.generation

    def tile(self, index: int) -> Tile:
        return Tile(self.package.name, self.package.sha256, self.designs[index], self.package)


def largest_tile(width: int, height: int, count: int) -> int:
    """The side in pixels with which a view shows `count` tiles without scrolling."""
    sizes = range(MAX_TILE, MIN_TILE, -4)
    return next((size for size in sizes if SheetLayout(width, height, size, count).max_scroll == 0), MIN_TILE)


class ChildrenCanvas(SheetCanvas):
    """Tiles are as large as they can be while all are in view."""

    def fit(self) -> None:
        if self.tiles.count:
            self.set_tile_px(largest_tile(self.width(), self.height(), self.tiles.count))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def words_for(self, index: int) -> str:
        return f"Child {index + 1}"
