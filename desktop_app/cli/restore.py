"""`maquette denoise`, `upscale` and `inpaint`: pictures in, pictures out, one after the other.

A picture that fails is named and the others go on; the report in the folder lets the same command, given again, do
only what is still to be done. Files are whole or not there.
"""

import argparse
import dataclasses
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from desktop_app.cli import asking
from desktop_app.cli.printing import print_json, tell
from desktop_app.engine.errors import FileError, RequestError, StudioError
from desktop_app.engine.requests import Device, Progress, Restored
from desktop_app.studio.batch import Batch, BatchSettings, Item, MaskFile, Noise, Task
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library
from desktop_app.studio.restore_job import Figures, RestoreJob, package_for

TELL_AFTER_S = 0.5


@dataclass(frozen=True)
class Done:
    """What is told of one picture."""

    source: Path
    target: Path
    state: str
    notes: tuple[str, ...]
    package: str = ""
    seconds: float = 0.0  # from opening it to the written file
    megapixels: float = 0.0  # of the source
    engine_seconds: float = 0.0
    figures: Figures | None = None


@dataclass(frozen=True)
class Report:
    task: Task
    out: Path
    done: int
    skipped: int
    failed: int
    pictures: tuple[Done, ...]
    seconds: float
    device: Device | None  # None where there was nothing to do


def run(options: argparse.Namespace, task: Task) -> int:
    started, library = time.perf_counter(), asking.library()
    settings = _settings(options, task)
    batch = Batch(options.images, options.out, settings)
    _refuse_early(options, settings, library)
    told: list[Done] = []
    device = _all(batch, options, library, told) if batch.in_state("waiting") else None
    told += [Done(item.source, item.target, item.state, item.notes) for item in batch.in_state("skipped")]
    report = Report(
        task=task,
        out=batch.out,
        done=len(batch.in_state("done")),
        skipped=len(batch.in_state("skipped")),
        failed=len(batch.in_state("failed")),
        pictures=tuple(told),
        seconds=time.perf_counter() - started,
        device=device,
    )
    if options.json:
        print_json(dataclasses.asdict(report))
    else:
        print(batch.report())
    return 1 if report.failed else 0


def _settings(options: argparse.Namespace, task: Task) -> BatchSettings:
    noise = getattr(options, "add_noise", None)
    return BatchSettings(
        package=options.package or "",
        strength=options.strength,
        detail=options.detail,
        template=options.name or "",
        ending=_ending(options.format),
        overwrite=options.overwrite,
        task=task,
        mask=MaskFile(options.mask, options.grow, options.invert) if task == "inpaint" else None,
        noise=Noise(noise, options.seed) if noise is not None else None,
    )


def _ending(format: str | None) -> str:
    return f".{format.lower().lstrip('.')}" if format else ""


def _refuse_early(options: argparse.Namespace, settings: BatchSettings, library: Library) -> None:
    """What would go wrong with every picture. Raises StudioError."""
    package_for(library, settings, channels=3)
    if settings.mask is not None and not settings.mask.path.exists():
        raise FileError(f"There is no file “{settings.mask.path}”.")
    if getattr(options, "reference", None) is not None and settings.noise is not None:
        raise RequestError("With noise added a picture is compared with itself: leave out --reference or --add-noise.")
    if options.out.exists() and not options.out.is_dir():
        raise FileError(f"“{options.out}” is no folder. Choose one for the results.")


def _all(batch: Batch, options: argparse.Namespace, library: Library, told: list[Done]) -> Device:
    """Every picture that waits, by an engine of its own; answers the device in use."""
    with asking.engine(options.device, options.threads) as jobs:
        device = asking.describe_device(jobs)
        try:
            while item := batch.next():
                told.append(_tried(item, batch, options, library, jobs))
        except (KeyboardInterrupt, SystemExit):
            tell("")
            print(f"Stopped. {batch.report()}", file=sys.stderr)
            raise
    return device


def _tried(item: Item, batch: Batch, options: argparse.Namespace, library: Library, jobs: JobQueue) -> Done:
    """One picture, or why it is none; the batch and whoever waits are told."""
    started = time.perf_counter()
    try:
        made = _one(item, batch, options, library, jobs)
    except StudioError as error:
        tell("")
        print(_failure(item, error), file=sys.stderr)
        batch.fail(item, error.message)
        seconds = time.perf_counter() - started
        return Done(item.source, item.target, "failed", (error.message,), seconds=seconds)
    tell("")
    batch.finish(item, made.notes)
    if not options.json:
        _print(made)
    return made


def _failure(item: Item, error: StudioError) -> str:
    name = item.source.name
    return error.message if name in error.message else f"“{name}”: {error.message}"


def _one(item: Item, batch: Batch, options: argparse.Namespace, library: Library, jobs: JobQueue) -> Done:
    """Raises StudioError."""
    started, clock = time.perf_counter(), asking.Clock()
    reference = getattr(options, "reference", None)
    job = RestoreJob(item.source, item.target, library, batch.settings, reference=reference)
    try:
        request = job.open()
        line = _Line(f"{item.number} of {len(batch.items)}, “{item.source.name}”")
        for update in asking.run_request(jobs, request, clock=clock):
            if isinstance(update, Restored):
                job.take(update)
            elif isinstance(update, Progress):
                line.tell(update)
        line.say("saving")
        notes = job.finish()
    finally:
        job.close()
    assert job.package is not None
    height, width, _ = request.picture.shape
    return Done(
        source=item.source,
        target=item.target,
        state="done",
        notes=notes,
        package=job.package.name,
        seconds=time.perf_counter() - started,
        megapixels=height * width / 10**6,
        engine_seconds=clock.seconds,
        figures=job.figures,
    )


class _Line:
    """Progress with the time left, once there is something to tell."""

    def __init__(self, what: str) -> None:
        self._what, self._started = what, time.perf_counter()

    def tell(self, progress: Progress) -> None:
        seconds = time.perf_counter() - self._started
        if seconds > TELL_AFTER_S and progress.done:
            share = progress.done / progress.total
            self.say(f"{progress.phase.lower()}, {share:.0%}, {seconds / share * (1 - share):.0f} s left")

    def say(self, words: str) -> None:
        if time.perf_counter() - self._started > TELL_AFTER_S:
            tell(f"{self._what}: {words}")


def _print(done: Done) -> None:
    rate = done.megapixels / done.engine_seconds if done.engine_seconds else 0.0
    print(
        f"“{done.source.name}” was restored by {done.package} as “{done.target.name}” in {done.seconds:.2f} s: "
        f"{done.megapixels:.2f} megapixels, {rate:.2f} a second in the engine."
    )
    if done.figures is not None:
        f = done.figures
        print(f"  PSNR {f.psnr_before:.2f} → {f.psnr:.2f} dB, SSIM {f.ssim_before:.4f} → {f.ssim:.4f}")
    for note in done.notes:
        print(f"  {note}")
