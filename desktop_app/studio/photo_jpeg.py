"""What stands in a JPEG before its pixels: profile, EXIF, XMP, resolution, comments, each in segments of their own."""

import struct
from collections.abc import Iterator

from desktop_app.studio.photo_tags import Tags

MAX_SEGMENT = 65533  # bytes
EXIF_DATA = "EXIF data"
_EXIF, _XMP, _ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_JFIF, _LONG_XMP = b"JFIF\0", b"http://ns.adobe.com/xmp/extension/\0"
_APP0, _APP1, _APP2, _APP13, _COMMENT = 0xE0, 0xE1, 0xE2, 0xED, 0xFE
_SCAN = 0xDA
_ALONE = (0x01, *range(0xD0, 0xD9))  # markers without a length


def kept_parts(data: bytes, *, with_profile: bool) -> tuple[bytes, ...]:
    """The segments of a file that tell of anything but how its pixels are packed, as they are."""
    return tuple(segment for segment in _segments(data) if _is_kept(segment, with_profile=with_profile))


def xmp_in(data: bytes) -> bytes:
    found = (segment[4 + len(_XMP) :] for segment in _segments(data) if segment[4:].startswith(_XMP))
    return next(found, b"")


def parts_of(tags: Tags) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """Segments for what belongs to a photograph, and what a JPEG cannot hold of it, in words."""
    if tags.format == "JPEG":
        return tags.parts, ()
    density = struct.pack(">BHH", 1, *(min(65535, max(1, round(x))) for x in tags.dpi)) if tags.dpi else b"\0\0\1\0\1"
    parts, lost = [_segment(_APP0, _JFIF + b"\1\1" + density + b"\0\0")], []
    for words, head, content in ((EXIF_DATA, _EXIF, tags.exif), ("XMP data", _XMP, tags.xmp)):
        if content and len(head) + len(content) <= MAX_SEGMENT:
            parts.append(_segment(_APP1, head + content))
        elif content:
            lost.append(words)
    room = MAX_SEGMENT - len(_ICC) - 2
    pieces = [tags.icc[start : start + room] for start in range(0, len(tags.icc), room)]
    if len(pieces) < 256:
        parts += [_segment(_APP2, _ICC + bytes((n, len(pieces))) + piece) for n, piece in enumerate(pieces, start=1)]
    else:
        lost.append("colour profile")
    return tuple(parts), tuple(lost)


def with_parts(encoded: bytes, parts: tuple[bytes, ...]) -> bytes:
    """A JPEG as the encoder made it, with these segments in place of its own word on the resolution."""
    rest = encoded[2:]
    while rest[:2] == bytes((0xFF, _APP0)):
        rest = rest[2 + struct.unpack_from(">H", rest, 2)[0] :]
    return b"".join((encoded[:2], *parts, rest))


def _segments(data: bytes) -> Iterator[bytes]:
    """Markers with their contents, up to the first scan; what is cut short ends them."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # a filling byte
            place += 1
            continue
        if marker == _SCAN:
            return
        if marker in _ALONE:
            place += 2
            continue
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        yield data[place:end]
        place = end


def _is_kept(segment: bytes, *, with_profile: bool) -> bool:
    marker, content = segment[1], segment[4:]
    if marker == _APP0:
        return content.startswith(_JFIF)
    if marker == _APP2:
        return content.startswith(_ICC) and with_profile
    return marker in (_APP1, _APP13, _COMMENT)


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content
