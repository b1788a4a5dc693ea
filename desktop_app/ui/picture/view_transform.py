"""Where a picture lies in a view: a scale in device pixels per picture element, and an offset. Pure values."""

from dataclasses import dataclass, replace

MIN_SCALE, MAX_SCALE = 0.05, 64.0


@dataclass(frozen=True)
class ViewTransform:
    """Point p of the picture lies at p * scale + (x, y) of the view; all in device pixels."""

    scale: float
    x: float
    y: float


Size = tuple[float, float]  # width, height


def fit(picture: Size, view: Size, margin: float = 0.0, *, smallest: float = MIN_SCALE) -> ViewTransform:
    """The whole picture, as large as the view allows, in its middle."""
    room = max(1.0, view[0] - 2 * margin), max(1.0, view[1] - 2 * margin)
    return centred(picture, view, min(room[0] / picture[0], room[1] / picture[1]), smallest=smallest)


def centred(picture: Size, view: Size, scale: float, *, smallest: float = MIN_SCALE) -> ViewTransform:
    scale = min(max(scale, smallest), MAX_SCALE)
    x, y = ((room - length * scale) / 2 for room, length in zip(view, picture, strict=True))
    return ViewTransform(scale, round(x), round(y))


def zoomed(
    transform: ViewTransform, factor: float, at: tuple[float, float], *, smallest: float = MIN_SCALE
) -> ViewTransform:
    """Scaled around a point of the view, which stays where it is."""
    scale = min(max(transform.scale * factor, smallest), MAX_SCALE)
    ratio = scale / transform.scale
    return ViewTransform(scale, at[0] - (at[0] - transform.x) * ratio, at[1] - (at[1] - transform.y) * ratio)


def moved(transform: ViewTransform, dx: float, dy: float) -> ViewTransform:
    return replace(transform, x=transform.x + dx, y=transform.y + dy)


def kept_in_view(transform: ViewTransform, picture: Size, view: Size) -> ViewTransform:
    """A picture smaller than the view stays inside it, a larger one covers it."""
    return replace(
        transform,
        x=_kept(transform.x, picture[0] * transform.scale, view[0]),
        y=_kept(transform.y, picture[1] * transform.scale, view[1]),
    )


def _kept(offset: float, length: float, room: float) -> float:
    low, high = sorted((0.0, room - length))
    return min(max(offset, low), high)
