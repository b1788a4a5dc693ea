# ruff: noqa: E402 (without torch these tests are skipped)
"""Packages of every family that restores, after a few steps of training."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from PIL import Image

from desktop_app.engine import packages
from desktop_app.engine.manifest_check import inconsistency
from export import package, rivals
from export import verify as verify_module
from export.__main__ import main
from export.checkpoint import read_checkpoint, save_checkpoint
from export.errors import ExportError
from export.onnx_graph import export_onnx
from export.package_files import write_manifest
from export.photo_sets import luma, noisy_copy, read_set, to_bytes
from export.restorers import TracedRestorer, open_restorer
from export.restoring import restore_pixels
from export.rivals import Rivals
from tests.export import synthetic

CPU = torch.device("cpu")
NAMES = {"colour": "photo-denoise", "grey": "photo-denoise-grey", "fill": "photo-inpaint", "large": "photo-upscale-x2"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of every family."""
    root = tmp_path_factory.mktemp("restorers")
    synthetic.write_shapes(root)
    folder = root / "pictures"
    folder.mkdir()
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((160, 160)).save(folder / f"{number}.png")
    folders = ["--data", str(root / "data")]
    assert main(["data", "photos", str(folder), "--licence", "for research", *folders]) == 0
    for name, like in NAMES.items():
        assert main(synthetic.photo_train_command(root, name, like=like, images=8)) == 0
        hush(root / "runs" / name / "checkpoint.safetensors")
    synthetic.train(root, "digits", like="digits-denoise")
    for name in (*NAMES, "digits"):
        synthetic.package(root, name)
    return root


def hush(path: Path) -> None:
    """Make the last layer nearly silent, as training would: a flat picture stays flat."""
    tensors, progress = read_checkpoint(path)
    for name in ("average/tail.weight", "average/last.narrow"):
        if name in tensors:
            tensors[name] *= 1e-3
    save_checkpoint(path, modules={"average": _Tensors(tensors)}, optimizers={}, progress=progress, device=CPU)


class _Tensors:
    def __init__(self, tensors: dict) -> None:
        self.tensors = tensors

    def state_dict(self) -> dict:
        return {k.removeprefix("average/"): v for k, v in self.tensors.items() if k.startswith("average/")}


def opened(root: Path, name: str) -> packages.Package:
    return packages.open_package(root / "models" / name)


def traced(root: Path, name: str) -> TracedRestorer:
    return open_restorer(root / "runs", name)[1]


@pytest.mark.parametrize("name", [*NAMES, "digits"])
def test_a_package_is_what_was_trained(made: Path, name: str, capsys: pytest.CaptureFixture) -> None:
    folders = [f"--{kind}={made / kind}" for kind in ("data", "runs", "models")]
    assert main(["verify", name, *folders]) == 0
    assert "every check passed" in capsys.readouterr().out
    found = opened(made, name)
    packages.check_files(found)
    assert inconsistency(found.manifest) == ""
    assert {path.name for path in found.folder.iterdir()} == {
        "restorer.onnx", "golden.npz", "card.md", "preview.png", "manifest.json", "training.json",
    }  # fmt: skip
    abilities = {"fill": "inpaint", "large": "upscale"}
    assert found.manifest.abilities == (abilities.get(name, "denoise"),)
    assert found.manifest.commercial_use == ("yes" if name == "digits" else "unknown")


@pytest.mark.parametrize("name", [*NAMES, "digits"])
def test_the_graph_is_free_in_size_holds_half_precision_and_tells_nothing_of_the_machine(made: Path, name: str) -> None:
    path = opened(made, name).folder / "restorer.onnx"
    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        sides = [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        twice = name == "large" and value.name == "restored"
        assert sides[0] == "N"
        assert sides[2:] == ([28, 28] if name == "digits" else ["H2", "W2"] if twice else ["H", "W"])
    large = [i for i in model.graph.initializer if i.data_type == onnx.TensorProto.FLOAT and np.prod(i.dims) > 256]
    assert not large
    assert str(made).encode() not in path.read_bytes()
    assert b"/export/" not in path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_runs_a_package_on_odd_sizes(made: Path, name: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (17, 51, 3), np.uint8)
    mask = None
    if name == "fill":
        mask = np.zeros((17, 51), bool)
        mask[5:9, 20:30] = True
    result = restore_pixels(opened(made, name), picture, mask=mask)
    scale = 2 if name == "large" else 1
    assert result.shape == (17 * scale, 51 * scale, 3)
    if mask is not None:
        assert np.array_equal(result[~mask], picture[~mask])


def test_verify_catches_a_run_that_went_on(made: Path) -> None:
    other = traced(made, "colour")
    with torch.no_grad():
        other.net.net.tail.weight += 0.01
    with pytest.raises(ExportError, match="differs from its checkpoint"):
        verify_module.verify_package(opened(made, "colour"), other)


class Stuck(torch.nn.Module):
    """What a careless trace makes: the answer does not depend on the picture."""

    def forward(self, image):
        return 0 * image + 0.5


class Leaky(torch.nn.Module):
    """It changes what it should leave alone, by less than an eye sees."""

    def forward(self, image, mask):
        return image * (1 - mask) + 1e-5


class Tinted(torch.nn.Module):
    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image):
        return self.net(image) + 0.01


class Broken(torch.nn.Module):
    """Right, but where a picture is brighter than white."""

    def forward(self, image):
        return torch.where(image > 1.2, (1.2 - image).sqrt(), image)


@pytest.mark.parametrize(
    ("name", "wrong", "named"),
    [
        ("colour", lambda net: Stuck(), "baked one in"),
        ("fill", lambda net: Leaky(), "outside the mask"),
        ("colour", Tinted, "flat grey"),
        ("colour", lambda net: Broken(), "NaN"),
    ],
)
def test_verify_catches_a_wrong_graph(made: Path, tmp_path: Path, name: str, wrong, named: str) -> None:
    from export.package_restorer import export_graph, write_golden

    true = traced(made, name)
    false = TracedRestorer(wrong(true.net).eval(), true.ability, true.restoration)
    folder = tmp_path / name
    folder.mkdir()
    export_graph(false, folder)
    write_golden(false, folder)
    write_manifest(folder, opened(made, name).manifest)
    with pytest.raises(ExportError, match=named):
        verify_module.verify_package(packages.open_package(folder), false)


def test_a_graph_of_fixed_size_does_not_pass_for_a_free_one(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "models" / "grey", tmp_path / "grey")
    net = traced(made, "grey")
    image = torch.zeros(2, 1, 64, 64)
    export_onnx(net.net, (image,), tmp_path / "grey" / "restorer.onnx", ["image"], ["restored"])
    write_manifest(tmp_path / "grey", opened(made, "grey").manifest)
    with pytest.raises(Exception, match="restorer"):
        verify_module.verify_package(packages.open_package(tmp_path / "grey"), net)


# -----------------------------------------------------------------------------
# measure


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    """One picture in each set."""
    pixels = np.asarray(
        Image.fromarray(np.random.default_rng(5).integers(0, 256, (5, 5, 3), np.uint8)).resize((41, 33))
    )
    for name in ("BSD68", "CBSD68", "Set12", "Set5", "Set14"):
        (tmp_path / name).mkdir()
        image = Image.fromarray(pixels).convert("L" if name in ("BSD68", "Set12") else "RGB")
        image.save(tmp_path / name / "one.png")
    return tmp_path


def evaluate(made: Path, tests: Path, models: Path, *more: str) -> int:
    kinds = ("runs", "reports", "cache")
    folders = [f"--data={made / 'data'}", f"--models={models}", *(f"--{kind}={tests / kind}" for kind in kinds)]
    return main(["evaluate", *NAMES, "--tests", str(tests), *folders, *more])


def test_evaluate_measures_every_package_and_writes_it_down(
    made: Path, tests: Path, capsys: pytest.CaptureFixture
) -> None:
    models = tests / "models"
    shutil.copytree(made / "models", models)
    assert evaluate(made, tests, models, "--pictures", "1") == 0
    assert not packages.open_package(models / "colour").manifest.scores
    assert evaluate(made, tests, models) == 0
    colour = packages.open_package(models / "colour")
    packages.check_files(colour)
    names = [score.name for score in colour.manifest.scores]
    assert names == [f"PSNR on CBSD68, {what}" for what in ("sigma 15", "sigma 25", "sigma 50", "clean")]
    assert "CBM3D (paper) 30.71; DnCNN (paper) 31.24" in colour.manifest.scores[1].note
    card = (colour.folder / "card.md").read_text("utf-8")
    assert "| PSNR on CBSD68 | this model | noisy | CBM3D (paper) | DnCNN (paper) |" in card
    assert "| sigma 25 |" in card
    assert [s.name for s in packages.open_package(models / "large").manifest.scores] == [
        "PSNR on Set5, luma", "PSNR on Set14, luma",
    ]  # fmt: skip
    inside, whole = packages.open_package(models / "fill").manifest.scores[:2]
    assert whole.value > inside.value + 5, "most of the picture is no hole"


def test_evaluate_says_what_is_missing(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    models = ["--models", str(made / "models"), "--runs", str(tmp_path)]
    assert main(["evaluate", "denoiser", *models]) == 1
    assert "--tests" in capsys.readouterr().err
    assert main(["evaluate", "denoiser", "--tests", str(tmp_path / "nowhere"), *models]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert main(["evaluate", "denoiser", "--tests", str(tmp_path), "--models", str(tmp_path)]) == 1
    assert "no package that restores" in capsys.readouterr().err


def test_a_rival_is_run_once_and_only_when_asked(tmp_path: Path) -> None:
    clean = np.full((8, 8, 1), 100, np.uint8)
    given = (noisy_copy(clean, sigma=25, seed=0, index=0),)
    calls = []

    def slow(noisy: np.ndarray) -> np.ndarray:
        calls.append(1)
        return clean + np.uint8(5)

    path = tmp_path / "rivals.json"
    with Rivals(path, run=False) as known:
        assert known.reached(slow, given, clean) is None
    with Rivals(path, run=True) as known:
        expected = known.reached(slow, given, clean)
    assert expected == pytest.approx(20 * np.log10(255 / 5))
    with Rivals(path, run=False) as known:
        assert known.reached(slow, given, clean) == expected
        assert known.reached(slow, (given[0] + 1,), clean) is None
    assert len(calls) == 1


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "bm3d", None)
    with pytest.raises(ExportError, match="compare"):
        rivals.bm3d(np.zeros((8, 8, 1)), 25)


def test_the_manifest_says_what_a_run_began_with_and_that_its_budget_was_changed(made: Path) -> None:
    options, _, progress = open_restorer(made / "runs", "grey")
    options |= {"start_from": {"run": "colour", "seen": 12345}, "earlier_images": 7}
    made_by = package.made_by(options, progress, hardware="a desk")
    assert "begun with the weights of colour after 12,345 pictures" in made_by.preset
    assert "budget changed on the way from 7 pictures" in made_by.preset
    assert "--start-from colour" in made_by.command


def test_a_run_that_is_older_than_an_option_is_told_without_it(made: Path) -> None:
    options, _, progress = open_restorer(made / "runs", "grey")
    whole = package.made_by(options, progress, hardware="a desk").command
    del options["loss"]
    assert package.made_by(options, progress, hardware="a desk").command == whole


# -----------------------------------------------------------------------------
# the papers' way


def test_noise_is_fixed_by_its_seed_and_not_clipped() -> None:
    white = np.full((64, 64, 3), 255, np.uint8)
    first = noisy_copy(white, sigma=25, seed=0, index=1)
    assert np.array_equal(first, noisy_copy(white, sigma=25, seed=0, index=1))
    assert not np.array_equal(first, noisy_copy(white, sigma=25, seed=0, index=2))
    assert first.max() > 1.2


def test_results_are_rounded_not_cut() -> None:
    assert to_bytes(np.array([0.6 / 255, 254.6 / 255, 1.5, -1])).tolist() == [1, 255, 255, 0]


def test_luma_is_matlabs() -> None:
    colours = np.array([[[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]], float)
    assert luma(colours).tolist() == [[16, 235, 81, 145, 41]]
    assert luma(np.array([[[0.0], [1.0]]])).tolist() == [[0, 255]], "grey is taken as it is"


def test_a_set_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, level in (("b.png", 2), ("a.png", 1), ("notes.txt", 0)):
        if name.endswith("png"):
            Image.new("L", (4, 3), level).save(tmp_path / name)
        else:
            (tmp_path / name).write_text("no picture")
    assert [picture[0, 0].tolist() for picture in read_set(tmp_path)] == [[1], [2]]
    assert read_set(tmp_path, channels=3, count=1)[0].shape == (3, 4, 3)
    with pytest.raises(ExportError, match="nowhere"):
        read_set(tmp_path / "nowhere")


def test_a_note_becomes_columns_of_the_card() -> None:
    from desktop_app.engine.manifest import Score
    from export.card_restorer import scores

    rows = (Score("PSNR on X, a", 1.0, note="BM3D 28.57; DnCNN (paper) 29.23"), Score("PSNR on X, b", 2.0))
    table = scores(_Scored(rows))  # type: ignore[arg-type]
    assert table.splitlines()[:4] == [
        "| PSNR on X | this model | BM3D | DnCNN (paper) |",
        "| --- | --- | --- | --- |",
        "| a | 1.00 | 28.57 | 29.23 |",
        "| b | 2.00 |  |  |",
    ]


class _Scored:
    restoration = None
    abilities = ("denoise",)

    def __init__(self, scores) -> None:
        self.scores = scores
