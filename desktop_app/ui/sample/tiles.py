"""What stands on a tile, whichever list it is of: the endless sheet, or the takes of the project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio.project import Take
from desktop_app.studio.sheet import SheetState, design_at

Key = tuple[str, Design]  # manifest hash and design: all that decides the pixels


@dataclass(frozen=True)
class Tile:
    """A design and its package; `package` is None where a take's package is not (or no longer) at hand."""

    name: str
    sha256: str
    design: Design
    package: Package | None

    @cached_property
    def key(self) -> Key:
        return self.sha256, self.design


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
        return self.package.sha256, self.sheet.seed, base and (base.seed, base.index, base.variations)

    def tile(self, index: int) -> Tile:
        design = design_at(self.sheet, index, len(self.package.manifest.classes))
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
        return Tile(take.package, take.sha256, take.design, self.packages.get(take.sha256))


@dataclass(frozen=True)
class NoTiles:
    count: int | None = 0
    family: object = None

    def tile(self, index: int) -> Tile:
        raise IndexError(index)


def take_keys(takes: Sequence[Take]) -> frozenset[Key]:
    return frozenset((take.sha256, take.design) for take in takes)


def class_name(package: Package | None, label: int | None) -> str:
    """What the manifest calls a class; its number where it has no name."""
    if label is None:
        return "—"
    names = package.manifest.classes if package else ()
    return names[label] if label < len(names) else str(label)
