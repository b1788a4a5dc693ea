"""An icon of the designer's own for a package of icons: dark ink on light paper, and how much of it is found again."""

import hashlib
from pathlib import Path

import numpy as np

from desktop_app.engine.manifest import Manifest, Picture
from desktop_app.engine.requests import Pixels
from desktop_app.studio import own_picture
from desktop_app.studio.icon_ink import own_icon
from desktop_app.studio.own_picture import Crop, Fitted, OwnPicture

INK = 128  # darker than this is ink


def read(path: Path) -> OwnPicture:
    """An SVG or a picture file as black ink on white. Raises FileError with a sentence."""
    icon = own_icon(path)
    pixels = np.repeat(255 - icon.coverage[..., None], 3, axis=2)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return OwnPicture(path.name, digest, (pixels.shape[1], pixels.shape[0]), pixels, icon.notes)


def fit(own: OwnPicture, picture: Picture, *, crop: Crop | None = None, invert: bool | None = None) -> Fitted:
    """As own_picture.fit, but that ink stays dark unless it is asked to be light."""
    return own_picture.fit(own, picture, crop=crop, invert=bool(invert))


def fitted(path: Path, manifest: Manifest) -> Pixels:
    """A file as the input of a package, (H, W, C) uint8, whatever the package makes. Raises FileError."""
    assert manifest.picture is not None
    if manifest.icons is None:
        return own_picture.fitted(path, manifest.picture)
    return fit(read(path), manifest.picture).pixels


def overlap(one: Pixels, other: Pixels) -> float:
    """Intersection over union of the ink of two pictures of one size, (H, W, 1) uint8; of two blank ones 1."""
    inks = one < INK, other < INK
    union = int((inks[0] | inks[1]).sum())
    return int((inks[0] & inks[1]).sum()) / union if union else 1.0
