"""The words of texts: how many of their phrases stand in another text, and how much they say twice.

A word is letters and digits with apostrophes between them, its case folded; all else only parts words. A phrase is so
many words in a row. What is asked for is indexed and the other text streams by, so that a training text of any size
needs no more memory than its longest document.
"""

import functools
import hashlib
import re
from collections.abc import Iterable

import numpy as np

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
PHRASE = 8  # words
MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, an odd number
REMEMBERED = 1 << 20  # words whose number is at hand


def words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in WORD.findall(text.casefold())]


def phrases(text: str, *, length: int = PHRASE) -> np.ndarray:
    """(n,) uint64: for each phrase, in order, a polynomial of the numbers of its words, modulo 2^64.

    Two different phrases share a number with a probability of about 2^-64.
    """
    found = words(text)
    numbers = np.fromiter(map(_number, found), np.uint64, len(found))
    count = max(0, len(numbers) - length + 1)
    hashed = np.zeros(count, np.uint64)
    for place in range(length):
        hashed = hashed * MIX + numbers[place : place + count]
    return hashed


@functools.lru_cache(maxsize=REMEMBERED)
def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")


class PhraseIndex:
    """The phrases of some texts, and which of them another text has shown so far."""

    def __init__(self, texts: Iterable[str], *, length: int = PHRASE) -> None:
        self._length = length
        found = [phrases(text, length=length) for text in texts]
        self._known = np.unique(np.concatenate([*found, np.zeros(0, np.uint64)]))
        self._met = np.zeros(len(self._known), bool)

    def look_through(self, text: str) -> None:
        """Mark the phrases that stand in this text too; texts that come one by one are not joined."""
        places, same = self._find(phrases(text, length=self._length))
        self._met[places[same]] = True

    def met(self, texts: Iterable[str]) -> tuple[int, int]:
        """(phrases of these texts that are marked, all of theirs), each counted where it stands."""
        marked = total = 0
        for text in texts:
            hashed = phrases(text, length=self._length)
            places, same = self._find(hashed)
            marked, total = marked + int(self._met[places[same]].sum()), total + len(hashed)
        return marked, total

    def _find(self, hashed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(places among the known, whether they are known)."""
        if not len(self._known):
            return np.zeros(len(hashed), np.intp), np.zeros(len(hashed), bool)
        places = np.minimum(np.searchsorted(self._known, hashed), len(self._known) - 1)
        return places, self._known[places] == hashed


def distinct(texts: Iterable[str], *, length: int = 2) -> float:
    """Distinct-n (Li et al. 2016, arXiv 1510.03055): different phrases over all; it falls as texts grow longer.

    Compare texts of as many words. 1.0 where there is no phrase.
    """
    found = np.concatenate([*(phrases(text, length=length) for text in texts), np.zeros(0, np.uint64)])
    return len(np.unique(found)) / len(found) if len(found) else 1.0
