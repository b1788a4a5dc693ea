"""The manifest of the files as they lie in a package's folder."""

import dataclasses
import io
import pathlib
from typing import Any

import msgspec
import numpy as np

from desktop_app.engine import packages
from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.manifest import FileEntry, Manifest


@dataclasses.dataclass(frozen=True)
class Source:
    """What a package is made of."""

    runs: pathlib.Path  # all training runs
    name: str  # of the run, and of the package
    data: pathlib.Path  # all prepared data sets
    about: dict  # dataset.json of the run's


def write_manifest(folder: pathlib.Path, manifest: Manifest) -> None:
    """It is written last and replaced whole; roles are the names of the files without their ending."""
    files = {
        path.stem: FileEntry(path.name, path.stat().st_size, sha256_of(path))
        for path in sorted(folder.iterdir())
        if path.suffix in (".onnx", ".npz", ".md", ".png", ".json") and path.name != packages.MANIFEST
    }
    content = msgspec.json.encode(msgspec.structs.replace(manifest, files=files))
    part = folder / "manifest.json.part"
    part.write_bytes(msgspec.json.format(content, indent=1) + b"\n")
    part.replace(folder / packages.MANIFEST)


def write_arrays(path: pathlib.Path, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
    """A compressed npz of plain arrays, replaced whole."""
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content.getvalue())
    part.replace(path)
