"""How good a classifier's package is, how far its probabilities can be believed, and whether its maps know why.

    python -m export evaluate digits-classifier

All through the program's engine: accuracy, confusion and calibration (export/calibration.py) on the whole test split,
before and after the temperature; the deletion test (export/deletion.py) and the likeness of the activation maps after
the last layers are shuffled (export/shuffled.py) on test pictures judged rightly, drawn with a fixed seed.
"""

import argparse
import dataclasses
import datetime
import functools
import json
import os
import pathlib
import tempfile
import time
from typing import Any

import msgspec
import numpy as np
import onnx

from desktop_app.engine.classifier import Classifier, softmax
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Explain, Explained, Pixels
from desktop_app.engine.runtime import Runtime
from desktop_app.studio.evidence import enlarged
from export.calibration import expected_calibration_error, negative_log_likelihood, reliability
from export.data import Dataset, load_dataset
from export.deletion import Case, probability_left
from export.errors import ExportError
from export.evaluation import Arrays, Data, Evaluation, Figure
from export.kept import Kept, sha256_of_graphs
from export.measured import data_title
from export.package_classifier import enlarged as tile_of
from export.package_classifier import marked
from export.package_files import git_commit
from export.progress import Progress
from export.shuffled import likeness, shuffle_last

CASES = 500  # test pictures of the deletion test
LAYERS = (1, 2, 3)  # how many of the last layers are shuffled
SHOWN = 20  # pictures whose maps go into the report
CHUNK = 200
WEIGHTS = {"looking": 3.0, "maps": 60.0, "covering": 15.0, "shuffling": 1.0}  # rough seconds
CLASSES, CALIBRATION, DELETION, SANITY = "classes", "calibration", "deletion test", "shuffled weights"


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    """Everything of one package, kept for the next time. Raises ExportError where its data set is not prepared."""
    test = test_split(package, pathlib.Path(args.data))
    kept, key = Kept(pathlib.Path(args.cache), fresh=args.fresh), depends(args, package, test)
    once = functools.cache(lambda: measure(args, package, test))
    plain = kept.plain(key, lambda: msgspec.to_builtins(once()[0]))
    found = kept.arrays(key, lambda: msgspec.structs.asdict(once()[1]))
    m = package.manifest
    told = {"package": package.name, "title": m.title, "summary": m.summary, "classes": m.classes}
    return msgspec.structs.replace(msgspec.convert(plain, Evaluation), **told), Arrays(**found)


def measure(args: argparse.Namespace, package: Package, test: Dataset) -> tuple[Evaluation, Arrays]:
    began, progress = time.monotonic(), Progress(package.name, WEIGHTS)
    runtime = Runtime("cpu", threads=max(1, int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1))))
    try:
        engine = Classifier(package, runtime)
        progress.begin("looking")
        logits = look(engine, test.images, "logits", progress)
        right = np.flatnonzero(logits.argmax(axis=1) == test.labels)
        chosen = np.sort(np.random.default_rng(args.seed).permutation(right)[:CASES])
        progress.begin("maps")
        cases = cases_of(engine, test, chosen, progress)
        progress.begin("covering")
        figures = (*judged(package, logits, test.labels), *deletion(engine, cases, args.seed, progress))
        progress.begin("shuffling")
        figures += shuffled(engine, test, chosen, args.seed, runtime)
    finally:
        runtime.close()
    evaluation = Evaluation(
        package=package.name,
        title=package.manifest.title,
        kind="classifier",
        sha256=package.manifest.files["classifier"].sha256,
        command=f"python -m export evaluate {package.name}" + (f" --seed {args.seed}" if args.seed != 1 else ""),
        seed=args.seed,
        commit=git_commit(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        seconds=round(time.monotonic() - began, 1),
        hardware=f"{os.cpu_count()} CPU cores",
        figures=figures,
        data=(_data(test),),
        summary=package.manifest.summary,
        classes=package.manifest.classes,
    )
    return evaluation, arrays(package, logits, test.labels, cases)


def depends(args: argparse.Namespace, package: Package, test: Dataset) -> dict[str, Any]:
    """What the result hangs on."""
    told = {"kind": "classifier", "seed": args.seed, "cases": CASES, "data": test.about["splits"]["test"]}
    return told | {"package": sha256_of_graphs(package.manifest)}


def test_split(package: Package, data: pathlib.Path) -> Dataset:
    """The test pictures of the data set that the package was trained on. Raises ExportError where it is not there."""
    title = data_title(package)
    for path in sorted(data.glob("*/dataset.json")):
        about = json.loads(path.read_text("utf-8"))
        if about["title"] == title and "test" in about["splits"]:
            return load_dataset(data, path.parent.name, split="test")
    raise ExportError(f"{package.name} was trained on {title}, which is not prepared in {data} with a test split.")


def look(engine: Classifier, pictures: Pixels, output: str, progress: Progress | None = None) -> np.ndarray:
    """One output of the graph for all pictures."""
    made = []
    for first in range(0, len(pictures), CHUNK):
        made.append(engine.run(pictures[first : first + CHUNK])[output])
        if progress is not None:
            progress.tell(first, len(pictures))
    return np.concatenate(made)


# -----------------------------------------------------------------------------
# accuracy and calibration


def judged(package: Package, logits: np.ndarray, labels: np.ndarray) -> tuple[Figure, ...]:
    assert package.manifest.classifier is not None
    seen, temperature = logits.argmax(axis=1), package.manifest.classifier.temperature
    figures = [Figure("accuracy", float((seen == labels).mean()), note=f"Share of {len(labels):,} test pictures.")]
    for when, scale in (("", 1.0), (" before the temperature", temperature)):
        p = softmax(logits * np.float32(scale))
        error = expected_calibration_error(reliability(p, labels))
        note = "15 bins of confidence, test split (Guo et al. 2017, eq. 3)."
        figures.append(Figure(f"calibration error{when}", error, higher_is_better=False, group=CALIBRATION, note=note))
        loss, note = negative_log_likelihood(p, labels), "Nats a picture of the test split."
        figures.append(Figure(f"log-loss{when}", loss, higher_is_better=False, group=CALIBRATION, note=note))
    for label, name in enumerate(package.manifest.classes):
        share = float((seen[labels == label] == label).mean())
        figures.append(Figure(f"accuracy of a class, {name}", share, group=CLASSES, note="Of its test pictures."))
    return tuple(figures)


def arrays(package: Package, logits: np.ndarray, labels: np.ndarray, cases: list[Case]) -> Arrays:
    count = len(package.manifest.classes)
    confusion = np.zeros((count, count), np.float32)
    np.add.at(confusion, (labels, logits.argmax(axis=1)), 1)
    maps = [
        np.stack([tile_of(c.picture), marked(c.picture, c.activation), marked(c.picture, c.occlusion)])
        for c in cases[:SHOWN]
    ]
    none = np.zeros((0, 2), np.float32)
    return Arrays(
        samples=np.zeros((0, *cases[0].picture.shape), np.uint8),
        pairs=np.zeros((0, 2, *cases[0].picture.shape), np.uint8),
        ratios=np.zeros(0, np.float32),
        real_points=none,
        fake_points=none,
        real_labels=np.zeros(0, np.int16),
        confusion=confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1),
        reliability=reliability(softmax(logits), labels).astype(np.float32),
        maps=np.stack(maps),
    )


def _data(test: Dataset) -> Data:
    return Data(test.about["title"], "test", len(test.images), test.about["splits"]["test"]["images_sha256"])


# -----------------------------------------------------------------------------
# maps


def cases_of(engine: Classifier, test: Dataset, chosen: np.ndarray, progress: Progress) -> list[Case]:
    """Both maps of the class of these test pictures."""
    cases = []
    for number, index in enumerate(chosen):
        request = Explain(engine.package.ref, test.images[index], int(test.labels[index]))
        *_, found = engine.explain(request)
        assert isinstance(found, Explained)
        cases.append(Case(test.images[index], found.label, found.evidence, found.occlusion))
        progress.tell(number + 1, len(chosen))
    if not cases:
        raise ExportError(f"{engine.package.name} judges no test picture rightly; there is no map to test.")
    return cases


def deletion(engine: Classifier, cases: list[Case], seed: int, progress: Progress) -> tuple[Figure, ...]:
    def judge(pictures: Pixels) -> np.ndarray:
        return softmax(look(engine, pictures, "logits"))

    whole = judge(np.stack([c.picture for c in cases]))[np.arange(len(cases)), [c.label for c in cases]]
    left = probability_left(judge, cases, enlarged, seed=seed, tell=progress.tell)
    note = (
        f"Mean probability of the class of {len(cases)} rightly judged test pictures, {whole.mean():.4f} of the whole "
        "ones, after this is painted over; the spread is the standard error."
    )
    return tuple(
        Figure(f"probability left, {name}", mean, spread=error, higher_is_better=False, group=DELETION, note=note)
        for name, (mean, error) in left.items()
    )


def shuffled(engine: Classifier, test: Dataset, chosen: np.ndarray, seed: int, runtime: Runtime) -> tuple[Figure, ...]:
    """The likeness of the activation maps of the last layers' weights in random order to those of the package."""
    pictures, rows = test.images[chosen], np.arange(len(chosen))
    package = engine.package
    model = onnx.load(package.file("classifier"))

    def maps(judge: Classifier) -> np.ndarray:
        evidence = look(judge, pictures, "evidence")
        return evidence[rows, test.labels[chosen]] - evidence.mean(axis=1)

    whole, figures = maps(engine), []
    for count in LAYERS:
        other = maps(_with_model(package, shuffle_last(model, count, seed=seed), runtime))
        name = f"likeness of maps, {'the last layer' if count == 1 else f'the last {count} layers'} shuffled"
        note = f"Rank correlation of activation maps of {len(chosen)} pictures with those of the package itself."
        figures.append(Figure(name, likeness(whole, other), higher_is_better=False, group=SANITY, note=note))
    return tuple(figures)


def _with_model(package: Package, model: onnx.ModelProto, runtime: Runtime) -> Classifier:
    """The package's classifier with another graph of the same shapes."""
    with tempfile.TemporaryDirectory() as scratch:
        other = dataclasses.replace(package, folder=pathlib.Path(scratch))
        onnx.save(model, other.folder / package.file("classifier").name)
        return Classifier(other, runtime)
