from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

import onnx
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine import manifest as manifests
from desktop_app.engine import packages
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.requests import Design, Part, Place, Push
from desktop_app.engine.runtime import Runtime
from export import axes, directions, measures
from export.__main__ import main
from tests import tiny_package
from tests.export.synthetic import pictures

SIDE, SIZE = tiny_package.SIDE, tiny_package.W

# -----------------------------------------------------------------------------
# axes


def samples(count: int = 4000) -> np.ndarray:
    """(count, 4) about (1, 2, 3, 4), deviations 3, 2, 1 and 0.1 along turned axes."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, 4)) * (3, 2, 1, 0.1) @ turned() + (1, 2, 3, 4)


def turned() -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0]


def test_principal_axes_are_one_standard_deviation_long() -> None:
    w = samples()
    found = axes.cloud(w, w.mean(axis=0))
    for i, deviation in enumerate((3, 2, 1)):
        vector = found.out(np.eye(len(found.basis))[i])
        assert np.linalg.norm(vector) == pytest.approx(deviation, rel=0.05)
        assert abs(vector @ turned()[i]) == pytest.approx(deviation, rel=0.05)
    assert found.share[:3] == pytest.approx([9 / 14, 4 / 14, 1 / 14], abs=0.02)


def test_a_regression_finds_the_axis_of_its_target() -> None:
    w = samples()
    found = axes.cloud(w, w.mean(axis=0))
    target = (w - w.mean(axis=0)) @ turned()[1] + 0.2 * np.random.default_rng(2).standard_normal(len(w))
    direction = axes.regress(found.white, target)
    vector = found.out(direction)
    unit = vector / np.linalg.norm(vector)
    assert unit @ turned()[1] > 0.999, "and it points to where the target rises"
    assert np.linalg.norm(vector) == pytest.approx(((w - w.mean(axis=0)) @ unit).std(), rel=1e-6)
    assert axes.fit_of(found.white, target, direction) == pytest.approx(1 / (1 + 0.01), abs=0.01)


def test_about_the_means_of_the_classes_only_style_is_left() -> None:
    labels = np.arange(4000) % 4
    w = samples() + 50 * np.eye(4)[labels]
    plain = axes.cloud(w, w.mean(axis=0))
    inner = axes.cloud(w, axes.class_means(w, labels)[labels])
    assert plain.deviation[0] > 10
    assert inner.deviation[0] == pytest.approx(3, rel=0.05)


def test_tangled_directions_are_set_apart() -> None:
    first, near = np.array([1.0, 0, 0]), np.array([0.5, np.sqrt(0.75), 0])
    assert axes.untangle(near, []) is near
    free = axes.untangle(near, [first])
    assert free is not None
    assert free == pytest.approx([0, 1, 0])
    assert axes.untangle(np.array([0.9, np.sqrt(0.19), 0]), [first]) is None
    assert axes.untangle(np.array([0.1, np.sqrt(0.99), 0]), [first]) == pytest.approx([0.1, np.sqrt(0.99), 0])


# -----------------------------------------------------------------------------
# measures


def bar(*, width: int, shift: float = 0.0) -> np.ndarray:
    """(1, 28, 28): an upright bar, leaning to the right by `shift` pixels a row."""
    x = np.zeros((1, 28, 28))
    for row in range(6, 22):
        left = round(14 - width / 2 + (14 - row) * shift)
        x[0, row, left : left + width] = 1
    return x


def test_measures_of_known_shapes() -> None:
    assert measures.slant(bar(width=3, shift=0.5))[0] == pytest.approx(0.5, abs=0.05)
    assert measures.slant(bar(width=3))[0] == pytest.approx(0, abs=1e-6)
    assert measures.stroke_weight(bar(width=6))[0] > 1.5 * measures.stroke_weight(bar(width=3))[0]
    assert measures.upright_width(bar(width=8))[0] > measures.upright_width(bar(width=4))[0]
    ring = np.zeros((2, 28, 28))
    ring[:, 8:20, 8:20] = 1
    ring[:, 10:18, 10:18] = 0
    ring[1, 8:12, 13] = 0  # open above
    assert measures.loops(ring).tolist() == pytest.approx([64 / 784, 0])
    assert measures.tone(0.5 * bar(width=4))[0] == pytest.approx(0.5)
    striped = bar(width=10) * (0.5 + 0.5 * (np.arange(28) % 2))
    assert measures.pattern(striped)[0] > 0.1 > measures.pattern(bar(width=10))[0]
    assert measures.shade(np.concatenate([bar(width=4)[:, :14], 0.5 * bar(width=4)[:, 14:]], axis=1))[
        0
    ] == pytest.approx(0.5)


def test_a_reader_reads_classes() -> None:
    (train, labels), (test, asked) = pictures(600), pictures(90, seed=5)
    reader = measures.ClassReader(train[..., 0] / 255, labels, num_classes=3)
    assert (reader.scores(test[..., 0] / 255).argmax(axis=1) == asked).mean() > 0.9


# -----------------------------------------------------------------------------
# a package whose axes are known


def known_package(parent: Path, name: str = "plain") -> Path:
    """z[0] decides how bright a block on black is, z[1] how it ramps from left to right, the others nothing."""
    folder = tiny_package.plain_package(parent, name)
    d = np.full((SIZE, SIDE, SIDE), 1e-5, np.float32)
    d[:2], black = 0, np.full((SIDE, SIDE), -4, np.float32)
    d[0, 1:6, 1:6], d[1, 1:6, 1:6], black[1:6, 1:6] = 0.25, np.linspace(-0.1, 0.1, 5), 0
    nodes = [
        helper.make_node("MatMul", ["w", "d"], ["lit"]),
        helper.make_node("Add", ["lit", "black"], ["flat"]),
        helper.make_node("Tanh", ["flat"], ["bounded"]),
        helper.make_node("Reshape", ["bounded", "shape"], ["image"]),
    ]
    constants = [
        numpy_helper.from_array(d.reshape(SIZE, -1), "d"),
        numpy_helper.from_array(black.reshape(-1), "black"),
        numpy_helper.from_array(np.array([-1, 1, SIDE, SIDE], np.int64), "shape"),
    ]
    value = helper.make_tensor_value_info
    inputs = [value("w", TensorProto.FLOAT, ["N", SIZE])]
    outputs = [value("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])]
    onnx.save(tiny_package.model(nodes, inputs, outputs, constants), folder / "decoder.onnx")
    latent = manifests.Latent(SIZE)
    tiny_package.write_manifest(folder, graphs={"decoder": tiny_package.DECODER}, latent=latent, classes=())
    return folder


def test_the_directions_of_a_known_generator(tmp_path: Path) -> None:
    folder = known_package(tmp_path)
    assert main(["directions", "plain", "--models", str(tmp_path), "--count", "1000"]) == 0
    package = packages.open_package(folder)
    packages.check_files(package)
    space = package.manifest.space
    assert space is not None
    names = [direction.name for direction in space.directions]
    with np.load(folder / "space.npz", allow_pickle=False) as arrays:
        vectors, along = arrays["directions"], arrays["axes"]
        assert arrays["points"].shape == (0, 2)
    brightness = vectors[names.index("Brightness")]
    assert brightness[0] == pytest.approx(1, abs=0.1), "one standard deviation of z[0]"
    assert np.abs(brightness[1:]).max() < 0.2
    principal = [name for name in names if name.startswith("Axis")]
    assert principal == ["Axis 1", "Axis 2"], "no other axis can be seen"
    assert all(direction.change >= axes.MIN_CHANGE for direction in space.directions)
    assert along[0] @ along[1] == pytest.approx(0, abs=1e-5)
    card = (folder / "card.md").read_text("utf-8")
    assert "directions.png" in card
    assert "| Brightness | dark | bright |" in card


def test_the_program_pushes_as_far_as_the_manifest_says(tmp_path: Path) -> None:
    folder = known_package(tmp_path)
    assert main(["directions", "plain", "--models", str(tmp_path), "--count", "500"]) == 0
    package = packages.open_package(folder)
    assert package.manifest.space is not None
    runtime = Runtime("cpu", threads=1)
    try:
        model = LatentModel(package, runtime)
        for direction in package.manifest.space.directions:
            ends = []
            for amount in (-2.0, 2.0):
                push = (Push(direction.name, amount),)
                parts = [Part(1.0, Design(0, i)) for i in range(directions.BASE_COUNT)]
                designs = [Design(0, 0, place=Place(parts=(part,), pushes=push)) for part in parts]
                ends.append(model.draw(designs).astype(int))
            assert np.abs(ends[1] - ends[0]).mean() == pytest.approx(direction.change, abs=0.05)
    finally:
        runtime.close()


def test_an_invisible_generator_ships_no_direction(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = tiny_package.plain_package(tmp_path)
    model = onnx.load(folder / "decoder.onnx")
    for item in model.graph.initializer:
        if item.name == "d":
            item.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(item) * 1e-3, "d"))
    onnx.save(model, folder / "decoder.onnx")
    graphs, latent = {"decoder": tiny_package.DECODER}, manifests.Latent(SIZE)
    tiny_package.write_manifest(folder, graphs=graphs, latent=latent, classes=())
    assert main(["directions", "plain", "--models", str(tmp_path), "--count", "300"]) == 0
    space = packages.open_package(folder).manifest.space
    assert space is not None
    assert space.directions == ()
    assert not (folder / "directions.png").exists()
    assert "changes less than 4 steps" in capsys.readouterr().out


def test_a_missing_package_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["directions", "nobody", "--models", str(tmp_path)]) == 1
    assert "nobody" in capsys.readouterr().err
