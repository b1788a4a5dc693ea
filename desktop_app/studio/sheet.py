"""The endless contact sheet as plain values: which design is on tile i, and the steps from sheet to sheet."""

import zlib

import msgspec

from desktop_app.engine.manifest import Icons
from desktop_app.engine.requests import Design, Frozen, Prompt, Variation

MAX_SEED = 2**32 - 1
COMMON = 250  # words, the commonest, of which each icon gets one where none was asked for
SHORT = 3  # letters; shorter words only change an icon: “up”, “off”
MAX_DEPTH = 16  # variations of variations; the latent forgets where it came from long before


class Choice(Frozen, frozen=True):
    """The designs of a sheet that differ most from one another; they come first on it, the others follow in order."""

    indices: tuple[int, ...]
    drafted: int  # designs among which they were chosen
    twins: int = 0  # of these, near copies of others


class SheetState(Frozen, frozen=True):
    """All that decides a sheet. `origin` is the sheet that its base was picked from, the way back."""

    package: str
    seed: int
    label: int | None = None  # None: all classes in turn
    truncation: float = 1.0
    prompt: Prompt | None = None  # for packages of icons
    base: Design | None = None  # a sheet of variations of this design
    amount: float = 0.35
    origin: "SheetState | None" = None
    choice: Choice | None = None  # until the sheet shows other designs


def design_at(sheet: SheetState, index: int, num_classes: int, icons: Icons | None = None) -> Design:
    """The design on a tile. On a sheet of variations tile 0 is the base itself.

    icons: of a package of icons; where the sheet names no word, each tile is of another of the common ones.
    """
    if sheet.base is None:
        index = _drawn(sheet.choice, index)
        label = _label_at(sheet, index, num_classes)
        return Design(sheet.seed, index, label, sheet.truncation, prompt=_prompt_at(sheet, index, icons))
    if index == 0:
        return sheet.base
    step = Variation(sheet.seed, index, sheet.amount)
    return msgspec.structs.replace(sheet.base, variations=(*sheet.base.variations, step))


def tile_of(sheet: SheetState, index: int) -> int:
    """The tile on which the design of a number stands: the other way round."""
    if sheet.choice is None or sheet.base is not None:
        return index
    chosen = sheet.choice.indices
    return chosen.index(index) if index in chosen else index + sum(one > index for one in chosen)


def rerolled(sheet: SheetState, seed: int) -> SheetState:
    return msgspec.structs.replace(sheet, seed=seed % (MAX_SEED + 1), choice=None)


def chosen(sheet: SheetState, seed: int, choice: Choice | None) -> SheetState:
    """The designs of a seed with some of them first; with no choice they come in order."""
    return msgspec.structs.replace(sheet, seed=seed, choice=choice)


def with_label(sheet: SheetState, label: int | None) -> SheetState:
    """The same latents as another class; variations keep theirs where none is named."""
    if sheet.base is None:
        return msgspec.structs.replace(sheet, label=label)
    if label is None:
        return sheet
    return msgspec.structs.replace(sheet, label=label, base=msgspec.structs.replace(sheet.base, label=label))


def with_truncation(sheet: SheetState, truncation: float) -> SheetState:
    base = sheet.base and msgspec.structs.replace(sheet.base, truncation=truncation)
    return msgspec.structs.replace(sheet, truncation=truncation, choice=None, base=base)


def with_prompt(sheet: SheetState, prompt: Prompt | None) -> SheetState:
    """The same noise with other words; variations keep their way."""
    base = sheet.base and msgspec.structs.replace(sheet.base, prompt=prompt)
    return msgspec.structs.replace(sheet, prompt=prompt, choice=None, base=base)


def with_amount(sheet: SheetState, amount: float) -> SheetState:
    return msgspec.structs.replace(sheet, amount=amount)


def varied(sheet: SheetState, base: Design, seed: int) -> SheetState:
    """A sheet of variations of `base`. At the deepest level the oldest way back is forgotten, never the design."""
    origin = _without_root(sheet) if depth(sheet) >= MAX_DEPTH else sheet
    return msgspec.structs.replace(
        sheet,
        seed=seed,
        label=base.label,
        truncation=base.truncation,
        prompt=base.prompt,
        choice=None,
        base=base,
        origin=origin,
    )


def came_from(sheet: SheetState) -> SheetState | None:
    """The sheet one step back, or None on a plain one."""
    if sheet.base is None:
        return None
    if sheet.origin is not None:
        return sheet.origin
    base = sheet.base
    return SheetState(sheet.package, base.seed, base.label, base.truncation, base.prompt)


def depth(sheet: SheetState) -> int:
    steps = 0
    origin = sheet.origin
    while origin is not None:
        steps, origin = steps + 1, origin.origin
    return steps


def sheet_of(package: str, design: Design) -> tuple[SheetState, int]:
    """The sheet on which a design stands, and its tile: what a recipe brings back."""
    if not design.variations:
        return SheetState(package, design.seed, design.label, design.truncation, design.prompt), design.index
    *before, last = design.variations
    base = msgspec.structs.replace(design, variations=tuple(before))
    sheet = SheetState(package, last.seed, design.label, design.truncation, design.prompt, base, last.amount)
    return sheet, last.index


def for_package(sheet: SheetState, package: str, num_classes: int, truncation: float) -> SheetState:
    """The sheet taken to another package: the seed stays, what belonged to the old package goes."""
    label = sheet.label if sheet.label is not None and sheet.label < num_classes else None
    return SheetState(package, sheet.seed, label, truncation)


def _drawn(choice: Choice | None, tile: int) -> int:
    """The number of the design on a tile."""
    if choice is None:
        return tile
    if tile < len(choice.indices):
        return choice.indices[tile]
    index = tile - len(choice.indices)
    for taken in sorted(choice.indices):
        index += taken <= index
    return index


def _prompt_at(sheet: SheetState, index: int, icons: Icons | None) -> Prompt | None:
    prompt = sheet.prompt
    common = [word for word in icons.words[:COMMON] if len(word) > SHORT] if icons else []
    if icons is None or not common or (prompt is not None and prompt.words):
        return prompt
    word = common[zlib.crc32(f"{sheet.seed} {index}".encode()) % len(common)]
    return msgspec.structs.replace(prompt or Prompt(guidance=icons.guidance), words=(word,))


def _label_at(sheet: SheetState, index: int, num_classes: int) -> int | None:
    if num_classes == 0:
        return None
    return index % num_classes if sheet.label is None else sheet.label


def _without_root(sheet: SheetState) -> SheetState:
    if sheet.origin is None or sheet.origin.origin is None:
        return msgspec.structs.replace(sheet, origin=None)
    return msgspec.structs.replace(sheet, origin=_without_root(sheet.origin))
