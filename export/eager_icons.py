"""The networks of a package of icons in plain PyTorch, for `maquette bench` to measure the engine against.

    python -m export.eager_icons models/icons --threads 2

The weights come out of the package's ONNX files, whose initializers keep the names of the parameters; the golden
example proves that the rebuilt networks are the same. The first line of JSON tells of it. Then a word and a number of
seconds is answered by what was made in that time, twelve at once: “flow” latents, “decoder” fields, “both” fields from
noise.
"""

import argparse
import pathlib
import re
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from desktop_app.engine import packages
from desktop_app.engine.manifest import Icons
from export.eager import read_weights
from export.eager_child import Measure, parser_of, serve
from export.errors import ExportError
from export.icon_flow import VelocityNet, sample
from export.icon_graphs import DecoderGraph
from export.icons import Decoder

BATCH = 12  # a first sheet
FURTHEST = 0.05  # of a field's 2, from the golden example

Weights = dict[str, Tensor]


def main(argv: list[str] | None = None) -> int:
    return serve(parser_of("eager_icons", "Draw icons with a package in PyTorch.").parse_args(argv), _open)


def _open(args: argparse.Namespace) -> tuple[float, Measure]:
    icons = packages.open_package(args.folder).manifest.icons
    if icons is None:
        raise ExportError(f"{args.folder} is no package of icons.")
    nets = EagerIcons(args.folder, icons)

    def run(words: list[str], seconds: float) -> tuple[float, float]:
        return nets.measure(words[0] if words else "both", seconds)

    return nets.golden_error(args.folder), run


class EagerIcons:
    def __init__(self, folder: pathlib.Path, icons: Icons):
        self.icons = icons
        self.flow = flow_of(read_weights(folder / "flow.onnx"))
        self.decoder = decoder_of(read_weights(folder / "decoder.onnx"))
        self.size = self.flow.into.in_features
        told = torch.zeros(BATCH, icons.most_words, dtype=torch.long)
        told[:, 0] = 1
        self._told = (told, torch.ones(BATCH, dtype=torch.long), torch.zeros(BATCH, dtype=torch.long))

    @torch.inference_mode()
    def golden_error(self, folder: pathlib.Path) -> float:
        """Largest difference from the golden fields. Raises ExportError where they are another network's."""
        with np.load(folder / "golden.npz", allow_pickle=False) as golden:
            known = {name: torch.from_numpy(golden[name]) for name in golden.files}
        told = tuple(known[name].long() for name in ("words", "style", "source"))
        guidance = known["guidance"][:, None]
        latent = sample(self.flow, known["noise"], told, steps=self.icons.steps, guidance=guidance)  # type: ignore[arg-type]
        error = max(
            float((latent - known["latent"]).abs().max()),
            float((self.decoder(known["latent"]) - known["field"]).abs().max()),
        )
        if error > FURTHEST:
            raise ExportError(f"The rebuilt networks are others: they miss the golden example by {error:.3f}.")
        return error

    @torch.inference_mode()
    def measure(self, word: str, seconds: float) -> tuple[int, float]:
        """(icons, seconds), for about so long."""
        latent = torch.randn(BATCH, self.size)
        once: dict[str, Callable[[], Tensor]] = {
            "flow": lambda: self.latents(torch.randn(BATCH, self.size)),
            "decoder": lambda: self.decoder(latent),
            "both": lambda: self.decoder(self.latents(torch.randn(BATCH, self.size))),
        }
        began, made = time.perf_counter(), 0
        while not made or time.perf_counter() - began < seconds:
            once[word]().numpy()
            made += BATCH
        return made, time.perf_counter() - began

    def latents(self, noise: Tensor) -> Tensor:
        return sample(self.flow, noise, self._told, steps=self.icons.steps, guidance=self.icons.guidance)


# -----------------------------------------------------------------------------
# nets


def flow_of(weights: Weights) -> VelocityNet:
    """A network of the shapes of its weights."""
    net = VelocityNet(
        size=weights["into.weight"].shape[1],
        width=weights["into.weight"].shape[0],
        hidden=weights["blocks.0.first.weight"].shape[0],
        blocks=_count(weights, r"blocks\.(\d+)\."),
        condition=weights["mix.weight"].shape[0],
        words=len(weights["word.weight"]) - 1,
        styles=len(weights["style.weight"]) - 1,
        sources=len(weights["source.weight"]) - 1,
    )
    _load(net, weights)
    return net


def decoder_of(weights: Weights) -> DecoderGraph:
    """The same; its levels are every third part of the body, from the smallest pictures on."""
    levels = range(1, _count(weights, r"decoder\.body\.(\d+)\."), 3)
    widths = [weights[f"decoder.body.{level}.0.first.weight"].shape[0] for level in levels]
    blocks = [_count(weights, rf"decoder\.body\.{level}\.(\d+)\.") for level in levels]
    cell = weights["decoder.body.0.weight"].shape[1]
    decoder = Decoder(widths=tuple(widths[::-1]), blocks=tuple(blocks[::-1]), cell=cell)
    net = DecoderGraph(decoder, torch.zeros(cell * 16), torch.ones(cell * 16))
    _load(net, weights)
    return net


def _count(weights: Weights, pattern: str) -> int:
    return 1 + max((int(found[1]) for name in weights if (found := re.match(pattern, name))), default=-1)


def _load(net: nn.Module, weights: Weights) -> None:
    """Biases that are all naught may have been left out of a graph."""
    state = net.state_dict()
    if missing := [name for name in state if name not in weights and not name.endswith("bias")]:
        raise ExportError(f"The package’s graph lacks the weights {', '.join(missing[:3])}; it is of another network.")
    net.load_state_dict({name: weights.get(name, torch.zeros_like(value)) for name, value in state.items()})
    net.eval().requires_grad_(False)


if __name__ == "__main__":
    sys.exit(main())
