"""Open a package with the program's own engine and compare it with torch.

    python -m export verify digits-gan
    python -m export verify photo-denoise

Checked: every file against its hash, the golden example, names, shapes and types of the graphs. Of a generator, 32
random inputs in batches of 1 and of 16 within the manifest's tolerance, encoded pictures where there is an encoder, and
that the picture changes with the latent (and with the class): a graph into which the tracer has baked a latent answers
every question alike. Of a restorer, pictures of several sizes, and what it must leave as it is (verify_restorer.py). Of
a classifier, all its answers, and that the evidence adds up to them (verify_classifier.py). Of a language model, what
its 8 bits change on text that was held out (verify_text.py). Of icons, latents, fields and encodings (verify_icons.py).
"""

import argparse
import pathlib

from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export.classifier_graph import TracedClassifier, open_classifier
from export.eight_bits import HALF
from export.errors import ExportError
from export.icon_graphs import TracedIcons, open_icons
from export.package import read_about
from export.restorers import FAMILIES, TracedRestorer, open_restorer
from export.tracing import Traced, load_run, open_run
from export.verify_classifier import compare_classifier
from export.verify_generator import compare_generator
from export.verify_icons import compare_icons
from export.verify_restorer import compare_restorer
from export.verify_text import TracedWriter, compare_writer, open_traced_writer

Reference = Traced | TracedRestorer | TracedClassifier | TracedWriter | TracedIcons


def main(args: argparse.Namespace) -> None:
    runs = pathlib.Path(args.runs)
    try:
        package = packages.open_package(pathlib.Path(args.models) / args.name)
        traced = trace(runs, args.name, data=pathlib.Path(args.data), bits=package.manifest.made_by.bits or HALF)
        worst = verify_package(package, traced)
    except StudioError as error:
        raise ExportError(str(error)) from None
    print(f"{args.name}: as torch within {worst:.1e} (tolerance {package.manifest.tolerance:.0e}); every check passed")


def trace(runs: pathlib.Path, name: str, *, data: pathlib.Path, bits: int) -> Reference:
    """The graphs of a run, in torch; bits: of a large weight."""
    options = load_run(runs, name)[0]
    if options.get("family") in FAMILIES:
        return open_restorer(runs, name, bits=bits)[1]
    if options.get("family") == "classifier":
        return open_classifier(runs, name, data=data)[1]
    if options.get("family") in ("gpt", "lstm"):
        return open_traced_writer(runs, name, data=data, dataset=options["dataset"])
    if options.get("family") == "icons":
        return open_icons(runs, name, bits=bits)
    about = read_about(data, options["dataset"])
    shape, classes = tuple(about["shape"]), about["classes"]
    return open_run(runs, name, shape=shape, num_classes=len(classes), bits=bits)[1]


def verify_package(package: Package, traced: Reference) -> float:
    """The largest difference from torch. Raises ExportError naming the check that failed."""
    packages.check_files(package)
    runtime = Runtime("cpu", threads=1)
    try:
        if isinstance(traced, TracedRestorer):
            worst = compare_restorer(package, traced, runtime)
        elif isinstance(traced, TracedClassifier):
            worst = compare_classifier(package, traced, runtime)
        elif isinstance(traced, TracedWriter):
            worst = compare_writer(package, traced, runtime)
        elif isinstance(traced, TracedIcons):
            worst = compare_icons(package, traced, runtime)
        else:
            worst = compare_generator(package, traced, runtime)
    finally:
        runtime.close()
    if worst > package.manifest.tolerance:
        raise ExportError(
            f"{package.name} differs from its checkpoint by {worst:.1e}, {package.manifest.tolerance:.0e} is allowed: "
            "the run went on after packaging, or the export is wrong; package it again."
        )
    return worst
