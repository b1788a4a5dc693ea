"""The part of a package that belongs to restorers: the graph, its golden example and a preview of before and after."""

import pathlib

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from desktop_app.engine import packages
from desktop_app.engine.manifest import Graph
from desktop_app.engine.manifest import Tensor as TensorInfo
from export.drawn_pictures import digit, landscape
from export.holes import draw_holes
from export.onnx_graph import export_onnx
from export.package_files import Source, write_arrays
from export.restorers import TracedRestorer, open_restorer
from export.restoring import restore_pixels
from export.sheet import write_sheet

TOLERANCE = 1e-3  # of 0..1: a quarter of one step of 8 bit
GOLDEN_SIDE = 64
GOLDEN_SIGMA = 25 / 255
PREVIEW_SIDE = 192
WORDS = {
    "denoise": "Takes noise out of {subject}.",
    "upscale": "Enlarges {subject}, with sharp edges.",
    "inpaint": "Fills in what you paint over in {subject}.",
}


def write_part(source: Source, folder: pathlib.Path) -> tuple[dict, dict, dict]:
    """Write the graph and the golden example; (options, progress, fields of the manifest)."""
    options, traced, progress = open_restorer(source.runs, source.name, bits=source.bits)
    graph = export_graph(traced, folder)
    write_golden(traced, folder)
    grey = traced.restoration.channels == 1 and traced.restoration.side is None
    subject = f"{'grey ' if grey else ''}{source.about.get('subject', 'pictures').removeprefix('tiles of ')}"
    fields = {
        "summary": WORDS[traced.ability].format(subject=subject),
        "abilities": (traced.ability,),
        "graphs": {"restorer": graph},
        "restoration": traced.restoration,
        "tolerance": TOLERANCE,
    }
    return options, progress, fields


# -----------------------------------------------------------------------------
# graph and golden example


def export_graph(traced: TracedRestorer, folder: pathlib.Path) -> Graph:
    """restorer.onnx with free axes; returns what the manifest says of it."""
    r = traced.restoration
    sides = (r.side, r.side) if r.side else ("H", "W")
    made = sides if r.scale == 1 else tuple(f"{side}{r.scale}" for side in sides)
    image = TensorInfo("image", "float32", ("N", r.channels, *sides))
    mask = TensorInfo("mask", "float32", ("N", 1, *sides))
    inputs = (image, mask) if traced.ability == "inpaint" else (image,)
    outputs = (TensorInfo("restored", "float32", ("N", r.channels, *made)),)
    example = example_inputs(traced)
    export_onnx(
        traced.net,
        tuple(torch.cat([x, x]) for x in example),
        folder / "restorer.onnx",
        [t.name for t in inputs],
        ["restored"],
        cell=None if r.side else r.cell,
        axes={t.name: t.shape for t in (*inputs, *outputs)},
    )
    return Graph("restorer", inputs, outputs)


def example_inputs(traced: TracedRestorer) -> tuple[Tensor, ...]:
    """A drawn picture with noise of a fixed seed, and holes in it where it is inpainted: (1, C, side, side) each."""
    r = traced.restoration
    clean = digit(3) if r.side else landscape(0, side=GOLDEN_SIDE, channels=r.channels)
    rng = np.random.default_rng(0)
    noise = 0 if traced.ability == "inpaint" else rng.normal(0, GOLDEN_SIGMA, clean.shape)
    image = torch.from_numpy((clean / 255 + noise).astype(np.float32)).permute(2, 0, 1)[None].contiguous()
    if traced.ability != "inpaint":
        return (image,)
    holes = draw_holes(*clean.shape[:2], share=0.15, rng=rng)
    return image, torch.from_numpy(holes.astype(np.float32))[None, None]


def write_golden(traced: TracedRestorer, folder: pathlib.Path) -> None:
    """A tiny input and output that every machine must reproduce within the tolerance; computed with torch."""
    inputs = example_inputs(traced)
    arrays = dict(zip(traced.inputs, inputs, strict=True)) | {"restored": traced.restore(*inputs)}
    write_arrays(folder / "golden.npz", {name: value.numpy() for name, value in arrays.items()})


# -----------------------------------------------------------------------------
# preview


def write_preview(source: Source, folder: pathlib.Path) -> None:
    """Drawn pictures through the program's own engine: the left half before, the right half after."""
    package = packages.open_package(folder)
    restoration = package.manifest.restoration
    assert restoration is not None
    if restoration.side is not None:
        before, after = _digits(package)
        tiles = np.stack([x for pair in zip(before, after, strict=True) for x in pair])
        write_sheet(folder / "preview.png", tiles, columns=4, zoom=4)
        return
    halves = [_halves(package, seed) for seed in range(4)]
    write_sheet(folder / "preview.png", np.stack(halves), columns=2)


def _halves(package: packages.Package, seed: int) -> np.ndarray:
    """(PREVIEW_SIDE, PREVIEW_SIDE, C) with a light line between what was given and what was made."""
    r = package.manifest.restoration
    assert r is not None
    clean = landscape(seed, side=PREVIEW_SIDE // r.scale, channels=r.channels)
    rng = np.random.default_rng([1, seed])
    given, mask = clean, None
    if "denoise" in package.manifest.abilities:
        given = np.clip(np.rint(clean + rng.normal(0, 30, clean.shape)), 0, 255).astype(np.uint8)
    if "inpaint" in package.manifest.abilities:
        mask = draw_holes(*clean.shape[:2], share=0.12, rng=rng)
        given = np.where(mask[..., None], np.uint8(255), clean)
    after = restore_pixels(package, given, mask=mask)
    before = np.asarray(_enlarged(given, r.scale))
    middle = PREVIEW_SIDE // 2
    sheet = np.concatenate([before[:, :middle], after[:, middle:]], axis=1)
    sheet[:, middle - 1 : middle + 1] = 255
    return sheet


def _enlarged(pixels: np.ndarray, scale: int) -> np.ndarray:
    if scale == 1:
        return pixels
    image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0])
    large = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
    return np.asarray(large).reshape(*large.size[::-1], pixels.shape[2])


def _digits(package: packages.Package) -> tuple[np.ndarray, np.ndarray]:
    """(8, 28, 28, 1) before and after: noise, and a bar that hides a part."""
    rng = np.random.default_rng(1)
    before = np.stack([digit(seed) for seed in range(8)]).astype(np.float64)
    before[::2] += rng.normal(0, 90, before[::2].shape)
    before[1::2, 12:17] = 0
    pixels = np.clip(np.rint(before), 0, 255).astype(np.uint8)
    return pixels, np.stack([restore_pixels(package, picture) for picture in pixels])
