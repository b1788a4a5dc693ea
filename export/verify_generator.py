"""A generator's package against torch: random inputs, encoded pictures, and whether the picture changes at all."""

import numpy as np
import torch

from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export.errors import ExportError
from export.tracing import Traced

COUNT = 32
BATCHES = (1, 16)


def compare_generator(package: Package, traced: Traced, runtime: Runtime) -> float:
    """The largest difference from torch in a picture or an encoding. Raises ExportError naming the failed check."""
    model = LatentModel(package, runtime)  # compares the graphs with the manifest
    golden = model.golden_error()
    if golden > package.manifest.tolerance:
        raise ExportError(f"{package.name}: the golden example is off by {golden:.1e}; package it again.")
    check_latent_matters(package, model)
    worst = max(golden, *(compare(package, model, traced, batch=batch) for batch in BATCHES))
    return max(worst, compare_encoder(package, traced, runtime))


def random_inputs(package: Package, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.Generator(np.random.Philox(key=seed))
    assert package.manifest.latent is not None
    z = rng.standard_normal((COUNT, package.manifest.latent.size), dtype=np.float32)
    label = rng.integers(0, max(1, len(package.manifest.classes)), COUNT)
    return z, label, rng.uniform(0.5, 1.0, COUNT).astype(np.float32)


def draw(model: LatentModel, z: np.ndarray, label: np.ndarray, truncation: np.ndarray) -> np.ndarray:
    return model.decode(model.to_w(z, label, truncation))


def compare(package: Package, model: LatentModel, traced: Traced, *, batch: int) -> float:
    """Largest difference in w and in the picture over 32 inputs, some at a time."""
    z, label, truncation = random_inputs(package, seed=batch)
    w, image = traced.draw(torch.from_numpy(z), torch.from_numpy(label), torch.from_numpy(truncation))
    worst = 0.0
    for start in range(0, COUNT, batch):
        part = slice(start, start + batch)
        found_w = model.to_w(z[part], label[part], truncation[part])
        found = model.decode(found_w)
        worst = max(worst, np.abs(found_w - w[part].numpy()).max(), np.abs(found - image[part].numpy()).max())
    return float(worst)


def compare_encoder(package: Package, traced: Traced, runtime: Runtime) -> float:
    """Largest difference in w over encoded golden pictures and noise, and from the golden encoding."""
    if not package.can_encode or traced.encoder is None:
        return 0.0
    encoder = runtime.open(package.file("encoder"))
    encoder.check_shapes(package.manifest.graphs["encoder"])
    with np.load(package.file("golden"), allow_pickle=False) as golden:
        images, encoded = golden["image"], golden["encoded"]
    rng = np.random.Generator(np.random.Philox(key=0))
    noise = rng.uniform(-1, 1, (COUNT, *images.shape[1:])).astype(np.float32)
    worst = float(np.abs(encoder.run({"image": images})["w"] - encoded).max())
    for x in (images, noise):
        with torch.no_grad():
            expected = traced.encoder(torch.from_numpy(x)).numpy()
        worst = max(worst, float(np.abs(encoder.run({"image": x})["w"] - expected).max()))
    if np.abs(encoder.run({"image": noise})["w"].std(axis=0)).max() < package.manifest.tolerance:
        raise ExportError(f"{package.name}: the encoding does not change with the picture; the tracer baked one in.")
    return worst


def check_latent_matters(package: Package, model: LatentModel) -> None:
    """Pictures of different latents differ, and of different classes, and truncation 0 leaves the class alone."""
    z, _, _ = random_inputs(package, seed=0)
    one, ones = np.zeros(COUNT, np.int64), np.ones(COUNT, np.float32)
    if draw(model, z, one, ones).std(axis=0).max() < package.manifest.tolerance:
        raise ExportError(f"{package.name}: the picture does not change with the latent; the tracer baked one in.")
    if not package.manifest.classes:
        return
    classes = np.arange(len(package.manifest.classes))
    same = np.repeat(z[:1], len(classes), axis=0)
    pictures = draw(model, same, classes, ones[: len(classes)])
    if len(classes) > 1 and np.abs(pictures - pictures[:1])[1:].max(axis=(1, 2, 3)).min() < package.manifest.tolerance:
        raise ExportError(f"{package.name}: the picture does not change with the class; the tracer baked one in.")
    if draw(model, z, one, 0 * ones).std(axis=0).max() > package.manifest.tolerance:
        raise ExportError(f"{package.name}: truncation 0 does not give the mean of the class.")
