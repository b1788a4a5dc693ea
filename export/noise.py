"""Noise for training a denoiser, a different kind and strength for each picture, all from one seed.

Most pictures get white Gaussian noise, as the papers measure it: added in float, not clipped. A share gets what
cameras and scanners leave: shot and read noise together (Foi et al. 2008, doi 10.1109/TIP.2008.2001399), correlated
between the channels, clipped and rounded to 8 bits, half of it saved as JPEG.
"""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SHOT = (0.2, 5.0)  # variance per unit of light, in 8-bit steps squared, drawn from a log scale
READ = (0.0, 15.0)  # standard deviation in the dark, in 8-bit steps
JPEG = (40, 96)  # quality, upper end excluded


def add_noise(
    clean: Tensor,
    *,
    sigma: tuple[float, float],
    real_share: float,
    rng: np.random.Generator,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """clean (B, C, H, W) in 0..1 -> (noisy, which of the B pictures hold plain Gaussian noise, bool).

    rng decides what each picture gets, generator (on the device of clean) draws the noise itself.
    """
    count, channels = clean.shape[:2]
    white = torch.randn(clean.shape, generator=generator, device=clean.device)
    real = rng.random(count) < real_share
    levels = torch.from_numpy(rng.uniform(*sigma, count).astype(np.float32)).to(clean.device)
    noisy = clean + white * (levels / 255).view(-1, 1, 1, 1)
    for index in range(count):
        shot, read = np.exp(rng.uniform(*np.log(SHOT))), rng.uniform(*READ)
        shared, gains = rng.uniform(0, 1), rng.uniform(0.5, 1.5, channels)
        quality = int(rng.integers(*JPEG)) if rng.random() < 0.5 else None
        if real[index]:
            grain = correlate(white[index], shared=shared, gains=gains)
            noisy[index] = as_saved(camera(clean[index], grain, shot=shot, read=read), quality=quality)
    return noisy, torch.from_numpy(~real).to(clean.device)


def correlate(white: Tensor, *, shared: float, gains: np.ndarray) -> Tensor:
    """White noise (C, H, W) -> noise with variances gains^2 and correlation `shared` between any two channels."""
    mean = white.mean(dim=0, keepdim=True)
    # the square root of the covariance (1 - shared) I + shared 11', by its two eigenvalues
    mixed = (1 - shared) ** 0.5 * (white - mean) + (1 + shared * (white.shape[0] - 1)) ** 0.5 * mean
    return mixed * torch.as_tensor(gains, dtype=white.dtype, device=white.device).view(-1, 1, 1)


def camera(clean: Tensor, grain: Tensor, *, shot: float, read: float) -> Tensor:
    """(C, H, W) in 0..1: variance read^2 + shot * light, in 8-bit steps."""
    return clean + grain * torch.sqrt(read**2 + shot * 255 * clean) / 255


def as_saved(picture: Tensor, *, quality: int | None) -> Tensor:
    """(C, H, W) clipped to 0..1, in 8-bit steps; through JPEG where a quality is named."""
    steps = picture.clamp(0, 1).mul(255).round()
    if quality is None:
        return steps / 255
    pixels = steps.byte().permute(1, 2, 0).cpu().numpy()  # (H, W, C)
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(file, "JPEG", quality=quality)
    decoded = np.asarray(Image.open(file)).reshape(pixels.shape)
    return torch.from_numpy(decoded.copy()).permute(2, 0, 1).to(picture.device).float() / 255
