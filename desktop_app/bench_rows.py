"""A line of `maquette bench`: a figure beside what is expected of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Row:
    what: str
    expected: str
    reached: str
    met: bool | None  # None where nothing is expected or nothing could be compared
    figures: dict[str, Any]


def milliseconds(values: Sequence[float]) -> str:
    return f"{median(values):.1f} ms (95 % below {percentile_95(values):.1f})"


def percentile_95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def in_turns(
    what: str,
    unit: str,
    ours_for: Callable[[float], float],
    rival: Any,
    *,
    rounds: int,
    turn_s: float,
    word: str = "",
    **about: object,
) -> Row:
    """How much the program does in a second, and PyTorch in turns with it, after a quarter of a turn to warm up.

    ours_for: seconds -> how much in a second. word: what the rival is asked for. about: more for the figures.
    """
    ours, theirs = list[float](), list[float]()
    ours_for(turn_s / 4)
    for _ in range(rounds):
        ours.append(ours_for(turn_s))
        theirs += rival.turn(turn_s, word)
    reached = f"{median(ours):,.0f} {unit}/s"
    if theirs:
        reached += f"; PyTorch eager {median(theirs):,.0f} ({median(ours) / median(theirs):.2f} times as many)"
    else:
        reached += f"; {rival.absence}"
    figures = {**about, "per_second": ours, "pytorch_per_second": theirs, "pytorch": rival.hello}
    return Row(what, "ahead of PyTorch", reached, median(ours) > median(theirs) if theirs else None, figures)
