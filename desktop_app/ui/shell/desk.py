"""What lies on the desk: the project, the packages at hand and the settings. Wishes come in, `changed` goes out.

No widgets. The window connects the rooms' wishes to these methods and shows the state after each.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Prompt
from desktop_app.studio import sheet as sheets
from desktop_app.studio.icon_state import with_look
from desktop_app.studio.library import Library
from desktop_app.studio.project import Project, ProjectState, Take, now
from desktop_app.studio.settings import Settings
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writers import writers_of
from desktop_app.ui.picture.tile import Tile

if TYPE_CHECKING:
    from desktop_app.studio.recipe import Recipe

NEW_SEEDS = 1_000_000  # short enough to read out


class Desk(QObject):
    changed = Signal()  # the project
    library_changed = Signal()
    said = Signal(str, str)  # sentence, tone of a banner
    walked = Signal(str, object)  # a step back or forth in words, and the ProjectState before it

    def __init__(self, project: Project, library: Library, settings: Settings) -> None:
        super().__init__()
        self.project, self.library, self.settings = project, library, settings
        self.all_packages: list[Package] = []
        self.packages: list[Package] = []  # that draw
        self.restorers: list[Package] = []
        self.writers: list[Package] = []
        self.classifiers: list[Package] = []
        self.problems: list[StudioError] = []
        self.read_library()

    @property
    def state(self) -> ProjectState:
        return self.project.state

    @property
    def sheet(self) -> SheetState:
        return self.state.sheet

    @property
    def package(self) -> Package | None:
        """That of the sheet; None where it is not here."""
        return next((package for package in self.packages if package.name == self.sheet.package), None)

    @property
    def by_hash(self) -> dict[str, Package]:
        return {package.sha256: package for package in self.packages}

    # -- packages --------------------------------------------------------------------------------------------------

    def read_library(self) -> None:
        """Look at the disk again."""
        found = self.all_packages = self.library.packages()
        generators = [package for package in found if "sample" in package.manifest.abilities]
        self.packages = sorted(generators, key=_by_kind)
        self.restorers = sorted((p for p in found if p.manifest.restoration), key=_by_task)
        self.writers = writers_of(found)
        self.classifiers = sorted((p for p in found if p.manifest.classifier), key=lambda p: p.manifest.title.lower())
        self.problems = list(self.library.problems())
        if not self.sheet.package and self.packages:
            first = self.packages[0]
            fresh = SheetState(first.name, self.sheet.seed, truncation=first.manifest.defaults.truncation)
            self.project.state = msgspec.structs.replace(self.state, sheet=fresh)
        self.library_changed.emit()

    def read_again_if_changed(self, name: str) -> None:
        """A package that is chosen is taken as it is now on the disk."""
        known = next((package for package in self.all_packages if package.name == name), None)
        if known is not None and not self.library.is_as_read(known):
            self.read_library()

    def choose_package(self, name: str) -> None:
        package = next((package for package in self.packages if package.name == name), None)
        if package is None or name == self.sheet.package:
            return
        manifest = package.manifest
        fresh = sheets.for_package(self.sheet, name, len(manifest.classes), manifest.defaults.truncation)
        self.set_sheet(manifest.title, fresh)

    # -- the sheet -------------------------------------------------------------------------------------------------

    def set_label(self, label: int | None) -> None:
        """A class of the package; one that it does not have is no wish."""
        if label is not None and (self.package is None or label >= len(self.package.manifest.classes)):
            return
        words = "All classes" if label is None else f"Class {self._class_words(label)}"
        self.set_sheet(words, sheets.with_label(self.sheet, label))

    @Slot(float)
    def drag_truncation(self, truncation: float) -> None:
        self.set_sheet("Truncation", sheets.with_truncation(self.sheet, truncation), coalesce="truncation")

    @Slot(float)
    def drag_variety(self, truncation: float) -> None:
        self.set_sheet("Variety", sheets.with_truncation(self.sheet, truncation), coalesce="truncation")

    def set_prompt(self, prompt: Prompt, label: str, *, coalesce: str = "") -> None:
        """What the icons of the sheet are to be."""
        if prompt != self.sheet.prompt:
            self.set_sheet(label, sheets.with_prompt(self.sheet, prompt), coalesce=coalesce)

    @Slot(float)
    def drag_amount(self, amount: float) -> None:
        self.set_sheet("Amount", sheets.with_amount(self.sheet, amount), coalesce="amount")

    @Slot()
    def settle(self) -> None:
        self.project.end_coalescing()

    @Slot()
    def reroll(self) -> None:
        self.set_sheet("Re-roll", sheets.rerolled(self.sheet, random.randrange(NEW_SEEDS)))

    @Slot(int)
    def set_seed(self, seed: int) -> None:
        self.set_sheet("Seed", sheets.rerolled(self.sheet, seed))

    def vary(self, tile: Tile) -> None:
        """A sheet of variations of a tile, of whichever package it is."""
        if tile.package is None:
            return
        before = self.sheet if tile.name == self.sheet.package else sheets.sheet_of(tile.name, tile.design)[0]
        self.set_sheet("Variations", sheets.varied(before, tile.design, random.randrange(NEW_SEEDS)))

    @Slot()
    def back(self) -> None:
        before = sheets.came_from(self.sheet)
        if before is not None:
            self.set_sheet("Back", before)

    def open_recipe(self, path: Path, recipe: "Recipe") -> int | None:
        """Bring back the settings of a picture made here; answers its tile, or None with a sentence said."""
        package = next((package for package in self.packages if package.name == recipe.package), None)
        if package is None:
            self.said.emit(f"“{path.name}” was made with the model “{recipe.package}”, which is not here.", "error")
            return None
        sheet, index = sheets.sheet_of(recipe.package, recipe.design)
        icons = self.state.icons if recipe.icon is None else with_look(self.state.icons, recipe.icon)
        self.change("Open recipe", msgspec.structs.replace(self.state, sheet=sheet, icons=icons))
        if package.sha256 != recipe.package_sha256:
            self.said.emit(f"“{path.name}” was made with another version of “{package.name}”: it may differ.", "warn")
        else:
            self.said.emit(f"The settings of “{path.name}” are back.", "plain")
        return index

    def save_settings(self) -> None:
        try:
            self.settings.save()
        except OSError as error:
            self.said.emit(f"The settings could not be saved: {error.strerror or error}.", "error")

    # -- takes -----------------------------------------------------------------------------------------------------

    @Slot(list)
    def toggle_reject(self, tiles: Sequence[Tile]) -> None:
        """Mark the tiles as what is not wanted, or take the mark off; a tile is never both starred and rejected."""
        marked = {(take.sha256, take.design) for take in self.state.rejects}
        chosen = {tile.key for tile in tiles}
        if chosen <= marked:
            rejects = tuple(take for take in self.state.rejects if (take.sha256, take.design) not in chosen)
            self._set_marks(_plural("Take “not this” back", len(chosen)), self.state.takes, rejects)
        else:
            moment = now()
            new = [Take(tile.design, tile.name, tile.sha256, moment) for tile in tiles if tile.key not in marked]
            takes = tuple(take for take in self.state.takes if (take.sha256, take.design) not in chosen)
            self._set_marks(_plural("Not this", len(new)), takes, (*self.state.rejects, *new))

    def toggle_star(self, tiles: Sequence[Tile]) -> None:
        """Keep the tiles; where all of them are kept already, let them go. Either way it can be undone."""
        kept = {(take.sha256, take.design) for take in self.state.takes}
        chosen = {tile.key for tile in tiles}
        if chosen <= kept:
            takes = tuple(take for take in self.state.takes if (take.sha256, take.design) not in chosen)
            self._set_marks(_plural("Remove star", len(chosen)), takes, self.state.rejects)
        else:
            moment = now()
            new = [Take(tile.design, tile.name, tile.sha256, moment) for tile in tiles if tile.key not in kept]
            rejects = tuple(take for take in self.state.rejects if (take.sha256, take.design) not in chosen)
            self._set_marks(_plural("Star", len(new)), (*self.state.takes, *new), rejects)

    # -- steps -----------------------------------------------------------------------------------------------------

    @Slot()
    def undo(self) -> None:
        self._walk(self.project.undo, "Undone")

    @Slot()
    def redo(self) -> None:
        self._walk(self.project.redo, "Done again")

    def _walk(self, step: Callable[[], str], words: str) -> None:
        before = self.state
        label = step()
        if label:
            self.changed.emit()
            self.walked.emit(f"{words}: {label}.", before)

    def set_sheet(self, words: str, sheet: SheetState, *, coalesce: str = "") -> None:
        self.change(words, msgspec.structs.replace(self.state, sheet=sheet), coalesce=coalesce)

    def _set_marks(self, words: str, takes: tuple[Take, ...], rejects: tuple[Take, ...]) -> None:
        self.change(words, msgspec.structs.replace(self.state, takes=takes, rejects=rejects))

    def change(self, words: str, state: ProjectState, *, coalesce: str = "") -> None:
        if state != self.state:
            self.project.change(words, state, coalesce=coalesce)
            self.changed.emit()

    def _class_words(self, label: int) -> str:
        names = self.package.manifest.classes if self.package else ()
        return names[label] if label < len(names) else str(label)


def _by_kind(package: Package) -> tuple[bool, bool, str]:
    """Icons first, then what has classes, each by title."""
    manifest = package.manifest
    return manifest.icons is None, not manifest.classes, manifest.title.lower()


def _by_task(package: Package) -> tuple[int, bool, int, str]:
    """What cleans first, then what enlarges and what fills in; colour before grey, one special subject last."""
    manifest = package.manifest
    assert manifest.restoration is not None
    task = next((n for n, name in enumerate(("denoise", "upscale", "inpaint")) if name in manifest.abilities), 3)
    return task, manifest.restoration.side is not None, -manifest.restoration.channels, manifest.title.lower()


def _plural(words: str, count: int) -> str:
    return words if count == 1 else f"{words} ({count})"
