"""A package's classifier with the weights of its last layers in random order: what a map must not be the same for.

A map that stays as it was tells of the picture's edges, not of what the network has learnt (Adebayo et al. 2018, arXiv
1810.03292, section 3.1: cascading randomisation from the last layer down; a permutation keeps the weights' spread).
"""

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torchmetrics.functional.regression import spearman_corrcoef


def layers_of(model: onnx.ModelProto) -> list[list[str]]:
    """Names of the initializers of each layer's weights, from the last layer up; two copies of one are one layer."""
    widened = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Cast"}
    stored = {i.name: i for i in model.graph.initializer}
    layers: dict[tuple[int, bytes], list[str]] = {}
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm", "MatMul"):
            name = next(x for x in (widened.get(x, x) for x in node.input[1:]) if x in stored)
            values = numpy_helper.to_array(stored[name])
            layers.setdefault((values.size, np.ascontiguousarray(values).tobytes()), []).append(name)
    return list(layers.values())[::-1]


def shuffle_last(model: onnx.ModelProto, count: int, *, seed: int) -> onnx.ModelProto:
    """A copy in which the weights of the last `count` layers are permuted."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    chosen = {name: layer for layer, names in enumerate(layers_of(model)[:count]) for name in names}
    for initializer in copy.graph.initializer:
        if initializer.name in chosen:
            values = numpy_helper.to_array(initializer)
            order = np.random.default_rng([seed, chosen[initializer.name]]).permutation(values.size)
            initializer.CopyFrom(numpy_helper.from_array(values.ravel()[order].reshape(values.shape), initializer.name))
    return copy


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """(n, h, w) maps -> the mean over the pictures of Spearman's rank correlation of their maps."""
    a, b = (torch.from_numpy(maps.reshape(len(maps), -1).T.astype(np.float64)) for maps in (one, other))
    return float(spearman_corrcoef(a, b).nanmean())
