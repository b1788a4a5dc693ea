"""What a language model writes after the first words of texts that were held out, and how much of it is not its own."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from desktop_app.engine.text_requests import Choosing
from desktop_app.studio.writing import DEFAULT_PRESET, PRESETS
from export.evaluation import Continuation
from export.text_documents import Corpus, Opening
from export.wording import PhraseIndex, distinct, words

SHOWN = 10  # continuations in the card, seeds 0, 1, …
OPENINGS = 12  # of each kind, for the share that is copied
BRANCHES = 4  # of each opening
TOKENS = 96  # a continuation, as the panel writes by default
USUAL, CERTAIN = PRESETS[DEFAULT_PRESET], PRESETS["Certain"]

Told = Callable[[int, int], None]


class Writer(Protocol):
    def write(
        self, prompt: str, *, kind: str = "", seed: int = 0, count: int = 1, tokens: int = TOKENS, choosing: Choosing
    ) -> list[str]:
        """`count` texts that go on from the prompt."""
        ...


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Phrases that stand in the training text, as (copied, all), and how varied words are, of the model and of people.

    usual: at the panel's usual settings; certain: always the most probable token; human: what followed in truth;
    held_out: all text that was held out.
    """

    usual: tuple[int, int]
    certain: tuple[int, int]
    human: tuple[int, int]
    held_out: tuple[int, int]
    distinct_own: float
    distinct_human: float
    length: int  # words over which distinct-2 is told


def shown(writer: Writer, openings: list[Opening]) -> list[Continuation]:
    """The first of each opening, seeds 0, 1, …"""
    made = []
    for seed, opening in enumerate(openings):
        (text,) = writer.write(opening.prompt, kind=opening.kind, seed=seed, choosing=USUAL)
        made.append(Continuation(seed, opening.kind, opening.prompt, text))
    return made


def openings_shown(corpus: Corpus) -> list[Opening]:
    """The kinds in turn, SHOWN in all, each evenly spread over what was held out."""
    kinds = list(corpus.held_out.spans)
    each = -(-SHOWN // len(kinds))
    found = {kind: corpus.openings(kind, each) for kind in kinds}
    return [found[kind][n] for n in range(each) for kind in kinds if n < len(found[kind])][:SHOWN]


def wording(writer: Writer, corpus: Corpus, tell: Told) -> Wording:
    """Write, then let the whole training text stream by."""
    openings = [opening for kind in corpus.held_out.spans for opening in corpus.openings(kind, OPENINGS)]
    usual, certain = [], []
    for number, opening in enumerate(openings):
        usual.append(writer.write(opening.prompt, kind=opening.kind, seed=number, count=BRANCHES, choosing=USUAL))
        certain += writer.write(opening.prompt, kind=opening.kind, choosing=CERTAIN)
        tell(number + 1, len(openings))
    lengths = [max(len(words(text)) for text in texts) for texts in usual]
    human = [_as_long(opening.rest, length) for opening, length in zip(openings, lengths, strict=True)]
    all_usual = [text for texts in usual for text in texts]
    held_out = [text for kind in corpus.held_out.spans for text in corpus.documents(corpus.held_out, kind)]
    index = PhraseIndex([*all_usual, *certain, *human, *held_out])
    for kind in corpus.train.spans:
        for text in corpus.documents(corpus.train, kind):
            index.look_through(text)
    own, others = _evened([texts[0] for texts in usual], human)
    return Wording(
        usual=index.met(all_usual),
        certain=index.met(certain),
        human=index.met(human),
        held_out=index.met(held_out),
        distinct_own=distinct(own),
        distinct_human=distinct(others),
        length=sum(len(words(text)) for text in own),
    )


def _as_long(text: str, count: int) -> str:
    """The first so many words of a text, without what stands between them."""
    return " ".join(words(text)[:count])


def _evened(own: list[str], others: list[str]) -> tuple[list[str], list[str]]:
    """Pairs of texts cut to as many words."""
    lengths = [min(len(words(a)), len(words(b))) for a, b in zip(own, others, strict=True)]
    cut = [[_as_long(text, n) for text, n in zip(texts, lengths, strict=True)] for texts in (own, others)]
    return cut[0], cut[1]
