"""The part of a package that belongs to icons: encoder, decoder and flow, words, and an index of the icons it learnt.

    python -m export train icons
    python -m export train icons-flow
    python -m export package icons

One package is made of two runs, the autoencoder's and that of the flow in its latents (icon_graphs.py). Weights are
stored in 8 bits where nothing else is asked for.
"""

import pathlib
from collections import Counter

import torch

from desktop_app.engine import noise, packages
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.manifest import Graph, Icons, IconSource, Latent, Picture, TrainingData
from desktop_app.engine.manifest import Tensor as TensorInfo
from desktop_app.engine.runtime import Runtime
from export import icon_similar
from export.icon_dataset import MOST_WORDS, read_facts
from export.icon_graphs import FLOW, TracedIcons, open_icons
from export.icon_sheet import PREVIEW_SEEDS, draw, in_few_greys, preview_designs
from export.onnx_graph import export_onnx
from export.package_files import Source, write_arrays
from export.sheet import write_sheet
from export.training import write_trainings

TOLERANCE = 1e-3  # of a field that goes from -1 to 1: less than a hundredth of a pixel
DRAWN = 128  # pixels: the side of a picture on the sheet
GOLDEN_WORDS = (1, 2, 3, 0)  # numbers: the commonest words, and none


def write_part(source: Source, folder: pathlib.Path) -> tuple[dict, dict, dict]:
    """Write graphs, golden example and index; (options, progress, fields of the manifest)."""
    traced = open_icons(source.runs, source.name, bits=source.bits)
    facts = read_facts(source.data, source.about["name"])
    graphs = export_graphs(traced, folder, side=source.about["shape"][0])
    write_golden(traced, folder)
    icon_similar.write_index(source, folder)
    icons = icons_of(traced, source.about, facts)
    manifest = {
        "summary": summary_of(icons),
        "abilities": ("sample", "encode"),
        "graphs": graphs,
        "latent": Latent(traced.size),
        "picture": Picture(1, DRAWN, DRAWN, 0.0, 1.0),
        "icons": icons,
        "tolerance": TOLERANCE,
        "training_data": (training_data(source.about, facts),),
    }
    return (
        {**traced.options, "then": [traced.flow_options]},
        {"minutes": traced.minutes, "seen": sum(traced.seen)},
        manifest,
    )


def export_graphs(traced: TracedIcons, folder: pathlib.Path, *, side: int) -> dict[str, Graph]:
    """flow.onnx, decoder.onnx and encoder.onnx with a free axis N; returns what the manifest says of them."""
    size = traced.size
    w, field = TensorInfo("w", "float32", ("N", size)), TensorInfo("field", "float32", ("N", 1, side, side))
    x, velocity = TensorInfo("x", "float32", ("N", size)), TensorInfo("velocity", "float32", ("N", size))
    told = (
        TensorInfo("time", "float32", ("N",)),
        TensorInfo("words", "int64", ("N", MOST_WORDS)),
        TensorInfo("style", "int64", ("N",)),
        TensorInfo("source", "int64", ("N",)),
    )
    none = torch.zeros(2, dtype=torch.int64)
    examples = {
        "decoder": (torch.randn(2, size),),
        "encoder": (torch.zeros(2, 1, side, side),),
        "flow": (torch.randn(2, size), torch.rand(2), none[:, None].repeat(1, MOST_WORDS), none, none.clone()),
    }
    graphs = {
        "decoder": Graph("decoder", (w,), (field,)),
        "encoder": Graph("encoder", (field,), (w,)),
        "flow": Graph("flow", (x, *told), (velocity,)),
    }
    for role, graph in graphs.items():
        names = [[tensor.name for tensor in tensors] for tensors in (graph.inputs, graph.outputs)]
        export_onnx(getattr(traced, role), examples[role], folder / f"{role}.onnx", *names)
    return graphs


def write_golden(traced: TracedIcons, folder: pathlib.Path) -> None:
    """Inputs and outputs of all three graphs that every machine must reproduce; computed with torch."""
    count = len(GOLDEN_WORDS)
    start = torch.from_numpy(noise.latents(0, range(count), traced.size))
    words = torch.zeros(count, MOST_WORDS, dtype=torch.int64)
    words[:, 0] = torch.tensor(GOLDEN_WORDS).clamp(max=len(traced.flow_options["words"]))
    style = torch.tensor([0, 1, 2, 0]).clamp(max=len(traced.flow_options["styles"]))
    source = torch.tensor([0, 0, 0, 1]).clamp(max=len(traced.flow_options["sources"]))
    guidance = torch.tensor([2.0, 2.0, 3.0, 1.0])
    latent = traced.draw(start, (words, style, source), guidance)
    with torch.no_grad():
        field = traced.decoder(latent)
        encoded = traced.encoder(field)
    arrays = {"noise": start, "words": words, "style": style, "source": source, "guidance": guidance}
    arrays |= {"latent": latent, "field": field, "encoded": encoded}
    write_arrays(folder / "golden.npz", {name: value.numpy() for name, value in arrays.items()})


def write_course(source: Source, folder: pathlib.Path) -> None:
    """training.json: the course of both runs."""
    write_trainings(folder, source.runs, {"autoencoder": source.name, "flow": source.name + FLOW})


def write_preview(source: Source, folder: pathlib.Path) -> None:
    """A word a row, through the program's own engine."""
    package = packages.open_package(folder)
    assert package.manifest.icons is not None
    runtime = Runtime("cpu", threads=1)
    try:
        pictures = draw(IconModel(package, runtime), preview_designs(package.manifest.icons.guidance))
    finally:
        runtime.close()
    write_sheet(folder / "preview.png", in_few_greys(pictures), columns=PREVIEW_SEEDS)


# -- what the manifest tells ------------------------------------------------------------------------------------------


def icons_of(traced: TracedIcons, about: dict, facts: list[dict]) -> Icons:
    options = traced.flow_options
    counts = Counter(icon["set"] for icon in facts)
    sets = ((about["sets"][number], counts[number]) for number in options["sources"])
    return Icons(
        side=about["shape"][0],
        reach=about["reach"],
        steps=options["steps"],
        guidance=options["guidance"],
        most_words=MOST_WORDS,
        words=tuple(options["words"]),
        styles=tuple(options["styles"]),
        sources=tuple(IconSource(s["prefix"], s["title"], s["licence"], count) for s, count in sets),
    )


def summary_of(icons: Icons) -> str:
    return f"New one-colour icons from {len(icons.words):,} words, {' or '.join(icons.styles)}, as vectors."


def training_data(about: dict, facts: list[dict]) -> TrainingData:
    """Those of one tone in the training split."""
    name = f"{about['title']}, training split"
    return TrainingData(name, about["licence"], len(facts), about["splits"]["train"]["fields_sha256"])
