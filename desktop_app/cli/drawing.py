"""Pictures and fields of any number of designs, in requests small enough to wait for a slow disk."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from desktop_app.cli import asking
from desktop_app.engine.errors import RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Fields, Pictures, Pixels, Sample, Trace
from desktop_app.studio.film_options import Format
from desktop_app.studio.jobs import JobQueue

CHUNK, CHUNK_BYTES = 64, 16 * 2**20  # in one run of the graphs, at most
PART, PART_BYTES = 1024, 256 * 2**20  # in one request, at most: what can wait for the disk

Drawn = Iterator[tuple[int, tuple[Design, ...], Pixels]]


def shape_of(package: Package) -> tuple[int, int, int]:
    """Height, width, channels of one picture. Raises RequestError where it makes none."""
    picture = package.manifest.picture
    if picture is None or "sample" not in package.manifest.abilities:
        raise RequestError(f"“{package.manifest.title}” is not a generator, so it cannot be sampled.")
    return picture.height, picture.width, picture.channels


def pictures(jobs: JobQueue, package: Package, designs: Iterable[Design], clock: asking.Clock) -> Drawn:
    """Chunk by chunk, in order: the number of the first, the designs, (n, H, W, C). Raises StudioError."""
    height, width, channels = shape_of(package)
    size = height * width * channels
    chunk, part = max(1, min(CHUNK, CHUNK_BYTES // size)), max(1, min(PART, PART_BYTES // size))
    wanted, number = iter(designs), 0
    while asked := tuple(islice(wanted, part)):
        for update in asking.run_request(jobs, Sample(package.ref, asked, chunk), clock=clock):
            if isinstance(update, Pictures):
                some = asked[update.first : update.first + len(update.pixels)]
                yield number + update.first, some, update.pixels
        number += len(asked)


def fields(jobs: JobQueue, package: Package, designs: Iterable[Design], clock: asking.Clock) -> Drawn:
    """As `pictures`, of icons: (n, side, side, 1) float32."""
    wanted, number = iter(designs), 0
    while asked := tuple(islice(wanted, PART)):
        for update in asking.run_request(jobs, Trace(package.ref, asked, CHUNK), clock=clock):
            if isinstance(update, Fields):
                some = asked[update.first : update.first + len(update.fields)]
                yield number + update.first, some, update.fields[..., None]
        number += len(asked)


def frames_of(
    package: Package, format: Format
) -> tuple[tuple[int, int, int], Callable[[JobQueue, Package, Iterable[Design], asking.Clock], Drawn]]:
    """The shape of what a film is given frame by frame, and who draws it."""
    icons = package.manifest.icons
    return ((icons.side, icons.side, 1), fields) if format == "svg" and icons else (shape_of(package), pictures)
