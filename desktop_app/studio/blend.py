"""The Blend workspace as plain values: anchors on the pad, the pin, pushes along directions, and the walk.

All designs in it belong to one package. What is shown large is `current`: a place made of the pad (or of a spot on
the map), pushed along the package's directions. Everything here is a pure function of one frozen state, so undo is
the state before.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from desktop_app.engine.requests import Design, Frozen, Part, Place, Push
from desktop_app.studio import pad
from desktop_app.studio.mixing import mix
from desktop_app.studio.walk import Key, Walk

View = Literal["pad", "map"]

MIN_ANCHORS, MAX_ANCHORS = 2, 8
MAX_DEPTH = 4  # mixes of mixes: a design made here may be an anchor itself
LATTICE = 5
CORNERS = ((0.08, 0.08), (0.92, 0.08), (0.08, 0.92), (0.92, 0.92), (0.5, 0.5), (0.5, 0.08), (0.5, 0.92), (0.08, 0.5))

AROUND = {2: ((0.08, 0.5), (0.92, 0.5)), 3: ((0.5, 0.08), (0.08, 0.92), (0.92, 0.92))}  # else corners first


class Anchor(Frozen, frozen=True):
    design: Design
    x: float  # on the pad, 0 left to 1 right
    y: float  # 0 top to 1 bottom


class BlendState(Frozen, frozen=True):
    package: str = ""  # empty until something is put on the pad
    view: View = "pad"
    anchors: tuple[Anchor, ...] = ()
    pin: tuple[float, float] = (0.5, 0.5)
    spot: tuple[float, float] | None = None  # the pin of the map
    pushes: tuple[Push, ...] = ()
    taste: tuple[Part, ...] = ()  # one standard deviation of “more like my stars”
    taste_amount: float = 0.0
    lattice: int = LATTICE  # thumbnails a side
    walk: Walk = Walk()


# -- what is seen --------------------------------------------------------------------------------------------------


def current(state: BlendState) -> Design | None:
    """The design under the pin, pushed; None where there is nothing to blend."""
    base = base_design(state)
    return None if base is None else pushed(state, base)


def base_design(state: BlendState) -> Design | None:
    """The design under the pin, before any push."""
    if state.view == "map":
        return None if state.spot is None else at_spot(state.spot)
    return at_pad(state, state.pin)


def at_pad(state: BlendState, point: tuple[float, float]) -> Design | None:
    """The mix that belongs to a point of the pad. On an anchor it is that anchor's design itself."""
    if not state.anchors:
        return None
    weights = pad.weights([(anchor.x, anchor.y) for anchor in state.anchors], point)
    return mix([(weight, anchor.design) for weight, anchor in zip(weights, state.anchors, strict=True)])


def at_spot(spot: tuple[float, float]) -> Design:
    return Design(0, 0, place=Place(spot=spot))


def pushed(state: BlendState, base: Design) -> Design:
    """A design moved along the directions and towards the taste of the state."""
    if state.taste_amount and state.taste:
        moves = [(part.weight * state.taste_amount, part.design) for part in state.taste]
        base = Design(0, 0, place=Place(parts=(Part(1.0, base), *(Part(w, d) for w, d in moves))))
    if not state.pushes:
        return base
    if base.place is not None and not base.place.pushes:
        return replace(base, place=replace(base.place, pushes=state.pushes))
    return Design(0, 0, place=Place(parts=(Part(1.0, base),), pushes=state.pushes))


def lattice_points(size: int) -> list[tuple[float, float]]:
    """Centres of size x size cells of the pad, row by row."""
    return [((x + 0.5) / size, (y + 0.5) / size) for y in range(size) for x in range(size)]


def lattice_designs(state: BlendState) -> list[Design]:
    """What the lattice shows, row by row; empty while nothing is on the pad."""
    points = lattice_points(state.lattice)
    found = [at_pad(state, point) for point in points]
    return [pushed(state, design) for design in found if design is not None]


# -- steps ---------------------------------------------------------------------------------------------------------


def for_package(state: BlendState, package: str) -> BlendState:
    """An empty canvas for another package; view and sizes stay."""
    if package == state.package:
        return state
    kept = Walk(loop=state.walk.loop, curve=state.walk.curve, even=state.walk.even, fps=state.walk.fps)
    return BlendState(package, state.view, lattice=state.lattice, walk=kept)


def with_anchor(state: BlendState, design: Design, at: tuple[float, float] | None = None) -> BlendState:
    """One more anchor, in the first free corner or where it was dropped. The ninth is refused: the state as it was."""
    if len(state.anchors) >= MAX_ANCHORS:
        return state
    x, y = at or _free_corner(state)
    return replace(state, anchors=(*state.anchors, Anchor(design, _unit(x), _unit(y))))


def with_anchors(state: BlendState, designs: Sequence[Design]) -> BlendState:
    """Several anchors at once, as many as there is room for; on an empty pad they stand around its middle."""
    places = AROUND.get(len(designs)) if not state.anchors else None
    for number, design in enumerate(designs):
        state = with_anchor(state, design, places[number] if places else None)
    return state


def without_anchor(state: BlendState, number: int) -> BlendState:
    return replace(state, anchors=state.anchors[:number] + state.anchors[number + 1 :])


def without_anchors(state: BlendState) -> BlendState:
    return replace(state, anchors=())


def with_design_at(state: BlendState, number: int, design: Design) -> BlendState:
    """Another design on an anchor that stays where it is."""
    changed = replace(state.anchors[number], design=design)
    return replace(state, anchors=(*state.anchors[:number], changed, *state.anchors[number + 1 :]))


def with_anchor_at(state: BlendState, number: int, point: tuple[float, float]) -> BlendState:
    moved = replace(state.anchors[number], x=_unit(point[0]), y=_unit(point[1]))
    return replace(state, anchors=(*state.anchors[:number], moved, *state.anchors[number + 1 :]))


def with_pin(state: BlendState, point: tuple[float, float]) -> BlendState:
    return replace(state, pin=(_unit(point[0]), _unit(point[1])))


def with_spot(state: BlendState, spot: tuple[float, float]) -> BlendState:
    return replace(state, spot=spot)


def with_view(state: BlendState, view: View) -> BlendState:
    return replace(state, view=view)


def with_lattice(state: BlendState, size: int) -> BlendState:
    return replace(state, lattice=size)


def with_push(state: BlendState, direction: str, amount: float) -> BlendState:
    """Set one slider; 0 takes it out, so that an untouched canvas and one put back are equal."""
    others = tuple(push for push in state.pushes if push.direction != direction)
    if amount == 0.0:
        return replace(state, pushes=others)
    if len(others) == len(state.pushes):
        return replace(state, pushes=(*others, Push(direction, amount)))
    pushes = tuple(Push(direction, amount) if push.direction == direction else push for push in state.pushes)
    return replace(state, pushes=pushes)


def without_pushes(state: BlendState) -> BlendState:
    return replace(state, pushes=(), taste_amount=0.0)


def amount_of(state: BlendState, direction: str) -> float:
    return next((push.amount for push in state.pushes if push.direction == direction), 0.0)


def with_taste(state: BlendState, parts: tuple[Part, ...], amount: float) -> BlendState:
    return replace(state, taste=parts, taste_amount=amount if parts else 0.0)


def with_walk(state: BlendState, walk: Walk) -> BlendState:
    return replace(state, walk=walk)


def with_key(state: BlendState, design: Design, at: int | None = None) -> BlendState:
    """One more key frame, at the end or before the key of that number."""
    keys = state.walk.keys
    number = len(keys) if at is None else at
    return replace(state, walk=replace(state.walk, keys=(*keys[:number], Key(design), *keys[number:])))


def depth(design: Design) -> int:
    """How many mixes lie in one another."""
    if design.place is None or not design.place.parts:
        return 0
    return 1 + max(depth(part.design) for part in design.place.parts)


def _free_corner(state: BlendState) -> tuple[float, float]:
    taken = [(anchor.x, anchor.y) for anchor in state.anchors]
    free = [c for c in CORNERS if all(abs(c[0] - x) + abs(c[1] - y) > 0.1 for x, y in taken)]
    return free[0] if free else (0.5, 0.5)


def _unit(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)
