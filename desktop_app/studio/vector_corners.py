"""Corners of an outline, put back where the sides on both sides of them meet.

Interpolation rounds a corner off over half a pixel or so. What tells it from a curve is how far the outline stays from
the point in which its sides meet when they are drawn on: a measured table says how far that is for sharp corners.
Points of the plane are complex numbers here, x + iy, in pixels of the field, `SPACING` apart.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.complex128]

SPACING = 0.25  # pixels between two points
STEP = 4  # points, a pixel, over which turning is measured
LEAST_TURN = np.radians(14)  # over two pixels, of a place that may be a corner
LEAST_ANGLE = np.radians(20)  # between the sides
CROWDED, CROWDED_ANGLE = 10, np.radians(50)  # points to the next place, below which gentler turns are a tight curve
# turn of a sharp corner in degrees, and how far at most interpolation keeps the outline from it, in pixels
_TURNS = np.radians([0, 30, 45, 60, 90, 120, 135, 150, 180])
_KEPT_OFF = np.array([0.06, 0.17, 0.21, 0.26, 0.41, 0.8, 1.15, 1.7, 2.5])
_NEAR, _FAR = 4, 10  # points away, between which a side is taken for straight
_LONG = np.arange(4, 17)  # points away, between which it is taken for a parabola
_PARABOLA = np.linalg.pinv(np.stack([_LONG**0, _LONG, _LONG**2], 1).astype(float)).T
MOVED = 0.75  # pixels: a parabola that says more than this is not to be trusted
BENT = 1.2e-3  # pixels a squared step: a curve with a radius of about 25 pixels


@dataclass(frozen=True)
class Corner:
    at: int  # of the outline's points, the nearest
    place: complex
    turn: float  # radians, 0 to pi


def corners(loop: Plane) -> list[Corner]:
    """The sharp corners of a closed outline, in order."""
    if len(loop) < 4 * STEP:
        return []
    places = _candidates(loop)
    if not len(places):
        return []
    before, onward = _side(loop, places, -1), _side(loop, places, 1)
    turn = np.abs(np.angle(-onward[1] / before[1]))
    meeting = _meeting(before, onward)
    off = np.abs(meeting - loop[places])
    sharp = turn >= np.where(_room(loop, places) < CROWDED, CROWDED_ANGLE, LEAST_ANGLE)
    sharp &= off <= np.interp(turn, _TURNS, _KEPT_OFF)
    meeting = _curved_meeting(loop, places, meeting)
    found = zip(places[sharp].tolist(), meeting[sharp].tolist(), turn[sharp].tolist(), strict=True)
    return [Corner(*corner) for corner in found]


def _room(loop: Plane, places: Array) -> Array:
    """Points from each place to the nearer of its neighbours."""
    gaps = np.diff(np.concatenate([places[-1:] - len(loop), places, places[:1] + len(loop)]))
    return np.minimum(gaps[:-1], gaps[1:])


def _candidates(loop: Plane) -> Array:
    """Where the outline turns more than around it."""
    turn = turns(loop)
    wide = np.concatenate([turn[-3:], turn, turn[:3]])
    around = np.lib.stride_tricks.sliding_window_view(wide, 7)
    highest = (turn >= LEAST_TURN) & (turn >= around[:, :3].max(1)) & (turn > around[:, 4:].max(1))
    return np.flatnonzero(highest)


def turns(loop: Plane) -> Array:
    """Radians by which the outline turns at every point."""
    chords = np.concatenate([loop, loop[:STEP]])
    chords = chords[STEP:] - chords[:-STEP]
    turned: Array = np.abs(np.angle(chords / np.concatenate([chords[-STEP:], chords[:-STEP]])))
    return turned


def _side(loop: Plane, places: Array, way: int) -> tuple[Plane, Plane]:
    """(points, directions away from the corner) of the straight lines along the sides of places, on one hand."""
    gaps = (np.roll(places, -way) - places) * way % len(loop)
    gaps[gaps == 0] = len(loop)
    near = np.minimum(_NEAR, np.maximum(1, (gaps - 2) // 2))
    far = np.clip(gaps - near, near + 1, _FAR)
    steps = np.arange(1, _FAR + 1)
    used = (steps >= near[:, None]) & (steps <= far[:, None])
    points = loop[(places[:, None] + way * steps) % len(loop)]
    count = used.sum(1)
    middle = (points * used).sum(1) / count
    rest = np.where(used, points - middle[:, None], 0)
    direction = np.sqrt((rest * rest).sum(1) + 1e-12)
    direction /= np.abs(direction)
    away = middle - loop[places]
    return middle, np.where((direction * away.conj()).real < 0, -direction, direction)


def _curved_meeting(loop: Plane, places: Array, meeting: Plane) -> Plane:
    """Where sides meet that bend: parabolas through longer stretches of them, where there is room for such."""
    roomy = np.flatnonzero(_room(loop, places) >= _LONG[-1] + _NEAR)
    sides = [loop[(places[roomy, None] + way * _LONG) % len(loop)] @ _PARABOLA for way in (-1, 1)]
    bent = np.maximum(*[np.abs((side[:, 1].conj() * side[:, 2]).imag) / np.abs(side[:, 1]) for side in sides]) > BENT
    one, two = (side[bent] for side in sides)
    at, to = np.zeros(len(one)), np.zeros(len(two))
    for _ in range(4):  # Newton's method on one(at) = two(to)
        gap = _along(two, to) - _along(one, at)
        slope, other = one[:, 1] + 2 * at * one[:, 2], two[:, 1] + 2 * to * two[:, 2]
        sine = (slope.conj() * other).imag
        sine = np.where(np.abs(sine) > 1e-4, sine, 1e-4)
        at = np.clip(at + (gap.conj() * other).imag / sine, -_NEAR, _NEAR)
        to = np.clip(to + (gap.conj() * slope).imag / sine, -_NEAR, _NEAR)
    better = meeting.copy()
    better[roomy[bent]] = (_along(one, at) + _along(two, to)) / 2
    return np.where(np.abs(better - meeting) < MOVED, better, meeting)


def _along(parabolas: Plane, at: Array) -> Plane:
    places: Plane = parabolas[:, 0] + at * parabolas[:, 1] + at * at * parabolas[:, 2]
    return places


def _meeting(one: tuple[Plane, Plane], two: tuple[Plane, Plane]) -> Plane:
    """Where two lines meet; far away where they hardly do."""
    (start, way), (other, across) = one, two
    sine = (way.conj() * across).imag
    share = ((other - start).conj() * across).imag / np.where(np.abs(sine) > 1e-3, sine, 1e-3)
    met: Plane = start + share * way
    return met
