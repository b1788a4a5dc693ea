"""Weight matrices of few bits a number, as ONNX Runtime's operator MatMulNBits reads them.

    w[n, k] = scale[n, k // block] * (code[n, k] - 2^(bits - 1)) + offset[n, k // block]

MatMulNBits knows one zero point for all blocks without losing speed, and whole ones; llama.cpp's type Q4_1 has a float
minimum a block (w = d q + m). Written as above, with offset = m + 8 d, nothing of it is rounded: the first term is what
MatMulNBits computes, the second is a small float32 product with the sums of x over each block (text_graph.py).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from export.errors import ExportError

Floats = npt.NDArray[np.floating]
BLOCKS = (16, 32, 64, 128, 256)  # that MatMulNBits takes


@dataclasses.dataclass(frozen=True)
class BlockMatrix:
    """N rows (outputs) of K numbers (inputs)."""

    bits: int  # 4 or 8
    codes: npt.NDArray[np.uint8]  # (N, K)
    scales: npt.NDArray[np.float16]  # (N, K / block)
    offsets: npt.NDArray[np.float16] | None = None  # (N, K / block)

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.codes.shape
        return rows, columns

    @property
    def block(self) -> int:
        return self.codes.shape[1] // self.scales.shape[1]

    def rows(self, order: npt.NDArray[np.integer]) -> "BlockMatrix":
        """The rows in another order."""
        offsets = None if self.offsets is None else self.offsets[order]
        return BlockMatrix(self.bits, self.codes[order], self.scales[order], offsets)

    def dense(self) -> npt.NDArray[np.float32]:
        """(N, K): the numbers that the codes stand for."""
        rows, columns = self.shape
        codes = self.codes.reshape(rows, -1, self.block).astype(np.float32) - 2 ** (self.bits - 1)
        values = codes * self.scales.astype(np.float32)[..., None]
        if self.offsets is not None:
            values += self.offsets.astype(np.float32)[..., None]
        return values.reshape(rows, columns)

    def packed(self) -> npt.NDArray[np.uint8]:
        """(N, K / block, block * bits / 8): of 4 bits the first number of a pair is the low half."""
        blocks = self.codes.reshape(self.shape[0], -1, self.block)
        return blocks if self.bits == 8 else blocks[..., 0::2] | np.left_shift(blocks[..., 1::2], 4, dtype=np.uint8)


Matrix = BlockMatrix | npt.NDArray[np.float32]  # a plain one is multiplied in float32


def dense(matrix: Matrix) -> npt.NDArray[np.float32]:
    return matrix.dense() if isinstance(matrix, BlockMatrix) else matrix


def quantise(values: Floats, *, bits: int = 8, block: int = 32) -> BlockMatrix:
    """(N, K) rounded to the nearest code, with the scale of each block such that its largest number is the last code.

    Raises ExportError where the rows are no multiple of the block.
    """
    rows, columns = values.shape
    if block not in BLOCKS or columns % block:
        raise ExportError(f"Rows of {columns} numbers do not fall into blocks of {block}; choose one of {BLOCKS}.")
    blocks = values.reshape(rows, -1, block).astype(np.float32)
    most = 2 ** (bits - 1) - 1
    scales = (np.abs(blocks).max(axis=2) / most).astype(np.float16)  # (N, K / block)
    divisor = np.where(scales == 0, np.float16(1), scales).astype(np.float32)[..., None]
    codes = np.clip(np.rint(blocks / divisor), -most, most) + (most + 1)
    return BlockMatrix(bits, codes.astype(np.uint8).reshape(rows, columns), scales)


def stacked(matrices: Sequence[Matrix]) -> Matrix:
    """One below the other: their products with one vector in one go. Blocks of several forms become 8 bits."""
    blocks = [one for one in matrices if isinstance(one, BlockMatrix)]
    if len(blocks) < len(matrices):
        return np.concatenate([dense(one) for one in matrices])
    if len({(one.bits, one.block, one.offsets is None) for one in blocks}) > 1:
        return quantise(np.concatenate([one.dense() for one in blocks]), block=min(one.block for one in blocks))
    offsets = [one.offsets for one in blocks if one.offsets is not None]
    return BlockMatrix(
        blocks[0].bits,
        np.concatenate([one.codes for one in blocks]),
        np.concatenate([one.scales for one in blocks]),
        np.concatenate(offsets) if offsets else None,
    )
