# ruff: noqa: E402 (without torch these tests are skipped)
import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from desktop_app.engine import packages
from desktop_app.engine.manifest import MadeBy
from export import training
from export.errors import ExportError
from tests.tiny_package import tiny_package, write_manifest


def write_stats(runs: Path, name: str, lines: list[dict]) -> None:
    (runs / name).mkdir(parents=True)
    (runs / name / "stats.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def finished(parent: Path, *, images: int = 1000) -> Path:
    folder = tiny_package(parent, "made")
    write_manifest(folder, made_by=MadeBy("test", "tests", "0", "2026-01-01", "none", 1.0, images))
    return folder


def line(images: int, **values: float) -> dict:
    return {"images": images, "minutes": images / 100, "images_per_second": 3.0, **values}


def test_a_long_training_is_thinned_to_means_that_end_where_it_ended() -> None:
    lines = [line(i + 1, loss=float(i), psnr=20.0) for i in range(1001)]
    found = training.thinned(lines)
    assert len(found.images) == 167, "means of six lines each"
    assert found.images[0] == 6
    assert found.images[-1] == 1001
    assert found.curves["loss"][0] == 2.5
    assert set(found.curves) == {"loss", "psnr"}, "what the clock says is no curve"


def test_a_quantity_that_comes_and_goes_keeps_its_places(tmp_path: Path) -> None:
    lines = [line(1, loss=3.0), line(2, loss=float("nan"), elbo=90.0), line(3, loss=1.0, elbo=88.0)]
    write_stats(tmp_path / "runs", "a", lines)
    assert training.write_training(tmp_path, tmp_path / "runs", "a")
    loss, elbo = training.read_training(tmp_path)
    assert (loss.name, loss.images, loss.values) == ("loss", (1, 3), (3.0, 1.0))
    assert (elbo.name, elbo.images, elbo.values) == ("elbo", (2, 3), (90.0, 88.0))


def test_the_file_of_the_longest_training_is_small(tmp_path: Path) -> None:
    write_stats(tmp_path, "a", [line(123_456 * i, **{f"loss {n}": -123.456789 for n in range(7)}) for i in range(5000)])
    training.write_training(tmp_path, tmp_path, "a")
    assert (tmp_path / training.FILE).stat().st_size < 20_000


def test_a_finished_package_gets_its_training_once(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    write_stats(tmp_path / "runs", "made", [line(500, loss=2.0), line(1000, loss=1.0)])
    before = packages.open_package(folder).manifest
    assert training.add_training(folder, tmp_path / "runs", "made")
    package = packages.open_package(folder)
    packages.check_files(package)
    assert package.manifest.files[training.ROLE].path == training.FILE
    assert {k: v for k, v in package.manifest.files.items() if k != training.ROLE} == before.files
    assert not training.add_training(folder, tmp_path / "runs", "made"), "it is there already"
    assert packages.open_package(folder).sha256 == package.sha256


@pytest.mark.parametrize("seen", [None, 7])
def test_another_run_or_none_leaves_a_package_as_it_is(tmp_path: Path, seen: int | None) -> None:
    folder = finished(tmp_path)
    if seen:
        write_stats(tmp_path / "runs", "made", [line(seen, loss=2.0)])
    before = packages.open_package(folder).sha256
    assert not training.add_training(folder, tmp_path / "runs", "made")
    assert packages.open_package(folder).sha256 == before
    assert not (folder / training.FILE).exists()


@pytest.mark.parametrize("content", ["", "[]", '{"images": [1], "curves": {"loss": [1, 2]}}'])
def test_a_broken_record_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / training.FILE).write_text(content)
    with pytest.raises(ExportError, match=r"training\.json is no record of a training"):
        training.read_training(tmp_path)


def test_a_package_without_one_has_no_curves(tmp_path: Path) -> None:
    assert training.read_training(tmp_path) == ()


def test_half_a_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "stats.jsonl").write_text('{"images": 1, "loss"')
    with pytest.raises(ExportError, match="--resume"):
        training.write_training(tmp_path, tmp_path, "a")


def test_a_language_model_counts_tokens_and_has_a_curve_for_each_kind(tmp_path: Path) -> None:
    lines = [{"tokens": 50, "minutes": 0.1, "loss": 8.0}, {"tokens": 50, "held_out": {"prose": 7.0}}]
    write_stats(tmp_path, "words", [*lines, {"tokens": 100, "minutes": 0.2, "loss": 6.0}])
    (tmp_path / "package").mkdir()
    assert training.write_training(tmp_path / "package", tmp_path, "words")
    curves = {curve.name: (curve.images, curve.values) for curve in training.read_training(tmp_path / "package")}
    assert curves == {"loss": ((50.0, 100.0), (8.0, 6.0)), "held out, prose": ((50.0,), (7.0,))}
