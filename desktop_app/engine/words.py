"""Where words end, in the text of any language."""

import unicodedata

_JOINERS = "'’-_\u200d"
_OPENERS = "([{«“‘„¿¡\"'"
_OWN_WORDS = ((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))  # scripts that are written without spaces


def is_inside_word(text: str, place: int) -> bool:
    """Whether text[:place] ends in the middle of a word, or of a sign of several characters."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if unicodedata.category(after).startswith("M") or "\u200d" in (before, after) or "🏻" <= after <= "🏿":
        return True
    return (_is_letter(before) and _is_letter(after)) or _is_inside_number(text, place)


def ends_word(text: str) -> bool:
    """Whether whatever follows begins a new word."""
    return not text or not (_is_letter(text[-1]) or _is_point(text, len(text) - 1))


def opens_word(text: str) -> bool:
    """Whether this, after a text, is no part of its last word."""
    return bool(text) and not _is_letter(text[0]) and not unicodedata.category(text[0]).startswith("M")


def needs_space(text: str) -> bool:
    """Whether the next word is set off by a space."""
    return bool(text) and not text[-1].isspace() and text[-1] not in _OPENERS


def _is_inside_number(text: str, place: int) -> bool:
    """Before or after the point or comma of “9.8”."""
    return (text[place - 1].isdigit() and _is_point(text, place) and text[place + 1 : place + 2].isdigit()) or (
        _is_point(text, place - 1) and text[place].isdigit()
    )


def _is_point(text: str, place: int) -> bool:
    return text[place] in ".," and text[max(0, place - 1)].isdigit()


def _is_letter(sign: str) -> bool:
    number = ord(sign)
    if sign.isalnum():
        return not any(first <= number <= last for first, last in _OWN_WORDS)
    return sign in _JOINERS or unicodedata.category(sign).startswith("M")
