"""The network of a language model's package in plain PyTorch, for `maquette bench` to measure the engine against.

    python -m export.eager_text models/writer-small --threads 2

The weights come out of the package's ONNX file, widened to float32; the golden example, where there is one, proves that
the rebuilt network is the same. Keys and values are kept in buffers of fixed size and written in place, which is the
quickest way here. The first line of JSON tells of it. Then “read” and a number of seconds is answered by tokens of
prompts that were read in that time, “write” by tokens that were written, one after the other.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from desktop_app.engine import packages
from export.block_matrix import dense
from export.decoder_file import read_decoder
from export.eager_child import Measure, parser_of, serve
from export.errors import ExportError
from export.text_graph import Decoder, Layer, Shape, rotary_tables

PROMPT, WRITTEN = 500, 64  # tokens, at most
ALIKE = 0.98  # correlation of logits: the engine rounds what goes into a product to 8 bits


def main(argv: list[str] | None = None) -> int:
    return serve(parser_of("eager_text", "Write with a package in PyTorch.").parse_args(argv), _open)


def _open(args: argparse.Namespace) -> tuple[float, Measure]:
    package = packages.open_package(args.folder)
    net = EagerDecoder(read_decoder(package.file(package.manifest.graphs["text"].file)))
    error = golden_error(net, args.folder) if "golden" in package.manifest.files else 0.0
    prompt = min(PROMPT, net.shape.context * 3 // 4)

    def run(words: list[str], seconds: float) -> tuple[float, float]:
        return read(net, prompt, seconds=seconds) if words == ["read"] else write(net, seconds=seconds)

    return error, run


@torch.inference_mode()
def golden_error(net: "EagerDecoder", folder: pathlib.Path) -> float:
    """Largest difference from the package's golden logits. Raises ExportError where they are another network's."""
    with np.load(folder / "golden.npz", allow_pickle=False) as golden:
        made, wanted = net.read(torch.from_numpy(golden["tokens"]))[0].numpy(), golden["logits"][0].astype(np.float32)
    if np.corrcoef(made, wanted)[0, 1] < ALIKE:
        raise ExportError("The rebuilt network is another one: it misses the golden example.")
    return float(np.abs(made - wanted).max())


@torch.inference_mode()
def read(net: "EagerDecoder", prompt: int, *, seconds: float) -> tuple[int, float]:
    """(tokens, seconds): prompts, each at once."""
    tokens = torch.arange(prompt)[None] * 7919 % net.shape.vocabulary
    began, done = time.perf_counter(), 0
    while not done or time.perf_counter() - began < seconds:
        net.forget()
        net.read(tokens)
        done += prompt
    return done, time.perf_counter() - began


@torch.inference_mode()
def write(net: "EagerDecoder", *, seconds: float, count: int = WRITTEN) -> tuple[int, float]:
    """(tokens, seconds): the most probable token, again and again; a new text after so many."""
    began, done = time.perf_counter(), 0
    while not done or time.perf_counter() - began < seconds:
        net.forget()
        token = net.read(torch.arange(8)[None]).argmax(dim=-1, keepdim=True)
        for _ in range(count):
            token = net.read(token).argmax(dim=-1, keepdim=True)
        done += 1 + count
    return done, time.perf_counter() - began


# -----------------------------------------------------------------------------
# net


class EagerLayer(nn.Module):
    qkv: Tensor
    out: Tensor
    up: Tensor
    down: Tensor
    attention_gain: Tensor
    feed_gain: Tensor

    def __init__(self, layer: Layer, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        for name in ("qkv", "out", "up", "down"):
            self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(dense(getattr(layer, name)))))
        for name in ("attention_gain", "feed_gain"):
            self.register_buffer(name, torch.from_numpy(getattr(layer, name).copy()))
        room = (1, shape.kv_heads, shape.context, shape.head_size)
        self.keys, self.values = torch.zeros(room), torch.zeros(room)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, past: int) -> Tensor:
        """(1, T, width), with the angles of its places, after `past` tokens that are in the cache."""
        x = x + self._attention(self._norm(x) * self.attention_gain, cos, sin, past)
        return x + self._feed(self._norm(x) * self.feed_gain)

    def _norm(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), eps=self.shape.epsilon)

    def _attention(self, x: Tensor, cos: Tensor, sin: Tensor, past: int) -> Tensor:
        shape, length = self.shape, x.shape[1]
        inner, kv = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
        parts = F.linear(x, self.qkv).split([inner, kv, kv], dim=-1)
        q, k, v = (part.view(1, length, -1, shape.head_size).transpose(1, 2) for part in parts)
        if shape.norm_heads:
            q, k = self._norm(q), self._norm(k)
        self.keys[:, :, past : past + length] = turned(k, cos, sin)
        self.values[:, :, past : past + length] = v
        keys, values = self.keys[:, :, : past + length], self.values[:, :, : past + length]
        grouped = shape.heads != shape.kv_heads
        ahead = torch.ones(length, past + length, dtype=torch.bool).tril(past) if length > 1 else None
        mixed = F.scaled_dot_product_attention(turned(q, cos, sin), keys, values, ahead, enable_gqa=grouped)
        return F.linear(mixed.transpose(1, 2).reshape(1, length, inner), self.out)

    def _feed(self, x: Tensor) -> Tensor:
        up = F.linear(x, self.up)
        if self.shape.feed == "squared relu":
            return F.linear(up.relu().square(), self.down)
        gate, passed = up.chunk(2, dim=-1)
        return F.linear(F.silu(gate) * passed, self.down)


class EagerDecoder(nn.Module):
    """What the graphs of text_graph.py compute."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.shape = decoder.shape
        self.layers = nn.ModuleList(EagerLayer(layer, decoder.shape) for layer in decoder.layers)
        self.embedding = torch.from_numpy(np.ascontiguousarray(dense(decoder.embedding)))
        self.head = self.embedding if decoder.head is None else torch.from_numpy(dense(decoder.head).copy())
        self.gain = torch.from_numpy(decoder.gain.copy())
        self.cos, self.sin = map(torch.from_numpy, rotary_tables(decoder.shape))
        self.past = 0

    def forget(self) -> None:
        self.past = 0

    def read(self, tokens: Tensor) -> Tensor:
        """(1, T) tokens after those that were read before -> logits (1, V) after the last of them."""
        places = slice(self.past, self.past + tokens.shape[1])
        x = F.embedding(tokens, self.embedding)
        if self.shape.norm_embedding:
            x = F.rms_norm(x, (x.shape[-1],), eps=self.shape.epsilon)
        for layer in self.layers:
            x = layer(x, self.cos[places], self.sin[places], self.past)
        self.past = places.stop
        logits = F.linear(F.rms_norm(x[:, -1], (x.shape[-1],), eps=self.shape.epsilon) * self.gain, self.head)
        cap = self.shape.soft_cap
        return logits if cap is None else cap * (logits / cap).tanh()


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Pairs (x[i], x[i + head/2]) by the angle of their place; x (1, heads, T, head)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


if __name__ == "__main__":
    sys.exit(main())
