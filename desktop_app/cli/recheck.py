"""`maquette recheck`: make pictures, icons and films again from their recipes, and say whether they are the same."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from desktop_app.cli import asking, drawing
from desktop_app.cli.printing import print_json
from desktop_app.engine.errors import Cancelled, PackageError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device, Fields, Pictures, Pixels, Sample, Trace
from desktop_app.studio import recipe, svg_film, svg_reading
from desktop_app.studio.film_reading import FilmDifference, compare_film, is_film, read_film_recipe
from desktop_app.studio.film_recipe import FilmRecipe
from desktop_app.studio.icon_look import IconLook, icon_document
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library
from desktop_app.studio.recipe import Recipe
from desktop_app.studio.svg_drawing import draw

Verdict = Literal["identical", "close", "different", "unknown"]
COMPARED = 256  # pixels a side at which two vectors are compared that are not written alike
_TITLE = re.compile(r"<title>[^<]*</title>")  # a name is the designer's
SMALL_TALK = 12  # characters of a hash that a person compares


@dataclass(frozen=True)
class Finding:
    file: Path
    verdict: Verdict
    difference: int | None = None  # the largest, of 255
    reason: str = ""
    frames: int | None = None  # of a film
    mean_difference: float | None = None  # of 255, where the format keeps no pixel exactly

    @property
    def sentence(self) -> str:
        which = f"{self.file}: " if self.frames is None else f"{self.file}: all {self.frames:,} frames "
        match self.verdict:
            case "identical":
                return f"{which}identical{self.reason and f' ({self.reason})'}"
            case "close" if self.mean_difference is not None:
                return f"{which}as near as the format keeps them, {self.mean_difference:.1f}/255 off on average"
            case "close":
                return f"{which}within 1/255{self.reason and f' ({self.reason})'}"
            case "different":
                return f"{self.file}: differs because {self.reason}"
            case "unknown":
                return f"{self.file}: cannot be rechecked. {self.reason}"


def run(options: argparse.Namespace) -> int:
    """0 where every file is identical or within 1/255, 1 otherwise; a bad file does not stop the others."""
    findings = []
    with asking.engine(options.device, options.threads) as jobs:
        for finding in _findings(options.files, jobs):
            findings.append(finding)
            if not options.json:
                print(finding.sentence, flush=True)
    if options.json:
        print_json({"findings": findings})
    return 0 if all(f.verdict in ("identical", "close") for f in findings) else 1


def _findings(files: list[Path], jobs: JobQueue) -> Iterator[Finding]:
    library = asking.library()
    for path in files:
        try:
            yield _recheck(path, library, jobs)
        except Cancelled:
            raise
        except StudioError as error:
            yield Finding(path, "unknown", reason=error.message)


def _recheck(path: Path, library: Library, jobs: JobQueue) -> Finding:
    """Raises StudioError where there is nothing to compare with."""
    if is_film(path):
        return _recheck_film(path, library, jobs)
    if path.suffix.lower() == ".svg":
        return _recheck_vector(path, library, jobs)
    kept, made = recipe.read_picture(path)
    package = _package(made, library)
    if package is None:
        return Finding(path, "different", reason=_no_package(made))
    again = _draw(package, made, jobs)
    word, difference = recipe.compare(kept, again)
    reason = _other_version(package, made)
    if word == "different":
        return Finding(path, "different", difference, reason or _cause(kept, again, made, jobs.state.device))
    return Finding(path, "close" if word == "close" else "identical", difference, reason and f"although {reason}")


def _recheck_vector(path: Path, library: Library, jobs: JobQueue) -> Finding:
    text, made = recipe.read_vector(path)
    package = _package(made, library)
    if package is None:
        return Finding(path, "different", reason=_no_package(made))
    reason, again = _other_version(package, made), _trace(package, made, jobs)
    if _TITLE.sub("", text) == _TITLE.sub("", again):
        return Finding(path, "identical", 0, reason and f"although {reason}")
    drawn = draw(svg_reading.read(path).text, COMPARED, COMPARED), draw(again, COMPARED, COMPARED)
    word, difference = recipe.compare(*drawn)
    if word == "different":
        return Finding(path, "different", difference, reason or _cause(*drawn, made, jobs.state.device))
    return Finding(path, "close", difference, reason and f"although {reason}")


def _recheck_film(path: Path, library: Library, jobs: JobQueue) -> Finding:
    made = read_film_recipe(path)
    package = _package(made, library)
    if package is None:
        return Finding(path, "different", reason=_no_package(made), frames=made.frames)
    if made.options.format == "mp4":
        reason = "Its recipe is whole, but MP4 keeps no pixel exactly, so there is nothing to compare."
        return Finding(path, "unknown", reason=reason)
    if made.options.format == "svg":
        return _recheck_outlines(path, made, package, jobs)
    again = (
        pixels for _, _, some in drawing.pictures(jobs, package, made.designs(), asking.Clock()) for pixels in some
    )
    found = compare_film(path, made, again)
    version = _other_version(package, made)
    if found.verdict == "different":
        reason = version or _film_cause(found, made, jobs.state.device)
        return Finding(path, "different", found.largest, reason, made.frames)
    mean = found.mean if found.verdict == "close" and found.largest > 1 else None
    return Finding(path, found.verdict, found.largest, version and f"although {version}", made.frames, mean)


def _recheck_outlines(path: Path, made: FilmRecipe, package: Package, jobs: JobQueue) -> Finding:
    drawn = drawing.fields(jobs, package, made.designs(), asking.Clock())
    paths = [svg_film.frame_path(field[..., 0]) for _, _, some in drawn for field in some]
    version = _other_version(package, made)
    if svg_film.document(paths, made.options, made) == path.read_text(encoding="utf-8"):
        return Finding(path, "identical", 0, version and f"although {version}", made.frames)
    edited = "the film or its recipe was edited after it was made: its outlines are others"
    cause = version or _engine_cause(made, jobs.state.device, "its outlines are others") or edited
    return Finding(path, "different", reason=cause, frames=made.frames)


def _film_cause(found: FilmDifference, made: FilmRecipe, device: Device | None) -> str:
    how = f"frame {found.frame + 1} is off by up to {found.largest}/255"
    return _engine_cause(made, device, how) or f"the film or its recipe was edited after it was made: {how}"


def _package(made: Recipe | FilmRecipe, library: Library) -> Package | None:
    try:
        return library.find(made.package)
    except PackageError:
        return None


def _no_package(made: Recipe | FilmRecipe) -> str:
    return f"the package “{made.package}” that made it is not here; import it with `maquette models import`"


def _trace(package: Package, made: Recipe, jobs: JobQueue) -> str:
    """The document of an icon, as its look says. Raises StudioError."""
    for update in asking.run_request(jobs, Trace(package.ref, (made.design,))):
        if isinstance(update, Fields):
            return icon_document(update.fields[0], made.icon or IconLook())
    raise StudioError(f"The engine drew nothing for a design of “{package.name}”.")


def _draw(package: Package, made: Recipe, jobs: JobQueue) -> Pixels:
    if made.icon is not None and made.icon.size:
        return draw(_trace(package, made, jobs), made.icon.size, made.icon.size)
    for update in asking.run_request(jobs, Sample(package.ref, (made.design,))):
        if isinstance(update, Pictures):
            pixels: Pixels = update.pixels[0]
            return pixels
    raise StudioError(f"The engine drew nothing for a design of “{package.name}”.")


def _other_version(package: Package, made: Recipe | FilmRecipe) -> str:
    if package.sha256 == made.package_sha256:
        return ""
    return (
        f"the package “{package.name}” here is another version than the one that made it "
        f"({package.sha256[:SMALL_TALK]} here, {made.package_sha256[:SMALL_TALK]} in the recipe)"
    )


def _cause(kept: Pixels, again: Pixels, made: Recipe, device: Device | None) -> str:
    """The likeliest reason where the package is the same: what is known is said, and no more."""
    if kept.shape != again.shape:
        return f"it is {_size(kept)} where its recipe gives {_size(again)}: it was resized or converted"
    off = np.abs(kept.astype(np.int16) - again.astype(np.int16))
    how = f"{np.mean(np.any(off > 0, axis=2)):.1%} of its pixels are off by up to {off.max()}/255"
    return _engine_cause(made, device, how) or f"the picture or its recipe was edited after it was made: {how}"


def _engine_cause(made: Recipe | FilmRecipe, device: Device | None, how: str) -> str:
    if device is not None and made.device and made.device != device.obtained:
        return f"it was made on {made.device.upper()} and made again on {device.obtained.upper()}: {how}"
    if device is not None and made.runtime and made.runtime != device.runtime:
        return f"it was made with ONNX Runtime {made.runtime} and made again with {device.runtime}: {how}"
    return ""


def _size(pixels: Pixels) -> str:
    height, width, channels = pixels.shape
    kind = {1: "grey", 3: "colour", 4: "colour with transparency"}.get(channels, f"{channels} channels")
    return f"{width} × {height} {kind}"
