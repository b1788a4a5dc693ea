"""A net that fills in what was brushed over: scratches, dust, lettering.

    python -m export train photo-inpaint --start-from photo-denoise

    picture, mask -> picture without what lies under the mask -> coarse filling -> U-Net -> put into the holes alone

The coarse filling is pull and push (Gortler et al. 1996, the Lumigraph, section 3.4): averages of what is known over 2,
4, 8 and 16 pixels, taken from where there are any, so that the U-Net of export/denoiser.py starts from a picture that
is right but for its detail. It sees the mask beside it; all else is as in the denoiser, whose weights may begin it.
Outside the mask the picture stays as it is, bit for bit.
"""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.denoiser import EPSILON, Denoiser, cut_patches, follow, patch_side, set_learning_rate
from export.gan import State
from export.holes import draw_holes
from export.schedule import Clock, ema_decay

LEVELS = 4  # of the coarse filling
TRUST = 4.0  # a quarter of known pixels in a cell is as good as all of them

# -----------------------------------------------------------------------------
# net


class Inpainter(Denoiser):
    """(picture (B, C, H, W) in 0..1, mask (B, 1, H, W), 1 in the holes), sides multiples of cell -> filled."""

    def __init__(self, *, channels: int, widths: tuple[int, ...], blocks: int):
        super().__init__(channels=channels, widths=widths, blocks=blocks, extra=1)
        self.cell = max(self.cell, 2**LEVELS)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        start = fill_coarsely(image, mask)
        filled = start - self.noise(torch.cat([start, mask], dim=1))
        return torch.where(mask > 0.5, filled, image)


def fill_coarsely(image: Tensor, mask: Tensor) -> Tensor:
    """The picture with its holes filled by averages of what is around them; what lies in them is not looked at."""
    known = 1 - mask
    values, weights = [image * known], [known]
    for _ in range(LEVELS):
        values.append(F.avg_pool2d(values[-1], 2))
        weights.append(F.avg_pool2d(weights[-1], 2))
    filled = values[-1] / weights[-1].clamp(min=1e-6)
    for value, weight in zip(values[-2::-1], weights[-2::-1], strict=True):
        coarse = F.interpolate(filled, scale_factor=2.0, mode="bilinear")
        trust = (TRUST * weight).clamp(max=1.0)
        filled = coarse + trust * (value / weight.clamp(min=1e-6) - coarse)
    return torch.where(mask > 0.5, filled, image)


# -----------------------------------------------------------------------------
# training


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizer. shape is (side, side, 3): the tiles that patches are cut out of."""
    largest = max(side for _, side in options["patches"])
    if shape[2] != 3 or min(shape[:2]) < largest:
        raise ValueError(f"patches of {largest} pixels need colour tiles at least as large, the data set has {shape}")
    net, average = new_inpainter(options), new_inpainter(options)
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=options["weight_decay"], betas=(0.9, 0.99))
    return State({"net": net, "average": average.requires_grad_(False)}, {"net": optimizer})


def new_inpainter(options: dict) -> Inpainter:
    return Inpainter(channels=options["channels"], widths=tuple(options["widths"]), blocks=options["blocks"])


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step on tiles x (B, 3, side, side) in -1..1. Patches and holes follow from (seed, pictures seen) alone."""
    net, average, optimizer = state.modules["net"], state.modules["average"], state.optimizers["net"]
    set_learning_rate(optimizer, options, clock)
    rng = np.random.Generator(np.random.Philox(key=[options["seed"], clock.seen]))
    clean = cut_patches(x, side=patch_side(options["patches"], clock.fraction), rng=rng)
    mask = holes_of(len(clean), side=clean.shape[2], covered=options["covered"], rng=rng).to(clean.device)

    with compute.autocast():
        output = net(clean.contiguous(memory_format=torch.channels_last), mask)
    loss = loss_in_holes(output, clean, mask)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
    optimizer.step()

    follow(average, net, decay=ema_decay(options["ema_half_life"], clock, batch=len(x)))
    square = ((output - clean).square() * mask).sum().detach() / (clean.shape[1] * mask.sum())
    return {"loss": 255 * loss.item(), "norm": norm.item(), "psnr": -10 * square.clamp(min=1e-8).log10().item()}


def holes_of(count: int, *, side: int, covered: tuple[float, float], rng: np.random.Generator) -> Tensor:
    """(count, 1, side, side), 1 in the holes."""
    drawn = [draw_holes(side, side, share=rng.uniform(*covered), rng=rng) for _ in range(count)]
    return torch.from_numpy(np.stack(drawn)[:, None].astype(np.float32))


def loss_in_holes(output: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference (smooth at zero) over the pixels of the holes; outside nothing can be wrong."""
    differences = torch.sqrt((output - target).square() + EPSILON**2) * mask
    return differences.sum() / (output.shape[1] * mask.sum()).clamp(min=1.0)
