"""Finished tiles in bounded memory: the engine's pixels, and the images made of them for the screen."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from PySide6.QtGui import QImage

from desktop_app.engine.requests import Pixels
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.resample import Scaling, resample
from desktop_app.ui.picture.tile import Key, Tile

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_OVERHEAD = 600  # bytes of bookkeeping for an entry, measured


class ByteCache(Generic[K, V]):
    """Least recently used values go first once their bytes pass the budget."""

    def __init__(self, budget: int, size: Callable[[V], int]) -> None:
        self.budget = budget
        self.used = 0
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def get(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        self.pop(key)
        self._values[key] = value
        self.used += self._size(value) + _OVERHEAD
        self.shrink()

    def pop(self, key: K) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self.used -= self._size(value) + _OVERHEAD

    def shrink(self) -> None:
        while self.used > self.budget and self._values:
            _, value = self._values.popitem(last=False)
            self.used -= self._size(value) + _OVERHEAD


class Fit(NamedTuple):
    """How a picture is shown on a tile: within `box` device pixels."""

    box: int
    scaling: Scaling
    ratio: float = 1.0  # device pixels to one of the window's


class Drawing(Protocol):
    """Who draws tiles that are more than their pixels."""

    def draws(self, key: Key) -> bool: ...

    def images(self, pictures: Mapping[Key, Pixels], place: Fit) -> dict[Key, QImage]: ...

    def rough(self, pixels: Pixels) -> QImage: ...

    def dressed(self, key: Key, pixels: Pixels) -> Pixels: ...


class TileStore:
    """All that is known of tiles: pixels, screen images, and why there are none."""

    def __init__(self, budget: int) -> None:
        self._pixels: ByteCache[Key, Pixels] = ByteCache(budget // 4, lambda pixels: pixels.nbytes)
        self._images: ByteCache[tuple[Key, Fit], QImage] = ByteCache(
            budget - budget // 4, lambda image: image.sizeInBytes()
        )
        self.failures: dict[Key, str] = {}
        self.drawing: Drawing | None = None

    def set_budget(self, budget: int) -> None:
        self._pixels.budget, self._images.budget = budget // 4, budget - budget // 4
        self._pixels.shrink()
        self._images.shrink()

    @property
    def used(self) -> int:
        return self._pixels.used + self._images.used

    def put(self, key: Key, pixels: Pixels) -> None:
        """pixels: (H, W, C). They are copied, so that a batch does not live on for one of its tiles."""
        self.failures.pop(key, None)
        self._pixels.put(key, pixels.copy())

    def pixels(self, key: Key) -> Pixels | None:
        return self._pixels.get(key)

    def shown(self, key: Key) -> Pixels | None:
        """As they are to be looked at: an icon has its colours, (H, W, 4)."""
        pixels = self._pixels.get(key)
        is_drawn = pixels is not None and self.drawing is not None and self.drawing.draws(key)
        return self.drawing.dressed(key, pixels) if is_drawn else pixels  # type: ignore[union-attr,arg-type]

    def has(self, key: Key) -> bool:
        return key in self._pixels

    def missing(self, tiles: Iterable[Tile]) -> list[Tile]:
        """Those without pixels, in order."""
        return [tile for tile in tiles if tile.key not in self._pixels]

    def image(self, key: Key, place: Fit) -> QImage | None:
        return self._images.get((key, place))

    def rough_image(self, key: Key) -> QImage | None:
        """The pixels as they are, for the painter to stretch until the right image is made."""
        pixels = self._pixels.get(key)
        if pixels is None:
            return None
        return self.drawing.rough(pixels) if self.drawing and self.drawing.draws(key) else to_image(pixels)

    def forget_images(self, keys: Iterable[Key] | None = None) -> None:
        """They look different now; None means all."""
        gone = None if keys is None else set(keys)
        for entry in [entry for entry in self._images if gone is None or entry[0] in gone]:
            self._images.pop(entry)

    def render(self, keys: Sequence[Key], place: Fit, budget_s: float) -> bool:
        """Make screen images for the keys that have pixels and no image; False where the time ran out first."""
        end = perf_counter() + budget_s
        missing = [key for key in keys if (key, place) not in self._images and key in self._pixels]
        for start in range(0, len(missing), 16):
            if perf_counter() > end:
                return False
            self._render_batch(missing[start : start + 16], place)
        return True

    def _render_batch(self, keys: Sequence[Key], place: Fit) -> None:
        by_shape: dict[tuple[int, ...], dict[Key, Pixels]] = {}
        for key in keys:
            pixels = self._pixels.get(key)
            if pixels is not None:
                by_shape.setdefault(pixels.shape, {})[key] = pixels
        for alike in by_shape.values():
            drawn = {key: pixels for key, pixels in alike.items() if self.drawing and self.drawing.draws(key)}
            plain = {key: pixels for key, pixels in alike.items() if key not in drawn}
            images = self.drawing.images(drawn, place) if self.drawing and drawn else {}
            for key, image in (images | _fitted(plain, place)).items():
                self._images.put((key, place), image)


def _fitted(pictures: Mapping[Key, Pixels], place: Fit) -> dict[Key, QImage]:
    """pictures: of one shape."""
    if not pictures:
        return {}
    stack = np.stack(list(pictures.values()))
    height, width = stack.shape[1:3]
    longest = max(height, width)
    size = max(1, round(place.box * height / longest)), max(1, round(place.box * width / longest))
    images = {}
    for key, picture in zip(pictures, resample(stack, *size, place.scaling), strict=True):
        images[key] = to_image(picture)
        images[key].setDevicePixelRatio(place.ratio)
    return images
