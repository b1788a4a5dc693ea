"""A closed polygon becomes a path of lines, arcs and cubic curves.

The outline is cut at its corners into sides; a side that is not straight as a whole is cut into the lines that it
contains and the curves between them. Lines are put upright, corners moved to where lines meet, and curves drawn as
arcs that touch the lines, or as cubic curves where no arc lies near enough. Complex numbers are points, x + iy.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.studio.vector_arcs import Bow, bow, circle, fillet, from_line, meeting, tangent
from desktop_app.studio.vector_corners import Corner, corners, turns
from desktop_app.studio.vector_cubics import cubics
from desktop_app.studio.vector_lines import Straight, straight, straights, upright
from desktop_app.studio.vector_path import Arc, Cubic, Line, Path, Point, Segment, places_along

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.complex128]

STRAIGHT, STRAIGHTEST = 0.7, 0.12  # of the tolerance, but no more pixels than that: within these a side is a line
BESIDE = 0.75  # pixels of a side that are left out beside a corner
LINE, CURVE = 8, 22  # about the bytes with which they are written
MOSTLY = 0.5  # of a side: with so much of it in lines, they are kept
ASTRAY = 0.4  # pixels: how far from its outline a path may be everywhere, and seven times as far at a sharp tip
KEPT_OFF = 0.2  # pixels from where two lines meet, within which that is their corner
_ROUNDED = ((75, 3), (110, 4), (140, 5), (181, 6))  # up to this turn in degrees, so many points beside a corner lie


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of an outline. corner: where it begins, if it begins at one."""

    points: Plane
    line: Straight | None
    corner: Corner | None


def fitted(points: Plane, tolerance: float, scale: float, shortest: float = 0.0) -> Path:
    """Points of a closed polygon, `SPACING` pixels apart -> a path of `scale` units a pixel, within so many pixels.

    shortest: pixels; lines between corners that are shorter are left out, and their neighbours drawn on.
    """
    whole, off = circle(points)
    if off <= tolerance:
        return _ring(whole.centre, whole.radius, clockwise=_clockwise(points), scale=scale)
    pieces = [_settled(piece, tolerance) for piece in _pieces(points, tolerance)]
    path = _path(_drawn(_longer(_sharpened(pieces), shortest), tolerance), tolerance, scale)
    if _stays_near(path, points * scale, ASTRAY * scale):
        return path
    return _path([_Way(Piece(np.append(points, points[0]), None, None), points[0], points[0], None)], tolerance, scale)


def _stays_near(path: Path, points: Plane, far: float) -> bool:
    """Whether a path has the extent of its polygon, and its area but for a seam of `far` units along all of it."""
    places = places_along(path, 20)
    made = places[:, 0] + 1j * places[:, 1]
    for one, two in ((made.real, points.real), (made.imag, points.imag)):
        if max(abs(one.min() - two.min()), abs(one.max() - two.max())) > 7 * far:
            return False
    length = float(np.abs(np.diff(points)).sum())
    return abs(_area(made) - _area(points)) < far * length / 2


def _area(points: Plane) -> float:
    return float((points[:-1].conj() * points[1:]).imag.sum() + (points[-1].conjugate() * points[0]).imag) / 2


def _clockwise(points: Plane) -> bool:
    return _area(points) > 0


def _ring(centre: complex, radius: float, *, clockwise: bool, scale: float) -> Path:
    left, right = _point(centre - radius, scale), _point(centre + radius, scale)
    return Path(left, tuple(Arc(radius * scale, False, clockwise, end) for end in (right, left)))


def _point(place: complex, scale: float) -> Point:
    return place.real * scale, place.imag * scale


# ---- cut into pieces


def _pieces(points: Plane, tolerance: float) -> list[Piece]:
    found = corners(points)
    if not found:
        return _round(points, tolerance)
    doubled = np.concatenate([points, points, points[:1]])
    pieces: list[Piece] = []
    for here, there in zip(found, [*found[1:], replace(found[0], at=found[0].at + len(points))], strict=True):
        pieces += _side(doubled[here.at : there.at + 1], here, there, tolerance)
    return pieces


def _side(points: Plane, here: Corner, there: Corner, tolerance: float) -> list[Piece]:
    """The pieces from one corner to the next."""
    most = max((len(points) - 3) // 2, 0)
    core = points[min(_rounded(here), most) : len(points) - min(_rounded(there), most)]
    line, off = straight(core, 0, len(core) - 1)
    if off <= _straight(tolerance):
        return [Piece(core, line, here)]
    if bow(core, here.place, there.place, (None, None), tolerance):
        return [Piece(core, None, here)]
    return _between(core, _lines(core, tolerance), here)


def _lines(points: Plane, tolerance: float) -> list[Straight]:
    """The lines within a curve; none where curves alone say it more briefly."""
    lines = straights(points, _straight(tolerance))
    covered = sum(line.last - line.first for line in lines)
    if not lines or covered > MOSTLY * len(points):
        return lines
    curves = cubics(points, None, None, tolerance)
    return [] if len(curves) * CURVE <= len(lines) * LINE + (len(lines) + 1) * CURVE else lines


def _straight(tolerance: float) -> float:
    return min(STRAIGHT * tolerance, STRAIGHTEST)


def _rounded(corner: Corner) -> int:
    return next(count for turn, count in _ROUNDED if np.degrees(corner.turn) < turn)


def _between(core: Plane, lines: list[Straight], corner: Corner | None) -> list[Piece]:
    """Lines and the curves before, between and after them."""
    pieces: list[Piece] = []
    done = 0
    for line in lines:
        if line.first > done:
            pieces.append(Piece(core[done : line.first], None, None))
        pieces.append(Piece(core, line, None))
        done = line.last + 1
    if done < len(core):
        pieces.append(Piece(core[done:], None, None))
    return [replace(pieces[0], corner=corner), *pieces[1:]]


def _round(points: Plane, tolerance: float) -> list[Piece]:
    """An outline without corners: from one of its lines round to it again."""
    opened = np.roll(points, -int(turns(points).argmax()))
    lines = _lines(opened, tolerance)
    if not lines:
        leftmost = np.roll(points, -int(points.real.argmin()))
        return [Piece(np.append(leftmost, leftmost[0]), None, None)]
    pieces = _between(opened, lines, None)
    if pieces[0].line is None and pieces[-1].line is None:
        pieces[0] = replace(pieces[0], points=np.concatenate([pieces.pop().points, pieces[0].points]))
    return pieces


def _settled(piece: Piece, tolerance: float) -> Piece:
    return piece if piece.line is None else replace(piece, line=upright(piece.line, piece.points, tolerance))


def _sharpened(pieces: list[Piece]) -> list[Piece]:
    """Without the curves between lines which are no more than a corner that interpolation rounded off."""
    count = len(pieces)
    return [
        piece
        for at, piece in enumerate(pieces)
        if piece.line is not None
        or piece.corner is not None
        or not _is_corner(pieces[at - 1], piece, pieces[(at + 1) % count])
    ]


def _longer(pieces: list[Piece], shortest: float) -> list[Piece]:
    """Without lines that are too short and whose neighbours meet near them, as long as three pieces stay."""
    kept = list(pieces)
    for piece in pieces if shortest > 2 * BESIDE else []:
        at = kept.index(piece)
        if len(kept) > 3 and _is_notch(kept[at - 1], piece, kept[(at + 1) % len(kept)], shortest):
            del kept[at]
    return kept


def _is_notch(before: Piece, piece: Piece, after: Piece, shortest: float) -> bool:
    if before.line is None or piece.line is None or after.line is None or None in (piece.corner, after.corner):
        return False
    met = meeting(before.line.point, before.line.way, after.line.point, after.line.way)
    length = abs(complex(piece.points[-1] - piece.points[0])) + 2 * BESIDE
    if met is None or length > shortest or abs(met - piece.line.point) > 0.75 * shortest:
        return False
    return all(abs(complex(side.points[-1] - side.points[0])) > shortest for side in (before, after))


def _is_corner(before: Piece, piece: Piece, after: Piece) -> bool:
    if before.line is None or after.line is None or after.corner is not None:
        return False
    met = meeting(before.line.point, before.line.way, after.line.point, after.line.way)
    if met is None or float(np.abs(piece.points - met).min()) > KEPT_OFF:
        return False
    sides = [from_line(piece.points, line.point, line.way) for line in (before.line, after.line)]
    return float(np.minimum(*sides).max()) < KEPT_OFF


# ---- drawn


@dataclass(frozen=True, eq=False)
class _Way:
    """A piece with its ends, in pixels, and the arc it is, if it is one."""

    piece: Piece
    start: complex
    end: complex
    arc: Bow | None


def _drawn(pieces: list[Piece], tolerance: float) -> list[_Way]:
    """Every piece with its ends; neighbours share them."""
    if len(pieces) == 1 and pieces[0].corner is None:
        piece = pieces[0]
        return [_Way(piece, complex(piece.points[0]), complex(piece.points[-1]), None)]
    count = len(pieces)
    joints = [_joint(pieces[at - 1], pieces[at]) for at in range(count)]
    arcs: list[Bow | None] = []
    for at, piece in enumerate(pieces):
        before, after = pieces[at - 1], pieces[(at + 1) % count]
        arc = None if piece.line else _arc(before, piece, after, joints[at], joints[(at + 1) % count], tolerance)
        arcs.append(arc)
    for at, arc in enumerate(arcs):
        if arc is not None:
            joints[at], joints[(at + 1) % count] = arc.start, arc.end
    return [_Way(piece, joints[at], joints[(at + 1) % count], arcs[at]) for at, piece in enumerate(pieces)]


def _joint(before: Piece, after: Piece) -> complex:
    """Where one piece ends and the next begins."""
    corner, one, two = after.corner, before.line, after.line
    if corner is None:
        if one is not None and two is not None:
            met = meeting(one.point, one.way, two.point, two.way)
            return met if met is not None else _foot(two, complex(after.points[two.first]))
        if one is not None:
            return _foot(one, complex(before.points[one.last]))
        if two is not None:
            return _foot(two, complex(after.points[two.first]))
        return complex(after.points[0])
    if one is not None and two is not None:
        met = meeting(one.point, one.way, two.point, two.way)
        if met is not None and abs(met - corner.place) < 1.5:
            return met
    line = one if one is not None else two
    return corner.place if line is None else _foot(line, corner.place)


def _foot(line: Straight, place: complex) -> complex:
    """The point of a line that is nearest to a place."""
    return line.point + ((place - line.point) * line.way.conjugate()).real * line.way


def _arc(before: Piece, piece: Piece, after: Piece, start: complex, end: complex, tolerance: float) -> Bow | None:
    """The arc that a curve is; one that touches the lines from which it starts and in which it ends."""
    one = before.line if piece.corner is None else None
    two = after.line if after.corner is None else None
    points = piece.points
    if one is not None and two is not None:
        return fillet(points, one.point, one.way, two.point, two.way, tolerance)
    ways = [None if other.line is None else other.line.way for other in (before, after)]
    if one is not None:
        return tangent(points, (start, one.way), end, ways[1], tolerance)
    if two is not None:
        found = tangent(points[::-1], (end, -two.way), start, ways[0], tolerance)
        return found and found.reversed()
    return bow(points, start, end, (ways[0], ways[1]), tolerance)


def _path(ways: list[_Way], tolerance: float, scale: float) -> Path:
    segments: list[Segment] = []
    for at, way in enumerate(ways):
        if way.piece.line is not None:
            segments.append(Line(_point(way.end, scale)))
        elif way.arc is not None:
            segments += _arcs(way.arc, way.end, scale)
        else:
            segments += _curves(ways[at - 1], way, ways[(at + 1) % len(ways)], tolerance, scale)
    return Path(_point(ways[0].start, scale), tuple(segments))


def _arcs(arc: Bow, end: complex, scale: float) -> list[Segment]:
    """One arc, or two where a short chord would not hold a long one in place."""
    radius = arc.radius * scale
    if not arc.large or abs(arc.end - arc.start) > arc.radius:
        return [Arc(radius, arc.large, arc.clockwise, _point(end, scale))]
    return [Arc(radius, False, arc.clockwise, _point(place, scale)) for place in (arc.middle, end)]


def _curves(before: _Way, way: _Way, after: _Way, tolerance: float, scale: float) -> list[Segment]:
    """The cubic curves of a piece that is neither a line nor an arc."""
    points = way.piece.points
    if before is way and way.piece.corner is None:  # the whole outline is one curve
        first = last = complex(points[1] - points[-2]) / abs(points[1] - points[-2])
    else:
        points = np.concatenate([[way.start], points, [way.end]])
        first = before.piece.line.way if before.piece.line and way.piece.corner is None else None
        last = after.piece.line.way if after.piece.line and after.piece.corner is None else None
    made = cubics(points, first, last, tolerance)
    return [Cubic(_point(one, scale), _point(two, scale), _point(end, scale)) for _, one, two, end in made]
