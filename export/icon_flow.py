"""A flow in the latent space of icons, told words, a style and a set.

Flow matching (Lipman et al. 2023, arXiv 2210.02747): x(t) = (1 - t) noise + t latent, and the net learns dx/dt, which
is latent - noise. Conditions are left out at random, so that one net answers with and without them (classifier-free
guidance, Ho and Salimans 2022, arXiv 2207.12598). Words are a bag: their order says nothing.
"""

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

WAVES = 64  # of the embedding of time


class Block(nn.Module):
    """x + gate * net(scale * norm(x) + shift), all three from the condition (adaptive norm, Peebles and Xie 2023)."""

    def __init__(self, *, width: int, hidden: int, condition: int):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, width)
        self.modulation = nn.Linear(condition, 3 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        scale, shift, gate = self.modulation(c).chunk(3, dim=1)
        h = self.norm(x) * (1 + scale) + shift
        return x + (1 + gate) * self.second(F.silu(self.first(h)))


Conditions = tuple[Tensor, Tensor, Tensor]  # words (B, M), style (B,), source (B,), int64


class VelocityNet(nn.Module):
    """x (B, S), time (B,), words (B, M), style (B,), source (B,) -> velocity (B, S). Number 0 is no word, any style."""

    def __init__(
        self, *, size: int, width: int, hidden: int, blocks: int, condition: int, words: int, styles: int, sources: int
    ):
        super().__init__()
        self.word = nn.Embedding(words + 1, condition, padding_idx=0)
        self.style = nn.Embedding(styles + 1, condition)
        self.source = nn.Embedding(sources + 1, condition)
        for table in (self.word, self.style, self.source):
            nn.init.normal_(table.weight, std=0.3)
        with torch.no_grad():
            self.word.weight[0] = 0
        self.time = nn.Linear(2 * WAVES, condition)
        self.mix = nn.Linear(condition, condition)
        self.into = nn.Linear(size, width)
        self.blocks = nn.ModuleList(Block(width=width, hidden=hidden, condition=condition) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, size)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.waves: Tensor
        waves = torch.exp(torch.linspace(0, math.log(1000.0), WAVES))
        self.register_buffer("waves", waves, persistent=False)

    def forward(self, x: Tensor, time: Tensor, words: Tensor, style: Tensor, source: Tensor) -> Tensor:
        angle = time[:, None] * self.waves
        c = self.time(torch.cat([torch.cos(angle), torch.sin(angle)], dim=1))
        c = c + self.word(words).sum(dim=1) + self.style(style) + self.source(source)
        c = F.silu(self.mix(F.silu(c)))
        h = self.into(x)
        for block in self.blocks:
            h = block(h, c)
        return self.out(self.norm(h))


def new_net(options: dict) -> VelocityNet:
    keys = ("size", "width", "hidden", "blocks", "condition")
    counts = {name: len(options[name]) for name in ("words", "styles", "sources")}
    return VelocityNet(**{key: options[key] for key in keys}, **counts)


def velocity_loss(net: nn.Module, latent: Tensor, told: Conditions) -> Tensor:
    """Mean square error of the velocity, times logit-normal (Esser et al. 2024, arXiv 2403.03206)."""
    noise = torch.randn_like(latent)
    time = torch.sigmoid(torch.randn(len(latent), device=latent.device))
    x = torch.lerp(noise, latent, time[:, None])
    made = net(x, time, *told)
    return F.mse_loss(made.float(), latent - noise)


def forget(told: Conditions, shares: dict) -> Conditions:
    """Some conditions of each row are left out: all of them, single words, the style, the set."""
    words, style, source = told
    u = torch.rand(3, len(words), device=words.device)
    everything = u[0] < shares["all"]
    words = words * (torch.rand(words.shape, device=words.device) >= shares["word"])
    return (
        words.masked_fill(everything[:, None], 0),
        style.masked_fill(everything | (u[1] < shares["style"]), 0),
        source.masked_fill(everything | (u[2] < shares["source"]), 0),
    )


@torch.no_grad()
def sample(net: nn.Module, noise: Tensor, told: Conditions, *, steps: int, guidance: float | Tensor) -> Tensor:
    """(B, S) noise -> latents by Euler's method. guidance: of all, or (B, 1)."""
    x, untold = noise, tuple(torch.zeros_like(part) for part in told)
    for step in range(steps):
        time = torch.full((len(x),), step / steps, device=x.device)
        without = net(x, time, *untold)
        x = x + (without + guidance * (net(x, time, *told) - without)) / steps
    return x
