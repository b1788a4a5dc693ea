"""The part “write” of `maquette bench`: prompts read, tokens written, the first token, and eight texts at once."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from statistics import median
from typing import Any

from desktop_app.bench_rows import Row, milliseconds
from desktop_app.cli import asking
from desktop_app.cli.printing import tell
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device
from desktop_app.engine.text_requests import Began, Choosing, Complete, Wrote
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.model_card import megabytes

PROMPT, WRITTEN = 500, 64  # tokens
TRIED = 100  # words from which the size of a token is learnt
FIRSTS = 5  # prompts whose first token is waited for
BRANCHES, BATCH_TIMES = 8, 2.5  # texts at once, and how many times the throughput of one is expected of them
APPENDED_MS = 150.0
TEN_MORE = " and then a few more words came to its end"
TEXT = (
    "the of and a to in he was that it his her with as had for she not at but be on they have him which said from by "
    "all this were so one when there what would up out if them no who or my an more some could into then little time "
    "very do now like about any two over man before well after down other made long see come than day only even house"
)

RivalOf = Callable[[Package, int], AbstractContextManager[Any]]
_number = itertools.count(1)  # of a prompt: none is asked for twice


def rows(
    jobs: JobQueue,
    writers: list[Package],
    device: Device,
    *,
    rivals_of: Mapping[str, RivalOf],
    rounds: int,
    turn_s: float,
) -> Iterator[Row]:
    """rivals_of: who takes turns with the program, by name."""
    for package in writers:
        tell(f"Measuring {package.name}…")
        size = prompt_size(jobs, package)
        with ExitStack() as stack:
            rivals = {name: stack.enter_context(of(package, device.threads)) for name, of in rivals_of.items()}
            what = f"{package.name}: {device.threads} threads"
            turns = partial(in_turns, package=package.name, rivals=rivals, rounds=rounds, turn_s=turn_s)
            yield turns(f"{what}, prompts read", "read", partial(_read_for, jobs, package, size))
            yield turns(f"{what}, tokens written", "write", partial(_write_for, jobs, package))
        yield first_token(jobs, package, size)
        yield batch(jobs, package, rounds=rounds)
        held = jobs.state.engine_rss
        yield Row(f"{package.name}: memory", "", f"engine {megabytes(held)}", None, {"engine_bytes": held})


def in_turns(
    what: str,
    word: str,
    ours_for: Callable[[float], float],
    *,
    package: str,
    rivals: Mapping[str, Any],
    rounds: int,
    turn_s: float,
) -> Row:
    """Tokens a second of the program and of each rival, one after the other, several times."""
    ours, theirs = list[float](), {name: list[float]() for name in rivals}
    ours_for(turn_s / 4)
    for _ in range(rounds):
        ours.append(ours_for(turn_s))
        for name, rival in rivals.items():
            theirs[name] += rival.turn(turn_s, word)
    rates = {name: median(values) for name, values in theirs.items() if values}
    parts = [f"{median(ours):,.0f} tokens/s"]
    parts += [f"{name} {rate:,.0f} ({median(ours) / rate:.2f} times as many)" for name, rate in rates.items()]
    parts += [rival.absence for name, rival in rivals.items() if name not in rates]
    figures = {
        "package": package,
        "per_second": ours,
        "rivals": {name: {"per_second": theirs[name], **rivals[name].hello} for name in rivals},
    }
    expected = f"ahead of {' and '.join(rates or rivals)}"
    return Row(what, expected, "; ".join(parts), median(ours) > max(rates.values()) if rates else None, figures)


# -- the program ---------------------------------------------------------------------------------------------------


def prompt_size(jobs: JobQueue, package: Package) -> int:
    """How many words make a prompt of PROMPT tokens, or of three quarters of a short context."""
    assert package.manifest.text is not None
    wanted = min(PROMPT, package.manifest.text.context * 3 // 4)
    (began,) = (update for update in _ask(jobs, package, _prompt(TRIED), tokens=1) if isinstance(update, Began))
    return wanted * TRIED // max(1, began.tokens)


def _prompt(size: int) -> str:
    """So many words, others from the first on than ever before."""
    number, words = next(_number), TEXT.split()
    return " ".join([str(number), *(words[(number + n * n) % len(words)] for n in range(size - 1))])


def _ask(jobs: JobQueue, package: Package, prompt: str, *, tokens: int, **more: Any) -> Iterator[Any]:
    choosing = Choosing(temperature=1.0 if "count" in more or "seed" in more else 0.0)
    return asking.run_request(jobs, Complete(package.ref, prompt, choosing=choosing, tokens=tokens, **more))


def _read_for(jobs: JobQueue, package: Package, size: int, seconds: float) -> float:
    """Tokens of prompts a second, from the request to the first token that follows."""
    began, read = time.perf_counter(), 0
    while not read or time.perf_counter() - began < seconds:
        read += sum(u.tokens - u.reused for u in _ask(jobs, package, _prompt(size), tokens=1) if isinstance(u, Began))
    return read / (time.perf_counter() - began)


def _write_for(jobs: JobQueue, package: Package, seconds: float) -> float:
    """Tokens a second after the first, the most probable ones, after a short prompt."""
    began, written, spent = time.perf_counter(), 0, 0.0
    while not spent or time.perf_counter() - began < seconds:
        moments = [
            time.perf_counter() for u in _ask(jobs, package, _prompt(8), tokens=WRITTEN + 1) if isinstance(u, Wrote)
        ]
        written, spent = written + len(moments) - 1, spent + moments[-1] - moments[0]
    return written / spent


def first_token(jobs: JobQueue, package: Package, size: int) -> Row:
    """From the request to the first token: after a prompt that was never read, and after ten words more."""
    fresh, appended, sizes = list[float](), list[float](), list[int]()
    for _ in range(FIRSTS):
        prompt = _prompt(size)
        fresh.append(_wait(jobs, package, prompt, sizes))
        appended.append(_wait(jobs, package, prompt + TEN_MORE, []))
    reached = f"{milliseconds(appended)}; after all {sizes[0]} tokens {milliseconds(fresh)}"
    figures = {"package": package.name, "tokens": sizes, "fresh_ms": fresh, "appended_ms": appended}
    what = f"{package.name}: first token after ten more words"
    return Row(what, f"below {APPENDED_MS:.0f} ms", reached, median(appended) < APPENDED_MS, figures)


def _wait(jobs: JobQueue, package: Package, prompt: str, sizes: list[int]) -> float:
    """Milliseconds to the first token; the size of the prompt is added to the list."""
    started = time.perf_counter()
    for update in _ask(jobs, package, prompt, tokens=1):
        if isinstance(update, Began):
            sizes.append(update.tokens)
        if isinstance(update, Wrote):
            return 1000 * (time.perf_counter() - started)
    return 1000 * (time.perf_counter() - started)


def batch(jobs: JobQueue, package: Package, *, rounds: int) -> Row:
    """Texts of one prompt decoded as one batch, beside as many one after the other, in turns."""
    single, many = list[float](), list[float]()
    for _ in range(rounds):
        prompt, rates = _prompt(8), []
        for counts in ([1] * BRANCHES, [BRANCHES]):
            started, written = time.perf_counter(), 0
            for seed, count in enumerate(counts):
                updates = _ask(jobs, package, prompt, tokens=WRITTEN, seed=seed, count=count)
                written += sum(isinstance(update, Wrote) for update in updates)
            rates.append(written / (time.perf_counter() - started))
        single.append(rates[0])
        many.append(rates[1])
    times = median(many) / median(single)
    reached = f"{times:.2f} times: {median(many):,.0f} tokens/s, one by one {median(single):,.0f}"
    figures = {"package": package.name, "single_per_second": single, "batch_per_second": many}
    what = f"{package.name}: {BRANCHES} texts at once"
    return Row(what, f"{BATCH_TIMES} times one by one", reached, times >= BATCH_TIMES, figures)
