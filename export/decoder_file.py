"""A decoder read back out of the ONNX file that text_graph.py wrote, weights of few bits as they are stored."""

import pathlib
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.block_matrix import BlockMatrix, Matrix
from export.errors import ExportError
from export.text_graph import Decoder, Layer, Shape


def read_decoder(path: pathlib.Path) -> Decoder:
    """Raises ExportError where the file is none of text_graph.py."""
    model = onnx.load(path)
    if model.producer_name != "maquette" or not any(n.op_type == "GroupQueryAttention" for n in model.graph.node):
        raise ExportError(f"{path.name} is of no family that can be rebuilt here.")
    return _Reader(model).decoder()


class _Reader:
    def __init__(self, model: onnx.ModelProto) -> None:
        self._constants = {item.name: item for item in model.graph.initializer}
        self._nodes = {output: node for node in model.graph.node for output in node.output if output}
        self._inputs = {item.name: item.type.tensor_type for item in model.graph.input}

    def decoder(self) -> Decoder:
        shape = self._shape()
        count = sum(name.endswith(".attention.mixed") for name in self._nodes)
        head = "logits" if shape.soft_cap is None else "logits.raw"
        own_head = head if f"{head}.codes" in self._constants or f"{head}.weight" in self._constants else ""
        return Decoder(
            shape,
            self._embedding(),
            tuple(self._layer(n, shape) for n in range(count)),
            self._gain("last_norm", shape),
            self._matrix(own_head) if own_head else None,
        )

    def _shape(self) -> Shape:
        attention = self._attributes("layer.0.attention.mixed")
        norm = self._attributes("layer.0.feed_norm")
        kv_heads, head_size = (self._inputs["past_key_values.0.key"].shape.dim[axis].dim_value for axis in (1, 3))
        return Shape(
            vocabulary=self._embedding().shape[0],
            context=self._array("cos").shape[0],
            width=self._embedding().shape[1],
            heads=attention["num_heads"],
            kv_heads=kv_heads,
            head_size=head_size,
            rotary_base=self._rotary_base(),
            epsilon=norm["epsilon"],
            feed="squared relu" if "layer.0.feed.positive" in self._nodes else "swiglu",
            norm_heads="layer.0.attention.heads_normed" in self._nodes,
            norm_embedding="embedding.norm" in self._nodes,
            soft_cap=float(self._array("cap")) if "cap" in self._constants else None,
        )

    def _rotary_base(self) -> float:
        """Of the angle base^(-2 / head) by which the second pair is turned at the second place."""
        cos, sin = self._array("cos"), self._array("sin")
        base = float(np.arctan2(sin[1, 1], cos[1, 1])) ** -cos.shape[1]
        return float(f"{base:.4g}")

    def _embedding(self) -> Matrix:
        return self._array("embedding") if "embedding" in self._constants else self._blocks("embedding", bits=8)

    def _layer(self, n: int, shape: Shape) -> Layer:
        name = f"layer.{n}"
        return Layer(
            attention_gain=self._gain(f"{name}.attention_norm", shape),
            qkv=self._matrix(f"{name}.attention.qkv"),
            out=self._matrix(f"{name}.attention.out"),
            feed_gain=self._gain(f"{name}.feed_norm", shape),
            up=self._matrix(f"{name}.feed.up"),
            down=self._matrix(f"{name}.feed.down"),
        )

    def _gain(self, name: str, shape: Shape) -> np.ndarray:
        return self._array(f"{name}.gain") if f"{name}.gain" in self._constants else np.ones(shape.width, np.float32)

    def _matrix(self, name: str) -> Matrix:
        if f"{name}.weight" in self._constants:
            return np.ascontiguousarray(self._array(f"{name}.weight").T)
        product = next(output for output in (f"{name}.products", f"{name}.codes_part", name) if output in self._nodes)
        return self._blocks(name, bits=self._attributes(product)["bits"])

    def _blocks(self, name: str, *, bits: int) -> BlockMatrix:
        packed, scales = self._array(f"{name}.codes"), self._array(f"{name}.scales.half")
        codes = packed if bits == 8 else np.stack([packed & 15, packed >> 4], axis=-1)
        offsets = self._array(f"{name}.offsets.half").T if f"{name}.offsets.half" in self._constants else None
        return BlockMatrix(bits, codes.reshape(len(packed), -1), scales.reshape(len(packed), -1), offsets)

    def _attributes(self, output: str) -> dict[str, Any]:
        return {item.name: helper.get_attribute_value(item) for item in self._nodes[output].attribute}

    def _array(self, name: str) -> np.ndarray:
        if name not in self._constants:
            raise ExportError(f"Its graph has no “{name}”, which every one made here has.")
        return numpy_helper.to_array(self._constants[name])
