"""Text out of files, folders and archives of the user's own; nothing is read but the paths that are named."""

import bz2
import gzip
import lzma
import pathlib
import tarfile
from collections.abc import Iterator
from typing import Any

from export.errors import ExportError

ENDINGS = (".txt", ".md")
PACKED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
HOWS = ("whole", "lines", "entries")


def read_texts(source: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """KIND[:HOW]=PATH or a folder -> (kind, how, {name: text}), once or, for a folder of folders, for each of them."""
    label, equals, place = source.partition("=")
    path = pathlib.Path(place if equals else source)
    if not source or not path.exists():
        raise ExportError(f"There is no {path if source else 'source of text'}; name a file or folder as KIND=PATH.")
    kind, _, how = label.partition(":") if equals else ("", "", "")
    if how and how not in HOWS:
        raise ExportError(f"{source}: documents are {', '.join(HOWS)}, not {how!r}.")
    folders = sorted(child for child in path.iterdir() if child.is_dir()) if path.is_dir() and not kind else []
    for folder in folders:
        yield _kind(folder.name, source), "whole", _read_all(folder)
    if not folders:
        yield _kind(kind or path.name.partition(".")[0], source), how or "whole", _read_all(path)


def _kind(name: str, source: str) -> str:
    name = name.lower().replace(" ", "-")
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ExportError(f"{source}: {name!r} is no name of a kind; letters, digits and - are allowed.")
    return name


def _read_all(path: pathlib.Path) -> dict[str, str]:
    """name -> text of every document below the path; what cannot be read is named and left out."""
    texts: dict[str, str] = {}
    for name, content in _contents(path):
        try:
            texts[name] = _decode(content)
        except UnicodeDecodeError:
            print(f"skipped {name}: it is no text")
    return texts


def _contents(path: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and file.suffix.lower() in ENDINGS:
                    yield str(file.relative_to(path)), file.read_bytes()
        elif ".tar" in path.suffixes or path.suffix == ".tgz":
            with tarfile.open(path) as archive:
                for member in sorted(archive.getmembers(), key=lambda member: member.name):
                    if member.isfile() and member.name.lower().endswith(ENDINGS):
                        yield member.name, archive.extractfile(member).read()  # type: ignore[union-attr]
        elif path.suffix in PACKED:
            with PACKED[path.suffix](path) as packed:
                yield path.name, packed.read()
        else:
            yield path.name, path.read_bytes()
    except (OSError, EOFError, lzma.LZMAError, tarfile.TarError) as error:
        raise ExportError(f"{path} cannot be read ({error}).") from None


def _decode(content: bytes) -> str:
    """UTF-8, or the old Windows encoding of Western Europe; a file with null bytes is no text."""
    if b"\0" in content:
        raise UnicodeDecodeError("utf-8", content, 0, 1, "null byte")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")
