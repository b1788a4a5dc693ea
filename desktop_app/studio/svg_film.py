"""A walk between icons as one SVG that moves by itself (SMIL), in browsers and wherever they draw.

Each frame's field is traced as an icon of its own, so corners stay sharp and shapes may part, join and get holes, which
no interpolation of control points can do. The outlines follow one another as values of the path's `d`. A frame that
equals the one before is not written again: the one before stays longer. Programs without SMIL show the first frame.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import film_recipe, vector
from desktop_app.studio.colorimetry import hex_of
from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.film_recipe import FilmRecipe
from desktop_app.studio.icon_style import SIDE, IconStyle, icon_svg, number

NOTHING = "M0 0"  # a frame without ink
WHOLE = f"M0 0h{SIDE:g}v{SIDE:g}h-{SIDE:g}z"  # a frame of nothing else
_START = '<metadata id="maquette-film">'
OPTIONS = vector.VectorOptions(view_box=SIDE, detail=0.5)


def frame_path(field: Pixels) -> str:
    """The `d` of a frame; field: (side, side) signed distances, positive in the ink."""
    try:
        return vector.svg_path(vector.trace(field, OPTIONS))
    except StudioError:
        return WHOLE if (field > 0).all() else NOTHING


def document(paths: Sequence[str], options: FilmOptions, made: FilmRecipe | None = None) -> str:
    """The SVG of a film whose frames are these paths."""
    style = options.icon or IconStyle()
    if style.background is None and options.background is not None:
        style = replace(style, background=hex_of(options.background))
    text = icon_svg(paths[0], style)
    if options.size:
        side = number(SIDE)
        text = text.replace(f'width="{side}" height="{side}"', f'width="{options.size}" height="{options.size}"', 1)
    before, _, after = text.rpartition("/>")
    head, end, tail = f"{before}>{_animate(paths, options)}</path>{after}".rpartition("</svg>")
    return f"{head}{_metadata(made)}{end}{tail}"


def recipe_text(text: str) -> str:
    """The JSON in a film of ours; empty where there is none."""
    start, end = text.find(_START), text.rfind("</metadata>")
    return html.unescape(text[start + len(_START) : end]) if 0 <= start < end else ""


def _metadata(made: FilmRecipe | None) -> str:
    return "" if made is None else f"{_START}{html.escape(film_recipe.encode(made), quote=False)}</metadata>"


def _animate(paths: Sequence[str], options: FilmOptions) -> str:
    values, moments = _changes(paths)
    seconds = f"{number(len(paths) / options.fps)}s"
    times = "" if len(values) == len(paths) else f' keyTimes="{";".join(_moment(at / len(paths)) for at in moments)}"'
    repeats = 'repeatCount="indefinite"' if options.loop else 'fill="freeze"'
    return (
        f'<animate attributeName="d" calcMode="discrete" dur="{seconds}" {repeats}{times} values="{";".join(values)}"/>'
    )


def _changes(paths: Sequence[str]) -> tuple[list[str], list[int]]:
    """The paths that differ from the one before, and the frames at which they come."""
    at = [n for n, path in enumerate(paths) if n == 0 or path != paths[n - 1]]
    return [paths[n] for n in at], at


def _moment(share: float) -> str:
    return f"{share:.5f}".rstrip("0").rstrip(".") or "0"


class SvgWriter:
    """Frames are fields (side, side, 1) float32; they are traced while they come."""

    def __init__(self, part: Path, options: FilmOptions, made: FilmRecipe | None) -> None:
        self._part, self._options, self._made = part, options, made
        self._paths: list[str] = []
        part.open("xb").close()  # a folder that cannot be written to is found before anything is drawn

    def add(self, frame: Pixels) -> None:
        self._paths.append(frame_path(frame[..., 0]))

    def finish(self, on_progress: Callable[[int, int], None]) -> None:
        self._part.write_text(document(self._paths, self._options, self._made), encoding="utf-8")
        on_progress(len(self._paths), len(self._paths))

    def drop(self) -> None:
        self._paths = []
