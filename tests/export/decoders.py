"""Decoders of random weights, and packages of them opened in the program's engine."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from desktop_app.engine.manifest import MadeBy, Manifest
from desktop_app.engine.packages import open_package
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_cache import TextCache, empty_cache
from desktop_app.engine.text_graph import open_graph
from export.package_files import write_manifest
from export.text_graph import Decoder, Layer, Shape
from export.text_package import write_text_part

LLAMA = Shape(
    vocabulary=50,
    context=64,
    width=64,
    heads=4,
    kv_heads=2,
    head_size=16,
    rotary_base=100.0,
    epsilon=1e-5,
    feed="swiglu",
)
OURS = dataclasses.replace(LLAMA, kv_heads=4, feed="squared relu", norm_heads=True, norm_embedding=True, soft_cap=15.0)
HIDDEN = 96


def random_decoder(shape: Shape, *, layers: int = 2, seed: int = 0) -> Decoder:
    rng = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return rng.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)

    def gain() -> np.ndarray:
        return rng.uniform(0.5, 1.5, shape.width).astype(np.float32)

    inner, kv = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
    up = HIDDEN * (2 if shape.feed == "swiglu" else 1)
    made = tuple(
        Layer(
            attention_gain=gain(),
            qkv=matrix(inner + 2 * kv, shape.width),
            out=matrix(shape.width, inner),
            feed_gain=gain(),
            up=matrix(up, shape.width),
            down=matrix(shape.width, HIDDEN),
        )
        for _ in range(layers)
    )
    embedding = rng.normal(0, 1, (shape.vocabulary, shape.width)).astype(np.float32)
    return Decoder(shape, embedding, made, gain())


@contextmanager
def opened(decoder: Decoder, folder: Path) -> Iterator[TextCache]:
    """An empty cache of the decoder's graph, as the program opens it."""
    folder.mkdir()
    fields = write_text_part(folder, decoder, end=())
    (folder / "tokenizer.json").write_text("{}")
    about = {"title": "T", "summary": "", "version": "1", "licence": "", "commercial_use": "unknown", "tolerance": 0.1}
    made_by = MadeBy("", "", "", "", "", 0.0)
    write_manifest(folder, Manifest(name=folder.name, files={}, made_by=made_by, **about, **fields))
    runtime = Runtime("cpu", threads=1)
    try:
        yield empty_cache(open_graph(open_package(folder), runtime))
    finally:
        runtime.close()
