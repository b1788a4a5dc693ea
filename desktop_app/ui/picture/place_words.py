"""A place in words: what a design that was not drawn but blended, found or picked on a map is made of."""

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Cross, Design, Part, Place
from desktop_app.ui.picture.tile import class_name

MAX_PARTS = 6  # shown one by one; a taste has dozens


def place_title(place: Place) -> str:
    if place.source or place.vector:
        return "Own picture"
    if place.spot is not None:
        return "A spot of the map"
    return "Child" if place.cross is not None else "Blend"


def place_rows(place: Place, package: Package | None) -> list[tuple[str, str, str]]:
    """Rows of an inspector: name, what is shown, what is copied."""
    rows: list[tuple[str, str, str]] = []
    if place.source:
        rows.append(("Picture", place.source, place.source))
    if place.vector:
        numbers = " ".join(f"{value:.6g}" for value in place.vector)
        rows.append(("Place", f"{len(place.vector)} numbers", numbers))
    if place.spot is not None:
        rows.append(("Map", f"{place.spot[0]:.3f}, {place.spot[1]:.3f}".replace("-", "−"), f"{place.spot}"))
    rows += _part_rows(place.parts, package)
    rows += _cross_rows(place.cross, package) if place.cross is not None else []
    for push in place.pushes:
        amount = f"{push.amount:+.2f} sd".replace("-", "−")
        rows.append((push.direction[:1].upper() + push.direction[1:], amount, f"{push.amount:+g}"))
    return rows


def _part_rows(parts: tuple[Part, ...], package: Package | None) -> list[tuple[str, str, str]]:
    ranked = sorted(parts, key=lambda part: -abs(part.weight))
    rows = []
    for number, part in enumerate(ranked[:MAX_PARTS], 1):
        share = _percent(part.weight)
        short = design_words(part.design, package, short=True)
        rows.append((f"Part {number}", f"{share}  {short}", f"{share}  {design_words(part.design, package)}"))
    if len(ranked) > MAX_PARTS:
        rest = ranked[MAX_PARTS:]
        words = [f"{_percent(part.weight)}  {design_words(part.design, package)}" for part in rest]
        rows.append(("And", f"{len(rest)} more, of less weight", "; ".join(words)))
    return rows


def _cross_rows(cross: Cross, package: Package | None) -> list[tuple[str, str, str]]:
    parents = list(dict.fromkeys(cross.parents))
    words = [(design_words(one, package, short=True), design_words(one, package)) for one in parents]
    rows = [(f"Parent {number}", *both) for number, both in enumerate(words, 1)]
    return [*rows, ("Change", f"{cross.amount:.2f}", f"{cross.amount:g}"), ("Seed", f"{cross.seed}", f"{cross.seed}")]


def design_words(design: Design, package: Package | None, *, short: bool = False) -> str:
    """A design in a few words: Sneaker, seed 1, tile 27. Short, it leaves the seed out."""
    if design.place is not None:
        title = place_title(design.place)
        if design.place.cross is not None:
            parents = len(set(design.place.cross.parents))
            return f"a child of {parents}, number {design.place.cross.index + 1}"
        if title == "Blend":
            return f"a blend of {len(design.place.parts)}" if len(design.place.parts) > 1 else "a pushed design"
        return title.lower() if not design.place.source else f"“{design.place.source}”"
    words = f"tile {design.index}" if short else f"seed {design.seed}, tile {design.index}"
    if design.prompt is not None and design.prompt.words:
        words = f"{' '.join(design.prompt.words)}, {words}"
    if design.label is not None:
        name = class_name(package, design.label)
        words = f"{f'class {name}' if name.isdecimal() else name}, {words}"
    if design.variations:
        words += ", a variation"
    return words


def _percent(weight: float) -> str:
    return f"{100 * weight:.0f} %".replace("-", "−")
