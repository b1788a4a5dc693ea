"""Names that files, style sheets and identifiers take, of whatever somebody typed."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 60  # characters
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # by Windows, whatever the ending


def safe_name(text: str, *, otherwise: str) -> str:
    """Small letters and digits of any script, joined by hyphens: “Cup / Coffee!” -> “cup-coffee”."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text.casefold()).replace("_", " "))
    name = "-".join(words)[:LONGEST].rstrip("-") or otherwise
    return f"{name}-{otherwise}" if _RESERVED.fullmatch(name) else name


def safe_names(texts: Iterable[str], *, otherwise: str, taken: Iterable[str] = ()) -> list[str]:
    """One for each, none twice and none that is taken: the second “cat” is “cat-2”."""
    used, names = set(taken), []
    for text in texts:
        plain = name = safe_name(text, otherwise=otherwise)
        number = 1
        while name in used:
            number += 1
            name = f"{plain}-{number}"
        used.add(name)
        names.append(name)
    return names
