"""How far a long command is: shares of its parts, and the time that is left."""

import pytest

from export import progress
from export.progress import EVERY_S, Progress


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_the_time_left_follows_from_the_shares_of_the_parts(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    told = Progress("thing", {"short": 1.0, "long": 3.0})
    told.begin("short")
    clock.now = 10
    told.tell(1, 2)
    assert capsys.readouterr().err == "thing: short, 12%, 70 s left\n"
    told.begin("long")
    clock.now = 20
    told.tell(1, 3)
    assert capsys.readouterr().err == "thing: long, 50%, 20 s left\n"


def test_it_speaks_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    told = Progress("thing", {"part": 1.0})
    told.begin("part")
    for done in range(100):
        clock.now += EVERY_S / 10
        told.tell(done, 100)
    assert 8 <= len(capsys.readouterr().err.splitlines()) <= 10


def test_what_is_kept_costs_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    told = Progress("thing", {"kept": 9.0, "half": 2.0, "new": 3.0})
    told.shorten("kept", 1.0)
    told.shorten("half", 0.5)
    for part in ("kept", "half", "new"):
        told.begin(part)
    clock.now = 10
    told.tell(1, 3)
    assert capsys.readouterr().err == "thing: new, 50%, 10 s left\n"
