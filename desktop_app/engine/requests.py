"""What can be asked of the engine, and what comes back: frozen, plain data.

A request holds all that matters to its result. Two equal requests give equal pixels on the same kind of device,
whatever the batch, the number of threads or the day. Both directions cross the process boundary as MessagePack
(studio/wire.py), so every field is a number, a string, a tuple, another struct or a numpy array.
"""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]  # (N, H, W, C), C is 1 (grey), 3 (RGB) or 4 (RGBA)


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all values that cross threads and processes."""


class Variation(Frozen, frozen=True):
    """One step away from a design: `amount` 0 stays, 1 is a design of its own.

    The latent is turned towards the noise of (seed, index), which keeps it a draw from N(0, I) (latents.turn).
    """

    seed: int
    index: int
    amount: float


class Design(Frozen, frozen=True):
    """All that decides the pixels of one sample of one package."""

    seed: int
    index: int
    label: int | None = None  # class number; None where the package has no classes
    truncation: float = 1.0  # 0 is the mean of the class, 1 the whole distribution
    variations: tuple[Variation, ...] = ()


class PackageRef(Frozen, frozen=True):
    """A package on disk, as it was when the request was made."""

    folder: str
    sha256: str  # of manifest.json, which holds the hashes of all other files


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


Request = Sample | Verify | DescribeDevice


# -- updates -------------------------------------------------------------------------------------------------------


class Progress(Frozen, frozen=True, tag=True):
    phase: str
    done: int
    total: int


class Pictures(Frozen, frozen=True, tag=True):
    """Pixels of the request's designs [first, first + N)."""

    first: int
    pixels: Any  # Pixels


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


Update = Progress | Pictures | Verified | Device
