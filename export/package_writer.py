"""The part of a package that belongs to our own language models (gpt.py): graph, tokenizer, golden example.

Weights are rounded to 8 bits in blocks of BLOCK, each with a scale in half precision; the embedding is stored once, for
the way in and the way out.
"""

import pathlib

import numpy as np
import torch

from desktop_app.engine.manifest import TextKind
from export import gpt
from export.block_matrix import Matrix, quantise
from export.checkpoint import load_module
from export.errors import ExportError
from export.package_files import Source
from export.text_graph import Decoder, Layer, Shape
from export.text_package import write_text_part
from export.tokens import END, code, load_tokenizer
from export.tracing import load_run

BLOCK = 32
TOLERANCE = 0.5  # of a logit: activations are rounded to 8 bits, on some processors in another way than on others
KIND_TITLES = {"prose": "Prose", "software": "Product", "gloss": "Definition"}


def write_part(source: Source, folder: pathlib.Path) -> tuple[dict, dict, dict]:
    """Write the files; (options, progress, fields of the manifest)."""
    options, net, progress = open_writer(source.runs, source.name, source.about)
    tokenizer = load_tokenizer(source.data / source.about["name"] / "tokenizer.json")
    known = {kind: tokenizer.token_to_id(code(kind)) for kind in source.about["splits"]["train"]["spans"]}
    kinds = tuple(
        TextKind(kind, KIND_TITLES.get(kind, kind.capitalize()), token)
        for kind, token in known.items()
        if token is not None
    )
    end = tokenizer.token_to_id(END)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), "utf-8")
    decoder = decoder_of(net, epsilon=float(np.finfo(np.float32).eps))
    fields = write_text_part(folder, decoder, end=() if end is None else (end,), kinds=kinds)
    return options, progress, {"summary": summary(net, kinds), "tolerance": TOLERANCE, **fields}


def summary(net: gpt.Transformer, kinds: tuple[TextKind, ...]) -> str:
    millions = sum(weight.numel() for weight in net.parameters()) / 1e6
    what = ", ".join(kind.title.lower() for kind in kinds) or "text like that which it learnt from"
    return f"Goes on from English text: {what}. {millions:.1f} million parameters, trained here from nothing."


def open_writer(runs: pathlib.Path, name: str, about: dict) -> tuple[dict, gpt.Transformer, dict]:
    """(options, averaged net, progress) of a run."""
    options, tensors, progress = load_run(runs, name)
    if options["family"] != "gpt":
        raise ExportError(f"A run of the family {options['family']!r} is a baseline; only transformers are packaged.")
    net = gpt.build(options, vocabulary=about["vocabulary"]).modules["average"]
    assert isinstance(net, gpt.Transformer)
    load_module(tensors, "average", net)
    return options, net.eval(), progress


@torch.no_grad()
def decoder_of(net: gpt.Transformer, *, epsilon: float, rounded: bool = True) -> Decoder:
    """What text_graph.py writes. epsilon: of F.rms_norm; rounded: weights in 8 bits, else as they are."""

    def matrix(weight: torch.Tensor) -> Matrix:
        values = np.ascontiguousarray(weight.float().numpy())
        return quantise(values, bits=8, block=BLOCK) if rounded else values

    blocks = [block for block in net.blocks if isinstance(block, gpt.Block)]
    (vocabulary, width), heads = net.embedding.weight.shape, blocks[0].attention.heads
    ones = np.ones(width, np.float32)
    shape = Shape(
        vocabulary=vocabulary,
        context=len(net.cos),
        width=width,
        heads=heads,
        kv_heads=heads,
        head_size=width // heads,
        rotary_base=gpt.ROTARY_BASE,
        epsilon=epsilon,
        feed="squared relu",
        norm_heads=True,
        norm_embedding=True,
        soft_cap=net.soft_cap,
    )
    layers = tuple(
        Layer(
            attention_gain=ones,
            qkv=matrix(block.attention.qkv.weight),
            out=matrix(block.attention.out.weight),
            feed_gain=ones,
            up=matrix(block.up.weight),
            down=matrix(block.down.weight),
        )
        for block in blocks
    )
    return Decoder(shape, matrix(net.embedding.weight), layers, ones)


def write_preview(source: Source, folder: pathlib.Path) -> None:
    """A text has nothing to look at; what the model writes stands in its card."""
