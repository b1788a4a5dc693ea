"""What the graphs of a package of icons compute, in torch: encoder, decoder and flow of two training runs.

The flow's latents are normalised, (w - mean) / std; the encoder answers and the decoder takes them like that.
"""

import dataclasses
import pathlib

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from export.checkpoint import load_module
from export.eight_bits import EIGHT, HALF
from export.errors import ExportError
from export.icon_flow import VelocityNet, new_net, sample
from export.icons import Autoencoder, Decoder, Encoder
from export.tracing import load_run, round_to_eight, round_to_half

FLOW = "-flow"  # the ending of the name of a flow's run


class EncoderGraph(nn.Module):
    """field (N, 1, 64, 64) in -1..1 -> the normalised mean of its posterior (N, S)."""

    def __init__(self, encoder: Encoder, mean: Tensor, std: Tensor):
        super().__init__()
        self.encoder = encoder
        self.mean, self.std = nn.Buffer(mean), nn.Buffer(std)

    def forward(self, field: Tensor) -> Tensor:
        return (self.encoder(field)[0] - self.mean) / self.std


class DecoderGraph(nn.Module):
    """w (N, S), normalised -> field (N, 1, 64, 64), cut to -1..1."""

    def __init__(self, decoder: Decoder, mean: Tensor, std: Tensor):
        super().__init__()
        self.decoder = decoder
        self.mean, self.std = nn.Buffer(mean), nn.Buffer(std)

    def forward(self, w: Tensor) -> Tensor:
        return self.decoder(w * self.std + self.mean).clamp(-1, 1)


@dataclasses.dataclass
class TracedIcons:
    encoder: EncoderGraph
    decoder: DecoderGraph
    flow: VelocityNet
    options: dict  # of the autoencoder's run
    flow_options: dict  # with words, styles and sets in the order of their numbers
    seen: tuple[int, int]  # pictures and latents
    minutes: float  # of both trainings

    @property
    def size(self) -> int:
        """Numbers of a latent."""
        return self.flow_options["size"]

    @torch.no_grad()
    def draw(self, noise: Tensor, told: tuple[Tensor, Tensor, Tensor], guidance: Tensor) -> Tensor:
        """Latents (N, S) that the flow leads noise to, as the engine does; guidance: (N,)."""
        return sample(self.flow, noise, told, steps=self.flow_options["steps"], guidance=guidance[:, None])


def open_icons(runs: pathlib.Path, name: str, *, bits: int = HALF) -> TracedIcons:
    """The averaged nets of the runs <name> and <name>-flow, their weights as the package stores them."""
    options, tensors, progress = load_run(runs, name)
    auto = Autoencoder(options)
    load_module(tensors, "average", auto)
    flow_options, flow_tensors, flow_progress = load_run(runs, name + FLOW)
    if flow_options["size"] != options["cell"] * 16:
        raise ExportError(f"The flow {name + FLOW} was trained on latents of another size; train it again.")
    flow = new_net(flow_options)
    load_module(flow_tensors, "average", flow)
    mean, std = _normal(runs / (name + FLOW) / "normal.safetensors")
    nets = (EncoderGraph(auto.encoder, mean, std), DecoderGraph(auto.decoder, mean, std), flow)
    for net in nets:
        net.eval().requires_grad_(False)
        round_to_half(net)
    if bits == EIGHT:
        round_to_eight(*nets)
    seen = (progress["seen"], flow_progress["seen"])
    return TracedIcons(*nets, options, flow_options, seen, progress["minutes"] + flow_progress["minutes"])


def _normal(path: pathlib.Path) -> tuple[Tensor, Tensor]:
    try:
        held = load_file(path)
        return held["mean"], held["std"]
    except (OSError, KeyError) as error:
        raise ExportError(f"{path} cannot be read ({error}); train the flow again.") from None
