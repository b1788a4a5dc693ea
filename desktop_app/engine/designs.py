"""Which design is meant: of a seed, a place in the latent space, words; part of requests.py, which see.

A design holds all that decides its pixels: equal designs of one package are equal pictures.
"""

from desktop_app.engine.values import Frozen


class Variation(Frozen, frozen=True):
    """One step away from a design: `amount` 0 stays, 1 is a design of its own.

    The latent is turned towards the noise of (seed, index), which keeps it a draw from N(0, I) (latents.turn).
    """

    seed: int
    index: int
    amount: float


class Push(Frozen, frozen=True):
    """A step along one of the package's directions, `amount` in standard deviations."""

    direction: str
    amount: float


class Part(Frozen, frozen=True):
    weight: float
    design: "Design"


class Prompt(Frozen, frozen=True):
    """What an icon is asked to be. Words that the package does not know count for nothing (`Manifest.icons.words`)."""

    words: tuple[str, ...] = ()  # in any order
    style: str = ""  # one of Icons.styles, or any
    source: str = ""  # prefix of one of Icons.sources, or any
    guidance: float = 2.0  # 0 hears no word, 1 is the network's own measure


class Cross(Frozen, frozen=True):
    """A child: each part of it comes from one of its parents, drawn by (seed, index); then it is changed by `amount`.

    amount 0 changes nothing, so children of equal parents equal them; 1 is an icon of its own. What is between is taken
    that far back towards noise and led from there by the flow again, with the design's prompt (SDEdit, Meng et al.
    2022).
    """

    parents: tuple["Design", ...]  # two to four
    seed: int
    index: int
    amount: float = 0.0


class Place(Frozen, frozen=True):
    """Where in the space that the decoder reads a design lies, said in one of four ways, and pushed from there.

    parts: a mix of other designs (latents.mix); the weights sum to one and may be negative.
    vector: the numbers themselves, as they were found for a picture of the designer's own.
    spot: a point of the package's map.
    cross: a child of other designs, of a package of icons.
    """

    parts: tuple[Part, ...] = ()
    vector: tuple[float, ...] = ()
    spot: tuple[float, float] | None = None
    cross: Cross | None = None
    pushes: tuple[Push, ...] = ()
    source: str = ""  # file name of the own picture, for people


class Design(Frozen, frozen=True):
    """All that decides the pixels of one sample of one package.

    With a place, that decides alone: seed and index are 0, and there is no label, truncation or variation.
    """

    seed: int
    index: int
    label: int | None = None  # class number; None where the package has no classes
    truncation: float = 1.0  # 0 is the mean of the class, 1 the whole distribution
    variations: tuple[Variation, ...] = ()
    place: Place | None = None
    prompt: Prompt | None = None  # for packages of icons; with a place only a cross reads it
