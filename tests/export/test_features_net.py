# ruff: noqa: E402 (without torch these tests are skipped)
"""The label-free net: trained on damaged pictures, packaged as plain ONNX with a description."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.runtime import Runtime
from export.__main__ import main
from export.classifier_graph import to_input
from export.features_net import FEATURES, build
from tests.export import synthetic

JUDGES = Path(__file__).parents[2] / "export" / "judges"
MAX_BYTES = 700_000


def train(root: Path, name: str, *extra: str, images: int = 64) -> int:
    return main(
        [
            "train", name, "--like", "digits-features", "--dataset", "shapes", "--images", str(images),
            "--set", "batch=16", "--set", "widths=[4,4,8]", "--device", "cpu", "--precision", "fp32",
            "--data", str(root / "data"), "--runs", str(root / "runs"), "--report-seconds", "0", *extra,
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a net that has learnt a little, and its package."""
    root = tmp_path_factory.mktemp("features")
    synthetic.write_shapes(root)
    assert train(root, "feel", images=960) == 0
    folders = [f"--{kind}={root / kind}" for kind in ("data", "runs", "models", "judges")]
    assert main(["package", "feel", *folders]) == 0
    return root


def test_its_features_have_mean_0_and_deviation_1_over_the_training_split(made: Path) -> None:
    path = made / "judges" / "feel.onnx"
    about = json.loads(path.with_suffix(".json").read_text())
    assert about["sha256"] == sha256_of(path)
    assert about["training_data"]["name"] == "Shapes, training split"
    assert not (made / "models").exists()
    runtime = Runtime("cpu", threads=1)
    try:
        x = to_input(torch.from_numpy(synthetic.pictures(96)[0])).numpy()
        features = runtime.open(path).run({"image": x})["features"]
    finally:
        runtime.close()
    assert features.shape == (96, FEATURES)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=0.2)  # half precision is coarse after so few steps
    np.testing.assert_allclose(features.std(axis=0), 1, atol=0.2)


def test_it_learns_to_undo_damage(made: Path) -> None:
    lines = synthetic.stats(made, "feel")
    assert np.mean([line["psnr"] for line in lines[-10:]]) > np.mean([line["psnr"] for line in lines[:10]]) + 1


def test_labels_are_not_looked_at() -> None:
    """The same net for any number of classes: there is nowhere for a label to go in."""
    options = {"widths": (4, 4, 8), "weight_decay": 0.0}
    shapes = [
        {
            name: p.shape
            for name, p in build(options, shape=(28, 28, 1), num_classes=k).modules["net"].named_parameters()
        }
        for k in (2, 10)
    ]
    assert shapes[0] == shapes[1]
    with pytest.raises(ValueError, match="grey pictures of 28 x 28"):
        build(options, shape=(28, 28, 3), num_classes=2)


@pytest.mark.parametrize("path", sorted(JUDGES.glob("*.onnx")), ids=lambda path: path.stem)
def test_a_shipped_net_is_small_and_the_one_that_was_described(path: Path) -> None:
    about = json.loads(path.with_suffix(".json").read_text())
    assert about["sha256"] == sha256_of(path)
    assert path.stat().st_size < MAX_BYTES
    graph = onnx.load(path).graph
    assert [x.name for x in graph.input] == ["image"]
    assert [x.name for x in graph.output] == ["features"]
    assert [d.dim_value for d in graph.output[0].type.tensor_type.shape.dim][1:] == [FEATURES]
