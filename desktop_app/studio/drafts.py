"""Text while it is being written: what came of each branch, and how surprising each word of it was."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from desktop_app.engine.requests import Frozen
from desktop_app.engine.text_requests import Closed, Ending, Wrote
from desktop_app.studio.page import bits


class Draft(Frozen, frozen=True):
    """A branch as far as it came. text[ends[n - 1] : ends[n]] is what token n completed."""

    text: str = ""
    ends: tuple[int, ...] = ()
    bits: tuple[float, ...] = ()  # surprise of each token, -log2 of its probability
    why: Ending | Literal[""] = ""  # empty while it is being written


def blank(count: int) -> tuple[Draft, ...]:
    return (Draft(),) * count


def grown(drafts: Sequence[Draft], update: Wrote | Closed) -> tuple[Draft, ...]:
    """With one more token, or a branch closed."""
    old = drafts[update.branch]
    if isinstance(update, Closed):
        new = msgspec.structs.replace(old, why=update.why)
    else:
        text = old.text + update.text
        new = Draft(text, (*old.ends, len(text)), (*old.bits, bits(update.probability) + 0.0), old.why)
    return (*drafts[: update.branch], new, *drafts[update.branch + 1 :])


def bits_a_word(draft: Draft) -> tuple[float, ...]:
    """The surprise of each word of the text: that of all tokens which end in it, or in the space before it."""
    words = [match.end() for match in re.finditer(r"\S+", draft.text)]
    if not words:
        return ()
    sums = [0.0] * len(words)
    place = 0
    for end, surprise in zip(draft.ends, draft.bits, strict=True):
        while place < len(words) - 1 and end > words[place]:
            place += 1
        sums[place] += surprise
    return tuple(round(total, 2) for total in sums)
