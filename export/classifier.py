"""A small convolutional classifier: the judge of the generators' scores.

    python -m export train digits-classifier
    python -m export train fashion-classifier

Six 3x3 convolutions with BatchNorm, stride 2 twice, global average pooling before one linear layer; the 128
averages are the features in which density and coverage are measured. It is trained on the real training split
alone, and shares neither weights nor seed nor architecture with anything in a generator's loss.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.gan import State
from export.schedule import Clock, cosine, ema_decay


def _layer(channels_in: int, channels_out: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
    )


class Classifier(nn.Module):
    """image (B, C, H, W) in -1..1 -> logits (B, K)."""

    def __init__(self, *, widths: tuple[int, int, int], num_classes: int, channels: int):
        super().__init__()
        a, b, c = widths
        self.body = nn.Sequential(
            _layer(channels, a),
            _layer(a, a, stride=2),  # 14x14
            _layer(a, b),
            _layer(b, b, stride=2),  # 7x7
            _layer(b, c),
            _layer(c, c),
        )
        self.head = nn.Linear(c, num_classes)

    def features(self, x: Tensor) -> Tensor:
        return self.body(x).mean(dim=(2, 3))  # (B, c)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    common: dict[str, Any] = {"widths": tuple(options["widths"]), "num_classes": num_classes, "channels": shape[2]}
    net, average = Classifier(**common), Classifier(**common)
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=options["weight_decay"])
    return State({"net": net, "average": average.requires_grad_(False).eval()}, {"net": optimizer})


def distort(x: Tensor, *, rotate: float, shift: float, zoom: float, flip: bool) -> Tensor:
    """A random small affine map a picture: degrees, pixels, relative size, mirror; bilinear."""
    batch, side = x.shape[0], x.shape[-1]
    u = torch.rand(5, batch, device=x.device) * 2 - 1  # (5, B) in -1..1
    angle, scale = u[0] * math.radians(rotate), torch.exp(u[1] * zoom)
    sign = torch.where(u[4] < 0, -1.0, 1.0) if flip else torch.ones_like(scale)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([cos * sign, -sin, u[2] * shift * 2 / side, sin * sign, cos, u[3] * shift * 2 / side], dim=1)
    grid = F.affine_grid(theta.view(batch, 2, 3), list(x.shape), align_corners=False)
    return F.grid_sample(x + 1, grid, align_corners=False) - 1


def erase(x: Tensor, *, share: float) -> Tensor:
    """A rectangle of one grey over each of this share of the pictures (random erasing, arXiv 1708.04896)."""
    batch, side = x.shape[0], x.shape[-1]
    u = torch.rand(6, batch, 1, device=x.device)  # (6, B, 1) in 0..1
    size = side * (0.15 + 0.35 * u[:2])  # (2, B, 1): height, width
    start = u[2:4] * (side - size)
    at = torch.arange(side, device=x.device)
    rows, columns = ((at >= start[i]) & (at < start[i] + size[i]) for i in range(2))  # (B, side)
    hidden = rows[:, None, :, None] & columns[:, None, None, :] & (u[4] < share)[:, :, None, None]
    return torch.where(hidden, (u[5] * 2 - 1)[:, :, None, None], x)


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """Cross-entropy with AdamW; one-cycle: a tenth of the budget up, then half a cosine down."""
    net, average = state.modules["net"], state.modules["average"]
    warm = min(1.0, clock.fraction / 0.1 + 0.01)
    for group in state.optimizers["net"].param_groups:
        group["lr"] = cosine(options["learning_rate"], clock.fraction) * warm
    x = distort(x, **{key: options[key] for key in ("rotate", "shift", "zoom", "flip")})
    x = erase(x, share=options["erase"])
    with compute.autocast():
        logits = net(x.contiguous(memory_format=torch.channels_last))
    loss = F.cross_entropy(logits.float(), label)
    state.optimizers["net"].zero_grad(set_to_none=True)
    loss.backward()
    state.optimizers["net"].step()
    decay = ema_decay(options["ema_half_life"], clock, batch=len(x))
    with torch.no_grad():
        fast = net.state_dict()
        for key, slow in average.state_dict().items():
            slow.lerp_(fast[key], 1 - decay) if slow.is_floating_point() else slow.copy_(fast[key])
    return {"loss": loss.item(), "accuracy": (logits.argmax(1) == label).float().mean().item()}


@torch.no_grad()
def judge(net: Classifier, x: Tensor, *, batch: int = 500) -> tuple[Tensor, Tensor]:
    """(features (n, 128), probabilities (n, K)) of pictures x (n, C, H, W) in -1..1."""
    features = torch.cat([net.features(part) for part in x.split(batch)])
    return features, net.head(features).softmax(dim=1)
