"""Photographs of any size as a data set of tiles, from which the denoiser cuts its patches.

    python -m export data photos FOLDER [FOLDER...] --licence "research only"

Each photograph is cut into overlapping tiles of TILE pixels, so that one array holds them all. A file that cannot be
read, or is smaller than a tile, is skipped and named. Grey is made of the colours while training.
"""

import argparse
import pathlib

import numpy as np

from export.data import write_dataset
from export.errors import ExportError
from export.folder_data import UNREADABLE, read_upright

TILE = 160  # pixels; the largest patch is 128
STRIDE = 128  # at most, between the corners of two tiles


def prepare_photos(args: argparse.Namespace, *, root: pathlib.Path) -> pathlib.Path:
    """Read every picture of the folders, write data/photos/ (or another --name)."""
    folders = [folder for folder in (args.path, *args.more) if folder is not None]
    for folder in folders:
        if not folder.is_dir():
            raise ExportError(f"{folder} is no folder; name the folders that hold the photographs.")
    tiles: list[np.ndarray] = []
    skipped: list[str] = []
    paths = sorted(path for folder in folders for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    for path in paths:
        try:
            tiles += cut_tiles(np.asarray(read_upright(path).convert("RGB"), np.uint8))
        except UNREADABLE as error:
            skipped.append(path.name)
            print(f"skipped {path.name}: {error or type(error).__name__}")
    if not tiles:
        raise ExportError(
            f"No photograph was found ({len(skipped)} files were skipped); name a folder that holds some."
        )
    images = np.stack(tiles)
    about = {
        "title": "Photographs",
        "subject": "tiles of photographs",
        "classes": ["photograph"],
        "licence": args.licence,
        "photographs": len(paths) - len(skipped),
        "skipped": skipped,
    }
    splits = {"train": (images, np.zeros(len(images), np.int64))}
    return write_dataset(root, args.title or "photos", splits=splits, about=about)


def cut_tiles(picture: np.ndarray) -> list[np.ndarray]:
    """(H, W, 3) -> tiles (TILE, TILE, 3) that cover it all, spread evenly. ValueError if it is smaller than one."""
    height, width = picture.shape[:2]
    if min(height, width) < TILE:
        raise ValueError(f"{width} x {height} pixels are less than a tile of {TILE}")
    corners = [(top, left) for top in starts(height) for left in starts(width)]
    return [picture[top : top + TILE, left : left + TILE] for top, left in corners]


def starts(length: int) -> list[int]:
    """Where tiles begin along one side: first at 0, last at the end, at most STRIDE apart."""
    steps = -(-(length - TILE) // STRIDE)
    return [round(step * (length - TILE) / steps) for step in range(steps + 1)] if steps else [0]
