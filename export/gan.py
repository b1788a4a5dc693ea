"""A class-conditional GAN with a mapping network, small enough to train on two CPU cores.

    python -m export train digits-gan
    python -m export train fashion-gan --minutes 85

Loss and schedules after R3GAN (Huang et al. 2024, arXiv 2501.05441): the relativistic pairing loss with R1 and
R2, no normalisation layer anywhere, residual blocks that start as the identity. Written from the paper.

    z (B, 64), class -> mapping -> w (B, 128) -> synthesis -> image (B, 1, 28, 28) in -1..1

Three economies make it fit a CPU:
- all wide convolutions run at 7x7 and 14x14; a pixel shuffle makes the last step to 28x28, and the critic starts
  with its inverse;
- both players learn from one forward and one backward pass of the critic (one-stage training, Shen et al. 2021,
  arXiv 2103.00430): see `train_step`;
- R1 and R2 are measured on a part of each batch, so that every step sees a little of them (a rare large penalty
  step does not go well with Adam).
"""

import dataclasses
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.schedule import Clock, cosine, ema_decay

CELL = 7  # the smallest grid; images are 4 * CELL wide

# -----------------------------------------------------------------------------
# nets


def conv(channels_in: int, channels_out: int, *, size: int = 3, stride: int = 1, gain: float = 1.0) -> nn.Conv2d:
    """He initialisation; gain 0 makes the layer start silent."""
    layer = nn.Conv2d(channels_in, channels_out, size, stride=stride, padding=size // 2)
    nn.init.kaiming_normal_(layer.weight, a=0.2)
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    layer.weight.data.mul_(gain)
    return layer


def linear(features_in: int, features_out: int, *, gain: float = 1.0) -> nn.Linear:
    layer = nn.Linear(features_in, features_out)
    nn.init.kaiming_normal_(layer.weight, a=0.2)
    nn.init.zeros_(layer.bias)
    layer.weight.data.mul_(gain)
    return layer


def lrelu(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


class Mapping(nn.Module):
    """(z, label) -> w. Classes are embedded beside z; W is where truncation, blending and directions live."""

    def __init__(self, z_size: int, w_size: int, num_classes: int):
        super().__init__()
        self.embedding = nn.Embedding(num_classes, z_size)
        self.first = linear(2 * z_size, w_size)
        self.second = linear(w_size, w_size)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        x = torch.cat([z, self.embedding(label)], dim=1)  # (B, 2 * 64)
        x = x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)
        return lrelu(self.second(lrelu(self.first(x))))  # (B, 128)


class FilmBlock(nn.Module):
    """x + conv(lrelu(film(conv(lrelu(x)), w))): residual, scaled and shifted by w, silent at the start."""

    def __init__(self, channels: int, w_size: int):
        super().__init__()
        self.first = conv(channels, channels)
        self.second = conv(channels, channels, gain=0.1)
        self.film = linear(w_size, 2 * channels, gain=0.5)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        scale, shift = self.film(w)[:, :, None, None].chunk(2, dim=1)  # (B, C, 1, 1) each
        y = self.first(lrelu(x)) * (1 + scale) + shift
        return x + self.second(lrelu(y))


class Synthesis(nn.Module):
    """w -> image. 7x7, up, 14x14, pixel shuffle, 28x28."""

    def __init__(self, w_size: int, widths: tuple[int, int], channels: int):
        super().__init__()
        low, high = widths
        self.low = low
        self.start = linear(w_size, low * CELL * CELL)
        self.block7 = FilmBlock(low, w_size)
        self.up = conv(low, 4 * high, size=1)
        self.block14 = FilmBlock(high, w_size)
        self.fine = conv(high, 64)
        self.paint = conv(16, channels, gain=0.5)

    def forward(self, w: Tensor) -> Tensor:
        x = self.start(w).view(-1, self.low, CELL, CELL)  # (B, low, 7, 7)
        x = self.block7(x, w)
        x = F.pixel_shuffle(self.up(x), 2)  # (B, high, 14, 14)
        x = self.block14(x, w)
        x = F.pixel_shuffle(self.fine(lrelu(x)), 2)  # (B, 16, 28, 28)
        return torch.tanh(self.paint(lrelu(x)))


class Generator(nn.Module):
    def __init__(self, *, z_size: int, w_size: int, widths: tuple[int, int], num_classes: int, channels: int):
        super().__init__()
        self.z_size = z_size
        self.mapping = Mapping(z_size, w_size, num_classes)
        self.synthesis = Synthesis(w_size, widths, channels)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        return self.synthesis(self.mapping(z, label))


class PlainBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = conv(channels, channels)
        self.second = conv(channels, channels, gain=0.1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(lrelu(self.first(lrelu(x))))


class Critic(nn.Module):
    """The mirror: space to depth, 14x14, pool, 7x7, 4x4, and one number a picture.

    The number is a realness plus the projection of the features on the class (Miyato & Koyama 2018, eq. 3).
    """

    def __init__(self, *, widths: tuple[int, int], num_classes: int, channels: int):
        super().__init__()
        low, high = widths
        self.stem = conv(4 * channels, high)
        self.block14 = PlainBlock(high)
        self.down = conv(high, low, size=1)
        self.block7 = PlainBlock(low)
        self.shrink = conv(low, low, stride=2)
        self.dense = linear(low * 4 * 4, 256)
        self.real = linear(256, 1)
        self.embedding = nn.Embedding(num_classes, 256)
        nn.init.normal_(self.embedding.weight, std=256**-0.5)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        x = self.stem(F.pixel_unshuffle(x, 2))  # (B, high, 14, 14)
        x = self.block14(x)
        x = self.block7(self.down(F.avg_pool2d(x, 2)))  # (B, low, 7, 7)
        x = lrelu(self.shrink(lrelu(x)))  # (B, low, 4, 4)
        h = lrelu(self.dense(x.flatten(1))).float()  # (B, 256)
        return self.real(h).float()[:, 0] + (h * self.embedding(label)).sum(dim=1)  # (B,)


# -----------------------------------------------------------------------------
# augmentation that the critic alone sees


def augment(x: Tensor, *, share: float, flip: bool, reach: int = 2) -> Tensor:
    """Shift by whole pixels up to `reach` (and mirror), each picture with probability `share`; differentiable.

    A shift is a product with a 0/1 matrix from each side: x' = R x C, with -1 as the background.
    """
    if share <= 0:
        return x
    batch, side = x.shape[0], x.shape[-1]
    chosen = torch.rand(batch, device=x.device) < share
    shifts = torch.stack([torch.diag(x.new_ones(side - abs(d)), d) for d in range(-reach, reach + 1)])
    dy, dx = torch.randint(0, 2 * reach + 1, (2, batch), device=x.device)
    rows = shifts[torch.where(chosen, dy, reach)]  # (B, 28, 28)
    columns = shifts[torch.where(chosen, dx, reach)]
    if flip:
        mirrored = chosen & (torch.rand(batch, device=x.device) < 0.5)
        columns = torch.where(mirrored[:, None, None], columns.flip(2), columns)
    return rows[:, None] @ (x + 1) @ columns[:, None] - 1


# -----------------------------------------------------------------------------
# training


@dataclasses.dataclass
class State:
    modules: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizers. shape is (H, W, C)."""
    if shape[:2] != (4 * CELL, 4 * CELL):
        raise ValueError(f"this family makes {4 * CELL}x{4 * CELL} pictures, the data set has {shape}")
    widths = tuple(options["widths"])
    common: dict[str, Any] = {"widths": widths, "num_classes": num_classes, "channels": shape[2]}
    generator = Generator(z_size=options["z_size"], w_size=options["w_size"], **common)
    average = Generator(z_size=options["z_size"], w_size=options["w_size"], **common)
    average.load_state_dict(generator.state_dict())
    critic = Critic(**common)
    modules = {"generator": generator, "critic": critic, "average": average.requires_grad_(False)}
    optimizers: dict[str, torch.optim.Optimizer] = {
        name: torch.optim.Adam(modules[name].parameters(), lr=1e-4, betas=(0.0, 0.9))
        for name in ("generator", "critic")
    }
    return State(modules, optimizers)


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step of both players on real pictures x (B, C, H, W) in -1..1; returns the losses.

    Relativistic pairing (R3GAN eq. 2), real i with a fake i of the same class:
        L_D = softplus(f - r)      L_G = softplus(r - f)
    The critic does not mix pictures, so the gradient of L_D with respect to a fake picture, times
    dL_G/df : dL_D/df = -sigmoid(r - f) : sigmoid(f - r) = -exp(r - f), is the gradient of L_G (one-stage
    training, eq. 9): one pass through the critic serves both.
    """
    generator, critic, average = (state.modules[name] for name in ("generator", "critic", "average"))
    batch = len(x)
    for optimizer in state.optimizers.values():
        for group in optimizer.param_groups:
            group["lr"] = cosine(options["learning_rate"], clock.fraction)
            group["betas"] = (0.0, cosine(options["beta2"], clock.fraction))
        optimizer.zero_grad(set_to_none=True)
    share = cosine(options["augment"], clock.fraction)

    # ---- the critic sees both
    z = torch.randn(batch, options["z_size"], device=x.device)
    with compute.autocast():
        fake = generator(z, label).float()  # (B, C, H, W)
    seen = fake.detach().requires_grad_()
    both = torch.cat([augment(x, share=share, flip=options["flip"]), augment(seen, share=share, flip=options["flip"])])
    with compute.autocast():
        r, f = critic(both.contiguous(memory_format=torch.channels_last), label.repeat(2)).chunk(2)
    loss_critic = F.softplus(f - r).mean()
    loss_critic.backward()

    # ---- R1 and R2 on a part of the batch: gamma/2 * |dD/dx|^2
    part = max(1, round(batch * options["penalty_share"]))
    shown = torch.cat([both[:part], both[batch : batch + part]]).detach().requires_grad_()
    with compute.autocast():
        logits = critic(shown, label[:part].repeat(2))
    (slope,) = torch.autograd.grad(logits.sum(), shown, create_graph=True)
    r1, r2 = slope.square().sum(dim=(1, 2, 3)).view(2, part).mean(dim=1)
    (0.5 * cosine(options["gamma"], clock.fraction) * (r1 + r2)).backward()

    # ---- the generator, from the same pass
    ratio = -torch.exp((r - f).detach().clamp(-30, 30))
    fake.backward(seen.grad * ratio[:, None, None, None])
    for optimizer in state.optimizers.values():
        optimizer.step()

    # ---- the average that will be shipped
    decay = ema_decay(options["ema_half_life"], clock, batch=batch)
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), generator.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
    margin = (r - f).detach()
    losses = {
        "critic": loss_critic,
        "generator": F.softplus(margin).mean(),
        "margin": margin.mean(),
        "r1": r1,
        "r2": r2,
    }
    return {name: value.item() for name, value in losses.items()}


@torch.no_grad()
def sample_sheet(state: State, *, options: dict, count: int, num_classes: int, generator: torch.Generator) -> Tensor:
    """Pictures of the averaged generator, classes cycling: (count, C, H, W) in -1..1."""
    device = generator.device
    z = torch.randn(count, options["z_size"], generator=generator, device=device)
    return state.modules["average"](z, torch.arange(count, device=device) % num_classes)
