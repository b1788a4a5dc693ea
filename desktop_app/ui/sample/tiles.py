"""What stands on a tile, whichever list it is of: the endless sheet, or the takes of the project."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from desktop_app.engine.packages import Package
from desktop_app.studio.project import Take
from desktop_app.studio.sheet import SheetState, design_at
from desktop_app.ui.picture.tile import Tile


class TileList(Protocol):
    @property
    def count(self) -> int | None:
        """None: no end."""

    @property
    def family(self) -> object:
        """Tiles of two lists of one family show the same thing under other settings: one may stand in for the other."""

    def tile(self, index: int) -> Tile: ...


@dataclass(frozen=True)
class SheetTiles:
    """The endless sheet of one package."""

    sheet: SheetState
    package: Package

    @property
    def count(self) -> int | None:
        return None

    @property
    def family(self) -> object:
        base = self.sheet.base
        return (
            self.package.sha256,
            self.sheet.seed,
            self.sheet.choice,
            base and (base.seed, base.index, base.variations),
        )

    def tile(self, index: int) -> Tile:
        manifest = self.package.manifest
        design = design_at(self.sheet, index, len(manifest.classes), manifest.icons)
        return Tile(self.package.name, self.package.sha256, design, self.package)


@dataclass(frozen=True)
class TakeTiles:
    """The kept designs, newest first. Packages are found by their hash."""

    takes: tuple[Take, ...]
    packages: Mapping[str, Package]

    @property
    def count(self) -> int | None:
        return len(self.takes)

    @property
    def family(self) -> object:
        return self.takes

    def tile(self, index: int) -> Tile:
        take = self.takes[len(self.takes) - 1 - index]
        return Tile(take.package, take.sha256, take.design, self.packages.get(take.sha256), take.title)


@dataclass(frozen=True)
class NoTiles:
    count: int | None = 0
    family: object = None

    def tile(self, index: int) -> Tile:
        raise IndexError(index)
