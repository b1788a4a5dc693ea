"""How far a classifier's probabilities can be believed, and the one number that mends them.

Temperature scaling (Guo et al. 2017, arXiv 1706.04599, section 4.2) divides all logits by one number, fitted on
pictures that were not trained on; no answer changes, only how sure it is. The expected calibration error is that of the
same paper (eq. 3): the pictures are sorted into bins by confidence, and in each the mean confidence is compared with
the share that is right.
"""

import numpy as np
import numpy.typing as npt

BINS = 15
COLDEST, HOTTEST = 0.05, 20.0  # what a temperature may be; where all is right, the best would be 0

Array = npt.NDArray[np.float64]


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """logits (n, K), labels (n,) -> the temperature with the least mean negative log-likelihood.

    That is convex in b = 1 / temperature, with the slope mean(E_p[z] - z_label): the slope's zero is found by halving.
    """
    z = np.asarray(logits, np.float64)
    chosen = z[np.arange(len(z)), labels]
    low, high = 1 / HOTTEST, 1 / COLDEST
    for _ in range(60):
        b = (low + high) / 2
        slope = float(((softmax(b * z) * z).sum(axis=1) - chosen).mean())
        low, high = (b, high) if slope < 0 else (low, b)
    return 2 / (low + high)


def softmax(logits: np.ndarray) -> Array:
    """(n, K) -> (n, K), in float64."""
    z = np.asarray(logits, np.float64)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result


def negative_log_likelihood(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The mean over the pictures, in nats."""
    chosen = np.asarray(probabilities, np.float64)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, np.finfo(np.float64).tiny)).mean())


def reliability(probabilities: np.ndarray, labels: np.ndarray, *, bins: int = BINS) -> Array:
    """(bins, 3): mean confidence, share that is right, share of the pictures; zeros where a bin holds none."""
    p = np.asarray(probabilities, np.float64)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # (i / bins, (i + 1) / bins]
    count = np.bincount(place, minlength=bins)
    sums = [np.bincount(place, weights=values, minlength=bins) for values in (confidence, right)]
    means = [total / np.maximum(count, 1) for total in sums]
    return np.stack([*means, count / len(labels)], axis=1)


def expected_calibration_error(table: Array) -> float:
    """Of a table of `reliability`: the mean over the pictures of |share that is right - confidence| of their bin."""
    confidence, right, share = table.T
    return float((share * np.abs(right - confidence)).sum())
