"""Icons measured: from words to files, the first sheet after a key press, and the tracing beside another tracer."""

import io
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import vtracer  # type: ignore[import-untyped]
from PIL import Image

from desktop_app.bench_rows import Row, in_turns, milliseconds
from desktop_app.cli import asking
from desktop_app.cli.printing import tell
from desktop_app.engine.errors import StudioError
from desktop_app.engine.fields import coverage_of
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import (
    Design,
    Device,
    Fields,
    Latents,
    Pixels,
    Place,
    Prompt,
    ReadLatents,
    Sample,
    Trace,
)
from desktop_app.studio import svg_reading
from desktop_app.studio.icon_look import IconLook, icon_document
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.svg_drawing import draw
from desktop_app.studio.vector import icon_field_of

SHEET = 12  # designs of a first sheet
SHEETS, SHEET_MS = 25, 150.0
PART = 96  # designs in one request of many
TRACED, SIDE = 100, 512  # icons that both tracers get; pixels a side at which they are compared
DRAWN = 768  # pixels a side at which a real icon is drawn for its field
EXPECTED = "IoU 0.985, 1.5 kB, 10 ms"
OVERLAP, KILOBYTES, TRACE_MS = 0.985, 1.5, 10.0

RivalOf = Callable[[Package, int], AbstractContextManager[Any]]
_seeds = itertools.count(1)  # no design is asked for twice


def rows(
    jobs: JobQueue,
    package: Package,
    device: Device,
    *,
    rival_of: RivalOf,
    rounds: int,
    turn_s: float,
    folder: Path | None = None,
) -> Iterator[Row]:
    """folder: of real icons as SVG, which are traced as well."""
    tell(f"Measuring {package.name}…")
    yield words_to_files(jobs, package, seconds=rounds * turn_s)
    yield first_sheet(jobs, package, device)
    with rival_of(package, device.threads) as rival:
        turns = partial(in_turns, rival=rival, rounds=rounds, turn_s=turn_s)
        what = f"{package.name}: {device.threads} threads, {SHEET} at once"
        yield turns(f"{what}, noise to latents", "icons", partial(_latents_for, jobs, package), word="flow")
        yield turns(f"{what}, latents to fields", "icons", _decoding(jobs, package), word="decoder")
        yield turns(f"{what}, noise to fields", "icons", partial(_fields_for, jobs, package), word="both")
    yield tracing("samples", _samples(jobs, package))
    if folder is not None:
        yield tracing(f"icons of “{folder.name}”", _real(folder))


def _designs(package: Package, count: int) -> tuple[Design, ...]:
    """Designs of words that come in turn, other ones at each call."""
    icons = package.manifest.icons
    assert icons is not None
    seed = next(_seeds)
    words = icons.words or ("",)
    prompt = Prompt((words[seed * 7 % len(words)],), icons.styles[0] if icons.styles else "", "", icons.guidance)
    return tuple(Design(seed, i, prompt=prompt) for i in range(count))


# -- the program ---------------------------------------------------------------------------------------------------


def words_to_files(jobs: JobQueue, package: Package, *, seconds: float) -> Row:
    """Icons a second from words to whole SVG documents: flow, decoder, the way between processes, tracing."""
    started, made = time.perf_counter(), 0
    while not made or time.perf_counter() - started < seconds:
        for field in _traced(jobs, package, _designs(package, PART)):
            made += _document(field) is not None
    rate = made / (time.perf_counter() - started)
    return Row(f"{package.name}: words to SVG", "", f"{rate:,.0f} icons/s", None, {"icons_per_second": rate})


def first_sheet(jobs: JobQueue, package: Package, device: Device) -> Row:
    """From the request that a key press makes to the last pixel of twelve icons of words not seen before."""
    took = []
    for _ in range(SHEETS + 2):
        started = time.perf_counter()
        for _ in asking.run_request(jobs, Sample(package.ref, _designs(package, SHEET))):
            pass
        took.append(1000 * (time.perf_counter() - started))
    ours = took[2:]  # the graphs are opened by then
    what = f"{package.name}: first sheet of {SHEET} after a key press, {device.threads} threads"
    met = median(ours) < SHEET_MS
    return Row(what, f"below {SHEET_MS:.0f} ms", milliseconds(ours), met, {"milliseconds": ours})


def _traced(jobs: JobQueue, package: Package, designs: tuple[Design, ...]) -> Iterator[Any]:
    for update in asking.run_request(jobs, Trace(package.ref, designs)):
        if isinstance(update, Fields):
            yield from update.fields


def _latents(jobs: JobQueue, package: Package, designs: tuple[Design, ...]) -> list[Any]:
    updates = asking.run_request(jobs, ReadLatents(package.ref, designs))
    return [vector for update in updates if isinstance(update, Latents) for vector in update.vectors]


def _for(ask: Callable[[], int], seconds: float) -> float:
    """Icons a second."""
    started, made = time.perf_counter(), 0
    while not made or time.perf_counter() - started < seconds:
        made += ask()
    return made / (time.perf_counter() - started)


def _latents_for(jobs: JobQueue, package: Package, seconds: float) -> float:
    return _for(lambda: len(_latents(jobs, package, _designs(package, SHEET))), seconds)


def _fields_for(jobs: JobQueue, package: Package, seconds: float) -> float:
    return _for(lambda: len(list(_traced(jobs, package, _designs(package, SHEET)))), seconds)


def _decoding(jobs: JobQueue, package: Package) -> Callable[[float], float]:
    """Of latents a little beside known ones, other ones each time: the engine remembers fields."""
    vectors = np.stack(_latents(jobs, package, _designs(package, SHEET)))

    def ask() -> int:
        moved = vectors + 1e-5 * next(_seeds)
        places = tuple(Design(0, 0, place=Place(vector=tuple(vector.tolist()))) for vector in moved)
        return len(list(_traced(jobs, package, places)))

    return partial(_for, ask)


# -- tracing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Icon:
    field: Any  # (64, 64) float32, what both tracers know
    truth: Pixels  # (SIDE, SIDE) uint8, ink


@dataclass
class Tracer:
    name: str
    seconds: list[float]
    sizes: list[int]  # bytes
    overlaps: list[float]

    def __str__(self) -> str:
        return (
            f"{self.name} IoU {median(self.overlaps):.4f}, {median(self.sizes) / 1000:.2f} kB, "
            f"{1000 * median(self.seconds):.1f} ms"
        )


def tracing(what: str, icons: Iterator[Icon]) -> Row:
    """Medians over icons: how true the outline is at 512 pixels, how large the file, how long it took, one thread."""
    ours, theirs = Tracer("", [], [], []), Tracer("vtracer", [], [], [])
    for icon in icons:
        image = Image.fromarray(255 - coverage_of(icon.field, SIDE))
        for tracer, trace in ((ours, partial(_document, icon.field)), (theirs, partial(_vtraced, image))):
            started = time.perf_counter()
            text = trace()
            seconds = time.perf_counter() - started
            if text is None:
                break
            tracer.seconds.append(seconds)
            tracer.sizes.append(len(text.encode()))
            tracer.overlaps.append(_overlap(draw(text, SIDE, SIDE)[..., 3], icon.truth))
    if not ours.sizes:
        return Row(f"tracing {what}", EXPECTED, "nothing to trace", None, {})
    met = (
        median(ours.overlaps) >= OVERLAP
        and median(ours.sizes) <= 1000 * KILOBYTES
        and 1000 * median(ours.seconds) <= TRACE_MS
    )
    figures = {tracer.name or "ours": vars(tracer) for tracer in (ours, theirs)}
    return Row(f"tracing {len(ours.sizes):,} {what}", EXPECTED, f"{str(ours).strip()}; {theirs}", met, figures)


def _document(field: Any) -> str | None:
    """None for what came out blank or full."""
    try:
        return icon_document(field, IconLook())
    except StudioError:
        return None


def _vtraced(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "BMP")
    text: str = vtracer.convert_raw_image_to_svg(buffer.getvalue(), img_format="bmp", colormode="binary")
    return text


def _overlap(one: Pixels, other: Pixels) -> float:
    """Intersection over union of two masks."""
    a, b = one > 127, other > 127
    return float((a & b).sum() / max(1, (a | b).sum()))


def _samples(jobs: JobQueue, package: Package) -> Iterator[Icon]:
    for first in range(0, TRACED, SHEET):
        for field in _traced(jobs, package, _designs(package, min(SHEET, TRACED - first))):
            yield Icon(field, coverage_of(field, SIDE))


def _real(folder: Path) -> Iterator[Icon]:
    """Evenly spread over the folder; what cannot be read is passed over."""
    files = sorted(folder.rglob("*.svg"))
    if not files:
        raise StudioError(f"“{folder}” holds no SVG file. Choose a folder of icons.")
    for path in files[:: -(-len(files) // TRACED)]:
        try:
            clean = svg_reading.read(path)
            field = icon_field_of(svg_reading.drawn(clean, DRAWN)[..., 3])
            yield Icon(np.asarray(field), svg_reading.drawn(clean, SIDE)[..., 3])
        except StudioError:
            continue
