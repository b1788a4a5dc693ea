"""A field for words, without the field: what a half-typed word may become, and what is said of unknown ones."""

import difflib
import re
from typing import NamedTuple

from desktop_app.engine.manifest import Icons
from desktop_app.engine.requests import Prompt
from desktop_app.studio.icon_prompt import Heard
from desktop_app.studio.sheet import Choice

MOST_COMPLETIONS = 8
MOST_NEAR = 3  # known words offered in the place of an unknown one
LIKENESS = 0.7  # of two words (Ratcliff and Metzener 1988), from which one may be meant by the other
LONGEST_SHOWN = 24  # letters of an unknown word
EXAMPLES = ("heart", "coffee cup", "rocket", "house", "cat", "cloud rain", "camera", "tree")

_LAST = re.compile(r"\w+$")
_FIRST = re.compile(r"^\w+")


class Fragment(NamedTuple):
    """The word at the cursor: text[start:end]."""

    start: int
    end: int
    head: str  # the part before the cursor


def fragment_at(text: str, cursor: int) -> Fragment:
    before, after = _LAST.search(text[:cursor]), _FIRST.search(text[cursor:])
    head = before[0] if before else ""
    return Fragment(cursor - len(head), cursor + (len(after[0]) if after else 0), head)


def completions(head: str, words: tuple[str, ...], count: int = MOST_COMPLETIONS) -> tuple[str, ...]:
    """Words that begin with `head`, then those that hold it; both in the order of the vocabulary, common ones first.

    The word itself, where it is known, stands at the top.
    """
    head = head.casefold()
    if not head:
        return ()
    first = [word for word in words if word.startswith(head)]
    first.sort(key=lambda word: word != head)
    inside = [word for word in words if head in word and not word.startswith(head)] if len(head) > 1 else []
    return tuple((first + inside)[:count])


def with_word(text: str, place: Fragment, word: str) -> tuple[str, int]:
    """The text with a word in the place of the fragment and a space behind it, and where the cursor then stands."""
    after = text[place.end :]
    changed = f"{text[: place.start]}{word}{'' if after[:1].isspace() else ' '}{after}"
    return changed, place.start + len(word) + 1


def instead_of(text: str, unknown: str, word: str) -> str:
    """The text with a known word in the place of an unknown one, wherever it stands and however it was written."""
    return re.sub(rf"\b{re.escape(unknown)}\b", word, text, flags=re.IGNORECASE)


def near_words(unknown: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Known words that may have been meant."""
    return tuple(difflib.get_close_matches(unknown[:LONGEST_SHOWN], words, MOST_NEAR, LIKENESS))


def first_near(unknown: tuple[str, ...], words: tuple[str, ...], most: int = 20) -> dict[str, tuple[str, ...]]:
    """Known words for the first unknown one that comes near to any; of long texts, only the beginning is looked at."""
    for word in unknown[:most]:
        if near := near_words(word, words):
            return {word: near}
    return {}


def examples(icons: Icons, count: int = 6) -> tuple[str, ...]:
    """A few prompts to begin with, all of known words; the most common words where there are no better ones."""
    known = set(icons.words)
    good = [text for text in EXAMPLES if known.issuperset(text.split())]
    common = [word for word in icons.words if len(word) > 2 and not any(word in text.split() for text in good)]
    return tuple((good + common)[:count])


def remark(heard: Heard) -> str:
    """One line on the words that do not count; empty where all do."""
    unknown = _some(heard.unknown)
    if heard.unknown and not heard.words:
        return f"Not known: {unknown}. Each icon is of another word instead."
    said = [f"Not known: {unknown}. Ignored."] if heard.unknown else []
    if heard.left_out:
        said.append(f"The first {len(heard.words)} known words count; {len(heard.left_out):,} more are left out.")
    return " ".join(said)


def choice_remark(choice: Choice) -> str:
    """What “twelve different ones” did."""
    twins = {0: "", 1: " A near-twin was merged."}.get(choice.twins, f" {choice.twins} near-twins were merged.")
    return f"The {len(choice.indices)} of {choice.drafted} that differ most come first.{twins}"


def plain_prompt(icons: Icons) -> Prompt:
    """No word, any style, any set, and as much guidance as the package asks for."""
    return Prompt(guidance=icons.guidance)


def prompt_words(prompt: Prompt, icons: Icons) -> str:
    """A prompt in a few words: coffee cup, filled, in the manner of Tabler Icons."""
    parts = [" ".join(prompt.words), prompt.style, source_title(prompt.source, icons)]
    return ", ".join(part for part in parts if part)


def source_title(prefix: str, icons: Icons | None) -> str:
    """What a set is called; its prefix where the package does not know it."""
    sources = icons.sources if icons else ()
    return next((source.title for source in sources if source.prefix == prefix), prefix)


def _some(words: tuple[str, ...], count: int = 3) -> str:
    named = ", ".join(word if len(word) <= LONGEST_SHOWN else f"{word[:LONGEST_SHOWN]}…" for word in words[:count])
    return named if len(words) <= count else f"{named} and {len(words) - count:,} more"
