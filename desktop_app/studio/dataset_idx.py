"""A data set as idx files, the format of MNIST (http://yann.lecun.com/exdb/mnist, at its end).

    images-idx3-ubyte    (N, H, W) bytes; colour pictures are (N, H, W, C) in images-idx4-ubyte
    labels-idx1-ubyte    (N,) bytes; not there where the package has no classes

Until all are drawn, pictures lie in parts/, in files <first>-<end> that are there whole or not at all. Shards and
stopped runs leave such files, and the run that finds them all joins them.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.dataset import MANIFEST, Dataset, found
from desktop_app.studio.recipe import write_whole
from desktop_app.studio.whole_file import whole_file

PARTS = "parts"
PART, PART_BYTES = 1024, 16 * 2**20  # pictures in one part, at most: what a killed run draws again
LABELS = "labels-idx1-ubyte"
COPY_BYTES = 2**22


class IdxFiles:
    """The arrays of a data set."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self._root, self._dataset = folder, dataset
        self._size = int(np.prod(dataset.shape))  # bytes of a picture
        self._most = max(1, min(PART, PART_BYTES // self._size))
        self._first, self._held = 0, list[Pixels]()  # drawn, and in no part yet

    @property
    def images(self) -> str:
        return "images-idx3-ubyte" if self._dataset.shape[2] == 1 else "images-idx4-ubyte"

    def missing(self, wanted: range) -> Sequence[int]:
        """Indices that are in no part, nor in a whole file. Raises FileError where files cannot be read."""
        if self._is_whole():
            return ()
        parts = self._parts()
        if not parts:
            return wanted
        at, missing = wanted.start, list[int]()
        while at < wanted.stop:
            if at not in parts:
                missing.append(at)
            at = parts.get(at, at + 1)
        return missing

    def count(self, wanted: range) -> int:
        """How many of these are there."""
        return len(wanted) - len(self.missing(wanted))

    def writes(self, indices: Sequence[int], pixels: Pixels) -> list[Callable[[], None]]:
        """One step for each part that pictures (n, H, W, C) fill up."""
        steps = list[Callable[[], None]]()
        for index, picture in zip(indices, pixels, strict=True):
            if self._held and (index != self._first + len(self._held) or len(self._held) == self._most):
                steps += self.rest()
            if not self._held:
                self._first = index
            self._held.append(picture)
        return steps

    def rest(self) -> list[Callable[[], None]]:
        """A step for what was drawn and is still held back: a part that is not full."""
        if not self._held:
            return []
        path = self._root / PARTS / f"{self._first}-{self._first + len(self._held)}"
        held, self._held = np.stack(self._held), []
        return [partial(write_whole, path, held.tobytes())]

    def finish(self) -> dict[str, str]:
        """Join the parts; file -> sha256 for the manifest. Raises FileError."""
        if self._is_whole():
            kept = found(self._root)
            return dict(kept.files) if kept else {}
        files = {self.images: self._join()}
        if self._dataset.classes:
            labels = np.array([self._dataset.label(index) for index in range(self._dataset.count)], np.uint8)
            content = header(labels.shape) + labels.tobytes()
            write_whole(self._root / LABELS, content)
            files[LABELS] = hashlib.sha256(content).hexdigest()
        return files

    def tidy(self) -> None:
        """Take away what only an unfinished data set needs."""
        folder = self._root / PARTS
        for path in list(folder.iterdir()) if folder.is_dir() else ():
            path.unlink(missing_ok=True)
        if folder.is_dir():
            folder.rmdir()

    def _join(self) -> str:
        """Write the file of pictures; its sha256."""
        count, (height, width, channels) = self._dataset.count, self._dataset.shape
        shape = (count, height, width) if channels == 1 else (count, height, width, channels)
        sum_, parts, at = hashlib.sha256(header(shape)), self._parts(), 0
        with whole_file(self._root / self.images) as file:
            file.write(header(shape))
            while at < count:
                end = min(parts[at], count)
                for content in self._read(at, parts[at], (end - at) * self._size):
                    file.write(content)
                    sum_.update(content)
                at = end
        return sum_.hexdigest()

    def _read(self, first: int, end: int, size: int) -> Iterator[bytes]:
        with (self._root / PARTS / f"{first}-{end}").open("rb") as part:
            while size and (content := part.read(min(size, COPY_BYTES))):
                yield content
                size -= len(content)

    def _parts(self) -> dict[int, int]:
        """first -> end of the parts that are whole, the longest where several begin at one place."""
        folder, parts = self._root / PARTS, dict[int, int]()
        for path in folder.iterdir() if folder.is_dir() else ():
            first, _, end = path.name.partition("-")
            if first.isdecimal() and end.isdecimal() and path.stat().st_size == (int(end) - int(first)) * self._size:
                parts[int(first)] = max(int(end), parts.get(int(first), 0))
        return parts

    def _is_whole(self) -> bool:
        """Whether the manifest is there and every file is as it says."""
        if not (self._root / MANIFEST).is_file():
            return False
        kept = found(self._root)
        return kept is not None and all(_sum_of(self._root / name) == sum_ for name, sum_ in kept.files.items())


def header(shape: Sequence[int]) -> bytes:
    """Of an idx file of bytes: two zeros, 8 for uint8, the number of sides, then the sides, big-endian."""
    return bytes([0, 0, 8, len(shape)]) + b"".join(side.to_bytes(4, "big") for side in shape)


def _sum_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise FileError(f"“{path}” cannot be read: {error.strerror or error}.") from None
