"""What is different where `maquette walk` goes through icons: keys are words, and frames may be outlines."""

import argparse
import re

from desktop_app.cli.icon_words import style_of
from desktop_app.engine.errors import RequestError
from desktop_app.engine.manifest import Icons
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Prompt
from desktop_app.studio.icon_prompt import heard

_KEY = re.compile(r"(?:(?P<words>[^:]*[^\W\d][^:]*)(?::|$))?(?:(?P<seed>\d{1,10})(?::(?P<index>\d{1,16}))?)?")


def icon_key(word: str, options: argparse.Namespace, package: Package) -> Design:
    """“coffee cup”, “coffee cup:7”, “coffee cup:7:3”, “7” or “7:3” as a design. Raises RequestError."""
    icons = package.manifest.icons
    assert icons is not None
    said = _KEY.fullmatch(word)
    if not word or said is None:
        raise RequestError(f"“{word}” is no key frame. Say words (cat), words and a seed (cat:7), or a design (7:12).")
    seed, index = int(said["seed"] or 0), int(said["index"] or 0)
    if seed >= 2**32 or index > 2**53:
        raise RequestError(f"The key “{word}” names a seed above 4294967295, or a design beyond the end of its sheet.")
    truncation = package.manifest.defaults.truncation if options.truncation is None else options.truncation
    return Design(seed, index, truncation=truncation, prompt=_prompt(said["words"] or "", options, icons))


def remarks(options: argparse.Namespace, icons: Icons) -> list[str]:
    """Sentences on words that do not count."""
    said = " ".join(word.split(":")[0] for text in options.keys for word in text.split(","))
    unknown = heard(said, icons).unknown
    return [f"Not in the vocabulary, and ignored: {', '.join(f'“{one}”' for one in unknown)}."] if unknown else []


def _prompt(words: str, options: argparse.Namespace, icons: Icons) -> Prompt:
    return Prompt(heard(words, icons).words, style_of(options.style, icons), "", icons.guidance)
