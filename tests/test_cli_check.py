"""`maquette models check` and `import` on a fake engine: sentences, documents, the sheet, exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from desktop_app import cli
from desktop_app.cli import asking
from desktop_app.engine.errors import DeviceError
from desktop_app.engine.packages import MANIFEST
from desktop_app.engine.requests import CheckUp
from tests.fakes import FakeEngine, write_package, write_restorer

Maquette = Callable[..., int]


@pytest.fixture
def models(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's models; nothing is bundled, and stand-in files have no hash."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "bundled")
    monkeypatch.setattr("desktop_app.engine.packages.check_files", lambda _package: None)
    return own_home / "maquette" / "models"


@pytest.fixture
def maquette(models: Path, engine: FakeEngine) -> Maquette:
    write_package(models)
    return lambda *words: cli.main([str(word) for word in words])


def source(folder: Path, name: str = "fake-digits", version: str = "2.0") -> Path:
    package = write_package(folder, name)
    (package.folder / "golden.npz").write_bytes(b"stand-in")
    manifest = msgspec.structs.replace(package.manifest, version=version)
    (package.folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return package.folder


def test_a_sound_package_is_said_to_be_sound(maquette: Maquette, capsys: pytest.CaptureFixture[str]) -> None:
    assert maquette("models", "check", "fake-digits") == 0
    said = capsys.readouterr().out
    assert "Nothing wrong was found." in said
    assert "2.1 ms a picture" in said


def test_a_flagged_package_ends_with_1_and_its_sentences(
    maquette: Maquette, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.checked_up = {"broken": (1, 2)}
    assert maquette("models", "check", "fake-digits", "--seed", "7", "--count", "4") == 1
    assert "Answers NaN. It gives numbers that are none, 2 times of 4." in capsys.readouterr().out
    asked = [request for request in engine.served if isinstance(request, CheckUp)]
    assert [(request.seed, request.count) for request in asked] == [(7, 4)]


def test_one_document_of_figures_and_flags(
    maquette: Maquette, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.checked_up = {"golden_error": float("nan")}
    assert maquette("models", "check", "fake-digits", "--json") == 1
    (checked,) = json.loads(capsys.readouterr().out)["checked"]
    assert (checked["name"], checked["count"], checked["golden_error"]) == ("fake-digits", 32, None)
    assert checked["flags"][0]["what"] == "Not as it was made"


def test_two_versions_in_a_table(maquette: Maquette, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert maquette("models", "check", "fake-digits", "--against", source(tmp_path)) == 0
    said = capsys.readouterr().out
    assert ["Version", "1.0.0", "2.0"] in [line.split() for line in said.splitlines()]
    assert "The same seeds give the same pictures in both." in said


def test_nothing_stays_of_what_was_only_looked_at(maquette: Maquette, models: Path, tmp_path: Path) -> None:
    assert maquette("models", "check", source(tmp_path, "elsewhere")) == 0
    assert [path.name for path in models.iterdir()] == ["fake-digits"]


def test_another_kind_is_refused_before_anything_is_computed(
    maquette: Maquette, models: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_restorer(models)
    assert maquette("models", "check", "fake-digits", "--against", "fake-denoise") == 1
    assert "is for something else" in capsys.readouterr().err
    assert engine.served == []


def test_the_sheet_holds_all_samples(maquette: Maquette, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert maquette("models", "check", "fake-digits", "--sheet", out) == 0
    with Image.open(out) as sheet:
        assert sheet.size == (8 * 30 + 2, 4 * 30 + 2)
    assert maquette("models", "check", "fake-digits", "--against", source(tmp_path), "--sheet", out) == 0
    with Image.open(out) as both:
        assert both.size == (242, 2 * 122 + 8)
        assert np.asarray(both).shape == (252, 242)


def test_a_name_that_is_none_is_told(maquette: Maquette, capsys: pytest.CaptureFixture[str]) -> None:
    assert maquette("models", "check", "nobody") == 1
    assert "There is no package “nobody”." in capsys.readouterr().err


def test_an_engine_that_fails_is_told(
    maquette: Maquette, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.failures = [DeviceError("It ran out of breath.")]
    assert maquette("models", "check", "fake-digits") == 1
    assert capsys.readouterr().err == "It ran out of breath.\n"


# -- import --------------------------------------------------------------------------------------------------------


def test_an_import_is_checked_up(maquette: Maquette, models: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert maquette("models", "import", source(tmp_path, "new-one")) == 0
    assert "Check-up: 32 samples, 2.1 ms each." in capsys.readouterr().out
    assert (models / "new-one").is_dir()


@pytest.mark.parametrize(("anyway", "code"), [((), 1), (("--anyway",), 0)])
def test_a_flagged_import_needs_a_word(
    maquette: Maquette, models: Path, engine: FakeEngine, tmp_path: Path, anyway: tuple[str, ...], code: int
) -> None:
    engine.checked_up = {"diversity": 0.0}
    assert maquette("models", "import", source(tmp_path, "new-one"), *anyway) == code
    assert (models / "new-one").is_dir() == (code == 0)
    assert [path.name for path in models.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("word", "code", "there"),
    [
        ("--replace", 0, {"fake-digits": "2.0"}),
        ("--both", 0, {"fake-digits": "1.0.0", "fake-digits-2": "2.0"}),
        (None, 1, {"fake-digits": "1.0.0"}),
    ],
)
def test_another_version_needs_a_word(
    maquette: Maquette,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    word: str | None,
    code: int,
    there: dict[str, str],
) -> None:
    assert maquette("models", "import", source(tmp_path), *([word] if word else [])) == code
    assert {package.name: package.manifest.version for package in asking.library().packages()} == there
    if code:
        assert "Add --both to keep both, or --replace" in capsys.readouterr().err
