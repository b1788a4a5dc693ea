"""What the packages of all language models have in common: the graph, its description, and the golden example."""

import pathlib
from typing import Any

import numpy as np
from onnx import ModelProto

from desktop_app.engine.manifest import Graph, Tensor, TextKind, TextModel
from export.package_files import write_arrays
from export.text_graph import OPSET, Decoder, decoder_model
from export.text_reference import reference_logits

GRAPH = "model"
GOLDEN_TOKENS = 24
_TYPES = {1: "float32", 7: "int64"}  # of TensorProto.DataType


def write_text_part(
    folder: pathlib.Path, decoder: Decoder, *, end: tuple[int, ...], kinds: tuple[TextKind, ...] = ()
) -> dict[str, Any]:
    """Write model.onnx and golden.npz; the fields of the manifest that tell of them."""
    model = decoder_model(decoder)
    (folder / f"{GRAPH}.onnx").write_bytes(model.SerializeToString())
    write_golden(folder, decoder)
    shape = decoder.shape
    text = TextModel(
        context=shape.context,
        vocabulary=shape.vocabulary,
        layers=len(decoder.layers),
        kv_heads=shape.kv_heads,
        head_size=shape.head_size,
        in_place=True,
        end=end,
        kinds=kinds,
    )
    return {"abilities": ("complete",), "graphs": {"text": described(model)}, "text": text, "opset": OPSET}


def described(model: ModelProto) -> Graph:
    """What the manifest says of the graph's inputs and outputs."""
    return Graph(GRAPH, _tensors(model.graph.input), _tensors(model.graph.output))


def _tensors(values: Any) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(
            value.name,
            _TYPES[value.type.tensor_type.elem_type],  # type: ignore[arg-type]
            tuple(axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim),
        )
        for value in values
    )


def write_golden(folder: pathlib.Path, decoder: Decoder) -> None:
    """Tokens of nobody's text, and the logits after them in float32, computed without ONNX Runtime."""
    count = min(GOLDEN_TOKENS, decoder.shape.context)
    tokens = np.random.default_rng(0).integers(decoder.shape.vocabulary, size=count)
    logits = reference_logits(decoder, tokens, keep=1).astype(np.float32)
    write_arrays(folder / "golden.npz", {"tokens": tokens[None].astype(np.int64), "logits": logits})
