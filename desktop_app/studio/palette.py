"""A palette: named colours of a brand, and the nearest of them to any colour.

`Palette.nearest` measures with CIEDE2000. A lock to a palette never lets a foreign colour through: what is far from
all of them becomes the nearest too, and the difference says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio.colorimetry import Vision, as_seen, delta_e, hex_of, rgb_of, to_lab

LARGEST = 4096  # colours
LONGEST_NAME = 120  # characters
FAR = 10.0  # CIEDE2000 from which two colours are plainly different
CONFUSED = 5.0  # CIEDE2000 below which two colours are taken for each other


@dataclass(frozen=True)
class Swatch:
    name: str
    colour: str  # "#rrggbb"
    group: str = ""  # of the palette, where it has groups

    def __post_init__(self) -> None:
        object.__setattr__(self, "colour", hex_of(rgb_of(self.colour)))
        object.__setattr__(self, "name", one_line(self.name) or self.colour)
        object.__setattr__(self, "group", one_line(self.group))


@dataclass(frozen=True)
class Match:
    swatch: Swatch
    delta_e: float  # CIEDE2000


@dataclass(frozen=True)
class Palette:
    """At least one colour, at most LARGEST. Raises RequestError for others."""

    name: str
    swatches: tuple[Swatch, ...]
    notes: tuple[str, ...] = ()  # sentences on what reading its file changed

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name) or "Palette")
        if not self.swatches:
            raise RequestError(f"The palette “{self.name}” holds no colour. Add one.")
        if len(self.swatches) > LARGEST:
            raise RequestError(f"The palette “{self.name}” holds more than {LARGEST:,} colours. Take some out.")

    def nearest(self, colour: str) -> Match:
        """The swatch that differs least; of equal ones the first. Raises RequestError where `colour` is none."""
        differences = delta_e(to_lab([rgb_of(swatch.colour) for swatch in self.swatches]), to_lab(rgb_of(colour)))
        best = int(np.argmin(differences))
        return Match(self.swatches[best], float(differences[best]))


def mapped(pixels: Pixels, palette: Palette) -> tuple[Pixels, float]:
    """A picture in the colours of a palette alone, (H, W, 3) or (H, W, 4) uint8, and the largest difference of a pixel
    that can be seen (CIEDE2000). Alpha stays as it is."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    colours, index = np.unique(flat[:, :3], axis=0, return_inverse=True)
    swatches = np.array([rgb_of(swatch.colour) for swatch in palette.swatches], np.uint8)
    best, difference = _nearest(colours, swatches)
    made = pixels.copy()
    made[..., :3] = swatches[best[index.ravel()]].reshape(*pixels.shape[:-1], 3)
    visible = flat[:, 3] > 0 if flat.shape[1] == 4 else np.ones(len(flat), bool)
    return made, float(difference[index.ravel()[visible]].max(initial=0.0))


def _nearest(colours: Pixels, swatches: Pixels) -> tuple[np.ndarray, np.ndarray]:
    """For each of (n, 3) colours which of (m, 3) swatches is nearest, and how near; in parts, to keep memory small."""
    lab, best, difference = to_lab(swatches), [], []
    step = max(1, 2**18 // len(swatches))
    for start in range(0, len(colours), step):
        found = delta_e(to_lab(colours[start : start + step])[:, None], lab)
        best.append(found.argmin(axis=1))
        difference.append(found.min(axis=1))
    return np.concatenate(best), np.concatenate(difference)


def confusions(swatches: Iterable[Swatch], vision: Vision) -> list[tuple[Swatch, Swatch]]:
    """Pairs that are told apart by most people, and not by those with a colour blindness."""
    known = list(swatches)
    if not known:
        return []
    plain = np.array([rgb_of(swatch.colour) for swatch in known], np.uint8)
    common, seen = (delta_e(lab[:, None], lab[None]) for lab in (to_lab(plain), to_lab(as_seen(plain, vision))))
    lost = np.triu((common >= CONFUSED) & (seen < CONFUSED), 1)
    return [(known[i], known[j]) for i, j in np.argwhere(lost).tolist()]


def one_line(text: str) -> str:
    """A name without line ends and control characters, of a length that a list can show."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_NAME]).split())[:LONGEST_NAME]
