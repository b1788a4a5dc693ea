"""Between two ways to count: Qt counts UTF-16 units, the studio counts characters. An emoji is two of the first.

Only here is one turned into the other.
"""

import re

from desktop_app.studio.page import REPLACEMENT

UTF_16 = "utf-16-le"
BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
INVALID = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class TextPlaces:
    """A text that is edited, and both ways to count in it. What is asked for lies near what was asked for last."""

    def __init__(self) -> None:
        self.text = ""
        self.units = 0
        self._at, self._unit = 0, 0  # a place that is known both ways

    def edit(self, start: int, removed: int, inserted: str) -> None:
        """text[start : start + removed] becomes `inserted`."""
        self.to_qt(start)
        end = start + removed
        self.units += units(inserted) - units(self.text[start:end])
        self.text = self.text[:start] + inserted + self.text[end:]

    def to_qt(self, at: int) -> int:
        """Where the character at a place begins, in UTF-16 units."""
        if self._is_even:
            return at
        near, unit = self._at, self._unit
        found = unit + units(self.text[near:at]) if at >= near else unit - units(self.text[at:near])
        self._at, self._unit = at, found
        return found

    def from_qt(self, unit: int) -> int:
        """The character at so many UTF-16 units; one that they would split is counted."""
        if self._is_even:
            return unit
        off = unit - self._unit
        if off >= 0:
            at = self._at + _characters(self.text[self._at : self._at + off], off)
        else:
            before = self.text[max(0, self._at + off) : self._at]
            at = self._at - len(before) + _characters(before, units(before) + off)
        self.to_qt(at)
        return at

    @property
    def _is_even(self) -> bool:
        """Whether both ways are the same: no character takes two units."""
        return self.units == len(self.text)


def units(text: str) -> int:
    """The length of a text as Qt counts it."""
    return len(text) if text.isascii() else len(text.encode(UTF_16, "surrogatepass")) // 2


def to_qt(text: str, at: int) -> int:
    """Where the character at a place of a text begins, in UTF-16 units."""
    return units(text[:at])


def clean(text: str) -> str:
    """A text that may come from anywhere, as the page holds it: line feeds alone, and no characters that are none."""
    if text.isascii() and text.isprintable():
        return text
    return INVALID.sub(REPLACEMENT, BREAKS.sub("\n", text))


def _characters(text: str, most: int) -> int:
    """How many characters begin within so many units."""
    return len(text.encode(UTF_16, "surrogatepass")[: 2 * most].decode(UTF_16, "replace"))
