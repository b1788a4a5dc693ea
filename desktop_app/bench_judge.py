"""The part “judge” of `maquette bench`: pictures classified, an explanation, check-ups, and data sets."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from desktop_app import bench_probes
from desktop_app.bench_rows import Row, in_turns, milliseconds
from desktop_app.cli import asking, drawing
from desktop_app.cli.dataset import write
from desktop_app.cli.printing import tell
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckUp, Classify, Device, Explain, Explained, Pixels
from desktop_app.studio import dataset
from desktop_app.studio.dataset import Layout
from desktop_app.studio.jobs import JobQueue

PICTURES = 1024  # in one request
EXPLANATIONS = 20
SHARE = 0.9  # of plain sampling, expected of a data set
SET_TURNS = 3  # how many turns one takes: its last file, the manifest, waits for the disk

RivalOf = Callable[[Package, int], AbstractContextManager[Any]]


def rows(
    jobs: JobQueue,
    classifiers: list[Package],
    generator: Package | None,
    everyone: list[Package],
    device: Device,
    *,
    rival_of: RivalOf,
    rounds: int,
    turn_s: float,
) -> Iterator[Row]:
    """everyone: the packages whose check-up is measured."""
    for package in classifiers:
        tell(f"Measuring {package.name}…")
        with rival_of(package, device.threads) as rival:
            yield throughput(jobs, package, device, rival, rounds=rounds, turn_s=turn_s)
        yield explanation(jobs, package)
    yield check_ups(jobs, everyone)
    if generator is not None:
        tell(f"Measuring data sets of {generator.name}…")
        yield data_sets(jobs, generator, device, rounds=rounds, turn_s=turn_s)


# -- classifiers ---------------------------------------------------------------------------------------------------


def throughput(jobs: JobQueue, package: Package, device: Device, rival: Any, *, rounds: int, turn_s: float) -> Row:
    """Through the engine's process, probabilities and features arriving here, in turns with PyTorch."""
    what = f"{package.name}: {device.threads} threads"
    ours_for = partial(_classify_for, jobs, package)
    return in_turns(what, "pictures", ours_for, rival, rounds=rounds, turn_s=turn_s, package=package.name)


def _noise(package: Package, count: int) -> Pixels:
    """(count, H, W, C): what a picture shows costs nothing."""
    picture = package.manifest.picture
    assert picture is not None
    return np.random.default_rng(0).integers(0, 256, (count, picture.height, picture.width, picture.channels), np.uint8)


def _classify_for(jobs: JobQueue, package: Package, seconds: float) -> float:
    """Pictures a second."""
    pictures, seen = _noise(package, PICTURES), 0
    started = time.perf_counter()
    while not seen or time.perf_counter() - started < seconds:
        for _ in asking.run_request(jobs, Classify(package.ref, pictures)):
            pass
        seen += len(pictures)
    return seen / (time.perf_counter() - started)


def explanation(jobs: JobQueue, package: Package) -> Row:
    """From one picture to its classes with the activation map, and on to the occlusion map."""
    found: dict[str, list[float]] = {"activation": [], "occlusion": []}
    for number in range(1 + EXPLANATIONS):
        started = time.perf_counter()
        for update in asking.run_request(jobs, Explain(package.ref, _noise(package, 1)[0])):
            if isinstance(update, Explained) and number:
                kind = "activation" if update.occlusion is None else "occlusion"
                found[kind].append(1000 * (time.perf_counter() - started))
    reached = f"{milliseconds(found['activation'])}; with occlusion {milliseconds(found['occlusion'])}"
    figures = {"package": package.name, "milliseconds": found}
    return Row(f"{package.name}: one explanation", "", reached, None, figures)


# -- check-ups -----------------------------------------------------------------------------------------------------


def check_ups(jobs: JobQueue, packages: list[Package]) -> Row:
    """As an import makes one: the package opened anew, its samples one by one."""
    seconds: dict[str, float] = {}
    for package in packages:
        tell(f"Measuring the check-up of {package.name}…")
        started = time.perf_counter()
        for _ in asking.run_request(jobs, CheckUp(package.ref)):
            pass
        seconds[package.name] = time.perf_counter() - started
    slowest = max(seconds, key=lambda name: seconds[name])
    reached = f"{median(seconds.values()):.2f} s"
    if len(seconds) == 1:
        return Row(f"{slowest}: check-up", "", reached, None, {"seconds": seconds})
    reached += f"; the slowest, {slowest}, {seconds[slowest]:.2f} s"
    return Row(f"check-ups of {len(seconds)} packages", "", reached, None, {"seconds": seconds})


# -- data sets -----------------------------------------------------------------------------------------------------


def data_sets(jobs: JobQueue, package: Package, device: Device, *, rounds: int, turn_s: float) -> Row:
    """Pictures a second of whole data sets on the disk, in turns with the same designs drawn and thrown away."""
    kinds: dict[str, list[float]] = {"sampling": [], "idx": [], "folder": []}
    drawn = _sample(jobs, package, drawing.PART)
    count = drawing.PART * max(1, round(SET_TURNS * turn_s * drawn / drawing.PART))
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        for number in range(rounds):
            kinds["sampling"].append(_sample(jobs, package, count))
            kinds["idx"].append(_write(jobs, package, device, count, "idx", Path(folder) / f"idx-{number}"))
            kinds["folder"].append(_write(jobs, package, device, count, "folder", Path(folder) / f"folder-{number}"))
    rates = {kind: median(values) for kind, values in kinds.items()}
    shares = {kind: rates[kind] / rates["sampling"] for kind in ("idx", "folder")}
    reached = "; ".join(f"{kind} {rates[kind]:,.0f}/s ({share:.0%})" for kind, share in shares.items())
    figures = {"package": package.name, "count": count, "per_second": kinds}
    what = f"{package.name}: data sets, beside {rates['sampling']:,.0f} samples/s"
    return Row(what, f"{SHARE:.0%} of sampling", reached, min(shares.values()) >= SHARE, figures)


def _sample(jobs: JobQueue, package: Package, count: int) -> float:
    """Designs a second, pixels arriving here."""
    designs = bench_probes.designs(package.name, len(package.manifest.classes), 0, count)
    started = time.perf_counter()
    for _ in drawing.pictures(jobs, package, designs, asking.Clock()):
        pass
    return count / (time.perf_counter() - started)


def _write(jobs: JobQueue, package: Package, device: Device, count: int, layout: Layout, out: Path) -> float:
    """Pictures a second, from the first request to the last file."""
    planned = dataset.plan(package, device, layout=layout, count=count, seed=1, truncation=1.0, labels=())
    started = time.perf_counter()
    write(jobs, package, planned, out)
    return count / (time.perf_counter() - started)
