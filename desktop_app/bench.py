"""`maquette bench`: what this machine reaches, each figure beside what it is measured against, in one run.

Rivals take turns, several times, so that a busy moment of the machine meets both; medians are told. Windows and the
engine without its process are measured in processes of their own (bench_probes.py). PyTorch is no part of the
program: where it and the `export` package are installed, a child process draws with the same network.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from desktop_app import __version__, bench_blend, bench_icons, bench_judge, bench_restore, bench_write
from desktop_app.bench_probes import BATCH, SINGLES, WARM_UP, designs
from desktop_app.bench_probes import run as run_probe
from desktop_app.bench_rows import Row, in_turns, milliseconds
from desktop_app.cli import asking
from desktop_app.cli.arguments import BENCH_PARTS
from desktop_app.cli.printing import print_json, print_table, tell
from desktop_app.engine import child
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device, Sample
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.model_card import megabytes

RESTORE_PROBES = ("first-view", "slider", "restore-memory", "bm3d")
TURN_S = 1.0  # how long each rival draws, a turn
PROBE_LIMIT_S = 1200  # 10,000 dragged positions on a busy machine
LATENCY_MS, WINDOW_S, BLOCK_MS = 5.0, 1.0, 33.0  # what is expected


def run(options: argparse.Namespace) -> int:
    if options.probe:
        return _run_probe(options)
    parts = [part for part in BENCH_PARTS if not options.only or part in options.only]
    package = _package(options.package, parts)
    if package.manifest.restoration is not None:
        parts = ["restore"]
    if package.manifest.classifier is not None:
        parts = ["judge"]
    if package.manifest.text is not None:
        parts = ["write"]
    if package.manifest.icons is not None and options.package:
        parts = ["icons"]
    with asking.engine(options.device, options.threads) as jobs:
        device = asking.describe_device(jobs)
        alone = [part for part in parts if part not in ("blend", "restore", "judge", "write", "icons")]
        rows = [row for part in alone for row in _rows(part, jobs, package, device, options.rounds)]
        if "blend" in parts:
            rows += _blend(jobs, [package] if options.package else _generators(), device, options.rounds)
        if "restore" in parts:
            rows += _restore(jobs, package, device, options)
        if "judge" in parts:
            rows += _judge(jobs, package, device, options)
        if "write" in parts:
            rows += _write(jobs, package, device, options)
        if "icons" in parts:
            rows += _icons(jobs, package, device, options)
    tell("")
    _print(rows, package, device, as_json=options.json)
    return 0


def _run_probe(options: argparse.Namespace) -> int:
    if options.probe in RESTORE_PROBES:
        from desktop_app import bench_restore_probes

        return bench_restore_probes.run(options)
    return run_probe(options.probe, package=_package(options.package, []).name, threads=options.threads)


def _package(name: str | None, parts: list[str]) -> Package:
    """The one that is asked for, else the first generator with classes; a restorer where nothing else is measured."""
    if name is not None:
        return asking.library().find(name)
    if parts == ["restore"]:
        for package in _restorers():
            return package
        raise StudioError("There is no model that restores pictures to measure.")
    if parts == ["write"]:
        for package in _writers():
            return package
        raise StudioError("There is no model that writes to measure.")
    if parts == ["icons"]:
        for package in _icon_makers():
            return package
        raise StudioError("There is no model that makes icons to measure.")
    for package in _generators():
        if package.manifest.classes:
            return package
    raise StudioError("There is no generator with classes to measure.")


def _restorers() -> list[Package]:
    return [package for package in asking.library().packages() if package.manifest.restoration is not None]


def _writers() -> list[Package]:
    return [package for package in asking.library().packages() if package.manifest.text is not None]


def _icon_makers() -> list[Package]:
    return [package for package in asking.library().packages() if package.manifest.icons is not None]


def _generators() -> list[Package]:
    """Of pictures."""
    found = [package for package in asking.library().packages() if "sample" in package.manifest.abilities]
    return [package for package in found if package.manifest.icons is None]


def _rows(part: str, jobs: JobQueue, package: Package, device: Device, rounds: int) -> Iterator[Row]:
    tell(f"Measuring {part}…")
    match part:
        case "throughput":
            yield _throughput(jobs, package, device, rounds)
        case "latency":
            yield _latency(jobs, package, device)
        case "window":
            yield from _window(rounds)
        case "scrolling":
            yield from _scrolling()


# -- the engine ----------------------------------------------------------------------------------------------------


def _throughput(jobs: JobQueue, package: Package, device: Device, rounds: int) -> Row:
    what = f"sampling, batches of {BATCH}, {device.threads} threads"
    ours_for = partial(_draw_for, jobs, package)
    with _rival(package, device.threads) as rival:
        return in_turns(what, "designs", ours_for, rival, rounds=rounds, turn_s=TURN_S, batch=BATCH)


def _draw_for(jobs: JobQueue, package: Package, seconds: float) -> float:
    """Designs a second through the engine's process, pixels arriving here."""
    classes, count, drawn = len(package.manifest.classes), 8 * BATCH, 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        request = Sample(package.ref, designs(package.name, classes, drawn, count), BATCH)
        for _ in asking.run_request(jobs, request):
            pass
        drawn += count
    return drawn / elapsed


def _latency(jobs: JobQueue, package: Package, device: Device) -> Row:
    classes, singles_ms = len(package.manifest.classes), []
    for i in range(WARM_UP + SINGLES):
        started = time.perf_counter()
        for _ in asking.run_request(jobs, Sample(package.ref, designs(package.name, classes, i, 1))):
            pass
        singles_ms.append(1000 * (time.perf_counter() - started))
    ours = singles_ms[WARM_UP:]
    alone = _probe("engine", "--package", package.name, "--threads", str(device.threads))["singles_ms"]
    reached = f"{milliseconds(ours)}; the engine alone {milliseconds(alone)}"
    picture = package.manifest.picture
    size = f"{picture.width} × {picture.height}" if picture else ""
    figures = {"milliseconds": ours, "engine_alone_milliseconds": alone}
    return Row(
        f"one {size} design, from request to pixels", "5 ms or less", reached, median(ours) <= LATENCY_MS, figures
    )


# -- the window ----------------------------------------------------------------------------------------------------


def _window(rounds: int) -> Iterator[Row]:
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(_probe("bare-window"))
        ours.append(_probe("window"))
    bare_s = median(p["shown"] - p["started"] for p in bare)
    ours_s = median(p["shown"] - p["started"] for p in ours)
    tile_s = median(p["tile"] - p["shown"] for p in ours)
    figures = {"bare": bare, "window": ours}
    reached = f"{ours_s:.2f} s; a bare PySide6 window {bare_s:.2f} s ({ours_s - bare_s:+.2f} s)"
    yield Row("window shown after the start", "less than 1 s more", reached, ours_s - bare_s < WINDOW_S, figures)
    yield Row("first tile after the window", "", f"{tile_s:.2f} s", None, {"seconds": tile_s})
    yield Row("memory at the first tile", "", _memory(ours[-1]), None, {})


def _scrolling() -> Iterator[Row]:
    found = _probe("scrolling")
    block = found["longest_block_ms"]
    reached = f"{block:.0f} ms, {found['longest_busy_ms']:.0f} ms of it computing; idle {found['idle_block_ms']:.0f} ms"
    yield Row(f"longest block in {found['tiles']:,} tiles", "below 33 ms", reached, block < BLOCK_MS, found)
    yield Row("memory after scrolling", "", _memory(found), None, {})


def _memory(found: dict[str, Any]) -> str:
    return f"window {megabytes(found['window_bytes'])}, engine {megabytes(found['engine_bytes'])}"


def _probe(name: str, *options: str) -> dict[str, Any]:
    """Run one measurement in a process of its own. `started` is the moment at which it was asked for."""
    environment = child.environment()
    if sys.platform == "linux" and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = child.command("bench", "--probe", name, *options)
    started = time.monotonic()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PROBE_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise StudioError(f"The measurement “{name}” did not end within {PROBE_LIMIT_S} seconds.") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise StudioError(f"The measurement “{name}” failed: {lines[-1] if lines else done.returncode}")
    return {"started": started, **json.loads(done.stdout.splitlines()[-1])}


# -- the workspaces Blend, Restore and Write, and the judge -----------------------------------------------------------


def _blend(jobs: JobQueue, packages: list[Package], device: Device, rounds: int) -> Iterator[Row]:
    for package in packages:
        yield from bench_blend.drags(package, _probe)
    yield bench_blend.long_drag(packages[0], _probe)
    for package in packages:
        tell(f"Measuring a walk of {package.name}…")
        with _rival(package, device.threads) as rival:
            yield bench_blend.walk(jobs, package, device, rival, rounds=rounds, turn_s=TURN_S)
    yield bench_blend.films(jobs, packages[0], device)


def _restore(jobs: JobQueue, package: Package, device: Device, options: argparse.Namespace) -> Iterator[Row]:
    everyone = [package] if options.package and package.manifest.restoration is not None else _restorers()
    return bench_restore.rows(
        jobs,
        everyone,
        device,
        probe=_probe,
        rival_of=_rival,
        rounds=options.rounds,
        turn_s=TURN_S,
        picture=options.picture,
    )


def _judge(jobs: JobQueue, package: Package, device: Device, options: argparse.Namespace) -> Iterator[Row]:
    """Of the package that is named alone, else all classifiers and the first generator."""
    named = [package] if options.package else asking.library().packages()
    return bench_judge.rows(
        jobs,
        [p for p in named if p.manifest.classifier is not None],
        package if "sample" in package.manifest.abilities else None,
        named,
        device,
        rival_of=_rival,
        rounds=options.rounds,
        turn_s=TURN_S,
    )


def _write(jobs: JobQueue, package: Package, device: Device, options: argparse.Namespace) -> Iterator[Row]:
    named = [package] if options.package else _writers()
    writers = [p for p in named if p.manifest.text is not None]
    rivals_of = {"PyTorch eager": _rival, "llama.cpp": _llama}
    return bench_write.rows(jobs, writers, device, rivals_of=rivals_of, rounds=options.rounds, turn_s=TURN_S)


def _icons(jobs: JobQueue, package: Package, device: Device, options: argparse.Namespace) -> Iterator[Row]:
    for maker in [package] if options.package else _icon_makers():
        yield from bench_icons.rows(
            jobs, maker, device, rival_of=_rival, rounds=options.rounds, turn_s=TURN_S, folder=options.icons
        )


# -- PyTorch, where it is ------------------------------------------------------------------------------------------


class _Rival:
    """Another program with the same network in a child process; idle while it is not its turn."""

    def __init__(self, process: "subprocess.Popen[str] | None", absence: str = "", *, name: str = "PyTorch") -> None:
        self._process = process
        self.absence = absence
        self.hello: dict[str, Any] = {}
        if process is not None:
            self.hello = self._hear()
            self.absence = f"{name} cannot be asked: {self.hello['error']}" if "error" in self.hello else ""
            if not self.absence:
                self.turn(TURN_S / 4)

    def turn(self, seconds: float, what: str = "") -> list[float]:
        """Its designs a second, or frames of a “walk”; nothing where there is no rival."""
        if self._process is None or self.absence:
            return []
        assert self._process.stdin
        self._process.stdin.write(f"{what} {seconds}\n")
        self._process.stdin.flush()
        answer = self._hear()
        return [answer["designs"] / answer["seconds"]]

    def _hear(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        return answer


@contextmanager
def _rival(package: Package, threads: int) -> Iterator[_Rival]:
    missing = [name for name in ("torch", "onnx", "export") if _spec(name) is None]
    if missing or getattr(sys, "frozen", False):
        yield _Rival(None, "PyTorch is not installed here" if missing else "the frozen program holds no PyTorch")
        return
    if package.manifest.restoration is not None:
        command = [sys.executable, "-m", "export.eager_restorer", str(package.folder)]
    elif package.manifest.classifier is not None:
        command = [sys.executable, "-m", "export.eager_classifier", str(package.folder)]
    elif package.manifest.text is not None:
        command = [sys.executable, "-m", "export.eager_text", str(package.folder)]
    elif package.manifest.icons is not None:
        command = [sys.executable, "-m", "export.eager_icons", str(package.folder)]
    else:
        command = [sys.executable, "-m", "export.eager", str(package.folder), "--batch", str(BATCH)]
    with _child(command, threads, "PyTorch") as rival:
        yield rival


@contextmanager
def _llama(package: Package, threads: int) -> Iterator[_Rival]:
    """llama.cpp, for a package that was made of a GGUF file, which is kept where it was made."""
    if _spec("xllamacpp") is None or _spec("export") is None or getattr(sys, "frozen", False):
        yield _Rival(None, "xllamacpp (llama.cpp) is not installed here")
        return
    command = [sys.executable, "-m", "export.llama_text", str(package.folder)]
    with _child(command, threads, "llama.cpp") as rival:
        yield rival


@contextmanager
def _child(command: list[str], threads: int, name: str) -> Iterator[_Rival]:
    process = subprocess.Popen(
        [*command, "--threads", str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=_root(),
        env=os.environ | {"OMP_NUM_THREADS": str(threads)},
    )
    try:
        yield _Rival(process, name=name)
    finally:
        process.kill()
        process.communicate()


def _spec(name: str) -> object:
    """Whether a package is installed, without importing it."""
    return importlib.util.find_spec(name)


def _root() -> Path:
    return Path(__file__).resolve().parents[1]


# -- telling -------------------------------------------------------------------------------------------------------


def _print(rows: list[Row], package: Package, device: Device, *, as_json: bool) -> None:
    if as_json:
        print_json({"version": __version__, "package": package.name, "device": device, "rows": rows})
        return
    print(
        f"Maquette {__version__}, {package.name}, {device.name} ({device.obtained}, {device.threads} threads), ", end=""
    )
    print(f"ONNX Runtime {device.runtime}")
    verdict = {True: "reached", False: "MISSED", None: ""}
    print_table(
        [("figure", "expected", "", "reached"), *((r.what, r.expected, verdict[r.met], r.reached) for r in rows)]
    )
