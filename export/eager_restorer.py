"""The network of a package that restores pictures in plain PyTorch, for `maquette bench` to measure the engine against.

    python -m export.eager_restorer models/photo-denoise --threads 2

The weights come out of the package's ONNX file, whose initializers keep the names of the parameters; the golden example
proves that the rebuilt network is the same. One line of JSON says so. Then each line with a number of seconds on
standard input is answered by one line of JSON: the megapixels of the result made in that time, and the seconds it took.
The word “tiles” before the number asks for a large picture as any program must do it, tile by tile with the same border
as the engine's; without it the picture is done in one piece, which is as fast as it gets.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import torch
from torch import Tensor, nn

from desktop_app.engine import packages
from desktop_app.engine.manifest import Restoration
from export import denoising_vae, vae
from export.denoiser import Denoiser
from export.eager import read_weights
from export.eager_child import Measure, parser_of, serve
from export.errors import ExportError
from export.inpainter import Inpainter
from export.restorers import DenoiserGraph
from export.upscaler import Upscaler, UpscalerGraph

SIDE, TILE = 1024, 512  # pixels of the picture and of its tiles, as bench_restore.py has them


def main(argv: list[str] | None = None) -> int:
    return serve(parser_of("eager_restorer", "Restore in PyTorch.").parse_args(argv), _open)


def _open(args: argparse.Namespace) -> tuple[float, Measure]:
    net, restoration = load_restorer(args.folder)

    def run(words: list[str], seconds: float) -> tuple[float, float]:
        return measure(net, restoration, in_tiles=words == ["tiles"], seconds=seconds)

    return golden_error(net, args.folder), run


def load_restorer(folder: pathlib.Path) -> tuple[nn.Module, Restoration]:
    """The network of a package. Raises ExportError where it is of no family known here."""
    manifest = packages.open_package(folder).manifest
    assert manifest.restoration is not None
    weights = read_weights(folder / "restorer.onnx")
    net = _rebuilt(weights, manifest.restoration.channels)
    state = net.state_dict()
    missing = [name for name in state if name not in weights and not name.endswith("bias")]
    if missing:
        raise ExportError(f"The package has no weights called {missing[0]}.")
    net.load_state_dict({name: weights.get(name, torch.zeros_like(value)) for name, value in state.items()})
    return net.eval().requires_grad_(False), manifest.restoration


def _rebuilt(weights: dict[str, Tensor], channels: int) -> nn.Module:
    """The net that the names and shapes of the weights tell of."""
    if "bicubic" in weights:
        return UpscalerGraph(
            Upscaler(width=len(weights["layers.0.weight"]), layers=_count(weights, "layers"), hidden=1)
        )
    if "net.encoder.stem.weight" in weights:
        return denoising_vae.RestorerGraph(_autoencoder(weights, channels))
    prefix = "net." if "net.head.weight" in weights else ""
    if f"{prefix}head.weight" not in weights:
        raise ExportError("This package is of no family that can be rebuilt here.")
    levels = _count(weights, f"{prefix}left")
    widths = tuple(len(weights[f"{prefix}left.{level}.0.first.weight"]) for level in range(levels))
    blocks = _count(weights, f"{prefix}left.0")
    if prefix:
        return DenoiserGraph(Denoiser(channels=channels, widths=widths, blocks=blocks))
    return Inpainter(channels=channels, widths=widths, blocks=blocks)


def _autoencoder(weights: dict[str, Tensor], channels: int) -> vae.Vae:
    hidden, latent = weights["net.decoder.dense.weight"].shape
    widths = (
        len(weights["net.decoder.block7.first.weight"]),
        len(weights["net.decoder.block14.first.weight"]),
    )
    return vae.Vae(latent=latent, widths=widths, hidden=hidden, channels=channels)


def _count(weights: dict[str, Tensor], name: str) -> int:
    """How many numbered parts a module has."""
    return 1 + max(int(key.removeprefix(f"{name}.").split(".")[0]) for key in weights if key.startswith(f"{name}."))


@torch.inference_mode()
def golden_error(net: nn.Module, folder: pathlib.Path) -> float:
    """Largest difference from the package's golden example, of 0 to 1."""
    with np.load(folder / "golden.npz", allow_pickle=False) as golden:
        names = ("image", "mask") if "mask" in golden else ("image",)
        inputs = [torch.from_numpy(golden[name].astype(np.float32)) for name in names]
        error = float((net(*inputs) - torch.from_numpy(golden["restored"])).abs().max())
    if error > 0.01:
        raise ExportError(f"The rebuilt network is another one: it misses the golden example by {error:.3f}.")
    return error


@torch.inference_mode()
def measure(net: nn.Module, restoration: Restoration, *, in_tiles: bool, seconds: float) -> tuple[float, float]:
    """(megapixels of the result, seconds): from 8 bits to 8 bits, for about so long and one picture at least."""
    picture = np.random.default_rng(0).integers(0, 256, (_side(restoration), _side(restoration), restoration.channels))
    pixels = torch.from_numpy(picture.astype(np.uint8))
    border = 0 if restoration.side or not in_tiles else restoration.border
    parts = _tiles(pixels, border) if in_tiles and not restoration.side else [pixels]
    began, made = time.perf_counter(), 0
    while not made or time.perf_counter() - began < seconds:
        made += sum(_restored(net, restoration, part, border) for part in parts)
    return made / 1e6, time.perf_counter() - began


def _side(restoration: Restoration) -> int:
    return SIDE // restoration.side * restoration.side if restoration.side else SIDE


def _tiles(pixels: Tensor, border: int) -> list[Tensor]:
    """(TILE + 2 border, TILE + 2 border, C) each, the mirror image around the picture."""
    image = pixels.permute(2, 0, 1)[None].float()
    around = torch.nn.functional.pad(image, (border, border, border, border), mode="reflect")
    around = around[0].permute(1, 2, 0).to(torch.uint8)
    side, corners = TILE + 2 * border, range(0, SIDE, TILE)
    return [around[y : y + side, x : x + side] for y in corners for x in corners]


def _restored(net: nn.Module, restoration: Restoration, pixels: Tensor, border: int) -> int:
    """Pixels of the result, without the border."""
    image = pixels.permute(2, 0, 1)[None].float().div(255)
    if restoration.side:
        image = torch.nn.functional.pixel_unshuffle(image, restoration.side)  # the cells of a sheet
        image = image.reshape(-1, 1, restoration.side, restoration.side)
    inputs = (image, _holes(image)) if isinstance(net, Inpainter) else (image,)
    made = net(*inputs).clamp(0, 1).mul(255).round().to(torch.uint8)
    edge = 2 * border * restoration.scale
    return len(made) * (made.shape[2] - edge) * (made.shape[3] - edge)


def _holes(image: Tensor) -> Tensor:
    """A mask of stripes."""
    mask = torch.zeros_like(image[:, :1])
    mask[..., 8::32] = 1
    return mask


if __name__ == "__main__":
    sys.exit(main())
