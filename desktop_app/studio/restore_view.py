"""What the canvas of Restore asks for: parts of the picture before and after, as large as they are on the screen.

Only what is in view is read, and blended at the screen's resolution, so that a picture of 100 megapixels is as quick as
a small one. The blends are those of the saved picture (restored.py): the means of pixels and the blend change places.
From 1:1 on the pixels are exact, and larger ones are squares.

All methods belong to one thread, but for `prepare`.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.studio import honest, restored, wavelet
from desktop_app.studio.coverage import Coverage
from desktop_app.studio.overview import Overview, nearest
from desktop_app.studio.restoration import Box, RestoreState, Stroke, local_map

Array = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]
Kind = Literal["before", "after", "difference", "removed", "invented"]
Size = tuple[int, int]  # width, height

DIFFERENCE, REMOVED = 8, 4  # how many times they are amplified
KEPT = 4  # views whose pixels are remembered
WORTH_KEEPING = 2**16  # pixels: less is a strip at the edge, or what is under a lens
MARGIN = 128  # pixels around a view at 1:1 that are looked at for its fine structure
HEAT, GLOW = (255, 92, 40), 1.6  # of what is not supported by the original, and how strongly it shows


class ResultLike(Protocol):
    """`studio.restoring.Restoring`, as far as it is looked at."""

    result: Any  # (H scale, W scale, C) of the original's type

    @property
    def is_whole(self) -> bool: ...


class PreviewLike(Protocol):
    """A part of the result that was made for the view, at any size."""

    @property
    def box(self) -> Box: ...  # of the result
    @property
    def pixels(self) -> Any: ...  # (h, w, C)


@dataclass(frozen=True)
class Look:
    """All of the state that decides how a stored result looks."""

    strength: float = 1.0
    detail: float = 0.0
    local: tuple[Stroke, ...] = ()

    @staticmethod
    def of(state: RestoreState) -> "Look":
        return Look(state.strength, state.detail, state.local)


@dataclass(frozen=True)
class Original:
    """A picture as it was read; shared by the layers of all models that work on it."""

    overview: Overview
    to_srgb: Callable[[Array], Pixels]  # (h, w, C) -> (h, w, 3)
    alpha: Overview | None = None  # (H, W, 1)

    @staticmethod
    def of(pixels: Array, to_srgb: Callable[[Array], Pixels], alpha: Array | None = None) -> "Original":
        """pixels: (H, W, C) uint8 or uint16, which may lie in a file; alpha: (H, W) of the same type."""
        return Original(Overview(pixels), to_srgb, None if alpha is None else Overview(alpha[..., None]))

    def prepare(self) -> None:
        """Look at all of it once, so that all of it can be shown quickly. For a thread that nobody waits for."""
        self.overview.prepare()
        if self.alpha is not None:
            self.alpha.prepare()


@dataclass(eq=False)
class _View:
    """What is known of one part at one size."""

    box: Box  # of the result
    size: Size  # of the arrays: that of the box from 1:1 on, else that on the screen
    before: Array
    clean: Array | None = None  # the network's answer, the original where there is none yet
    layer: npt.NDArray[np.int16] | None = None
    local: tuple[tuple[Stroke, ...], Pixels] | None = None
    evidence: "honest.Evidence | None" = None
    is_stale: bool = True  # `clean` and what is made of it


class Layers:
    def __init__(self, original: Original, *, scale: int = 1) -> None:
        """scale: pixels of the result a pixel of the original."""
        self.original, self.scale = original, scale
        height, width = original.overview.array.shape[:2]
        self.size: Size = width * scale, height * scale
        self._look = Look()
        self._result: Overview | None = None
        self._there = Coverage(self.size)
        self._preview: PreviewLike | None = None
        self._noise: tuple[float, ...] | None = None  # of the bands of what was taken away from all of it
        self._views: dict[tuple[Box, Size], _View] = {}

    # -- what is known ---------------------------------------------------------------------------------------------

    def set_look(self, look: Look) -> None:
        """Strength, detail or local strength are other ones: what was stored is blended anew."""
        self._look = look

    def set_result(self, result: ResultLike | None, done: Iterable[Box] = ()) -> None:
        """Another run, or none. done: the parts of it that are there already, in pixels of the result."""
        self._result = None if result is None else Overview(result.result)
        self._there, self._preview, self._noise = Coverage(self.size), None, None
        self._outdate((0, 0, *self.size))
        if result is not None:
            for box in [(0, 0, *self.size)] if result.is_whole else done:
                self.came(box)

    def came(self, box: Box) -> None:
        """These pixels of the result are there."""
        assert self._result is not None
        self._there.add(box)
        self._result.came(*box)
        if self._there.is_whole:
            self._preview = self._noise = None
        self._outdate((0, 0, *self.size) if self._there.is_whole else box)

    def set_preview(self, preview: PreviewLike | None) -> None:
        """Shown where the result is not there yet."""
        self._preview = None if self._there.is_whole else preview
        self._outdate((0, 0, *self.size))

    def prepare(self) -> None:
        self.original.prepare()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def paint(self, kind: Kind, box: Box, out: Size) -> Pixels | None:
        """(h, w, 3) uint8 sRGB, or (h, w, 4) with transparency, of a part of the result at the size out = (w, h).

        box: left, top, right, bottom in pixels of the result, inside it. None where nothing of it is there yet;
        where only some of it is, the rest shows the original.
        """
        if not (0 <= box[0] < box[2] <= self.size[0] and 0 <= box[1] < box[3] <= self.size[1] and min(out) > 0):
            raise ValueError(f"{box} at {out} is no part of a picture of {self.size}")
        view = self._view(box, out)
        if kind == "before":
            made = self.original.to_srgb(view.before)
        else:
            self._freshen(view)
            if view.clean is None:
                return None
            made = self._made(kind, view, view.clean)
        if self.original.alpha is not None and kind in ("before", "after"):
            made = np.concatenate((made, self._alpha(view)), axis=2)
        return _enlarged(made, out)

    def is_there(self, box: Box) -> bool:
        """Whether the result itself is there, not only a preview or the original in its place."""
        return self._there.has(box)

    def _made(self, kind: Kind, view: _View, clean: Array) -> Pixels:
        if kind == "invented":
            return self._heat(view)
        after = self._blend(view, clean)
        if kind == "after":
            return self.original.to_srgb(after)
        return _amplified(view.before, after, kind)

    def _blend(self, view: _View, clean: Array) -> Array:
        look = self._look
        layer = self._layer(view, clean) if look.detail > 0 else None
        return restored.blend(
            view.before, clean, strength=look.strength, local=self._local(view), detail=look.detail, layer=layer
        )

    def _local(self, view: _View) -> Pixels | None:
        strokes = self._look.local
        if not strokes:
            return None
        if view.local is None or view.local[0] != strokes:
            view.local = strokes, self._strokes(strokes, view)
        return view.local[1]

    def _strokes(self, strokes: tuple[Stroke, ...], view: _View) -> Pixels:
        """The map of local strength; from 1:1 on of whole pixels of the original."""
        s = self.scale
        left, top, right, bottom = view.box
        outer = left // s, top // s, -(-right // s), -(-bottom // s)
        if view.size != (right - left, bottom - top):
            return local_map(strokes, outer, view.size)
        made = local_map(strokes, outer, (s * (outer[2] - outer[0]), s * (outer[3] - outer[1])))
        y, x = top - outer[1] * s, left - outer[0] * s
        return np.ascontiguousarray(made[y : y + view.size[1], x : x + view.size[0]])

    def _heat(self, view: _View) -> Pixels:
        """What the result holds and the original does not support, glowing over the original in dark grey."""
        if view.evidence is None:
            for other in self._views.values():
                other.evidence = None  # large: sixteen bytes a pixel
            view.evidence = self._evidence(view)
        local = self._local(view)
        strength = self._look.strength if local is None else self._look.strength / 255 * local.astype(np.float32)
        glow = np.minimum(GLOW * view.evidence.share(strength), 1)[..., None]
        ground = restored.luma(self.original.to_srgb(view.before))[..., None] * np.float32(0.4)
        ground = ground + (np.array(HEAT, np.float32) - ground) * glow
        made: Pixels = np.rint(ground).astype(np.uint8)
        return made

    def _alpha(self, view: _View) -> Pixels:
        assert self.original.alpha is not None
        levels = self.original.alpha.read(self._region(view.box), view.size)
        made: Pixels = (levels if levels.dtype == np.uint8 else (levels.astype(np.uint32) + 128) // 257).astype(
            np.uint8
        )
        return made

    # -- what it is made of ----------------------------------------------------------------------------------------

    def _view(self, box: Box, out: Size) -> _View:
        extent = box[2] - box[0], box[3] - box[1]
        size = extent if out[0] >= extent[0] and out[1] >= extent[1] else out
        view = self._views.pop((box, size), None)
        if view is None:
            view = _View(box, size, self.original.overview.read(self._region(box), size))
        if size[0] * size[1] >= WORTH_KEEPING or box == (0, 0, *self.size):
            self._views[box, size] = view  # the newest
        while len(self._views) > KEPT:
            self._views.pop(next(iter(self._views)))
        return view

    def _region(self, box: Box) -> tuple[float, float, float, float]:
        left, top, right, bottom = (x / self.scale for x in box)
        return left, top, right, bottom

    def _freshen(self, view: _View) -> None:
        if view.is_stale:
            view.clean = self._clean(view.box, view.size, view.before)
            view.layer = view.evidence = None
            view.is_stale = False

    def _clean(self, box: Box, size: Size, before: Array) -> Array | None:
        if self._result is not None and self._there.has(box):
            return self._result.read(box, size)
        there = None if self._result is None else self._there.mask(box, size)
        clean = self._with_preview(box, size, before)
        if there is None or not there.any():
            return clean
        assert self._result is not None
        base = before if clean is None else clean
        return np.where(there[..., None], self._result.read(box, size), base)

    def _with_preview(self, box: Box, size: Size, before: Array) -> Array | None:
        """The original with the preview on it, or None where that shows nothing of the part."""
        preview = self._preview
        if preview is None:
            return None
        across, down = size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1])
        left, right = (round((x - box[0]) * across) for x in (preview.box[0], preview.box[2]))
        top, bottom = (round((y - box[1]) * down) for y in (preview.box[1], preview.box[3]))
        shown = max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)
        if shown[0] >= shown[2] or shown[1] >= shown[3]:
            return None
        height, width = preview.pixels.shape[:2]
        x, y = width / (right - left), height / (bottom - top)
        region = ((shown[0] - left) * x, (shown[1] - top) * y, (shown[2] - left) * x, (shown[3] - top) * y)
        clean = np.array(before)
        part = Overview(preview.pixels).read(region, (shown[2] - shown[0], shown[3] - shown[1]))
        clean[shown[1] : shown[3], shown[0] : shown[2]] = part
        return clean

    def _layer(self, view: _View, clean: Array) -> npt.NDArray[np.int16]:
        if view.layer is None:
            before, clean, inside = self._around(view, clean)
            bands = restored.BANDS - self._coarser(view)
            noise = self._noise_of(view, before, clean, bands)
            view.layer = restored.structure(before, clean, noise)[inside]
        return view.layer

    def _evidence(self, view: _View) -> "honest.Evidence":
        assert view.clean is not None
        before, clean, inside = self._around(view, view.clean)
        return honest.evidence(before, clean, self._noise_of(view, before, clean, honest.BANDS)).part(inside)

    def _around(self, view: _View, clean: Array) -> tuple[Array, Array, tuple[slice, slice]]:
        """Before, the network's answer, and where the view lies in them: with a margin at 1:1."""
        left, top, right, bottom = view.box
        width, height = view.size
        if view.size != (right - left, bottom - top):
            return view.before, clean, (slice(0, height), slice(0, width))
        step = self.scale
        wide = (
            max(0, left - MARGIN) // step * step,
            max(0, top - MARGIN) // step * step,
            min(self.size[0], right + MARGIN),
            min(self.size[1], bottom + MARGIN),
        )
        size = wide[2] - wide[0], wide[3] - wide[1]
        before = self.original.overview.read(self._region(wide), size)
        around = self._clean(wide, size, before)
        y, x = top - wide[1], left - wide[0]
        return before, before if around is None else around, (slice(y, y + height), slice(x, x + width))

    def _noise_of(self, view: _View, before: Array, clean: Array, bands: int) -> tuple[float, ...]:
        """Of the whole result where it is there and shown at 1:1, else of what is in view."""
        if view.size != (view.box[2] - view.box[0], view.box[3] - view.box[1]) or not self._there.is_whole:
            return restored.band_noise([(before, clean)], bands)
        if self._noise is None:
            self._noise = restored.band_noise(self._samples())
        return self._noise[:bands]

    def _samples(self) -> Iterator[tuple[Array, Array]]:
        assert self._result is not None
        for rows, columns in wavelet.samples(self.size[::-1]):
            box = columns.start, rows.start, min(columns.stop, self.size[0]), min(rows.stop, self.size[1])
            before = self.original.overview.read(self._region(box), (box[2] - box[0], box[3] - box[1]))
            yield before, self._result.array[rows, columns]

    def _coarser(self, view: _View) -> int:
        """How many of the finest bands the view is too small to show."""
        factor = (view.box[2] - view.box[0]) / view.size[0]
        return min(restored.BANDS, max(0, round(math.log2(factor))))

    def _outdate(self, box: Box) -> None:
        """MARGIN: the fine structure of a view depends on what lies around it."""
        for view in self._views.values():
            left, top, right, bottom = view.box
            if (
                left - MARGIN < box[2]
                and box[0] < right + MARGIN
                and top - MARGIN < box[3]
                and box[1] < bottom + MARGIN
            ):
                view.is_stale = True


def _amplified(before: Array, after: Array, kind: Kind) -> Pixels:
    """The difference as grey or colours, 8 bits, in the picture's own values."""
    change = np.subtract(before, after, dtype=np.int32)
    if before.dtype != np.uint8:
        change //= 257
    if kind == "difference":
        change = np.abs(change, out=change)
        change *= DIFFERENCE
    else:
        change *= REMOVED
        change += 128
    made = np.clip(change, 0, 255, out=change).astype(np.uint8)
    return made if made.shape[2] == 3 else made.repeat(3, axis=2)


def _enlarged(pixels: Pixels, out: Size) -> Pixels:
    """Each pixel a rectangle, (h, w, c) -> the size out = (w, h)."""
    height, width = pixels.shape[:2]
    if (width, height) == out:
        return pixels
    return pixels.take(nearest(0, height, out[1]), axis=0).take(nearest(0, width, out[0]), axis=1)
