"""`maquette explain`: what a classifier sees in pictures, and why: bars on the console, maps over pictures as files.

A picture that fails is named and the others go on.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from desktop_app.cli import asking
from desktop_app.cli.printing import print_json, tell
from desktop_app.cli.sample import class_number
from desktop_app.engine.errors import Cancelled, FileError, RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Classified, Classify, Explain, Explained, Pixels
from desktop_app.studio import evidence_colours, explain_recipe, explain_words, subjects
from desktop_app.studio.evidence import Answer, Float32, Trial, scale_of, strongest, trial_of, trial_pictures
from desktop_app.studio.explaining import MapKind, Subject, pixels_of
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.recipe import write_whole

ENLARGED = 560  # pixels of the longer side of a written map, or a little less
BAR = 24  # characters
MOST_BARS = 12  # classes; of more the FEWER most probable are printed
FEWER = 5


@dataclass(frozen=True)
class Told:
    """What is told of one picture."""

    source: Path
    state: str  # "done" or "failed"
    sentence: str
    probabilities: dict[str, float] | None = None
    label: str = ""  # the class that is explained
    full_colour: float = 0.0  # the value of the map that it stands for
    trial: Trial | None = None
    map: Path | None = None  # where it was written
    notes: tuple[str, ...] = ()


def run(options: argparse.Namespace) -> int:
    """Raises StudioError for what would go wrong with every picture."""
    library = asking.library()
    package = library.find(options.classifier)
    if package.manifest.classifier is None:
        raise RequestError(f"“{package.manifest.title}” does not tell classes apart. Choose a model that does.")
    label = class_number(package, options.label)
    generators = [p for p in library.packages() if "sample" in p.manifest.abilities]
    with asking.engine(options.device, options.threads) as jobs:
        told = list(_all(options, package, generators, label, jobs))
    failed = sum(one.state == "failed" for one in told)
    if options.json:
        print_json({"classifier": package.name, "sha256": package.sha256, "pictures": [asdict(one) for one in told]})
    return 1 if failed else 0


def _all(
    options: argparse.Namespace, package: Package, generators: Sequence[Package], label: int | None, jobs: JobQueue
) -> Iterator[Told]:
    """One after the other; what fails is told on the error stream."""
    paths = subjects.pictures_in(options.pictures)
    if not paths:
        raise FileError(f"There is no picture in “{options.pictures[0]}”.")
    for number, path in enumerate(paths, 1):
        tell(f"{number} of {len(paths)}, “{path.name}”")
        try:
            told = _one(path, options, package, generators, label, jobs)
        except Cancelled:
            raise
        except StudioError as error:
            tell("")
            print(error.message, file=sys.stderr)
            yield Told(path, "failed", error.message)
            continue
        tell("")
        if not options.json:
            _print(told)
        yield told


def _one(
    path: Path,
    options: argparse.Namespace,
    package: Package,
    generators: Sequence[Package],
    label: int | None,
    jobs: JobQueue,
) -> Told:
    """Raises StudioError."""
    picture, classes, kind = package.manifest.picture, package.manifest.classes, options.map
    assert picture is not None
    subject, _ = subjects.of_file(path, picture, generators)
    answer = _answer(jobs, package, subject)
    top = int(answer.probabilities.argmax())
    about = top if label is None else label
    values = answer.map(kind, about, subject.shape[:2])
    assert values is not None
    return Told(
        source=path,
        state="done",
        sentence=explain_words.verdict(classes, answer.probabilities),
        probabilities={name: float(p) for name, p in zip(classes, answer.probabilities, strict=True)},
        label=classes[about],
        full_colour=scale_of(values),
        trial=_trial(jobs, package, subject, answer, values, about, kind),
        map=_write(options, package, subject, answer, values, about) if options.out else None,
        notes=subject.notes,
    )


def _answer(jobs: JobQueue, package: Package, subject: Subject) -> Answer:
    """The whole of it, occlusion as well."""
    request = Explain(package.ref, pixels_of(subject))
    found = [update for update in asking.run_request(jobs, request) if isinstance(update, Explained)]
    return Answer(found[-1].probabilities, found[-1].every, found[-1].falls)


def _trial(
    jobs: JobQueue, package: Package, subject: Subject, answer: Answer, values: Float32, label: int, kind: MapKind
) -> Trial | None:
    """What covering the strongest part does; None where nothing speaks for the class, or against it."""
    speaks_for = label == int(answer.probabilities.argmax())
    if not np.any(values > 0 if speaks_for else values < 0):
        return None
    pictures = trial_pictures(pixels_of(subject), strongest(values, speaks_for=speaks_for))
    found = [u for u in asking.run_request(jobs, Classify(package.ref, pictures)) if isinstance(u, Classified)]
    probabilities = np.concatenate([update.probabilities for update in found])
    return trial_of(answer.probabilities, probabilities, label, kind, speaks_for=speaks_for)


# -- files -----------------------------------------------------------------------------------------------------------


def _write(
    options: argparse.Namespace, package: Package, subject: Subject, answer: Answer, values: Float32, label: int
) -> Path:
    """The map over the picture. Raises FileError, also where a file would be replaced unasked."""
    name = package.manifest.classes[label]
    path: Path = options.out / explain_recipe.file_name(subject, name, options.map)
    if path.exists() and not options.overwrite:
        raise FileError(f"“{path}” is there already. Choose another folder, or replace it with --overwrite.")
    recipe = explain_recipe.make_explain_recipe(package, subject, answer.probabilities, label, options.map)
    tinted = evidence_colours.tinted(pixels_of(subject), values / scale_of(values), options.opacity)
    write_whole(path, explain_recipe.encode_png(_enlarged(tinted), None if options.no_recipe else recipe))
    return path


def _enlarged(pixels: Pixels) -> Pixels:
    """Every element a square of whole pixels."""
    factor = max(1, ENLARGED // max(pixels.shape[:2]))
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


# -- words -----------------------------------------------------------------------------------------------------------


def _print(told: Told) -> None:
    print(f"“{told.source.name}”: {told.sentence}")
    assert told.probabilities is not None
    for line in bars(told.probabilities):
        print(f"  {line}")
    if told.trial is not None:
        print(f"  {explain_words.trial_words(told.trial, told.label, part='A tenth of the picture')}")
    for note in told.notes:
        print(f"  {note}")
    if told.map is not None:
        print(f"  The map is “{told.map}”; full colour stands for {told.full_colour:.2f}.")


def bars(probabilities: dict[str, float]) -> list[str]:
    """A line for each class, the most probable first."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    shown = ranked if len(ranked) <= MOST_BARS else ranked[:FEWER]
    widest = max(len(name) for name, _ in shown)
    return [f"{name:{widest}}  {'█' * round(BAR * p):{BAR}}  {explain_words.percent(p):>8}" for name, p in shown]
