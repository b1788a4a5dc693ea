"""Files that should be pictures: read with care, and what is wrong with one said in a sentence.

The size is looked at before anything is decoded, and only the formats listed here are opened, by name.
"""

import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from desktop_app.engine.errors import FileError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif")
IN_WORDS = "PNG, JPEG, WebP, GIF, TIFF, BMP and AVIF"
_HEADS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM")


def bytes_of(path: Path, *, limit: int, what: str = "picture") -> bytes:
    """All of a file of at most so many bytes. what: it should be, for the sentences. Raises FileError."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileError(f"“{path.name}” is a folder. Choose a {what} in it.")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"“{path.name}” is no plain file.")
        if status.st_size > limit:
            raise FileError(f"“{path.name}” is larger than {limit // 2**20} MiB. Save it smaller.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"There is no file “{path}”.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no system takes
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"“{path.name}” cannot be read: {reason}.") from None
    except MemoryError:
        raise _no_memory(path.name) from None
    if len(data) != status.st_size:
        raise FileError(f"“{path.name}” changed while it was read. Wait until it is whole, and open it again.")
    if not data:
        raise empty(path.name, what)
    return data


@contextmanager
def told_in_sentences(name: str, data: bytes, *, max_pixels: int) -> Iterator[None]:
    """Whatever a reader trips over inside becomes a FileError that names the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata
        try:
            refuse_large(webp_size(data), name, max_pixels=max_pixels)
            yield
        except FileError:
            raise
        except Image.DecompressionBombError:
            raise _too_large(name, max_pixels) from None
        except UnidentifiedImageError:
            raise _no_picture(name, data) from None
        except MemoryError:
            raise _no_memory(name) from None
        except Exception:  # damaged files make readers trip over whatever comes first
            raise damaged(name) from None


def refuse_large(size: tuple[int, int], name: str, *, max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        raise _too_large(name, max_pixels)


def webp_size(data: bytes) -> tuple[int, int]:
    """The size in the head of a WebP, whose reader takes memory for it as soon as it is opened; (0, 0) for others."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return 0, 0
    kind, head = data[12:16], data[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF


def empty(name: str, what: str = "picture") -> FileError:
    return FileError(f"“{name}” is empty. Choose another {what}.")


def damaged(name: str) -> FileError:
    return FileError(f"“{name}” is damaged or cut short. Copy it again, or save it anew as PNG.")


def _too_large(name: str, max_pixels: int) -> FileError:
    return FileError(f"“{name}” has more than {max_pixels // 10**6} million pixels. Save it smaller and try again.")


def _no_memory(name: str) -> FileError:
    return FileError(f"There is not enough memory to open “{name}”. Save it smaller and try again.")


def _no_picture(name: str, data: bytes) -> FileError:
    if data.startswith(_HEADS) or data[4:12] in (b"ftypavif", b"ftypavis"):
        return damaged(name)
    return FileError(f"“{name}” is not a picture that Maquette reads. It reads {IN_WORDS}: save it as one of these.")
