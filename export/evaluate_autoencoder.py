"""Scores of an autoencoder: those of a generator for its samples, and how well it gives pictures back.

The bounds on the likelihood of the test split (export/likelihood.py) are computed with the checkpoint of its run, where
that is there and `--likelihood` asks for them; else those of an earlier evaluation stay in the manifest.
"""

import argparse
import pathlib
import time

import msgspec
import numpy as np
import torch

from desktop_app.engine import images
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Manifest, Score
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export import evaluate_generator, likelihood
from export.evaluation import Arrays, Evaluation, Figure
from export.generator_bench import Bench
from export.tracing import load_prior, load_run, new_average, round_to_half

BOUNDS = ("ELBO", "IW-")  # what their names begin with
RECONSTRUCTION, LIKELIHOOD = "reconstruction", "likelihood"  # groups
CHUNK = 256


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    started = time.monotonic()
    runtime = Runtime("cpu")
    try:
        bench = evaluate_generator.open_bench(args, package, runtime)
        evaluation, arrays = evaluate_generator.measure(args, bench, package, started=started, kind="autoencoder")
        bench.progress.begin("reconstruction")
        figures = [*evaluation.figures, *reconstruction(bench, package)]
    finally:
        runtime.close()
    if args.likelihood:
        figures += bounds(args, bench, package)
    seconds = round(time.monotonic() - started, 1)
    return msgspec.structs.replace(evaluation, figures=tuple(figures), seconds=seconds), arrays


def depends(args: argparse.Namespace, package: Package) -> dict:
    bounds = [args.draws, args.part] if args.likelihood else None
    return {**evaluate_generator.depends(args, package), "likelihood": bounds}


def stands(args: argparse.Namespace, manifest: Manifest) -> tuple[Score, ...]:
    """The bounds of an earlier evaluation, where this one did not compute them."""
    return () if args.likelihood else tuple(s for s in manifest.scores if s.name.startswith(BOUNDS))


def reconstruction(bench: Bench, package: Package) -> tuple[Figure, ...]:
    """Pictures of the test split through encoder and decoder, rounded to 8 bit."""
    test = bench.test
    model = LatentModel(package, bench.judges.runtime)
    picture = model.picture
    scale = np.float32((picture.high - picture.low) / 255)
    back = np.empty_like(test.images)
    for first in range(0, len(back), CHUNK):
        part = slice(first, first + CHUNK)
        x = test.images[part].transpose(0, 3, 1, 2).astype(np.float32) * scale + np.float32(picture.low)
        back[part] = images.to_pixels(model.decode(model.encode(x)), picture)
    apart = np.abs(back.astype(np.float32) - test.images).mean()
    real, seen = bench.real.look.seen, bench.judges.look(back).seen
    of = f"{len(back):,} test pictures, encoded and decoded"
    return (
        Figure(
            "mean difference of a pixel",
            float(apart),
            floor=0.0,
            higher_is_better=False,
            group=RECONSTRUCTION,
            note=f"In 8-bit steps, {of}.",
        ),
        Figure(
            "class kept",
            float((seen == test.labels).mean()),
            floor=float((real == test.labels).mean()),
            group=RECONSTRUCTION,
            note=f"Share in which the classifier sees the class of the picture, {of}.",
        ),
    )


def bounds(args: argparse.Namespace, bench: Bench, package: Package) -> list[Figure]:
    """Negative nats a test picture, with the weights as the package has them. Raises ExportError without a run."""
    runs, labels = pathlib.Path(args.runs), bench.train.labels
    shares = np.bincount(labels) / len(labels)
    options, tensors, progress = load_run(runs, package.name)
    vae = new_average(options, tensors, rounded=True)
    flow = load_prior(runs, package.name, options, seen=progress["seen"], num_classes=len(shares))
    round_to_half(flow)
    binary = options["grey"] < 1
    found = likelihood.bounds(
        vae,
        flow,
        bench.test.images,
        class_shares=torch.from_numpy(shares).float(),
        binary=binary,
        draws=args.draws,
        part=args.part,
    )
    pixels = "each pixel binarised once with its grey as the probability" if binary else "grey pixels"
    about = f"negative bounds in nats a picture of the test split, {pixels}, lower is better"
    drawn = f"{found.weighted_count} pictures drawn at random"
    return [
        Figure(name, round(value, 2), higher_is_better=False, group=LIKELIHOOD, note=f"{about}; {of}")
        for name, value, of in (
            ("ELBO, N(0, I)", found.elbo, f"{found.elbo_count} pictures"),
            ("ELBO, fitted prior", found.elbo_fitted, f"{found.elbo_count} pictures"),
            (f"IW-{found.draws}, N(0, I)", found.weighted, drawn),
            (f"IW-{found.draws}, fitted prior", found.weighted_fitted, drawn),
        )
    ]
