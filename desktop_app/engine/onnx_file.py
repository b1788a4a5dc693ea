"""A look into an ONNX file before any runtime sees it: is it one, and does it stay inside its package?

ONNX Runtime gives one and the same message for a truncated file, a web page and a text file, so the file's outline
is read here first. Only the outer structure of the protocol buffer is walked (onnx.proto3: ModelProto, GraphProto,
NodeProto, TensorProto); weights are skipped, nothing is executed and nothing is allocated beyond the file itself.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

from desktop_app.engine.errors import Fault, PackageError

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
MAX_ELEMENTS = 2**28  # of one constant tensor: a gibibyte of float32
MAX_DEPTH = 8  # of subgraphs

# field numbers of onnx.proto3
_MODEL_IR_VERSION, _MODEL_GRAPH, _MODEL_OPSET, _MODEL_FUNCTIONS = 1, 7, 8, 25
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_NODE_OP_TYPE, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_TENSOR_DIMS, _TENSOR_NAME, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 1, 8, 13, 14
_FUNCTION_NODE = 7
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_EXTERNAL = 1  # TensorProto.DataLocation

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class _Malformed(Exception):
    pass


def check(path: Path, *, listed: set[str] | None = None) -> None:
    """Raise PackageError unless `path` is an ONNX file of known operators whose data lies in its own folder.

    listed: names of files the manifest accounts for; external data must be one of them.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise PackageError(f"“{path.name}” is empty. Copy or import the package again.", Fault.EMPTY_FILE)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            view = memoryview(data)
            try:
                _check_model(view, path, listed)
            except _Malformed as error:
                raise PackageError(
                    f"“{path.name}” is not a whole ONNX file ({error}). Copy or import the package again.",
                    Fault.NOT_ONNX,
                ) from None
            finally:
                view.release()


def _check_model(data: memoryview, path: Path, listed: set[str] | None) -> None:
    has_graph = has_opset = False
    for field, value in _fields(data):
        if field == _MODEL_GRAPH and isinstance(value, memoryview):
            has_graph = True
            _check_graph(value, path, listed, depth=0)
        elif field == _MODEL_OPSET:
            has_opset = True
        elif field == _MODEL_FUNCTIONS and isinstance(value, memoryview):
            for inner, node in _fields(value):
                if inner == _FUNCTION_NODE and isinstance(node, memoryview):
                    _check_node(node, path, listed, depth=0)
    if not has_graph or not has_opset:
        raise _Malformed("it holds no graph")


def _check_graph(data: memoryview, path: Path, listed: set[str] | None, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _Malformed("its graphs are nested too deep")
    for field, value in _fields(data):
        if field == _GRAPH_NODE and isinstance(value, memoryview):
            _check_node(value, path, listed, depth=depth)
        elif field == _GRAPH_INITIALIZER and isinstance(value, memoryview):
            _check_tensor(value, path, listed)


def _check_node(data: memoryview, path: Path, listed: set[str] | None, *, depth: int) -> None:
    op_type = domain = ""
    for field, value in _fields(data):
        if field == _NODE_OP_TYPE and isinstance(value, memoryview):
            op_type = _text(value)
        elif field == _NODE_DOMAIN and isinstance(value, memoryview):
            domain = _text(value)
        elif field == _NODE_ATTRIBUTE and isinstance(value, memoryview):
            _check_attribute(value, path, listed, depth=depth)
    if domain not in KNOWN_DOMAINS or op_type == "EPContext":
        raise PackageError(
            f"“{path.name}” needs the operator “{domain or 'ai.onnx'}::{op_type}”, which is code from outside "
            "Maquette. Only standard ONNX operators are run.",
            Fault.CUSTOM_OPERATOR,
        )


def _check_attribute(data: memoryview, path: Path, listed: set[str] | None, *, depth: int) -> None:
    for field, value in _fields(data):
        if not isinstance(value, memoryview):
            continue
        if field in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
            _check_graph(value, path, listed, depth=depth + 1)
        elif field in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
            _check_tensor(value, path, listed)


def _check_tensor(data: memoryview, path: Path, listed: set[str] | None) -> None:
    elements, name, external, entries = 1, "", False, {}
    for field, value in _fields(data):
        if field == _TENSOR_DIMS:
            for dim in _varints(value):
                elements *= dim
        elif field == _TENSOR_NAME and isinstance(value, memoryview):
            name = _text(value)
        elif field == _TENSOR_LOCATION:
            external = value == _EXTERNAL
        elif field == _TENSOR_EXTERNAL and isinstance(value, memoryview):
            entry = {k: _text(v) for k, v in _fields(value) if isinstance(v, memoryview)}
            entries[entry.get(_ENTRY_KEY, "")] = entry.get(_ENTRY_VALUE, "")
    if elements > MAX_ELEMENTS:
        raise PackageError(
            f"“{path.name}” holds a tensor “{name}” of {elements:,} numbers; at most {MAX_ELEMENTS:,} are accepted.",
            Fault.TOO_MUCH_MEMORY,
        )
    if external:
        _check_external(entries.get("location", ""), path, listed)


def _check_external(location: str, path: Path, listed: set[str] | None) -> None:
    target = path.parent / location
    if not location or Path(location).name != location or target.is_symlink():
        raise PackageError(
            f"“{path.name}” points to weights outside its own folder, “{location}”. It is not opened.",
            Fault.EXTERNAL_DATA_ESCAPES,
        )
    if not target.is_file() or (listed is not None and location not in listed):
        raise PackageError(
            f"“{path.name}” keeps its weights in “{location}”, which is not in the package. "
            "Copy or import the package again, with all its files.",
            Fault.MISSING_EXTERNAL_DATA,
        )


# -- the wire format of protocol buffers ---------------------------------------------------------------------------


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field number and value of each field of one message. Raises _Malformed where the bytes do not add up."""
    position, end = 0, len(data)
    while position < end:
        key, position = _varint(data, position)
        field, kind = key >> 3, key & 7
        if field == 0:
            raise _Malformed(f"field 0 at byte {position}")
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield field, value
            continue
        length, position = _length(data, position, kind)
        if position + length > end:
            raise _Malformed(f"{position + length - end:,} bytes are missing at its end")
        yield field, data[position : position + length]
        position += length


def _length(data: memoryview, position: int, kind: int) -> tuple[int, int]:
    if kind == _BYTES:
        return _varint(data, position)
    if kind == _FIXED64:
        return 8, position
    if kind == _FIXED32:
        return 4, position
    raise _Malformed(f"unknown wire type {kind} at byte {position}")


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise _Malformed(f"a number breaks off at byte {position}")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def _varints(value: int | memoryview) -> Iterator[int]:
    """A repeated integer field, packed or not."""
    if isinstance(value, int):
        yield value
        return
    position = 0
    while position < len(value):
        number, position = _varint(value, position)
        yield number


def _text(value: memoryview) -> str:
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise _Malformed("a name in it is no text") from None
