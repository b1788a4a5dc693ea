"""What lies in a TIFF directory, which is also what EXIF is: fields, and directories inside directories.

The bytes of every field stay as they are, in the byte order of their file, so that a field that nobody here knows comes
out as it went in. After TIFF 6.0 and Exif 2.32.
"""

import contextlib
import struct
from dataclasses import dataclass
from typing import Literal

ORIENTATION = 274
EXIF, GPS, INTEROPERABILITY = 34665, 34853, 40965
_INSIDE = (EXIF, GPS, INTEROPERABILITY)  # fields that point to a directory
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # bytes, by type
_SHORT, _LONG = 3, 4
_MAX_FIELDS = 4096
_MAX_BYTES = 64 * 2**20  # of one field
_MAX_DEPTH = 3

Order = Literal["<", ">"]


@dataclass(frozen=True)
class Field:
    tag: int
    kind: int  # TIFF's number of a type
    count: int
    data: "bytes | Directory"  # in the directory's byte order


@dataclass(frozen=True)
class Directory:
    order: Order
    fields: tuple[Field, ...] = ()

    def get(self, tag: int) -> Field | None:
        return next((field for field in self.fields if field.tag == tag), None)

    def raw(self, tag: int) -> bytes:
        """The bytes of a field; none where there is none."""
        field = self.get(tag)
        return field.data if field is not None and isinstance(field.data, bytes) else b""

    def number(self, tag: int, default: int) -> int:
        """A field that holds whole numbers, the first of them."""
        field = self.get(tag)
        if field is None or not isinstance(field.data, bytes) or field.kind not in (_SHORT, _LONG):
            return default
        code = "H" if field.kind == _SHORT else "I"
        return int(struct.unpack_from(self.order + code, field.data)[0]) if field.count else default

    def without(self, tags: frozenset[int]) -> "Directory":
        return Directory(self.order, tuple(field for field in self.fields if field.tag not in tags))

    def with_fields(self, *fields: Field) -> "Directory":
        """With fields in place of those of the same tags."""
        kept = self.without(frozenset(field.tag for field in fields))
        return Directory(self.order, (*kept.fields, *fields))


def numbers(order: Order, tag: int, kind: Literal[3, 4], *values: int) -> Field:
    """A field of whole numbers of 16 (3) or 32 bits (4)."""
    return Field(tag, kind, len(values), struct.pack(f"{order}{len(values)}{'H' if kind == _SHORT else 'I'}", *values))


def parse(block: bytes, *, leave_out: frozenset[int] = frozenset()) -> Directory:
    """The first directory of a TIFF block, without some fields and without damaged ones.

    Raises ValueError for what is none.
    """
    orders: dict[bytes, Order] = {b"II*\0": "<", b"MM\0*": ">"}
    order = orders.get(block[:4])
    if order is None or len(block) < 8:
        raise ValueError("no TIFF block")
    return _parsed(block, order, struct.unpack_from(order + "I", block, 4)[0], leave_out, depth=0)


def _parsed(block: bytes, order: Order, offset: int, leave_out: frozenset[int], *, depth: int) -> Directory:
    count = _unpacked(order + "H", block, offset)[0]
    if count > _MAX_FIELDS or depth > _MAX_DEPTH:
        raise ValueError("a directory without end")
    found: list[Field] = []
    seen = set(leave_out)  # of fields of one number the first counts: directories in a ring would never end
    for number in range(count):
        place = offset + 2 + 12 * number
        tag, kind, length = _unpacked(order + "HHI", block, place)
        size = _SIZES.get(kind, 0) * length
        if tag in seen or not 0 < size <= _MAX_BYTES:
            continue
        seen.add(tag)
        start = place + 8 if size <= 4 else _unpacked(order + "I", block, place + 8)[0]
        data = block[start : start + size]
        if len(data) != size:
            continue  # one field that is damaged does not take the others with it
        if tag not in _INSIDE or kind not in (4, 13):
            found.append(Field(tag, kind, length, data))
            continue
        with contextlib.suppress(ValueError):
            inner = struct.unpack(order + "I", data[:4])[0]
            found.append(Field(tag, 4, 1, _parsed(block, order, inner, frozenset(), depth=depth + 1)))
    return Directory(order, tuple(found))


def _unpacked(layout: str, block: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, block, offset)
    except struct.error:
        raise ValueError("a directory that is cut short") from None


def to_block(directory: Directory) -> bytes:
    """A TIFF block that holds this directory and nothing else, as in a JPEG's EXIF."""
    head = b"II*\0" if directory.order == "<" else b"MM\0*"
    return head + struct.pack(directory.order + "I", 8) + to_bytes(directory, 8)


def to_bytes(directory: Directory, at: int) -> bytes:
    """The directory as it lies in a file from the offset `at`, an even number, with all that it points to behind it."""
    order, fields = directory.order, sorted(directory.fields, key=lambda field: field.tag)
    behind = at + 2 + 12 * len(fields) + 4
    entries, rest = b"", b""
    for field in fields:
        here = behind + len(rest)
        if isinstance(field.data, Directory):
            value, more = struct.pack(order + "I", here), to_bytes(field.data, here)
        elif len(field.data) <= 4:
            value, more = field.data.ljust(4, b"\0"), b""
        else:
            value, more = struct.pack(order + "I", here), field.data
        entries += struct.pack(order + "HHI", field.tag, field.kind, field.count) + value
        rest += more + b"\0" * (len(more) % 2)
    return struct.pack(order + "H", len(fields)) + entries + b"\0\0\0\0" + rest
