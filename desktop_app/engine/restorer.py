"""A network that turns a picture into a better one, on pictures of any size: tile by tile, each with a border.

A convolutional net sees only so far. Each tile is computed together with `border` pixels around it that are thrown
away, and lies on the grid of the net's own steps (`cell`), so that the pixels of a tiled picture are those of the whole
one. Around the picture its own mirror image stands, as deep as the border, so that no tile sees the net's padding.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.array_file import open_array
from desktop_app.engine.arrays import read_arrays
from desktop_app.engine.errors import DeviceError, Fault, OutOfMemory, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Progress, Restore, Restored, Window
from desktop_app.engine.runtime import Runtime, Session

Array = npt.NDArray[Any]
Float32 = npt.NDArray[np.float32]

MAX_TILE = 2048
MIN_TILE = 128
CELLS_AT_ONCE = 16  # of a sheet of small pictures: one alone would be all overhead
PHASES = {"denoise": "Cleaning", "upscale": "Enlarging", "inpaint": "Filling in"}


@dataclass(frozen=True, eq=False)
class _Job:
    picture: Array  # (H, W, C)
    mask: Array | None  # (H, W, 1)
    border: int  # pixels, whole cells


class Restorer:
    """An opened package that denoises, upscales or inpaints."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        """Open its graph and compare it with the manifest. Raises PackageError."""
        manifest = package.manifest
        if manifest.restoration is None:
            raise RequestError(f"“{manifest.title}” does not restore pictures. Choose a model that does.")
        self.package = package
        self.restoration = manifest.restoration
        self.takes_mask = "inpaint" in manifest.abilities
        self.phase = next(words for ability, words in PHASES.items() if ability in manifest.abilities)
        self._graph = manifest.graphs["restorer"]
        self._runtime = runtime
        self._session: Session | None = None
        _ = self._opened

    @property
    def _opened(self) -> Session:
        if self._session is None:
            self._session = self._runtime.open(self.package.file(self._graph.file))
            self._session.check_shapes(self._graph)
        return self._session

    def golden_error(self) -> float:
        """Largest |difference| from the golden example. Raises PackageError where it is none."""
        names = ("image", "restored", *(("mask",) if self.takes_mask else ()))
        golden = read_arrays(self.package.file("golden"), names)
        if golden.keys() != set(names) or golden["restored"].ndim != 4:
            raise PackageError(f"The golden example of “{self.package.name}” is incomplete.", Fault.WRONG_SHAPE)
        given = {name: golden[name].astype(np.float32) for name in names if name != "restored"}
        made = self._opened.run(given)["restored"]
        if made.shape != golden["restored"].shape:
            raise PackageError(f"“{self.package.name}” gives {made.shape} for its golden example.", Fault.WRONG_SHAPE)
        return float(np.abs(made - golden["restored"]).max())

    def answer(self, image: Float32, mask: Float32 | None = None) -> Float32:
        """One picture of the network's own size and channels, (C, h, w) in 0..1, and what it gives, as it gives it.

        mask: (1, h, w), 1 where the picture is to be filled in.
        """
        given = {"image": image[None]} | ({} if mask is None else {"mask": mask[None]})
        made: Float32 = self._opened.run(given)["restored"][0]
        size = tuple(self.restoration.scale * length for length in image.shape[1:])
        if made.shape != (len(image), *size):
            raise self._wrong_size()
        return made

    # -- pictures --------------------------------------------------------------------------------------------------

    def restore(self, request: Restore) -> Iterator[Restored | Progress]:
        """Tiles in rows from the top, with progress counted in pixels. Raises StudioError.

        A tile that the memory does not hold is halved, down to MIN_TILE, and all later ones are of that size too.
        """
        job = self._job(request)
        window = request.window or (0, 0, *job.picture.shape[:2])
        side = self._first_side(request.tile)
        waiting = self._tiles(window, side)
        pixels, done = (window[2] - window[0]) * (window[3] - window[1]), 0
        while waiting:
            batch = waiting[: self._runtime.threads]
            try:
                made = self._run(job, batch)
            except OutOfMemory as error:
                self._session = None  # its arena would keep what it had got
                side = self._smaller(side, error)
                waiting = [part for tile in waiting for part in self._tiles(tile, side)]
                continue
            del waiting[: len(batch)]
            for (top, left, bottom, right), tile in zip(batch, made, strict=True):
                done += (bottom - top) * (right - left)
                scale, shown = self.restoration.scale, request.tile if self.restoration.side else side
                yield Restored(top * scale, left * scale, tile, shown)
            yield Progress(self.phase, done, pixels)

    def _job(self, request: Restore) -> "_Job":
        picture = open_array(request.picture)
        mask = open_array(request.mask) if request.mask is not None else None
        self._check(request, picture, mask)
        most = self.restoration.border
        border = most if request.border is None else min(max(request.border, 0), most)
        return _Job(picture, mask, -(-border // self.restoration.cell) * self.restoration.cell)

    def _check(self, request: Restore, picture: Array, mask: Array | None) -> None:
        height, width, channels = picture.shape
        if channels not in (1, 3):
            raise RequestError(f"A picture of {channels} channels cannot be restored; give it 1 or 3.")
        if self.takes_mask != (mask is not None):
            needs = "needs to be told what to fill in: paint over it first" if self.takes_mask else "takes no mask"
            raise RequestError(f"“{self.package.manifest.title}” {needs}.")
        if mask is not None and (mask.shape != (height, width, 1) or mask.dtype != np.uint8):
            raise RequestError("The mask is not as large as the picture.")
        side = self.restoration.side
        if side is not None and (height % side or width % side):
            raise RequestError(
                f"“{self.package.manifest.title}” knows pictures of {side} × {side} pixels, or sheets of them whose "
                f"sides are multiples of {side}; this one is {width} × {height}. Crop it, or choose another model."
            )
        if request.window is not None:
            top, left, bottom, right = request.window
            if not (0 <= top < bottom <= height and 0 <= left < right <= width):
                raise RequestError("The part that is asked for lies outside the picture.")

    def _first_side(self, asked: int) -> int:
        r = self.restoration
        if r.side is not None:
            return r.side
        return max(MIN_TILE, min(asked, MAX_TILE)) // r.cell * r.cell

    def _smaller(self, side: int, error: OutOfMemory) -> int:
        if self.restoration.side is not None or side <= MIN_TILE:
            raise error
        return max(MIN_TILE, side // 2) // self.restoration.cell * self.restoration.cell

    def _tiles(self, window: Window, side: int) -> list[Window]:
        """Rows of tiles of at most side x side that cover a window: along the sheet's own grid where there is one,
        else side by side from the window's upper left corner."""
        top, left, bottom, right = window
        fixed = self.restoration.side is not None
        rows = _cuts(top, bottom, side, origin=0 if fixed else top)
        columns = _cuts(left, right, side * CELLS_AT_ONCE if fixed else side, origin=0 if fixed else left)
        return [(a, c, b, d) for a, b in rows for c, d in columns]

    def _run(self, job: "_Job", tiles: list[Window]) -> list[Array]:
        """Results of some tiles, computed side by side: each alone on a thread of its own."""
        session = self._opened
        try:
            return self._runtime.each(len(tiles), lambda i, options: self._tile(session, job, tiles[i], options))
        except MemoryError:
            raise OutOfMemory(f"There is not enough memory for “{self.package.manifest.title}”.") from None

    def _tile(self, session: Session, job: "_Job", window: Window, options: Any) -> Array:
        picture, mask = job.picture, job.mask
        if mask is not None and not _cut(mask, window).any():
            return _cut(picture, window).copy()  # nothing to fill in here
        reach = self._reach(window, job.border)
        image = _values(_cut(picture, reach))  # (C, h, w)
        inputs = {"image": self._as_taken(image)}
        if mask is not None:
            hole = (_cut(mask, reach) > 0).astype(np.float32).transpose(2, 0, 1)[None]
            inputs["mask"] = np.repeat(hole, len(inputs["image"]), axis=0)
        made = self._as_given(self._answer(session, inputs, options), channels=picture.shape[2])
        top, left = window[0] - reach[0], window[1] - reach[1]
        inner = self._inside(made, top, left, window[2] - window[0], window[3] - window[1])
        return _pixels(inner, picture.dtype)

    def _answer(self, session: Session, inputs: dict[str, Float32], options: Any) -> Float32:
        """What the network gives to rows of pictures: each alone, or small ones always so many at once (decision 8)."""
        if self.restoration.side is not None:
            cells = {name: _apart(rows) for name, rows in inputs.items()}
            return _side_by_side(session.once(cells, options)["restored"], len(inputs["image"]))
        rows = [
            session.once({k: v[n : n + 1] for k, v in inputs.items()}, options)["restored"]
            for n in range(len(inputs["image"]))
        ]
        return np.concatenate(rows)

    def _reach(self, window: Window, border: int) -> Window:
        """A tile with its border, grown to whole cells of a grid that begins at the picture's corner."""
        high = self.restoration.side or self.restoration.cell
        wide = self.restoration.side * CELLS_AT_ONCE if self.restoration.side else high
        top, left, bottom, right = window
        return (
            top // high * high - border,
            left // wide * wide - border,
            -(-bottom // high) * high + border,
            -(-right // wide) * wide + border,
        )

    def _as_taken(self, image: Float32) -> Float32:
        """(C, h, w) -> rows (N, channels of the network, h, w)."""
        if self.restoration.channels == 1:
            return image[:, None]
        return image[None] if len(image) == 3 else np.repeat(image[None], 3, axis=1)

    def _as_given(self, rows: Float32, *, channels: int) -> Float32:
        """Rows of the network's answers -> (C, h, w)."""
        if self.restoration.channels == 1:
            return rows[:, 0]
        grey: Float32 = rows[0].mean(axis=0, keepdims=True)
        return rows[0] if channels == 3 else grey

    def _inside(self, made: Float32, top: int, left: int, height: int, width: int) -> Float32:
        s = self.restoration.scale
        inner = made[:, s * top : s * (top + height), s * left : s * (left + width)]
        if inner.shape[1:] != (s * height, s * width):
            raise self._wrong_size()
        if not np.isfinite(inner).all():
            raise DeviceError(
                f"“{self.package.manifest.title}” answered with numbers that are none (NaN). "
                "Its file may be damaged: verify it."
            )
        return inner

    def _wrong_size(self) -> PackageError:
        return PackageError(f"“{self.package.name}” gives pictures of a size that was not declared.", Fault.WRONG_SHAPE)


# -- tiles ---------------------------------------------------------------------------------------------------------


def _cuts(start: int, end: int, side: int, *, origin: int) -> list[tuple[int, int]]:
    """From start to end, cut wherever a multiple of side lies from the origin."""
    first = origin + ((start - origin) // side + 1) * side
    return list(itertools.pairwise([start, *range(first, end, side), end]))


def _apart(strips: Float32) -> Float32:
    """(N, C, side, CELLS_AT_ONCE side) -> (N CELLS_AT_ONCE, C, side, side)."""
    count, channels, side, _ = strips.shape
    cells = strips.reshape(count, channels, side, CELLS_AT_ONCE, side).transpose(0, 3, 1, 2, 4)
    return np.ascontiguousarray(cells.reshape(-1, channels, side, side))


def _side_by_side(cells: Float32, count: int) -> Float32:
    """The way back, whatever the scale."""
    _, channels, height, width = cells.shape
    strips = cells.reshape(count, CELLS_AT_ONCE, channels, height, width).transpose(0, 2, 3, 1, 4)
    return strips.reshape(count, channels, height, CELLS_AT_ONCE * width)


def _cut(picture: Array, window: Window) -> Array:
    """A part of (H, W, C) that may go beyond it: there stands its mirror image, folded as often as it takes."""
    top, left, bottom, right = window
    height, width = picture.shape[:2]
    if top >= 0 and left >= 0 and bottom <= height and right <= width:
        return np.asarray(picture[top:bottom, left:right])
    rows, columns = _mirrored(top, bottom, height), _mirrored(left, right, width)
    part = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.asarray(part[np.ix_(rows - rows.min(), columns - columns.min())])


def _mirrored(start: int, end: int, length: int) -> npt.NDArray[np.int64]:
    """Indices into 0 … length - 1 for start … end - 1: … 2 1 0 1 2 … at either end, as "reflect" does."""
    if length == 1:
        return np.zeros(end - start, np.int64)
    period = 2 * (length - 1)
    folded = np.abs(np.arange(start, end)) % period
    indices: npt.NDArray[np.int64] = np.minimum(folded, period - folded)
    return indices


def _values(pixels: Array) -> Float32:
    """(h, w, C) uint8 or uint16 -> (C, h, w) in 0..1."""
    whole = np.float32(np.iinfo(pixels.dtype).max)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32) / whole


def _pixels(values: Float32, dtype: np.dtype[Any]) -> Array:
    """(C, h, w) in 0..1 -> (h, w, C), clipped and rounded."""
    whole = np.float32(np.iinfo(dtype).max)
    made = np.rint(np.clip(values, 0, 1) * whole).astype(dtype)
    return np.ascontiguousarray(made.transpose(1, 2, 0))
