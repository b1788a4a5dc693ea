"""The picture that is open: as it was read, with its working copy in a file that the engine reads too."""

import weakref
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import ArrayFile
from desktop_app.studio.scratch import Scratch
from desktop_app.ui.restore.restore_models import Shape

if TYPE_CHECKING:  # they bring Pillow, which is slow to import: it waits for the first picture
    from desktop_app.studio.photo import Photo
    from desktop_app.studio.restore_view import Original

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class OpenPicture:
    """Its working copies go with it."""

    photo: "Photo"  # its pixels lie in `file`
    file: ArrayFile
    scratch: Scratch
    original: "Original"  # for the screen

    @property
    def shape(self) -> Shape:
        return Shape(*self.file.shape)

    @property
    def megapixels(self) -> float:
        return self.file.shape[0] * self.file.shape[1] / 1e6


def read_picture(path: Path) -> OpenPicture:
    """Read a file and put its pixels where the engine finds them. Raises FileError."""
    from desktop_app.studio import photo as photos
    from desktop_app.studio.restore_view import Original

    if path.is_dir():
        raise FileError(f"“{path.name}” is a folder. Drop it to restore all pictures in it.")
    photo = photos.read(path)
    scratch = Scratch()
    try:
        file = scratch.save(photo.pixels)
        photo = replace(photo, pixels=_mapped(file))
        if photo.alpha is not None:
            photo = replace(photo, alpha=_mapped(scratch.save(photo.alpha[..., None]))[..., 0])
    except BaseException:
        scratch.close()
        raise
    original = Original.of(photo.pixels, partial(photos.to_srgb, tags=photo.tags), photo.alpha)
    made = OpenPicture(photo, file, scratch, original)
    weakref.finalize(made, scratch.close)
    return made


def _mapped(file: ArrayFile) -> Array:
    return np.memmap(file.path, file.dtype, mode="r", shape=file.shape)
