"""The index of the icons that a network was taught, similar.npz, so that a near copy can be told with name and licence.

Its format and the search are in desktop_app/engine/icon_similar.py. An icon takes GROUPS bytes and its name; axes are
the main ones of a sample (principal components), shared out so that each group of numbers varies as much as the others
(Ge et al. 2013, optimised product quantisation, the parametric solution). What a distance says about the true overlap
is measured on PAIRS_OF icons and those found nearest to them.
"""

import hashlib
import pathlib

import numpy as np

from desktop_app.engine.arrays import read_arrays
from desktop_app.engine.errors import PackageError
from desktop_app.engine.icon_similar import CENTROIDS, Float32, SimilarIcons, cells_of, folded
from desktop_app.engine.manifest import IconSource
from export.icon_dataset import IconData, load_icons
from export.package_files import Source, write_arrays

FILE = "similar.npz"
CELLS = 32
GROUPS, NUMBERS = 7, 8  # a code, and numbers that it stands for
FITTED_ON = 40_000  # icons of the axes and centroids
ROUNDS = 15  # of k-means
PAIRS_OF = 3000
NEAR = 0.9  # overlap that is to be told
RECALL = 0.85  # of the pairs above it, at most
SURE = 0.8  # median overlap of pairs so far apart, from which an icon is told at all
RULES = 4  # counted up when building changes
AT_ONCE = 4096

Arrays = dict[str, np.ndarray]


def write_index(source: Source, folder: pathlib.Path) -> None:
    """similar.npz; that of the package which is replaced, where it was made of the same icons."""
    made_of = _digest(source.about)
    old = None if source.models is None else source.models / source.name / FILE
    if old is not None and _is_made_of(old, made_of):
        (folder / FILE).write_bytes(old.read_bytes())
        return
    data = load_icons(source.data, source.about["name"])
    write_arrays(folder / FILE, {**build(data), "made_of": np.frombuffer(made_of, np.uint8)})


def sets_of(folder: pathlib.Path) -> tuple[IconSource, ...]:
    """The sets whose icons the index in a package's folder holds; none where it has no index."""
    if not (folder / FILE).exists():
        return ()
    names = ("prefixes", "titles", "licences", "counts")
    arrays = read_arrays(folder / FILE, names)
    rows = zip(*(arrays[name].tolist() for name in names), strict=True)
    return tuple(IconSource(prefix, title, licence, count) for prefix, title, licence, count in rows)


def _digest(about: dict) -> bytes:
    return hashlib.sha256(f"{RULES} {about['splits']['train']['fields_sha256']}".encode()).digest()


def _is_made_of(path: pathlib.Path, digest: bytes) -> bool:
    try:
        SimilarIcons.read(path)
        with np.load(path, allow_pickle=False) as held:
            return held["made_of"].tobytes() == digest
    except (OSError, KeyError, ValueError, PackageError):
        return False


def build(data: IconData, *, groups: int = GROUPS, cells: int = CELLS, seed: int = 0) -> Arrays:
    """The arrays of the index of all icons in `data`, by set and name. seed: of what is looked at."""
    order = sorted(range(len(data.icons)), key=lambda i: (data.icons[i]["set"], data.icons[i]["name"]))
    rng = np.random.Generator(np.random.Philox(key=seed))
    x = reduced(data, order, cells)
    arrays = {**_names(data, order), **_axes(x, rng.permutation(len(x))[:FITTED_ON], groups)}
    numbers = _numbers(x, arrays)
    arrays |= _quantised(numbers, groups, rng)
    return {**arrays, **_calibrated(data, order, arrays, rng)}


def reduced(data: IconData, order: list[int], cells: int = CELLS) -> Float32:
    """(n, cells * cells) coverage of the icons, in this order."""
    x = np.empty((len(order), cells * cells), np.float32)
    for start in range(0, len(order), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        x[part] = cells_of(fields_of(data, order[part]), cells)
    return x


def fields_of(data: IconData, chosen: list[int]) -> Float32:
    """(n, side, side) in pixels."""
    return data.fields[chosen].astype(np.float32) * np.float32(data.about["reach"] / 127)


def _names(data: IconData, order: list[int]) -> Arrays:
    sets, counts = np.unique([data.icons[i]["set"] for i in order], return_counts=True)
    shared, rests = folded([data.icons[i]["name"] for i in order])
    words = {"prefixes": "prefix", "titles": "title", "licences": "licence"}
    told = {key: np.array([data.about["sets"][s][word] for s in sets], np.str_) for key, word in words.items()}
    return {**told, "counts": counts.astype(np.int32), "shared": shared, "rests": rests}


# -- axes and centroids -----------------------------------------------------------------------------------------------


def _axes(x: Float32, sample: np.ndarray, groups: int) -> Arrays:
    """Mean and main axes, those of a group one after the other."""
    mean = x[sample].mean(axis=0).astype(np.float16)
    centred = x[sample] - mean.astype(np.float32)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(sample))
    main = np.argsort(-variances)[: groups * NUMBERS]
    chosen = axes[:, _shared_out(np.maximum(variances[main], 1e-9), groups, main)].T  # (M d, cells)
    chosen *= np.sign(chosen[np.arange(len(chosen)), np.abs(chosen).argmax(axis=1)])[:, None]
    scale = np.abs(chosen).max(axis=1) / 127
    return {
        "mean": mean,
        "axes": np.rint(chosen / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
    }


def _shared_out(variances: np.ndarray, groups: int, main: np.ndarray) -> np.ndarray:
    """The largest axis left goes to the group with the smallest product of variances that has room."""
    members: list[list[int]] = [[] for _ in range(groups)]
    products = np.zeros(groups)
    for axis, logarithm in zip(main, np.log(variances / variances.min()), strict=True):
        open_ones = [g for g in range(groups) if len(members[g]) < NUMBERS]
        group = min(open_ones, key=lambda g: products[g])
        members[group].append(int(axis))
        products[group] += logarithm
    return np.array([axis for member in members for axis in member])


def _numbers(x: Float32, arrays: Arrays) -> Float32:
    axes = arrays["axes"].astype(np.float32) * arrays["scale"][:, None]
    return (x - arrays["mean"].astype(np.float32)) @ axes.T


def _quantised(numbers: Float32, groups: int, rng: np.random.Generator) -> Arrays:
    """“centroids”, “codes”, “rounded” and “step”."""
    centroids = np.zeros((groups, CENTROIDS, NUMBERS), np.float16)
    codes, off = np.zeros((groups, len(numbers)), np.uint8), np.zeros(len(numbers), np.float32)
    for group in range(groups):
        part = np.ascontiguousarray(numbers[:, group * NUMBERS : (group + 1) * NUMBERS])
        centroids[group] = _k_means(part[rng.permutation(len(part))[:FITTED_ON]], rng)
        codes[group] = _nearest(part, centroids[group].astype(np.float32))
        off += np.square(part - centroids[group].astype(np.float32)[codes[group]]).sum(axis=1)
    step = np.float32(max(float(off.max()), 1e-6) / 255)
    return {
        "centroids": centroids,
        "codes": codes,
        "rounded": np.rint(off / step).astype(np.uint8),
        "step": np.array(step),
    }


def _k_means(x: Float32, rng: np.random.Generator) -> Float32:
    """(256, d) centres (Lloyd 1982), begun with rows of x; one that nothing is nearest to begins anew."""
    centres = x[rng.choice(len(x), CENTROIDS, replace=len(x) < CENTROIDS)].copy()
    for _ in range(ROUNDS):
        nearest = _nearest(x, centres)
        counts = np.bincount(nearest, minlength=CENTROIDS)
        sums = np.stack([np.bincount(nearest, weights=column, minlength=CENTROIDS) for column in x.T], axis=1)
        centres = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
        empty = np.flatnonzero(counts == 0)
        centres[empty] = x[rng.choice(len(x), len(empty))]
    return centres


def _nearest(x: Float32, centres: Float32) -> np.ndarray:
    """(n,) uint8."""
    squares = (centres * centres).sum(axis=1)
    found = [np.argmin(squares - 2 * part @ centres.T, axis=1) for part in np.array_split(x, len(x) // AT_ONCE + 1)]
    return np.concatenate(found).astype(np.uint8)


# -- what a distance says ---------------------------------------------------------------------------------------------


def _calibrated(data: IconData, order: list[int], arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """“apart”, “overlap” and “limit” of the index."""
    open_end = {"apart": np.zeros(1, np.float32), "overlap": np.ones(1, np.float32), "limit": np.float32(0)}
    index = SimilarIcons({**arrays, **{k: np.asarray(v) for k, v in open_end.items()}})
    looked_at = rng.permutation(len(order))[:PAIRS_OF]
    apart, overlaps = _pairs(data, order, index, looked_at)
    near = overlaps.max(axis=1) >= NEAR
    best = apart[near].min(axis=1)
    limit = np.quantile(best, RECALL) if near.any() else 0.0
    distance, overlap = _curve(apart.ravel(), overlaps.ravel())
    limit = min(limit, float(distance[overlap >= SURE].max(initial=0.0)) or limit)
    return {"apart": distance, "overlap": overlap, "limit": np.array(limit, np.float32)}


def _pairs(data: IconData, order: list[int], index: SimilarIcons, looked_at: np.ndarray) -> tuple[Float32, Float32]:
    """Distances and true overlaps of icons and those that the index finds nearest to them but for themselves."""
    apart, overlaps = [], []
    for first in looked_at:
        own = fields_of(data, [order[first]])
        found, distance = index.nearest(index.numbers(cells_of(own, index.cells))[0])
        others = np.flatnonzero(found != first)[: max(1, min(8, len(found) - 1))]
        apart.append(distance[others])
        overlaps.append(overlap_of(own[0], fields_of(data, [order[i] for i in found[others]])))
    return np.stack(apart), np.stack(overlaps)


def overlap_of(field: Float32, others: Float32) -> Float32:
    """Intersection over union of the ink of a field (side, side) and of each of the others (n, side, side)."""
    a, b = field > 0, others > 0
    both, either = (a & b).sum(axis=(1, 2)), (a | b).sum(axis=(1, 2))
    return (both / np.maximum(either, 1)).astype(np.float32)


def _curve(apart: Float32, overlaps: Float32, points: int = 32) -> tuple[Float32, Float32]:
    """Medians of pairs that are about as far apart, made to fall: none is below one of pairs farther apart."""
    order = np.argsort(apart, kind="stable")
    parts = [part for part in np.array_split(order, points) if len(part)]
    distance = np.array([np.median(apart[part]) for part in parts], np.float32)
    overlap = np.array([np.median(overlaps[part]) for part in parts], np.float32)
    return distance, np.maximum.accumulate(overlap[::-1])[::-1].copy()
