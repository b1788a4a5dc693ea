"""Scores of an autoencoder: those of a generator for its samples, and how well it gives pictures back.

The bounds on the likelihood of the test split (export/likelihood.py) are computed with the checkpoint of its run, where
that is there and `--likelihood` asks for them; else those of an earlier evaluation stay in the manifest.
"""

import argparse
import dataclasses
import pathlib
import time

import msgspec
import numpy as np
import torch

from desktop_app.engine import images
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Manifest
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export import evaluate_generator, likelihood
from export.eight_bits import EIGHT
from export.evaluation import Arrays, Evaluation, Figure
from export.generator_bench import Bench
from export.kept import sha256_of_graphs
from export.tracing import load_prior, load_run, new_average, round_to_eight, round_to_half

BOUNDS = ("ELBO", "IW-")  # what their names begin with
RECONSTRUCTION, LIKELIHOOD = "reconstruction", "likelihood"  # groups
CHUNK = 256


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    started = time.monotonic()
    runtime = Runtime("cpu")
    try:
        bench = evaluate_generator.open_bench(args, package, runtime)
        evaluation, arrays = evaluate_generator.measure(args, bench, package, started=started, kind="autoencoder")
        figures = [*evaluation.figures, *reconstruction(bench, package)]
    finally:
        runtime.close()
    figures += bounds(args, bench, package) if args.likelihood else earlier_bounds(package.manifest)
    return msgspec.structs.replace(evaluation, figures=tuple(figures)), arrays


def earlier_bounds(manifest: Manifest) -> list[Figure]:
    """Those of an evaluation before this one."""
    return [
        Figure(s.name, s.value, higher_is_better=s.higher_is_better, group=LIKELIHOOD, note=s.note)
        for s in manifest.scores
        if s.name.startswith(BOUNDS)
    ]


def reconstruction(bench: Bench, package: Package) -> tuple[Figure, ...]:
    """Pictures of the test split through encoder and decoder, rounded to 8 bit."""
    test, real = bench.test, bench.real.look.seen
    bench.progress.begin("reconstruction")

    def make() -> dict[str, float]:
        back = _back(LatentModel(package, bench.judges.runtime), test.images)
        apart = np.abs(back.astype(np.float32) - test.images).mean()
        return {"apart": float(apart), "kept": float((bench.judges.look(back).seen == test.labels).mean())}

    found = bench.kept.plain(bench.key("reconstruction", package=sha256_of_graphs(package.manifest)), make)
    of = f"{len(test.images):,} test pictures, encoded and decoded"
    apart_note, kept_note = f"In 8-bit steps, {of}.", f"Share in which the classifier sees the picture's class, {of}."
    floor = float((real == test.labels).mean())
    return (
        Figure("mean difference of a pixel", found["apart"], 0.0, None, False, RECONSTRUCTION, apart_note),
        Figure("class kept", found["kept"], floor, None, True, RECONSTRUCTION, kept_note),
    )


def _back(model: LatentModel, pictures: np.ndarray) -> np.ndarray:
    """(n, H, W, C) uint8 -> the same, encoded and decoded."""
    picture = model.picture
    scale = np.float32((picture.high - picture.low) / 255)
    back = np.empty_like(pictures)
    for first in range(0, len(back), CHUNK):
        part = slice(first, first + CHUNK)
        x = pictures[part].transpose(0, 3, 1, 2).astype(np.float32) * scale + np.float32(picture.low)
        back[part] = images.to_pixels(model.decode(model.encode(x)), picture)
    return back


def bounds(args: argparse.Namespace, bench: Bench, package: Package) -> list[Figure]:
    """Negative nats a test picture, with the weights as the package has them. Raises ExportError without a run."""
    runs, labels = pathlib.Path(args.runs), bench.train.labels
    shares = np.bincount(labels) / len(labels)
    options, tensors, progress = load_run(runs, package.name)
    vae = new_average(options, tensors, rounded=True)
    if package.manifest.made_by.bits == EIGHT:
        round_to_eight(vae)
    flow = load_prior(runs, package.name, options, seen=progress["seen"], num_classes=len(shares))
    round_to_half(flow)
    binary = options["grey"] < 1

    def make() -> dict[str, float]:
        class_shares = torch.from_numpy(shares).float()
        found = likelihood.bounds(
            vae, flow, bench.test.images, class_shares=class_shares, binary=binary, draws=args.draws, part=args.part
        )
        return dataclasses.asdict(found)

    package_hash = sha256_of_graphs(package.manifest)
    key = bench.key("likelihood", package=package_hash, draws=args.draws, part=args.part)
    found = likelihood.Bounds(**bench.kept.plain(key, make))
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
