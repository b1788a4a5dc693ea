"""Between two ways to count: Qt counts UTF-16 units, the studio counts characters. An emoji is two of the first.

Only here is one turned into the other.
"""

import re

UTF_16 = "utf-16-le"
BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
INVALID = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
REPLACEMENT = "\ufffd"


def units(text: str) -> int:
    """The length of a text as Qt counts it."""
    return len(text) if text.isascii() else len(text.encode(UTF_16, "surrogatepass")) // 2


def to_qt(text: str, at: int) -> int:
    """Where the character at a place begins, in UTF-16 units."""
    return at if text.isascii() else units(text[:at])


def from_qt(text: str, at: int) -> int:
    """The character at so many UTF-16 units; one that they would split is counted."""
    if text.isascii():
        return at
    return len(text.encode(UTF_16, "surrogatepass")[: 2 * at].decode(UTF_16, "replace"))


def clean(text: str) -> str:
    """A text that may come from anywhere, as the page holds it: line feeds alone, and no characters that are none."""
    if text.isascii() and text.isprintable():
        return text
    return INVALID.sub(REPLACEMENT, BREAKS.sub("\n", text))
