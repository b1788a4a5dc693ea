"""Measure every package that restores, as the papers do, and print it beside their figures.

    python -m export evaluate denoiser --tests DIR             # DIR holds BSD68, CBSD68, Set12, Set5, Set14
    python -m export evaluate denoiser --tests DIR --rivals    # first runs BM3D and others where no figure is kept yet
    python -m export evaluate photo-denoise --tests DIR --pictures 8     # a first look

The packages run in the program's engine, on whole pictures with the border that it gives them. White Gaussian noise of
a fixed seed is added in float and not clipped; results are rounded to 8 bits before PSNR is taken over the whole
picture; a set's figure is the mean over its pictures. “clean” is what a denoiser does to a picture without noise. An
enlargement is compared by luma (16..235) without a border of 2 pixels, what is filled in by all channels, inside the
holes and over the whole picture. Figures of whole sets go into manifest.json and card.md.
"""

import argparse
import pathlib
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from desktop_app.studio.metrics import psnr
from export import rivals
from export.corruption import damages
from export.data import load_dataset
from export.errors import ExportError
from export.evaluation import Arrays, Column, Evaluation, Figure
from export.holes import draw_holes
from export.measured import arrays_with, told
from export.photo_sets import LARGE_PAPERS, NOISE_PAPERS, SIGMAS, luma, noisy_copy, read_set, to_bytes
from export.restoring import FloatRestorer
from export.rivals import Rivals
from export.upscaler import SCALE, halve_pixels

NOISE_SETS = {1: ("BSD68", "Set12"), 3: ("CBSD68",)}  # by the channels of the net
HOLE_SETS = {"CBSD68": 3, "BSD68": 1}
HOLE_SHARE = 0.1  # of a picture
HIGHEST = 99.0  # dB, in place of the infinity of equal pictures
EDGE = 2  # pixels of an enlarged picture that do not count
SEED = 0  # of noise, holes and damage
DIGITS = 100  # of MNIST's test split, spread over it: its first half is the easier one
DIGIT_RIVAL = "photo-denoise-grey"

Beside = dict[str, float | None]
Row = tuple[Figure, dict[str, float]]  # and what stands beside it


# -----------------------------------------------------------------------------
# noise


def noise_rows(tool: FloatRestorer, tests: pathlib.Path, count: int, known: Rivals) -> Iterator[Row]:
    channels = tool.restoration.channels
    for name in NOISE_SETS[channels]:
        pictures = read_set(tests / name, channels=channels, count=count)
        for place, sigma in enumerate((*SIGMAS, 0)):
            noisy = [noisy_copy(clean, sigma=sigma, seed=SEED, index=n) for n, clean in enumerate(pictures)]
            pairs = list(zip(noisy, pictures, strict=True))
            reached = mean(psnr(to_bytes(tool.restore(given)), clean) for given, clean in pairs)
            beside: Beside = {}
            if sigma:
                beside["noisy"] = mean(psnr(to_bytes(given), clean) for given, clean in pairs)
                measured = "BM3D" if channels == 1 else "CBM3D"
                beside[measured] = mean(known.reached(rivals.bm3d, (given, sigma), clean) for given, clean in pairs)
                beside |= {method: figures[place] for method, figures in NOISE_PAPERS[name].items()}
            yield row(f"PSNR on {name}, {f'sigma {sigma}' if sigma else 'clean'}", reached, beside)


# -----------------------------------------------------------------------------
# size


def size_rows(tool: FloatRestorer, tests: pathlib.Path, count: int) -> Iterator[Row]:
    for name, papers in LARGE_PAPERS.items():
        reached, plain = [], []
        for picture in read_set(tests / name, count=count):
            height, width = (side // SCALE * SCALE for side in picture.shape[:2])
            large = picture[:height, :width]
            small = halve_pixels(large) / np.float32(255)
            reached.append(luma_psnr(enlarge(tool, small), large / 255))
            plain.append(luma_psnr(rivals.bicubic(small), large / 255))
        yield row(f"PSNR on {name}, luma", mean(reached), {"bicubic": mean(plain), **papers})


def enlarge(tool: FloatRestorer, small: np.ndarray) -> np.ndarray:
    """Grey pictures go through as the engine sends them: three equal channels, and the mean of the answer."""
    if small.shape[2] == tool.restoration.channels:
        return tool.restore(small)
    return tool.restore(small.repeat(3, axis=2)).mean(axis=2, keepdims=True)


def luma_psnr(made: np.ndarray, clean: np.ndarray) -> float:
    inner = slice(EDGE, -EDGE)
    return psnr(luma(np.clip(made, 0, 1))[inner, inner], luma(clean)[inner, inner])


# -----------------------------------------------------------------------------
# holes


def hole_rows(tool: FloatRestorer, tests: pathlib.Path, count: int, known: Rivals) -> Iterator[Row]:
    for name, channels in HOLE_SETS.items():
        pictures = read_set(tests / name, channels=channels, count=count)
        masks = [brushed(clean.shape[:2], index=n) for n, clean in enumerate(pictures)]
        made = [fill(tool, clean, mask) for clean, mask in zip(pictures, masks, strict=True)]
        for where, measure in (("inside the holes", inside), ("whole picture", whole)):
            triples = list(zip(made, pictures, masks, strict=True))
            reached = mean(measure(mask)(result, clean) for result, clean, mask in triples)
            beside: Beside = {
                title: mean(
                    known.reached(method, (clean, mask), clean, measure=measure(mask), name=where)
                    for _, clean, mask in triples
                )
                for title, method in (("Telea", rivals.telea), ("Navier-Stokes", rivals.navier_stokes))
            }
            yield row(f"PSNR on brushed {name}, {where}", reached, beside)


def brushed(shape: tuple[int, ...], *, index: int) -> np.ndarray:
    """(H, W) bool, the holes of picture number `index`."""
    return draw_holes(shape[0], shape[1], share=HOLE_SHARE, rng=np.random.default_rng([SEED, index]))


def fill(tool: FloatRestorer, clean: np.ndarray, mask: np.ndarray) -> np.ndarray:
    given = np.where(mask[..., None], 0, clean / 255).astype(np.float32)
    if clean.shape[2] == 1:
        return to_bytes(tool.restore(given.repeat(3, axis=2), mask).mean(axis=2, keepdims=True))
    return to_bytes(tool.restore(given, mask))


def inside(mask: np.ndarray) -> Callable[[np.ndarray, np.ndarray], float]:
    return lambda made, clean: psnr(made[mask], clean[mask])


def whole(mask: np.ndarray) -> Callable[[np.ndarray, np.ndarray], float]:
    return psnr


# -----------------------------------------------------------------------------
# digits


def digit_rows(
    tool: FloatRestorer, other: FloatRestorer | None, data: pathlib.Path, count: int, known: Rivals
) -> Iterator[Row]:
    images = load_dataset(data, "mnist", split="test").images
    pictures = list(images[:: max(1, len(images) // DIGITS)][: count or DIGITS])
    for name, damage in damages(SEED).items():
        given = [damage(clean, index) for index, clean in enumerate(pictures)]
        pairs = list(zip(given, pictures, strict=True))
        reached = mean(psnr(to_bytes(tool.restore(picture)), clean) for picture, clean in pairs)
        beside: Beside = {"damaged": mean(psnr(to_bytes(picture), clean) for picture, clean in pairs)}
        beside["median 3x3"] = mean(psnr(rivals.median(picture), clean) for picture, clean in pairs)
        beside["BM3D"] = mean(known.reached(rivals.bm3d, (p, deviation(p, clean)), clean) for p, clean in pairs)
        if other is not None:
            beside[DIGIT_RIVAL] = mean(psnr(to_bytes(other.restore(picture)), clean) for picture, clean in pairs)
        yield row(f"PSNR on MNIST's test split, {name}", reached, beside)


def deviation(damaged: np.ndarray, clean: np.ndarray) -> float:
    """What BM3D is told to be the noise, in 8-bit steps: of other damage too, as if it were."""
    return float(np.sqrt(np.mean(np.square(255.0 * damaged - clean))))


# -----------------------------------------------------------------------------
# command


def mean(values: Iterator[float | None] | list[float]) -> float:
    """NaN where one is not known."""
    listed = [np.nan if value is None else value for value in values]
    return float(np.mean(listed))


def row(name: str, value: float, beside: Beside) -> Row:
    known = {key: v for key, v in beside.items() if v is not None and np.isfinite(v)}
    note = "; ".join(f"{key} {v:.2f}" for key, v in known.items())
    return Figure(name, round(min(value, HIGHEST), 2), group=name.rpartition(", ")[0], note=note), known


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    """All rows of one package, what is beside them as columns. Raises ExportError where the sets are not there."""
    if args.tests is None:
        raise ExportError("Name with --tests the folder in which BSD68, CBSD68, Set12, Set5 and Set14 lie.")
    started, runtime, rows = time.monotonic(), Runtime("cpu", threads=1), []
    try:
        with Rivals(pathlib.Path(args.runs) / "rivals.json", run=args.rivals) as known:
            for figure, beside in measure(package, runtime, args, known):
                print(f"{package.name}: {figure.name}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
                rows.append((figure, beside))
    except StudioError as error:
        raise ExportError(str(error)) from None
    finally:
        runtime.close()
    evaluation = Evaluation(
        figures=tuple(figure for figure, _ in rows),
        baselines=columns(rows),
        **told(args, package, kind="restorer", started=started),
    )
    return evaluation, arrays_with()


def columns(rows: list[Row]) -> tuple[Column, ...]:
    """What stands beside the figures, by its name."""
    names = dict.fromkeys(name for _, beside in rows for name in beside)
    return tuple(
        Column(name, {figure.name: beside[name] for figure, beside in rows if name in beside}) for name in names
    )


def measure(package: Package, runtime: Runtime, args: argparse.Namespace, known: Rivals) -> Iterator[Row]:
    """The rows of one package, by what it does."""
    tool, tests, restoration = FloatRestorer(package, runtime), pathlib.Path(args.tests), package.manifest.restoration
    if restoration is not None and restoration.side is not None:
        other = digit_rival(pathlib.Path(args.models), runtime)
        return digit_rows(tool, other, pathlib.Path(args.data), args.pictures, known)
    if "upscale" in package.manifest.abilities:
        return size_rows(tool, tests, args.pictures)
    if "inpaint" in package.manifest.abilities:
        return hole_rows(tool, tests, args.pictures, known)
    return noise_rows(tool, tests, args.pictures, known)


def digit_rival(models: pathlib.Path, runtime: Runtime) -> FloatRestorer | None:
    """What else could clean digits, where it is there."""
    try:
        return FloatRestorer(packages.open_package(models / DIGIT_RIVAL), runtime)
    except StudioError:
        return None
