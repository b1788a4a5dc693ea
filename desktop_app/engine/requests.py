"""What can be asked of the engine, and what comes back: frozen, plain data.

A request holds all that matters to its result. Two equal requests give equal pixels on the same kind of device,
whatever the batch, the number of threads or the day. Both directions cross the process boundary as MessagePack
(studio/wire.py), so every field is a number, a string, a tuple, another struct or a numpy array.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from desktop_app.engine.designs import Cross as Cross
from desktop_app.engine.designs import Design as Design
from desktop_app.engine.designs import Part as Part
from desktop_app.engine.designs import Place as Place
from desktop_app.engine.designs import Prompt as Prompt
from desktop_app.engine.designs import Push as Push
from desktop_app.engine.designs import Variation as Variation
from desktop_app.engine.text_requests import Began, Closed, Complete, Weigh, Weighed, Wrote
from desktop_app.engine.values import Frozen as Frozen
from desktop_app.engine.values import PackageRef as PackageRef

Pixels = npt.NDArray[np.uint8]  # (N, H, W, C), C is 1 (grey), 3 (RGB) or 4 (RGBA)


class ArrayFile(Frozen, frozen=True):
    """An array in a file of its own, raw numbers in the machine's order, so that no message has to carry a picture."""

    path: str
    dtype: Literal["uint8", "uint16"]
    shape: tuple[int, int, int]  # (H, W, C)


Window = tuple[int, int, int, int]  # top, left, bottom, right in pixels; the lower right is outside


# -- requests ------------------------------------------------------------------------------------------------------


class Sample(Frozen, frozen=True, tag=True):
    """Draw designs. Answers `Pictures` in order, at most `chunk` designs each."""

    package: PackageRef
    designs: tuple[Design, ...]
    chunk: int = 32


class Verify(Frozen, frozen=True, tag=True):
    """Open a package, check its files and shapes, and run its golden example. Answers `Verified`."""

    package: PackageRef


class DescribeDevice(Frozen, frozen=True, tag=True):
    """Which device the engine runs on and why. Answers `Device`."""


class Find(Frozen, frozen=True, tag=True):
    """Find the place of a picture. Answers `Progress`, and `Found` each time it is better, the last one for good.

    picture: (H, W, C) uint8, fitted to the package's pictures already. The encoder gives the place where there is
    one; `rounds` of search through the decoder follow (search.py), by default none with an encoder and enough without.
    """

    package: PackageRef
    picture: Any  # (H, W, C) uint8
    rounds: int | None = None


class Locate(Frozen, frozen=True, tag=True):
    """Where designs lie on the package's map. Answers `Located` in chunks, in order."""

    package: PackageRef
    designs: tuple[Design, ...]


class ReadMap(Frozen, frozen=True, tag=True):
    """What the package knows of its map. Answers `MapData`."""

    package: PackageRef


class Learn(Frozen, frozen=True, tag=True):
    """What sets the liked designs apart from the disliked ones. Answers `Taste`.

    Where there are too few dislikes, designs of a fixed seed stand in for everything else.
    """

    package: PackageRef
    liked: tuple[Design, ...]
    disliked: tuple[Design, ...] = ()


class Restore(Frozen, frozen=True, tag=True):
    """Run a package that denoises, upscales or inpaints over a picture. Answers `Restored` tile by tile, row by row.

    picture: one or three channels in the picture's own colours. A package of three channels takes grey pictures too,
    and one of a single channel takes each channel alone.
    mask: (H, W, 1) uint8, 255 where the picture is to be filled in; for packages that inpaint, and only for them.
    window: the part of the picture that is wanted; None is all of it.
    tile: side in pixels of what is computed at once, its border not counted. Where memory is short, it is halved.
    border: pixels around a tile that are computed and thrown away; fewer than the package asks for are quicker, and
    the tiles then show where they meet, if one looks closely. None is as many as it asks for.
    """

    package: PackageRef
    picture: ArrayFile
    mask: ArrayFile | None = None
    window: Window | None = None
    tile: int = 768
    border: int | None = None


class Classify(Frozen, frozen=True, tag=True):
    """What pictures show. Answers `Classified` in chunks, in order.

    pictures: (N, H, W, C) uint8 of the package's own size.
    """

    package: PackageRef
    pictures: Any  # Pixels


class Explain(Frozen, frozen=True, tag=True):
    """What a picture shows, and which of its parts say so. Answers `Explained` twice: without occlusion, and with it.

    label: the class to explain; None is the most probable one.
    """

    package: PackageRef
    picture: Any  # (H, W, C) uint8 of the package's own size
    label: int | None = None


class CheckUp(Frozen, frozen=True, tag=True):
    """Open a package anew and try it on inputs of fixed seeds, each alone. Answers `Progress`, then `CheckedUp`.

    count: samples of a generator, the classes in turn, or pictures that a classifier is shown. A restorer gets at
    most eight. Fewer where that many would not cross at once.
    """

    package: PackageRef
    seed: int = 0
    count: int = 32


class Trace(Frozen, frozen=True, tag=True):
    """The fields of designs of a package of icons, from which studio/vector.py makes outlines. Answers `Fields`."""

    package: PackageRef
    designs: tuple[Design, ...]
    chunk: int = 32


class ReadLatents(Frozen, frozen=True, tag=True):
    """What the decoder reads for designs, for `Place.vector`. Answers `Latents` in chunks, in order."""

    package: PackageRef
    designs: tuple[Design, ...]


class Resemble(Frozen, frozen=True, tag=True):
    """Which icon of the training each design comes near to. Answers `Resemblances` in chunks, in order."""

    package: PackageRef
    designs: tuple[Design, ...]


class Differ(Frozen, frozen=True, tag=True):
    """Draft designs quickly, in few steps, and choose the `count` of the better half of them that differ most.

    Answers `Progress`, `Different`.
    """

    package: PackageRef
    designs: tuple[Design, ...]
    count: int = 12


Request = (
    Sample
    | Trace
    | ReadLatents
    | Resemble
    | Differ
    | Verify
    | DescribeDevice
    | Find
    | Locate
    | ReadMap
    | Learn
    | Restore
    | Classify
    | Explain
    | CheckUp
    | Complete
    | Weigh
)


# -- updates -------------------------------------------------------------------------------------------------------


class Progress(Frozen, frozen=True, tag=True):
    phase: str
    done: int
    total: int


class Pictures(Frozen, frozen=True, tag=True):
    """Pixels of the request's designs [first, first + N)."""

    first: int
    pixels: Any  # Pixels


class Fields(Frozen, frozen=True, tag=True):
    """Fields of the request's designs [first, first + N)."""

    first: int
    fields: Any  # (N, side, side) float32, signed distances in pixels, positive in the ink, from -reach to reach


class Latents(Frozen, frozen=True, tag=True):
    first: int
    vectors: Any  # (N, size) float32


class Resemblance(Frozen, frozen=True):
    name: str  # “set:name”, as Iconify calls it
    title: str  # of the set
    licence: str  # SPDX
    overlap: float  # intersection over union


class Resemblances(Frozen, frozen=True, tag=True):
    """One for each of the request's designs [first, first + N), None where nothing is near."""

    first: int
    found: tuple[Resemblance | None, ...]


class Different(Frozen, frozen=True, tag=True):
    """Places in the request's designs, the most typical one first, then what differs most from all before."""

    chosen: tuple[int, ...]
    twins: int  # designs that were left out as near copies of others


class Verified(Frozen, frozen=True, tag=True):
    name: str
    max_error: float  # largest |difference| from the golden output, in the units of the output
    tolerance: float
    milliseconds: float  # opening and running it


class Device(Frozen, frozen=True, tag=True):
    """The device in use, as the sessions themselves say, with the reason where it is not the one asked for."""

    asked: str  # "auto", "cuda" or "cpu"
    obtained: str  # "cuda" or "cpu"
    name: str
    reason: str  # empty where asked and obtained agree
    runtime: str  # version of ONNX Runtime
    threads: int


class Found(Frozen, frozen=True, tag=True):
    vector: tuple[float, ...]  # for Place.vector
    pixels: Any  # (H, W, C) uint8: what the decoder makes of it
    error: float  # root mean square difference from the picture, in 8-bit steps
    how: str  # "encoder", "search" or "encoder and search"


class Located(Frozen, frozen=True, tag=True):
    first: int
    spots: Any  # (N, 2) float32


class MapData(Frozen, frozen=True, tag=True):
    """The plane w = origin + x axes[0] + y axes[1], and where real training pictures lie on it."""

    low: tuple[float, float]
    high: tuple[float, float]
    points: Any  # (n, 2) float32; n is 0 where the package has no encoder
    labels: Any  # (n,) int16, -1 where the class is not known


class Taste(Frozen, frozen=True, tag=True):
    """A direction as a mix: one standard deviation more of what is liked is base + the sum of weight * w(design)."""

    parts: tuple[Part, ...]  # the weights sum to zero
    certainty: float  # share of the marked designs told apart when each is left out in turn; 0.5 is guessing


class Restored(Frozen, frozen=True, tag=True):
    """One tile of the result, where it belongs in the result's own pixels."""

    top: int
    left: int
    pixels: Any  # (h, w, C) of the picture's type
    tile: int  # the side that was used: smaller than was asked where memory was short


class Classified(Frozen, frozen=True, tag=True):
    """What the request's pictures [first, first + n) show."""

    first: int
    probabilities: Any  # (n, K) float32, calibrated
    features: Any  # (n, D) float32


class Explained(Frozen, frozen=True, tag=True):
    """The classes of a picture, and what in it speaks for one of them and for each of the others.

    evidence: (rows, columns) float32; what each place adds to the logit of the class, against the mean of all classes.
    every: (K, rows, columns) float32; the same of all classes.
    occlusion: (H, W) float32, or None while it is not known; by how much the log-probability of the class falls, in
    nats, when what lies around a pixel is covered (Zeiler and Fergus 2014).
    falls: (M, K) float32, or None; the fall of each class under each of `covering.covers`: occlusion maps of all
    classes are made of it by `covering.mean_fall`.
    """

    probabilities: Any  # (K,) float32, calibrated
    label: int
    evidence: Any
    every: Any
    occlusion: Any = None
    falls: Any = None


class CheckedUp(Frozen, frozen=True, tag=True):
    """What a package did in a check-up. Tuples of numbers are places in `pictures`, of a writer in `texts`.

    pictures: what a generator drew or a restorer answered; what a classifier was shown. Black where there is no number.
    diversity: mean difference of two pictures, root mean square in 8-bit steps; of a classifier that of two answers,
    as total variation of their probabilities, 0 to 1; of a writer the share of different words among all it wrote.
    """

    kind: Literal["generator", "restorer", "classifier", "writer"]
    pictures: Any  # (N, H, W, C) uint8; of a writer none
    milliseconds: (
        float  # the median picture, alone on one thread; of a restorer the median megapixel, of a writer token
    )
    load_ms: float  # opening its graphs
    memory_bytes: int  # by which the engine's process grew; 0 where the system does not say
    golden_error: float  # as Verified.max_error
    diversity: float
    broken: tuple[int, ...] = ()  # with numbers that are none (NaN, infinity)
    constant: tuple[int, ...] = ()  # of one colour, where what a restorer was given is not; of one word
    near_copies: tuple[tuple[int, int], ...] = ()  # pairs of different seeds that nobody tells apart
    unchanged: tuple[int, ...] = ()  # answers of a restorer that are what it was given
    labels: tuple[int, ...] = ()  # of a classifier: the most probable class of each
    given: Any = None  # (N, h, w, C) uint8: what a restorer was given
    texts: tuple[str, ...] = ()  # what a writer wrote


Update = (
    Progress
    | Began
    | Wrote
    | Closed
    | Weighed
    | Pictures
    | Fields
    | Latents
    | Resemblances
    | Different
    | Verified
    | Device
    | Found
    | Located
    | MapData
    | Taste
    | Restored
    | Classified
    | Explained
    | CheckedUp
)
