"""What pictures of a package of icons show: the words were chosen before there was a network, and nothing is picked."""

from collections.abc import Sequence

import numpy as np

from desktop_app.engine import fields as drawing
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.requests import Design, Prompt

SHEET = "sheet.png"  # in the package: a word a row, the first samples of one seed
SHEET_WORDS = (
    "heart", "house", "cat", "camera", "star", "cloud", "tree", "car", "rocket", "cup",
    "bird", "key", "lock", "umbrella", "fish", "flower", "book", "bell", "airplane", "crown",
)  # fmt: skip
SHEET_SAMPLES = 12
PREVIEW_WORDS = ("heart", "house", "cat", "camera", "cloud", "rocket", "coffee", "bird")
PREVIEW_SEEDS = 8
PREVIEW_STYLES = ("filled", "outline")  # of so many seeds each
STYLE = "filled"  # of what is judged, and of the sheet
SIDE = 64  # pixels of an icon
AT_ONCE = 64  # icons


def sheet_designs(seed: int, guidance: float) -> list[Design]:
    """The first samples of each word of the sheet."""
    prompts = [Prompt((word,), style=STYLE, guidance=guidance) for word in SHEET_WORDS]
    return [Design(seed, index, prompt=prompt) for prompt in prompts for index in range(SHEET_SAMPLES)]


def preview_designs(guidance: float) -> list[Design]:
    """Index 0 of seeds 0 to 7 of each word of the preview, the first four filled, the others as outlines."""
    styles = [PREVIEW_STYLES[seed * len(PREVIEW_STYLES) // PREVIEW_SEEDS] for seed in range(PREVIEW_SEEDS)]
    return [
        Design(seed, 0, prompt=Prompt((word,), style=style, guidance=guidance))
        for word in PREVIEW_WORDS
        for seed, style in enumerate(styles)
    ]


def draw(model: IconModel, designs: Sequence[Design], *, side: int = SIDE) -> np.ndarray:
    """(n, side, side, 1) uint8, black on white."""
    model.check(designs)
    parts = [designs[start : start + AT_ONCE] for start in range(0, len(designs), AT_ONCE)]
    return pictures_of(np.concatenate([model.fields_of(part) for part in parts]), side)


def in_few_greys(pictures: np.ndarray) -> np.ndarray:
    """16 greys in place of 256: a PNG takes two thirds of the room, and nobody sees it."""
    return (np.rint(pictures / 17) * 17).astype(np.uint8)


def pictures_of(fields: np.ndarray, side: int = SIDE) -> np.ndarray:
    """(n, H, W) signed distances in pixels -> (n, side, side, 1) uint8, black on white."""
    return 255 - drawing.coverage_of(fields, side)[..., None]
