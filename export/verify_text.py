"""A language model's package against the net of its run, in torch: on held-out text, kind by kind in turn.

Weights and activations of 8 bits give other logits than float32; what matters is what becomes of the text: how often
the most probable token is another one, and how many nats a token are lost.
"""

import dataclasses
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_cache import empty_cache
from desktop_app.engine.text_graph import open_graph
from desktop_app.engine.text_model import TextModel
from export.engine_logits import all_logits
from export.errors import ExportError
from export.gpt import Transformer
from export.package import read_about
from export.package_writer import open_writer
from export.text_data import load_text

TOKENS = 4096  # of held-out text, all told
MOST_LOST = 0.01  # nats a token
LEAST_AGREEMENT = 0.95  # of the most probable tokens


@dataclasses.dataclass(frozen=True)
class TracedWriter:
    """The averaged net of a run, and windows (n, T + 1) of text that it has not seen."""

    net: Transformer
    windows: np.ndarray


@dataclasses.dataclass(frozen=True)
class Agreement:
    """Of a package with its net: largest difference of a logit, share of equal guesses, nats a token of both."""

    largest: float
    same: float
    nats: float
    nats_of_torch: float


def open_traced_writer(runs: pathlib.Path, name: str, *, data: pathlib.Path, dataset: str) -> TracedWriter:
    _, net, _ = open_writer(runs, name, read_about(data, dataset))
    held = load_text(data, dataset, split="held_out")
    return TracedWriter(net, windows_of(held.tokens, held.spans, len(net.cos)))


def windows_of(tokens: np.ndarray, spans: dict[str, tuple[int, int]], context: int) -> np.ndarray:
    """As many windows of the context as TOKENS holds, evenly spread over the kinds: (n, T + 1)."""
    context = min(context, min(end - start for start, end in spans.values()) - 1)
    count = max(1, TOKENS // context // len(spans))
    starts = [
        start + int(place)
        for start, end in spans.values()
        for place in np.linspace(0, end - start - context - 1, count)
    ]
    return np.stack([tokens[start : start + context + 1] for start in starts]).astype(np.int64)


def compare_writer(package: Package, traced: TracedWriter, runtime: Runtime) -> float:
    """The golden example's difference. Raises ExportError where it is too large, or where guesses part too often."""
    golden = TextModel(package, runtime).golden_error()
    if not golden <= package.manifest.tolerance:
        raise ExportError(f"{package.name}: the golden example is off by {golden:.1e}; package it again.")
    found = agreement(package, traced, runtime)
    print(
        f"{package.name}, {traced.windows[:, 1:].size} tokens of held-out text: logits differ by at most "
        f"{found.largest:.3f}; {found.same:.2%} of the most probable tokens are the same; {found.nats:.4f} nats a "
        f"token, {found.nats_of_torch:.4f} in torch"
    )
    if not (found.same >= LEAST_AGREEMENT and found.nats <= found.nats_of_torch + MOST_LOST):
        raise ExportError(f"{package.name} writes other text than its checkpoint; package the run again.")
    return golden


@torch.no_grad()
def agreement(package: Package, traced: TracedWriter, runtime: Runtime) -> Agreement:
    cache = empty_cache(open_graph(package, runtime))
    largest, same, nats, nats_of_torch = 0.0, 0, 0.0, 0.0
    for window in traced.windows:
        made = torch.from_numpy(all_logits(cache, window[:-1]))
        rows = torch.from_numpy(window)[None]
        wanted = traced.net(rows[:, :-1])[0]
        largest = max(largest, float((made - wanted).abs().max()))
        same += int((made.argmax(1) == wanted.argmax(1)).sum())
        nats += float(F.cross_entropy(made.double(), rows[0, 1:], reduction="sum"))
        nats_of_torch += float(F.cross_entropy(wanted.double(), rows[0, 1:], reduction="sum"))
    count = traced.windows[:, 1:].size
    return Agreement(largest if math.isfinite(nats) else math.nan, same / count, nats / count, nats_of_torch / count)
