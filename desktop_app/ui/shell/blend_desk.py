"""What comes onto the Blend canvas from outside: tiles of Sample, pictures, another model. Each is one step to undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio import blend as blends
from desktop_app.studio.blend import MAX_ANCHORS, BlendState
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.shell.desk import Desk


@dataclass(frozen=True)
class Offer:
    """A sentence, and a button for what helps."""

    sentence: str
    tone: str = "plain"
    action: str = ""
    act: Callable[[], None] | None = None


class BlendDesk(QObject):
    offered = Signal(object)  # Offer
    came = Signal()  # something was put on the pad that wants to be seen there
    own_picture_wished = Signal(str)  # a file that holds no recipe

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.go_there: Callable[[], None] = lambda: None

    @property
    def state(self) -> BlendState:
        return self._desk.state.blend

    @property
    def package(self) -> Package | None:
        """That of the canvas; of the sheet while nothing was put on it yet."""
        name = self.state.package or self._desk.sheet.package
        return next((package for package in self._desk.packages if package.name == name), None)

    @Slot(object, str, str)
    def change(self, blend: BlendState, label: str, coalesce: str = "") -> None:
        state = msgspec.structs.replace(self._desk.state, blend=blend)
        self._desk.change(label, state, coalesce=coalesce)

    def choose_package(self, name: str) -> None:
        """Another model for the canvas. What lay on it belongs to the old one and goes; a step back brings it again."""
        package = next((package for package in self._desk.packages if package.name == name), None)
        before = self.package
        if package is None or (before is not None and before.name == name):
            return
        lost = bool(self.state.anchors or self.state.walk.keys)
        self.change(blends.for_package(self.state, name), f"Blend with {package.manifest.title}")
        if lost:
            old = before.manifest.title if before else self.state.package
            sentence = f"The canvas is empty: its designs belonged to “{old}”."
            self.offered.emit(Offer(sentence, action="Undo", act=self._desk.undo))

    # -- from Sample -----------------------------------------------------------------------------------------------

    def put_on_pad(self, tiles: Sequence[Tile]) -> None:
        """Up to eight designs of one model. Says what came of it, and offers to go there."""
        first = next((tile for tile in tiles if tile.package is not None), None)
        if first is None or first.package is None:
            if tiles:
                self.offered.emit(Offer(f"The model “{tiles[0].name}” is not here. Import it first.", "warn"))
            return
        if any(tile.sha256 != first.sha256 for tile in tiles):
            self.offered.emit(Offer("A pad holds designs of one model: choose tiles of one model.", "warn"))
            return
        designs = [tile.design for tile in tiles]
        if self.state.anchors and self.state.package != first.name:
            self._offer_new_pad(first.package, designs)
            return
        self._put(blends.for_package(self.state, first.name), designs)

    def _offer_new_pad(self, package: Package, designs: list[Design]) -> None:
        old = self.package.manifest.title if self.package else self.state.package
        title = package.manifest.title
        sentence = f"The pad holds designs of “{old}”, and these are of “{title}”. A pad mixes one model’s designs."
        state = blends.for_package(self.state, package.name)
        act = partial(self._put, state, designs)
        self.offered.emit(Offer(sentence, "warn", "Start a new pad with these", act))

    def _put(self, state: BlendState, designs: list[Design]) -> None:
        known = {anchor.design for anchor in state.anchors}
        new = [design for design in dict.fromkeys(designs) if design not in known]
        deep = [design for design in new if blends.depth(design) >= blends.MAX_DEPTH]
        new = [design for design in new if blends.depth(design) < blends.MAX_DEPTH]
        fitting = new[: MAX_ANCHORS - len(state.anchors)]
        state = blends.with_anchors(state, fitting)
        if fitting:
            state = blends.with_view(state, "pad")
            self.change(state, f"Put {_designs(len(fitting))} on the pad")
        sentence = _told(len(fitting), len(state.anchors), full=len(fitting) < len(new), deep=bool(deep))
        self.offered.emit(Offer(sentence, action="Go to Blend", act=self.go_there))

    # -- from files ------------------------------------------------------------------------------------------------

    def open_picture(self, path: Path, at: int | None = None) -> tuple[Design, int | None] | None:
        """The design of a picture made here, with the canvas made its model's; anything else is an own picture."""
        from desktop_app.studio.recipe import read_recipe  # Pillow is slow to import

        try:
            recipe = read_recipe(path)
        except StudioError:
            self.own_picture_wished.emit(str(path))
            return None
        package = next((package for package in self._desk.packages if package.name == recipe.package), None)
        if package is None:
            sentence = f"“{path.name}” was made with the model “{recipe.package}”, which is not here."
            self.offered.emit(Offer(sentence, "error"))
            return None
        if self.state.package != package.name:
            self.choose_package(package.name)
            at = None
        if at is None and len(self.state.anchors) >= MAX_ANCHORS:
            self.offered.emit(Offer("The pad is full: take a design off it first, or drop the picture on one.", "warn"))
            return None
        if blends.depth(recipe.design) >= blends.MAX_DEPTH:
            self.offered.emit(Offer(_TOO_DEEP, "warn"))
            return None
        if package.sha256 != recipe.package_sha256:
            sentence = f"“{path.name}” was made with another version of “{package.name}”: it may differ."
            self.offered.emit(Offer(sentence, "warn"))
        return recipe.design, at


_TOO_DEEP = "This is a blend of blends of blends: put the designs it was made of on the pad instead."


def _told(put: int, there: int, *, full: bool, deep: bool) -> str:
    if deep and not put:
        return _TOO_DEEP
    if full:
        holds = f"The pad holds {MAX_ANCHORS} designs"
        return f"Put {_designs(put)} on the pad; it is full now." if put else f"{holds}: take one off it first."
    if not put:
        return "They are on the pad already."
    more = " One more, and there is something between them." if there == 1 else ""
    return f"Put {_designs(put)} on the Blend pad.{more}"


def _designs(count: int) -> str:
    return "a design" if count == 1 else f"{count} designs"
