"""`maquette dataset`: labelled pictures for other programs to learn from, as an image folder or as idx files.

What is there already is left alone, so the same command goes on where it was stopped, and ends with the same bytes.
A shard is a part of the indices; any number of machines can make one each. The same command without --shard, in a
folder that holds all of them, draws what is missing and finishes the data set.
"""

import argparse
import dataclasses
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.cli import asking, drawing
from desktop_app.cli.picture_writer import PictureWriter
from desktop_app.cli.printing import ProgressLine, print_json, tell
from desktop_app.cli.sample import class_number
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device
from desktop_app.studio import dataset
from desktop_app.studio.dataset import Dataset
from desktop_app.studio.dataset_folder import PictureFolder
from desktop_app.studio.dataset_idx import IdxFiles
from desktop_app.studio.jobs import JobQueue

Store = PictureFolder | IdxFiles


@dataclass(frozen=True)
class Report:
    package: str
    out: Path
    format: str
    count: int  # of the whole data set
    shard: str  # "2/8", or nothing
    drawn: int
    kept: int  # there already
    whole: bool
    labelled: bool
    seconds: float  # from the first look into the folder to the last file, the engine running already
    designs_per_second: float
    engine_designs_per_second: float  # drawing and carrying them over, without the files
    device: Device


def run(options: argparse.Namespace) -> int:
    package = asking.library().find(options.package)
    drawing.shape_of(package)
    labels = _labels(options, package)
    dataset.found(options.out)  # refuse what else is there before the engine starts
    with asking.engine(options.device, options.threads) as jobs:
        device = asking.describe_device(jobs)
        report = _make(options, package, _plan(options, package, device, labels), jobs, device)
    if options.json:
        print_json(dataclasses.asdict(report))
    else:
        _print(report, package)
    return 0


def _labels(options: argparse.Namespace, package: Package) -> tuple[int, ...]:
    """Class numbers, each once, in the order in which they were named. Raises RequestError."""
    words = [word.strip() for word in (options.classes or "").split(",")]
    numbers = [class_number(package, word) for word in words if word]
    return tuple(dict.fromkeys(number for number in numbers if number is not None))


def _plan(options: argparse.Namespace, package: Package, device: Device, labels: tuple[int, ...]) -> Dataset:
    default = package.manifest.defaults.truncation
    return dataset.plan(
        package,
        device,
        layout=options.format,
        count=options.count,
        seed=options.seed,
        truncation=default if options.truncation is None else options.truncation,
        labels=labels,
    )


def _make(options: argparse.Namespace, package: Package, planned: Dataset, jobs: JobQueue, device: Device) -> Report:
    started, clock = time.perf_counter(), asking.Clock()
    wanted = dataset.shard_of(planned.count, *options.shard) if options.shard else range(planned.count)
    drawn = write(jobs, package, planned, options.out, shard=wanted if options.shard else None, clock=clock)
    seconds = time.perf_counter() - started
    return Report(
        package=package.name,
        out=options.out,
        format=planned.layout,
        count=planned.count,
        shard="/".join(map(str, options.shard or ())),
        drawn=drawn,
        kept=len(wanted) - drawn,
        whole=not options.shard,
        labelled=bool(planned.classes),
        seconds=seconds,
        designs_per_second=drawn / seconds,
        engine_designs_per_second=drawn / clock.seconds if clock.seconds else 0.0,
        device=device,
    )


def write(
    jobs: JobQueue,
    package: Package,
    planned: Dataset,
    out: Path,
    *,
    shard: range | None = None,
    clock: asking.Clock | None = None,
) -> int:
    """Draw and write what is missing of a shard, or of the whole data set and finish it; how many that were.

    Raises StudioError. Stopped in between it says what is there.
    """
    dataset.begin(out, planned)
    store: Store = (PictureFolder if planned.layout == "folder" else IdxFiles)(out, planned)
    wanted = range(planned.count) if shard is None else shard
    try:
        drawn = _draw(jobs, package, planned, store, store.missing(wanted), clock or asking.Clock())
        if shard is None:
            dataset.finish(out, planned, store.finish())
            store.tidy()
    except (KeyboardInterrupt, SystemExit):
        _stopped(store, wanted)
        raise
    return drawn


def _draw(
    jobs: JobQueue, package: Package, planned: Dataset, store: Store, missing: Sequence[int], clock: asking.Clock
) -> int:
    """Draw these indices and write them; how many there were."""
    drawn, line = 0, ProgressLine()
    designs = (planned.design(index) for index in missing)
    with PictureWriter() as writer:
        for first, some, pixels in drawing.pictures(jobs, package, designs, clock):
            writer.put(store.writes(missing[first : first + len(some)], pixels))
            drawn += len(some)
            line.tell("Drawing", drawn, len(missing))
        writer.put(store.rest())
        writer.finish()
    tell("")
    return drawn


def _stopped(store: Store, wanted: range) -> None:
    """Write what is held back, and tell what is there."""
    for write in store.rest():
        write()
    tell("")
    there = f"{store.count(wanted):,} of {len(wanted):,} pictures are there"
    print(f"Stopped. {there}; the same command goes on from here.", file=sys.stderr)


def _print(report: Report, package: Package) -> None:
    print(
        f"{report.drawn:,} pictures of {report.package} written to “{report.out}” in {report.seconds:.2f} s: "
        f"{report.designs_per_second:,.0f} a second (the engine alone {report.engine_designs_per_second:,.0f})."
    )
    if report.kept:
        print(f"{report.kept:,} were there already and were left as they are.")
    if not report.labelled:
        print(f"“{package.manifest.title}” has no classes, so the pictures carry no labels.")
    if report.whole:
        print(f"The data set is whole: {report.count:,} pictures, told of in “{dataset.MANIFEST}”.")
    else:
        print(
            f"This was shard {report.shard}. With all of them in one folder, the same command without --shard "
            "finishes the data set."
        )
