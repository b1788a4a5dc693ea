"""Keys and values of the tokens that a language model has read, so that none is read twice.

Two kinds, as graphs are of two kinds (manifest.TextModel.in_place): buffers with room to spare, in which the graph
leaves the keys and values of new tokens behind those that are there; or arrays that the graph gives anew with every
step, one token longer.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import OutOfMemory
from desktop_app.engine.text_graph import TextGraph

Array = npt.NDArray[Any]
Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

FIRST_CAPACITY = 64  # tokens for which there is room at first
SPARE = 256  # tokens by which the memory of arrays grows that are made anew with every step


def empty_cache(graph: TextGraph) -> "TextCache":
    """One row that has read nothing."""
    kind = _InPlace if graph.text.in_place else _Growing
    return kind(graph, 1, 0, kind.nothing(graph))


class TextCache(ABC):
    """Rows of equally many tokens each, and the one way to read more of them."""

    def __init__(self, graph: TextGraph, rows: int, length: int, arrays: list[Array]) -> None:
        """arrays: (rows, kv_heads, length or more, head_size), in the order of graph.cache_names."""
        self.rows = rows
        self.length = length
        self._graph = graph
        self._arrays = arrays
        self._bound = graph.bound()
        self._ones: Int64 = np.ones(0, np.int64)
        self._given: dict[str, Int64] = {}  # small inputs, which keep their place while their shape stays
        self._logits: Array = np.empty(0, graph.logits_dtype)
        self._bind(arrays, arrays)

    def step(self, tokens: Int64, *, keep: int) -> Float32:
        """Read the next tokens, (rows, T); logits of the last `keep` of them, (rows, keep, vocabulary).

        The logits are overwritten by the next step. Raises Cancelled, OutOfMemory or DeviceError; the cache is then
        as it was. A cache of several rows reads one token at a time.
        """
        count = tokens.shape[1]
        written = self._room_for(count)
        self._give_all(tokens, keep)
        logits = self._take_logits(keep if self._graph.keep_shape is not None else count)
        self._bound.run()
        self._keep(written)
        self.length += count
        return logits[:, -keep:].astype(np.float32, copy=False)

    def truncate(self, length: int) -> None:
        """Forget all but the first tokens."""
        self.length = min(self.length, length)

    def repeat(self, rows: int) -> Self:
        """So many rows like the first of this one."""
        return self._copied([0] * rows, self.length + FIRST_CAPACITY)  # what is larger takes long to get, and is rare

    def select(self, rows: Sequence[int]) -> Self:
        """Some of the rows, with as much room as there is here."""
        return self._copied(rows, self._arrays[0].shape[2])

    @classmethod
    @abstractmethod
    def nothing(cls, graph: TextGraph) -> list[Array]:
        """Arrays of one row without tokens."""

    @abstractmethod
    def _room_for(self, count: int) -> list[Array]:
        """Where the graph writes all keys and values when it has read `count` tokens more, bound to it."""

    def _keep(self, written: list[Array]) -> None:
        """The graph has written them."""
        self._arrays = written

    @abstractmethod
    def _copied(self, rows: Sequence[int], capacity: int) -> Self: ...

    def _bind(self, old: list[Array], new: list[Array]) -> None:
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            self._bind_one(n, before, after)

    def _bind_one(self, n: int, before: Array, after: Array) -> None:
        past, present = self._graph.cache_names[n]
        self._bound.give(past, before)
        self._bound.take(present, after)

    # -- what a graph is given besides ------------------------------------------------------------------------------

    def _give_all(self, tokens: Int64, keep: int) -> None:
        count = tokens.shape[1]
        self._give("input_ids", tokens.shape, tokens)
        self._bound.give("attention_mask", self._mask(self.length + count))
        if self._graph.places:
            self._give("position_ids", tokens.shape, np.arange(self.length, self.length + count))
        if self._graph.keep_shape is not None:
            self._give("num_logits_to_keep", self._graph.keep_shape, np.int64(keep))

    def _give(self, name: str, shape: tuple[int, ...], values: npt.ArrayLike) -> None:
        given = self._given.get(name)
        if given is None or given.shape != shape:
            given = self._given[name] = np.empty(shape, np.int64)
            self._bound.give(name, given)
        given[...] = values

    def _mask(self, length: int) -> Int64:
        size = self.rows * length
        if len(self._ones) < size:
            self._ones = np.ones(2 * size, np.int64)
        return self._ones[:size].reshape(self.rows, length)

    def _take_logits(self, kept: int) -> Array:
        shape = (self.rows, kept, self._graph.text.vocabulary)
        if self._logits.shape != shape:
            self._logits = _new(self._graph, shape, self._graph.logits_dtype)
        self._bound.take("logits", self._logits)
        return self._logits


class _InPlace(TextCache):
    @classmethod
    def nothing(cls, graph: TextGraph) -> list[Array]:
        return [_buffer(graph, 1, FIRST_CAPACITY) for _ in graph.cache_names]

    def _room_for(self, count: int) -> list[Array]:
        capacity, needed = self._arrays[0].shape[2], self.length + count
        if needed > capacity:
            capacity = max(needed, min(2 * capacity, self._graph.text.context))
            for n, array in enumerate(self._arrays):  # one by one: all in both sizes would be half as much again
                self._arrays[n] = self._moved(array, range(self.rows), capacity)
                self._bind_one(n, self._arrays[n], self._arrays[n])
        return self._arrays

    def _copied(self, rows: Sequence[int], capacity: int) -> Self:
        arrays = [self._moved(array, rows, capacity) for array in self._arrays]
        return type(self)(self._graph, len(rows), self.length, arrays)

    def _moved(self, array: Array, rows: Sequence[int], capacity: int) -> Array:
        made = _buffer(self._graph, len(rows), capacity)
        for n, row in enumerate(rows):
            made[n, :, : self.length] = array[row, :, : self.length]
        return made


class _Growing(TextCache):
    def __init__(self, graph: TextGraph, rows: int, length: int, arrays: list[Array]) -> None:
        super().__init__(graph, rows, length, arrays)
        self._used: list[Array] = []  # memory, flat; the arrays are the beginnings of these
        self._spare: list[Array] = []

    @classmethod
    def nothing(cls, graph: TextGraph) -> list[Array]:
        return [_buffer(graph, 1, 0) for _ in graph.cache_names]

    def truncate(self, length: int) -> None:
        if length < self.length:
            self._arrays = [np.ascontiguousarray(array[:, :, :length]) for array in self._arrays]
        super().truncate(length)

    def _room_for(self, count: int) -> list[Array]:
        """In memory that was used before, in turn with another: new memory costs as much as the copy itself."""
        text = self._graph.text
        shape = (self.rows, text.kv_heads, self.length + count, text.head_size)
        size = math.prod(shape)
        if not self._spare or len(self._spare[0]) < size:
            capacity = math.prod((*shape[:2], -(-shape[2] // SPARE) * SPARE, shape[3]))
            self._spare = []
            self._spare = [_new(self._graph, (capacity,), self._graph.cache_dtype) for _ in self._arrays]
        written = [memory[:size].reshape(shape) for memory in self._spare]
        self._bind(self._arrays, written)
        return written

    def _keep(self, written: list[Array]) -> None:
        super()._keep(written)
        self._used, self._spare = self._spare, self._used

    def _copied(self, rows: Sequence[int], capacity: int) -> Self:
        return type(self)(self._graph, len(rows), self.length, [array[list(rows)] for array in self._arrays])


def _buffer(graph: TextGraph, rows: int, capacity: int) -> Array:
    return _new(graph, (rows, graph.text.kv_heads, capacity, graph.text.head_size), graph.cache_dtype)


def _new(graph: TextGraph, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    try:
        return np.zeros(shape, dtype)  # zeros: what no number stands in yet is part of products with nought
    except MemoryError:
        raise OutOfMemory(
            f"What “{graph.session.name}” keeps of the text needs more memory than the engine may take. "
            "Ask for fewer texts at once, or for shorter ones."
        ) from None
