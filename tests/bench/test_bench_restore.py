"""The benchmark of Restore measures what it says; how fast anything is, no test asks."""

import argparse
import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from desktop_app import bench, bench_restore, bench_restore_probes, cli
from desktop_app.cli import asking
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio import photo
from desktop_app.studio.photo import Photo, Tags
from tests.fakes import FakeEngine, FakeHost, write_package, write_restorer
from tests.tiny_restorer import tiny_restorer

ROOT = Path(__file__).resolve().parents[2]
MB = 10**6

PROBES: dict[str, dict[str, Any]] = {
    "first-view": {
        "view": [1024, 768], "megapixels": 1,
        "read_s": [0.1, 0.1, 0.1], "asked_s": [0.2, 0.15, 0.9], "painted_s": [0.01, 0.01, 0.01],
    },
    "slider": {
        "milliseconds": [10.0] * 50, "detail_milliseconds": [20.0] * 45 + [80.0] * 5,
        "profile_milliseconds": [30.0] * 50,
    },
    "restore-memory": {
        "engine_bytes": 200 * MB, "studio_bytes": 120 * MB, "reading_bytes": 60 * MB, "picture_bytes": 30 * MB,
    },
    "bm3d": {"seconds": 1e6, "psnr": 1.0},
}  # fmt: skip


@pytest.fixture
def models(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for fake packages on a fake engine; turns take no time and pictures are small."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(FakeEngine(cheap=True)))
    monkeypatch.setattr(bench, "TURN_S", 0.0)
    monkeypatch.setattr(bench, "_spec", lambda _: None)
    monkeypatch.setattr(bench_restore, "SIDE", 64)
    monkeypatch.setattr(bench_restore, "CROP", 48)
    return own_home / "maquette" / "models"


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    assert cli.main(["bench", "--json", "--only", "restore", "--rounds", "2", *words]) == 0
    document = json.loads(capsys.readouterr().out)
    return {row["what"]: row for row in document["rows"]}


def test_every_package_that_restores_has_its_rows(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(models)  # a generator, of which nothing is measured
    write_restorer(models)
    write_restorer(models, "fake-fill", ability="inpaint")
    write_restorer(models, "fake-twice", ability="upscale", scale=2)
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(bench, "_probe", lambda *words: asked.append(words) or PROBES[words[0]])
    found = rows(capsys)
    assert [words[0] for words in asked] == ["bm3d", *["first-view"] * 2, *["restore-memory"] * 3, "slider"]
    assert [words[-1] for words in asked if words[0] == "restore-memory"] == ["1", "12", "100"]
    for name in ("fake-denoise", "fake-fill", "fake-twice"):
        row = found[f"{name}: 2 threads"]
        assert row["met"] is None
        assert "PyTorch is not installed here" in row["reached"]
        assert len(row["figures"]["per_second"]) == 2
    view = found["fake-denoise: from drop to a clean view of 1024 × 768, 1 MP"]
    assert (view["met"], view["reached"]) == (False, "0.31 s: 0.10 reading, 0.20 cleaning, 0.01 painting")
    slider = found["strength dragged to 1 MP painted"]
    assert slider["met"] is False  # one in ten takes too long
    assert found["fake-denoise: memory of the engine, 1, 12, 100 MP"]["met"] is True
    studio = found["fake-denoise: memory of the studio, 1, 12, 100 MP"]
    assert studio["reached"] == "120.0 MB, 120.0 MB, 120.0 MB"
    assert found["memory while 100 MP are read"]["reached"] == "60.0 MB, 2.0 times the picture"
    against = found["fake-denoise: 48 × 48, σ = 25"]
    assert against["met"] is True
    assert against["reached"].endswith("times as long), 1.00 dB")


def test_memory_that_grows_is_no_flat_memory(models: Path) -> None:
    package = write_restorer(models)
    sizes = {"1": 100, "12": 110, "100": 400}

    def probe(*words: str) -> dict[str, Any]:
        other = {"studio_bytes": 100 * MB, "reading_bytes": 1, "picture_bytes": 1}
        return {"engine_bytes": sizes[words[-1]] * MB, **other}

    engine, studio, reading = bench_restore.memory_of(package, probe)
    assert (engine.met, studio.met, reading.met) == (False, True, None)
    (untold,) = bench_restore.memory_of(package, lambda *_: {"engine_bytes": 0})
    assert untold.met is None


def test_pytorch_takes_turns_in_one_piece_and_in_tiles(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    monkeypatch.setattr(bench_restore, "_restore_for", lambda *_: turns.append("ours") or 3.0)

    def turn(seconds: float, what: str = "") -> list[float]:
        turns.append(what or "whole")
        return [1.5 if what else 2.0]

    rival = argparse.Namespace(turn=turn, hello={}, absence="")
    device = argparse.Namespace(threads=2)
    row = bench_restore.throughput(
        None,  # type: ignore[arg-type]
        write_restorer(models),
        device,  # type: ignore[arg-type]
        rival,
        rounds=2,
        turn_s=1.0,
    )
    assert turns == ["ours", *["ours", "whole", "tiles"] * 2]
    assert (row.met, row.reached) == (
        True,
        "3.00 MP/s; PyTorch eager 2.00 (1.50 times as many), in the same tiles 1.50",
    )


def test_a_model_can_be_measured_alone(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_restorer(models)
    write_restorer(models, "fake-twice", ability="upscale", scale=2)
    monkeypatch.setattr(bench, "_probe", lambda *words: PROBES[words[0]])
    found = rows(capsys, "--package", "fake-twice")
    assert list(found) == ["fake-twice: 2 threads", "strength dragged to 1 MP painted"]


def test_without_a_model_there_is_a_sentence(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_package(models)
    assert cli.main(["bench", "--only", "restore"]) == 1
    assert capsys.readouterr().err == "There is no model that restores pictures to measure.\n"


def test_a_picture_of_ones_own_is_cut_to_its_middle(models: Path, tmp_path: Path) -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[26:74, 76:124] = (30, 60, 90)
    path = tmp_path / "own.png"
    photo.write(path, Photo("own.png", None, "", pixels, None, Tags()), pixels)
    crop = bench_restore._crop(path, write_restorer(models))
    assert crop.shape == (48, 48, 3)
    assert (crop == (30, 60, 90)).all()
    grey = bench_restore._crop(path, write_restorer(models, "fake-grey", channels=1))
    assert grey.shape == (48, 48, 1)
    assert (grey == 60).all()


def test_both_clean_the_same_picture(models: Path) -> None:
    """The fake goes halfway to grey; what BM3D is given is what the engine was given."""
    given: list[np.ndarray] = []

    def probe(name: str, option: str, path: str) -> dict[str, Any]:
        given.append(np.load(path))
        return {"absence": "BM3D is not installed here"}

    with asking.engine("cpu") as jobs:
        row = bench_restore.against_bm3d(jobs, write_restorer(models), None, probe)
    noisy, clean = given[0]
    assert np.array_equal(clean, bench_restore.scene(48, 48, 3))
    noise = noisy.astype(float) - clean
    assert noise.std() == pytest.approx(25, rel=0.05)
    assert row.met is None
    assert row.reached.endswith("; BM3D is not installed here")


# -- probes, with a real engine --------------------------------------------------------------------------------------


@pytest.fixture
def blur(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    tiny_restorer(own_home / "maquette" / "models", "blur")
    return "blur"


def test_the_first_view_is_timed_in_its_parts(blur: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_restore_probes, "VIEWS", 2)
    monkeypatch.setattr(bench_restore_probes, "VIEW", (120, 90))
    found: dict[str, Any] = bench_restore_probes.first_view(blur, megapixels=1, threads=1)
    for part in ("read_s", "asked_s", "painted_s"):
        assert len(found[part]) == 2
        assert all(0 < value < 60 for value in found[part])


def test_a_slider_is_timed_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_restore_probes, "SIDE", 96)
    monkeypatch.setattr(bench_restore_probes, "TICKS", 8)
    found: dict[str, Any] = bench_restore_probes.slider()
    assert [len(values) for values in found.values()] == 3 * [8 - bench_restore_probes.WARM_UP]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell memory")
def test_memory_of_both_processes_is_told(blur: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_restore_probes, "LEAST_MEGAPIXELS", 2)
    found: dict[str, Any] = bench_restore_probes.restore_memory(blur, megapixels=1, threads=1)
    assert found["picture_bytes"] == pytest.approx(3e6, rel=0.01)
    assert min(found["engine_bytes"], found["studio_bytes"], found["reading_bytes"]) > 10 * MB
    assert found["seconds"] > 0


def test_what_is_watched_is_the_most() -> None:
    if not bench_restore_probes.private_bytes(bench_restore_probes.os.getpid()):
        pytest.skip("this system does not tell memory")
    with bench_restore_probes._watched({"own": bench_restore_probes.os.getpid, "none": lambda: None}) as most:
        held = np.ones(40 * MB, np.uint8)
        bench_restore_probes.time.sleep(5 * bench_restore_probes.STEP_S)
        before = most["own"]
        del held
        bench_restore_probes.time.sleep(5 * bench_restore_probes.STEP_S)
    assert most["own"] >= before > 40 * MB
    assert most["none"] == 0


def test_probes_run_in_processes_of_their_own(blur: str) -> None:
    with pytest.raises(StudioError, match="The measurement “first-view” failed"):
        bench._probe("first-view", "--package", "no such package", "--megapixels", "1")
    found = bench._probe("slider")
    assert len(found["milliseconds"]) == bench_restore_probes.TICKS - bench_restore_probes.WARM_UP


def test_bm3d_cleans_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = np.stack([bench_restore.scene(32, 32, 1)] * 2)
    np.save(tmp_path / "pair.npy", pair)
    library = argparse.Namespace(bm3d=lambda values, sigma: values + 1 / 255, __version__="9")
    monkeypatch.setattr(bench_restore_probes.importlib, "import_module", lambda _: library)
    monkeypatch.setattr(bench_restore_probes.importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(bench_restore_probes.os, "nice", lambda _: 0)
    found: dict[str, Any] = bench_restore_probes.bm3d(tmp_path / "pair.npy")
    assert found["psnr"] == pytest.approx(48.13, abs=0.1)
    monkeypatch.setattr(bench_restore_probes.importlib.util, "find_spec", lambda _: None)
    assert bench_restore_probes.bm3d(tmp_path / "pair.npy") == {"absence": "BM3D is not installed here"}


# -- PyTorch ---------------------------------------------------------------------------------------------------------


def bundled() -> list[Path]:
    folders = [path.parent for path in sorted((ROOT / "models").glob("*/restorer.onnx"))]
    return [folder for folder in folders if (folder / "manifest.json").exists()]


@pytest.mark.parametrize("folder", bundled(), ids=lambda folder: folder.name)
def test_pytorch_restores_with_the_very_network_of_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    eager = pytest.importorskip("export.eager_restorer")
    net, restoration = eager.load_restorer(folder)
    assert eager.golden_error(net, folder) < 1e-3
    side = 64 if restoration.side is None else 56
    monkeypatch.setattr(eager, "SIDE", 64)
    monkeypatch.setattr(eager, "TILE", 32)
    restoration = msgspec.structs.replace(restoration, border=min(16, restoration.border))
    for in_tiles in (False, True):
        megapixels, _ = eager.measure(net, restoration, in_tiles=in_tiles, seconds=0.0)
        assert megapixels == pytest.approx((side * restoration.scale) ** 2 / 1e6)
    with torch.no_grad():
        list(net.parameters())[-1].add_(0.1)
    with pytest.raises(eager.ExportError, match="another one"):
        eager.golden_error(net, folder)


def test_the_rival_answers_on_its_lines() -> None:
    pytest.importorskip("torch")
    small = next((folder for folder in bundled() if folder.name == "digits-denoise"), None)
    if small is None:
        pytest.skip("it is not bundled yet")
    words = [sys.executable, "-m", "export.eager_restorer", str(small), "--threads", "1"]
    done = subprocess.run(words, cwd=ROOT, input="0\n", capture_output=True, text=True, check=True)
    hello, turn = map(json.loads, done.stdout.splitlines())
    assert hello["golden_error"] < 1e-3
    assert turn["designs"] == pytest.approx(1.016064)


def test_a_package_of_no_family_is_told(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    eager = pytest.importorskip("export.eager_restorer")
    with pytest.raises(eager.ExportError, match="no family"):
        eager.load_restorer(tiny_restorer(tmp_path, "blur"))


def test_a_rival_is_started_for_the_kind_of_the_package(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(bench, "_spec", lambda _: object())
    monkeypatch.setattr(bench, "_Rival", lambda process, name: nullcontext())

    def popen(words: list[str], **_: object) -> argparse.Namespace:
        started.append(words)
        return argparse.Namespace(kill=lambda: None, communicate=lambda: None)

    monkeypatch.setattr(bench.subprocess, "Popen", popen)
    packages: list[Package] = [write_package(models), write_restorer(models)]
    for package in packages:
        with bench._rival(package, 2):
            pass
    assert [words[2] for words in started] == ["export.eager", "export.eager_restorer"]
    assert "--batch" not in started[1]
