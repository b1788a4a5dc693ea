"""Which project file a window works in. Two windows never share one: the later would write over the earlier's takes."""

from pathlib import Path

from PySide6.QtCore import QLockFile

NAME = "project.maquette"


class ProjectClaim:
    """The first project file of a folder that no other running Maquette has open; held until `release`."""

    def __init__(self, folder: Path) -> None:
        """A folder that cannot be written gives its first file, unclaimed: saving will say what is wrong."""
        self.file = folder / NAME
        self.is_first = True
        self._lock: QLockFile | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        number = 1
        while not self._take(self.file):
            if self._lock is not None and self._lock.error() != QLockFile.LockError.LockFailedError:
                return
            number += 1
            self.is_first = False
            self.file = folder / f"project-{number}.maquette"

    def release(self) -> None:
        if self._lock is not None:
            self._lock.unlock()

    def _take(self, file: Path) -> bool:
        self._lock = QLockFile(f"{file}.lock")
        self._lock.setStaleLockTime(0)  # only the end of its owner frees a lock, however long the owner runs
        return self._lock.tryLock(0)
