"""A net that describes a picture by 128 numbers and was never told a class: the second judge of the generators.

    python -m export train digits-features --seed 7
    python -m export package digits-features            # writes export/judges/, see package_features.py

    damaged x (B, 1, 28, 28) in 0..1 -> encoder -> features (B, 128) -> decoder -> clean x

A denoising autoencoder (Vincent et al. 2008, ICML): to undo noise, bars, blur and salt of many strengths it has to
know what such pictures look like, and all that it knows of one has to go through the features. A score that was good
only in the features of a classifier, which sees what tells classes apart and little else, shows itself here.
"""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.corruption import corrupt
from export.denoiser import follow
from export.gan import CELL, State
from export.schedule import Clock, cosine, ema_decay

FEATURES = 128
NARROW = 32  # channels at 7x7 beside the linear layers, which hold most of the weights


class Encoder(nn.Module):
    """image (B, 1, 28, 28) in -1..1 -> features (B, 128)."""

    def __init__(self, widths: tuple[int, int, int]):
        super().__init__()
        a, b, c = widths
        self.body = nn.Sequential(
            nn.Conv2d(1, a, 3, stride=2, padding=1),  # 14x14
            nn.SiLU(),
            nn.Conv2d(a, b, 3, stride=2, padding=1),  # 7x7
            nn.SiLU(),
            nn.Conv2d(b, c, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(c, NARROW, 1),
            nn.SiLU(),
        )
        self.features = nn.Linear(NARROW * CELL * CELL, FEATURES)

    def forward(self, image: Tensor) -> Tensor:
        return self.features(self.body(image).flatten(1))


class Decoder(nn.Module):
    """features (B, 128) -> logits of the pixels (B, 1, 28, 28)."""

    def __init__(self, widths: tuple[int, int, int]):
        super().__init__()
        a, b, c = widths
        self.start = nn.Linear(FEATURES, NARROW * CELL * CELL)
        self.body = nn.Sequential(
            nn.SiLU(),
            nn.Conv2d(NARROW, c, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(c, 4 * b, 1),
            nn.PixelShuffle(2),  # 14x14
            nn.Conv2d(b, a, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(a, 4, 3, padding=1),
            nn.PixelShuffle(2),  # 28x28
        )

    def forward(self, features: Tensor) -> Tensor:
        return self.body(self.start(features).view(-1, NARROW, CELL, CELL))


class Autoencoder(nn.Module):
    def __init__(self, widths: tuple[int, int, int]):
        super().__init__()
        self.encoder, self.decoder = Encoder(widths), Decoder(widths)

    def forward(self, image: Tensor) -> Tensor:
        return self.decoder(self.encoder(image))


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizer; the number of classes is not looked at."""
    if shape != (4 * CELL, 4 * CELL, 1):
        raise ValueError(f"this family reads grey pictures of {4 * CELL} x {4 * CELL} pixels, the data set has {shape}")
    net, average = Autoencoder(options["widths"]), Autoencoder(options["widths"])
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=options["weight_decay"])
    return State({"net": net, "average": average.requires_grad_(False).eval()}, {"net": optimizer})


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step on pictures x (B, 1, 28, 28) in -1..1; the damage follows from (seed, pictures seen) alone."""
    net, average, optimizer = state.modules["net"], state.modules["average"], state.optimizers["net"]
    for group in optimizer.param_groups:
        group["lr"] = cosine(options["learning_rate"], clock.fraction) * min(1.0, clock.fraction / 0.05 + 0.01)
    rng = np.random.Generator(np.random.Philox(key=[options["seed"], clock.seen]))
    clean = (x + 1) / 2
    generator = compute.generator(int(rng.integers(2**62)))
    damaged = corrupt(clean, clean_share=options["clean_share"], rng=rng, generator=generator)

    with compute.autocast():
        logits = net((2 * damaged - 1).contiguous(memory_format=torch.channels_last))
    loss = F.binary_cross_entropy_with_logits(logits.float(), clean)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()

    follow(average, net, decay=ema_decay(options["ema_half_life"], clock, batch=len(x)))
    square = (torch.sigmoid(logits.detach().float()) - clean).square().mean(dim=(1, 2, 3))
    return {"loss": loss.item(), "psnr": -10 * square.clamp(min=1e-8).log10().mean().item()}
