"""Photographs in and out: every format, and everything that belongs to one comes back as it was.

What is written is read again by other programs' code (Pillow, libpng through imagecodecs, tifffile), and the other way
round.
"""

import contextlib
import dataclasses
import errno
import hashlib
import io
import os
import struct
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from desktop_app.engine.errors import FileError
from desktop_app.studio import photo, photo_png, photo_tiff
from desktop_app.studio.photo import Photo

H, W = 17, 29
RNG = np.random.default_rng(7)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Make="M"/></rdf:RDF></x:xmpmeta>'
EXIF_HEAD = b"Exif\0\0"


def values(shape: tuple[int, ...], dtype: type = np.uint8) -> np.ndarray:
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def smooth(height: int = 64, width: int = 64) -> np.ndarray:
    """RGB that survives a JPEG well, different in its four corners."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([255 * x / width, 255 * y / height, 255 - 127 * (x / width + y / height)], axis=-1).astype(np.uint8)


def exif(orientation: int = 1) -> bytes:
    """A TIFF block with a camera, an orientation and a directory inside."""
    made = Image.Exif()
    made[271], made[274], made[306] = "Maker", orientation, "2020:01:01 00:00:00"
    made.get_ifd(34665)[33434] = 0.01
    made.get_ifd(34665)[37500] = b"note of the maker"
    return made.tobytes().removeprefix(EXIF_HEAD)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Photo:
    return photo.read_bytes(data, "picture")


def again(found: Photo, path: Path, pixels: np.ndarray | None = None) -> Photo:
    """Written to a file and read from there."""
    photo.write(path, found, found.pixels if pixels is None else pixels)
    return photo.read(path)


def same(a: Photo, b: Photo) -> bool:
    alphas = (a.alpha is None) == (b.alpha is None) and (a.alpha is None or np.array_equal(a.alpha, b.alpha))
    return np.array_equal(a.pixels, b.pixels) and a.pixels.dtype == b.pixels.dtype and alphas


# -- pixels, bit for bit -------------------------------------------------------------------------------------------

DEPTHS = [np.uint8, np.uint16]
BANDS = [1, 2, 3, 4]


def shape_of(bands: int, height: int = H, width: int = W) -> tuple[int, ...]:
    return (height, width) if bands == 1 else (height, width, bands)


@pytest.mark.parametrize("bands", BANDS)
@pytest.mark.parametrize("dtype", DEPTHS)
def test_a_png_comes_back_bit_for_bit(tmp_path: Path, bands: int, dtype: type) -> None:
    x = values(shape_of(bands), dtype)
    found = opened(imagecodecs.png_encode(x))
    assert found.pixels.shape == (H, W, 1 if bands < 3 else 3)
    assert found.pixels.dtype == dtype
    assert (found.alpha is None) == (bands in (1, 3))
    assert found.tags.depth == 8 * np.dtype(dtype).itemsize
    assert found.notes == ()
    assert same(again(found, tmp_path / "a.png"), found)
    assert np.array_equal(imagecodecs.png_decode((tmp_path / "a.png").read_bytes()), x), "as libpng reads it"


@pytest.mark.parametrize("bands", BANDS)
@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib", "predictor": False},
        {"tile": (16, 16), "compression": "zlib"},
        {"rowsperstrip": 3},
        {"planarconfig": "separate"},
    ],
    ids=["plain", "lzw", "deflate", "tiles", "strips", "planes"],
)
def test_a_tiff_comes_back_bit_for_bit(tmp_path: Path, bands: int, dtype: type, order: str, how: dict) -> None:
    x = values(shape_of(bands), dtype)
    if how.get("planarconfig"):
        if bands == 1:
            pytest.skip("one plane")
        write = np.moveaxis(x, -1, 0)
    else:
        write = x
    buffer = io.BytesIO()
    kind = {"photometric": "rgb"} if bands > 2 else {"photometric": "minisblack"}
    extra = {"extrasamples": ["unassalpha"]} if bands in (2, 4) else {}
    tifffile.imwrite(buffer, write, byteorder=order, metadata=None, **kind, **extra, **how)
    found = opened(buffer.getvalue())
    assert found.pixels.dtype == dtype
    assert np.array_equal(
        np.dstack([found.pixels] if found.alpha is None else [found.pixels, found.alpha]), np.dstack([x])
    )
    assert same(again(found, tmp_path / "a.tif"), found)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert np.array_equal(file.asarray(), x), "as tifffile reads it"
        assert file.byteorder == order
        assert (file.pages[0].compression == 5) == (how.get("compression") == "lzw")
    if dtype == np.uint8 and bands != 2:
        with Image.open(tmp_path / "a.tif") as image:
            assert np.array_equal(np.asarray(image), x), "as libtiff reads it"


@pytest.mark.parametrize("extra", [0, 1, 2])
def test_what_the_fourth_channel_is_stays_as_it_is_said(tmp_path: Path, extra: int) -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values((H, W, 4)), photometric="rgb", extrasamples=[extra], metadata=None)
    again(opened(buffer.getvalue()), tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages[0].extrasamples == (extra,)


def test_an_odd_field_is_nothing_to_shout_about(capsys: pytest.CaptureFixture[str]) -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values((H, W)), metadata=None, description="x" * 20)
    data = bytearray(buffer.getvalue())
    place = data.index(struct.pack("<H", 270), 8)
    data[place + 8 : place + 12] = struct.pack("<I", len(data) + 1000)
    assert opened(bytes(data)).pixels.shape == (H, W, 1)
    assert capsys.readouterr() == ("", "")


def test_white_is_zero_in_some_tiffs() -> None:
    x = values((H, W))
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, x, photometric="miniswhite", metadata=None)
    assert np.array_equal(opened(buffer.getvalue()).pixels[..., 0], 255 - x)


@pytest.mark.parametrize("format", ["WEBP", "BMP"])
def test_other_formats_without_loss(tmp_path: Path, format: str) -> None:
    x = values((H, W, 3))
    found = opened(saved(Image.fromarray(x), format, **({"lossless": True} if format == "WEBP" else {})))
    assert np.array_equal(found.pixels, x)
    assert same(again(found, tmp_path / f"a.{format.lower()}"), found)


def test_a_webp_with_holes_comes_back_bit_for_bit(tmp_path: Path) -> None:
    x = values((H, W, 4))
    x[:5, :, 3] = 0
    found = opened(saved(Image.fromarray(x), "WEBP", lossless=True, exact=True))
    assert np.array_equal(found.pixels, x[..., :3])
    assert same(again(found, tmp_path / "a.webp"), found)


@pytest.mark.parametrize(("format", "ending"), [("JPEG", "jpg"), ("WEBP", "webp"), ("AVIF", "avif")])
@pytest.mark.parametrize("grey", [False, True])
def test_lossy_formats_stay_near(tmp_path: Path, format: str, ending: str, grey: bool) -> None:
    image = Image.fromarray(smooth())
    found = opened(saved(image.convert("L") if grey else image, format, quality=90))
    assert found.pixels.shape == (64, 64, 1 if grey and format != "WEBP" else 3)
    after = again(found, tmp_path / f"a.{ending}")
    assert np.abs(after.pixels.astype(int) - found.pixels).max() <= 10
    with Image.open(tmp_path / f"a.{ending}") as image:
        assert image.format == format


def test_colours_are_not_thinned_out_in_a_jpeg(tmp_path: Path) -> None:
    x = np.zeros((16, 16, 3), np.uint8)
    x[:, ::2] = 255, 0, 0
    x[:, 1::2] = 0, 0, 255
    after = again(opened(saved(Image.fromarray(x), "PNG")), tmp_path / "a.jpg")
    assert np.abs(after.pixels.astype(int) - x).max() < 40, "4:2:0 would make it violet"


@pytest.mark.parametrize("size", [(1, 1), (1, 513), (513, 1), (17, 513), (3, 2)])
@pytest.mark.parametrize("ending", ["png", "tif", "webp", "jpg", "bmp", "avif"])
def test_odd_sizes(tmp_path: Path, size: tuple[int, int], ending: str) -> None:
    found = opened(photo_png.encoded(values((*size, 3))))
    after = again(found, tmp_path / f"a.{ending}")
    assert after.pixels.shape == (*size, 3)
    if ending in ("png", "tif", "bmp"):
        assert same(after, found)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_many_bands_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setattr(photo_png, "BAND_BYTES", W * 8)
    monkeypatch.setattr(photo_tiff, "STRIP_BYTES", W * 8 * 3)
    x = np.repeat(values((1, W, 4), np.uint16), H, axis=0)  # each row is told best from the one above
    found = opened(imagecodecs.png_encode(x))
    assert same(again(found, tmp_path / f"a.{ending}"), found)


@settings(max_examples=40)
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(BANDS), st.sampled_from(DEPTHS), st.integers(0, 2**32 - 1))
def test_png_filters_for_any_pixels(height: int, width: int, bands: int, dtype: type, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.integers(0, 3, shape_of(bands, height, width)), axis=seed % 2).astype(dtype)
    pixels, alpha = (x.reshape(height, width, -1), None) if bands in (1, 3) else (x[..., :-1], x[..., -1])
    assert np.array_equal(imagecodecs.png_decode(photo_png.encoded(pixels, alpha)), x)


# -- other kinds of pixels -----------------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, bits: int, colour: int, raw: bytes, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"".join((photo_png.SIGNATURE, head, *more, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")))


@pytest.mark.parametrize(
    ("bits", "raw", "expected"),
    [(1, b"\0\xa0", [255, 0, 255, 0]), (2, b"\0\x1b", [0, 85, 170, 255]), (4, b"\0\x04\x8f", [0, 68, 136, 255])],
)
def test_few_bits_of_grey(bits: int, raw: bytes, expected: list[int]) -> None:
    found = opened(png(4, 1, bits, 0, raw))
    assert found.pixels[..., 0].tolist() == [expected]
    assert found.notes == (f"It has {bits} bit{'s' if bits > 1 else ''} a pixel; the result is saved with 8.",)


def test_a_palette_becomes_rgb_with_a_note(tmp_path: Path) -> None:
    palette, clear = chunk(b"PLTE", bytes(range(12))), chunk(b"tRNS", b"\0\x80")
    found = opened(png(4, 1, 2, 3, b"\0\x1b", palette, clear))
    assert found.pixels.tolist() == [[[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]]
    assert found.alpha is not None
    assert found.alpha.tolist() == [[0, 128, 255, 255]]
    assert found.notes == ("It has a palette; the result is saved as RGB.",)
    assert same(again(found, tmp_path / "a.png"), found)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_colour_that_is_transparent(bits: int) -> None:
    unit = ">H" if bits == 16 else ">B"
    raw = b"\0" + b"".join(struct.pack(unit, v) for v in (10, 20, 30, 10, 20, 31))
    found = opened(png(2, 1, bits, 2, raw, chunk(b"tRNS", struct.pack(">HHH", 10, 20, 30))))
    assert found.pixels.tolist() == [[[10, 20, 30], [10, 20, 31]]]
    assert found.alpha is not None
    assert found.alpha.tolist() == [[0, 2**bits - 1]]


def test_gif_and_film_give_the_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("#ff0000", "#0000ff")]
    found = opened(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (found.pixels == (255, 0, 0)).all()
    assert "Of its frames the first is used." in found.notes
    found = opened(saved(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert (found.pixels == (255, 0, 0)).all()
    assert found.notes == ("It is a film; its first frame is used.",)


def test_the_first_page_of_a_tiff() -> None:
    first, second = values((H, W)), values((H, W))
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(first, metadata=None)
        writer.write(second, metadata=None)
    found = opened(buffer.getvalue())
    assert np.array_equal(found.pixels[..., 0], first)
    assert found.notes == ("The first of its 2 pages is used.",)


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(tmp_path: Path, format: str) -> None:
    found = opened(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), format, icc_profile=b"no profile"))
    assert (np.abs(found.pixels.astype(int) - (255, 0, 0)) <= 2).all()
    assert found.tags.icc == b"", "it says nothing of the colours as they are now"
    assert found.notes == ("It has CMYK colours; the result is saved as RGB.",)
    ending = "jpg" if format == "JPEG" else "tif"
    assert b"no profile" not in (again(found, tmp_path / f"a.{ending}").path or Path()).read_bytes()


def test_lab_becomes_rgb() -> None:
    image = Image.merge("LAB", [Image.new("L", (4, 4), v) for v in (255, 128, 128)])
    found = opened(saved(image, "TIFF"))
    assert found.pixels.shape == (4, 4, 3)
    assert found.pixels.min() >= 250
    assert found.notes == ("It has LAB colours; the result is saved as RGB.",)


@pytest.mark.parametrize("mode", ["1", "P"])
def test_odder_tiffs_come_through_pillow(mode: str) -> None:
    x = smooth(8, 8)
    image = Image.fromarray(x).convert(mode)
    found = opened(saved(image, "TIFF", compression="tiff_lzw" if mode == "P" else "group4"))
    assert np.array_equal(found.pixels, np.asarray(image.convert("RGB" if mode == "P" else "L")).reshape(8, 8, -1))
    assert len(found.notes) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.uint32, np.int16, np.float64])
def test_numbers_whose_white_nobody_knows(dtype: type) -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.ones((4, 4), dtype), metadata=None)
    with pytest.raises(FileError, match=r"“picture” holds numbers of .* 8 or 16 bits a channel"):
        opened(buffer.getvalue())


def test_a_profile_of_grey_does_not_go_where_all_is_rgb(tmp_path: Path) -> None:
    grey = SRGB.replace(b"RGB ", b"GRAY", 1)
    found = opened(saved(Image.new("L", (4, 4), 7), "PNG", icc_profile=grey))
    assert again(found, tmp_path / "a.jpg").tags.icc == grey
    assert again(found, tmp_path / "a.webp").tags.icc == b""


def test_colours_multiplied_by_alpha_stay_so_in_a_tiff(tmp_path: Path) -> None:
    alpha = values((H, W)) // 2 + 100
    straight = values((H, W, 3))
    multiplied = np.rint(straight * (alpha[..., None] / 255)).astype(np.uint8)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.dstack([multiplied, alpha]), photometric="rgb", extrasamples=["assocalpha"])
    found = opened(buffer.getvalue())
    assert same(again(found, tmp_path / "a.tif"), found)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages[0].extrasamples == (1,)
    in_png = again(found, tmp_path / "a.png")
    assert np.abs(in_png.pixels.astype(int) - straight).max() <= 2
    assert np.array_equal(in_png.alpha, alpha)


# -- the way it lies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
def test_upright_to_work_on_and_back_as_it_lay(tmp_path: Path, format: str, orientation: int) -> None:
    lying = Image.fromarray(smooth(40, 64))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(saved(lying, "PNG", exif=exif(orientation))))))
    options = {"lossless": True} if format == "WEBP" else {"quality": 95} if format in ("JPEG", "AVIF") else {}
    data = saved(lying, format, exif=EXIF_HEAD + exif(orientation), **options)
    found = opened(data)
    assert found.tags.orientation == orientation
    assert found.pixels.shape == upright.shape
    assert np.abs(found.pixels.astype(int) - upright).max() <= 12
    path = tmp_path / f"a.{format.lower()}".replace("jpeg", "jpg").replace("tiff", "tif")
    after = again(found, path)
    assert after.tags.orientation == orientation
    assert after.tags.exif == found.tags.exif
    assert np.abs(after.pixels.astype(int) - upright).max() <= 12
    raw = found_lying(path.read_bytes(), format)
    if raw is not None:
        assert np.abs(raw.astype(int) - np.asarray(lying)).max() <= 12, "the pixels lie in the file as they did"


def found_lying(data: bytes, format: str) -> np.ndarray | None:
    """As another program sees the pixels of a file that does not look at how they should be turned."""
    if format == "AVIF":  # turned by every reader
        return None
    return tifffile.imread(io.BytesIO(data)) if format == "TIFF" else np.asarray(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize("mode", ["P", "1", "CMYK"])
def test_odder_tiffs_that_lie_on_their_side(mode: str) -> None:
    lying = Image.fromarray(smooth(40, 64)).convert("RGB").convert(mode)
    plain = opened(saved(lying, "TIFF")).pixels
    for orientation in range(1, 9):
        turned = opened(saved(lying, "TIFF", exif=exif(orientation)))
        assert turned.tags.orientation == orientation
        assert np.array_equal(turned.pixels, photo.turned(plain, orientation)), orientation


def test_xmp_tells_where_exif_is_silent(tmp_path: Path) -> None:
    xmp = XMP.replace(b'tiff:Make="M"', b'tiff:Orientation="6"')
    found = opened(saved(Image.fromarray(smooth(40, 64)), "JPEG", xmp=xmp))
    assert found.pixels.shape == (64, 40, 3)
    assert again(found, tmp_path / "a.jpg").pixels.shape == (64, 40, 3)
    assert again(found, tmp_path / "a.bmp").pixels.shape == (64, 40, 3), "a BMP says nothing, so it lies upright"


# -- what belongs to it --------------------------------------------------------------------------------------------

TAGGED = {
    "PNG": {"exif": exif(6), "icc_profile": SRGB, "dpi": (300, 200)},
    "JPEG": {"exif": EXIF_HEAD + exif(6), "icc_profile": SRGB, "dpi": (300, 300), "xmp": XMP, "comment": b"a word"},
    "WEBP": {"exif": exif(6), "icc_profile": SRGB, "xmp": XMP, "lossless": True},
    "AVIF": {"exif": exif(6), "icc_profile": SRGB, "xmp": XMP},
    "TIFF": {"exif": EXIF_HEAD + exif(6), "icc_profile": SRGB, "dpi": (300, 200)},
}
ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "AVIF": "avif", "TIFF": "tif"}


def tagged(format: str) -> bytes:
    options = dict(TAGGED[format])
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Title", "a night", zip=True)
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        info.add(b"gAMA", struct.pack(">I", 45455))
        options["pnginfo"] = info
    return saved(Image.fromarray(smooth(40, 64)), format, **options)


@pytest.mark.parametrize("format", TAGGED)
def test_everything_comes_back_in_the_same_format(tmp_path: Path, format: str) -> None:
    found = opened(tagged(format))
    assert found.tags.icc == SRGB
    assert found.tags.orientation == 6
    assert b"Maker" in found.tags.exif
    after = again(found, tmp_path / f"a.{ENDINGS[format]}")
    for name in ("format", "icc", "exif", "xmp", "orientation", "dpi", "parts", "lossless"):
        assert getattr(after.tags, name) == getattr(found.tags, name), name
    if format != "TIFF":
        assert found.tags.exif == exif(6), "byte for byte"
        assert found.tags.xmp == XMP


@pytest.mark.parametrize("target", TAGGED)
@pytest.mark.parametrize("source", TAGGED)
def test_everything_goes_along_into_another_format(tmp_path: Path, source: str, target: str) -> None:
    path = tmp_path / f"a.{ENDINGS[target]}"
    found = opened(tagged(source))
    assert photo.write(path, found, found.pixels) == ()
    with Image.open(path) as image:
        assert image.format == target
        assert image.info["icc_profile"] == SRGB
        seen = image.getexif()
        assert seen[271] == "Maker"
        assert seen.get_ifd(34665)[33434] == 0.01
        assert seen.get_ifd(34665)[37500] == b"note of the maker"
    after = photo.read(path)
    assert after.tags.orientation == 6
    assert after.pixels.shape == found.pixels.shape
    assert after.tags.xmp == found.tags.xmp
    if found.tags.dpi and target not in ("WEBP", "AVIF"):
        assert after.tags.dpi == pytest.approx(found.tags.dpi, abs=0.6)


def test_every_chunk_of_a_png_stays_as_it_is(tmp_path: Path) -> None:
    kept = [
        chunk(b"cHRM", bytes(range(32))),
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"pHYs", struct.pack(">IIB", 2834, 2835, 1)),
        chunk(b"tIME", bytes((7, 228, 1, 2, 3, 4, 5))),
        chunk(b"tEXt", b"Author\0somebody"),
        chunk(b"eXIf", exif(1)),
    ]
    kept.append(chunk(b"bKGD", b"\0\1"))
    found = opened(png(1, 1, 8, 0, b"\0\7", *kept, chunk(b"sBIT", b"\5")))
    assert again(found, tmp_path / "a.png").tags.parts == tuple(kept)
    found = opened(png(8, 1, 1, 0, b"\0\7", *kept))
    assert found.tags.parts == tuple(kept[:-1]), "of one bit, the background's number would mean something else"


def test_texts_behind_the_pixels_are_found(tmp_path: Path) -> None:
    data = png(1, 1, 8, 0, b"\0\7")[:-12] + chunk(b"tEXt", b"Author\0somebody") + chunk(b"IEND", b"")
    again(opened(data), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["Author"] == "somebody"


def test_what_follows_the_end_of_a_png_is_no_part_of_it() -> None:
    assert opened(png(1, 1, 8, 0, b"\0\7") + b"more of something else").pixels.tolist() == [[[7]]]


def test_a_recipe_does_not_outlive_its_pixels() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("maquette", '{"format":1}')
    info.add_itxt("Software", "Maquette")
    found = opened(saved(Image.new("L", (4, 4)), "PNG", pnginfo=info))
    assert found.notes == ("The recipe in it is left out: it does not make the restored picture.",)
    assert len(found.tags.parts) == 1


def test_every_field_of_a_tiff_stays_as_it_is(tmp_path: Path) -> None:
    extra = [
        (270, "s", 0, "a description that is longer than four bytes", True),
        (700, "B", len(XMP), XMP, True),
        (33723, "B", 7, b"\x1c\x02\x05\0\2ab", True),
        (65000, "d", 2, (1.5, -2.25), True),
        (65001, "h", 1, -3, True),
    ]
    for order in "<>":
        buffer = io.BytesIO()
        options = {"resolution": (118.11, 59.0), "resolutionunit": "CENTIMETER", "software": "test", "iccprofile": SRGB}
        tifffile.imwrite(buffer, values((H, W), np.uint16), byteorder=order, metadata=None, extratags=extra, **options)
        buffer.seek(0)
        found = opened(buffer.getvalue())
        assert found.tags.dpi == pytest.approx((300, 149.86), abs=0.01)
        again(found, tmp_path / "a.tif")
        with tifffile.TiffFile(buffer) as before, tifffile.TiffFile(tmp_path / "a.tif") as after:
            for code in (270, 282, 283, 296, 305, 700, 33723, 34675, 65000, 65001):
                a, b = before.pages[0].tags[code], after.pages[0].tags[code]
                assert (a.value, a.dtype, a.count) == (b.value, b.dtype, b.count), code


def test_iptc_and_comments_of_a_jpeg_stay(tmp_path: Path) -> None:
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\7\x1c\x02\x05\0\2ab\0"
    segment = b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop
    plain = saved(Image.fromarray(smooth()), "JPEG", comment=b"a word")
    again(opened(plain[:2] + segment + plain[2:]), tmp_path / "a.jpg")
    written = (tmp_path / "a.jpg").read_bytes()
    assert segment in written
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.info["comment"] == b"a word"


def test_a_large_profile_goes_into_several_segments(tmp_path: Path) -> None:
    large = SRGB + bytes(150_000)
    found = opened(saved(Image.fromarray(smooth()), "PNG", icc_profile=large))
    assert again(found, tmp_path / "a.jpg").tags.icc == large
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.info["icc_profile"] == large


def test_exif_too_large_for_a_jpeg_is_left_out_with_a_note(tmp_path: Path) -> None:
    made = Image.Exif()
    made[271], made[274] = "x" * 70_000, 6
    found = opened(saved(Image.fromarray(smooth(40, 64)), "PNG", exif=made.tobytes()))
    notes = photo.write(tmp_path / "a.jpg", found, found.pixels)
    assert notes == ("JPEG cannot hold so large a piece of EXIF data: it was left out.",)
    assert photo.read(tmp_path / "a.jpg").pixels.shape == (64, 40, 3), "upright, since nothing says how to turn it"


def test_what_a_format_cannot_hold_is_said(tmp_path: Path) -> None:
    found = opened(imagecodecs.png_encode(values((H, W, 4), np.uint16)))
    eight, clear = "{} has 8 bits a channel: the picture's 16 were rounded.", "{} has no transparency: "
    for ending, name, notes in (("jpg", "JPEG", 2), ("bmp", "BMP", 2), ("webp", "WebP", 1), ("avif", "AVIF", 1)):
        said = photo.write(tmp_path / f"a.{ending}", found, found.pixels)
        assert len(said) == notes
        assert said[0] == eight.format(name)
        assert notes == 1 or said[1] == clear.format(name) + "what is transparent lies on white."


def test_sixteen_bits_are_rounded_to_the_nearest_of_eight(tmp_path: Path) -> None:
    x = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    after = again(opened(imagecodecs.png_encode(x)), tmp_path / "a.bmp")
    assert np.array_equal(after.pixels[..., 0], np.rint(x / 257).astype(np.uint8))


def test_transparency_lies_on_white_where_it_cannot_stay(tmp_path: Path) -> None:
    x = np.zeros((1, 3, 4), np.uint8)
    x[0, :, 3] = 0, 128, 255
    after = again(opened(saved(Image.fromarray(x), "PNG")), tmp_path / "a.bmp")
    assert after.pixels[0, :, 0].tolist() == [255, 127, 0]


@pytest.mark.parametrize("dtype", DEPTHS)
def test_an_enlarged_picture_has_its_transparency_enlarged(tmp_path: Path, dtype: type) -> None:
    most = np.iinfo(dtype).max
    x = np.zeros((8, 8, 4), dtype)
    x[:, 4:, 3] = most
    found = opened(imagecodecs.png_encode(x))
    photo.write(tmp_path / "a.png", found, found.pixels.repeat(2, axis=0).repeat(2, axis=1), scale=2)
    after = photo.read(tmp_path / "a.png")
    assert after.alpha is not None
    assert after.alpha.shape == (16, 16)
    assert (after.alpha[:, :5] == 0).all()
    assert (after.alpha[:, 11:] == most).all()
    assert 0 < after.alpha[3, 7] < after.alpha[3, 8] < most


# -- for the screen ------------------------------------------------------------------------------------------------


def test_the_screen_sees_the_pictures_colours() -> None:
    x = np.array([[[255, 0, 0], [10, 200, 30]]], np.uint8)
    plain = opened(saved(Image.fromarray(x), "PNG"))
    assert np.array_equal(photo.to_srgb(plain.pixels, plain.tags), x)
    tagged = dataclasses.replace(plain.tags, icc=SRGB)
    assert np.array_equal(photo.to_srgb(plain.pixels, tagged), x), "another sRGB changes nothing, and costs nothing"
    swapped = dataclasses.replace(plain.tags, icc=swapped_profile())
    seen = photo.to_srgb(plain.pixels, swapped)
    assert seen[0, 0].argmax() == 1, "red in this profile is what others call green"
    assert np.array_equal(photo.to_srgb(plain.pixels.astype(np.uint16) * 257, swapped), seen)


def swapped_profile() -> bytes:
    """sRGB with the places of red and green exchanged in its table of tags."""
    return SRGB.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")


def test_grey_and_profiles_of_something_else_on_the_screen() -> None:
    grey = values((H, W, 1))
    for icc in (b"", SRGB, b"no profile"):
        seen = photo.to_srgb(grey, dataclasses.replace(opened(photo_png.encoded(grey)).tags, icc=icc))
        assert np.array_equal(seen, np.repeat(grey, 3, axis=2))


# -- bad files -----------------------------------------------------------------------------------------------------


def bomb(format: str) -> bytes:
    size = 100_000
    if format == "png":
        return png(size, size, 8, 0, b"\0" * 1000)
    if format == "png16":
        return png(size, size, 16, 6, b"\0" * 1000)
    if format == "jpeg":
        data = bytearray(saved(Image.new("L", (8, 8)), "JPEG"))
        place = data.index(b"\xff\xc0")
        data[place + 5 : place + 9] = struct.pack(">HH", 60_000, 60_000)
        return bytes(data)
    if format == "webp":
        head = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16_383).to_bytes(3, "little") * 2
        return b"RIFF" + struct.pack("<I", len(head) + 4) + b"WEBP" + head + bytes(30)
    buffer = io.BytesIO()
    tile = {"tile": (16, 16)} if "tile" in format else {}
    tifffile.imwrite(buffer, np.zeros((16, 16), np.uint8), metadata=None, **tile)
    data = bytearray(buffer.getvalue())
    for code in (322, 323) if tile else (256, 257):
        place = data.index(struct.pack("<H", code), 8)
        data[place : place + 12] = struct.pack("<HHII", code, 4, 1, 60_000)
    return bytes(data)


@pytest.mark.parametrize("format", ["png", "png16", "jpeg", "webp", "tiff", "tiff tile"])
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bomb(format))

    def never(*_args: object, **_options: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(imagecodecs, "png_decode", never)
    monkeypatch.setattr(Image.Image, "load", never)
    monkeypatch.setattr(tifffile.TiffPage, "asarray", never)
    with pytest.raises(FileError, match="“bomb” has more than 200 million pixels"):
        photo.read(path)


def test_pillows_own_limit_does_not_stand_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    for format in ("PNG", "JPEG", "TIFF", "WEBP"):
        assert opened(saved(Image.fromarray(smooth()), format)).pixels.shape == (64, 64, 3)
    assert Image.MAX_IMAGE_PIXELS == 10, "and is as it was afterwards"


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "PNG16", "TIFF16"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_file_that_is_cut_short(tmp_path: Path, format: str, share: float) -> None:
    x = values((40, 60, 3), np.uint16)
    if format == "PNG16":
        data = imagecodecs.png_encode(x)
    elif format == "TIFF16":
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, x, photometric="rgb", metadata=None)
        data = buffer.getvalue()
    else:
        data = saved(Image.fromarray((x // 257).astype(np.uint8)), format)
    path = tmp_path / "short"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FileError, match="“short” is damaged or cut short"):
        photo.read(path)


@pytest.mark.parametrize(
    "how", [{"compression": "lzw"}, {"compression": "zlib"}, {"rowsperstrip": 4}, {"tile": (16, 16)}]
)
def test_a_tiff_whose_last_strip_is_cut_short(how: dict) -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values((40, 60, 3)), photometric="rgb", metadata=None, **how)
    for missing in (1, 2, 40, 400):
        with pytest.raises(FileError, match="“picture” is damaged or cut short"):
            opened(buffer.getvalue()[:-missing])


@settings(max_examples=150)
@given(st.sampled_from(["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"]), st.integers(0, 10**9), st.integers(1, 255))
def test_damaged_bytes_end_in_a_picture_or_a_sentence(format: str, place: int, change: int) -> None:
    data = bytearray(DAMAGED[format])
    data[place % len(data)] ^= change
    with contextlib.suppress(FileError):
        assert opened(bytes(data)).pixels.size


DAMAGED = {name: saved(Image.fromarray(smooth(8, 9)), name) for name in ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")}


@pytest.mark.parametrize("data", [b"hello", b"<html></html>", b"%PDF-1.7", b"\0" * 100])
def test_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(FileError, match="“picture” is not a picture that Maquette reads"):
        opened(data)


def test_nothing_and_nobody(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="“picture” is empty"):
        opened(b"")
    with pytest.raises(FileError, match="There is no file"):
        photo.read(tmp_path / "none.png")
    with pytest.raises(FileError, match="is a folder"):
        photo.read(tmp_path)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("L", (4, 4)), "PNG"))
    whole = path.read_bytes()
    monkeypatch.setattr(Path, "read_bytes", lambda _: whole[:20])
    with pytest.raises(FileError, match=r"“a\.png” changed while it was read"):
        photo.read(path)


def test_a_file_that_vanishes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("L", (4, 4)), "PNG"))

    def gone(path: Path) -> bytes:
        raise FileNotFoundError(errno.ENOENT, "No such file", str(path))

    monkeypatch.setattr(Path, "read_bytes", gone)
    with pytest.raises(FileError, match="There is no file"):
        photo.read(path)


def test_what_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("L", (4, 4)), "PNG"))
    found = photo.read(path)
    assert (found.name, found.path) == ("a.png", path)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


# -- writing, and what stands in its way ---------------------------------------------------------------------------

Writable = Callable[[Path, str], None]


@pytest.fixture
def limited_files() -> Callable[[int], object]:
    """No file may grow beyond so many bytes: writing on fails as on a full disk. Pytest's own log may be a file too."""
    resource = pytest.importorskip("resource")
    import signal

    @contextlib.contextmanager
    def limited(limit: int):  # type: ignore[no-untyped-def]
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    return limited


@pytest.mark.parametrize("ending", ["png", "tif", "jpg", "webp", "bmp", "avif"])
def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(tmp_path: Path, limited_files, ending: str) -> None:  # type: ignore[no-untyped-def]
    found = opened(photo_png.encoded(values((200, 200, 3))))
    path = tmp_path / f"a.{ending}"
    path.write_bytes(b"before")
    with limited_files(5000), pytest.raises(FileError, match=r"cannot be written: .*too large"):
        photo.write(path, found, found.pixels)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(saved(Image.new("L", (4, 4)), "PNG"))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="cannot be written"):
        photo.write(tmp_path / "file" / "a.png", found, found.pixels)

    def denied(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "replace", denied)
    with pytest.raises(FileError, match=r"“.*a\.png” cannot be written: Permission denied"):
        photo.write(tmp_path / "a.png", found, found.pixels)
    assert not (tmp_path / "a.png").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_writer_that_breaks_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(photo_png.encoded(values((50, 50, 3))))

    def stop(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(photo_png, "_write_pixels", stop)
    with pytest.raises(KeyboardInterrupt):
        photo.write(tmp_path / "a.png", found, found.pixels)
    assert list(tmp_path.iterdir()) == []


def test_formats_that_cannot_be_written(tmp_path: Path) -> None:
    found = opened(saved(Image.new("L", (4, 4)), "PNG"))
    for name in ("a.gif", "a.psd", "a"):
        with pytest.raises(FileError, match=f"cannot be saved as “{name}”"):
            photo.write(tmp_path / name, found, found.pixels)
    wide = np.zeros((1, 16_384, 1), np.uint8)
    with pytest.raises(FileError, match="A WebP has at most 16383 pixels a side"):
        photo.write(tmp_path / "a.webp", found, wide)
    assert list(tmp_path.iterdir()) == []


def test_threads_decode_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two large pictures at once would need twice the memory, and Pillow's limit is one for all threads."""
    data, found, inside = tagged("JPEG"), [], []
    decode = photo._found

    def slowly(*given: object) -> object:
        inside.append(len(inside))
        time.sleep(0.02)
        assert Image.MAX_IMAGE_PIXELS == photo.MAX_PIXELS
        assert len(inside) == 1
        inside.clear()
        return decode(*given)  # type: ignore[arg-type]

    before = Image.MAX_IMAGE_PIXELS
    monkeypatch.setattr(photo, "_found", slowly)
    threads = [threading.Thread(target=lambda: found.append(opened(data))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(same(one, found[0]) for one in found)
    assert before == Image.MAX_IMAGE_PIXELS
