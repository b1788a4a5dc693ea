"""Working copies of pictures as plain arrays in files, which the engine reads by name. They end with their Scratch."""

import contextlib
import itertools
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import ArrayFile

_PREFIX = "maquette-scratch-"
_STALE_S = 3600.0

Array = npt.NDArray[Any]
Mapped = np.memmap[Any, np.dtype[Any]]


class Scratch:
    """A folder of arrays. `close` removes it; arrays that are still mapped stay readable where the system allows it."""

    def __init__(self, parent: Path | None = None) -> None:
        """Raises FileError where there is no room for one."""
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        except OSError as error:
            raise _no_room(error) from None
        _sweep(self.folder.parent)
        self._numbers = itertools.count(1)

    def save(self, array: Array) -> ArrayFile:
        """Write (H, W, C) uint8 or uint16. Raises FileError on a full disk."""
        file, mapped = self.new(array.shape, array.dtype)
        try:
            mapped[:] = array
            mapped.flush()
        except OSError as error:
            raise _no_room(error) from None
        return file

    def new(self, shape: tuple[int, int, int], dtype: Any) -> "tuple[ArrayFile, Mapped]":
        """A file for (H, W, C) numbers, zero at first, and the array in it. Raises FileError on a full disk."""
        path = self.folder / f"{next(self._numbers)}.raw"
        kind = np.dtype(dtype)
        try:
            _reserve(path, int(np.prod(shape, dtype=np.int64)) * kind.itemsize)
            mapped = np.memmap(path, kind, mode="r+", shape=shape)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise _no_room(error) from None
        return ArrayFile(str(path), kind.name, shape), mapped

    def drop(self, file: ArrayFile) -> None:
        """Remove one array; where the system keeps it because it is still mapped, `close` tries again."""
        with contextlib.suppress(OSError):
            Path(file.path).unlink()

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sweep(folder: Path) -> None:
    """Remove what programs that were killed have left; never what one that runs is using."""
    for left in folder.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if owner.isdecimal() and not _runs(int(owner)) and time.time() - left.stat().st_mtime > _STALE_S:
                shutil.rmtree(left, ignore_errors=True)


def _runs(pid: int) -> bool:
    """Whether there is such a process; taken for granted where it cannot be asked without harm."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs, and is somebody else's
        return True
    return True


def _reserve(path: Path, size: int) -> None:
    """Take the bytes now: a mapped file that the disk cannot hold would end the process when it is written to."""
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)


def _no_room(error: OSError) -> FileError:
    return FileError(
        f"There is no room for a working copy of the picture ({error.strerror or error}). "
        "Free some space in the folder for temporary files and try again."
    )
