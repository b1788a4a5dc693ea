"""The benchmark of language models measures what it says; how fast anything is, no test asks."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app import bench, bench_write, cli
from desktop_app.bench_write import BRANCHES
from desktop_app.cli import asking
from desktop_app.engine.text_requests import Complete
from tests.fakes import FakeEngine, FakeHost, write_package, write_writer


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(cheap=True)


@pytest.fixture
def models(own_home: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for fake packages on a fake engine; turns take no time."""
    monkeypatch.setattr("desktop_app.paths.bundled_models", lambda: own_home / "nothing bundled")
    monkeypatch.setattr(asking, "ProcessHost", lambda **_: FakeHost(engine))
    monkeypatch.setattr(bench, "TURN_S", 0.0)
    monkeypatch.setattr(bench, "_spec", lambda _: None)
    monkeypatch.setattr(bench_write, "FIRSTS", 2)
    return own_home / "maquette" / "models"


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    assert cli.main(["bench", "--json", "--only", "write", "--rounds", "2", *words]) == 0
    return {row["what"]: row for row in json.loads(capsys.readouterr().out)["rows"]}


def test_every_writer_has_its_rows(models: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    write_package(models)
    write_writer(models)
    found = rows(capsys)
    read, written, first, batch, _ = found.values()
    assert list(found)[:2] == ["fake-writer: 2 threads, prompts read", "fake-writer: 2 threads, tokens written"]
    for row in (read, written):
        assert "PyTorch is not installed here; xllamacpp (llama.cpp) is not installed here" in row["reached"]
        assert (row["met"], len(row["figures"]["per_second"])) == (None, 2)
    assert [len(first["figures"][name]) for name in ("fresh_ms", "appended_ms")] == [2, 2]
    assert len(batch["figures"]["batch_per_second"]) == 2
    asked = [request for request in engine.served if isinstance(request, Complete)]
    assert [r.count for r in asked if r.seed or r.count > 1] == [1] * (BRANCHES - 1) + [BRANCHES] + [1] * (
        BRANCHES - 1
    ) + [BRANCHES]


def test_no_prompt_is_asked_for_twice_but_for_what_is_appended(
    models: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    write_writer(models)
    rows(capsys, "--package", "fake-writer")
    prompts = [request.prompt for request in engine.served if isinstance(request, Complete) and request.tokens == 1]
    longer = [prompt for prompt in prompts if prompt.endswith(bench_write.TEN_MORE)]
    assert len(longer) == 2
    assert len(bench_write.TEN_MORE.split()) == 10
    assert all(prompt.removesuffix(bench_write.TEN_MORE) in prompts for prompt in longer)
    assert len({prompt.split()[0] for prompt in prompts}) == len(prompts) - 2


def test_a_long_prompt_fits_a_short_context(models: Path, engine: FakeEngine) -> None:
    package = write_writer(models, context=100)
    with asking.engine() as jobs:
        assert bench_write.prompt_size(jobs, package) == 75  # a word is a token of the fake engine


def rival(name: str, rates: list[float], turns: list[str]) -> argparse.Namespace:
    def turn(_: float, word: str) -> list[float]:
        turns.append(f"{name} {word}")
        return rates

    return argparse.Namespace(turn=turn, hello={"threads": 2}, absence=f"no {name}")


@pytest.mark.parametrize(("llama", "met"), [([200.0], True), ([400.0], False), ([], True)])
def test_rivals_take_turns_and_all_must_be_beaten(llama: list[float], met: bool) -> None:
    turns: list[str] = []

    def ours(_: float) -> float:
        turns.append("ours")
        return 300.0

    rivals = {"PyTorch eager": rival("torch", [100.0], turns), "llama.cpp": rival("llama", llama, turns)}
    row = bench_write.in_turns("x", "read", ours, package="p", rivals=rivals, rounds=2, turn_s=1.0)
    assert turns == ["ours", *["ours", "torch read", "llama read"] * 2]
    assert row.met == met
    assert row.reached.startswith("300 tokens/s; PyTorch eager 100 (3.00 times as many); ")
    assert row.reached.endswith(
        f"llama.cpp {llama[0]:,.0f} ({300 / llama[0]:.2f} times as many)" if llama else "no llama"
    )


def test_there_must_be_a_model_that_writes(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_package(models)
    assert cli.main(["bench", "--only", "write"]) != 0
    assert "no model that writes" in capsys.readouterr().err
