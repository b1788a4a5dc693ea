"""Paths of lines, circular arcs and cubic curves, and how they are written as SVG.

Coordinates are rounded to whole steps (`Outline.decimals`) before differences are taken, so relative commands add up to
exactly the places that were meant.
"""

import cmath
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    end: Point


@dataclass(frozen=True)
class Arc:
    """A part of a circle. large: more than half of it; clockwise: on the screen."""

    radius: float
    large: bool
    clockwise: bool
    end: Point


@dataclass(frozen=True)
class Cubic:
    """A cubic Bézier curve with its two control points."""

    first: Point
    second: Point
    end: Point


Segment = Line | Arc | Cubic


@dataclass(frozen=True)
class Path:
    """A closed path: the last segment ends where the first starts."""

    start: Point
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Outline:
    """Ink as closed paths: outer ones clockwise on the screen, holes the other way round; view-box units."""

    width: float
    height: float
    paths: tuple[Path, ...]

    @property
    def decimals(self) -> int:
        """Of written coordinates, so that a step is at most a 1,600th of the view box."""
        return max(0, math.ceil(math.log10(1600 / max(self.width, self.height))))


def places_along(path: Path, count: int = 12) -> npt.NDArray[np.float64]:
    """(n, 2): points along a path, `count` a curve."""
    shares = np.arange(1, count + 1) / count
    start, places = complex(*path.start), [np.array([complex(*path.start)])]
    for segment in path.segments:
        end = complex(*segment.end)
        if isinstance(segment, Cubic):
            one, two, rest = complex(*segment.first), complex(*segment.second), 1 - shares
            places.append(rest**3 * start + 3 * rest * shares * (rest * one + shares * two) + shares**3 * end)
        elif isinstance(segment, Arc) and start != end:
            centre, turned = arc_circle(segment, start)
            places.append(centre + (start - centre) * np.exp(1j * turned * shares))
        else:
            places.append(np.array([end]))
        start = end
    whole = np.concatenate(places)
    return np.stack([whole.real, whole.imag], 1)


def arc_circle(arc: Arc, start: complex) -> tuple[complex, float]:
    """The centre of an arc that does not end where it starts, and the angle it turns by: positive for clockwise."""
    end = complex(*arc.end)
    half = (end - start) / 2
    inner = math.sqrt(max(arc.radius**2 - abs(half) ** 2, 0.0))
    centre = (start + end) / 2 + inner * (1j if arc.clockwise != arc.large else -1j) * half / abs(half)
    swept = cmath.phase((end - centre) / (start - centre)) % (2 * math.pi)
    return centre, swept if arc.clockwise else swept - 2 * math.pi


def svg_path(outline: Outline) -> str:
    """The `d` of an SVG path: relative commands, no redundant signs."""
    return "".join(_path(path, outline.decimals) for path in outline.paths)


def _path(path: Path, decimals: int) -> str:
    scale = 10**decimals
    meant = path.start
    here = _steps(meant, scale)
    written = [_Command("M", [_number(value, decimals) for value in here])]
    for segment in path.segments:
        end = _steps(segment.end, scale)
        written += _segment(segment, meant, here, end, decimals)
        meant, here = segment.end, end
    if written[-1].letter in "lhv":
        written.pop()  # closing draws it
    return _joined(written) + "z" if len(written) > 1 else ""


@dataclass(frozen=True)
class _Command:
    letter: str
    numbers: list[str]


def _segment(
    segment: Segment, meant: Point, here: tuple[int, int], end: tuple[int, int], decimals: int
) -> list[_Command]:
    """The command that draws a segment; none where it has no length. meant: where it starts before rounding."""

    def step(to: tuple[int, int]) -> list[str]:
        return [_number(to[0] - here[0], decimals), _number(to[1] - here[1], decimals)]

    if isinstance(segment, Cubic):
        scale = 10**decimals
        controls = [_steps(segment.first, scale), _steps(segment.second, scale)]
        return [_Command("c", [number for to in (*controls, end) for number in step(to)])]
    if here == end:
        return []
    if isinstance(segment, Arc):
        radius = _radius(_height(segment, meant) * 10**decimals, math.dist(here, end), decimals)
        flags = [str(int(segment.large)), str(int(segment.clockwise))]
        return [_Command("a", [radius, radius, "0", *flags, *step(end)])]
    if here[1] == end[1]:
        return [_Command("h", step(end)[:1])]
    if here[0] == end[0]:
        return [_Command("v", step(end)[1:])]
    return [_Command("l", step(end))]


def _height(arc: Arc, start: Point) -> float:
    """How far the middle of an arc is from its chord."""
    half = math.dist(start, arc.end) / 2
    inner = math.sqrt(max(arc.radius**2 - half**2, 0.0))
    return arc.radius + inner if arc.large else arc.radius - inner


def _radius(height: float, chord: float, decimals: int) -> str:
    """The shortest radius with which an arc over a chord has this height; both in steps.

    Near a half circle a small change of the radius moves the arc much, so there it gets more decimals; for a half
    circle itself any radius does that is not larger than half the chord, because SVG enlarges it to fit.
    """
    if abs(height - chord / 2) < 0.5:
        return _number(int(chord / 2), decimals)
    radius = (chord * chord / 4 + height * height) / (2 * height)
    for more in range(3):
        written = round(radius * 10**more) / 10**more
        inner = math.sqrt(max(written**2 - chord**2 / 4, 0.0))
        if abs(written + math.copysign(inner, height - chord / 2) - height) < 0.5:
            break
    return _number(round(radius * 10**more), decimals + more)


def _steps(point: Point, scale: int) -> tuple[int, int]:
    return round(point[0] * scale), round(point[1] * scale)


def _number(steps: int, decimals: int) -> str:
    """The shortest way to write steps / 10**decimals."""
    whole, rest = divmod(abs(steps), 10**decimals)
    part = f"{rest:0{decimals}d}".rstrip("0") if rest else ""
    text = f"{whole or ''}.{part}" if part else str(whole)
    return f"-{text}" if steps < 0 else text


def _joined(commands: list[_Command]) -> str:
    """Letters that repeat are left out, and blanks where the next number cannot be taken for part of the last."""
    text, letter, last = "", "", ""
    for command in commands:
        fresh = command.letter != letter
        letter = command.letter
        text += letter if fresh else ""
        last = "" if fresh else last
        for number in command.numbers:
            tight = not last or number[0] == "-" or (number[0] == "." and "." in last)
            text += number if tight else f" {number}"
            last = number
    return text
