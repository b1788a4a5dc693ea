"""Where everything of a timeline lies: pure arithmetic over frozen values, in px of the window.

Above is a ruler, in the middle the film strip, below it the ways with their curves and lengths. A key frame stands
with its left edge at its moment, and so does every small frame between the keys: at the playhead begins what it shows.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Literal

from desktop_app.studio.walk import Walk, ways

MARGIN = 16
RULER_TOP, RULER = 4, 20
TRACK_TOP, TRACK = 28, 60
WAYS_TOP, WAYS = 94, 26
HEIGHT = 124
FRAME = 60  # a frame of the strip is square
GRIP = 5  # px on both sides of a boundary in which it can be caught
GLYPH = 26  # width of a way's curve
GLYPH_FROM, LENGTH_FROM = 30, 76  # a narrower way shows neither its curve nor its length
LEAST_WAY = 22  # px a way has on average, where the view would give it less
MAX_ZOOM = 32.0
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)

Part = Literal["nothing", "ruler", "strip", "key", "boundary", "curve", "length"]


@dataclass(frozen=True)
class Hit:
    """What lies under a point; `number` is that of a key, or of the way that a boundary ends."""

    part: Part = "nothing"
    number: int = -1


@dataclass(frozen=True)
class Slot:
    """A small frame of the strip: where it begins, how much of it is seen, and the seconds it stands for."""

    x: float
    width: float
    seconds: float


@dataclass(frozen=True)
class TimelineLayout:
    """`lengths`: seconds of the ways of `keys` key frames; `scale`: px to a second; `scroll`: px left of the view."""

    width: int
    lengths: tuple[float, ...]
    keys: int
    loop: bool
    scale: float
    scroll: float = 0.0

    @cached_property
    def moments(self) -> tuple[float, ...]:
        """Seconds of the keys, and of a loop's return to the first."""
        return tuple(accumulate(self.lengths, initial=0.0))

    @property
    def duration(self) -> float:
        return self.moments[-1]

    @property
    def max_scroll(self) -> float:
        return max(0.0, self.duration * self.scale + FRAME + 2 * MARGIN - self.width)

    def x(self, seconds: float) -> float:
        return MARGIN + seconds * self.scale - self.scroll

    def seconds(self, x: float) -> float:
        """The moment under a point, within the walk."""
        moment = (x - MARGIN + self.scroll) / self.scale if self.scale else 0.0
        return min(max(moment, 0.0), self.duration)

    def key_x(self, key: int) -> float:
        return self.x(self.moments[key])

    @cached_property
    def keys_in_view(self) -> tuple[int, ...]:
        return tuple(number for number in range(self.keys) if -FRAME < self.key_x(number) < self.width)

    def key_width(self, key: int) -> float:
        """What the next key leaves of a key's frame; enough to be seen."""
        if key + 1 >= len(self.moments):
            return FRAME
        return min(FRAME, max(3.0, self.key_x(key + 1) - self.key_x(key)))

    @cached_property
    def closing_x(self) -> float | None:
        """Where a loop has come back to its first key."""
        return self.x(self.duration) if self.loop and self.keys > 1 else None

    def way(self, number: int) -> tuple[float, float]:
        """Both ends of a way."""
        return self.x(self.moments[number]), self.x(self.moments[number + 1])

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The small frames between the keys that are in view, as many as fit."""
        found = []
        for number in range(len(self.lengths)):
            left, right = self.way(number)
            x = left + FRAME
            if x < -FRAME:
                x += FRAME * math.floor((-FRAME - x) / FRAME)
            while x < min(right - 1, self.width):
                found.append(Slot(x, min(FRAME, right - x), self.seconds(x)))
                x += FRAME
        return tuple(found)

    def curve_box(self, number: int) -> tuple[float, float] | None:
        """Left edge and width of a way's curve; None where there is no room for it."""
        left, right = self.way(number)
        return (left + 4, GLYPH) if right - left >= GLYPH_FROM else None

    def length_box(self, number: int) -> tuple[float, float] | None:
        """The same of its length in words."""
        left, right = self.way(number)
        return (left + 6 + GLYPH, right - left - 12 - GLYPH) if right - left >= LENGTH_FROM else None

    @cached_property
    def tick(self) -> float:
        """Seconds between two figures of the ruler."""
        return next((step for step in _TICKS if step * self.scale >= 56), _TICKS[-1])

    def scroll_to_show(self, seconds: float, room: float = FRAME) -> float:
        """The nearest scroll position at which a moment and `room` px behind it are in view."""
        at = MARGIN + seconds * self.scale
        low, high = at + room + MARGIN - self.width, at - MARGIN
        position = self.scroll if low <= self.scroll <= high else low if self.scroll < low else high
        return min(max(position, 0.0), self.max_scroll)

    # -- hands -----------------------------------------------------------------------------------------------------

    def hit(self, x: float, y: float) -> Hit:
        if RULER_TOP <= y < TRACK_TOP:
            return Hit("ruler")
        if TRACK_TOP <= y < TRACK_TOP + TRACK:
            return self._hit_track(x)
        if WAYS_TOP <= y < WAYS_TOP + WAYS:
            return self._hit_ways(x)
        return Hit()

    def _boundary(self, x: float, *, before: float, after: float) -> int | None:
        """The way whose end is so near."""
        for number in range(len(self.lengths)):
            start, end = self.way(number)
            if end - min(before, (end - start) / 3) <= x <= end + after:
                return number
        return None

    def _hit_track(self, x: float) -> Hit:
        boundary = self._boundary(x, before=GRIP, after=2)
        if boundary is not None:
            return Hit("boundary", boundary)
        for key in reversed(range(self.keys)):
            left = self.key_x(key)
            if left <= x < left + self.key_width(key):
                return Hit("key", key)
        inside = self.keys > 1 and MARGIN - self.scroll <= x <= self.x(self.duration) + FRAME
        return Hit("strip") if inside else Hit()

    def _hit_ways(self, x: float) -> Hit:
        boundary = self._boundary(x, before=GRIP, after=GRIP)
        if boundary is not None:
            return Hit("boundary", boundary)
        for number in range(len(self.lengths)):
            for part, box in (("curve", self.curve_box(number)), ("length", self.length_box(number))):
                if box is not None and box[0] <= x < box[0] + box[1]:
                    return Hit(part, number)  # type: ignore[arg-type]
        return Hit()

    def gap_at(self, x: float) -> int:
        """Between which keys something dropped here comes to stand: before the key of this number."""
        return sum(1 for key in range(self.keys) if x > self.key_x(key) + self.key_width(key) / 2)

    def gap_x(self, gap: int) -> float:
        """Where that is marked."""
        return self.key_x(gap) if gap < self.keys else self.key_x(self.keys - 1) + self.key_width(self.keys - 1)


def make_layout(
    walk: Walk, width: int, *, zoom: float = 1.0, scale: float | None = None, scroll: float = 0.0
) -> TimelineLayout:
    """The layout of a walk; at zoom 1 all of it is in view, if its ways are not too many. scale: this and no other."""
    lengths = tuple(key.seconds for key in walk.keys[: ways(walk)])
    made = TimelineLayout(width, lengths, len(walk.keys), walk.loop, scale or fitting(lengths, width) * zoom)
    return replace(made, scroll=min(max(scroll, 0.0), made.max_scroll))


def fitting(lengths: tuple[float, ...], width: int) -> float:
    """Px to a second at which the ways fill the view."""
    whole = math.fsum(lengths)
    room = max(width - 2 * MARGIN - FRAME, LEAST_WAY * len(lengths), 1)
    return room / whole if whole > 0 else 1.0


def snapped(seconds: float, fps: float, longest: float) -> float:
    """A duration in whole frames, one at least."""
    frames = min(max(round(seconds * fps), 1), math.floor(longest * fps))
    return round(frames / fps, 6)


def told(seconds: float, fps: float) -> str:
    """A duration for people."""
    frames = round(seconds * fps)
    return f"{seconds:.2f} s · {frames} frame{'s' if frames != 1 else ''}"
