"""GIF, APNG, WebP and AVIF films through Pillow, which reads the frames one after the other from a function.

A GIF has one palette for all its frames, so that a colour that stays is the same in each: all grey levels, or all
colours where they are 256 or fewer, exactly; otherwise the best 256 for a sample of all frames. Nothing is dithered:
its grain would crawl.
"""

import struct
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import film_recipe, recipe
from desktop_app.studio.film_options import FilmOptions, durations, presented, to_image
from desktop_app.studio.film_recipe import FilmRecipe

AVIF_QUALITY, AVIF_SPEED = 92, 7
WEBP_METHOD, WEBP_EFFORT = 2, 50  # lossless: effort changes size and time alone
SAMPLED = 2**19  # pixels that choose a palette
COLOURS = 256

FrameAt = Callable[[int], Pixels]


class _Sequence(Image.Image):
    """All frames as one picture of Pillow's that has several; only the one whose pixels are read is in memory.

    Some writers go through all frames twice, at first for their mode and size alone, which are the same in all.
    """

    def __init__(self, frame_at: Callable[[int], Image.Image], frames: int) -> None:
        super().__init__()
        self._frame_at = frame_at
        self.n_frames = frames
        self.is_animated = True
        self._position, self._loaded = 0, -1
        self.load()

    def seek(self, frame: int) -> None:
        if not 0 <= frame < self.n_frames:
            raise EOFError
        self._position = frame

    def load(self) -> "Image.core.PixelAccess | None":
        if self._loaded != self._position:
            shown = self._frame_at(self._position)
            self.im, self._mode, self._size, self.palette = shown.im, shown.mode, shown.size, shown.palette
            self._loaded = self._position
        return super().load()

    def tell(self) -> int:
        return self._position


def save(file: BinaryIO, frame_at: FrameAt, frames: int, options: FilmOptions, made: FilmRecipe | None) -> None:
    """Write all frames, each asked for by its number. Raises OSError, FileError, and what `frame_at` raises."""
    writers = {"gif": _gif, "apng": _apng, "webp": _webp, "avif": _avif}
    try:
        writers[options.format](file, frame_at, frames, options, made)
    except (ValueError, struct.error, OverflowError) as error:  # a picture that stands for longer than can be said
        raise FileError(f"Pillow could not write this film ({error}). Choose another format.") from None


def _apng(file: BinaryIO, frame_at: FrameAt, frames: int, options: FilmOptions, made: FilmRecipe | None) -> None:
    info = PngImagePlugin.PngInfo()
    if made is not None:
        info.add_itxt(recipe.FILM_CHUNK, film_recipe.encode(made))
        info.add_itxt("Software", f"Maquette {made.version}")
        info.add_itxt("Digital Source Type", recipe.SYNTHETIC)
    film = _Sequence(lambda number: to_image(presented(frame_at(number), options)), frames)
    film.save(
        file,
        "PNG",
        save_all=True,
        pnginfo=info,
        duration=durations("apng", options.fps, frames),
        loop=0 if options.loop else 1,
    )


def _webp(file: BinaryIO, frame_at: FrameAt, frames: int, options: FilmOptions, made: FilmRecipe | None) -> None:
    def shown(number: int) -> Image.Image:
        image = to_image(presented(frame_at(number), options))
        return image if image.mode == "RGBA" else image.convert("RGB")

    _Sequence(shown, frames).save(
        file,
        "WEBP",
        save_all=True,
        lossless=True,
        method=WEBP_METHOD,
        quality=WEBP_EFFORT,
        duration=durations("webp", options.fps, frames),
        loop=0 if options.loop else 1,
        **_xmp(made),
    )


def _avif(file: BinaryIO, frame_at: FrameAt, frames: int, options: FilmOptions, made: FilmRecipe | None) -> None:
    film = _Sequence(lambda number: to_image(presented(frame_at(number), options)), frames)
    film.save(
        file,
        "AVIF",
        save_all=True,
        quality=AVIF_QUALITY,
        speed=AVIF_SPEED,
        subsampling="4:0:0" if film.mode == "L" else "4:4:4",
        duration=[int(milliseconds) for milliseconds in durations("avif", options.fps, frames)],
        **_xmp(made),
    )


def _xmp(made: FilmRecipe | None) -> dict[str, Any]:
    return {} if made is None else {"xmp": film_recipe.to_xmp(made)}


# -- GIF -----------------------------------------------------------------------------------------------------------


def _gif(file: BinaryIO, frame_at: FrameAt, frames: int, options: FilmOptions, made: FilmRecipe | None) -> None:
    def shown(number: int) -> Pixels:
        return presented(frame_at(number), options)

    indexed = indexer(shown, frames)
    ends = {"loop": 0} if options.loop else {}
    _Sequence(lambda number: indexed(shown(number)), frames).save(
        file,
        "GIF",
        save_all=True,
        optimize=False,  # which would leave out palette entries that a later frame needs
        palette=bytes(indexed.palette),
        duration=durations("gif", options.fps, frames),
        comment=b"" if made is None else film_recipe.encode(made).encode(),
        **ends,
    )


class Indexer:
    """Frames (H, W, 1 or 3) as pictures of one palette: entries by exact colour, or the nearest one's."""

    def __init__(self, palette: npt.NDArray[np.uint8], *, exact: bool) -> None:
        self.palette = palette.tobytes()  # RGB after RGB
        self._count = len(palette)
        self._keys = _keys(palette) if exact else None
        self._image = Image.new("P", (1, 1))
        self._image.putpalette(self.palette)

    def __call__(self, frame: Pixels) -> Image.Image:
        if self._keys is None:
            return to_image(frame).convert("RGB").quantize(palette=self._image, dither=Image.Dither.NONE)
        index = np.searchsorted(self._keys, _keys(frame)).astype(np.uint8)
        image = Image.fromarray(index)
        image.putpalette(self.palette)  # turns the picture from "L" to "P"
        return image


def indexer(shown: FrameAt, frames: int) -> Indexer:
    """Look at all frames and choose the palette."""
    if shown(0).shape[2] == 1:
        levels = np.arange(COLOURS, dtype=np.uint8)
        return Indexer(np.stack([levels] * 3, axis=1), exact=True)
    keys = np.empty(0, np.int64)
    sample, share = [], max(1, frames * shown(0).shape[0] * shown(0).shape[1] // SAMPLED)
    for number in range(frames):
        frame = shown(number)
        sample.append(frame.reshape(-1, 3)[number % share :: share])
        if len(keys) <= COLOURS:
            keys = np.union1d(keys, _keys(frame))
    if len(keys) <= COLOURS:
        colours = np.stack([keys >> 16, keys >> 8 & 255, keys & 255], axis=1)
        return Indexer(colours.astype(np.uint8), exact=True)
    return Indexer(_best_palette(np.concatenate(sample)), exact=False)


def _best_palette(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """(n, 3) -> (256 or fewer, 3): the best coverage, refined by k-means, strays less than a median cut."""
    image = Image.fromarray(np.ascontiguousarray(pixels[None]))
    found = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    return np.array(found.getpalette(), np.uint8).reshape(-1, 3)[:COLOURS]


def _keys(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """One number a colour, in the order of the palette: (…, 1 or 3) -> (…)."""
    wide = colours.astype(np.int64)
    if colours.shape[-1] == 1:
        wide = wide.repeat(3, axis=-1)
    return wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
