"""Pictures of the designer's own: any file that is a picture, as the input that a package's model expects.

`read` brings a file upright, in sRGB, eight bits a channel; `fit` crops it, brings it to the model's size and number of
channels, and tells in words what it did. The size is looked at before anything is decoded, and only the formats listed
here are opened, by name.
"""

import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps

from desktop_app.engine.errors import RequestError
from desktop_app.engine.manifest import Picture
from desktop_app.engine.requests import Pixels
from desktop_app.studio.picture_file import FORMATS, bytes_of, refuse_large, told_in_sentences
from desktop_app.studio.recipe import MAX_PIXELS

Crop = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the width and the height

MAX_FILE_BYTES = 256 * 2**20
KEPT_PIXELS = 2**22  # of a larger original, enough to crop from
MAX_PROFILE_BYTES = 8 * 2**20
REACH = 4.0  # how far beyond the picture a crop may go, in sides of the picture
LIGHT = 170  # luma from which what is drawn counts as light, and black suits it as a ground
LEAST_CONTRAST = 48  # of ink and paper, below which tones are left as they are


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture as it was found: upright, sRGB, (H, W, 3) or with alpha (H, W, 4) uint8."""

    name: str  # of the file
    sha256: str  # of the file
    size: tuple[int, int]  # width and height of the original, upright
    pixels: Pixels  # the original, or a smaller one of at least KEPT_PIXELS / 4 pixels
    notes: tuple[str, ...] = ()  # sentences on what was done to it


@dataclass(frozen=True, eq=False)
class Fitted:
    """The model's input, and how it came about."""

    pixels: Pixels  # (H, W, C) uint8
    crop: Crop
    inverted: bool
    notes: tuple[str, ...] = ()


def fitted(path: Path, picture: Picture, *, crop: Crop | None = None, invert: bool | None = None) -> Pixels:
    """A file as a model's input, (H, W, C) uint8. Raises FileError, or RequestError for a crop that is none."""
    return fit(read(path), picture, crop=crop, invert=invert).pixels


# -- the file ------------------------------------------------------------------------------------------------------


def read(path: Path) -> OwnPicture:
    """Open a picture of one of FORMATS; of several frames the first. Raises FileError with a sentence."""
    data = bytes_of(path, limit=MAX_FILE_BYTES)
    with (
        told_in_sentences(path.name, data, max_pixels=MAX_PIXELS),
        Image.open(io.BytesIO(data), formats=FORMATS) as image,
    ):
        refuse_large(image.size, path.name, max_pixels=MAX_PIXELS)
        upright, size, notes = _decoded(image)
    return OwnPicture(path.name, hashlib.sha256(data).hexdigest(), size, upright, notes)


# -- upright, sRGB, eight bits -------------------------------------------------------------------------------------


def _decoded(image: Image.Image) -> tuple[Pixels, tuple[int, int], tuple[str, ...]]:
    """Pixels, the size of the upright original, and what was done."""
    notes = []
    frames = _frames(image)
    if frames > 1:
        notes.append(f"The first of its {frames} frames is used.")
    width, height = image.size
    image.draft(None, (2048, 2048))  # a JPEG of many pixels comes smaller right away
    image.load()
    profile = image.info.get("icc_profile")
    upright = _upright(image)
    if _is_on_its_side(image, upright):
        width, height = height, width
    if upright is not image:
        notes.append("It was turned upright as its camera says.")
    plain = _srgb(_eight_bits(upright), profile)
    factor = math.ceil(math.sqrt(plain.width * plain.height / KEPT_PIXELS))
    if factor > 1:
        plain = plain.reduce(factor)
    return np.asarray(plain).copy(), (width, height), tuple(notes)


def _frames(image: Image.Image) -> int:
    """How many there are; the second picture inside a camera's JPEG is no frame to a designer."""
    try:
        return 1 if image.format in ("JPEG", "MPO") else int(getattr(image, "n_frames", 1))
    except Exception:  # a later frame is damaged, and the first is all that is used
        image.seek(0)
        return 1


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF or XMP data says; the same object where they say nothing that can be read."""
    try:
        if image.getexif().get(0x0112, 1) == 1:
            return image
        return ImageOps.exif_transpose(image)
    except Exception:  # metadata of any shape
        return image


def _is_on_its_side(image: Image.Image, upright: Image.Image) -> bool:
    return upright is not image and image.getexif().get(0x0112, 1) in (5, 6, 7, 8)


def _eight_bits(image: Image.Image) -> Image.Image:
    """L, RGB, RGBA, CMYK or LAB, eight bits a channel."""
    mode = image.mode
    if mode in ("L", "RGB", "RGBA", "CMYK", "LAB"):
        return image.convert("RGBA") if "transparency" in image.info and mode in ("L", "RGB") else image
    if mode[0] in "IF":
        return Image.fromarray(_levels(np.asarray(image)))
    if mode == "1":
        return image.convert("L")
    has_alpha = "transparency" in image.info or mode in ("LA", "La", "PA", "RGBa")
    return image.convert("RGBA" if has_alpha else "RGB")


def _levels(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Grey of 16 bits, 32 bits or floating point as 0 to 255. Floats from 0 to 1 and integers know their range; what
    goes beyond is stretched from its darkest to its lightest."""
    x = values.astype(np.float32)
    if not np.isfinite(x).any():
        raise ValueError("no number in it")
    low, high = float(np.nanmin(x[np.isfinite(x)])), float(np.nanmax(x[np.isfinite(x)]))
    x = np.nan_to_num(x, nan=low, posinf=high, neginf=low)
    if values.dtype.kind == "f":
        start, end = (0.0, 1.0) if low >= 0 and high <= 1 else (0.0, 255.0) if low >= 0 and high <= 255 else (low, high)
    else:
        start, end = (0.0, 65535.0) if low >= 0 and high <= 65535 else (low, high)
    scaled = (x - start) * np.float32(255 / max(end - start, 1e-12))
    levels: npt.NDArray[np.uint8] = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
    return levels


def _srgb(image: Image.Image, profile: Any) -> Image.Image:
    """RGB or RGBA in sRGB: through the picture's own colour profile where it holds one that fits."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha is not None else image
    colours = _through_profile(colours, profile) or _without_profile(colours)
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _through_profile(image: Image.Image, profile: Any) -> Image.Image | None:
    if not isinstance(profile, bytes) or not 0 < len(profile) <= MAX_PROFILE_BYTES:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except Exception:  # a profile that is damaged, or of another colour model than the picture
        return None
    return made


def _without_profile(image: Image.Image) -> Image.Image:
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
        assert made is not None
        return made
    return image.convert("RGB")


# -- the model's input ---------------------------------------------------------------------------------------------


def fit(own: OwnPicture, picture: Picture, *, crop: Crop | None = None, invert: bool | None = None) -> Fitted:
    """Crop a picture and bring it to a model's size and channels. Raises RequestError for a crop that is none.

    crop: by default the largest part in the middle that has the shape of the model's pictures. One that goes beyond
    the picture is filled up with the colour of its border. A crop of another shape is stretched.
    invert: None turns dark ink on light paper into light on dark for models of grey pictures. Wherever that is done,
    the paper becomes black and the ink white: shadows on the paper are no part of a drawing.
    """
    crop = centre_crop(own, picture) if crop is None else crop
    _check_crop(crop)
    notes: list[str] = []
    image = Image.fromarray(own.pixels)
    if image.mode == "RGBA" and picture.channels != 4:
        image, ground = _flattened(image)
        if ground:
            notes.append(f"What is transparent in it lies on {ground}.")
    image = image.convert({1: "L", 3: "RGB", 4: "RGBA"}[picture.channels])
    small = _resized(image, crop, (picture.width, picture.height))
    pixels = np.atleast_3d(np.asarray(small))
    decided = _is_on_paper(pixels) if invert is None and picture.channels == 1 else bool(invert)
    if decided:
        pixels = _swapped(pixels)
    if decided and invert is None:
        notes.append("Its border is light, so light and dark were swapped and the paper was made black.")
    return Fitted(np.ascontiguousarray(pixels), crop, decided, tuple(notes))


def centre_crop(own: OwnPicture, picture: Picture) -> Crop:
    """The largest crop in the middle that has the shape of the model's pictures."""
    width, height = crop_size(own, picture, 1.0)
    return (1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2


def crop_size(own: OwnPicture, picture: Picture, scale: float) -> tuple[float, float]:
    """Width and height, in fractions of the picture's, of a crop in the model's shape; scale 1 just fits inside."""
    wide = own.size[0] * picture.height / (own.size[1] * picture.width)  # above 1 the picture is the wider one
    return (scale / wide, scale) if wide > 1 else (scale, scale * wide)


def _check_crop(crop: Crop) -> None:
    left, top, right, bottom = crop
    if not all(math.isfinite(x) and -REACH <= x <= 1 + REACH for x in crop) or not (left < right and top < bottom):
        raise RequestError(
            "A crop is given as left, top, right and bottom in fractions of the picture, such as 0.1, 0, 0.9, 0.8."
        )


def _flattened(image: Image.Image) -> tuple[Image.Image, str]:
    """Without alpha, on the ground that what is drawn stands out from; the second is empty where all is opaque."""
    pixels = np.asarray(image)
    alpha = pixels[..., 3].astype(np.float32)
    if alpha.min() == 255:
        return image.convert("RGB"), ""
    luma = pixels[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    drawn = float((luma * alpha).sum() / max(float(alpha.sum()), 1.0))
    name, level = ("black", 0) if drawn >= LIGHT else ("white", 255)
    ground = Image.new("RGBA", image.size, (level, level, level, 255))
    return Image.alpha_composite(ground, image).convert("RGB"), name


def _resized(image: Image.Image, crop: Crop, size: tuple[int, int]) -> Image.Image:
    """The part of an image inside a crop, at a size. Lanczos' filter enlarges; what is made smaller gets one that draws
    no bright rims around flat shapes."""
    left, right = _at_least_a_pixel(crop[0] * image.width, crop[2] * image.width)
    top, bottom = _at_least_a_pixel(crop[1] * image.height, crop[3] * image.height)
    if left < 0 or top < 0 or right > image.width or bottom > image.height:
        scale = math.sqrt(min(1.0, KEPT_PIXELS / ((right - left) * (bottom - top))))
        left, top, right, bottom = (x * scale for x in (left, top, right, bottom))
        image, (across, down) = _filled_up(_scaled(image, scale), left, top, right, bottom)
        left, right, top, bottom = left + across, right + across, top + down, bottom + down
    box = left, top, min(right, float(image.width)), min(bottom, float(image.height))
    smaller = right - left > size[0] or bottom - top > size[1]
    return image.resize(size, Image.Resampling.HAMMING if smaller else Image.Resampling.LANCZOS, box=box)


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    """Smaller where a crop far beyond a long picture would take too much memory."""
    if scale == 1.0:
        return image
    return image.resize((math.ceil(image.width * scale), math.ceil(image.height * scale)), Image.Resampling.HAMMING)


def _filled_up(
    image: Image.Image, left: float, top: float, right: float, bottom: float
) -> tuple[Image.Image, tuple[int, int]]:
    """An image with as much of its border's colour around it as a box needs, and where it lies in that."""
    across, down = max(0, math.ceil(-left)), max(0, math.ceil(-top))
    width = max(image.width, math.ceil(right)) + across
    height = max(image.height, math.ceil(bottom)) + down
    middle = np.median(_border(np.atleast_3d(np.asarray(image))), axis=0)
    wide = Image.new(image.mode, (width, height), tuple(round(float(x)) for x in middle))
    wide.paste(image, (across, down))
    return wide, (across, down)


def _at_least_a_pixel(low: float, high: float) -> tuple[float, float]:
    if high - low >= 1.0:
        return low, high
    middle = (low + high) / 2
    return middle - 0.5, middle + 0.5


def _border(pixels: Pixels) -> Pixels:
    """The outermost elements, (n, C)."""
    rows = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return np.concatenate(rows)


def _is_on_paper(pixels: Pixels) -> bool:
    """Whether the picture's border is light: dark ink on paper, where models of grey pictures draw light on dark."""
    return float(np.median(_border(pixels)[:, 0])) > 127


def _swapped(pixels: Pixels) -> Pixels:
    """Light and dark the other way round, alpha as it was; grey ones from the tone of the paper to that of the ink."""
    swapped = pixels.copy()
    swapped[..., :3] = 255 - swapped[..., :3]
    if pixels.shape[-1] != 1:
        return swapped
    paper, ink = float(np.percentile(_border(swapped), 90)), float(swapped.max())
    if ink - paper < LEAST_CONTRAST:
        return swapped
    stretched: Pixels = np.rint(np.clip((swapped - paper) * (255 / (ink - paper)), 0, 255)).astype(np.uint8)
    return stretched
