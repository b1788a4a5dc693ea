"""The network of a package in plain PyTorch, for `maquette bench` to measure the engine against.

    python -m export.eager models/digits-gan --batch 64 --threads 2

The weights come out of the package's ONNX files, whose initializers keep the names of the parameters; the golden
example proves that the rebuilt network is the same. One line of JSON says so. Then each line with a number of seconds
on standard input is answered by one line of JSON: the designs drawn in that time, and the seconds it took. The word
“walk” before the number asks for frames of a walk through eight designs instead.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from desktop_app.engine import packages
from export import dcgan, gan, vae
from export.eager_child import Measure, parser_of, serve
from export.eight_bits import widened
from export.errors import ExportError
from export.flow import Flow
from export.tracing import DecoderGraph, MappingGraph, Traced, fold_batch_norm

WALK_KEYS, WALK_FRAMES = 8, 256


def main(argv: list[str] | None = None) -> int:
    parser = parser_of("eager", "Draw with a package in PyTorch.")
    parser.add_argument("--batch", type=int, default=64)
    return serve(parser.parse_args(argv), _open)


def _open(args: argparse.Namespace) -> tuple[float, Measure]:
    traced = load_package(args.folder)

    def run(words: list[str], seconds: float) -> tuple[float, float]:
        way = measure_walk if words == ["walk"] else measure
        return way(traced, batch=args.batch, seconds=seconds)

    return golden_error(traced, args.folder), run


def load_package(folder: pathlib.Path) -> Traced:
    """The generator of a package. Raises ExportError where it is of no family known here."""
    manifest = packages.open_package(folder).manifest
    assert manifest.latent is not None
    decoder = read_weights(folder / "decoder.onnx")
    if "decoder.paint.weight" in decoder:
        return _autoencoder(read_weights(folder / "mapping.onnx"), decoder)
    if "mapping" not in manifest.graphs:
        return Traced(None, _dcgan(decoder), manifest.latent.size, None)
    mapping = read_weights(folder / "mapping.onnx")
    return Traced(_mapping(mapping), _synthesis(decoder), manifest.latent.size, manifest.latent.w_size)


@torch.inference_mode()
def golden_error(traced: Traced, folder: pathlib.Path) -> float:
    """Largest difference from the package's golden pictures, in units of a range that is 2 wide."""
    with np.load(folder / "golden.npz", allow_pickle=False) as golden:
        z, label, truncation, image = (torch.from_numpy(golden[k]) for k in ("z", "label", "truncation", "image"))
    error = float((traced.draw(z, label, truncation)[1] - image).abs().max())
    if error > 0.05:
        raise ExportError(f"The rebuilt network is another one: it misses the golden example by {error:.3f}.")
    return error


@torch.inference_mode()
def measure(traced: Traced, *, batch: int, seconds: float) -> tuple[int, float]:
    """(designs, seconds): latents, network and 8-bit pixels in batches, for about so long."""
    label, truncation = torch.arange(batch) % _classes(traced), torch.ones(batch)
    began, designs = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        _, image = traced.draw(torch.randn(batch, traced.z_size), label, truncation)
        _to_pixels(image)
        designs += batch
    return designs, time.perf_counter() - began


@torch.inference_mode()
def measure_walk(traced: Traced, *, batch: int, seconds: float) -> tuple[int, float]:
    """(frames, seconds): a looped walk through WALK_KEYS designs, in batches, for about so long.

    The keys' w is known, as it is to the engine; in between straight lines, or arcs where the decoder reads z itself.
    """
    keys = traced.draw(
        torch.randn(WALK_KEYS, traced.z_size), torch.arange(WALK_KEYS) % _classes(traced), torch.ones(WALK_KEYS)
    )[0]
    times = torch.linspace(0, WALK_KEYS, WALK_FRAMES + 1)[:-1]
    number, share = times.long(), (times % 1)[:, None]
    share = share * share * (3 - 2 * share)
    began, frames = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for first in range(0, WALK_FRAMES, batch):
            part = slice(first, first + batch)
            start, end = keys[number[part]], keys[(number[part] + 1) % WALK_KEYS]
            w = start.lerp(end, share[part]) if traced.mapping is not None else _arc(start, end, share[part])
            _to_pixels(traced.decoder(w))
        frames += WALK_FRAMES
    return frames, time.perf_counter() - began


def _arc(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    """Spherical linear interpolation (Shoemake 1985), (N, Z)."""
    angle = torch.nn.functional.cosine_similarity(start, end).clamp(-1, 1).acos()[:, None]
    return (((1 - share) * angle).sin() * start + (share * angle).sin() * end) / angle.sin()


def _to_pixels(image: Tensor) -> np.ndarray:
    """(N, C, H, W) in -1..1 -> (N, H, W, C) uint8"""
    return image.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def _classes(traced: Traced) -> int:
    return traced.mapping.mean_w.shape[0] if isinstance(traced.mapping, MappingGraph) else 1


# -----------------------------------------------------------------------------
# weights


def read_weights(path: pathlib.Path) -> dict[str, Tensor]:
    """Initializers by name, in float32; those stored in fewer bits lose the suffix that says so."""
    initializers = onnx.load(path).graph.initializer
    arrays = widened({item.name.removesuffix("_half"): numpy_helper.to_array(item) for item in initializers})
    return {name: torch.from_numpy(a.astype(np.float32)) for name, a in arrays.items() if a.dtype.kind == "f"}


def _fill(net: nn.Module, weights: dict[str, Tensor]) -> nn.Module:
    """A parameter that the graph does not have was zero and folded away."""
    state = {name: weights.get(name, torch.zeros_like(value)) for name, value in net.state_dict().items()}
    net.load_state_dict(state)
    return net.eval().requires_grad_(False)


def _mapping(weights: dict[str, Tensor]) -> nn.Module:
    num_classes, z_size = weights["mapping.embedding.weight"].shape
    w_size = weights["mapping.second.weight"].shape[0]
    folded = [v for k, v in weights.items() if "." not in k and v.shape == (num_classes, w_size)]
    mean_w = weights.get("mean_w", folded[0] if folded else torch.zeros(num_classes, w_size))
    return _fill(MappingGraph(gan.Mapping(z_size, w_size, num_classes), mean_w), {**weights, "mean_w": mean_w})


def _synthesis(weights: dict[str, Tensor]) -> nn.Module:
    up, start = weights["up.weight"], weights["start.weight"]
    widths = (up.shape[1], up.shape[0] // 4)
    return _fill(gan.Synthesis(start.shape[1], widths, weights["paint.weight"].shape[0]), weights)


def _autoencoder(mapping: dict[str, Tensor], decoder: dict[str, Tensor]) -> Traced:
    """The tables of the classes come without names, in the order in which the graph reads them."""
    hidden, size = decoder["decoder.dense.weight"].shape
    widths = (decoder["decoder.block7.first.weight"].shape[0], decoder["decoder.block14.first.weight"].shape[0])
    channels = decoder["decoder.paint.weight"].shape[0]
    net = vae.Decoder(latent=size, widths=widths, hidden=hidden, channels=channels)
    couplings = 1 + max(int(name.split(".")[2]) for name in mapping if name.startswith("mapping.couplings."))
    width, reads = mapping["mapping.couplings.0.first.weight"].shape
    num_classes = reads - size // 2
    flow = Flow(size=size, couplings=couplings, hidden=width, num_classes=num_classes)
    tables = [value for name, value in mapping.items() if "." not in name and value.shape == (num_classes, size)]
    names = ("mean_w", "mapping.mean", "mapping.log_scale")
    if len(tables) == len(names):
        mapping = {**dict(zip(names, tables, strict=True)), **mapping}
    graph = MappingGraph(flow, torch.zeros(num_classes, size))
    return Traced(_fill(graph, mapping), _fill(DecoderGraph(net), decoder), size, size)


def _dcgan(weights: dict[str, Tensor]) -> nn.Module:
    if "layers.0.weight" not in weights:
        raise ExportError("This package is of no family that can be rebuilt here.")
    first, last = weights["layers.0.weight"], weights["layers.4.weight"]
    net = dcgan.Generator(z_size=first.shape[0], widths=(first.shape[1], last.shape[0]), channels=last.shape[1])
    return _fill(fold_batch_norm(net.eval()), weights)


if __name__ == "__main__":
    sys.exit(main())
