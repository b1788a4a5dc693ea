"""Which part of a picture is in view, how large and where: pure values.

A pane is what shows one picture: the whole canvas, or half of it side by side. Its coordinates are device pixels; those
of the picture are pixels of the result, which an upscaler makes more of than the original has.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from desktop_app.ui.picture.view_transform import MAX_SCALE, ViewTransform, centred, fit, kept_in_view, moved, zoomed

Box = tuple[int, int, int, int]  # left, top, right, bottom
Extent = tuple[int, int]  # width, height
Stance = Literal["fit", "one-to-one", "free"]
START = ViewTransform(1.0, 0.0, 0.0)


@dataclass(frozen=True)
class View:
    """What is on the screen: `box` of the result, and the device pixels it covers."""

    box: Box
    out: Extent


@dataclass(frozen=True)
class Plane:
    picture: Extent  # pixels of the result
    pane: Extent  # device pixels
    transform: ViewTransform = START
    stance: Stance = "fit"
    margin: int = 0  # device pixels around the picture where it fits

    @property
    def zoom(self) -> float:
        """Device pixels a pixel of the result."""
        return self.transform.scale

    @property
    def fit_zoom(self) -> float:
        room = [max(1, length - 2 * self.margin) for length in self.pane]
        return min(room[0] / self.picture[0], room[1] / self.picture[1], MAX_SCALE)

    @property
    def smallest(self) -> float:
        """How far a hand can zoom out: half of what fits, and always down to 1:1."""
        return min(1.0, self.fit_zoom / 2)

    @property
    def view(self) -> View:
        box = self.box
        left, top = self.place(box[0], box[1])
        right, bottom = self.place(box[2], box[3])
        return View(box, (max(1, right - left), max(1, bottom - top)))

    @property
    def box(self) -> Box:
        """The pixels that are in view, also those of which a part is."""
        x, y = self.origin
        left, right = _seen(x, self.zoom, self.picture[0], self.pane[0])
        top, bottom = _seen(y, self.zoom, self.picture[1], self.pane[1])
        return left, top, right, bottom

    @property
    def origin(self) -> tuple[int, int]:
        """The device pixel at which the picture begins. The transform keeps what rounding takes away."""
        return math.floor(self.transform.x + 0.5), math.floor(self.transform.y + 0.5)

    def place(self, x: float, y: float) -> tuple[int, int]:
        """The device pixel at which a pixel of the picture begins."""
        left, top = self.origin
        return math.floor(x * self.zoom + left + 0.5), math.floor(y * self.zoom + top + 0.5)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the pane in pixels of the picture, as it is drawn."""
        left, top = self.origin
        return (x - left) / self.zoom, (y - top) / self.zoom

    @property
    def is_whole(self) -> bool:
        """Nothing lies outside the view, so there is nothing to pan."""
        return self.box == (0, 0, *self.picture)


def _seen(offset: int, scale: float, length: int, room: int) -> tuple[int, int]:
    first = min(max(0, math.floor(-offset / scale + 1e-6)), length - 1)
    last = min(max(first + 1, math.ceil((room - offset) / scale - 1e-6)), length)
    return first, last


# -- what hands do ---------------------------------------------------------------------------------------------------


def fitted(plane: Plane) -> Plane:
    return _settled(replace(plane, stance="fit"))


def one_to_one(plane: Plane) -> Plane:
    """One pixel of the result on one pixel of the device; the middle of the view stays where it is."""
    middle = plane.pane[0] / 2, plane.pane[1] / 2
    return _settled(replace(plane, stance="one-to-one", transform=_scaled(plane, 1.0 / plane.zoom, middle)))


def zoomed_by(plane: Plane, factor: float, at: tuple[float, float] | None = None) -> Plane:
    """Around a point of the pane, by default its middle. A step that would leap over 1:1 stops there."""
    target = plane.zoom * factor
    if (plane.zoom - 1) * (target - 1) < 0 and abs(plane.zoom - 1) > 1e-9:
        factor = 1.0 / plane.zoom
    at = at or (plane.pane[0] / 2, plane.pane[1] / 2)
    return _settled(replace(plane, stance="free", transform=_scaled(plane, factor, at)))


def panned(plane: Plane, dx: float, dy: float) -> Plane:
    """By device pixels. A picture that fits stays as it is."""
    if plane.is_whole:
        return plane
    return _settled(replace(plane, stance="free", transform=moved(plane.transform, dx, dy)))


def resized(plane: Plane, pane: Extent) -> Plane:
    """Another pane: what was in its middle stays there, what was fitted is fitted again."""
    if pane == plane.pane:
        return plane
    dx, dy = (pane[0] - plane.pane[0]) / 2, (pane[1] - plane.pane[1]) / 2
    return _settled(replace(plane, pane=pane, transform=moved(plane.transform, dx, dy)))


def with_picture(plane: Plane, picture: Extent) -> Plane:
    """The same picture in other pixels: what is in view stays there, in size and place."""
    if picture == plane.picture:
        return plane
    ratio = plane.picture[0] / picture[0]
    transform = replace(plane.transform, scale=plane.zoom * ratio)
    stance: Stance = "fit" if plane.stance == "fit" else "free"
    return _settled(replace(plane, picture=picture, transform=transform, stance=stance))


def _scaled(plane: Plane, factor: float, at: tuple[float, float]) -> ViewTransform:
    made = zoomed(plane.transform, factor, at, smallest=plane.smallest)
    near = round(made.scale)  # rounding must not keep a whole multiple from being exact
    return replace(made, scale=float(near)) if near and abs(made.scale - near) < 1e-6 else made


def _settled(plane: Plane) -> Plane:
    """In the middle where there is room, without a gap where there is none."""
    picture = float(plane.picture[0]), float(plane.picture[1])
    pane = float(plane.pane[0]), float(plane.pane[1])
    if plane.stance == "fit":
        return replace(plane, transform=fit(picture, pane, plane.margin, smallest=1e-6))
    kept = kept_in_view(plane.transform, picture, pane)
    middle = centred(picture, pane, plane.zoom, smallest=1e-6)
    x = middle.x if picture[0] * plane.zoom <= pane[0] else kept.x
    y = middle.y if picture[1] * plane.zoom <= pane[1] else kept.y
    return replace(plane, transform=replace(kept, x=x, y=y))
