"""`maquette self-test`: does this copy of the program work on this machine? One line a step.

Every bundled package is verified and run in the engine's process, whatever its abilities; the window is opened without
a screen, shows a first tile and closes. All of it needs no network, no home folder and no variables; what is written
goes to a temporary folder that is gone afterwards.
"""

import argparse
import faulthandler
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from desktop_app import paths
from desktop_app.cli import asking
from desktop_app.cli.models import verified_sentence, verify_one
from desktop_app.engine.errors import StudioError
from desktop_app.engine.fields import coverage_of
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import (
    Classified,
    Classify,
    Cross,
    Design,
    Explain,
    Explained,
    Fields,
    Pictures,
    Pixels,
    Place,
    Prompt,
    Restored,
    Sample,
    Trace,
)
from desktop_app.engine.text_requests import Complete, Weigh, Weighed, Wrote
from desktop_app.studio import recipe, vector
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library
from desktop_app.studio.restoring import Restoring
from desktop_app.studio.scratch import Scratch
from desktop_app.studio.sheet import SheetState, design_at

TIME_LIMIT_S = 300
DESIGNS = 12
ICONS = 4
TOKENS = 16  # of a text
SENTENCE = "A quiet lamp of oak and glass, made to last."
CHUNKS = (DESIGNS, 5, 1)  # batch sizes that must all give the same pixels
MAX_SEAM = 2  # of 255, between a picture done in tiles of one size and of another
MAX_UNSURE = 1e-3  # of a probability, between a picture judged alone and among others on a GPU
_USER_FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")

Step = Callable[[], str]  # does its work and returns what to say; raises StudioError where something is wrong


def run(options: argparse.Namespace) -> int:
    """The command. A step that hangs ends the process, and says where."""
    faulthandler.dump_traceback_later(TIME_LIMIT_S, exit=True)
    try:
        return check(options)
    finally:
        faulthandler.cancel_dump_traceback_later()


def check(options: argparse.Namespace) -> int:
    """0 where every step passes, 1 otherwise; a failed step does not keep the others from being tried."""
    with _nowhere_else() as folder:
        passed = _all_pass(_engine_steps(options, folder)) & _all_pass([_window])
    print("All is well." if passed else "Something is wrong.")
    return 0 if passed else 1


def _all_pass(steps: Sequence[Step] | Iterator[Step]) -> bool:
    passed = True
    for step in steps:
        started = time.perf_counter()
        try:
            sentence, word = step(), "ok"
        except StudioError as error:
            sentence, word, passed = error.message, "FAILED", False
        print(f"{word:6}  {time.perf_counter() - started:5.2f} s  {sentence}", flush=True)
    return passed


@contextmanager
def _nowhere_else() -> Iterator[Path]:
    """A temporary folder that stands for all folders of the user."""
    before = {name: os.environ.get(name) for name in _USER_FOLDERS}
    with tempfile.TemporaryDirectory(prefix="maquette-") as name:
        os.environ.update(dict.fromkeys(_USER_FOLDERS, name))
        try:
            yield Path(name)
        finally:
            for variable, value in before.items():
                os.environ.pop(variable) if value is None else os.environ.update({variable: value})


# -- the engine ----------------------------------------------------------------------------------------------------


def _engine_steps(options: argparse.Namespace, folder: Path) -> Iterator[Step]:
    library = Library([paths.bundled_models()], folder / "models")
    yield lambda: _all_readable(library)
    with asking.engine(options.device, options.threads) as jobs:
        yield lambda: _device(jobs)
        for package in library.packages():
            yield lambda package=package: verified_sentence(verify_one(jobs, package), package)  # type: ignore[misc]
            if "sample" in package.manifest.abilities:
                yield lambda package=package: _samples(jobs, package)  # type: ignore[misc]
                yield lambda package=package: _file_comes_back(jobs, package, folder)  # type: ignore[misc]
            if package.manifest.icons is not None:
                yield lambda package=package: _traces(jobs, package)  # type: ignore[misc]
            if package.manifest.restoration is not None:
                yield lambda package=package: _restores(jobs, package, folder)  # type: ignore[misc]
            if package.manifest.classifier is not None:
                yield lambda package=package: _explains(jobs, package)  # type: ignore[misc]
            if package.manifest.text is not None:
                yield lambda package=package: _writes(jobs, package)  # type: ignore[misc]


def _all_readable(library: Library) -> str:
    for problem in library.problems():
        raise problem
    names = [package.name for package in library.packages()]
    if not names:
        raise StudioError(f"No model is bundled: {paths.bundled_models()} holds none.")
    return f"bundled models: {', '.join(names)}"


def _device(jobs: JobQueue) -> str:
    device = asking.describe_device(jobs)
    reason = f" ({device.reason})" if device.reason else ""
    return f"engine on {device.obtained.upper()}{reason}, ONNX Runtime {device.runtime}, {device.threads} threads"


def _samples(jobs: JobQueue, package: Package) -> str:
    """The same designs twice and in several batch sizes: the same pixels; other designs: other pixels."""
    designs = _designs(package)
    first, *others = [draw(jobs, package, designs, chunk) for chunk in (CHUNKS[0], *CHUNKS)]
    tolerance = 0 if asking.describe_device(jobs).obtained == "cpu" else 1
    for chunk, again in zip(CHUNKS, others, strict=True):
        off = np.abs(first.astype(np.int16) - again).max()
        if off > tolerance:
            raise StudioError(f"{package.name}: batches of {chunk} give other pixels (off by {off}/255).")
    if len({picture.tobytes() for picture in first}) < DESIGNS:
        raise StudioError(f"{package.name}: different designs give the same picture.")
    return f"{package.name}: {DESIGNS} designs, the same pixels in batches of {', '.join(map(str, CHUNKS))}"


def _file_comes_back(jobs: JobQueue, package: Package, folder: Path) -> str:
    """A picture written with its recipe is read and made again."""
    design = _designs(package)[-1]
    path = folder / "design.png"
    pixels = draw(jobs, package, (design,), 1)[0]
    recipe.save_png(path, pixels, recipe.make_recipe(package, design, jobs.state.device))
    kept, made = recipe.read_picture(path)
    word, _ = recipe.compare(kept, draw(jobs, package, (made.design,), 1)[0])
    if word == "different":
        raise StudioError(f"{package.name}: a picture made again from its file is another one.")
    return f"{package.name}: a picture made again from its file is {word}"


def _designs(package: Package) -> tuple[Design, ...]:
    sheet, classes = SheetState(package.name, seed=7), len(package.manifest.classes)
    return tuple(design_at(sheet, i, classes) for i in range(DESIGNS))


def draw(jobs: JobQueue, package: Package, designs: tuple[Design, ...], chunk: int) -> Pixels:
    """(N, H, W, C) uint8 through the engine's process. Raises StudioError."""
    updates = asking.run_request(jobs, Sample(package.ref, designs, chunk))
    return np.concatenate([update.pixels for update in updates if isinstance(update, Pictures)])


def _traces(jobs: JobQueue, package: Package) -> str:
    """Icons of a word, a child of equal parents, and outlines: the fields are those of the pictures."""
    assert package.manifest.icons is not None
    prompt = Prompt(package.manifest.icons.words[:1], guidance=package.manifest.icons.guidance)
    named = tuple(Design(7, n, prompt=prompt) for n in range(ICONS))
    child = Design(0, 0, place=Place(cross=Cross((named[0], named[0]), 7, 0)))
    designs = (*named, child, Design(7, 0))
    pictures = draw(jobs, package, designs, len(designs))[..., 0]
    updates = asking.run_request(jobs, Trace(package.ref, designs))
    fields = np.concatenate([update.fields for update in updates if isinstance(update, Fields)])
    off = np.abs(255 - coverage_of(fields, pictures.shape[1]).astype(np.int16) - pictures).max()
    if off > (0 if asking.describe_device(jobs).obtained == "cpu" else 1):
        raise StudioError(f"{package.name}: an icon's field is not that of its picture (off by {off}/255).")
    if not np.array_equal(fields[ICONS], fields[0]):
        raise StudioError(f"{package.name}: a child of equal parents is another icon.")
    if np.array_equal(fields[ICONS + 1], fields[0]):
        raise StudioError(f"{package.name}: a word changes nothing.")
    sizes = [len(vector.svg(vector.trace(field))) for field in fields[:ICONS]]
    return f"{package.name}: {ICONS} icons of a word as SVG, {sum(sizes):,} bytes, and a child"


def _restores(jobs: JobQueue, package: Package, folder: Path) -> str:
    """The same noisy picture twice and in other tiles: the same pixels, and hardly others."""
    with Scratch(folder) as scratch:
        picture = _noisy_picture()
        first, again, tiled = (restored(jobs, package, scratch, picture, tile=tile) for tile in (512, 512, 128))
    tolerance = 0 if asking.describe_device(jobs).obtained == "cpu" else 1
    off = np.abs(first.astype(np.int16) - again).max()
    if off > tolerance:
        raise StudioError(f"{package.name}: the same picture twice gives other pixels (off by {off}/255).")
    seam = np.abs(first.astype(np.int16) - tiled).max()
    if seam > MAX_SEAM:
        raise StudioError(f"{package.name}: in smaller tiles it gives another picture (off by {seam}/255).")
    return f"{package.name}: the same pixels twice, within {seam}/255 in tiles of 128"


def _noisy_picture() -> Pixels:
    """(252, 280, 3) uint8: soft waves with noise of a fixed seed. The sides are multiples of 28, which digits need."""
    y, x = np.mgrid[0:252, 0:280] / 40
    waves = 128 + 80 * np.sin(x)[..., None] * np.cos(y[..., None] + np.arange(3))
    grain = np.random.Generator(np.random.Philox(key=7)).normal(0, 15, waves.shape)
    pixels: Pixels = np.rint(np.clip(waves + grain, 0, 255)).astype(np.uint8)
    return pixels


def restored(jobs: JobQueue, package: Package, scratch: Scratch, picture: Pixels, *, tile: int) -> Pixels:
    """A picture through the engine's process; a package that fills in gets a hole in the middle."""
    hole = None
    if "inpaint" in package.manifest.abilities:
        hole = np.zeros((*picture.shape[:2], 1), np.uint8)
        hole[120:132, 60:200] = 255
    mask = scratch.save(hole) if hole is not None else None
    restoring = Restoring(scratch, scratch.save(picture), package, mask=mask, tile=tile)
    for update in asking.run_request(jobs, restoring.request):
        if isinstance(update, Restored):
            restoring.take(update)
    return np.array(restoring.result)


def _explains(jobs: JobQueue, package: Package) -> str:
    """A picture judged among others and alone, which must come to the same, and both maps of why."""
    pictures = _grain(package)
    judged = asking.run_request(jobs, Classify(package.ref, pictures))
    among = np.concatenate([update.probabilities for update in judged if isinstance(update, Classified)])[0]
    updates = asking.run_request(jobs, Explain(package.ref, pictures[0]))
    *_, found = [update for update in updates if isinstance(update, Explained)]
    off = np.abs(found.probabilities - among).max()
    if not off <= (0 if asking.describe_device(jobs).obtained == "cpu" else MAX_UNSURE):
        raise StudioError(f"{package.name}: a picture alone is judged otherwise than among others (off by {off:.1e}).")
    if found.occlusion is None or np.ptp(found.occlusion) == 0 or np.ptp(found.evidence) == 0:
        raise StudioError(f"{package.name}: a map of why is missing, or the same everywhere.")
    return f"{package.name}: {DESIGNS} pictures judged, one of them explained by both maps"


def _grain(package: Package) -> Pixels:
    """(DESIGNS, H, W, C) uint8 of the package's own size: coarse grain of a fixed seed on black."""
    p = package.manifest.picture
    assert p is not None
    low = np.random.Generator(np.random.Philox(key=7)).integers(0, 256, (DESIGNS, -(-p.height // 4), -(-p.width // 4)))
    fine = low.repeat(4, axis=1).repeat(4, axis=2)[:, : p.height, : p.width, None]
    pixels: Pixels = fine.repeat(p.channels, axis=3).astype(np.uint8)
    return pixels


def _writes(jobs: JobQueue, package: Package) -> str:
    """A text twice, with another seed between: the same both times; and a sentence weighed."""
    first, other, again = (written(jobs, package, seed) for seed in (7, 8, 7))
    if first != again:
        raise StudioError(f"{package.name}: the same prompt and seed give another text.")
    if first == other:
        raise StudioError(f"{package.name}: another seed gives the same text.")
    updates = asking.run_request(jobs, Weigh(package.ref, SENTENCE))
    pieces = [piece for update in updates if isinstance(update, Weighed) for piece in update.pieces]
    known = [piece.probability for piece in pieces if piece.probability is not None]
    if "".join(SENTENCE[piece.start : piece.end] for piece in pieces) != SENTENCE:
        raise StudioError(f"{package.name}: a sentence that was weighed comes back as another one.")
    if not known or not all(0 <= probability <= 1 for probability in known):
        raise StudioError(f"{package.name}: how probable a word is, is no number.")
    return f"{package.name}: {TOKENS} tokens, the same twice, and a sentence of {len(pieces)} tokens weighed"


def written(jobs: JobQueue, package: Package, seed: int) -> tuple[int, ...]:
    """Tokens that go on from a sentence, through the engine's process. Raises StudioError."""
    request = Complete(package.ref, prompt=SENTENCE, tokens=TOKENS, seed=seed)
    return tuple(update.token for update in asking.run_request(jobs, request) if isinstance(update, Wrote))


# -- the window ----------------------------------------------------------------------------------------------------


def _window() -> str:
    try:
        from desktop_app import app
    except ImportError as error:  # a system library that Qt needs
        raise StudioError(f"The window cannot be opened: {error}.") from None

    sentence = app.self_test()
    if sentence is not None:
        raise StudioError(f"The window was opened, but: {sentence}")
    return "the window opened, showed its first tile and closed"
