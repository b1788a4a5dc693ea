"""Designs to begin with: a pad that is worth a drag from the first moment."""

import random

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio.sheet import SheetState, design_at

CORNERS = 4
FAR = 500


def four_designs(package: Package, seed: int) -> tuple[Design, ...]:
    """Four designs of a package, of four classes where it has them; the same for the same seed."""
    chance = random.Random(seed)
    classes, icons = len(package.manifest.classes), package.manifest.icons
    sheet = SheetState(package.name, seed, truncation=min(package.manifest.defaults.truncation, 0.8))
    labels = chance.sample(range(classes), CORNERS) if classes >= CORNERS else range(CORNERS)
    step = classes or 1
    return tuple(design_at(sheet, chance.randrange(FAR) * step + label, classes, icons) for label in labels)
