"""From the state of the canvas to the scene that is painted: which pictures lie where, and which labels they get."""

import time
from dataclasses import dataclass, field, replace
from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QImage

from desktop_app.studio import restore_view
from desktop_app.ui.restore.brush_tool import Brush
from desktop_app.ui.restore.overlay import Overlay, OverlayKind, hatch_image, mask_image
from desktop_app.ui.restore.plane import Box, Extent, Plane, View
from desktop_app.ui.restore.plates import QUICK_S, Kind, Plate, Plates, enlarged_map
from desktop_app.ui.restore.restore_painter import CHIP_HEIGHT, CHIP_PADDING, Chip, Laid, Sheet
from desktop_app.ui.restore.wipe import CHIP_GAP, Point, Size, Wipe, chip_place, region

Mode = Literal["wipe", "side", "after", "before", "difference", "removed", "invented"]
DIVIDER = 2  # pixels of the view
TITLES: dict[Kind, str] = {
    "before": "Before",
    "after": "After",
    "difference": f"Difference × {restore_view.DIFFERENCE}",
    "removed": f"Removed × {restore_view.REMOVED}",
    "invented": "Invented",
}
WORKING = "Working…"


@dataclass(frozen=True)
class CanvasState:
    size: Size  # of the view
    ratio: float  # device pixels a pixel of the view
    plane: Plane
    scale: int = 1  # pixels of the result a pixel of the original
    mode: Mode = "wipe"
    wipe: Wipe = field(default_factory=Wipe)
    brush: Brush = field(default_factory=Brush)
    is_held: bool = False  # a key is held down: the original everywhere

    @property
    def panes(self) -> tuple["Pane", ...]:
        return panes(self.size, self.ratio, self.mode)

    @property
    def shows_wipe(self) -> bool:
        return self.mode == "wipe" and not self.is_held

    @property
    def original_plane(self) -> Plane:
        """The same place in pixels of the original."""
        plane = self.plane
        extent = plane.picture[0] // self.scale, plane.picture[1] // self.scale
        return replace(plane, picture=extent, transform=replace(plane.transform, scale=plane.zoom * self.scale))

    def kinds(self) -> tuple[Kind, ...]:
        """One a pane; two in one pane where there is a wipe."""
        if self.mode in ("wipe", "side"):
            return ("before", "before") if self.is_held else ("before", "after")
        return ("before",) if self.is_held else (self.mode,)  # type: ignore[return-value]


@dataclass(frozen=True)
class Pane:
    origin: Extent  # device pixels of the canvas
    extent: Extent  # device pixels
    ratio: float

    @property
    def area(self) -> QRectF:
        """In pixels of the view."""
        left, top, width, height = (value / self.ratio for value in (*self.origin, *self.extent))
        return QRectF(left, top, width, height)


def panes(size: Size, ratio: float, mode: Mode) -> tuple[Pane, ...]:
    """One for the whole canvas, or two halves of the same size."""
    width, height = max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))
    if mode != "side":
        return (Pane((0, 0), (width, height), ratio),)
    half = max(1, (width - round(DIVIDER * ratio)) // 2)
    return Pane((0, 0), (half, height), ratio), Pane((width - half, 0), (half, height), ratio)


def pane_at(state: CanvasState, point: Point) -> Pane:
    """The pane under a point of the view."""
    for pane in state.panes[1:]:
        if point[0] * state.ratio >= pane.origin[0]:
            return pane
    return state.panes[0]


def in_pane(pane: Pane, point: Point) -> Point:
    """A point of the view in device pixels of the pane."""
    return point[0] * pane.ratio - pane.origin[0], point[1] * pane.ratio - pane.origin[1]


def picture_point(state: CanvasState, point: Point) -> Point:
    """A point of the view in pixels of the result."""
    return state.plane.point(*in_pane(pane_at(state, point), point))


def divider(state: CanvasState) -> QRectF | None:
    if len(state.panes) < 2:
        return None
    one, other = (pane.area for pane in state.panes)
    return QRectF(one.right(), 0, other.left() - one.right(), one.height())


# -- pictures --------------------------------------------------------------------------------------------------------


def sheets(state: CanvasState, plates: Plates, *, in_haste: bool) -> tuple[Sheet, ...]:
    if plates.layers is None:
        return ()
    kinds = state.kinds()
    if not state.shows_wipe:
        shown = state.panes
        return tuple(
            _sheet(state, plates, kind, pane, (), in_haste=in_haste) for kind, pane in zip(kinds, shown, strict=False)
        )
    sides = [region(state.wipe, state.size, after=after) for after in (False, True)]
    return tuple(
        _sheet(state, plates, kind, state.panes[0], tuple(clip), in_haste=in_haste)
        for kind, clip in zip(kinds, sides, strict=True)
        if clip
    )


def _sheet(
    state: CanvasState, plates: Plates, kind: Kind, pane: Pane, clip: tuple[Point, ...], *, in_haste: bool
) -> Sheet:
    images, is_waiting = _images(plates, kind, state.plane, in_haste=in_haste)
    laid = tuple(_laid(plate, state.plane, pane) for plate in images)
    return Sheet(pane.area, clip, _picture_area(state, pane), laid, is_waiting)


def _images(plates: Plates, kind: Kind, plane: Plane, *, in_haste: bool) -> tuple[list[Plate], bool]:
    """What to lay one over the other, and whether the original stands in for what is not there yet."""
    fresh = plates.fresh(kind, plane, in_haste=in_haste)
    if fresh is None:
        older = [plate for plate in plates.stale(kind) if plate.image is not None]
        return (
            (older, False) if older or kind == "before" else (_images(plates, "before", plane, in_haste=True)[0], True)
        )
    if fresh.image is None and kind != "before":
        return _images(plates, "before", plane, in_haste=in_haste)[0], True
    return ([fresh] if fresh.image is not None else []), False


def _laid(plate: Plate, plane: Plane, pane: Pane) -> Laid:
    """On whole device pixels; an older image goes where its part of the picture lies now."""
    assert plate.image is not None
    left, top = plane.place(plate.box[0], plate.box[1])
    right, bottom = plane.place(plate.box[2], plate.box[3])
    return Laid(plate.image, (left + pane.origin[0], top + pane.origin[1], max(1, right - left), max(1, bottom - top)))


def _picture_area(state: CanvasState, pane: Pane) -> QRectF:
    plane, ratio = state.plane, state.ratio
    left, top = plane.origin
    right, bottom = plane.place(*plane.picture)
    x, y = (left + pane.origin[0]) / ratio, (top + pane.origin[1]) / ratio
    return QRectF(x, y, max(1, right - left) / ratio, max(1, bottom - top) / ratio)


# -- what is painted over them ---------------------------------------------------------------------------------------


@dataclass
class OverlayPlate:
    """The image of the overlay for what is in view, kept until something changes."""

    source: Overlay | None = None
    kind: OverlayKind = "mask"
    _kept: tuple[View, float, float, str, QImage] | None = None
    _seconds: float = 0.0

    def set_source(self, source: Overlay | None, kind: OverlayKind) -> None:
        if (source, kind) != (self.source, self.kind):
            self.source, self.kind, self._kept = source, kind, None

    def laid(self, state: CanvasState, tint: str, *, in_haste: bool) -> tuple[tuple[QRectF, Laid], ...]:
        if self.source is None or state.is_held:
            return ()
        plane = state.original_plane
        view, box = self._image(plane, state.ratio, tint, in_haste=in_haste)
        plate = Plate(box, plane.zoom, (view.width(), view.height()), view)
        return tuple((pane.area, _laid(plate, plane, pane)) for pane in state.panes)

    def _image(self, plane: Plane, ratio: float, tint: str, *, in_haste: bool) -> tuple[QImage, Box]:
        wanted = (plane.view, plane.zoom, ratio, tint)
        kept = self._kept
        if kept is not None and (kept[:4] == wanted or (in_haste and self._seconds > QUICK_S)):
            return kept[4], kept[0].box
        began = time.monotonic()
        image = self._made(plane, ratio, tint)
        self._kept, self._seconds = (*wanted, image), time.monotonic() - began
        return image, plane.view.box

    def _made(self, plane: Plane, ratio: float, tint: str) -> QImage:
        assert self.source is not None
        view = plane.view
        box = view.box
        if plane.zoom >= 1:
            found = enlarged_map(self.source(box, (box[2] - box[0], box[3] - box[1])), plane, view)
        else:
            found = self.source(box, view.out)
        if self.kind == "mask":
            return mask_image(found, tint, line=max(1, round(ratio)))
        (left, top), (x, y) = plane.place(box[0], box[1]), plane.origin
        return hatch_image(found, unit=ratio, origin=(left - x, top - y))


# -- labels ----------------------------------------------------------------------------------------------------------


def chips(state: CanvasState, waiting: tuple[bool, ...], font: QFont) -> tuple[Chip, ...]:
    """What each picture is. waiting: one a sheet."""
    kinds = state.kinds()
    texts = [WORKING if late else TITLES[kind] for kind, late in zip(kinds, (*waiting, False, False), strict=False)]
    sizes = [_chip_size(text, font) for text in texts]
    if state.shows_wipe:
        places = [chip_place(state.wipe, state.size, size, after=bool(n)) for n, size in enumerate(sizes)]
    else:
        places = [(pane.area.left() + CHIP_GAP, CHIP_GAP) for pane in state.panes]
    found = zip(texts, places, sizes, strict=False)
    return tuple(Chip(text, place, size) for text, place, size in found if place is not None)


def _chip_size(text: str, font: QFont) -> Size:
    return QFontMetricsF(font).horizontalAdvance(text) + 2 * CHIP_PADDING, CHIP_HEIGHT
