"""A class-conditional normalizing flow of affine couplings (RealNVP, Dinh et al. 2017, arXiv 1605.08803).

Noise z ~ N(0, I) and a class become w, and back, exactly; the log-determinant is a sum of log-scales. Each coupling
keeps half of the numbers and scales and shifts the other half by what a small net makes of the kept half and the class;
a fixed shuffle between two couplings lets every number meet every other. The first step back is a mean and a scale
a class, so that an untrained flow already is one Gaussian a class.
"""

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

MAX_LOG_SCALE = 2.0  # a coupling scales by at most e^2 either way, which keeps it invertible in float32


class Coupling(nn.Module):
    """One affine coupling; `kept` and `moved` index the numbers, and together are all of them."""

    def __init__(self, kept: Tensor, moved: Tensor, *, hidden: int, num_classes: int):
        super().__init__()
        self.kept: Tensor
        self.moved: Tensor
        self.back: Tensor
        self.num_classes = num_classes
        self.register_buffer("kept", kept, persistent=False)
        self.register_buffer("moved", moved, persistent=False)
        self.register_buffer("back", torch.argsort(torch.cat([kept, moved])), persistent=False)
        self.first = nn.Linear(len(kept) + num_classes, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, 2 * len(moved))
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def net(self, kept: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """(log-scale, shift), each (B, moved)."""
        h = torch.cat([kept, F.one_hot(label, self.num_classes).to(kept.dtype)], dim=1)
        h = F.silu(self.second(F.silu(self.first(h))))
        log_scale, shift = self.last(h).chunk(2, dim=1)
        return MAX_LOG_SCALE * torch.tanh(log_scale / MAX_LOG_SCALE), shift

    def to_w(self, x: Tensor, label: Tensor) -> Tensor:
        kept, moved = x[:, self.kept], x[:, self.moved]
        log_scale, shift = self.net(kept, label)
        return torch.cat([kept, moved * log_scale.exp() + shift], dim=1)[:, self.back]

    def to_z(self, x: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """(x before the coupling, log |det| of this way back (B,))."""
        kept, moved = x[:, self.kept], x[:, self.moved]
        log_scale, shift = self.net(kept, label)
        return torch.cat([kept, (moved - shift) * (-log_scale).exp()], dim=1)[:, self.back], -log_scale.sum(dim=1)


class Flow(nn.Module):
    """z, label -> w. `forward` is the mapping of a package, so that autoencoders sample as GANs do."""

    def __init__(self, *, size: int, couplings: int, hidden: int, num_classes: int):
        super().__init__()
        self.size = size
        generator = torch.Generator().manual_seed(0)  # the shuffles are part of the architecture
        layers = []
        for index in range(couplings):
            order = torch.randperm(size, generator=generator) if size > 2 else torch.arange(size).roll(index)
            layers.append(Coupling(order[: size // 2], order[size // 2 :], hidden=hidden, num_classes=num_classes))
        self.couplings = nn.ModuleList(layers)
        self.mean = nn.Parameter(torch.zeros(num_classes, size))
        self.log_scale = nn.Parameter(torch.zeros(num_classes, size))

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        for coupling in self.couplings:
            assert isinstance(coupling, Coupling)
            z = coupling.to_w(z, label)
        return self.mean[label] + z * self.log_scale[label].exp()

    def to_z(self, w: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """(z, log |det dz/dw| (B,)): the exact way back."""
        x = (w - self.mean[label]) * (-self.log_scale[label]).exp()
        log_det = -self.log_scale[label].sum(dim=1)
        for coupling in reversed(self.couplings):
            assert isinstance(coupling, Coupling)
            x, more = coupling.to_z(x, label)
            log_det = log_det + more
        return x, log_det

    def log_density(self, w: Tensor, label: Tensor) -> Tensor:
        """(B,) log p(w | label), in nats."""
        z, log_det = self.to_z(w, label)
        return log_det - 0.5 * (z.square().sum(dim=1) + self.size * math.log(2 * math.pi))

    def log_marginal(self, w: Tensor, class_shares: Tensor) -> Tensor:
        """(B,) log of the sum over classes of share * p(w | class), class_shares (K,) sums to 1."""
        terms = [
            self.log_density(w, torch.full((len(w),), k, device=w.device)) + share.log()
            for k, share in enumerate(class_shares)
            if share > 0
        ]
        return torch.logsumexp(torch.stack(terms), dim=0)
