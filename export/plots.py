"""Plots as SVG that takes its colours from the page: the classes are those of report.css, light and dark alike."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from export.markup import Child, Markup, tag

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 280, 178  # px, of a small plot; the page scales it
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 36
LOG_RATIO = 30  # a range wider than this is drawn on a logarithmic axis
CHARACTER = 6.2  # px, about, of an axis' label
NAME_CHARACTER, NAME_HEIGHT = 7.5, 15  # px, of a name within a plot


@dataclasses.dataclass(frozen=True)
class Axis:
    """Values to pixels along one side."""

    low: float
    high: float
    start: float  # px, where `low` lies
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        low, high, value = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def ticks(self, count: int = 4) -> list[float]:
        return _log_ticks(self.low, self.high, count) if self.log else _ticks(self.low, self.high, count)


def axis_over(values: Sequence[float], start: float, end: float, *, zero: bool = False) -> Axis:
    """An axis with room for all finite values; `zero` keeps it linear and includes 0."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if not zero and low > 0 and high / low > LOG_RATIO:
        return Axis(low / 1.3, high * 1.3, start, end, log=True)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return Axis(low if zero and low == 0 else low - room, high + room, start, end)


def _ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers between, 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float, count: int) -> list[float]:
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    return [10.0**n for n in powers][:: max(1, -(-len(powers) // (count + 1)))]


def short(value: float) -> str:
    """A label of an axis: 0.05, 20, 3k, 1.2M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.4g}" if value == 0 or abs(value) >= 1e-3 else f"{value:.0e}".replace("e-0", "e-")


# -----------------------------------------------------------------------------
# marks


def line(points: Points, x: Axis, y: Axis, *, kind: str) -> Markup:
    """A line through the points that are in the frame; kind: a class of the page."""
    path = " ".join(f"{x.at(a):.1f},{y.at(b):.1f}" for a, b in points if x.holds(a) and y.holds(b))
    return tag("polyline", points=path, class_=kind)


def dots(points: np.ndarray, x: Axis, y: Axis, *, kind: str) -> Markup:
    """(n, 2) as one path of strokes without length, which round caps make dots."""
    inside = [(x.at(a), y.at(b)) for a, b in points if x.holds(a) and y.holds(b)]
    return tag("path", d="".join(f"M{a:.0f} {b:.0f}h0" for a, b in inside), class_=kind)


def dot(x: float, y: float, *, kind: str, radius: float = 3.0) -> Markup:
    return tag("circle", cx=x, cy=y, r=radius, class_=kind)


def rule(x1: float, y1: float, x2: float, y2: float, *, kind: str) -> Markup:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def words(x: float, y: float, text: str, *, anchor: str = "middle", kind: str = "label") -> Markup:
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=kind)


# -----------------------------------------------------------------------------
# frames


def svg(*children: Child, alt: str, width: int = WIDTH, height: int = HEIGHT) -> Markup:
    return tag("svg", *children, role="img", aria_label=alt, viewBox=f"0 0 {width} {height}", class_="plot")


def frame(x: Axis, y: Axis, *, below: str, x_ticks: Sequence[tuple[float, str]] | None = None) -> list[Markup]:
    """Grid, labels of both axes and what stands below them."""
    parts = []
    for value in y.ticks():
        parts += [rule(x.start, y.at(value), x.end, y.at(value), kind="grid")]
        parts += [words(x.start - 7, y.at(value) + 4, short(value), anchor="end")]
    parts.append(rule(x.start, y.start, x.end, y.start, kind="axis"))
    for value, text in x_ticks if x_ticks is not None else [(v, short(v)) for v in x.ticks()]:
        parts += [rule(x.at(value), y.start, x.at(value), y.start + 4, kind="axis")]
        parts += [words(x.at(value), y.start + 16, text)]
    parts.append(words((x.start + x.end) / 2, y.start + 31, below, kind="label soft"))
    return parts


def sides(width: int = WIDTH, height: int = HEIGHT) -> tuple[tuple[float, float], tuple[float, float]]:
    """(start, end) of the axis across and of the axis up, in pixels."""
    return (LEFT, width - RIGHT), (height - BOTTOM, TOP)


def thinned_ticks(x: Axis, pairs: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those whose labels do not touch the one before; the first always stays."""
    kept: list[tuple[float, str]] = []
    edge = -math.inf
    for value, text in sorted(pairs, key=lambda pair: x.at(pair[0])):
        half = len(text) * CHARACTER / 2 + 2
        if x.at(value) - half >= edge:
            kept.append((value, text))
            edge = x.at(value) + half
    return kept


# -----------------------------------------------------------------------------
# plots


def ladder(
    amounts: Sequence[float],
    values: Sequence[float],
    *,
    value: float,
    reached: float | None,
    unit: str,
    alt: str,
) -> Markup:
    """A figure of real pictures against the amount of damage, the model's value across, and where the two meet."""
    across, up = sides()
    x, y = axis_over(amounts, *across, zero=True), axis_over([*values, value], *up)
    parts = frame(x, y, below=unit, x_ticks=thinned_ticks(x, [(a, short(a)) for a in amounts]))
    points = list(zip(amounts, values, strict=True))
    parts += [line(points, x, y, kind="real"), *(dot(x.at(a), y.at(v), kind="real-dot") for a, v in points)]
    if math.isfinite(value):
        parts.append(rule(x.start, y.at(value), x.end, y.at(value), kind="model"))
    if reached is not None and math.isfinite(reached) and math.isfinite(value):
        parts += [rule(x.at(reached), y.at(value), x.at(reached), y.start, kind="drop")]
        parts += [dot(x.at(reached), y.at(value), kind="model-dot", radius=4.5)]
    return svg(*parts, alt=alt)


def curve(images: Sequence[float], values: Sequence[float], *, alt: str, counted: str = "pictures") -> Markup:
    """One quantity of a training against the pictures or tokens seen. Its first values may lie outside."""
    across, up = sides()
    x = axis_over(images, *across, zero=True)
    settled = [value for value in values if math.isfinite(value)][len(values) // 50 :]
    y = axis_over(settled, *up)
    parts = frame(x, y, below=f"training {counted} seen", x_ticks=thinned_ticks(x, [(v, short(v)) for v in x.ticks()]))
    return svg(*parts, line(list(zip(images, values, strict=True)), x, y, kind="model"), alt=alt)


def extrapolation(counts: Sequence[int], values: Sequence[float], *, limit: float, alt: str) -> Markup:
    """A figure over 1/N, and the line through its values to N without end at the left edge."""
    across, up = sides()
    places = [1 / count for count in counts]
    x, y = axis_over(places, *across, zero=True), axis_over([*values, limit], *up)
    ticks = [(0.0, "∞"), *zip(places, map(short, counts), strict=True)]
    points = list(zip(places, values, strict=True))
    slope, start = np.polyfit(places, values, 1) if len(points) > 1 else (0.0, limit)
    parts = frame(x, y, below="number of samples, spaced by 1/N", x_ticks=thinned_ticks(x, ticks))
    parts.append(line([(0.0, float(start)), (max(places), float(start + slope * max(places)))], x, y, kind="real thin"))
    parts += [dot(x.at(a), y.at(v), kind="real-dot") for a, v in points]
    return svg(*parts, dot(x.at(0), y.at(limit), kind="model-dot", radius=4.5), alt=alt)


def reliability(bins: np.ndarray, *, alt: str) -> Markup:
    """(n, 3) confidence, accuracy and share of the pictures: how far each bin is from the diagonal, shares as area."""
    width, height = 360, 300
    across, up = sides(width, height)
    x, y = Axis(0, 1, *across), Axis(0, 1, *up)
    filled = bins[bins[:, 2] > 0]
    parts = frame(x, y, below="confidence of the answer")
    parts.append(rule(x.at(0), y.at(0), x.at(1), y.at(1), kind="real thin"))
    parts += [rule(x.at(a), y.at(a), x.at(a), y.at(b), kind="drop") for a, b in filled[:, :2].tolist()]
    parts += [
        dot(x.at(float(a)), y.at(float(b)), kind="model-dot", radius=2.5 + 9 * math.sqrt(float(share)))
        for a, b, share in filled
    ]
    return svg(*parts, alt=alt, width=width, height=height)


def scatter(
    layers: Sequence[tuple[np.ndarray, str]], *, names: Sequence[tuple[float, float, str]], extent: np.ndarray, alt: str
) -> Markup:
    """Layers of points (n, 2), each with its class of the page, and names at places; extent: (2, 2) low and high."""
    width, height = 400, 360
    x = Axis(float(extent[0, 0]), float(extent[1, 0]), 6, width - 6)
    y = Axis(float(extent[0, 1]), float(extent[1, 1]), height - 6, 6)
    parts: list[Markup] = [dots(points, x, y, kind=kind) for points, kind in layers]
    placed = apart([(x.at(a), y.at(b) + 5, name) for a, b, name in names])
    parts += [words(a, b, name, kind="label name") for a, b, name in placed]
    return svg(*parts, alt=alt, width=width, height=height)


def apart(names: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Names at places in pixels, moved down where they would lie on one above them."""
    placed: list[tuple[float, float, str]] = []
    for x, y, name in sorted(names, key=lambda place: place[1]):
        for other_x, other_y, other in placed:
            near = abs(x - other_x) < (len(name) + len(other)) * NAME_CHARACTER / 2 + 4
            if near and y < other_y + NAME_HEIGHT:
                y = other_y + NAME_HEIGHT
        placed.append((x, y, name))
    return placed
