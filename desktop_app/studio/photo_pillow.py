"""Photographs that Pillow reads and writes: JPEG, WebP, AVIF, BMP and GIF, and the odder kinds of TIFF."""

import dataclasses
import io
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from desktop_app.engine.errors import FileError
from desktop_app.studio import photo_jpeg, photo_tiff, picture_file
from desktop_app.studio.photo_tags import Array, Found, Tags, joined, orientation_in, turned_back

FORMATS = picture_file.FORMATS
QUALITY = 95
BAND_PIXELS = 2**21
MAX_WEBP = 16383  # pixels of a side
_EXIF = b"Exif\0\0"

Bytes = npt.NDArray[np.uint8]
Convert = Callable[[Image.Image], Image.Image]


def read(data: bytes, name: str, *, max_pixels: int) -> Found:
    """Raises FileError for what is too large or of a kind that nothing here reads; damage raises what Pillow raises."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        picture_file.refuse_large(image.size, name, max_pixels=max_pixels)
        notes = _frames(image)
        image.load()
        mode, convert, said = _way(image, name)
        tags = _tags(image, data, own_colours=image.mode not in ("CMYK", "LAB"))
        values = _copied(image, mode, convert)
        if image.format == "TIFF":  # which Pillow turns upright by itself
            values = turned_back(values, tags.orientation)
        pixels, alpha = _split(values, mode)
    return Found(pixels, alpha, tags, (*notes, *said))


def _frames(image: Image.Image) -> tuple[str, ...]:
    """What is said of a file of several pictures."""
    if image.format in ("JPEG", "MPO"):
        return ("The other pictures inside its file are left out.",) if image.format == "MPO" else ()
    try:
        count = int(getattr(image, "n_frames", 1))
    except Exception:  # a later frame is damaged, and the first is all that is used
        count = 2
    image.seek(0)
    return ("Of its frames the first is used.",) if count > 1 else ()


def _way(image: Image.Image, name: str) -> tuple[str, Convert, tuple[str, ...]]:
    """The mode in which the pixels are taken, what turns a part of the picture into it, and what is said of that."""
    mode, clear = image.mode, "transparency" in image.info
    if mode in ("L", "RGB", "RGBA", "LA") and not clear:
        return mode, lambda part: part, ()
    if mode in ("L", "RGB"):
        mode = mode + "A" if mode == "RGB" else "LA"
        return mode, lambda part: part.convert(mode), ()
    if mode == "1":
        return "L", lambda part: part.convert("L"), ("It has 1 bit a pixel; the result is saved with 8.",)
    if mode in ("P", "PA"):
        into = "RGBA" if clear or mode == "PA" else "RGB"
        return into, lambda part: part.convert(into), ("It has a palette; the result is saved as RGB.",)
    if mode in ("CMYK", "LAB"):
        return "RGB", _to_rgb(image), (f"It has {mode} colours; the result is saved as RGB.",)
    if mode in ("YCbCr", "RGBX", "La", "RGBa"):
        into = {"La": "LA", "RGBa": "RGBA"}.get(mode, "RGB")
        return into, lambda part: part.convert(into), ()
    raise FileError(f"“{name}” holds numbers of more than 8 bits in a way that is not read. Save it as PNG of 16 bits.")


def _to_rgb(image: Image.Image) -> Convert:
    """Through the picture's own profile into sRGB, or by rule of thumb where it holds none that fits."""
    srgb = ImageCms.createProfile("sRGB")
    try:
        profile = image.info.get("icc_profile")
        if image.mode == "LAB":
            source: Any = ImageCms.createProfile("LAB")
        elif profile:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        else:
            return lambda part: part.convert("RGB")
        transform = ImageCms.buildTransform(source, srgb, image.mode, "RGB")
    except Exception:  # a profile that is damaged, or of other colours than the picture
        return lambda part: part.convert("RGB")
    return lambda part: _transformed(part, transform)


def _transformed(part: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    made = ImageCms.applyTransform(part, transform)
    assert made is not None
    return made


def _copied(image: Image.Image, mode: str, convert: Convert) -> Bytes:
    """(H, W, bands), copied once and band by band."""
    out = np.empty((image.height, image.width, len(mode)), np.uint8)
    rows = max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, rows):
        part = image.crop((0, top, image.width, min(top + rows, image.height)))
        out[top : top + rows] = np.asarray(convert(part)).reshape(part.height, part.width, -1)
    return out


def _split(values: Bytes, mode: str) -> tuple[Array, Array | None]:
    return (values[..., :-1], values[..., -1]) if mode.endswith("A") else (values, None)


def _tags(image: Image.Image, data: bytes, *, own_colours: bool) -> Tags:
    """own_colours: False where the pixels were brought into sRGB, and the profile says nothing of them any more."""
    if image.format == "TIFF":
        tags = photo_tiff.tags_of(data, compression=photo_tiff.DEFLATE)
        return tags if own_colours else dataclasses.replace(tags, icc=b"", exif=_without_profile(tags.exif))
    is_jpeg = image.format in ("JPEG", "MPO")
    exif = bytes(image.info.get("exif") or b"").removeprefix(_EXIF)
    xmp = photo_jpeg.xmp_in(data) if is_jpeg else bytes(image.info.get("xmp") or b"")
    return Tags(
        format="JPEG" if is_jpeg else str(image.format),
        icc=bytes(image.info.get("icc_profile") or b"") if own_colours else b"",
        exif=exif,
        xmp=xmp,
        orientation=orientation_in(exif, xmp),
        dpi=_dpi(image.info.get("dpi")),
        parts=photo_jpeg.kept_parts(data, with_profile=own_colours) if is_jpeg else (),
        lossless=not is_jpeg and not (image.format == "WEBP" and b"VP8 " in _webp_kinds(data)),
    )


def _without_profile(exif: bytes) -> bytes:
    from desktop_app.studio import exif_block

    return exif_block.to_block(exif_block.parse(exif, leave_out=frozenset((photo_tiff.ICC,)))) if exif else b""


def _dpi(found: Any) -> tuple[float, float] | None:
    try:
        across, down = (float(x) for x in found)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if 0 < across < 1e6 and 0 < down < 1e6 else None


def _webp_kinds(data: bytes) -> set[bytes]:
    kinds, place = set(), 12
    while place + 8 <= len(data):
        kinds.add(data[place : place + 4])
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    return kinds


# -- writing -------------------------------------------------------------------------------------------------------


def write_jpeg(file: BinaryIO, pixels: Array, parts: tuple[bytes, ...]) -> None:
    """(H, W, C) uint8 as they are to lie in the file, behind the segments of photo_jpeg.py."""
    buffer = io.BytesIO()
    _image(pixels, None).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    file.write(photo_jpeg.with_parts(buffer.getvalue(), parts))


def write_webp(file: BinaryIO, pixels: Array, alpha: Array | None, tags: Tags) -> None:
    lossless = tags.format == "WEBP" and tags.lossless
    _save(file, pixels, alpha, tags, "WEBP", quality=QUALITY, lossless=lossless, exact=True)


def write_avif(file: BinaryIO, pixels: Array, alpha: Array | None, tags: Tags) -> None:
    _save(file, pixels, alpha, tags, "AVIF", quality=QUALITY, subsampling="4:4:4")


def write_bmp(file: BinaryIO, pixels: Array, tags: Tags) -> None:
    dpi = {"dpi": tags.dpi} if tags.dpi else {}
    buffer = io.BytesIO()
    _image(pixels, None).save(buffer, "BMP", **dpi)
    file.write(buffer.getbuffer())


def _save(file: BinaryIO, pixels: Array, alpha: Array | None, tags: Tags, format: str, **options: Any) -> None:
    """Through a buffer, because Pillow writes to a file past Python, and loses why that failed."""
    icc = b"" if format == "WEBP" and tags.icc[16:20] == b"GRAY" else tags.icc  # a WebP is always RGB
    held = {"icc_profile": icc, "exif": _EXIF + tags.exif if tags.exif else b"", "xmp": tags.xmp}
    buffer = io.BytesIO()
    _image(pixels, alpha).save(buffer, format, **options, **{key: value for key, value in held.items() if value})
    file.write(buffer.getbuffer())


def _image(pixels: Array, alpha: Array | None) -> Image.Image:
    values = joined(pixels, alpha)
    return Image.fromarray(values[..., 0] if values.shape[2] == 1 else values)
