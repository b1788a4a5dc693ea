"""`maquette trace`: a picture, or an SVG that needs tidying, becomes an SVG of one outline or of areas of colour."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop_app.cli.icon_words import vector_options
from desktop_app.cli.printing import counted, print_json
from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import own_picture, svg_reading
from desktop_app.studio.icon_style import SIDE
from desktop_app.studio.recipe import write_whole
from desktop_app.studio.vector import VectorOptions, field_of, svg, trace
from desktop_app.studio.vector_picture import COLOURS, colour_svg, ink_of

DRAWN = 256  # pixels a side at which an SVG is drawn
OUTLINES_ONLY = ("detail", "smooth", "simplify", "snap", "padding", "symmetry", "light", "dark")


@dataclass(frozen=True)
class Drawing:
    text: str
    what: str  # it is made of
    notes: tuple[str, ...]  # sentences on what was done to the picture


def run(options: argparse.Namespace) -> int:
    _check(options)
    drawing = _areas(options) if options.colour else _outline(options)
    data = drawing.text.encode()
    write_whole(options.out, data)
    for note in drawing.notes:
        print(note, file=sys.stderr)
    if options.json:
        print_json(
            {"picture": options.picture, "out": options.out, "made_of": drawing.what, "bytes": len(data),
             "notes": drawing.notes}
        )  # fmt: skip
    else:
        print(f"“{options.picture}” became “{options.out}”: {drawing.what}, {len(data):,} bytes.")
    return 0


def _check(options: argparse.Namespace) -> None:
    """Raise RequestError or FileError for what cannot be meant."""
    if options.out.suffix.lower() != ".svg":
        raise RequestError(f"“{options.out}” does not end with .svg, and that is what is written. Name it so.")
    if options.out.exists() and not options.overwrite:
        raise FileError(f"“{options.out}” is there already. Choose another name, or replace it with --overwrite.")
    if options.colours is not None and not options.colour:
        raise RequestError("--colours goes with --colour: an outline has one colour.")
    for name in OUTLINES_ONLY if options.colour else ():
        if getattr(options, name) not in (None, False):
            raise RequestError(f"--{name} is for outlines of one ink and says nothing to --colour. Leave one out.")


def _is_svg(path: Path) -> bool:
    return path.suffix.lower() in (".svg", ".svgz")


def _outline(options: argparse.Namespace) -> Drawing:
    """Raises StudioError."""
    light = True if options.light else False if options.dark else None
    pixels, box, notes = _pixels(options.picture)
    chosen = _scaled(vector_options(options), box)
    found = trace(field_of(ink_of(pixels, light=light)), chosen)
    nodes = sum(len(path.segments) for path in found.paths)
    return Drawing(svg(found, chosen), f"{counted(len(found.paths), 'outline')}, {nodes:,} nodes", notes)


def _areas(options: argparse.Namespace) -> Drawing:
    """Raises StudioError."""
    pixels, _, notes = _pixels(options.picture)
    text = colour_svg(pixels, colours=COLOURS if options.colours is None else options.colours)
    return Drawing(text, counted(text.count("<path"), "area") + " of colour", notes)


def _pixels(path: Path) -> tuple[Pixels, float, tuple[str, ...]]:
    """(H, W, 3) or (H, W, 4) uint8, units of the longer side of its view box, what was done. Raises FileError."""
    if path.suffix.lower() == ".svg":
        clean = svg_reading.read(path)
        return svg_reading.drawn(clean, DRAWN), SIDE, clean.notes
    own = own_picture.read(path)
    return own.pixels, float(max(own.size)), own.notes


def _scaled(chosen: VectorOptions, box: float) -> VectorOptions:
    """The same options, said in 24ths, for a view box of another size."""
    unit = box / SIDE
    padding = None if chosen.padding is None else chosen.padding * unit
    return msgspec.structs.replace(chosen, view_box=box, grid=chosen.grid * unit, padding=padding)
