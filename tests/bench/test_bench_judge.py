"""The benchmark of what judges, and of data sets, measures what it says; how fast anything is, no test asks."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app import bench, bench_judge, cli
from desktop_app.cli import asking, drawing
from desktop_app.engine.requests import CheckUp, Classify, Explain
from tests.fakes import DEVICE, FakeEngine, FakeHost, write_classifier, write_package, write_restorer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(cheap=True)


@pytest.fixture
def models(own_home: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for fake packages on a fake engine; turns take no time."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(engine))
    monkeypatch.setattr(bench, "TURN_S", 0.0)
    monkeypatch.setattr(bench, "_spec", lambda _: None)
    monkeypatch.setattr(bench_judge, "EXPLANATIONS", 3)
    monkeypatch.setattr(bench_judge, "PICTURES", 4)
    monkeypatch.setattr(drawing, "PART", 20)
    return own_home / "maquette" / "models"


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    assert cli.main(["bench", "--json", "--only", "judge", "--rounds", "2", *words]) == 0
    return {row["what"].split(", beside")[0]: row for row in json.loads(capsys.readouterr().out)["rows"]}


def test_classifiers_check_ups_and_data_sets_have_their_rows(
    models: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(models)
    write_classifier(models)
    write_restorer(models)
    found = rows(capsys)
    speed = found["fake-judge: 2 threads"]
    assert "PyTorch is not installed here" in speed["reached"]
    assert (speed["met"], len(speed["figures"]["per_second"])) == (None, 2)
    explained = found["fake-judge: one explanation"]["figures"]["milliseconds"]
    assert [len(explained[kind]) for kind in ("activation", "occlusion")] == [3, 3]
    assert all(a < b for a, b in zip(explained["activation"], explained["occlusion"], strict=True))
    assert list(found["check-ups of 3 packages"]["figures"]["seconds"]) == ["fake-denoise", "fake-digits", "fake-judge"]
    sets = found["fake-digits: data sets"]
    assert {kind: len(values) for kind, values in sets["figures"]["per_second"].items()} == {
        "sampling": 2,
        "idx": 2,
        "folder": 2,
    }
    asked = [type(request) for request in engine.served]
    assert (asked.count(Explain), asked.count(CheckUp), asked.count(Classify)) == (4, 3, 3)


def test_one_package_is_measured_alone(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_package(models)
    write_classifier(models)
    words = ["fake-judge: 2 threads", "fake-judge: one explanation", "fake-judge: check-up"]
    assert list(rows(capsys, "--package", "fake-judge")) == words
    assert list(rows(capsys, "--package", "fake-digits")) == ["fake-digits: check-up", "fake-digits: data sets"]


def test_classifying_is_compared_in_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    turns: list[str] = []

    def ours(*_: object) -> float:
        turns.append("ours")
        return 300.0

    def theirs(_: float, _word: str = "") -> list[float]:
        turns.append("theirs")
        return [200.0]

    monkeypatch.setattr(bench_judge, "_classify_for", ours)
    rival = argparse.Namespace(turn=theirs, hello={}, absence="")
    package = write_classifier(tmp_path)
    row = bench_judge.throughput(None, package, DEVICE, rival, rounds=2, turn_s=1.0)  # type: ignore[arg-type]
    assert turns == ["ours", "ours", "theirs", "ours", "theirs"]
    assert (row.met, row.reached) == (True, "300 pictures/s; PyTorch eager 200 (1.50 times as many)")


@pytest.mark.parametrize(("folder_rate", "met"), [(95.0, True), (80.0, False)])
def test_a_data_set_is_held_to_plain_sampling(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder_rate: float, met: bool
) -> None:
    monkeypatch.setattr(bench_judge, "_sample", lambda *_: 100.0)
    monkeypatch.setattr(bench_judge, "_write", lambda *words: {"idx": 99.0, "folder": folder_rate}[words[-2]])
    row = bench_judge.data_sets(None, write_package(tmp_path), DEVICE, rounds=1, turn_s=1.0)  # type: ignore[arg-type]
    assert (row.met, row.reached) == (met, f"idx 99/s (99%); folder {folder_rate:.0f}/s ({folder_rate:.0f}%)")


def bundled() -> list[Path]:
    return [graph.parent for graph in sorted((ROOT / "models").glob("*/classifier.onnx"))]


@pytest.mark.parametrize("folder", bundled(), ids=lambda folder: folder.name)
def test_pytorch_classifies_with_the_very_network_of_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    eager = pytest.importorskip("export.eager_classifier")
    net = eager.load_classifier(folder)
    assert eager.golden_error(net, folder) < 1e-3
    monkeypatch.setattr(eager, "PICTURES", 20)
    pictures, seconds = eager.measure(net, eager.picture_shape(folder), seconds=0.0)
    assert (pictures, seconds > 0) == (20, True)
    assert np.prod(eager.picture_shape(folder)) == 28 * 28
    with torch.no_grad():
        net.head.weight.mul_(1.5)
    with pytest.raises(eager.ExportError, match="another one"):
        eager.golden_error(net, folder)
