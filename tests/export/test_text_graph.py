import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from export.block_matrix import BlockMatrix, quantise, stacked  # noqa: E402
from export.engine_logits import all_logits  # noqa: E402
from export.errors import ExportError  # noqa: E402
from export.gpt import Transformer  # noqa: E402
from export.package_writer import decoder_of  # noqa: E402
from export.text_graph import Decoder, Layer, Shape, decoder_model  # noqa: E402
from export.text_reference import reference_logits  # noqa: E402
from tests.export.decoders import LLAMA, OURS, opened, random_decoder  # noqa: E402

TOKENS = np.random.default_rng(5).integers(0, 50, 40)


def with_offsets(values: np.ndarray) -> BlockMatrix:
    """Four bits and a float minimum a block, as Q4_1."""
    blocks = values.reshape(len(values), -1, 32)
    low, high = blocks.min(axis=2), blocks.max(axis=2)
    d = ((high - low) / 15).astype(np.float16)
    codes = np.clip(np.rint((blocks - low[..., None]) / d.astype(np.float32)[..., None]), 0, 15).astype(np.uint8)
    return BlockMatrix(4, codes.reshape(values.shape), d, (low + 8 * d.astype(np.float32)).astype(np.float16))


def in_blocks(decoder: Decoder, form, *, fine: bool) -> Decoder:
    """form: a matrix -> its blocks; the embedding always has 8 bits."""

    def layer(plain: Layer) -> Layer:
        parts = {name: form(getattr(plain, name)) for name in ("qkv", "out", "up", "down")}
        return dataclasses.replace(plain, **parts)

    layers = tuple(map(layer, decoder.layers))
    return dataclasses.replace(decoder, embedding=quantise(decoder.embedding), layers=layers, fine=fine)


@pytest.mark.parametrize("shape", [LLAMA, OURS])
def test_the_graph_computes_what_the_reference_does(tmp_path: Path, shape: Shape) -> None:
    decoder = random_decoder(shape)
    with opened(decoder, tmp_path / "a") as cache:
        np.testing.assert_allclose(all_logits(cache, TOKENS), reference_logits(decoder, TOKENS), atol=2e-4)


@pytest.mark.parametrize("shape", [LLAMA, OURS])
def test_token_by_token_through_the_cache_gives_the_same_logits(tmp_path: Path, shape: Shape) -> None:
    decoder = random_decoder(shape)
    with opened(decoder, tmp_path / "a") as cache:
        steps = [cache.step(np.array([[token]]), keep=1)[0, 0].copy() for token in TOKENS]
    np.testing.assert_allclose(steps, reference_logits(decoder, TOKENS), atol=2e-4)


def test_only_the_logits_that_are_asked_for_are_given(tmp_path: Path) -> None:
    decoder = random_decoder(LLAMA)
    with opened(decoder, tmp_path / "a") as cache:
        kept = cache.step(TOKENS[None, :9], keep=2).copy()
    assert kept.shape == (1, 2, 50)
    np.testing.assert_allclose(kept[0], reference_logits(decoder, TOKENS[:9], keep=2), atol=2e-4)


def test_the_reference_is_our_own_net() -> None:
    net = Transformer(
        vocabulary=50, context=64, width=64, layers=2, heads=4, hidden=96, dropout=0.0, soft_cap=15.0
    ).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.3, generator=torch.Generator().manual_seed(1))
    decoder = decoder_of(net, epsilon=float(np.finfo(np.float32).eps), rounded=False)
    with torch.no_grad():
        wanted = net(torch.from_numpy(TOKENS)[None])[0].numpy()
    np.testing.assert_allclose(reference_logits(decoder, TOKENS), wanted, atol=2e-4)


@pytest.mark.parametrize("form", [with_offsets, quantise, lambda values: quantise(values, bits=4)])
@pytest.mark.parametrize("shape", [LLAMA, OURS])
def test_activations_in_two_rows_lose_nothing_that_matters(tmp_path: Path, shape: Shape, form) -> None:
    wanted = reference_logits(in_blocks(random_decoder(shape), form, fine=True), TOKENS)
    errors = []
    for fine in (True, False):
        decoder = in_blocks(random_decoder(shape), form, fine=fine)
        with opened(decoder, tmp_path / f"fine-{fine}".lower()) as cache:
            errors.append(float(np.abs(all_logits(cache, TOKENS) - wanted).max()))
    assert errors[0] < 3e-3
    assert errors[1] > 5 * errors[0]


def test_activations_of_nothing_but_zeros_give_numbers(tmp_path: Path) -> None:
    decoder = in_blocks(random_decoder(LLAMA), with_offsets, fine=True)
    silent = dataclasses.replace(decoder, gain=np.zeros_like(decoder.gain))
    with opened(silent, tmp_path / "a") as cache:
        assert not all_logits(cache, TOKENS).any()


def test_the_embedding_is_stored_once() -> None:
    decoder = in_blocks(random_decoder(LLAMA), quantise, fine=False)
    sizes = [len(item.raw_data) for item in decoder_model(decoder).graph.initializer]
    assert sizes.count(50 * 64) == 1


def test_the_same_decoder_gives_the_same_file() -> None:
    first, second = (decoder_model(in_blocks(random_decoder(OURS), quantise, fine=True)) for _ in range(2))
    assert first.SerializeToString() == second.SerializeToString()


# -- blocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("block", [32, 64])
def test_rounding_is_by_half_a_step_at_most(bits: int, block: int) -> None:
    values = np.random.default_rng(0).normal(0, 1, (6, 128)).astype(np.float32)
    rounded = quantise(values, bits=bits, block=block)
    step = np.repeat(rounded.scales.astype(np.float32), block, axis=1)
    assert rounded.block == block
    assert (np.abs(rounded.dense() - values) <= 0.502 * step + 1e-3 * np.abs(values)).all()


def test_a_block_of_zeros_stays_one() -> None:
    values = np.zeros((1, 32), np.float32)
    assert not quantise(values).dense().any()


def test_rows_that_do_not_fall_into_blocks_are_refused() -> None:
    with pytest.raises(ExportError, match="Rows of 40 numbers"):
        quantise(np.zeros((2, 40), np.float32))


def test_stacked_matrices_keep_their_numbers() -> None:
    values = np.random.default_rng(0).normal(0, 1, (8, 64)).astype(np.float32)
    parts = [with_offsets(values[:3]), with_offsets(values[3:])]
    alike = stacked(parts)
    assert isinstance(alike, BlockMatrix)
    assert alike.bits == 4
    np.testing.assert_array_equal(alike.dense(), np.concatenate([part.dense() for part in parts]))
    mixed = stacked([parts[0], quantise(values[3:])])
    assert isinstance(mixed, BlockMatrix)
    assert mixed.bits == 8
