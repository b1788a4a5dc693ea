"""The manifest of the files as they lie in a package's folder."""

import dataclasses
import io
import pathlib
import shutil
import subprocess
from typing import Any

import msgspec
import numpy as np

from desktop_app.engine import packages
from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.manifest import FileEntry, Manifest

ENDINGS = (".onnx", ".npz", ".md", ".png", ".json", ".jinja")
ROLES = {"chat.jinja": "chat_template"}


@dataclasses.dataclass(frozen=True)
class Source:
    """What a package is made of."""

    runs: pathlib.Path  # all training runs
    name: str  # of the run, and of the package
    data: pathlib.Path  # all prepared data sets
    about: dict  # dataset.json of the run's
    bits: int = 16  # of a large weight in the graphs
    models: pathlib.Path | None = None  # all packages


def write_manifest(folder: pathlib.Path, manifest: Manifest) -> None:
    """It is written last and replaced whole; roles are the names of files without ending, but for those of ROLES."""
    files = {
        ROLES.get(path.name, path.stem): FileEntry(path.name, path.stat().st_size, sha256_of(path))
        for path in sorted(folder.iterdir())
        if path.suffix in ENDINGS and path.name != packages.MANIFEST
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


def replace_folder(new: pathlib.Path, final: pathlib.Path) -> None:
    """The new package takes the old one's place; the old one is gone only when the new one is whole."""
    old = new.with_name(f"{final.name}.old")
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def git_commit() -> str:
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    try:
        here = pathlib.Path(__file__).parent
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
