"""One film that is made: what its frames are, and how they become a file. The writing belongs on a thread."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.engine.errors import Cancelled
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Pixels
from desktop_app.studio.pacing import Paced
from desktop_app.studio.walk import Walk, frame_designs

if TYPE_CHECKING:  # it brings Pillow, which is slow to import
    from desktop_app.ui.blend.film_choice import FilmChoice

DRAWING, ENCODING = "Drawing the frames", "Encoding"
AT_ONCE = ("mp4", "frames", "svg")  # formats that are encoded while the frames come
TELL_EVERY = 4  # frames


class FilmJob:
    def __init__(self, walk: Walk, package: Package, choice: "FilmChoice", count: int) -> None:
        self.walk, self.package, self.choice, self.count = walk, package, choice, count
        self.designs: list[Design] = []
        self.batches: queue.SimpleQueue[Pixels | None] = queue.SimpleQueue()  # None: no more
        self.stop = threading.Event()
        self.is_writing = False
        self.paced: Paced | None = None  # where the pace is even
        self.device: Device | None = None

    def prepare(self) -> None:
        """Settle what the frames are; thousands of them take a moment. Raises RequestError."""
        self.designs = frame_designs(self.walk, self.count, times=self._times or None)

    @property
    def _times(self) -> tuple[float, ...]:
        return self.paced.times if self.paced is not None else ()

    def share(self, phase: str, frames: int) -> float:
        """Of the whole work."""
        part = frames / self.count
        if self.choice.options.format in AT_ONCE:
            return part
        return part / 2 if phase == DRAWING else 0.5 + part / 2

    def write(self, tell: Callable[[str, int], None]) -> int:
        """Write what `batches` brings; answers the bytes of the film. Raises Cancelled, FileError, RequestError."""
        from desktop_app.studio import recipe
        from desktop_app.studio.film import Film
        from desktop_app.studio.film_recipe import make_film_recipe
        from desktop_app.ui.blend.film_choice import frame_shape, shape_of

        choice, package, device = self.choice, self.package, self.device
        made = None
        if choice.with_recipe:
            made = make_film_recipe(package, self.walk, self.count, choice.options, device, times=self._times)

        encoding = _Encoding(self.count, passes=2 if choice.options.format == "gif" and shape_of(package)[2] > 1 else 1)

        def told(done: int, total: int) -> None:
            self._check()
            reached = encoding.reached(done)
            if total == self.count and (reached % TELL_EVERY == 0 or reached == total):
                tell(ENCODING, reached)

        with Film(
            choice.path,
            choice.options,
            shape=frame_shape(package, choice.options.format),
            frames=self.count,
            made=made,
            frame_recipe=lambda number: recipe.make_recipe(package, self.designs[number], device),
            overwrite=choice.overwrite,
        ) as film:
            written = 0
            while (batch := self.batches.get()) is not None:
                for frame in batch:
                    self._check()
                    film.add(frame)
                written += len(batch)
                tell(DRAWING, written)
            self._check()
            film.finish(told)
        return _bytes_of(choice.path)

    def _check(self) -> None:
        if self.stop.is_set():
            raise Cancelled


class _Encoding:
    """How many frames are as good as encoded, where all may be looked at once before: for their colours."""

    def __init__(self, count: int, *, passes: int) -> None:
        self._count, self._passes = count, passes
        self._pass, self._last, self._most = 0, 0, 0

    def reached(self, done: int) -> int:
        if done < self._last - self._count // 2:
            self._pass = min(self._pass + 1, self._passes - 1)
        self._last = done
        self._most = max(self._most, (self._pass * self._count + done) // self._passes)
        return self._most if done < self._count else self._count


def _bytes_of(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    return path.stat().st_size


def left_words(elapsed_s: float, done: int, total: int) -> str:
    """How long still at the pace so far; nothing while that is a guess."""
    if elapsed_s < 0.5 or done < 3 or done >= total:
        return ""
    left = elapsed_s / done * (total - done)
    return f", about {left:.0f} s left" if left < 90 else f", about {left / 60:.0f} min left"


def size_words(size: int) -> str:
    if size < 10**6:
        return f"{max(1, round(size / 10**3))} kB"
    return f"{size / 10**6:.1f} MB"
