"""Muon: steepest descent in the spectral norm, for the hidden matrices of a transformer.

Jordan et al. (2024, kellerjordan.github.io/posts/muon). The momentum of a matrix is replaced by the nearest
semi-orthogonal one: all its directions are learned at one speed, also those in which the gradient is small.

    M <- mu M + (1 - mu) G,     W <- W - lr (sqrt(max(1, rows / columns)) orthogonal(mu M + (1 - mu) G) + decay W)

orthogonal() is five steps of a Newton-Schulz iteration (eq. in `orthogonal`): products of matrices alone, in bf16.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # steep at zero: singular values come to 0.7..1.2, not exactly to 1
STEPS = 5


def orthogonal(matrix: Tensor) -> Tensor:
    """U V' of the singular value decomposition U S V', nearly. X <- a X + (b A + c A A) X with A = X X'."""
    a, b, c = COEFFICIENTS
    tall = matrix.shape[-2] > matrix.shape[-1]
    x = (matrix.mT if tall else matrix).bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(STEPS):
        product = x @ x.mT
        x = a * x + (b * product + c * product @ product) @ x
    return (x.mT if tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """For matrices alone. A group's "parts" says how many square matrices are packed in one (queries, keys, values)."""

    def __init__(self, params: Iterable, *, lr: float = 0.02, momentum: float = 0.95, weight_decay: float = 0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "parts": 1})

    @torch.no_grad()
    def step(self, closure=None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._step_one(weight, weight.grad, group)

    def _step_one(self, weight: nn.Parameter, gradient: Tensor, group: dict) -> None:
        buffer = self.state[weight].setdefault("momentum_buffer", torch.zeros_like(weight))
        buffer.lerp_(gradient, 1 - group["momentum"])
        ahead = torch.lerp(gradient, buffer, group["momentum"])  # Nesterov
        parts = ahead.view(group["parts"], -1, ahead.shape[1])  # (parts, rows, columns)
        change = orthogonal(parts) * max(1.0, parts.shape[1] / parts.shape[2]) ** 0.5
        weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(change.view_as(weight), alpha=-group["lr"])
