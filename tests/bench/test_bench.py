"""The benchmark measures what it says and tells it; how fast anything is, no test asks."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop_app import bench, bench_blend, bench_probes, cli
from desktop_app.cli import asking
from desktop_app.engine.packages import Package
from tests.fakes import FakeEngine, FakeHost, write_package
from tests.tiny_package import tiny_package

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def package(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """One fake package on a fake engine; probes and turns take no time."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(FakeEngine(cheap=True)))
    monkeypatch.setattr(bench, "TURN_S", 0.01)
    return write_package(own_home / "maquette" / "models")


PROBES = {
    "engine": {"singles_ms": [1.0, 2.0, 3.0], "per_second": 100.0},
    "bare-window": {"started": 10.0, "shown": 10.5, "window_bytes": 50_000_000},
    "window": {"started": 20.0, "shown": 20.9, "tile": 21.3, "window_bytes": 90_000_000, "engine_bytes": 70_000_000},
    "scrolling": {
        "tiles": 10_000, "seconds": 40.0, "frames": 2500, "longest_block_ms": 40.0, "blocks_over_16_ms": 3,
        "longest_busy_ms": 12.0, "idle_block_ms": 2.0, "window_bytes": 95_000_000, "engine_bytes": 71_000_000,
    },
    "drag": {"view_ms": [5.0] * 95 + [30.0] * 5, "lattice_ms": [20.0] * 100, "lattice": 5},
    "long-drag": {
        "positions": 10_000, "before": {"window_bytes": 100_000_000, "engine_bytes": 80_000_000},
        "after": {"window_bytes": 104_000_000, "engine_bytes": 80_000_000},
    },
}  # fmt: skip


WINDOWS = ("--only", "window", "--only", "scrolling")


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, object]]:
    assert cli.main(["bench", "--json", *words]) == 0
    document = json.loads(capsys.readouterr().out)
    return {row["what"]: row for row in document["rows"]}


def test_every_figure_stands_beside_what_is_expected(
    package: Package, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "_probe", lambda name, *_: PROBES[name])
    monkeypatch.setattr(bench, "_spec", lambda _: None)
    found = rows(capsys, "--rounds", "2", "--only", "throughput", "--only", "latency", *WINDOWS)
    assert len(found) == 7
    sampling = found["sampling, batches of 64, 2 threads"]
    assert sampling["met"] is None
    assert "PyTorch is not installed here" in str(sampling["reached"])
    shown = found["window shown after the start"]
    assert (shown["met"], shown["reached"]) == (True, "0.90 s; a bare PySide6 window 0.50 s (+0.40 s)")
    assert found["first tile after the window"]["reached"] == "0.40 s"
    assert found["memory at the first tile"]["reached"] == "window 90.0 MB, engine 70.0 MB"
    scrolled = found["longest block in 10,000 tiles"]
    assert scrolled["met"] is False
    assert str(scrolled["reached"]).startswith("40 ms, 12 ms of it computing; idle 2 ms")


def test_the_table_names_what_was_missed(
    package: Package, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "_probe", lambda name, *_: PROBES[name])
    assert cli.main(["bench", "--only", "scrolling"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "longest block" in line]
    assert "below 33 ms" in line
    assert "MISSED" in line


def test_parts_can_be_measured_alone(
    package: Package, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []
    monkeypatch.setattr(bench, "_probe", lambda name, *_: asked.append(name) or PROBES[name])
    assert len(rows(capsys, "--only", "window", "--rounds", "3")) == 3
    assert asked == ["bare-window", "window"] * 3


def test_a_probe_that_fails_is_a_sentence(package: Package, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(bench.StudioError, match="The measurement “no-such” failed: "):
        bench._probe("no-such")


def test_the_engine_alone_draws_as_many_as_it_says(own_home: Path) -> None:
    tiny_package(own_home / "maquette" / "models")
    found = bench._probe("engine", "--package", "tiny", "--threads", "1")
    assert len(found["singles_ms"]) == bench_probes.SINGLES
    assert found["per_second"] > 0


def test_windows_are_timed_from_the_start_of_their_process(own_home: Path) -> None:
    tiny_package(own_home / "maquette" / "models")
    bare, ours = bench._probe("bare-window"), bench._probe("window")
    assert bare["started"] < bare["shown"]
    assert ours["started"] < ours["shown"] <= ours["tile"]
    assert min(bare["window_bytes"], ours["window_bytes"], ours["engine_bytes"]) > 10**7


def test_there_is_something_to_measure_or_a_sentence(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home)
    assert cli.main(["bench"]) == 1
    assert capsys.readouterr().err == "There is no generator with classes to measure.\n"


# -- the Blend workspace -------------------------------------------------------------------------------------------


def test_the_hand_the_walk_the_films_and_memory_have_their_rows(
    package: Package, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(package.folder.parent, "another")
    asked = []
    monkeypatch.setattr(bench, "_probe", lambda *words: asked.append(words) or PROBES[words[0]])
    monkeypatch.setattr(bench, "_spec", lambda _: None)
    monkeypatch.setattr(bench_blend, "FILM_FRAMES", 12)
    monkeypatch.setattr(bench_blend, "FILM_SIZE", 56)
    monkeypatch.setattr(bench_blend.film_video, "absence", lambda: "none")
    found = rows(capsys, "--only", "blend", "--rounds", "2")
    assert asked == [
        ("drag", "--package", "another"),
        ("drag", "--package", "fake-digits"),
        ("long-drag", "--package", "another"),
    ]
    assert len(found) == 2 * 2 + 1 + 2 + 1
    view = found["fake-digits: pin dragged to picture"]
    assert (view["met"], view["reached"]) == (False, "5.0 ms (95 % below 28.8)")
    lattice = found["fake-digits: anchor dragged to 5 × 5 thumbnails"]
    assert (lattice["met"], lattice["expected"]) == (True, "95 % below 50.0 ms")
    memory = found["memory over 10,000 dragged positions"]
    assert memory["met"] is True
    assert memory["reached"] == "window 100.0 MB and +4.0%, engine 80.0 MB and +0.0%"
    walk = found["fake-digits: a walk, 2 threads"]
    assert walk["met"] is None
    assert "PyTorch is not installed here" in str(walk["reached"])
    assert len(walk["figures"]["per_second"]) == 2  # type: ignore[index]
    films = found["another: films of 56 × 56"]
    assert list(films["figures"]["per_second"]) == ["gif", "apng", "webp", "avif", "frames"]  # type: ignore[index]
    assert str(films["reached"]).endswith("frames/s; MP4: no encoder here")


def test_a_walk_is_compared_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []
    monkeypatch.setattr(bench_blend, "_walk_for", lambda *_: turns.append("ours") or 300.0)

    def turn(seconds: float, what: str) -> list[float]:
        turns.append(what)
        return [200.0]

    rival = argparse.Namespace(turn=turn, hello={}, absence="")
    package, device = argparse.Namespace(name="some"), argparse.Namespace(threads=2)
    row = bench_blend.walk(None, package, device, rival, rounds=2, turn_s=1.0)  # type: ignore[arg-type]
    assert turns == ["ours", "ours", "walk", "ours", "walk"]
    assert (row.met, row.reached) == (True, "300 frames/s; PyTorch eager 200 (1.50 times as many)")


def in_a_process(own_home: Path, lines: str) -> dict[str, list[float]]:
    tiny_package(own_home / "maquette" / "models")
    script = f"from desktop_app import bench_blend_probes as b\n{lines}"
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_a_hand_on_the_pad_is_timed_until_what_it_does_is_painted(own_home: Path) -> None:
    script = """
import json
b.WARM_UP, b.POSITIONS, b.LATTICES = 2, 12, 6
print(json.dumps(b.drag("tiny")))
"""
    found = in_a_process(own_home, script)
    assert (len(found["view_ms"]), len(found["lattice_ms"])) == (12, 6)
    assert all(0 < value < 60_000 for value in (*found["view_ms"], *found["lattice_ms"]))


def test_a_long_drag_weighs_both_processes(own_home: Path) -> None:
    script = """
import json
b.LONG_WARM_UP, b.LONG = 5, 25
print(json.dumps(b.long_drag("tiny")))
"""
    found: dict[str, Any] = in_a_process(own_home, script)
    assert found["positions"] == 25
    assert min(*found["before"].values(), *found["after"].values()) > 10**7


# -- PyTorch -------------------------------------------------------------------------------------------------------


class Silent:
    """A child process that says what it is told to say."""

    def __init__(self, *lines: object) -> None:
        answers = iter([json.dumps(line) + "\n" for line in lines])
        self.stdin = argparse.Namespace(write=lambda _: None, flush=lambda: None)
        self.stdout = argparse.Namespace(readline=lambda: next(answers, ""))


def test_a_rival_takes_its_turns() -> None:
    turns = [{"designs": 640, "seconds": 2.0}, {"designs": 300, "seconds": 1.0}]
    rival = bench._Rival(Silent({"golden_error": 0.0}, *turns))  # type: ignore[arg-type]
    assert rival.turn(1.0) == [300.0]  # the first turn warmed it up


@pytest.mark.parametrize(("hello", "reason"), [([{"error": "Not so."}], "Not so."), ([], "its process ended")])
def test_a_rival_that_cannot_draw_says_why(hello: list[object], reason: str) -> None:
    rival = bench._Rival(Silent(*hello))  # type: ignore[arg-type]
    assert rival.turn(1.0) == []
    assert rival.absence == f"PyTorch cannot be asked: {reason}"


def bundled() -> list[Path]:
    """Generators of pictures; that of icons has a rival of its own (test_bench_icons.py)."""
    found = sorted((ROOT / "models").glob("*/decoder.onnx"))
    return [decoder.parent for decoder in found if not (decoder.parent / "flow.onnx").exists()]


@pytest.mark.parametrize("folder", bundled(), ids=lambda folder: folder.name)
def test_pytorch_draws_with_the_very_network_of_the_package(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    eager = pytest.importorskip("export.eager")
    traced = eager.load_package(folder)
    assert eager.golden_error(traced, folder) < 1e-4
    designs, seconds = eager.measure(traced, batch=4, seconds=0.01)
    assert designs % 4 == 0
    assert seconds >= 0.01
    frames, seconds = eager.measure_walk(traced, batch=64, seconds=0.01)
    assert frames % eager.WALK_FRAMES == 0
    assert seconds >= 0.01
    with torch.no_grad():
        next(traced.decoder.parameters()).add_(0.1)
    with pytest.raises(eager.ExportError, match="another one"):
        eager.golden_error(traced, folder)


def test_the_rival_answers_on_its_lines() -> None:
    pytest.importorskip("torch")
    if not bundled():
        pytest.skip("no model is bundled yet")
    words = [sys.executable, "-m", "export.eager", str(bundled()[0]), "--batch", "2", "--threads", "1"]
    done = subprocess.run(words, cwd=ROOT, input="0.01\nwalk 0.01\n", capture_output=True, text=True, check=True)
    hello, *turns = map(json.loads, done.stdout.splitlines())
    assert hello["threads"] == 1
    assert [turn["designs"] % 2 for turn in turns] == [0, 0]
