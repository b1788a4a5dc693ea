"""The part “blend” of `maquette bench`: a hand on the pad, a walk against PyTorch, films, and memory."""

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from desktop_app.bench_rows import Row, in_turns, milliseconds, percentile_95
from desktop_app.cli import asking, drawing
from desktop_app.cli.printing import tell
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device
from desktop_app.studio import film_video
from desktop_app.studio.film import Film
from desktop_app.studio.film_options import NAMES, SUFFIXES, FilmOptions
from desktop_app.studio.film_recipe import make_film_recipe
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.model_card import megabytes
from desktop_app.studio.sheet import SheetState, design_at
from desktop_app.studio.walk import Key, Walk, frame_designs

VIEW_MS, LATTICE_MS = 16.7, 50.0  # 95th percentiles, expected at most
GROWTH = 0.05  # expected at most
WALK_KEYS, WALK_FRAMES = 8, 512
FILM_FRAMES, FILM_SIZE = 250, 256

Probe = Callable[..., dict[str, Any]]


def drags(package: Package, probe: Probe) -> Iterator[Row]:
    """From hand to picture, in a window of its own."""
    tell(f"Measuring a hand on the pad of {package.name}…")
    found = probe("drag", "--package", package.name)
    side = found["lattice"]
    for what, key, limit in (
        ("pin dragged to picture", "view_ms", VIEW_MS),
        (f"anchor dragged to {side} × {side} thumbnails", "lattice_ms", LATTICE_MS),
    ):
        values: list[float] = found[key]
        met = percentile_95(values) < limit
        figures = {"package": package.name, "milliseconds": values}
        yield Row(f"{package.name}: {what}", f"95 % below {limit} ms", milliseconds(values), met, figures)


def long_drag(package: Package, probe: Probe) -> Row:
    tell("Measuring a long drag…")
    found = probe("long-drag", "--package", package.name)
    grown = {
        part: found["after"][part] / max(found["before"][part], 1) - 1 for part in ("window_bytes", "engine_bytes")
    }
    reached = ", ".join(
        f"{part.removesuffix('_bytes')} {megabytes(found['before'][part])} and {share:+.1%}"
        for part, share in grown.items()
    )
    what = f"memory over {found['positions']:,} dragged positions"
    return Row(what, "grows less than 5 %", reached, max(grown.values()) < GROWTH, {**found, "growth": grown})


def walk(jobs: JobQueue, package: Package, device: Device, rival: Any, *, rounds: int, turn_s: float) -> Row:
    """Frames a second of a walk through the engine's process, in turns with PyTorch."""
    what = f"{package.name}: a walk, {device.threads} threads"
    ours_for = partial(_walk_for, jobs, package)
    return in_turns(what, "frames", ours_for, rival, rounds=rounds, turn_s=turn_s, word="walk", package=package.name)


def _walk_of(package: Package) -> Walk:
    classes = len(package.manifest.classes)
    sheet = SheetState(package.name, seed=1)
    return Walk(tuple(Key(design_at(sheet, number, classes)) for number in range(WALK_KEYS)))


def _walk_for(jobs: JobQueue, package: Package, seconds: float) -> float:
    """Frames a second, their designs made and their pixels arriving here."""
    way, frames = _walk_of(package), 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds or not frames:
        designs = frame_designs(way, WALK_FRAMES)
        for _, _, pixels in drawing.pictures(jobs, package, designs, asking.Clock()):
            frames += len(pixels)
    return frames / elapsed


def films(jobs: JobQueue, package: Package, device: Device) -> Row:
    """Frames a second of whole films, drawn and written, each format that can be written here."""
    rates: dict[str, float] = {}
    sizes: dict[str, int] = {}
    absent = ""
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        for format in NAMES:
            if format == "svg":
                continue  # of icons alone
            if format == "mp4" and film_video.absence():
                absent = "; MP4: no encoder here"
                continue
            tell(f"Measuring {NAMES[format]} films…")
            options = FilmOptions(format, size=FILM_SIZE)
            path = Path(folder) / f"film{SUFFIXES.get(format, '')}"
            started = time.perf_counter()
            _write(jobs, package, device, options, path)
            rates[format] = FILM_FRAMES / (time.perf_counter() - started)
            sizes[format] = sum(f.stat().st_size for f in (path.iterdir() if path.is_dir() else [path]))
    reached = ", ".join(f"{NAMES[format]} {rate:,.0f}" for format, rate in rates.items())  # type: ignore[index]
    figures = {"package": package.name, "frames": FILM_FRAMES, "per_second": rates, "bytes": sizes}
    what = f"{package.name}: films of {FILM_SIZE} × {FILM_SIZE}"
    return Row(what, "", f"{reached} frames/s{absent}", None, figures)


def _write(jobs: JobQueue, package: Package, device: Device, options: FilmOptions, path: Path) -> None:
    way = _walk_of(package)
    made = make_film_recipe(package, way, FILM_FRAMES, options, device)
    with Film(path, options, shape=drawing.shape_of(package), frames=FILM_FRAMES, made=made) as film:
        for _, _, pixels in drawing.pictures(jobs, package, frame_designs(way, FILM_FRAMES), asking.Clock()):
            for frame in pixels:
                film.add(frame)
        film.finish()
