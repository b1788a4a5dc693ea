"""Masks from files: a picture whose light parts say what is to be filled in."""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import FileError
from desktop_app.studio import photo
from desktop_app.studio.batch import MaskFile
from desktop_app.studio.restoration import grown

Mask = npt.NDArray[np.uint8]


def read_mask(file: MaskFile, size: tuple[int, int]) -> Mask:
    """(H, W, 1) uint8, 255 where it is to be filled in, for a picture of size = (H, W). Raises FileError."""
    found = photo.read(file.path)
    height, width, _ = found.pixels.shape
    if (height, width) != size:
        raise FileError(
            f"The mask “{file.path.name}” has {width} × {height} pixels and the picture {size[1]} × {size[0]}. "
            "Make it as large as the picture."
        )
    light = found.pixels.max(axis=2) > np.iinfo(found.pixels.dtype).max // 2
    if found.alpha is not None:  # what is transparent is not painted
        light &= found.alpha > np.iinfo(found.alpha.dtype).max // 2
    mask = grown(light != file.inverted, file.grow)
    if not mask.any():
        colour = "black" if file.inverted else "white"
        raise FileError(f"The mask “{file.path.name}” says nothing is to be filled in. Paint it {colour} where it is.")
    return mask[..., None].astype(np.uint8) * np.uint8(255)
