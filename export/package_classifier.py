"""The part of a package that belongs to classifiers: the graph, its golden example, and a preview of what it marks."""

import pathlib

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from desktop_app.engine import packages
from desktop_app.engine.classifier import Classifier as Engine
from desktop_app.engine.manifest import Classifier, Graph, Picture
from desktop_app.engine.manifest import Tensor as TensorInfo
from desktop_app.engine.requests import Explain, Explained, Pixels
from desktop_app.engine.runtime import Runtime
from export.classifier_graph import TracedClassifier, open_classifier
from export.data import Dataset, load_dataset
from export.onnx_graph import export_onnx
from export.package_files import Source, write_arrays
from export.sheet import write_sheet

TOLERANCE = 0.01  # of a logit: a probability of one half moves by a quarter of a percent
GOLDEN_COUNT = 4
OUTPUTS = ("logits", "evidence", "features")
TILE, COLUMNS = 56, 5  # pixels of a picture in the preview, pictures in a row
MARK = (255, 150, 96)  # the colour of what speaks for the class
DIM, GLOW = 120, 0.35  # white where nothing does; how bright the ground is where much does, as a part of the colour


def write_part(source: Source, folder: pathlib.Path) -> tuple[dict, dict, dict]:
    """Write the graph and the golden example; (options, progress, fields of the manifest)."""
    options, traced, progress = open_classifier(source.runs, source.name, data=source.data)
    example = example_input(traced)
    height, width, channels = source.about["shape"]
    write_golden(traced, folder)
    _, count, rows, columns = traced.answer(example)["evidence"].shape
    features = traced.net.head.in_features
    fields = {
        "summary": f"{source.about.get('subject', 'pictures').capitalize()}: says which of {count}, and shows why.",
        "abilities": ("classify",),
        "graphs": {"classifier": export_graph(traced, folder)},
        "picture": Picture(channels, height, width, -1.0, 1.0),
        "classes": tuple(source.about["classes"]),
        "classifier": Classifier(features, (rows, columns), temperature=round(traced.temperature, 4)),
        "tolerance": TOLERANCE,
    }
    return options, progress, fields


# -----------------------------------------------------------------------------
# graph and golden example


def export_graph(traced: TracedClassifier, folder: pathlib.Path) -> Graph:
    """classifier.onnx with a free axis N; returns what the manifest says of it."""
    example = example_input(traced)
    export_onnx(traced.net, (example,), folder / "classifier.onnx", ["image"], list(OUTPUTS))
    made = traced.answer(example)
    outputs = (TensorInfo(name, "float32", ("N", *made[name].shape[1:])) for name in OUTPUTS)
    return Graph("classifier", (TensorInfo("image", "float32", ("N", *example.shape[1:])),), tuple(outputs))


def example_input(traced: TracedClassifier) -> Tensor:
    """Blocks and noise of a fixed seed in -1..1, so that a golden example holds nobody's picture: (4, C, H, W)."""
    height, width, channels = traced.shape
    rng = np.random.default_rng(0)
    blocks = rng.uniform(-1, 1, (GOLDEN_COUNT, channels, height // 4 + 1, width // 4 + 1)).repeat(4, 2).repeat(4, 3)
    noise = rng.normal(0, 0.1, (GOLDEN_COUNT, channels, height, width))
    return torch.from_numpy(np.clip(blocks[:, :, :height, :width] + noise, -1, 1).astype(np.float32))


def write_golden(traced: TracedClassifier, folder: pathlib.Path) -> None:
    """A tiny input and output that every machine must reproduce within the tolerance; computed with torch."""
    image = example_input(traced)
    arrays = {"image": image, **traced.answer(image)}
    write_arrays(folder / "golden.npz", {name: value.numpy() for name, value in arrays.items()})


# -----------------------------------------------------------------------------
# preview


def write_preview(source: Source, folder: pathlib.Path) -> None:
    """The first test picture of each class, and under it what speaks for the class that the engine sees in it."""
    package = packages.open_package(folder)
    pictures = first_of_each(load_dataset(source.data, source.about["name"], split="test"))
    columns = min(COLUMNS, len(pictures))
    pictures = pictures[: 2 * columns if len(pictures) >= 2 * columns else columns]
    runtime = Runtime("cpu", threads=1)
    try:
        engine = Engine(package, runtime)
        maps = [marked(picture, activation(engine, picture)) for picture in pictures]
    finally:
        runtime.close()
    plain = [enlarged(picture) for picture in pictures]
    rows = [row[i : i + columns] for i in range(0, len(pictures), columns) for row in (plain, maps)]
    write_sheet(folder / "preview.png", np.concatenate(rows), columns=columns)


def first_of_each(dataset: Dataset) -> Pixels:
    """(n, H, W, C): for each class the first picture of it, in the order of the classes."""
    _, first = np.unique(dataset.labels, return_index=True)
    return dataset.images[first]


def activation(engine: Engine, picture: Pixels) -> np.ndarray:
    """(h, w): what speaks for the most probable class."""
    found = next(iter(engine.explain(Explain(engine.package.ref, picture))))
    assert isinstance(found, Explained)
    return found.evidence


def enlarged(picture: Pixels) -> Pixels:
    """(H, W, C) -> (TILE, TILE, 3)."""
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture).convert("RGB")
    return np.asarray(image.resize((TILE, TILE), Image.Resampling.LANCZOS))


def marked(picture: Pixels, evidence: np.ndarray) -> Pixels:
    """(H, W, C), (h, w) -> (TILE, TILE, 3): dimmed, and lit in colour where something speaks for the class."""
    fine = np.asarray(Image.fromarray(evidence).resize((TILE, TILE), Image.Resampling.BICUBIC))
    weight = np.clip(fine / max(float(fine.max()), 1e-6), 0, 1)[..., None]
    light = enlarged(picture) / 255
    lit = (1 - weight) * DIM + weight * np.asarray(MARK)
    return np.rint(light * lit + (1 - light) * weight**2 * GLOW * np.asarray(MARK)).astype(np.uint8)
