"""The training icon that each of some icons overlaps most: every pair is compared at full size, in whole numbers."""

import dataclasses

import numpy as np
import torch
from torch import Tensor

from export.judges import Told

AT_ONCE = 4096
NEAR = 0.9  # overlap from which one icon counts as a copy of another


@dataclasses.dataclass(frozen=True)
class Nearest:
    overlap: np.ndarray  # (n,) float32, intersection over union of the ink
    index: np.ndarray  # (n,) which one

    def share(self, near: float = NEAR) -> float:
        return float((self.overlap >= near).mean())


def nearest(fields: np.ndarray, known: np.ndarray, *, tell: Told = lambda done, total: None) -> Nearest:
    """fields (n, side, side), known (m, side, side): signed distances of any unit, positive in the ink."""
    ours = _inside(fields)
    ink = ours.sum(dim=1, dtype=torch.int32)
    best, index = torch.zeros(len(ours)), torch.zeros(len(ours), dtype=torch.int64)
    for start in range(0, len(known), AT_ONCE):
        theirs = _inside(known[start : start + AT_ONCE])
        both = torch._int_mm(ours, theirs.T)
        either = ink[:, None] + theirs.sum(dim=1, dtype=torch.int32)[None] - both
        found, place = (both / either.clamp_min(1)).max(dim=1)
        index = torch.where(found > best, place + start, index)
        best = torch.maximum(best, found)
        tell(min(start + AT_ONCE, len(known)), len(known))
    return Nearest(best.numpy(), index.numpy())


def _inside(fields: np.ndarray) -> Tensor:
    """(n, pixels) int8, 1 in the ink; at least 32 rows, as the product of whole numbers wants."""
    return torch.from_numpy(np.ascontiguousarray(fields > 0)).flatten(1).to(torch.int8)


def mean_difference(fields: np.ndarray) -> float:
    """1 less the mean overlap of two of the icons (n, side, side): 0 where all are the same."""
    ours = _inside(fields).float()
    both, ink = ours @ ours.T, ours.sum(dim=1)
    overlap = both / (ink[:, None] + ink[None] - both).clamp_min(1)
    count = len(fields)
    return float(1 - (overlap.sum() - overlap.diagonal().sum()) / (count * (count - 1)))
