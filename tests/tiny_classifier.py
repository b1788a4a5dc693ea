"""A tiny package that tells classes apart, with a real ONNX graph: dark, light or striped, by two features of a place.

features at each of 3 x 3 places: the mean of 4 x 4 pixels where they are light, and where they are dark.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine.manifest import Classifier, Graph, Picture, Tensor
from tests import tiny_package

SIDE, GRID, FEATURES = 12, 3, 2
CLASSES = ("dark", "light", "mixed")
HEAD = np.array([[-4.0, 4.0], [4.0, -4.0], [1.0, 1.0]], np.float32)  # (K, FEATURES): light, dark
BIAS = np.array([0.0, 0.0, 0.25], np.float32)

GRAPH = Graph(
    "classifier",
    (Tensor("image", "float32", ("N", 1, SIDE, SIDE)),),
    (
        Tensor("logits", "float32", ("N", len(CLASSES))),
        Tensor("evidence", "float32", ("N", len(CLASSES), GRID, GRID)),
        Tensor("features", "float32", ("N", FEATURES)),
    ),
)


def tiny_classifier(parent: Path, name: str = "tiny-judge", *, broken: bool = False) -> Path:
    """A package of CLASSES; `broken` answers with numbers that are none."""
    folder = parent / name
    folder.mkdir(parents=True)
    onnx.save(graph(broken=broken), folder / "classifier.onnx")
    x = np.linspace(-1, 1, 2 * SIDE * SIDE, dtype=np.float32).reshape(2, 1, SIDE, SIDE)
    np.savez(folder / "golden.npz", image=x, **reference(x))
    (folder / "card.md").write_text("# Tiny\n")
    write_manifest(folder)
    return folder


def write_manifest(folder: Path, **changes: object) -> None:
    """Write the manifest of the files as they are now; `changes` replace fields of it."""
    fields: dict[str, object] = {
        "title": folder.name.title(),
        "summary": "A classifier for tests.",
        "abilities": ("classify",),
        "graphs": {"classifier": GRAPH},
        "latent": None,
        "picture": Picture(1, SIDE, SIDE, -1.0, 1.0),
        "classes": CLASSES,
        "classifier": Classifier(FEATURES, (GRID, GRID)),
    }
    tiny_package.write_manifest(folder, **(fields | changes))


def reference(x: np.ndarray) -> dict[str, np.ndarray]:
    """What the graph computes, in numpy: (N, 1, SIDE, SIDE) in -1..1 -> its three outputs."""
    both = np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=1)
    step = SIDE // GRID
    places = both.reshape(-1, FEATURES, GRID, step, GRID, step).mean(axis=(3, 5))
    evidence = np.einsum("kd,ndyx->nkyx", HEAD, places) + BIAS[:, None, None]
    return {"logits": evidence.mean(axis=(2, 3)), "evidence": evidence, "features": places.mean(axis=(2, 3))}


def graph(*, broken: bool = False) -> onnx.ModelProto:
    step = SIDE // GRID
    nodes = [
        helper.make_node("Relu", ["image"], ["light"]),
        helper.make_node("Sub", ["light", "image"], ["dark"]),  # max(-x, 0)
        helper.make_node("Concat", ["light", "dark"], ["both"], axis=1),
        helper.make_node("AveragePool", ["both"], ["places"], kernel_shape=[step, step], strides=[step, step]),
        helper.make_node("Conv", ["places", "head", "bias"], ["map"]),
        helper.make_node("Mul", ["map", "factor"], ["evidence"]),
        helper.make_node("ReduceMean", ["evidence", "sides"], ["logits"], keepdims=0),
        helper.make_node("ReduceMean", ["places", "sides"], ["features"], keepdims=0),
    ]
    constants = [
        numpy_helper.from_array(HEAD[:, :, None, None], "head"),
        numpy_helper.from_array(BIAS, "bias"),
        numpy_helper.from_array(np.array(np.nan if broken else 1, np.float32), "factor"),
        numpy_helper.from_array(np.array([2, 3], np.int64), "sides"),
    ]
    outputs = [helper.make_tensor_value_info(t.name, TensorProto.FLOAT, list(t.shape)) for t in GRAPH.outputs]
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])]
    return tiny_package.model(nodes, inputs, outputs, constants)
