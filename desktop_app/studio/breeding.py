"""The breeding board as plain values: parents, their children, and the family tree that grows from generation to
generation.

A member is a design that was a parent once: it came from outside, or it was bred here and knows its parents. A
generation is a set of parents with the seed and the amount that make its children; it knows the generation it was bred
from, so the way can be walked back and forward. A generation from which something was bred is never altered: a change
there begins another beside it. Everything is a pure function of one frozen state, so undo is the state before.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from desktop_app.engine.requests import Cross, Design, Frozen, Place, Prompt
from desktop_app.studio.sheet import MAX_SEED

MAX_PARENTS = 4
CHILDREN = 12  # that a generation shows
AMOUNT = 0.2
MAX_KIN = 16  # designs from noise that a member may be made of; from here on it is said in numbers instead
MAX_MEMBERS = 400


class Member(Frozen, frozen=True):
    design: Design
    parents: tuple[int, ...] = ()  # numbers of members; none: it came from outside


class Generation(Frozen, frozen=True):
    parents: tuple[int, ...] = ()  # numbers of members, at most four
    seed: int = 0
    amount: float = AMOUNT  # 0 only crosses, 1 is something new
    before: int | None = None  # number of the generation that it was bred from


class BreedingState(Frozen, frozen=True):
    package: str = ""  # empty until something is put on the board
    members: tuple[Member, ...] = ()
    generations: tuple[Generation, ...] = (Generation(),)
    current: int = 0


Vectors = Mapping[Design, Sequence[float]]  # what the decoder reads for designs of too many kin
NONE: Vectors = {}


# -- what is seen --------------------------------------------------------------------------------------------------


def generation(state: BreedingState) -> Generation:
    """The generation that is looked at."""
    return state.generations[state.current]


def parents(state: BreedingState) -> list[Design]:
    return [state.members[number].design for number in generation(state).parents]


def children(state: BreedingState, count: int = CHILDREN) -> list[Design]:
    """The first children of the generation that is looked at; none where it has no parents."""
    now, from_ = generation(state), parents(state)
    return [child(from_, now.seed, index, now.amount) for index in range(count)] if from_ else []


def child(from_: Sequence[Design], seed: int, index: int, amount: float) -> Design:
    """One child of up to four parents; one parent alone is crossed with itself.

    Of equal parents and without any change it is that parent, so that equal pictures are equal designs.
    """
    if amount == 0 and len(set(from_)) == 1:
        return from_[0]
    pair = tuple(from_) if len(from_) > 1 else (from_[0], from_[0])
    return Design(0, 0, place=Place(cross=Cross(pair, seed, index, amount)), prompt=joint_prompt(from_))


def joint_prompt(designs: Iterable[Design]) -> Prompt | None:
    """What a changed child is asked to be: all words of its parents, and the style and set in which they agree."""
    prompts = [design.prompt for design in designs if design.prompt is not None]
    if not prompts:
        return None
    words = dict.fromkeys(word for prompt in prompts for word in prompt.words)
    styles, sources = {prompt.style for prompt in prompts}, {prompt.source for prompt in prompts}
    guidance = sum(prompt.guidance for prompt in prompts) / len(prompts)
    return Prompt(tuple(words), _only(styles), _only(sources), guidance)


def levels(state: BreedingState) -> list[int]:
    """How many generations of ancestors each member has."""
    found: list[int] = []
    for member in state.members:  # parents stand before their children
        found.append(1 + max((found[number] for number in member.parents), default=-1))
    return found


def kin(design: Design) -> int:
    """How many designs from noise, or from pictures, a design is made of."""
    place = design.place
    if place is None:
        return 1
    made_of = place.cross.parents if place.cross is not None else tuple(part.design for part in place.parts)
    return sum(kin(one) for one in made_of) or 1


def number_of(state: BreedingState, design: Design) -> int | None:
    """The member that a design is."""
    return next((number for number, member in enumerate(state.members) if member.design == design), None)


# -- steps ---------------------------------------------------------------------------------------------------------


def for_package(state: BreedingState, package: str) -> BreedingState:
    """An empty board for another package."""
    return state if package == state.package else BreedingState(package)


def of_many_kin(designs: Iterable[Design]) -> tuple[Design, ...]:
    """Those that no member should be made of as they are: with each generation a design grows by all its parents.

    The same picture is said by the numbers that the decoder reads.
    """
    return tuple(dict.fromkeys(design for design in designs if kin(design) > MAX_KIN))


def with_parents(state: BreedingState, designs: Iterable[Design], vectors: Vectors = NONE) -> BreedingState:
    """More parents beside those there are, as many as there is room for. vectors: of those with many kin."""
    for design in designs:
        if len(generation(state).parents) >= MAX_PARENTS:
            break
        state, number = _member(state, design, vectors)
        now = generation(state)
        if number is not None and number not in now.parents:
            state = _changed(state, replace(now, parents=(*now.parents, number)))
    return state


def without_parent(state: BreedingState, slot: int) -> BreedingState:
    now = generation(state)
    kept = now.parents[:slot] + now.parents[slot + 1 :]
    return pruned(_changed(state, replace(now, parents=kept)))


def with_amount(state: BreedingState, amount: float) -> BreedingState:
    return _changed(state, replace(generation(state), amount=amount))


def rerolled(state: BreedingState, seed: int) -> BreedingState:
    """Other children of the same parents."""
    return _changed(state, replace(generation(state), seed=seed % (MAX_SEED + 1)))


def bred(state: BreedingState, designs: Sequence[Design], seed: int, vectors: Vectors = NONE) -> BreedingState:
    """The next generation, whose parents are these: children that are seen, members, or designs from outside.

    vectors: of those with many kin.
    """
    numbers = []
    for design in designs[:MAX_PARENTS]:
        state, number = _member(state, design, vectors)
        if number is not None:
            numbers.append(number)
    if not numbers:
        return state
    if not generation(state).parents:
        return _changed(state, replace(generation(state), parents=tuple(numbers)))
    fresh = Generation(tuple(numbers), seed % (MAX_SEED + 1), generation(state).amount, state.current)
    return replace(state, generations=(*state.generations, fresh), current=len(state.generations))


def at(state: BreedingState, number: int) -> BreedingState:
    """Another generation of the way is looked at."""
    return replace(state, current=number)


def back(state: BreedingState) -> int | None:
    """The generation that this one was bred from."""
    return generation(state).before


def forward(state: BreedingState) -> int | None:
    """The newest generation that was bred from this one."""
    after = [number for number, one in enumerate(state.generations) if one.before == state.current]
    return after[-1] if after else None


def pruned(state: BreedingState) -> BreedingState:
    """Without members that are parents in no generation, and of nobody who is."""
    kept = {number for one in state.generations for number in one.parents}
    for number in reversed(range(len(state.members))):
        if number in kept:
            kept.update(state.members[number].parents)
    order = {old: new for new, old in enumerate(sorted(kept))}
    if len(order) == len(state.members):
        return state
    members = [state.members[old] for old in order]
    return replace(
        state,
        members=tuple(replace(one, parents=tuple(order[n] for n in one.parents)) for one in members),
        generations=tuple(replace(one, parents=tuple(order[n] for n in one.parents)) for one in state.generations),
    )


# -- more like my stars --------------------------------------------------------------------------------------------


def starred_parents(stars: Sequence[Design], shown: Sequence[Design] = ()) -> list[Design]:
    """Four stars as parents, the first ones of a list; where they are the parents that are shown, the next four."""
    places = [stars.index(design) for design in shown if design in stars]
    start = max(places) + 1 if places and len(places) == len(shown) else 0
    return list(stars[start:] or stars)[:MAX_PARENTS]


def _only(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""


def _member(state: BreedingState, design: Design, vectors: Vectors) -> tuple[BreedingState, int | None]:
    """The state in which a design is a member, and its number; None where the tree is full."""
    born = generation(state).parents if _is_child(state, design) else ()
    if design in vectors:
        design = Design(0, 0, place=Place(vector=tuple(vectors[design])), prompt=design.prompt)
    number = number_of(state, design)
    if number is not None:
        return state, number
    if len(state.members) >= MAX_MEMBERS:
        return state, None
    return replace(state, members=(*state.members, Member(design, born))), len(state.members)


def _is_child(state: BreedingState, design: Design) -> bool:
    cross = design.place.cross if design.place is not None else None
    return cross is not None and bool(parents(state)) and set(cross.parents) == set(parents(state))


def _changed(state: BreedingState, now: Generation) -> BreedingState:
    """Another generation in place of the one that is looked at, or beside it where something was bred from that."""
    if now == generation(state):
        return state
    if forward(state) is not None:
        beside = replace(now, before=state.current)
        return replace(state, generations=(*state.generations, beside), current=len(state.generations))
    kept = (*state.generations[: state.current], now, *state.generations[state.current + 1 :])
    return replace(state, generations=kept)
