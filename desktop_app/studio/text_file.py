"""A text file as a text: UTF-8, or UTF-16 where its first bytes say so."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from desktop_app.engine.errors import FileError

LARGEST = 16 * 2**20  # bytes; far more than anyone has written
ENDINGS = (".txt", ".md", ".markdown", ".text")


def is_text_file(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def read_text(path: Path) -> str:
    """Raises FileError where it cannot be read, is too large, or is not text in an encoding that is known."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FileError(
                f"“{path.name}” has {size / 2**20:.0f} MB: texts of up to {LARGEST // 2**20} MB are opened."
            )
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"“{path.name}” cannot be read: {error.strerror or error}.") from None
    try:
        return data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        raise FileError(
            f"“{path.name}” is not text in UTF-8 (byte {error.start:,}). Save it as UTF-8 and drop it again."
        ) from None


def _encoding(data: bytes) -> str:
    if data.startswith(BOM_UTF8):
        return "utf-8-sig"
    return "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
