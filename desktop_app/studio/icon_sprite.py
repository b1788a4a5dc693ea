"""An SVG sprite: many icons in one file, each a <symbol> that a page shows with <use href="file.svg#name">."""

import math
from collections.abc import Sequence

from desktop_app.studio.icon_style import LINKING, SIDE, IconStyle, icon_elements, number, title

GAP = SIDE / 3  # between icons of the demonstration
CURRENT = "currentColor"  # the text's colour, where the icon is shown

Symbol = tuple[str, str, IconStyle]  # identifier, path, style


def sprite_svg(symbols: Sequence[Symbol], *, demonstration: bool = True, current_colour: bool = False) -> str:
    """The file. Identifiers are those of `identifiers`.

    demonstration: the file, opened by itself, shows all its icons; pages that refer to a symbol see no more of it.
    current_colour: icons without a tile take the colour of the text around them.
    """
    inside = "\n".join(_symbol(*symbol, current_colour=current_colour) for symbol in symbols)
    if not demonstration:
        return f'<svg {LINKING} width="0" height="0">\n{inside}\n</svg>\n'
    columns = math.ceil(math.sqrt(len(symbols)))
    wide, high = (number(GAP + count * (SIDE + GAP)) for count in (columns, math.ceil(len(symbols) / columns)))
    uses = "\n".join(_use(symbol[0], *divmod(index, columns)) for index, symbol in enumerate(symbols))
    return f'<svg {LINKING} width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">\n{inside}\n{uses}\n</svg>\n'


def identifiers(names: Sequence[str]) -> list[str]:
    """Names as XML takes them: an identifier never begins with a digit."""
    return [f"icon-{name}" if not name[0].isalpha() else name for name in names]


def _symbol(identifier: str, path: str, style: IconStyle, *, current_colour: bool) -> str:
    ink = CURRENT if current_colour and style.background is None else ""
    size = number(SIDE)
    return (
        f'<symbol id="{identifier}" viewBox="0 0 {size} {size}">'
        f"{title(identifier)}{icon_elements(path, style, ink=ink)}</symbol>"
    )


def _use(identifier: str, row: int, column: int) -> str:
    x, y = number(GAP + column * (SIDE + GAP)), number(GAP + row * (SIDE + GAP))
    return f'<use xlink:href="#{identifier}" x="{x}" y="{y}" width="{number(SIDE)}" height="{number(SIDE)}"/>'
