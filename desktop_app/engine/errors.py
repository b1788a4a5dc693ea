"""Every failure the program can explain.

    StudioError                a sentence for a person: what happened, to which thing, and what helps
    ├── PackageError           a model package cannot be used; `fault` says in which way
    ├── RequestError           a request asks for what the package cannot do
    ├── DeviceError            the inference runtime failed on a good request
    │   └── OutOfMemory        it asked for more memory than the engine may take
    ├── EngineDied             the engine's process ended while a job was running
    ├── Cancelled              somebody asked the job to stop
    ├── RecipeError            a file holds no recipe, or one that cannot be followed
    └── FileError              a file or folder cannot be read or written

Across the process boundary an error travels as data, (kind, message, fault), and is built again by `from_data`.
"""

from enum import StrEnum


class Fault(StrEnum):
    """The ways in which a package can be bad, each with a sentence of its own."""

    NO_MANIFEST = "no-manifest"
    BAD_MANIFEST = "bad-manifest"
    NEWER_FORMAT = "newer-format"
    MISSING_FILE = "missing-file"
    ESCAPES_FOLDER = "escapes-folder"
    EMPTY_FILE = "empty-file"
    HTML_PAGE = "html-page"
    LFS_POINTER = "lfs-pointer"
    PICKLE = "pickle"
    TRUNCATED = "truncated"
    WRONG_SIZE = "wrong-size"
    WRONG_HASH = "wrong-hash"
    NOT_ONNX = "not-onnx"
    MISSING_EXTERNAL_DATA = "missing-external-data"
    EXTERNAL_DATA_ESCAPES = "external-data-escapes"
    CUSTOM_OPERATOR = "custom-operator"
    WRONG_SHAPE = "wrong-shape"
    TOO_MUCH_MEMORY = "too-much-memory"
    DOES_NOT_RUN = "does-not-run"
    NOT_REPRODUCED = "not-reproduced"
    NOT_A_PACKAGE = "not-a-package"
    ALREADY_THERE = "already-there"


class StudioError(Exception):
    """Base of all failures with a sentence for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PackageError(StudioError):
    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
        self.fault = fault


class RequestError(StudioError):
    pass


class DeviceError(StudioError):
    pass


class OutOfMemory(DeviceError):
    pass


class EngineDied(StudioError):
    pass


class Cancelled(StudioError):
    def __init__(self, message: str = "Stopped.") -> None:
        super().__init__(message)


class RecipeError(StudioError):
    pass


class FileError(StudioError):
    pass


_BY_NAME: dict[str, type[StudioError]] = {
    kind.__name__: kind
    for kind in (RequestError, DeviceError, OutOfMemory, EngineDied, Cancelled, RecipeError, FileError)
}


def from_data(kind: str, message: str, fault: str = "") -> StudioError:
    """The exception that crossed the process boundary as (kind, message, fault)."""
    if kind == PackageError.__name__:
        return PackageError(message, Fault(fault) if fault in set(Fault) else Fault.NOT_A_PACKAGE)
    return _BY_NAME.get(kind, StudioError)(message)
