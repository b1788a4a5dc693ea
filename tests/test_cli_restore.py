"""`maquette denoise`, `upscale` and `inpaint`: words, files, sentences, and what is left where one is stopped."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from PIL import Image

from desktop_app import cli
from desktop_app.cli import asking
from desktop_app.engine.errors import EngineDied, OutOfMemory
from desktop_app.engine.requests import Restore
from desktop_app.studio import photo
from desktop_app.studio.batch import REPORT, BatchSettings, Noise
from desktop_app.studio.library import Library
from desktop_app.studio.restore_job import RestoreJob
from tests.fakes import FakeEngine, FakeHost, write_restorer
from tests.tiny_restorer import GIVEN, restorer_graph, tiny_restorer, write_manifest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30.0
Maquette = Callable[..., int]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def models(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's models; nothing is bundled. What is left of working copies would lie in the home folder."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    monkeypatch.setattr(tempfile, "tempdir", str(own_home))
    return own_home / "maquette" / "models"


@pytest.fixture
def engine(models: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    write_restorer(models, "photo-denoise")
    write_restorer(models, "photo-denoise-grey", channels=1)
    write_restorer(models, "photo-upscale-x2", ability="upscale", scale=2)
    write_restorer(models, "photo-inpaint", ability="inpaint")
    made = FakeEngine()
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(made))
    return made


@pytest.fixture
def maquette(engine: FakeEngine) -> Maquette:
    return lambda *words: cli.main([str(word) for word in words])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def picture(path: Path, *, size: tuple[int, int] = (30, 20), channels: int = 3, seed: int = 0) -> Path:
    values = np.random.default_rng(seed).integers(0, 256, (*size, channels), np.uint8)
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(values[..., 0] if channels == 1 else values).save(path)
    return path


def half(values: np.ndarray) -> np.ndarray:
    """What the fake engine makes of it."""
    return ((values.astype(int) + 127) // 2).astype(np.uint8)


def pixels(path: Path) -> np.ndarray:
    return photo.read(path).pixels


def asked(engine: FakeEngine) -> list[str]:
    """The packages that were asked to restore, in order."""
    return [Path(r.package.folder).name for r in engine.served if isinstance(r, Restore)]


# -- pictures in, pictures out -------------------------------------------------------------------------------------


def test_one_picture(maquette: Maquette, engine: FakeEngine, tmp_path: Path, out: Path, capsys: Said) -> None:
    source = picture(tmp_path / "a.png")
    before = source.read_bytes()
    assert maquette("denoise", source, "--out", out) == 0
    assert np.array_equal(pixels(out / "a-clean.png"), half(pixels(source)))
    assert source.read_bytes() == before
    said = capsys.readouterr()
    assert said.err == ""
    first, second = said.out.splitlines()
    assert first.startswith("“a.png” was restored by photo-denoise as “a-clean.png” in ")
    assert second == f"1 of 1 picture written to “{out}”."


def test_the_package_goes_by_the_picture_or_as_asked(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, out: Path
) -> None:
    sources = picture(tmp_path / "colour.png"), picture(tmp_path / "grey.png", channels=1)
    assert maquette("denoise", *sources, "--out", out) == 0
    assert asked(engine) == ["photo-denoise", "photo-denoise-grey"]
    assert maquette("denoise", *sources, "--out", out, "--package", "photo-denoise", "--name", "{name}-{package}") == 0
    assert asked(engine)[2:] == ["photo-denoise"] * 2
    assert (out / "grey-photo-denoise.png").is_file()


def test_a_folder_and_names_and_formats(maquette: Maquette, tmp_path: Path, out: Path) -> None:
    for name in ("b.jpg", "a.png", "c.bmp"):
        picture(tmp_path / "in" / name)
    (tmp_path / "in" / "notes.txt").write_text("none")
    words = ("--out", out, "--name", "{number} {name} {strength}", "--format", "TIF", "--strength", "0.5")
    assert maquette("denoise", tmp_path / "in", *words) == 0
    names = ["1 a 50.tif", "2 b 50.tif", "3 c 50.tif"]
    assert sorted(p.name for p in out.iterdir()) == [*names, REPORT]


def test_strength(maquette: Maquette, tmp_path: Path, out: Path) -> None:
    source = picture(tmp_path / "a.png")
    for strength in ("0", "0.5"):
        words = ("--out", out, "--strength", strength, "--name", "{name}{strength}")
        assert maquette("denoise", source, *words) == 0
    assert np.array_equal(pixels(out / "a0.png"), pixels(source))
    middle = (pixels(source).astype(int) + half(pixels(source))) / 2
    assert np.abs(pixels(out / "a50.png") - middle).max() <= 1


def test_upscale(maquette: Maquette, engine: FakeEngine, tmp_path: Path, out: Path) -> None:
    source = picture(tmp_path / "a.png")
    assert maquette("upscale", source, "--out", out) == 0
    assert np.array_equal(pixels(out / "a-2x.png"), half(pixels(source)).repeat(2, axis=0).repeat(2, axis=1))
    assert asked(engine) == ["photo-upscale-x2"]


def test_inpaint(maquette: Maquette, tmp_path: Path, out: Path) -> None:
    source, values = picture(tmp_path / "a.png"), np.zeros((30, 20), np.uint8)
    values[10:12, 5:7] = 255
    mask = tmp_path / "mask.png"
    Image.fromarray(values).save(mask)
    assert maquette("inpaint", source, "--mask", mask, "--out", out) == 0
    filled = (pixels(out / "a-filled.png") == 255).all(axis=2)
    assert np.array_equal(filled, values > 0)
    assert maquette("inpaint", source, "--mask", mask, "--grow", 1, "--out", out, "--name", "{name}-more") == 0
    assert (pixels(out / "a-more.png") == 255).all(axis=2).sum() == 12
    assert maquette("inpaint", source, "--mask", mask, "--invert", "--out", out, "--name", "{name}-other") == 0
    assert np.array_equal((pixels(out / "a-other.png") == 255).all(axis=2), values == 0)


def test_the_same_bytes_alone_and_in_a_batch_and_by_hand(
    maquette: Maquette, models: Path, tmp_path: Path, out: Path
) -> None:
    for number in range(3):
        picture(tmp_path / "in" / f"{number}.png", seed=number)
    words = ("--strength", "0.7", "--add-noise", "10", "--seed", "5")
    assert maquette("denoise", tmp_path / "in", "--out", out, *words) == 0
    assert maquette("denoise", tmp_path / "in" / "1.png", "--out", tmp_path / "one", *words) == 0
    assert (out / "1-clean.png").read_bytes() == (tmp_path / "one" / "1-clean.png").read_bytes()
    settings = BatchSettings(strength=0.7, noise=Noise(10.0, 5))
    job = RestoreJob(tmp_path / "in" / "1.png", tmp_path / "by hand.png", Library([], models), settings)
    for update in FakeEngine().run(job.open()):
        if hasattr(update, "tile"):
            job.take(update)  # type: ignore[arg-type]
    job.finish()
    job.close()
    assert (out / "1-clean.png").read_bytes() == (tmp_path / "by hand.png").read_bytes()


# -- figures -------------------------------------------------------------------------------------------------------


def test_noise_of_its_own_is_measured(maquette: Maquette, tmp_path: Path, out: Path, capsys: Said) -> None:
    source = tmp_path / "a.png"
    Image.new("RGB", (60, 60), (127, 127, 127)).save(source)
    assert maquette("denoise", source, "--out", out, "--add-noise", "20", "--seed", "1") == 0
    figures = capsys.readouterr().out.splitlines()[1]
    before, after = (float(word) for word in figures.split() if word[:2] in ("22", "28"))
    assert before == pytest.approx(22.11, abs=0.1), "20 log10(255 / 20)"
    assert after == pytest.approx(28.13, abs=0.1), "half the noise"


def test_a_clean_reference(maquette: Maquette, tmp_path: Path, out: Path, capsys: Said) -> None:
    for name, level in (("noisy.png", 147), ("clean.png", 127)):
        Image.new("RGB", (60, 60), (level,) * 3).save(tmp_path / name)
    words = ("denoise", tmp_path / "noisy.png", "--out", out, "--reference", tmp_path / "clean.png", "--json")
    assert maquette(*words) == 0
    told = json.loads(capsys.readouterr().out)
    figures = told["pictures"][0]["figures"]
    assert (round(figures["psnr_before"], 2), round(figures["psnr"], 2)) == (22.11, 28.13)
    assert 0 < figures["ssim_before"] < figures["ssim"] < 1
    assert (told["task"], told["done"], told["failed"], told["skipped"]) == ("denoise", 1, 0, 0)
    assert told["pictures"][0]["package"] == "photo-denoise"
    assert told["device"]["obtained"] == "cpu"


def test_a_reference_and_noise_are_one_too_many(maquette: Maquette, tmp_path: Path, out: Path, capsys: Said) -> None:
    source = picture(tmp_path / "a.png")
    assert maquette("denoise", source, "--out", out, "--reference", source, "--add-noise", "5") == 1
    assert "leave out --reference or --add-noise" in capsys.readouterr().err
    assert not out.exists()


# -- what fails ----------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder of two good pictures and two bad ones."""
    good = picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "d.png", seed=1)
    (tmp_path / "in" / "b.png").write_bytes(good.read_bytes()[:300])
    (tmp_path / "in" / "c.jpg").write_bytes(b"no picture")
    return tmp_path / "in"


def test_bad_files_are_named_and_the_others_go_on(maquette: Maquette, mixed: Path, out: Path, capsys: Said) -> None:
    assert maquette("denoise", mixed, "--out", out) == 1
    assert sorted(p.name for p in out.iterdir()) == ["a-clean.png", "d-clean.png", REPORT]
    said = capsys.readouterr()
    first, second = said.err.splitlines()
    assert first == "“b.png” is damaged or cut short. Copy it again, or save it anew as PNG."
    assert second.startswith("“c.jpg” is not a picture that Maquette reads.")
    assert f"2 of 4 pictures written to “{out}”.\nCould not be done: 2.\n  b.png: “b.png” is damaged" in said.out


def test_the_same_command_does_what_is_left(
    maquette: Maquette, engine: FakeEngine, mixed: Path, out: Path, capsys: Said
) -> None:
    assert maquette("denoise", mixed, "--out", out) == 1
    before = {p.name: p.stat().st_mtime_ns for p in out.glob("*.png")}
    assert len(asked(engine)) == 2
    picture(mixed / "b.png", seed=2)
    (mixed / "c.jpg").unlink()
    assert maquette("denoise", mixed, "--out", out) == 0
    assert len(asked(engine)) == 3
    assert {p.name: p.stat().st_mtime_ns for p in out.glob("*.png")}.items() >= before.items()
    assert "1 of 3 pictures written" in (said := capsys.readouterr().out)
    assert "Done before, and left as they are: 2." in said


def test_nothing_left_to_do_starts_no_engine(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, out: Path, capsys: Said
) -> None:
    source = picture(tmp_path / "a.png")
    assert maquette("denoise", source, "--out", out) == 0
    engine.served.clear()
    capsys.readouterr()
    assert maquette("denoise", source, "--out", out, "--json") == 0
    assert engine.served == []
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], told["skipped"], told["device"]) == (0, 1, None)


def test_what_is_there_is_not_replaced_unless_asked(
    maquette: Maquette, tmp_path: Path, out: Path, capsys: Said
) -> None:
    source = picture(tmp_path / "a.png")
    out.mkdir()
    (out / "a-clean.png").write_bytes(b"mine")
    assert maquette("denoise", source, "--out", out) == 1
    assert "“a.png”: “" in (said := capsys.readouterr().err)
    assert "is there already" in said
    assert (out / "a-clean.png").read_bytes() == b"mine"
    assert maquette("denoise", source, "--out", out, "--overwrite") == 0
    assert pixels(out / "a-clean.png").shape == (30, 20, 3)


def test_an_original_is_never_replaced(maquette: Maquette, tmp_path: Path, capsys: Said) -> None:
    source = picture(tmp_path / "a.png")
    before = source.read_bytes()
    assert maquette("denoise", source, "--out", tmp_path, "--name", "{name}", "--overwrite") == 1
    assert "“a.png” would be overwritten by its own result" in capsys.readouterr().err
    assert source.read_bytes() == before


@pytest.mark.parametrize("error", [EngineDied("The engine stopped."), OutOfMemory("There is not enough memory.")])
def test_an_engine_that_fails_on_one_picture_does_the_next(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, out: Path, capsys: Said, error: Exception
) -> None:
    sources = [picture(tmp_path / f"{number}.png") for number in range(2)]
    served = engine.run

    def failing(request):  # type: ignore[no-untyped-def]
        if isinstance(request, Restore) and not asked(engine):
            engine.failures.append(error)  # type: ignore[arg-type]
        return served(request)

    engine.run = failing  # type: ignore[method-assign]
    assert maquette("denoise", *sources, "--out", out) == 1
    assert sorted(p.name for p in out.glob("*.png")) == ["1-clean.png"]
    assert capsys.readouterr().err == f"“0.png”: {error}\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("denoise", "a.png", "--package", "nothing"), "nothing"),
        (("denoise", "a.png", "--package", "photo-inpaint"), "“photo-inpaint” is no package that cleans pictures"),
        (("upscale", "a.png", "--package", "photo-denoise"), "is no package that enlarges pictures"),
        (("inpaint", "a.png", "--mask", "none.png"), "There is no file"),
        (("denoise", "a.png", "--name", "same"), "gives all pictures one name"),
        (("denoise", "a.png", "--format", "gif"), "Pictures cannot be saved as “.gif”"),
        (("denoise", "empty"), "There is no picture in the folder"),
    ],
)
def test_what_would_go_wrong_with_all_is_said_at_once(
    maquette: Maquette,
    engine: FakeEngine,
    tmp_path: Path,
    out: Path,
    capsys: Said,
    words: tuple[str, ...],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert maquette(*words, "--out", out) == 1
    assert sentence in capsys.readouterr().err
    assert not out.exists()
    assert engine.served == []


def test_a_file_for_a_folder_and_a_mask_of_another_size(
    maquette: Maquette, tmp_path: Path, out: Path, capsys: Said
) -> None:
    source, mask = picture(tmp_path / "a.png"), picture(tmp_path / "mask.png", size=(20, 30))
    assert maquette("denoise", source, "--out", source) == 1
    assert "is no folder" in capsys.readouterr().err
    assert maquette("inpaint", source, "--mask", mask, "--out", out) == 1
    assert "The mask “mask.png” has 30 × 20 pixels and the picture 20 × 30" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("denoise", "a.png"),
        ("inpaint", "a.png", "--out", "x"),
        ("denoise", "a.png", "--out", "x", "--strength", "1.5"),
        ("denoise", "a.png", "--out", "x", "--add-noise", "-1"),
        ("upscale", "a.png", "--out", "x", "--add-noise", "5"),
        ("denoise", "--out", "x"),
    ],
)
def test_words_that_are_wrong(maquette: Maquette, words: tuple[str, ...], capsys: Said) -> None:
    with pytest.raises(SystemExit) as left:
        maquette(*words)
    assert left.value.code == 2
    assert "usage: maquette" in capsys.readouterr().err


# -- in a process of its own ---------------------------------------------------------------------------------------


def slow_graph(loops: int = 400, size: int = 600) -> onnx.ModelProto:
    """The picture as it is, after seconds of products that hang on it."""
    nodes = [
        helper.make_node("ConstantOfShape", ["square"], ["m"], value=helper.make_tensor("v", 1, [1], [1e-3])),
        helper.make_node("ReduceSum", ["image"], ["s"], keepdims=0),
        helper.make_node("Add", ["m", "s"], ["p0"]),
        *(helper.make_node("MatMul", ["m", f"p{i}"], [f"p{i + 1}"]) for i in range(loops)),
        helper.make_node("ReduceMax", [f"p{loops}"], ["peak"], keepdims=0),
        helper.make_node("Mul", ["peak", "nought"], ["none"]),
        helper.make_node("Add", ["image", "none"], [GIVEN]),
    ]
    return restorer_graph(nodes, more={"square": np.array([size, size])})


@pytest.mark.skipif(sys.platform != "linux", reason="signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "terminated"]
)
def test_stopping_takes_a_second_and_leaves_nothing_half_done(
    models: Path, own_home: Path, tmp_path: Path, out: Path, number: signal.Signals, code: int
) -> None:
    tiny_restorer(models, "same", "slow")
    onnx.save(slow_graph(), models / "slow" / "restorer.onnx")
    write_manifest(models / "slow", "same")
    source, temporary = picture(tmp_path / "a.png"), own_home / "tmp"
    temporary.mkdir()
    words = ["denoise", str(source), "--out", str(out), "--package", "slow", "--threads", "1", "--device", "cpu"]
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", *words],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    end = time.monotonic() + PATIENCE_S
    while not list(temporary.glob("maquette-*/2.raw")):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.5)  # the graph runs
    assert process.poll() is None, "the graph is not slow enough to be interrupted"
    os.kill(process.pid, number)
    stopped = time.monotonic()
    _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (code, f"Stopped. 0 of 1 picture written to “{out}”.\n")
    assert time.monotonic() - stopped < 5
    assert not list(temporary.iterdir()), "working copies are left"
    assert not out.exists()


def test_through_the_engines_own_process(models: Path, tmp_path: Path, out: Path, capsys: Said) -> None:
    tiny_restorer(models, "blur", "photo-denoise")
    source = picture(tmp_path / "a.png", size=(140, 300))
    words = ("denoise", source, "--out", out, "--threads", 1, "--device", "cpu")
    assert cli.main([str(word) for word in words]) == 0
    made = pixels(out / "a-clean.png").astype(int)
    deep = np.pad(pixels(source).astype(int), ((1, 1), (1, 1), (0, 0)), mode="reflect")
    mean = sum(deep[y : y + 140, x : x + 300] for y in range(3) for x in range(3)) / 9
    assert np.abs(made - mean).max() <= 0.51
