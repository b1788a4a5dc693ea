"""Icons leave the program: SVG, PNG at many sizes, a sprite, a font with its tables; several kinds with one action.

Everything is made before the first file is written, each file is there whole or not at all, and where writing stops
half-way the new files are taken back. A PNG is drawn from the very SVG that would be saved.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from msgspec.structs import replace

from desktop_app.engine.errors import RequestError
from desktop_app.studio.icon_sprite import CURRENT, identifiers, sprite_svg
from desktop_app.studio.icon_style import IconStyle, icon_svg
from desktop_app.studio.palette import one_line
from desktop_app.studio.recipe import Recipe, encode_png, svg_with_recipe
from desktop_app.studio.safe_names import safe_name, safe_names
from desktop_app.studio.svg_drawing import LARGEST, draw, draw_png
from desktop_app.studio.whole_files import refuse_known, write_all

PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
MOST_ICONS = 4096


class Kind(StrEnum):
    SVG = "svg"
    PNG = "png"
    SPRITE = "sprite"
    FONT = "font"


@dataclass(frozen=True)
class Icon:
    name: str  # as somebody typed it; files get a safe and unique one
    path: str  # of a view box of icon_style.SIDE, filled by even-odd
    style: IconStyle = field(default_factory=IconStyle)
    recipe: Recipe | None = None  # goes into its SVG and PNG files


@dataclass(frozen=True)
class ExportOptions:
    """Raises RequestError for sizes that are none."""

    kinds: frozenset[Kind] = frozenset({Kind.SVG})
    sizes: tuple[int, ...] = PNG_SIZES  # pixels a side, of PNG
    family: str = "Maquette Icons"  # of the font; its file and the sprite's are called after it
    current_colour: bool = False  # SVG and sprite: icons without a tile take the colour of the text around them
    demonstration: bool = True  # the sprite shows its icons when it is opened by itself

    def __post_init__(self) -> None:
        object.__setattr__(self, "family", one_line(self.family) or "Maquette Icons")
        if Kind.PNG in self.kinds and not self.sizes:
            raise RequestError("No size is chosen for PNG. Choose one at least.")
        if wrong := [size for size in self.sizes if not 1 <= size <= LARGEST]:
            raise RequestError(f"{wrong[0]} pixels is no size for an icon: they go from 1 to {LARGEST}.")


@dataclass(frozen=True)
class Exported:
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()  # sentences on what a format could not hold


Progress = Callable[[int, int], None]  # files made, and of how many; the same number comes again while one takes long
Step = Callable[[], None]


def clipboard_svg(icon: Icon) -> str:
    """An icon as text, for the clipboard."""
    return icon_svg(icon.path, icon.style, name=icon.name).strip()


def icon_png(icon: Icon, size: int) -> bytes:
    """Drawn from the SVG. Raises RequestError."""
    if icon.recipe is None or icon.recipe.icon is None:
        return draw_png(icon_svg(icon.path, icon.style), size, size)
    made = replace(icon.recipe, icon=replace(icon.recipe.icon, size=size))
    return encode_png(draw(icon_svg(icon.path, icon.style), size, size), made, title=icon.name)


# -- which files ---------------------------------------------------------------------------------------------------


def file_names(icons: Sequence[Icon], options: ExportOptions) -> list[str]:
    """What an export will write, without drawing anything. Raises RequestError for nothing to export."""
    _check(icons, options)
    names, family = _names(icons, options), _family_name(options)
    found = [f"{name}.svg" for name in names if Kind.SVG in options.kinds]
    if Kind.PNG in options.kinds:
        found += [png_name(name, size, options) for name in names for size in _sizes(options)]
    if Kind.SPRITE in options.kinds:
        found.append(f"{family}.svg")
    if Kind.FONT in options.kinds:
        found += [f"{family}{ending}" for ending in (".ttf", ".json", ".css")]
    return found


def already_there(icons: Sequence[Icon], folder: Path, options: ExportOptions) -> list[Path]:
    """Files that the export would replace: ask before it does. Raises RequestError."""
    return [folder / name for name in file_names(icons, options) if (folder / name).exists()]


def png_name(name: str, size: int, options: ExportOptions) -> str:
    return f"{name}-{size}.png" if len(_sizes(options)) > 1 else f"{name}.png"


def _names(icons: Sequence[Icon], options: ExportOptions) -> list[str]:
    """Safe ones, none twice; the name of the family's files is left to them."""
    return safe_names((icon.name for icon in icons), otherwise="icon", taken={_family_name(options)})


def _family_name(options: ExportOptions) -> str:
    return safe_name(options.family, otherwise="icons")


def _sizes(options: ExportOptions) -> list[int]:
    return sorted(set(options.sizes))


def _check(icons: Sequence[Icon], options: ExportOptions) -> None:
    if not icons or not options.kinds:
        raise RequestError("There is nothing to export. Choose at least one icon and one kind of file.")
    if len(icons) > MOST_ICONS:
        raise RequestError(f"{len(icons):,} icons are too many for one export. Choose at most {MOST_ICONS:,}.")
    if blank := [icon.name for icon in icons if not icon.path.strip()]:
        raise RequestError(f"“{one_line(blank[0]) or 'An icon'}” is blank: there is nothing to save. Take it out.")


# -- making and writing --------------------------------------------------------------------------------------------


def export_icons(
    icons: Sequence[Icon],
    folder: Path,
    options: ExportOptions,
    *,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
) -> Exported:
    """Write all files. What `progress` raises stops it, and nothing is left behind.

    Raises RequestError for icons that cannot be exported; FileError where files are there already and may not be
    overwritten, or cannot be written.
    """
    names = file_names(icons, options)
    refuse_known([folder / name for name in names], overwrite=overwrite)
    made: list[tuple[Path, bytes]] = []
    for name, content in _contents(icons, options, lambda: progress(len(made), len(names))):
        made.append((folder / name, content))
        progress(len(made), len(names))
    write_all(made)
    return Exported(tuple(path for path, _ in made), _notes(icons, options))


def _contents(icons: Sequence[Icon], options: ExportOptions, step: Step) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file. step: called inside those that take long."""
    names = _names(icons, options)
    if Kind.SVG in options.kinds:
        for name, icon in zip(names, icons, strict=True):
            yield f"{name}.svg", _svg(icon, options).encode()
    if Kind.PNG in options.kinds:
        for name, icon in zip(names, icons, strict=True):
            for size in _sizes(options):
                yield png_name(name, size, options), icon_png(icon, size)
    if Kind.SPRITE in options.kinds:
        yield f"{_family_name(options)}.svg", _sprite(names, icons, options)
    if Kind.FONT in options.kinds:
        yield from _font(names, icons, options, step)


def _svg(icon: Icon, options: ExportOptions) -> str:
    is_current = options.current_colour and icon.style.background is None
    text = icon_svg(icon.path, icon.style, name=icon.name, ink=CURRENT if is_current else "")
    return svg_with_recipe(text, icon.recipe) if icon.recipe is not None and not is_current else text


def _sprite(names: list[str], icons: Sequence[Icon], options: ExportOptions) -> bytes:
    symbols = [(i, icon.path, icon.style) for i, icon in zip(identifiers(names), icons, strict=True)]
    text = sprite_svg(symbols, demonstration=options.demonstration, current_colour=options.current_colour)
    return text.encode()


def _font(names: list[str], icons: Sequence[Icon], options: ExportOptions, step: Step) -> Iterator[tuple[str, bytes]]:
    from desktop_app.studio.icon_font import Glyph, code_table_css, code_table_json, icon_font  # slow to import

    file = _family_name(options)
    glyphs = [Glyph(name, icon.path, icon.style) for name, icon in zip(names, icons, strict=True)]
    font = icon_font(glyphs, options.family, step=step)
    yield f"{file}.ttf", font.ttf
    yield f"{file}.json", code_table_json(font, options.family)
    yield f"{file}.css", code_table_css(font, options.family, f"{file}.ttf")


def _notes(icons: Sequence[Icon], options: ExportOptions) -> tuple[str, ...]:
    has_colours = any(icon.style.background or icon.style.foreground != "#000000" for icon in icons)
    if Kind.FONT in options.kinds and has_colours:
        return ("A font holds shapes alone: its icons have no colours and no tiles.",)
    return ()
