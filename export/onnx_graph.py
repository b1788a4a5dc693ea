"""A torch module as an ONNX file: free axes with plain names, weights in half precision, no trace of the machine.

Large weights that were rounded to 8 bits before (export/eight_bits.py) are stored in 8 bits.
"""

import logging
import pathlib
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.export import Dim

from export.eight_bits import store_in_eight

OPSET = 20
KEEP_SMALL = 256  # initializers of up to this many numbers stay in float32
LARGEST = 2**20  # of a free axis


def export_onnx(
    net: nn.Module,
    example: tuple[Tensor, ...],
    path: pathlib.Path,
    inputs: list[str],
    outputs: list[str],
    *,
    cell: int | None = None,
    axes: dict[str, tuple[int | str, ...]] | None = None,
) -> None:
    """One graph, then its weights in half precision, or in 8 bits where those hold them exactly.

    cell: the third and fourth axes are free too, in multiples of it. axes: what the inputs' and outputs' are called.
    """
    free = {0: Dim("N", min=1, max=LARGEST)}
    if cell is not None:
        free |= {2 + k: cell * Dim(name, min=1, max=LARGEST // cell) for k, name in enumerate("HW")}
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)  # "no torchvision"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            net.eval(),
            example,
            input_names=inputs,
            output_names=outputs,
            opset_version=OPSET,
            dynamic_shapes=tuple(free for _ in example),
            external_data=False,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    name_axes(model, axes or {})
    store_in_eight(model)
    store_in_half(model)
    strip_traces(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def name_axes(model: onnx.ModelProto, axes: dict[str, tuple[int | str, ...]]) -> None:
    """Free axes get plain names, where the exporter writes formulas such as 8*H."""
    for value in (*model.graph.input, *model.graph.output):
        for dim, name in zip(value.type.tensor_type.shape.dim, axes.get(value.name, ()), strict=False):
            if isinstance(name, str):
                dim.dim_param = name


def store_in_half(model: onnx.ModelProto) -> None:
    """float32 initializers become float16 with a Cast behind them."""
    casts = []
    for initializer in model.graph.initializer:
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.size <= KEEP_SMALL:
            continue
        half = values.astype(np.float16)
        if not np.isfinite(half).all():
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], name=f"{name}_widen", to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)


def strip_traces(model: onnx.ModelProto) -> None:
    """Stack traces and paths of the machine that traced have no place in a package."""
    model.doc_string = ""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    model.graph.name = "maquette"
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
