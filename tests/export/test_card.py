# ruff: noqa: E402 (without torch these tests are skipped)
from pathlib import Path

import msgspec
import pytest

torch = pytest.importorskip("torch")

from desktop_app.engine import packages
from desktop_app.engine.manifest import Manifest, Score
from export.card import card_text, write_card
from export.errors import ExportError
from export.evaluation import Figure
from export.package_evaluation import write_evaluation
from export.package_files import write_manifest
from tests.export import evaluations
from tests.tiny_classifier import tiny_classifier
from tests.tiny_package import encoder_package, tiny_package
from tests.tiny_restorer import tiny_restorer

MAKERS = {
    "generator": tiny_package,
    "autoencoder": encoder_package,
    "restorer": tiny_restorer,
    "classifier": tiny_classifier,
}


def manifest_of(kind: str, parent: Path, **changes) -> Manifest:
    return msgspec.structs.replace(packages.open_package(MAKERS[kind](parent)).manifest, **changes)


def headings(text: str) -> list[str]:
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("kind", MAKERS)
def test_every_kind_of_package_has_a_card_before_it_is_measured(kind: str, tmp_path: Path) -> None:
    text = card_text(manifest_of(kind, tmp_path))
    assert text.startswith("# ")
    assert "Not measured yet: `python -m export evaluate" in text
    assert {"What it does", "How it was made", "Data and licence", "Limits"} <= set(headings(text))
    assert "Likelihood" not in headings(text)
    assert "\n\n\n" not in text


def test_scores_of_the_manifest_are_tables_by_their_features(tmp_path: Path) -> None:
    scores = (
        Score("class accuracy", 0.9889, 0.998, note="share of the samples"),
        Score(
            "Fréchet distance, classifier features", 0.1587, 0.0506, higher_is_better=False, note="between Gaussians"
        ),
        Score("Fréchet distance, label-free features", 1.9, 0.4, higher_is_better=False, note="between Gaussians"),
    )
    text = card_text(manifest_of("generator", tmp_path, scores=scores))
    assert "| score | this model | real pictures |\n| --- | --- | --- |\n| class accuracy ↑ | 0.9889 | 0.9980 |" in text
    assert "| classifier features | this model | real pictures |" in text
    assert "| Fréchet distance ↓ | 0.1587 | 0.0506 |" in text
    assert text.count("\n- Fréchet distance: between Gaussians.\n") == 1, "what two figures share is said once"


def test_after_an_evaluation_the_card_knows_spreads_rivals_and_the_ladder(tmp_path: Path) -> None:
    text = card_text(manifest_of("generator", tmp_path), evaluations.evaluation())
    assert "| classifier features | this model | real pictures | DCGAN | VAE, N(0, I) |" in text
    assert "| Fréchet distance ↓ | 0.1587 ± 0.0040 | 0.0506 | 2.024 | 0.1571 |" in text
    assert "as far from real as real pictures with blur of" in text
    assert "Ahead of DCGAN in" in text
    assert "VAE, N(0, I): samples past its fitted prior." in text
    assert "- The judge learnt on the real training pictures" in text


def test_bounds_on_the_likelihood_have_a_section_of_their_own(tmp_path: Path) -> None:
    note = "negative bounds in nats a picture; 10000 pictures"
    scores = (Score("ELBO, N(0, I)", 88.2, higher_is_better=False, note=note), Score("density", 0.9, 1.0))
    rows = (Figure("ELBO, N(0, I)", 88.2, higher_is_better=False, group="likelihood", note=note),)
    for evaluation in (None, evaluations.evaluation(figures=(*rows, *evaluations.figures()))):
        text = card_text(manifest_of("autoencoder", tmp_path / str(evaluation is None), scores=scores), evaluation)
        assert text.count("ELBO") == 1
        assert "| ELBO, N(0, I) | 88.20 | 10000 pictures |" in text.partition("## Likelihood")[2]


def test_a_card_is_written_whole(tmp_path: Path) -> None:
    manifest = manifest_of("generator", tmp_path)
    write_card(tmp_path, manifest)
    assert (tmp_path / "card.md").read_text("utf-8") == card_text(manifest)
    assert not list(tmp_path.glob("*.part"))


def test_whoever_writes_the_card_again_has_the_evaluation(tmp_path: Path) -> None:
    folder = tiny_package(tmp_path)
    manifest = packages.open_package(folder).manifest
    nothing = Figure("density", float("nan"), 1.0)
    evaluation = evaluations.evaluation(figures=(*evaluations.figures(), nothing))
    write_evaluation(folder, evaluation)
    write_card(folder, manifest)
    assert (folder / "card.md").read_text("utf-8") == card_text(manifest, evaluations.evaluation())
    assert (folder / "evaluation.json").stat().st_size < 12_000
    write_manifest(folder, manifest)
    package = packages.open_package(folder)
    packages.check_files(package)
    assert package.manifest.files["evaluation"].path == "evaluation.json"
    assert package.manifest.files["card"].size == (folder / "card.md").stat().st_size


def test_an_evaluation_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = tiny_package(tmp_path)
    (folder / "evaluation.json").write_text("{}")
    with pytest.raises(ExportError, match=r"evaluation\.json is no evaluation"):
        write_card(folder, packages.open_package(folder).manifest)
