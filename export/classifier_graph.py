"""A classifier's run as the graph of a package: BatchNorm folded, calibrated, with its evidence.

Global average pooling and the linear layer after it are both sums, so they may change places: the same weights,
applied at each place of the last feature map, give a map whose mean is the logit (Zhou et al. 2016, eq. 2).
The module is also the reference that `verify` compares the finished package with.
"""

import dataclasses
import pathlib

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from export.calibration import fit_temperature
from export.checkpoint import load_module
from export.classifier import Classifier
from export.data import Dataset, hold_out, load_dataset
from export.errors import ExportError
from export.tracing import load_run, round_to_half

BATCH = 500


class ClassifierGraph(nn.Module):
    """image (N, C, H, W) in -1..1 -> logits (N, K), evidence (N, K, h, w), features (N, D)."""

    def __init__(self, net: Classifier):
        super().__init__()
        self.body = nn.Sequential(*(step for layer in net.body for step in _folded(layer)))
        self.head = net.head

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        places = self.body(image)  # (N, D, h, w)
        evidence = F.conv2d(places, self.head.weight[:, :, None, None], self.head.bias)
        features = places.mean(dim=(2, 3))
        return self.head(features), evidence, features

    @torch.no_grad()
    def cool(self, temperature: float) -> None:
        """Divide all logits by the temperature."""
        self.head.weight.div_(temperature)
        self.head.bias.div_(temperature)


@dataclasses.dataclass(frozen=True)
class TracedClassifier:
    """net takes pictures in -1..1 of `shape` (H, W, C); its logits are divided by the temperature already."""

    net: ClassifierGraph
    shape: tuple[int, int, int]
    temperature: float

    @torch.no_grad()
    def answer(self, image: Tensor) -> dict[str, Tensor]:
        """The outputs of the graph by name, (N, ...) each."""
        parts = [self.net(part) for part in image.split(BATCH)]
        logits, evidence, features = (torch.cat(part) for part in zip(*parts, strict=True))
        return {"logits": logits, "evidence": evidence, "features": features}


def open_classifier(runs: pathlib.Path, name: str, *, data: pathlib.Path) -> tuple[dict, TracedClassifier, dict]:
    """(options, graph, progress) of a training run: averaged weights, rounded to half precision, calibrated."""
    options, tensors, progress = load_run(runs, name)
    if options.get("family") != "classifier":
        raise ExportError(f"{name} is a run of the family {options.get('family')!r}, which tells no classes apart.")
    if not options.get("held_out"):
        raise ExportError(f"{name} kept no pictures back, so it cannot be calibrated: train it anew, with held_out.")
    net = averaged(options, tensors)
    dataset = load_dataset(data, options["dataset"])
    graph = ClassifierGraph(net).eval().requires_grad_(False)
    round_to_half(graph)
    height, width, channels = dataset.images.shape[1:]
    raw = TracedClassifier(graph, (height, width, channels), 1.0)
    temperature = _temperature(raw, hold_out(dataset, options["held_out"])[1])
    graph.cool(temperature)
    round_to_half(graph)
    return options, dataclasses.replace(raw, temperature=temperature), progress


def averaged(options: dict, tensors: dict[str, Tensor]) -> Classifier:
    """The averaged net of a run, as it was trained."""
    num_classes, channels = len(tensors["average/head.weight"]), tensors["average/body.0.0.weight"].shape[1]
    net = Classifier(widths=tuple(options["widths"]), num_classes=num_classes, channels=channels)
    load_module(tensors, "average", net)
    return net.eval()


def to_input(pictures: torch.Tensor) -> Tensor:
    """(N, H, W, C) uint8 -> (N, C, H, W) in -1..1."""
    return (pictures.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous()


def _folded(layer: nn.Module) -> tuple[nn.Module, nn.Module]:
    """Convolution, BatchNorm, ReLU -> a convolution that does what the first two did, and the ReLU."""
    convolution, norm, relu = layer.children()
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    return fuse_conv_bn_eval(convolution, norm), relu


def _temperature(traced: TracedClassifier, held: Dataset) -> float:
    logits = traced.answer(to_input(torch.from_numpy(held.images)))["logits"]
    return fit_temperature(logits.numpy(), held.labels)
