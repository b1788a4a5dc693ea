"""The network of a package that tells classes apart, in plain PyTorch, for `maquette bench` to measure the engine by.

    python -m export.eager_classifier models/digits-classifier --threads 2

The weights come out of the package's ONNX file, whose initializers keep the names of the parameters; the golden example
proves that the rebuilt network is the same. One line of JSON says so. Then each line with a number of seconds on
standard input is answered by one line of JSON: the pictures classified in that time, and the seconds it took.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import torch

from desktop_app.engine import packages
from desktop_app.engine.classifier import CHUNK
from export.classifier import Classifier
from export.classifier_graph import ClassifierGraph, to_input
from export.eager import read_weights
from export.eager_child import Measure, parser_of, serve
from export.errors import ExportError

PICTURES = 4 * CHUNK


def main(argv: list[str] | None = None) -> int:
    return serve(parser_of("eager_classifier", "Classify in PyTorch.").parse_args(argv), _open)


def _open(args: argparse.Namespace) -> tuple[float, Measure]:
    net, shape = load_classifier(args.folder), picture_shape(args.folder)
    return golden_error(net, args.folder), lambda _words, seconds: measure(net, shape, seconds=seconds)


def picture_shape(folder: pathlib.Path) -> tuple[int, int, int]:
    """(H, W, C) of the pictures that a package looks at."""
    picture = packages.open_package(folder).manifest.picture
    assert picture is not None
    return picture.height, picture.width, picture.channels


def load_classifier(folder: pathlib.Path) -> ClassifierGraph:
    """The network of a package. Raises ExportError where it is of no family known here."""
    weights = read_weights(folder / "classifier.onnx")
    convolutions = [f"body.{2 * number}.weight" for number in range(6)]  # between them lie the ReLUs
    if any(name not in weights for name in (*convolutions, "head.weight")):
        raise ExportError("This package is of no family that can be rebuilt here.")
    widths = tuple(len(weights[name]) for name in convolutions[1::2])
    channels, num_classes = weights[convolutions[0]].shape[1], len(weights["head.weight"])
    plain = Classifier(widths=widths, num_classes=num_classes, channels=channels)  # type: ignore[arg-type]
    net = ClassifierGraph(plain.eval())
    net.load_state_dict({name: weights[name] for name in net.state_dict()})
    return net.eval().requires_grad_(False)


@torch.inference_mode()
def golden_error(net: ClassifierGraph, folder: pathlib.Path) -> float:
    """Largest difference from the package's golden logits."""
    with np.load(folder / "golden.npz", allow_pickle=False) as golden:
        logits = net(torch.from_numpy(golden["image"]))[0]
        error = float((logits - torch.from_numpy(golden["logits"])).abs().max())
    if error > 0.05:
        raise ExportError(f"The rebuilt network is another one: it misses the golden example by {error:.3f}.")
    return error


@torch.inference_mode()
def measure(net: ClassifierGraph, shape: tuple[int, int, int], *, seconds: float) -> tuple[int, float]:
    """(pictures, seconds): from 8 bits to probabilities, as many at a time as the engine takes, for about so long."""
    pictures = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (PICTURES, *shape), np.uint8))
    began, seen = time.perf_counter(), 0
    while not seen or time.perf_counter() - began < seconds:
        for part in pictures.split(CHUNK):
            logits, _, features = net(to_input(part))
            logits.softmax(dim=1).numpy(), features.numpy()
            seen += len(part)
    return seen, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
