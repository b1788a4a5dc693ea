"""The beginning of one run taken from another: `python -m export train photo-denoise-grey --start-from photo-denoise`.

The averaged net of the other run gives both nets of the new one every tensor that fits. Where a net works on other
channels, the first layer sums its weights over the colours, or takes nothing from channels that are new, and the last
one averages over the colours: at its first step the new net does to grey what the old one did to grey shown as colour.
"""

import pathlib

import torch
from torch import Tensor, nn

from export.errors import ExportError
from export.tracing import load_run

SUB_PIXELS = 4  # a pixel unshuffle turns each channel into so many


def read_start(runs: pathlib.Path, name: str) -> tuple[dict, dict[str, Tensor]]:
    """(what options.json says of it, the averaged net's tensors)."""
    _, tensors, progress = load_run(runs, name)
    averaged = {key.removeprefix("average/"): value for key, value in tensors.items() if key.startswith("average/")}
    if not averaged:
        raise ExportError(f"The run {name!r} has no averaged net to start from.")
    return {"run": name, "seen": progress["seen"]}, averaged


@torch.no_grad()
def warm_start(net: nn.Module, tensors: dict[str, Tensor]) -> int:
    """Put what fits into a net; how many of its numbers that were. Raises ExportError where nothing fits."""
    taken = 0
    for name, parameter in net.named_parameters():
        value = fitted(tensors[name], parameter.shape) if name in tensors else None
        if value is not None:
            parameter.copy_(value)
            taken += parameter.numel()
    if not taken:
        raise ExportError("Not one tensor of that run fits into this net; start from a run of the same family.")
    return taken


def fitted(value: Tensor, shape: torch.Size) -> Tensor | None:
    """A convolution's weights (out, in, h, w) for other channels before the unshuffle; None if they do not fit."""
    if value.shape == shape:
        return value
    if value.dim() != 4 or len(shape) != 4 or value.shape[2:] != shape[2:]:
        return None
    (given_out, given_in), (out, into) = value.shape[:2], shape[:2]
    if given_out == out and into == SUB_PIXELS and given_in % SUB_PIXELS == 0:
        return value.unflatten(1, (-1, SUB_PIXELS)).sum(dim=1)
    if given_out == out and into > given_in:
        return torch.cat([value, value.new_zeros(out, into - given_in, *shape[2:])], dim=1)
    if given_in == into and out == SUB_PIXELS and given_out % SUB_PIXELS == 0:
        return value.unflatten(0, (-1, SUB_PIXELS)).mean(dim=0)
    return None
