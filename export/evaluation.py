"""What an evaluation found: plain data, which the scorers fill and the report and the card show.

    <package>.json   an `Evaluation`
    <package>.npz    its arrays (Arrays), pictures as uint8 (n, H, W, C)

Both lie in the folder of reports, next to the page made of them.
"""

import msgspec
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Figure(msgspec.Struct, frozen=True):
    """A number, what the real thing gets (the floor), and how it was measured."""

    name: str  # unique in its evaluation, as it stands in manifest.json
    value: float
    floor: float | None = None
    spread: float | None = None  # standard error of the value, where the measure tells one
    higher_is_better: bool = True
    group: str = ""  # "classifier features", "label-free features", "classes", "memorisation", ... : a heading
    note: str = ""  # one sentence: what it is, and its source


class Net(msgspec.Struct, frozen=True):
    """A frozen network that looked at the pictures."""

    name: str
    what: str
    sha256: str


class Data(msgspec.Struct, frozen=True):
    name: str
    split: str
    count: int
    sha256: str


class Column(msgspec.Struct, frozen=True):
    """The same figures of something else: another package, damaged real pictures, samples from N(0, I)."""

    name: str
    values: dict[str, float]  # by the name of a figure
    note: str = ""


class Rung(msgspec.Struct, frozen=True):
    """Real pictures under one kind of damage, from none to much: each figure must get worse from step to step."""

    damage: str  # "blur", "noise", "classes left out"
    unit: str  # of the amounts, "pixels"
    amounts: tuple[float, ...]
    values: dict[str, tuple[float, ...]]  # by the name of a figure, one for each amount


class Extrapolation(msgspec.Struct, frozen=True):
    """A figure at several numbers of samples, and a line over 1/N to N without end (Chong and Forsyth 2020)."""

    name: str
    counts: tuple[int, ...]
    values: tuple[float, ...]
    limit: float


class Curve(msgspec.Struct, frozen=True):
    """One quantity of the training, thinned."""

    name: str
    images: tuple[float, ...]
    values: tuple[float, ...]


class Continuation(msgspec.Struct, frozen=True):
    """What a language model wrote after a prompt, with this seed."""

    seed: int
    kind: str  # of text; empty where the model knows none
    prompt: str
    text: str


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    package: str
    title: str
    kind: str  # "generator", "autoencoder", "restorer", "classifier", "writer"
    sha256: str  # of the files of the package, without its scores: what a cached result hangs on
    command: str
    seed: int
    commit: str
    date: str  # ISO 8601
    seconds: float
    hardware: str
    figures: tuple[Figure, ...]
    nets: tuple[Net, ...] = ()
    data: tuple[Data, ...] = ()
    baselines: tuple[Column, ...] = ()
    ladder: tuple[Rung, ...] = ()
    extrapolations: tuple[Extrapolation, ...] = ()
    training: tuple[Curve, ...] = ()
    notes: tuple[str, ...] = ()  # sentences on what to keep in mind
    summary: str = ""  # what the package is, as its manifest says
    classes: tuple[str, ...] = ()  # names of the labels in the arrays, those of the data where the package has none
    continuations: tuple[Continuation, ...] = ()  # of a language model, nothing picked


class Arrays(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures and points of an evaluation; an empty array where there are none."""

    samples: Pixels  # (n, H, W, C): the first of the seed, nothing picked
    pairs: Pixels  # (m, 2, H, W, C): the samples nearest to a training picture, beside it
    ratios: npt.NDArray[np.float32]  # (m,) distance to it over its own distance to its nearest in the training data
    real_points: npt.NDArray[np.float32]  # (n, 2) two main axes of the real features
    fake_points: npt.NDArray[np.float32]  # (n, 2) in the same axes
    real_labels: npt.NDArray[np.int16]  # (n,)
    confusion: npt.NDArray[np.float32]  # (K, K) share of true class k judged as j, empty where there are no classes
    reliability: npt.NDArray[np.float32]  # (bins, 3) confidence, accuracy, share of the pictures (classifiers)
    maps: Pixels  # (m, 3, H, W, 3) picture, activation, occlusion over it (classifiers)
