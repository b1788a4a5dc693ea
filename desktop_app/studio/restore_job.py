"""The whole way of one picture: read, restored by a network, blended with what it was, and written.

The caller runs the requests, so that the window's queue and the command line can do it each in its own way:

    job = RestoreJob(source, target, library, settings)
    try:
        for update in run(job.open()):
            job.take(update)
        notes = job.finish()
    finally:
        job.close()
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.requests import Restore, Restored
from desktop_app.studio.batch import BatchSettings
from desktop_app.studio.library import Library


@dataclass(frozen=True)
class MaskFile:
    """A picture whose light parts say what is to be filled in."""

    path: Path
    grow: int = 0  # pixels
    inverted: bool = False


@dataclass(frozen=True)
class Noise:
    """Gaussian noise that is added before, sigma in 8-bit steps."""

    sigma: float
    seed: int = 0


class RestoreJob:
    """`open` and `finish` take time and belong on a thread; `take` is quick. Not for two threads at once."""

    def __init__(
        self,
        source: Path,
        target: Path,
        library: Library,
        settings: BatchSettings,
        *,
        mask: MaskFile | None = None,
        noise: Noise | None = None,
        reference: Path | None = None,
        scratch: Path | None = None,
    ) -> None:
        """scratch: the folder for working copies; None is the system's folder for temporary files."""

    def open(self) -> Restore:
        """Read the file and prepare; answers what is to be asked of the engine. Raises StudioError."""
        raise NotImplementedError

    def parts(self) -> Iterator[Restore]:
        """The request in small parts, where something more urgent may come in between; after `open`."""
        raise NotImplementedError

    def take(self, update: Restored) -> None:
        raise NotImplementedError

    def finish(self) -> tuple[str, ...]:
        """Blend and write; answers sentences on what was done besides. Raises FileError."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove the working copies; may be called at any time and twice."""
