"""What a package knows of the space that its decoder reads: directions to move in, and a plane of it as a map."""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.arrays import check_array, read_arrays
from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import MapData, Push

Float32 = npt.NDArray[np.float32]

_NAMES = ("directions", "origin", "axes", "points", "labels")


class SpaceNumbers:
    """space.npz of a package, read and checked."""

    def __init__(self, package: Package, size: int) -> None:
        """size: numbers that the decoder reads. Raises PackageError, RequestError where the package has no space."""
        told = package.manifest.space
        if told is None:
            raise RequestError(f"“{package.manifest.title}” knows no directions and no map.")
        self._told, self._title = told, package.manifest.title
        self._rows = {direction.name: n for n, direction in enumerate(told.directions)}
        arrays = read_arrays(package.file("space"), _NAMES)
        for name, dtype, shape in (
            ("directions", "float32", (len(told.directions), size)),
            ("origin", "float32", (size,)),
            ("axes", "float32", (2, size)),
            ("points", "float32", (told.map_points, 2)),
            ("labels", "int16", (told.map_points,)),
        ):
            check_array(arrays, name, dtype, shape, of=f"The space of “{package.name}” does not fit its manifest")
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise PackageError(f"The space of “{package.name}” holds numbers that are none (NaN).", Fault.WRONG_SHAPE)
        self._directions, self._origin, self._axes = arrays["directions"], arrays["origin"], arrays["axes"]
        self._points, self._labels = arrays["points"], arrays["labels"]

    def check(self, push: Push) -> None:
        """Raise RequestError for a direction that the package does not have."""
        if push.direction not in self._rows:
            known = ", ".join(f"“{name}”" for name in self._rows) or "none"
            raise RequestError(f"“{self._title}” has no direction “{push.direction}”. It has: {known}.")

    def push(self, w: Float32, pushes: tuple[Push, ...]) -> Float32:
        """(size,) moved along directions."""
        moved = w.astype(np.float64)
        for push in pushes:
            moved += push.amount * self._directions[self._rows[push.direction]].astype(np.float64)
        return moved.astype(np.float32)

    def at(self, spot: tuple[float, float]) -> Float32:
        """The point (size,) that a spot of the map stands for: origin + x axes[0] + y axes[1]."""
        x, y = self._axes.astype(np.float64)
        return np.asarray(self._origin + spot[0] * x + spot[1] * y, np.float32)

    def spots(self, w: Float32) -> Float32:
        """(n, size) -> (n, 2): the nearest spots of the map (its axes are orthogonal)."""
        axes = self._axes.astype(np.float64)
        spots = (w - self._origin) @ axes.T / (axes * axes).sum(axis=1)
        return np.asarray(spots, np.float32)

    @property
    def map(self) -> MapData:
        return MapData(self._told.map_low, self._told.map_high, self._points, self._labels)
