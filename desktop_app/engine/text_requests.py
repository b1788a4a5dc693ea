"""What can be asked of a language model, and what comes back: part of requests.py, which see.

Two equal requests give equal text on the same kind of device, whatever was asked before and whatever the cache holds.
"""

from typing import Literal

from desktop_app.engine.values import Frozen, PackageRef

Role = Literal["system", "user", "assistant"]
Ending = Literal["end", "length", "stop", "limit", "context"]


class Message(Frozen, frozen=True):
    """One turn of a conversation. `document` follows the text; where the context is short, its end is left out.

    An answer of the assistant that stands last has only begun: the model goes on with it.
    """

    role: Role
    text: str
    document: str = ""


class Choosing(Frozen, frozen=True):
    """How one token is drawn from the probabilities of all (token_choice.py). As they stand, nothing is left out.

    temperature: 0 takes the most probable always; 1 draws as the model says.
    top_k: the k most probable only; 0 is all.
    top_p: the fewest of the most probable whose sum reaches p (nucleus, Holtzman et al. 2020).
    min_p: those at least this share as probable as the most probable.
    repetition_penalty: what the logits of tokens of the last `penalty_window` are divided by, or multiplied where they
        are negative (Keskar et al. 2019).
    banned: words and phrases that never come, in whatever case.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    penalty_window: int = 256
    banned: tuple[str, ...] = ()


class Limits(Frozen, frozen=True):
    """What holds of every text that ends, or it ends in an error: the case of letters does not count.

    characters: at most so many, surrounding space not counted; None is any number.
    contain: each of these is in it.
    avoid: none of these is in it.
    """

    characters: int | None = None
    contain: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


class Complete(Frozen, frozen=True, tag=True):
    """Go on from a text. Answers `Progress` (“Reading”), `Began`, `Wrote` token by token, and a `Closed` a branch;
    `Progress` (“Writing”) of the longest branch every few tokens.

    prompt: the text before; its beginning is left out where the context is short. Empty asks for a text from nothing.
    messages: a conversation in the place of the prompt, put into words by the package's chat template.
    kind: a kind of text the package knows (TextModel.kinds); empty is none.
    first: tokens chosen by hand, which the text begins with; they are written as the others are.
    tokens: at most so many are written a branch.
    stop: a text ends before any of these.
    count: branches, decoded as one batch; branch n draws with a stream of its own of the seed.
    alternatives: how many of the most probable tokens come with each that is written.
    """

    package: PackageRef
    prompt: str = ""
    messages: tuple[Message, ...] = ()
    kind: str = ""
    first: tuple[int, ...] = ()
    choosing: Choosing = Choosing()
    limits: Limits = Limits()
    stop: tuple[str, ...] = ()
    tokens: int = 128
    seed: int = 0
    count: int = 1
    alternatives: int = 0


class Weigh(Frozen, frozen=True, tag=True):
    """How probable each token of a text is after those before it. Answers `Weighed` in chunks, with progress.

    A text longer than the context is weighed from its end: `Weighed.start` of the first piece says where.
    """

    package: PackageRef
    text: str
    kind: str = ""
    alternatives: int = 0


class Alternative(Frozen, frozen=True):
    """What might have stood there. text: with the sign for a broken character (U+FFFD) where a token is part of one."""

    token: int
    text: str
    probability: float


class Began(Frozen, frozen=True, tag=True):
    """The prompt is read.

    tokens: of it, all told; reused: how many of them were known from the last request.
    cut: characters left out, of the beginning of a prompt or the end of a document; document: how many of it were read.
    room: how many tokens fit after it.
    """

    tokens: int
    reused: int
    cut: int
    room: int


class Wrote(Frozen, frozen=True, tag=True):
    """One more token of a branch. What came is never taken back: it waits while it may be part of a stop string.

    text: the characters that it completes; empty where it ends inside one.
    probability: of the model itself, temperature 1 and nothing left out; `alternatives` from the same pass.
    """

    branch: int
    token: int
    text: str
    probability: float
    alternatives: tuple[Alternative, ...] = ()


class Closed(Frozen, frozen=True, tag=True):
    """A branch is finished: by the model, by the number of tokens, by a stop string, by its limits, by the context."""

    branch: int
    why: Ending


class Piece(Frozen, frozen=True):
    """A token of a text that was there: text[start:end], in characters (start == end inside a character)."""

    start: int
    end: int
    token: int
    probability: float | None  # None for the first of all, which has nothing before it
    alternatives: tuple[Alternative, ...] = ()


class Weighed(Frozen, frozen=True, tag=True):
    """Pieces of the text, in order, those of one pass."""

    pieces: tuple[Piece, ...]
