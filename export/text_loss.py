"""How well a language model foretells held-out text.

    python -m export text-loss shakespeare-chars
    python -m export text-loss writer-small --file wikitext2_test.txt

Two ways through the text. "Blocks": windows of the context one after the other, the first token of each without a
past, as nanoGPT measures. "Sliding": windows that advance by half of it, of which the second half counts, so that
every token has at least half a context before it. Bits per byte compare models of any vocabulary:
nats / (ln 2 * bytes of the text).
"""

import argparse
import importlib
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export import train
from export.checkpoint import load_module, read_checkpoint
from export.compute import Compute, choose_compute
from export.text_data import load_text
from export.text_windows import sliding_windows
from export.tokens import encode, load_tokenizer

AT_ONCE = 16  # windows


@torch.no_grad()
def token_losses(net: nn.Module, rows: np.ndarray, compute: Compute) -> np.ndarray:
    """Rows (n, T + 1) of tokens -> nats of each token after the first, (n, T) float64."""
    net.eval()
    found = []
    for start in range(0, len(rows), AT_ONCE):
        part = torch.from_numpy(rows[start : start + AT_ONCE].astype(np.int64)).to(compute.device)
        with compute.autocast():
            logits: Tensor = net(part[:, :-1])
        found.append(F.cross_entropy(logits.transpose(1, 2).float(), part[:, 1:], reduction="none").double().cpu())
    return torch.cat(found).numpy()


def block_loss(net: nn.Module, tokens: np.ndarray, *, context: int, compute: Compute, most: int = 0) -> float:
    """Mean nats a token over windows side by side (or `most` of them, evenly spread)."""
    context = min(context, len(tokens) - 1)
    starts = np.arange(0, len(tokens) - context, context)
    if most and len(starts) > most:
        starts = starts[np.linspace(0, len(starts) - 1, most).round().astype(int)]
    rows = np.stack([tokens[start : start + context + 1] for start in starts])
    return float(token_losses(net, rows, compute).mean())


def sliding_nats(net: nn.Module, tokens: np.ndarray, *, context: int, compute: Compute) -> tuple[float, int]:
    """(nats of all tokens but the first, their number), each with half a context before it where there is one."""
    total, counted = 0.0, 0
    for rows, fresh in sliding_windows(tokens, context):
        losses = token_losses(net, rows, compute)[:, -fresh:]
        total, counted = total + float(losses.sum()), counted + losses.size
    return total, counted


# -----------------------------------------------------------------------------
# command


def main(args: argparse.Namespace) -> None:
    """Print the losses of a run's averaged net."""
    folder = pathlib.Path(args.runs) / args.name
    options = train.read_options(folder)
    compute = choose_compute(args.device, args.precision)
    data = load_text(pathlib.Path(args.data), options["dataset"], split="held_out")
    net = importlib.import_module(f"export.{options['family']}").build(options, vocabulary=data.about["vocabulary"])
    average = net.modules["average"].to(compute.device)
    tensors, progress = read_checkpoint(folder / "checkpoint.safetensors")
    load_module(tensors, "average", average)
    print(f"{args.name} after {progress['seen']} tokens")
    if args.file:
        tokenizer = load_tokenizer(pathlib.Path(args.data) / options["dataset"] / "tokenizer.json")
        text = pathlib.Path(args.file).read_text("utf-8")
        texts = {pathlib.Path(args.file).name: (encode(tokenizer, [text])[0], len(text.encode()))}
    else:
        texts = {kind: (data.tokens[start:end], data.sizes[kind]) for kind, (start, end) in data.spans.items()}
    for name, (tokens, size) in texts.items():
        blocks = block_loss(average, tokens, context=options["context"], compute=compute)
        nats, counted = sliding_nats(average, tokens, context=options["context"], compute=compute)
        print(
            f"{name}: {len(tokens)} tokens, {size} bytes; nats a token {blocks:.4f} in blocks, "
            f"{nats / counted:.4f} sliding; {nats / math.log(2) / size:.4f} bits per byte"
        )
