"""What a file really is, whatever its name says: lookalikes by their first bytes, size and hash. Executes nothing."""

import hashlib
from pathlib import Path

from desktop_app.engine.errors import Fault, PackageError


def check_content(path: Path, *, size: int, sha256: str) -> None:
    """Raise PackageError unless this is the file of that size and hash, and none that only bears its name."""
    try:
        found_size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(256)
        refuse_lookalike(head, found_size, f"“{path.name}”")
        _refuse_size(path, found_size, size)
        found = sha256_of(path)
    except OSError as error:
        raise PackageError(f"“{path.name}” cannot be read: {error.strerror or error}.", Fault.MISSING_FILE) from None
    if found != sha256:
        raise PackageError(
            f"“{path.name}” is not the file the manifest describes: its SHA-256 begins with {found[:12]}, "
            f"{sha256[:12]} was expected. Copy or import the package again.",
            Fault.WRONG_HASH,
        )


def refuse_lookalike(head: bytes, size: int, named: str) -> None:
    """Raise PackageError where a file's first bytes show that it is another thing under a changed name."""
    for looks_wrong, fault, sentence in (
        (size == 0, Fault.EMPTY_FILE, "is empty"),
        (_is_html(head), Fault.HTML_PAGE, "is a web page saved under this name, not a model file"),
        (_is_lfs_pointer(head), Fault.LFS_POINTER, "is a Git LFS pointer: the real file was never fetched"),
        (_is_pickle(head), Fault.PICKLE, "is a Python pickle, which could run code. It is not opened"),
    ):
        if looks_wrong:
            raise PackageError(f"{named} {sentence}. Copy or import the package again.", fault)


def _refuse_size(path: Path, size: int, expected: int) -> None:
    if size != expected:
        fault = Fault.TRUNCATED if size < expected else Fault.WRONG_SIZE
        sentence = (
            f"is cut short: {size:,} of {expected:,} bytes are there"
            if size < expected
            else f"has {size:,} bytes where {expected:,} were expected"
        )
        raise PackageError(f"“{path.name}” {sentence}. Copy or import the package again.", fault)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_html(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml version", b"<!--"))


def _is_lfs_pointer(head: bytes) -> bool:
    return head.startswith(b"version https://git-lfs.github.com/spec/")


def _is_pickle(head: bytes) -> bool:
    """Pickles of protocol 2 and later, and the archives that torch.save writes."""
    return (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05" and len(head) > 2) or (
        head.startswith(b"PK") and b"data.pkl" in head
    )
