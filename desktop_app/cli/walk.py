"""`maquette walk`: the way through key frames as a film, the same frame for frame as the window's.

The engine draws the next frames while those before are written; a film appears under its name when it is whole.
"""

import argparse
import dataclasses
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageColor

from desktop_app.cli import asking, drawing
from desktop_app.cli.printing import ProgressLine, print_json, tell
from desktop_app.cli.sample import class_number
from desktop_app.cli.walk_icons import icon_key, remarks
from desktop_app.engine.errors import RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Find, Found, Place, Progress
from desktop_app.studio import film_video, own_icon, recipe
from desktop_app.studio.film import Film, refuse_existing
from desktop_app.studio.film_options import NAMES, Colour, FilmOptions, check, format_for, frame_rate, notes
from desktop_app.studio.film_recipe import make_film_recipe
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.pacing import Paced, Pacing
from desktop_app.studio.sheet import SheetState, design_at
from desktop_app.studio.walk import Easing, Key, Walk, default_frames, frame_designs, pauses, ways
from desktop_app.studio.walk import check as check_walk

EASING_WORDS: dict[str, Easing] = {
    "linear": "linear",
    "smooth": "smooth",
    "ease-in": "ease in",
    "ease-out": "ease out",
    "hold": "hold",
}
RECIPES = (".png", ".svg")  # pictures that hold a recipe
_SEED = re.compile(r"(\d{1,10})(?::(\d{1,16}))?(?::(.+))?")


@dataclass(frozen=True)
class Report:
    package: str
    out: Path
    format: str
    keys: int
    frames: int
    fps: float  # as the format can count it
    film_seconds: float
    loop: bool
    unevenness: float | None  # largest step over the mean, where the pace is even
    notes: tuple[str, ...]
    seconds: float  # all of it, the engine running already
    frames_per_second: float
    engine_frames_per_second: float  # drawing and carrying them over, without the film
    device: Device


def run(options: argparse.Namespace) -> int:
    package = asking.library().find(options.package)
    film, out = _film_options(options, package)
    drawing.shape_of(package)
    refuse_existing(out, film, overwrite=options.overwrite)
    if film.format == "mp4" and (absence := film_video.absence()):
        raise RequestError(absence)
    with asking.engine(options.device, options.threads) as jobs:
        device = asking.describe_device(jobs)
        try:
            report = _make(options, package, film, out, jobs, device)
        except (KeyboardInterrupt, SystemExit):
            tell("")
            print("Stopped. No film was written.", file=sys.stderr)
            raise
    if options.json:
        print_json(dataclasses.asdict(report))
    else:
        _print(report)
    return 0


def _make(
    options: argparse.Namespace, package: Package, film: FilmOptions, out: Path, jobs: JobQueue, device: Device
) -> Report:
    started, clock = time.perf_counter(), asking.Clock()
    walk, frames = _walk(options, _keys(options, package, jobs))
    check(film, drawing.shape_of(package), frames)
    paced = _paced(walk, frames, package, jobs, clock) if options.even else None
    clock.seconds = 0.0
    designs = frame_designs(walk, frames, times=paced.times if paced else None)
    shape, draw = drawing.frames_of(package, film.format)
    made = make_film_recipe(package, walk, frames, film, device, times=paced.times if paced else ())
    with Film(
        out,
        film,
        shape=shape,
        frames=frames,
        made=None if options.no_recipe else made,
        frame_recipe=lambda number: recipe.make_recipe(package, designs[number], device),
        overwrite=options.overwrite,
    ) as written:
        line = ProgressLine()
        for first, _, pixels in draw(jobs, package, designs, clock):
            for frame in pixels:
                written.add(frame)
            line.tell("Drawing", first + len(pixels), frames)
        line = ProgressLine()
        written.finish(lambda done, total: line.tell(f"Writing {NAMES[film.format]}", done, total))
    tell("")
    seconds = time.perf_counter() - started
    rate = frame_rate(film.format, film.fps)
    said = [*notes(film), pauses(walk), paced.sentence if paced else ""]
    said += remarks(options, package.manifest.icons) if package.manifest.icons is not None else []
    return Report(
        package=package.name,
        out=out,
        format=film.format,
        keys=len(walk.keys),
        frames=frames,
        fps=rate,
        film_seconds=frames / rate,
        loop=walk.loop,
        unevenness=paced.unevenness if paced else None,
        notes=tuple(sentence for sentence in said if sentence),
        seconds=seconds,
        frames_per_second=frames / seconds,
        engine_frames_per_second=frames / clock.seconds if clock.seconds else 0.0,
        device=device,
    )


# -- what is asked for ---------------------------------------------------------------------------------------------


def _film_options(options: argparse.Namespace, package: Package) -> tuple[FilmOptions, Path]:
    """The film and its path. Raises RequestError."""
    makes_icons = package.manifest.icons is not None
    out = Path(options.out)
    is_folder = options.out.endswith(("/", os.sep)) or (out.is_dir() and options.format is None)
    wish = {"png": "frames", None: "frames" if is_folder else ""}.get(options.format, options.format)
    film = FilmOptions(
        format=format_for(out, format=wish),
        size=options.size,
        smooth=options.smooth,
        background=_colour(options.background),
        loop=options.loop,
        fps=options.fps,
        icon=IconStyle() if makes_icons else None,
    )
    if film.format == "svg" and not makes_icons:
        raise RequestError(f"“{package.manifest.title}” draws no icons, so there are no outlines for an SVG animation.")
    if options.style and not makes_icons:
        raise RequestError(f"“{package.manifest.title}” has no styles. Leave --style out.")
    return film, out


def _colour(wish: str | None) -> Colour | None:
    if wish is None:
        return None
    try:
        red, green, blue = ImageColor.getrgb(wish)[:3]
    except ValueError:
        raise RequestError(f"“{wish}” is no colour. Say a name, as white, or #rrggbb.") from None
    return red, green, blue


def _walk(options: argparse.Namespace, designs: list[Design]) -> tuple[Walk, int]:
    """The walk and the number of its frames. Raises RequestError where it makes no film."""
    easing = EASING_WORDS[options.easing or ("linear" if options.curve == "spline" else "smooth")]

    def lasting(seconds: float) -> Walk:
        keys = tuple(Key(design, seconds, easing) for design in designs)
        return Walk(keys, options.loop, options.curve, options.even, options.fps)

    walk = lasting(options.seconds)
    if options.frames is not None:
        check_walk(walk, options.frames)
        steps = options.frames if options.loop else options.frames - 1
        walk = lasting(steps / options.fps / ways(walk))
    frames = default_frames(walk) if options.frames is None else options.frames
    check_walk(walk, frames)
    return walk, frames


def _keys(options: argparse.Namespace, package: Package, jobs: JobQueue) -> list[Design]:
    words = [word for words in options.keys for word in ([words] if Path(words).is_file() else words.split(","))]
    designs = [_key(word.strip(), options, package) for word in words if word.strip()]
    return designs + [_found(path, options, package, jobs) for path in options.encode]


def _key(word: str, options: argparse.Namespace, package: Package) -> Design:
    """A seed, a design of a sheet, or a picture with its recipe. Raises RequestError, FileError or RecipeError."""
    if package.manifest.icons is not None and Path(word).suffix.casefold() not in RECIPES:
        return icon_key(word, options, package)
    said = _SEED.fullmatch(word)
    if said and not Path(word).is_file():
        seed, index, label = int(said[1]), int(said[2] or 0), said[3]
        if seed >= 2**32 or index > 2**53:
            raise RequestError(
                f"The key “{word}” names a seed above 4294967295, or a design beyond the end of its sheet."
            )
        manifest = package.manifest
        truncation = manifest.defaults.truncation if options.truncation is None else options.truncation
        label = class_number(package, options.class_ if label is None else label)
        return design_at(SheetState(package.name, seed, label, truncation), index, len(manifest.classes))
    if not Path(word).exists() and not word.casefold().endswith(".png"):
        raise RequestError(
            f"“{word}” is no key frame. Say a seed (7), a design (7:12), or a PNG picture with a recipe."
        )
    made = recipe.read_recipe(Path(word))
    if made.package != package.name:
        raise RequestError(
            f"“{word}” was made by “{made.package}”; all key frames of this walk come from “{package.name}”."
        )
    return made.design


def _found(path: Path, options: argparse.Namespace, package: Package, jobs: JobQueue) -> Design:
    """The design nearest to a picture of the designer's own. Raises FileError, RequestError."""
    fitted, found, line = own_icon.fitted(path, package.manifest), None, ProgressLine()
    for update in asking.run_request(jobs, Find(package.ref, fitted, options.rounds)):
        if isinstance(update, Progress):
            line.tell(f"Finding “{path.name}”", update.done, update.total)
        elif isinstance(update, Found):
            found = update
    tell("")
    if found is None:
        raise StudioError(f"The engine found no place for “{path.name}”.")
    if not options.json:
        print(f"“{path.name}” was found by {found.how}, {found.error:.1f} of 255 off.", file=sys.stderr)
    return Design(0, 0, place=Place(vector=found.vector, source=path.name))


# -- drawing -------------------------------------------------------------------------------------------------------


def _paced(walk: Walk, frames: int, package: Package, jobs: JobQueue, clock: asking.Clock) -> Paced:
    pacing = Pacing(walk, frames)
    while designs := pacing.wanted():
        tell(f"Even pace: look {pacing.looks + 1} at {len(designs):,} pictures")
        for _, _, pixels in drawing.pictures(jobs, package, designs, clock):
            pacing.take(pixels)
    return pacing.result()


def _print(report: Report) -> None:
    where = "in" if report.format == "frames" else "as"
    print(
        f"{report.frames:,} frames of {report.package} written {where} “{report.out}” in {report.seconds:.2f} s: "
        f"{report.film_seconds:.2f} s at {report.fps:g} a second{', looped' if report.loop else ''}."
    )
    if report.unevenness is not None:
        print(f"The largest step is {report.unevenness:.2f} times the mean one.")
    for note in report.notes:
        print(note)
