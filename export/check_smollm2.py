"""How exact an installed package of SmolLM2 is, beside a float32 reference of the weights in its GGUF file.

    python -m export smollm2 --check wikitext2_test.txt

Three figures, all through the program's own engine: the most probable text after ten prompts, token by token; the most
probable token at 2,000 places of a text file; bits per byte of that text. The reference is numpy alone, without a
cache and without ONNX Runtime (text_reference.py).
"""

import dataclasses
import math
import pathlib
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_cache import empty_cache
from desktop_app.engine.text_graph import open_graph
from desktop_app.engine.text_model import TextModel
from desktop_app.engine.text_prompt import PromptReader
from desktop_app.engine.text_requests import Choosing, Complete, Message, Wrote
from desktop_app.engine.tokenizer import Tokenizer
from export.engine_logits import all_logits
from export.errors import ExportError
from export.gguf import Source
from export.text_graph import Decoder
from export.text_reference import reference_logits

WRITTEN, PLACES = 64, 2000  # tokens
CHARACTERS = 16_000  # that hold so many places
PROMPTS = (
    "The old lighthouse stood at the end of the pier, and",
    "A good name for a small coffee roastery by the sea is",
    "Water boils at a lower temperature on a mountain because",
    "The city council met on Tuesday to decide",
    "To paint a wooden chair, first",
    "In 1969, the first people",
    "def mean(numbers):\n    ",
)
QUESTIONS = (
    "Write a tagline for a bicycle shop.",
    "What is the capital of France, and what is it known for?",
    "Summarise: the meeting moved from Monday to Friday, as the hall was taken.",
)


@dataclasses.dataclass(frozen=True)
class Greedy:
    """same: tokens up to the first at which the reference would have written another."""

    written: int
    same: int


@dataclasses.dataclass(frozen=True)
class Places:
    """same: share of places whose most probable token is the reference's; bits per byte of both."""

    same: float
    bits: float
    bits_of_reference: float


def check(folder: pathlib.Path, source: Source, text: pathlib.Path) -> None:
    """Print all figures. Raises ExportError."""
    runtime = Runtime("cpu", threads=1)
    try:
        package = packages.open_package(folder)
        decoder = source.decoder(bits=4)  # as the file holds them
        report(package, decoder, text.read_text("utf-8"), runtime)
    except (OSError, UnicodeError, StudioError) as error:
        raise ExportError(str(error)) from None
    finally:
        runtime.close()


def report(package: Package, decoder: Decoder, text: str, runtime: Runtime) -> None:
    size = sum(entry.size for entry in package.manifest.files.values())
    print(f"{package.name}: {size / 1e6:.1f} MB")
    print("{:.0f} tokens written and {:.0f} tokens read a CPU second".format(*speed(package, runtime)), flush=True)
    found = list(greedy(package, decoder, runtime))
    whole = sum(one.same == one.written for one in found)
    print(f"most probable text: {whole} of {len(found)} prompts as the reference; tokens alike ", end="")
    print(", ".join(f"{one.same} of {one.written}" for one in found), flush=True)
    places = compare_places(package, decoder, text, runtime)
    print(
        f"{PLACES} places: {places.same:.2%} of the most probable tokens are the reference's; bits per byte "
        f"{places.bits:.5f}, of the reference {places.bits_of_reference:.5f} "
        f"({places.bits / places.bits_of_reference - 1:+.3%})"
    )


def greedy(package: Package, decoder: Decoder, runtime: Runtime) -> Iterator[Greedy]:
    """What the engine writes after each prompt, followed by the reference in one pass."""
    assert package.manifest.text is not None
    model, reader = TextModel(package, runtime), PromptReader(package, package.manifest.text)
    for request in requests(package):
        before = reader.prompt(request).tokens
        written = [update.token for update in model.complete(request) if isinstance(update, Wrote)]
        logits = reference_logits(decoder, np.array([*before, *written[:-1]]), keep=len(written))
        alike = logits.argmax(axis=1) == np.array(written)
        yield Greedy(len(written), int(np.argmin([*alike, False])))


def requests(package: Package) -> Iterator[Complete]:
    choosing = Choosing(temperature=0)
    for prompt in PROMPTS:
        yield Complete(package.ref, prompt, choosing=choosing, tokens=WRITTEN)
    for question in QUESTIONS:
        yield Complete(package.ref, messages=(Message("user", question),), choosing=choosing, tokens=WRITTEN)


def compare_places(package: Package, decoder: Decoder, text: str, runtime: Runtime) -> Places:
    tokenizer = opened_tokenizer(package)
    tokens = np.array(tokenizer.encode(text[:CHARACTERS])[: PLACES + 1])
    if len(tokens) <= PLACES:
        raise ExportError(f"The text has {len(tokens):,} tokens; {PLACES + 1:,} are needed.")
    made = all_logits(empty_cache(open_graph(package, runtime)), tokens[:-1])
    wanted = reference_logits(decoder, tokens[:-1])
    size = sum(len(tokenizer.bytes_of(int(token))) for token in tokens[1:])
    same = float((made.argmax(axis=1) == wanted.argmax(axis=1)).mean())
    return Places(same, *(nats(logits, tokens[1:]) / math.log(2) / size for logits in (made, wanted)))


def nats(logits: npt.NDArray[np.float32], tokens: npt.NDArray[np.integer]) -> float:
    """Of all tokens together; logits (T, V) of their places."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(tokens)), tokens]
    return float((np.log(np.exp(shifted).sum(axis=1)) - chosen).sum())


def speed(package: Package, runtime: Runtime) -> tuple[float, float]:
    """(written, read) tokens a second of processor time; the first run, which warms up, is not counted."""
    cache = empty_cache(open_graph(package, runtime))
    tokens = np.arange(1, 257) % package.manifest.graphs["text"].outputs[0].shape[-1]  # type: ignore[operator]
    found = []
    for _ in range(2):
        cache.truncate(0)
        started = time.process_time()
        for first in range(0, 256, 32):
            cache.step(tokens[None, first : first + 32], keep=1)
        read = time.process_time()
        for token in tokens[:WRITTEN]:
            cache.step(np.array([[token]]), keep=1)
        found.append((WRITTEN / (time.process_time() - read), 256 / (read - started)))
    return found[1]


def opened_tokenizer(package: Package) -> Tokenizer:
    assert package.manifest.text is not None
    return Tokenizer(package.file("tokenizer"), vocabulary=package.manifest.text.vocabulary)
