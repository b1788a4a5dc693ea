"""Large weights of a picture network in 8 bits: whole numbers in blocks of 64, each with a scale in half precision.

    weight = scale[block] * code,   code from -127 to 127, the largest weight of a block at one of its ends

`round_to_eight` (tracing.py) gives the weights in torch the values that the package will hold, so that verify compares
like with like; `store_in_eight` then finds in a graph the weights that 8 bits hold exactly, and stores their codes.
They are widened by Cast, Mul and Reshape, which ONNX Runtime folds into constants when it opens the graph
(DequantizeLinear it would keep): what is computed, and how fast, is as before. Small weights stay in half precision,
in which they cost little: biases, the layers next to the pixels, the mapping.
"""

import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.block_matrix import BlockMatrix, Floats, quantise

HALF, EIGHT = 16, 8  # bits of a large weight that a package can be stored with
BLOCK = 64
LARGE = 2**15  # numbers of a weight that is worth it
ZERO = 128  # the code of 0 in a BlockMatrix
CODES, SCALES, SHAPE = "_codes", "_scales", "_shape"  # endings of names


def is_large(shape: tuple[int, ...]) -> bool:
    count = math.prod(shape)
    return len(shape) > 1 and count >= LARGE and count % BLOCK == 0


def blocks_of(values: Floats) -> BlockMatrix:
    """A large weight of any shape as (numbers / BLOCK, BLOCK), rounded to the nearest code."""
    return quantise(values.reshape(-1, BLOCK), bits=8, block=BLOCK)


def store_in_eight(model: onnx.ModelProto) -> None:
    """Large float32 initializers that 8 bits hold exactly become codes and scales, with the nodes that widen them."""
    kept, widen = [], []
    for initializer in model.graph.initializer:
        values = numpy_helper.to_array(initializer)
        found = blocks_of(values) if values.dtype == np.float32 and is_large(values.shape) else None
        if found is None or not np.array_equal(found.dense().reshape(values.shape), values):
            kept.append(initializer)
            continue
        kept += _constants(initializer.name, found, values.shape)
        widen += _widening(initializer.name)
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(widen + nodes)


def _constants(name: str, blocks: BlockMatrix, shape: tuple[int, ...]) -> list[TensorProto]:
    codes = (blocks.codes.astype(np.int16) - ZERO).astype(np.int8)
    arrays = {CODES: codes, SCALES: blocks.scales, SHAPE: np.array(shape, np.int64)}
    return [numpy_helper.from_array(array, name + ending) for ending, array in arrays.items()]


def _widening(name: str) -> list[onnx.NodeProto]:
    wide = {ending: f"{name}{ending}_wide" for ending in (CODES, SCALES)}
    casts = [
        helper.make_node("Cast", [name + ending], [made], name=f"{made}n", to=TensorProto.FLOAT)
        for ending, made in wide.items()
    ]
    scaled = helper.make_node("Mul", list(wide.values()), [f"{name}_blocks"], name=f"{name}_scale")
    shaped = helper.make_node("Reshape", [f"{name}_blocks", name + SHAPE], [name], name=f"{name}_reshape")
    return [*casts, scaled, shaped]


def widened(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The initializers of a graph by name, with each that is stored in 8 bits as float32 under its own name."""
    found = dict(arrays)
    for key in [key for key in arrays if key.endswith(CODES)]:
        name = key.removesuffix(CODES)
        codes, scales, shape = (found.pop(name + ending) for ending in (CODES, SCALES, SHAPE))
        found[name] = (codes.astype(np.float32) * scales.astype(np.float32)).reshape(shape)
    return found
