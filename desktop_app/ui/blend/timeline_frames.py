"""The frames of a walk as tiles, made as they are looked at: what is scrubbed, played, fetched and shown small."""

from bisect import bisect_left

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio.walk import MAX_FRAMES, Walk, default_frames, design_at, duration, frame_times, ways
from desktop_app.ui.picture.tile import Tile


class Frames:
    """`moments`: those of an even pace, as many as there are frames; None for even steps of time."""

    def __init__(self, walk: Walk, package: Package | None, moments: tuple[float, ...] | None = None) -> None:
        self.walk, self.package = walk, package
        if not ways(walk) or duration(walk) <= 0.0:
            self._moments: tuple[float, ...] = (0.0,) if walk.keys else ()
        else:
            count = min(default_frames(walk), MAX_FRAMES)
            fits = moments is not None and len(moments) == count
            self._moments = moments if fits and moments is not None else tuple(frame_times(walk, count))
        self.is_paced = moments is not None and self._moments is moments
        self._tiles: dict[int, Tile] = {}

    def __len__(self) -> int:
        return len(self._moments)

    @property
    def moments(self) -> tuple[float, ...]:
        """Shares of the walk's whole duration."""
        return self._moments

    def seconds(self, number: int) -> float:
        """Where on the walk a frame lies."""
        return self._moments[number] * duration(self.walk)

    def at_film(self, seconds: float) -> float:
        """Where on the walk the film is after so many seconds, in seconds of the walk."""
        whole, steps = duration(self.walk), len(self._moments) - (not self.walk.loop)
        place = min(max(seconds * self.walk.fps, 0.0), float(steps))
        before = min(int(place), len(self._moments) - 1)
        after = self._moments[before + 1] if before + 1 < len(self._moments) else 1.0
        return (self._moments[before] + (place - before) * (after - self._moments[before])) * whole

    def frames_between(self, start: float, end: float) -> int:
        """How many frames of the film a stretch of the walk gets; from and to are seconds of the walk."""
        whole = duration(self.walk)
        return bisect_left(self._moments, end / whole - 1e-9) - bisect_left(self._moments, start / whole - 1e-9)

    def design(self, number: int) -> Design:
        return self.tile(number).design

    def tile(self, number: int) -> Tile:
        known = self._tiles.get(number)
        if known is None:
            known = self._tiles[number] = self._made(design_at(self.walk, self._moments[number]))
        return known

    def key_tile(self, number: int) -> Tile:
        return self._made(self.walk.keys[number].design)

    def nearest(self, seconds: float) -> int:
        """The frame nearest to a moment of the walk."""
        whole = duration(self.walk)
        if len(self._moments) < 2 or whole <= 0:
            return 0
        share = seconds / whole
        after = bisect_left(self._moments, share)
        if after == len(self._moments):
            near_start = self.walk.loop and 1.0 - share < share - self._moments[-1]
            return 0 if near_start else after - 1
        if after and share - self._moments[after - 1] <= self._moments[after] - share:
            return after - 1
        return after

    def _made(self, design: Design) -> Tile:
        package = self.package
        return Tile(package.name if package else "", package.sha256 if package else "", design, package)
