# ruff: noqa: E402 (without torch these tests are skipped)
"""Our own language models after a few steps of training: their packages, beside torch."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.manifest import TextKind
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_cache import empty_cache
from desktop_app.engine.text_graph import open_graph
from export import verify_text
from export.__main__ import main
from export.checkpoint import read_checkpoint, save_checkpoint
from export.engine_logits import all_logits
from export.package import read_about
from export.package_writer import open_writer

MAX_BYTES = 12_000_000
SHIPPED = [
    p for p in packages.discover([paths.bundled_models()]) if isinstance(p, packages.Package) and p.manifest.text
]
TINY = {"width": 32, "layers": 2, "batch": 4, "part": 2, "context": 16, "dropout": 0.0}


def train(root: Path, name: str, like: str, dataset: str) -> None:
    shape = TINY | ({"heads": 2, "hidden": 64} if like != "writer-lstm" else {})
    mixture = {"mixture": None} if dataset == "plays" else {"mixture": {"prose": 2, "gloss": 2}}
    options = [part for key, value in (shape | mixture).items() for part in ("--set", f"{key}={json.dumps(value)}")]
    fixed = ["--precision", "fp32", "--device", "cpu", "--row", "cpu", "--tokens", str(60 * 64), "--dataset", dataset]
    assert main(["train", name, "--like", like, *fixed, *options, *places(root)[:4]]) == 0


def places(root: Path) -> list[str]:
    return [part for name in ("data", "runs", "models") for part in (f"--{name}", str(root / name))]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("writers")
    words = np.array(["the", "a", "cat", "dog", "sat", "lay", "on", "under", "mat", "log", "tree", "and", "ran", "far"])
    (root / "prose.txt").write_text(" ".join(words[np.random.default_rng(0).integers(0, len(words), 4000)]))
    rows = words[np.random.default_rng(1).integers(0, len(words), (300, 8))]
    (root / "gloss.txt").write_text("\n".join(" ".join(row) for row in rows))
    (root / "play.txt").write_text("the cat sat on the mat. " * 60)
    data = ["--held-out", "0.1", "--data", str(root / "data")]
    prose, gloss = f"prose={root / 'prose.txt'}", f"gloss:lines={root / 'gloss.txt'}"
    assert main(["data", "text", prose, gloss, "--vocabulary", "300", "--name", "tiny", *data]) == 0
    assert main(["data", "text", f"play={root / 'play.txt'}", "--characters", "--name", "plays", *data]) == 0
    train(root, "small", "writer-small", "tiny")
    train(root, "letters", "shakespeare-chars", "plays")
    for name in ("small", "letters"):
        assert main(["package", name, *places(root)]) == 0
    return root


@pytest.fixture
def runtime():
    runtime = Runtime("cpu", threads=1)
    yield runtime
    runtime.close()


def test_the_manifest_tells_of_kinds_and_of_what_was_learnt(root: Path) -> None:
    manifest = packages.open_package(root / "models" / "small").manifest
    text = manifest.text
    assert text is not None
    assert text.kinds == (TextKind("prose", "Prose", 1), TextKind("gloss", "Definition", 2))
    assert (text.begin, text.end, text.context, text.layers, text.kv_heads, text.head_size) == ((), (0,), 16, 2, 2, 16)
    (learnt,) = manifest.training_data
    about = read_about(root / "data", "tiny")["splits"]["train"]
    assert (learnt.count, learnt.sha256) == (about["tokens"], about["tokens_sha256"])
    assert manifest.made_by.images == 60 * 64
    assert "--tokens 3840" in manifest.made_by.command
    letters = packages.open_package(root / "models" / "letters").manifest.text
    assert letters is not None
    assert (letters.kinds, letters.end) == ((), ())


@pytest.mark.parametrize("name", ["small", "letters"])
def test_the_package_is_as_torch(root: Path, runtime: Runtime, name: str) -> None:
    package = packages.open_package(root / "models" / name)
    packages.check_files(package)
    about = read_about(root / "data", "tiny" if name == "small" else "plays")
    _, net, _ = open_writer(root / "runs", name, about)
    tokens = np.random.default_rng(0).integers(0, about["vocabulary"], 16)
    with torch.no_grad():
        wanted = net(torch.from_numpy(tokens)[None])[0].numpy()
    found = all_logits(empty_cache(open_graph(package, runtime)), tokens)
    assert np.ptp(wanted) > 1
    np.testing.assert_allclose(found, wanted, atol=0.3)
    assert np.sqrt(np.square(found - wanted).mean()) < 0.05


def test_verify_passes_and_names_a_run_that_went_on(root: Path, capsys) -> None:
    assert main(["verify", "small", *places(root)]) == 0
    assert "every check passed" in capsys.readouterr().out
    checkpoint = root / "runs" / "small" / "checkpoint.safetensors"
    before = checkpoint.read_bytes()
    tensors, progress = read_checkpoint(checkpoint)
    _, net, _ = open_writer(root / "runs", "small", read_about(root / "data", "tiny"))
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(0)))
    modules = {"average": net, "net": net}
    save_checkpoint(checkpoint, modules=modules, optimizers={}, progress=progress, device=torch.device("cpu"))
    assert main(["verify", "small", *places(root)]) == 1
    assert "small writes other text than its checkpoint" in capsys.readouterr().err
    checkpoint.write_bytes(before)
    assert tensors


def test_a_baseline_is_not_packaged(root: Path, capsys) -> None:
    train(root, "memory", "writer-lstm", "tiny")
    assert main(["package", "memory", *places(root)]) == 1
    assert "only transformers are packaged" in capsys.readouterr().err
    assert not (root / "models" / "memory").exists()


def test_windows_are_spread_over_all_kinds() -> None:
    found = verify_text.windows_of(np.arange(9000), {"a": (0, 6000), "b": (6000, 9000)}, 512)
    assert found.shape == (8, 513)
    assert (found[:4] < 6000).all()
    assert (found[4:] >= 6000).all()


@pytest.mark.parametrize("package", SHIPPED, ids=lambda package: package.name)
def test_what_ships_is_small_and_whole(package: packages.Package) -> None:
    packages.check_files(package)
    assert sum(entry.size for entry in package.manifest.files.values()) <= MAX_BYTES
