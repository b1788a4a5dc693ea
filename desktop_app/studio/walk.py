"""A walk through key frames as plain values, and the design on each of its frames: pure functions.

A moment of a walk is a share of its whole duration, from 0 to 1; a looped walk is at 1 where it is at 0. Each way
from a key to the next lasts as long as its key says and is eased on its own. The path is straight from key to key or
a cubic spline through them, whose tangents respect the durations (Catmull and Rom 1974 where all are alike): that is
smooth at the keys with linear easing. Both are mixes of the keys' designs, so a key itself is there to the pixel.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Design, Frozen
from desktop_app.studio.mixing import mix

Easing = Literal["linear", "smooth", "ease in", "ease out", "hold"]
Curve = Literal["straight", "spline"]

MAX_FRAMES = 20_000
MAX_KEYS = 500
MAX_SECONDS = 3600.0  # of one way
MAX_FPS = 240.0
_AT_KEY = 1e-9  # of a way: so near its end a frame is the key


class Key(Frozen, frozen=True):
    design: Design
    seconds: float = 1.0  # from this key to the next one
    easing: Easing = "smooth"  # of that way


class Walk(Frozen, frozen=True):
    keys: tuple[Key, ...] = ()
    loop: bool = True  # the last key leads back to the first
    curve: Curve = "straight"
    even: bool = False  # re-timed, so that what is seen changes at constant speed
    fps: float = 25.0


# -- time ----------------------------------------------------------------------------------------------------------


def ways(walk: Walk) -> int:
    """How many ways from a key to the next there are."""
    return len(walk.keys) if walk.loop and len(walk.keys) > 1 else max(len(walk.keys) - 1, 0)


def duration(walk: Walk) -> float:
    """Seconds of the whole walk."""
    return math.fsum(key.seconds for key in walk.keys[: ways(walk)])


def key_times(walk: Walk) -> list[float]:
    """The moment of each key, from 0; of a looped walk the return to the first, at 1, is not among them."""
    whole = duration(walk)
    ends = list(accumulate((key.seconds for key in walk.keys[: ways(walk)]), initial=0.0))
    return [end / whole if whole else 0.0 for end in ends[: len(walk.keys)]]


def default_frames(walk: Walk) -> int:
    """Frames of the whole duration at the walk's rate; an open walk also shows its end."""
    steps = max(1, round(duration(walk) * walk.fps))
    return max(2, steps if walk.loop else steps + 1)


def frame_times(walk: Walk, count: int) -> list[float]:
    """Moments of `count` frames: i / count for a loop, whose end is its start; i / (count - 1) for an open walk."""
    steps = count if walk.loop else count - 1
    return [number / steps for number in range(count)]


def eased(easing: Easing, share: float) -> float:
    """Share of the way that is behind after a share of its time; 0 at 0 and 1 at 1."""
    match easing:
        case "linear":
            return share
        case "smooth":
            return share * share * (3.0 - 2.0 * share)
        case "ease in":
            return share * share
        case "ease out":
            return share * (2.0 - share)
        case "hold":
            return 1.0 if share >= 1.0 else 0.0


# -- designs -------------------------------------------------------------------------------------------------------


def frame_designs(walk: Walk, count: int, *, times: Sequence[float] | None = None) -> list[Design]:
    """What each frame of a film shows. Raises RequestError on a walk or number that makes none.

    times: other moments for the frames, as an even pace finds them (pacing.py); `count` of them.
    """
    check(walk, count)
    if times is None:
        times = frame_times(walk, count)
    elif len(times) != count:
        raise RequestError(f"{len(times)} moments were given for a film of {count} frames.")
    return [design_at(walk, time) for time in times]


def design_at(walk: Walk, time: float) -> Design:
    """What is seen at a moment; before the start and after the end, the first and the last (a loop goes round)."""
    if not walk.keys:
        raise RequestError(_too_few(walk))
    number, share = _way_at(walk, time)
    if share == 0.0:
        return walk.keys[number].design
    if share == 1.0:
        return walk.keys[(number + 1) % len(walk.keys)].design
    share = eased(walk.keys[number].easing, share)
    weights = _spline(walk, number, share) if walk.curve == "spline" else {number: 1.0 - share, number + 1: share}
    return mix((weight, walk.keys[key % len(walk.keys)].design) for key, weight in sorted(weights.items()))


def _way_at(walk: Walk, time: float) -> tuple[int, float]:
    """Which way a moment falls on, by the number of its first key, and the share of its time, 0 and 1 exactly."""
    count = ways(walk)
    if count == 0:
        return 0, 0.0
    time = time % 1.0 if walk.loop else min(max(time, 0.0), 1.0)
    ends = list(accumulate((key.seconds for key in walk.keys[:count]), initial=0.0))
    moment = time * ends[-1]
    number = min(max(bisect_right(ends, moment) - 1, 0), count - 1)
    seconds = walk.keys[number].seconds
    share = (moment - ends[number]) / seconds if seconds > 0.0 else 1.0
    if share <= _AT_KEY:
        return number, 0.0
    return number, 1.0 if share >= 1.0 - _AT_KEY else share


def _spline(walk: Walk, number: int, share: float) -> dict[int, float]:
    """Weights of the keys around a way: a cubic whose tangents at the keys are those of the keys on both sides."""
    s = share
    weights = {number: (2 * s - 3) * s * s + 1, number + 1: (3 - 2 * s) * s * s}
    for key, strength in ((number, ((s - 2) * s + 1) * s), (number + 1, (s - 1) * s * s)):
        before, after, seconds = _around(walk, key)
        slope = strength * walk.keys[number].seconds / seconds
        weights[after] = weights.get(after, 0.0) + slope
        weights[before] = weights.get(before, 0.0) - slope
    return weights


def _around(walk: Walk, key: int) -> tuple[int, int, float]:
    """The keys before and after one, and the seconds between the two; at an open end the key itself is one of them."""
    count = len(walk.keys)
    before, after = (key - 1, key + 1) if walk.loop else (max(key - 1, 0), min(key + 1, count - 1))
    return before, after, math.fsum(walk.keys[way % count].seconds for way in range(before, after))


# -- what makes no film --------------------------------------------------------------------------------------------


def check(walk: Walk, frames: int | None = None) -> None:
    """Raise RequestError where this is no film, saying why."""
    if len(walk.keys) < 2:
        raise RequestError(_too_few(walk))
    if len(walk.keys) > MAX_KEYS:
        raise RequestError(f"A walk can have {MAX_KEYS} key frames; this one has {len(walk.keys):,}.")
    for number, key in enumerate(walk.keys, start=1):
        if not 0.0 <= key.seconds <= MAX_SECONDS:
            raise RequestError(f"Key frame {number} lasts {key.seconds:g} s; it can be 0 to {MAX_SECONDS:g}.")
    if duration(walk) <= 0.0:
        raise RequestError("All key frames last 0 s, so there is no time for a film. Give one of them a duration.")
    if not 0.0 < walk.fps <= MAX_FPS:
        raise RequestError(f"A film can have up to {MAX_FPS:g} frames a second; {walk.fps:g} were asked for.")
    if all(key.design == walk.keys[0].design for key in walk.keys):
        raise RequestError("All key frames are the same design, so nothing would move. Change one of them.")
    if frames is not None and frames < 2:
        raise RequestError(f"A film has 2 frames at least; {frames} {'was' if frames == 1 else 'were'} asked for.")
    if frames is not None and frames > MAX_FRAMES:
        raise RequestError(f"A film can have {MAX_FRAMES:,} frames; {frames:,} were asked for.")


def pauses(walk: Walk) -> str:
    """A sentence on ways that lead from a design to the same one; empty where there is none."""
    keys = walk.keys
    still = [n for n in range(ways(walk)) if keys[n].design == keys[(n + 1) % len(keys)].design]
    if not still:
        return ""
    pairs = [f"{n + 1} and {(n + 1) % len(keys) + 1}" for n in still]
    return f"Nothing moves between the key frames {', '.join(pairs)}: they are the same design."


def _too_few(walk: Walk) -> str:
    return f"A walk needs two key frames; this one has {'one' if walk.keys else 'none'}."
