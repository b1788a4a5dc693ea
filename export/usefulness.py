"""What generated pictures are worth to somebody who has few real ones.

    python -m export usefulness digits-gan
    python -m export usefulness digits-gan --generated DIR      # a data set that `maquette dataset` wrote before

A small classifier (export/classifier.py, with its usual distortions) learns from 1,000 real pictures, as many of each
class; from the same and 10,000 generated ones; from the generated ones alone; and, to know what the best possible
addition would bring, from the same and 10,000 other real ones. Where there are two sets, half of each batch comes from
either. Steps, batches and schedules are equal. Each accuracy is that on the real test split at the end of training,
nothing is chosen by it, and it is told whichever way it falls: mean and standard deviation over the seeds.

The generated pictures are read from disk as anyone would read them. Figures go into manifest.json and card.md.
"""

import argparse
import dataclasses
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import msgspec
import numpy as np
import torch
from torch import Tensor

from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.manifest import Score
from desktop_app.engine.packages import Package
from export import classifier
from export.card import write_card
from export.card_usefulness import is_use, name_of
from export.compute import Compute, choose_compute
from export.data import IDX_SOURCES, load_dataset
from export.errors import ExportError
from export.generated_data import Generated, read_generated
from export.package_files import write_manifest
from export.presets import preset_options
from export.schedule import Clock

PRESETS = {"mnist": "digits-classifier", "fashion-mnist": "fashion-classifier"}  # data set -> whose options are taken
WIDTHS = (16, 32, 64)
BATCH = 100
SAMPLE_SEED = 5  # of the generated pictures


@dataclasses.dataclass(frozen=True)
class Pictures:
    """A set to learn from, or to be measured on."""

    x: Tensor  # (n, C, H, W) in -1..1
    label: Tensor  # (n,)


def main(args: argparse.Namespace) -> None:
    # -------------------------------------------------------------------------
    # package, real and generated pictures
    package = open_generator(pathlib.Path(args.models) / args.name)
    name = dataset_of(package)
    train, test = (load_dataset(pathlib.Path(args.data), name, split=split) for split in ("train", "test"))
    generated = generated_pictures(args, package)
    few, more = choose(train.labels, few=args.real, more=len(generated.images))
    real, others = (pictures(train.images[i], train.labels[i]) for i in (few, more))
    made = pictures(generated.images, generated.labels)

    # -------------------------------------------------------------------------
    # learning
    n, m = f"{args.real:,}", f"{len(generated.images):,}"
    trials = {
        f"{n} real": (real,),
        f"{n} real and {m} generated": (real, made),
        f"{m} generated": (made,),
        f"{n} real and {m} other real": (real, others),
    }
    options = {**preset_options(PRESETS[name], row="cpu"), "widths": WIDTHS, "batch": BATCH}
    compute, started = choose_compute("cpu"), time.monotonic()
    found: dict[str, list[float]] = {what: [] for what in trials}
    for seed in range(args.seeds):
        for what, sets in trials.items():
            net = learn(sets, options, seed=seed, steps=args.steps, compute=compute)
            found[what].append(accuracy(net, pictures(test.images, test.labels)))
            done = sum(map(len, found.values()))
            left = (time.monotonic() - started) / done * (args.seeds * len(trials) - done)
            print(f"seed {seed}, {what}: {found[what][-1]:.2%} right, {left:.0f} s left", flush=True)

    # -------------------------------------------------------------------------
    # into manifest and card
    learnt = package.manifest.training_data[0].count
    scores = tuple(score_of(what, values, steps=args.steps, learnt=learnt) for what, values in found.items())
    for score in scores:
        print(f"{score.name:72s} {score.value:.4f}   {score.note.partition('; ')[0]}")
    manifest = packages.open_package(package.folder).manifest
    rest = tuple(score for score in manifest.scores if not is_use(score))
    manifest = msgspec.structs.replace(manifest, scores=rest + scores)
    write_card(package.folder, manifest)
    write_manifest(package.folder, manifest)


def open_generator(folder: pathlib.Path) -> Package:
    """Raises ExportError for what is no generator with classes."""
    try:
        package = packages.open_package(folder)
    except StudioError as error:
        raise ExportError(error.message) from None
    if "sample" not in package.manifest.abilities or not package.manifest.classes:
        raise ExportError(f"{package.name} draws no pictures of classes, so nothing can be learnt from its labels.")
    return package


def dataset_of(package: Package) -> str:
    """The prepared data set that a package was trained on. Raises ExportError where no classifier is known for it."""
    data = package.manifest.training_data
    title = data[0].name.split(",")[0] if data else "nothing that it names"
    for name in PRESETS:
        if IDX_SOURCES[name].title == title:
            return name
    raise ExportError(f"{package.name} was trained on {title}; there are test pictures for {' and '.join(PRESETS)}.")


def generated_pictures(args: argparse.Namespace, package: Package) -> Generated:
    """Those of --generated, or new ones, by way of a folder that is given up again."""
    if args.generated:
        generated = read_generated(pathlib.Path(args.generated))
        if generated.about.package != package.name or not generated.about.classes:
            raise ExportError(f"{args.generated} holds pictures of {generated.about.package}, not of {package.name}.")
        return generated
    with tempfile.TemporaryDirectory(prefix="maquette-") as folder:
        command = [sys.executable, "-m", "desktop_app", "dataset", str(package.name), "--format", "idx"]
        command += ["--count", str(args.count), "--seed", str(SAMPLE_SEED), "--out", f"{folder}/generated"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ExportError(f"The pictures could not be drawn: {done.stderr.strip()}")
        print(done.stdout.splitlines()[0], flush=True)
        return read_generated(pathlib.Path(folder) / "generated")


def choose(labels: np.ndarray, *, few: int, more: int) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of indices without a common one, each with as many of every class: always the same for one data set.

    Raises ExportError where there are too few pictures.
    """
    classes = int(labels.max()) + 1
    rng = np.random.Generator(np.random.Philox(key=[0, len(labels)]))
    order = rng.permutation(len(labels))
    sets: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for label in range(classes):
        members = order[labels[order] == label]
        if len(members) < (few + more) // classes:
            raise ExportError(f"Class {label} has {len(members)} pictures; {(few + more) // classes} are needed.")
        sets[0].append(members[: few // classes])
        sets[1].append(members[few // classes : (few + more) // classes])
    return np.concatenate(sets[0]), np.concatenate(sets[1])


def pictures(images: np.ndarray, labels: np.ndarray) -> Pictures:
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    return Pictures(x, torch.from_numpy(labels))


def learn(
    sets: tuple[Pictures, ...], options: dict, *, seed: int, steps: int, compute: Compute
) -> classifier.Classifier:
    """A classifier after this many steps, its weights averaged as its preset says."""
    torch.manual_seed(seed)
    batch = options["batch"]
    _, channels, height, width = sets[0].x.shape
    num_classes = 1 + max(int(part.label.max()) for part in sets)
    state = classifier.build(options, shape=(height, width, channels), num_classes=num_classes)
    for step in range(steps):
        x, label = (torch.cat(parts) for parts in zip(*(_draw(s, batch // len(sets)) for s in sets), strict=True))
        clock = Clock(fraction=step / steps, seen=step * batch, total=steps * batch)
        classifier.train_step(state, x, label, clock=clock, options=options, compute=compute)
    net = state.modules["average"]
    assert isinstance(net, classifier.Classifier)
    return net


def _draw(source: Pictures, count: int) -> tuple[Tensor, Tensor]:
    """This many at random, (count, C, H, W) and (count,)."""
    chosen = torch.randint(len(source.x), (count,))
    return source.x[chosen], source.label[chosen]


def accuracy(net: classifier.Classifier, test: Pictures) -> float:
    _, probabilities = classifier.judge(net, test.x)
    return float((probabilities.argmax(1) == test.label).float().mean())


def score_of(what: str, values: list[float], *, steps: int, learnt: int) -> Score:
    """learnt: how many real pictures the generator itself has seen, which stands beside what its pictures teach."""
    spread = f"standard deviation {statistics.stdev(values):.2%} over " if len(values) > 1 else ""
    note = f"{spread}{len(values)} seeds; {steps:,} steps of {BATCH} pictures"
    if "generated" in what:
        note += f"; the generator itself learnt from all {learnt:,} real ones"
    return Score(name_of(what), round(statistics.mean(values), 4), note=note)
