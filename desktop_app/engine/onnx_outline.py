"""What an ONNX graph takes and gives, which operators it is of, and where its weights lie: read, never run.

A manifest is made from it where a model comes without one (studio/hf_folder.py). Whether the file is an honest one is
for onnx_file.check to say.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.manifest import Tensor
from desktop_app.engine.protobuf import Malformed, Reader, Span, message

MAX_TENSORS = 4096  # that a graph takes or gives
MAX_RANK = 32
MAX_DEPTH = 8  # of subgraphs

# field numbers of onnx.proto3
_MODEL_GRAPH, _MODEL_OPSET = 7, 8
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 5, 11, 12
_NODE_OP_TYPE, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_TENSOR_TYPE, _TENSOR_NAME, _TENSOR_EXTERNAL = 2, 8, 13
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TYPE_TENSOR = 1
_TENSOR_TYPE_ELEMENT, _TENSOR_TYPE_SHAPE = 1, 2
_SHAPE_DIM = 1
_DIM_VALUE, _DIM_PARAM = 1, 2

_DTYPES = {1: "float32", 2: "uint8", 6: "int32", 7: "int64", 9: "bool", 10: "float16"}


@dataclass(frozen=True)
class Outline:
    inputs: tuple[Tensor, ...]  # without those that are constants; an axis of no name is called “?”
    outputs: tuple[Tensor, ...]
    operators: frozenset[str]  # of standard ones the bare name, of others “com.microsoft::GroupQueryAttention”
    constants: frozenset[str]  # the types of its constants, but for those that are not read
    data_files: tuple[str, ...]  # names of the files that hold weights, in order of need
    opset: int  # of the standard operators


def outline(path: Path) -> Outline:
    """Raises PackageError where `path` is no whole ONNX file, OSError where it cannot be read."""
    if path.stat().st_size == 0:
        raise PackageError(f"“{path.name}” is empty. Copy it again.", Fault.EMPTY_FILE)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _Walk(data).model()
        except Malformed as error:
            raise PackageError(
                f"“{path.name}” is not a whole ONNX file ({error}). Copy it again.", Fault.NOT_ONNX
            ) from None


class _Walk(Reader):
    def __init__(self, data: mmap.mmap) -> None:
        super().__init__(data)
        self._inputs: list[Tensor] = []
        self._outputs: list[Tensor] = []
        self._constants: set[str] = set()
        self._types: set[str] = set()
        self._operators: set[str] = set()
        self._data_files: dict[str, None] = {}
        self._opset = 0

    def model(self) -> Outline:
        for field, value in self.fields(self.whole):
            if field == _MODEL_GRAPH:
                self._graph(message(value), depth=0)
            elif field == _MODEL_OPSET:
                self._read_opset(message(value))
        taken = tuple(tensor for tensor in self._inputs if tensor.name not in self._constants)
        return Outline(
            taken,
            tuple(self._outputs),
            frozenset(self._operators),
            frozenset(self._types),
            tuple(self._data_files),
            self._opset,
        )

    def _read_opset(self, span: Span) -> None:
        found = dict(self.fields(span))
        domain, version = found.get(_OPSET_DOMAIN), found.get(_OPSET_VERSION)
        if isinstance(version, int) and (domain is None or self.text(domain) in ("", "ai.onnx")):
            self._opset = version

    def _graph(self, span: Span, *, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Malformed("its graphs are nested too deep")
        for field, value in self.fields(span):
            if field == _GRAPH_NODE:
                self._node(message(value), depth)
            elif field == _GRAPH_INITIALIZER:
                name = self._tensor(message(value))
                if depth == 0:
                    self._constants.add(name)
            elif depth == 0 and field in (_GRAPH_INPUT, _GRAPH_OUTPUT):
                found = self._inputs if field == _GRAPH_INPUT else self._outputs
                found.append(self._value(message(value)))
                if len(found) > MAX_TENSORS:
                    raise Malformed(f"it takes or gives more than {MAX_TENSORS:,} tensors")

    def _node(self, span: Span, depth: int) -> None:
        kind = domain = ""
        for field, value in self.fields(span):
            if field == _NODE_OP_TYPE:
                kind = self.text(value)
            elif field == _NODE_DOMAIN:
                domain = self.text(value)
            elif field == _NODE_ATTRIBUTE:
                self._attribute(message(value), depth)
        self._operators.add(kind if domain in ("", "ai.onnx") else f"{domain}::{kind}")

    def _attribute(self, span: Span, depth: int) -> None:
        for field, value in self.fields(span):
            if field in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                self._tensor(message(value))
            elif field in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                self._graph(message(value), depth=depth + 1)

    def _tensor(self, span: Span) -> str:
        """The name of a constant; where it lies in another file, that is remembered."""
        name = ""
        for field, value in self.fields(span):
            if field == _TENSOR_NAME:
                name = self.text(value)
            elif field == _TENSOR_TYPE and isinstance(value, int) and value in _DTYPES:
                self._types.add(_DTYPES[value])
            elif field == _TENSOR_EXTERNAL:
                entry = {key: self.text(words) for key, words in self.fields(message(value))}
                if entry.get(_ENTRY_KEY) == "location":
                    self._data_files[entry.get(_ENTRY_VALUE, "")] = None
        return name

    # -- what is taken and given -----------------------------------------------------------------------------------

    def _value(self, span: Span) -> Tensor:
        name, element = "", 0
        axes: tuple[int | str, ...] = ()
        for field, value in self.fields(span):
            if field == _VALUE_NAME:
                name = self.text(value)
            elif field == _VALUE_TYPE:
                element, axes = self._type(message(value))
        if element not in _DTYPES:
            raise Malformed(f"“{name}” is of a type of numbers that is not read ({element})")
        return Tensor(name, _DTYPES[element], axes)  # type: ignore[arg-type]

    def _type(self, span: Span) -> tuple[int, tuple[int | str, ...]]:
        """Type of the elements, 0 for what is no tensor, and the shape."""
        element = 0
        axes: tuple[int | str, ...] = ()
        for field, value in self.fields(span):
            if field != _TYPE_TENSOR:
                continue
            for part, inner in self.fields(message(value)):
                if part == _TENSOR_TYPE_ELEMENT and isinstance(inner, int):
                    element = inner
                elif part == _TENSOR_TYPE_SHAPE:
                    axes = self._shape(message(inner))
        return element, axes

    def _shape(self, span: Span) -> tuple[int | str, ...]:
        axes: list[int | str] = []
        for field, value in self.fields(span):
            if field == _SHAPE_DIM:
                axes.append(self._axis(message(value)))
                if len(axes) > MAX_RANK:
                    raise Malformed(f"a tensor has more than {MAX_RANK} axes")
        return tuple(axes)

    def _axis(self, span: Span) -> int | str:
        for field, value in self.fields(span):
            if field == _DIM_VALUE and isinstance(value, int) and value < 2**63:
                return value
            if field == _DIM_PARAM:
                return self.text(value) or "?"
        return "?"
