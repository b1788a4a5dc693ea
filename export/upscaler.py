"""A tiny net that makes pictures twice as large: plain 3x3 convolutions and a pixel shuffle.

    python -m export train photo-upscale-x2

    luma (B, 1, H, W) -> 3x3 convolutions -> what the bicubic enlargement lacks, (B, 4, H, W), a number a sub-pixel
    picture -> bicubic enlargement, the same added to all its channels -> pixel shuffle -> (B, 3, 2H, 2W)

To add one number to red, green and blue alike is to change the luma and leave the chroma, which so comes from the
bicubic filter. Each 3x3 is learnt as a 3x3 to many channels and a 1x1 back, with the identity beside it where it has
one; all that is one 3x3 again, and is made one at every training step, so that learning costs as much as using it: the
collapsible linear blocks of SESR (Bhardwaj et al. 2022, arXiv 2103.09404). Written from the paper. No layer has a bias:
a brighter picture is a brighter result.

Small pictures are made as the papers make them, with the antialiased bicubic filter (Pillow's is MATLAB's), in 8 bit.
"""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image
from torch import Tensor, nn

from export.compute import Compute
from export.denoiser import LUMA, charbonnier, cut_patches, follow, set_learning_rate, to_grey
from export.gan import State
from export.schedule import Clock, ema_decay

SCALE = 2
SHARPNESS = -0.5  # of the cubic kernel: Keys 1981, what MATLAB and Pillow take
MARGIN = 4  # pixels of the small picture at each edge of a patch that do not count

# -----------------------------------------------------------------------------
# net


class Collapsible(nn.Module):
    """A 3x3 convolution (B, I, H, W) -> (B, O, H, W) that is learnt wide; where O is I, the identity is beside it."""

    def __init__(self, channels_in: int, channels_out: int, *, hidden: int, gain: float = 1.0):
        super().__init__()
        self.wide = nn.Parameter(torch.randn(hidden, channels_in, 3, 3) * (2 / (9 * channels_in)) ** 0.5)
        self.narrow = nn.Parameter(torch.randn(channels_out, hidden) * gain / hidden**0.5)
        self.with_identity = channels_in == channels_out

    def kernel(self) -> Tensor:
        """(O, I, 3, 3)"""
        kernel = torch.einsum("oh,hikl->oikl", self.narrow, self.wide)
        if self.with_identity:
            kernel = kernel + F.pad(torch.eye(len(kernel), device=kernel.device)[:, :, None, None], (1, 1, 1, 1))
        return kernel

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.kernel(), padding=1)


class Upscaler(nn.Module):
    """luma (B, 1, H, W) in 0..1 -> (B, 4, H, W): what the four sub-pixels of the bicubic enlargement lack."""

    def __init__(self, *, width: int, layers: int, hidden: int):
        super().__init__()
        self.first = Collapsible(1, width, hidden=hidden)
        self.inner = nn.ModuleList(Collapsible(width, width, hidden=hidden, gain=0.1) for _ in range(layers - 2))
        self.last = Collapsible(width, SCALE**2, hidden=hidden, gain=0.1)

    def forward(self, luma: Tensor) -> Tensor:
        first = self.first(luma)
        x = F.relu(first)
        for layer in self.inner:
            x = F.relu(layer(x))
        return self.last(x + first)


class UpscalerGraph(nn.Module):
    """(B, 3, H, W) -> (B, 3, 2H, 2W) with every collapsible convolution collapsed; what a package holds."""

    def __init__(self, net: Upscaler):
        super().__init__()
        self.layers = nn.ModuleList(collapse(layer) for layer in (net.first, *net.inner, net.last))
        self.luma = nn.Parameter(torch.tensor(LUMA).view(1, 3, 1, 1))
        self.bicubic = nn.Parameter(bicubic_kernel())

    def forward(self, image: Tensor) -> Tensor:
        first = self.layers[0](F.conv2d(image, self.luma))
        x = F.relu(first)
        for layer in self.layers[1:-1]:
            x = F.relu(layer(x))
        missing = self.layers[-1](x + first)
        enlarged = F.conv2d(image, self.bicubic, padding=2, groups=3)
        return F.pixel_shuffle(enlarged + torch.cat([missing, missing, missing], dim=1), SCALE)


@torch.no_grad()
def collapse(layer: Collapsible | nn.Module) -> nn.Conv2d:
    """The same convolution as one 3x3."""
    assert isinstance(layer, Collapsible)
    kernel = layer.kernel()
    plain = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1, bias=False)
    plain.weight.copy_(kernel)
    return plain


def bicubic_kernel() -> Tensor:
    """(12, 1, 5, 5): the four sub-pixels of each of three channels from the 5x5 pixels around."""
    phases = [[cubic(offset - shift) for offset in range(-2, 3)] for shift in (-0.25, 0.25)]
    rows = torch.tensor(phases)  # (2, 5)
    kernel = torch.einsum("ak,bl->abkl", rows, rows).reshape(4, 1, 5, 5)
    return kernel.repeat(3, 1, 1, 1)


def cubic(distance: float) -> float:
    """The cubic convolution kernel (Keys 1981, doi 10.1109/TASSP.1981.1163711)."""
    t, a = abs(distance), SHARPNESS
    if t < 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    return a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a if t < 2 else 0.0


# -----------------------------------------------------------------------------
# training


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    """Fresh nets and optimizer. shape is (side, side, 3): the tiles that patches are cut out of."""
    side = options["patch"]
    if shape[2] != 3 or min(shape[:2]) < side or side % SCALE or options["scale"] != SCALE:
        raise ValueError(f"patches of {side} pixels, halved, need colour tiles as large, the data set has {shape}")
    net, average = new_upscaler(options), new_upscaler(options)
    average.load_state_dict(net.state_dict())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=options["weight_decay"], betas=(0.9, 0.99))
    return State({"net": net, "average": average.requires_grad_(False)}, {"net": optimizer})


def new_upscaler(options: dict) -> Upscaler:
    return Upscaler(width=options["width"], layers=options["layers"], hidden=options["hidden"])


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """One step on tiles x (B, 3, side, side) in -1..1. The patches follow from (seed, pictures seen) alone."""
    net, average, optimizer = state.modules["net"], state.modules["average"], state.optimizers["net"]
    set_learning_rate(optimizer, options, clock)
    rng = np.random.Generator(np.random.Philox(key=[options["seed"], clock.seen]))
    large = cut_patches(x, side=options["patch"], rng=rng)
    small = to_grey(halve(large))
    target = to_grey(large)

    with compute.autocast():
        missing = net(small)
    enlarged = F.conv2d(small, bicubic_kernel()[:4].to(small.device), padding=2)
    output = F.pixel_shuffle(enlarged + missing.float(), SCALE)
    inner = slice(SCALE * MARGIN, -SCALE * MARGIN)
    output, target = output[:, :, inner, inner], target[:, :, inner, inner]
    loss = charbonnier(output, target)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
    optimizer.step()

    follow(average, net, decay=ema_decay(options["ema_half_life"], clock, batch=len(x)))
    square = (output - target).square().mean(dim=(1, 2, 3)).detach()
    return {"loss": 255 * loss.item(), "norm": norm.item(), "psnr": -10 * square.clamp(min=1e-8).log10().mean().item()}


def halve(large: Tensor) -> Tensor:
    """(B, 3, H, W) in 0..1 -> (B, 3, H / 2, W / 2), through 8 bit."""
    pixels = large.mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    small = np.stack([halve_pixels(picture) for picture in pixels])
    return torch.from_numpy(small).permute(0, 3, 1, 2).to(large.device).float() / 255


def halve_pixels(picture: np.ndarray) -> np.ndarray:
    """uint8 (H, W, C) of even sides -> uint8 (H / 2, W / 2, C)."""
    height, width, channels = picture.shape
    image = Image.fromarray(picture[..., 0] if channels == 1 else picture)
    half = image.resize((width // 2, height // 2), Image.Resampling.BICUBIC)
    return np.asarray(half).reshape(height // 2, width // 2, channels).copy()
