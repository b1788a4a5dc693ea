"""How well an autoencoder explains pictures it never saw: the bound, and a tighter one by importance weights.

    ELBO = E_q [log p(x|w) + log p(w) - log q(w|x)]
    IW_k = E [log 1/k sum_i p(x|w_i) p(w_i) / q(w_i|x)],  w_i ~ q(w|x)      (Burda et al. 2016, arXiv 1509.00519, eq. 8)

Both are given as negative log-likelihoods in nats a picture, lower is better, once with N(0, I) as p(w) and once with
the fitted prior, marginalised over its classes. Each test picture is binarised once with a fixed seed (dynamic
binarisation: the test split is one draw of it, as the training pictures were at every look).
"""

import dataclasses
import math

import numpy as np
import torch
from torch import Tensor

from export.flow import Flow
from export.vae import Vae, binarise, kl_nats, log_normal, reconstruction_nats

CHUNK = 500  # rows through the decoder at a time


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Negative, in nats a picture; each with N(0, I) and with the fitted prior."""

    elbo: float
    elbo_fitted: float
    weighted: float
    weighted_fitted: float
    elbo_count: int  # pictures
    weighted_count: int
    draws: int  # k of the importance-weighted bound


@torch.no_grad()
def bounds(
    vae: Vae,
    flow: Flow,
    images: np.ndarray,
    *,
    class_shares: Tensor,
    binary: bool,
    draws: int,
    part: int,
    seed: int = 0,
) -> Bounds:
    """images (n, H, W, C) uint8. The ELBO on all of them (5 draws each), the weighted bound on a random `part`.

    The first pictures of MNIST's test split are easier than the rest, so they would not do as the part.
    """
    generator = torch.Generator().manual_seed(seed)
    vae = vae.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    x = binarise(x, generator=generator) if binary else x
    plain, fitted = [], []
    for piece in x.split(100):
        ratio_plain, ratio_fitted, divergence, reconstruction = log_ratios(
            vae, flow, piece, class_shares=class_shares, draws=5, generator=generator
        )
        plain.append(reconstruction.mean(dim=1) + divergence)  # the analytic KL has less noise than its draws
        fitted.append(-ratio_fitted.mean(dim=1))
    weighted, weighted_fitted = [], []
    chosen = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))[:part]]
    for piece in chosen.split(max(1, CHUNK // draws)):
        ratio_plain, ratio_fitted, _, _ = log_ratios(
            vae, flow, piece, class_shares=class_shares, draws=draws, generator=generator
        )
        weighted.append(math.log(draws) - torch.logsumexp(ratio_plain, dim=1))
        weighted_fitted.append(math.log(draws) - torch.logsumexp(ratio_fitted, dim=1))
    means = [float(torch.cat(values).mean()) for values in (plain, fitted, weighted, weighted_fitted)]
    return Bounds(means[0], means[1], means[2], means[3], len(x), len(chosen), draws)


def log_ratios(
    vae: Vae, flow: Flow, x: Tensor, *, class_shares: Tensor, draws: int, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """For pictures x (B, C, H, W) and draws w of their posterior:

    (log p(x|w) p(w) / q(w|x) with N(0, I) (B, draws), the same with the fitted prior, KL to N(0, I) (B,),
    -log p(x|w) (B, draws)).
    """
    mean, log_variance = vae.encoder(x)
    shape = (len(x), draws, mean.shape[1])
    w = mean[:, None] + torch.exp(0.5 * log_variance)[:, None] * torch.randn(shape, generator=generator)
    log_q = log_normal(w, mean[:, None], log_variance[:, None])  # (B, draws)
    target = ((x + 1) / 2)[:, None].expand(-1, draws, -1, -1, -1).flatten(0, 1)
    rows = w.flatten(0, 1)
    nats = [
        reconstruction_nats(vae.decoder(part), wanted)
        for part, wanted in zip(rows.split(CHUNK), target.split(CHUNK), strict=True)
    ]
    reconstruction = torch.cat(nats).view(shape[:2])
    log_fitted = flow.log_marginal(rows, class_shares).view(shape[:2])
    plain = -reconstruction + log_normal(w) - log_q
    return plain, -reconstruction + log_fitted - log_q, kl_nats(mean, log_variance), reconstruction
