"""Does a map know what the classifier looks at? Paint over what it marks, and see how probable the class still is.

The deletion test (Petsiuk et al. 2018, arXiv 1806.07421) on pictures judged rightly: of each, the most marked 10, 20
and 30 % are covered in the picture's ground, and so is as much at random. Two questions are asked, as their answers
differ:

- of the picture: so many of all its pixels are covered. A random part of a picture that is mostly ground covers little.
- of the drawn part: so many of the pixels that stand out from the ground, and these alone, so that each way to choose
  takes away as much of what there is to see.

Random parts come as blobs (the top of a random map as coarse as the activation's) and as single pixels of what is
drawn.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from desktop_app.engine.covering import covered, ground_of
from desktop_app.engine.requests import Pixels

SHARES = (0.1, 0.2, 0.3)
DRAWS = 4  # random parts a picture
DRAWN = 16  # steps of 8 bit by which a pixel stands out from the ground
OF_PICTURE, OF_DRAWN = "of the picture", "of the drawn part"
ACTIVATION, OCCLUSION, BLOBS, SINGLE = "activation", "occlusion", "random blobs", "random pixels"

Judge = Callable[[Pixels], np.ndarray]  # (N, H, W, C) -> probabilities (N, K)
Enlarge = Callable[[np.ndarray, tuple[int, int]], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Case:
    """A picture that was judged rightly, and the maps of its class."""

    picture: Pixels  # (H, W, C)
    label: int
    activation: np.ndarray  # (h, w)
    occlusion: np.ndarray  # (H, W)


def probability_left(
    judge: Judge, cases: list[Case], enlarge: Enlarge, *, seed: int, tell: Callable[[int, int], None]
) -> dict[str, tuple[float, float]]:
    """“20 % of the picture, activation” -> mean probability of the class after that is covered, its standard error."""
    left: dict[str, list[float]] = {}
    for number, case in enumerate(cases):
        ways = orders(case, enlarge, np.random.default_rng([seed, number]))
        for name, value in _left_of(judge, case, ways).items():
            left.setdefault(name, []).append(value)
        tell(number + 1, len(cases))
    root = np.sqrt(len(cases))
    return {name: (float(np.mean(values)), float(np.std(values) / root)) for name, values in left.items()}


def orders(case: Case, enlarge: Enlarge, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """For each way to choose, maps (m, H, W) of what to cover first."""
    size = case.picture.shape[:2]
    blobs = [enlarge(rng.normal(size=case.activation.shape).astype(np.float32), size) for _ in range(DRAWS)]
    single = rng.random((DRAWS, *size)) + drawn(case.picture)
    return {
        ACTIVATION: enlarge(case.activation, size)[None],
        OCCLUSION: case.occlusion[None],
        BLOBS: np.stack(blobs),
        SINGLE: single,
    }


def drawn(picture: Pixels) -> np.ndarray:
    """(H, W) bool: what stands out from the picture's ground."""
    ground = ground_of(picture).astype(np.int16)
    result: np.ndarray = (np.abs(picture.astype(np.int16) - ground) > DRAWN).any(axis=2)
    return result


def top(maps: np.ndarray, count: int) -> np.ndarray:
    """(m, H, W) -> bool of the same shape: the `count` largest of each map."""
    flat = maps.reshape(len(maps), -1)
    first = np.argsort(-flat, axis=1, kind="stable")[:, :count]
    mask = np.zeros(flat.shape, bool)
    np.put_along_axis(mask, first, True, axis=1)
    return mask.reshape(maps.shape)


def _left_of(judge: Judge, case: Case, ways: dict[str, np.ndarray]) -> dict[str, float]:
    """One picture's probabilities, all in one call."""
    ink = drawn(case.picture)
    masks = {
        f"{round(100 * share)} % {of}, {way}": top(np.where(allowed, maps, -np.inf), round(share * int(allowed.sum())))
        for of, allowed in ((OF_PICTURE, np.ones_like(ink)), (OF_DRAWN, ink))
        for share in SHARES
        for way, maps in ways.items()
    }
    found = judge(covered(case.picture, np.concatenate(list(masks.values()))))[:, case.label]
    ends = np.cumsum([len(mask) for mask in masks.values()])
    return {name: float(part.mean()) for name, part in zip(masks, np.split(found, ends[:-1]), strict=True)}
