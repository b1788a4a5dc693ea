"""Take the channels out of an autoencoder of icons that say nothing: those whose posterior is the prior.

    python -m export prune icons

The Kullback-Leibler weight switches off what the decoder can do without; such a channel would be noise that a flow has
to learn for nothing. The run keeps its checkpoint as checkpoint.whole.safetensors.
"""

import argparse
import json
import pathlib

import torch
from torch import Tensor

from export.checkpoint import read_checkpoint, save_checkpoint
from export.errors import ExportError
from export.icon_dataset import load_icons
from export.icon_flow_train import encode_all, load_autoencoder
from export.icons import Autoencoder
from export.whole_file import write_atomically

ENCODED = 20_000  # icons
SILENT = 0.9  # share of a channel's variance that is the posterior's own, from which it says nothing


def main(args: argparse.Namespace) -> None:
    runs = pathlib.Path(args.runs)
    folder = runs / args.name
    options, net = load_autoencoder(runs, args.name)
    data = load_icons(pathlib.Path(args.data), options["dataset"])
    kept = speaking(encode_all(net, data.fields[:ENCODED]), cell=options["cell"])
    if len(kept) == options["cell"]:
        raise ExportError(f"All {options['cell']} channels of {args.name!r} say something; there is nothing to prune.")
    _, progress = read_checkpoint(folder / "checkpoint.safetensors")
    (folder / "checkpoint.safetensors").rename(folder / "checkpoint.whole.safetensors")
    save_checkpoint(
        folder / "checkpoint.safetensors",
        modules={"average": pruned(net, options, kept)},
        optimizers={},
        progress=progress,
        device=torch.device("cpu"),
    )
    options |= {"cell": len(kept), "pruned_from": options["cell"]}
    write_atomically(folder / "options.json", (json.dumps(options, indent=1) + "\n").encode())
    print(f"{len(kept)} of {options['pruned_from']} channels say something and are kept; {folder}")


def speaking(posteriors: dict[str, Tensor], *, cell: int) -> list[int]:
    """Channels, ascending, in which the posterior's own variance is less than SILENT of all there is."""
    own = posteriors["spread"].square().mean(0).view(cell, -1).mean(1)
    told = posteriors["mean"].var(0).view(cell, -1).mean(1)
    return [int(c) for c in torch.nonzero(own < SILENT * (own + told)).flatten()]


@torch.no_grad()
def pruned(net: Autoencoder, options: dict, kept: list[int]) -> Autoencoder:
    """The same net with these channels of the latent alone; the others are read as zero."""
    small = Autoencoder({**options, "cell": len(kept)})
    state = {key: value.clone() for key, value in net.state_dict().items()}
    rows = [*kept, *(options["cell"] + c for c in kept)]
    for part in ("weight", "bias"):
        state[f"encoder.head.{part}"] = state[f"encoder.head.{part}"][rows]
    state["decoder.body.0.weight"] = state["decoder.body.0.weight"][:, kept]
    small.load_state_dict(state)
    return small.eval()
