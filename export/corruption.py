"""What happens to a digit before it is made clean again: noise, masks and blur, from a seed."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

SIGMA = (10.0, 180.0)  # of Gaussian noise, in 8-bit steps
BAR = (4, 11)  # side of what is hidden, in pixels, upper end excluded
BLUR = (0.7, 2.2)  # standard deviation in pixels
SALT = (0.05, 0.4)  # share of the pixels
REACH = 7  # pixels to each side that a blur looks at


def corrupt(clean: Tensor, *, clean_share: float, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
    """(B, 1, H, W) in 0..1 -> the same, each with one or two kinds of damage, clipped to 0..1; a share stays clean."""
    picked = [rng.choice(len(KINDS), size=rng.integers(1, 3), replace=False) for _ in clean]
    spared = rng.random(len(clean)) < clean_share
    damaged = []
    for x, kinds, spare in zip(clean, picked, spared, strict=True):
        for kind in () if spare else sorted(kinds):  # blur before what hides, noise last
            x = KINDS[kind](x, rng, generator)
        damaged.append(x)
    return torch.stack(damaged).clamp(0, 1)


def blurred(x: Tensor, sigma: float) -> Tensor:
    """(1, H, W), by a Gaussian."""
    steps = torch.arange(-REACH, REACH + 1, device=x.device)
    row = torch.exp(-0.5 * (steps / sigma) ** 2)
    row = row / row.sum()
    kernel = row[:, None] * row[None]
    return F.conv2d(x[None], kernel[None, None].to(x.dtype), padding=REACH)[0]


def noisy(x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """sigma in 8-bit steps."""
    return x + torch.randn(x.shape, generator=generator, device=x.device) * sigma / 255


def salted(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A share of the pixels is black or white."""
    draw = torch.rand(x.shape, generator=generator, device=x.device)
    return torch.where(draw < share, (draw < share / 2).to(x.dtype), x)


def hidden(x: Tensor, box: tuple[int, int, int, int]) -> Tensor:
    """A box (top, left, bottom, right) is black."""
    x = x.clone()
    x[:, box[0] : box[2], box[1] : box[3]] = 0
    return x


def draw_box(height: int, width: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """A bar across or a square, somewhere on the digit."""
    high, wide = rng.integers(*BAR, 2)
    if rng.random() < 0.5:
        high, wide = (high // 2 + 1, width) if rng.random() < 0.5 else (height, wide // 2 + 1)
    top, left = rng.integers(0, height - high + 1), rng.integers(0, width - wide + 1)
    return int(top), int(left), int(top + high), int(left + wide)


KINDS = (
    lambda x, rng, generator: blurred(x, rng.uniform(*BLUR)),
    lambda x, rng, generator: hidden(x, draw_box(x.shape[1], x.shape[2], rng)),
    lambda x, rng, generator: salted(x, rng.uniform(*SALT), generator),
    lambda x, rng, generator: noisy(x, rng.uniform(*SIGMA), generator),
)


# -----------------------------------------------------------------------------
# fixed damage, to measure on


def damages(seed: int) -> dict[str, Callable[[np.ndarray, int], np.ndarray]]:
    """Kinds of damage by name: uint8 (28, 28, 1) and its number -> float32 in 0..1 and beyond, the same always."""

    def fixed(change: Callable[[Tensor, torch.Generator], Tensor]) -> Callable[[np.ndarray, int], np.ndarray]:
        def damaged(clean: np.ndarray, index: int) -> np.ndarray:
            generator = torch.Generator().manual_seed(seed * 1_000_003 + index)
            x = torch.from_numpy(clean.transpose(2, 0, 1).astype(np.float32)) / 255
            return change(x, generator).numpy().transpose(1, 2, 0)

        return damaged

    return {
        "clean": fixed(lambda x, g: x),
        "noise of sigma 25": fixed(lambda x, g: noisy(x, 25, g)),
        "noise of sigma 50": fixed(lambda x, g: noisy(x, 50, g)),
        "noise of sigma 100": fixed(lambda x, g: noisy(x, 100, g)),
        "30 % salt and pepper": fixed(lambda x, g: salted(x, 0.3, g)),
        "rows 12 to 15 hidden": fixed(lambda x, g: hidden(x, (12, 0, 16, 28))),
        "blur of 1.5 pixels": fixed(lambda x, g: blurred(x, 1.5)),
    }
