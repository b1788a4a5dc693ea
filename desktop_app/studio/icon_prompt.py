"""Words for a package of icons: which of them it knows, and what is said of the others."""

import re
from dataclasses import dataclass

from desktop_app.engine.manifest import Icons

LONGEST_WORD = 40  # characters of a word that is named in a sentence
NAMED = 8  # words that are named; more are counted

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Heard:
    """What a package makes of a text."""

    words: tuple[str, ...]  # known, as they were said, each once
    unknown: tuple[str, ...]
    left_out: tuple[str, ...]  # known, and more than the package listens to
    known: int  # words of the vocabulary

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what does not count."""
        said = []
        if self.unknown and not self.words:
            said.append(
                f"No word is known: {_listed(self.unknown)}. Each icon is of another word instead. "
                f"Try one of the {self.known:,} words of the vocabulary."
            )
        elif self.unknown:
            said.append(f"Not in the vocabulary, and ignored: {_listed(self.unknown)}.")
        if self.left_out:
            said.append(f"Only the first {len(self.words)} known words count. Left out: {_listed(self.left_out)}.")
        return tuple(said)


def heard(text: str, icons: Icons) -> Heard:
    """Words in any order and of any case; what is between them is no part of them."""
    said = tuple(dict.fromkeys(_WORD.findall(text.casefold())))
    vocabulary = frozenset(icons.words)
    known = tuple(word for word in said if word in vocabulary)
    unknown = tuple(word for word in said if word not in vocabulary)
    return Heard(known[: icons.most_words], unknown, known[icons.most_words :], len(vocabulary))


def _listed(words: tuple[str, ...]) -> str:
    named = ", ".join(f"“{word[:LONGEST_WORD]}”" for word in words[:NAMED])
    return named if len(words) <= NAMED else f"{named} and {len(words) - NAMED:,} more"
