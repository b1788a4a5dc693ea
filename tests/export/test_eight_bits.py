# ruff: noqa: E402 (without torch these tests are skipped)
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

import onnx
import onnxruntime
from onnx import TensorProto

from export.eager import read_weights
from export.eight_bits import BLOCK, LARGE, blocks_of, is_large
from export.onnx_graph import export_onnx
from export.tracing import round_to_eight, round_to_half


def some_weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.05, shape).astype(np.float32)


def test_a_weight_is_off_by_half_a_step_of_its_block_at_most() -> None:
    weight = some_weights(64, 64, 3, 3)
    weight[0] *= 100  # what is large elsewhere does not coarsen a block
    off = np.abs(blocks_of(weight).dense() - weight.reshape(-1, BLOCK))
    step = np.abs(weight).reshape(-1, BLOCK).max(axis=1, keepdims=True) / 127
    assert (off <= 0.501 * step + np.abs(weight).reshape(-1, BLOCK) * 2**-11).all()


def test_what_8_bits_hold_is_not_changed_again() -> None:
    once = blocks_of(some_weights(256, 192)).dense()
    once[0] = 0
    assert np.array_equal(blocks_of(once).dense(), once)


@pytest.mark.parametrize(
    ("shape", "large"), [((128, 256), True), ((128, 255), False), ((2**15,), False), ((257, 129), False)]
)
def test_only_matrices_that_are_worth_it_and_fall_into_blocks_count(shape: tuple[int, ...], large: bool) -> None:
    assert is_large(shape) == large


class Net(torch.nn.Module):
    """Each kind of layer that has large weights, and a small one."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.dense = torch.nn.Linear(16, 48 * 64)
        self.wide = torch.nn.ConvTranspose2d(48, 48, 4, stride=2, padding=1)
        self.fine = torch.nn.Conv2d(48, 96, 3, padding=1)
        self.paint = torch.nn.Conv2d(96, 1, 3, padding=1)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = self.dense(z).view(-1, 48, 8, 8)
        return self.paint(torch.relu(self.fine(torch.relu(self.wide(x)))))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Net, Path]:
    """A net with rounded weights, and its graph."""
    net = Net().eval()
    round_to_half(net)
    round_to_eight(net, None)
    path = tmp_path_factory.mktemp("stored") / "decoder.onnx"
    export_onnx(net, (torch.randn(2, 16),), path, ["z"], ["image"])
    return net, path


def test_large_weights_take_a_byte_a_number_and_small_ones_two(stored: tuple[Net, Path]) -> None:
    net, path = stored
    types = {i.name: i.data_type for i in onnx.load(path).graph.initializer}
    large = [name for name, weight in net.named_parameters() if weight.ndim > 1 and weight.numel() >= LARGE]
    assert sorted(large) == ["dense.weight", "fine.weight", "wide.weight"]
    assert all(types[f"{name}_codes"] == TensorProto.INT8 for name in large)
    assert all(types[f"{name}_scales"] == TensorProto.FLOAT16 for name in large)
    assert types["paint.weight_half"] == TensorProto.FLOAT16
    numbers = sum(weight.numel() for weight in net.parameters())
    assert path.stat().st_size < 1.1 * numbers + 10_000


def test_the_graph_computes_what_torch_does_and_widens_nothing_while_it_runs(
    stored: tuple[Net, Path], tmp_path: Path
) -> None:
    net, path = stored
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "opened.onnx")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options)
    z = torch.randn(3, 16, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = net(z).numpy()
    np.testing.assert_allclose(session.run(None, {"z": z.numpy()})[0], expected, atol=1e-5)
    operators = {node.op_type for node in onnx.load(tmp_path / "opened.onnx").graph.node}
    assert not operators & {"Cast", "Mul", "DequantizeLinear"}


def test_weights_are_read_back_bit_for_bit(stored: tuple[Net, Path]) -> None:
    net, path = stored
    found = read_weights(path)
    assert set(found) == set(dict(net.named_parameters()))
    assert all(torch.equal(found[name], weight) for name, weight in net.named_parameters())


def test_a_weight_that_was_not_rounded_stays_in_half_precision(tmp_path: Path) -> None:
    net = Net().eval()
    round_to_half(net)
    export_onnx(net, (torch.randn(2, 16),), tmp_path / "decoder.onnx", ["z"], ["image"])
    found = read_weights(tmp_path / "decoder.onnx")
    assert all(torch.equal(found[name], weight) for name, weight in net.named_parameters())
    assert not any("_codes" in i.name for i in onnx.load(tmp_path / "decoder.onnx").graph.initializer)
