# ruff: noqa: E402 (without torch these tests are skipped)
"""A package of icons from two tiny runs: what it holds, that it answers as torch does, and what is refused."""

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from desktop_app.engine import packages
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.requests import Design, Prompt
from desktop_app.engine.runtime import Runtime
from export import icon_dataset, icon_similar
from export.__main__ import main
from export.icon_dataset import load_icons
from export.icon_graphs import open_icons
from export.package import command_of
from export.presets import preset_options
from export.training import read_training
from tests.export import tiny_icon_runs
from tests.export.tiny_icon_runs import folders


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(icon_dataset, "SMALL_SET", 100)
        return tiny_icon_runs.world(tmp_path_factory.mktemp("icons"))


def verify(root: Path) -> int:
    return main(["verify", "icons", *folders(root, "data", "runs", "models")])


def test_the_package_says_what_it_is_and_what_it_learnt(made: Path) -> None:
    package = packages.open_package(made / "models" / "icons")
    packages.check_files(package)
    manifest = package.manifest
    assert manifest.title == "Icons"
    assert manifest.licence == "CC0-1.0"
    assert manifest.commercial_use == "yes"
    assert manifest.icons is not None
    assert set(manifest.icons.words) == set(tiny_icon_runs.WORDS)
    assert manifest.icons.styles == ("filled", "outline")
    assert manifest.icons.steps == 3
    assert [(source.prefix, source.licence, source.count) for source in manifest.icons.sources] == [
        ("round", "MIT", 120),
        ("sharp", "ISC", 120),
    ]
    assert manifest.training_data[0].count == 240
    assert {"similar", "golden", "preview", "card", "training"} < set(manifest.files)
    assert manifest.made_by.bits == 8
    assert manifest.made_by.images == 320
    assert manifest.made_by.command.splitlines() == [
        line for line in manifest.made_by.command.splitlines() if line.startswith("python -m export train icons")
    ]
    assert {curve.name.split(",")[0] for curve in read_training(package.folder)} == {"autoencoder", "flow"}


def test_it_answers_as_torch_does(made: Path) -> None:
    assert verify(made) == 0


def test_a_package_of_other_weights_is_found_out(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(shutil.copytree(made, tmp_path / "copy"))
    options = root / "runs" / "icons-flow" / "options.json"
    changed = json.loads(options.read_text()) | {"steps": 4}
    options.write_text(json.dumps(changed))
    assert verify(root) == 1
    assert "differs from its checkpoint" in capsys.readouterr().err


def test_the_engine_draws_from_words_and_decoded_encodings_come_back(made: Path) -> None:
    package, runtime = packages.open_package(made / "models" / "icons"), Runtime("cpu", threads=1)
    try:
        model = IconModel(package, runtime)
        pictures = model.draw([Design(n, 0, prompt=Prompt(("disc",), style="filled")) for n in range(3)])
        assert pictures.shape == (3, 128, 128, 1)
        traced = open_icons(made / "runs", "icons", bits=8)
        fields = np.load(made / "data" / "icons" / "train_fields.npy")[:4, None].astype(np.float32) / 127
        w = model.encode(fields)
        assert np.allclose(w, traced.encoder(torch.from_numpy(fields)).numpy(), atol=1e-4)
        assert np.abs(model.decode(w)).max() <= 1
    finally:
        runtime.close()


def test_its_index_knows_every_training_icon_by_name_and_set(made: Path) -> None:
    package, runtime = packages.open_package(made / "models" / "icons"), Runtime("cpu", threads=1)
    data = load_icons(made / "data", "icons")
    try:
        similar = IconModel(package, runtime).similar
        assert similar is not None
        assert sorted(similar.names) == sorted(icon["name"] for icon in data.icons)
        found = similar.find(icon_similar.fields_of(data, list(range(6))))
    finally:
        runtime.close()
    for icon, one in zip(data.icons[:6], found, strict=True):
        assert one is not None
        prefix, _, name = one.name.partition(":")
        number = next(n for n, other in enumerate(data.icons) if other["name"] == name)
        assert prefix == tiny_icon_runs.SETS[data.icons[number]["set"]][0]
        assert data.icons[number]["words"] == icon["words"]


def test_the_card_names_every_set_with_its_licence(made: Path) -> None:
    card = (made / "models" / "icons" / "card.md").read_text("utf-8")
    assert "| Round Icons (`round`) | MIT | 120 |" in card
    assert "| Sharp Icons (`sharp`) | ISC | 120 |" in card
    assert "python -m export train icons " in card
    assert "python -m export train icons-flow " in card
    assert "directions" not in card
    assert "Not measured yet: `python -m export evaluate" in card


def test_pruning_stands_between_the_two_trainings() -> None:
    preset = json.loads(json.dumps(preset_options("icons", row="cpu")))
    options = preset | {"preset": "icons", "row": "cpu", "seed": 0, "images": 0, "cell": 16}
    assert command_of(options).endswith("--set cell=16")
    assert command_of(options | {"pruned_from": 24}).splitlines() == [
        "python -m export train icons --minutes 40 --seed 0",
        "python -m export prune icons",
    ]


def test_an_index_of_the_same_icons_is_not_built_again(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (made / "models" / "icons" / "similar.npz").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(icon_similar, "build", lambda data: pytest.fail("it was built again"))
        tiny_icon_runs.package(made, "--bits", "16")
    package = packages.open_package(made / "models" / "icons")
    assert package.file("similar").read_bytes() == before
    assert package.manifest.made_by.bits is None
    assert verify(made) == 0
    tiny_icon_runs.package(made)


def test_what_cannot_be_packaged_is_a_sentence(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", "icons-flow", *folders(made, "data", "runs", "models")]) == 1
    assert "together with its autoencoder" in capsys.readouterr().err
    root = Path(shutil.copytree(made, tmp_path / "copy"))
    shutil.rmtree(root / "runs" / "icons-flow")
    assert main(["package", "icons", *folders(root, "data", "runs", "models")]) == 1
    assert "icons-flow" in capsys.readouterr().err
    assert msgspec.json.decode((root / "models" / "icons" / "manifest.json").read_bytes()), "the old one is still whole"
