"""A folder of the user's own pictures as a data set.

    python -m export data folder PATH --size 28 --grey --name icons --licence "my own"

Sub-folders are classes (none: one class); each picture is turned upright (EXIF), cut to a centred square and scaled.
A file that cannot be read is skipped and named; a class without a picture is left out. Every tenth picture of a class
goes into the test split.
"""

import argparse
import pathlib
import re
import warnings

import numpy as np
from PIL import Image, ImageOps

from export.data import write_dataset
from export.errors import ExportError

MAX_PIXELS = 200_000_000
TEST_EVERY = 10
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)


def prepare_folder(args: argparse.Namespace, *, root: pathlib.Path) -> pathlib.Path:
    """Read the folder, write data/<name>/."""
    source = args.path
    if source is None or not source.is_dir():
        raise ExportError(f"{source or 'No path'} is no folder; name the folder that holds the pictures.")
    if not 8 <= args.size <= 1024:
        raise ExportError(f"--size {args.size} is out of reach; choose 8 to 1024 pixels.")
    name = args.title or re.sub(r"[^a-z0-9]+", "-", source.resolve().name.lower()).strip("-") or "pictures"
    images: list[np.ndarray] = []
    labels: list[int] = []
    skipped: list[str] = []
    classes: list[str] = []
    for class_name, folder in class_folders(source).items():
        found = _read_class(folder, source, skipped, size=args.size, grey=args.grey)
        if not found:
            print(f"left out class {class_name}: it holds no picture that can be read")
            continue
        labels += [len(classes)] * len(found)
        images += found
        classes.append(class_name)
    if not images:
        raise ExportError(f"{source} holds no picture that can be read ({len(skipped)} files were skipped).")
    _say_what_is_alike(np.stack(images), np.array(labels), classes)
    about = {"title": name, "classes": classes, "licence": args.licence, "skipped": skipped}
    return write_dataset(root, name, splits=split(np.stack(images), np.array(labels, np.int64)), about=about)


def _read_class(
    folder: pathlib.Path, source: pathlib.Path, skipped: list[str], *, size: int, grey: bool
) -> list[np.ndarray]:
    """The pictures of one folder; files that are none are named and added to `skipped`."""
    images = []
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        try:
            images.append(read_picture(path, size=size, grey=grey))
        except UNREADABLE as error:
            skipped.append(str(path.relative_to(source)))
            print(f"skipped {skipped[-1]}: {error or type(error).__name__}")
    return images


def _say_what_is_alike(images: np.ndarray, labels: np.ndarray, classes: list[str]) -> None:
    """Nothing can be learnt from one picture again and again."""
    for label, name in enumerate(classes):
        members = images[labels == label]
        if len(members) > 1 and (members == members[0]).all():
            print(f"all {len(members)} pictures of class {name} are the same one: nothing can be learnt from them")


def class_folders(source: pathlib.Path) -> dict[str, pathlib.Path]:
    """Class name -> folder; the folder itself is the only class where it has no sub-folders."""
    below = sorted(path for path in source.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {path.name: path for path in below} or {source.resolve().name: source}


def read_picture(path: pathlib.Path, *, size: int, grey: bool) -> np.ndarray:
    """(size, size, 1 or 3) uint8."""
    image = read_upright(path).convert("L" if grey else "RGB")
    image = ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
    return np.asarray(image, np.uint8).reshape(size, size, 1 if grey else 3)


def read_upright(path: pathlib.Path) -> Image.Image:
    """The whole picture, turned by its EXIF. Transparent places become white. Raises one of UNREADABLE."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise ValueError(f"{opened.width} x {opened.height} pixels are too many")
            image = ImageOps.exif_transpose(opened)
            if image.has_transparency_data:
                rgba = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
            image.load()
    return image


def split(images: np.ndarray, labels: np.ndarray) -> dict:
    """Every tenth picture of each class is for testing; a class of fewer than ten trains with all."""
    rank = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank[members] = np.arange(1, len(members) + 1)
    test = rank % TEST_EVERY == 0
    return {"train": (images[~test], labels[~test]), "test": (images[test], labels[test])}
