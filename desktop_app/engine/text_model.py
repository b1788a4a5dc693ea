"""A language model that goes on from a text, token by token, with a cache of keys and values.

Equal requests give equal text, whatever was asked before, although most of a prompt is rarely read twice. A network's
last bits depend on how many tokens it reads at once; so a prompt is read in blocks of BLOCK tokens that begin at
multiples of BLOCK, the rest as one shorter block, and of what was read only whole blocks serve the next request. What
the model wrote itself was read one token at a time, and is read again when it has become part of a prompt.
"""

from collections.abc import Generator, Iterator, Sequence
from itertools import count

import numpy as np
import numpy.typing as npt

from desktop_app.engine.arrays import read_arrays
from desktop_app.engine.branch import Branch
from desktop_app.engine.errors import Fault, OutOfMemory, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Progress, Update
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_cache import TextCache, empty_cache
from desktop_app.engine.text_graph import open_graph
from desktop_app.engine.text_prompt import Passage, PromptReader
from desktop_app.engine.text_requests import Alternative, Began, Choosing, Complete, Piece, Weigh, Weighed
from desktop_app.engine.token_choice import probabilities, top

Float32 = npt.NDArray[np.float32]

BLOCK = 32  # tokens read at once
MAX_COUNT = 16  # branches
MAX_ALTERNATIVES = 100
TOLD = 8  # tokens a branch from one word of how far the text has come to the next
TRIED = 12  # tokens read one at a time and all at once, to see whether the cache keeps what it should


class TextModel:
    """An opened package of the ability "complete"."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        """Open its graph, tokenizer and chat template and compare them with the manifest. Raises PackageError."""
        manifest = package.manifest
        if manifest.text is None:
            raise RequestError(f"“{manifest.title}” does not write. Choose a model that does.")
        self.package = package
        self.text = manifest.text
        self._reader = PromptReader(package, self.text)
        self._graph = open_graph(package, runtime)
        self._forget()

    def complete(self, request: Complete) -> Iterator[Update]:
        """Raises StudioError. What it reads is kept for the next request, however this one ends."""
        self._check(request)
        prompt = self._reader.prompt(request)
        branches = [self._branch(n, request, prompt.tokens, prompt.room) for n in range(request.count)]
        reused = self._take_over(prompt.tokens)
        try:
            logits = yield from self._read(prompt.tokens)
            yield Began(len(prompt.tokens), reused, prompt.cut, prompt.room)
            yield from self._write(branches, logits, min(request.tokens, prompt.room))
        except OutOfMemory:
            self._forget()
            raise

    def weigh(self, request: Weigh) -> Iterator[Update]:
        """Raises StudioError. Pieces come block by block."""
        _check_alternatives(request.alternatives)
        passage = self._reader.passage(request)
        try:
            yield from self._weighed(passage, request.alternatives)
        except OutOfMemory:
            self._forget()
            raise

    def golden_error(self) -> float:
        """How far logits are from where they should be, in their own units; NaN where they are none.

        The larger of two figures: the largest |difference| from the golden example, if there is one; and the root mean
        square difference between a text read all at once and token by token. (Weights of 4 and 8 bits multiply
        activations of 8: what these two ways round differently moves single logits by up to 0.9, measured on a net of
        30 layers, and all by 0.1 to 0.3; a cache that loses something moves all by more than 1.)
        Raises PackageError where the golden example is none.
        """
        tokens = [*self.text.begin, *(n * 7919 % self.text.vocabulary for n in range(1, TRIED + 1))]
        tokens = tokens[: self.text.context]
        whole, steps = empty_cache(self._graph), empty_cache(self._graph)
        at_once = whole.step(_row(tokens), keep=1)
        for token in tokens:
            one_by_one = steps.step(_row([token]), keep=1)
        error = float(np.sqrt(np.mean((at_once - one_by_one) ** 2)))
        return error if "golden" not in self.package.manifest.files else float(np.maximum(error, self._golden()))

    # -- reading ---------------------------------------------------------------------------------------------------

    def _take_over(self, tokens: Sequence[int]) -> int:
        """Forget all but the whole blocks that the tokens begin with, but for the last token: its logits are wanted."""
        most = min(len(self._known), max(0, len(tokens) - 1))
        same = next((n for n in range(most) if self._known[n] != tokens[n]), most) // BLOCK * BLOCK
        del self._known[same:]
        self._cache.truncate(same)
        return same

    def _read(self, tokens: Sequence[int]) -> Generator[Progress, None, Float32]:
        """The logits (V,) after all tokens, of which those taken over are not read again."""
        yield Progress("Reading", len(self._known), len(tokens))
        for first in range(len(self._known), len(tokens), BLOCK):
            logits = self._block(tokens[first : first + BLOCK], keep=1)
            yield Progress("Reading", self._cache.length, len(tokens))
        last: Float32 = logits[-1]
        return last

    def _block(self, tokens: Sequence[int], *, keep: int) -> Float32:
        """Logits (keep, V)."""
        logits: Float32 = self._cache.step(_row(tokens), keep=keep)[0]
        self._known += tokens
        return logits

    def _forget(self) -> None:
        self._known: list[int] = []  # tokens at the beginning of the cache that were read in blocks
        self._cache = empty_cache(self._graph)

    # -- writing ---------------------------------------------------------------------------------------------------

    def _write(self, branches: Sequence[Branch], logits: Float32, most: int) -> Iterator[Update]:
        """In lock step. A branch that is closed is computed along until half of them are. most: tokens a branch."""
        yield Progress("Writing", 0, most)
        for branch in branches:
            yield from branch.step(logits)
        rows = [branch for branch in branches if branch.open]
        cache = self._cache if len(rows) < 2 else self._cache.repeat(len(rows))
        for written in count(1):
            if not any(branch.open for branch in rows):
                break
            if written % TOLD == 0:
                yield Progress("Writing", written, most)
            rows, cache = _without_closed(rows, cache)
            many = cache.step(np.array([[branch.token] for branch in rows], np.int64), keep=1)
            for branch, logits in zip(rows, many[:, 0], strict=True):
                if branch.open:
                    yield from branch.step(logits)

    def _branch(self, number: int, request: Complete, prompt: Sequence[int], room: int) -> Branch:
        return Branch(number, request, self._reader.tokenizer, end=self.text.end, prompt=prompt, room=room)

    def _check(self, request: Complete) -> None:
        _check_alternatives(request.alternatives)
        _check_choosing(request.choosing)
        if not 1 <= request.count <= MAX_COUNT:
            raise RequestError(f"1 to {MAX_COUNT} texts are written at once; {request.count} were asked for.")
        if request.tokens < 1:
            raise RequestError(f"A text has one token at least; {request.tokens} were asked for.")
        for token in request.first:
            if not 0 <= token < self.text.vocabulary:
                title = self.package.manifest.title
                raise RequestError(f"Token {token} is none of the {self.text.vocabulary} that “{title}” knows.")

    # -- weighing --------------------------------------------------------------------------------------------------

    def _weighed(self, passage: Passage, alternatives: int) -> Iterator[Update]:
        """In a cache of its own: a text is weighed again and again while it grows, and what was read to write stays."""
        tokens = [*passage.opening, *passage.tokens]
        cache = empty_cache(self._graph)
        before: Float32 | None = None  # the logits of the place before a block
        for first in range(0, len(tokens), BLOCK):
            block = tokens[first : first + BLOCK]
            logits = cache.step(_row(block), keep=len(block))[0]
            rows = [before, *logits[:-1]]
            before = logits[-1].copy()
            pieces = [
                self._piece(passage, place, row, alternatives)
                for place, row in enumerate(rows, first - len(passage.opening))
                if place >= 0
            ]
            yield Weighed(tuple(pieces))
            yield Progress("Weighing", first + len(block), len(tokens))

    def _piece(self, passage: Passage, place: int, logits: Float32 | None, alternatives: int) -> Piece:
        (start, end), token = passage.spans[place], passage.tokens[place]
        if logits is None:
            return Piece(start, end, token, None)
        probability = probabilities(logits)
        text_of = self._reader.tokenizer.text_of
        others = (Alternative(int(n), text_of(int(n)), float(probability[n])) for n in top(probability, alternatives))
        return Piece(start, end, token, float(probability[token]), tuple(others))

    # -- verifying -------------------------------------------------------------------------------------------------

    def _golden(self) -> float:
        golden = read_arrays(self.package.file("golden"), ("tokens", "logits"))
        tokens, logits = golden.get("tokens"), golden.get("logits")
        if not self._is_golden(tokens, logits):
            raise PackageError(f"The golden example of “{self.package.name}” is incomplete.", Fault.WRONG_SHAPE)
        assert tokens is not None
        assert logits is not None
        self._forget()
        for first in range(0, tokens.shape[1], BLOCK):
            made = self._block([int(n) for n in tokens[0, first : first + BLOCK]], keep=1)
        return float(np.abs(made - logits).max())

    def _is_golden(self, tokens: npt.NDArray[np.int64] | None, logits: npt.NDArray[np.floating] | None) -> bool:
        return (
            tokens is not None
            and tokens.dtype == np.int64
            and tokens.ndim == 2
            and 0 < tokens.size == tokens.shape[1] <= self.text.context
            and 0 <= tokens.min() <= tokens.max() < self.text.vocabulary
            and logits is not None
            and logits.dtype in (np.float32, np.float16)
            and logits.shape == (1, self.text.vocabulary)
        )


def _row(tokens: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array([tokens], np.int64)


def _without_closed(rows: list[Branch], cache: TextCache) -> tuple[list[Branch], TextCache]:
    """To leave rows out is to copy the others, so it is worth it only where many go."""
    still = [n for n, branch in enumerate(rows) if branch.open]
    if 2 * len(still) > len(rows):
        return rows, cache
    return [rows[n] for n in still], cache.select(still)


def _check_choosing(choosing: Choosing) -> None:
    if not 0 <= choosing.temperature < np.inf:
        raise RequestError(f"The temperature is a number from 0 on, not {choosing.temperature}. Try 0.8.")
    if not 0 < choosing.repetition_penalty < np.inf:
        raise RequestError(f"The repetition penalty is above 0, not {choosing.repetition_penalty}. 1 is none.")


def _check_alternatives(count: int) -> None:
    if not 0 <= count <= MAX_ALTERNATIVES:
        raise RequestError(f"0 to {MAX_ALTERNATIVES} alternatives are told; {count} were asked for.")
