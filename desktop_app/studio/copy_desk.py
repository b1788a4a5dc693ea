"""The copy desk: short texts side by side, as a tree of branches that all go on from one brief.

A batch is what was asked for at once, from the brief or from a branch; a branch holds its whole line, with what it took
over from the branch it goes on from, so that nothing done to one line changes another.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from desktop_app.engine.requests import Frozen
from desktop_app.engine.text_requests import Choosing, Ending, Limits
from desktop_app.studio.drafts import Draft, bits_a_word

FEWEST, MOST = 3, 8  # lines a batch
LONGEST = 500  # characters that a limit may allow
BRIEF = 0  # the number that stands for the brief, from which all goes on
Why = Ending | Literal["stopped"]


class Batch(Frozen, frozen=True):
    """What was asked for at once: with the line of its parent it decides all its lines."""

    number: int
    parent: int  # number of the branch that it goes on from, or BRIEF
    package: str  # name of the model
    sha256: str
    brief: str
    count: int
    limits: Limits
    one_line: bool
    asked: bool  # as an instruction, not as a text to go on from
    choosing: Choosing
    seed: int
    tokens: int
    stop: tuple[str, ...] = ()
    kind: str = ""


class Branch(Frozen, frozen=True):
    """One line. text: the whole of it as it follows the brief, with the space before it."""

    number: int
    batch: int
    row: int  # its place in the batch
    text: str
    start: int  # characters of `text` that were its parent's
    bits: tuple[float, ...]  # surprise of each word after those; empty once a hand has changed the line
    why: Why  # why it ended
    kept: bool = False
    edited: bool = False

    @property
    def line(self) -> str:
        return self.text.strip()


class CopyDesk(Frozen, frozen=True):
    brief: str = ""  # what all branches go on from
    count: int = 5  # lines a batch
    limits: Limits = Limits()  # of a whole line
    one_line: bool = True
    asks: bool = False  # puts the brief as an instruction, where the model was taught to follow one
    batches: tuple[Batch, ...] = ()
    branches: tuple[Branch, ...] = ()
    at: int = BRIEF  # the branch whose children are in view
    numbered: int = 0  # the last number that was given; none is given twice


# -- the tree --------------------------------------------------------------------------------------------------------


def branch_of(desk: CopyDesk, number: int) -> Branch | None:
    """None where there is none of that number, and for the brief."""
    return next((branch for branch in desk.branches if branch.number == number), None)


def batch_of(desk: CopyDesk, branch: Branch) -> Batch:
    return next(batch for batch in desk.batches if batch.number == branch.batch)


def batches_of(desk: CopyDesk, parent: int) -> tuple[Batch, ...]:
    """What was asked for from there, the newest first."""
    return tuple(batch for batch in reversed(desk.batches) if batch.parent == parent)


def lines_of(desk: CopyDesk, batch: Batch) -> tuple[Branch, ...]:
    return tuple(branch for branch in desk.branches if branch.batch == batch.number)


def children(desk: CopyDesk, parent: int) -> tuple[Branch, ...]:
    return tuple(branch for batch in batches_of(desk, parent) for branch in lines_of(desk, batch))


def ancestors(desk: CopyDesk, number: int) -> tuple[Branch, ...]:
    """From the branch next to the brief to the one itself; none for the brief."""
    path: list[Branch] = []
    while (branch := branch_of(desk, number)) is not None:
        path.append(branch)
        number = batch_of(desk, branch).parent
    return tuple(reversed(path))


def descendants(desk: CopyDesk, number: int) -> frozenset[int]:
    """The numbers of all that go on from a branch, its own among them."""
    found, waiting = {number}, [number]
    while waiting:
        below = {branch.number for branch in children(desk, waiting.pop())}
        found |= below
        waiting += below
    return frozenset(found)


def kept(desk: CopyDesk) -> tuple[Branch, ...]:
    return tuple(branch for branch in desk.branches if branch.kept)


# -- steps -----------------------------------------------------------------------------------------------------------


def walked(desk: CopyDesk, number: int) -> CopyDesk:
    """To the children of a branch, or of the brief."""
    there = number == BRIEF or branch_of(desk, number) is not None
    return msgspec.structs.replace(desk, at=number) if there else desk


def landed(desk: CopyDesk, batch: Batch, drafts: Sequence[Draft]) -> CopyDesk:
    """With what came of a batch; a draft without a letter is none. The desk as it is where nothing came."""
    parent = branch_of(desk, batch.parent)
    before = parent.text if parent is not None else ""
    numbers = iter(range(batch.number + 1, batch.number + 1 + len(drafts)))
    came = tuple(
        _branch(next(numbers), batch, row, before, draft) for row, draft in enumerate(drafts) if has_words(draft.text)
    )
    if not came:
        return desk
    return msgspec.structs.replace(
        desk, batches=(*desk.batches, batch), branches=(*desk.branches, *came), numbered=came[-1].number
    )


def _branch(number: int, batch: Batch, row: int, before: str, draft: Draft) -> Branch:
    text = before + seamed(draft.text).rstrip(" \n\t,")
    return Branch(number, batch.number, row, text, len(before), bits_a_word(draft), draft.why or "stopped")


def has_words(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def seamed(text: str) -> str:
    """A continuation with at most one sign of space before it: more would count against the length of a line."""
    words = text.lstrip()
    return text[: len(text) - len(words)][-1:] + words


def rewritten(desk: CopyDesk, number: int, line: str) -> CopyDesk:
    """A line that a hand has changed. What goes on from it stays as it was."""
    branch = branch_of(desk, number)
    if branch is None or not line.strip() or line.strip() == branch.line:
        return desk
    space = branch.text[: len(branch.text) - len(branch.text.lstrip())]
    text = space + line.strip()
    start = len(_common(branch.text[: branch.start], text))
    return _with(desk, msgspec.structs.replace(branch, text=text, start=start, bits=(), edited=True))


def with_kept(desk: CopyDesk, number: int, *, is_kept: bool) -> CopyDesk:
    branch = branch_of(desk, number)
    return desk if branch is None else _with(desk, msgspec.structs.replace(branch, kept=is_kept))


def without(desk: CopyDesk, number: int) -> CopyDesk:
    """A branch goes with all that goes on from it; who looked at those looks at what is left nearest."""
    gone = descendants(desk, number) - {BRIEF}
    left = tuple(branch for branch in desk.branches if branch.number not in gone)
    used = {branch.batch for branch in left}
    at = next((b.number for b in reversed(ancestors(desk, desk.at)) if b.number not in gone), BRIEF)
    batches = tuple(batch for batch in desk.batches if batch.number in used)
    return msgspec.structs.replace(desk, batches=batches, branches=left, at=at)


def _with(desk: CopyDesk, branch: Branch) -> CopyDesk:
    branches = tuple(branch if old.number == branch.number else old for old in desk.branches)
    return msgspec.structs.replace(desk, branches=branches)


def _common(one: str, other: str) -> str:
    """The beginning that two texts share."""
    end = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:end]


# -- limits ----------------------------------------------------------------------------------------------------------


def impossible(limits: Limits) -> str:
    """Why no line can keep to the limits, as a sentence; empty where one can."""
    for phrase in limits.contain:
        for word in limits.avoid:
            if _holds(phrase, word):
                return f"No line can contain “{phrase}” and avoid “{word}”. Change one of the two."
    longest = max(limits.contain, key=len, default="")
    if limits.characters is not None and len(longest) > limits.characters:
        return f"“{longest}” is longer than the {limits.characters} characters that a line may have."
    return ""


def rest_of(limits: Limits, before: str) -> Limits:
    """What must hold of a continuation, so that the limits hold of the line that it makes with `before`.

    A continuation may begin with a space, which counts in the line: one character is set aside for it. Where the line
    so far ends in the beginning of a phrase to avoid, its end is to be avoided too.
    """
    if not before.strip():
        return limits
    characters = None if limits.characters is None else limits.characters - len(before.strip()) - 1
    contain = tuple(phrase for phrase in limits.contain if not _holds(before, phrase))
    ends = (end for phrase in limits.avoid for end in _ends_left(before, phrase))
    return Limits(characters, contain, tuple(dict.fromkeys((*limits.avoid, *ends))))


def _ends_left(before: str, phrase: str) -> Iterable[str]:
    text, whole = before.casefold(), phrase.casefold()
    return (whole[cut:] for cut in range(1, len(whole)) if text.endswith(whole[:cut]))


def breaks(line: str, limits: Limits) -> tuple[str, ...]:
    """What is wrong with a line, in a few words each; none where the limits hold."""
    found = []
    over = len(line.strip()) - limits.characters if limits.characters is not None else 0
    if over > 0:
        found.append(f"{over} character{'s' if over > 1 else ''} too long")
    found += [f"“{phrase}” is missing" for phrase in limits.contain if not _holds(line, phrase)]
    found += [f"“{phrase}” is in it" for phrase in limits.avoid if _holds(line, phrase)]
    return tuple(found)


def _holds(text: str, phrase: str) -> bool:
    return phrase.casefold() in text.casefold()
