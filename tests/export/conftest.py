"""One thread for torch, so that sums come in one order, and a root folder with the synthetic data set."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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


@pytest.fixture
def photos(root: Path) -> Path:
    """A folder of two photographs and a file that is none, prepared as data/photos."""
    folder = root / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, size in (("wide", (400, 161)), ("square", (160, 160))):
        pixels = np.asarray(Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8)).resize(size))
        Image.fromarray(pixels).save(folder / f"{name}.png")
    Image.new("RGB", (159, 900)).save(folder / "narrow.png")
    (folder / "notes.txt").write_text("no picture")
    from export.__main__ import main

    assert main(["data", "photos", str(folder), "--data", str(root / "data")]) == 0
    return root
