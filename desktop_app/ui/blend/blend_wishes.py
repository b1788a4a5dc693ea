"""Every step that hands can make on the Blend canvas: a new state of it, with the words for the Edit menu."""

import random

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Part
from desktop_app.studio import blend as blends
from desktop_app.studio.blend import BlendState, View
from desktop_app.studio.walk import Walk
from desktop_app.ui.blend.filling import four_designs
from desktop_app.ui.blend.pad_geometry import letter

FIRST_PIN = 0.3, 0.34  # half of it the first design: a mix that can be told apart
NEW_SEEDS = 1_000_000
FULL = "The pad is full: take a design off it first, or drop the picture on one."


class BlendWishes(QObject):
    wished = Signal(object, str, str)  # BlendState, what the step is called, what it runs together with
    said = Signal(str, str)  # sentence, tone

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = BlendState()
        self.package: Package | None = None

    def _wish(self, state: BlendState, label: str, coalesce: str = "") -> None:
        if state != self.state:
            self.wished.emit(state, label, coalesce)

    def _ours(self) -> BlendState:
        """The state, made this package's own where nothing was on it yet."""
        return blends.for_package(self.state, self.package.name) if self.package else self.state

    # -- the pad ---------------------------------------------------------------------------------------------------

    @Slot(float, float)
    def move_pin(self, x: float, y: float) -> None:
        self._wish(blends.with_pin(self.state, (x, y)), "Move the pin", "pin")

    @Slot(int, float, float)
    def move_anchor(self, number: int, x: float, y: float) -> None:
        state = blends.with_anchor_at(self.state, number, (x, y))
        self._wish(state, f"Move {letter(number)}", f"anchor {number}")

    @Slot(int)
    def remove_anchor(self, number: int) -> None:
        self._wish(blends.without_anchor(self.state, number), f"Take {letter(number)} off the pad")

    @Slot(int)
    def replace_anchor(self, number: int) -> None:
        """By the design under the pin."""
        design = blends.current(self.state)
        if design is not None and self._is_shallow(design):
            self._wish(blends.with_design_at(self.state, number, design), f"Replace {letter(number)}")

    @Slot(int)
    def set_lattice(self, size: int) -> None:
        self._wish(blends.with_lattice(self.state, size), f"Lattice of {size} by {size}")

    @Slot()
    def fill(self) -> None:
        """Four designs of the package in the corners, others each time."""
        if self.package is not None:
            state = blends.with_pin(blends.without_anchors(self._ours()), FIRST_PIN)
            state = blends.with_anchors(state, four_designs(self.package, random.randrange(NEW_SEEDS)))
            self._wish(blends.with_view(state, "pad"), "Four designs")

    @Slot()
    def clear(self) -> None:
        self._wish(blends.without_anchors(self.state), "Empty the pad")

    def show_canvas(self, view: View) -> None:
        state = blends.with_view(self._ours(), view)
        space = self.package.manifest.space if self.package else None
        if view == "map" and state.spot is None and space is not None:
            (left, low), (right, high) = space.map_low, space.map_high
            state = blends.with_spot(state, ((left + right) / 2, (low + high) / 2))
        self._wish(state, "Show the map" if view == "map" else "Show the pad")

    def put_down(self, design: Design, at: int | None = None) -> None:
        """A design that came from outside, as a new anchor or in place of one; the pin goes to it."""
        state = self._ours()
        if not self._is_shallow(design):
            return
        if at is not None and at < len(state.anchors):
            state, number = blends.with_design_at(state, at, design), at
        elif len(state.anchors) < blends.MAX_ANCHORS:
            state, number = blends.with_anchor(state, design), len(state.anchors)
        else:
            self.said.emit(FULL, "warn")
            return
        anchor = state.anchors[number]
        state = blends.with_view(blends.with_pin(state, (anchor.x, anchor.y)), "pad")
        self._wish(state, f"Put {letter(number)} on the pad")

    def go_to(self, design: Design) -> None:
        """The pin on a design; where it is not on the pad yet it comes there."""
        state = blends.with_view(self._ours(), "pad")
        found = next((anchor for anchor in state.anchors if anchor.design == design), None)
        if found is None:
            self.put_down(design)
        else:
            self._wish(blends.with_pin(state, (found.x, found.y)), "Move the pin")

    @Slot(object)
    def pick(self, design: Design) -> None:
        """One more design for the pad, without going there."""
        self.add([design])

    @Slot(list)
    def add(self, designs: list[Design]) -> None:
        """Designs for the pad, as many as it has room for."""
        state = self._ours()
        known = {anchor.design for anchor in state.anchors}
        new = [design for design in dict.fromkeys(designs) if design not in known]
        fitting = [d for d in new if blends.depth(d) < blends.MAX_DEPTH][: blends.MAX_ANCHORS - len(state.anchors)]
        state = blends.with_anchors(state, fitting)
        count = "a design" if len(fitting) == 1 else f"{len(fitting)} designs"
        if not fitting:
            self.said.emit(FULL if new else "They are on the pad already.", "warn")
            return
        self._wish(state, f"Put {count} on the pad")
        left = len(new) - len(fitting)
        self.said.emit(f"Put {count} on the pad." + (f" It is full: {left} stayed behind." if left else ""), "plain")

    def _is_shallow(self, design: Design) -> bool:
        if blends.depth(design) < blends.MAX_DEPTH:
            return True
        self.said.emit(
            "This is a blend of blends of blends: put the designs it was made of on the pad instead.", "warn"
        )
        return False

    # -- map, sliders, walk ----------------------------------------------------------------------------------------

    @Slot(float, float)
    def move_spot(self, x: float, y: float) -> None:
        self._wish(blends.with_spot(self._ours(), (x, y)), "Move on the map", "spot")

    @Slot(str, float)
    def push(self, direction: str, amount: float) -> None:
        self._wish(blends.with_push(self._ours(), direction, amount), f"Push {direction}", f"push {direction}")

    @Slot(object, float)
    def push_taste(self, parts: tuple[Part, ...], amount: float) -> None:
        self._wish(blends.with_taste(self._ours(), parts, amount), "More like my stars", "taste")

    @Slot()
    def reset_sliders(self) -> None:
        self._wish(blends.without_pushes(self.state), "Reset the sliders")

    @Slot(object, str, str)
    def change_walk(self, walk: Walk, label: str, coalesce: str = "") -> None:
        self._wish(blends.with_walk(self._ours(), walk), label, coalesce)

    def add_keys(self, designs: list[Design]) -> None:
        state = self._ours()
        for design in designs:
            state = blends.with_key(state, design)
        self._wish(state, f"Add {len(designs)} key frames")

    def add_key(self, design: Design, label: str = "Add a key frame") -> None:
        self._wish(blends.with_key(self._ours(), design), label)
