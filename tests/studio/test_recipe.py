"""The recipe inside a picture: it comes back whole, or a sentence says why not."""

import errno
import io
import os
import stat
import struct
import threading
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from desktop_app.engine import images, packages
from desktop_app.engine.errors import FileError, RecipeError, StudioError
from desktop_app.engine.requests import Cross, Design, Device, Place, Prompt, Variation
from desktop_app.studio import recipe as recipes
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.palette import Palette, Swatch
from desktop_app.studio.recipe import Recipe
from desktop_app.studio.vector import VectorOptions
from tests import tiny_package

PIXELS = np.arange(7 * 5 * 3, dtype=np.uint8).reshape(7, 5, 3)
seeds = st.integers(-(2**63), 2**64 - 1)
designs = st.builds(
    Design,
    seed=seeds,
    index=seeds,
    label=st.none() | st.integers(0, 1000),
    truncation=st.floats(0, 2),
    variations=st.lists(st.builds(Variation, seeds, seeds, st.floats(0, 1)), max_size=4).map(tuple),
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
all_recipes = st.builds(
    Recipe, version=text, package=text, package_sha256=text, design=designs, created=text, runtime=text, device=text,
    licence=text,
)  # fmt: skip
files = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def made(**changes) -> Recipe:
    recipe = Recipe(
        version="0.1.0",
        package="tiny",
        package_sha256="ab" * 32,
        design=Design(7, 12, label=2, truncation=0.7, variations=(Variation(1, 2, 0.25), Variation(3, 4, 0.5))),
        created="2026-01-02T03:04:05+00:00",
        runtime="1.31.1",
        device="cpu",
        licence="CC0-1.0",
    )
    return msgspec.structs.replace(recipe, **changes)


# -- there and back ------------------------------------------------------------------------------------------------


@files
@given(recipe=all_recipes)
def test_any_recipe_comes_back(tmp_path, recipe):
    path = tmp_path / "picture.png"
    path.write_bytes(recipes.encode_png(PIXELS, recipe))
    pixels, again = recipes.read_picture(path)
    assert again == recipe
    assert np.array_equal(pixels, PIXELS)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pixels_come_back(tmp_path, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 4, channels), np.uint8)
    path = tmp_path / "picture.png"
    recipes.save_png(path, pixels, made())
    found, recipe = recipes.read_picture(path)
    assert found.shape == (9, 4, channels)
    assert found.tobytes() == pixels.tobytes()
    assert recipe == made()


def test_a_recipe_says_what_it_was_made_with(tmp_path):
    package = packages.open_package(tiny_package.tiny_package(tmp_path))
    device = Device("auto", "cpu", "Some CPU", "", "1.31.1", 2)
    recipe = recipes.make_recipe(package, Design(1, 2), device)
    assert (recipe.package, recipe.package_sha256) == ("tiny", package.sha256)
    assert (recipe.runtime, recipe.device, recipe.licence) == ("1.31.1", "cpu", "CC0-1.0")
    assert recipe.created.endswith("+00:00")
    assert recipes.make_recipe(package, Design(1, 2), None).device == ""


CHANGES = {
    "seed": Design(8, 12, 2, 0.7, made().design.variations),
    "index": Design(7, 13, 2, 0.7, made().design.variations),
    "label": Design(7, 12, 1, 0.7, made().design.variations),
    "truncation": Design(7, 12, 2, 0.70000001, made().design.variations),
    "variations": Design(7, 12, 2, 0.7, made().design.variations[:1]),
    "place": Design(7, 12, 2, 0.7, made().design.variations, Place(spot=(0.0, 1.0))),
    "prompt": Design(7, 12, 2, 0.7, made().design.variations, prompt=Prompt(("cup",))),
}
PROMPTS = [
    Prompt(("cup",), "filled"),
    Prompt(("cup",), source="round"),
    Prompt(("cup", "hot")),
    Prompt(("cup",), guidance=3.0),
    Prompt(("cup",) * 500),
]
STEPS = {
    "seed": Variation(9, 4, 0.5),
    "index": Variation(3, 9, 0.5),
    "amount": Variation(3, 4, 0.50000001),
}


def test_no_field_that_decides_pixels_is_missing_here():
    assert {f.name for f in msgspec.structs.fields(Design)} == set(CHANGES)
    assert {f.name for f in msgspec.structs.fields(Variation)} == set(STEPS)


@pytest.mark.parametrize(
    "design",
    [*CHANGES.values(), *(Design(7, 12, 2, 0.7, (Variation(1, 2, 0.25), step)) for step in STEPS.values()),
     Design(7, 12, 2, 0.7, made().design.variations[::-1])],
)  # fmt: skip
def test_another_design_is_another_recipe_in_another_file(tmp_path, design):
    other = made(design=design)
    assert recipes.file_name(other) != recipes.file_name(made())
    path = tmp_path / "picture.png"
    recipes.save_png(path, PIXELS, other)
    assert recipes.read_recipe(path).design == design != made().design


def test_another_prompt_is_another_file():
    names = {recipes.file_name(made(design=Design(7, 12, prompt=prompt))) for prompt in [*PROMPTS, Prompt(), None]}
    assert len(names) == len(PROMPTS) + 1  # no prompt and an empty one are the same design
    assert max(map(len, names)) < 200
    assert "tiny_cup-hot_s7_i12.png" in names


def test_children_of_other_words_are_other_files():
    child = Place(cross=Cross((Design(7, 1), Design(7, 2)), 3, 4, 0.5))
    plain, told = (made(design=Design(0, 0, place=child, prompt=prompt)) for prompt in (None, Prompt(("cup",))))
    assert recipes.file_name(plain) != recipes.file_name(told)


# -- vectors -------------------------------------------------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>a &lt; b</title><path d="M0 0h9v9z"/></svg>\n'
LOOK = IconLook(IconStyle("#ff0000", lock=Palette("</metadata>", (Swatch("<&>", "#123456"),))), VectorOptions(grid=1.0))


def test_a_vector_keeps_its_recipe_and_its_drawing(tmp_path):
    path = tmp_path / "icon.svg"
    path.write_text(recipes.svg_with_recipe(SVG, made(icon=LOOK)), encoding="utf-8")
    assert recipes.read_vector(path) == (SVG, made(icon=LOOK))
    assert recipes.read_recipe(path).icon == LOOK
    assert ET.parse(path).getroot()[1].get("d") == "M0 0h9v9z"
    assert recipes.file_name(made(icon=LOOK)).endswith(".svg")


def test_sizes_of_a_picture_are_files_of_their_own():
    names = {recipes.file_name(made(icon=msgspec.structs.replace(LOOK, size=size))) for size in (0, 16, 24)}
    assert len(names) == 3


@pytest.mark.parametrize(
    "text",
    [SVG, "", "<svg>", SVG.replace("<path", '<metadata id="maquette">{}</metadata><path'),
     recipes.svg_with_recipe(SVG, made(icon=LOOK)).replace('"radius":0.0', '"radius":900.0'),
     recipes.svg_with_recipe(SVG, made(icon=LOOK)).replace('"padding":0.0', '"padding":NaN')],
)  # fmt: skip
def test_a_vector_without_a_recipe_or_with_a_damaged_one_is_a_sentence(tmp_path, text):
    path = tmp_path / "icon.svg"
    path.write_text(text)
    with pytest.raises(StudioError, match=r"icon\.svg.*\.$"):
        recipes.read_recipe(path)


# -- what is in the file -------------------------------------------------------------------------------------------


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, position = [], 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        found.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def png(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_without_a_recipe_the_file_tells_nothing(channels):
    kinds = {kind for kind, _ in chunks(recipes.encode_png(PIXELS[..., :1].repeat(channels, 2), None))}
    assert kinds <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def test_other_programs_find_the_mark_of_synthetic_media():
    found = dict(chunks(recipes.encode_png(PIXELS, made())))
    assert b"iTXt" in found
    with Image.open(io.BytesIO(recipes.encode_png(PIXELS, made()))) as image:
        assert image.text["Digital Source Type"].endswith("trainedAlgorithmicMedia")
        assert image.text["Software"] == "Maquette 0.1.0"


def test_a_title_is_told_to_other_programs_and_the_recipe_stays():
    data = recipes.encode_png(PIXELS, made(), title="Quiet 図")
    with Image.open(io.BytesIO(data)) as image:
        assert image.text["Title"] == "Quiet 図"
    assert recipes.encode_png(PIXELS, made(), title="") == recipes.encode_png(PIXELS, made())
    assert b"Quiet" not in recipes.encode_png(PIXELS, None, title="Quiet")


def test_the_recipe_is_readable_by_eye():
    assert b'"seed":7,"index":12' in recipes.encode_png(PIXELS, made())


# -- files that hold none ------------------------------------------------------------------------------------------

WHOLE = recipes.encode_png(PIXELS, made())


def reading(path, content) -> Exception:
    path.write_bytes(content)
    with pytest.raises((FileError, RecipeError)) as caught:
        recipes.read_picture(path)
    assert path.name in caught.value.message
    return caught.value


@pytest.mark.parametrize("length", [0, 1, 7, 8, 20, 24, 33, 60, len(WHOLE) // 2, len(WHOLE) - 40])
def test_a_truncated_picture(tmp_path, length):
    assert isinstance(reading(tmp_path / "图.png", WHOLE[:length]), FileError)


@pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(50), b"<html>" * 20, bytes(1000), b"\xff\xd8\xff\xe0" * 20])
def test_no_png(tmp_path, content):
    assert "cannot be read as a PNG" in reading(tmp_path / "picture.png", content).message


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="There is no file"):
        recipes.read_recipe(tmp_path / "picture.png")


def test_a_folder(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        recipes.read_recipe(tmp_path)


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 9_000), (12_000, 12_000), (100_000, 100_000), (2**31, 2**31 - 1)]
)
def test_a_picture_of_absurd_size_is_not_opened(tmp_path, width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    bomb = png((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))
    assert "50 million pixels" in reading(tmp_path / "picture.png", bomb).message


def test_a_picture_without_area(tmp_path):
    header = struct.pack(">IIBBBBB", 0, 5, 8, 0, 0, 0, 0)
    reading(tmp_path / "picture.png", png((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")))


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_text_that_unpacks_to_no_end(tmp_path, kind):
    bomb = zlib.compress(bytes(50_000_000), 9)
    data = b"maquette\0" + (b"\0" if kind == b"zTXt" else b"\1\0\0\0") + bomb
    parts = chunks(WHOLE)
    plain = [p for p in parts if p[0] != b"iTXt"]
    before = png(plain[0], (kind, data), *plain[1:])
    after = png(*plain[:-1], (kind, data), plain[-1])
    for content in (before, after):
        reading(tmp_path / "picture.png", content)


def test_a_recipe_longer_than_any_recipe(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_itxt("maquette", " " * recipes.MAX_RECIPE_BYTES + "x")
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "PNG", pnginfo=info)
    reading(tmp_path / "picture.png", buffer.getvalue())


def with_text(text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("maquette", text)
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "null", "[" * 100_000, '{"format": 1}', '{"a":' * 50_000,
     msgspec.json.encode(made(format=2)).decode(), msgspec.json.encode(made()).decode()[:-1] + ', "steps": 20}',
     msgspec.json.encode(made()).decode().replace("0.7", "NaN"), msgspec.json.encode(made()).decode() + "x"],
)  # fmt: skip
def test_a_recipe_of_somebody_else(tmp_path, text):
    error = reading(tmp_path / "picture.png", with_text(text))
    assert isinstance(error, RecipeError)


def test_a_picture_without_recipe(tmp_path):
    error = reading(tmp_path / "picture.png", recipes.encode_png(PIXELS, None))
    assert isinstance(error, RecipeError)
    assert "holds no recipe" in error.message


@files
@given(data=st.data())
def test_flipped_bits(tmp_path, data):
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        bit = data.draw(st.integers(0, 8 * len(content) - 1))
        content[bit // 8] ^= 1 << bit % 8
    (tmp_path / "picture.png").write_bytes(content)
    try:
        pixels, recipe = recipes.read_picture(tmp_path / "picture.png")
    except (FileError, RecipeError):
        return
    assert pixels.dtype == np.uint8
    assert isinstance(recipe, Recipe)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_that_another_program_has_packed_again(tmp_path, mode):
    """Optimisers keep the text and choose another form of the same pixels."""
    grey = np.where(np.indices((6, 6)).sum(0) % 2, 255, 0).astype(np.uint8)
    image = Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(grey).convert(mode)
    info = PngImagePlugin.PngInfo()
    info.add_itxt("maquette", msgspec.json.encode(made()).decode())
    image.save(tmp_path / "picture.png", pnginfo=info)
    pixels, recipe = recipes.read_picture(tmp_path / "picture.png")
    assert recipe == made()
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[:2] == (6, 6)
    if mode in ("1", "L", "P", "RGB"):
        assert (pixels == grey[..., None]).all()


# -- names ---------------------------------------------------------------------------------------------------------


def test_a_name_says_what_it_is():
    assert recipes.file_name(made(design=Design(7, 12))) == "tiny_s7_i12.png"
    assert recipes.file_name(made(design=Design(7, 12, 3, 0.5))) == "tiny_s7_i12_c3_t0.5.png"


def test_a_title_stands_first_in_a_name():
    assert recipes.file_name(made(design=Design(7, 12)), "Quiet light, warm oak") == (
        "Quiet-light-warm-oak_tiny_s7_i12.png"
    )
    assert recipes.file_name(made(design=Design(7, 12)), " …!/\\ ") == "tiny_s7_i12.png"


@given(title=st.text(), recipe=all_recipes)
def test_a_name_with_a_title_is_legal_and_that_of_its_design(title, recipe):
    name = recipes.file_name(recipe, title)
    assert name.endswith(recipes.file_name(recipe))
    assert not set(name) & set('/\\:*?"<>|')
    assert not any(sign.isspace() for sign in name)
    assert len(name.encode()) <= 255
    assert not name.startswith((".", "-"))


RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(1, 10))}


@given(recipe=all_recipes)
def test_a_name_is_legal_on_every_system(recipe):
    name = recipes.file_name(recipe)
    assert name.isascii()
    assert name.isprintable()
    assert not set(name) & set('/\\:*?"<>| ')
    assert len(name) <= 200
    assert not name.startswith((".", "-"))
    assert name.endswith(".png")
    assert name.split(".")[0].upper() not in RESERVED
    assert Path(name).name == name


@given(a=designs, b=designs)
def test_two_designs_never_share_a_name(a, b):
    if a != b:
        assert recipes.file_name(made(design=a)) != recipes.file_name(made(design=b))


def test_long_names_differ_where_only_their_ends_differ():
    steps = tuple(Variation(2**63, n, 0.123456789) for n in range(20))
    a, b = Design(1, 1, variations=steps), Design(1, 1, variations=(*steps[:-1], Variation(5, 5, 0.5)))
    assert recipes.file_name(made(design=a)) != recipes.file_name(made(design=b))


# -- writing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain.png", "with space.png", "Дизайн 図 ñ #1%20.png", "x" * 200 + ".png"])
def test_any_name_in_any_folder(tmp_path, name):
    path = tmp_path / "новая папка 図" / "deeper" / name
    recipes.save_png(path, PIXELS, made())
    assert recipes.read_recipe(path) == made()
    assert [p.name for p in path.parent.iterdir()] == [name]


def test_files_have_the_rights_of_any_new_file(tmp_path):
    (tmp_path / "other").write_text("x")
    recipes.save_png(tmp_path / "picture.png", PIXELS, None)
    assert stat.S_IMODE((tmp_path / "picture.png").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def full_disk(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "replace"), (Path, "open")])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, owner, name):
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, full_disk)
        with pytest.raises(FileError, match="No space left on device"):
            recipes.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            recipes.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "picture.png", tmp_path / "folder"):
        with pytest.raises(FileError, match="cannot be written"):
            recipes.write_whole(path, b"new")
    assert list((tmp_path / "folder").iterdir()) == []


def test_readers_see_whole_files_only(tmp_path):
    path = tmp_path / "picture.bin"
    contents = [bytes([n]) * 200_000 for n in (1, 2)]
    recipes.write_whole(path, contents[0])
    stop = threading.Event()
    torn = []

    def read():
        while not stop.is_set():
            data = path.read_bytes()
            if data not in contents:
                torn.append(len(data))

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(60):
        recipes.write_whole(path, contents[n % 2], flush=False)
    stop.set()
    reader.join()
    assert torn == []


# -- sheets and comparisons ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (5, 3, 2), (6, 3, 2), (7, 3, 3)])
def test_a_contact_sheet(count, columns, rows):
    pictures = np.stack([np.full((4, 6, 3), n + 1, np.uint8) for n in range(count)])
    sheet = images.contact_sheet(pictures, columns=columns, gap=2)
    assert sheet.shape == (rows * 6 + 2, columns * 8 + 2, 3)
    for n in range(count):
        top, left = 2 + n // columns * 6, 2 + n % columns * 8
        assert (sheet[top : top + 4, left : left + 6] == n + 1).all()
    assert (sheet[:2] == 255).all()
    assert (sheet == 255).sum() == sheet.size - count * 4 * 6 * 3


def test_compare():
    kept = np.full((3, 3, 1), 100, np.uint8)
    assert recipes.compare(kept, kept.copy()) == ("identical", 0)
    assert recipes.compare(kept, kept + 1) == ("close", 1)
    assert recipes.compare(kept, kept - 1) == ("close", 1)
    assert recipes.compare(kept, kept + 2) == ("different", 2)
    assert recipes.compare(np.uint8([[[0]]]), np.uint8([[[255]]])) == ("different", 255)
    assert recipes.compare(kept, kept[:2])[0] == "different"
