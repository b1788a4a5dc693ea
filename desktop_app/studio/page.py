"""The page: one text, of which some was written by the model, and what the model thought of each of its tokens.

What was written lies in runs, each with a start and the lengths of its tokens: an edit moves the runs behind it and
splits the one that it touches, so that what was said of the untouched tokens stays. Places are in characters.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import log2
from typing import NamedTuple

from msgspec.structs import replace

from desktop_app.engine.requests import Frozen
from desktop_app.engine.text_requests import Alternative, Choosing, Piece, Wrote

KEPT_TOKENS = 6000  # whose alternatives are kept; of those written first they go, a token takes half a kilobyte
CHARACTERS_A_TOKEN = 16  # more than any text has on average: what is sent holds more than a context takes
REPLACEMENT = "\ufffd"  # stands for a broken character
STEP = 4096  # characters; the beginning of what is sent moves in such steps, so that what was read can be used again


class Token(Frozen, frozen=True):
    """One token of a run. length: the characters that it completes, none where it ends inside one."""

    length: int
    token: int
    probability: float | None
    alternatives: tuple[Alternative, ...] = ()


class Run(Frozen, frozen=True):
    """Tokens one after the other, from text[start] on."""

    start: int
    tokens: tuple[Token, ...]

    @property
    def end(self) -> int:
        return self.start + sum(token.length for token in self.tokens)


class How(Frozen, frozen=True):
    """What decides a prediction besides seed and prompt, which begins `left_out` characters into the text."""

    package: str
    package_sha256: str
    kind: str = ""
    choosing: Choosing = Choosing()
    tokens: int = 0
    stop: tuple[str, ...] = ()
    left_out: int = 0


class Prediction(Frozen, frozen=True):
    """text[start:end] is what the model wrote last, with this seed; `first` are tokens that were chosen by hand."""

    start: int
    end: int
    seed: int
    first: tuple[int, ...] = ()
    how: How | None = None


class Page(Frozen, frozen=True):
    text: str = ""
    cursor: int = 0  # in characters
    runs: tuple[Run, ...] = ()  # what was written by the model, the newest last
    last: Prediction | None = None


class Place(NamedTuple):
    """A token in its text: text[start:end]. run, number: where it is kept."""

    start: int
    end: int
    token: Token
    run: Run
    number: int


# -- what is where ---------------------------------------------------------------------------------------------------


def places(runs: Sequence[Run], start: int, end: int) -> list[Place]:
    """The tokens of which something lies in text[start:end], in order."""
    found = [place for run in runs for place in _of_run(run, start, end)]
    return sorted(found, key=lambda place: place.start)


def bits(probability: float) -> float:
    """How surprising it is that something of this probability came: -log2 p (Shannon 1948)."""
    return -log2(max(probability, 1e-9))


def prompt_of(page: Page, at: int, context: int) -> tuple[str, int]:
    """What is sent of the text before a place, and how many characters before it are not.

    A context holds fewer than are sent, so nothing is lost by it. Spaces at the end are not sent: to a model the space
    belongs to the word after it, and `seamless` takes it off again. context: of the model, in tokens.
    """
    most = context * CHARACTERS_A_TOKEN
    left_out = max(0, at - most) // STEP * STEP
    return page.text[left_out:at].rstrip(" "), left_out


def seamless(before: str, text: str) -> str:
    """What the model writes first, without the space that stands there already."""
    return text[1:] if before.endswith(" ") and text.startswith(" ") else text


def words(text: str) -> int:
    return len(text.split())


def _of_run(run: Run, start: int, end: int) -> Iterator[Place]:
    if run.start >= end:
        return
    ends = list(accumulate((token.length for token in run.tokens), initial=run.start))
    for index in range(max(0, bisect_right(ends, start) - 1), len(run.tokens)):
        if ends[index] >= end:
            return
        if ends[index + 1] > max(start, ends[index]):
            yield Place(ends[index], ends[index + 1], run.tokens[index], run, index)


# -- edits by hand ---------------------------------------------------------------------------------------------------


def edited(page: Page, start: int, removed: int, inserted: str) -> Page:
    """text[start : start + removed] becomes `inserted`, behind which the cursor goes."""
    end = start + removed
    text = page.text[:start] + inserted + page.text[end:]
    runs = moved(page.runs, start, end, len(inserted))
    return Page(text, start + len(inserted), runs, _last_moved(page.last, start, end, len(inserted)))


def moved(runs: Sequence[Run], start: int, end: int, inserted: int) -> tuple[Run, ...]:
    """Runs after text[start:end] became `inserted` characters: tokens that it touched are gone."""
    return tuple(part for run in runs for part in _parts(run, start, end, inserted))


def _parts(run: Run, start: int, end: int, inserted: int) -> Iterator[Run]:
    run_end = run.end
    shift = inserted - (end - start)
    if run_end <= start:
        yield run
    elif run.start >= end:
        yield Run(run.start + shift, run.tokens)
    else:
        ends = list(accumulate((token.length for token in run.tokens), initial=run.start))
        before = sum(e <= start for e in ends[1:])
        after = sum(e < end for e in ends[:-1])
        if before and ends[before] > run.start:
            yield Run(run.start, run.tokens[:before])
        if after < len(run.tokens) and ends[after] < run_end:
            yield Run(ends[after] + shift, run.tokens[after:])


def _last_moved(last: Prediction | None, start: int, end: int, inserted: int) -> Prediction | None:
    """What still stands of the last prediction as it was written: behind an edit, or before one of its end."""
    if last is None or last.end <= start:
        return last
    shift = inserted - (end - start)
    if last.start >= end:
        return replace(last, start=last.start + shift, end=last.end + shift, how=None)  # its prompt is another one
    if end < last.end:
        return Prediction(end + shift, last.end + shift, last.seed)  # a part has no recipe of its own
    return replace(last, end=start) if start > last.start else None


# -- what the model writes -------------------------------------------------------------------------------------------


def begun(page: Page, at: int, seed: int, first: tuple[int, ...] = (), how: How | None = None) -> Page:
    """A prediction begins; nothing of it has come yet."""
    return replace(page, runs=(*page.runs, Run(at, ())), last=Prediction(at, at, seed, first, how))


def grown(page: Page, wrote: Wrote) -> Page:
    """One more token at the end of the prediction that goes on: of the newest run."""
    last, run = page.last, page.runs[-1]
    assert last is not None
    assert last.end == run.end
    at = last.end
    if last.start == at:
        wrote = replace(wrote, text=seamless(page.text[at - 1 : at], wrote.text))
    length = len(wrote.text)
    others = moved(page.runs[:-1], at, at, length)
    grown_run = Run(run.start, (*run.tokens, token_of(wrote)))
    cursor = page.cursor + length if page.cursor >= at else page.cursor
    text = page.text[:at] + wrote.text + page.text[at:]
    return Page(text, cursor, (*others, grown_run), replace(last, end=at + length))


def finished(page: Page) -> Page:
    """The prediction is over: of what was written first, the alternatives may go."""
    runs: list[Run] = []
    kept = 0
    for run in reversed(page.runs):
        kept += len(run.tokens)
        if run.end > run.start and (kept <= KEPT_TOKENS or not runs):
            runs.append(run)
    return replace(page, runs=tuple(reversed(runs)))


def token_of(wrote: Wrote) -> Token:
    alternatives = tuple(replace(one, probability=_rounded(one.probability)) for one in wrote.alternatives)
    return Token(len(wrote.text), wrote.token, _rounded(wrote.probability), alternatives)


def without_last(page: Page) -> Page:
    """The last prediction taken out, to be written again at the same place."""
    assert page.last is not None
    start, end = page.last.start, page.last.end
    return replace(edited(page, start, end - start, ""), last=None)


def branched(page: Page, place: Place) -> tuple[Page, tuple[int, ...]]:
    """The text up to a token of the model's, without it and what was written on from it.

    Also answers the tokens that stand before another choice: those that began the character in which it ends.
    """
    end = _written_end(page, place.run.end)
    shorter = replace(edited(page, place.start, end - place.start, ""), last=None)
    return shorter, parts_before(place)


def parts_before(place: Place) -> tuple[int, ...]:
    """Tokens that stand directly before one and end inside its first character."""
    first = place.number
    while first and not place.run.tokens[first - 1].length:
        first -= 1
    return tuple(token.token for token in place.run.tokens[first : place.number])


def _written_end(page: Page, end: int) -> int:
    """Where the model's writing that runs on at a place ends."""
    while (following := next((r.end for r in page.runs if r.start <= end < r.end), None)) is not None:
        end = following
    return end


# -- ghost text and weighed text -------------------------------------------------------------------------------------


def accepted(page: Page, at: int, text: str, tokens: Sequence[Token]) -> Page:
    """Ghost text becomes text, with its tokens as far as they lie wholly in it."""
    longer = edited(page, at, 0, text)
    kept = whole_tokens(tokens, len(text))
    return replace(longer, runs=(*longer.runs, Run(at, kept))) if kept else longer


def whole_tokens(tokens: Sequence[Token], length: int) -> tuple[Token, ...]:
    """Those that lie wholly in so many characters."""
    ends = accumulate(token.length for token in tokens)
    return tuple(token for token, end in zip(tokens, ends, strict=True) if end <= length)


def next_word(text: str) -> str:
    """The space at the beginning and the word after it."""
    space = len(text) - len(text.lstrip())
    word = text[space:].split(maxsplit=1)
    return text[: space + len(word[0])] if word else text


def run_of(pieces: Sequence[Piece], start: int) -> Run:
    """What was weighed, as a run. start: the place of the first character that was sent."""
    tokens = tuple(Token(p.end - p.start, p.token, p.probability, p.alternatives) for p in pieces)
    return Run(start + pieces[0].start, tokens)


def _rounded(probability: float) -> float:
    """Four digits are more than anyone looks at, and half of what is saved."""
    return float(f"{probability:.4g}")


# -- steps -----------------------------------------------------------------------------------------------------------


def difference(before: str, after: str) -> tuple[int, int, str]:
    """The smallest edit that makes one text of the other: start, characters removed, characters inserted."""
    shorter = min(len(before), len(after))
    start = _common(before, after, shorter)
    tail = _common_tail(before, after, shorter - start)
    return start, len(before) - start - tail, after[start : len(after) - tail]


def cursor_after(before: Page, after: Page) -> int:
    """Where the cursor goes when a step is undone or redone: to what changed."""
    start, removed, inserted = difference(before.text, after.text)
    if not removed and not inserted:
        return after.cursor
    end = start + len(inserted)
    return after.cursor if start <= after.cursor <= end else end


def _common(one: str, other: str, most: int) -> int:
    """How many characters both begin with; halving, because comparing slices is quick."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(one: str, other: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
