"""Documents of a prepared text, read back out of its tokens, and their first words, for a model to go on from."""

import dataclasses
import json
import pathlib
import re
from collections.abc import Iterator

import numpy as np
from tokenizers import Tokenizer

from export.text_data import TextData, load_text
from export.tokens import END, load_tokenizer

AT_ONCE = 512  # documents
LONG = 20_000  # characters: a longer document is many texts, one a paragraph
SHORTEST = 40  # words of such a paragraph
OPENING = 6  # words of a prompt
FIRST_WORDS = re.compile(rf"\s*(?:\S+\s+){{{OPENING - 1}}}\S+")


@dataclasses.dataclass(frozen=True)
class Opening:
    """The first words of a text that was held out, and what a person wrote after them."""

    kind: str
    prompt: str
    rest: str


@dataclasses.dataclass(frozen=True)
class Corpus:
    """A prepared data set with its tokenizer."""

    train: TextData
    held_out: TextData
    tokenizer: Tokenizer

    def sha256(self, split: str) -> str:
        return str(self.train.about["splits"][split]["tokens_sha256"])

    def documents(self, split: TextData, kind: str) -> Iterator[str]:
        """The texts of one kind, without control codes and ends."""
        start, end = split.spans[kind]
        tokens = split.tokens[start:end]
        last = self.tokenizer.token_to_id(END)  # None in a text of characters, which is one document
        rows = np.split(tokens, np.flatnonzero(tokens == last) + 1) if last is not None else [tokens]
        for first in range(0, len(rows), AT_ONCE):
            some = [row.tolist() for row in rows[first : first + AT_ONCE] if len(row)]
            yield from self.tokenizer.decode_batch(some, skip_special_tokens=True)

    def openings(self, kind: str, count: int) -> list[Opening]:
        """So many of one kind, evenly spread over what was held out; all where there are fewer."""
        found = [opening for text in self.documents(self.held_out, kind) for opening in map(opening_of, texts_of(text))]
        known = [Opening(kind, *pair) for pair in found if pair is not None]
        places = np.linspace(0, len(known) - 1, min(count, len(known))).round().astype(int)
        return [known[place] for place in places]


def texts_of(document: str) -> list[str]:
    """The document itself, or the longer paragraphs of a long one."""
    if len(document) < LONG:
        return [document]
    return [paragraph for paragraph in document.split("\n\n") if len(paragraph.split()) >= SHORTEST]


def opening_of(text: str) -> tuple[str, str] | None:
    """(the first words, the rest), the space between them in the rest; None of a text of fewer words."""
    found = FIRST_WORDS.match(text)
    return (text[: found.end()], text[found.end() :]) if found and found.end() < len(text) else None


def find_corpus(data: pathlib.Path, title: str) -> Corpus | None:
    """The prepared text of this title; None where there is none in the folder."""
    for path in sorted(data.glob("*/dataset.json")):
        about = json.loads(path.read_text("utf-8"))
        if about["title"] == title and "vocabulary" in about:
            name = path.parent.name
            train, held_out = (load_text(data, name, split=split) for split in ("train", "held_out"))
            return Corpus(train, held_out, load_tokenizer(path.parent / "tokenizer.json"))
    return None
