"""TIFF photographs: grey and RGB of 8 and 16 bits, with every field of the first directory that is not about how the
pixels lie in the file. Other kinds of TIFF come through Pillow (photo_pillow.py). After TIFF 6.0 and its supplements.
"""

import io
import logging
import struct
import zlib
from typing import Any, BinaryIO

import numpy as np

from desktop_app.engine.errors import FileError
from desktop_app.studio import exif_block, picture_file
from desktop_app.studio.exif_block import Directory, Field, numbers
from desktop_app.studio.photo_tags import Array, Found, Tags, divided, joined, orientation_in

HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
STRIP_BYTES = 2**18
ICC, XMP, IPTC, PHOTOSHOP = 34675, 700, 33723, 34377
NONE, LZW, DEFLATE, OLD_DEFLATE = 1, 5, 8, 32946
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_INCH, _CENTIMETRE = 2, 3
_STRUCTURE = frozenset((  # fields on how the pixels lie in the file, and on its pages and previews
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 277, 278, 279, 280, 281, 284, 288, 289, 290, 291,
    292, 293, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 330, 332, 333, 334, 336, 337, 338, 339, 340, 341,
    342, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 559,
))  # fmt: skip
_OUTSIDE_EXIF = frozenset((ICC, XMP, IPTC, PHOTOSHOP))  # fields that have places of their own in other formats


def read(data: bytes, name: str, *, max_pixels: int) -> Found | None:
    """None for kinds that Pillow reads. Raises FileError for what is too large or of a kind that nothing here reads."""
    import tifffile  # takes a while, and most of the program never needs it

    tifffile.logger().setLevel(logging.CRITICAL)  # it would complain of odd fields on its own
    with io.BytesIO(data) as stream, tifffile.TiffFile(stream, name=name) as file:
        page: Any = file.pages[0]
        picture_file.refuse_large((page.imagewidth, page.imagelength), name, max_pixels=max_pixels)
        picture_file.refuse_large((page.tilewidth or 0, page.tilelength or 0), name, max_pixels=max_pixels)
        _refuse_numbers(page, name)
        if not _is_plain(page):
            return None
        if any(start + size > len(data) for start, size in zip(page.dataoffsets, page.databytecounts, strict=True)):
            raise picture_file.damaged(name)
        values = page.asarray(maxworkers=1)
        notes = [f"The first of its {len(file.pages)} pages is used."] if len(file.pages) > 1 else []
        extra = int(page.extrasamples[0]) if page.extrasamples else 2
        values = values if page.planarconfig == 1 or values.ndim == 2 else np.moveaxis(values, 0, 2)
        pixels, alpha = divided(values)
        if page.photometric == 0:
            pixels = ~pixels
        tags = tags_of(data, depth=8 * values.itemsize, extra=extra, compression=int(page.compression))
    return Found(pixels, alpha, tags, tuple(notes))


def _refuse_numbers(page: Any, name: str) -> None:
    """Numbers whose white nobody knows."""
    if page.sampleformat in (2, 3, 5, 6) or page.bitspersample > 16:
        kind = "floating point" if page.sampleformat == 3 else f"{page.bitspersample} bits"
        raise FileError(f"“{name}” holds numbers of {kind}. Save it with 8 or 16 bits a channel and open that.")


def _is_plain(page: Any) -> bool:
    """Grey or RGB, with alpha or without, in strips or tiles that are packed as here or not at all."""
    count, extra = page.samplesperpixel, len(page.extrasamples)
    return (
        page.bitspersample in (8, 16)
        and page.photometric in (0, 1, 2)
        and (count, extra) in (((3, 0), (4, 1)) if page.photometric == 2 else ((1, 0), (2, 1)))
        and page.compression in (NONE, LZW, DEFLATE, OLD_DEFLATE, 32773, 34925, 50000)
        and page.imagedepth == 1
    )


def tags_of(data: bytes, *, depth: int = 8, extra: int = 2, compression: int = NONE) -> Tags:
    """What the first directory tells; nothing of a file whose directory is of a newer kind (BigTIFF)."""
    try:
        directory = exif_block.parse(data, leave_out=_STRUCTURE)
    except ValueError:
        directory = Directory("<")
    exif = exif_block.to_block(directory) if directory.fields else b""
    xmp = directory.raw(XMP)
    return Tags(
        format="TIFF",
        depth=depth,
        icc=directory.raw(ICC),
        exif=exif,
        xmp=xmp,
        orientation=orientation_in(exif, xmp),
        dpi=_dpi(directory),
        compression=compression,
        extra=extra,
    )


def _dpi(directory: Directory) -> tuple[float, float] | None:
    unit = directory.number(_RESOLUTION_UNIT, _INCH)
    found = [_ratio(directory, tag) for tag in (_X_RESOLUTION, _Y_RESOLUTION)]
    if unit not in (_INCH, _CENTIMETRE) or min(found) <= 0:
        return None
    factor = 2.54 if unit == _CENTIMETRE else 1.0
    return found[0] * factor, found[1] * factor


def _ratio(directory: Directory, tag: int) -> float:
    data = directory.raw(tag)
    if len(data) != 8:
        return 0.0
    over, under = struct.unpack(directory.order + "II", data)
    return over / under if under else 0.0


def exif_alone(tags: Tags) -> bytes:
    """The EXIF block of a TIFF as other formats hold it: without what has a place of its own there."""
    if tags.format != "TIFF" or not tags.exif:
        return tags.exif
    directory = exif_block.parse(tags.exif).without(_OUTSIDE_EXIF)
    return exif_block.to_block(directory) if directory.fields else b""


# -- writing -------------------------------------------------------------------------------------------------------


def write(file: BinaryIO, pixels: Array, alpha: Array | None, tags: Tags) -> None:
    """Pixels (H, W, C) and alpha (H, W) as they are to lie in the file, uint8 or uint16, in strips."""
    directory = _directory(tags)
    order, (height, width, channels) = directory.order, pixels.shape
    compression = tags.compression if tags.format == "TIFF" and tags.compression in (NONE, LZW) else DEFLATE
    samples = channels + (alpha is not None)
    rows = max(1, STRIP_BYTES // (width * samples * pixels.itemsize))
    file.write(b"II*\0\0\0\0\0" if order == "<" else b"MM\0*\0\0\0\0")
    starts, sizes = _write_strips(file, pixels, alpha, rows, order, compression)
    structure = [
        numbers(order, 256, 4, width),
        numbers(order, 257, 4, height),
        numbers(order, 258, 3, *[8 * pixels.itemsize] * samples),
        numbers(order, 259, 3, compression),
        numbers(order, 262, 3, 2 if channels == 3 else 1),
        numbers(order, 273, 4, *starts),
        numbers(order, 277, 3, samples),
        numbers(order, 278, 4, rows),
        numbers(order, 279, 4, *sizes),
        numbers(order, 317, 3, 1 if compression == NONE else 2),
    ]
    if alpha is not None:
        structure.append(numbers(order, 338, 3, tags.extra))
    place = file.tell()
    file.write(exif_block.to_bytes(directory.with_fields(*structure), place))
    file.seek(4)
    file.write(struct.pack(order + "I", place))


def _write_strips(
    file: BinaryIO, pixels: Array, alpha: Array | None, rows: int, order: str, compression: int
) -> tuple[list[int], list[int]]:
    """So many rows each; where they begin and how long they are. The file ends at an even place."""
    starts, sizes = [], []
    for top in range(0, len(pixels), rows):
        strip = joined(pixels[top : top + rows], None if alpha is None else alpha[top : top + rows])
        packed = _packed(strip, order, compression)
        starts.append(file.tell())
        sizes.append(len(packed))
        file.write(packed)
    file.write(b"\0" * (file.tell() % 2))
    return starts, sizes


def _directory(tags: Tags) -> Directory:
    """The fields that are no structure."""
    try:
        directory = exif_block.parse(tags.exif, leave_out=_STRUCTURE) if tags.exif else Directory("<")
    except ValueError:  # an EXIF block that cannot be read
        directory = Directory("<")
    order, fields = directory.order, []
    if tags.icc:
        fields.append(Field(ICC, 7, len(tags.icc), tags.icc))
    if tags.xmp:
        fields.append(Field(XMP, 1, len(tags.xmp), tags.xmp))
    if tags.dpi and directory.get(_X_RESOLUTION) is None:
        across, down = (struct.pack(order + "II", round(x * 10_000), 10_000) for x in tags.dpi)
        fields += [Field(_X_RESOLUTION, 5, 1, across), Field(_Y_RESOLUTION, 5, 1, down)]
        fields.append(numbers(order, _RESOLUTION_UNIT, 3, _INCH))
    return directory.with_fields(*fields)


def _packed(strip: Array, order: str, compression: int) -> bytes:
    kind = np.dtype(f"{order}u{strip.itemsize}")
    if compression == NONE:
        return strip.astype(kind, copy=False).tobytes()
    differences = strip.copy()  # the predictor of TIFF 6.0, section 14
    differences[:, 1:] -= strip[:, :-1]
    data = differences.astype(kind, copy=False).tobytes()
    if compression == LZW:
        import imagecodecs

        return bytes(imagecodecs.lzw_encode(data))
    return zlib.compress(data)
