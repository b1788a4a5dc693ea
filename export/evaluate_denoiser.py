"""Measure a denoiser's checkpoint as the papers do, and print it beside their figures.

    python -m export evaluate-denoiser photo-denoise --data PATH             # PATH holds BSD68, CBSD68, Set12
    python -m export evaluate-denoiser photo-denoise --data PATH --count 12  # a first look

White Gaussian noise of a fixed seed is added in float and not clipped; the result is rounded to 8 bits before PSNR is
taken over the whole picture; a set's figure is the mean over its pictures. "clean" is what the net does to a
picture without noise. Nothing of a test set may be trained on.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from export.checkpoint import load_module, read_checkpoint
from export.denoiser import Denoiser, new_denoiser
from export.errors import ExportError

SIGMAS = (15, 25, 50)
SETS = {1: ("BSD68", "Set12"), 3: ("CBSD68",)}  # by the channels of the net
PICTURES = {".png", ".tif", ".tiff", ".bmp", ".jpg"}

# PSNR in dB at sigma 15, 25, 50, as the tables of DPIR (arXiv 2008.13751) and SCUNet (arXiv 2203.13278) quote them.
# DnCNN has a net for each sigma; for colour the first line is CBM3D.
PAPERS = {
    "BSD68": {"BM3D": (31.08, 28.57, 25.60), "DnCNN": (31.73, 29.23, 26.23)},
    "Set12": {"BM3D": (32.37, 29.97, 26.72), "DnCNN": (32.86, 30.44, 27.18)},
    "CBSD68": {"BM3D": (33.52, 30.71, 27.38), "DnCNN": (33.90, 31.24, 27.95)},
}

# -----------------------------------------------------------------------------
# measure


def psnr(result: np.ndarray, clean: np.ndarray) -> float:
    """Decibels between two uint8 pictures of one shape; infinite where they are equal."""
    error = np.mean(np.square(result.astype(np.float64) - clean.astype(np.float64)))
    return float(10 * np.log10(255**2 / error)) if error > 0 else float("inf")


def noisy_copy(clean: np.ndarray, *, sigma: float, seed: int, index: int) -> np.ndarray:
    """uint8 (H, W, C) -> float32 in 0..1 with noise of its own for each (seed, sigma, index), not clipped."""
    rng = np.random.default_rng([seed, round(1000 * sigma), index])
    return (clean / 255 + rng.normal(0, sigma / 255, clean.shape)).astype(np.float32)


@torch.no_grad()
def denoise(net: nn.Module, picture: np.ndarray) -> np.ndarray:
    """float32 (H, W, C) in 0..1 -> uint8 of the same shape."""
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
    y: Tensor = net(x)[0].permute(1, 2, 0)
    return y.mul(255).round().clamp(0, 255).byte().numpy()


def score(net: nn.Module, pictures: list[np.ndarray], *, sigma: float, seed: int = 0) -> float:
    """Mean PSNR of a set in dB; sigma in 8-bit steps, 0 for clean pictures."""
    scores = []
    for index, clean in enumerate(pictures):
        noisy = noisy_copy(clean, sigma=sigma, seed=seed, index=index)
        scores.append(psnr(denoise(net, noisy), clean))
    return float(np.mean(scores))


# -----------------------------------------------------------------------------
# what is measured


def read_set(folder: pathlib.Path, *, channels: int, count: int = 0) -> list[np.ndarray]:
    """Pictures as uint8 (H, W, channels), in the order of their names; count 0 is all of them."""
    if not folder.is_dir():
        raise ExportError(f"There is no folder {folder}; name with --data where the test sets lie.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)[: count or None]
    if not paths:
        raise ExportError(f"{folder} holds no picture.")
    pictures = []
    for path in paths:
        try:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB" if channels == 3 else "L"), np.uint8)
        except OSError as error:
            raise ExportError(f"{path} cannot be read ({error}).") from None
        pictures.append(pixels.reshape(*pixels.shape[:2], channels))
    return pictures


def read_denoiser(folder: pathlib.Path) -> tuple[Denoiser, dict, dict]:
    """(averaged net of a run, options, progress)."""
    tensors, progress = read_checkpoint(folder / "checkpoint.safetensors")
    try:
        options = json.loads((folder / "options.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"{folder / 'options.json'} cannot be read ({error}).") from None
    if options.get("family") != "denoiser":
        raise ExportError(f"{folder} is a run of the family {options.get('family')!r}, not of a denoiser.")
    net = new_denoiser(options)
    load_module(tensors, "average", net)
    return net.eval(), options, progress


def table(name: str, reached: dict[str, float]) -> list[str]:
    """Lines: what was reached on one set, and what the papers say where they say something."""
    lines = [f"{name:20s}" + "".join(f"{column:>8s}" for column in reached)]
    lines.append(f"{'  this net':20s}" + "".join(f"{value:8.2f}" for value in reached.values()))
    for method, figures in PAPERS.get(name, {}).items():
        known = dict(zip(map(str, SIGMAS), figures, strict=True))
        cells = (f"{known[column]:8.2f}" if column in known else f"{'':8s}" for column in reached)
        lines.append(f"{'  ' + method + ' (paper)':20s}" + "".join(cells))
    return lines


# -----------------------------------------------------------------------------
# command


def main(args: argparse.Namespace) -> None:
    net, options, progress = read_denoiser(pathlib.Path(args.runs) / args.name)
    budget = f" of {options['images']}" if options["images"] else ""
    print(f"{args.name}: {progress['seen']}{budget} patches seen; PSNR in dB by sigma, seed {args.seed}")
    for name in args.sets or SETS[options["channels"]]:
        pictures = read_set(pathlib.Path(args.data) / name, channels=options["channels"], count=args.count)
        reached = {f"{sigma:g}": score(net, pictures, sigma=sigma, seed=args.seed) for sigma in args.sigmas}
        reached["clean"] = score(net, pictures, sigma=0, seed=args.seed)
        if args.count:
            print(f"the first {len(pictures)} pictures only: not to be set beside the papers")
        print("\n".join(table(name, reached)), flush=True)
