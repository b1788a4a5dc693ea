"""The self-test, where there is nothing: no network, no variables, no home; and no socket is ever opened."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from desktop_app import self_test
from desktop_app.cli import asking
from desktop_app.engine.requests import Classified, Classify, Design, Explain, Explained, PackageRef
from desktop_app.engine.text_requests import Weigh, Weighed
from tests import fake_icons, fakes
from tests.fakes import FakeEngine, FakeHost, write_classifier, write_icons, write_package
from tests.tiny_package import tiny_package

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT_S = 120
OPTIONS = argparse.Namespace(device="cpu", threads=1)
TELEMETRY = "Microsoft/DeveloperTools"

# The program with other models: tests must not depend on the bundled ones being there.
WITH_MODELS = """
import sys
from pathlib import Path
models = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])
from desktop_app import paths
paths.bundled_models = lambda: models
from desktop_app import cli
code = cli.main(sys.argv[3:])
unwanted = {"onnxruntime", "tokenizers", "jinja2", "torch", "onnx", "socket", "ssl", "PySide6.QtNetwork"}
foreign = unwanted & set(sys.modules)
print("imported:", sorted(foreign))
sys.exit(code)
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    tiny_package(tmp_path / "models")
    return tmp_path / "models"


def command(models: Path, *before: str) -> list[str]:
    return [*before, sys.executable, "-c", WITH_MODELS, str(models), str(ROOT), "self-test", "--device", "cpu"]


def run(words: list[str], *, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """With no variable at all, not even HOME; what a test measures with strace runs slowly."""
    return subprocess.run(words, env={}, cwd=cwd, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False)


def needs(tool: str, *words: str) -> str:
    found = shutil.which(tool)
    if found is None or subprocess.run([found, *words], capture_output=True, check=False).returncode:
        pytest.skip(f"{tool} is not to be had here")
    return found


# -- the whole of it -----------------------------------------------------------------------------------------------


def test_it_passes_with_no_network_no_variables_and_no_home(models: Path, tmp_path: Path) -> None:
    done = run(command(models, needs("unshare", "-rn", "true"), "-rn"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") + done.stdout.startswith("ok ") == 6
    assert "All is well." in done.stdout


def test_the_windows_process_never_loads_an_engine_or_a_socket(models: Path, tmp_path: Path) -> None:
    done = run(command(models), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the window opened, showed its first tile and closed" in done.stdout
    assert "imported: []" in done.stdout


def test_no_process_of_it_opens_a_socket_to_anywhere(models: Path, tmp_path: Path) -> None:
    """All system calls, of all processes and of native threads; none of them is seen by a guard in Python."""
    strace = needs("strace", "-f", "true")
    trace = tmp_path / "trace"
    calls = "trace=socket,connect,sendto,sendmsg,sendmmsg,execve"
    done = run(command(models, strace, "-f", "-qq", "-e", calls, "-o", str(trace)), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = trace.read_text().splitlines()
    assert sum("execve(" in line and "= 0" in line for line in lines) >= 3, "the engine's processes were not watched"
    sockets = [line for line in lines if re.search(r"\b(socket|connect|send\w+)\(", line) and "AF_UNIX" not in line]
    assert sockets == []


def test_it_writes_nothing_but_a_temporary_folder(models: Path, tmp_path: Path) -> None:
    """No telemetry database, no settings, no project: a home and a folder for temporary files stay as they were."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    words = command(models, needs("env", "true"), f"HOME={home}", f"TMPDIR={temporary}")
    assert run(words, cwd=tmp_path).returncode == 0
    assert [str(path) for path in home.rglob("*") if TELEMETRY in str(path)] == []
    assert list(home.iterdir()) == []
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in (models / "tiny").iterdir()) == sorted(
        ["card.md", "decoder.onnx", "golden.npz", "manifest.json", "mapping.onnx"]
    )


def test_telemetry_would_have_been_seen(models: Path, tmp_path: Path) -> None:
    """The same engine without the variable does make the database: the test above can fail."""
    home = tmp_path / "home"
    home.mkdir()
    script = "import onnxruntime as ort, sys; ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
    words = [needs("unshare", "-rn", "true"), "-rn", "env", f"HOME={home}", sys.executable, "-c", script]
    done = run([*words, str(models / "tiny" / "decoder.onnx")], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    if not any(TELEMETRY in str(path) for path in home.rglob("*")):
        pytest.skip("this build of ONNX Runtime has no telemetry")


@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_it_passes_from_a_read_only_folder(models: Path, tmp_path: Path) -> None:
    needs("unshare", "-rm", "true")
    copy = tmp_path / "program"
    shutil.copytree(ROOT / "desktop_app", copy / "desktop_app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "resources", copy / "resources")
    shutil.copytree(models, copy / "models")
    script = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; cd "$1"; ! touch x 2>/dev/null; shift; exec "$@"'
    words = ["unshare", "-rnm", "sh", "-ec", script, "sh", str(copy), sys.executable, "-m", "desktop_app", "self-test"]
    done = subprocess.run(
        words, env={"PATH": os.defpath}, cwd=tmp_path, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# -- what it finds -------------------------------------------------------------------------------------------------


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """A fake engine, one bundled package, and a window that opens."""
    write_package(tmp_path / "bundled")
    made = FakeEngine()
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: tmp_path / "bundled")
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(made))
    monkeypatch.setattr(self_test, "_window", lambda: "the window opened")
    return made


def test_it_tells_every_step(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert self_test.check(OPTIONS) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * 6 + ["All"]


def test_it_leaves_the_folders_of_the_user_as_it_found_them(engine: FakeEngine, own_home: Path) -> None:
    before = dict(os.environ)
    assert self_test.check(OPTIONS) == 0
    assert dict(os.environ) == before
    assert list(own_home.iterdir()) == []


def failed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert self_test.check(OPTIONS) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Something is wrong."
    return [line.split(" s  ", 1)[1] for line in lines if line.startswith("FAILED")]


def test_it_finds_that_no_model_is_there(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(tmp_path / "bundled")
    assert failed(capsys) == [f"No model is bundled: {tmp_path / 'bundled'} holds none."]


def test_it_finds_a_bundled_folder_that_is_no_package(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundled" / "half").mkdir()
    assert failed(capsys) == ["“half” is no model package: it has no manifest.json."]


def test_it_finds_pixels_that_depend_on_the_batch(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = FakeEngine._draw

    def draw(self: FakeEngine, designs: tuple[Design, ...], *package: PackageRef):  # type: ignore[no-untyped-def]
        return original(self, designs, *package) + (len(designs) == 5)

    monkeypatch.setattr(FakeEngine, "_draw", draw)
    assert failed(capsys) == ["fake-digits: batches of 5 give other pixels (off by 1/255)."]


def test_it_finds_a_model_that_ignores_the_design(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.cheap = True
    assert "fake-digits: batches of 5 give other pixels" in failed(capsys)[0]


def test_it_finds_one_picture_for_all_designs(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    same = fakes.picture(Design(0, 0, 0))
    monkeypatch.setattr(fakes, "picture", lambda design, **_: same)
    assert failed(capsys) == ["fake-digits: different designs give the same picture."]


def test_it_has_icons_traced(engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_icons(tmp_path / "bundled")
    assert self_test.check(OPTIONS) == 0
    assert "fake-icons: 4 icons of a word as SVG" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("break_", "says"),
    [
        (lambda design: design if design.place is None else Design(5, 5), "a child of equal parents is another icon"),
        (lambda design: msgspec.structs.replace(design, prompt=None), "a word changes nothing"),
    ],
)
def test_it_finds_icons_that_do_not_follow_their_designs(
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    break_,
    says,
) -> None:
    write_icons(tmp_path / "bundled")
    original = fake_icons.icon_field
    for module in (fakes, fake_icons):
        monkeypatch.setattr(module, "icon_field", lambda design: original(break_(design)))
    assert says in failed(capsys)[0]


def test_it_finds_fields_that_are_not_those_of_the_pictures(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_icons(tmp_path / "bundled")
    monkeypatch.setattr(fakes, "icon_field", lambda design: -fake_icons.icon_field(design))
    assert "fake-icons: an icon's field is not that of its picture (off by 255/255)." in failed(capsys)


def test_it_has_a_picture_explained(engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_classifier(tmp_path / "bundled", "fake-judge")
    assert self_test.check(OPTIONS) == 0
    assert "fake-judge: 12 pictures judged, one of them explained by both maps" in capsys.readouterr().out


def test_it_finds_a_judge_that_looks_at_the_pictures_beside_it(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_classifier(tmp_path / "bundled", "fake-judge")
    original = FakeEngine._classify

    def classify(self: FakeEngine, request: Classify):  # type: ignore[no-untyped-def]
        for update in original(self, request):
            if isinstance(update, Classified):
                yield msgspec.structs.replace(update, probabilities=update.probabilities[::-1])

    monkeypatch.setattr(FakeEngine, "_classify", classify)
    assert "fake-judge: a picture alone is judged otherwise than among others" in failed(capsys)[0]


def test_it_finds_a_map_that_is_flat(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_classifier(tmp_path / "bundled", "fake-judge")
    original = FakeEngine._explain

    def explain(self: FakeEngine, request: Explain):  # type: ignore[no-untyped-def]
        for update in original(self, request):
            if isinstance(update, Explained):
                yield msgspec.structs.replace(update, evidence=np.zeros_like(update.evidence))

    monkeypatch.setattr(FakeEngine, "_explain", explain)
    assert failed(capsys) == ["fake-judge: a map of why is missing, or the same everywhere."]


def test_it_has_a_text_written_and_a_sentence_weighed(
    engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write_writer(tmp_path / "bundled")
    assert self_test.check(OPTIONS) == 0
    out = capsys.readouterr().out
    assert "fake: the same token by token and all at once within" in out
    assert "fake-writer: 16 tokens, the same twice, and a sentence of 10 tokens weighed" in out


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        (lambda seed, place, calls: len(calls), "the same prompt and seed give another text"),
        (lambda seed, place, calls: place, "another seed gives the same text"),
    ],
)
def test_it_finds_a_writer_whose_texts_do_not_follow_the_seed(
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    drawn: Callable[[int, int, list[int]], int],
    sentence: str,
) -> None:
    fakes.write_writer(tmp_path / "bundled")
    calls: list[int] = []

    def token_of(seed: int, _branch: int, place: int) -> int:
        calls.append(seed)
        return drawn(seed, place, calls) % len(fakes.WORDS)

    monkeypatch.setattr(fakes, "token_of", token_of)
    assert [line for line in failed(capsys) if sentence in line]


def test_it_finds_a_writer_that_loses_words(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.write_writer(tmp_path / "bundled")
    weigh = FakeEngine._weigh

    def shorter(self: FakeEngine, request: Weigh):  # type: ignore[no-untyped-def]
        for update in weigh(self, request):
            yield Weighed(update.pieces[:-1]) if isinstance(update, Weighed) else update

    monkeypatch.setattr(FakeEngine, "_weigh", shorter)
    assert "a sentence that was weighed comes back as another one" in failed(capsys)[0]


def test_it_finds_a_window_that_shows_nothing(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    app = type(sys)("desktop_app.app")
    app.self_test = lambda: "The window showed no tile."  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "desktop_app.app", app)
    monkeypatch.setattr("desktop_app.app", app, raising=False)
    with pytest.raises(self_test.StudioError, match="was opened, but: The window showed no tile"):
        self_test._window()
