"""Wrapper modules made only for tracing: what a package's graphs compute, in torch.

The same wrappers are the reference that `verify` compares the finished package with.
"""

import dataclasses
import json
import pathlib

import torch
from torch import Tensor, nn

from export import dcgan, gan, vae
from export.checkpoint import load_module, read_checkpoint
from export.eight_bits import EIGHT, HALF, blocks_of, is_large
from export.errors import ExportError
from export.flow import Flow

PRIOR_FILE = "prior.safetensors"
MEAN_COUNT = 10_000  # draws a class for the mean of w


class MappingGraph(nn.Module):
    """(z, label, truncation) -> w, truncation done inside: w' = mean[label] + truncation * (w - mean[label])."""

    def __init__(self, mapping: nn.Module, mean_w: Tensor):
        super().__init__()
        self.mapping = mapping
        self.mean_w: Tensor
        self.register_buffer("mean_w", mean_w)

    def forward(self, z: Tensor, label: Tensor, truncation: Tensor) -> Tensor:
        mean = self.mean_w[label]  # (N, W)
        return mean + truncation[:, None] * (self.mapping(z, label) - mean)


class DecoderGraph(nn.Module):
    """w -> image in -1..1: the mean of the Bernoulli pixels, 2 sigmoid(logits) - 1."""

    def __init__(self, decoder: vae.Decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, w: Tensor) -> Tensor:
        return torch.tanh(self.decoder(w) / 2)


class EncoderGraph(nn.Module):
    """image in -1..1 -> w, the mean of the posterior."""

    def __init__(self, encoder: vae.Encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, image: Tensor) -> Tensor:
        return self.encoder(image)[0]


@dataclasses.dataclass
class Traced:
    """A trained generator as the graphs of a package: mapping is None where z goes straight into the decoder."""

    mapping: nn.Module | None
    decoder: nn.Module
    z_size: int
    w_size: int | None
    encoder: nn.Module | None = None

    @torch.no_grad()
    def draw(self, z: Tensor, label: Tensor, truncation: Tensor) -> tuple[Tensor, Tensor]:
        """(w, image), as the engine computes them."""
        w = self.mapping(z, label, truncation) if self.mapping is not None else z * truncation[:, None]
        return w, self.decoder(w)


@torch.no_grad()
def mean_of_w(mapping: nn.Module, *, z_size: int, num_classes: int, count: int = MEAN_COUNT) -> Tensor:
    """(K, W): the mean of w over draws of z, a class."""
    z = torch.randn(count, z_size, generator=torch.Generator().manual_seed(0))
    return torch.stack([mapping(z, torch.full((count,), k)).mean(dim=0) for k in range(num_classes)])


def round_to_half(net: nn.Module) -> None:
    """Weights as the package will store them, so that torch and ONNX compute with the same numbers."""
    for tensor in (*net.parameters(), *net.buffers()):
        if tensor.is_floating_point():
            tensor.data.copy_(tensor.half().float())


def round_to_eight(*nets: nn.Module | None) -> None:
    """Large weights as a package of 8 bits stores them (export/eight_bits.py), in place."""
    for net in nets:
        for weight in net.parameters() if net is not None else ():
            if is_large(tuple(weight.shape)):
                values = blocks_of(weight.detach().numpy()).dense()
                weight.data.copy_(torch.from_numpy(values.reshape(weight.shape)))


def load_run(runs: pathlib.Path, name: str) -> tuple[dict, dict[str, Tensor], dict]:
    """(options, tensors, progress) of a training run."""
    try:
        options = json.loads((runs / name / "options.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ExportError(f"There is no run {runs / name}; train it with `python -m export train {name}`.") from None
    tensors, progress = read_checkpoint(runs / name / "checkpoint.safetensors")
    return options, tensors, progress


def open_run(
    runs: pathlib.Path, name: str, *, shape: tuple, num_classes: int, bits: int = HALF
) -> tuple[dict, Traced, dict]:
    """(options, graphs, progress) of a training run; an autoencoder's mapping is its fitted prior."""
    options, tensors, progress = load_run(runs, name)
    if options["family"] == "vae":
        prior = load_prior(runs, name, options, seen=progress["seen"], num_classes=num_classes)
        traced = trace_vae(options, tensors, prior)
    else:
        traced = trace_run(options, tensors, shape=shape, num_classes=num_classes)
    if bits == EIGHT:
        round_to_eight(traced.decoder, traced.encoder)
    return options, traced, progress


def new_average(options: dict, tensors: dict[str, Tensor], *, rounded: bool = False) -> vae.Vae:
    """The averaged autoencoder of a run, as it is or with the weights of its package."""
    channels = tensors["average/decoder.paint.weight"].shape[0]
    net = vae.new_vae(options, channels=channels)
    load_module(tensors, "average", net)
    if rounded:
        round_to_half(net)
    return net.eval().requires_grad_(False)


def new_flow(options: dict, *, num_classes: int) -> Flow:
    """A fresh flow; the seed of torch decides its weights."""
    torch.manual_seed(options["seed"])
    couplings, hidden = options["prior"]
    return Flow(size=options["latent"], couplings=couplings, hidden=hidden, num_classes=num_classes)


def load_prior(runs: pathlib.Path, name: str, options: dict, *, seen: int, num_classes: int) -> Flow:
    """The fitted prior of a run. Raises ExportError where there is none, or it was fitted before the run went on."""
    path = runs / name / PRIOR_FILE
    if not path.exists():
        raise ExportError(f"{name} has no fitted prior yet: fit it with `python -m export prior {name}`.")
    tensors, about = read_checkpoint(path)
    if about.get("fits") != seen:
        raise ExportError(f"The prior of {name} was fitted before the run went on; fit it again.")
    flow = new_flow(options, num_classes=num_classes)
    load_module(tensors, "prior", flow)
    return flow.eval().requires_grad_(False)


def trace_vae(options: dict, tensors: dict[str, Tensor], prior: Flow) -> Traced:
    """An autoencoder with its fitted prior (export/prior.py) as the mapping, weights rounded to half precision."""
    net = new_average(options, tensors, rounded=True)
    round_to_half(prior)
    mean = mean_of_w(prior, z_size=options["latent"], num_classes=len(prior.mean))
    mapping = MappingGraph(prior, mean).eval()
    round_to_half(mapping)
    size = options["latent"]
    return Traced(mapping, DecoderGraph(net.decoder).eval(), size, size, EncoderGraph(net.encoder).eval())


def trace_run(options: dict, tensors: dict[str, Tensor], *, shape: tuple, num_classes: int) -> Traced:
    """The generator of a run, on the CPU, weights rounded to half precision."""
    family = {"gan": gan, "dcgan": dcgan}.get(options["family"])
    if family is None:
        raise ExportError(f"A run of the family {options['family']!r} is no generator; it cannot be packaged yet.")
    net = family.build(options, shape=shape, num_classes=num_classes).modules
    if options["family"] == "dcgan":
        generator = net["generator"].eval()
        assert isinstance(generator, dcgan.Generator)
        load_module(tensors, "generator", generator)
        decoder = fold_batch_norm(generator)
        round_to_half(decoder)
        return Traced(None, decoder.requires_grad_(False), options["z_size"], None)
    load_module(tensors, "average", net["average"])
    average = net["average"].eval().requires_grad_(False)
    assert isinstance(average, gan.Generator)
    round_to_half(average)
    mean = mean_of_w(average.mapping, z_size=options["z_size"], num_classes=num_classes)
    mapping = MappingGraph(average.mapping, mean).eval()
    round_to_half(mapping)
    return Traced(mapping, average.synthesis, options["z_size"], options["w_size"])


@torch.no_grad()
def fold_batch_norm(generator: dcgan.Generator) -> nn.Module:
    """BatchNorm of the trained net becomes weights and biases of the transposed convolution before it."""
    layers = list(generator.layers)
    folded: list[nn.Module] = []
    for layer in layers:
        if not isinstance(layer, nn.BatchNorm2d):
            folded.append(layer)
            continue
        before = folded[-1]
        assert isinstance(before, nn.ConvTranspose2d)
        assert layer.running_mean is not None
        assert layer.running_var is not None
        scale = layer.weight * torch.rsqrt(layer.running_var + layer.eps)  # (C_out,)
        before.weight.mul_(scale[None, :, None, None])
        bias = layer.bias - layer.running_mean * scale
        before.bias = nn.Parameter(bias if before.bias is None else bias + before.bias * scale)
    generator.layers = nn.Sequential(*folded)
    return generator
