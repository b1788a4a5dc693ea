# ruff: noqa: E402 (without torch these tests are skipped)
"""Scores of icons on a tiny package: the judge's rules, what is written down, and figures with known answers."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from desktop_app.engine import packages
from desktop_app.engine.icon_model import IconModel
from export import evaluate, evaluate_icons, icon_bench, icon_dataset, icon_judge
from export.__main__ import main
from export.icon_dataset import load_icons
from export.icon_judge import label_of, open_judge, seen_of, shared_out, words_of
from export.icon_sheet import SHEET_SAMPLES, SHEET_WORDS, sheet_designs
from tests.export import tiny_icon_runs
from tests.export.tiny_icon_runs import WORDS, folders

SMALL = {"images": 1920, "batch": 32, "widths": (8, 8, 16)}


@pytest.fixture(scope="module", autouse=True)
def small() -> object:
    """A judge of three words, learnt in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(icon_dataset, "SMALL_SET", 100)
        patch.setattr(icon_judge, "OPTIONS", icon_judge.OPTIONS | SMALL)
        patch.setattr(icon_judge.words_of, "__kwdefaults__", {"count": 3, "alone_in": 2})
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    root = tiny_icon_runs.world(tmp_path_factory.mktemp("icons"))
    assert run(root) == 0
    return root


def run(root: Path, *more: str) -> int:
    return main(["evaluate", "icons", *more, *folders(root, "data", "runs", "models", "reports", "cache")])


# -- the judge --------------------------------------------------------------------------------------------------------


def facts(*names: str, style: str = "filled", start: int = 0) -> list[dict]:
    return [
        {"name": f"{name}-{n}", "set": n, "words": name.split(), "style": style} for n, name in enumerate(names, start)
    ]


def test_classes_are_common_words_that_stand_alone_in_several_sets() -> None:
    icons = facts("cat", "cat", "cat", "dog", "dog", "cat right", "dog right", "bird right", "bird", "long bird name x")
    assert words_of(icons, count=5, alone_in=2) == ("cat", "dog"), "“right” is never alone, “bird” but once"
    assert words_of(icons, count=1, alone_in=1) == ("cat",)


def test_an_icon_has_the_label_of_the_one_word_that_it_holds() -> None:
    numbers = {"cat": 0, "dog": 1}
    for words, label in (
        (["cat"], 0),
        (["dog", "house"], 1),
        (["cat", "dog"], -1),
        (["bird"], -1),
        (["a", "b", "c", "cat"], -1),
    ):
        assert label_of({"words": words}, numbers) == label


def test_some_filled_icons_of_each_word_are_kept_back_and_never_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icon_judge, "KEPT_BACK", 3)
    train = facts(*["cat"] * 6, *["dog"] * 6, "cat flap") + facts("cat", "dog", style="outline", start=20)
    held = facts("cat hat", "cat", start=40)
    icons = shared_out(train, held, ("cat", "dog"))
    assert np.bincount(icons.kept_labels).tolist() == [3, 3]
    assert icons.kept[0] == ("held_out", 1), "of held-out concepts first, and by the word alone"
    back = {place for split, place in icons.kept if split == "train"}
    assert not back & set(icons.learnt.tolist())
    assert len(icons.learnt) + len(back) == len(train)
    assert {13, 14} <= set(icons.learnt.tolist()), "outlines are learnt from"


def test_fields_of_any_kind_look_the_same_to_it() -> None:
    field = np.linspace(-127, 127, 64 * 64).reshape(1, 64, 64).astype(np.int8)
    whole, parts = seen_of(torch.from_numpy(field)), seen_of(torch.from_numpy(field.astype(np.float32) / 127))
    assert torch.allclose(whole, parts)
    assert whole.shape == (1, 1, 32, 32)


def test_it_learns_shapes_once_and_is_kept(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icon_judge, "learn", lambda *args: pytest.fail("it learnt again"))
    judge = open_judge(made / "data", made / "runs", "icons")
    assert set(judge.words) == set(WORDS)
    held = load_icons(made / "data", "icons", split="held_out")
    labels = np.array([judge.words.index(icon["words"][0]) for icon in held.icons])
    assert (judge.look(held.fields)[1] == labels).mean() > 0.8
    assert judge.look(held.fields)[0].shape == (len(held.fields), 16)


def test_other_icons_ask_for_a_new_judge(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_icon_runs.write_icons(tmp_path, counts=(120, 30))
    (tmp_path / "runs").symlink_to(made / "runs")
    monkeypatch.setattr(icon_judge, "learn", lambda *args: (_ for _ in ()).throw(RuntimeError("learnt anew")))
    with pytest.raises(RuntimeError, match="learnt anew"):
        open_judge(tmp_path / "data", tmp_path / "runs", "icons")


# -- what is written --------------------------------------------------------------------------------------------------


def test_figures_stand_in_manifest_card_and_report(made: Path) -> None:
    package = packages.open_package(made / "models" / "icons")
    packages.check_files(package)
    scores = {score.name: score for score in package.manifest.scores}
    assert {"mean overlap", "median overlap of outline icons", "word seen", "coverage", "share of near copies"} < set(
        scores
    )
    assert {"difference within a word", "word seen, beside real icons", "density"} < set(scores)
    assert scores["word seen"].floor is not None
    assert scores["word seen, beside real icons"].value == pytest.approx(
        scores["word seen"].value / scores["word seen"].floor, rel=1e-3
    )
    assert not scores["share of near copies"].higher_is_better
    assert all(
        0 <= scores[name].value <= 1 for name in ("mean overlap", "word seen", "coverage", "share of near copies")
    )
    card = (package.folder / "card.md").read_text("utf-8")
    assert "real icons" in card
    assert "(sheet.png)" in card
    assert ", ".join(SHEET_WORDS) in card
    report = (made / "reports" / "icons.html").read_text("utf-8")
    assert "A generator of icons" in report
    assert "A word a row" in report


def test_the_sheet_is_twenty_words_and_nothing_is_picked(made: Path) -> None:
    designs = sheet_designs(1, 2.0)
    assert len(designs) == len(SHEET_WORDS) * SHEET_SAMPLES == 240
    assert [(d.seed, d.index) for d in designs[:13]] == [(1, n) for n in range(12)] + [(1, 0)]
    evaluation, arrays = evaluate.read_result(made / "reports", "icons")
    assert evaluation.kind == "icons"
    assert evaluation.command == "python -m export evaluate icons"
    assert len(arrays.samples) == 200
    assert arrays.pairs.shape[1:] == (2, 64, 64, 1)
    assert list(arrays.ratios) == sorted(arrays.ratios, reverse=True)


def test_a_second_time_nothing_is_drawn_again(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = evaluate.read_result(made / "reports", "icons")[0].figures
    monkeypatch.setattr(icon_bench.Bench, "fields", lambda *args: pytest.fail("it was drawn again"))
    monkeypatch.setattr(evaluate_icons, "overlaps", lambda *args: pytest.fail("it was measured again"))
    assert run(made) == 0
    assert evaluate.read_result(made / "reports", "icons")[0].figures == before


# -- known answers ----------------------------------------------------------------------------------------------------


def test_a_generator_that_shows_what_it_is_asked_for_is_as_good_as_real_icons(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(7)

    def fields_of(model: IconModel, designs: list) -> np.ndarray:
        made_up = [tiny_icon_runs.shape((d.prompt.words or ("disc",))[0], d.prompt.style, rng.uniform(12, 24), rng)
                   if d.prompt.words[0] in WORDS else np.full((64, 64), -127, np.int8) for d in designs]  # fmt: skip
        return np.stack(made_up).astype(np.float32) * np.float32(4 / 127)

    monkeypatch.setattr(IconModel, "fields_of", fields_of)
    monkeypatch.setattr(IconModel, "encode", lambda model, field: field)
    monkeypatch.setattr(IconModel, "decode", lambda model, field: field)
    assert run(made, "--fresh") == 0
    figures = {figure.name: figure for figure in evaluate.read_result(made / "reports", "icons")[0].figures}
    assert figures["mean overlap"].value == 1.0
    assert figures["word seen, beside real icons"].value == pytest.approx(1, abs=0.15)
    assert figures["coverage"].value > 0.6
    assert figures["difference within a word"].value == pytest.approx(
        figures["difference within a word"].floor, abs=0.1
    )


def test_a_generator_that_copies_is_found_out(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = load_icons(made / "data", "icons").fields.astype(np.float32) * np.float32(4 / 127)
    monkeypatch.setattr(IconModel, "fields_of", lambda model, designs: known[[d.index % 6 for d in designs]])
    assert run(made, "--fresh") == 0
    figures = {figure.name: figure for figure in evaluate.read_result(made / "reports", "icons")[0].figures}
    assert figures["share of near copies"].value == 1.0
    assert figures["near copies marked"].value > 0.9
    assert figures["median overlap with the nearest"].value == 1.0


def test_without_the_icons_there_is_a_sentence(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["evaluate", "icons", "--data", str(tmp_path), *folders(made, "runs", "models", "reports", "cache")]
    assert main(command) == 1
    assert "prepare it with `python -m export data icons" in capsys.readouterr().err
