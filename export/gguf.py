"""A language model out of a GGUF file of llama.cpp: shape, matrices, vocabulary, chat template.

Only the family "llama" with a byte-level vocabulary is read. What Q4_0, Q4_1 and Q8_0 hold is taken over without
rounding (block_matrix.py); other types are widened and rounded to 8 bits in blocks of 32. llama.cpp stores the rows of
queries and keys such that neighbours are turned together; here the two halves of a head are (text_graph.py), so the
rows are put back into the order of the original net.
"""

import pathlib
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

from export.block_matrix import BlockMatrix, Matrix, dense, quantise, stacked
from export.errors import ExportError
from export.text_graph import Decoder, Layer, Shape

BLOCK = 32  # of Q4_0, Q4_1 and Q8_0
MAGIC = b"GGUF"


class Source:
    """An opened file. Raises ExportError naming what is missing or of the wrong kind."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        reader = _open(path)
        self._fields = reader.fields
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}
        family = self.value("general.architecture")
        if family != "llama":
            raise ExportError(f"{path.name} holds a model of the family {family!r}; only “llama” is read.")

    def has(self, key: str) -> bool:
        return key in self._fields

    def value(self, key: str) -> Any:
        """A field of the file's head. Raises ExportError where there is none."""
        if key not in self._fields:
            raise ExportError(f"{self.path.name} does not say its {key!r}; another file of the model is needed.")
        return self._fields[key].contents()

    def shape(self) -> Shape:
        heads = self.value("llama.attention.head_count")
        width = self.value("llama.embedding_length")
        self._refuse_scaled_rotation()
        return Shape(
            vocabulary=len(self.value("tokenizer.ggml.tokens")),
            context=self.value("llama.context_length"),
            width=width,
            heads=heads,
            kv_heads=self.value("llama.attention.head_count_kv"),
            head_size=width // heads,
            rotary_base=float(self.value("llama.rope.freq_base")),
            epsilon=float(self.value("llama.attention.layer_norm_rms_epsilon")),
            feed="swiglu",
        )

    def _refuse_scaled_rotation(self) -> None:
        if self.has("llama.rope.scaling.type") and self.value("llama.rope.scaling.type") != "none":
            raise ExportError(f"{self.path.name} scales its rotary positions, which is not read.")
        if "rope_freqs.weight" in self._tensors:
            raise ExportError(f"{self.path.name} brings rotary frequencies of its own, which are not read.")

    def decoder(self, *, bits: int = 4) -> Decoder:
        """bits: 4 takes matrices as they are stored; 8 rounds them to 8 bits; 32 is plain float32, the reference."""
        shape = self.shape()
        layers = tuple(self._layer(n, shape, bits) for n in range(self.value("llama.block_count")))
        embedding = self._matrix("token_embd.weight", (shape.vocabulary, shape.width), max(bits, 8))
        head = None
        if "output.weight" in self._tensors:
            head = self._matrix("output.weight", (shape.vocabulary, shape.width), bits)
        return Decoder(shape, embedding, layers, self._gain("output_norm", shape.width), head, fine=True)

    def _layer(self, n: int, shape: Shape, bits: int) -> Layer:
        block = f"blk.{n}"
        width, inner = shape.width, shape.heads * shape.head_size
        kv, hidden = shape.kv_heads * shape.head_size, self.value("llama.feed_forward_length")
        query = in_halves(self._matrix(f"{block}.attn_q.weight", (inner, width), bits), shape.heads)
        key = in_halves(self._matrix(f"{block}.attn_k.weight", (kv, width), bits), shape.kv_heads)
        value = self._matrix(f"{block}.attn_v.weight", (kv, width), bits)
        up = [self._matrix(f"{block}.ffn_{part}.weight", (hidden, width), bits) for part in ("gate", "up")]
        return Layer(
            attention_gain=self._gain(f"{block}.attn_norm", width),
            qkv=stacked([query, key, value]),
            out=self._matrix(f"{block}.attn_output.weight", (width, inner), bits),
            feed_gain=self._gain(f"{block}.ffn_norm", width),
            up=stacked(up),
            down=self._matrix(f"{block}.ffn_down.weight", (width, hidden), bits),
        )

    def _gain(self, name: str, size: int) -> npt.NDArray[np.float32]:
        tensor = self._tensor(f"{name}.weight", (size,))
        return np.array(gguf.dequantize(tensor.data, tensor.tensor_type), np.float32)

    def _matrix(self, name: str, shape: tuple[int, int], bits: int) -> Matrix:
        tensor = self._tensor(name, shape)
        stored = read_blocks(tensor.data, tensor.tensor_type)
        if stored is not None and bits in (stored.bits, 4):
            return stored
        values = dense(stored) if stored is not None else gguf.dequantize(tensor.data, tensor.tensor_type)
        return values.astype(np.float32) if bits == 32 else quantise(values, bits=8, block=BLOCK)

    def _tensor(self, name: str, shape: tuple[int, ...]) -> gguf.ReaderTensor:
        tensor = self._tensors.get(name)
        if tensor is None:
            raise ExportError(f"{self.path.name} holds no tensor {name!r}; the file is incomplete.")
        found = tuple(int(size) for size in reversed(tensor.shape))
        if found != shape:
            raise ExportError(f"{self.path.name}: the tensor {name!r} is {found}, where {shape} is due.")
        return tensor


def _open(path: pathlib.Path) -> gguf.GGUFReader:
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
        if magic != MAGIC:
            raise ExportError(f"{path.name} is no GGUF file; name one of a SmolLM2 model.")
        return gguf.GGUFReader(path)
    except FileNotFoundError:
        raise ExportError(f"There is no file {path}.") from None
    except (OSError, ValueError, IndexError, KeyError, OverflowError) as error:  # what the library meets in half a file
        raise ExportError(f"{path.name} is not whole ({error}); get it again.") from None


# -----------------------------------------------------------------------------
# blocks


def read_blocks(data: npt.NDArray[Any], kind: gguf.GGMLQuantizationType) -> BlockMatrix | None:
    """The blocks of a matrix (rows, bytes) as they are, or None for a type whose numbers are not of this form.

    Of a byte of 4-bit numbers the low half belongs to the first half of the block (ggml-common.h, block_q4_1).
    """
    types = gguf.GGMLQuantizationType
    if kind not in (types.Q4_0, types.Q4_1, types.Q8_0):
        return None
    head = {types.Q4_0: 2, types.Q4_1: 4, types.Q8_0: 2}[kind]  # bytes: d, and of Q4_1 m
    size = head + (BLOCK if kind == types.Q8_0 else BLOCK // 2)
    rows = len(data)
    blocks = np.ascontiguousarray(data).view(np.uint8).reshape(rows, -1, size)
    d = blocks[..., :head].copy().view(np.float16)  # (rows, blocks, 1 or 2)
    body = blocks[..., head:]
    if kind == types.Q8_0:
        return BlockMatrix(8, (body ^ 0x80).astype(np.uint8).reshape(rows, -1), d[..., 0])  # signed -> from 128
    codes = np.concatenate([body & 15, body >> 4], axis=-1).astype(np.uint8).reshape(rows, -1)
    if kind == types.Q4_0:
        return BlockMatrix(4, codes, d[..., 0])
    offsets = d[..., 1].astype(np.float32) + 8 * d[..., 0].astype(np.float32)
    return BlockMatrix(4, codes, d[..., 0], offsets.astype(np.float16))


def in_halves(matrix: Matrix, heads: int) -> Matrix:
    """Rows of queries or keys: neighbours that turn together, (0, 1), (2, 3), ... -> halves, (0, h/2), (1, h/2 + 1)."""
    order = np.arange(len(matrix.codes if isinstance(matrix, BlockMatrix) else matrix))
    order = order.reshape(heads, -1, 2).swapaxes(1, 2).reshape(-1)
    return matrix.rows(order) if isinstance(matrix, BlockMatrix) else matrix[order]
