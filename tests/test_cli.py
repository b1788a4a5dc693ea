"""The command line on a fake engine: words, files, sentences and exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from desktop_app import cli
from desktop_app.cli import asking
from desktop_app.engine.errors import Cancelled, EngineDied, RequestError, StudioError
from desktop_app.engine.packages import MANIFEST, Package
from desktop_app.engine.requests import Design, Pictures, Sample
from desktop_app.studio import recipe
from desktop_app.studio.jobs import JobQueue
from tests import fakes
from tests.fakes import FakeEngine, FakeHost, write_package

ROOT = Path(__file__).resolve().parents[1]
Maquette = Callable[..., int]


def pictures(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def child(*words: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "desktop_app", *words]
    return subprocess.run(command, cwd=ROOT, text=True, timeout=60, **{"capture_output": True, **options})  # type: ignore[call-overload,no-any-return]


# -- words ---------------------------------------------------------------------------------------------------------


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['maquette', '--help']\n"
        "from desktop_app.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'numpy', 'msgspec', 'PIL', 'PySide6', 'onnxruntime', 'platformdirs'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("models", "sample", "walk", "recheck", "bench", "self-test"):
        assert command in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["sample"],
        ["sample", "digits"],
        ["sample", "digits", "--out", "x", "--count", "0"],
        ["sample", "digits", "--out", "x", "--seed", "-1"],
        ["sample", "digits", "--out", "x", "--seed", "4294967296"],
        ["sample", "digits", "--out", "x", "--truncation", "nan"],
        ["sample", "digits", "--out", "x", "--truncation", "2.1"],
        ["recheck"],
        ["models", "import"],
        ["--device", "toaster", "models"],
        ["--threads", "many", "models"],
    ],
    ids=" ".join,
)
def test_misuse_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--device", "cpu", "--threads", "3"], []], ids=["before the command", "after the command"]
)
def test_device_and_threads_stand_before_or_after_the_command(
    words: list[str], package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def host(**options: object) -> FakeHost:
        asked.append(options)
        return FakeHost()

    monkeypatch.setattr(asking, "ProcessHost", host)
    after = [] if words else ["--device", "cpu", "--threads", "3"]
    assert cli.main([*words, "models", "verify", *after]) == 0
    assert asked == [{"device": "cpu", "threads": 3}]


@pytest.mark.parametrize(
    ("words", "asked"),
    [([], {"device": "auto", "threads": 0}), (["--device", "cpu", "--threads", "2"], {"device": "cpu", "threads": 2})],
)
def test_no_command_opens_the_window(
    monkeypatch: pytest.MonkeyPatch, words: list[str], asked: dict[str, object]
) -> None:
    opened = []
    app = type(sys)("desktop_app.app")
    app.run = lambda argv, **options: opened.append((argv, options)) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "desktop_app.app", app)
    monkeypatch.setattr("desktop_app.app", app, raising=False)
    assert cli.main(words) == 7
    assert opened == [([], asked)]


def test_a_failure_is_one_sentence_on_standard_error(maquette: Maquette, capsys: pytest.CaptureFixture[str]) -> None:
    assert maquette("sample", "no-such", "--out", "x") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "There is no package “no-such”. There are: fake-digits.\n"


def test_a_closed_pipe_is_met_in_silence() -> None:
    read, write = os.pipe()
    os.close(read)
    done = child("models", "--json", stdout=write, stderr=subprocess.PIPE, capture_output=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (cli.BROKEN_PIPE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_under_standard_output_is_a_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = child("models", "--json", stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


# -- one request ---------------------------------------------------------------------------------------------------


def test_a_request_brings_its_updates_and_its_time(package: Package, engine: FakeEngine) -> None:
    engine.seconds_a_tile = 0.001
    clock = asking.Clock()
    with asking.engine() as jobs:
        designs = tuple(Design(1, i, 0) for i in range(5))
        updates = list(asking.run_request(jobs, Sample(package.ref, designs, 2), clock=clock))
    assert [u.first for u in updates if isinstance(u, Pictures)] == [0, 2, 4]
    assert clock.seconds >= 0.005


@pytest.mark.parametrize("error", [RequestError("Not so."), Cancelled()], ids=["refused", "cancelled"])
def test_a_failed_request_raises_what_the_engine_said(package: Package, engine: FakeEngine, error: StudioError) -> None:
    engine.failures.append(error)
    with asking.engine() as jobs, pytest.raises(type(error), match=error.message):
        list(asking.run_request(jobs, Sample(package.ref, (Design(1, 0, 0),))))


def test_leaving_a_request_early_cancels_it(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = []
    original = JobQueue.cancel
    monkeypatch.setattr(JobQueue, "cancel", lambda self, job: (cancelled.append(job.state), original(self, job)))
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(FakeEngine(seconds_a_tile=0.02)))
    with asking.engine() as jobs:
        designs = tuple(Design(1, i, 0) for i in range(200))
        updates = asking.run_request(jobs, Sample(package.ref, designs, 1))
        next(updates)
        updates.close()
    assert cancelled == ["running"]


def test_an_engine_that_dies_is_a_sentence(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Dying(FakeHost):
        def _run(self, message, on_message):  # type: ignore[no-untyped-def]
            if isinstance(message.request, Sample):
                self._alive = False
            return super()._run(message, on_message)

    monkeypatch.setattr(asking, "ProcessHost", lambda **_: Dying())
    assert cli.main(["sample", "fake-digits", "--out", str(tmp_path / "out")]) == 1
    assert "The engine ended while it worked on this" in capsys.readouterr().err


# -- models --------------------------------------------------------------------------------------------------------


def test_models_lists_what_a_person_chooses_by(maquette: Maquette, capsys: pytest.CaptureFixture[str]) -> None:
    assert maquette("models") == 0
    line = capsys.readouterr().out
    for word in ("fake-digits", "Fake digits", "sample", "10 classes", "MB", "CC0-1.0"):
        assert word in line


def test_models_says_what_is_wrong_with_a_folder(
    maquette: Maquette, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (models / "half-copied").mkdir()
    assert maquette("models") == 0
    assert "“half-copied” is no model package: it has no manifest.json." in capsys.readouterr().out


def test_models_as_one_json_document(maquette: Maquette, models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (models / "half-copied").mkdir()
    assert maquette("models", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    (found,) = document["packages"]
    assert (found["name"], found["abilities"], len(found["classes"])) == ("fake-digits", ["sample"], 10)
    assert found["bytes"] == 16 + (models / "fake-digits" / MANIFEST).stat().st_size
    assert [p["fault"] for p in document["problems"]] == ["no-manifest"]


def test_verify_goes_on_after_a_failure(
    maquette: Maquette, models: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(models, "fake-letters")
    engine.failures.append(RequestError("This one is broken."))
    assert maquette("models", "verify") == 1
    said = capsys.readouterr()
    assert said.err == "This one is broken.\n"
    assert "golden example reproduced" in said.out


# -- sample --------------------------------------------------------------------------------------------------------


def test_sample_writes_the_designs_that_the_window_shows(maquette: Maquette, package: Package, tmp_path: Path) -> None:
    from desktop_app.studio.sheet import SheetState
    from desktop_app.ui.sample.tiles import SheetTiles

    assert maquette("sample", "fake-digits", "--count", 12, "--seed", 7, "--index", 3, "--out", tmp_path / "out") == 0
    tiles = SheetTiles(SheetState("fake-digits", 7), package)
    shown = {tiles.tile(i).design for i in range(3, 15)}
    written = set()
    for path in (tmp_path / "out").iterdir():
        pixels, made = recipe.read_picture(path)
        assert np.array_equal(pixels, fakes.picture(made.design))
        assert (made.package_sha256, made.device) == (package.sha256, "cpu")
        assert path.name == recipe.file_name(made)
        written.add(made.design)
    assert written == shown


@pytest.mark.parametrize(
    ("wish", "label"), [("4", 4), ("Trousers", 1), ("tROUSERS", 1), ("0", 2)], ids=["number", "name", "case", "both"]
)
def test_a_class_goes_by_name_or_number(
    maquette: Maquette, models: Path, tmp_path: Path, wish: str, label: int
) -> None:
    write_package(models, "clothes", classes=("Shirt", "Trousers", "0", "Bag", "Boot"))
    out = tmp_path / "out"
    assert maquette("sample", "clothes", "--count", 2, "--class", wish, "--out", out) == 0
    assert {recipe.read_recipe(path).design.label for path in out.iterdir()} == {label}


@pytest.mark.parametrize("wish", ["10", "Sandal", "-1", "²"])
def test_a_class_that_is_none_is_refused_with_those_there_are(
    maquette: Maquette, tmp_path: Path, wish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert maquette("sample", "fake-digits", f"--class={wish}", "--out", tmp_path / "out") == 1
    assert f"no class “{wish}”. It has: 0, 1, 2" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_wish_truncation_is_the_packages_own(maquette: Maquette, models: Path, tmp_path: Path) -> None:
    manifest = models / "fake-digits" / MANIFEST
    data = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**data, "defaults": {"truncation": 0.7}}))
    assert maquette("sample", "fake-digits", "--count", 1, "--out", tmp_path / "a") == 0
    assert maquette("sample", "fake-digits", "--count", 1, "--truncation", 0.25, "--out", tmp_path / "b") == 0
    assert pictures(tmp_path / "a") == ["fake-digits_s0_i0_c0_t0.7.png"]
    assert pictures(tmp_path / "b") == ["fake-digits_s0_i0_c0_t0.25.png"]


def test_no_recipe_leaves_no_word_in_the_file(maquette: Maquette, tmp_path: Path) -> None:
    assert maquette("sample", "fake-digits", "--count", 1, "--no-recipe", "--out", tmp_path / "out") == 0
    (path,) = (tmp_path / "out").iterdir()
    chunks = _chunks(path.read_bytes())
    assert chunks[0] == b"IHDR"
    assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}


def _chunks(png: bytes) -> list[bytes]:
    names, at = [], 8
    while at < len(png):
        names.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4])
    return names


def test_the_contact_sheet_shows_every_design_in_its_place(maquette: Maquette, tmp_path: Path) -> None:
    assert maquette("sample", "fake-digits", "--count", 23, "--sheet", "--out", tmp_path / "out") == 0
    sheet = np.asarray(Image.open(tmp_path / "out" / "fake-digits_s0_i0-22_sheet.png"))
    assert sheet.shape == (3 * 30 + 2, 10 * 30 + 2)  # columns are a multiple of the classes
    for i in range(23):
        assert np.array_equal(_cell(sheet, i), fakes.picture(Design(0, i, i % 10))[..., 0]), i


def _cell(sheet: np.ndarray, i: int) -> np.ndarray:
    """The i-th picture of a sheet with ten columns."""
    top, left = 2 + 30 * (i // 10), 2 + 30 * (i % 10)
    return sheet[top : top + 28, left : left + 28]


def test_many_designs_are_asked_for_in_parts(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.cli.drawing.PART", 10)
    monkeypatch.setattr("desktop_app.cli.drawing.CHUNK", 4)
    assert maquette("sample", "fake-digits", "--count", 25, "--sheet", "--out", tmp_path / "out") == 0
    asked = [request for request in engine.served if isinstance(request, Sample)]
    assert [len(request.designs) for request in asked] == [10, 10, 5]
    assert {request.chunk for request in asked} == {4}
    assert len(pictures(tmp_path / "out")) == 26
    sheet = np.asarray(Image.open(tmp_path / "out" / "fake-digits_s0_i0-24_sheet.png"))
    for i in range(25):
        assert np.array_equal(_cell(sheet, i), fakes.picture(Design(0, i, i % 10))[..., 0]), i


def test_a_second_run_draws_only_what_is_missing(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sample", "fake-digits", "--count", 10, "--out", tmp_path / "out"]
    assert maquette(*words) == 0
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    gone = sorted(first)[4]
    gone.unlink()
    engine.served.clear()
    assert maquette(*words) == 0
    (asked,) = [request for request in engine.served if isinstance(request, Sample)]
    assert len(asked.designs) == 1
    assert "9 were there already and were left as they are." in capsys.readouterr().out
    for path, before in first.items():
        assert path == gone or path.stat().st_mtime_ns == before


def test_the_same_design_of_another_version_is_not_taken_for_it(
    maquette: Maquette, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sample", "fake-digits", "--count", 2, "--out", tmp_path / "out"]
    assert maquette(*words) == 0
    rewrite(tmp_path / "out" / "fake-digits_s0_i1_c1.png", package_sha256="0" * 64)
    assert maquette(*words) == 1
    assert "“fake-digits_s0_i1_c1.png” is there already" in capsys.readouterr().err.replace(f"{tmp_path}/out/", "")


@pytest.mark.parametrize("with_recipe", [True, False])
def test_another_picture_of_that_name_is_not_replaced(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, with_recipe: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = out / "fake-digits_s0_i2_c2.png"
    path.write_bytes(b"somebody's own")
    words = ["sample", "fake-digits", "--count", 5, "--out", out, *([] if with_recipe else ["--no-recipe"])]
    assert maquette(*words) == 1
    assert "is there already" in capsys.readouterr().err
    assert (path.read_bytes(), pictures(out), engine.served) == (b"somebody's own", [path.name], [])
    assert maquette(*words, "--overwrite") == 0
    assert len(pictures(out)) == 5
    assert path.read_bytes() != b"somebody's own"


def test_sample_reports_as_one_json_document(
    maquette: Maquette, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert maquette("sample", "fake-digits", "--count", 3, "--json", "--out", tmp_path / "out") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["designs"], report["written"], report["kept"], report["sheet"]) == (3, 3, 0, None)
    assert sorted(Path(name).name for name in report["files"]) == pictures(tmp_path / "out")
    assert report["designs_per_second"] > 0
    assert report["engine_designs_per_second"] > 0
    assert report["device"]["obtained"] == "cpu"


def test_a_folder_that_cannot_be_is_a_sentence(
    maquette: Maquette, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert maquette("sample", "fake-digits", "--out", tmp_path / "file" / "out") == 1
    said = capsys.readouterr().err
    assert "cannot be written: Not a directory." in said
    assert said.count("\n") == 1


def test_a_disk_that_fills_up_leaves_whole_files(
    maquette: Maquette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = []
    original = recipe.write_whole

    def fills_up(path: Path, data: bytes, **options: bool) -> None:
        if len(written) >= 20:
            raise recipe.FileError(f"“{path}” cannot be written: No space left on device.")
        original(path, data, **options)
        written.append(path)

    monkeypatch.setattr(recipe, "write_whole", fills_up)
    monkeypatch.setattr("desktop_app.cli.drawing.CHUNK", 8)
    assert maquette("sample", "fake-digits", "--count", 500, "--out", tmp_path / "out") == 1
    assert "No space left on device" in capsys.readouterr().err
    for path in (tmp_path / "out").iterdir():
        recipe.read_recipe(path)


def test_an_interrupt_says_how_far_it_came(
    maquette: Maquette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop_app.cli.sample._tell_progress", interrupted)
    assert maquette("sample", "fake-digits", "--count", 200, "--out", tmp_path / "out") == cli.INTERRUPTED
    written = len(pictures(tmp_path / "out")) if (tmp_path / "out").exists() else 0
    assert capsys.readouterr().err == f"Stopped. {written} of 200 designs were written.\n"


def test_a_model_without_the_ability_is_refused(
    maquette: Maquette, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = models / "fake-digits" / MANIFEST
    data = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**data, "abilities": [], "picture": None}))
    assert maquette("sample", "fake-digits", "--sheet", "--out", tmp_path / "out") == 1
    assert "“Fake digits” is not a generator, so it cannot be sampled." in capsys.readouterr().err


# -- recheck -------------------------------------------------------------------------------------------------------


@pytest.fixture
def made(package: Package, tmp_path: Path) -> Path:
    """One picture with its recipe, as the window exports it."""
    design = Design(7, 3, 3)
    path = tmp_path / "made.png"
    recipe.save_png(path, fakes.picture(design), recipe.make_recipe(package, design, fakes.DEVICE))
    return path


def rewrite(path: Path, change: Callable[[np.ndarray], np.ndarray] = np.copy, **fields: object) -> None:
    """Save a picture again with other pixels or another recipe."""
    pixels, made = recipe.read_picture(path)
    recipe.save_png(path, change(pixels), msgspec.structs.replace(made, **fields))


def brighter(by: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda pixels: np.where(pixels < 255 - by, pixels + by, pixels - by).astype(np.uint8)


def test_recheck_finds_a_picture_identical(maquette: Maquette, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert maquette("recheck", made) == 0
    assert capsys.readouterr().out == f"{made}: identical\n"


def test_recheck_allows_one_step_of_grey(maquette: Maquette, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(made, brighter(1))
    assert maquette("recheck", made) == 0
    assert capsys.readouterr().out == f"{made}: within 1/255\n"


@pytest.mark.parametrize(
    ("change", "fields", "reason"),
    [
        (
            brighter(2),
            {},
            "the picture or its recipe was edited after it was made: 100.0% of its pixels are off by up to 2",
        ),
        (np.copy, {"design": Design(8, 3, 3)}, "the picture or its recipe was edited"),
        (np.copy, {"design": Design(7, 3, 3, truncation=0.5)}, "the picture or its recipe was edited"),
        (brighter(2), {"device": "cuda"}, "it was made on CUDA and made again on CPU"),
        (brighter(2), {"runtime": "1.20.0"}, "it was made with ONNX Runtime 1.20.0 and made again with 1.31.0"),
        (lambda x: x.repeat(2, 0).repeat(2, 1), {}, "it is 56 × 56 grey where its recipe gives 28 × 28 grey"),
        (lambda x: x.repeat(3, 2), {}, "it is 28 × 28 colour where its recipe gives 28 × 28 grey"),
        (brighter(2), {"package_sha256": "0" * 64}, "the package “fake-digits” here is another version"),
        (np.copy, {"package": "gone"}, "the package “gone” that made it is not here"),
    ],
    ids=["edited", "seed", "truncation", "device", "runtime", "resized", "recoloured", "version", "missing"],
)
def test_recheck_names_the_reason_of_a_difference(
    maquette: Maquette,
    made: Path,
    change: Callable[[np.ndarray], np.ndarray],
    fields: dict[str, object],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rewrite(made, change, **fields)
    assert maquette("recheck", made) == 1
    assert f"{made}: differs because {reason}" in capsys.readouterr().out


def test_recheck_tells_of_another_version_that_gives_the_same(
    maquette: Maquette, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(made, package_sha256="0" * 64)
    assert maquette("recheck", made) == 0
    assert f"{made}: identical (although the package “fake-digits” here is another version" in capsys.readouterr().out


def test_recheck_goes_on_after_files_it_cannot_use(
    maquette: Maquette, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare, text = tmp_path / "bare.png", tmp_path / "text.png"
    recipe.save_png(bare, fakes.picture(Design(1, 1)), None)
    text.write_text("no picture")
    assert maquette("recheck", bare, text, tmp_path / "gone.png", made, "--json") == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [f["verdict"] for f in findings] == ["unknown", "unknown", "unknown", "identical"]
    for finding, word in zip(
        findings, ("holds no recipe", "cannot be read as a PNG", "There is no file", ""), strict=True
    ):
        assert word in finding["reason"]


def test_recheck_survives_an_engine_that_fails_on_one(
    maquette: Maquette, made: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.failures.append(EngineDied("The engine ended."))
    assert maquette("recheck", made, made) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{made}: cannot be rechecked. The engine ended.", f"{made}: identical"]
