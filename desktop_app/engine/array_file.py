"""Arrays that both processes see through a file: the studio writes pictures there, the engine reads tiles of them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import ArrayFile


def open_array(file: ArrayFile) -> npt.NDArray[Any]:
    """(H, W, C), read-only, mapped: only what is looked at comes into memory. Raises FileError."""
    path, dtype = Path(file.path), np.dtype(file.dtype)
    try:
        size = path.stat().st_size
        if min(file.shape) < 1 or size != math.prod(file.shape) * dtype.itemsize:
            raise FileError(f"“{path.name}” holds {size:,} bytes, which is no picture of {_words(file)}.")
        mapped: npt.NDArray[Any] = np.memmap(path, dtype, mode="r", shape=file.shape)
        return mapped
    except OSError as error:
        reason = error.strerror or error
        raise FileError(
            f"The working copy of the picture, “{path.name}”, cannot be read: {reason}. Open the picture again."
        ) from None


def _words(file: ArrayFile) -> str:
    height, width, channels = file.shape
    return f"{width} × {height} pixels with {channels} channels of {file.dtype}"
