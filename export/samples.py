"""Samples of a package through the program's engine, as pixels."""

from collections.abc import Iterator

import numpy as np

from desktop_app.engine import noise
from desktop_app.engine.errors import StudioError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.engine.runtime import Runtime
from export.errors import ExportError
from export.judges import Told

CHUNK = 256


def asked_classes(package: Package, count: int) -> np.ndarray | None:
    """(count,) the classes in turn, None where the package has none."""
    classes = package.manifest.classes
    return np.arange(count) % len(classes) if classes else None


def draw(package: Package, runtime: Runtime, *, seed: int, count: int, tell: Told) -> np.ndarray:
    """Designs (seed, 0), (seed, 1), …, classes in turn -> (count, H, W, C) uint8. Raises ExportError, so on NaN."""
    asked, truncation = asked_classes(package, count), package.manifest.defaults.truncation
    designs = [
        Design(seed, index, label=None if asked is None else int(asked[index]), truncation=truncation)
        for index in range(count)
    ]
    return _in_chunks(package, runtime, lambda model, part: model.draw(designs[part]), count, tell)


def draw_plain(package: Package, runtime: Runtime, *, seed: int, count: int, tell: Told) -> np.ndarray:
    """Pictures of latents from N(0, I), past the fitted prior."""
    assert package.manifest.latent is not None
    w = noise.latents(seed, range(count), package.manifest.latent.w_size or package.manifest.latent.size)
    return _in_chunks(package, runtime, lambda model, part: model.pixels(w[part]), count, tell)


def _in_chunks(package: Package, runtime: Runtime, work, count: int, tell: Told) -> np.ndarray:
    def chunks() -> Iterator[np.ndarray]:
        model = LatentModel(package, runtime)
        for first in range(0, count, CHUNK):
            yield work(model, slice(first, first + CHUNK))
            tell(min(first + CHUNK, count), count)

    try:
        return np.concatenate(list(chunks()))
    except StudioError as error:
        raise ExportError(f"{package.name} cannot be measured. {error}") from None
