"""A designer's own picture as a model's input: every kind of file, made on the spot, used rightly or refused."""

import contextlib
import hashlib
import os
import stat
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.manifest import Picture
from desktop_app.studio import own_picture
from desktop_app.studio.own_picture import fit, fitted, read

GREY = Picture(1, 28, 28, -1.0, 1.0)
RGB = Picture(3, 28, 28, -1.0, 1.0)
RGBA = Picture(4, 28, 28, 0.0, 1.0)
WIDE = Picture(3, 16, 32, 0.0, 1.0)

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(image: Image.Image, name: str = "own.png", **options: object) -> Path:
        path = tmp_path / name
        image.save(path, **options)
        return path

    return write


def quarters(width: int = 64, height: int = 64) -> Image.Image:
    """Red, green; blue, white."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = 255, 0, 0
    pixels[: height // 2, width // 2 :] = 0, 255, 0
    pixels[height // 2 :, : width // 2] = 0, 0, 255
    pixels[height // 2 :, width // 2 :] = 255, 255, 255
    return Image.fromarray(pixels)


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """The colours well inside the four quarters, as full or none."""
    n, m = pixels.shape[0] // 4, pixels.shape[1] // 4
    spots = (pixels[n, m], pixels[n, -m], pixels[-n, m], pixels[-n, -m])
    return [tuple(255 * (c > 127) for c in map(int, spot)) for spot in spots]


AS_MADE = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]


# -- every kind of picture is used rightly ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.jpg", {"quality": 95}),
        ("a.webp", {"lossless": True}),
        ("b.webp", {"quality": 90}),
        ("a.gif", {}),
        ("a.tif", {}),
        ("b.tiff", {"compression": "tiff_lzw"}),
        ("a.bmp", {}),
        ("a.avif", {}),
    ],
)
def test_every_format_that_is_promised_opens(save: Save, name: str, options: dict[str, object]) -> None:
    own = read(save(quarters(), name, **options))
    assert own.size == (64, 64)
    assert own.name == name
    assert corners(own.pixels[..., :3]) == AS_MADE
    assert corners(fit(own, RGB).pixels) == AS_MADE


def test_the_hash_is_that_of_the_file(save: Save) -> None:
    path = save(quarters())
    assert read(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"])
def test_every_mode_opens_as_eight_bit_colours(save: Save, mode: str) -> None:
    grey = Image.fromarray(np.tile(np.linspace(0, 255, 40, dtype=np.uint8), (30, 1)))
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(grey.convert("RGB"), *profiles, outputMode="LAB")
    elif mode == "I;16":
        image = Image.fromarray((np.asarray(grey).astype(np.uint16)) * 257)
    elif mode == "I":
        image = Image.fromarray(np.asarray(grey).astype(np.int32) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(grey).astype(np.float32) / 255)
    else:
        image = grey.convert("LA").convert("PA") if mode == "PA" else (grey if mode == "P" else grey.convert("RGB"))
        image = image.convert(mode)
    name = "a.png" if mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else "a.tif"
    own = read(save(image, name))
    ramp = own.pixels[15, :, 0].astype(int)
    if mode == "1":
        assert set(ramp) == {0, 255}
    else:
        assert np.abs(ramp - np.linspace(0, 255, 40)).max() <= 8
    assert fit(own, GREY).pixels.shape == (28, 28, 1)


def test_floats_beyond_a_known_range_are_stretched_and_holes_are_dark(save: Save) -> None:
    values = np.tile(np.linspace(-3000, 5000, 40, dtype=np.float32), (30, 1))
    values[0, 0] = np.nan
    ramp = read(save(Image.fromarray(values), "a.tif")).pixels[15, :, 0].astype(int)
    assert (ramp[0], ramp[-1]) == (0, 255)
    assert np.all(np.diff(ramp) > 0)


def test_a_picture_without_a_single_number_is_refused(save: Save) -> None:
    path = save(Image.fromarray(np.full((4, 4), np.nan, np.float32)), "a.tif")
    with pytest.raises(FileError, match="damaged"):
        read(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_its_exif_says(save: Save, orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = quarters(80, 60)
    lying = lying.transpose(turns[orientation]) if orientation in turns else lying
    exif = Image.Exif()
    exif[0x0112] = orientation
    own = read(save(lying, "a.jpg", exif=exif, quality=95))
    assert corners(own.pixels) == AS_MADE
    assert own.size == (80, 60)
    assert bool(own.notes) == (orientation != 1)


def test_exif_that_cannot_be_read_turns_nothing(save: Save) -> None:
    own = read(save(quarters(), "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff nonsense", quality=95))
    assert corners(own.pixels) == AS_MADE


def test_a_colour_profile_is_followed(save: Save) -> None:
    """Under a profile whose red and green lights are each other's, what the file calls red is green."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"____", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"____", b"gXYZ", 1)
    for profile, seen in ((srgb, (200, 80, 60)), (swapped, (80, 200, 60))):
        for name in ("a.png", "a.tif"):
            own = read(save(Image.new("RGB", (20, 20), (200, 80, 60)), name, icc_profile=profile))
            assert own.pixels[5, 5].tolist() == pytest.approx(seen, abs=2)
    clear = Image.new("RGBA", (20, 20), (200, 80, 60, 40))
    assert read(save(clear, icc_profile=swapped)).pixels[5, 5].tolist() == pytest.approx([80, 200, 60, 40], abs=2)


@pytest.mark.parametrize("profile", [b"", b"nonsense", b"\0" * 5000])
def test_a_colour_profile_that_is_none_is_passed_over(save: Save, profile: bytes) -> None:
    own = read(save(Image.new("RGB", (20, 20), (200, 80, 60)), "a.tif", icc_profile=profile))
    assert own.pixels[5, 5].tolist() == [200, 80, 60]


def test_of_an_animation_the_first_frame_is_used(save: Save) -> None:
    second = Image.new("RGB", (64, 64), (1, 2, 3))
    for name in ("a.gif", "a.webp", "a.tif"):
        own = read(save(quarters(), name, save_all=True, append_images=[second]))
        assert corners(own.pixels[..., :3]) == AS_MADE
        assert own.notes == ("The first of its 2 frames is used.",)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 3000), (3000, 1), (3, 2)])
def test_one_pixel_and_strips_become_a_picture(save: Save, width: int, height: int) -> None:
    path = save(Image.new("RGB", (width, height), (10, 200, 30)))
    for kind in (GREY, RGB, RGBA, WIDE):
        pixels = fitted(path, kind, invert=False)
        assert pixels.shape == (kind.height, kind.width, kind.channels)
        assert np.ptp(pixels.reshape(-1, kind.channels), axis=0).max() == 0


def test_a_large_picture_is_kept_smaller_but_tells_its_size(save: Save) -> None:
    own = read(save(Image.new("L", (6000, 3000), 7), "a.png"))
    assert own.size == (6000, 3000)
    assert own.pixels.shape[0] * own.pixels.shape[1] <= own_picture.KEPT_PIXELS


# -- alpha, ink and paper --------------------------------------------------------------------------------------------


def drawing(ink: tuple[int, ...], paper: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (80, 80), paper)
    image.paste(ink, (30, 10, 50, 70))
    return image


def test_dark_ink_on_light_paper_becomes_light_on_dark_and_it_is_said(save: Save) -> None:
    own = read(save(drawing((20, 20, 20), (245, 240, 230))))
    found = fit(own, GREY)
    assert found.inverted
    assert found.pixels[14, 14, 0] > 200 > 40 > found.pixels[14, 1, 0]
    assert found.notes == ("Its border is light, so light and dark were swapped and the paper was made black.",)
    as_it_is = fit(own, GREY, invert=False)
    assert not as_it_is.inverted
    assert not as_it_is.notes
    assert as_it_is.pixels[14, 14, 0] < 40 < 200 < as_it_is.pixels[14, 1, 0]
    assert np.array_equal(fit(own, GREY, invert=True).pixels, found.pixels)


def test_shadows_on_the_paper_are_no_part_of_a_drawing(save: Save) -> None:
    photo = (
        np.asarray(drawing((60, 60, 70), (200, 195, 190))).astype(int) + np.linspace(-30, 30, 80, dtype=int)[:, None]
    )
    found = fit(read(save(Image.fromarray(photo.astype(np.uint8)))), GREY).pixels
    assert found[14, 14, 0] > 200
    assert np.mean(found[:, :6] < 12) > 0.85
    faint = fit(read(save(drawing((180, 180, 180), (200, 200, 200)))), GREY).pixels
    assert np.ptp(faint) < 48  # tones are not made out of next to nothing


def test_light_on_dark_stays_and_colours_are_never_swapped_unasked(save: Save) -> None:
    assert not fit(read(save(drawing((250, 250, 250), (5, 5, 5)))), GREY).inverted
    own = read(save(drawing((20, 20, 20), (245, 240, 230))))
    assert not fit(own, RGB).inverted
    assert fit(own, RGB, invert=True).pixels[14, 14].tolist() == [235, 235, 235]


def test_inverting_leaves_alpha_alone(save: Save) -> None:
    own = read(save(drawing((20, 30, 40, 255), (0, 0, 0, 0), "RGBA")))
    found = fit(own, RGBA, invert=True).pixels
    assert found[14, 14].tolist() == [235, 225, 215, 255]
    assert found[0, 0, 3] == 0


@pytest.mark.parametrize(("ink", "ground", "level"), [((10, 10, 10), "white", 255), ((250, 250, 250), "black", 0)])
def test_what_is_transparent_lies_on_the_ground_that_shows_the_drawing(
    save: Save, ink: tuple[int, int, int], ground: str, level: int
) -> None:
    own = read(save(drawing((*ink, 255), (90, 90, 90, 0), "RGBA")))
    found = fit(own, RGB)
    assert found.pixels[0, 0].tolist() == [level] * 3
    assert found.pixels[14, 14].tolist() == list(ink)
    assert found.notes == (f"What is transparent in it lies on {ground}.",)
    assert fit(own, GREY).pixels[0, 0, 0] == 0  # light on dark either way


def test_palettes_with_one_clear_colour_have_alpha(save: Save) -> None:
    image = drawing((10, 10, 10), (255, 255, 255)).convert("P")
    own = read(save(image, "a.gif", transparency=image.getpixel((0, 0))))
    assert own.pixels.shape[-1] == 4
    assert own.pixels[0, 0, 3] == 0


def test_flat_shapes_get_no_rims(save: Save) -> None:
    pixels = fitted(save(drawing((90, 90, 90), (160, 160, 160))), GREY, invert=False)
    assert 89 <= pixels.min() <= pixels.max() <= 161


# -- crops -----------------------------------------------------------------------------------------------------------


def test_the_middle_in_the_shape_of_the_model_is_what_is_used(save: Save) -> None:
    own = read(save(quarters(100, 50)))
    assert fit(own, RGB).crop == pytest.approx((0.25, 0.0, 0.75, 1.0))
    assert fit(own, WIDE).crop == pytest.approx((0.0, 0.0, 1.0, 1.0))
    assert fit(read(save(quarters(50, 100))), WIDE).crop == pytest.approx((0.0, 0.375, 1.0, 0.625))


def test_a_crop_shows_its_part_alone(save: Save) -> None:
    path = save(quarters())
    assert set(corners(fitted(path, RGB, crop=(0.0, 0.0, 0.5, 0.5)))) == {(255, 0, 0)}
    assert set(corners(fitted(path, RGB, crop=(0.5, 0.5, 1.0, 1.0)))) == {(255, 255, 255)}
    assert set(corners(fitted(path, RGB, crop=(0.7, 0.1, 0.7001, 0.1001)))) == {(0, 255, 0)}


def test_a_crop_beyond_the_picture_is_filled_with_its_border(save: Save) -> None:
    pixels = fitted(save(drawing((20, 20, 20), (245, 240, 230))), RGB, crop=(-0.5, -0.5, 1.5, 1.5))
    assert pixels[0, 0].tolist() == [245, 240, 230]
    assert pixels[14, 14].tolist() == pytest.approx([20, 20, 20], abs=12)


def test_the_whole_of_a_long_strip_fits_without_filling_the_memory(save: Save) -> None:
    strip = Image.new("L", (20_000, 4), 200)
    pixels = fitted(save(strip), GREY, crop=(0.0, -3.0, 1.0, 4.0), invert=False)
    assert pixels.min() == pixels.max() == 200


@pytest.mark.parametrize(
    "crop",
    [
        (0.5, 0.0, 0.5, 1.0),
        (0.9, 0.0, 0.1, 1.0),
        (float("nan"), 0.0, 1.0, 1.0),
        (0.0, 0.0, float("inf"), 1.0),
        (-9.0, 0.0, 1.0, 1.0),
    ],
)
def test_a_crop_that_is_none_is_refused(save: Save, crop: tuple[float, float, float, float]) -> None:
    with pytest.raises(RequestError, match="left, top, right and bottom"):
        fitted(save(quarters()), RGB, crop=crop)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA"]),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    low=st.tuples(st.floats(-1, 1.5), st.floats(-1, 1.5)),
    length=st.tuples(st.floats(1e-6, 2.5), st.floats(1e-6, 2.5)),
    kind=st.sampled_from([GREY, RGB, RGBA, WIDE]),
    invert=st.sampled_from([None, True, False]),
)
def test_any_picture_and_any_crop_give_the_input(
    tmp_path: Path,
    mode: str,
    size: tuple[int, int],
    low: tuple[float, float],
    length: tuple[float, float],
    kind: Picture,
    invert: bool | None,
) -> None:
    noise = np.random.default_rng(size[0]).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    path = tmp_path / "any.png"
    Image.fromarray(noise).convert("L" if mode in ("1", "P") else mode).convert(mode).save(path)
    crop = low[0], low[1], low[0] + length[0], low[1] + length[1]
    pixels = fitted(path, kind, crop=crop, invert=invert)
    assert pixels.shape == (kind.height, kind.width, kind.channels)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, fitted(path, kind, crop=crop, invert=invert))


# -- refused with a sentence -----------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_head(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def webp_head(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body)) + body + b"\0" * 16


@pytest.mark.parametrize(
    "data",
    [png_head(60_000, 60_000), png_head(8000, 6251), webp_head(16_000, 16_000)],
    ids=["png", "just-too-large", "webp"],
)
def test_a_pixel_bomb_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(data + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""))

    def never(*_: object) -> None:
        raise AssertionError("it was decoded")

    if data.startswith(b"RIFF"):  # its reader takes the memory when it opens the file
        monkeypatch.setattr(Image, "open", never)
    monkeypatch.setattr(Image.Image, "load", never)
    with pytest.raises(FileError, match="more than 50 million pixels"):
        read(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif", "bmp", "avif"])
def test_a_file_that_is_cut_short_is_refused(save: Save, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    path = save(Image.fromarray(noise), f"a.{suffix}")
    whole = path.read_bytes()
    for length in (12, len(whole) // 2):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError, match="damaged or cut short"):
            read(path)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from(["png", "jpg", "webp", "gif", "tif", "bmp", "avif"]),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_bytes_end_in_a_picture_or_a_sentence(
    tmp_path: Path, suffix: str, places: list[tuple[float, int]]
) -> None:
    path = tmp_path / f"a.{suffix}"
    quarters(20, 14).save(path)
    data = bytearray(path.read_bytes())
    for place, value in places:
        data[int(place * (len(data) - 1))] = value
    path.write_bytes(data)
    with contextlib.suppress(FileError):
        assert fit(read(path), RGB).pixels.shape == (28, 28, 3)


def test_what_is_no_picture_is_told_what_is_read(tmp_path: Path) -> None:
    for name, data in {"a.txt": b"hello", "a.png": b"<svg/>", "a.psd": b"8BPS\0\1", "a.zip": b"PK\3\4" * 50}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(FileError, match=r"not a picture that Maquette reads\. It reads PNG, JPEG, WebP"):
            read(tmp_path / name)


def test_formats_that_are_not_listed_are_not_opened(save: Save) -> None:
    for name in ("a.ppm", "a.tga", "a.ico", "a.eps", "a.jp2"):
        with pytest.raises(FileError, match="not a picture that Maquette reads"):
            read(save(quarters(), name))


def test_an_empty_file_a_folder_and_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    for name, words in {"empty.png": "is empty", ".": "is a folder", "none.png": "There is no file"}.items():
        with pytest.raises(FileError, match=words):
            read(tmp_path / name)
    with pytest.raises(FileError, match="cannot be read"):
        read(tmp_path / "a\0b.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(FileError, match="no plain file"):
        read(tmp_path / "pipe.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_says_so(save: Save) -> None:
    path = save(quarters())
    path.chmod(0)
    with pytest.raises(FileError, match="cannot be read: Permission denied"):
        read(path)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_a_failing_disk_says_so(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(quarters())

    def fail(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(FileError, match="cannot be read: Input/output error"):
        read(path)


def test_a_file_of_many_bytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate(own_picture.MAX_FILE_BYTES + 1)
    with pytest.raises(FileError, match="larger than 256 MiB"):
        read(tmp_path / "a.png")
