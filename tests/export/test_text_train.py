import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from export.__main__ import main  # noqa: E402
from export.checkpoint import read_checkpoint  # noqa: E402
from export.compute import choose_compute  # noqa: E402
from export.errors import ExportError  # noqa: E402
from export.schedule import Clock, trapezoid  # noqa: E402
from export.text_data import TextData  # noqa: E402
from export.text_loss import block_loss, sliding_nats  # noqa: E402
from export.text_train import batch_rows, batch_spans  # noqa: E402

TINY = {"width": 32, "layers": 2, "batch": 4, "part": 2, "context": 16, "dropout": 0.1}
TINY_GPT = {**TINY, "heads": 2, "hidden": 64}
STEP = 4 * 16  # tokens


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text that is easily foretold, prepared as data/shakespeare."""
    root = tmp_path_factory.mktemp("plays")
    (root / "play.txt").write_text("the cat sat on the mat. the dog sat on the log. " * 60)
    sources = [f"play={root / 'play.txt'}", "--characters", "--held-out", "0.1", "--name", "shakespeare"]
    assert main(["data", "text", *sources, "--data", str(root / "data")]) == 0
    return root


def command(root: Path, runs: Path, name: str, *, like: str, tokens: int, extra: tuple = ()) -> list[str]:
    tiny = TINY_GPT if like == "shakespeare-chars" else TINY
    options = [part for key, value in tiny.items() for part in ("--set", f"{key}={json.dumps(value)}")]
    fixed = ["--precision", "fp32", "--device", "cpu", "--report-seconds", "0", "--row", "cpu"]
    places = ["--data", str(root / "data"), "--runs", str(runs)]
    return ["train", name, "--like", like, "--tokens", str(tokens), *options, *fixed, *places, *extra]


def lines(folder: Path) -> list[dict]:
    """stats.jsonl without the minutes."""
    found = [json.loads(line) for line in (folder / "stats.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "minutes"} for line in found]


@pytest.mark.parametrize("like", ["shakespeare-chars", "shakespeare-lstm"])
def test_the_loss_falls_on_what_was_seen_and_on_what_was_kept_back(plays: Path, tmp_path: Path, like: str) -> None:
    assert main(command(plays, tmp_path, "tiny", like=like, tokens=150 * STEP)) == 0
    found = lines(tmp_path / "tiny")
    losses = [line["loss"] for line in found if "loss" in line]
    held = [line["held_out"]["play"] for line in found if "held_out" in line]
    assert losses[-1] < 0.6 * losses[0]
    assert held[-1] < 0.6 * held[0]
    assert len(held) == 25
    assert found[-1]["tokens"] == 150 * STEP


@pytest.mark.parametrize("like", ["shakespeare-chars", "shakespeare-lstm"])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(plays: Path, tmp_path: Path, like: str) -> None:
    assert main(command(plays, tmp_path, "whole", like=like, tokens=60 * STEP)) == 0
    argv = command(plays, tmp_path, "killed", like=like, tokens=60 * STEP, extra=("--save-seconds", "0"))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen([sys.executable, "-m", "export", *argv], env=environment, stdout=subprocess.DEVNULL)
    log = tmp_path / "killed" / "stats.jsonl"
    while child.poll() is None and (not log.exists() or log.read_text().count("\n") < 6):
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it was over before the kill"
    _, progress = read_checkpoint(tmp_path / "killed" / "checkpoint.safetensors")
    assert STEP <= progress["seen"] < 60 * STEP
    assert main([*command(plays, tmp_path, "killed", like=like, tokens=1), "--resume"]) == 0
    assert lines(tmp_path / "killed") == lines(tmp_path / "whole")


def test_dry_run_writes_nothing_and_a_run_is_not_overwritten(
    plays: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    argv = command(plays, tmp_path, "tiny", like="shakespeare-chars", tokens=STEP)
    assert main([*argv, "--dry-run"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert main(argv) == 0
    assert main(argv) == 1
    assert "--resume" in capsys.readouterr().err


def test_minutes_replace_tokens_as_the_budget(plays: Path, tmp_path: Path) -> None:
    argv = command(plays, tmp_path, "tiny", like="shakespeare-chars", tokens=0, extra=("--minutes", "0.005"))
    assert main(argv) == 0
    assert json.loads((tmp_path / "tiny" / "options.json").read_text())["tokens"] == 0


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (("--dataset", "nowhere"), "nowhere"),
        (("--set", "heads=3"), "multiple of 16"),
        (("--set", 'mixture={"verse": 4}'), "play"),
        (("--set", "batch=4000"), "add text"),
    ],
)
def test_bad_options_end_with_a_sentence(
    plays: Path, tmp_path: Path, capsys: pytest.CaptureFixture, extra: tuple, named: str
) -> None:
    assert main(command(plays, tmp_path, "bad", like="shakespeare-chars", tokens=STEP, extra=extra)) == 1
    assert named in capsys.readouterr().err


def test_text_loss_is_printed_for_a_run_and_for_a_text(
    plays: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(command(plays, tmp_path, "tiny", like="shakespeare-chars", tokens=STEP)) == 0
    places = ["--data", str(plays / "data"), "--runs", str(tmp_path), "--device", "cpu"]
    assert main(["text-loss", "tiny", *places]) == 0
    (tmp_path / "other.txt").write_text("the cat sat on the log. " * 4)
    assert main(["text-loss", "tiny", *places, "--file", str(tmp_path / "other.txt")]) == 0
    printed = capsys.readouterr().out
    assert "play: 288 tokens, 288 bytes" in printed
    assert "other.txt: 96 tokens" in printed
    (tmp_path / "other.txt").write_text("ÆØ")
    assert main(["text-loss", "tiny", *places, "--file", str(tmp_path / "other.txt")]) == 1


# -----------------------------------------------------------------------------
# order of the data


def text_data(**sizes: int) -> TextData:
    ends = np.cumsum(list(sizes.values())).tolist()
    spans = dict(zip(sizes, zip([0, *ends[:-1]], ends, strict=True), strict=True))
    return TextData(tokens=np.arange(ends[-1]).astype(np.uint16), spans=spans, sizes={}, about={})


def test_every_epoch_shows_every_window_of_a_kind_once_cut_anew() -> None:
    options = {"mixture": {"a": 2, "b": 1}, "batch": 3, "context": 10, "seed": 0}
    data = text_data(a=115, b=64)
    spans = batch_spans(data, options)
    steps = [batch_rows(data.tokens, spans, step=step, options=options) for step in range(10)]
    for rows in steps:
        assert (rows[:, 1:] - rows[:, :-1] == 1).all()
        assert (rows[:2] < 115).all()
        assert (rows[2] >= 115).all()
    starts = [[int(row[0]) for rows in half for row in rows[:2]] for half in (steps[:5], steps[5:])]
    for epoch in starts:
        assert sorted(epoch) == list(range(min(epoch), min(epoch) + 100, 10))
    assert starts[0] != starts[1]
    assert sorted(starts[0]) != sorted(starts[1])


def test_a_schedule_rises_stays_and_falls() -> None:
    at = [trapezoid(2.0, Clock(f, 0, 100), 0.1, 0.5) for f in (0.0, 0.05, 0.1, 0.4, 0.5, 0.75, 1.0)]
    assert at == pytest.approx([0.0, 1.0, 2.0, 2.0, 2.0, 1.0, 0.0])


# -----------------------------------------------------------------------------
# measuring


class Counter(torch.nn.Module):
    """Foretells each token the worse the shorter its past: it gives nothing away before the third of a window."""

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*tokens.shape, 8)
        logits[:, 2:].scatter_(2, ((tokens[:, 2:] + 1) % 8)[..., None], 100.0)
        return logits


def test_blocks_forget_at_each_start_and_sliding_windows_only_at_the_first() -> None:
    tokens = (np.arange(101) % 8).astype(np.uint16)
    compute = choose_compute("cpu", "fp32")
    lost = 2 * np.log(8)
    assert block_loss(Counter(), tokens, context=10, compute=compute) == pytest.approx(lost / 10, rel=1e-5)
    for length in (101, 97, 8):
        nats, counted = sliding_nats(Counter(), tokens[:length], context=10, compute=compute)
        assert counted == length - 1
        assert nats == pytest.approx(lost, rel=1e-5)


def test_a_text_shorter_than_a_batch_is_named() -> None:
    with pytest.raises(ExportError, match="add text"):
        batch_spans(text_data(a=50), {"mixture": None, "batch": 8, "context": 10})
