"""Palettes as files: ASE (Adobe Swatch Exchange), GPL (GIMP and Inkscape), CSS, read and written.

A file is known by what it holds, not by its ending. `read` keeps what a palette has: names, groups, the sRGB colour;
what it had to change stands in the palette's notes. Layouts: `palette_ase.py`, `palette_css.py`; GPL is below.
"""

from collections.abc import Callable
from pathlib import Path

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.studio import palette_ase, palette_css
from desktop_app.studio.colorimetry import hex_of, rgb_of
from desktop_app.studio.palette import Palette, Swatch, one_line
from desktop_app.studio.picture_file import bytes_of
from desktop_app.studio.whole_file import whole_file

LARGEST_FILE = 4 * 2**20  # bytes
ENDINGS = (".ase", ".gpl", ".css")
_GPL = "GIMP Palette"
_SPRITE = b"\xe0\xa5"  # of Aseprite, whose files end in .ase too


def read(path: Path) -> Palette:
    """Raises FileError: cannot be read, too large, damaged, no palette, or one without a colour."""
    data = bytes_of(path, limit=LARGEST_FILE, what="palette")
    try:
        return _decoded(data, path)
    except RequestError as error:
        raise FileError(f"“{path.name}” cannot be used: {error.message}") from None
    except palette_ase.Damaged as error:
        raise FileError(f"“{path.name}” is damaged: {error}. Export it again from where it comes from.") from None


def _decoded(data: bytes, path: Path) -> Palette:
    if data.startswith(palette_ase.MAGIC):
        return _made(path, *palette_ase.decode(data))
    if data[4:6] == _SPRITE:
        raise FileError(f"“{path.name}” is a sprite of Aseprite, no palette. Save its palette as GPL there.")
    text = _text(data, path)
    if text.lstrip().startswith(_GPL):
        return _gpl(text, path)
    if path.suffix.lower() in ENDINGS[:2]:
        raise palette_ase.Damaged("its first bytes are not those of a palette")
    return _made(path, *palette_css.decode(text))


def _made(path: Path, swatches: tuple[Swatch, ...], notes: tuple[str, ...]) -> Palette:
    if not swatches:
        raise FileError(f"“{path.name}” holds no colour. Choose a palette as ASE, GPL or CSS with at least one.")
    return Palette(path.stem, swatches, notes)


def _text(data: bytes, path: Path) -> str:
    try:
        if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UnicodeError
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeError:
        raise FileError(
            f"“{path.name}” is no palette that Maquette reads. It reads ASE, GPL and CSS in UTF-8: export it as one."
        ) from None


def write(path: Path, palette: Palette) -> None:
    """As its ending says: .ase, .gpl or .css. The file is there whole or not at all. Raises FileError."""
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise FileError(
            f"“{path.name}” does not say which kind of palette it is to be. Let it end in .ase, .gpl or .css."
        )
    with whole_file(path) as file:
        file.write(encode(palette))


# -- GIMP ----------------------------------------------------------------------------------------------------------


def _gpl(text: str, path: Path) -> Palette:
    name, has_alpha, swatches = path.stem, False, []
    for at, line in enumerate(text.splitlines()[1:], start=2):
        key, _, value = line.partition(":")
        if not line.strip() or line.lstrip().startswith("#") or key == "Columns":
            continue
        if key == "Name":
            name = value
        elif key == "Channels":
            has_alpha = value.strip() == "RGBA"
        else:
            swatches.append(_gpl_swatch(line, at, channels=4 if has_alpha else 3))
    return Palette(name, _made(path, tuple(swatches), ()).swatches)


def _gpl_swatch(line: str, at: int, *, channels: int) -> Swatch:
    words = line.split(None, channels)
    if len(words) < channels or any(not (w.isascii() and w.isdigit() and int(w) < 256) for w in words[:channels]):
        raise palette_ase.Damaged(f"line {at:,} is no colour (“{one_line(line)[:40]}”)")
    return Swatch(words[channels] if len(words) > channels else "", hex_of([int(word) for word in words[:3]]))


def encode_gpl(palette: Palette) -> bytes:
    """Names stay; groups have no place in this format."""
    lines = [_GPL, f"Name: {palette.name}", "Columns: 0", "#"]
    for swatch in palette.swatches:
        red, green, blue = rgb_of(swatch.colour)
        lines.append(f"{red:3d} {green:3d} {blue:3d}\t{swatch.name}")
    return ("\n".join(lines) + "\n").encode()


_ENCODERS: dict[str, Callable[[Palette], bytes]] = {
    ".ase": palette_ase.encode,
    ".gpl": encode_gpl,
    ".css": palette_css.encode,
}
