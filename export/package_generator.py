"""The part of a package that belongs to generators: mapping, decoder and encoder, their golden example and preview."""

import pathlib

import torch

from desktop_app.engine import noise, packages
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Graph, Latent, Picture
from desktop_app.engine.manifest import Tensor as TensorInfo
from desktop_app.engine.requests import Design
from desktop_app.engine.runtime import Runtime
from export.onnx_graph import export_onnx
from export.package_files import Source, write_arrays
from export.sheet import write_sheet
from export.tracing import Traced, open_run

TOLERANCE = 1e-3  # of a range that is 2 wide: an eighth of one step of 8 bit
GOLDEN_COUNT = 4


def write_part(source: Source, folder: pathlib.Path) -> tuple[dict, dict, dict]:
    """Write the graphs and the golden example; (options, progress, fields of the manifest)."""
    about = source.about
    shape, classes = tuple(about["shape"]), tuple(about["classes"])
    options, traced, progress = open_run(
        source.runs, source.name, shape=shape, num_classes=len(classes), bits=source.bits
    )
    graphs = export_graphs(traced, folder, shape=shape)
    write_golden(traced, folder, num_classes=len(classes))
    fields = {
        "summary": summary_of(traced, about),
        "abilities": ("sample", "encode") if traced.encoder is not None else ("sample",),
        "graphs": graphs,
        "latent": Latent(traced.z_size, w_size=traced.w_size),
        "picture": Picture(shape[2], shape[0], shape[1], -1.0, 1.0),
        "classes": classes if traced.mapping is not None else (),
        "tolerance": TOLERANCE,
    }
    return options, progress, fields


def export_graphs(traced: Traced, folder: pathlib.Path, *, shape: tuple) -> dict[str, Graph]:
    """mapping.onnx and decoder.onnx with a free axis N; returns what the manifest says of them."""
    height, width, channels = shape
    image = TensorInfo("image", "float32", ("N", channels, height, width))
    z = TensorInfo("z", "float32", ("N", traced.z_size))
    if traced.mapping is None:
        export_onnx(traced.decoder, (torch.randn(2, traced.z_size),), folder / "decoder.onnx", ["z"], ["image"])
        return {"decoder": Graph("decoder", (z,), (image,))}
    assert traced.w_size is not None
    w = TensorInfo("w", "float32", ("N", traced.w_size))
    inputs = (z, TensorInfo("label", "int64", ("N",)), TensorInfo("truncation", "float32", ("N",)))
    example = (torch.randn(2, traced.z_size), torch.tensor([0, 1]), torch.ones(2))
    export_onnx(traced.mapping, example, folder / "mapping.onnx", [t.name for t in inputs], ["w"])
    export_onnx(traced.decoder, (torch.randn(2, traced.w_size),), folder / "decoder.onnx", ["w"], ["image"])
    graphs = {"mapping": Graph("mapping", inputs, (w,)), "decoder": Graph("decoder", (w,), (image,))}
    if traced.encoder is None:
        return graphs
    pictures = (torch.zeros(2, channels, height, width),)
    export_onnx(traced.encoder, pictures, folder / "encoder.onnx", ["image"], ["w"])
    return {**graphs, "encoder": Graph("encoder", (image,), (w,))}


def write_golden(traced: Traced, folder: pathlib.Path, *, num_classes: int) -> None:
    """A tiny input and output that every machine must reproduce within the tolerance; computed with torch."""
    z = torch.from_numpy(noise.latents(0, range(GOLDEN_COUNT), traced.z_size))
    label = torch.arange(GOLDEN_COUNT) % num_classes if traced.mapping else torch.zeros(GOLDEN_COUNT, dtype=torch.int64)
    truncation = torch.tensor([1.0, 1.0, 0.7, 0.0])
    w, image = traced.draw(z, label, truncation)
    arrays = {"z": z, "label": label, "truncation": truncation, "w": w, "image": image}
    if traced.encoder is not None:
        with torch.no_grad():
            arrays["encoded"] = traced.encoder(image)
    write_arrays(folder / "golden.npz", {name: value.numpy() for name, value in arrays.items()})


def write_preview(source: Source, folder: pathlib.Path) -> None:
    """Seeds 0 to 63 through the program's own engine, classes cycling."""
    package = packages.open_package(folder)
    count = max(1, len(package.manifest.classes))
    designs = [
        Design(
            seed,
            0,
            label=seed % count if package.manifest.classes else None,
            truncation=package.manifest.defaults.truncation,
        )
        for seed in range(64)
    ]
    runtime = Runtime("cpu", threads=1)
    try:
        pictures = LatentModel(package, runtime).draw(designs)
    finally:
        runtime.close()
    write_sheet(folder / "preview.png", pictures, columns=8)


def summary_of(traced: Traced, about: dict) -> str:
    """What it draws, in the two short lines that a card of the library has."""
    height, width = about["shape"][:2]
    subject = about.get("subject", "pictures").capitalize()
    if traced.mapping is None:
        return f"{subject}, the DCGAN baseline."
    if traced.encoder is not None:
        return f"{subject} spread out on a map." if traced.w_size == 2 else f"{subject}, and your own pictures of them."
    return f"{subject} in {len(about['classes'])} classes, {width} × {height} pixels."
