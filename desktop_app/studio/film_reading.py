"""Films made here, read again: the recipe, and the frames as they are shown one after the other.

A frame that equals the one before is stored by most formats as a longer stay of that one, so frames are found by the
moment at which they are on the screen.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from desktop_app.engine.errors import FileError, RecipeError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import film_recipe, svg_film
from desktop_app.studio.film_options import LOSSLESS, MAX_SIDE, durations, presented, to_image
from desktop_app.studio.film_pillow import indexer
from desktop_app.studio.film_recipe import IN_FOLDER, FilmRecipe
from desktop_app.studio.picture_file import bytes_of
from desktop_app.studio.recipe import FILM_CHUNK
from desktop_app.studio.walk import MAX_FRAMES

NEAR = 4.0  # of 255, on average: what AVIF strays at the quality that films are written with
FORMATS = ("PNG", "GIF", "WEBP", "AVIF")
MAX_SVG_BYTES = 32 * 2**20


def is_film(path: Path) -> bool:
    """Whether a file or folder says that it is a film of ours, or can be nothing else."""
    if path.is_dir():
        return True
    if path.suffix.casefold() == ".svg":
        return bool(path.is_file() and _svg_recipe(path))
    if path.suffix.casefold() != ".png":
        return path.suffix.casefold() in (".gif", ".webp", ".avif", ".mp4", ".apng")
    try:
        with Image.open(path, formats=("PNG",)) as image:
            return FILM_CHUNK in image.info
    except (OSError, SyntaxError, ValueError):
        return False


def read_film_recipe(path: Path) -> FilmRecipe:
    """The recipe of a film. Raises FileError or RecipeError."""
    try:
        text = _recipe_text(path)
    except FileNotFoundError:
        raise FileError(f"There is no file “{path}”.") from None
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise FileError(f"“{path.name}” cannot be read as a film ({_short(error)}).") from None
    if not text:
        raise RecipeError(
            f"“{path.name}” holds no recipe of a film: it was not made by Maquette, or another program has removed it."
        )
    return film_recipe.decode(text, path.name)


def read_frames(path: Path, made: FilmRecipe) -> Iterator[Pixels]:
    """All frames of its recipe, each (H, W, 4) as it is shown. Raises FileError. Not for MP4."""
    if made.frames > MAX_FRAMES:
        raise FileError(f"“{path.name}” has more than {MAX_FRAMES:,} frames.")
    try:
        yield from _frames_of_folder(path, made) if path.is_dir() else _frames_of_file(path, made)
    except (OSError, SyntaxError, ValueError, EOFError, zlib.error, struct.error) as error:
        raise FileError(f"“{path.name}” cannot be read as a film ({_short(error)}).") from None


@dataclass(frozen=True)
class FilmDifference:
    verdict: Literal["identical", "close", "different"]
    largest: int  # of 255, in any frame
    mean: float  # of 255, in the frame that is worst
    frame: int  # which one that is


def compare_film(path: Path, made: FilmRecipe, again: Iterable[Pixels]) -> FilmDifference:
    """A film's frames and the same ones drawn again, (H, W, C) each. Raises FileError. Not for MP4.

    "close" is 1/255 at most, or as near as the format keeps what it is given: AVIF is no exact format. The palette of a
    GIF is chosen again, so its frames are compared exactly.
    """
    expected = _presented_again(made, again)
    largest, worst, where = 0, -1.0, 0
    for number, (frame, kept) in enumerate(zip(expected, read_frames(path, made), strict=True)):
        if frame.shape != kept.shape:
            return FilmDifference("different", 255, 255.0, number)
        off = np.abs(frame.astype(np.int16) - kept)
        largest = max(largest, int(off.max()))
        if float(off.mean()) > worst:
            worst, where = float(off.mean()), number
    lossy = made.options.format not in (*LOSSLESS, "gif")
    near = largest <= 1 or (lossy and worst <= NEAR)
    return FilmDifference("identical" if largest == 0 else "close" if near else "different", largest, worst, where)


def _presented_again(made: FilmRecipe, again: Iterable[Pixels]) -> Iterator[Pixels]:
    if made.options.format != "gif":
        return (in_rgba(presented(frame, made.options)) for frame in again)
    drawn = list(again)
    indexed = indexer(lambda number: presented(drawn[number], made.options), len(drawn))
    return (_as_seen(indexed(presented(frame, made.options))) for frame in drawn)


def in_rgba(frame: Pixels) -> Pixels:
    """A frame (H, W, 1, 3 or 4) as films are read here, (H, W, 4)."""
    return _as_seen(to_image(frame))


def _recipe_text(path: Path) -> str:
    if path.is_dir():
        if not (path / IN_FOLDER).is_file():
            raise FileError(f"The folder “{path}” holds no film: there is no {IN_FOLDER} in it.")
        with (path / IN_FOLDER).open("rb") as file:
            return file.read(film_recipe.MAX_BYTES + 1).decode("utf-8", "replace")
    if path.suffix.casefold() == ".svg":
        return _svg_recipe(path)
    with path.open("rb") as file:
        if file.read(8)[4:] == b"ftyp" and path.suffix.casefold() == ".mp4":
            return film_recipe.mp4_comment(path)
    with Image.open(path, formats=FORMATS) as image:
        _check_size(image, path)
        match image.format:
            case "PNG":
                return str(image.info.get(FILM_CHUNK, ""))
            case "GIF":
                comment = image.info.get("comment", b"")
                text = comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)
                return text if text.startswith("{") else ""
            case _:
                return film_recipe.from_xmp(image.info.get("xmp", b""))


def _svg_recipe(path: Path) -> str:
    return svg_film.recipe_text(bytes_of(path, limit=MAX_SVG_BYTES, what="film").decode(errors="replace"))


def _frames_of_folder(folder: Path, made: FilmRecipe) -> Iterator[Pixels]:
    from desktop_app.studio.film import frame_name

    for number in range(1, made.frames + 1):
        with Image.open(folder / frame_name(number, made.frames), formats=("PNG",)) as image:
            _check_size(image, folder)
            yield _as_seen(image)


def _frames_of_file(path: Path, made: FilmRecipe) -> Iterator[Pixels]:
    ends = list(accumulate(durations(made.options.format, made.options.fps, made.frames)))
    moments = [(start + end) / 2 for start, end in zip([0.0, *ends], ends, strict=False)]
    with Image.open(path, formats=FORMATS) as image:
        _check_size(image, path)
        shown, over, pixels = 0, 0.0, np.empty(0, np.uint8)
        for moment in moments:
            while not pixels.size or (moment >= over and shown < getattr(image, "n_frames", 1)):
                image.seek(shown)
                image.load()
                pixels = _as_seen(image)
                over += float(image.info.get("duration", 0.0))
                shown += 1
            yield pixels


def _as_seen(image: Image.Image) -> Pixels:
    """(H, W, 4); what is fully transparent has no colour, and WebP keeps none for it."""
    pixels = np.array(image.convert("RGBA"))
    pixels[pixels[..., 3] == 0] = 0
    return pixels


def _check_size(image: Image.Image, path: Path) -> None:
    if max(image.size) > MAX_SIDE:
        raise FileError(f"“{path.name}” is larger than {MAX_SIDE:,} × {MAX_SIDE:,} pixels.")


def _short(error: Exception) -> str:
    return str(error).split(" '/")[0].split(" '")[0][:120] or type(error).__name__
