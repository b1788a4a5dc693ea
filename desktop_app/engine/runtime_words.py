"""What ONNX Runtime says of graphs and of what went wrong, in plain words."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from desktop_app.engine.errors import DeviceError, Fault, OutOfMemory, PackageError
from desktop_app.engine.manifest import Tensor

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}
_MEMORY_MARKS = (
    "Failed to allocate memory",
    "bad_alloc",
    "bfc_arena",
    "SafeInt",
    "storage size overflow",
    "out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
)


def check_tensors(
    name: str, kind: str, declared: Iterable[Tensor], found: Iterable[Any], *, inferred: bool = False
) -> None:
    """Raise PackageError unless the names, types and shapes that ONNX Runtime found are those the manifest gives.

    inferred: of an axis that the manifest leaves free, ONNX Runtime may have worked out the size.
    """
    want = {t.name: (t.dtype, t.shape) for t in declared}
    have = {a.name: (_DTYPES.get(a.type, a.type), tuple(a.shape)) for a in found}
    if want.keys() != have.keys() or any(not _fits(want[n], have[n], inferred) for n in want):
        raise PackageError(
            f"“{name}” has the {kind}s {_listed(have)}, where the manifest says {_listed(want)}.", Fault.WRONG_SHAPE
        )


def load_error(error: Exception, path: Path) -> PackageError:
    """For what opening a graph raised."""
    text = str(error)
    if _is_of_memory(error, text):
        return PackageError(f"“{path.name}” asks for {_asked(text)} than the engine may take.", Fault.TOO_MUCH_MEMORY)
    return PackageError(f"ONNX Runtime cannot open “{path.name}”: {_reason(text)}.", Fault.NOT_ONNX)


def run_error(error: Exception, name: str, device: str) -> DeviceError:
    """For what running a graph raised. device: “cpu” or “cuda”."""
    text = str(error)
    if _is_of_memory(error, text):
        return OutOfMemory(f"“{name}” asked for {_asked(text)} than the engine may take. A smaller model is needed.")
    return DeviceError(f"“{name}” failed on the {device.upper()}: {_reason(text)}.")


def first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return line[:600]


def _fits(want: tuple[str, tuple[int | str, ...]], have: tuple[str, tuple[Any, ...]], inferred: bool) -> bool:
    """Same dtype and rank, same fixed sizes; unless inferred, what is free in the manifest is free in the graph too."""
    (dtype, shape), (found_dtype, found_shape) = want, have
    return (
        dtype == found_dtype
        and len(shape) == len(found_shape)
        and all(
            a == b if isinstance(a, int) else inferred or not isinstance(b, int)
            for a, b in zip(shape, found_shape, strict=True)
        )
    )


def _listed(tensors: Mapping[str, tuple[str, tuple[Any, ...]]]) -> str:
    return ", ".join(f"{name} {dtype}[{', '.join(map(str, shape))}]" for name, (dtype, shape) in tensors.items())


def _is_of_memory(error: Exception, text: str) -> bool:
    return isinstance(error, MemoryError) or any(mark in text for mark in _MEMORY_MARKS)


def _asked(text: str) -> str:
    size = re.search(r"requested buffer of size (\d+)", text)
    return f"{int(size[1]) / 2**30:,.1f} GiB of memory at once, more" if size else "more memory"


def _reason(text: str) -> str:
    """What ONNX Runtime says, without its own source files and functions."""
    line = re.sub(r"^.*?Load model from .*? failed:", "", first_line(text)).rsplit("Status Message: ", 1)[-1]
    return re.sub(r"^/onnxruntime_src/.*?\)\s*", "", line).strip(" .") or "no reason given"
