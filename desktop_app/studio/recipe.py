"""The recipe of a picture: everything needed to make it again, kept inside the file it made.

In a PNG it lies in an iTXt chunk named "maquette" as JSON, beside plain words for other programs ("Software", "Title")
and the IPTC mark for synthetic media ("Digital Source Type"). In an SVG it is the text of a <metadata> element.
"""

import hashlib
import html
import io
import re
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from desktop_app import __version__
from desktop_app.engine.errors import FileError, RecipeError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Frozen, Pixels, Prompt
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.picture_file import bytes_of
from desktop_app.studio.whole_file import whole_file

CHUNK = "maquette"
FILM_CHUNK = "maquette-film"  # in animated PNG files (film_recipe.py)
EXPLANATION_CHUNK = "maquette-explanation"  # in pictures of what a classifier said (explain_recipe.py)
SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
FORMAT = 1
MAX_RECIPE_BYTES = 2**20
MAX_PIXELS = 50_000_000
MAX_SVG_BYTES = 16 * 2**20  # of a file that is looked through for a recipe
MAX_TITLE_BYTES = 48  # of a title in a file name, which may have 255 in all
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_METADATA = re.compile(r'<metadata id="maquette">([^<]*)</metadata>')

K = TypeVar("K")


class Recipe(Frozen, frozen=True, kw_only=True):
    """All that decides the pixels, and what they were made with."""

    format: int = FORMAT
    program: str = "maquette"
    version: str
    package: str
    package_sha256: str  # of the manifest, which holds the hashes of the weights
    design: Design
    created: str  # ISO 8601, UTC
    runtime: str = ""  # version of ONNX Runtime
    device: str = ""  # "cpu" or "cuda": pixels are promised equal on the same kind of device
    licence: str = ""
    icon: IconLook | None = None  # of an icon: how its field became this file; None: drawn as the engine draws it
    resembles: str = (
        ""  # the picture of the training that it comes near to, with its licence, where that was looked for
    )


def make_recipe(
    package: Package, design: Design, device: Device | None, icon: IconLook | None = None, *, resembles: str = ""
) -> Recipe:
    return Recipe(
        version=__version__,
        package=package.name,
        package_sha256=package.sha256,
        design=design,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        runtime=device.runtime if device else "",
        device=device.obtained if device else "",
        licence=package.manifest.licence,
        icon=icon,
        resembles=resembles,
    )


def file_name(recipe: Recipe, title: str = "") -> str:
    """A name that says what it is, legal on every system and another for another design: digits-gan_s7_i12_c3.png.

    It ends with .svg where the recipe makes a vector.
    title: what the designer called it, which then stands first: Quiet-light_digits-gan_s7_i12_c3.png.
    """
    words = re.sub(r"[^\w+-]+", "-", title).encode()[:MAX_TITLE_BYTES].decode(errors="ignore").strip("-_")
    return f"{words}_{_design_name(recipe)}" if words else _design_name(recipe)


def _design_name(recipe: Recipe) -> str:
    design = recipe.design
    ending = ".svg" if recipe.icon is not None and recipe.icon.size == 0 else ".png"
    size = [f"{recipe.icon.size}px"] if recipe.icon is not None and recipe.icon.size else []
    if design.place is not None:
        return "_".join([recipe.package, "blend", _digest(design), *size]) + ending
    parts = [recipe.package, *_prompt_parts(design.prompt), f"s{design.seed}", f"i{design.index}"]
    if design.label is not None:
        parts.append(f"c{design.label}")
    if design.truncation != 1.0:
        parts.append(f"t{design.truncation}")
    parts += [f"v{step.seed}-{step.index}-{step.amount}" for step in design.variations] + size
    name = re.sub(r"[^A-Za-z0-9._+-]", "-", "_".join(parts)).lstrip("._-")
    if len(name) > 180:
        name = f"{name[:160]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return name + ending


def _digest(design: Design) -> str:
    """Of a design with a place: of a child the prompt counts as well."""
    assert design.place is not None
    asked = msgspec.json.encode(design.prompt) if design.place.cross is not None else b""
    return hashlib.sha256(msgspec.json.encode(design.place) + asked).hexdigest()[:12]


def _prompt_parts(prompt: Prompt | None) -> list[str]:
    if prompt is None or prompt == Prompt():
        return []
    guidance = "" if prompt.guidance == Prompt().guidance else f"g{prompt.guidance:g}"
    return [part for part in ("-".join(prompt.words), prompt.style, prompt.source, guidance) if part]


def encode_png(pixels: Pixels, recipe: Recipe | None, *, title: str = "") -> bytes:
    """One picture (H, W, C) uint8 as PNG; recipe None writes no word about it. title: what the designer called it."""
    info = PngImagePlugin.PngInfo()
    if recipe is not None:
        info.add_itxt(CHUNK, msgspec.json.encode(recipe).decode())
        info.add_itxt("Software", f"Maquette {recipe.version}")
        info.add_itxt("Digital Source Type", SYNTHETIC)
        if title:
            info.add_itxt("Title", title)
    buffer = io.BytesIO()
    _to_image(pixels).save(buffer, "PNG", pnginfo=info, optimize=False)
    return buffer.getvalue()


def svg_with_recipe(svg: str, recipe: Recipe) -> str:
    """An SVG document with its recipe inside, which no program draws."""
    text = html.escape(msgspec.json.encode(recipe).decode(), quote=False)
    before, end, after = svg.rpartition("</svg>")
    return f'{before}<metadata id="maquette">{text}</metadata>{end}{after}'


def svg_without_recipe(svg: str) -> str:
    return _METADATA.sub("", svg, count=1)


def save_png(path: Path, pixels: Pixels, recipe: Recipe | None, *, title: str = "", flush: bool = True) -> None:
    """Write a whole PNG or nothing. Raises FileError."""
    write_whole(path, encode_png(pixels, recipe, title=title), flush=flush)


def write_whole(path: Path, data: bytes, *, flush: bool = True) -> None:
    """Write beside, flush to the disk, rename: a reader sees the old file or the new one. Raises FileError.

    flush: False where thousands of files follow one another, a flush for each would take ten times as long as all
    the rest; a kill still leaves whole files only, a power cut within the next half minute may not.
    """
    with whole_file(path, flush=flush) as file:
        file.write(data)


def read_recipe(path: Path) -> Recipe:
    """The recipe inside a PNG or an SVG. Raises FileError or RecipeError."""
    return read_vector(path)[1] if path.suffix.lower() == ".svg" else read_picture(path)[1]


def read_vector(path: Path) -> tuple[str, Recipe]:
    """The text without the recipe, and the recipe, of an SVG made here. Raises FileError or RecipeError."""
    data = bytes_of(path, limit=MAX_SVG_BYTES, what="vector picture")
    text = data.decode(errors="replace")
    found = _METADATA.search(text)
    if found is None:
        raise _no_recipe(path.name)
    return svg_without_recipe(text), _decode(html.unescape(found[1]), path.name)


def read_picture(path: Path) -> tuple[Pixels, Recipe]:
    """Pixels (H, W, C) and recipe of a PNG made here. Raises FileError or RecipeError."""
    try:
        _check_head(path)
        with Image.open(path, formats=("PNG",)) as image:
            image.load()
            texts = getattr(image, "text", {})
            text, is_film, is_explanation = texts.get(CHUNK), FILM_CHUNK in texts, EXPLANATION_CHUNK in texts
            pixels = np.asarray(_plain(image))
    except FileNotFoundError:
        raise FileError(f"There is no file “{path}”.") from None
    except (OSError, SyntaxError, ValueError, zlib.error, struct.error) as error:
        raise FileError(f"“{path.name}” cannot be read as a PNG picture ({_short(error)}).") from None
    if is_film:
        raise RecipeError(f"“{path.name}” is a film, not a picture. `maquette recheck` makes its frames again.")
    if is_explanation:
        raise RecipeError(f"“{path.name}” shows why a classifier said what it said: no model made it.")
    if text is None:
        raise _no_recipe(path.name)
    return np.atleast_3d(pixels), _decode(str(text), path.name)  # a plain str: Pillow gives a subclass


def _no_recipe(name: str) -> RecipeError:
    return RecipeError(f"“{name}” holds no recipe: it was not made by Maquette, or another program has removed it.")


def _check_head(path: Path) -> None:
    """Raise ValueError or FileError on what is no PNG, or one that would fill the memory, before Pillow opens it."""
    with path.open("rb") as file:
        head = file.read(24)
    if len(head) < 24 or not head.startswith(_SIGNATURE):
        raise ValueError("it is no PNG")
    width, height = struct.unpack(">II", head[16:])
    if width * height > MAX_PIXELS:
        raise FileError(f"“{path.name}” has more than {MAX_PIXELS // 10**6} million pixels.")


def _plain(image: Image.Image) -> Image.Image:
    """Eight bits a channel: grey, RGB or RGBA, as another program may have packed it without loss."""
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")


def _decode(text: str, name: str) -> Recipe:
    recipe = decoded(text, Recipe, name, most=MAX_RECIPE_BYTES)
    check_format(recipe.format, FORMAT, name)
    return recipe


def decoded(text: str, kind: type[K], name: str, *, most: int) -> K:
    """What a file's text says of how it was made; name: of the file, most: bytes. Raises RecipeError."""
    if len(text) > most:
        raise RecipeError(f"The recipe in “{name}” is longer than a recipe can be.")
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError, RequestError) as error:
        raise RecipeError(f"The recipe in “{name}” is damaged or from a newer Maquette ({error}).") from None


def check_format(found: int, known: int, name: str) -> None:
    """Raise RecipeError for a recipe that this program does not know how to read."""
    if found != known:
        raise RecipeError(f"The recipe in “{name}” is of format {found}; a newer Maquette reads it.")


def compare(kept: Pixels, again: Pixels) -> tuple[str, int]:
    """What `recheck` says of two pictures, and the largest difference: "identical", "close" (1/255) or "different"."""
    if kept.shape != again.shape:
        return "different", 255
    difference = int(np.max(np.abs(kept.astype(np.int16) - again.astype(np.int16)), initial=0))
    return ("identical" if difference == 0 else "close" if difference == 1 else "different"), difference


def _to_image(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def _short(error: Exception) -> str:
    return str(error).split(" '/")[0].split(" '")[0][:120] or type(error).__name__
