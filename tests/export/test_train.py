import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")

from export import train as train_module
from export.__main__ import main
from export.checkpoint import read_checkpoint
from export.errors import ExportError
from export.presets import PRESETS, preset_options
from tests.export.synthetic import stats, train, train_command


@pytest.mark.parametrize("like", ["digits-gan", "fashion-gan", "digits-dcgan", "digits-classifier", "digits-map"])
def test_a_tiny_run_of_each_family_leaves_a_whole_folder(root: Path, like: str) -> None:
    train(root, "tiny", like=like)
    names = {path.name for path in (root / "runs" / "tiny").iterdir()}
    sheet = set() if "classifier" in like else {"sheet.png"}
    assert names == {"options.json", "stats.jsonl", "checkpoint.safetensors"} | sheet
    assert [line["images"] for line in stats(root, "tiny")] == [16, 32, 48, 64]


def test_a_classifier_learns_the_shapes(root: Path) -> None:
    train(root, "judge", like="digits-classifier", images=1600)
    assert sum(line["accuracy"] for line in stats(root, "judge")[-5:]) / 5 > 0.9


@pytest.mark.parametrize("like", ["digits-gan", "digits-vae"])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(root: Path, like: str) -> None:
    images = 16 * 40
    train(root, "whole", like=like, images=images)
    command = [
        sys.executable,
        "-m",
        "export",
        *train_command(root, "killed", like=like, images=images, extra=("--save-seconds", "0")),
    ]
    child = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL)
    log = root / "runs" / "killed" / "stats.jsonl"
    while child.poll() is None and (not log.exists() or log.read_text().count("\n") < 6):
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it was over before the kill"

    tensors, progress = read_checkpoint(root / "runs" / "killed" / "checkpoint.safetensors")
    assert 16 <= progress["seen"] < images
    assert "rng/cpu" in tensors
    resume = ["train", "killed", "--resume", "--precision", "fp32", "--device", "cpu", "--report-seconds", "0"]
    assert main([*resume, "--data", str(root / "data"), "--runs", str(root / "runs")]) == 0
    assert stats(root, "killed") == stats(root, "whole")


def test_dry_run_says_what_it_would_do_and_writes_nothing(root: Path, capsys: pytest.CaptureFixture) -> None:
    train(root, "dry", extra=("--dry-run",))
    assert not (root / "runs").exists()
    assert '"batch": 16' in capsys.readouterr().out


def test_a_run_is_not_overwritten_by_accident(root: Path, capsys: pytest.CaptureFixture) -> None:
    train(root, "tiny", images=16)
    assert main(train_command(root, "tiny", images=16)) == 1
    assert "--resume" in capsys.readouterr().err
    train(root, "tiny", images=16, extra=("--force",))


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (("--set", "bach=3"), "bach"),
        (("--set", "batch=three"), "three"),
        (("--dataset", "nowhere"), "nowhere"),
        (("--set", "batch=1000"), "1000"),
        (("--images", "0", "--minutes", "0"), "budget"),
    ],
)
def test_bad_options_end_with_a_sentence(root: Path, capsys: pytest.CaptureFixture, extra: tuple, named: str) -> None:
    assert main(train_command(root, "bad", extra=extra)) == 1
    assert named in capsys.readouterr().err


def test_the_presets_have_a_row_for_each_kind_of_machine() -> None:
    assert {frozenset(rows) for rows in PRESETS.values()} == {frozenset({"cpu", "gpu"})}
    with pytest.raises(ExportError, match="digits-gan"):
        preset_options("digit-gan", row="cpu")


def test_every_epoch_shows_every_picture_once_in_an_order_of_its_own() -> None:
    epochs = [
        [i for step in range(5) for i in train_module.batch_indices(20, batch=4, seen=20 * e + 4 * step, seed=3)]
        for e in range(2)
    ]
    assert [sorted(epoch) for epoch in epochs] == [list(range(20))] * 2
    assert epochs[0] != epochs[1]


def test_ctrl_c_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with train_module.stop_on_signal() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop == [signal.SIGINT]
    assert signal.getsignal(signal.SIGINT) is before
