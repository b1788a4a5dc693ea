"""How a picture becomes something that a classifier can judge, and what was done to it on the way."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from desktop_app.engine.errors import StudioError
from desktop_app.engine.manifest import Picture
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Pixels
from desktop_app.studio import own_picture
from desktop_app.studio.explaining import Subject, make_subject, pixels_of
from desktop_app.studio.own_picture import Crop, OwnPicture
from desktop_app.studio.picture_file import SUFFIXES
from desktop_app.studio.recipe import Recipe, read_recipe

COLOURED = 12  # 8-bit steps between the channels from which a picture counts as coloured
WHOLE = 0.999


def pictures_in(paths: Iterable[Path]) -> list[Path]:
    """The files, with the pictures in folders in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [inside for inside in sorted(path.iterdir()) if inside.suffix.lower() in SUFFIXES]
        else:
            found.append(path)
    return found


def of_file(path: Path, picture: Picture, generators: Sequence[Package] = ()) -> tuple[Subject, OwnPicture]:
    """A picture as a classifier gets it, and as it was found. Raises FileError.

    generators: of a picture made by one of them, it is told which class it was asked for.
    """
    own = own_picture.read(path)
    recipe = _recipe_of(path)
    maker = next((g for g in generators if recipe is not None and g.name == recipe.package), None)
    if recipe is None or maker is None or not _is_as_made(own, maker):
        return of_picture(own, picture), own
    subject = of_picture(own, picture, invert=False)
    return _with_origin(subject, recipe.design, maker, recipe.package_sha256), own


def of_picture(own: OwnPicture, picture: Picture, *, crop: Crop | None = None, invert: bool | None = None) -> Subject:
    """A part of a picture; by default the largest in the middle. Raises RequestError for a crop that is none."""
    fitted = own_picture.fit(own, picture, crop=crop, invert=invert)
    notes = (*own.notes, *_notes(own, picture, fitted.crop), *fitted.notes)
    if fitted.inverted and invert is not None:
        notes = (*notes, "Light and dark were swapped.")
    return make_subject(own.name, fitted.pixels, notes=notes, sha256=own.sha256)


def of_pixels(name: str, pixels: Pixels) -> OwnPicture:
    """Pixels that come from no file, (H, W, C) uint8."""
    rgb = np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    digest = hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()
    return OwnPicture(name, digest, (pixels.shape[1], pixels.shape[0]), rgb)


def of_design(name: str, package: Package, design: Design, pixels: Pixels, picture: Picture) -> Subject:
    """A design: as it is where the classifier takes such pictures, else fitted like any other. pixels: (H, W, C)."""
    if pixels.shape == (picture.height, picture.width, picture.channels):
        subject = make_subject(name, pixels)
    else:
        subject = of_picture(of_pixels(name, pixels), picture, invert=False)
    return _with_origin(subject, design, package, package.sha256)


def refitted(subject: Subject, picture: Picture) -> Subject:
    """The same for another classifier, from the pixels that are kept."""
    if subject.shape == (picture.height, picture.width, picture.channels):
        return subject
    fitted = of_picture(of_pixels(subject.name, pixels_of(subject)), picture, invert=False)
    changes = {"pixels": fitted.pixels, "shape": fitted.shape, "notes": (*subject.notes, *fitted.notes)}
    return msgspec.structs.replace(subject, **changes)


def _with_origin(subject: Subject, design: Design, package: Package, sha256: str) -> Subject:
    """As a design of a package, with the class that it was asked for."""
    names, label = package.manifest.classes, design.label
    asked = "" if label is None else names[label] if label < len(names) else str(label)
    return msgspec.structs.replace(subject, package=package.name, sha256=sha256, design=design, asked=asked)


def _is_as_made(own: OwnPicture, maker: Package) -> bool:
    """Whether nobody has cropped or enlarged it since."""
    picture = maker.manifest.picture
    return picture is not None and own.size == (picture.width, picture.height)


def _notes(own: OwnPicture, picture: Picture, crop: Crop) -> list[str]:
    """What was left out, made smaller or larger, and made grey."""
    (width, height), notes = own.size, []
    used = round((crop[2] - crop[0]) * width), round((crop[3] - crop[1]) * height)
    if min(crop[2] - crop[0], crop[3] - crop[1]) < WHOLE:
        notes.append(f"Of its {width} × {height} pixels, {used[0]} × {used[1]} are used.")
    elif max(crop[2] - crop[0], crop[3] - crop[1]) > 2 - WHOLE:
        notes.append("There is more around it than there was, in the colour of its border.")
    if used != (picture.width, picture.height):
        notes.append(f"It was brought to {picture.width} × {picture.height} pixels.")
    if picture.channels == 1 and _is_coloured(own.pixels):
        notes.append("It was made grey.")
    return notes


def _is_coloured(pixels: Pixels) -> bool:
    colours = pixels[..., :3].astype(np.int16)
    return bool((colours.max(axis=-1) - colours.min(axis=-1)).max(initial=0) > COLOURED)


def _recipe_of(path: Path) -> Recipe | None:
    """Where a picture was made here, how."""
    try:
        return read_recipe(path)
    except StudioError:
        return None
