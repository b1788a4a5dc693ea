"""The command line with its real engine: processes that are stopped, disks that are full, packages that are broken."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import onnx
import pytest

from desktop_app import cli, paths
from desktop_app.cli import asking
from desktop_app.studio import recipe
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import JobQueue
from tests.tiny_package import slow_decoder_graph, tiny_package, write_manifest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30.0


@pytest.fixture
def models(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    return own_home / "maquette" / "models"


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "desktop_app", *map(str, words)]


def wait_for(question) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def group(leader: int) -> list[int]:
    """Living processes of a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, owner = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(owner) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found


# -- stopped -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)],
    ids=["Ctrl-C", "terminated", "killed"],
)
def test_a_stopped_run_leaves_whole_files_and_no_process(
    models: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    tiny_package(models)
    out = tmp_path / "out"
    words = command("sample", "tiny", "--count", 10**6, "--out", out)
    process = subprocess.Popen(words, cwd=ROOT, text=True, stderr=subprocess.PIPE, start_new_session=True)
    wait_for(lambda: out.is_dir() and len(list(out.glob("*.png"))) > 100)
    # Ctrl-C reaches everything that runs in the terminal, the engine too
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    wait_for(lambda: not group(process.pid))
    files = list(out.glob("*.png"))
    for path in files:
        recipe.read_picture(path)
    if number != signal.SIGKILL:
        assert said == f"Stopped. {len(files):,} of 1,000,000 designs were written.\n"
        assert not list(out.glob(".*")), "unfinished files are left"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_interrupt_reaches_a_running_graph(models: Path, tmp_path: Path) -> None:
    folder = tiny_package(models, "slow")
    onnx.save(slow_decoder_graph(loops=4000, size=900), folder / "decoder.onnx")
    write_manifest(folder)
    words = command("sample", "slow", "--count", 1, "--out", tmp_path / "out")
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for(lambda: len(group(process.pid)) == 2)
    time.sleep(1.5)
    assert process.poll() is None, "the graph is not slow enough to be interrupted"
    os.killpg(process.pid, signal.SIGINT)
    stopped = time.monotonic()
    _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (130, "Stopped. 0 of 1 designs were written.\n")
    assert time.monotonic() - stopped < 5, "it waited for the graph to end"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_the_terminal_of_a_window_does_not_end_its_engine() -> None:
    host = ProcessHost(device="cpu", threads=1)
    jobs = JobQueue(host)
    try:
        asking.describe_device(jobs)
        before = host.pid
        assert before is not None
        os.kill(before, signal.SIGINT)
        time.sleep(0.2)
        asking.describe_device(jobs)
        assert (host.pid, jobs.state.notice) == (before, "")
    finally:
        jobs.shutdown()


# -- disks ---------------------------------------------------------------------------------------------------------


def in_namespace(script: str, *words: object) -> "subprocess.CompletedProcess[str]":
    """Run a shell script where it may mount; skips where the system does not allow that."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not allow namespaces of one's own")
    whole = [unshare, "-rm", "sh", "-ec", script, "sh", *map(str, words)]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_full_disk_is_a_sentence_and_leaves_whole_files(models: Path, tmp_path: Path) -> None:
    tiny_package(models)
    script = """
        mount -t tmpfs -o size=256k none "$1"; out=$1/out; python=$2; shift
        code=0; "$@" || code=$?
        ls -A "$out" | grep -v png$ || true
        "$python" -m desktop_app recheck "$out"/*.png | grep -v identical$ || true
        exit $code
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    done = in_namespace(script, disk, *command("sample", "tiny", "--count", 5000, "--out", disk / "out"))
    assert done.returncode == 1
    assert done.stdout == "", "unfinished files, or files that are not what they should be"
    assert "cannot be written: No space left on device." in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_read_only_folder_is_a_sentence(models: Path, tmp_path: Path) -> None:
    tiny_package(models)
    script = 'mount -t tmpfs -o ro none "$1"; shift; exec "$@"'
    disk = tmp_path / "disk"
    disk.mkdir()
    done = in_namespace(script, disk, *command("sample", "tiny", "--out", disk / "out"))
    assert done.returncode == 1
    assert done.stderr.endswith("cannot be written: Read-only file system.\n")
    assert done.stderr.count("\n") == 1


# -- packages ------------------------------------------------------------------------------------------------------


def test_verify_reproduces_what_is_whole_and_names_what_is_not(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_package(models, "whole")
    broken = tiny_package(models, "broken") / "decoder.onnx"
    broken.write_bytes(broken.read_bytes()[:-40])
    assert cli.main(["models", "verify", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [v["name"] for v in report["verified"]] == ["whole"]
    assert report["verified"][0]["max_error"] <= report["verified"][0]["tolerance"]
    assert [p["fault"] for p in report["problems"]] == ["truncated"]


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_import_brings_a_package_in_once(
    models: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tiny_package(tmp_path)
    if kind == "zip":
        source = Path(shutil.make_archive(str(tmp_path / "archive"), "zip", tmp_path, "tiny"))
    assert cli.main(["models", "import", str(source)]) == 0
    assert f"“Tiny” is now in {models / 'tiny'}. Licence: CC0-1.0." in capsys.readouterr().out
    assert cli.main(["models", "import", str(source)]) == 1
    assert "There is a package “tiny” already. It is the same one." in capsys.readouterr().err


def test_a_package_that_lies_about_its_golden_example_is_not_imported(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tiny_package(tmp_path)
    other = onnx.load(source / "decoder.onnx")
    other.graph.initializer[0].CopyFrom(
        onnx.numpy_helper.from_array(2 * _first(other), other.graph.initializer[0].name)
    )
    onnx.save(other, source / "decoder.onnx")
    write_manifest(source)
    assert cli.main(["models", "import", str(source)]) == 1
    assert "does not give its golden example again" in capsys.readouterr().err
    assert list(models.iterdir()) == []


def _first(model: onnx.ModelProto):  # type: ignore[no-untyped-def]
    return onnx.numpy_helper.to_array(model.graph.initializer[0])


# -- end to end ----------------------------------------------------------------------------------------------------


def bundled() -> list[str]:
    """Those that draw."""
    manifests = sorted(paths.bundled_models().glob("*/manifest.json"))
    return [path.parent.name for path in manifests if "sample" in json.loads(path.read_bytes())["abilities"]]


@pytest.mark.skipif(not bundled(), reason="no model is bundled yet")
@pytest.mark.parametrize("name", bundled())
def test_a_bundled_model_makes_its_pictures_again(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sample", name, "--count", "12", "--device", "cpu", "--truncation", "0.8", "--out", str(tmp_path)]
    assert cli.main([*words, "--threads", "2"]) == 0
    files = sorted(map(str, tmp_path.iterdir()))
    capsys.readouterr()
    assert cli.main(["recheck", "--device", "cpu", "--threads", "1", *files]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{file}: identical" for file in files]
