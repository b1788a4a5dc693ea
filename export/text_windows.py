"""Windows over a long text, so that each of its tokens is foretold once, from half a context or more before it."""

from collections.abc import Iterator

import numpy as np


def sliding_windows(tokens: np.ndarray, context: int) -> Iterator[tuple[np.ndarray, int]]:
    """(rows (n, T + 1), how many tokens at their end are new): the first, those that advance by a half, the rest."""
    context = min(context, len(tokens) - 1)
    yield tokens[None, : context + 1], context
    half = max(1, context // 2)
    starts = np.arange(half, len(tokens) - context, half)
    if len(starts):
        yield np.stack([tokens[start : start + context + 1] for start in starts]), half
    left = len(tokens) - 1 - context - half * len(starts)
    if left:
        yield tokens[None, -context - 1 :], left
