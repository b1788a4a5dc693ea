"""Scores of a generator, with the same scores of real pictures, of damaged ones and of simpler generators beside them.

Samples come out of the ONNX package through the program's engine, rounded to 8 bit as a designer gets them; nothing is
picked. Two frozen nets look at them (export/judges.py). The floor is what as many real pictures get: of the training
split against the test split for distances, of the test split itself where the classifier alone speaks, because it has
seen the training split.
"""

import argparse
import functools
import pathlib
import time
from collections.abc import Callable

import msgspec
import numpy as np

from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export import generator_scores as scores
from export.data import IDX_SOURCES, load_dataset
from export.errors import ExportError
from export.evaluation import Arrays, Data, Evaluation, Extrapolation, Figure
from export.generator_bench import WEIGHTS, Bench, limits, remembered_figures
from export.generator_words import note_of
from export.judges import CLASSIFIER, Look, open_judges
from export.kept import Kept, sha256_of_graphs
from export.ladder import stumbles
from export.measured import arrays_with, data_title, told
from export.memorisation import Closest
from export.progress import Progress

SHOWN = 100  # samples kept as pictures
PAIRS = 10  # of a sample and its training picture
POINTS = 2000  # of the scatter


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    """All figures and pictures of the report. Raises ExportError with a sentence on what is wrong."""
    started = time.monotonic()
    runtime = Runtime("cpu")
    try:
        return measure(args, open_bench(args, package, runtime), package, started=started, kind="generator")
    finally:
        runtime.close()


def open_bench(args: argparse.Namespace, package: Package, runtime: Runtime) -> Bench:
    """Data, nets and all that samples are measured beside."""
    data, dataset = pathlib.Path(args.data), dataset_of(package)
    judges = open_judges(
        runtime,
        models=pathlib.Path(args.models),
        dataset=dataset,
        judge=args.judge,
        features=None if args.features is None else pathlib.Path(args.features),
    )
    train, test = (load_dataset(data, dataset, split=split) for split in ("train", "test"))
    for split, part in (("training", train), ("test", test)):
        scores.check_classes(part.labels, judges.classes, f"The {split} split of {dataset!r}")
    classes = package.manifest.classes
    if classes and classes != judges.classes:
        raise ExportError(
            f"{package.name} and its judge {judges.nets[0].name} name other classes ({', '.join(classes)}; "
            f"{', '.join(judges.classes)}): name another judge with --judge."
        )
    scores.check_counts(args.count, len(test.images), judges.most_features, len(judges.classes))
    if args.count > len(train.images):
        raise ExportError(f"--count {args.count} is more than the {len(train.images)} real pictures of the floor.")
    return Bench(
        dataset=dataset,
        train=train,
        test=test,
        judges=judges,
        count=args.count,
        seed=args.seed,
        models=pathlib.Path(args.models),
        kept=Kept(pathlib.Path(args.cache), fresh=args.fresh),
        progress=Progress(package.name, WEIGHTS),
    )


def dataset_of(package: Package) -> str:
    """The name of the prepared data set that a package was trained on."""
    title = data_title(package)
    return next((name for name, source in IDX_SOURCES.items() if source.title == title), title.lower())


# -----------------------------------------------------------------------------
# measuring


def measure(
    args: argparse.Namespace, bench: Bench, package: Package, *, started: float, kind: str
) -> tuple[Evaluation, Arrays]:
    """Samples, and everything beside them; numbers are kept, words are made anew."""
    bench.foretell(package)
    once = functools.cache(lambda: _measure(bench, package, lambda: told(args, package, kind=kind, started=started)))
    key = bench.key("package", package=sha256_of_graphs(package.manifest))
    kept = bench.kept.plain(key, lambda: once()[0])
    arrays = bench.kept.arrays(key, lambda: once()[1])
    floor = bench.floor() | bench.remembered_floor()
    figures = figures_of(kept["figures"], floor, count=bench.count)
    ladder = bench.ladder(floor)
    about = {"title": package.manifest.title, "summary": package.manifest.summary}
    evaluation = Evaluation(
        figures=figures,
        nets=bench.judges.nets,
        data=data_of(bench),
        baselines=bench.baselines(package),
        ladder=ladder,
        extrapolations=msgspec.convert(kept["extrapolations"], tuple[Extrapolation, ...]),
        notes=(*remarks(bench, package, kept["unseen"]), *stumbles(ladder, figures)),
        classes=bench.judges.classes,
        **(kept["told"] | about),
    )
    return evaluation, arrays_with(**arrays)


def _measure(bench: Bench, package: Package, tell: Callable[[], dict]) -> tuple[dict, dict[str, np.ndarray]]:
    """(figures and what is told of them, pictures and points). What stands beside them counts into the time told."""
    samples, look = bench.samples(package)
    real, floor = bench.real, bench.floor()
    bench.remembered_floor()
    bench.ladder(floor)
    bench.baselines(package)
    bench.progress.begin("measuring")
    asked = bench.asked(package)
    found = scores.judged(look, real, seed=bench.seed, asked=asked) | scores.distances(look, real, seed=bench.seed)
    bench.progress.begin("extrapolating")
    frechet = scores.frechet_extrapolations(look, real, seed=bench.seed)
    lines = (scores.inception_extrapolation(look, seed=bench.seed), *frechet)
    closest = bench.remembered(samples)
    kept = {
        "figures": found | limits(*lines) | remembered_figures(closest),
        "extrapolations": msgspec.to_builtins(lines),
        "unseen": [name for label, name in enumerate(bench.judges.classes) if not (look.seen == label).any()],
        "told": tell(),
    }
    return kept, arrays_of(bench, samples, look, closest, asked)


def figures_of(found: scores.Measured, floor: scores.Measured, *, count: int) -> tuple[Figure, ...]:
    """In the order of their headings: classes, classifier features, label-free features, memorisation."""
    figures = [
        Figure(
            name,
            value,
            floor.get(name),
            found.get(scores.spread_of(name)),
            scores.higher_is_better(name),
            scores.group_of(name),
            note_of(name, count=count),
        )
        for name, value in scores.without_spreads(found).items()
    ]
    groups = list(dict.fromkeys(figure.group for figure in figures))
    return tuple(sorted(figures, key=lambda figure: groups.index(figure.group)))


def data_of(bench: Bench) -> tuple[Data, ...]:
    splits = bench.train.about["splits"]
    return tuple(
        Data(bench.train.about["title"], split, len(part.images), splits[split]["images_sha256"])
        for split, part in (("train", bench.train), ("test", bench.test))
    )


def remarks(bench: Bench, package: Package, unseen: list[str]) -> list[str]:
    """What to keep in mind with these figures."""
    found = []
    if not package.manifest.classes:
        found.append(f"{package.name} has no classes to ask for, so there is no class accuracy.")
    if unseen:
        names = ", ".join(f"“{name}”" for name in unseen)
        found.append(f"In none of {bench.count:,} samples does the classifier see {names}.")
    trained = package.manifest.training_data[0].count
    if trained and trained != len(bench.train.images):
        found.append(f"The package was trained on {trained:,} pictures; here {len(bench.train.images):,} are prepared.")
    found.append(
        "A difference counts where both nets agree: the classifier sees what tells classes apart, the other the rest."
    )
    return found


# -----------------------------------------------------------------------------
# pictures and points


def arrays_of(
    bench: Bench, samples: np.ndarray, look: Look, closest: Closest, asked: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Those of `Arrays` that a generator has."""
    order = np.argsort(closest.ratios, kind="stable")[:PAIRS]
    pairs = np.stack([samples[order], bench.train.images[closest.nearest[order]]], axis=1)
    real_points, fake_points = main_axes(bench.real.look.features[CLASSIFIER], look.features[CLASSIFIER])
    return {
        "samples": samples[:SHOWN],
        "pairs": pairs,
        "ratios": closest.ratios[order],
        "real_points": real_points[:POINTS],
        "fake_points": fake_points[:POINTS],
        "real_labels": bench.test.labels[:POINTS].astype(np.int16),
        "confusion": confusion(look.seen, asked, len(bench.judges.classes)),
    }


def main_axes(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, d), (m, d) -> (n, 2), (m, 2): along the two directions in which the real features vary most."""
    mean = real.mean(axis=0)
    _, _, axes = np.linalg.svd(np.cov(real - mean, rowvar=False))
    return ((real - mean) @ axes[:2].T).astype(np.float32), ((fake - mean) @ axes[:2].T).astype(np.float32)


def confusion(seen: np.ndarray, asked: np.ndarray | None, classes: int) -> np.ndarray:
    """(K, K) share of the samples asked for as one class that are seen as another; empty without classes."""
    if asked is None:
        return np.empty((0, 0), np.float32)
    counts = np.zeros((classes, classes), np.float32)
    np.add.at(counts, (asked, seen), 1)
    return counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
