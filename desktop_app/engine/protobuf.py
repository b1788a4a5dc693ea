"""The wire format of protocol buffers, read in place: fields of a message, numbers, texts; nothing else is copied."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

MAX_FIELDS = 1_000_000  # read from one file; a large network has some ten thousand
MAX_TEXT = 4096  # bytes of one name

_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}  # wire types of so many bytes; no field looked at here has one
_UINT32 = 2**32 - 1


class Malformed(Exception):
    """The bytes do not add up; its words go into a sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a message, a text or a packed list inside the file.

    No memoryview: one in the frames of a raised error would keep the file from being closed.
    """

    start: int
    end: int


class Reader:
    """Reads one file, and no more than MAX_FIELDS of its fields."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._fields_left = MAX_FIELDS

    @property
    def whole(self) -> Span:
        return Span(0, len(self._data))

    def fields(self, span: Span) -> Iterator[tuple[int, int | Span]]:
        """Field number and value of each field of one message. Raises Malformed."""
        position, end = span.start, span.end
        while position < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise Malformed(f"it has more than {MAX_FIELDS:,} parts")
            key, position = self._varint(position, end)
            field, kind = key >> 3, key & 7
            if field == 0 or key > _UINT32:
                raise Malformed(f"there is no field {field}, named at byte {position}")
            if kind == _VARINT:
                value, position = self._varint(position, end)
                yield field, value
                continue
            length, position = self._length(position, end, kind)
            if position + length > end:
                raise Malformed(f"{position + length - end:,} bytes are missing at its end")
            if kind == _BYTES:
                yield field, Span(position, position + length)
            position += length

    def varints(self, value: int | Span, most: int) -> list[int]:
        """A repeated integer field, packed or not; no more than `most` numbers, and one."""
        if isinstance(value, int):
            return [value]
        numbers: list[int] = []
        position = value.start
        while position < value.end and len(numbers) <= most:
            number, position = self._varint(position, value.end)
            numbers.append(number)
        return numbers

    def text(self, value: int | Span) -> str:
        span = message(value)
        if span.end - span.start > MAX_TEXT:
            raise Malformed("a name in it is endless")
        try:
            return self._data[span.start : span.end].decode()
        except UnicodeDecodeError:
            raise Malformed("a name in it is no text") from None

    def _length(self, position: int, end: int, kind: int) -> tuple[int, int]:
        if kind == _BYTES:
            return self._varint(position, end)
        if kind not in _FIXED:
            raise Malformed(f"unknown wire type {kind} at byte {position}")
        return _FIXED[kind], position

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            if position >= end or shift > 63:
                raise Malformed(f"a number breaks off at byte {position}")
            byte = self._data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, position
            shift += 7


def message(value: int | Span) -> Span:
    if isinstance(value, int):
        raise Malformed("a number stands where a message is due")
    return value
