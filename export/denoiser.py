"""A bias-free U-Net that takes noise out of pictures of any size, without being told how strong it is.

    python -m export data photos PATH...                  # photographs, cut into tiles (export/photo_data.py)
    python -m export train photo-denoise                  # colour; photo-denoise-grey for one channel
    python -m export evaluate denoiser --tests DIR        # after packaging

    x (B, C, H, W) in 0..1 -> pixel unshuffle -> U-Net of residual blocks -> pixel shuffle -> noise; x - noise is clean

No layer has a bias and none normalises, so f(a x) = a f(x) for a > 0: such nets work far beyond the noise that they
were trained on (Mohan et al. 2020, arXiv 1906.05478), and a tile of a picture is treated as the whole is. The first
layer works at half resolution, the trick of FFDNet (Zhang et al. 2018, arXiv 1710.04026). All is convolution and sum.
"""

import itertools

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.gan import State
from export.noise import add_noise
from export.schedule import Clock, cosine, ema_decay

EPSILON = 1e-3  # of the Charbonnier loss: a quarter of an 8-bit step
LEAST = 1 / 255  # error below which a picture counts no more than others: one 8-bit step
LUMA = (0.299, 0.587, 0.114)  # Rec. 601, as the grey test sets were made

# -----------------------------------------------------------------------------
# net


def conv(channels_in: int, channels_out: int, *, size: int = 3, stride: int = 1, gain: float = 1.0) -> nn.Conv2d:
    layer = nn.Conv2d(
        channels_in, channels_out, size, stride=stride, padding=size // 2 if stride == 1 else 0, bias=False
    )
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu" if gain == 1.0 else "linear")
    layer.weight.data.mul_(gain)
    return layer


class Block(nn.Module):
    """x + conv(relu(conv(x))), almost silent at the start."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = conv(channels, channels)
        self.second = conv(channels, channels, gain=0.1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


class Denoiser(nn.Module):
    """(B, C, H, W) in 0..1, any size -> the same without noise, not clipped.

    extra: channels that are seen beside the picture, see export/inpainter.py.
    """

    def __init__(self, *, channels: int, widths: tuple[int, ...], blocks: int, extra: int = 0):
        super().__init__()
        self.cell = 2 ** len(widths)  # sides are padded to a multiple of this
        steps = list(itertools.pairwise(widths))
        self.head = conv(4 * (channels + extra), widths[0])
        self.left = nn.ModuleList(nn.Sequential(*(Block(width) for _ in range(blocks))) for width in widths)
        self.down = nn.ModuleList(conv(high, low, size=2, stride=2) for high, low in steps)
        self.up = nn.ModuleList(nn.ConvTranspose2d(low, high, 2, stride=2, bias=False) for high, low in steps)
        self.right = nn.ModuleList(nn.Sequential(*(Block(width) for _ in range(blocks))) for width in widths[:-1])
        self.tail = conv(widths[0], 4 * channels, gain=0.1)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        padded = pad_to(x, self.cell)
        return (padded - self.noise(padded))[:, :, :height, :width]

    def noise(self, x: Tensor) -> Tensor:
        """(B, C + extra, H, W) with sides that are multiples of cell -> (B, C, H, W)."""
        x = self.head(F.pixel_unshuffle(x, 2))
        skips = []
        for left, down in zip(self.left[:-1], self.down, strict=True):
            x = left(x)
            skips.append(x)
            x = down(x)
        x = self.left[-1](x)
        for up, right in zip(reversed(self.up), reversed(self.right), strict=True):
            x = right(up(x) + skips.pop())
        return F.pixel_shuffle(self.tail(x), 2).float()


def pad_to(x: Tensor, cell: int) -> Tensor:
    """Mirror the right and lower edge up to a multiple of cell; a picture too small to be mirrored repeats its edge."""
    height, width = x.shape[2:]
    below, right = -height % cell, -width % cell
    if not below and not right:
        return x
    return F.pad(x, (0, right, 0, below), mode="reflect" if below < height and right < width else "replicate")


# -----------------------------------------------------------------------------
# training


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizer. shape is (side, side, 3): the tiles that patches are cut out of."""
    largest = max(side for _, side in options["patches"])
    if shape[2] != 3 or min(shape[:2]) < largest:
        raise ValueError(f"patches of {largest} pixels need colour tiles at least as large, the data set has {shape}")
    net, average = new_denoiser(options), new_denoiser(options)
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=options["weight_decay"], betas=(0.9, 0.99))
    return State({"net": net, "average": average.requires_grad_(False)}, {"net": optimizer})


def new_denoiser(options: dict) -> Denoiser:
    return Denoiser(channels=options["channels"], widths=tuple(options["widths"]), blocks=options["blocks"])


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step on tiles x (B, 3, side, side) in -1..1. Patches and noise follow from (seed, pictures seen) alone."""
    net, average = state.modules["net"], state.modules["average"]
    optimizer = state.optimizers["net"]
    set_learning_rate(optimizer, options, clock)
    rng = np.random.Generator(np.random.Philox(key=[options["seed"], clock.seen]))
    generator = compute.generator(int(rng.integers(2**62)))
    clean = cut_patches(x, side=patch_side(options["patches"], clock.fraction), rng=rng)
    clean = to_grey(clean) if options["channels"] == 1 else clean
    noisy, plain = add_noise(
        clean, sigma=options["sigma"], real_share=options["real_share"], rng=rng, generator=generator
    )

    with compute.autocast():
        output = net(noisy.contiguous(memory_format=torch.channels_last))
    loss = LOSSES[options.get("loss", "charbonnier")](output, clean)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
    optimizer.step()

    follow(average, net, decay=ema_decay(options["ema_half_life"], clock, batch=len(x)))
    with torch.no_grad():
        squares = (output - clean).square().mean(dim=(1, 2, 3))[plain]
    stats = {"loss": 255 * charbonnier(output.detach(), clean).item(), "norm": norm.item()}
    if len(squares):
        stats["psnr"] = -10 * squares.clamp(min=1e-8).log10().mean().item()
    return stats


def set_learning_rate(optimizer: torch.optim.Optimizer, options: dict, clock: Clock) -> None:
    """Up over the first half per cent of the budget, then down along half a cosine."""
    for group in optimizer.param_groups:
        group["lr"] = cosine(options["learning_rate"], clock.fraction) * min(1.0, (clock.fraction + 1e-4) / 0.005)


@torch.no_grad()
def follow(average: nn.Module, net: nn.Module, *, decay: float) -> None:
    """One step of the average over the net's history."""
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        slow.lerp_(fast, 1 - decay)


def charbonnier(output: Tensor, target: Tensor) -> Tensor:
    """Mean of sqrt(difference^2 + EPSILON^2): the absolute difference, smooth at zero."""
    return torch.sqrt((output - target).square() + EPSILON**2).mean()


def log_error(output: Tensor, target: Tensor) -> Tensor:
    """Mean over the pictures of log(mean square + LEAST^2): PSNR itself, so that each strength of noise counts alike.

    As the loss of Chen et al. 2021 (HINet, arXiv 2105.06086). The absolute difference leaves weak noise little weight.
    """
    return torch.log((output - target).square().mean(dim=(1, 2, 3)) + LEAST**2).mean()


LOSSES = {"charbonnier": charbonnier, "log": log_error}


def patch_side(patches: list, fraction: float) -> int:
    """patches: (from which fraction of the budget, side in pixels), in order."""
    return [side for start, side in patches if fraction >= start][-1]


def cut_patches(tiles: Tensor, *, side: int, rng: np.random.Generator) -> Tensor:
    """(B, 3, H, W) in -1..1 -> (B, 3, side, side) in 0..1, one patch a tile, in one of the eight orientations."""
    height, width = tiles.shape[2:]
    patches = []
    for tile in tiles:
        top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
        patch = torch.rot90(tile[:, top : top + side, left : left + side], int(rng.integers(4)), dims=(1, 2))
        patches.append(patch.flip(2) if rng.integers(2) else patch)
    return (torch.stack(patches) + 1) / 2


def to_grey(colour: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, 1, H, W)."""
    weights = torch.tensor(LUMA, device=colour.device).view(1, 3, 1, 1)
    return (colour * weights).sum(dim=1, keepdim=True)
