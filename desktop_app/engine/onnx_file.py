"""A look into an ONNX file before any runtime sees it: is it one, and does it stay inside its package?

ONNX Runtime gives one and the same message for a truncated file, a web page and a text file, so the file's outline
is read here first. Only the outer structure of the protocol buffer is walked (onnx.proto3: ModelProto, GraphProto,
NodeProto, TensorProto); weights are skipped, nothing is executed and nothing is allocated beyond the file itself.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.errors import Fault, PackageError

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
MAX_ELEMENTS = 2**28  # of one constant tensor: a gibibyte of float32
MAX_DEPTH = 8  # of subgraphs
MAX_RANK = 32
MAX_FIELDS = 1_000_000  # read from one file; a large generator has some ten thousand
MAX_TEXT = 4096  # bytes of one name

# field numbers of onnx.proto3
_MODEL_GRAPH, _MODEL_OPSET, _MODEL_FUNCTIONS = 7, 8, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE_INITIALIZER = 1, 5, 15
_NODE_OP_TYPE, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE = (22, 23)
_TENSOR_DIMS, _TENSOR_NAME, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 1, 8, 13, 14
_FUNCTION_NAMES = _FUNCTION_NAME, _FUNCTION_DOMAIN = 1, 10
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_EXTERNAL = 1  # TensorProto.DataLocation
_UINT32 = 2**32 - 1

_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}  # wire types of so many bytes; no field looked at here has one


class _Malformed(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Span:
    """The bytes of a message, a text or a packed list inside the file.

    No memoryview: one in the frames of a raised error would keep the file from being closed.
    """

    start: int
    end: int


def check(path: Path, *, listed: set[str] | None = None) -> None:
    """Raise PackageError unless `path` is an ONNX file of known operators whose data lies in its own folder.

    listed: names of files the manifest accounts for; external data must be one of them.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise PackageError(f"“{path.name}” is empty. Copy or import the package again.", Fault.EMPTY_FILE)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                _Walk(data, path, listed).model(_Span(0, len(data)))
            except _Malformed as error:
                raise PackageError(
                    f"“{path.name}” is not a whole ONNX file ({error}). Copy or import the package again.",
                    Fault.NOT_ONNX,
                ) from None


class _Walk:
    def __init__(self, data: mmap.mmap, path: Path, listed: set[str] | None) -> None:
        self._data = data
        self._path = path
        self._listed = listed
        self._fields_left = MAX_FIELDS

    def model(self, span: _Span) -> None:
        graphs = opsets = 0
        for field, value in self._fields(span):
            if field == _MODEL_GRAPH and isinstance(value, _Span):
                graphs += 1
                self._graph(value, depth=0)
            elif field == _MODEL_OPSET:
                opsets += 1
            elif field == _MODEL_FUNCTIONS and isinstance(value, _Span):
                self._refuse_function(value)
        if graphs != 1 or not opsets:
            raise _Malformed("it holds no graph" if not graphs else "it holds no single graph of a known version")

    def _refuse_function(self, span: _Span) -> None:
        names = {field: self._text(value) for field, value in self._fields(span) if field in _FUNCTION_NAMES}
        raise PackageError(
            f"“{self._path.name}” brings an operator of its own, “{names.get(_FUNCTION_DOMAIN, '')}::"
            f"{names.get(_FUNCTION_NAME, '')}”. Only standard ONNX operators are run.",
            Fault.CUSTOM_OPERATOR,
        )

    def _graph(self, span: _Span, *, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _Malformed("its graphs are nested too deep")
        for field, value in self._fields(span):
            if field == _GRAPH_NODE:
                self._node(_message(value), depth=depth)
            elif field == _GRAPH_INITIALIZER:
                self._tensor(_message(value))
            elif field == _GRAPH_SPARSE_INITIALIZER:
                raise _Malformed("it holds sparse tensors, which are not read")

    def _node(self, span: _Span, *, depth: int) -> None:
        op_type = domain = ""
        for field, value in self._fields(span):
            if field == _NODE_OP_TYPE:
                op_type = self._text(value)
            elif field == _NODE_DOMAIN:
                domain = self._text(value)
            elif field == _NODE_ATTRIBUTE:
                self._attribute(_message(value), depth=depth)
        if domain not in KNOWN_DOMAINS or op_type == "EPContext":
            raise PackageError(
                f"“{self._path.name}” needs the operator “{domain or 'ai.onnx'}::{op_type}”, which is code from "
                "outside Maquette. Only standard ONNX operators are run.",
                Fault.CUSTOM_OPERATOR,
            )

    def _attribute(self, span: _Span, *, depth: int) -> None:
        seen = set()
        for field, value in self._fields(span):
            if field in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSOR):
                if field in seen:  # readers would merge the two into a third that nobody has looked at
                    raise _Malformed("an attribute holds two values")
                seen.add(field)
            if field in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                self._graph(_message(value), depth=depth + 1)
            elif field in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                self._tensor(_message(value))
            elif field in _ATTRIBUTE_SPARSE:
                raise _Malformed("it holds sparse tensors, which are not read")

    def _tensor(self, span: _Span) -> None:
        dims: list[int] = []
        name, external = "", False
        entries: dict[str, str] = {}
        for field, value in self._fields(span):
            if field == _TENSOR_DIMS:
                dims += self._varints(value)
                if len(dims) > MAX_RANK:
                    raise _Malformed(f"a tensor has more than {MAX_RANK} axes")
            elif field == _TENSOR_NAME:
                name = self._text(value)
            elif field == _TENSOR_LOCATION and isinstance(value, int):
                external = value & _UINT32 == _EXTERNAL
            elif field == _TENSOR_EXTERNAL:
                self._entry(_message(value), entries)
        self._check_size(name, dims)
        if external:
            self._check_external(entries.get("location", ""))

    def _entry(self, span: _Span, entries: dict[str, str]) -> None:
        entry = {field: self._text(value) for field, value in self._fields(span) if field in (_ENTRY_KEY, _ENTRY_VALUE)}
        key = entry.get(_ENTRY_KEY, "")
        if key in entries:
            raise _Malformed(f"it says twice where a tensor's “{key}” is")
        entries[key] = entry.get(_ENTRY_VALUE, "")

    def _check_size(self, name: str, dims: list[int]) -> None:
        elements = 1
        for dim in dims:
            elements *= dim
        if elements > MAX_ELEMENTS:
            raise PackageError(
                f"“{self._path.name}” holds a tensor “{name}” of {elements:,} numbers; "
                f"at most {MAX_ELEMENTS:,} are accepted.",
                Fault.TOO_MUCH_MEMORY,
            )

    def _check_external(self, location: str) -> None:
        target = self._path.parent / location
        if not is_plain_name(location) or target.is_symlink():
            raise PackageError(
                f"“{self._path.name}” points to weights outside its own folder, “{location}”. It is not opened.",
                Fault.EXTERNAL_DATA_ESCAPES,
            )
        if not target.is_file() or (self._listed is not None and location not in self._listed):
            raise PackageError(
                f"“{self._path.name}” keeps its weights in “{location}”, which is not in the package. "
                "Copy or import the package again, with all its files.",
                Fault.MISSING_EXTERNAL_DATA,
            )

    # -- the wire format of protocol buffers -----------------------------------------------------------------------

    def _fields(self, span: _Span) -> Iterator[tuple[int, int | _Span]]:
        """Field number and value of each field of one message. Raises _Malformed where the bytes do not add up."""
        position, end = span.start, span.end
        while position < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise _Malformed(f"it has more than {MAX_FIELDS:,} parts")
            key, position = self._varint(position, end)
            field, kind = key >> 3, key & 7
            if field == 0 or key > _UINT32:
                raise _Malformed(f"there is no field {field}, named at byte {position}")
            if kind == _VARINT:
                value, position = self._varint(position, end)
                yield field, value
                continue
            length, position = self._length(position, end, kind)
            if position + length > end:
                raise _Malformed(f"{position + length - end:,} bytes are missing at its end")
            if kind == _BYTES:
                yield field, _Span(position, position + length)
            position += length

    def _length(self, position: int, end: int, kind: int) -> tuple[int, int]:
        if kind == _BYTES:
            return self._varint(position, end)
        if kind not in _FIXED:
            raise _Malformed(f"unknown wire type {kind} at byte {position}")
        return _FIXED[kind], position

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            if position >= end or shift > 63:
                raise _Malformed(f"a number breaks off at byte {position}")
            byte = self._data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, position
            shift += 7

    def _varints(self, value: int | _Span) -> list[int]:
        """A repeated integer field, packed or not; no more numbers than a tensor may have axes, and one."""
        if isinstance(value, int):
            return [value]
        numbers: list[int] = []
        position = value.start
        while position < value.end and len(numbers) <= MAX_RANK:
            number, position = self._varint(position, value.end)
            numbers.append(number)
        return numbers

    def _text(self, value: int | _Span) -> str:
        span = _message(value)
        if span.end - span.start > MAX_TEXT:
            raise _Malformed("a name in it is endless")
        try:
            return self._data[span.start : span.end].decode()
        except UnicodeDecodeError:
            raise _Malformed("a name in it is no text") from None


def _message(value: int | _Span) -> _Span:
    if isinstance(value, int):
        raise _Malformed("a number stands where a message is due")
    return value


def is_plain_name(name: str) -> bool:
    """Whether `name` can only mean a file in the folder it is looked up in, on every system."""
    return (
        name.isprintable()
        and name not in ("", ".", "..")
        and not any(mark in name for mark in '/\\:<>"|?*')
        and len(name.encode()) <= 200
    )
