"""Files that are replaced whole."""

import os
import pathlib


def write_atomically(path: pathlib.Path, content: bytes) -> None:
    """The old file or the new one, never half of one, also after a kill or a power cut."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
