"""Evaluations that somebody made up: what a page and a card have to show, with nothing measured."""

import numpy as np

from export.evaluation import Arrays, Column, Curve, Data, Evaluation, Extrapolation, Figure, Net, Rung

NAMES = (
    ("Fréchet distance, classifier features", "classifier features", False, 0.1587, 0.0506, 0.004),
    ("kernel distance, classifier features", "classifier features", False, 0.0021, 0.0001, 0.0004),
    ("density, classifier features", "classifier features", True, 0.9901, 0.9506, None),
    ("coverage, classifier features", "classifier features", True, 0.8809, 0.9491, None),
    ("Fréchet distance, label-free features", "label-free features", False, 1.873, 0.403, 0.02),
    ("coverage, label-free features", "label-free features", True, 0.8312, 0.9402, None),
    ("Inception Score", "classes", True, 9.72, 9.88, 0.05),
    ("class accuracy", "classes", True, 0.9889, 0.998, None),
    ("sliced Wasserstein distance", "pixels", False, 0.0312, 0.0105, 0.001),
    ("memorisation", "memorisation", False, 0.021, 0.0208, 0.002),
)


def figures() -> tuple[Figure, ...]:
    note = "A sentence on what it is (Somebody 2020)."
    return tuple(
        Figure(name, value, floor, spread, higher_is_better=up, group=group, note=f"{name.split(',')[0]}: {note}")
        for name, group, up, value, floor, spread in NAMES
    )


def rung(damage: str, unit: str, amounts: tuple[float, ...]) -> Rung:
    def values(figure: Figure) -> tuple[float, ...]:
        assert figure.floor is not None
        step = 0.93 if figure.higher_is_better else 2.4
        return tuple(figure.floor * step**i for i in range(len(amounts)))

    return Rung(damage, unit, amounts, {figure.name: values(figure) for figure in figures()})


def evaluation(**changes) -> Evaluation:
    """A generator with everything that a page can show."""
    distances = [figure.name for figure in figures() if "Fréchet" in figure.name]
    images = tuple(float(i) for i in range(2500, 500_001, 2500))
    fields = {
        "package": "digits-made-up",
        "title": "Digits",
        "kind": "generator",
        "sha256": "5c" * 32,
        "command": "python -m export evaluate digits-made-up --count 10000 --seed 1",
        "seed": 1,
        "commit": "0123456789ab",
        "date": "2026-11-22",
        "seconds": 252.0,
        "hardware": "2 CPU cores",
        "figures": figures(),
        "nets": (
            Net("digits-classifier", "the shipped classifier, 99.67% of the test split right", "a1" * 32),
            Net("digits-features", "an encoder that never saw a label", "b2" * 32),
        ),
        "data": (Data("MNIST", "test split", 10_000, "c3" * 32), Data("MNIST", "training split", 60_000, "d4" * 32)),
        "baselines": (
            Column("DCGAN", {f.name: (f.floor or 0) * (0.4 if f.higher_is_better else 40) for f in figures()}),
            Column("VAE, N(0, I)", {f.name: f.value * 0.99 for f in figures()}, note="samples past its fitted prior"),
        ),
        "ladder": (
            rung("blur", "pixels", (0.0, 0.5, 1.0, 2.0, 4.0)),
            rung("noise", "steps of 8 bit", (0.0, 8.0, 16.0, 32.0, 64.0)),
            rung("classes left out", "classes", (0.0, 1.0, 2.0, 5.0)),
        ),
        "extrapolations": tuple(
            Extrapolation(n, (2000, 4000, 7000, 10_000), (0.4, 0.28, 0.23, 0.2), 0.1587) for n in distances
        ),
        "training": (
            Curve("critic", images, tuple(0.3 + 0.4 * np.exp(-i / 30) for i in range(200))),
            Curve("r1", images, tuple(50 * np.exp(-i / 20) + 0.1 for i in range(200))),
        ),
        "notes": ("The judge learnt on the real training pictures, which flatters its accuracy on them a little.",),
        "summary": "Handwritten digits in 10 classes, 28 × 28 pixels.",
        "classes": tuple(str(n) for n in range(10)),
    }
    return Evaluation(**{**fields, **changes})


def arrays(**changes) -> Arrays:
    rng = np.random.default_rng(0)
    labels = (np.arange(2000) % 10).astype(np.int16)
    centres = rng.standard_normal((10, 2)) * 4
    points = (centres[labels] + rng.standard_normal((2000, 2))).astype(np.float32)
    wrong = rng.random((10, 10)) ** 6
    confusion = wrong / wrong.sum(axis=1, keepdims=True) * 0.05 + np.eye(10) * 0.95
    fields = {
        "samples": blobs(100),
        "pairs": blobs(20).reshape(10, 2, 28, 28, 1),
        "ratios": np.linspace(0.7, 0.98, 10, dtype=np.float32),
        "real_points": points,
        "fake_points": (points + 0.4 * rng.standard_normal((2000, 2))).astype(np.float32),
        "real_labels": labels,
        "confusion": confusion.astype(np.float32),
        "reliability": np.zeros((0, 3), np.float32),
        "maps": np.zeros((0, 3, 28, 28, 3), np.uint8),
    }
    return Arrays(**{**fields, **changes})


def classifier_arrays() -> Arrays:
    confidence = np.linspace(0.05, 0.95, 10, dtype=np.float32)
    bins = np.stack([confidence, confidence**1.1, np.geomspace(0.001, 0.9, 10, dtype=np.float32)], axis=1)
    maps = blobs(18).repeat(3, axis=3).reshape(6, 3, 28, 28, 3)
    return no_arrays(reliability=bins, maps=maps, confusion=arrays().confusion)


def no_arrays(**changes) -> Arrays:
    """Nothing to show."""
    points = np.zeros((0, 2), np.float32)
    fields = {
        "samples": np.zeros((0, 28, 28, 1), np.uint8),
        "pairs": np.zeros((0, 2, 28, 28, 1), np.uint8),
        "ratios": np.zeros(0, np.float32),
        "real_points": points,
        "fake_points": points,
        "real_labels": np.zeros(0, np.int16),
        "confusion": np.zeros((0, 0), np.float32),
        "reliability": np.zeros((0, 3), np.float32),
        "maps": np.zeros((0, 3, 28, 28, 3), np.uint8),
    }
    return Arrays(**{**fields, **changes})


def blobs(count: int) -> np.ndarray:
    """(count, 28, 28, 1) uint8, a bright ring in each."""
    rng = np.random.default_rng(count)
    y, x = np.mgrid[:28, :28]
    centre = rng.uniform(11, 17, (2, count, 1, 1))
    radius = np.hypot(y - centre[0], x - centre[1]) - rng.uniform(3, 9, (count, 1, 1))
    return (255 * np.exp(-((radius / 1.5) ** 2)))[..., None].astype(np.uint8)
