"""A decoder-only transformer with a cache of keys and values as one ONNX graph, written operator by operator.

Inputs and outputs are those of Hugging Face's exports (desktop_app/engine/manifest.py, TextModel); past and present may
be one buffer. One writer for two families of nets: Llama's (Touvron et al. 2023, arXiv 2302.13971) and ours (gpt.py).
The operators are ONNX Runtime's own: GroupQueryAttention with the turn of queries and keys inside, MatMulNBits with
activations in 8 bits (accuracy_level 4), SkipSimplifiedLayerNormalization, which adds and norms at once. Where 8 bits
of an activation are too few, it goes through as two rows of 8 bits each: a product of few rows takes the time that
reading its weights takes, so a second row costs little.
"""

import dataclasses
import pathlib
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

from export.block_matrix import BlockMatrix, Matrix

OPSET = 21
MICROSOFT = "com.microsoft"
INT8_ACTIVATIONS = 4  # accuracy_level; without it 8 bits are ten times slower
SMALLEST_STEP = 1e-20  # of activations that are rounded, where all of them are 0
END_OF_AXIS = np.iinfo(np.int64).max

Gain = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a decoder is, but for its weights."""

    vocabulary: int
    context: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    rotary_base: float
    epsilon: float  # of the RMS norms
    feed: Literal["swiglu", "squared relu"]
    norm_heads: bool = False  # queries and keys are normed before they are turned
    norm_embedding: bool = False
    soft_cap: float | None = None  # logits are cap * tanh(logits / cap)


@dataclasses.dataclass(frozen=True)
class Layer:
    """Matrices (outputs, inputs) of one block; a gain is what an RMS norm is multiplied by, (width,)."""

    attention_gain: Gain
    qkv: Matrix  # queries, keys, values, one below the other
    out: Matrix
    feed_gain: Gain
    up: Matrix  # of SwiGLU: the gate, then what passes it
    down: Matrix


@dataclasses.dataclass(frozen=True)
class Decoder:
    shape: Shape
    embedding: Matrix  # (vocabulary, width)
    layers: tuple[Layer, ...]
    gain: Gain  # of the last norm
    head: Matrix | None = None  # (vocabulary, width), where it is not the embedding
    fine: bool = False  # activations keep 16 bits in all products with blocks, and not only in the last


def write_decoder(decoder: Decoder, path: pathlib.Path) -> None:
    path.write_bytes(decoder_model(decoder).SerializeToString())


def decoder_model(decoder: Decoder) -> ModelProto:
    return _Writer(decoder).model()


def cache_names(layers: int, kind: str) -> list[str]:
    """kind: "past_key_values" or "present"."""
    return [f"{kind}.{n}.{part}" for n in range(layers) for part in ("key", "value")]


def rotary_tables(shape: Shape) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(cos, sin) of place * base^(-2i / head), each (context, head / 2)."""
    speed = shape.rotary_base ** (-np.arange(0, shape.head_size, 2) / shape.head_size)
    angle = np.arange(shape.context)[:, None] * speed
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


class _Writer:
    """Nodes and constants in the order in which they are needed; each method gives the name of what it computes."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder, self._shape = decoder, decoder.shape
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._split: set[str] = set()  # products whose activations are there in blocks
        self._stored: dict[int, tuple[str, str]] = {}  # id of a matrix -> names of its codes and scales

    def model(self) -> ModelProto:
        logits = self._logits(self._hidden())
        assert logits == "logits"
        graph = helper.make_graph(
            self._nodes, "maquette", self._inputs(), self._outputs(), initializer=list(self._constants.values())
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="maquette")

    # -- from tokens to logits -------------------------------------------------------------------------------------

    def _hidden(self) -> str:
        """(B, T, width): after the last norm."""
        self._lengths()
        cos, sin = rotary_tables(self._shape)
        self._constant("cos", cos)
        self._constant("sin", sin)
        x = self._embed()
        normed = ""
        added = ""  # what the last part computed, not yet added to x
        for n, layer in enumerate(self._decoder.layers):
            normed, x = self._add_and_norm(x, added, layer.attention_gain, f"layer.{n}.attention_norm")
            added = self._attention(normed, layer, n)
            normed, x = self._add_and_norm(x, added, layer.feed_gain, f"layer.{n}.feed_norm")
            added = self._feed(normed, layer, n)
        return self._add_and_norm(x, added, self._decoder.gain, "last_norm")[0]

    def _lengths(self) -> None:
        """What GroupQueryAttention wants to know of the mask: seqlens_k (B,), the last place of each row, and T + P."""
        axis = self._integers("axis.1", 1)
        counted = self._node("ReduceSum", ["attention_mask", axis], "lengths", keepdims=0)
        last = self._node("Sub", [counted, self._constant("one", np.array(1, np.int64))], "last_places")
        self._node("Cast", [last], "seqlens_k", to=TensorProto.INT32)
        size = self._node("Shape", ["attention_mask"], "mask_size", start=1, end=2)
        self._node("Cast", [self._node("Squeeze", [size], "mask_length")], "total_length", to=TensorProto.INT32)

    def _embed(self) -> str:
        table = self._decoder.embedding
        if not isinstance(table, BlockMatrix):
            x = self._node("Gather", [self._constant("embedding", table), "input_ids"], "embedding.rows")
        else:
            x = self._gather_blocks(table)
        if not self._shape.norm_embedding:
            return x
        return self._norm(x, np.ones(self._shape.width, np.float32), "embedding.norm")

    def _gather_blocks(self, table: BlockMatrix) -> str:
        """Rows of the very table that the last product reads."""
        if table.bits != 8 or table.offsets is not None:
            raise ValueError("an embedding is stored in 8 bits without offsets")
        codes, scales = self._store(table, "embedding")
        rows = self._node("Gather", [codes, "input_ids"], "embedding.chosen")  # (B, T, blocks, block)
        signed = self._node(
            "Sub",
            [self._node("Cast", [rows], "embedding.numbers", to=TensorProto.FLOAT), self._number("middle", 128.0)],
            "embedding.signed",
        )
        steps = self._node("Gather", [scales, "input_ids"], "embedding.steps")  # (B, T, blocks)
        last = self._integers("axis.last", -1)
        wide = self._node("Unsqueeze", [steps, last], "embedding.steps_wide")
        values = self._node("Mul", [signed, wide], "embedding.values")
        shape = self._integers("embedding.shape", 0, 0, self._shape.width)
        return self._node("Reshape", [values, shape], "embedding.rows")

    def _attention(self, x: str, layer: Layer, n: int) -> str:
        name, shape = f"layer.{n}.attention", self._shape
        qkv = self._product(x, layer.qkv, f"{name}.qkv")
        if shape.norm_heads:
            qkv = self._norm_heads(qkv, name)
        past, present = (cache_names(n + 1, kind)[-2:] for kind in ("past_key_values", "present"))
        mixed = f"{name}.mixed"
        node = helper.make_node(
            "GroupQueryAttention",
            [qkv, "", "", *past, "seqlens_k", "total_length", "cos", "sin"],
            [mixed, *present],
            domain=MICROSOFT,
            num_heads=shape.heads,
            kv_num_heads=shape.kv_heads,
            do_rotary=1,
        )
        self._nodes.append(node)
        return self._product(mixed, layer.out, f"{name}.out")

    def _norm_heads(self, qkv: str, name: str) -> str:
        """Each head's query and key over its own length, values as they are."""
        shape = self._shape
        turned, values = (shape.heads + shape.kv_heads) * shape.head_size, shape.kv_heads * shape.head_size
        sizes = self._integers("qkv.sizes", turned, values)
        parts = [f"{name}.qk", f"{name}.v"]
        self._nodes.append(helper.make_node("Split", [qkv, sizes], parts, axis=2))
        in_heads = self._integers("heads.shape", 0, 0, -1, shape.head_size)
        heads = self._node("Reshape", [parts[0], in_heads], f"{name}.heads")
        normed = self._norm(heads, np.ones(shape.head_size, np.float32), f"{name}.heads_normed")
        flat = self._integers("qk.shape", 0, 0, turned)
        return self._node(
            "Concat", [self._node("Reshape", [normed, flat], f"{name}.qk_normed"), parts[1]], f"{name}.packed", axis=2
        )

    def _feed(self, x: str, layer: Layer, n: int) -> str:
        name = f"layer.{n}.feed"
        up = self._product(x, layer.up, f"{name}.up")
        if self._shape.feed == "squared relu":
            positive = self._node("Relu", [up], f"{name}.positive")
            hidden = self._node("Mul", [positive, positive], f"{name}.hidden")
        else:
            gate, passed = f"{name}.gate", f"{name}.passed"
            self._nodes.append(helper.make_node("Split", [up], [gate, passed], axis=2, num_outputs=2))
            opened = self._node("QuickGelu", [gate], f"{name}.opened", domain=MICROSOFT, alpha=1.0)  # x sigmoid(x)
            hidden = self._node("Mul", [opened, passed], f"{name}.hidden")
        return self._product(hidden, layer.down, f"{name}.down")

    def _logits(self, hidden: str) -> str:
        """Of the last num_logits_to_keep places."""
        one = self._integers("size.1", 1)
        count = self._node("Neg", [self._node("Reshape", ["num_logits_to_keep", one], "count")], "first_kept")
        ends, axis = self._integers("ends", END_OF_AXIS), self._integers("axis.1", 1)
        kept = self._node("Slice", [hidden, count, ends, axis], "kept")
        head, cap = self._decoder.head, self._shape.soft_cap
        head = self._decoder.embedding if head is None else head
        if cap is None:
            return self._product(kept, head, "logits", fine=True)
        raw = self._product(kept, head, "logits.raw", fine=True)
        bent = self._node("Tanh", [self._node("Mul", [raw, self._number("cap.inverse", 1 / cap)], "logits.in")], "bent")
        return self._node("Mul", [bent, self._number("cap", cap)], "logits")

    # -- parts -----------------------------------------------------------------------------------------------------

    def _add_and_norm(self, x: str, added: str, gain: Gain, name: str) -> tuple[str, str]:
        """(norm(x + added) * gain, x + added); added is empty before the first part."""
        if not added:
            return self._norm(x, gain, name), x
        outputs = [name, "", "", f"{name}.sum"]
        inputs = [x, added, self._gain(gain, name)]
        self._nodes.append(
            helper.make_node(
                "SkipSimplifiedLayerNormalization", inputs, outputs, domain=MICROSOFT, epsilon=self._shape.epsilon
            )
        )
        return name, outputs[3]

    def _norm(self, x: str, gain: Gain, name: str) -> str:
        """x / rms(x) * gain over the last axis."""
        return self._node(
            "SimplifiedLayerNormalization", [x, self._gain(gain, name)], name, axis=-1, epsilon=self._shape.epsilon
        )

    def _gain(self, gain: Gain, name: str) -> str:
        """Gains of ones are one constant a size."""
        if (gain == 1).all():
            return self._constant(f"ones.{len(gain)}", gain)
        return self._constant(f"{name}.gain", gain)

    def _product(self, x: str, matrix: Matrix, name: str, *, fine: bool | None = None) -> str:
        """x (..., K) times the matrix (N, K), turned: (..., N). fine: 16 bits an activation, or as the decoder says."""
        if not isinstance(matrix, BlockMatrix):
            return self._node("MatMul", [x, self._constant(f"{name}.weight", np.ascontiguousarray(matrix.T))], name)
        whole = name if matrix.offsets is None else f"{name}.codes_part"
        product = self._fine_product if (self._decoder.fine if fine is None else fine) else self._coarse_product
        product(x, matrix, name, whole)
        return whole if matrix.offsets is None else self._add_offsets(x, matrix, whole, name)

    def _coarse_product(self, x: str, matrix: BlockMatrix, name: str, output: str) -> str:
        """Without offsets; x is rounded to 8 bits in blocks."""
        codes, scales = self._store(matrix, name)
        (rows, columns), (bits, block) = matrix.shape, (matrix.bits, matrix.block)
        form = {"N": rows, "K": columns, "bits": bits, "block_size": block, "accuracy_level": INT8_ACTIVATIONS}
        return self._node("MatMulNBits", [x, codes, scales], output, domain=MICROSOFT, **form)

    def _fine_product(self, x: str, matrix: BlockMatrix, name: str, output: str) -> str:
        """Without offsets; x in two parts that 8 bits hold, as rows of one product.

        The first part is what MatMulNBits would round x to, the second what it would lose.
        """
        blocks = self._blocks(x, matrix, name)
        sizes = self._node("Abs", [blocks], f"{name}.sizes")
        largest = self._node("ReduceMax", [sizes, self._integers("axis.-1", -1)], f"{name}.largest")
        step = self._node("Mul", [largest, self._number("step", 1 / 127)], f"{name}.step_or_none")
        step = self._node("Max", [step, self._number("smallest", SMALLEST_STEP)], f"{name}.step")
        steps = self._node("Round", [self._node("Div", [blocks, step], f"{name}.in_steps")], f"{name}.steps")
        first = self._node("Mul", [steps, step], f"{name}.first")
        second = self._node("Sub", [blocks, first], f"{name}.second")
        both = self._node("Concat", [first, second], f"{name}.both", axis=0)  # (2 B, T, K / block, block)
        columns = matrix.shape[1]
        rows = self._node("Reshape", [both, self._integers(f"rows.{columns}", 0, 0, columns)], f"{name}.rows")
        products = self._coarse_product(rows, matrix, name, f"{name}.products")
        parts = [f"{name}.of_first", f"{name}.of_second"]
        self._nodes.append(helper.make_node("Split", [products], parts, axis=0, num_outputs=2))
        return self._node("Add", parts, output)

    def _add_offsets(self, x: str, matrix: BlockMatrix, whole: str, name: str) -> str:
        """The sums of x over each block, times the offsets, in float32."""
        assert matrix.offsets is not None
        blocks = self._blocks(x, matrix, name)
        sums = self._node("ReduceSum", [blocks, self._integers("axis.-1", -1)], f"{name}.sums", keepdims=0)
        offsets = self._half(f"{name}.offsets", np.ascontiguousarray(matrix.offsets.T))
        return self._node("Add", [whole, self._node("MatMul", [sums, offsets], f"{name}.offsets_part")], name)

    def _blocks(self, x: str, matrix: BlockMatrix, name: str) -> str:
        """(B, T, K) -> (B, T, K / block, block), once for each product."""
        if name not in self._split:
            self._split.add(name)
            self._node(
                "Reshape", [x, self._integers(f"blocks.{matrix.block}", 0, 0, -1, matrix.block)], f"{name}.blocks"
            )
        return f"{name}.blocks"

    # -- constants and nodes ---------------------------------------------------------------------------------------

    def _store(self, matrix: BlockMatrix, name: str) -> tuple[str, str]:
        """Names of the packed codes and of the scales; a matrix is stored once."""
        if id(matrix) not in self._stored:
            codes = self._constant(f"{name}.codes", matrix.packed())
            self._stored[id(matrix)] = codes, self._half(f"{name}.scales", matrix.scales)
        return self._stored[id(matrix)]

    def _half(self, name: str, values: npt.NDArray[np.float16]) -> str:
        """A constant kept in half precision; ONNX Runtime widens it when it loads the graph."""
        half = self._constant(f"{name}.half", values)
        return self._node("Cast", [half], name, to=TensorProto.FLOAT)

    def _integers(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, np.int64))

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, np.float32))

    def _constant(self, name: str, values: npt.NDArray[Any]) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(values, name)
        return name

    def _node(self, op: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(op, inputs, [output], domain=domain, **attributes))
        return output

    # -- what goes in and out --------------------------------------------------------------------------------------

    def _inputs(self) -> list[Any]:
        whole = [("input_ids", ["B", "T"]), ("attention_mask", ["B", "P + T"])]
        past = [self._value(name, ["B", "P"]) for name in cache_names(len(self._decoder.layers), "past_key_values")]
        count = helper.make_tensor_value_info("num_logits_to_keep", TensorProto.INT64, [])
        return [*(helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name, axes in whole), *past, count]

    def _outputs(self) -> list[Any]:
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", "K", self._shape.vocabulary])
        names = cache_names(len(self._decoder.layers), "present")
        return [logits, *(self._value(name, ["B", "P + T"]) for name in names)]

    def _value(self, name: str, axes: list[str]) -> Any:
        shape = [axes[0], self._shape.kv_heads, axes[1], self._shape.head_size]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
