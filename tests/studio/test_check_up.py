"""What figures of a check-up are said to mean: every fault has its sentence, and sound packages have none."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from desktop_app.engine.manifest import MadeBy, Score, TextKind, TrainingData
from desktop_app.engine.requests import CheckedUp, Device
from desktop_app.studio import check_up, comparison, model_card, score_words
from desktop_app.studio.check_up import COPIES
from desktop_app.studio.speeds import Speeds
from tests.fakes import DEVICE, write_classifier, write_package, write_restorer, write_writer

PICTURES = np.random.default_rng(0).integers(0, 255, (20, 4, 4, 1)).astype(np.uint8)
SOUND = CheckedUp("generator", PICTURES, 2.1, 12.0, 3 * 2**20, 0.0, 90.0)
ALL = tuple(range(20))
SAME_CLASS = tuple((a, b) for a in range(20) for b in range(a + 1, 20) if a % 10 == b % 10)


def found(**changes: object) -> CheckedUp:
    return msgspec.structs.replace(SOUND, **changes)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"broken": (3,)}, "Answers NaN"),
        ({"broken": ALL, "golden_error": float("nan")}, "Answers NaN"),
        ({"golden_error": 0.5}, "Not as it was made"),
        ({"golden_error": float("nan")}, "Not as it was made"),
        ({"constant": ALL, "diversity": 0.0}, "Only empty pictures"),
        ({"diversity": 0.2}, "Always the same picture"),
        ({"near_copies": SAME_CLASS}, "Always the same picture of a class"),
        ({"near_copies": ((0, 1),) * COPIES}, "Two seeds give nearly the same picture"),
        ({"kind": "restorer", "unchanged": ALL}, "Changes nothing"),
        ({"kind": "restorer", "diversity": 0.0}, "Always the same answer"),
        ({"kind": "classifier", "diversity": 0.001}, "Always the same answer"),
        ({"milliseconds": 150.0}, "Slow on this machine"),
        ({"kind": "restorer", "milliseconds": 30_000.0}, "Slow on this machine"),
        ({"memory_bytes": 3 * 2**30}, "Takes much memory"),
    ],
)
def test_each_fault_is_said_first_and_with_what_to_do(tmp_path: Path, changes: dict, what: str) -> None:
    flags = check_up.flags(write_package(tmp_path).manifest, found(**changes))
    assert flags[0].what == what
    assert flags[0].advice.endswith(".")
    assert check_up.is_sound(flags) == (what in ("Slow on this machine", "Takes much memory"))


TEXTS = tuple(f"A lamp of oak number {n}." for n in range(8))
WRITER = CheckedUp(
    "writer", np.zeros((0, 1, 1, 1), np.uint8), 12.0, 30.0, 3 * 2**20, 1e-5, 0.6, texts=TEXTS
)  # fmt: skip
PAIRS = tuple((a, b) for a in range(8) for b in range(a + 1, 8))


@pytest.mark.parametrize(
    ("changes", "what", "sound"),
    [
        ({"broken": (3,)}, "Answers NaN", False),
        ({"broken": tuple(range(8))}, "Answers NaN", False),
        ({"golden_error": 0.5}, "Its cache does not keep what it should", False),
        ({"golden_error": float("nan")}, "Its cache does not keep what it should", False),
        ({"constant": tuple(range(8)), "diversity": 0.0}, "Always the same word", False),
        ({"near_copies": PAIRS}, "Always the same text", False),
        ({"near_copies": PAIRS[:COPIES]}, "Two seeds often give the same text", False),
        ({"diversity": 0.04}, "Repeats itself", True),
        ({"milliseconds": 300.0}, "Slow on this machine", True),
    ],
)
def test_each_fault_of_a_writer(tmp_path: Path, changes: dict, what: str, sound: bool) -> None:
    flags = check_up.flags(write_writer(tmp_path).manifest, msgspec.structs.replace(WRITER, **changes))
    assert flags[0].what == what
    assert flags[0].advice.endswith(".")
    assert check_up.is_sound(flags) == sound


def test_a_sound_writer(tmp_path: Path) -> None:
    manifest = write_writer(tmp_path).manifest
    assert check_up.flags(manifest, WRITER) == ()
    assert check_up.summary(WRITER) == "8 texts, 83 tokens a second."
    assert check_up.praise(WRITER) == "Every text came out whole, and no two are alike."
    rows = dict(check_up.figures(manifest, WRITER))
    assert rows["Variety"] == "60 % of its words are different ones"
    assert rows["Near-copies"] == "none of 28 pairs"
    assert rows["One token at a time, and all at once"] == "the same within 1e-05"
    assert "texts" in check_up.promise(manifest)


def test_two_writers_beside_each_other(tmp_path: Path) -> None:
    one, other = write_writer(tmp_path), write_writer(tmp_path, "other")
    comparison.require_same_kind(one, other)
    found = WRITER, msgspec.structs.replace(WRITER, texts=(*TEXTS[:2], *("x" * 6)))
    assert comparison.apart(found) is None
    assert comparison.apart_sentence(found) == "Of 8 texts of the same seeds, 2 are the same in both."
    assert {row.name for row in comparison.figure_rows(one, other, found)} > {"Speed", "Variety"}


def test_the_card_of_a_writer(tmp_path: Path) -> None:
    package = write_writer(tmp_path, context=8192, chat=True, kinds=(TextKind("poem", "Poem", 3),))
    assert model_card.kind_of(package.manifest) == "Write"
    assert model_card.tasks(package.manifest) == "Goes on from a text · Answers questions"
    rows = dict(model_card.facts(package))
    assert rows["Reads at once"] == "8,192 tokens, some 6,100 words of English"
    assert rows["Kinds of text"] == "Poem"
    assert "Pictures" not in rows
    learnt = TrainingData("Novels", "public domain", 1_234_567, "0" * 64)
    assert ("Tokens", "1,234,567") in model_card.data_rows(learnt, package.manifest)
    by = MadeBy("gpt", "", "", "", "", 0.0)
    assert model_card.made_rows(by, package.manifest) == [("Preset", "gpt")]


def test_scores_of_a_writer_stand_beside_what_people_write() -> None:
    scores = (
        Score("bits per byte, WikiText-2 test", 1.91, higher_is_better=False),
        Score("copied 8-grams, usual settings", 0.0012, 0.001, higher_is_better=False),
        Score("variety, distinct-2", 0.6, 0.8),
    )
    groups = {group.title: group.blocks[0] for group in score_words.grouped(scores)}
    assert set(groups) == {score_words.LIKELIHOOD, score_words.COPYING, score_words.VARIETY}
    assert groups[score_words.LIKELIHOOD].asks == "How many bits does a byte of text cost that it never saw?"
    assert groups[score_words.COPYING].rows[0].verdict == "1.2 times human text (0.001)"
    assert groups[score_words.VARIETY].rows[0].verdict == "75\N{NO-BREAK SPACE}% of human text (0.8)"


@pytest.mark.parametrize("kind", ["generator", "restorer", "classifier"])
def test_a_sound_package_has_no_flag(tmp_path: Path, kind: str) -> None:
    manifest = write_package(tmp_path).manifest
    sound = found(kind=kind, diversity=0.3 if kind == "classifier" else 90.0, near_copies=((0, 1),))
    assert check_up.flags(manifest, sound) == ()
    assert check_up.praise(sound)
    assert all(name and value for name, value in check_up.figures(manifest, sound))


def test_what_may_not_be_sold_is_asked_about(tmp_path: Path) -> None:
    manifest = msgspec.structs.replace(write_package(tmp_path).manifest, commercial_use="no")
    (flag,) = check_up.flags(manifest, SOUND)
    assert flag.what == "Commercial use is not allowed"
    assert not check_up.is_sound((flag,))
    assert check_up.flags(msgspec.structs.replace(manifest, commercial_use="unknown"), SOUND) == ()


def test_a_check_up_in_a_line() -> None:
    assert check_up.summary(SOUND) == "20 samples, 2.1 ms each."
    assert check_up.summary(found(kind="restorer", milliseconds=1234.0)) == "20 pictures, 1.2 s a megapixel."
    assert check_up.summary(found(kind="classifier", pictures=PICTURES[:1])) == "1 picture, 2.1 ms each."


# -- scores --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "share", "verdict"),
    [
        (Score("class accuracy", 0.994, 0.998), 0.996, "as good as real (0.998)"),
        (Score("class accuracy", 0.99, 0.998), 0.992, "close to real (0.998)"),
        (Score("kernel distance", 0.002, 0.00003183, higher_is_better=False), None, "real: 0.00003183"),
        (Score("coverage", 0.475, 0.95), 0.5, "50\N{NO-BREAK SPACE}% of real (0.95)"),
        (Score("density", 1.05, 1.0), 1.0, "as good as real (1)"),
        (Score("density", 2.6, 1.0), 1.0, "2.6 times real (1)"),
        (Score("Fréchet distance", 0.05, 0.05, higher_is_better=False), 1.0, "as good as real (0.05)"),
        (Score("Fréchet distance", 0.5, 0.05, higher_is_better=False), 2 / 3, "10 times real (0.05)"),
        (Score("Fréchet distance", 500.0, 0.05, higher_is_better=False), 0.0, "10,000 times real (0.05)"),
        (Score("PSNR on Set5", 37.0), None, ""),
        (Score("coverage", float("nan"), 0.95), None, "real: 0.95"),
        (Score("share of near copies", 0.5, 0.0, higher_is_better=False), None, "real: 0"),
        (Score("coverage", -0.5, 1.0), 0.0, "0\N{NO-BREAK SPACE}% of real (1)"),
    ],
)
def test_how_near_a_score_comes_to_the_real_thing(score: Score, share: float | None, verdict: str) -> None:
    row = score_words.row(score)
    assert row.share == (None if share is None else pytest.approx(share, rel=1e-3))
    assert row.verdict == verdict


def test_a_number_below_nought_has_a_minus_and_no_hyphen() -> None:
    assert [score_words.number(value) for value in (-0.06154, -3.0, 0.5)] == ["−0.06154", "−3", "0.5"]


def test_scores_have_headings_and_unknown_ones_are_shown_as_they_are() -> None:
    names = ("class accuracy", "Fréchet distance, label-free features", "test accuracy", "memorised", "<b>odd</b>")
    groups = score_words.grouped([Score(name, 1.0) for name in names])
    assert [group.title for group in groups] == [
        "Looks real",
        "Shows what was asked for",
        "Makes its own",
        "Sees rightly",
        "More figures",
    ]
    assert groups[-1].blocks[0].name == "<b>odd</b>"
    assert score_words.grouped(()) == ()


def test_one_measure_of_several_things_is_one_block() -> None:
    names = ("coverage, classifier features", "class balance", "coverage, label-free features", "recall, of digits")
    (group,) = score_words.grouped([Score(name, 0.5, 1.0) for name in names])
    assert [(block.name, [row.name for row in block.rows]) for block in group.blocks] == [
        ("Coverage", ["Classifier features", "Label-free features"]),
        ("Class balance", ["Class balance"]),
        ("Recall, of digits", ["Recall, of digits"]),
    ]
    assert group.blocks[0].rows[1].spoken.startswith("Coverage, label-free features: 0.5, higher is better")


def test_every_note_is_said_once_beside_what_it_is_about() -> None:
    scores = [
        Score("coverage, one", 1, note="of 10,000"),
        Score("coverage, two", 1, note="of 10,000"),
        Score("recall", 1, note="by eye"),
        Score("class balance", 1, note="by eye"),
        Score("PSNR, noise", 30, note="BM3D 28"),
        Score("PSNR, blur", 20, note="BM3D 15"),
    ]
    variety, restoring = score_words.grouped(scores)
    assert [block.note for block in variety.blocks] == ["of 10,000", "", ""]
    assert variety.notes == ("Recall, Class balance: by eye",)
    assert [row.note for row in variety.blocks[0].rows] == ["", ""]
    assert (restoring.blocks[0].note, restoring.notes) == ("", ())
    assert [row.note for row in restoring.blocks[0].rows] == ["BM3D 28", "BM3D 15"]


def test_what_a_check_up_will_look_at_depends_on_what_a_package_does(tmp_path: Path) -> None:
    assert "repeated pictures" in check_up.promise(write_package(tmp_path).manifest)
    for package in (write_restorer(tmp_path), write_classifier(tmp_path)):
        assert "unchanging answers" in check_up.promise(package.manifest)


# -- cards ---------------------------------------------------------------------------------------------------------


def test_every_package_has_a_place_in_the_list_and_facts(tmp_path: Path) -> None:
    packages = [write_package(tmp_path), write_restorer(tmp_path), write_classifier(tmp_path)]
    listed = model_card.by_kind(packages)
    assert list(listed) == ["Make pictures", "Restore pictures", "Tell pictures apart"]
    for package in packages:
        assert model_card.tasks(package.manifest)
        assert dict(model_card.facts(package))["Version"] == "1.0.0"
        assert model_card.permission(package.manifest).tone == "good"


def test_a_package_that_is_gone_still_has_a_size(tmp_path: Path) -> None:
    package = write_package(tmp_path)
    (package.folder / "manifest.json").unlink()
    assert model_card.size_on_disk(package) == 16


# -- side by side --------------------------------------------------------------------------------------------------


def test_the_better_of_two_is_marked_in_either_direction() -> None:
    left = [Score("coverage", 0.9), Score("Fréchet distance", 2.0, higher_is_better=False), Score("alone", 1.0)]
    right = [Score("coverage", 0.8), Score("Fréchet distance", 1.0, higher_is_better=False), Score("new", 2.0)]
    left, right = [*left, Score("density", 2.0)], [*right, Score("density", 1.0)]
    rows = {row.name: row for row in comparison.score_rows(left, right)}
    assert [rows[name].better for name in ("Coverage", "Fréchet distance", "Alone", "New")] == ["left", "right", "", ""]
    assert (rows["Alone"].right, rows["New"].left) == ("–", "–")
    assert rows["Density"].better == ""  # more of it is not always better


def test_how_far_the_same_seeds_are_apart() -> None:
    other = found(pictures=np.clip(PICTURES.astype(int) // 2, 0, 255).astype(np.uint8))
    assert comparison.apart_sentence((SOUND, SOUND)) == "The same seeds give the same pictures in both."
    assert "of 255 steps on average" in comparison.apart_sentence((SOUND, other))
    assert comparison.apart_sentence((SOUND, found(pictures=PICTURES[:, :2]))) == ""


def test_figures_that_differ_are_marked_and_measuring_error_is_not(tmp_path: Path) -> None:
    package = write_package(tmp_path)
    slow = found(milliseconds=2.2), found(milliseconds=9.0, broken=(1, 2))
    rows = {row.name: row.better for row in comparison.figure_rows(package, package, slow)}
    assert (rows["Speed"], rows["Broken answers"], rows["Near-copies"]) == ("left", "left", "")
    near = {row.name: row.better for row in comparison.figure_rows(package, package, (SOUND, slow[0]))}
    assert near["Speed"] == ""


# -- speeds --------------------------------------------------------------------------------------------------------


def test_a_speed_is_remembered_for_these_files_and_this_device(tmp_path: Path) -> None:
    path = tmp_path / "speeds.json"
    Speeds(path).keep("a" * 64, DEVICE, SOUND, "2026-01-01")
    known = Speeds(path).of("a" * 64, DEVICE)
    assert known is not None
    assert (known.milliseconds, known.device, known.date) == (2.1, "Fake processor", "2026-01-01")
    assert Speeds(path).of("b" * 64, DEVICE) is None
    assert Speeds(path).of("a" * 64, Device("auto", "cuda", "Another", "", "1", 1)) is None
    assert Speeds(path).of("a" * 64, None) is None


def test_two_windows_do_not_forget_each_others_speeds(tmp_path: Path) -> None:
    one, other = Speeds(tmp_path / "speeds.json"), Speeds(tmp_path / "speeds.json")
    assert one.of("a", DEVICE) is None
    other.keep("b", DEVICE, SOUND, "2026-01-01")
    one.keep("a", DEVICE, SOUND, "2026-01-01")
    assert Speeds(tmp_path / "speeds.json").of("b", DEVICE) is not None


def test_speeds_that_cannot_be_read_or_written_stop_nothing(tmp_path: Path) -> None:
    path = tmp_path / "speeds.json"
    path.write_text("{ half")
    speeds = Speeds(path)
    assert speeds.of("a", DEVICE) is None
    (tmp_path / "file").write_text("")
    lost = Speeds(tmp_path / "file" / "speeds.json")
    lost.keep("a", DEVICE, SOUND, "2026-01-01")
    assert lost.of("a", DEVICE) is not None
