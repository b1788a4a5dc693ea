"""A data set as a folder of pictures: <class>/<seed>-<index>.png, and SHA256SUMS over all of them.

The files are plain PNGs, as small as they get: a recipe in each would be larger than its picture, and the manifest
says for all of them how they were made. `sha256sum -c SHA256SUMS` checks them without this program.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.dataset import Dataset
from desktop_app.studio.photo_png import SIGNATURE, chunk
from desktop_app.studio.recipe import write_whole

SUMS = "SHA256SUMS"
DIGITS = 7  # of an index, so that names stand in the order of their pictures
LEVEL = 1  # of the packing: for small pictures higher ones are slower and hardly smaller
_COLOUR = {1: 0, 3: 2, 4: 6}  # channels -> colour type


class PictureFolder:
    """The pictures of a data set, each in a file that is there whole or not at all."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._root, self._dataset = folder, dataset
        self._sums: dict[int, str] = {}
        self._folders: set[str] = set()

    def missing(self, wanted: range) -> Sequence[int]:
        """Indices without a whole file. Raises FileError where files cannot be read."""
        known, there = self._known_sums(), self._there()
        for index in wanted:
            path = self.path(index)
            if path in there and (sum_ := _sum_of(self._root / path)) and known.get(path, sum_) == sum_:
                self._sums[index] = sum_
        return [index for index in wanted if index not in self._sums] if self._sums else wanted

    def count(self, wanted: range) -> int:
        """How many of these are there, as `missing` found them and what was written since."""
        return sum(index in self._sums for index in wanted)

    def writes(self, indices: Sequence[int], pixels: Pixels) -> Iterator[Callable[[], None]]:
        """One step for each file of pictures (n, H, W, C)."""
        for index, picture in zip(indices, pixels, strict=True):
            yield partial(self._write, index, picture)

    def rest(self) -> Iterable[Callable[[], None]]:
        """Steps for what was drawn and is still held back: nothing."""
        return ()

    def finish(self) -> dict[str, str]:
        """Write the sums of all files; file -> sha256 for the manifest. Raises FileError."""
        sums = sorted((self.path(index), self._sums[index]) for index in range(self._dataset.count))
        content = "".join(f"{sum_}  {path}\n" for path, sum_ in sums).encode()
        write_whole(self._root / SUMS, content)
        return {SUMS: hashlib.sha256(content).hexdigest()}

    def tidy(self) -> None:
        """Take away what only an unfinished data set needs."""

    def path(self, index: int) -> str:
        """Of a picture, in the folder."""
        return f"{self._dataset.folder(index)}/{self._dataset.seed}-{index:0{DIGITS}}.png"

    def _write(self, index: int, picture: Pixels) -> None:
        name, data = self.path(index), packed_png(picture)
        path = self._root / name
        part = path.with_name(f".{path.name}.part")  # always the same one, so that a killed run leaves none behind
        try:
            if (folder := self._dataset.folder(index)) not in self._folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._folders.add(folder)
            try:
                part.write_bytes(data)
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise FileError(f"“{path}” cannot be written: {error.strerror or error}.") from None
        self._sums[index] = hashlib.sha256(data).hexdigest()

    def _there(self) -> set[str]:
        """Paths of all files in the folders of the classes."""
        folders = {self._root / self._dataset.folder(index) for index in range(max(1, len(self._dataset.classes)))}
        return {f"{folder.name}/{path.name}" for folder in folders if folder.is_dir() for path in folder.iterdir()}

    def _known_sums(self) -> dict[str, str]:
        """path -> sha256, where the data set was whole before."""
        path = self._root / SUMS
        if not path.is_file():
            return {}
        lines = path.read_text("utf-8", errors="replace").splitlines()
        return {line[66:]: line[:64] for line in lines}


def packed_png(picture: Pixels) -> bytes:
    """(H, W, C) uint8 as a PNG with nothing in it but the picture: 5 times as quick as by Pillow."""
    height, width, channels = picture.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # a row begins with the number of its filter: none
    rows[:, 1:] = picture.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR[channels], 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), LEVEL)), (b"IEND", b""))
    return SIGNATURE + b"".join(chunk(kind, content) for kind, content in chunks)


_END = chunk(b"IEND", b"")


def _sum_of(path: Path) -> str:
    """sha256 of a picture's file; an empty string where it is not whole, as after a power cut."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"“{path}” cannot be read: {error.strerror or error}.") from None
    whole = data.startswith(SIGNATURE) and data.endswith(_END)
    return hashlib.sha256(data).hexdigest() if whole else ""
