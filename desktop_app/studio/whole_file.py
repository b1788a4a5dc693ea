"""A file that is there whole or not at all: written beside its path under a name of its own, given up at the end."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desktop_app.engine.errors import FileError


@contextmanager
def whole_file(path: Path, *, flush: bool = True) -> Iterator[BinaryIO]:
    """A file to write to. Leaving the block by an exception leaves what was at the path before.

    flush: to the disk, before it takes its name; see `recipe.write_whole` for when not.

    Raises FileError where the system says no, whatever of that happens inside.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")  # mkstemp would make it unreadable for others
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                yield file
                if flush:
                    file.flush()
                    os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FileError(f"“{path}” cannot be written: {error.strerror or error}.") from None
