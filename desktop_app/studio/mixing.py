"""Mixes of designs as designs: the simplest way to say one, so that equal pictures are equal designs."""

from collections.abc import Iterable

from desktop_app.engine.requests import Design, Part, Place


def mix(parts: Iterable[tuple[float, Design]]) -> Design:
    """A mix whose weights sum to one, each design once and none that weighs nothing; of one, that design itself."""
    weights: dict[Design, float] = {}
    for weight, design in parts:
        weights[design] = weights.get(design, 0.0) + weight
    kept = [Part(weight, design) for design, weight in weights.items() if weight != 0.0]
    if len(kept) == 1:
        return kept[0].design
    return Design(0, 0, place=Place(parts=tuple(kept)))
