"""directions.png: two designs along each direction, from -3 to +3, with the names beside them."""

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from desktop_app.engine.manifest import Direction

ZOOM = 2
GAP = 6
NAME_WIDTH = 190
INK, PAPER = 40, 250


def write_strips(path: pathlib.Path, directions: tuple[Direction, ...], strips: list[np.ndarray]) -> None:
    """strips: two a direction in their order, each (7, H, W, C) uint8."""
    if not strips:
        path.unlink(missing_ok=True)
        return
    height, width = (side * ZOOM for side in strips[0].shape[1:3])
    steps = len(strips[0])
    size = (NAME_WIDTH + 2 * (steps * width + GAP), len(directions) * (height + GAP) + GAP)
    colour = strips[0].shape[3] == 3
    sheet = Image.new("RGB" if colour else "L", size, (PAPER,) * 3 if colour else PAPER)
    draw = ImageDraw.Draw(sheet)
    for row, direction in enumerate(directions):
        top = GAP + row * (height + GAP)
        words = f"{direction.low} to {direction.high}" if direction.low else ""
        _write(draw, (GAP, top + height // 2 - 15), direction.name, size=14)
        _write(draw, (GAP, top + height // 2 + 3), words, size=12)
        for column in (0, 1):
            pixels = np.concatenate(list(strips[2 * row + column]), axis=1)  # (H, 7 W, C)
            picture = Image.fromarray(pixels if colour else pixels[..., 0])
            picture = picture.resize((picture.width * ZOOM, picture.height * ZOOM), Image.Resampling.NEAREST)
            sheet.paste(picture, (NAME_WIDTH + column * (steps * width + GAP), top))
    part = path.with_name(path.name + ".part")
    sheet.save(part, format="PNG", optimize=True)
    part.replace(path)


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, *, size: int) -> None:
    ink = INK if draw.mode == "L" else (INK,) * 3
    draw.text(place, text, fill=ink, font=ImageFont.load_default(size))
