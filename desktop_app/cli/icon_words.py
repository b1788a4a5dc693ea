"""The words of `maquette sample` and `maquette trace` that icons understand, and what they come to."""

import argparse
from pathlib import Path

from desktop_app.engine.errors import RequestError
from desktop_app.engine.manifest import Icons
from desktop_app.engine.requests import Prompt
from desktop_app.studio import palette_file
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.icon_prompt import Heard, heard
from desktop_app.studio.icon_style import SIDE, IconStyle
from desktop_app.studio.palette import Palette
from desktop_app.studio.vector import VectorOptions

ICONS_ONLY = {
    "words": "--words",
    "style": "--style",
    "set_": "--set",
    "guidance": "--guidance",
    "different": "--different",
    "format": "--format",
    "sizes": "--sizes",
    "foreground": "--foreground",
    "background": "--background",
    "radius": "--radius",
    "tile_padding": "--tile-padding",
    "palette": "--palette",
    "detail": "--detail",
    "smooth": "--smooth",
    "simplify": "--simplify",
    "snap": "--snap",
    "padding": "--padding",
    "symmetry": "--symmetry",
}


def refuse_for_others(options: argparse.Namespace, title: str) -> None:
    """Raise RequestError where a word was said that only packages of icons understand."""
    for name, word in ICONS_ONLY.items():
        if getattr(options, name) is not None:
            raise RequestError(f"“{title}” does not draw icons, so {word} says nothing to it. Leave it out.")


def prompt_of(options: argparse.Namespace, icons: Icons) -> tuple[Prompt, Heard]:
    """Raises RequestError for a style or a set that is not there, naming those that are."""
    words = heard(options.words or "", icons)
    style = style_of(options.style, icons)
    guidance = icons.guidance if options.guidance is None else options.guidance
    return Prompt(words.words, style, _source(options.set_, icons), guidance), words


def style_of(wish: str | None, icons: Icons) -> str:
    if not wish:
        return ""
    if wish.casefold() not in icons.styles:
        raise RequestError(f"There is no style “{wish}”. There are: {', '.join(icons.styles)}.")
    return wish.casefold()


def _source(wish: str | None, icons: Icons) -> str:
    """The prefix of a set that is called so, by its prefix or its title."""
    if not wish:
        return ""
    for source in icons.sources:
        if wish.casefold() in (source.prefix.casefold(), source.title.casefold()):
            return source.prefix
    there = ", ".join(source.prefix for source in icons.sources)
    raise RequestError(f"There is no set “{wish}”. There are: {there}.")


def look_of(options: argparse.Namespace) -> IconLook:
    """How the icons are dressed and traced. Raises StudioError: a colour that is none, a palette that is damaged."""
    given = {
        "foreground": options.foreground and _colour(options.foreground),
        "background": options.background and _colour(options.background),
        "radius": options.radius,
        "padding": options.tile_padding,
        "lock": _palette(options.palette),
    }
    style = IconStyle(**{name: value for name, value in given.items() if value is not None})
    return IconLook(style, vector_options(options))


def vector_options(options: argparse.Namespace) -> VectorOptions:
    given = {
        "detail": options.detail,
        "smoothing": options.smooth,
        "simplification": options.simplify,
        "grid": options.snap and SIDE / options.snap,
        "padding": options.padding,
        "symmetry": options.symmetry,
    }
    return VectorOptions(**{name: value for name, value in given.items() if value is not None})


def _colour(text: str) -> str:
    """The number sign may be left out: a shell takes what follows it for a remark."""
    return text if text.startswith("#") else f"#{text}"


def _palette(path: Path | None) -> Palette | None:
    return None if path is None else palette_file.read(path)
