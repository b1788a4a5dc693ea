"""A world in which a generator is measured in a second: pictures of 12 x 12, and a generator that knows their law."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.manifest import Graph, Latent, Picture, Tensor, TrainingData
from export.data import write_dataset
from tests import tiny_package
from tests.tiny_classifier import CLASSES, SIDE, tiny_classifier
from tests.tiny_package import W, Z, model

COUNT = 60  # samples
DATA = (TrainingData("Tiny, training split", "CC0-1.0", 4 * COUNT, "0" * 64),)
PICTURE = Picture(1, SIDE, SIDE, -1.0, 1.0)
IMAGE = Tensor("image", "float32", ("N", 1, SIDE, SIDE))
DECODER = Graph("decoder", (Tensor("w", "float32", ("N", W)),), (IMAGE,))
ENCODER = Graph("encoder", (IMAGE,), (Tensor("w", "float32", ("N", W)),))
BASE = np.random.default_rng(5).standard_normal((W, 16)).astype(np.float32)  # what the numbers of w paint, 4 x 4 cells
PAINT = BASE.reshape(W, 4, 1, 4, 1).repeat(3, axis=2).repeat(3, axis=4).reshape(W, SIDE * SIDE)


def world(root: Path) -> Path:
    """Data set “tiny”, its judges, and the packages “right”, “plain” and “coder”."""
    splits = {"train": real(4 * COUNT, seed=0), "test": real(COUNT, seed=1)}
    write_dataset(root / "data", "tiny", splits=splits, about={"title": "Tiny", "classes": CLASSES, "licence": "CC0"})
    tiny_classifier(root / "models", "judge")
    features_net(root / "features.onnx", side=SIDE, cell=3)
    generator(root / "models" / "right")
    plain_generator(root / "models" / "plain")
    autoencoder(root / "models" / "coder")
    return root


def command(root: Path, *names: str, features: str = "features.onnx") -> list[str]:
    kinds = ("data", "runs", "models", "reports", "cache")
    return [
        "evaluate", *names, "--judge", "judge", "--features", str(root / features), "--count", str(COUNT),
        *(f"--{kind}={root / kind}" for kind in kinds),
    ]  # fmt: skip


def real(count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """((count, SIDE, SIDE, 1) uint8, classes in turn) by the law that the generator knows."""
    k, rng = tiny_package.weights(), np.random.default_rng(seed)
    labels = np.arange(count) % len(CLASSES)
    w = k["e"][labels] + rng.standard_normal((count, Z)).astype(np.float32) @ k["a"]
    x = np.tanh(w @ PAINT).reshape(count, SIDE, SIDE, 1)
    return np.rint((x + 1) * 127.5).astype(np.uint8), labels.astype(np.int64)


def features_net(path: Path, *, side: int, cell: int, factor: float = 1.0) -> Path:
    """A label-free net: means of cells; a factor of NaN makes it answer so. With the .json that says what it is."""
    nodes = [
        helper.make_node("AveragePool", ["image"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        helper.make_node("Flatten", ["cells"], ["flat"], axis=1),
        helper.make_node("Mul", ["flat", "factor"], ["features"]),
    ]
    numbers = (side // cell) ** 2
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, side, side])]
    outputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", numbers])]
    onnx.save(model(nodes, inputs, outputs, [constant("factor", np.float32(factor))]), path)
    told = {
        "inputs": {"image": ["N", 1, side, side], "low": -1.0, "high": 1.0},
        "outputs": {"features": ["N", numbers]},
    }
    path.with_suffix(".json").write_text(json.dumps({"what": "means of cells", "sha256": sha256_of(path), **told}))
    return path


def generator(folder: Path, *, paint: np.ndarray = PAINT, **changes) -> Path:
    """A conditional generator; other paint makes it another one."""
    folder.mkdir(parents=True)
    onnx.save(tiny_package.mapping_graph(), folder / "mapping.onnx")
    onnx.save(linear("w", "image", paint), folder / "decoder.onnx")
    graphs = {"mapping": tiny_package.MAPPING, "decoder": DECODER}
    return finish(folder, graphs, **{"classes": CLASSES, **changes})


def plain_generator(folder: Path) -> Path:
    """Without mapping and without classes."""
    folder.mkdir(parents=True)
    onnx.save(linear("w", "image", PAINT), folder / "decoder.onnx")
    return finish(folder, {"decoder": DECODER}, classes=(), latent=Latent(W))


def autoencoder(folder: Path) -> Path:
    """The generator with an encoder, which is not quite its inverse."""
    generator(folder)
    onnx.save(linear("image", "w", np.linalg.pinv(PAINT)), folder / "encoder.onnx")
    graphs = {"mapping": tiny_package.MAPPING, "decoder": DECODER, "encoder": ENCODER}
    return finish(folder, graphs, classes=CLASSES, abilities=("sample", "encode"))


def finish(folder: Path, graphs: dict[str, Graph], **changes) -> Path:
    np.savez(folder / "golden.npz", z=np.zeros((1, Z), np.float32))
    tiny_package.write_manifest(folder, **{"graphs": graphs, "picture": PICTURE, "training_data": DATA, **changes})
    return folder


def linear(takes: str, gives: str, matrix: np.ndarray) -> onnx.ModelProto:
    """tanh(rows @ matrix) as a picture, or a picture's pixels @ matrix."""
    to_picture = gives == "image"
    shape = [-1, 1, SIDE, SIDE] if to_picture else [-1, matrix.shape[1]]
    nodes = [
        helper.make_node("Flatten", [takes], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "matrix"], ["product"]),
        helper.make_node("Tanh" if to_picture else "Identity", ["product"], ["bounded"]),
        helper.make_node("Reshape", ["bounded", "shape"], [gives]),
    ]
    constants = [constant("matrix", matrix.astype(np.float32)), constant("shape", np.array(shape, np.int64))]
    sides = {"image": ["N", 1, SIDE, SIDE], "w": ["N", W]}
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, sides[name]) for name in (takes, gives)]
    return model(nodes, value[:1], value[1:], constants)


def constant(name: str, value) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value), name)
