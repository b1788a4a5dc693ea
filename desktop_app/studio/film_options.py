"""How a film is written: format, size, rate, background, loop. Pure functions from frames to what is encoded."""

from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, features

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Frozen, Pixels
from desktop_app.studio.film_icon import icon_frame
from desktop_app.studio.icon_style import IconStyle

Format = Literal["gif", "apng", "webp", "avif", "mp4", "frames", "svg"]
Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)

SUFFIXES: dict[Format, str] = {
    "gif": ".gif",
    "apng": ".png",
    "webp": ".webp",
    "avif": ".avif",
    "mp4": ".mp4",
    "svg": ".svg",
}
NAMES: dict[Format, str] = {
    "gif": "GIF",
    "apng": "APNG",
    "webp": "WebP",
    "avif": "AVIF",
    "mp4": "MP4",
    "frames": "PNG frames",
    "svg": "SVG animation",  # of packages of icons
}
LOSSLESS: tuple[Format, ...] = ("apng", "webp", "frames")  # GIF too, for grey pictures
WITH_ALPHA: tuple[Format, ...] = ("apng", "webp", "avif", "frames", "svg")
MAX_SIDE = 4096
MAX_SVG_FRAMES = 1500  # about a megabyte and a half
MAX_HELD_BYTES = 2**30  # what the writers of GIF and APNG keep in memory, at most


class FilmOptions(Frozen, frozen=True):
    format: Format = "gif"
    size: int = 0  # of the longer side, in pixels; 0: as drawn
    smooth: bool = False  # enlarged by Lanczos; otherwise each pixel becomes a whole square of pixels
    background: Colour | None = None  # behind transparent pictures and around what does not fill the frame
    loop: bool = True  # plays again and again
    fps: float = 25.0
    icon: IconStyle | None = None  # colours and tile of an icon, which is crisp at any size


def format_for(path: Path, *, format: str = "") -> Format:
    """The format that a path asks for by its ending; a folder means frames. Raises RequestError, listing them."""
    if format:
        if format in NAMES:
            return format
        raise RequestError(f"There is no film format “{format}”. There are: {', '.join(NAMES)}.")
    ending = path.suffix.casefold()
    if ending == ".apng":
        return "apng"
    for known, suffix in SUFFIXES.items():
        if ending == suffix:
            return known
    endings = ", ".join([*SUFFIXES.values(), ".apng"])
    raise RequestError(f"“{path.name}” names no film: its ending can be {endings}, or a folder for PNG frames.")


def frame_rate(format: Format, fps: float) -> float:
    """The rate that results: GIF counts in hundredths of a second, two of them at least."""
    return 100.0 / _hundredths(fps) if format == "gif" else fps


def durations(format: Format, fps: float, count: int) -> list[float]:
    """Milliseconds of each frame. AVIF counts in whole ones, which differ by one so that none is lost over time."""
    if format == "gif":
        return [10.0 * _hundredths(fps)] * count
    if format == "avif":
        ends = [round(1000.0 * number / fps) for number in range(count + 1)]
        return [float(max(1, after - before)) for before, after in pairwise(ends)]
    return [1000.0 / fps] * count


def notes(options: FilmOptions) -> list[str]:
    """Sentences on what the format makes of the wishes."""
    said = []
    rate = frame_rate(options.format, options.fps)
    if abs(rate - options.fps) > 0.005 * options.fps:
        said.append(f"GIF counts in hundredths of a second: {options.fps:g} frames a second become {rate:.4g}.")
    if options.format == "avif" and not options.loop:
        said.append("An AVIF film always plays again and again; choose another format for one that ends.")
    return said


def check_format(format: Format) -> None:
    """Raise RequestError where this machine cannot write it. MP4 is looked at by film_video.py."""
    if format in ("webp", "avif") and not features.check(format):
        other = "APNG" if format == "webp" else "WebP"
        raise RequestError(f"The Pillow library here cannot write {NAMES[format]} films. Choose {other}, for example.")


def check(options: FilmOptions, shape: tuple[int, int, int], frames: int) -> None:
    """Raise RequestError where a film of frames (H, W, C) cannot be made like this."""
    check_format(options.format)
    if options.size < 0 or options.size > MAX_SIDE:
        raise RequestError(f"A film can be {MAX_SIDE:,} pixels wide and high; {options.size:,} were asked for.")
    width, height = frame_size(shape, options)
    if max(width, height) > MAX_SIDE:
        raise RequestError(f"A film can be {MAX_SIDE:,} pixels wide and high; this one would be {width} × {height}.")
    if options.format == "svg" and frames > MAX_SVG_FRAMES:
        raise RequestError(
            f"An SVG animation can hold {MAX_SVG_FRAMES:,} frames; this film has {frames:,}. "
            "Choose fewer frames a second, or another format."
        )
    held = frames * width * height * (1 if options.format == "gif" else shape[2])
    if options.format in ("gif", "apng") and held > MAX_HELD_BYTES:
        raise RequestError(
            f"{frames:,} frames of {width} × {height} are too many for {NAMES[options.format]}. "
            "Choose fewer or smaller ones, or WebP."
        )


# -- frames --------------------------------------------------------------------------------------------------------


def frame_size(shape: tuple[int, int, int], options: FilmOptions) -> tuple[int, int]:
    """Width and height of the film's frames. H.264 takes even numbers only."""
    height, width, _ = shape
    if options.size:
        longer = max(width, height)
        width, height = (max(1, round(side * options.size / longer)) for side in (width, height))
    return (width + width % 2, height + height % 2) if options.format == "mp4" else (width, height)


def presented(frame: Pixels, options: FilmOptions) -> Pixels:
    """One drawn frame (H, W, C) as the film shows it, (height, width, 1, 3 or 4): opaque where it has to be."""
    width, height = frame_size((frame.shape[0], frame.shape[1], frame.shape[2]), options)
    if options.icon is not None:
        styled = icon_frame(frame, options.icon, min(width, height))
        return _padded(_plain(_opaque(styled, options)), width, height, options)
    frame = _opaque(frame, options)
    if (frame.shape[1], frame.shape[0]) == (width, height):
        return frame
    return _padded(_scaled(frame, width, height, options), width, height, options)


def _opaque(frame: Pixels, options: FilmOptions) -> Pixels:
    if frame.shape[2] != 4 or (options.background is None and options.format in WITH_ALPHA):
        return frame
    alpha = frame[..., 3:].astype(np.uint32)
    behind = np.array(options.background or (WHITE if options.icon else BLACK), np.uint32)
    mixed: Pixels = ((frame[..., :3] * alpha + behind * (255 - alpha) + 127) // 255).astype(np.uint8)
    return mixed


def _plain(frame: Pixels) -> Pixels:
    """Grey where that is all there is in it: a GIF then keeps every level."""
    is_grey = frame.shape[2] == 3 and bool((frame == frame[..., :1]).all())
    return frame[..., :1] if is_grey else frame


def _scaled(frame: Pixels, width: int, height: int, options: FilmOptions) -> Pixels:
    """As large as fits: by a whole factor and crisp, or smoothly; what is made smaller is always smooth."""
    wide, high = frame.shape[1], frame.shape[0]
    factor = min(width // wide, height // high)
    if not options.size or (factor >= 1 and not options.smooth):
        return frame if factor < 2 else frame.repeat(factor, axis=0).repeat(factor, axis=1)
    share = min(width / wide, height / high)
    fitting = (max(1, round(wide * share)), max(1, round(high * share)))
    return from_image(to_image(frame).resize(fitting, Image.Resampling.LANCZOS))


def _padded(frame: Pixels, width: int, height: int, options: FilmOptions) -> Pixels:
    down, across = height - frame.shape[0], width - frame.shape[1]
    if not down and not across:
        return frame
    colour = options.background or (0, 0, 0)
    if frame.shape[2] == 1 and len(set(colour)) > 1:
        frame = frame.repeat(3, axis=2)
    ground = {1: colour[:1], 3: colour, 4: (0, 0, 0, 0)}[frame.shape[2]]
    canvas = np.empty((height, width, frame.shape[2]), np.uint8)
    canvas[:] = ground
    top, left = down // 2, across // 2
    canvas[top : top + frame.shape[0], left : left + frame.shape[1]] = frame
    return canvas


def to_image(frame: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(frame[..., 0] if frame.shape[2] == 1 else frame))


def from_image(image: Image.Image) -> Pixels:
    return np.atleast_3d(np.asarray(image))


def _hundredths(fps: float) -> int:
    return max(2, round(100.0 / fps))
