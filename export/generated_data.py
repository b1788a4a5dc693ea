"""Reads a data set that `maquette dataset` wrote, an image folder or idx files, back into arrays."""

import dataclasses
import pathlib

import numpy as np
from PIL import Image

from desktop_app.engine.errors import FileError
from desktop_app.engine.file_content import sha256_of
from desktop_app.studio import dataset
from desktop_app.studio.dataset import Dataset
from desktop_app.studio.dataset_folder import SUMS, PictureFolder
from desktop_app.studio.dataset_idx import LABELS, IdxFiles
from export.data import parse_idx
from export.errors import ExportError


@dataclasses.dataclass(frozen=True)
class Generated:
    images: np.ndarray  # (n, H, W, C) uint8
    labels: np.ndarray  # (n,) int64, numbers of the package's classes; empty where it has none
    about: Dataset


def read_generated(folder: pathlib.Path) -> Generated:
    """The pictures in the order of their indices. Raises ExportError where the data set is not whole."""
    try:
        about = dataset.found(folder)
    except FileError as error:
        raise ExportError(error.message) from None
    if about is None or not about.files:
        raise ExportError(f"{folder} holds no whole data set: write it with `maquette dataset`, or let that finish.")
    for name, wanted in about.files.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != wanted:
            raise ExportError(f"{folder / name} is not what the data set's manifest says; write the data set again.")
    images = _read_idx(folder, about) if about.layout == "idx" else _read_pictures(folder, about)
    if about.layout == "idx" and about.classes:
        labels = parse_idx((folder / LABELS).read_bytes(), dimensions=1).astype(np.int64)
    else:
        labels = np.array([about.label(i) for i in range(about.count) if about.classes], np.int64)
    return Generated(images, labels, about)


def _read_idx(folder: pathlib.Path, about: Dataset) -> np.ndarray:
    grey = about.shape[2] == 1
    images = parse_idx((folder / IdxFiles(folder, about).images).read_bytes(), dimensions=3 if grey else 4)
    return images[..., None] if grey else images


def _read_pictures(folder: pathlib.Path, about: Dataset) -> np.ndarray:
    """Raises ExportError for a picture that is missing or is not the one that was written."""
    store, images = PictureFolder(folder, about), np.empty((about.count, *about.shape), np.uint8)
    if missing := store.missing(range(about.count)):
        raise ExportError(
            f"{len(missing)} pictures of {folder} are missing or differ from {SUMS}, the first is "
            f"{store.path(missing[0])}; the command in {dataset.MANIFEST} draws them again."
        )
    for index in range(about.count):
        with Image.open(folder / store.path(index)) as image:
            images[index] = np.asarray(image).reshape(about.shape)
    return images
