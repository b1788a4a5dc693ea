"""The encoder of a features_net run as a frozen net: export/judges/<name>.onnx, and a small .json that says what it is.

It is no model package: no part of the program runs it, only `evaluate` does. Its features are scaled here so that over
the training split each has mean 0 and standard deviation 1: then no feature weighs more than another in a distance.
"""

import json
import pathlib

import msgspec
import torch
from torch import Tensor

from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.manifest import MadeBy, TrainingData
from export.checkpoint import load_module
from export.classifier_graph import to_input
from export.data import load_dataset
from export.features_net import FEATURES, Autoencoder, Encoder
from export.onnx_graph import export_onnx
from export.package_files import Source
from export.tracing import load_run, round_to_half
from export.whole_file import write_atomically

BATCH = 500
WHAT = (
    "Encoder of a denoising autoencoder (Vincent et al. 2008): 128 numbers of a picture, learnt without labels from "
    "damaged pictures of the training split that had to be made clean. Each number has mean 0 and standard deviation 1 "
    "over that split."
)


def write_net(source: Source, folder: pathlib.Path, made: MadeBy, trained_on: TrainingData) -> None:
    """<folder>/<name>.onnx, “image” (N, 1, 28, 28) in -1..1 -> “features” (N, 128), and what is known of it."""
    options, tensors, _ = load_run(source.runs, source.name)
    net = Autoencoder(tuple(options["widths"]))
    load_module(tensors, "average", net)
    encoder = net.eval().requires_grad_(False).encoder
    images = to_input(torch.from_numpy(load_dataset(source.data, options["dataset"]).images))
    standardise(encoder, images)
    round_to_half(encoder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.name}.onnx"
    part = path.with_name(f"{path.name}.part")
    export_onnx(encoder, (images[:2],), part, ["image"], ["features"])
    part.replace(path)
    about = {
        "what": WHAT,
        "sha256": sha256_of(path),
        "inputs": {"image": ["N", *images.shape[1:]], "low": -1.0, "high": 1.0},
        "outputs": {"features": ["N", FEATURES]},
        "training_data": msgspec.to_builtins(trained_on),
        "made_by": msgspec.to_builtins(made),
    }
    write_atomically(path.with_suffix(".json"), (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode())
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


@torch.no_grad()
def standardise(encoder: Encoder, images: Tensor) -> None:
    """Scale the features to mean 0 and standard deviation 1 over (N, 1, H, W) images, within the last layer."""
    features = torch.cat([encoder(part) for part in images.split(BATCH)]).double()
    mean, deviation = features.mean(dim=0), features.std(dim=0).clamp(min=1e-12)
    last = encoder.features
    last.weight.copy_(last.weight / deviation[:, None])
    last.bias.copy_((last.bias - mean) / deviation)
