"""HTML and SVG out of nested calls. Whatever is not Markup is escaped, so that no title can become a tag.

tag("p", "a < b", class_="note")     ->  <p class="note">a &lt; b</p>
"""

import html
from collections.abc import Iterable

VOID = frozenset(("br", "col", "hr", "img", "meta"))


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | float | None | Iterable["Child"]
Attribute = str | float | bool | None


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element. `class_` and `for_` lose their line, other lines become hyphens; None and False are left out."""
    words = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{words}>")
    return Markup(f"<{name}{words}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    return Markup("".join(_text(child) for child in children))


def _text(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, (str, int, float)):
        return html.escape(str(child), quote=False)
    return join(child)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(_number(value))}"'


def _number(value: str | float) -> str:
    """Coordinates to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
