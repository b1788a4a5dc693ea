"""`maquette dataset` on a fake engine, and stopped, with its real one."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop_app import cli
from desktop_app.engine.errors import DeviceError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Sample
from desktop_app.studio import dataset_idx
from desktop_app.studio.recipe import read_picture
from tests.fakes import FakeEngine, picture, write_package, write_restorer
from tests.test_cli_processes import PATIENCE_S, ROOT, command, group, in_namespace, wait_for
from tests.tiny_package import tiny_package

Maquette = Callable[..., int]


@pytest.fixture
def maquette(package: Package, engine: FakeEngine) -> Maquette:
    return lambda *words: cli.main(["dataset", *(str(word) for word in words)])


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def drawn(engine: FakeEngine) -> list[int]:
    return [d.index for request in engine.served if isinstance(request, Sample) for d in request.designs]


def read_idx(path: Path) -> np.ndarray:
    content = path.read_bytes()
    sides = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i]) for i in range(content[3])]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(sides)).reshape(sides)


# -- what is written -----------------------------------------------------------------------------------------------


def test_a_folder_for_each_class_and_a_sum_for_each_picture(
    maquette: Maquette, package: Package, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert maquette("fake-digits", "--count", 23, "--seed", 5, "--out", out) == 0
    files = tree(out)
    pictures = [name for name in files if name.endswith(".png")]
    assert len(pictures) == 23
    assert f"{3}/5-0000013.png" in pictures
    sums = {line[66:]: line[:64] for line in files["SHA256SUMS"].decode().splitlines()}
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in pictures}
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"] == {"SHA256SUMS": hashlib.sha256(files["SHA256SUMS"]).hexdigest()}
    assert (manifest["package_sha256"], manifest["licence"]) == (package.sha256, "CC0-1.0")
    assert [c["count"] for c in manifest["classes"]] == [3] * 3 + [2] * 7
    assert sorted(files) == sorted([*pictures, "SHA256SUMS", "manifest.json"])


def test_idx_files_hold_the_same_pictures_and_their_labels(maquette: Maquette, tmp_path: Path) -> None:
    words = ["fake-digits", "--count", 7, "--classes", "4, 8,4", "--truncation", "0.5", "--format", "idx"]
    assert maquette(*words, "--out", tmp_path / "out") == 0
    labels = [4, 8, 4, 8, 4, 8, 4]
    assert read_idx(tmp_path / "out" / "labels-idx1-ubyte").tolist() == labels
    wanted = [picture(Design(0, i, label, 0.5))[..., 0] for i, label in enumerate(labels)]
    assert np.array_equal(read_idx(tmp_path / "out" / "images-idx3-ubyte"), np.stack(wanted))
    assert sorted(tree(tmp_path / "out")) == ["images-idx3-ubyte", "labels-idx1-ubyte", "manifest.json"]


def test_without_classes_it_says_so(
    maquette: Maquette, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(models, "fake-plain", title="Plain", classes=())
    assert maquette("fake-plain", "--count", 2, "--out", tmp_path / "out") == 0
    assert "“Plain” has no classes, so the pictures carry no labels.\n" in capsys.readouterr().out
    assert "samples/0-0000001.png" in tree(tmp_path / "out")


# -- stopped and split ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["folder", "idx"])
def test_shards_in_any_order_are_one_whole_run_to_the_byte(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, layout: str
) -> None:
    words = ["fake-digits", "--count", 50, "--format", layout, "--out"]
    assert maquette(*words, tmp_path / "whole") == 0
    for number in (3, 1, 2):
        assert maquette(*words, tmp_path / "parts", "--shard", f"{number}/3") == 0
    assert "manifest.json" not in tree(tmp_path / "parts")
    engine.served.clear()
    assert maquette(*words, tmp_path / "parts") == 0
    assert drawn(engine) == []
    assert tree(tmp_path / "parts") == tree(tmp_path / "whole")


@pytest.mark.parametrize("layout", ["folder", "idx"])
def test_the_same_command_draws_what_is_missing_and_nothing_twice(
    maquette: Maquette,
    engine: FakeEngine,
    tmp_path: Path,
    layout: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(dataset_idx, "PART", 16)
    words = ["fake-digits", "--count", 100, "--format", layout, "--out"]
    assert maquette(*words, tmp_path / "whole") == 0
    whole = tree(tmp_path / "whole")
    assert maquette(*words, tmp_path / "out", "--shard", "2/4") == 0
    engine.served.clear()
    assert maquette(*words, tmp_path / "out") == 0
    assert drawn(engine) == [*range(25), *range(50, 100)]
    assert "25 were there already and were left as they are.\n" in capsys.readouterr().out
    assert tree(tmp_path / "out") == whole
    engine.served.clear()
    assert maquette(*words, tmp_path / "out", "--json") == 0
    assert drawn(engine) == []
    report = json.loads(capsys.readouterr().out)
    assert (report["drawn"], report["kept"], report["whole"]) == (0, 100, True)
    assert tree(tmp_path / "out") == whole


@pytest.mark.parametrize("layout", ["folder", "idx"])
def test_an_engine_that_fails_leaves_what_goes_on(
    maquette: Maquette,
    engine: FakeEngine,
    tmp_path: Path,
    layout: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["fake-digits", "--count", 5, "--format", layout, "--out", tmp_path / "out"]
    broken = DeviceError("The model answered with numbers that are none (NaN).")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "_draw", lambda *_: (_ for _ in ()).throw(broken))
        assert maquette(*words) == 1
    assert capsys.readouterr().err == f"{broken.message}\n"
    assert maquette(*words) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("layout", "number", "code"),
    [("folder", signal.SIGINT, 130), ("folder", signal.SIGKILL, -9), ("idx", signal.SIGKILL, -9)],
    ids=["folder, Ctrl-C", "folder, killed", "idx, killed"],
)
def test_a_killed_run_goes_on_to_the_same_bytes(
    models: Path,
    tmp_path: Path,
    layout: str,
    number: signal.Signals,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tiny_package(models)
    out, whole = tmp_path / "out", tmp_path / "whole"
    count = {"folder": 1000, "idx": 4000}[layout]  # of idx the first thousand must be there before it is killed
    words = command("dataset", "tiny", "--count", count, "--format", layout, "--threads", 1)
    process = subprocess.Popen(
        [*words, "--out", str(out)], cwd=ROOT, text=True, stderr=subprocess.PIPE, start_new_session=True
    )
    wait_for(lambda: any(out.glob("class 0/*1.png")) or any(out.glob("parts/[0-9]*")))
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    wait_for(lambda: not group(process.pid))
    there = tree(out)
    assert "unfinished.json" in there
    assert "manifest.json" not in there
    if number == signal.SIGINT:
        assert said.endswith(f"of {count:,} pictures are there; the same command goes on from here.\n")
        assert not [name for name in there if name.endswith(".part")]
    rest = [str(word) for word in words[3:]]
    assert cli.main([*rest, "--out", str(out), "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["kept"] < count
    assert cli.main([*rest, "--out", str(whole)]) == 0
    assert tree(out) == tree(whole)


# -- what cannot be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fake-denoise"], "“Fake cleaning” is not a generator, so it cannot be sampled."),
        (["fake-plain", "--classes", "0,1"], "“Plain” has no class “0”. It has: no classes at all."),
        (
            ["fake-digits", "--classes", "1,ten"],
            "“Fake digits” has no class “ten”. It has: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.",
        ),
        (["no-such"], "There is no package “no-such”. There are: fake-denoise, fake-digits, fake-plain."),
    ],
    ids=["a restorer", "no classes", "no such class", "no package"],
)
def test_what_is_asked_wrongly_is_a_sentence_and_no_folder(
    maquette: Maquette, models: Path, tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_restorer(models)
    write_package(models, "fake-plain", title="Plain", classes=())
    assert maquette(*words, "--count", 5, "--out", tmp_path / "out") == 1
    assert capsys.readouterr().err == f"{said}\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [["--count", "0"], ["--count", "5", "--shard", "0/2"], ["--count", "5", "--shard", "3/2"], ["--shard", "1/2"]],
    ids=" ".join,
)
def test_misuse_exits_2(maquette: Maquette, tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        maquette("fake-digits", "--out", tmp_path, *words)
    assert end.value.code == 2


def test_a_folder_of_something_else_stays_as_it_is(
    maquette: Maquette, engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("once")
    assert maquette("fake-digits", "--count", 5, "--out", tmp_path) == 1
    assert capsys.readouterr().err == f"“{tmp_path}” holds other files. Choose an empty folder for the data set.\n"
    assert (list(tree(tmp_path)), engine.served) == (["thesis.txt"], [])


@pytest.mark.parametrize("layout", ["folder", "idx"])
def test_a_full_disk_is_a_sentence(models: Path, tmp_path: Path, layout: str) -> None:
    tiny_package(models)
    script = (
        'mount -t tmpfs -o size=128k none "$1"; out=$1/out; shift; code=0; "$@" || code=$?; ls -A "$out"; exit $code'
    )
    disk = tmp_path / "disk"
    disk.mkdir()
    words = command("dataset", "tiny", "--count", 5000, "--format", layout, "--out", disk / "out")
    done = in_namespace(script, disk, *words)
    assert done.returncode == 1
    assert "unfinished.json" in done.stdout
    assert done.stderr.endswith("cannot be written: No space left on device.\n")
    assert done.stderr.count("\n") == 1


def test_the_pictures_carry_no_recipe(maquette: Maquette, tmp_path: Path) -> None:
    assert maquette("fake-digits", "--count", 1, "--out", tmp_path / "out") == 0
    with pytest.raises(Exception, match="holds no recipe"):
        read_picture(tmp_path / "out" / "0" / "0-0000000.png")
