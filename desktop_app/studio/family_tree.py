"""The family tree of the breeding board: where each member stands, and the whole as a picture (SVG) or as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy.typing as npt

from desktop_app.engine.errors import StudioError
from desktop_app.studio import vector
from desktop_app.studio.breeding import BreedingState, levels
from desktop_app.studio.whole_file import whole_file

Field = npt.NDArray[Any]  # (side, side), as vector.trace takes it

FORMAT = 1
ICON, GAP, STEP, MARGIN = 48.0, 16.0, 120.0, 24.0  # user units: an icon, between two, between generations, around all


def places(state: BreedingState) -> list[tuple[int, float]]:
    """Column and row of each member, in whole steps of a column and a row.

    Columns are generations. In each of them, members stand as near to the middle of their parents as there is room.
    """
    found: list[tuple[int, float]] = []
    order: list[list[int]] = []
    for number, level in enumerate(levels(state)):
        order += [[] for _ in range(level + 1 - len(order))]
        order[level].append(number)
        found.append((level, 0.0))
    for column in order:
        wishes = {number: _middle(state, found, number) for number in column}
        sorted_column = sorted(column, key=lambda number: (wishes[number], number))
        start = sum(wishes.values()) / len(column) - (len(column) - 1) / 2
        for row, number in enumerate(sorted_column):
            found[number] = (found[number][0], start + row)
    top = min((row for _, row in found), default=0.0)
    return [(column, row - top) for column, row in found]


def picture(state: BreedingState, fields: Sequence[Field]) -> str:
    """An SVG document with the icon of every member and a line from every parent to each of its children.

    fields: one for each member, in order. A field without an outline leaves its square empty.
    """
    corners = [(MARGIN + column * STEP, MARGIN + row * (ICON + GAP)) for column, row in places(state)]
    width = max((x for x, _ in corners), default=0.0) + ICON + MARGIN
    height = max((y for _, y in corners), default=0.0) + ICON + MARGIN
    lines = [
        _line(corners[parent], corners[number])
        for number, member in enumerate(state.members)
        for parent in dict.fromkeys(member.parents)
    ]
    icons = [_icon(corner, field) for corner, field in zip(corners, fields, strict=True)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<g fill="none" stroke="#9a9a9a" stroke-width="1.5">{"".join(lines)}</g>'
        f'<g fill="#fff" stroke="#d4d4d4">{"".join(_square(corner) for corner in corners)}</g>'
        f'<g fill-rule="evenodd">{"".join(icons)}</g></svg>\n'
    )


def document(state: BreedingState, sha256: str) -> bytes:
    """The tree as JSON: every member with its parents and its whole design, every generation with what made it.

    sha256: of the package's manifest.
    """
    written = {
        "format": FORMAT,
        "package": state.package,
        "package_sha256": sha256,
        "members": [
            {"number": number, "generation": level, "parents": member.parents, "design": member.design}
            for number, (member, level) in enumerate(zip(state.members, levels(state), strict=True))
        ],
        "crossings": state.generations,
    }
    return msgspec.json.format(msgspec.json.encode(written), indent=1) + b"\n"


def save(path: Path, data: bytes) -> None:
    """Raises FileError; the file is there whole or not at all."""
    with whole_file(path) as file:
        file.write(data)


def _middle(state: BreedingState, found: Sequence[tuple[int, float]], number: int) -> float:
    rows = [found[parent][1] for parent in state.members[number].parents]
    return sum(rows) / len(rows) if rows else float(number)


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x0, y0, x1, y1 = start[0] + ICON, start[1] + ICON / 2, end[0], end[1] + ICON / 2
    bend = (x1 - x0) / 2
    return f'<path d="M{x0:g} {y0:g}C{x0 + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}"/>'


def _square(corner: tuple[float, float]) -> str:
    return f'<rect x="{corner[0]:g}" y="{corner[1]:g}" width="{ICON:g}" height="{ICON:g}" rx="6"/>'


def _icon(corner: tuple[float, float], field: Field) -> str:
    try:
        path = vector.svg_path(vector.trace(field))
    except StudioError:
        return ""
    inset, scale = 4.0, (ICON - 8.0) / vector.DEFAULT.view_box
    return f'<path transform="translate({corner[0] + inset:g} {corner[1] + inset:g}) scale({scale:g})" d="{path}"/>'
