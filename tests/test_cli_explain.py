"""`maquette explain`: bars and sentences, maps as files, and what is said of pictures that are none."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app import cli
from desktop_app.cli import asking
from desktop_app.cli.explain import FEWER, bars
from desktop_app.engine.errors import EngineDied
from desktop_app.studio.recipe import EXPLANATION_CHUNK
from tests.fakes import FakeEngine, FakeHost, write_classifier, write_package
from tests.tiny_classifier import SIDE, tiny_classifier

Maquette = Callable[..., int]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def engine(models: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    write_classifier(models)
    made = FakeEngine()
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(made))
    return made


def maquette(*words: object) -> int:
    return cli.main([str(word) for word in words])


def spot(path: Path, *, side: int = 28, level: int = 220) -> Path:
    """A light spot on black, the size of what the classifier takes: nothing is fitted."""
    pixels = np.zeros((side, side), np.uint8)
    pixels[side // 4 : side // 2, side // 3 : side // 2] = level
    Image.fromarray(pixels).save(path)
    return path


def test_a_real_classifier_says_what_it_sees_and_why(models: Path, tmp_path: Path, capsys: Said) -> None:
    tiny_classifier(models)
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[:4, 8:] = 255
    Image.fromarray(pixels).save(tmp_path / "corner.png")
    code = maquette("explain", "tiny-judge", tmp_path / "corner.png", "--label", "light", "--map", "occlusion",
                    "--out", tmp_path / "out", "--json")  # fmt: skip
    assert code == 0
    (told,) = json.loads(capsys.readouterr().out)["pictures"]
    assert sum(told["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert (told["state"], told["label"]) == ("done", "light")
    with Image.open(told["map"]) as image:
        tinted = np.asarray(image)
        recipe = json.loads(image.text[EXPLANATION_CHUNK])
    assert tinted.shape == (552, 552, 3)
    corner, rest = tinted[20, -20].astype(int), tinted[-20, 20]
    assert corner[0] > corner[2]  # orange: it speaks for light
    assert rest.tolist() == [0, 0, 0]
    assert (recipe["label"], recipe["map"], recipe["name"]) == ("light", "occlusion", "corner.png")
    assert recipe["probabilities"] == {k: round(v, 6) for k, v in told["probabilities"].items()}


def test_bars_and_sentences(engine: FakeEngine, tmp_path: Path, capsys: Said) -> None:
    assert maquette("explain", "fake-judge", spot(tmp_path / "spot.png")) == 0
    said = capsys.readouterr()
    lines = said.out.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines[0].startswith("“spot.png”: It sees")
    assert len([line for line in lines if line.endswith(" %")]) == 10
    assert any("A tenth of the picture speaks most for" in line for line in lines)
    assert said.err == ""
    assert list(tmp_path.iterdir()) == [tmp_path / "spot.png"]


def test_a_broken_file_is_named_and_the_others_go_on(engine: FakeEngine, tmp_path: Path, capsys: Said) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    spot(folder / "b.png")
    (folder / "notes.txt").write_text("no picture")
    assert maquette("explain", "fake-judge", folder, tmp_path / "gone.png", "--json") == 1
    said = capsys.readouterr()
    told = json.loads(said.out)["pictures"]
    assert [(Path(one["source"]).name, one["state"]) for one in told] == [
        ("a.png", "failed"),
        ("b.png", "done"),
        ("gone.png", "failed"),
    ]
    assert "“a.png” is damaged" in said.err
    assert f"There is no file “{tmp_path / 'gone.png'}”." in said.err


def test_maps_replace_nothing_unasked(engine: FakeEngine, tmp_path: Path, capsys: Said) -> None:
    words = ("explain", "fake-judge", spot(tmp_path / "spot.png"), "--label", "3", "--out", tmp_path / "out")
    assert maquette(*words) == 0
    (made,) = (tmp_path / "out").iterdir()
    assert made.name == "spot_why-3_occlusion.png"
    before = made.read_bytes()
    assert maquette(*words) == 1
    assert "is there already" in capsys.readouterr().err
    assert made.read_bytes() == before
    assert maquette(*words, "--overwrite", "--no-recipe") == 0
    with Image.open(made) as image:
        assert EXPLANATION_CHUNK not in getattr(image, "text", {})


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("fake-digits", "spot.png"), "“Fake digits” does not tell classes apart."),
        (("fake-judge", "spot.png", "--label", "Boot"), "“Fake judge” has no class “Boot”. It has: 0, 1, 2"),
        (("no-such", "spot.png"), "no-such"),
        (("fake-judge", "empty"), "There is no picture in"),
    ],
)
def test_what_would_go_wrong_with_every_picture_is_said_once(
    engine: FakeEngine, models: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], sentence: str
) -> None:  # fmt: skip
    write_package(models, "fake-digits", title="Fake digits")
    spot(tmp_path / "spot.png")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert maquette("explain", *words) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""


def test_an_engine_that_dies_costs_one_picture(engine: FakeEngine, tmp_path: Path, capsys: Said) -> None:
    engine.failures = [EngineDied("The engine ended.")]
    pictures = [spot(tmp_path / name) for name in ("a.png", "b.png")]
    assert maquette("explain", "fake-judge", *pictures, "--json") == 1
    assert [one["state"] for one in json.loads(capsys.readouterr().out)["pictures"]] == ["failed", "done"]


def test_of_many_classes_the_most_probable_are_printed() -> None:
    shown = bars({f"class {n}": n / 4950 for n in range(100)})
    assert [line.split("  ")[0] for line in shown] == [f"class {n}" for n in range(99, 99 - FEWER, -1)]
