"""From a request to the tokens that a language model reads, cut to what fits.

What is too long is cut at places that stay where they are while a text grows at its end, so that most of what was read
for the last request serves the next one too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from desktop_app.engine.chat_template import ChatTemplate
from desktop_app.engine.errors import RequestError
from desktop_app.engine.manifest import TextModel
from desktop_app.engine.packages import Package
from desktop_app.engine.text_requests import Complete, Message, Weigh
from desktop_app.engine.tokenizer import Tokenizer

CHARACTERS_A_TOKEN = 16  # more text than so many is not even encoded; English has four to five
STEPS = 4  # a cut falls on a multiple of a quarter of what fits


@dataclass(frozen=True)
class Prompt:
    """tokens: to be read. cut: characters left out. room: how many tokens fit after it."""

    tokens: list[int]
    cut: int
    room: int


@dataclass(frozen=True)
class Passage:
    """A text to be weighed. opening: tokens before it. spans: (start, end) of its tokens in the text, in characters."""

    opening: list[int]
    tokens: list[int]
    spans: list[tuple[int, int]]


class PromptReader:
    """The tokenizer of a package, its chat template where it has one, and the size of its context."""

    def __init__(self, package: Package, text: TextModel) -> None:
        """Raises PackageError."""
        self.tokenizer = Tokenizer(package.file("tokenizer"), vocabulary=text.vocabulary)
        self._title = package.manifest.title
        self._text = text
        self._chat = self._chat_template(package) if "chat_template" in package.manifest.files else None

    def prompt(self, request: Complete) -> Prompt:
        """Raises RequestError."""
        room = min(request.tokens, self._text.context // 2)
        limit = self._text.context - room
        tokens, cut = self._conversation(request, limit) if request.messages else self._text_before(request, limit)
        return Prompt(tokens, cut, self._text.context - len(tokens))

    def passage(self, request: Weigh) -> Passage:
        """Raises RequestError."""
        opening = self._opening(request.kind)
        start, tokens, spans = self._tail(request.text, self._text.context - len(opening))
        return Passage(opening, tokens, [(start + a, start + b) for a, b in spans])

    # -- a text ----------------------------------------------------------------------------------------------------

    def _text_before(self, request: Complete, limit: int) -> tuple[list[int], int]:
        opening = self._opening(request.kind)
        start, tokens, spans = self._tail(request.prompt, max(1, limit - len(opening)))
        if not opening and not tokens:
            opening = list(self._text.end[:1])  # which stands between two texts
        if not opening and not tokens:
            raise RequestError(f"“{self._title}” cannot begin a text by itself. Write a word first.")
        return [*opening, *tokens], start + spans[0][0] if spans else 0

    def _opening(self, kind: str) -> list[int]:
        if not kind:
            return list(self._text.begin)
        known = {one.name: one.token for one in self._text.kinds}
        if kind not in known:
            there = ", ".join(known) or "none"
            raise RequestError(f"“{self._title}” knows no kind of text “{kind}”. There are: {there}.")
        return [*self._text.begin, known[kind]]

    def _tail(self, text: str, limit: int) -> tuple[int, list[int], list[tuple[int, int]]]:
        """(characters before it, tokens, their spans from there) of the end of a text, `limit` tokens at most."""
        start = _cut_at(len(text), limit * CHARACTERS_A_TOKEN)
        tokens, spans = self.tokenizer.encode_with_offsets(text[start:])
        first = _cut_at(len(tokens), limit)
        while 0 < first < len(tokens) and spans[first - 1][0] == spans[first - 1][1]:
            first += 1  # the one before ends inside a character
        return start, tokens[first:], spans[first:]

    # -- a conversation --------------------------------------------------------------------------------------------

    def _conversation(self, request: Complete, limit: int) -> tuple[list[int], int]:
        if self._chat is None:
            raise RequestError(f"“{self._title}” goes on from texts; it cannot be asked. Choose a model that answers.")
        if request.kind:
            raise RequestError("A conversation is of no kind of text. Leave the kind out.")
        messages, cut = _shortened(request.messages, limit * CHARACTERS_A_TOKEN)
        while True:
            tokens = self.tokenizer.encode(self._chat.render(messages), special=True)
            if len(tokens) <= limit:
                return tokens, cut
            messages, more = self._without(messages, len(tokens) - limit)
            cut += more

    def _without(self, messages: Sequence[Message], tokens: int) -> tuple[list[Message], int]:
        """The longest document ends so many tokens earlier; and how many characters those are."""
        n = max(range(len(messages)), key=lambda n: len(messages[n].document))
        document = messages[n].document
        if not document:
            raise RequestError(
                f"The conversation is longer than the {self._text.context} tokens that “{self._title}” reads at once. "
                "Begin a new one, or make the question shorter."
            )
        spans = self.tokenizer.encode_with_offsets(document)[1]
        kept = spans[-tokens][0] if tokens < len(spans) else 0
        return _replaced(messages, n, document[:kept]), len(document) - kept

    def _chat_template(self, package: Package) -> ChatTemplate:
        source = package.file("chat_template").read_text(encoding="utf-8")
        names = {token: name for name, token in self.tokenizer.special.items()}
        tokens = {"bos_token": self._text.begin[:1], "eos_token": self._text.end[:1]}
        special = {role: names.get(token, "") for role, some in tokens.items() for token in some}
        return ChatTemplate(source, special=special, plain=self.tokenizer.special)


def _cut_at(length: int, limit: int) -> int:
    """How much to leave out of the beginning: the least multiple of a quarter of the limit that does."""
    step = max(1, limit // STEPS)
    return -(-max(0, length - limit) // step) * step


def _shortened(messages: Sequence[Message], most: int) -> tuple[list[Message], int]:
    """No document of more characters than could fit; and how many were left out."""
    made = [msgspec.structs.replace(message, document=message.document[:most]) for message in messages]
    return made, sum(len(a.document) - len(b.document) for a, b in zip(messages, made, strict=True))


def _replaced(messages: Sequence[Message], n: int, document: str) -> list[Message]:
    made = list(messages)
    made[n] = msgspec.structs.replace(made[n], document=document)
    return made
