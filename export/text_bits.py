"""Bits per byte of texts: of a package, and of what needs no language model."""

import dataclasses
import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from desktop_app.engine.packages import Package
from export.kept import Kept, sha256_of_graphs
from export.text_documents import Corpus
from export.text_floors import compressed_bits, unigram_bits
from export.text_windows import sliding_windows

WINDOW = 1024  # tokens: a longer context is measured with windows of this size

Told = Callable[[int, int], None]


class Foreteller(Protocol):
    """What can say how probable the tokens of a window are."""

    context: int

    def encode(self, text: str) -> np.ndarray: ...

    def nats(self, tokens: np.ndarray, fresh: int) -> np.ndarray:
        """(T + 1,) tokens -> (fresh,) nats of the last of them, each after all before it."""
        ...


@dataclasses.dataclass(frozen=True)
class Passage:
    """A text that models are measured on. tokens: of the corpus, with control codes and ends; None is yet to encode."""

    name: str
    text: str
    tokens: np.ndarray | None = None

    @property
    def size(self) -> int:
        """Bytes in UTF-8, control codes and ends not counted."""
        return len(self.text.encode())

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def held_out_passages(corpus: Corpus) -> list[Passage]:
    """What was held out of each kind."""
    data, found = corpus.held_out, []
    for kind, (start, end) in data.spans.items():
        text = "".join(corpus.documents(data, kind))
        found.append(Passage(kind, text, data.tokens[start:end]))
    return found


def bits_of(model: Foreteller, passage: Passage, tell: Told) -> float:
    """Bits per byte; the first token of all is not counted, as nothing stands before it."""
    tokens = model.encode(passage.text) if passage.tokens is None else passage.tokens
    return sliding_nats(model, tokens.astype(np.int64), tell) / math.log(2) / passage.size


def sliding_nats(model: Foreteller, tokens: np.ndarray, tell: Told) -> float:
    """Of all tokens but the first, each with half a window before it where there is one."""
    total, done = 0.0, 0
    for rows, fresh in sliding_windows(tokens, min(model.context, WINDOW)):
        for row in rows:
            total += float(model.nats(row, fresh).sum())
            done += fresh
            tell(done, len(tokens) - 1)
    return total


def kept_bits(kept: Kept, package: Package, opened: Callable[[], Foreteller], passage: Passage, tell: Told) -> float:
    """As `bits_of`, from before where it was measured before; the model is opened only where it is needed."""
    coded = passage.tokens is not None
    depends = {"bits": sha256_of_graphs(package.manifest), "text": passage.sha256, "coded": coded, "window": WINDOW}
    return float(kept.plain(depends, lambda: bits_of(opened(), passage, tell)))


# -----------------------------------------------------------------------------
# without a model


def unigram_column(corpus: Corpus, passages: list[Passage], encode: Callable[[str], np.ndarray]) -> Mapping[str, float]:
    """Passage -> bits per byte of a model that knows how often each token came in the training text."""
    found = {}
    for passage in passages:
        tokens = encode(passage.text) if passage.tokens is None else passage.tokens
        bits = unigram_bits(corpus.train.tokens, tokens, vocabulary=corpus.train.about["vocabulary"])
        found[passage.name] = bits / passage.size
    return found


def compressed_column(kept: Kept, passages: list[Passage]) -> Mapping[str, float]:
    """Passage -> bits per byte of xz."""

    def packed(passage: Passage) -> Any:
        return kept.plain({"xz": passage.sha256}, lambda: compressed_bits(passage.text) / passage.size)

    return {passage.name: packed(passage) for passage in passages}
