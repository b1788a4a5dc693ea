"""`maquette walk`, and `maquette recheck` of films: words, frames, sentences, and nothing left where it is stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from desktop_app import cli
from desktop_app.cli import arguments, asking
from desktop_app.cli import walk as walk_command
from desktop_app.engine.errors import EngineDied
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Find, Place
from desktop_app.studio import film_video, recipe
from desktop_app.studio.film_reading import read_film_recipe, read_frames
from desktop_app.studio.film_recipe import IN_FOLDER, FilmRecipe
from desktop_app.studio.pacing import LIMIT, step_lengths
from tests import fakes
from tests.fakes import FakeEngine, write_package
from tests.tiny_package import tiny_package

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30.0
Maquette = Callable[..., int]
Said = pytest.CaptureFixture[str]


def keys(path: Path) -> list[Design]:
    return [key.design for key in read_film_recipe(path).walk.keys]


def frames(path: Path) -> list[np.ndarray]:
    """As levels of grey, (H, W) each."""
    return [frame[..., 0] for frame in read_frames(path, read_film_recipe(path))]


def drawn(made: FilmRecipe) -> list[np.ndarray]:
    return [fakes.picture(design)[..., 0] for design in made.designs()]


# -- keys ----------------------------------------------------------------------------------------------------------


def test_keys_are_designs_of_sheets(maquette: Maquette, tmp_path: Path) -> None:
    out = tmp_path / "walk.webp"
    assert maquette("walk", "fake-digits", "--keys", "7,7:12", "3:4:9", "--out", out) == 0
    assert keys(out) == [Design(7, 0, label=0), Design(7, 12, label=2), Design(3, 4, label=9)]
    assert maquette("sample", "fake-digits", "--seed", 7, "--index", 12, "--count", 1, "--out", tmp_path / "png") == 0
    (sampled,) = (tmp_path / "png").iterdir()
    assert recipe.read_recipe(sampled).design == keys(out)[1], "the same words mean the same design"


def test_class_and_truncation_hold_for_keys_that_say_none(maquette: Maquette, tmp_path: Path) -> None:
    out = tmp_path / "walk.webp"
    words = ("--keys", "1,2:0:4", "--class", "8", "--truncation", "0.5", "--out", out)
    assert maquette("walk", "fake-digits", *words) == 0
    assert keys(out) == [Design(1, 0, label=8, truncation=0.5), Design(2, 0, label=4, truncation=0.5)]


def test_a_picture_with_a_recipe_is_a_key(maquette: Maquette, tmp_path: Path) -> None:
    assert maquette("sample", "fake-digits", "--count", 1, "--seed", 5, "--out", tmp_path / "a, b") == 0
    (kept,) = (tmp_path / "a, b").iterdir()
    out = tmp_path / "walk.webp"
    assert maquette("walk", "fake-digits", "--keys", kept, "1", "--out", out) == 0
    assert keys(out)[0] == Design(5, 0, label=0)
    assert (frames(out)[0] == np.asarray(Image.open(kept))).all()


def test_own_pictures_are_found(maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: Said) -> None:
    Image.new("RGB", (60, 60), (200, 10, 10)).save(tmp_path / "mine.jpg")
    out = tmp_path / "walk.webp"
    words = ("--keys", "1", "--encode", tmp_path / "mine.jpg", "--rounds", 9, "--out", out)
    assert maquette("walk", "fake-digits", *words) == 0
    assert keys(out)[1] == Design(0, 0, place=Place(vector=(0.5, -0.25, 3.0), source="mine.jpg")), "the last answer"
    (asked,) = [request for request in engine.served if isinstance(request, Find)]
    assert (asked.rounds, asked.picture.shape) == (9, (28, 28, 1))
    assert "“mine.jpg” was found by search, 10.0 of 255 off." in capsys.readouterr().err


# -- the film ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "apng"])
def test_every_frame_is_the_design_of_its_moment(maquette: Maquette, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"walk.{ending}"
    assert maquette("walk", "fake-digits", "--keys", "1,2,3", "--frames", 30, "--loop", "--out", out) == 0
    made = read_film_recipe(out)
    assert (made.frames, made.walk.loop, made.options.loop) == (30, True, True)
    assert len(frames(out)) == 30
    for expected, found in zip(drawn(made), frames(out), strict=True):
        assert (expected == found).all()
    assert (frames(out)[10] == fakes.picture(Design(2, 0, label=0))[..., 0]).all(), "a key is there itself"


@pytest.mark.parametrize("words", [["frames/"], ["frames", "--format", "png"]])
def test_frames_in_a_folder_are_pictures_of_their_own(maquette: Maquette, tmp_path: Path, words: list[str]) -> None:
    out = tmp_path / "frames"
    words[0] = f"{tmp_path}/{words[0]}"
    assert maquette("walk", "fake-digits", "--keys", "1,2", "--frames", 5, "--out", *words) == 0
    assert sorted(path.name for path in out.iterdir()) == [IN_FOLDER, *(f"frame_000{n}.png" for n in range(1, 6))]
    for design, number in zip(read_film_recipe(out).designs(), range(1, 6), strict=True):
        assert recipe.read_recipe(out / f"frame_000{number}.png").design == design
    assert maquette("recheck", *sorted(out.glob("*.png")), out) == 0


def test_duration_comes_from_seconds_or_from_frames(maquette: Maquette, tmp_path: Path) -> None:
    def film(*words: object) -> FilmRecipe:
        out = tmp_path / "walk.webp"
        assert maquette("walk", "fake-digits", "--keys", "1,2,3", "--out", out, "--overwrite", *words) == 0
        return read_film_recipe(out)

    assert film("--fps", 10).frames == 21
    assert film("--fps", 10, "--loop").frames == 30
    assert film("--fps", 20, "--seconds", 0.5, "--loop").frames == 30
    asked = film("--fps", 20, "--frames", 41)
    assert (asked.frames, asked.walk.keys[0].seconds) == (41, 1.0)


def test_easing_and_curve_reach_the_walk(maquette: Maquette, tmp_path: Path) -> None:
    def walk(*words: object) -> tuple[str, str]:
        out = tmp_path / "walk.webp"
        assert maquette("walk", "fake-digits", "--keys", "1,2", "--frames", 4, "--out", out, "--overwrite", *words) == 0
        made = read_film_recipe(out).walk
        return made.keys[0].easing, made.curve

    assert walk() == ("smooth", "straight")
    assert walk("--curve", "spline") == ("linear", "spline")
    assert walk("--curve", "spline", "--easing", "ease-in") == ("ease in", "spline")
    assert walk("--easing", "hold") == ("hold", "straight")


def test_size_background_and_no_recipe(maquette: Maquette, tmp_path: Path) -> None:
    out = tmp_path / "walk.png"
    words = ("--frames", 4, "--size", 60, "--background", "#102030", "--no-recipe", "--out", out)
    assert maquette("walk", "fake-digits", "--keys", "1,2", *words) == 0
    with Image.open(out) as image:
        assert (image.size, image.mode) == ((60, 60), "RGB")
        assert image.getpixel((0, 0)) == (0x10, 0x20, 0x30)
    assert b"aquette" not in out.read_bytes()


def test_the_report_as_json(maquette: Maquette, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "walk.gif"
    words = ("--keys", "1,2,2", "--frames", 30, "--fps", 30, "--even", "--out", out, "--json")
    assert maquette("walk", "fake-digits", *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"frames": 30, "format": "gif", "keys": 3, "loop": False, "out": str(out)}.items() <= told.items()
    assert told["fps"] == pytest.approx(100 / 3)
    assert told["film_seconds"] == pytest.approx(0.9)
    assert told["unevenness"] >= 1
    assert any("hundredths" in note for note in told["notes"])
    assert any("2 and 3" in note for note in told["notes"])


# -- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--keys", "1"], "two key frames; this one has one"),
        ([], "two key frames; this one has none"),
        (["--keys", "4,4"], "the same design"),
        (["--keys", "1,2", "--frames", "0"], "2 frames at least; 0 were"),
        (["--keys", "1,2", "--frames", "1000000"], "1,000,000 were asked for"),
        (["--keys", "1,2", "--fps", "500"], "500 were asked for"),
        (["--keys", "1,2:0:x"], "has no class “x”"),
        (["--keys", "1,99999999999"], "“99999999999” is no key frame"),
        (["--keys", "1,4294967296"], "above 4294967295"),
        (["--keys", "1,gone.png"], "no file “gone.png”"),
        (["--keys", "1,2", "--background", "loud"], "“loud” is no colour"),
        (["--keys", "1", "--encode", "gone.jpg"], "gone.jpg"),
        (["--keys", "1,2", "--size", "4096", "--frames", "900"], "too many for GIF"),
    ],
)
def test_what_makes_no_film_is_a_sentence(
    maquette: Maquette, tmp_path: Path, capsys: Said, words: list[str], sentence: str
) -> None:
    assert maquette("walk", "fake-digits", *words, "--out", tmp_path / "walk.gif") == 1
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["--keys"], ["--keys", "1,2", "--fps", "0"], ["--keys", "1", "--easing", "wild"]])
def test_misuse_ends_with_2(maquette: Maquette, tmp_path: Path, capsys: Said, words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        maquette("walk", "fake-digits", *words, "--out", tmp_path / "walk.gif")
    assert end.value.code == 2


def test_keys_of_two_packages_are_refused(models: Path, maquette: Maquette, tmp_path: Path, capsys: Said) -> None:
    write_package(models, "other")
    assert maquette("sample", "other", "--count", 1, "--out", tmp_path / "png") == 0
    (kept,) = (tmp_path / "png").iterdir()
    assert maquette("walk", "fake-digits", "--keys", kept, "1", "--out", tmp_path / "walk.gif") == 1
    assert "was made by “other”" in capsys.readouterr().err


def test_endings_and_what_is_there(maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: Said) -> None:
    def fails(out: object, *words: object) -> str:
        assert maquette("walk", "fake-digits", "--keys", "1,2", "--frames", 3, "--out", out, *words) == 1
        return capsys.readouterr().err

    (tmp_path / "walk.gif").write_bytes(b"mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    assert "names no film" in fails(tmp_path / "walk.mov")
    assert "there already" in fails(tmp_path / "walk.gif")
    assert "not empty" in fails(tmp_path / "full")
    assert "not empty" in fails(tmp_path / "full", "--overwrite")
    assert not engine.served, "nothing was drawn for it"
    assert maquette("walk", "fake-digits", "--keys", "1,2", "--out", tmp_path / "walk.gif", "--overwrite") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "walk.gif"]


def test_mp4_without_an_encoder_offers_webp(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film_video.shutil, "which", lambda name: None)
    monkeypatch.setattr(film_video, "_has_pyav", lambda: False)
    assert maquette("walk", "fake-digits", "--keys", "1,2", "--out", tmp_path / "walk.mp4") == 1
    assert "WebP" in capsys.readouterr().err
    assert not engine.served


def test_an_engine_that_fails_leaves_nothing(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_device = asking.describe_device

    def fail_later(jobs: object) -> object:
        device = tell_device(jobs)  # type: ignore[arg-type]
        engine.failures.append(EngineDied("The engine ended."))
        return device

    monkeypatch.setattr(asking, "describe_device", fail_later)
    assert maquette("walk", "fake-digits", "--keys", "1,2", "--out", tmp_path / "walk.gif") == 1
    assert capsys.readouterr().err == "The engine ended.\n"
    assert not list(tmp_path.iterdir())


# -- with the real engine ------------------------------------------------------------------------------------------


def test_even_pace_and_recheck_with_the_real_engine(models: Path, tmp_path: Path, capsys: Said) -> None:
    tiny_package(models)
    out = tmp_path / "walk.png"
    words = ["--keys", "1:0:0,2:0:1,3:0:2", "--frames", "40", "--even", "--loop", "--truncation", "2"]
    assert cli.main(["walk", "tiny", *words, "--out", str(out), "--threads", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    pixels = np.stack(list(read_frames(out, read_film_recipe(out))))[..., :1]
    steps = step_lengths(pixels, loop=True)
    assert steps.max() / steps.mean() == pytest.approx(told["unevenness"])
    assert told["unevenness"] <= LIMIT
    assert cli.main(["recheck", str(out), "--threads", "1"]) == 0
    assert capsys.readouterr().out == f"{out}: all 40 frames identical\n"


def test_two_runs_on_other_threads_give_the_same_film(models: Path, tmp_path: Path) -> None:
    tiny_package(models)
    for threads in (1, 2):
        words = [
            "--keys",
            "1,2",
            "--frames",
            "9",
            "--curve",
            "spline",
            "--loop",
            "--no-recipe",
            "--threads",
            f"{threads}",
        ]
        assert cli.main(["walk", "tiny", *words, "--out", str(tmp_path / f"{threads}.webp")]) == 0
    assert (tmp_path / "1.webp").read_bytes() == (tmp_path / "2.webp").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("out", ["walk.gif", "frames/"])
def test_stopping_leaves_no_half_film(
    models: Path, tmp_path: Path, number: signal.Signals, code: int, out: str
) -> None:
    tiny_package(models)
    folder = tmp_path / "films"
    words = ["walk", "tiny", "--keys", "1,2", "--frames", "20000", "--size", "96", "--out", f"{folder}/{out}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + PATIENCE_S
    while not (folder.is_dir() and any(folder.iterdir())):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.005)
    time.sleep(0.3)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (code, "Stopped. No film was written.\n")
    assert not list(folder.iterdir())


# -- recheck of films ----------------------------------------------------------------------------------------------


@pytest.fixture
def made(maquette: Maquette, tmp_path: Path, capsys: Said) -> Path:
    out = tmp_path / "walk.webp"
    assert maquette("walk", "fake-digits", "--keys", "1,2", "--frames", 8, "--size", 64, "--out", out) == 0
    capsys.readouterr()
    return out


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "avif"])
def test_films_are_made_again(maquette: Maquette, tmp_path: Path, capsys: Said, ending: str) -> None:
    out = tmp_path / f"walk.{ending}"
    words = ("--keys", "1,2", "--frames", 12, "--size", 40, "--smooth", "--loop", "--out", out)
    assert maquette("walk", "fake-digits", *words) == 0
    capsys.readouterr()
    assert maquette("recheck", out) == 0
    told = capsys.readouterr().out
    expected = "as near as the format keeps them" if ending == "avif" else "identical\n"
    assert told.startswith(f"{out}: all 12 frames {expected}")


def test_a_film_of_other_pictures_differs(
    maquette: Maquette, made: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fakes.picture
    monkeypatch.setattr(fakes, "picture", lambda design, **how: real(design, **how) // 2)
    assert maquette("recheck", made, "--json") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["verdict"], finding["frames"]) == ("different", 8)
    assert "edited after it was made: frame" in finding["reason"]


def test_a_film_of_a_package_that_is_gone_or_another_version(
    maquette: Maquette, package: Package, made: Path, capsys: Said
) -> None:
    manifest = package.folder / "manifest.json"
    manifest.write_bytes(msgspec.json.format(manifest.read_bytes(), indent=2))
    assert maquette("recheck", made) == 0
    assert "identical (although the package “fake-digits” here is another version" in capsys.readouterr().out
    shutil.rmtree(package.folder)
    assert maquette("recheck", made) == 1
    assert "is not here; import it" in capsys.readouterr().out


def test_what_is_no_film_is_said(maquette: Maquette, made: Path, tmp_path: Path, capsys: Said) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "bare.gif")
    (tmp_path / "folder").mkdir()
    (tmp_path / "cut.webp").write_bytes(made.read_bytes()[:100])
    (tmp_path / "text.avif").write_text("no film")
    names = ["bare.gif", "folder", "cut.webp", "text.avif", "gone.gif"]
    assert maquette("recheck", *(tmp_path / name for name in names), made) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert all("cannot be rechecked" in line for line in lines[:5])
    assert "holds no film" in lines[1]
    assert "There is no file" in lines[4]
    assert lines[5].endswith("identical")


def test_the_words_of_easing_are_those_of_the_parser() -> None:
    assert tuple(walk_command.EASING_WORDS) == arguments.EASINGS
