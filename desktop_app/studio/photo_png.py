"""PNG photographs: 8 and 16 bits, with every chunk that tells of colours, size, time or words kept as it is.

Files are written row by row: of a large picture no second copy is made. After the PNG specification, third edition.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from desktop_app.studio import picture_file
from desktop_app.studio.photo_tags import Array, Found, Tags, divided, joined, orientation_in
from desktop_app.studio.recipe import CHUNK, FILM_CHUNK

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BAND_BYTES = 2**21
LEVEL = 5  # of zlib, whose strategy for filtered numbers makes up for the sixth
_COLOURS = (b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI")
_KEPT = (*_COLOURS, b"pHYs", b"sCAL", b"oFFs", b"tIME", b"tEXt", b"zTXt", b"iTXt", b"eXIf")
_PALETTE = 3  # the type of colours
_XMP = b"XML:com.adobe.xmp"
_MAX_TEXT = 64 * 2**20  # bytes of a profile or a text
_METRE = 0.0254  # metres to the inch

Bytes = npt.NDArray[np.uint8]


def read(data: bytes, name: str, *, max_pixels: int) -> Found:
    """Raises FileError for what is too large; damage raises whatever it makes the decoder trip over."""
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise picture_file.damaged(name)
    width, height, bits, colour = struct.unpack_from(">IIBB", chunks[0][1])
    picture_file.refuse_large((width, height), name, max_pixels=max_pixels)
    import imagecodecs  # takes a while, and most of the program never needs it

    pixels, alpha = divided(imagecodecs.png_decode(_bare(data)))
    stays = _KEPT if colour == _PALETTE or bits < 8 else (*_KEPT, b"bKGD")  # the background is told in pixel values
    kept = [(kind, content) for kind, content in chunks if kind in stays and not _is_recipe(kind, content)]
    return Found(pixels, alpha, _tags(kept, bits), tuple(_notes(chunks, kept, bits, colour)))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kinds and contents; those of the pixels come without. What is cut short ends the list."""
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        if place + 12 + length > len(data):
            return
        is_pixels = kind in (b"IDAT", b"fdAT")
        yield kind, b"" if is_pixels else data[place + 8 : place + 8 + length]
        if kind == b"IEND":  # what may follow is no part of the picture
            return
        place += 12 + length


def _bare(data: bytes) -> bytes:
    """The file without what is not needed for its pixels, of which the decoder would complain on its own."""
    view, place = memoryview(data), len(SIGNATURE)
    parts: list[bytes | memoryview] = [view[:place]]
    for kind, _ in _chunks(data):
        end = place + 12 + struct.unpack_from(">I", data, place)[0]
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            parts.append(view[place:end])
        place = end
    return b"".join(parts)


def _is_recipe(kind: bytes, content: bytes) -> bool:
    return kind == b"iTXt" and content.split(b"\0")[0] in (CHUNK.encode(), FILM_CHUNK.encode())


def _notes(chunks: list[tuple[bytes, bytes]], kept: list[tuple[bytes, bytes]], bits: int, colour: int) -> Iterator[str]:
    if any(kind == b"acTL" for kind, _ in chunks):
        yield "It is a film; its first frame is used."
    if colour == _PALETTE:
        yield "It has a palette; the result is saved as RGB."
    elif bits < 8:
        yield f"It has {bits} bit{'s' if bits > 1 else ''} a pixel; the result is saved with 8."
    if any(_is_recipe(kind, content) for kind, content in chunks):
        yield "The recipe in it is left out: it does not make the restored picture."


def _tags(kept: list[tuple[bytes, bytes]], bits: int) -> Tags:
    first: dict[bytes, bytes] = {}
    for kind, content in kept:
        first.setdefault(kind, content)
    exif, xmp = first.get(b"eXIf", b""), _xmp(kept)
    return Tags(
        format="PNG",
        depth=16 if bits == 16 else 8,
        icc=_profile(first.get(b"iCCP", b"")),
        exif=exif,
        xmp=xmp,
        orientation=orientation_in(exif, xmp),
        dpi=_dpi(first.get(b"pHYs", b"")),
        parts=tuple(chunk(kind, content) for kind, content in kept),
    )


def _profile(content: bytes) -> bytes:
    _, _, rest = content.partition(b"\0")
    return _inflated(rest[1:])


def _inflated(data: bytes) -> bytes:
    """What zlib packed, or nothing where it is damaged or too large."""
    try:
        return zlib.decompressobj().decompress(data, _MAX_TEXT) if data else b""
    except zlib.error:
        return b""


def _xmp(kept: list[tuple[bytes, bytes]]) -> bytes:
    for kind, content in kept:
        if kind == b"iTXt" and content.startswith(_XMP + b"\0") and len(content) > len(_XMP) + 3:
            packed, rest = content[len(_XMP) + 1], content[len(_XMP) + 3 :]
            text = rest.split(b"\0", 2)[-1]
            return _inflated(text) if packed else text
    return b""


def _dpi(content: bytes) -> tuple[float, float] | None:
    if len(content) != 9 or content[8] != 1:
        return None
    across, down = struct.unpack_from(">II", content)
    return across * _METRE, down * _METRE


# -- writing -------------------------------------------------------------------------------------------------------


def write(file: BinaryIO, pixels: Array, alpha: Array | None, tags: Tags) -> None:
    """Pixels (H, W, C) and alpha (H, W) as they are to lie in the file, uint8 or uint16."""
    height, width, channels = pixels.shape
    colour = (4 if alpha is not None else 0) + (2 if channels == 3 else 0)
    file.write(SIGNATURE)
    file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, colour, 0, 0, 0)))
    for part in tags.parts if tags.format == "PNG" else _made(tags):
        file.write(part)
    packer = zlib.compressobj(LEVEL, strategy=zlib.Z_FILTERED)
    for band in _filtered(pixels, alpha):
        _write_pixels(file, packer.compress(band.tobytes()))
    _write_pixels(file, packer.flush())
    file.write(chunk(b"IEND", b""))


def _write_pixels(file: BinaryIO, packed: bytes) -> None:
    if packed:
        file.write(chunk(b"IDAT", packed))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _made(tags: Tags) -> Iterator[bytes]:
    """Chunks for what a file of another format told."""
    if tags.icc:
        yield chunk(b"iCCP", b"profile\0\0" + zlib.compress(tags.icc))
    if tags.dpi:
        yield chunk(b"pHYs", struct.pack(">IIB", *(round(x / _METRE) for x in tags.dpi), 1))
    if tags.xmp:
        yield chunk(b"iTXt", _XMP + b"\0\0\0\0\0" + tags.xmp)
    if tags.exif:
        yield chunk(b"eXIf", tags.exif)


def _filtered(pixels: Array, alpha: Array | None) -> Iterator[Bytes]:
    """Bands of rows of bytes, each row behind the number of its filter: that of the least sum of differences."""
    height, width, channels = pixels.shape
    step = (channels + (alpha is not None)) * pixels.itemsize
    rows = max(1, BAND_BYTES // (width * step))
    above = np.zeros((1, width * step), np.uint8)
    for top in range(0, height, rows):
        band = joined(pixels[top : top + rows], None if alpha is None else alpha[top : top + rows])
        raw = band.astype(f">u{pixels.itemsize}", copy=False).view(np.uint8).reshape(len(band), -1)
        yield _best(raw, np.concatenate((above, raw[:-1])), step)
        above = raw[-1:]


def _best(raw: Bytes, above: Bytes, step: int) -> Bytes:
    left, corner = np.zeros_like(raw), np.zeros_like(raw)
    left[:, step:], corner[:, step:] = raw[:, :-step], above[:, :-step]
    tried = {0: raw, 1: raw - left, 2: raw - above, 4: raw - _paeth(left, above, corner)}
    costs = np.stack([np.abs(t.view(np.int8).astype(np.int16)).sum(axis=1, dtype=np.int64) for t in tried.values()])
    choice = costs.argmin(axis=0)
    out = np.empty((len(raw), raw.shape[1] + 1), np.uint8)
    for place, (number, values) in enumerate(tried.items()):
        chosen = choice == place
        out[chosen, 0], out[chosen, 1:] = number, values[chosen]
    return out


def _paeth(left: Bytes, above: Bytes, corner: Bytes) -> Bytes:
    """The neighbour that is nearest to left + above - corner (section 9.4)."""
    a, b, c = left.astype(np.int16), above.astype(np.int16), corner.astype(np.int16)
    to_left, to_above, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest: Bytes = np.where(
        (to_left <= to_above) & (to_left <= to_corner), left, np.where(to_above <= to_corner, above, corner)
    )
    return nearest


def encoded(pixels: Array, alpha: Array | None = None, tags: Tags | None = None) -> bytes:
    """The same as bytes."""
    buffer = io.BytesIO()
    write(buffer, pixels, alpha, tags or Tags())
    return buffer.getvalue()
