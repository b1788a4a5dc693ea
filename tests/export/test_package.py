# ruff: noqa: E402 (without torch these tests are skipped)
import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from desktop_app.engine import packages
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.runtime import Runtime
from export import eager, eight_bits, package_generator
from export import verify as verify_module
from export.__main__ import main
from export.errors import ExportError
from export.onnx_graph import export_onnx
from export.package import read_about
from export.package_files import write_manifest
from export.tracing import load_run, new_average, open_run, trace_run
from tests.export import synthetic
from tests.export.tiny_bench import features_net


def command(root: Path, name: str, *more: str) -> list[str]:
    return [*more, name, "--data", str(root / "data"), "--runs", str(root / "runs"), "--models", str(root / "models")]


def traced_run(root: Path, name: str):
    options, tensors, _ = load_run(root / "runs", name)
    return trace_run(options, tensors, shape=(28, 28, 1), num_classes=3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A conditional and an unconditional generator, an autoencoder and a judge, after a few steps of training."""
    root = tmp_path_factory.mktemp("made")
    synthetic.write_shapes(root)
    synthetic.train(root, "cond")
    synthetic.train(root, "plain", like="digits-dcgan", images=320)
    synthetic.train(root, "judge", like="digits-classifier")
    synthetic.train(root, "coder", like="digits-vae")
    synthetic.prior(root, "coder")
    for name in ("cond", "plain", "coder", "judge"):
        synthetic.package(root, name)
    return root


@pytest.mark.parametrize("name", ["cond", "plain", "coder"])
def test_a_package_is_what_was_trained(made: Path, name: str, capsys: pytest.CaptureFixture) -> None:
    assert main(command(made, name, "verify")) == 0
    assert "every check passed" in capsys.readouterr().out
    package = packages.open_package(made / "models" / name)
    packages.check_files(package)
    assert {path.name for path in package.folder.iterdir()} >= {"decoder.onnx", "golden.npz", "card.md", "preview.png"}
    assert package.manifest.classes == (("bar", "dot", "frame") if name != "plain" else ())
    assert package.can_encode == (name == "coder")
    assert package.manifest.training_data[0].licence == "CC0-1.0"


def test_a_package_tells_nothing_about_the_machine(made: Path) -> None:
    for path in (made / "models" / "cond").iterdir():
        content = path.read_bytes()
        for word in (str(made), str(Path(__file__).parents[2])):
            assert word.encode() not in content, path.name


def test_weights_are_stored_in_half_precision(made: Path) -> None:
    _, tensors, _ = load_run(made / "runs", "cond")
    numbers = sum(value.numel() for key, value in tensors.items() if key.startswith("average/"))
    folder = made / "models" / "cond"
    assert sum((folder / f"{name}.onnx").stat().st_size for name in ("mapping", "decoder")) < 2.2 * numbers + 40_000


@pytest.mark.parametrize("name", ["cond", "coder"])
def test_a_package_of_8_bits_is_what_was_trained_and_its_card_says_so(
    made: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eight_bits, "LARGE", 1024)  # these nets are small
    folders = [f"--{kind}={made / kind}" for kind in ("data", "runs")]
    assert main(["package", name, "--bits", "8", *folders, f"--models={tmp_path}"]) == 0
    assert main(["verify", name, *folders, f"--models={tmp_path}"]) == 0
    assert "every check passed" in capsys.readouterr().out
    decoder = Path(name) / "decoder.onnx"
    assert (tmp_path / decoder).stat().st_size < 0.75 * (made / "models" / decoder).stat().st_size
    assert packages.open_package(tmp_path / name).manifest.made_by.bits == 8
    card = (tmp_path / name / "card.md").read_text("utf-8")
    assert f"python -m export package {name} --bits 8\n" in card
    assert "stored in 8 bits" in card
    assert eager.golden_error(eager.load_package(tmp_path / name), tmp_path / name) < 1e-4


def test_the_map_stays_where_it_is_when_the_same_run_is_packaged_again(made: Path, tmp_path: Path) -> None:
    folders = [f"--{kind}={made / kind}" for kind in ("data", "runs")]
    shutil.copytree(made / "models" / "cond", tmp_path / "cond")
    arguments = [*folders, f"--models={tmp_path}"]
    assert main(["directions", "cond", "--count", "90", f"--data={made / 'data'}", f"--models={tmp_path}"]) == 0
    before = packages.open_package(tmp_path / "cond").manifest
    places = (tmp_path / "cond" / "space.npz").read_bytes()
    assert main(["package", "cond", "--bits", "8", *arguments]) == 0
    after = packages.open_package(tmp_path / "cond")
    packages.check_files(after)
    assert after.manifest.space == before.space
    assert after.manifest.files["space"] == before.files["space"]
    assert (after.folder / "space.npz").read_bytes() == places
    other = msgspec.structs.replace(before.made_by, images=65)  # the run went on
    write_manifest(after.folder, msgspec.structs.replace(after.manifest, made_by=other))
    assert main(["package", "cond", *arguments]) == 0
    assert packages.open_package(tmp_path / "cond").manifest.space is None


def test_a_net_that_judges_is_not_stored_in_8_bits(made: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(command(made, "judge", "package", "--bits", "8")) == 1
    assert "leave out --bits" in capsys.readouterr().err


def test_golden_holds_plain_arrays(made: Path) -> None:
    with np.load(made / "models" / "cond" / "golden.npz", allow_pickle=False) as golden:
        assert {name: golden[name].shape for name in golden.files} == {
            "z": (4, 64),
            "label": (4,),
            "truncation": (4,),
            "w": (4, 128),
            "image": (4, 1, 28, 28),
        }


class BakedIn(torch.nn.Module):
    """What a careless trace makes: the first latent for ever."""

    def __init__(self, net: torch.nn.Module, *stuck: int) -> None:
        super().__init__()
        self.net, self.stuck = net, stuck
        self.register_buffer("z", torch.ones(1, 64))

    def forward(self, z, label, truncation):
        if 0 in self.stuck:
            z = self.z + 0 * z
        if 1 in self.stuck:
            label = 0 * label
        return self.net(z, label, truncation)


@pytest.mark.parametrize(("stuck", "named"), [(0, "latent"), (1, "class")])
def test_verify_catches_what_the_tracer_baked_in(made: Path, tmp_path: Path, stuck: int, named: str) -> None:
    traced = traced_run(made, "cond")
    traced.mapping = BakedIn(traced.mapping, stuck)
    folder = tmp_path / "cond"
    folder.mkdir()
    inputs = ["z", "label", "truncation"]
    export_onnx(
        traced.mapping,
        (torch.randn(2, 64), torch.tensor([0, 1]), torch.ones(2)),
        folder / "mapping.onnx",
        inputs,
        ["w"],
    )
    shutil.copy(made / "models" / "cond" / "decoder.onnx", folder)
    package_generator.write_golden(traced, folder, num_classes=3)
    write_manifest(folder, packages.open_package(made / "models" / "cond").manifest)
    with pytest.raises(ExportError, match=named):
        verify_module.verify_package(packages.open_package(folder), traced)


def test_verify_catches_a_run_that_went_on(made: Path) -> None:
    traced = traced_run(made, "plain")
    with torch.no_grad():
        traced.decoder.layers[-2].bias += 0.05
    with pytest.raises(ExportError, match="differs from its checkpoint"):
        verify_module.verify_package(packages.open_package(made / "models" / "plain"), traced)


def test_an_autoencoder_in_a_package_encodes_as_its_run(made: Path) -> None:
    images, _ = synthetic.pictures(5)
    x = images.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
    options, tensors, _ = load_run(made / "runs", "coder")
    with torch.no_grad():
        expected, _ = new_average(options, tensors, rounded=True).encoder(torch.from_numpy(x))
    package = packages.open_package(made / "models" / "coder")
    runtime = Runtime("cpu", threads=1)
    try:
        model = LatentModel(package, runtime)
        assert np.abs(model.encode(x) - expected.numpy()).max() < 1e-4
        assert model.golden_error() < 1e-4
    finally:
        runtime.close()


@pytest.mark.parametrize("name", ["cond", "plain", "coder"])
def test_a_package_can_be_drawn_without_the_engine(made: Path, name: str) -> None:
    folder = made / "models" / name
    assert eager.golden_error(eager.load_package(folder), folder) < 1e-4


def test_verify_catches_another_encoder(made: Path, tmp_path: Path) -> None:
    _, traced, _ = open_run(made / "runs", "coder", shape=(28, 28, 1), num_classes=3)
    with torch.no_grad():
        traced.encoder.encoder.head.bias += 0.1
    with pytest.raises(ExportError, match="differs from its checkpoint"):
        verify_module.verify_package(packages.open_package(made / "models" / "coder"), traced)


def test_evaluate_tells_the_bounds_of_an_autoencoder(made: Path) -> None:
    features = features_net(made / "features.onnx", side=28, cell=7)
    judges = ["--judge", "judge", "--features", str(features), "--count", "60"]
    folders = [f"--{kind}={made / kind}" for kind in ("reports", "cache")]
    extra = ["--likelihood", "--draws", "20", "--part", "10"]
    assert main([*command(made, "coder", "evaluate"), *judges, *folders, *extra]) == 0
    package = packages.open_package(made / "models" / "coder")
    scores = {score.name: score for score in package.manifest.scores}
    assert {"ELBO, N(0, I)", "ELBO, fitted prior", "IW-20, N(0, I)", "IW-20, fitted prior"} <= set(scores)
    assert not scores["ELBO, N(0, I)"].higher_is_better
    assert 0 < scores["IW-20, N(0, I)"].value < 1000
    card = (package.folder / "card.md").read_text("utf-8")
    assert "## Likelihood" in card
    assert "| IW-20, fitted prior |" in card
    assert "published" not in card, "those figures are of MNIST"


def test_directions_go_into_an_autoencoders_package(made: Path) -> None:
    folders = ["--data", str(made / "data"), "--models", str(made / "models")]
    assert main(["directions", "coder", "--count", "90", *folders]) == 0
    package = packages.open_package(made / "models" / "coder")
    packages.check_files(package)
    assert package.manifest.space is not None
    assert package.manifest.space.map_points == 96
    with np.load(package.folder / "space.npz", allow_pickle=False) as arrays:
        assert sorted(set(arrays["labels"].tolist())) == [0, 1, 2]
        assert arrays["points"].shape == (96, 2)


def test_what_is_missing_is_named(made: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(command(made, "nobody", "package")) == 1
    assert "nobody" in capsys.readouterr().err
    (made / "runs" / "half").mkdir(exist_ok=True)
    (made / "runs" / "half" / "options.json").write_text(json.dumps({"dataset": "shapes"}))
    (made / "runs" / "half" / "checkpoint.safetensors").write_bytes(b"<html>not found</html>")
    assert main(command(made, "half", "package")) == 1
    assert "checkpoint.safetensors" in capsys.readouterr().err
    with pytest.raises(ExportError, match="not prepared"):
        read_about(made / "data", "elsewhere")


def test_the_manifest_says_the_command_that_made_it(made: Path) -> None:
    made_by = packages.open_package(made / "models" / "cond").manifest.made_by
    assert "--images 64" in made_by.command
    assert "--set batch=16" in made_by.command
    assert msgspec.to_builtins(made_by)["images"] == 64
