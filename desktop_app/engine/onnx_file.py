"""A look into an ONNX file before any runtime sees it: is it one, and does it stay inside its package?

ONNX Runtime gives one and the same message for a truncated file, a web page and a text file, so the file's outline
is read here first. Only the outer structure of the protocol buffer is walked (onnx.proto3: ModelProto, GraphProto,
NodeProto, TensorProto); weights are skipped, nothing is executed and nothing is allocated beyond the file itself.
"""

import mmap
from pathlib import Path

from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.protobuf import Malformed, Reader, Span, message

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
MAX_ELEMENTS = 2**28  # of one constant tensor: a gibibyte of float32
MAX_DEPTH = 8  # of subgraphs
MAX_RANK = 32

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


def check(path: Path, *, listed: set[str] | None = None) -> None:
    """Raise PackageError unless `path` is an ONNX file of known operators whose data lies in its own folder.

    listed: names of files the manifest accounts for; external data must be one of them.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise PackageError(f"“{path.name}” is empty. Copy or import the package again.", Fault.EMPTY_FILE)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                _Walk(data, path, listed).model()
            except Malformed as error:
                raise PackageError(
                    f"“{path.name}” is not a whole ONNX file ({error}). Copy or import the package again.",
                    Fault.NOT_ONNX,
                ) from None


class _Walk(Reader):
    def __init__(self, data: mmap.mmap, path: Path, listed: set[str] | None) -> None:
        super().__init__(data)
        self._path = path
        self._listed = listed

    def model(self) -> None:
        graphs = opsets = 0
        for field, value in self.fields(self.whole):
            if field == _MODEL_GRAPH and isinstance(value, Span):
                graphs += 1
                self._graph(value, depth=0)
            elif field == _MODEL_OPSET:
                opsets += 1
            elif field == _MODEL_FUNCTIONS and isinstance(value, Span):
                self._refuse_function(value)
        if graphs != 1 or not opsets:
            raise Malformed("it holds no graph" if not graphs else "it holds no single graph of a known version")

    def _refuse_function(self, span: Span) -> None:
        names = {field: self.text(value) for field, value in self.fields(span) if field in _FUNCTION_NAMES}
        raise PackageError(
            f"“{self._path.name}” brings an operator of its own, “{names.get(_FUNCTION_DOMAIN, '')}::"
            f"{names.get(_FUNCTION_NAME, '')}”. Only standard ONNX operators are run.",
            Fault.CUSTOM_OPERATOR,
        )

    def _graph(self, span: Span, *, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Malformed("its graphs are nested too deep")
        for field, value in self.fields(span):
            if field == _GRAPH_NODE:
                self._node(message(value), depth=depth)
            elif field == _GRAPH_INITIALIZER:
                self._tensor(message(value))
            elif field == _GRAPH_SPARSE_INITIALIZER:
                raise Malformed("it holds sparse tensors, which are not read")

    def _node(self, span: Span, *, depth: int) -> None:
        op_type = domain = ""
        for field, value in self.fields(span):
            if field == _NODE_OP_TYPE:
                op_type = self.text(value)
            elif field == _NODE_DOMAIN:
                domain = self.text(value)
            elif field == _NODE_ATTRIBUTE:
                self._attribute(message(value), depth=depth)
        if domain not in KNOWN_DOMAINS or op_type == "EPContext":
            raise PackageError(
                f"“{self._path.name}” needs the operator “{domain or 'ai.onnx'}::{op_type}”, which is code from "
                "outside Maquette. Only standard ONNX operators are run.",
                Fault.CUSTOM_OPERATOR,
            )

    def _attribute(self, span: Span, *, depth: int) -> None:
        seen = set()
        for field, value in self.fields(span):
            if field in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSOR):
                if field in seen:  # readers would merge the two into a third that nobody has looked at
                    raise Malformed("an attribute holds two values")
                seen.add(field)
            if field in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                self._graph(message(value), depth=depth + 1)
            elif field in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                self._tensor(message(value))
            elif field in _ATTRIBUTE_SPARSE:
                raise Malformed("it holds sparse tensors, which are not read")

    def _tensor(self, span: Span) -> None:
        dims: list[int] = []
        name, external = "", False
        entries: dict[str, str] = {}
        for field, value in self.fields(span):
            if field == _TENSOR_DIMS:
                dims += self.varints(value, MAX_RANK)
                if len(dims) > MAX_RANK:
                    raise Malformed(f"a tensor has more than {MAX_RANK} axes")
            elif field == _TENSOR_NAME:
                name = self.text(value)
            elif field == _TENSOR_LOCATION and isinstance(value, int):
                external = value & _UINT32 == _EXTERNAL
            elif field == _TENSOR_EXTERNAL:
                self._entry(message(value), entries)
        self._check_size(name, dims)
        if external:
            self._check_external(entries.get("location", ""))

    def _entry(self, span: Span, entries: dict[str, str]) -> None:
        entry = {field: self.text(value) for field, value in self.fields(span) if field in (_ENTRY_KEY, _ENTRY_VALUE)}
        key = entry.get(_ENTRY_KEY, "")
        if key in entries:
            raise Malformed(f"it says twice where a tensor's “{key}” is")
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


def is_plain_name(name: str) -> bool:
    """Whether `name` can only mean a file in the folder it is looked up in, on every system."""
    return (
        name.isprintable()
        and name not in ("", ".", "..")
        and not any(mark in name for mark in '/\\:<>"|?*')
        and len(name.encode()) <= 200
    )
