"""Adobe Swatch Exchange: the palettes of Illustrator, Photoshop, InDesign, Affinity and others.

Adobe has published no description. The layout, as all who read it have it: "ASEF", version, number of blocks; each
block a kind, a length, and (for colours and starts of groups) a name in UTF-16; a colour then has four letters for its
model, its components as floats, and whether it is global, spot or process. All numbers are big-endian.
"""

import math
import struct
from collections.abc import Iterator

import numpy as np

from desktop_app.studio.colorimetry import from_lab, hex_of, rgb_of
from desktop_app.studio.palette import LARGEST, Palette, Swatch

MAGIC = b"ASEF"
_COLOUR, _GROUP, _GROUP_END = 0x0001, 0xC001, 0xC002
_COMPONENTS = {b"RGB ": 3, b"CMYK": 4, b"Gray": 1, b"LAB ": 3}
_PROCESS = 2


class Damaged(Exception):
    """What is wrong with a file, as a part of a sentence."""


# -- reading -------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> tuple[tuple[Swatch, ...], tuple[str, ...]]:
    """Colours in sRGB, and sentences on what was changed. Raises Damaged."""
    swatches, models, group = [], [], ""
    for kind, body in _blocks(data):
        if kind == _GROUP:
            group = _name(body)[0]
        elif kind == _GROUP_END:
            group = ""
        elif kind == _COLOUR:
            name, rest = _name(body)
            models.append(rest[:4])
            if rest[:4] in _COMPONENTS:
                swatches.append(Swatch(name, _colour(name, rest), group))
            if len(models) > LARGEST:
                raise Damaged(f"it holds more than {LARGEST:,} colours")
    return tuple(swatches), _notes(models)


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of each; of a file that is cut short as well, up to where it is damaged."""
    if len(data) < 12:
        raise Damaged("it is cut short")
    (count,) = struct.unpack_from(">I", data, 8)
    at = 12
    for _ in range(count):
        if at + 6 > len(data):
            raise Damaged("it is cut short")
        kind, length = struct.unpack_from(">HI", data, at)
        at += 6
        if at + length > len(data):
            raise Damaged("it is cut short")
        yield kind, data[at : at + length]
        at += length


def _name(body: bytes) -> tuple[str, bytes]:
    """The name that a block begins with, and what follows."""
    if len(body) < 2:
        raise Damaged("a name is missing")
    end = 2 + 2 * int(struct.unpack_from(">H", body)[0])
    if end > len(body):
        raise Damaged("a name is cut short")
    return body[2:end].decode("utf-16-be", errors="replace").rstrip("\0"), body[end:]


def _colour(name: str, rest: bytes) -> str:
    model, count = rest[:4], _COMPONENTS[rest[:4]]
    if len(rest) < 4 + 4 * count:
        raise Damaged(f"the colour “{name[:40]}” is cut short")
    values = struct.unpack_from(f">{count}f", rest, 4)
    if not all(math.isfinite(value) and abs(value) <= 1000 for value in values):
        raise Damaged(f"the colour “{name[:40]}” holds no numbers")
    if model == b"LAB ":
        return hex_of(from_lab(np.array([100 * values[0], *values[1:]])))
    return hex_of([255 * min(max(value, 0), 1) for value in _rgb(model, values)])


def _rgb(model: bytes, values: tuple[float, ...]) -> tuple[float, ...]:
    """Of 0 to 1. CMYK without the profile of its press is ink over ink, as in CSS's device-cmyk()."""
    if model == b"CMYK":
        cyan, magenta, yellow, black = values
        return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    return values * 3 if model == b"Gray" else values


def _notes(models: list[bytes]) -> tuple[str, ...]:
    notes = []
    if cmyk := models.count(b"CMYK"):
        notes.append(f"CMYK without a profile: {_so_many(cmyk)} on the screen may differ from print.")
    if unknown := sum(model not in _COMPONENTS for model in models):
        notes.append(f"Left out: {_so_many(unknown)} of a kind that Maquette does not know.")
    return tuple(notes)


def _so_many(count: int) -> str:
    return f"{count:,} colour{'s' * (count != 1)}"


# -- writing -------------------------------------------------------------------------------------------------------


def encode(palette: Palette) -> bytes:
    """Every colour as RGB of its group; nothing is lost."""
    blocks, group = [], ""
    for swatch in palette.swatches:
        if swatch.group != group and group:
            blocks.append(_block(_GROUP_END, b""))
        if swatch.group != group and swatch.group:
            blocks.append(_block(_GROUP, _named(swatch.group)))
        group = swatch.group
        components = struct.pack(">4s3fH", b"RGB ", *(value / 255 for value in rgb_of(swatch.colour)), _PROCESS)
        blocks.append(_block(_COLOUR, _named(swatch.name) + components))
    if group:
        blocks.append(_block(_GROUP_END, b""))
    return MAGIC + struct.pack(">HHI", 1, 0, len(blocks)) + b"".join(blocks)


def _block(kind: int, body: bytes) -> bytes:
    return struct.pack(">HI", kind, len(body)) + body


def _named(name: str) -> bytes:
    text = name.encode("utf-16-be", errors="replace") + b"\0\0"
    return struct.pack(">H", len(text) // 2) + text
