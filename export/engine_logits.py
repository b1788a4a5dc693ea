"""The logits of a whole text out of the program's own engine, read as it reads a prompt."""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.text_cache import TextCache
from desktop_app.engine.text_model import BLOCK


def all_logits(cache: TextCache, tokens: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
    """(T,) -> (T, V). What the cache held before is forgotten."""
    cache.truncate(0)
    parts = [tokens[None, first : first + BLOCK] for first in range(0, len(tokens), BLOCK)]
    return np.concatenate([cache.step(part.astype(np.int64), keep=part.shape[1])[0].copy() for part in parts])
