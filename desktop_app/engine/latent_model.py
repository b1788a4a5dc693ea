"""A generator: designs in, pictures out.

z --mapping(label, truncation)--> w --decoder--> picture, or z --decoder--> picture where there is no mapping network.
Truncation is part of the mapping graph, w' = mean + truncation (w - mean); without one it scales z, which draws from
a narrower normal distribution.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine import images, latents
from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Pixels
from desktop_app.engine.runtime import Runtime, Session

Float32 = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]

MAX_GOLDEN_BYTES = 64 * 2**20


class LatentModel:
    """An opened package of the ability "sample"."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        """Open its graphs and compare them with the manifest. Raises PackageError."""
        manifest = package.manifest
        if "sample" not in manifest.abilities or manifest.latent is None or manifest.picture is None:
            raise RequestError(f"“{manifest.title}” is not a generator, so it cannot be sampled.")
        self.package = package
        self.latent = manifest.latent
        self.picture = manifest.picture
        self._decoder = self._open("decoder", runtime)
        self._mapping = self._open("mapping", runtime) if "mapping" in manifest.graphs else None
        self._latent_input = manifest.graphs["decoder"].inputs[0].name

    @property
    def picture_bytes(self) -> int:
        """Of one picture, as pixels."""
        return self.picture.height * self.picture.width * self.picture.channels

    def check(self, designs: Sequence[Design]) -> None:
        """Raise RequestError where a design does not fit the package."""
        for design in designs:
            self._check(design)

    def draw(self, designs: Sequence[Design]) -> Pixels:
        """Pixels of the designs, (N, H, W, C) uint8. Raises RequestError where a design does not fit the package."""
        self.check(designs)
        z = np.stack([latents.of_design(design, self.latent.size) for design in designs])
        label = np.array([design.label or 0 for design in designs], np.int64)
        truncation = np.array([design.truncation for design in designs], np.float32)
        return images.to_pixels(self.decode(self.to_w(z, label, truncation)), self.picture)

    def to_w(self, z: Float32, label: npt.NDArray[np.int64], truncation: Float32) -> Float32:
        """(N, size) latents, (N,) classes, (N,) truncations -> what the decoder takes, (N, w_size or size)."""
        if self._mapping is None:
            return z * truncation[:, None]
        return self._mapping.run({"z": z, "label": label, "truncation": truncation})["w"]

    def decode(self, w: Float32) -> Float32:
        """(N, w_size or size) -> (N, C, H, W) in the manifest's range. Raises PackageError on any other shape."""
        x = self._decoder.run({self._latent_input: w})["image"]
        expected = (len(w), self.picture.channels, self.picture.height, self.picture.width)
        if x.shape != expected:
            raise PackageError(
                f"“{self._decoder.name}” gives pictures of shape {x.shape}, where the manifest says {expected}.",
                Fault.WRONG_SHAPE,
            )
        return x

    def golden_error(self) -> float:
        """Largest difference between the golden pictures and what this machine makes of the golden latents."""
        golden = _read_golden(self.package.file("golden"))
        count = len(golden["z"]) if "z" in golden and golden["z"].ndim else 0
        expected = {
            "z": ("float32", (count, self.latent.size)),
            "label": ("int64", (count,)),
            "truncation": ("float32", (count,)),
            "image": ("float32", (count, self.picture.channels, self.picture.height, self.picture.width)),
        }
        for name, (dtype, shape) in expected.items():
            array = golden.get(name)
            if count == 0 or array is None or array.dtype != dtype or array.shape != shape:
                found = "nothing" if array is None else f"{array.dtype}{list(array.shape)}"
                raise PackageError(
                    f"The golden example of “{self.package.name}” does not fit its graphs: “{name}” is {found}, "
                    f"{dtype}{list(shape)} was expected.",
                    Fault.WRONG_SHAPE,
                )
        made = self.decode(self.to_w(golden["z"], golden["label"], golden["truncation"]))
        return float(np.max(np.abs(made - golden["image"])))

    def _open(self, role: str, runtime: Runtime) -> Session:
        graph = self.package.manifest.graphs[role]
        session = runtime.open(self.package.file(graph.file))
        session.check_shapes(graph)
        return session

    def _check(self, design: Design) -> None:
        classes = self.package.manifest.classes
        title = self.package.manifest.title
        if design.label is not None and not 0 <= design.label < len(classes):
            known = f"the classes 0 to {len(classes) - 1}" if classes else "no classes"
            raise RequestError(f"“{title}” has {known}; class {design.label} was asked for.")
        if classes and design.label is None:
            raise RequestError(f"“{title}” makes {len(classes)} classes; a design must name one of them.")
        if not 0 <= design.truncation <= 2:
            raise RequestError(f"Truncation goes from 0 to 2; {design.truncation} was asked for.")
        for step in design.variations:
            if not 0 <= step.amount <= 1:
                raise RequestError(f"The amount of a variation goes from 0 to 1; {step.amount} was asked for.")


def _read_golden(path: Path) -> Arrays:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_GOLDEN_BYTES:
                raise PackageError(f"“{path.name}” unpacks to more than 64 MiB.", Fault.TOO_MUCH_MEMORY)
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in _GOLDEN if name in data.files}
    except PackageError:
        raise
    except MemoryError:
        raise PackageError(
            f"“{path.name}” asks for more memory than the engine may take.", Fault.TOO_MUCH_MEMORY
        ) from None
    except Exception as error:  # zipfile, zlib, numpy and tokenize have a dozen kinds for bytes that are no arrays
        if "pickle" in str(error).lower():
            raise PackageError(
                f"“{path.name}” holds Python objects, which could run code. Only plain arrays are read.", Fault.PICKLE
            ) from None
        raise PackageError(f"“{path.name}” is no whole file of arrays ({error}).", Fault.WRONG_SHAPE) from None
    return {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}


_GOLDEN = ("z", "label", "truncation", "image")
