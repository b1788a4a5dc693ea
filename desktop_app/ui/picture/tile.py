"""A tile: a design and its package, and the key of its pixels."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio.project import Take

Key = tuple[str, Design]  # manifest hash and design: all that decides the pixels


@dataclass(frozen=True)
class Tile:
    """A design and its package; `package` is None where a take's package is not (or no longer) at hand."""

    name: str
    sha256: str
    design: Design
    package: Package | None
    title: str = ""  # what the designer called it, where it is a take

    @cached_property
    def key(self) -> Key:
        return self.sha256, self.design


def class_name(package: Package | None, label: int | None) -> str:
    """What the manifest calls a class; its number where it has no name."""
    if label is None:
        return "—"
    names = package.manifest.classes if package else ()
    return names[label] if label < len(names) else str(label)


def titled(tile: Tile, takes: Iterable[Take]) -> Tile:
    """The tile with the title of the take that it is, wherever it stands."""
    title = next((take.title for take in takes if (take.sha256, take.design) == tile.key), "")
    return replace(tile, title=title) if title != tile.title else tile


def take_keys(takes: Iterable[Take]) -> frozenset[Key]:
    return frozenset((take.sha256, take.design) for take in takes)
