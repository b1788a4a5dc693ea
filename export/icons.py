"""An autoencoder of icons: fields of signed distance in, 4 x 4 cells of numbers between, fields out.

    python -m export train icons

A field is smooth where a picture of black and white is not, so regression does not blur its outline. Encoder and
decoder are residual 3x3 convolutions at 16, 8 and 4 cells a side without normalisation; the last convolution of a block
begins at zero. The latent is a Gaussian with a small Kullback-Leibler weight (Kingma and Welling 2014), and the decoder
is trained on draws of it, so that it forgives a prior's small errors.

Loss: L1 of distances, weighted near the outline, and cross-entropy of inside and outside, the field read as a logit.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.gan import State
from export.icon_drawing import REACH
from export.schedule import Clock, cosine, ema_decay

PATCH = 4  # pixels: the side of what becomes one place of the widest layer
SLOPE = 3.0  # logits a pixel: how sharply inside and outside are told apart


class Residual(nn.Module):
    """x + conv(silu(conv(silu(x)))), (B, C, H, W) both ways."""

    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


def _level(width: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(width) for _ in range(blocks)))


class Encoder(nn.Module):
    """field (B, 1, 64, 64) in -1..1 -> mean and log-variance, each (B, S), S = cell * 4 * 4."""

    def __init__(self, *, widths: tuple[int, ...], blocks: tuple[int, ...], cell: int):
        super().__init__()
        layers: list[nn.Module] = [nn.PixelUnshuffle(PATCH), nn.Conv2d(PATCH * PATCH, widths[0], 3, padding=1)]
        for index, width in enumerate(widths):
            if index:
                layers += [nn.Conv2d(widths[index - 1], width, 2, stride=2)]
            layers.append(_level(width, blocks[index]))
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(widths[-1], 2 * cell, 1)

    def forward(self, field: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.head(F.silu(self.body(field))).chunk(2, dim=1)
        return mean.flatten(1), log_variance.clamp(-12, 4).flatten(1)


class Decoder(nn.Module):
    """latent (B, S) -> field (B, 1, 64, 64), about -1..1."""

    def __init__(self, *, widths: tuple[int, ...], blocks: tuple[int, ...], cell: int):
        super().__init__()
        self.cell = cell
        layers: list[nn.Module] = [nn.Conv2d(cell, widths[-1], 3, padding=1)]
        for index in range(len(widths) - 1, -1, -1):
            layers.append(_level(widths[index], blocks[index]))
            if index:
                layers += [nn.Conv2d(widths[index], 4 * widths[index - 1], 1), nn.PixelShuffle(2)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(widths[0], PATCH * PATCH, 3, padding=1)
        self.shuffle = nn.PixelShuffle(PATCH)

    def forward(self, w: Tensor) -> Tensor:
        h = self.body(w.unflatten(1, (self.cell, 4, 4)))
        return self.shuffle(self.head(F.silu(h)))


class Autoencoder(nn.Module):
    def __init__(self, options: dict):
        super().__init__()
        common = {"widths": tuple(options["widths"]), "cell": options["cell"]}
        self.encoder = Encoder(blocks=tuple(options["encoder_blocks"]), **common)
        self.decoder = Decoder(blocks=tuple(options["decoder_blocks"]), **common)

    def forward(self, field: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(field)
        return self.decoder(mean + torch.exp(0.5 * log_variance) * noise), mean, log_variance


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    net, average = Autoencoder(options), Autoencoder(options)
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=options["weight_decay"])
    return State({"net": net, "average": average.requires_grad_(False).eval()}, {"net": optimizer})


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """x: (B, 1, 64, 64) fields as bytes scaled to -1..1; see `field_of_bytes`."""
    net, average = state.modules["net"], state.modules["average"]
    warm = min(1.0, clock.fraction / 0.02 + 0.01)
    for group in state.optimizers["net"].param_groups:
        group["lr"] = cosine(options["learning_rate"], clock.fraction) * warm
    field = jitter(field_of_bytes(x)).contiguous(memory_format=torch.channels_last)
    noise = torch.randn(len(field), options["cell"] * 16, device=field.device)
    with compute.autocast():
        made, mean, log_variance = net(field, noise)
    made, mean, log_variance = made.float(), mean.float(), log_variance.float()
    distance, sides = losses(made, field)
    kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
    loss = distance + sides + options["kl_weight"] * kl
    state.optimizers["net"].zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
    state.optimizers["net"].step()
    decay = ema_decay(options["ema_half_life"], clock, batch=len(x))
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
        iou = overlap(made, field).mean().item()
    return {"loss": loss.item(), "L1": distance.item(), "sides": sides.item(), "KL": kl.item(), "IoU": iou}


def field_of_bytes(x: Tensor) -> Tensor:
    """What the loop makes of (field + 128) as a byte, (v + 0.5) / 127.5, back to v / 127."""
    return (x * 127.5 - 0.5) / 127


def jitter(field: Tensor) -> Tensor:
    """The whole batch shifted by -2 to 2 pixels. Nothing is mirrored: letters and arrows have a side."""
    dy, dx = (int(v) for v in torch.randint(-2, 3, (2,)))
    padded = F.pad(field, (2, 2, 2, 2), mode="replicate")
    return padded[..., 2 + dy : 66 + dy, 2 + dx : 66 + dx]


def losses(made: Tensor, field: Tensor) -> tuple[Tensor, Tensor]:
    """(L1 of distances, cross-entropy of the sides), both near the outline above all; fields in -1..1."""
    near = torch.exp(-2.0 * (field * REACH).abs()) + 0.1  # (B, 1, H, W)
    distance = ((made - field).abs() * near).sum() / near.sum() * REACH
    inside = torch.sigmoid(SLOPE * 2 * REACH * field)
    sides = F.binary_cross_entropy_with_logits(SLOPE * REACH * made, inside)
    return distance, sides


def overlap(made: Tensor, field: Tensor) -> Tensor:
    """(B,) intersection over union of the insides."""
    a, b = made.flatten(1) > 0, field.flatten(1) > 0
    return (a & b).sum(1) / (a | b).sum(1).clamp_min(1)
