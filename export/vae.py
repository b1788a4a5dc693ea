"""A convolutional variational autoencoder for 28x28 pictures, small enough to train on one CPU core.

    python -m export train digits-vae
    python -m export prior digits-vae                   # then the prior, from posterior samples (export/prior.py)

    x (B, C, 28, 28) in -1..1 -> encoder -> mean, log-variance (B, S) -> latent w (B, S) -> decoder -> logits

The objective is the evidence lower bound of Kingma & Welling (2014, arXiv 1312.6114) with Bernoulli pixels:

    ELBO(x) = E_q(w|x) [log p(x|w)] - beta KL(q(w|x) || N(0, I)),       beta = 1 for a bound

On digits a part of each batch is binarised anew at every look (input and target are the same draw, so that the bound is
one on dynamically binarised MNIST) and the rest stays grey (input and target), so that the grey pictures of
a designer encode well too. Everything wide runs at 7x7 and 14x14, as in export/gan.py, whose layers these are.
"""

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.gan import CELL, FilmBlock, PlainBlock, State, conv, linear, lrelu
from export.schedule import Clock, cosine, ema_decay

NARROW = 32  # channels of the first grid of the decoder: the dense layer before it would else be most of the net
LOG_VARIANCE = (-12.0, 6.0)  # the posterior stays between deviations of 0.002 and 20

# -----------------------------------------------------------------------------
# nets


class Encoder(nn.Module):
    """image in -1..1 -> (mean, log-variance) of the posterior. Space to depth, 14x14, 7x7, 4x4, dense."""

    def __init__(self, *, latent: int, widths: tuple[int, int], hidden: int, channels: int):
        super().__init__()
        low, high = widths
        self.stem = conv(4 * channels, high)
        self.block14 = PlainBlock(high)
        self.down = conv(4 * high, low, size=1)
        self.block7 = PlainBlock(low)
        self.shrink = conv(low, low, stride=2)
        self.dense = linear(low * 4 * 4, hidden)
        self.head = linear(hidden, 2 * latent, gain=0.1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.stem(F.pixel_unshuffle(x, 2))  # (B, high, 14, 14)
        x = self.block14(x)
        x = self.block7(self.down(F.pixel_unshuffle(lrelu(x), 2)))  # (B, low, 7, 7)
        x = lrelu(self.shrink(lrelu(x)))  # (B, low, 4, 4)
        x = lrelu(self.dense(x.flatten(1)))  # (B, hidden)
        mean, log_variance = self.head(x).float().chunk(2, dim=1)  # (B, S) each
        return mean, log_variance.clamp(*LOG_VARIANCE)


class Decoder(nn.Module):
    """latent -> logits of the pixels. 7x7, up, 14x14, pixel shuffle, 28x28; the latent also steers both blocks."""

    def __init__(self, *, latent: int, widths: tuple[int, int], hidden: int, channels: int):
        super().__init__()
        low, high = widths
        self.dense = linear(latent, hidden)
        self.start = linear(hidden, NARROW * CELL * CELL)
        self.widen = conv(NARROW, low, size=1)
        self.block7 = FilmBlock(low, hidden)
        self.up = conv(low, 4 * high, size=1)
        self.block14 = FilmBlock(high, hidden)
        self.fine = conv(high, 64)
        self.paint = conv(16, channels, gain=0.5)

    def forward(self, w: Tensor) -> Tensor:
        h = lrelu(self.dense(w))  # (B, hidden)
        x = self.widen(lrelu(self.start(h)).view(-1, NARROW, CELL, CELL))  # (B, low, 7, 7)
        x = self.block7(x, h)
        x = F.pixel_shuffle(self.up(lrelu(x)), 2)  # (B, high, 14, 14)
        x = self.block14(x, h)
        x = F.pixel_shuffle(self.fine(lrelu(x)), 2)  # (B, 16, 28, 28)
        return self.paint(lrelu(x)).float()


class Vae(nn.Module):
    def __init__(self, *, latent: int, widths: tuple[int, int], hidden: int, channels: int):
        super().__init__()
        common = {"latent": latent, "widths": widths, "hidden": hidden, "channels": channels}
        self.latent = latent
        self.encoder = Encoder(**common)  # type: ignore[arg-type]
        self.decoder = Decoder(**common)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(logits, mean, log-variance) with one draw of the posterior."""
        mean, log_variance = self.encoder(x)
        w = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(w), mean, log_variance


# -----------------------------------------------------------------------------
# the bound, in float32


def reconstruction_nats(logits: Tensor, target: Tensor) -> Tensor:
    """(B,) cross-entropy summed over the pixels; target in 0..1, grey ones are probabilities of a Bernoulli."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), target.float(), reduction="none")
    return losses.sum(dim=(1, 2, 3))


def kl_nats(mean: Tensor, log_variance: Tensor) -> Tensor:
    """(B,) KL(N(mean, exp(log_variance)) || N(0, I)), in closed form (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)


def log_normal(w: Tensor, mean: Tensor | float = 0.0, log_variance: Tensor | float = 0.0) -> Tensor:
    """(...,) log density of a diagonal Gaussian, summed over the last axis."""
    log_variance = torch.as_tensor(log_variance, dtype=w.dtype, device=w.device)
    terms = (w - mean).square() / log_variance.exp() + log_variance + math.log(2 * math.pi)
    return -0.5 * terms.sum(dim=-1)


def binarise(x: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Pixels -1 or 1, each white with its own grey as the probability."""
    draw = torch.rand(x.shape, generator=generator, device=x.device)
    return torch.where(draw < (x + 1) / 2, 1.0, -1.0)


# -----------------------------------------------------------------------------
# training


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizer. shape is (H, W, C); classes are not told to the autoencoder, only to its prior."""
    if shape[:2] != (4 * CELL, 4 * CELL):
        raise ValueError(f"this family makes {4 * CELL}x{4 * CELL} pictures, the data set has {shape}")
    vae, average = (new_vae(options, channels=shape[2]) for _ in range(2))
    average.load_state_dict(vae.state_dict())
    optimizer = torch.optim.AdamW(vae.parameters(), lr=1e-3, weight_decay=options["weight_decay"], betas=(0.9, 0.99))
    return State({"vae": vae, "average": average.requires_grad_(False)}, {"vae": optimizer})


def new_vae(options: dict, *, channels: int) -> Vae:
    return Vae(latent=options["latent"], widths=tuple(options["widths"]), hidden=options["hidden"], channels=channels)


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step on real pictures x (B, C, H, W) in -1..1; returns means in nats a picture."""
    vae, average = state.modules["vae"], state.modules["average"]
    optimizer = state.optimizers["vae"]
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(options, clock)
    grey = round(len(x) * options["grey"])
    x = torch.cat([x[:grey], binarise(x[grey:])])
    beta = options["beta"] * warm_up(clock, options["kl_warm_up"])

    with compute.autocast():
        logits, mean, log_variance = vae(x.contiguous(memory_format=torch.channels_last))
    reconstruction = reconstruction_nats(logits, (x + 1) / 2)
    divergence = kl_nats(mean, log_variance)
    optimizer.zero_grad(set_to_none=True)
    (reconstruction + beta * divergence).mean().backward()
    norm = nn.utils.clip_grad_norm_(vae.parameters(), options["clip"])
    optimizer.step()

    decay = ema_decay(options["ema_half_life"], clock, batch=len(x))
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), vae.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
    bound = (reconstruction + divergence).detach()
    stats = {"reconstruction": reconstruction.mean(), "kl": divergence.mean(), "norm": norm}
    if grey:
        stats["grey"] = bound[:grey].mean()
    if grey < len(x):
        stats["elbo"] = bound[grey:].mean()
    return {name: value.item() for name, value in stats.items()}


def learning_rate(options: dict, clock: Clock) -> float:
    """Up over the first hundredth of the budget, then down along half a cosine."""
    return cosine(options["learning_rate"], clock.fraction) * warm_up(clock, 0.01)


def warm_up(clock: Clock, share: float) -> float:
    """From almost 0 to 1 over a share of the budget."""
    return min(1.0, (clock.fraction + 1e-3) / share) if share > 0 else 1.0


@torch.no_grad()
def sample_sheet(state: State, *, options: dict, count: int, num_classes: int, generator: torch.Generator) -> Tensor:
    """Pictures of the averaged decoder for draws of N(0, I): (count, C, H, W) in -1..1."""
    w = torch.randn(count, options["latent"], generator=generator, device=generator.device)
    average = state.modules["average"]
    assert isinstance(average, Vae)
    return torch.tanh(average.decoder(w) / 2)  # 2 sigmoid(x) - 1
