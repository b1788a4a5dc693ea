"""What a text costs without a language model: the floors that bits per byte stand on.

Bits per byte are comparable between models of any vocabulary: bits spent on the tokens over the bytes of the text.
"""

import lzma

import numpy as np


def unigram_bits(train: np.ndarray, tokens: np.ndarray, *, vocabulary: int) -> float:
    """Bits of all tokens where each has the share that it has in the training text, each token counted once more.

    The order-0 model: it knows how often a token comes, and nothing of those before it.
    """
    counts = np.bincount(train, minlength=vocabulary).astype(np.float64) + 1
    return float(-np.log2(counts / counts.sum())[tokens].sum())


def compressed_bits(text: str) -> float:
    """Bits of the text as xz packs it by itself, at its best; it learns as it goes and has seen no other text."""
    return 8.0 * len(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
