"""The part of a picture that a model gets, as a frame of fixed shape: pure arithmetic in fractions of the picture."""

from dataclasses import dataclass, replace

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

ROOM = 1.25  # the largest frame, in frames that hold the whole picture
MAX_SCALE = 8.0  # of very long pictures
MIN_PIXELS = 4  # of the original


@dataclass(frozen=True)
class Frame:
    """A frame around (x, y). At scale 1 it is the largest that lies inside the picture: `unit` wide and high."""

    unit: Point
    pixels: tuple[int, int]  # width and height of the original
    x: float = 0.5
    y: float = 0.5
    scale: float = 1.0

    @property
    def box(self) -> Box:
        half_width, half_height = self.unit[0] * self.scale / 2, self.unit[1] * self.scale / 2
        return self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height

    @property
    def whole_scale(self) -> float:
        """At which the whole picture lies inside."""
        return min(1 / min(self.unit), MAX_SCALE)

    @property
    def largest_scale(self) -> float:
        return min(self.whole_scale * ROOM, MAX_SCALE)

    @property
    def smallest_scale(self) -> float:
        shorter = min(self.unit[0] * self.pixels[0], self.unit[1] * self.pixels[1])
        return min(1.0, MIN_PIXELS / max(shorter, 1e-9))

    @property
    def extent(self) -> Box:
        """All that a view must show: the picture, and the largest frame around its middle."""
        half_width = max(1.0, self.unit[0] * self.largest_scale) / 2
        half_height = max(1.0, self.unit[1] * self.largest_scale) / 2
        return 0.5 - half_width, 0.5 - half_height, 0.5 + half_width, 0.5 + half_height


def from_box(box: Box, pixels: tuple[int, int]) -> Frame:
    """The frame that a crop in the middle stands for, at scale 1."""
    return Frame((box[2] - box[0], box[3] - box[1]), pixels, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def moved(frame: Frame, dx: float, dy: float) -> Frame:
    """Its middle stays on the picture."""
    return replace(frame, x=_between(0.0, frame.x + dx, 1.0), y=_between(0.0, frame.y + dy, 1.0))


def scaled(frame: Frame, factor: float) -> Frame:
    return replace(frame, scale=_between(frame.smallest_scale, frame.scale * factor, frame.largest_scale))


def centred(frame: Frame) -> Frame:
    return replace(frame, x=0.5, y=0.5, scale=1.0)


def whole(frame: Frame) -> Frame:
    return replace(frame, x=0.5, y=0.5, scale=frame.whole_scale)


def dragged_corner(frame: Frame, corner: int, point: Point) -> Frame:
    """A corner (0 top left, 1 top right, 2 bottom left, 3 bottom right) pulled towards a point; the other one stays."""
    fixed = corners(frame)[3 - corner]
    wanted = max(abs(point[0] - fixed[0]) / frame.unit[0], abs(point[1] - fixed[1]) / frame.unit[1])
    scale = _between(frame.smallest_scale, wanted, frame.largest_scale)
    across, down = (1 if corner in (1, 3) else -1), (1 if corner in (2, 3) else -1)
    x, y = fixed[0] + across * frame.unit[0] * scale / 2, fixed[1] + down * frame.unit[1] * scale / 2
    return moved(replace(frame, x=x, y=y, scale=scale), 0.0, 0.0)


def corners(frame: Frame) -> tuple[Point, Point, Point, Point]:
    left, top, right, bottom = frame.box
    return (left, top), (right, top), (left, bottom), (right, bottom)


def _between(low: float, value: float, high: float) -> float:
    return min(max(value, low), high)
