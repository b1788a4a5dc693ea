"""Runs that restore pictures, as the graph “restorer” of a package: what it computes, in torch.

The same modules are the reference that `verify` compares the finished package with.
"""

import dataclasses
import pathlib
from collections.abc import Callable

import torch
from torch import Tensor, nn

from desktop_app.engine.manifest import Ability, Restoration
from export import denoising_vae
from export.checkpoint import load_module
from export.denoiser import Denoiser, new_denoiser
from export.eight_bits import EIGHT, HALF
from export.errors import ExportError
from export.gan import CELL
from export.inpainter import new_inpainter
from export.tracing import load_run, round_to_eight, round_to_half
from export.upscaler import UpscalerGraph, new_upscaler
from export.vae import new_vae

# pixels around a tile that are thrown away: beyond them a tile is the whole picture within 2 steps of 8 bit (LOG.md)
BORDERS = {"colour denoiser": 56, "grey denoiser": 64, "inpainter": 48, "upscaler": 8}


@dataclasses.dataclass(frozen=True)
class TracedRestorer:
    """net takes (N, channels, H, W) in 0..1, and (N, 1, H, W) where it inpaints; it gives pictures, not clipped."""

    net: nn.Module
    ability: Ability
    restoration: Restoration

    @property
    def inputs(self) -> tuple[str, ...]:
        return ("image", "mask") if self.ability == "inpaint" else ("image",)

    @torch.no_grad()
    def restore(self, *inputs: Tensor) -> Tensor:
        return self.net(*inputs)


class DenoiserGraph(nn.Module):
    """A denoiser for sides that are multiples of its cell: nothing is padded, as the engine brings a border."""

    def __init__(self, net: Denoiser):
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Tensor:
        return image - self.net.noise(image)


def open_restorer(runs: pathlib.Path, name: str, *, bits: int = HALF) -> tuple[dict, TracedRestorer, dict]:
    """(options, graph, progress) of a training run, weights rounded to half precision, large ones to `bits`."""
    options, tensors, progress = load_run(runs, name)
    make = FAMILIES.get(options.get("family", ""))
    if make is None:
        raise ExportError(f"{name} is a run of the family {options.get('family')!r}, which restores no pictures.")
    traced = make(options, tensors)
    if bits == EIGHT:
        round_to_eight(traced.net)
    return options, traced, progress


def _averaged(net: nn.Module, tensors: dict[str, Tensor]) -> nn.Module:
    load_module(tensors, "average", net)
    round_to_half(net)
    return net.eval().requires_grad_(False)


def _denoiser(options: dict, tensors: dict[str, Tensor]) -> TracedRestorer:
    net = new_denoiser(options)
    _averaged(net, tensors)
    kind = "grey denoiser" if options["channels"] == 1 else "colour denoiser"
    restoration = Restoration(options["channels"], cell=net.cell, border=BORDERS[kind])
    return TracedRestorer(DenoiserGraph(net).eval(), "denoise", restoration)


def _inpainter(options: dict, tensors: dict[str, Tensor]) -> TracedRestorer:
    net = new_inpainter(options)
    _averaged(net, tensors)
    return TracedRestorer(net, "inpaint", Restoration(options["channels"], cell=net.cell, border=BORDERS["inpainter"]))


def _upscaler(options: dict, tensors: dict[str, Tensor]) -> TracedRestorer:
    net = new_upscaler(options)
    load_module(tensors, "average", net)
    graph = UpscalerGraph(net)  # collapsed before it is rounded
    round_to_half(graph)
    restoration = Restoration(3, scale=options["scale"], border=BORDERS["upscaler"])
    return TracedRestorer(graph.eval().requires_grad_(False), "upscale", restoration)


def _denoising_vae(options: dict, tensors: dict[str, Tensor]) -> TracedRestorer:
    net = new_vae(options, channels=1)
    _averaged(net, tensors)
    return TracedRestorer(denoising_vae.RestorerGraph(net).eval(), "denoise", Restoration(1, side=4 * CELL))


FAMILIES: dict[str, Callable[[dict, dict[str, Tensor]], TracedRestorer]] = {
    "denoiser": _denoiser,
    "inpainter": _inpainter,
    "upscaler": _upscaler,
    "denoising_vae": _denoising_vae,
}
