"""A language model's package in the program's engine, asked for what is measured: probabilities, texts, speed."""

import functools
import itertools
import time

import numpy as np

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_cache import empty_cache
from desktop_app.engine.text_graph import open_graph
from desktop_app.engine.text_model import TextModel
from desktop_app.engine.text_requests import Choosing, Complete, Wrote
from desktop_app.engine.tokenizer import Tokenizer
from export.errors import ExportError
from export.text_copying import TOKENS

READ = 128  # tokens at once
PROMPT, WRITTEN = 500, 64  # tokens at most


class WritingEngine:
    def __init__(self, package: Package, runtime: Runtime) -> None:
        """Raises ExportError where the package does not open."""
        assert package.manifest.text is not None
        self._package, self._runtime = package, runtime
        self.context, self._vocabulary = package.manifest.text.context, package.manifest.text.vocabulary
        try:
            self._tokenizer = Tokenizer(package.file("tokenizer"), vocabulary=self._vocabulary)
            self._cache = empty_cache(open_graph(package, runtime))
        except StudioError as error:
            raise ExportError(str(error)) from None

    def encode(self, text: str) -> np.ndarray:
        return np.array(self._tokenizer.encode(text), np.int64)

    def nats(self, tokens: np.ndarray, fresh: int) -> np.ndarray:
        """(T + 1,) tokens -> (fresh,) nats of the last of them, each after all before it."""
        self._cache.truncate(0)
        found = []
        for part, wanted in _parts(len(tokens) - 1, fresh):
            logits = self._cache.step(tokens[None, part], keep=max(1, wanted))[0]
            if wanted:
                found.append(nats_of(logits[-wanted:], tokens[part.stop + 1 - wanted : part.stop + 1]))
        return np.concatenate(found)

    @functools.cached_property
    def _model(self) -> TextModel:
        return TextModel(self._package, self._runtime)

    def write(
        self, prompt: str, *, kind: str = "", seed: int = 0, count: int = 1, tokens: int = TOKENS, choosing: Choosing
    ) -> list[str]:
        """`count` texts that go on from the prompt."""
        request = Complete(
            self._package.ref, prompt, kind=kind, choosing=choosing, tokens=tokens, seed=seed, count=count
        )
        made = [""] * count
        try:
            for update in self._model.complete(request):
                if isinstance(update, Wrote):
                    made[update.branch] += update.text
        except StudioError as error:
            raise ExportError(str(error)) from None
        return made

    def speed(self) -> tuple[float, float]:
        """(tokens read, tokens written) a second, of a prompt of three quarters of the context and of what follows."""
        prompt = min(PROMPT, self.context * 3 // 4)
        written = min(WRITTEN, self.context - prompt)
        tokens = np.arange(prompt + written + 1) * 7919 % self._vocabulary
        self.nats(tokens[: READ + 1], 1)  # to warm up
        began = time.perf_counter()
        self.nats(tokens[: prompt + 1], 1)
        read = time.perf_counter()
        for place in range(written):
            self._cache.step(tokens[None, place : place + 1], keep=1)
        return prompt / (read - began), written / (time.perf_counter() - read)


def _parts(count: int, fresh: int) -> list[tuple[slice, int]]:
    """Tokens to read at once, and of how many of them at their end the logits are wanted."""
    bounds = [*range(0, count, READ), count]
    spans = [(first, last) for first, last in itertools.pairwise(bounds) if last > first]
    return [(slice(first, last), max(0, min(last - first, last - (count - fresh)))) for first, last in spans]


def nats_of(logits: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """-log softmax(logits (n, V))[tokens], (n,) float64."""
    top = logits.max(axis=1, keepdims=True)
    total = np.exp(logits - top).sum(axis=1, dtype=np.float64)
    return np.log(total) - (logits[np.arange(len(tokens)), tokens] - top[:, 0]).astype(np.float64)
