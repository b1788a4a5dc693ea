"""What others make of the same damaged pictures: BM3D, OpenCV's inpainting, a median filter, the bicubic filter.

    python -m pip install 'maquette[compare]'

BM3D takes seconds a picture, so what it reached is kept in runs/rivals.json under a hash of what it was given; with
--rivals missing figures are computed, without it they are left out. BM3D's licence (its authors', Tampere University)
allows research alone: it is measured against, and never a part of the program.
"""

import hashlib
import importlib
import json
import pathlib
import time
from collections.abc import Callable
from types import ModuleType, TracebackType

import numpy as np
from PIL import Image, ImageFilter

from desktop_app.studio.metrics import psnr
from export.errors import ExportError
from export.photo_sets import to_bytes
from export.whole_file import write_atomically

SAVE_SECONDS = 10
RADIUS = 3  # pixels that OpenCV's inpainting looks at, as in its own examples

Method = Callable[..., np.ndarray]
Measure = Callable[[np.ndarray, np.ndarray], float]

# -----------------------------------------------------------------------------
# the methods


def bm3d(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """float (H, W, C) in 0..1, sigma in 8-bit steps, which it is told -> uint8. Colour by CBM3D."""
    library = _library("bm3d")
    made = library.bm3d(noisy[..., 0], sigma / 255) if noisy.shape[2] == 1 else library.bm3d_rgb(noisy, sigma / 255)
    return to_bytes(np.asarray(made).reshape(noisy.shape))


def telea(picture: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """uint8 (H, W, C), bool (H, W) -> uint8. Telea 2004, “An image inpainting technique based on fast marching”."""
    cv2 = _library("cv2")
    return _opencv(picture, holes, cv2.INPAINT_TELEA)


def navier_stokes(picture: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """As `telea`. Bertalmio, Bertozzi and Sapiro 2001."""
    cv2 = _library("cv2")
    return _opencv(picture, holes, cv2.INPAINT_NS)


def _opencv(picture: np.ndarray, holes: np.ndarray, flag: int) -> np.ndarray:
    given = np.where(holes[..., None], np.uint8(0), picture)
    made = _library("cv2").inpaint(np.ascontiguousarray(given), holes.astype(np.uint8), RADIUS, flag)
    return np.asarray(made).reshape(picture.shape)


def median(damaged: np.ndarray) -> np.ndarray:
    """float (H, W, 1) in 0..1 -> uint8, the median of 3x3."""
    image = Image.fromarray(to_bytes(damaged[..., 0]))
    return np.asarray(image.filter(ImageFilter.MedianFilter(3)))[..., None]


def bicubic(small: np.ndarray) -> np.ndarray:
    """float (H, W, C) in 0..1 -> float, twice as large; not clipped."""
    planes = [Image.fromarray(np.ascontiguousarray(small[..., c], np.float32)) for c in range(small.shape[2])]
    size = (2 * small.shape[1], 2 * small.shape[0])
    return np.stack([np.asarray(plane.resize(size, Image.Resampling.BICUBIC)) for plane in planes], axis=2)


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ExportError(
            f"The library {name!r} is not installed, and --rivals needs it: install maquette[compare]."
        ) from None


# -----------------------------------------------------------------------------
# what they reached


class Rivals:
    """PSNR of other methods, kept on disk. A context manager: at its end all is written."""

    def __init__(self, path: pathlib.Path, *, run: bool) -> None:
        self._path, self._run = path, run
        self._known: dict[str, float] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._saved = time.monotonic()

    def __enter__(self) -> "Rivals":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._save()

    def reached(
        self, method: Method, given: tuple, clean: np.ndarray, *, measure: Measure = psnr, name: str = ""
    ) -> float | None:
        """What measure(method(*given), clean) is; None where it is not known and nothing is to be computed.

        name: what the measure is called in the file, where one method is measured in several ways.
        """
        key = f"{method.__name__} {name} {_hash(*given, clean)}"
        if key not in self._known and self._run:
            self._known[key] = float(measure(method(*given), clean))
            if time.monotonic() - self._saved > SAVE_SECONDS:
                self._save()
        return self._known.get(key)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        disk = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        self._known = {**disk, **self._known}  # two of them may be at work
        write_atomically(self._path, (json.dumps(self._known, indent=0, sort_keys=True) + "\n").encode())
        self._saved = time.monotonic()


def _hash(*parts: np.ndarray | float) -> str:
    digest = hashlib.sha256()
    for part in parts:
        array = np.ascontiguousarray(part)
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()[:32]
