"""Paths of lines, circular arcs and cubic curves, and how they are written as SVG.

Coordinates are rounded to whole steps (`Outline.decimals`) before differences are taken, so relative commands add up to
exactly the places that were meant.
"""

import math
from dataclasses import dataclass

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


def svg_path(outline: Outline) -> str:
    """The `d` of an SVG path: relative commands, no redundant signs."""
    return "".join(_path(path, outline.decimals) for path in outline.paths)


def _path(path: Path, decimals: int) -> str:
    scale = 10**decimals
    start = here = _steps(path.start, scale)
    written = [_Command("M", [_number(value, decimals) for value in start])]
    for segment in path.segments:
        end = _steps(segment.end, scale)
        written += _segment(segment, here, end, decimals)
        here = end
    if written[-1].letter in "lhv":
        written.pop()  # closing draws it
    return _joined(written) + "z" if len(written) > 1 else ""


@dataclass(frozen=True)
class _Command:
    letter: str
    numbers: list[str]


def _segment(segment: Segment, here: tuple[int, int], end: tuple[int, int], decimals: int) -> list[_Command]:
    """The command that draws a segment; none where it has no length."""

    def step(to: tuple[int, int]) -> list[str]:
        return [_number(to[0] - here[0], decimals), _number(to[1] - here[1], decimals)]

    if isinstance(segment, Cubic):
        scale = 10**decimals
        controls = [_steps(segment.first, scale), _steps(segment.second, scale)]
        return [_Command("c", [number for to in (*controls, end) for number in step(to)])]
    if here == end:
        return []
    if isinstance(segment, Arc):
        radius = _number(round(segment.radius * 10**decimals), decimals)
        flags = [str(int(segment.large)), str(int(segment.clockwise))]
        return [_Command("a", [radius, radius, "0", *flags, *step(end)])]
    if here[1] == end[1]:
        return [_Command("h", step(end)[:1])]
    if here[0] == end[0]:
        return [_Command("v", step(end)[1:])]
    return [_Command("l", step(end))]


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
