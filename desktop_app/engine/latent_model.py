"""A generator: designs in, pictures out.

z --mapping(label, truncation)--> w --decoder--> picture, or z --decoder--> picture where there is no mapping network.
Truncation is part of the mapping graph, w' = mean + truncation (w - mean); without one it scales z, which draws from
a narrower normal distribution. Below, w is always what the decoder reads, whichever of the two it is. A design with a
place says its w in other words: a mix of other designs, numbers found for a picture, a spot on the map.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from desktop_app.engine import images, latents
from desktop_app.engine.arrays import check_array, read_arrays
from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Cross, Design, Pixels, Place
from desktop_app.engine.runtime import Runtime, Session
from desktop_app.engine.space import SpaceNumbers

Float32 = npt.NDArray[np.float32]

MAX_KNOWN = 2048  # designs whose w is kept: the anchors of a drag are mixed again and again
MAX_DEPTH = 16  # mixes of mixes
MAX_WEIGHT = 1000.0


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
        self._encoder = self._open("encoder", runtime) if "encoder" in manifest.graphs else None
        self._latent_input = manifest.graphs["decoder"].inputs[0].name
        self._known: OrderedDict[Design, Float32] = OrderedDict()

    @property
    def size(self) -> int:
        """Numbers that the decoder reads."""
        return self.latent.w_size if self._mapping is not None and self.latent.w_size else self.latent.size

    @cached_property
    def space(self) -> SpaceNumbers:
        """Raises RequestError where the package has none, PackageError where it is broken."""
        return SpaceNumbers(self.package, self.size)

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
        return self.pixels(self.w_of(designs))

    def pixels(self, w: Float32) -> Pixels:
        """(N, size) -> (N, H, W, C) uint8."""
        return images.to_pixels(self.decode(w), self.picture)

    def w_of(self, designs: Sequence[Design]) -> Float32:
        """What the decoder reads for each design, (N, size). The designs are checked already."""
        fresh: dict[Design, Float32] = {}
        drawn = dict.fromkeys(d for design in designs for d in _drawn(design) if d not in self._known)
        if drawn:
            fresh.update(zip(drawn, self._from_noise(list(drawn)), strict=True))
        self._grow(designs, fresh)
        w = np.stack([self._w(design, fresh) for design in designs])
        self._known.update(fresh)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return w

    def _from_noise(self, designs: Sequence[Design]) -> Float32:
        z = np.stack([latents.of_design(design, self.latent.size) for design in designs])
        label = np.array([design.label or 0 for design in designs], np.int64)
        truncation = np.array([design.truncation for design in designs], np.float32)
        return self.to_w(z, label, truncation)

    def _grow(self, designs: Sequence[Design], fresh: dict[Design, Float32]) -> None:
        """Add to `fresh` what else has to be known before `_w`: of a package of icons, children."""

    def _w(self, design: Design, fresh: dict[Design, Float32]) -> Float32:
        place = design.place
        if place is None or place.cross is not None:
            return fresh[design] if design in fresh else self._known[design]
        if place.vector:
            w = np.array(place.vector, np.float32)
        elif place.spot is not None:
            w = self.space.at(place.spot)
        else:
            points = np.stack([self._w(part.design, fresh) for part in place.parts])
            w = latents.mix(points, [part.weight for part in place.parts], arcs=self._mapping is None)
        return self.space.push(w, place.pushes) if place.pushes else w

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

    def encode(self, x: Float32) -> Float32:
        """(N, C, H, W) in the manifest's range -> (N, size). Raises RequestError where there is no encoder."""
        if self._encoder is None:
            raise RequestError(f"“{self.package.manifest.title}” has no encoder.")
        return self._encoder.run({"image": x})["w"]

    def encode_picture(self, picture: Pixels) -> Float32:
        """(H, W, C) uint8 -> (1, size). Raises RequestError where there is no encoder."""
        low, high = self.picture.low, self.picture.high
        return self.encode(np.asarray(picture.transpose(2, 0, 1)[None] / 255 * (high - low) + low, np.float32))

    def golden_error(self) -> float:
        """Largest difference between the golden example and what this machine makes of it, in all graphs."""
        golden = read_arrays(self.package.file("golden"), _GOLDEN)
        count = len(golden["z"]) if "z" in golden and golden["z"].ndim else 0
        expected = {
            "z": ("float32", (count, self.latent.size)),
            "label": ("int64", (count,)),
            "truncation": ("float32", (count,)),
            "image": ("float32", (count, self.picture.channels, self.picture.height, self.picture.width)),
        }
        if self._encoder is not None:
            expected["encoded"] = ("float32", (count, self.size))
        of = f"The golden example of “{self.package.name}” does not fit its graphs"
        if count == 0:
            raise PackageError(f"{of}: it has no “z”, where some rows of it were expected.", Fault.WRONG_SHAPE)
        for name, (dtype, shape) in expected.items():
            check_array(golden, name, dtype, shape, of=of)
        made = self.decode(self.to_w(golden["z"], golden["label"], golden["truncation"]))
        error = float(np.max(np.abs(made - golden["image"])))
        if self._encoder is not None:
            encoded = self.encode(golden["image"])
            error = max(error, float(np.max(np.abs(encoded - golden["encoded"]))))
        return error

    def _open(self, role: str, runtime: Runtime) -> Session:
        graph = self.package.manifest.graphs[role]
        session = runtime.open(self.package.file(graph.file))
        session.check_shapes(graph)
        return session

    def _check(self, design: Design, depth: int = 0) -> None:
        if design.place is not None:
            self._check_place(design.place, depth)
            return
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

    def _check_place(self, place: Place, depth: int) -> None:
        title = self.package.manifest.title
        ways = (bool(place.parts), bool(place.vector), place.spot is not None, place.cross is not None)
        if ways.count(True) != 1:
            raise RequestError(
                "A place is a mix of designs, or numbers, or a spot on the map, or a child: one of the four."
            )
        numbers = [*place.vector, *(place.spot or ()), *(push.amount for push in place.pushes)]
        weights = [part.weight for part in place.parts]
        if not all(math.isfinite(number) for number in (*numbers, *weights)):
            raise RequestError("A place holds numbers that are none (NaN).")
        if place.vector and len(place.vector) != self.size:
            raise RequestError(f"“{title}” reads {self.size} numbers; a place with {len(place.vector)} was asked for.")
        if place.parts and (abs(sum(weights) - 1) > 1e-6 or max(map(abs, weights)) > MAX_WEIGHT):
            raise RequestError(f"The weights of a mix sum to one; these sum to {sum(weights):g}.")
        if depth > MAX_DEPTH:
            raise RequestError("This design is a mix of too many others. Put it on the pad anew from its takes.")
        if place.spot is not None or place.pushes:
            for push in place.pushes:
                self.space.check(push)
        if place.cross is not None:
            self._check_cross(place.cross)
        for design in made_of(place):
            self._check(design, depth + 1)

    def _check_cross(self, cross: Cross) -> None:
        raise RequestError(f"“{self.package.manifest.title}” makes no icons, and only icons have children.")


def made_of(place: Place) -> tuple[Design, ...]:
    """The designs that a place names: those of its mix, or the parents of a child."""
    return (*(part.design for part in place.parts), *(place.cross.parents if place.cross is not None else ()))


def _drawn(design: Design) -> Iterator[Design]:
    """The designs drawn from seeds that a design is made of: itself, or those that its place names."""
    if design.place is None:
        yield design
    else:
        for other in made_of(design.place):
            yield from _drawn(other)


_GOLDEN = ("z", "label", "truncation", "image", "encoded")
