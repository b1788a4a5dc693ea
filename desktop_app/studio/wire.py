"""What crosses the process boundary: MessagePack in frames, arrays as raw bytes. No pickles, no sockets.

A frame is a mark of four bytes, four bytes of length (little endian) and one message; the mark tells at once where
something else has written into the stream. The engine's process reads `ToEngine` from its
standard input and writes `FromEngine` to its standard output; when the studio is gone, the input ends, and so does
the engine.
"""

import struct
import threading
from typing import IO, TypeVar

import msgspec
import numpy as np

from desktop_app.engine.requests import Device, Frozen, Request, Update

MAX_FRAME = 2**30
_MARK = b"MQ1\n"
_HEAD = struct.Struct("<4sI")
_LENGTH = struct.Struct("<I")
_ARRAY = 1  # MessagePack extension type


class Run(Frozen, frozen=True, tag=True):
    job: int
    request: Request


class Cancel(Frozen, frozen=True, tag=True):
    job: int


class Quit(Frozen, frozen=True, tag=True):
    pass


class Ready(Frozen, frozen=True, tag=True):
    """The engine has started: its device and process number."""

    device: Device
    pid: int


class Event(Frozen, frozen=True, tag=True):
    job: int
    update: Update


class Ended(Frozen, frozen=True, tag=True):
    """A job is over. `kind` is empty where it succeeded, else the name of a StudioError."""

    job: int
    kind: str = ""
    message: str = ""
    fault: str = ""
    resident_bytes: int = 0
    device: Device | None = None  # as it is now: a graph may have fallen back to the CPU


ToEngine = Run | Cancel | Quit
FromEngine = Ready | Event | Ended


class _ArrayHeader(msgspec.Struct, array_like=True):
    dtype: str
    shape: tuple[int, ...]


def _pack(value: object) -> object:
    if isinstance(value, np.ndarray):
        header = msgspec.msgpack.encode(_ArrayHeader(value.dtype.str, value.shape))
        body = np.ascontiguousarray(value).tobytes()
        return msgspec.msgpack.Ext(_ARRAY, _LENGTH.pack(len(header)) + header + body)
    raise TypeError(f"{type(value).__name__} does not cross the process boundary")


def _unpack(code: int, data: memoryview) -> object:
    if code != _ARRAY:
        raise ValueError(f"unknown extension {code}")
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    header = msgspec.msgpack.decode(data[_LENGTH.size : start], type=_ArrayHeader)
    dtype = np.dtype(header.dtype)
    if dtype.hasobject:
        raise ValueError("an array of Python objects")
    return np.frombuffer(data[start:], dtype).reshape(header.shape)


_T = TypeVar("_T")
_encoder = msgspec.msgpack.Encoder(enc_hook=_pack)
_to_engine = msgspec.msgpack.Decoder(ToEngine, ext_hook=_unpack)
_from_engine = msgspec.msgpack.Decoder(FromEngine, ext_hook=_unpack)


def encode(message: ToEngine | FromEngine) -> bytes:
    """One frame. Raises OverflowError on numbers beyond 64 bits, TypeError and ValueError on what cannot cross."""
    data = _encoder.encode(message)
    if len(data) > MAX_FRAME:
        raise ValueError(f"a message of {len(data):,} bytes")
    return _HEAD.pack(_MARK, len(data)) + data


class Writer:
    """Writes whole frames; any thread may call it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: ToEngine | FromEngine) -> None:
        """Raises OSError or ValueError where the other side is gone."""
        self.send_frame(encode(message))

    def send_frame(self, frame: bytes) -> None:
        """What `encode` made. Raises OSError or ValueError where the other side is gone."""
        with self._lock:
            self._stream.write(frame)
            self._stream.flush()

    def close(self) -> None:
        with self._lock:
            self._stream.close()


def read_to_engine(stream: IO[bytes]) -> ToEngine | None:
    """The next message, or None where the studio is gone. Raises ValueError on bytes that are no message."""
    data = _read_frame(stream)
    return None if data is None else _decode(_to_engine, data)


def read_from_engine(stream: IO[bytes]) -> FromEngine | None:
    """The next message, or None where the engine is gone. Raises ValueError on bytes that are no message."""
    data = _read_frame(stream)
    return None if data is None else _decode(_from_engine, data)


def _decode(decoder: msgspec.msgpack.Decoder[_T], data: bytes) -> _T:
    try:
        return decoder.decode(data)
    except (TypeError, RecursionError, MemoryError, struct.error) as error:
        raise ValueError(f"no message: {error}") from None


def _read_frame(stream: IO[bytes]) -> bytes | None:
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    mark, length = _HEAD.unpack(head)
    if mark != _MARK or length > MAX_FRAME:
        raise ValueError("bytes that are no message")
    data = stream.read(length)
    return data if len(data) == length else None
