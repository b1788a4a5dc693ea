"""The part “restore” of `maquette bench`: megapixels a second, BM3D, memory, the first view, and a slider."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.bench_rows import Row, milliseconds, percentile_95
from desktop_app.cli import asking
from desktop_app.cli.printing import tell
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device, Restored
from desktop_app.studio import metrics, photo
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.model_card import megabytes
from desktop_app.studio.noise_trial import with_noise
from desktop_app.studio.restoring import Restoring
from desktop_app.studio.scratch import Scratch

SIDE = 1024  # pixels of the picture that is restored again and again, as in export/eager_restorer.py
SIGMA, CROP = 25.0, 512  # against BM3D: the noise in 8-bit steps, and the most pixels across and down
TIMES_BM3D = 50  # expected at least
VIEW_S, SLIDER_MS = 0.3, 50.0  # expected at most
MEGAPIXELS = (1, 12, 100)
FLAT = 64 * 2**20  # bytes by which memory may differ between the smallest and the largest picture

Array = npt.NDArray[Any]
Probe = Callable[..., dict[str, Any]]
RivalOf = Callable[[Package, int], AbstractContextManager[Any]]


def rows(
    jobs: JobQueue,
    packages: list[Package],
    device: Device,
    *,
    probe: Probe,
    rival_of: RivalOf,
    rounds: int,
    turn_s: float,
    picture: Path | None,
) -> Iterator[Row]:
    """packages: those that restore. picture: what is cleaned against BM3D; None is a drawn one."""
    for package in packages:
        tell(f"Measuring {package.name}…")
        with rival_of(package, device.threads) as rival:
            yield throughput(jobs, package, device, rival, rounds=rounds, turn_s=turn_s)
    for package in packages:
        if _is_denoiser(package):
            yield against_bm3d(jobs, package, picture, probe)
    first = next((package for package in packages if _is_denoiser(package)), None)
    if first is not None:
        yield from first_view(first, probe)
        yield from memory_of(first, probe)
    yield slider(probe)


def _is_denoiser(package: Package) -> bool:
    """Of pictures of any size."""
    restoration = package.manifest.restoration
    return "denoise" in package.manifest.abilities and restoration is not None and restoration.side is None


# -- megapixels a second -------------------------------------------------------------------------------------------


def throughput(jobs: JobQueue, package: Package, device: Device, rival: Any, *, rounds: int, turn_s: float) -> Row:
    """Through the engine's process and back into a file, in turns with PyTorch, which does it in one piece, and again
    in the engine's tiles."""
    ours, whole, tiled = list[float](), list[float](), list[float]()
    with Scratch() as scratch:
        restoring = _restoring(scratch, package)
        _restore_for(jobs, restoring, 0.0)
        for _ in range(rounds):
            ours.append(_restore_for(jobs, restoring, turn_s))
            whole += rival.turn(turn_s)
            tiled += rival.turn(turn_s, "tiles")
    reached = f"{median(ours):.2f} MP/s"
    if whole:
        times = median(ours) / median(whole)
        reached += (
            f"; PyTorch eager {median(whole):.2f} ({times:.2f} times as many), in the same tiles {median(tiled):.2f}"
        )
    else:
        reached += f"; {rival.absence}"
    met = median(ours) > median(whole) if whole else None
    figures = {
        "package": package.name,
        "per_second": ours,
        "pytorch_per_second": whole,
        "pytorch_tiled_per_second": tiled,
        "pytorch": rival.hello,
    }
    return Row(f"{package.name}: {device.threads} threads", "ahead of PyTorch", reached, met, figures)


def _restoring(scratch: Scratch, package: Package) -> Restoring:
    """A run over a drawn picture of SIDE, or a sheet of the model's pictures near that."""
    restoration = package.manifest.restoration
    assert restoration is not None
    side = SIDE // restoration.side * restoration.side if restoration.side else SIDE
    drawn = with_noise(scene(side, side, restoration.channels), SIGMA, 0)
    mask = None
    if "inpaint" in package.manifest.abilities:
        stripes = np.zeros((side, side, 1), np.uint8)
        stripes[:, 8::32] = 255
        mask = scratch.save(stripes)
    return Restoring(scratch, scratch.save(drawn), package, mask=mask)


def _restore_for(jobs: JobQueue, restoring: Restoring, seconds: float) -> float:
    """Megapixels of the result a second, one picture at least."""
    height, width = restoring.file.shape[:2]
    size, pictures = height * width / 1e6, 0
    started = time.perf_counter()
    while not pictures or time.perf_counter() - started < seconds:
        _run(jobs, restoring)
        pictures += 1
    return pictures * size / (time.perf_counter() - started)


def _run(jobs: JobQueue, restoring: Restoring) -> None:
    for update in asking.run_request(jobs, restoring.request):
        if isinstance(update, Restored):
            restoring.take(update)


# -- BM3D ----------------------------------------------------------------------------------------------------------


def against_bm3d(jobs: JobQueue, package: Package, path: Path | None, probe: Probe) -> Row:
    """Time and PSNR on the same noisy picture of 8 bits. BM3D is told the noise; the network is not."""
    tell(f"Measuring {package.name} against BM3D…")
    clean = _crop(path, package)
    noisy = with_noise(clean, SIGMA, 0)
    with Scratch() as scratch:
        restoring = Restoring(scratch, scratch.save(noisy), package)
        _run(jobs, restoring)
        started = time.perf_counter()
        _run(jobs, restoring)
        seconds = time.perf_counter() - started
        psnr = metrics.psnr(np.asarray(restoring.result), clean)
        theirs = _bm3d(noisy, clean, probe)
    size = f"{clean.shape[1]} × {clean.shape[0]}"
    reached = f"{seconds:.2f} s, {psnr:.2f} dB"
    met = None
    if "seconds" in theirs:
        times = theirs["seconds"] / seconds
        reached += f"; BM3D {theirs['seconds']:.1f} s ({times:.0f} times as long), {theirs['psnr']:.2f} dB"
        met = times >= TIMES_BM3D and psnr > theirs["psnr"]
    else:
        reached += f"; {theirs['absence']}"
    figures = {
        "package": package.name,
        "picture": str(path or "drawn"),
        "seconds": seconds,
        "psnr": psnr,
        "bm3d": theirs,
    }
    expected = f"{TIMES_BM3D} times as fast as BM3D, higher PSNR"
    return Row(f"{package.name}: {size}, σ = {SIGMA:.0f}", expected, reached, met, figures)


def _crop(path: Path | None, package: Package) -> Array:
    """The middle of a picture, in the package's channels, 8 bits."""
    assert package.manifest.restoration is not None
    channels = package.manifest.restoration.channels
    if path is None:
        return scene(CROP, CROP, channels)
    pixels = photo.read(path).pixels
    if pixels.dtype != np.uint8:
        pixels = (pixels // 257).astype(np.uint8)
    top, left = (max(0, (length - CROP) // 2) for length in pixels.shape[:2])
    part = pixels[top : top + CROP, left : left + CROP]
    if part.shape[2] != channels:
        mean = np.rint(part.mean(axis=2, keepdims=True)).astype(np.uint8)
        part = mean.repeat(channels, axis=2)
    return np.ascontiguousarray(part)


def _bm3d(noisy: Array, clean: Array, probe: Probe) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        path = Path(folder) / "pair.npy"
        np.save(path, np.stack((noisy, clean)))
        return probe("bm3d", "--picture", str(path))


# -- the first view, the slider, memory ----------------------------------------------------------------------------


def first_view(package: Package, probe: Probe) -> Iterator[Row]:
    for megapixels in (1, 12):
        tell(f"Measuring the first view of {megapixels} megapixels…")
        found = probe("first-view", "--package", package.name, "--megapixels", str(megapixels))
        parts = ("read_s", "asked_s", "painted_s")
        whole = [sum(values) for values in zip(*(found[part] for part in parts), strict=True)]
        read, asked, painted = (median(found[part]) for part in parts)
        reached = f"{median(whole):.2f} s: {read:.2f} reading, {asked:.2f} cleaning, {painted:.2f} painting"
        view = " × ".join(map(str, found["view"]))
        what = f"{package.name}: from drop to a clean view of {view}, {megapixels} MP"
        yield Row(what, f"below {VIEW_S} s", reached, median(whole) < VIEW_S, found)


def slider(probe: Probe) -> Row:
    tell("Measuring a slider…")
    found = probe("slider")
    kinds = {"": "milliseconds", "with detail and local strength ": "detail_milliseconds"}
    kinds["through a colour profile "] = "profile_milliseconds"
    reached = "; ".join(words + milliseconds(found[key]) for words, key in kinds.items())
    met = max(percentile_95(found[key]) for key in kinds.values()) < SLIDER_MS
    return Row("strength dragged to 1 MP painted", f"95 % below {SLIDER_MS:.0f} ms", reached, met, found)


def memory_of(package: Package, probe: Probe) -> Iterator[Row]:
    """Of both processes while a file is cleaned and written, and of the studio while it is read: what is in no file."""
    found = []
    for megapixels in MEGAPIXELS:
        tell(f"Measuring memory at {megapixels} megapixels…")
        found.append(probe("restore-memory", "--package", package.name, "--megapixels", str(megapixels)))
        if not found[0]["engine_bytes"]:
            yield Row("memory while restoring", "", "this system does not tell it", None, found[0])
            return
    sizes, figures = ", ".join(map(str, MEGAPIXELS)), {"pictures": found}
    for what in ("engine", "studio"):
        values = [one[f"{what}_bytes"] for one in found]
        reached = ", ".join(megabytes(value) for value in values)
        met = max(values) - values[0] < FLAT
        yield Row(f"{package.name}: memory of the {what}, {sizes} MP", "flat", reached, met, figures)
    reading = found[-1]["reading_bytes"] / found[-1]["picture_bytes"]
    reached = f"{megabytes(found[-1]['reading_bytes'])}, {reading:.1f} times the picture"
    yield Row(f"memory while {MEGAPIXELS[-1]} MP are read", "", reached, None, figures)


# -- a picture to measure with -------------------------------------------------------------------------------------


def scene(height: int, width: int, channels: int) -> Array:
    """(height, width, channels) uint8: slopes, edges at all angles, and textures from coarse to fine."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    plane = 110 + 45 * np.sin(x / 97) + 35 * np.cos(y / 71 + x / 190)
    rings = np.hypot(x % 256 - 128, y % 256 - 128)
    plane += 50 * (rings < 80) - 35 * (rings < 40) + 30 * (np.abs((x + 2 * y) % 113 - 56) < 5)
    plane += 22 * np.sin(x * (0.3 + 1.2 * y / height)) * ((y // 128) % 3 == 1)
    tints = (1.0, 0.85, 0.7)[:channels]
    return np.stack([np.clip(np.rint(plane * tint), 0, 255) for tint in tints], axis=-1).astype(np.uint8)
