# ruff: noqa: E402 (without torch these tests are skipped)
"""`python -m export evaluate` on packages that were made up: what it writes, what it keeps, and what it refuses."""

import shutil
from pathlib import Path
from types import SimpleNamespace as Some

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchmetrics")

from desktop_app.engine import packages
from desktop_app.engine.manifest import Score
from export import evaluate, evaluate_generator, generator_bench
from export.__main__ import main
from export.data import load_dataset, write_dataset
from export.judges import Judges
from export.kept import sha256_of_graphs
from export.package_files import write_manifest
from tests.export import tiny_bench
from tests.export.tiny_bench import COUNT, command
from tests.tiny_classifier import tiny_classifier

BOTH = ("classifier features", "label-free features")
DISTANCES = ("Fréchet distance", "kernel distance", "sliced Wasserstein distance")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny world, with “right” measured."""
    root = tiny_bench.world(tmp_path_factory.mktemp("world"))
    assert main(command(root, "right")) == 0
    return root


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def error_of(
    root: Path, capsys: pytest.CaptureFixture[str], *names: str, features: str = "features.onnx", more: tuple = ()
) -> str:
    assert main([*command(root, *names, features=features), *more]) == 1
    return capsys.readouterr().err


def test_every_figure_stands_beside_its_floor(made: Path) -> None:
    package = packages.open_package(made / "models" / "right")
    packages.check_files(package)
    scores = {score.name: score for score in package.manifest.scores}
    assert {f"{what}, {group}" for what in (*DISTANCES, "density", "coverage") for group in BOTH} < set(scores)
    assert {"class accuracy", "Inception Score", "confident", "class balance"} < set(scores)
    assert {f"extrapolated Fréchet distance, {group}" for group in BOTH} < set(scores)
    assert all(score.floor is not None and score.note for score in scores.values())
    assert not any(score.higher_is_better for name, score in scores.items() if "distance" in name or "share" in name)
    assert "FID" not in " ".join(name for name in scores)
    assert "| coverage" in (package.folder / "card.md").read_text("utf-8")


def test_a_generator_that_knows_the_law_comes_close_to_its_floor(made: Path) -> None:
    evaluation, _ = evaluate.read_result(made / "reports", "right")
    figures = {figure.name: figure for figure in evaluation.figures}
    other = {column.name: column for column in evaluation.baselines}
    assert not other, "the baselines are those of the named data sets"
    for group in BOTH:
        figure = figures[f"Fréchet distance, {group}"]
        assert figure.value < 3 * figure.floor
        worst = next(rung for rung in evaluation.ladder if rung.damage == "noise").values[figure.name][-1]
        assert figure.value < worst


def test_the_report_has_what_it_shows(made: Path) -> None:
    evaluation, arrays = evaluate.read_result(made / "reports", "right")
    assert evaluation.kind == "generator"
    assert evaluation.command.startswith("python -m export evaluate right --count 60")
    assert str(made) not in msgspec.json.encode(evaluation).decode()
    assert [net.name for net in evaluation.nets] == ["judge", "features"]
    assert {rung.damage for rung in evaluation.ladder} == {"blur", "noise", "classes left out"}
    assert all(len(values) == len(rung.amounts) for rung in evaluation.ladder for values in rung.values.values())
    assert [e.counts for e in evaluation.extrapolations] == [(15, 30, 45, 60)] * 3
    assert arrays.samples.shape == (COUNT, 12, 12, 1)
    assert arrays.pairs.shape == (10, 2, 12, 12, 1)
    assert list(arrays.ratios) == sorted(arrays.ratios)
    assert arrays.confusion.sum(axis=1) == pytest.approx(1)
    assert len(arrays.real_points) == len(arrays.real_labels) == COUNT
    assert (made / "reports" / "right.html").is_file()


def test_a_result_is_kept_and_the_same(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (copy / "reports" / "right.json").read_bytes()

    def never(*args, **options):
        raise AssertionError("it was computed again")

    monkeypatch.setattr(Judges, "look", never)
    assert main(command(copy, "right")) == 0
    assert (copy / "reports" / "right.json").read_bytes() == before
    with pytest.raises(AssertionError, match="computed again"):
        main([*command(copy, "right"), "--fresh"])
    with pytest.raises(AssertionError, match="computed again"):
        main([*command(copy, "right"), "--seed", "2"])


def test_scores_and_card_do_not_count_as_another_package_and_weights_do(copy: Path) -> None:
    folder = copy / "models" / "right"
    before = packages.open_package(folder).manifest
    (folder / "card.md").write_text("# Other\n")
    write_manifest(folder, msgspec.structs.replace(before, scores=(), title="Other"))
    assert sha256_of_graphs(packages.open_package(folder).manifest) == sha256_of_graphs(before)
    other = tiny_bench.generator(copy / "models" / "other", paint=-tiny_bench.PAINT)
    assert sha256_of_graphs(packages.open_package(other).manifest) != sha256_of_graphs(before)


def test_ladder_floor_and_baselines_are_computed_for_the_first_package_alone(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_bench.generator(copy / "models" / "other", paint=0.9 * tiny_bench.PAINT)
    looks = []
    real_look = Judges.look
    monkeypatch.setattr(
        Judges, "look", lambda self, p, **options: looks.append(len(p)) or real_look(self, p, **options)
    )
    assert main(command(copy, "other")) == 0
    assert looks == [COUNT]


def test_two_runs_from_nothing_agree(copy: Path) -> None:
    before, arrays = evaluate.read_result(copy / "reports", "right")
    shutil.rmtree(copy / "cache")
    assert main(command(copy, "right")) == 0
    after, others = evaluate.read_result(copy / "reports", "right")
    assert after.figures == before.figures
    assert after.ladder == before.ladder
    assert np.array_equal(arrays.samples, others.samples)


def test_a_package_without_classes_says_so(copy: Path) -> None:
    assert main(command(copy, "plain")) == 0
    evaluation, arrays = evaluate.read_result(copy / "reports", "plain")
    assert "class accuracy" not in {figure.name for figure in evaluation.figures}
    assert any("no classes" in note for note in evaluation.notes)
    assert arrays.confusion.size == 0


def test_an_autoencoder_stands_beside_itself_without_its_prior(copy: Path) -> None:
    folder = copy / "models" / "coder"
    manifest = packages.open_package(folder).manifest
    bound = Score("ELBO, fitted prior", 85.0, note="negative bounds in nats; 60 pictures")
    old = (bound, Score("coverage", 0.5), Score("accuracy after 9, as training data", 0.9, note="mean; of 3"))
    write_manifest(folder, msgspec.structs.replace(manifest, scores=old))
    assert main(command(copy, "coder")) == 0
    evaluation, _ = evaluate.read_result(copy / "reports", "coder")
    assert evaluation.kind == "autoencoder"
    assert [column.name for column in evaluation.baselines] == ["coder, N(0, I)"]
    names = {score.name: score for score in packages.open_package(folder).manifest.scores}
    assert names["ELBO, fitted prior"].value == 85.0, "what was not measured again stays"
    assert "ELBO, fitted prior" in {figure.name for figure in evaluation.figures}
    assert "accuracy after 9, as training data" in names
    assert "coverage" not in names
    assert 0 < names["mean difference of a pixel"].value < 60


def test_all_goes_on_where_one_fails(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_bench.generator(copy / "models" / "broken", paint=np.full_like(tiny_bench.PAINT, np.nan))
    shutil.rmtree(copy / "models" / "coder")
    words = error_of(copy, capsys, "right", "broken", "plain")
    assert "broken cannot be measured" in words
    assert "1 of 3 packages could not be measured: broken" in words
    assert (copy / "reports" / "plain.html").is_file()


# -----------------------------------------------------------------------------
# what cannot be measured, a sentence each


def test_too_few_samples(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Give --count 17 or more" in error_of(made, capsys, "right", more=("--count", "10"))
    assert "more than the 240 real pictures" in error_of(made, capsys, "right", more=("--count", "1000"))


def test_the_ladder_needs_pictures_enough_of_the_classes_that_are_left(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "classes left out" in error_of(made, capsys, "right", more=("--count", "200"))


@pytest.mark.parametrize(
    ("paint", "words"),
    [(np.zeros_like(tiny_bench.PAINT), "same picture for all of 60"), (tiny_bench.PAINT * np.nan, "(NaN)")],
)
def test_constant_pictures_and_nan(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], paint: np.ndarray, words: str
) -> None:
    shutil.copytree(made / "models" / "judge", tmp_path / "judge")
    tiny_bench.generator(tmp_path / "bad", paint=paint)
    told = error_of(made, capsys, "bad", more=(f"--models={tmp_path}",))
    assert words in told
    assert "bad" in told


def test_a_class_that_the_data_do_not_have(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = (load_dataset(copy / "data", "tiny", split=split) for split in ("train", "test"))
    there = test.labels != 1
    splits = {"train": (train.images, train.labels), "test": (test.images[there], test.labels[there])}
    about = {key: test.about[key] for key in ("title", "classes", "licence")}
    write_dataset(copy / "data", "tiny", splits=splits, about=about)
    assert "holds no picture of “light”" in error_of(copy, capsys, "right")


def test_a_class_that_no_sample_shows_is_told(made: Path) -> None:
    package = packages.open_package(made / "models" / "right")
    bench = Some(count=3, train=Some(images=np.zeros(240)))
    found = evaluate_generator.remarks(bench, package, ["b"])  # type: ignore[arg-type]
    assert any("does the classifier see “b”" in remark for remark in found)


def test_other_classes_than_the_judge_knows(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_bench.generator(copy / "models" / "other", classes=("x", "y", "z"))
    assert "name other classes" in error_of(copy, capsys, "other")


def test_no_judge(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [f"--{kind}={made / kind}" for kind in ("data", "models", "reports", "cache")]
    assert main(["evaluate", "right", *folders]) == 1
    assert "No judge is known for the data set 'tiny'" in capsys.readouterr().err
    assert "nobody" in error_of(made, capsys, "right", more=("--judge", "nobody"))
    assert "nowhere.onnx cannot be read" in error_of(made, capsys, "right", features="nowhere.onnx")


def test_judges_that_answer_nan(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_bench.features_net(copy / "nan.onnx", side=12, cell=3, factor=np.nan)
    assert "nan answered with numbers that are none" in error_of(copy, capsys, "right", features="nan.onnx")
    tiny_classifier(copy / "models", "mad", broken=True)
    assert "(NaN)" in error_of(copy, capsys, "right", more=("--judge", "mad"))


def test_a_label_free_net_that_is_not_the_described_one(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_bench.features_net(copy / "other.onnx", side=12, cell=4)
    shutil.copy(copy / "other.onnx", copy / "features.onnx")
    assert "not the file that its .json describes" in error_of(copy, capsys, "right")


def test_a_data_folder_that_is_missing_or_broken(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy / "data" / "tiny"
    for name, content in (
        ("dataset.json", b"{}"),
        ("test_images.npy", b""),
        ("train_labels.npy", b"<html>not found</html>"),
    ):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(content)
        words = error_of(copy, capsys, "right")
        assert "prepare it again" in words
        assert "Traceback" not in words
        (folder / name).write_bytes(whole)
    shutil.rmtree(folder)
    assert "prepare it first" in error_of(copy, capsys, "right")


def test_what_is_no_package_or_does_not_say_what_it_learnt(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody" in error_of(copy, capsys, "nobody")
    tiny_bench.generator(copy / "models" / "silent", training_data=())
    assert "does not say what it was trained on" in error_of(copy, capsys, "silent")


def test_a_damaged_file_in_the_cache_is_made_anew(copy: Path) -> None:
    before, _ = evaluate.read_result(copy / "reports", "right")
    for path in (copy / "cache").iterdir():
        path.write_bytes(b"half")
    assert main(command(copy, "right")) == 0
    after, _ = evaluate.read_result(copy / "reports", "right")
    assert after.figures == before.figures


def test_a_new_number_of_neighbours_would_be_another_result(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept hangs on the version of the code too."""
    monkeypatch.setattr("export.kept.VERSION", 10**6)
    monkeypatch.setattr(generator_bench, "REMEMBERED", 3)
    assert main(command(copy, "right")) == 0
    _, arrays = evaluate.read_result(copy / "reports", "right")
    assert len(arrays.pairs) == 3
