"""Scores of a finished package, with the same scores of real pictures beside them.

    python -m export evaluate digits-gan
    python -m export evaluate digits-gan --judge digits-classifier --count 10000
    python -m export evaluate denoiser --tests DIR                  # packages that restore: evaluate_restorers.py

Samples come out of the ONNX package through the program's engine, rounded to 8 bit as a designer gets them; nothing
is picked. A classifier that was trained on the real training split judges them (`export/classifier.py`):

- class accuracy: share of samples that carry the class asked for (only where the package has classes);
- confident: share of samples in which the judge sees some class with more than 0.9;
- density and coverage (k = 5) in the judge's 128 penultimate features, against the real test split;
- Fréchet distance of the two sets of features (lower is better; not an FID: the features are the judge's);
- class balance: 1 - total variation distance of the judged classes to those of the test split.

An autoencoder also gets its bounds on the likelihood of the test split (export/likelihood.py), with N(0, I) and with
the fitted prior, and the scores of samples from N(0, I) beside those from the fitted prior.

The floor is the same number for as many real training pictures. Scores go into manifest.json and card.md.
"""

import argparse
import dataclasses
import pathlib

import msgspec
import numpy as np
import torch

from desktop_app.engine import images, noise, packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Score
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Pixels
from desktop_app.engine.runtime import Runtime
from export import classifier, evaluate_restorers, likelihood
from export.card import write_card
from export.checkpoint import load_module
from export.data import Dataset, load_dataset
from export.errors import ExportError
from export.package_files import write_manifest
from export.scores import class_balance, density_coverage, frechet_distance, neighbour_distances
from export.tracing import load_prior, load_run, new_average, round_to_half

RESTORERS = "denoiser"  # what stands in a name's place for all packages that restore
K = 5
FRECHET = "Fréchet distance"
PLAIN = ", N(0, I)"
JUDGES = {"mnist": "digits-classifier", "fashion-mnist": "fashion-classifier"}


@dataclasses.dataclass(frozen=True)
class Reference:
    """The real test split, as the judge sees it."""

    features: np.ndarray  # (n, 128)
    radii: np.ndarray  # (n,) squared distance to the K-th neighbour
    labels: np.ndarray  # (n,)


def main(args: argparse.Namespace) -> None:
    if args.name == RESTORERS:
        evaluate_restorers.main(args)
    else:
        evaluate_generator(args)


def evaluate_generator(args: argparse.Namespace) -> None:
    # -------------------------------------------------------------------------
    # package, judge, real pictures
    try:
        package = packages.open_package(pathlib.Path(args.models) / args.name)
        packages.check_files(package)
    except StudioError as error:
        raise ExportError(str(error)) from None
    judge, judge_name, dataset_name = open_judge(args, package)
    train = load_dataset(pathlib.Path(args.data), dataset_name, split="train")
    test = load_dataset(pathlib.Path(args.data), dataset_name, split="test")
    rng = np.random.Generator(np.random.Philox(key=args.seed))
    half = rng.permutation(len(train.images))[: args.count]

    # -------------------------------------------------------------------------
    # features
    real_features, real_probabilities = look(judge, test.images)
    accuracy = float((real_probabilities.argmax(1) == test.labels).mean())
    print(f"judge {judge_name}: {accuracy:.2%} of the {len(test.images)} test pictures right")
    asked = np.arange(args.count) % max(1, len(package.manifest.classes))
    fake = draw(package, seed=args.seed, labels=asked)
    real = Reference(real_features, neighbour_distances(real_features, k=K), test.labels)
    fake_scores = measure(look(judge, fake), real, asked=asked if package.manifest.classes else None)
    floor_scores = measure(look(judge, train.images[half]), real, asked=train.labels[half])
    plain_scores = {}
    if package.can_encode:
        plain_scores = measure(look(judge, draw_plain(package, seed=args.seed, count=args.count)), real, asked=None)

    # -------------------------------------------------------------------------
    # into manifest and card
    note = f"{args.count} samples, seed {args.seed}, judge {judge_name} ({accuracy:.2%} on the test split)"
    scores = tuple(
        Score(
            name,
            round(value, 4),
            floor=round(floor_scores[name.removesuffix(PLAIN)], 4),
            higher_is_better=not name.startswith(FRECHET),
            note=note,
        )
        for name, value in [*fake_scores.items(), *((f"{n}{PLAIN}", v) for n, v in plain_scores.items())]
    )
    if package.can_encode:
        scores += likelihood_scores(args, package, test=test, shares=np.bincount(train.labels) / len(train.labels))
    for score in scores:
        print(f"{score.name:32s} {score.value:.4f}" + ("" if score.floor is None else f"   real {score.floor:.4f}"))
    manifest = msgspec.structs.replace(package.manifest, scores=scores)
    write_card(package.folder, manifest)
    write_manifest(package.folder, manifest)


def open_judge(args: argparse.Namespace, package: Package) -> tuple[classifier.Classifier, str, str]:
    """(net, name of its run, name of its data set)."""
    title = package.manifest.training_data[0].name.split(",")[0] if package.manifest.training_data else ""
    usual = JUDGES.get(title.lower())
    name = args.judge or usual
    if name is None:
        raise ExportError(f"No judge is known for {title!r}: train a classifier on it and name it with --judge RUN.")
    options, tensors, _ = load_run(pathlib.Path(args.runs), name)
    if options["family"] != "classifier":
        raise ExportError(f"The run {name!r} is a {options['family']}, and the judge must be a classifier.")
    num_classes, channels = len(tensors["average/head.weight"]), tensors["average/body.0.0.weight"].shape[1]
    net = classifier.Classifier(widths=tuple(options["widths"]), num_classes=num_classes, channels=channels)
    load_module(tensors, "average", net)
    return net.eval(), name, options["dataset"]


def draw(package: Package, *, seed: int, labels: np.ndarray) -> Pixels:
    """Designs (seed, 0), (seed, 1), ... through the engine, as pixels."""
    conditional = bool(package.manifest.classes)
    truncation = package.manifest.defaults.truncation
    designs = [
        Design(seed, index, label=int(label) if conditional else None, truncation=truncation)
        for index, label in enumerate(labels)
    ]
    runtime = Runtime("cpu", threads=torch.get_num_threads())
    try:
        model = LatentModel(package, runtime)
        return np.concatenate([model.draw(designs[i : i + 256]) for i in range(0, len(designs), 256)])
    finally:
        runtime.close()


def draw_plain(package: Package, *, seed: int, count: int) -> Pixels:
    """Pictures of latents from N(0, I), past the fitted prior."""
    assert package.manifest.latent is not None
    assert package.manifest.picture is not None
    w = noise.latents(seed, range(count), package.manifest.latent.size)
    runtime = Runtime("cpu", threads=torch.get_num_threads())
    try:
        model = LatentModel(package, runtime)
        return np.concatenate(
            [images.to_pixels(model.decode(w[i : i + 256]), package.manifest.picture) for i in range(0, count, 256)]
        )
    finally:
        runtime.close()


def likelihood_scores(
    args: argparse.Namespace, package: Package, *, test: Dataset, shares: np.ndarray
) -> tuple[Score, ...]:
    """The bounds of an autoencoder's run with the weights of its package, as negative nats a test picture."""
    options, tensors, progress = load_run(pathlib.Path(args.runs), args.name)
    vae = new_average(options, tensors, rounded=True)
    flow = load_prior(pathlib.Path(args.runs), args.name, options, seen=progress["seen"], num_classes=len(shares))
    round_to_half(flow)
    found = likelihood.bounds(
        vae,
        flow,
        test.images,
        class_shares=torch.from_numpy(shares).float(),
        binary=options["grey"] < 1,
        draws=args.draws,
        part=args.part,
    )
    kind = "each pixel binarised once with its grey as the probability" if options["grey"] < 1 else "grey pixels"
    both = f"negative bounds in nats a picture of the test split, {kind}, lower is better"
    return tuple(
        Score(name, round(value, 2), higher_is_better=False, note=f"{both}; {what}")
        for name, value, what in (
            (f"ELBO{PLAIN}", found.elbo, f"{found.elbo_count} pictures"),
            ("ELBO, fitted prior", found.elbo_fitted, f"{found.elbo_count} pictures"),
            (f"IW-{found.draws}{PLAIN}", found.weighted, f"{found.weighted_count} pictures drawn at random"),
            (
                f"IW-{found.draws}, fitted prior",
                found.weighted_fitted,
                f"{found.weighted_count} pictures drawn at random",
            ),
        )
    )


def look(judge: classifier.Classifier, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(features, probabilities) of pictures (n, H, W, C) uint8."""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    features, probabilities = classifier.judge(judge, x)
    return features.numpy(), probabilities.numpy()


def measure(looked: tuple, real: Reference, *, asked: np.ndarray | None) -> dict[str, float]:
    """The scores of one set of pictures; asked are the classes they should carry, where there are any."""
    features, probabilities = looked
    seen = probabilities.argmax(axis=1)
    density, coverage = density_coverage(real.features, features, k=K, radii=real.radii)
    scores = {} if asked is None else {"class accuracy": float((seen == asked).mean())}
    return {
        **scores,
        "confident": float((probabilities.max(axis=1) > 0.9).mean()),
        "density": density,
        "coverage": coverage,
        FRECHET: frechet_distance(real.features, features),
        "class balance": class_balance(seen, real.labels, num_classes=probabilities.shape[1]),
    }
