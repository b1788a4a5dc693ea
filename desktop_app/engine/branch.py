"""One branch of a text that is being written: logits in, words out."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine.text_requests import Alternative, Closed, Complete, Ending, Wrote
from desktop_app.engine.token_choice import Draws, draw, none_left, penalised, probabilities, top, weights_of
from desktop_app.engine.tokenizer import TextStream, Tokenizer


class Branch:
    """Branch `number` of a request. `token` is what goes into the model next, while the branch is `open`.

    end: tokens that close a text; prompt: tokens before it, which the penalty counts; room: tokens that fit after it.
    """

    def __init__(
        self,
        number: int,
        request: Complete,
        tokenizer: Tokenizer,
        *,
        end: tuple[int, ...],
        prompt: Sequence[int],
        room: int,
    ) -> None:
        self.number = number
        self.open = True
        self.token = 0
        self._request = request
        self._tokenizer = tokenizer
        self._end = frozenset(end)
        self._room = room
        self._recent = list(prompt)[-request.choosing.penalty_window :] if request.choosing.penalty_window > 0 else []
        self._written = 0
        self._held: list[Wrote] = []
        self._stream = TextStream(tokenizer, opening=not request.prompt)

    def step(self, logits: npt.NDArray[np.float32]) -> Iterator[Wrote | Closed]:
        """Takes the logits (V,) of one place and yields what is sure by then. RequestError where no token is left."""
        probability = probabilities(logits)
        token = self._choose(logits)
        if token in self._end:
            yield from self._close("end")
            return
        self.token = token
        self._recent.append(token)
        self._written += 1
        self._held.append(self._wrote(token, probability))
        if self._stopped():
            yield from self._close("stop")
        elif self._written >= self._request.tokens:
            yield from self._close("length")
        elif self._written >= self._room:
            yield from self._close("context")
        else:
            yield from self._released()

    def _choose(self, logits: npt.NDArray[np.float32]) -> int:
        if self._written < len(self._request.first):
            return self._request.first[self._written]
        choosing = self._request.choosing
        recent = [token for token in self._recent[-choosing.penalty_window :] if token not in self._end]
        weights = weights_of(penalised(logits, choosing.repetition_penalty, recent), choosing)
        draws = Draws(self._request.seed, self.number, self._written)
        token = draw(weights, draws, self._allows, greedy=choosing.temperature <= 0)
        if token is None:
            raise none_left()
        return token

    def _allows(self, token: int) -> bool:
        return token in self._end or bool(self._tokenizer.bytes_of(token))

    def _wrote(self, token: int, probability: npt.NDArray[np.float64]) -> Wrote:
        others = tuple(
            Alternative(int(other), self._tokenizer.text_of(int(other)), float(probability[other]))
            for other in top(probability, self._request.alternatives)
        )
        return Wrote(self.number, token, self._stream.push(token), float(probability[token]), others)

    def _stopped(self) -> bool:
        return False

    def _released(self) -> Iterator[Wrote]:
        yield from self._held
        self._held.clear()

    def _close(self, why: Ending) -> Iterator[Wrote | Closed]:
        self.open = False
        yield from self._released()
        yield Closed(self.number, why)
