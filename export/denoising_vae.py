"""The autoencoder of digits, trained to give the clean digit for a damaged one.

    python -m export train digits-denoise --start-from digits-vae

    damaged x (B, 1, 28, 28) in 0..1 -> encoder -> mean, log-variance (B, S) -> w (B, S) -> decoder -> clean x

The net is that of export/vae.py; what it reads is damaged anew at every look (export/corruption.py), what it is to give
is the digit as it was: a denoising variational autoencoder (Im et al. 2017, arXiv 1511.06406). In use w is the mean.
"""

import numpy as np
import torch
from torch import Tensor, nn

from export.compute import Compute
from export.corruption import corrupt
from export.denoiser import follow
from export.gan import State
from export.schedule import Clock, ema_decay
from export.vae import Vae, kl_nats, learning_rate, reconstruction_nats, warm_up
from export.vae import build as build_vae


class RestorerGraph(nn.Module):
    """image in 0..1 -> the digit without its damage, in 0..1: the mean of the pixels at the mean of the posterior."""

    def __init__(self, net: Vae):
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Tensor:
        mean, _ = self.net.encoder(2 * image.clamp(0, 1) - 1)
        return torch.sigmoid(self.net.decoder(mean))


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizer, those of the autoencoder."""
    if shape[2] != 1:
        raise ValueError(f"this family reads grey pictures, the data set has {shape}")
    return build_vae(options, shape=shape, num_classes=num_classes)


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step on pictures x (B, 1, 28, 28) in -1..1; the damage follows from (seed, pictures seen) alone."""
    net, average, optimizer = state.modules["vae"], state.modules["average"], state.optimizers["vae"]
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(options, clock)
    rng = np.random.Generator(np.random.Philox(key=[options["seed"], clock.seen]))
    clean = (x + 1) / 2
    generator = compute.generator(int(rng.integers(2**62)))
    damaged = corrupt(clean, clean_share=options["clean_share"], rng=rng, generator=generator)

    with compute.autocast():
        logits, mean, log_variance = net((2 * damaged - 1).contiguous(memory_format=torch.channels_last))
    reconstruction, divergence = reconstruction_nats(logits, clean), kl_nats(mean, log_variance)
    beta = options["beta"] * warm_up(clock, options["kl_warm_up"])
    optimizer.zero_grad(set_to_none=True)
    (reconstruction + beta * divergence).mean().backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
    optimizer.step()

    follow(average, net, decay=ema_decay(options["ema_half_life"], clock, batch=len(x)))
    square = (torch.sigmoid(logits.detach()) - clean).square().mean(dim=(1, 2, 3))
    return {
        "reconstruction": reconstruction.mean().item(),
        "kl": divergence.mean().item(),
        "norm": norm.item(),
        "psnr": -10 * square.clamp(min=1e-8).log10().mean().item(),
    }
