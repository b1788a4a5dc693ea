"""Which icon of the training one comes near to: an index of all of them, a few bytes each, and the search in it.

An icon is reduced to its coverage in CELLS x CELLS cells and to the main axes of that; these numbers are cut into
groups, and of each group the number of the nearest of 256 centroids is kept (product quantisation, Jégou et al. 2011).
The square distance of a field to every icon is then a sum of looked-up numbers, less what rounding to centroids adds
on average: the icon's own square distance to its centroids. What it says about the true overlap, the intersection over
union at full size, was measured on pairs of icons when the index was built.

similar.npz, written by export/icon_similar.py, n icons of k sets in their order, M groups of d numbers:

    prefixes, titles, licences (k,) str; counts (k,) int32: icons of each set
    shared (n,) uint8, rests (bytes,) uint8: names, each as the number of letters it shares with the one before it, at
        most 255, and what follows, in UTF-8 with a line break after each
    mean (CELLS * CELLS,) float16, axes (M d, CELLS * CELLS) int8, scale (M d,) float32:
        a number is scale * axis @ (x - mean)
    centroids (M, 256, d) float16; codes (M, n) uint8; rounded (n,) uint8, step () float32: square
        distance of icon and centroids in steps
    apart, overlap (t,) float32: square distance over the sum of the inks, ascending, and the overlap that goes with it
    limit () float32: up to this distance an icon counts as near
"""

import functools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.arrays import Arrays, check_array, read_arrays
from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.requests import Resemblance

Float32 = npt.NDArray[np.float32]

CENTROIDS = 256
NEAREST = 16  # icons by distance, of which the one with the largest overlap is told
NAMES = (
    "prefixes", "titles", "licences", "counts", "shared", "rests", "mean", "axes", "scale", "centroids", "codes",
    "rounded", "step", "apart", "overlap", "limit",
)  # fmt: skip


class SimilarIcons:
    """The icons that a package was taught."""

    def __init__(self, arrays: Arrays) -> None:
        """Raises PackageError where the arrays do not fit one another."""
        _check(arrays)
        self._arrays = arrays
        self._ends = np.cumsum(arrays["counts"], dtype=np.int64)
        self._mean = arrays["mean"].astype(np.float32)
        self._axes = arrays["axes"].astype(np.float32) * arrays["scale"][:, None]
        self._centroids = arrays["centroids"].astype(np.float32)  # (M, 256, d)
        rows = self._axes.sum(axis=1).reshape(len(self._centroids), 1, -1)
        self._inks = (self._centroids * rows).sum(axis=2)  # (M, 256): what each group adds to an icon's ink

    @classmethod
    def read(cls, path: Path) -> "SimilarIcons":
        """Raises PackageError on anything but a whole index."""
        return cls(read_arrays(path, NAMES))

    def __len__(self) -> int:
        return int(self._arrays["codes"].shape[1])

    def find(self, fields: Float32) -> tuple[Resemblance | None, ...]:
        """fields (N, side, side), signed distances in pixels -> the nearest icon of each, None where none is near."""
        return tuple(self._find(x) for x in self.numbers(cells_of(fields, self.cells)))

    @property
    def cells(self) -> int:
        """On a side of the reduced picture."""
        return math.isqrt(len(self._mean))

    def numbers(self, cells: Float32) -> Float32:
        """(N, CELLS * CELLS) coverage -> (N, M d + 1): places on the axes, and the ink, in cells."""
        x = cells - self._mean
        return np.concatenate([x @ self._axes.T, cells.sum(axis=1, keepdims=True)], axis=1)

    def nearest(self, numbers: Float32, count: int = NEAREST) -> tuple[npt.NDArray[np.int64], Float32]:
        """(M d + 1,) of one picture -> the nearest icons and how far apart they are, the nearest first."""
        groups, codes = len(self._centroids), self._arrays["codes"]
        table = np.square(self._centroids - numbers[:-1].reshape(groups, 1, -1)).sum(axis=2)  # (M, 256)
        distance = self._arrays["rounded"] * -self._arrays["step"]
        for row, code in zip(table, codes, strict=True):
            distance += row.take(code)
        chosen = np.argpartition(distance, min(count, len(distance)) - 1)[:count]
        ink = self._mean.sum() + sum(row.take(code[chosen]) for row, code in zip(self._inks, codes, strict=True))
        apart = distance[chosen] / np.maximum(ink + numbers[-1], 1e-3)
        order = np.argsort(apart, kind="stable")
        return chosen[order].astype(np.int64), apart[order].astype(np.float32)

    def resemblance(self, number: int, overlap: float) -> Resemblance:
        """What is told of icon `number`."""
        a, one = self._arrays, int(np.searchsorted(self._ends, number, side="right"))
        name = f"{a['prefixes'][one]}:{self.names[number]}"
        return Resemblance(name, str(a["titles"][one]), str(a["licences"][one]), overlap)

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        try:
            rests = self._arrays["rests"].tobytes().decode().split("\n")
            return tuple(_unfolded(self._arrays["shared"].tolist(), rests))
        except ValueError as error:  # lengths that differ, letters that are none
            raise PackageError(f"The index of known icons holds no names ({error}).", Fault.WRONG_SHAPE) from None

    def _find(self, numbers: Float32) -> Resemblance | None:
        found, apart = self.nearest(numbers)
        if not apart[0] <= self._arrays["limit"]:
            return None
        return self.resemblance(
            int(found[0]), float(np.interp(apart[0], self._arrays["apart"], self._arrays["overlap"]))
        )


def cells_of(fields: Float32, cells: int) -> Float32:
    """(N, side, side) signed distances in pixels -> (N, cells * cells) coverage, 0 to 1."""
    count, side = fields.shape[0], fields.shape[-1]
    if side % cells:
        raise PackageError(f"The index of known icons has {cells} cells a side, the fields {side}.", Fault.WRONG_SHAPE)
    covered = np.clip(fields + np.float32(0.5), 0, 1).reshape(count, cells, side // cells, cells, side // cells)
    means: Float32 = covered.mean(axis=(2, 4), dtype=np.float32).reshape(count, -1)
    return means


def folded(names: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """(shared, rests) of the names, see above."""
    shared, rests, before = [], [], ""
    for name in names:
        same = 0
        while same < min(len(name), len(before), 255) and name[same] == before[same]:
            same += 1
        shared.append(same)
        rests.append(name[same:])
        before = name
    return np.array(shared, np.uint8), np.frombuffer("\n".join(rests).encode(), np.uint8)


def _unfolded(shared: list[int], rests: list[str]) -> list[str]:
    names, before = [], ""
    for same, rest in zip(shared, rests, strict=True):
        before = before[:same] + rest
        names.append(before)
    return names


def _check(arrays: Arrays) -> None:
    of = "The index of known icons"
    for name in ("prefixes", "titles", "licences"):
        if name not in arrays or arrays[name].dtype.kind != "U" or arrays[name].ndim != 1:
            raise PackageError(f"{of}: “{name}” is missing or holds no words.", Fault.WRONG_SHAPE)
    shapes = {name: arrays[name].shape if name in arrays else () for name in NAMES}
    if (
        len(shapes["codes"]) != 2
        or len(shapes["centroids"]) != 3
        or len(shapes["mean"]) != 1
        or len(shapes["rests"]) != 1
    ):
        raise PackageError(f"{of}: its arrays are missing or of other shapes than expected.", Fault.WRONG_SHAPE)
    (groups, count), numbers, sets = shapes["codes"], shapes["centroids"][2], len(arrays["prefixes"])
    pixels, points = shapes["mean"][0], len(arrays["apart"]) if "apart" in arrays and arrays["apart"].ndim else 0
    expected = {
        "titles": (arrays["titles"].dtype.str, (sets,)),
        "licences": (arrays["licences"].dtype.str, (sets,)),
        "counts": ("int32", (sets,)),
        "shared": ("uint8", (count,)),
        "rests": ("uint8", shapes["rests"]),
        "mean": ("float16", (pixels,)),
        "axes": ("int8", (groups * numbers, pixels)),
        "scale": ("float32", (groups * numbers,)),
        "centroids": ("float16", (groups, CENTROIDS, numbers)),
        "codes": ("uint8", (groups, count)),
        "rounded": ("uint8", (count,)),
        "step": ("float32", ()),
        "apart": ("float32", (points,)),
        "overlap": ("float32", (points,)),
        "limit": ("float32", ()),
    }
    for name, (dtype, shape) in expected.items():
        check_array(arrays, name, dtype, shape, of=of)
    if not count or not points or math.isqrt(pixels) ** 2 != pixels or int(arrays["counts"].sum()) != count:
        raise PackageError(f"{of}: its numbers do not agree with one another.", Fault.WRONG_SHAPE)
