"""One thread for torch, so that sums come in one order, and a root folder with the synthetic data set."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.export import synthetic  # noqa: E402


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    synthetic.write_shapes(tmp_path)
    return tmp_path
