"""Contact sheets: pictures side by side in one PNG."""

import pathlib

import numpy as np
from PIL import Image

from desktop_app.engine.images import contact_sheet

FEW = 16  # greys


def write_sheet(path: pathlib.Path, pictures: np.ndarray, *, columns: int, zoom: int = 1) -> None:
    sheet = contact_sheet(pictures, columns=columns, gap=0, background=0)
    image = Image.fromarray(sheet[..., 0] if sheet.shape[2] == 1 else sheet)
    image = image.resize((image.width * zoom, image.height * zoom), Image.Resampling.NEAREST)
    part = path.with_name(path.name + ".part")
    if image.mode == "L" and image.getcolors(FEW) is not None:
        image = image.quantize(FEW)  # the same greys, four bits a pixel
    image.save(part, format="PNG", optimize=True)
    part.replace(path)


def to_bytes(x: np.ndarray, *, low: float = -1.0, high: float = 1.0) -> np.ndarray:
    """(n, C, H, W) float in low..high -> (n, H, W, C) uint8, rounded."""
    scaled = (x - low) * (255.0 / (high - low))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
