"""The two frozen nets that look at pictures for the scores, run by the program's engine.

- “classifier features”: a model package that tells the classes apart, and what it makes its answer of;
- “label-free features”: a net that was never told a class (export/features_net.py), a plain ONNX file with “image” in
  and “features” out, beside it a .json that says what it is.

What one of them thinks better only counts where the other agrees.
"""

import dataclasses
import json
import pathlib
from collections.abc import Callable

import numpy as np

from desktop_app.engine import packages
from desktop_app.engine.classifier import Classifier
from desktop_app.engine.errors import StudioError
from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.runtime import Runtime, Session
from export.errors import ExportError
from export.evaluation import Net

CLASSIFIER, LABEL_FREE = "classifier features", "label-free features"
GROUPS = (CLASSIFIER, LABEL_FREE)
DOMAINS = {"mnist": "digits", "fashion-mnist": "fashion"}  # data set -> whose nets look at its pictures
FOLDER = pathlib.Path(__file__).parent / "judges"
CHUNK = 200

Told = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Look:
    """What the nets make of n pictures."""

    logits: np.ndarray  # (n, K) of the classifier; their softmax is calibrated
    features: dict[str, np.ndarray]  # GROUPS -> (n, d)

    @property
    def seen(self) -> np.ndarray:
        """(n,) the class that the classifier finds most probable."""
        return self.logits.argmax(axis=1)

    def take(self, indices: np.ndarray) -> "Look":
        return Look(self.logits[indices], {name: values[indices] for name, values in self.features.items()})


@dataclasses.dataclass(frozen=True)
class Judges:
    classifier: Classifier
    label_free: Session
    low: float  # of the pictures that the label-free net reads
    high: float
    most_features: int  # of the two nets
    nets: tuple[Net, Net]
    runtime: Runtime

    @property
    def classes(self) -> tuple[str, ...]:
        return self.classifier.package.manifest.classes

    def look(self, pictures: np.ndarray, *, tell: Told = lambda done, total: None) -> Look:
        """(n, H, W, C) uint8. Raises ExportError where a net answers NaN or does not fit the pictures."""
        try:
            made = [
                self._chunk(pictures[first : first + CHUNK], lambda n: tell(n, len(pictures)), first)
                for first in range(0, len(pictures), CHUNK)
            ]
        except StudioError as error:
            raise ExportError(str(error)) from None
        return Look(
            np.concatenate([logits for logits, _, _ in made]),
            {
                CLASSIFIER: np.concatenate([features for _, features, _ in made]),
                LABEL_FREE: np.concatenate([features for _, _, features in made]),
            },
        )

    def _chunk(self, pictures: np.ndarray, tell: Callable[[int], None], first: int) -> tuple:
        answer = self.classifier.run(pictures)
        x = pictures.transpose(0, 3, 1, 2).astype(np.float32) * ((self.high - self.low) / 255) + self.low
        features = self.label_free.run({"image": x.astype(np.float32)})["features"]
        if not np.isfinite(features).all():
            raise ExportError(f"{self.nets[1].name} answered with numbers that are none (NaN): make it anew.")
        tell(first + len(pictures))
        return answer["logits"], answer["features"], features


def open_judges(
    runtime: Runtime, *, models: pathlib.Path, dataset: str, judge: str | None, features: pathlib.Path | None
) -> Judges:
    """The nets for a data set, or those named: a package, and an ONNX file. Raises ExportError."""
    domain = DOMAINS.get(dataset)
    if domain is None and (judge is None or features is None):
        raise ExportError(
            f"No judge is known for the data set {dataset!r}: train a classifier and a net of features on it, and name "
            "them with --judge PACKAGE and --features FILE."
        )
    path = features or FOLDER / f"{domain}-features.onnx"
    try:
        package = packages.open_package(models / (judge or f"{domain}-classifier"))
        packages.check_files(package)
        classifier = Classifier(package, runtime)
        about = _about(path)
        session = runtime.open(path)
    except StudioError as error:
        raise ExportError(f"{error} It is needed as a judge of pictures of {dataset!r}.") from None
    nets = (
        Net(package.name, package.manifest.summary, package.manifest.files["classifier"].sha256),
        Net(path.stem, about["what"], about["sha256"]),
    )
    inputs, widths = about["inputs"], (about["outputs"]["features"][1], _features_of(package))
    return Judges(classifier, session, inputs["low"], inputs["high"], max(widths), nets, runtime)


def _features_of(package: packages.Package) -> int:
    assert package.manifest.classifier is not None
    return package.manifest.classifier.features


def _about(path: pathlib.Path) -> dict:
    """What is known of a label-free net; its file must be the one that was described."""
    try:
        about = json.loads(path.with_suffix(".json").read_text("utf-8"))
        found = sha256_of(path)
    except OSError as error:
        raise ExportError(f"The label-free net {path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        raise ExportError(f"{path.with_suffix('.json')} is not what it should be; make the net anew.") from None
    if not isinstance(about, dict) or about.get("sha256") != found:
        raise ExportError(f"{path} is not the file that its .json describes; make the net anew.")
    return about
