# ruff: noqa: E402 (without torch these tests are skipped)
"""A classifier's package after a few steps of training, and the ones that ship."""

import argparse
import dataclasses
import shutil
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.classifier import Classifier as Engine
from desktop_app.engine.manifest import Score
from desktop_app.engine.manifest_check import inconsistency
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export import verify as verify_module
from export.__main__ import main
from export.card import card_text
from export.checkpoint import read_checkpoint
from export.classifier_graph import ClassifierGraph, averaged, open_classifier, to_input
from export.data import hold_out, load_dataset
from export.errors import ExportError
from export.evaluate_classifier import evaluate, measure
from export.package_classifier import marked
from export.package_files import write_manifest
from tests.export import synthetic

MAX_BYTES = 2_000_000
SHIPPED = [p for p in packages.discover([paths.bundled_models()]) if isinstance(p, Package) and p.manifest.classifier]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("judges")
    synthetic.write_shapes(root)
    synthetic.train(root, "judge", like="digits-classifier", images=1600)
    synthetic.package(root, "judge")
    return root


def options(root: Path, *, fresh: bool = False) -> argparse.Namespace:
    return argparse.Namespace(data=str(root / "data"), seed=1, cache=str(root / "cache"), fresh=fresh)


@pytest.fixture
def runtime():
    runtime = Runtime("cpu", threads=1)
    yield runtime
    runtime.close()


def opened(root: Path) -> Package:
    return packages.open_package(root / "models" / "judge")


def test_a_package_is_what_was_trained(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [f"--{kind}={made / kind}" for kind in ("data", "runs", "models")]
    assert main(["verify", "judge", *folders]) == 0
    assert "every check passed" in capsys.readouterr().out
    package = opened(made)
    packages.check_files(package)
    manifest = package.manifest
    assert inconsistency(manifest) == ""
    assert manifest.classes == ("bar", "dot", "frame")
    assert manifest.classifier is not None
    assert (manifest.classifier.features, manifest.classifier.grid) == (16, (7, 7))
    assert {"classifier.onnx", "golden.npz", "card.md", "preview.png"} <= {p.name for p in package.folder.iterdir()}


def test_the_mean_of_the_evidence_is_the_logit_and_the_head_makes_it_of_the_features(made: Path, runtime) -> None:
    engine = Engine(opened(made), runtime)
    answers = engine.run(synthetic.pictures(12)[0])
    np.testing.assert_allclose(answers["evidence"].mean(axis=(2, 3)), answers["logits"], atol=1e-4)
    graph = onnx.load(opened(made).file("classifier")).graph
    weights = {i.name: onnx.numpy_helper.to_array(i).astype(np.float32) for i in graph.initializer}
    head = next(w for name, w in weights.items() if name.startswith("head.weight"))
    np.testing.assert_allclose(answers["features"] @ head.T + weights["head.bias"], answers["logits"], atol=1e-4)


def test_folding_changes_nothing(made: Path) -> None:
    options, tensors, _ = (*_options(made), None)
    net = averaged(options, tensors)
    x = to_input(torch.from_numpy(synthetic.pictures(9)[0]))
    with torch.no_grad():
        expected = net(x)
        logits, _, features = ClassifierGraph(averaged(options, tensors)).eval()(x)
        torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(features, net.features(x), atol=1e-4, rtol=1e-4)


def _options(made: Path) -> tuple[dict, dict]:
    options = verify_module.load_run(made / "runs", "judge")[0]
    return options, read_checkpoint(made / "runs" / "judge" / "checkpoint.safetensors")[0]


def test_the_temperature_is_fitted_on_what_was_kept_back(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, traced, _ = open_classifier(made / "runs", "judge", data=made / "data")
    options, tensors = _options(made)
    held = hold_out(load_dataset(made / "data", "shapes"), options["held_out"])[1]
    with torch.no_grad():
        plain = averaged(options, tensors)(to_input(torch.from_numpy(held.images)))
        cooled = traced.answer(to_input(torch.from_numpy(held.images)))["logits"]
    ratio = (plain / cooled).median().item()
    assert ratio == pytest.approx(traced.temperature, rel=0.01)

    def loss(temperature: float) -> float:
        return torch.nn.functional.cross_entropy(plain / temperature, torch.from_numpy(held.labels)).item()

    best = traced.temperature
    assert loss(best) <= min(loss(best * 1.1), loss(best / 1.1), loss(1.0)) + 1e-6


def test_a_run_that_kept_nothing_back_is_not_packaged(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    synthetic.train(made, "greedy", like="digits-classifier", extra=("--set", "held_out=0"))
    folders = [f"--{kind}={made / kind}" for kind in ("data", "runs", "models")]
    assert main(["package", "greedy", *folders]) == 1
    assert "kept no pictures back" in capsys.readouterr().err
    assert not (made / "models" / "greedy").exists()


def test_verify_catches_evidence_that_adds_up_to_something_else(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "judge"
    shutil.copytree(made / "models" / "judge", folder)
    model = onnx.load(folder / "classifier.onnx")
    conv = next(node for node in model.graph.node if "evidence" in node.output)
    bias = next(i for i in model.graph.initializer if i.name == conv.input[2])
    moved = onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) + np.float32(0.5), "moved")
    model.graph.initializer.append(moved)
    conv.input[2] = "moved"
    onnx.save(model, folder / "classifier.onnx")
    with np.load(folder / "golden.npz") as golden:
        arrays = dict(golden)
    arrays["evidence"] += np.float32(0.5)
    np.savez(folder / "golden.npz", **arrays)
    write_manifest(folder, opened(made).manifest)
    traced = open_classifier(made / "runs", "judge", data=made / "data")[1]
    with pytest.raises(ExportError, match="misses its logit"):
        verify_module.verify_package(packages.open_package(folder), traced)


def test_what_speaks_for_the_class_is_lit_and_the_rest_is_dim() -> None:
    picture = np.full((28, 28, 1), 255, np.uint8)
    evidence = np.full((7, 7), -1, np.float32)
    evidence[:3] = 2
    tile = marked(picture, evidence).astype(int)
    assert tile[4, 28, 0] - tile[4, 28, 2] > 100
    assert np.ptp(tile[-4, 28]) == 0


def test_evaluate_measures_what_the_page_and_the_card_show(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.evaluate_classifier.CASES", 3)
    package = opened(made)
    evaluation, arrays = evaluate(options(made), package)
    figures = {figure.name: figure for figure in evaluation.figures}
    assert (evaluation.kind, evaluation.data[0].split, evaluation.data[0].count) == ("classifier", "test", 60)
    shares = [figures[f"accuracy of a class, {name}"].value for name in package.manifest.classes]
    assert figures["accuracy"].value == pytest.approx(np.mean(shares))
    np.testing.assert_allclose(arrays.confusion.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.diag(arrays.confusion), shares, rtol=1e-5)
    assert arrays.reliability[:, 2].sum() == pytest.approx(1)
    assert len(arrays.maps) == 3
    assert sum(name.startswith("probability left") for name in figures) == 24
    assert all(np.isfinite(figure.value) for figure in evaluation.figures if "likeness" not in figure.name)


def test_the_card_makes_tables_of_the_figures(made: Path) -> None:
    names = {
        "accuracy": 0.99661,
        "accuracy of a class, a coat, lined": 0.5,
        "probability left, 10 % of the picture, activation": 0.563,
        "probability left, 10 % of the picture, random blobs": 0.929,
        "probability left, 20 % of the picture, activation": 0.3553,
        "probability left, 20 % of the picture, random blobs": 0.3,
        "likeness of maps, the last layer shuffled": 0.03621,
    }
    scores = tuple(Score(name, value) for name, value in names.items())
    lines = card_text(msgspec.structs.replace(opened(made).manifest, scores=scores)).splitlines()
    assert "| accuracy | 99.66 % |" in lines
    assert "| a coat, lined | 50.00 % |" in lines
    assert "| probability left | activation | random blobs |" in lines
    assert "| 10 % of the picture | 56 % | 93 % |" in lines
    assert "| 20 % of the picture | 36 % | 30 % |" in lines
    assert "Covering what activation marks lowers the probability more than random blobs in 1 of 2 rows." in lines
    assert "| the last layer shuffled | 0.0362 |" in lines


def test_a_classifier_that_is_known_is_not_measured_again(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.evaluate_classifier.CASES", 4)
    package, runs = opened(made), []
    monkeypatch.setattr("export.evaluate_classifier.measure", lambda *given: runs.append(1) or measure(*given))
    first, arrays = evaluate(options(made), package)
    titled = dataclasses.replace(package, manifest=msgspec.structs.replace(package.manifest, title="Another name"))
    again, arrays_again = evaluate(options(made), titled)
    assert runs == [1]
    assert again == msgspec.structs.replace(first, title="Another name")
    for key, array in msgspec.structs.asdict(arrays).items():
        np.testing.assert_array_equal(array, getattr(arrays_again, key))
    evaluate(options(made, fresh=True), package)
    assert runs == [1, 1]


def test_a_classifier_whose_data_set_is_not_there_says_so(made: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="was trained on Shapes, which is not prepared"):
        evaluate(options(tmp_path), opened(made))


def test_a_classifier_that_does_not_say_what_it_learnt_says_so(made: Path) -> None:
    package = opened(made)
    silent = dataclasses.replace(package, manifest=msgspec.structs.replace(package.manifest, training_data=()))
    with pytest.raises(ExportError, match="does not say what it was trained on"):
        evaluate(options(made), silent)


# -- those that ship ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHIPPED, reason="no classifier is bundled yet")
@pytest.mark.parametrize("package", SHIPPED, ids=lambda package: package.name)
def test_a_shipped_classifier_is_small_and_as_it_was_made(package: Package, runtime) -> None:
    packages.check_files(package)
    assert sum(path.stat().st_size for path in package.folder.iterdir()) < MAX_BYTES
    assert Engine(package, runtime).golden_error() < package.manifest.tolerance / 10
    assert package.manifest.classifier is not None
    assert 0.5 < package.manifest.classifier.temperature < 2
    assert package.manifest.title in card_text(package.manifest)


@pytest.mark.parametrize(("name", "asked"), [("digits-classifier", 0.996), ("fashion-classifier", 0.935)])
def test_the_two_are_there_and_were_measured_as_good_as_asked(name: str, asked: float) -> None:
    package = next(package for package in SHIPPED if package.name == name)
    scores = {score.name: score.value for score in package.manifest.scores}
    assert scores["accuracy"] >= asked
    assert scores["calibration error"] <= scores["calibration error before the temperature"]
    assert (
        scores["probability left, 20 % of the picture, activation"]
        < 0.9 * scores["probability left, 20 % of the picture, random blobs"]
    )
