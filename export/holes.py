"""What is brushed over before it is filled in: strokes, scratches, dust and lettering, drawn from a seed.

Widths are from 1 to 15 pixels, as a person paints over what disturbs in a scan.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

STROKE, SCRATCH, DUST, TEXT = range(4)
WIDEST = 15  # pixels
MOST = 40  # marks in one picture of 64 x 64 pixels; a larger one may have more
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def draw_holes(height: int, width: int, *, share: float, rng: np.random.Generator) -> np.ndarray:
    """(height, width) bool, True in the holes: marks of all kinds until about `share` of the picture is covered."""
    canvas = Image.new("1", (width, height))
    draw = ImageDraw.Draw(canvas)
    kinds = rng.choice(4, size=2)  # a scan has one kind of trouble or two, seldom all
    most = MOST * max(1, height * width // 4096)
    for _ in range(most):
        MARKS[int(rng.choice(kinds))](draw, height, width, rng)
        if np.asarray(canvas).mean() >= share:
            break
    return np.asarray(canvas).copy()


def _stroke(draw: ImageDraw.ImageDraw, height: int, width: int, rng: np.random.Generator) -> None:
    """A bent brush stroke with round ends."""
    thick = int(rng.integers(3, WIDEST + 1))
    points = [rng.uniform(0, (width, height))]
    heading = rng.uniform(0, 2 * np.pi)
    for _ in range(rng.integers(1, 5)):
        heading += rng.normal(0, 0.7)
        points.append(points[-1] + rng.uniform(5, 30) * np.array([np.cos(heading), np.sin(heading)]))
    draw.line([tuple(point) for point in points], fill=1, width=thick, joint="curve")
    for x, y in points:
        draw.ellipse([x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2], fill=1)


def _scratch(draw: ImageDraw.ImageDraw, height: int, width: int, rng: np.random.Generator) -> None:
    """A thin line across, nearly straight."""
    start, end = rng.uniform(0, (width, height)), rng.uniform(0, (width, height))
    middle = (start + end) / 2 + rng.normal(0, 0.05 * max(height, width), 2)
    points = [tuple(start), tuple(middle), tuple(end)]
    draw.line(points, fill=1, width=int(rng.integers(1, 5)))


def _dust(draw: ImageDraw.ImageDraw, height: int, width: int, rng: np.random.Generator) -> None:
    """A few specks close to each other."""
    centre = rng.uniform(0, (width, height))
    for _ in range(rng.integers(2, 8)):
        x, y = centre + rng.normal(0, 12, 2)
        a, b = rng.uniform(0.5, 4, 2)
        draw.ellipse([x - a, y - b, x + a, y + b], fill=1)


def _text(draw: ImageDraw.ImageDraw, height: int, width: int, rng: np.random.Generator) -> None:
    """A word, as a date or a watermark stands in a picture."""
    word = "".join(rng.choice(list(LETTERS), size=rng.integers(2, 9)))
    x, y = rng.uniform((-10, -5), (width - 10, height - 5))
    draw.text((x, y), word, fill=1, font=ImageFont.load_default(int(rng.integers(10, 29))))


MARKS = {STROKE: _stroke, SCRATCH: _scratch, DUST: _dust, TEXT: _text}
