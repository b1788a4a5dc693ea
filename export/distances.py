"""How far apart two sets of pictures are, in the features of a frozen net, and how diverse one of them is.

Fréchet and kernel distance and the Inception Score come from torchmetrics, which is handed features in place of
pictures and so downloads no network. None of them is an “FID”: that name belongs to the features of one Inception net.

- Fréchet distance (Heusel et al. 2017, arXiv 1706.08500, eq. 6): |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)).
- Kernel distance (Bińkowski et al. 2018, arXiv 1801.01401): the unbiased squared MMD of the kernel (x.y / d + 1)^3.
- Sliced Wasserstein distance (Bonneel et al. 2015): root mean square over directions of the 1-D distances W2.
- Inception Score (Salimans et al. 2016, arXiv 1606.03498): exp of the mean KL(p(y|x) || p(y)), at most the number of
  classes. It knows nothing of real pictures.
"""

import contextlib
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

SUBSETS, SUBSET = 100, 1000  # of the kernel distance
PROJECTIONS = 1000
SPLITS = 10  # of the Inception Score
BLOCK = 100  # directions at a time


class _AsGiven(torch.nn.Identity):
    """In the place of torchmetrics' network: what comes in are features already."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Of two sets of features (n, d), (m, d), in float64."""
    metric = FrechetInceptionDistance(feature=_AsGiven(real.shape[1]))
    centre = real.mean(axis=0, dtype=np.float64)  # sums of squares far from the origin would lose digits
    metric.update(torch.from_numpy(real - centre), real=True)
    metric.update(torch.from_numpy(fake - centre), real=False)
    return max(0.0, float(metric.compute()))


def kernel_distance(
    real: np.ndarray, fake: np.ndarray, *, seed: int = 0, subsets: int = SUBSETS, subset: int = SUBSET
) -> tuple[float, float]:
    """(mean, standard deviation) over random subsets of features (n, d), (m, d). Unbiased, so it may fall below 0."""
    size = min(subset, len(real), len(fake))
    with _quiet(seed):
        metric = KernelInceptionDistance(feature=_AsGiven(real.shape[1]), subsets=subsets, subset_size=size, degree=3)
        metric.update(_float32(real), real=True)
        metric.update(_float32(fake), real=False)
        mean, deviation = metric.compute()
    return float(mean), float(deviation)


def inception_score(logits: np.ndarray, *, seed: int = 0, splits: int = SPLITS) -> tuple[float, float]:
    """(mean, standard deviation) over random splits of logits (n, K); the deviation is NaN for a single split."""
    with _quiet(seed):
        metric = InceptionScore(feature=_AsGiven(logits.shape[1]), splits=splits)
        metric.update(torch.from_numpy(logits.astype(np.float64)))
        mean, deviation = metric.compute()
    return float(mean), float(deviation)


def sliced_wasserstein(real: np.ndarray, fake: np.ndarray, *, seed: int = 0, projections: int = PROJECTIONS) -> float:
    """W2 of features (n, d), (m, d) along random directions, root mean square; a shift by v gives |v| / sqrt(d)."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    directions = rng.standard_normal((projections, real.shape[1]), np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    total = 0.0
    for start in range(0, projections, BLOCK):
        part = directions[start : start + BLOCK]
        p, q = (np.sort(part @ x.astype(np.float32, copy=False).T, axis=1) for x in (real, fake))  # (directions, n)
        difference = _quantiles(p, q.shape[1]) - _quantiles(q, p.shape[1])
        total += float(np.square(difference).mean(axis=1, dtype=np.float64).sum())
    return float(np.sqrt(total / projections))


def _quantiles(ordered: np.ndarray, others: int) -> np.ndarray:
    """(p, n) in order -> (p, max(n, others)): each value as often as its share of the longer list asks for."""
    count = max(ordered.shape[1], others)
    if count == ordered.shape[1]:
        return ordered
    return ordered[:, ((np.arange(count) + 0.5) / count * ordered.shape[1]).astype(int)]


def limit_over_count(counts: np.ndarray, values: np.ndarray) -> float:
    """Where a line through the values over 1/N meets N without end (Chong and Forsyth 2020, arXiv 1911.07023)."""
    return float(np.polyfit(1 / np.asarray(counts, np.float64), np.asarray(values, np.float64), 1)[1])


def _float32(x: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x, np.float32))


@contextlib.contextmanager
def _quiet(seed: int) -> Iterator[None]:
    """torchmetrics draws from torch's global generator, and warns that it keeps its features in memory."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield
