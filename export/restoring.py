"""A package that restores, run by the program's own engine on pictures in memory."""

import pathlib
import tempfile

import numpy as np

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import ArrayFile, Restore, Restored
from desktop_app.engine.restorer import Restorer
from desktop_app.engine.runtime import Runtime, Session


def restore_pixels(package: Package, picture: np.ndarray, *, mask: np.ndarray | None = None) -> np.ndarray:
    """uint8 or uint16 (H, W, C), mask (H, W) bool, True in the holes -> the same kind, tile by tile as for a person."""
    assert package.manifest.restoration is not None
    scale = package.manifest.restoration.scale
    height, width, channels = picture.shape
    made = np.zeros((height * scale, width * scale, channels), picture.dtype)
    runtime = Runtime("cpu", threads=1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            holes = None if mask is None else _array_file(folder, "mask", 255 * mask[..., None].astype(np.uint8))
            given = _array_file(folder, "picture", picture)
            for update in Restorer(package, runtime).restore(Restore(package.ref, given, mask=holes)):
                if isinstance(update, Restored):
                    high, wide = update.pixels.shape[:2]
                    made[update.top : update.top + high, update.left : update.left + wide] = update.pixels
    finally:
        runtime.close()
    return made


def _array_file(folder: str, name: str, pixels: np.ndarray) -> ArrayFile:
    path = pathlib.Path(folder) / name
    np.ascontiguousarray(pixels).tofile(path)
    return ArrayFile(str(path), pixels.dtype.name, pixels.shape)  # type: ignore[arg-type]


class FloatRestorer:
    """A package's graph on whole pictures of floats, which may lie outside 0..1 as noise in the papers' measure does.

    The picture gets the border that the engine gives it, its own mirror image.
    """

    def __init__(self, package: Package, runtime: Runtime) -> None:
        assert package.manifest.restoration is not None
        self.restoration = package.manifest.restoration
        self._session: Session = runtime.open(package.file(package.manifest.graphs["restorer"].file))

    def restore(self, picture: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """float32 (H, W, C) in about 0..1, mask (H, W) bool -> float32 (scale H, scale W, C), not clipped."""
        r = self.restoration
        height, width = picture.shape[:2]
        around = [(r.border, r.border + -side % r.cell) for side in (height, width)]
        inputs = {"image": np.pad(picture, (*around, (0, 0)), "reflect").transpose(2, 0, 1)[None]}
        if mask is not None:
            inputs["mask"] = np.pad(mask.astype(np.float32), around, "reflect")[None, None]
        inputs = {name: np.ascontiguousarray(value, np.float32) for name, value in inputs.items()}
        made = self._session.run_batch(inputs)["restored"][0].transpose(1, 2, 0)
        top = r.border * r.scale
        return made[top : top + height * r.scale, top : top + width * r.scale]
