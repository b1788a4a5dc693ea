# ruff: noqa: E402 (without torch these tests are skipped)
"""A decoder comes back out of its graph as it went in, and PyTorch computes with it what the reference computes."""

import argparse
import contextlib
import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

from export import eager_text, llama_text
from export.block_matrix import BlockMatrix, dense, quantise
from export.decoder_file import read_decoder
from export.eager_text import EagerDecoder
from export.errors import ExportError
from export.text_graph import Decoder, Layer, Shape, write_decoder
from export.text_reference import reference_logits

OURS = Shape(96, 40, 32, 2, 2, 16, 10_000.0, 1e-6, "squared relu", True, True, 15.0)
LLAMA = Shape(96, 40, 32, 4, 2, 8, 100_000.0, 1e-5, "swiglu")


def blocks(rows: int, columns: int, rng: np.random.Generator, *, offsets: bool = False, bits: int = 8) -> BlockMatrix:
    made = quantise(rng.standard_normal((rows, columns)).astype(np.float32) * columns**-0.5, bits=bits, block=32)
    extra = (rng.standard_normal(made.scales.shape) / 50).astype(np.float16)
    return dataclasses.replace(made, offsets=extra) if offsets else made


def decoder(shape: Shape, *, four_bits: bool = False) -> Decoder:
    rng, width, inner = np.random.default_rng(0), shape.width, shape.heads * shape.head_size
    kv, hidden = shape.kv_heads * shape.head_size, 64
    more = {"offsets": four_bits, "bits": 4 if four_bits else 8}

    def layer() -> Layer:
        gains = [np.ones(width, np.float32) + (rng.random(width, np.float32) if four_bits else 0) for _ in range(2)]
        up = hidden * (2 if shape.feed == "swiglu" else 1)
        return Layer(
            gains[0].astype(np.float32),
            blocks(inner + 2 * kv, width, rng, **more),
            blocks(width, inner, rng, **more),
            gains[1].astype(np.float32),
            blocks(up, width, rng, **more),
            blocks(width, hidden, rng, **more),
        )

    return Decoder(shape, blocks(shape.vocabulary, width, rng), (layer(), layer()), np.ones(width, np.float32))


DECODERS = {"ours": decoder(OURS), "llama": decoder(LLAMA, four_bits=True)}


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoder_comes_back_out_of_its_graph(name: str, tmp_path: Path) -> None:
    made = DECODERS[name]
    write_decoder(made, tmp_path / "model.onnx")
    found = read_decoder(tmp_path / "model.onnx")
    assert dataclasses.replace(found.shape, epsilon=made.shape.epsilon) == made.shape
    assert found.shape.epsilon == pytest.approx(made.shape.epsilon)
    assert found.head is None
    assert np.array_equal(dense(found.embedding), dense(made.embedding))
    for one, other in zip(found.layers, made.layers, strict=True):
        for field in dataclasses.fields(Layer):
            assert np.array_equal(dense(getattr(one, field.name)), dense(getattr(other, field.name))), field.name


@pytest.mark.parametrize("name", DECODERS)
def test_pytorch_computes_what_the_reference_computes(name: str) -> None:
    tokens = np.arange(20) * 37 % 96
    wanted = reference_logits(DECODERS[name], tokens, keep=1)
    net = EagerDecoder(DECODERS[name])
    rows = torch.from_numpy(tokens)[None]
    with torch.inference_mode():
        assert net.read(rows).numpy() == pytest.approx(wanted, abs=1e-4)
        net.forget()
        net.read(rows[:, :13])
        made = [net.read(rows[:, place : place + 1]) for place in range(13, 20)][-1]
    assert made.numpy() == pytest.approx(wanted, abs=1e-4)


def test_another_network_is_told_by_the_golden_example(tmp_path: Path) -> None:
    net, tokens = EagerDecoder(DECODERS["ours"]), np.arange(12)[None]
    logits = reference_logits(DECODERS["ours"], tokens[0], keep=1)
    np.savez(tmp_path / "golden.npz", tokens=tokens, logits=logits)
    assert eager_text.golden_error(net, tmp_path) < 1e-4
    np.savez(tmp_path / "golden.npz", tokens=tokens, logits=np.roll(logits, 1))
    net.forget()
    with pytest.raises(ExportError, match="another one"):
        eager_text.golden_error(net, tmp_path)


def test_turns_are_told_in_tokens() -> None:
    net = EagerDecoder(DECODERS["ours"])
    assert eager_text.read(net, 30, seconds=0.0)[0] == 30
    tokens, seconds = eager_text.write(net, seconds=0.0, count=8)
    assert (tokens, seconds > 0) == (9, True)


def test_a_graph_of_another_family_is_refused(tmp_path: Path) -> None:
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "g", [], [])), tmp_path / "other.onnx")
    with pytest.raises(ExportError, match=r"other\.onnx is of no family"):
        read_decoder(tmp_path / "other.onnx")


@pytest.mark.parametrize(("folder", "said"), [("writer-small", "of no GGUF file"), ("smollm2", "keeps it")])
def test_llama_cpp_needs_the_file_that_a_package_was_made_of(folder: str, said: str, tmp_path: Path) -> None:
    args = argparse.Namespace(folder=tmp_path / folder, cache=tmp_path, threads=1)
    with contextlib.ExitStack() as stack, pytest.raises(ExportError, match=said):
        llama_text._open(stack, args)
