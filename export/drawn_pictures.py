"""Pictures drawn here, so that a package's preview and golden example hold no photograph of anybody.

A landscape has what restoring has to cope with: a smooth sky, hard edges, fine lines, texture and lettering. Digits are
a type's, slanted and blurred until they look written.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OVER = 2  # everything is drawn so many times as large and shrunk
PALETTES = (  # sky above, sky below, far hills, near hills, walls, roof
    ((64, 110, 176), (228, 214, 190), (120, 140, 160), (76, 110, 70), (214, 190, 160), (150, 66, 50)),
    ((36, 44, 92), (226, 130, 96), (86, 70, 110), (44, 52, 70), (180, 150, 140), (96, 48, 60)),
    ((150, 196, 220), (240, 240, 232), (150, 176, 180), (150, 156, 84), (226, 220, 208), (70, 84, 110)),
    ((90, 130, 120), (236, 226, 180), (110, 140, 120), (60, 84, 60), (200, 170, 120), (120, 80, 46)),
)


def landscape(seed: int, *, side: int, channels: int = 3) -> np.ndarray:
    """(side, side, channels) uint8."""
    rng = np.random.default_rng([7, seed])
    size = side * OVER
    sky, low, far, near, wall, roof = PALETTES[seed % len(PALETTES)]
    ramp = np.linspace(0, 1, size)[:, None, None]
    canvas = np.broadcast_to(np.asarray(sky) * (1 - ramp) + np.asarray(low) * ramp, (size, size, 3))
    for colour, height, rough in ((far, 0.55, 4.0), (near, 0.7, 16.0)):
        canvas = _hills(canvas, colour, height=height, rough=rough, rng=rng)
    picture = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    _house(ImageDraw.Draw(picture), size, wall=wall, roof=roof, x=0.15 + 0.4 * rng.random())
    _wires(ImageDraw.Draw(picture), size, rng)
    pixels = np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS))
    return pixels if channels == 3 else np.asarray(Image.fromarray(pixels).convert("L"))[..., None]


def digit(seed: int) -> np.ndarray:
    """(28, 28, 1) uint8, white on black; seeds 0 to 9 are the ten digits."""
    rng = np.random.default_rng([9, seed])
    large = Image.new("L", (112, 112))
    font = ImageFont.load_default(84)
    ImageDraw.Draw(large).text((56, 56), str(seed % 10), fill=255, font=font, anchor="mm", stroke_width=3)
    slant = rng.uniform(0.05, 0.3)
    shear = (1, slant, -slant * 56, 0, 1, 0)
    large = large.transform(large.size, Image.Transform.AFFINE, shear, Image.Resampling.BICUBIC)
    small = large.filter(ImageFilter.GaussianBlur(2)).resize((28, 28), Image.Resampling.LANCZOS)
    return np.asarray(small)[..., None]


def _hills(canvas: np.ndarray, colour: tuple, *, height: float, rough: float, rng: np.random.Generator) -> np.ndarray:
    """A rolling line below which all is of one colour with a grain."""
    size = len(canvas)
    x = np.linspace(0, 1, size)
    waves = [rng.uniform(-0.1, 0.1) / k * np.sin(2 * np.pi * (k * x + rng.random())) for k in (1, 2, 3, 5)]
    below = np.linspace(0, 1, size)[:, None] > height + np.sum(waves, axis=0)[None]
    grain = np.sum([_blotches(size, step, rng) for step in (2, 6, 20)], axis=0)
    return np.where(below[..., None], np.asarray(colour) + rough * grain[..., None], canvas)


def _blotches(size: int, step: int, rng: np.random.Generator) -> np.ndarray:
    """(size, size) smooth noise of deviation about 1 whose blotches are `step` pixels wide."""
    coarse = rng.standard_normal((size // step + 2, size // step + 2)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC))


def _house(draw: ImageDraw.ImageDraw, size: int, *, wall: tuple, roof: tuple, x: float) -> None:
    left, right, top, bottom = x, x + 0.32, 0.58, 0.86
    draw.rectangle([v * size for v in (left, top, right, bottom)], fill=wall)
    points = ((left - 0.03, top), ((left + right) / 2, top - 0.17), (right + 0.03, top))
    draw.polygon([(a * size, b * size) for a, b in points], fill=roof)
    for column in range(3):
        a, b = left + 0.04 + 0.095 * column, top + 0.05
        box = [v * size for v in (a, b, a + 0.055, b + 0.08)]
        draw.rectangle(box, fill=(40, 48, 60), outline=(240, 240, 236), width=max(1, size // 160))
    font = ImageFont.load_default(max(6, size // 16))
    place = ((left + right) / 2 * size, (bottom - 0.06) * size)
    draw.text(place, "Maquette", fill=(50, 40, 36), font=font, anchor="mm")


def _wires(draw: ImageDraw.ImageDraw, size: int, rng: np.random.Generator) -> None:
    for _ in range(3):
        y, drop = rng.uniform(0.1, 0.3), rng.uniform(0.02, 0.08)
        points = [(x * size, (y + drop * 4 * x * (1 - x)) * size) for x in np.linspace(0, 1, 40)]
        draw.line(points, fill=(40, 40, 44), width=max(1, size // 250))
