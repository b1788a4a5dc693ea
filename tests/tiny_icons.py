"""Tiny packages of icons with real ONNX graphs, made on the spot.

A latent of 16 numbers is a 4 x 4 grid of bumps on a disc; the decoder lays them out in a field of 16 x 16, the encoder
reads them back by least squares. The flow leads noise towards a point that words, style and source add up to.
"""

from pathlib import Path

import msgspec
import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from desktop_app.engine import packages
from desktop_app.engine.manifest import Icons, IconSource, Latent, Picture
from tests.fake_icons import icon_graphs
from tests.tiny_package import model, write_manifest

SIZE, FIELD, DRAWN, MOST_WORDS, STEPS = 16, 16, 128, 4, 6
REACH = 2.0  # pixels
VOCABULARY = ("bird", "cat", "cloud", "cup", "heart", "home", "star", "tree")
STYLES = ("filled", "outline")
SOURCES = (IconSource("round", "Round Icons", "MIT", 3), IconSource("sharp", "Sharp Icons", "Apache-2.0", 2))
GUIDANCE = 2.0
NEARLY_1 = 0.999


def tiny_icons(parent: Path, name: str = "tiny-icons", **changes: object) -> packages.Package:
    """changes: fields of its manifest."""
    folder = parent / name
    folder.mkdir(parents=True)
    onnx.save(flow_graph(), folder / "flow.onnx")
    onnx.save(decoder_graph(), folder / "decoder.onnx")
    onnx.save(encoder_graph(), folder / "encoder.onnx")
    np.savez(folder / "golden.npz", **golden())
    (folder / "card.md").write_text("# Tiny icons\n")
    return rewrite(folder, **changes)


def rewrite(folder: Path, **changes: object) -> packages.Package:
    """The package of the folder's files as they are now; `changes` replace fields of its manifest."""
    about = {
        "title": "Tiny icons",
        "abilities": ("sample", "encode"),
        "graphs": icon_graphs(SIZE, FIELD, MOST_WORDS),
        "latent": Latent(SIZE),
        "picture": Picture(1, DRAWN, DRAWN, 0.0, 1.0),
        "classes": (),
        "icons": Icons(FIELD, REACH, STEPS, GUIDANCE, MOST_WORDS, VOCABULARY, STYLES, SOURCES),
        "tolerance": 1e-4,
    }
    write_manifest(folder, **(about | changes))
    return packages.open_package(folder)


def icons_with(package: packages.Package, **changes: object) -> packages.Package:
    """The package with other words about its icons."""
    assert package.manifest.icons is not None
    return rewrite(package.folder, icons=msgspec.structs.replace(package.manifest.icons, **changes))


def weights() -> dict[str, np.ndarray]:
    """One row of `words`, `styles` and `sources` for each number; row 0, which stands for none, is naught."""
    rng = np.random.default_rng(4)
    rows = {"words": len(VOCABULARY), "styles": len(STYLES), "sources": len(SOURCES)}
    k = {name: np.vstack([np.zeros((1, SIZE)), 0.7 * rng.standard_normal((n, SIZE))]) for name, n in rows.items()}
    k |= {"a": rng.standard_normal((SIZE, SIZE)) / 4, "b": rng.standard_normal((1, SIZE)), "d": _bumps()}
    k["base"] = _disc().reshape(1, -1)
    k["c"] = np.linalg.pinv(_bumps())
    return {name: value.astype(np.float32) for name, value in k.items()}


def velocity(x: np.ndarray, time: np.ndarray, words: np.ndarray, style: np.ndarray, source: np.ndarray) -> np.ndarray:
    """What the flow computes, in numpy: (N, 16)."""
    k = weights()
    aim = k["words"][words].sum(axis=1) + k["styles"][style] + k["sources"][source]
    return aim - x + np.tanh(x @ k["a"] + time[:, None] @ k["b"])


def field(w: np.ndarray) -> np.ndarray:
    """What the decoder computes, in numpy: (N, 16) -> (N, 1, 16, 16)."""
    k = weights()
    return np.tanh(k["base"] + w @ k["d"]).reshape(-1, 1, FIELD, FIELD)


def encoded(fields: np.ndarray) -> np.ndarray:
    """What the encoder computes, in numpy: (N, 1, 16, 16) -> (N, 16)."""
    k = weights()
    return (np.arctanh(np.clip(fields.reshape(len(fields), -1), -NEARLY_1, NEARLY_1)) - k["base"]) @ k["c"]


def golden() -> dict[str, np.ndarray]:
    noise = np.linspace(-1, 1, 2 * SIZE, dtype=np.float32).reshape(2, SIZE)
    told = {"words": np.array([[1, 3, 0, 0], [0, 0, 0, 0]]), "style": np.array([2, 0]), "source": np.array([0, 1])}
    untold = {key: np.zeros_like(value) for key, value in told.items()}
    guidance = np.array([GUIDANCE, 1.0], np.float32)
    x = noise
    for step in range(STEPS):
        time = np.full(2, step / STEPS, np.float32)
        without = velocity(x, time, **untold)
        x = x + (without + guidance[:, None] * (velocity(x, time, **told) - without)) / np.float32(STEPS)
    numbers = {"noise": noise, "guidance": guidance, "latent": x, "field": field(x), "encoded": encoded(field(x))}
    return {**{key: value.astype(np.float32) for key, value in numbers.items()}, **told}


def flow_graph() -> onnx.ModelProto:
    k = weights()
    nodes = [
        helper.make_node("Gather", ["words_table", "words"], ["each"]),
        helper.make_node("ReduceSum", ["each", "one"], ["said"], keepdims=0),
        helper.make_node("Gather", ["styles_table", "style"], ["styled"]),
        helper.make_node("Gather", ["sources_table", "source"], ["sourced"]),
        helper.make_node("Sum", ["said", "styled", "sourced"], ["aim"]),
        helper.make_node("Unsqueeze", ["time", "one"], ["t"]),
        helper.make_node("MatMul", ["t", "b"], ["tb"]),
        helper.make_node("MatMul", ["x", "a"], ["xa"]),
        helper.make_node("Add", ["xa", "tb"], ["before"]),
        helper.make_node("Tanh", ["before"], ["swirl"]),
        helper.make_node("Sub", ["aim", "x"], ["pull"]),
        helper.make_node("Add", ["pull", "swirl"], ["velocity"]),
    ]
    constants = [
        *_constants(k, "a", "b"),
        *(numpy_helper.from_array(k[name], f"{name}_table") for name in ("words", "styles", "sources")),
        numpy_helper.from_array(np.array([1], np.int64), "one"),
    ]
    return _model("flow", nodes, constants)


def decoder_graph(nodes: tuple[NodeProto, ...] = (), from_: str = "w") -> onnx.ModelProto:
    """nodes: what comes before it, from “w” to the tensor `from_`."""
    last = [
        *nodes,
        helper.make_node("MatMul", [from_, "d"], ["bumps"]),
        helper.make_node("Add", ["bumps", "base"], ["flat"]),
        helper.make_node("Tanh", ["flat"], ["bounded"]),
        helper.make_node("Reshape", ["bounded", "shape"], ["field"]),
    ]
    shape = numpy_helper.from_array(np.array([-1, 1, FIELD, FIELD], np.int64), "shape")
    return _model("decoder", last, [*_constants(weights(), "d", "base"), shape])


def encoder_graph() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Flatten", ["field"], ["whole"], axis=1),
        helper.make_node("Clip", ["whole", "low", "high"], ["bounded"]),
        helper.make_node("Atanh", ["bounded"], ["flat"]),
        helper.make_node("Sub", ["flat", "base"], ["bumps"]),
        helper.make_node("MatMul", ["bumps", "c"], ["w"]),
    ]
    ends = [numpy_helper.from_array(np.array(v, np.float32), n) for n, v in (("low", -NEARLY_1), ("high", NEARLY_1))]
    return _model("encoder", nodes, [*_constants(weights(), "c", "base"), *ends])


def _bumps() -> np.ndarray:
    """(16, 256): one smooth hill for each number, in the middle of its cell."""
    y, x = np.mgrid[0:FIELD, 0:FIELD] + 0.5
    centres = [(4 * r + 2, 4 * c + 2) for r in range(4) for c in range(4)]
    return np.stack([0.8 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 8).ravel() for cy, cx in centres])


def _disc() -> np.ndarray:
    y, x = np.mgrid[0:FIELD, 0:FIELD] + 0.5
    return (5.0 - np.hypot(y - FIELD / 2, x - FIELD / 2)) / REACH / 2


def _constants(k: dict[str, np.ndarray], *names: str) -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(k[name], name) for name in names]


def _model(role: str, nodes: list[NodeProto], constants: list[onnx.TensorProto]) -> onnx.ModelProto:
    graph = icon_graphs(SIZE, FIELD, MOST_WORDS)[role]
    kinds = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}
    inputs, outputs = (
        [helper.make_tensor_value_info(t.name, kinds[t.dtype], list(t.shape)) for t in tensors]
        for tensors in (graph.inputs, graph.outputs)
    )
    return model(nodes, inputs, outputs, constants)
