"""Results of an evaluation that are kept for the next one: files named by a hash of all that they depend on."""

import hashlib
import json
import pathlib
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from desktop_app.engine.manifest import Manifest
from export.package_files import write_arrays
from export.whole_file import write_atomically

VERSION = 1  # of the code that computes what is kept: raised when it changes the numbers


class Kept:
    """A folder of them. fresh: compute everything anew, and keep that."""

    def __init__(self, folder: pathlib.Path, *, fresh: bool = False) -> None:
        self._folder, self._fresh = folder, fresh

    def has(self, depends: dict[str, Any], suffix: str = ".json") -> bool:
        """Whether it need not be computed anew."""
        return not self._fresh and self._path(depends, suffix).is_file()

    def plain(self, depends: dict[str, Any], make: Callable[[], Any]) -> Any:
        """What JSON can hold, computed where it is not kept yet. A file that cannot be read counts as not kept."""
        path = self._path(depends, ".json")
        found = self._read(path, lambda: json.loads(path.read_text("utf-8")))
        if found is not None:
            return found
        made = make()
        write_atomically(self._ready(path), json.dumps(made, indent=1).encode())
        return made

    def arrays(self, depends: dict[str, Any], make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """As `plain`, for arrays by name."""
        path = self._path(depends, ".npz")
        found = self._read(path, lambda: _arrays_of(path))
        if found is not None:
            return dict(found)
        made = make()
        write_arrays(self._ready(path), made)
        return made

    def _read(self, path: pathlib.Path, read: Callable[[], Any]) -> Any | None:
        if self._fresh or not path.is_file():
            return None
        try:
            return read()
        except (OSError, ValueError):
            return None

    def _path(self, depends: dict[str, Any], suffix: str) -> pathlib.Path:
        told = json.dumps({"version": VERSION, **depends}, sort_keys=True)
        return self._folder / (hashlib.sha256(told.encode()).hexdigest()[:24] + suffix)

    def _ready(self, path: pathlib.Path) -> pathlib.Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return path


def _arrays_of(path: pathlib.Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def sha256_of_pictures(*arrays: np.ndarray) -> str:
    """Of the shapes and the numbers."""
    told = hashlib.sha256()
    for array in arrays:
        told.update(f"{array.dtype}{array.shape}".encode())
        told.update(np.ascontiguousarray(array).data)
    return told.hexdigest()


def sha256_of_graphs(manifest: Manifest) -> str:
    """Of all that decides what a package answers: its graphs and how they are fed, not its scores, card or titles."""
    m = manifest
    roles = [*(graph.file for graph in m.graphs.values()), *(("tokenizer",) if m.text else ())]
    files = {role: m.files[role].sha256 for role in roles}
    how: tuple = (m.abilities, m.graphs, m.latent, m.picture, m.classes, m.restoration, m.classifier, m.defaults, files)
    how = (*how, m.text) if m.text else how
    how = (*how, m.icons) if m.icons else how
    return hashlib.sha256(msgspec.json.encode(how, order="sorted")).hexdigest()
