"""A picture on its way through a network: what is asked of the engine, and the result as it fills up, tile by tile."""

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from desktop_app.engine.manifest import Restoration
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import ArrayFile, Restore, Restored, Window
from desktop_app.studio.restoration import Box
from desktop_app.studio.scratch import Scratch

TILE = 768  # pixels
PREVIEW_BORDER = 16  # pixels around tiles, a third of what the whole gets: it stands for a second
SMALL_TILE = 256  # pixels: of what is filled in, so that a dab is not the work of a large tile
LITTLE = 0.15  # of the picture: as long as no more is filled in, small tiles are less work
TILES_A_PART = 2  # of what is asked for at once where something more urgent may come in between


class Restoring:
    """One run over one picture, or a window of it. The result lies in a file of the scratch folder."""

    def __init__(
        self,
        scratch: Scratch,
        picture: ArrayFile,
        package: Package,
        *,
        mask: ArrayFile | None = None,
        window: Window | None = None,
        tile: int = TILE,
    ) -> None:
        """Raises FileError where there is no room for the result."""
        self.request = Restore(package.ref, picture, mask, window, tile)
        self.scale = _restoration(package).scale
        top, left, bottom, right = window or (0, 0, *picture.shape[:2])
        self._corner = (top * self.scale, left * self.scale)
        shape = ((bottom - top) * self.scale, (right - left) * self.scale, picture.shape[2])
        self.file, self.result = scratch.new(shape, picture.dtype)
        self.tile = tile
        self.done = np.zeros(shape[0], np.int64)  # pixels that are there, a row
        self._scratch = scratch

    def parts(self) -> Iterator[Restore]:
        """The request in parts of a few tiles, for a caller that wants to ask for something else in between.

        Their tiles are those of the whole request, so the result is the same to the bit.
        """
        height, width = self.request.picture.shape[:2]
        top, left, bottom, right = self.request.window or (0, 0, height, width)
        side = self.request.tile
        for y in range(top, bottom, side):
            for x in range(left, right, side * TILES_A_PART):
                window = (y, x, min(y + side, bottom), min(x + side * TILES_A_PART, right))
                yield msgspec.structs.replace(self.request, window=window, tile=self.tile)

    @property
    def is_whole(self) -> bool:
        return bool((self.done == self.result.shape[1]).all())

    def take(self, update: Restored) -> Box:
        """Put a tile where it belongs; answers which pixels of the result are new: left, top, right, bottom."""
        top, left = update.top - self._corner[0], update.left - self._corner[1]
        height, width = update.pixels.shape[:2]
        self.result[top : top + height, left : left + width] = update.pixels
        self.done[top : top + height] += width
        self.tile = min(self.tile, update.tile)
        return left, top, left + width, top + height

    def note(self) -> str:
        """A sentence where memory was short, else an empty string."""
        if self.tile >= self.request.tile:
            return ""
        return f"Memory was short, so the picture was worked on in tiles of {self.tile} pixels. The result is as good."

    def drop(self) -> None:
        """The result is not needed any more."""
        self._scratch.drop(self.file)


def filling_tile(mask: npt.NDArray[np.uint8]) -> int:
    """The side of tiles for a mask (H, W) or (H, W, 1): small ones where little is to be filled in, as most hold
    nothing then. The window and the command line ask here, so that their files are equal."""
    return SMALL_TILE if float(mask[::8, ::8].mean()) < LITTLE * 255 else TILE


def preview(package: Package, picture: ArrayFile, window: Window | None = None) -> Restore:
    """What is in view, as quickly as it can be had: tiles that two threads share evenly, and less around each."""
    top, left, bottom, right = window or (0, 0, *picture.shape[:2])
    tile = min(TILE, max(bottom - top, right - left) // 2 + 1)
    return Restore(package.ref, picture, None, window, tile, PREVIEW_BORDER)


def _restoration(package: Package) -> Restoration:
    assert package.manifest.restoration is not None
    return package.manifest.restoration
