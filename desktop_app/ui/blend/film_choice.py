"""What the film dialog asks, as values: formats and what they are good for, sizes, and what will come out."""

from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.errors import RequestError
from desktop_app.engine.packages import Package
from desktop_app.studio import film_video
from desktop_app.studio.film_icon import is_opaque
from desktop_app.studio.film_options import (
    SUFFIXES,
    WITH_ALPHA,
    FilmOptions,
    Format,
    check_format,
    frame_rate,
    frame_size,
    notes,
)
from desktop_app.studio.icon_style import IconStyle

FORMATS: tuple[tuple[Format, str], ...] = (
    ("gif", "Plays everywhere. Up to 256 colours, which is all there is in a grey picture."),
    ("apng", "Every pixel as drawn, in browsers and many viewers."),
    ("webp", "Every pixel as drawn, smaller than APNG, in all browsers."),
    ("avif", "The smallest file, with slight losses, in newer browsers."),
    ("mp4", "For video players and editing. Slight losses."),
    ("frames", "A folder with a PNG for each frame, for editing elsewhere."),
)
OF_ICONS: tuple[tuple[Format, str], ...] = (
    ("svg", "Outlines that move, sharp at every size. For web pages: plays in all browsers, by itself."),
    *FORMATS,
)
FACTORS = (1, 4, 8, 16)
SIDES = (512, 1080)
ICON_SIDES = (128, 256, 512, 1024, 2048)
SVG_FRAME_BYTES = 950  # of an outline, as measured
RATES = (10.0, 12.0, 15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0)
Shape = tuple[int, int, int]  # height, width, channels of a drawn frame


@dataclass(frozen=True)
class FilmChoice:
    path: Path
    options: FilmOptions
    with_recipe: bool = True
    overwrite: bool = False


def shape_of(package: Package) -> Shape:
    """Of a frame as drawn. Only packages that draw are walked through."""
    picture = package.manifest.picture
    assert picture is not None
    return picture.height, picture.width, picture.channels


def frame_shape(package: Package, format: Format) -> Shape:
    """Of what a film is given frame by frame: pictures, or the fields of icons."""
    icons = package.manifest.icons
    return (icons.side, icons.side, 1) if format == "svg" and icons is not None else shape_of(package)


def shown_shape(package: Package, icon: IconStyle | None) -> Shape:
    """As shape_of, with the channels that an icon has in its colours."""
    height, width, channels = shape_of(package)
    return (height, width, channels) if icon is None else (height, width, 3 if is_opaque(icon) else 4)


def formats_of(package: Package) -> tuple[tuple[Format, str], ...]:
    return FORMATS if package.manifest.icons is None else OF_ICONS


def why_not(format: Format) -> str:
    """Why a format cannot be written here, and what can instead; empty where it can."""
    try:
        check_format(format)
    except RequestError as error:
        return error.message
    return film_video.absence() if format == "mp4" else ""


def sizes(shape: Shape, *, icons: bool = False) -> list[tuple[str, int]]:
    """The presets as words and pixels of the longer side; 0 is as drawn."""
    if icons:
        return [(f"{side} × {side}", side) for side in ICON_SIDES]
    longer = max(shape[:2])
    found = [(f"×{factor}  ({_across(shape, longer * factor)})", longer * factor) for factor in FACTORS]
    found = [(words if side != longer else f"As drawn  ({_across(shape, 0)})", side) for words, side in found]
    kept = [(words, 0 if side == longer else side) for words, side in found if side <= 4096]
    return kept + [(f"{side} pixels", side) for side in SIDES if side > longer]


def _across(shape: Shape, side: int) -> str:
    width, height = frame_size(shape, FilmOptions("apng", size=side))
    return f"{width} × {height}"


def summary(shape: Shape, options: FilmOptions, frames: int) -> str:
    """What comes out: pixels, frames, seconds."""
    width, height = frame_size(shape, options)
    seconds = frames / frame_rate(options.format, options.fps)
    if options.format == "svg":
        return f"Any size · {frames:,} frames · {seconds:.2f} s · about {max(1, frames * SVG_FRAME_BYTES // 1000)} kB"
    return f"{width} × {height} pixels · {frames:,} frames · {seconds:.2f} s"


def remarks(shape: Shape, options: FilmOptions) -> list[str]:
    """Sentences on what is not quite as asked for."""
    border = padding(shape, options)
    said = notes(options)
    if border is not None:
        inner = f"{border[0]} × {border[1]}"
        said.append(
            f"The picture takes {inner} of it, so that all its pixels are alike; the background fills the rest."
        )
    return said


def padding(shape: Shape, options: FilmOptions) -> tuple[int, int] | None:
    """Width and height of the picture in the frame, where it does not fill it."""
    width, height = frame_size(shape, options)
    factor = min(width // shape[1], height // shape[0])
    if not options.size:
        factor = 1
    if options.smooth or factor < 1 or options.icon is not None:
        return None
    inner = (shape[1] * factor, shape[0] * factor)
    return inner if inner != (width, height) else None


def needs_background(shape: Shape, options: FilmOptions) -> bool:
    """Something of the background can be seen."""
    return shape[2] == 4 or padding(shape, options) is not None


def may_be_clear(shape: Shape, options: FilmOptions) -> bool:
    return shape[2] == 4 and options.format in WITH_ALPHA


def with_suffix(name: str, format: Format) -> str:
    """A file name with the ending of its format; a folder of frames has none."""
    suffix = SUFFIXES.get(format, "")
    for known in (*SUFFIXES.values(), ".apng"):
        if name.casefold().endswith(known):
            name = name[: -len(known)]
    return name + suffix


def free_name(folder: Path, name: str, format: Format) -> str:
    """The name itself, or the first with a number behind it that is not taken in the folder."""
    free, number = name, 2
    while (folder / with_suffix(free, format)).exists():
        free = f"{name}-{number}"
        number += 1
    return free
