"""An even pace: moments for the frames of a walk between which what is seen changes equally much.

Equal steps in the latent space are not equal steps for the eye: a picture may stand still for a second and then turn
over in three frames. So the pictures themselves are measured: their root mean square difference is the length of a
step. Frames are placed at equal lengths along the path, drawn, measured and placed again until the largest step is
hardly longer than the mean. Whoever has an engine draws what `wanted` asks for:

    pacing = Pacing(walk, count)
    while designs := pacing.wanted():
        pacing.take(draw(designs))  # at once, or chunk by chunk
    paced = pacing.result()
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from desktop_app.engine.requests import Design, Frozen, Pixels
from desktop_app.studio.walk import Walk, check, design_at, frame_times, key_times, ways

LIMIT = 1.2  # largest step over the mean one, at most
GOOD = 1.05  # so near to one there is nothing left to win
ROUNDS = 12
PATIENCE = 4  # looks without a better pace, after which there is none to be hoped for
FINE = 0.5  # 8-bit steps: below it a picture changes by a few pixels that tip over
OVERSAMPLING = 4  # first look at the path, in frames

Floats = npt.NDArray[np.float64]


class Paced(Frozen, frozen=True):
    times: tuple[float, ...]  # one a frame, rising
    unevenness: float  # the largest step over the mean one
    sentence: str = ""  # why the pace is not even, where it is not


class Pacing:
    """Finds the moments for `count` frames of a walk. Raises RequestError on a walk that makes no film."""

    def __init__(self, walk: Walk, count: int, *, rounds: int = ROUNDS) -> None:
        check(walk, count)
        self._walk = walk
        self._count = count
        self._rounds = rounds
        self._jumps = np.array(jumps(walk))
        self._start = tuple(frame_times(walk, count))
        self._times = _with_end(frame_times(walk, OVERSAMPLING * count))
        self._looks = 0  # how often the path was measured
        self._best_look = 0
        self._steps: list[float] = []  # of the look that is under way
        self._first: npt.NDArray[np.uint8] | None = None
        self._last: npt.NDArray[np.uint8] | None = None
        self._best: Paced | None = None
        self._done = False

    @property
    def looks(self) -> int:
        """How often the path was measured, of `rounds` + 1 at most."""
        return self._looks

    def wanted(self) -> list[Design]:
        """What to draw next, in order; nothing once the moments are found."""
        return [] if self._done else [design_at(self._walk, time) for time in self._shown()]

    def take(self, pixels: Pixels) -> None:
        """The next of the pictures that are wanted, in order, (n, H, W, C) uint8; the last one ends the look."""
        for frame in pixels:
            if self._last is None:
                self._first = frame
            else:
                self._steps.append(_distance(self._last, frame))
            self._last = frame
        if len(self._steps) < len(self._times) - (2 if self._walk.loop else 1):
            return
        if self._walk.loop and self._last is not None and self._first is not None:
            self._steps.append(_distance(self._last, self._first))
        self._measured(np.array(self._steps))
        self._steps, self._first, self._last = [], None, None

    def _measured(self, steps: Floats) -> None:
        self._looks += 1
        if not steps.any():
            self._best, self._done = Paced(self._start, 1.0, "Nothing that can be seen moves in this walk."), True
            return
        if self._looks > 1:
            self._keep(steps)
        self._done = self._is_good_enough()
        if not self._done:
            intervals = self._count if self._walk.loop else self._count - 1
            self._times = placed(self._times, self._without_jumps(steps), intervals)

    def result(self) -> Paced:
        """The best moments found so far."""
        return self._best or Paced(self._start, 1.0)

    def _shown(self) -> list[float]:
        """The moments of the frames: without the end of a loop, which is its start."""
        times: list[float] = self._times.tolist()
        return times[:-1] if self._walk.loop else times

    def _is_good_enough(self) -> bool:
        if self._best is None:
            return False
        tired = self._looks - self._best_look >= PATIENCE
        return self._best.unevenness <= GOOD or self._looks > self._rounds or tired

    def _keep(self, steps: Floats) -> None:
        unevenness = float(steps.max() / steps.mean())
        if self._best is None or unevenness < self._best.unevenness:
            sentence = _why_not(unevenness, jumping=bool(self._jumps.size), fine=float(steps.mean()) < FINE)
            self._best, self._best_look = Paced(tuple(self._shown()), unevenness, sentence), self._looks

    def _without_jumps(self, steps: Floats) -> Floats:
        """A jump takes no time however many frames it is given, so it gets none."""
        steps = steps.copy()
        steps[np.clip(np.searchsorted(self._times, self._jumps) - 1, 0, len(steps) - 1)] = 0.0
        return steps


def jumps(walk: Walk) -> list[float]:
    """Moments at which the picture jumps: ends of ways that hold, or take no time."""
    ends = [*key_times(walk), 1.0]
    number = range(ways(walk))
    return [ends[n + 1] for n in number if walk.keys[n].easing == "hold" or walk.keys[n].seconds == 0.0]


def step_lengths(pixels: Pixels, *, loop: bool) -> Floats:
    """Root mean square difference of each frame to the next, in 8-bit steps; of a loop also of the last to the first.

    (n, H, W, C) -> (n,) for a loop, (n - 1,) otherwise.
    """
    count = len(pixels)
    pairs = pairwise([*range(count), 0] if loop else range(count))
    return np.array([_distance(pixels[a], pixels[b]) for a, b in pairs])


def placed(times: Floats, steps: Floats, count: int) -> Floats:
    """count + 1 moments at equal lengths along a path measured as `steps` between `times`, (n + 1,) and (n,)."""
    along = np.concatenate([[0.0], np.cumsum(steps)])
    if along[-1] == 0.0:
        return np.linspace(times[0], times[-1], count + 1)
    lengths = np.linspace(0.0, along[-1], count + 1)
    interval = np.minimum(np.searchsorted(along, lengths, side="right"), np.flatnonzero(steps)[-1] + 1) - 1
    share = (lengths - along[interval]) / steps[interval]
    found: Floats = times[interval] + share * (times[interval + 1] - times[interval])
    found[0], found[-1] = times[0], times[-1]
    return found


def _distance(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    difference = one.astype(np.float32) - other.astype(np.float32)
    return float(np.sqrt(np.mean(difference * difference, dtype=np.float64)))


def _with_end(times: Sequence[float]) -> Floats:
    """The moments up to 1, where a loop has come back."""
    return np.array([*times, 1.0] if times[-1] < 1.0 else times, np.float64)


def _why_not(unevenness: float, *, jumping: bool, fine: bool) -> str:
    if unevenness <= LIMIT:
        return ""
    why = "the pictures change too abruptly for so many frames"
    if jumping:
        why = "a way that holds ends in a jump"
    elif fine:
        why = "from frame to frame less changes than 8 bits can show"
    return f"The pace is not even: the largest step is {unevenness:.1f} times the mean, because {why}."
