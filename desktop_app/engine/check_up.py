"""A check-up: what a package does on this machine with inputs of fixed seeds, each run alone.

Nothing is judged here: figures go to studio/check_up.py, which knows what they mean. Numbers that are none are found
in what the graphs give, before anything is rounded, and end nothing.
"""

import itertools
import statistics
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine import drawings, images, memory
from desktop_app.engine.classifier import Classifier, softmax
from desktop_app.engine.errors import DeviceError, OutOfMemory, RequestError
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Picture
from desktop_app.engine.requests import CheckedUp, CheckUp, Design, Pixels, Progress, Prompt
from desktop_app.engine.restorer import Restorer
from desktop_app.engine.text_model import TextModel
from desktop_app.engine.text_requests import Complete, Wrote

Model = LatentModel | Restorer | Classifier | TextModel
Float32 = npt.NDArray[np.float32]
Answer = npt.NDArray[Any]

MAX_COUNT = 256
MAX_BYTES = 32 * 2**20  # of all pictures together: they cross to the studio at once
NEAR = 4.0  # 8-bit steps, root mean square: two pictures that nobody tells apart
SIDE = 128  # pixels of the pictures that a restorer of free size is given
GREY = Picture(1, 1, 1, 0.0, 1.0)
OPENING = "The"  # what a writer goes on from
MAX_TEXTS = 8
COMMON_WORDS = 64
TOKENS = 32  # of each text


def check_up(request: CheckUp, open_model: Callable[[], Model]) -> Iterator[Progress | CheckedUp]:
    """open_model: opens the package anew, so that time and memory are its own. Raises StudioError."""
    if not 1 <= request.count <= MAX_COUNT:
        raise RequestError(f"A check-up takes 1 to {MAX_COUNT} samples; {request.count} were asked for.")
    before, started = memory.resident_bytes(), time.perf_counter()
    model = open_model()
    load_ms = (time.perf_counter() - started) * 1000
    if isinstance(model, LatentModel):
        found = yield from _generator(model, request)
    elif isinstance(model, Restorer):
        found = yield from _restorer(model, request)
    elif isinstance(model, TextModel):
        found = yield from _writer(model, request)
    else:
        found = yield from _classifier(model, request)
    yield CheckedUp(
        **found,
        load_ms=load_ms,
        memory_bytes=max(0, memory.resident_bytes() - before),
        golden_error=model.golden_error(),
    )


# -- the four kinds ------------------------------------------------------------------------------------------------

Found = dict[str, Any]  # fields of CheckedUp
Asked = Generator[Progress, None, Found]


def _generator(model: LatentModel, request: CheckUp) -> Asked:
    """Designs of the seed, the classes in turn; icons of the words that it heard most often."""
    count = _fitting(request.count, model.picture_bytes)
    if isinstance(model, IconModel):
        designs = icons_of(request.seed, count, model.icons.words)
    else:
        designs = designs_of(request.seed, count, len(model.package.manifest.classes))
    answers, times = yield from _timed([partial(_drawn, model, design) for design in designs])
    if isinstance(model, IconModel):
        fields, broken = _sound(answers, 1.0)
        pictures = model.drawn(fields[:, 0] * np.float32(model.icons.reach))
    else:
        pictures, broken = to_pixels(answers, model.picture)
    distances = distances_between(pictures)
    return {
        "kind": "generator",
        "pictures": pictures,
        "milliseconds": statistics.median(times),
        "broken": broken,
        "constant": _constant(pictures, broken),
        "near_copies": _near(distances, broken),
        "diversity": _mean(distances, broken),
    }


def _restorer(model: Restorer, request: CheckUp) -> Asked:
    """Drawn pictures of all kinds: what a restorer may do to one of them says little, what it does to all, much."""
    restoration = model.restoration
    side = restoration.side or -(-SIDE // restoration.cell) * restoration.cell
    given = drawings.draw(request.seed, min(request.count, 8), side, restoration.channels)
    mask = drawings.hole(side) if model.takes_mask else None
    answers, times = yield from _timed([partial(model.answer, _values(x), mask) for x in given])
    pictures, broken = to_pixels(answers, GREY)
    plain = given.repeat(restoration.scale, axis=1).repeat(restoration.scale, axis=2)
    where = np.ones((side, side), bool) if mask is None else mask[0] > 0
    where = where.repeat(restoration.scale, axis=0).repeat(restoration.scale, axis=1)
    distances = distances_between(pictures[:, where])
    return {
        "kind": "restorer",
        "given": given,
        "pictures": pictures,
        "milliseconds": statistics.median(times) / (side * side / 1e6),
        "broken": broken,
        "constant": tuple(n for n in _constant(pictures, broken) if n not in _constant(given, ())),
        "unchanged": tuple(n for n in range(len(given)) if np.array_equal(pictures[n][where], plain[n][where])),
        "near_copies": _near(distances, broken),
        "diversity": _mean(distances, broken),
    }


def _classifier(model: Classifier, request: CheckUp) -> Asked:
    p = model.picture
    count = _fitting(request.count, p.height * p.width * p.channels)
    given = drawings.draw(request.seed, count, max(p.height, p.width), p.channels)[:, : p.height, : p.width]
    answers, times = yield from _timed([partial(_logits, model, x) for x in given])
    broken = tuple(n for n, logits in enumerate(answers) if not np.isfinite(logits).all())
    probabilities = softmax(np.nan_to_num(np.stack(answers), posinf=0.0, neginf=0.0))
    apart = 0.5 * np.abs(probabilities[:, None] - probabilities[None]).sum(axis=2)
    return {
        "kind": "classifier",
        "pictures": given,
        "milliseconds": statistics.median(times),
        "broken": broken,
        "labels": tuple(int(label) for label in probabilities.argmax(axis=1)),
        "diversity": _mean(apart, broken),
    }


def _writer(model: TextModel, request: CheckUp) -> Asked:
    """One opening with several seeds. A text ends where numbers are none, and what came until then is kept."""
    texts, times, broken = [], list[float](), []
    count = min(request.count, MAX_TEXTS)
    for n in range(count):
        words, took, sound = _written(model, Complete(model.package.ref, OPENING, tokens=TOKENS, seed=request.seed + n))
        texts.append(words)
        times += took
        broken += [] if sound else [n]
        yield Progress("Checking up", n + 1, count)
    whole = [n for n in range(count) if n not in broken]
    words_of = [texts[n].casefold().split() for n in whole]
    every = [word for words in words_of for word in words]
    return {
        "kind": "writer",
        "pictures": np.zeros((0, 1, 1, 1), np.uint8),
        "texts": tuple(texts),
        "milliseconds": statistics.median(times) if times else 0.0,
        "broken": tuple(broken),
        "constant": tuple(n for n, words in zip(whole, words_of, strict=True) if len(set(words)) < 2),
        "near_copies": tuple((a, b) for i, a in enumerate(whole) for b in whole[i + 1 :] if texts[a] == texts[b]),
        "diversity": len(set(every)) / len(every) if every else 0.0,
    }


def _written(model: TextModel, request: Complete) -> tuple[str, list[float], bool]:
    """The text, the milliseconds of each token but the first, which waits for the opening, and whether it is sound."""
    words, times = [], [time.perf_counter()]
    try:
        for update in model.complete(request):
            if isinstance(update, Wrote):
                words.append(update.text)
                times.append(time.perf_counter())
    except OutOfMemory:
        raise
    except DeviceError:  # numbers that are none
        return "".join(words), [], False
    return "".join(words), [(b - a) * 1000 for a, b in itertools.pairwise(times[1:])], True


def _drawn(model: LatentModel, design: Design) -> Float32:
    x: Float32 = model.decode(model.w_of([design]))[0]
    return x


def _logits(model: Classifier, picture: Pixels) -> Float32:
    logits: Float32 = model.answers(picture[None])["logits"][0]
    return logits


def designs_of(seed: int, count: int, num_classes: int) -> list[Design]:
    """The first designs of a seed, the classes in turn."""
    return [Design(seed, n, label=n % num_classes if num_classes else None) for n in range(count)]


def icons_of(seed: int, count: int, words: tuple[str, ...]) -> list[Design]:
    """The first designs of a seed, the first words of a package of icons in turn."""
    common = words[:COMMON_WORDS] or ("",)
    return [Design(seed, n, prompt=Prompt((common[n % len(common)],))) for n in range(count)]


# -- figures -------------------------------------------------------------------------------------------------------


def to_pixels(answers: Sequence[Float32], picture: Picture) -> tuple[Pixels, tuple[int, ...]]:
    """(C, H, W) each, in the picture's range -> (N, H, W, C) uint8, and which of them hold numbers that are none."""
    x, broken = _sound(answers, picture.low)
    return images.to_pixels(x, picture), broken


def _sound(answers: Sequence[Float32], instead: float) -> tuple[Float32, tuple[int, ...]]:
    """(N, C, H, W) with `instead` where there is no number, and which answers hold such."""
    x = np.stack(answers)
    sound = np.isfinite(x)
    broken = tuple(int(n) for n in np.flatnonzero(~sound.all(axis=(1, 2, 3))))
    return np.where(sound, x, np.float32(instead)), broken


def distances_between(pictures: Pixels) -> Float32:
    """(N, …) uint8 -> (N, N): root mean square differences, in 8-bit steps."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    rows = [np.sqrt(np.mean((flat - one) ** 2, axis=1)) for one in flat]
    return np.stack(rows)


def _timed(runs: Sequence[Callable[[], Answer]]) -> Generator[Progress, None, tuple[list[Answer], list[float]]]:
    """What each gives, and the milliseconds it took; the first is run once before, for what it prepares."""
    runs[0]()
    answers, times = [], []
    for n, run in enumerate(runs):
        started = time.perf_counter()
        answers.append(run())
        times.append((time.perf_counter() - started) * 1000)
        yield Progress("Checking up", n + 1, len(runs))
    return answers, times


def _fitting(count: int, picture_bytes: int) -> int:
    return max(1, min(count, MAX_BYTES // picture_bytes))


def _values(pixels: Pixels) -> Float32:
    """(H, W, C) uint8 -> (C, H, W) in 0..1."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32) / np.float32(255)


def _constant(pictures: Pixels, broken: tuple[int, ...]) -> tuple[int, ...]:
    flat = pictures.reshape(len(pictures), -1, pictures.shape[-1])
    same = (flat == flat[:, :1]).all(axis=(1, 2))
    return tuple(int(n) for n in np.flatnonzero(same) if n not in broken)


def _pairs(distances: Float32, broken: tuple[int, ...]) -> list[tuple[int, int]]:
    sound = [n for n in range(len(distances)) if n not in broken]
    return [(a, b) for i, a in enumerate(sound) for b in sound[i + 1 :]]


def _near(distances: Float32, broken: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(pair for pair in _pairs(distances, broken) if distances[pair] < NEAR)


def _mean(distances: Float32, broken: tuple[int, ...]) -> float:
    """Over all pairs; 0 where there is none."""
    pairs = _pairs(distances, broken)
    return float(np.mean([distances[pair] for pair in pairs])) if pairs else 0.0
