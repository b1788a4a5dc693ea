"""One branch of a text that is being written: logits in, words out.

What came is never taken back. So tokens wait where they may yet be cut off: while they may be part of a stop string,
and, where the number of characters is limited, those of the word in progress and of the last stretch, so that the text
can end at the best end of a word in it.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.text_limits import Form, TextRules
from desktop_app.engine.text_requests import Alternative, Choosing, Closed, Complete, Ending, Wrote
from desktop_app.engine.token_choice import Draws, Float64, draw, none_left, penalised, probabilities, top, weights_of
from desktop_app.engine.tokenizer import TextStream, Tokenizer
from desktop_app.engine.words import ends_word, is_inside_word

STRETCH = 32  # characters before the limit that wait, two thirds of what is allowed at most
SENSIBLE = 0.05  # how probable, beside the most probable, a token must be that is taken because it is short enough
ROOMY = 12  # characters, and half as many tokens, left over, below which what is required is written at the next word
# Added to the logits of what is required: what is as probable as 1 in 100 is even at the beginning, what is as probable
# as 1 in 10 million is where the room is used up. So it comes where it fits, and late rather than by force.
BONUS = 4.6, 11.5
UNWANTED = 10.0  # taken from the logits of what is better not written, but no law
DANGLING = ",;:–—-([{«“‘"  # signs that a text does not end with where it is cut


@dataclass(frozen=True)
class _Held:
    wrote: Wrote
    start: int  # wrote.text is text[start:end]
    end: int


class Branch:
    """Branch `number` of a request. `token` is what goes into the model next, while the branch is `open`.

    end: tokens that close a text; prompt: tokens before it, which the penalty counts; room: tokens that fit after it.
    RequestError where no text can be as the request's limits say.
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
        budget: tuple[tuple[int, Ending], ...] = ((request.tokens, "length"), (room, "context"))
        self._budget = min(budget, key=lambda of: of[0])
        window = request.choosing.penalty_window
        self._recent = deque((token for token in prompt if token not in self._end), max(0, window))
        self._rules = TextRules(request, tokenizer.spell, room=self._budget[0])
        self._stream = TextStream(tokenizer, opening=not request.prompt)
        self._written = 0
        self._held: list[_Held] = []
        self._released = 0  # characters
        self._places: dict[int, float] = {}  # where the text might end -> how probable the model finds that
        self._word_is_over = True  # the word that was written last
        self._coming = deque(request.first)  # tokens that are taken as they are
        self._check_first(request)

    def step(self, logits: npt.NDArray[np.float32]) -> Iterator[Wrote | Closed]:
        """Takes the logits (V,) of one place and yields what is sure by then. RequestError where no token is left."""
        probability = probabilities(logits)
        if self._left <= 0:
            yield from self._close(self._budget[1])
            return
        self._look_at(probability)
        token = self._coming.popleft() if self._coming else self._choose(logits, probability)
        if token is None or token in self._end:
            yield from self._close("limit" if token is None else "end")
            return
        self._take(token, probability)
        if self._rules.stop_at is not None:
            yield from self._close("stop")
        elif self._written >= self._budget[0]:
            yield from self._close(self._budget[1])
        else:
            yield from self._release(self._sure_until())

    # -- choosing

    def _choose(self, logits: npt.NDArray[np.float32], probability: Float64) -> int | None:
        """The next token; None where the text is as long as it may be."""
        choosing, rules = self._request.choosing, self._rules
        forms = self._forms(probability)
        changed, known = self._changed(logits, forms, probability)
        weights = weights_of(changed, choosing, known=known)
        self._draws = Draws(self._request.seed, self.number, self._written)
        token = self._draw(weights, self._may)
        if token is None:  # all is banned that top-k, top-p and min-p leave
            token = self._draw(self._all(changed), self._may)
        if token is not None and self._fits(token) and not (rules.missing and self._is_late(token)):
            return self._begun(token, forms)
        if rules.missing and not self._stream.waiting and (form := self._best_form(probability)) is not None:
            return self._begun(form.tokens[0], [form])
        return self._short_enough(weights, changed)

    def _short_enough(self, weights: Float64, changed: npt.NDArray[np.floating]) -> int | None:
        """A sensible token that there is room for; where the text cannot end yet, any. None: the text ends."""
        rules = self._rules
        may_end = not rules.missing and rules.characters is not None and bool(rules.text.strip())
        sensible = np.where(weights >= SENSIBLE * weights.max(), weights, 0.0)
        tried = sensible if may_end else self._all(changed)
        token = self._draw(tried, lambda other: self._may(other) and self._fits(other))
        if token is None and not may_end:
            raise none_left()
        return token

    def _draw(self, weights: Float64, allows: Callable[[int], bool]) -> int | None:
        return draw(weights, self._draws, allows, greedy=self._request.choosing.temperature <= 0)

    def _all(self, logits: npt.NDArray[np.floating]) -> Float64:
        """Weights (V,) of all tokens, none left out."""
        return weights_of(logits, Choosing(self._request.choosing.temperature))

    def _changed(
        self, logits: npt.NDArray[np.float32], forms: Sequence[Form], probability: Float64
    ) -> tuple[npt.NDArray[np.floating], Float64 | None]:
        """The logits with penalties and a bonus for what is required, and their probabilities where they are known."""
        penalty, rules = self._request.choosing.repetition_penalty, self._rules
        unwanted = self._unwanted()
        if penalty == 1 and not forms and unwanted is None:
            return logits, probability
        changed = penalised(logits, penalty, self._recent)
        if unwanted is not None:
            changed[unwanted] -= UNWANTED
        changed[list({form.tokens[0] for form in forms})] += BONUS[0] + BONUS[1] * rules.used(self._left, but=ROOMY)
        return changed, None

    def _unwanted(self) -> npt.NDArray[np.bool_] | None:
        """Tokens (V,) that would make a longer word of what is required, or open a quotation that a cut leaves open."""
        rules = self._rules
        if 0 < rules.needed_until == len(rules.text) and not ends_word(rules.text):
            longer = ~self._tokenizer.opens_word
            longer[list(self._end)] = False
            return longer
        return self._tokenizer.opens_quotation if rules.characters is not None and not rules.text.strip() else None

    @property
    def _left(self) -> int:
        """Tokens that may be written yet."""
        return self._budget[0] - self._written

    def _may(self, token: int) -> bool:
        if token in self._end:
            return not self._rules.missing
        peeked = self._stream.peek(token) if self._tokenizer.bytes_of(token) else None
        return peeked is not None and self._rules.may(peeked[0])

    def _fits(self, token: int) -> bool:
        if token in self._end or (peeked := self._stream.peek(token)) is None:
            return token in self._end
        text, lacking = peeked
        return self._rules.fits(text + "\ufffd" * (lacking > 0), self._left - 1 - lacking)

    def _is_late(self, token: int) -> bool:
        """Whether a new word would begin where there is hardly room for what is required."""
        if not (ends_word(self._rules.text) or self._tokenizer.opens_word[token]):
            return False
        characters, tokens = self._rules.slack(self._left)
        return characters < ROOMY or 2 * tokens < ROOMY

    def _forms(self, probability: Float64) -> list[Form]:
        """What is required, as it may be written here, where a word is more likely over than not."""
        if not self._rules.missing or self._stream.waiting or not self._word_is_over:
            return []
        likely = sorted(self._rules.forms(self._left, plain=True), key=self._likely(probability), reverse=True)
        best: dict[str, Form] = {}
        for form in likely:
            best.setdefault(form.text.casefold(), form)  # of each the more probable case
        return list(best.values())

    def _best_form(self, probability: Float64) -> Form | None:
        forms = list(self._rules.forms(self._left, plain=True)) or list(self._rules.forms(self._left))
        return max(forms, key=self._likely(probability), default=None)

    def _likely(self, probability: Float64) -> Callable[[Form], float]:
        """How probable the beginning of a form is; a space alone tells nothing."""

        def of(form: Form) -> float:
            first = form.tokens[0]
            return float(probability[first]) if self._tokenizer.text_of(first).strip() else 0.0

        return of

    def _begun(self, token: int, forms: Sequence[Form]) -> int:
        """What is required and was begun is written to its end."""
        form = next((form for form in forms if form.tokens[0] == token), None)
        self._coming.extend(form.tokens[1:] if form else ())
        return token

    def _check_first(self, request: Complete) -> None:
        """What was chosen by hand may use words that are banned, but the limits hold of it too."""
        stream = TextStream(self._tokenizer, opening=not request.prompt)
        text = "".join(stream.push(token) for token in request.first)
        ended = self._end.intersection(request.first) and self._rules.missing
        if ended or not self._rules.fits(text, max(0, self._left - len(request.first))) or not self._rules.avoids(text):
            raise RequestError(
                f"“{text.strip()}”, which was chosen by hand, leaves the limits of the text no room or breaks one. "
                "Choose another word, or change the limits."
            )

    # -- writing

    def _take(self, token: int, probability: Float64) -> None:
        self._word_is_over = False  # before the next logits nobody knows
        start = len(self._rules.text)
        text = self._stream.push(token)
        self._rules.push(text)
        others = tuple(
            Alternative(int(other), self._tokenizer.text_of(int(other)), float(probability[other]))
            for other in top(probability, self._request.alternatives)
        )
        wrote = Wrote(self.number, token, text, float(probability[token]), others)
        self._held.append(_Held(wrote, start, len(self._rules.text)))
        self._recent.append(token)
        self._written += 1
        self.token = token

    def _look_at(self, probability: Float64) -> None:
        """How good an end the text as it is would be, and whether its last word is more likely over than not."""
        if self._rules.characters is None and not self._rules.missing:
            return  # nobody will ask, and these sums cost more than drawing a token
        closing = float(probability[list(self._end)].sum())
        self._places[len(self._rules.text)] = closing + float(probability[self._tokenizer.ends_clause].sum())
        over = closing + float(probability[self._tokenizer.opens_word].sum())
        self._word_is_over = ends_word(self._rules.text) or over > 0.5

    def _sure_until(self) -> int:
        """text[:_sure_until()] can be given out."""
        rules, sure = self._rules, self._rules.sure_until()
        if rules.characters is None:
            return sure
        begun = len(rules.text) - len(rules.text.lstrip())
        sure = min(sure, begun + rules.characters - min(STRETCH, rules.characters * 2 // 3))
        text = rules.text
        while sure > self._released and (sure == len(text) or text[sure - 1].isspace() or is_inside_word(text, sure)):
            sure -= 1
        return sure

    def _release(self, until: int, *, cut: bool = False) -> Iterator[Wrote]:
        """The tokens that are held up to a place; cut: of one that goes beyond it, the part before."""
        while self._held and (self._held[0].end <= until or (cut and self._held[0].start < until)):
            held = self._held.pop(0)
            self._released = min(held.end, until)
            text = held.wrote.text[: until - held.start]
            yield held.wrote if held.end <= until else msgspec.structs.replace(held.wrote, text=text)

    def _close(self, why: Ending) -> Iterator[Wrote | Closed]:
        self.open = False
        yield from self._release(self._last_place(why), cut=True)
        yield Closed(self.number, why)

    def _last_place(self, why: Ending) -> int:
        """Where the text ends: before a stop, and where its characters are limited, not inside of a word."""
        rules = self._rules
        if rules.stop_at is not None:
            return rules.stop_at
        if rules.characters is None or why == "end":
            return len(rules.text)
        least = max(self._released, rules.needed_until)
        ends = [place for place in range(least, len(rules.text) + 1) if self._may_end_at(place)]
        return max(ends, key=self._goodness, default=least) if why == "limit" else max(ends, default=least)

    def _may_end_at(self, place: int) -> bool:
        text = self._rules.text[:place]
        if not text or text[-1].isspace() or text[-1] in DANGLING or is_inside_word(self._rules.text, place):
            return False
        return place < len(self._rules.text) or self._word_is_over or ends_word(text)

    def _goodness(self, place: int) -> tuple[bool, float, int]:
        """A sentence that is over first, then what the model finds a probable end, to a tenth, then the longer text."""
        return self._rules.text[:place].endswith((".", "!", "?")), round(self._places.get(place, 0.0), 1), place
