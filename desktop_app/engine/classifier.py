"""A network that says what a picture shows, with two maps of why: class activation and occlusion.

The graph ends with global average pooling before one linear layer. Mean and linear layer may change places, so the same
weights, applied at each place of the last feature map, give a map whose mean is the logit: the class activation map
(Zhou et al. 2016, eq. 2), exact, and with no gradient. Occlusion (Zeiler and Fergus 2014, section 4.2) needs nothing of
the network's inside: cover a part, and see how much less probable the class becomes.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.arrays import check_array, read_arrays
from desktop_app.engine.covering import covered, covers, mean_fall
from desktop_app.engine.errors import DeviceError, Fault, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Classified, Explain, Explained, Pixels, Progress
from desktop_app.engine.runtime import Runtime, Session

Array = npt.NDArray[Any]
Float32 = npt.NDArray[np.float32]

CHUNK = 256  # pictures at a time
COVERS = 64  # at a time: each step can be stopped, and tells how far it is
GOLDEN = ("image", "logits", "evidence", "features")


class Classifier:
    """An opened package of the ability "classify"."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        """Open its graph and compare it with the manifest. Raises PackageError."""
        manifest = package.manifest
        if manifest.classifier is None or manifest.picture is None:
            raise RequestError(f"“{manifest.title}” does not tell classes apart. Choose a model that does.")
        self.package = package
        self.picture = manifest.picture
        self.num_classes = len(manifest.classes)
        graph = manifest.graphs["classifier"]
        self._session: Session = runtime.open(package.file(graph.file))
        self._session.check_shapes(graph)
        self._shapes = {t.name: t.shape[1:] for t in graph.outputs}

    def classify(self, pictures: Pixels) -> Iterator[Classified | Progress]:
        """Chunks of answers for (N, H, W, C) uint8, with progress. Raises RequestError where the size is another."""
        self._check(pictures)
        for first in range(0, len(pictures), CHUNK):
            made = self.run(pictures[first : first + CHUNK])
            yield Classified(first, softmax(made["logits"]), made["features"])
            yield Progress("Looking", min(first + CHUNK, len(pictures)), len(pictures))

    def explain(self, request: Explain) -> Iterator[Explained | Progress]:
        """See `Explain`. Raises RequestError for a picture of another size, or a class that there is not."""
        picture: Pixels = np.asarray(request.picture)
        self._check(picture[None])
        made = self.run(picture[None])
        probabilities = softmax(made["logits"])[0]
        label = int(probabilities.argmax()) if request.label is None else request.label
        if not 0 <= label < self.num_classes:
            title = self.package.manifest.title
            raise RequestError(f"“{title}” has the classes 0 to {self.num_classes - 1}; {label} was asked for.")
        every = made["evidence"][0] - made["evidence"][0].mean(axis=0)  # (K, rows, columns)
        yield Explained(probabilities, label, every[label], every)
        masks, falls = covers(*picture.shape[:2]), []
        for part in np.array_split(masks, -(-len(masks) // COVERS)):
            falls.append(log_softmax(made["logits"]) - log_softmax(self.run(covered(picture, part))["logits"]))
            yield Progress("Covering", sum(map(len, falls)), len(masks))
        fall = np.concatenate(falls)
        yield Explained(probabilities, label, every[label], every, mean_fall(fall[:, label], masks), fall)

    def run(self, pictures: Pixels) -> dict[str, Float32]:
        """As `answers`. Raises DeviceError where they hold numbers that are none."""
        made = self.answers(pictures)
        if not all(np.isfinite(array).all() for array in made.values()):
            raise DeviceError(
                f"“{self.package.manifest.title}” answered with numbers that are none (NaN). Its file may be "
                "damaged: verify it."
            )
        return made

    def answers(self, pictures: Pixels) -> dict[str, Float32]:
        """All outputs of the graph for (N, H, W, C) uint8, as it gives them. Raises PackageError on other shapes."""
        made = self._session.run({"image": self._input(pictures)})
        for name, shape in self._shapes.items():
            if made[name].shape != (len(pictures), *shape):
                raise PackageError(
                    f"“{self._session.name}” gives “{name}” of shape {made[name].shape}, where the manifest says "
                    f"{(len(pictures), *shape)}.",
                    Fault.WRONG_SHAPE,
                )
        return made

    def golden_error(self) -> float:
        """Largest difference between the golden example and what this machine makes of it."""
        golden = read_arrays(self.package.file("golden"), GOLDEN)
        of = f"The golden example of “{self.package.name}” does not fit its graph"
        count = len(golden["image"]) if "image" in golden and golden["image"].ndim else 0
        if count == 0:
            raise PackageError(f"{of}: it has no “image”, where some of them were expected.", Fault.WRONG_SHAPE)
        p = self.picture
        shapes: dict[str, tuple[Any, ...]] = {"image": (p.channels, p.height, p.width), **self._shapes}
        for name in GOLDEN:
            check_array(golden, name, "float32", (count, *shapes[name]), of=of)
        made = self._session.run({"image": golden["image"]})
        return max(float(np.abs(made[name] - golden[name]).max()) for name in GOLDEN[1:])

    # -- inside ----------------------------------------------------------------------------------------------------

    def _check(self, pictures: Pixels) -> None:
        p = self.picture
        if pictures.dtype != np.uint8 or pictures.shape[1:] != (p.height, p.width, p.channels):
            raise RequestError(
                f"“{self.package.manifest.title}” looks at pictures of {p.width} x {p.height} pixels and {p.channels} "
                f"channels; it was given {pictures.shape[1:]}."
            )

    def _input(self, pictures: Pixels) -> Float32:
        low, high = self.picture.low, self.picture.high
        x = pictures.transpose(0, 3, 1, 2).astype(np.float32) * np.float32((high - low) / 255) + np.float32(low)
        return np.ascontiguousarray(x, np.float32)


def log_softmax(logits: Float32) -> Float32:
    """(N, K) -> (N, K), the logarithm of the probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Float32 = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def softmax(logits: Float32) -> Float32:
    """(N, K) -> (N, K), each row summing to one."""
    result: Float32 = np.exp(log_softmax(logits))
    return result
