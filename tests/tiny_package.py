"""Tiny packages with real ONNX graphs, made on the spot: tests of the engine need no trained weights."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine import packages
from desktop_app.engine.manifest import Direction, FileEntry, Graph, Latent, MadeBy, Manifest, Picture, Space, Tensor

Z, W, SIDE, CLASSES = 8, 6, 7, 3

MAPPING = Graph(
    "mapping",
    (Tensor("z", "float32", ("N", Z)), Tensor("label", "int64", ("N",)), Tensor("truncation", "float32", ("N",))),
    (Tensor("w", "float32", ("N", W)),),
)
DECODER = Graph("decoder", (Tensor("w", "float32", ("N", W)),), (Tensor("image", "float32", ("N", 1, SIDE, SIDE)),))

GRAPHS = {"mapping": MAPPING, "decoder": DECODER}
ENCODER = Graph("encoder", (Tensor("image", "float32", ("N", 1, SIDE, SIDE)),), (Tensor("w", "float32", ("N", W)),))


def tiny_package(parent: Path, name: str = "tiny") -> Path:
    """A conditional generator: z (N, 8), label, truncation -> w (N, 6) -> image (N, 1, 7, 7)."""
    folder = parent / name
    folder.mkdir(parents=True)
    onnx.save(mapping_graph(), folder / "mapping.onnx")
    onnx.save(decoder_graph(), folder / "decoder.onnx")
    z = np.linspace(-1, 1, 2 * Z, dtype=np.float32).reshape(2, Z)
    label = np.array([0, 2], np.int64)
    truncation = np.array([1.0, 0.5], np.float32)
    np.savez(folder / "golden.npz", z=z, label=label, truncation=truncation, image=reference(z, label, truncation))
    (folder / "card.md").write_text("# Tiny\n")
    write_manifest(folder)
    return folder


def package_with(parent: Path, decoder: onnx.ModelProto, name: str = "tiny") -> Path:
    """The tiny package with another decoder; its golden example is still that of the first."""
    folder = tiny_package(parent, name)
    onnx.save(decoder, folder / "decoder.onnx")
    write_manifest(folder)
    return folder


def plain_package(parent: Path, name: str = "plain") -> Path:
    """A generator without mapping and without classes: z (N, 6) -> image."""
    folder = parent / name
    folder.mkdir(parents=True)
    onnx.save(decoder_graph(), folder / "decoder.onnx")
    z = np.linspace(-1, 1, 2 * W, dtype=np.float32).reshape(2, W)
    truncation = np.array([1.0, 0.5], np.float32)
    image = np.tanh((z * truncation[:, None]) @ weights()["d"]).reshape(-1, 1, SIDE, SIDE)
    np.savez(folder / "golden.npz", z=z, label=np.zeros(2, np.int64), truncation=truncation, image=image)
    write_manifest(folder, graphs={"decoder": DECODER}, latent=Latent(W), classes=())
    return folder


def encoder_package(parent: Path, name: str = "coder") -> Path:
    """The tiny package with an encoder (not the decoder's inverse), two directions and a map."""
    folder = tiny_package(parent, name)
    onnx.save(encoder_graph(), folder / "encoder.onnx")
    with np.load(folder / "golden.npz") as golden:
        arrays = dict(golden)
    np.savez(folder / "golden.npz", **arrays, encoded=arrays["image"].reshape(2, -1) @ weights()["c"])
    add_space(folder, points=5)
    with_encoder = {"encoder": ENCODER}
    write_manifest(folder, abilities=("sample", "encode"), graphs=GRAPHS | with_encoder, space=space(points=5))
    return folder


def add_space(folder: Path, *, points: int = 0) -> None:
    """space.npz as `space` tells of it; the manifest is to be written afterwards."""
    rng = np.random.default_rng(2)
    axes = np.zeros((2, W), np.float32)
    axes[0, 0], axes[1, 1] = 2.0, 0.5
    arrays = {
        "directions": rng.standard_normal((2, W)).astype(np.float32),
        "origin": np.linspace(-1, 1, W, dtype=np.float32),
        "axes": axes,
        "points": rng.standard_normal((points, 2)).astype(np.float32),
        "labels": (np.arange(points) % CLASSES).astype(np.int16),
    }
    np.savez(folder / "space.npz", **arrays)


def space(*, points: int = 0) -> Space:
    directions = (Direction("weight", "named", "thin", "bold", 20.0, fit=0.9), Direction("axis 1", "pca", share=0.4))
    return Space(directions, (-2.0, -2.0), (2.0, 2.0), points)


def write_manifest(folder: Path, **changes: object) -> None:
    """Write the manifest of the files as they are now; `changes` replace fields of it."""
    roles = {p.stem: p for p in sorted(folder.iterdir()) if p.name != packages.MANIFEST}
    files = {role: FileEntry(p.name, p.stat().st_size, sha256(p)) for role, p in roles.items()}
    manifest = Manifest(
        name=folder.name,
        title="Tiny",
        summary="A generator for tests.",
        version="1.0",
        abilities=("sample",),
        files=files,
        graphs=GRAPHS,
        latent=Latent(Z, w_size=W),
        picture=Picture(1, SIDE, SIDE, -1.0, 1.0),
        classes=tuple(f"class {i}" for i in range(CLASSES)),
        opset=20,
        tolerance=1e-5,
        licence="CC0-1.0",
        commercial_use="yes",
        made_by=MadeBy("test", "tests", "0", "2026-01-01", "none", 0.0),
    )
    manifest = msgspec.structs.replace(manifest, **changes)
    (folder / packages.MANIFEST).write_bytes(msgspec.json.encode(manifest))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"a": (Z, W), "e": (CLASSES, W), "d": (W, SIDE * SIDE), "c": (SIDE * SIDE, W)}
    return {k: rng.standard_normal(s).astype(np.float32) for k, s in shapes.items()}


def reference(z: np.ndarray, label: np.ndarray, truncation: np.ndarray) -> np.ndarray:
    """What the two graphs compute, in numpy."""
    k = weights()
    w = k["e"][label] + truncation[:, None] * (z @ k["a"])
    return np.tanh(w @ k["d"]).reshape(-1, 1, SIDE, SIDE)


def mapping_graph() -> onnx.ModelProto:
    k = weights()
    nodes = [
        helper.make_node("MatMul", ["z", "a"], ["za"]),
        helper.make_node("Unsqueeze", ["truncation", "axis"], ["t"]),
        helper.make_node("Mul", ["za", "t"], ["zt"]),
        helper.make_node("Gather", ["e", "label"], ["mean"]),
        helper.make_node("Add", ["zt", "mean"], ["w"]),
    ]
    constants = [numpy_helper.from_array(k[n], n) for n in ("a", "e")]
    constants.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
    inputs = [
        _value("z", TensorProto.FLOAT, ["N", Z]),
        _value("label", TensorProto.INT64, ["N"]),
        _value("truncation", TensorProto.FLOAT, ["N"]),
    ]
    return model(nodes, inputs, [_value("w", TensorProto.FLOAT, ["N", W])], constants)


def decoder_graph() -> onnx.ModelProto:
    nodes = [
        helper.make_node("MatMul", ["w", "d"], ["flat"]),
        helper.make_node("Tanh", ["flat"], ["bounded"]),
        helper.make_node("Reshape", ["bounded", "shape"], ["image"]),
    ]
    constants = [
        numpy_helper.from_array(weights()["d"], "d"),
        numpy_helper.from_array(np.array([-1, 1, SIDE, SIDE], np.int64), "shape"),
    ]
    inputs = [_value("w", TensorProto.FLOAT, ["N", W])]
    return model(nodes, inputs, [_value("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])], constants)


def encoder_graph() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "c"], ["w"]),
    ]
    inputs = [_value("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])]
    constants = [numpy_helper.from_array(weights()["c"], "c")]
    return model(nodes, inputs, [_value("w", TensorProto.FLOAT, ["N", W])], constants)


def slow_decoder_graph(loops: int = 2000, size: int = 700) -> onnx.ModelProto:
    """As the decoder, after `loops` products of size x size matrices: many seconds of work to stop in the middle of.

    The products hang on the input, so that no optimiser computes them when the graph is opened.
    """
    nodes = [
        helper.make_node("ConstantOfShape", ["square"], ["m0"], value=helper.make_tensor("v", 1, [1], [1e-3])),
        helper.make_node("ReduceSum", ["w"], ["s0"], keepdims=0),
        helper.make_node("Add", ["m0", "s0"], ["p0"]),
        *(helper.make_node("MatMul", ["m0", f"p{i}"], [f"p{i + 1}"]) for i in range(loops)),
        helper.make_node("ReduceMax", [f"p{loops}"], ["peak"], keepdims=0),
        helper.make_node("Min", ["peak", "zero"], ["nought"]),
        helper.make_node("Mul", ["nought", "zero"], ["none"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([size, size], np.int64), "square"),
        numpy_helper.from_array(np.array(0.0, np.float32), "zero"),
    ]
    return _decoder_plus("none", nodes, constants)


def slow_to_open_graph(loops: int = 2000, size: int = 700) -> onnx.ModelProto:
    """As the decoder, with products of constants that the optimiser computes when the graph is opened."""
    nodes = [
        helper.make_node("ConstantOfShape", ["square"], ["p0"], value=helper.make_tensor("v", 1, [1], [1e-3])),
        *(helper.make_node("MatMul", ["p0", f"p{i}"], [f"p{i + 1}"]) for i in range(loops)),
        helper.make_node("ReduceMax", [f"p{loops}"], ["peak"], keepdims=0),
        helper.make_node("Mul", ["peak", "zero"], ["none"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([size, size], np.int64), "square"),
        numpy_helper.from_array(np.array(0.0, np.float32), "zero"),
    ]
    return _decoder_plus("none", nodes, constants)


def long_decoder_graph(nodes: int = 20_000) -> onnx.ModelProto:
    """As the decoder, after thousands of small operators: a second or so to open, to stop in the middle of."""
    graph = decoder_graph()
    rest = list(graph.graph.node)
    rest[0].input[0] = f"p{nodes}"
    del graph.graph.node[:]
    chain = (helper.make_node("Tanh", [f"p{i}" if i else "w"], [f"p{i + 1}"]) for i in range(nodes))
    graph.graph.node.extend([*chain, *rest])
    return graph


def hungry_decoder_graph(elements: int, *, from_input: bool) -> onnx.ModelProto:
    """As the decoder, plus the maximum of a tensor of so many zeros; its size is computed from the input or fixed."""
    nodes = [helper.make_node("ConstantOfShape", ["size" if from_input else "count"], ["zeros"])]
    if from_input:
        nodes = [
            helper.make_node("Shape", ["w"], ["rows"], start=0, end=1),
            helper.make_node("Mul", ["rows", "nil"], ["none_of_them"]),
            helper.make_node("Add", ["count", "none_of_them"], ["size"]),
            *nodes,
        ]
    nodes.append(helper.make_node("ReduceMax", ["zeros"], ["peak"], keepdims=0))
    constants = [
        numpy_helper.from_array(np.array([elements], np.int64), "count"),
        numpy_helper.from_array(np.array([0], np.int64), "nil"),
    ]
    return _decoder_plus("peak", nodes, constants)


def picky_decoder_graph() -> onnx.ModelProto:
    """A decoder whose last bits hang on the batch size and the threads where all rows are computed in one run.

    33 channels take the convolution that splits its work by threads; a weight that is computed from the input
    takes the product that treats a single row as a special case.
    """
    rng = np.random.default_rng(1)
    channels = 33
    k = {
        "d": rng.standard_normal((W, channels * SIDE * SIDE)) / W,
        "c": rng.standard_normal((channels, channels, 3, 3)) / channels,
        "l": rng.standard_normal((1, channels, 3, 3)) / channels,
    }
    nodes = [
        helper.make_node("ReduceMax", ["w"], ["top"], keepdims=0),
        helper.make_node("Mul", ["top", "zero"], ["nought"]),
        helper.make_node("Add", ["d", "nought"], ["computed"]),
        helper.make_node("MatMul", ["w", "computed"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["x0"]),
        helper.make_node("Conv", ["x0", "c"], ["x1"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node("LeakyRelu", ["x1"], ["x2"], alpha=0.2),
        helper.make_node("Conv", ["x2", "l"], ["x3"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node("Tanh", ["x3"], ["image"]),
    ]
    constants = [
        *(numpy_helper.from_array(v.astype(np.float32), n) for n, v in k.items()),
        numpy_helper.from_array(np.array(0.0, np.float32), "zero"),
        numpy_helper.from_array(np.array([-1, channels, SIDE, SIDE], np.int64), "shape"),
    ]
    inputs = [_value("w", TensorProto.FLOAT, ["N", W])]
    return model(nodes, inputs, [_value("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])], constants)


def _decoder_plus(extra: str, nodes: list, constants: list) -> onnx.ModelProto:
    """The decoder with one number, computed by `nodes`, added before its Tanh."""
    graph = decoder_graph()
    graph.graph.node[1].input[0] = "sum"
    rest = list(graph.graph.node)[1:]
    first = graph.graph.node[0]
    del graph.graph.node[:]
    graph.graph.node.extend([*nodes, first, helper.make_node("Add", ["flat", extra], ["sum"]), *rest])
    graph.graph.initializer.extend(constants)
    return graph


def model(nodes: list, inputs: list, outputs: list, constants: list) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _value(name: str, kind: int, shape: list) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
