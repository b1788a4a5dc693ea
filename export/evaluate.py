"""Figures of finished packages: a report to read, scores in the manifest, a card.

    python -m export evaluate digits-gan                        # one package, or several
    python -m export evaluate all                               # all that are there
    python -m export evaluate denoiser --tests DIR              # all that restore pictures
    python -m export evaluate digits-vae --likelihood           # with the bounds of its run as well
    python -m export evaluate digits-gan --fresh                # compute anew what is kept from before

What is measured follows from what a package can do (REGISTRY). Everything runs from the ONNX packages, in the program's
engine; only the bounds on the likelihood need the checkpoint of a run. Results are kept in .cache/ by a hash of the
package's graphs, the data, the nets that judge, and the options; those of packages that restore are measured each time.
"""

import argparse
import dataclasses
import importlib
import pathlib
import sys
from types import ModuleType

import msgspec
import numpy as np

from desktop_app.engine import packages
from desktop_app.engine.errors import PackageError, StudioError
from desktop_app.engine.manifest import RESTORING, Manifest, Score
from desktop_app.engine.packages import Package
from export.card import write_card
from export.card_usefulness import is_use
from export.errors import ExportError
from export.evaluation import Arrays, Evaluation, Figure
from export.package_evaluation import write_evaluation
from export.package_files import write_arrays, write_manifest
from export.report import write_report
from export.training import add_training, read_training
from export.whole_file import write_atomically

ALL, RESTORERS = "all", "denoiser"  # what stands in a name's place for several packages
DIGITS = 5  # significant ones in the manifest


@dataclasses.dataclass(frozen=True)
class Evaluator:
    """A module with `evaluate(args, package) -> (Evaluation, Arrays)`."""

    abilities: tuple[str, ...]  # one of them is enough
    module: str

    def load(self) -> ModuleType:
        return importlib.import_module(self.module)


REGISTRY = (  # the first that fits
    Evaluator(RESTORING, "export.evaluate_restorers"),
    Evaluator(("classify",), "export.evaluate_classifier"),
    Evaluator(("complete",), "export.evaluate_text"),
    Evaluator(("encode",), "export.evaluate_autoencoder"),
    Evaluator(("sample",), "export.evaluate_generator"),
)
ICONS = Evaluator(("sample",), "export.evaluate_icons")


def main(args: argparse.Namespace) -> None:
    """One after the other; what fails is said, and the others go on. Raises ExportError at the end where any did."""
    chosen = choose(args)
    failed = []
    for package in chosen:
        try:
            evaluate_package(args, package)
        except ExportError as error:
            if len(chosen) == 1:
                raise
            print(f"{package.name}: {error}", file=sys.stderr)
            failed.append(package.name)
    if failed:
        raise ExportError(f"{len(failed)} of {len(chosen)} packages could not be measured: {', '.join(failed)}.")


def choose(args: argparse.Namespace) -> list[Package]:
    """The packages that are named, each once. Raises ExportError for one that is not there."""
    models = pathlib.Path(args.models)
    there = [item for item in packages.discover([models]) if not isinstance(item, PackageError)]
    found: dict[str, Package] = {}
    for name in args.names:
        if name == ALL:
            found |= {p.name: p for p in there if _evaluator(p.manifest) is not None}
        elif name == RESTORERS:
            found |= {p.name: p for p in there if p.manifest.restoration is not None}
        else:
            found[name] = _open(models / name)
    if not found:
        raise ExportError(f"{models} holds no package that {'restores' if RESTORERS in args.names else 'is measured'}.")
    return list(found.values())


def _open(folder: pathlib.Path) -> Package:
    try:
        return packages.open_package(folder)
    except StudioError as error:
        raise ExportError(str(error)) from None


def _evaluator(manifest: Manifest) -> Evaluator | None:
    if manifest.icons is not None:
        return ICONS
    return next((e for e in REGISTRY if set(e.abilities) & set(manifest.abilities)), None)


# -----------------------------------------------------------------------------
# one package


def evaluate_package(args: argparse.Namespace, package: Package) -> None:
    """Measure it, print, and write report, scores and card."""
    evaluator = _evaluator(package.manifest)
    if evaluator is None:
        raise ExportError(f"{package.name} can {', '.join(package.manifest.abilities)}, which nothing here measures.")
    try:
        packages.check_files(package)
    except StudioError as error:
        raise ExportError(str(error)) from None
    add_training(package.folder, pathlib.Path(args.runs), package.name)  # of a package from before that was kept
    module = evaluator.load()
    evaluation, arrays = module.evaluate(args, package)
    if not evaluation.training:
        evaluation = msgspec.structs.replace(evaluation, training=read_training(package.folder))
    for figure in evaluation.figures:
        print(line_of(figure))
    if args.pictures:
        print(f"the first {args.pictures} pictures only: not to be set beside other figures, and not written down")
        return
    folder = pathlib.Path(args.reports)
    write_result(folder, evaluation, arrays)
    print(f"report: {write_report(evaluation, arrays, folder)}")
    write_scores(package, evaluation)


def line_of(figure: Figure) -> str:
    spread = "" if figure.spread is None else f" ± {figure.spread:.2g}"
    floor = "" if figure.floor is None else f"   real {figure.floor:.4g}"
    return f"{figure.name:64s} {figure.value:.4g}{spread}{floor}"


# -----------------------------------------------------------------------------
# writing


def write_result(folder: pathlib.Path, evaluation: Evaluation, arrays: Arrays) -> None:
    """<package>.json and <package>.npz in the folder of reports."""
    folder.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(evaluation), indent=1)
    write_atomically(folder / f"{evaluation.package}.json", text + b"\n")
    write_arrays(folder / f"{evaluation.package}.npz", msgspec.structs.asdict(arrays))


def read_result(folder: pathlib.Path, name: str) -> tuple[Evaluation, Arrays]:
    """What `write_result` wrote."""
    evaluation = msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=Evaluation)
    with np.load(folder / f"{name}.npz", allow_pickle=False) as file:
        return evaluation, Arrays(**{key: file[key] for key in file.files})


def score_of(figure: Figure) -> Score:
    floor = None if figure.floor is None else significant(figure.floor)
    return Score(figure.name, significant(figure.value), floor, figure.higher_is_better, figure.note)


def significant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def write_scores(package: Package, evaluation: Evaluation) -> None:
    """Into evaluation.json, card.md and manifest.json; what else has been written there in the meantime stays."""
    there = packages.open_package(package.folder).manifest
    use = filter(is_use, there.scores)  # measured by a command of its own (export/usefulness.py)
    manifest = msgspec.structs.replace(there, scores=(*map(score_of, evaluation.figures), *use))
    write_evaluation(package.folder, evaluation)
    write_card(package.folder, manifest)
    write_manifest(package.folder, manifest)
