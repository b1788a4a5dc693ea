"""What the graphs of text_graph.py compute, in plain float32 numpy and without a cache: the reference of all figures.

Weights of few bits are widened to the numbers that they stand for; nothing else is rounded.
"""

import numpy as np
import numpy.typing as npt

from export.block_matrix import dense
from export.text_graph import Decoder, Layer, Shape, rotary_tables

Floats = npt.NDArray[np.float32]


def reference_hidden(decoder: Decoder, tokens: npt.NDArray[np.integer]) -> Floats:
    """(T,) -> (T, width): after the last norm, of every place."""
    shape = decoder.shape
    x = dense(decoder.embedding)[tokens]
    x = _norm(x, shape) if shape.norm_embedding else x
    for layer in decoder.layers:
        x = x + _attention(_norm(x, shape) * layer.attention_gain, layer, shape)
        x = x + _feed(_norm(x, shape) * layer.feed_gain, layer, shape)
    return _norm(x, shape) * decoder.gain


def reference_logits(decoder: Decoder, tokens: npt.NDArray[np.integer], *, keep: int = 0) -> Floats:
    """(T,) -> (T, V), or of the last `keep` places only."""
    head = decoder.embedding if decoder.head is None else decoder.head
    logits = reference_hidden(decoder, tokens)[-keep:] @ dense(head).T
    cap = decoder.shape.soft_cap
    return logits if cap is None else np.float32(cap) * np.tanh(logits / np.float32(cap))


def _norm(x: Floats, shape: Shape) -> Floats:
    """x / rms(x) over the last axis."""
    return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(shape.epsilon))


def _attention(x: Floats, layer: Layer, shape: Shape) -> Floats:
    length, inner, kv = len(x), shape.heads * shape.head_size, shape.kv_heads * shape.head_size
    parts = np.split(x @ dense(layer.qkv).T, [inner, inner + kv], axis=1)
    q, k, v = (part.reshape(length, -1, shape.head_size).swapaxes(0, 1) for part in parts)  # (heads, T, head)
    if shape.norm_heads:
        q, k = _norm(q, shape), _norm(k, shape)
    cos, sin = (table[:length] for table in rotary_tables(shape))
    q, k = _turned(q, cos, sin), _turned(k, cos, sin)
    group = shape.heads // shape.kv_heads
    mixed = np.empty_like(q)
    ahead = np.triu(np.full((length, length), -np.inf, np.float32), 1)
    for head in range(shape.heads):
        scores = q[head] @ k[head // group].T * np.float32(shape.head_size**-0.5) + ahead
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        mixed[head] = weights @ v[head // group] / weights.sum(axis=1, keepdims=True)
    return mixed.swapaxes(0, 1).reshape(length, inner) @ dense(layer.out).T


def _turned(x: Floats, cos: Floats, sin: Floats) -> Floats:
    """Pairs (x[i], x[i + head/2]) by the angle of their place; x (heads, T, head)."""
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def _feed(x: Floats, layer: Layer, shape: Shape) -> Floats:
    up = x @ dense(layer.up).T
    if shape.feed == "squared relu":
        return np.square(np.maximum(up, 0)) @ dense(layer.down).T
    gate, passed = np.split(up, 2, axis=1)
    return gate / (1 + np.exp(-gate)) * passed @ dense(layer.down).T
