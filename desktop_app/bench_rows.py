"""A line of `maquette bench`: a figure beside what is expected of it."""

from collections.abc import Sequence
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
