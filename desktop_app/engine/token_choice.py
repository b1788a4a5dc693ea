"""Which token comes next: drawn from the logits of one place, in double precision and reproducibly.

A token is drawn by the inverse of the cumulative distribution at one uniform number, over the tokens in the order of
their probability and, where that is equal, of their number. Only as much of that order is sorted as is needed.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import DeviceError, RequestError
from desktop_app.engine.noise import uniform
from desktop_app.engine.text_requests import Choosing

Float64 = npt.NDArray[np.float64]
Tokens = npt.NDArray[np.intp]

_LEVELS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-9, 0.0)  # shares of the highest probability, sorted level by level
_TRIES = 32  # draws, after which what is not allowed is looked for among all that are left


def probabilities(logits: npt.NDArray[np.floating]) -> Float64:
    """Softmax of the logits (V,). DeviceError where they are no numbers."""
    highest = logits.max(initial=-np.inf)
    if not np.isfinite(highest):  # the maximum of an array with a NaN is NaN
        raise DeviceError(
            "The model gave no probabilities for the next word, but “not a number”: its graph does not work on this "
            "device. Try it on the CPU, or import it again."
        )
    weights: Float64 = np.subtract(logits, highest, dtype=np.float64)
    np.exp(weights, out=weights)  # in place: new arrays of this size cost more than the sums
    weights /= weights.sum()
    return weights


def top(probability: Float64, k: int) -> Tokens:
    """The k most probable tokens, the most probable first, of equals the lower number."""
    k = min(k, len(probability))
    if k <= 0:
        return np.zeros(0, np.intp)
    highest = probability.max()
    for level in _LEVELS:  # a few comparisons of all are faster than to partition all
        tokens = np.flatnonzero(probability >= level * highest)
        if len(tokens) >= k:
            break
    return tokens[np.argsort(-probability[tokens], kind="stable")][:k]


def penalised(logits: npt.NDArray[np.floating], penalty: float, recent: Sequence[int]) -> Float64:
    """Logits (V,) of tokens that came lately, divided by the penalty, or multiplied where they are negative
    (Keskar et al. 2019, section 4.1)."""
    changed = np.array(logits, np.float64)
    if penalty != 1 and len(recent):
        tokens = np.unique(np.asarray(recent, np.intp))
        seen = changed[tokens]
        changed[tokens] = np.where(seen > 0, seen / penalty, seen * penalty)
    return changed


def weights_of(logits: npt.NDArray[np.floating], choosing: Choosing, *, known: Float64 | None = None) -> Float64:
    """What is drawn from (V,), not normalised: temperature, then top-k, top-p of what that leaves, then min-p.

    known: the probabilities of these logits, where they are known; they stay as they are.
    """
    if choosing.temperature <= 0:
        return probabilities(logits) if known is None else known
    if known is not None and choosing.temperature == 1:
        weights = known
    else:
        weights = probabilities(np.divide(logits, choosing.temperature, dtype=np.float64))
    if choosing.top_k > 0:
        weights = _only(weights, top(weights, choosing.top_k))
    if choosing.top_p < 1:
        weights = _only(weights, _nucleus(weights, choosing.top_p))
    if choosing.min_p > 0:
        weights = np.where(weights < choosing.min_p * weights.max(), 0.0, weights)
    return weights


class Draws:
    """The uniform numbers of one place of one branch: as many as are asked for."""

    def __init__(self, seed: int, branch: int, place: int) -> None:
        self._of = (seed, branch, place)
        self._count = 0

    def __next__(self) -> float:
        self._count += 1
        return uniform(*self._of, self._count - 1)


def draw(weights: Float64, draws: Draws, allows: Callable[[int], bool], *, greedy: bool = False) -> int | None:
    """A token that is allowed, or None where none of positive weight is.

    One that is not allowed is put aside and another drawn from the rest. The first that is allowed is distributed as
    if those that are not had weight 0 from the beginning (drawing without replacement: Luce 1959).
    """
    left = weights.copy()
    for _ in range(_TRIES):
        if (token := _most(left) if greedy else _at(left, next(draws))) is None:
            return None
        if allows(token):
            return token
        left[token] = 0
    for other in np.flatnonzero(left):
        if not allows(int(other)):
            left[other] = 0
    return _most(left) if greedy else _at(left, next(draws))


def _most(weights: Float64) -> int | None:
    token = int(weights.argmax())
    return token if weights[token] > 0 else None


def _at(weights: Float64, u: float) -> int | None:
    """The token at the share u of the sum of all weights, over the stable order."""
    if (target := u * float(weights.sum())) <= 0:
        return None
    values = _leading(weights, target)
    place = min(int(np.searchsorted(np.cumsum(values), target, side="right")), len(values) - 1)
    equal = np.flatnonzero(weights == values[place])
    return int(equal[place - np.count_nonzero(values > values[place])])


def _nucleus(weights: Float64, p: float) -> Tokens:
    """The fewest of the most probable whose share reaches p (Holtzman et al. 2020, equation 3); one at least."""
    mass = max(p, 0.0) * float(weights.sum())
    values = _leading(weights, mass)
    count = min(int(np.searchsorted(np.cumsum(values), mass, side="left")) + 1, len(values))
    least = values[count - 1]
    above, equal = np.flatnonzero(weights > least), np.flatnonzero(weights == least)
    return np.concatenate([above, equal[: count - len(above)]])


def _only(weights: Float64, tokens: Tokens) -> Float64:
    kept = np.zeros_like(weights)
    kept[tokens] = weights[tokens]
    return kept


def _leading(weights: Float64, mass: float) -> Float64:
    """The highest weights, in descending order: so many that their sum is above this mass, or all that are not 0."""
    head = weights
    for head in _heads(weights):
        if head.sum() > mass:
            break
    return -np.sort(-head)


def _heads(weights: Float64) -> Iterator[Float64]:
    """More and more of the highest weights; sorting a part of them takes a tenth of the time."""
    highest = weights.max(initial=0.0)
    for level in _LEVELS:
        yield weights[weights >= level * highest] if level else weights[weights > 0]


def none_left() -> RequestError:
    return RequestError("Every next word is banned or breaks a limit. Ban fewer words, or allow more characters.")
