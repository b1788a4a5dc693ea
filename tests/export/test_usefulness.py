"""Generated pictures as training data: read back as they were written, and measured in equal conditions."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from desktop_app.engine.manifest import Score, TrainingData
from desktop_app.studio import dataset
from desktop_app.studio.dataset_folder import PictureFolder
from desktop_app.studio.dataset_idx import IdxFiles
from export import card, usefulness
from export.__main__ import main
from export.card_usefulness import is_use
from export.compute import choose_compute
from export.data import load_dataset
from export.errors import ExportError
from export.generated_data import read_generated
from export.usefulness import Pictures, choose
from tests.export.synthetic import pictures
from tests.fakes import DEVICE, write_package

OPTIONS = {"widths": (4, 4, 8), "batch": 12, "learning_rate": (2e-2, 0.0), "weight_decay": 0.01, "erase": 0.0}
OPTIONS |= {"ema_half_life": (0.0, 0.02), "rotate": 5.0, "shift": 1.0, "zoom": 0.1, "flip": False}


def write_generated(parent: Path, layout: str, *, channels: int = 1, count: int = 23) -> tuple[Path, np.ndarray]:
    """A whole data set of noise, and its pictures."""
    package, out = write_package(parent, f"fake-{layout}-{channels}", channels=channels), parent / "out"
    made = dataset.plan(package, DEVICE, layout=layout, count=count, seed=2, truncation=1.0, labels=(3, 1))  # type: ignore[arg-type]
    pixels = np.random.default_rng(0).integers(0, 256, (count, 28, 28, channels), np.uint8)
    dataset.begin(out, made)
    store = (PictureFolder if layout == "folder" else IdxFiles)(out, made)
    for step in [*store.writes(range(count), pixels), *store.rest()]:
        step()
    dataset.finish(out, made, store.finish())
    store.tidy()
    return out, pixels


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("layout", ["folder", "idx"])
def test_a_data_set_is_read_back_as_it_was_written(tmp_path: Path, layout: str, channels: int) -> None:
    folder, pixels = write_generated(tmp_path, layout, channels=channels)
    found = read_generated(folder)
    assert np.array_equal(found.images, pixels)
    assert found.labels.tolist() == [3, 1] * 11 + [3]


def test_an_image_folder_is_prepared_like_any_other(tmp_path: Path) -> None:
    folder, pixels = write_generated(tmp_path, "folder")
    words = [
        "data",
        "folder",
        str(folder),
        "--grey",
        "--size",
        "28",
        "--name",
        "made",
        "--data",
        str(tmp_path / "data"),
    ]
    assert main(words) == 0
    train, test = (load_dataset(tmp_path / "data", "made", split=split) for split in ("train", "test"))
    assert train.about["classes"] == ["1", "3"]
    ones, threes = pixels[1::2], pixels[::2]
    assert np.array_equal(test.images, np.stack([ones[9], threes[9]]))
    assert np.array_equal(train.images, np.concatenate([ones[:9], ones[10:], threes[:9], threes[10:]]))


@pytest.mark.parametrize("layout", ["folder", "idx"])
def test_a_data_set_that_is_not_whole_is_named(tmp_path: Path, layout: str) -> None:
    folder, _ = write_generated(tmp_path, layout)
    broken = folder / ("3/2-0000002.png" if layout == "folder" else "images-idx3-ubyte")
    broken.write_bytes(broken.read_bytes()[:-1])
    with pytest.raises(ExportError, match=r"1 pictures of .* the first is 3/2-0000002\.png|is not what the data set's"):
        read_generated(folder)
    (folder / dataset.MANIFEST).rename(folder / "kept.json")
    with pytest.raises(ExportError, match="holds other files"):
        read_generated(folder)
    with pytest.raises(ExportError, match="holds no whole data set"):
        read_generated(tmp_path / "nowhere")


def test_real_pictures_are_chosen_once_and_evenly() -> None:
    labels = np.random.default_rng(0).integers(0, 3, 600)
    few, more = choose(labels, few=30, more=90)
    assert np.bincount(labels[few]).tolist() == [10] * 3
    assert np.bincount(labels[more]).tolist() == [30] * 3
    assert len({*few.tolist(), *more.tolist()}) == 120
    again = choose(labels, few=30, more=60)
    assert np.array_equal(again[0], few)
    with pytest.raises(ExportError, match=r"Class \d has \d+ pictures; 250 are needed"):
        choose(labels, few=150, more=600)


def test_a_classifier_learns_from_what_it_is_given_and_half_from_each_of_two_sets() -> None:
    torch.set_num_threads(1)
    images, labels = pictures(60)
    good, test = usefulness.pictures(images, labels), usefulness.pictures(*pictures(60, seed=1))
    wrong = Pictures(good.x, (good.label + 1) % 3)
    compute = choose_compute("cpu", "fp32")

    def after(*sets: Pictures) -> float:
        return usefulness.accuracy(usefulness.learn(sets, OPTIONS, seed=0, steps=60, compute=compute), test)

    alone, misled = after(good), after(wrong)
    assert alone > 0.9
    assert misled < 0.3
    assert misled < after(good, wrong) < alone


def test_figures_are_told_whichever_way_they_fall_and_are_kept(tmp_path: Path) -> None:
    made = (("1,000 real", [0.97, 0.98]), ("1,000 real and 23 generated", [0.90, 0.92]))
    scores = [usefulness.score_of(what, values, steps=700, learnt=60_000) for what, values in made]
    assert [score.value for score in scores] == [0.975, 0.91]
    assert scores[0].note == "standard deviation 0.71% over 2 seeds; 700 steps of 100 pictures"
    assert scores[1].note.endswith("; the generator itself learnt from all 60,000 real ones")
    assert all(map(is_use, scores))
    manifest = write_package(tmp_path).manifest
    assert card.card_text(manifest).count("accuracy on real test pictures") == 0
    data = TrainingData("MNIST, training split", "CC BY-SA 3.0", 60_000, "")
    told = msgspec.structs.replace(manifest, scores=(Score("coverage", 0.8, 0.9), *scores), training_data=(data,))
    text = card.card_text(told)
    assert "| 1,000 real and 23 generated | 91.00% | standard deviation 1.41% over 2 seeds |" in text
    assert "itself learnt from all 60,000 real training pictures" in text
    assert "learnt for 700 steps of 100 pictures" in text
    assert "## Likelihood" not in text


def test_what_has_no_labels_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write_package(tmp_path, "plain", classes=())
    write_package(tmp_path, "other")
    folders = ["--models", str(tmp_path), "--data", str(tmp_path)]
    assert main(["usefulness", "plain", *folders]) == 1
    assert main(["usefulness", "other", *folders]) == 1
    said = capsys.readouterr().err
    assert "plain draws no pictures of classes" in said
    assert "other was trained on nothing that it names; there are test pictures for mnist and fashion-mnist." in said
    assert json.loads((tmp_path / "plain" / "manifest.json").read_bytes())["scores"] == []
