"""What `bench_restore.py` measures in processes of their own. Each function gives what one line of JSON tells."""

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import ImageCms

from desktop_app.bench_restore import SIDE, SIGMA, Array, scene
from desktop_app.cli import asking
from desktop_app.cli.printing import print_json_line
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Restored
from desktop_app.studio import metrics, photo
from desktop_app.studio.batch import BatchSettings
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.noise_trial import with_noise
from desktop_app.studio.restoration import Stroke
from desktop_app.studio.restore_job import RestoreJob
from desktop_app.studio.restore_view import Layers, Look, Original
from desktop_app.studio.restoring import Restoring, preview
from desktop_app.studio.scratch import Scratch

VIEW = (1024, 768)
VIEWS, TICKS, WARM_UP = 5, 60, 5
STEP_S = 0.01  # between two looks at the memory
LEAST_MEGAPIXELS = 12  # of one size, altogether
ENGINE_NICE = 10  # the priority of desktop_app/engine_process.py
Figures = dict[str, object]


def run(options: argparse.Namespace) -> int:
    """One of bench.RESTORE_PROBES."""
    asked = {"megapixels": options.megapixels, "threads": options.threads}
    probes: dict[str, Callable[[], Figures]] = {
        "first-view": lambda: first_view(options.package, **asked),
        "slider": slider,
        "restore-memory": lambda: restore_memory(options.package, **asked),
        "bm3d": lambda: bm3d(options.picture),
    }
    print_json_line(probes[options.probe]())
    return 0


# -- from drop to the first clean view -----------------------------------------------------------------------------


def first_view(name: str, *, megapixels: int, threads: int) -> Figures:
    """A file is dropped while the engine is awake: read, what is in view asked for, and blended for the screen."""
    package = asking.library().find(name)
    figures: dict[str, list[float]] = {"read_s": [], "asked_s": [], "painted_s": []}
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder, asking.engine("cpu", threads) as jobs:
        path = Path(folder) / "dropped.png"
        write_picture(path, megapixels)
        for number in range(VIEWS + 1):
            found = _one_view(jobs, package, path)
            if number:  # the first opens the package
                for key, value in zip(figures, found, strict=True):
                    figures[key].append(value)
    return {"view": VIEW, "megapixels": megapixels, **figures}


def _one_view(jobs: JobQueue, package: Package, path: Path) -> tuple[float, float, float]:
    """Seconds of reading, of the request, and of painting: the middle at 1:1."""
    moments = [time.perf_counter()]
    found = photo.read(path)
    with Scratch() as scratch:
        file = scratch.save(found.pixels)
        layers = Layers(Original.of(found.pixels, lambda pixels: photo.to_srgb(pixels, found.tags)))
        moments.append(time.perf_counter())
        width, height = min(VIEW[0], file.shape[1]), min(VIEW[1], file.shape[0])
        left, top = (file.shape[1] - width) // 2, (file.shape[0] - height) // 2
        window = top, left, top + height, left + width
        part = Restoring(scratch, file, package, window=window)
        for update in asking.run_request(jobs, preview(package, file, window)):
            if isinstance(update, Restored):
                part.take(update)
        moments.append(time.perf_counter())
        box = left, top, left + width, top + height
        layers.set_preview(_Preview(box, part.result))
        assert layers.paint("after", box, (width, height)) is not None
        moments.append(time.perf_counter())
    read, asked, painted = np.diff(moments)
    return float(read), float(asked), float(painted)


class _Preview:
    def __init__(self, box: tuple[int, int, int, int], pixels: Array) -> None:
        self.box, self.pixels = box, pixels


# -- a slider ------------------------------------------------------------------------------------------------------


def slider() -> Figures:
    """Milliseconds from another strength to 1 MP for the screen, no model asked: plain, with all there is, and through
    a colour profile."""
    stroke = Stroke(((200.0, 200.0), (800.0, 700.0)), 80.0, 0.3)
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = plain.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")  # sRGB costs nothing
    return {
        "milliseconds": _ticks(photo.Tags(), Look()),
        "detail_milliseconds": _ticks(photo.Tags(), Look(1.0, 0.5, (stroke,))),
        "profile_milliseconds": _ticks(photo.Tags(icc=profile), Look()),
    }


def _ticks(tags: photo.Tags, look: Look) -> list[float]:
    layers = Layers(Original.of(with_noise(scene(SIDE, SIDE, 3), SIGMA, 0), lambda pixels: photo.to_srgb(pixels, tags)))
    layers.set_result(_Result(scene(SIDE, SIDE, 3)))
    looks = [replace(look, strength=number % 10 / 10 + 0.05) for number in range(TICKS)]
    return [_tick(layers, each) for each in looks][WARM_UP:]


class _Result:
    def __init__(self, result: Array) -> None:
        self.result, self.is_whole = result, True


def _tick(layers: Layers, look: Look) -> float:
    started = time.perf_counter()
    layers.set_look(look)
    layers.paint("after", (0, 0, *layers.size), layers.size)
    return 1000 * (time.perf_counter() - started)


# -- memory --------------------------------------------------------------------------------------------------------


def restore_memory(name: str, *, megapixels: int, threads: int) -> Figures:
    """The most private memory of both processes, in bytes, while a file is read, and while it is cleaned and written.

    A small picture is done again until as many tiles have passed as in a large one, so that chance peaks alike.
    """
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        source, target = Path(folder) / "large.tif", Path(folder) / "clean.tif"
        size = _in_another_process(source, megapixels)
        host = ProcessHost(device="cpu", threads=threads)
        jobs, figures = JobQueue(host), {"reading_bytes": 0, "studio_bytes": 0, "engine_bytes": 0}
        started = time.perf_counter()
        try:
            for _ in range(max(1, LEAST_MEGAPIXELS // megapixels)):
                for key, value in _memory_of_one(jobs, host, source, target, name).items():
                    figures[key] = max(figures[key], value)
                target.unlink()
        finally:
            jobs.shutdown()
        seconds = time.perf_counter() - started
    return {"megapixels": megapixels, "picture_bytes": size, "seconds": seconds, **figures}


def _memory_of_one(jobs: JobQueue, host: ProcessHost, source: Path, target: Path, name: str) -> dict[str, int]:
    job = RestoreJob(source, target, asking.library(), BatchSettings(package=name, strength=0.8, detail=0.3))
    try:
        with _watched({"reading_bytes": os.getpid}) as reading:
            request = job.open()
        with _watched({"studio_bytes": os.getpid, "engine_bytes": lambda: host.pid}) as working:
            for update in asking.run_request(jobs, request):
                if isinstance(update, Restored):
                    job.take(update)
            job.finish()
    finally:
        job.close()
    return {**reading, **working}


def _in_another_process(path: Path, megapixels: int) -> int:
    """Write a picture without leaving a trace of it in this process; its pixels in bytes."""
    code = "import sys; from desktop_app.bench_restore_probes import write_picture as w; print(w(__import__('pathlib')"
    words = [sys.executable, "-c", f"{code}.Path(sys.argv[1]), int(sys.argv[2])))", str(path), str(megapixels)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[1])
    return int(done.stdout)


@contextmanager
def _watched(processes: dict[str, Callable[[], int | None]]) -> Iterator[dict[str, int]]:
    """The most private bytes of each while the block runs; 0 where the system does not tell."""
    most, over = dict.fromkeys(processes, 0), threading.Event()

    def look() -> None:
        for key, pid in processes.items():
            most[key] = max(most[key], private_bytes(pid()))

    def watch() -> None:
        while not over.wait(STEP_S):
            look()

    thread = threading.Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield most
    finally:
        look()
        over.set()
        thread.join()


def private_bytes(pid: int | None) -> int:
    """Memory of a process that is in no file; 0 where there is none, or the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), 0)


# -- BM3D ----------------------------------------------------------------------------------------------------------


def bm3d(path: Path) -> Figures:
    """path: an array (2, H, W, C) of a noisy and a clean picture. Seconds and PSNR where the library is installed."""
    if importlib.util.find_spec("bm3d") is None:
        return {"absence": "BM3D is not installed here"}
    if hasattr(os, "nice"):
        os.nice(ENGINE_NICE)
    library = importlib.import_module("bm3d")
    noisy, clean = np.load(path, allow_pickle=False)
    values = noisy.astype(np.float64) / 255
    started = time.perf_counter()
    made = library.bm3d(values[..., 0], SIGMA / 255) if values.shape[2] == 1 else library.bm3d_rgb(values, SIGMA / 255)
    seconds = time.perf_counter() - started
    pixels = np.rint(np.clip(np.asarray(made).reshape(clean.shape), 0, 1) * 255).astype(np.uint8)
    return {"seconds": seconds, "psnr": metrics.psnr(pixels, clean), "version": getattr(library, "__version__", "")}


# -- a picture -----------------------------------------------------------------------------------------------------


def write_picture(path: Path, megapixels: int) -> int:
    """A noisy picture, 4 : 3; the bytes of its pixels."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(megapixels * 1e6 / height)
    tile = with_noise(scene(SIDE, SIDE, 3), SIGMA, 1)
    pixels = np.tile(tile, (-(-height // SIDE), -(-width // SIDE), 1))[:height, :width]
    pixels = np.ascontiguousarray(pixels)
    empty = photo.Photo(
        path.name, None, "", pixels, None, photo.Tags(format="TIFF" if path.suffix == ".tif" else "PNG")
    )
    photo.write(path, empty, pixels)
    return int(pixels.nbytes)
