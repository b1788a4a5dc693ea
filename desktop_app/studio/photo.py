"""Photographs in and out, so that whatever a network does not change comes back as it was.

`read` gives the pixels upright and otherwise as they lie in the file: in their own colours, with 8 or 16 bits a
channel. What belongs to them besides (profile, EXIF, resolution, texts, transparency) travels in `Photo` and is written
again by `write`. Nothing is converted for the networks; `to_srgb` is for the screen alone.
"""

import dataclasses
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from desktop_app.engine.errors import FileError
from desktop_app.studio import photo_jpeg, photo_pillow, photo_png, photo_tiff, picture_file
from desktop_app.studio.bicubic import bicubic
from desktop_app.studio.photo_screen import rounded, to_srgb
from desktop_app.studio.photo_tags import Array, Found, Tags, turned, turned_back
from desktop_app.studio.whole_file import whole_file

__all__ = ["ENDINGS", "MAX_PIXELS", "Photo", "Tags", "read", "read_bytes", "to_srgb", "write"]

MAX_PIXELS = 200_000_000
MAX_FILE_BYTES = 2 * 2**30
ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".avif")  # that can be written
BAND_ROWS = 256
_TIFF = (".tif", ".tiff")
_DEEP = (".png", *_TIFF)  # formats of 16 bits a channel
_OPAQUE = (".jpg", ".jpeg", ".bmp")  # formats without transparency
_NAMES = {".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WebP", ".bmp": "BMP", ".avif": "AVIF"}

_decoding = threading.Lock()


@dataclass(frozen=True, eq=False)
class Photo:
    name: str  # of the file
    path: Path | None
    sha256: str  # of the file
    pixels: Array  # (H, W, C) uint8 or uint16, upright
    alpha: Array | None  # (H, W) of the same type
    tags: Tags
    notes: tuple[str, ...] = ()  # sentences on what is different in what is read or will be saved


def read(path: Path) -> Photo:
    """A picture from a file; of several frames the first. Raises FileError with a sentence."""
    data = picture_file.bytes_of(path, limit=MAX_FILE_BYTES)
    return dataclasses.replace(read_bytes(data, path.name), path=path)


def read_bytes(data: bytes, name: str) -> Photo:
    """A picture that was pasted or dropped. Raises FileError with a sentence."""
    if not data:
        raise picture_file.empty(name)
    with picture_file.told_in_sentences(name, data, max_pixels=MAX_PIXELS), _large_ones_allowed():
        found = _found(data, name)
    orientation = found.tags.orientation
    alpha = None if found.alpha is None else turned(found.alpha, orientation)
    digest = hashlib.sha256(data).hexdigest()
    return Photo(name, None, digest, turned(found.pixels, orientation), alpha, found.tags, found.notes)


def _found(data: bytes, name: str) -> Found:
    if data.startswith(photo_png.SIGNATURE):
        return photo_png.read(data, name, max_pixels=MAX_PIXELS)
    if data.startswith(photo_tiff.HEADS):
        plain = photo_tiff.read(data, name, max_pixels=MAX_PIXELS)
        if plain is not None:
            return plain
    return photo_pillow.read(data, name, max_pixels=MAX_PIXELS)


@contextmanager
def _large_ones_allowed() -> Iterator[None]:
    """Pillow's own limit is lower; sizes are looked at here before anything is decoded."""
    with _decoding:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


# -- writing -------------------------------------------------------------------------------------------------------


def write(path: Path, photo: Photo, pixels: Array, *, scale: int = 1) -> tuple[str, ...]:
    """Write upright pixels (scale H, scale W, C) with all that belongs to the photo, in the format of path's ending.

    Answers sentences on what the format could not keep. The file is there whole or not at all. Raises FileError.
    """
    ending = path.suffix.lower()
    _refuse(path, ending, pixels)
    alpha = None if photo.alpha is None else bicubic(photo.alpha, scale)
    pixels, alpha, notes = _as_held(pixels, alpha, ending, premultiplied=photo.tags.extra == 1)
    tags = photo.tags
    if ending not in _TIFF:
        tags = dataclasses.replace(tags, exif=photo_tiff.exif_alone(tags))
    try:
        with whole_file(path) as file:
            lost = _encode(file, ending, pixels, alpha, tags)
    except MemoryError:
        raise FileError(f"There is not enough memory to save “{path.name}”. Save it as PNG or TIFF.") from None
    return (*notes, *lost)


def _refuse(path: Path, ending: str, pixels: Array) -> None:
    """What cannot be written. Raises FileError."""
    if ending not in ENDINGS:
        raise FileError(f"Pictures cannot be saved as “{path.name}”. Use one of the endings {', '.join(ENDINGS)}.")
    if ending == ".webp" and max(pixels.shape[:2]) > photo_pillow.MAX_WEBP:
        raise FileError(f"A WebP has at most {photo_pillow.MAX_WEBP} pixels a side. Save “{path.stem}” as PNG or TIFF.")


def _as_held(
    pixels: Array, alpha: Array | None, ending: str, *, premultiplied: bool
) -> tuple[Array, Array | None, list[str]]:
    """Pixels and alpha as the format can hold them, and sentences on what it could not."""
    notes = []
    if alpha is not None and premultiplied and ending not in _TIFF:
        pixels = _unmultiplied(pixels, alpha)
    if pixels.dtype != np.uint8 and ending not in _DEEP:
        pixels, alpha = rounded(pixels), None if alpha is None else rounded(alpha)
        notes.append(f"{_NAMES[ending]} has 8 bits a channel: the picture's 16 were rounded.")
    if alpha is not None and ending in _OPAQUE:
        pixels, alpha = _on_white(pixels, alpha), None
        notes.append(f"{_NAMES[ending]} has no transparency: what is transparent lies on white.")
    return pixels, alpha, notes


def _encode(file: BinaryIO, ending: str, pixels: Array, alpha: Array | None, tags: Tags) -> tuple[str, ...]:
    """Answers sentences on what was lost."""
    if ending == ".bmp":
        photo_pillow.write_bmp(file, pixels, tags)
        return ("BMP holds no profile and no EXIF data: they were left out.",) if tags.icc or tags.exif else ()
    if ending in (".jpg", ".jpeg"):
        parts, lost = photo_jpeg.parts_of(tags)
        lying = pixels if photo_jpeg.EXIF_DATA in lost else turned_back(pixels, tags.orientation)
        photo_pillow.write_jpeg(file, lying, parts)
        return tuple(f"JPEG cannot hold so large a piece of {words}: it was left out." for words in lost)
    write = {".png": photo_png.write, ".webp": photo_pillow.write_webp, ".avif": photo_pillow.write_avif}
    alpha = None if alpha is None else turned_back(alpha, tags.orientation)
    write.get(ending, photo_tiff.write)(file, turned_back(pixels, tags.orientation), alpha, tags)
    return ()


def _on_white(pixels: Array, alpha: Array) -> Array:
    out = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(out), BAND_ROWS):
        part = slice(top, top + BAND_ROWS)
        much = alpha[part, :, None].astype(np.uint32)
        out[part] = (pixels[part] * much + 255 * (255 - much) + 127) // 255
    return out


def _unmultiplied(pixels: Array, alpha: Array) -> Array:
    """Colours as they are where they are opaque, of colours multiplied by alpha."""
    out, most = np.empty(pixels.shape, pixels.dtype), int(np.iinfo(pixels.dtype).max)
    for top in range(0, len(out), BAND_ROWS):
        part = slice(top, top + BAND_ROWS)
        much = np.maximum(alpha[part, :, None].astype(np.uint64), 1)
        out[part] = np.minimum((pixels[part].astype(np.uint64) * most + much // 2) // much, most)
    return out
