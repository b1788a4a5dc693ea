"""A classifier's package against torch: its answers, and that its evidence adds up to them."""

import numpy as np
import torch

from desktop_app.engine.classifier import Classifier
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime, Session
from export.classifier_graph import TracedClassifier
from export.errors import ExportError

COUNTS = (1, 16)


def compare_classifier(package: Package, traced: TracedClassifier, runtime: Runtime) -> float:
    """The largest difference from torch in any output. Raises ExportError naming the check that failed."""
    golden = Classifier(package, runtime).golden_error()  # compares the graph with the manifest
    if golden > package.manifest.tolerance:
        raise ExportError(f"{package.name}: the golden example is off by {golden:.1e}; package it again.")
    session = runtime.open(package.file(package.manifest.graphs["classifier"].file))
    return max(golden, *(_compare(package, traced, session, count) for count in COUNTS))


def _compare(package: Package, traced: TracedClassifier, session: Session, count: int) -> float:
    image = random_pictures(traced, count, seed=count)
    made, expected = session.run({"image": image}), traced.answer(torch.from_numpy(image))
    if not all(np.isfinite(value).all() for value in made.values()):
        raise ExportError(f"{package.name}: the answer holds numbers that are none (NaN).")
    check_evidence(package, made)
    if count > 1 and np.ptp(made["logits"], axis=0).max() < package.manifest.tolerance:
        raise ExportError(f"{package.name}: the answer does not change with the picture; the tracer baked one in.")
    return max(float(np.abs(made[name] - value.numpy()).max()) for name, value in expected.items())


def check_evidence(package: Package, made: dict[str, np.ndarray]) -> None:
    """The mean of the evidence over its places is the logit. Raises ExportError where it is not."""
    error = float(np.abs(made["evidence"].mean(axis=(2, 3)) - made["logits"]).max())
    if error > package.manifest.tolerance:
        raise ExportError(f"{package.name}: the evidence of a class misses its logit by {error:.1e} on average.")


def random_pictures(traced: TracedClassifier, count: int, *, seed: int) -> np.ndarray:
    """(count, C, H, W) in -1..1, blocks of 4 x 4 pixels with noise."""
    height, width, channels = traced.shape
    rng = np.random.default_rng(seed)
    blocks = rng.uniform(-1, 1, (count, channels, height // 4 + 1, width // 4 + 1)).repeat(4, 2).repeat(4, 3)
    noise = rng.normal(0, 0.2, (count, channels, height, width))
    return np.clip(blocks[:, :, :height, :width] + noise, -1, 1).astype(np.float32)
