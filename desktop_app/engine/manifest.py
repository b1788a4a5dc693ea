"""What the manifest of a model package says.

It owns everything in which models differ; the program's code holds none of these numbers.
"""

from typing import Literal

import msgspec

FORMAT = 1

Ability = Literal["sample", "encode", "classify", "denoise", "upscale", "inpaint", "complete"]
RESTORING = ("denoise", "upscale", "inpaint")


class FileEntry(msgspec.Struct, frozen=True):
    path: str  # a plain name inside the package's folder
    size: int  # bytes
    sha256: str


class Tensor(msgspec.Struct, frozen=True):
    name: str
    dtype: Literal["float32", "float16", "int64", "int32", "uint8", "bool"]
    shape: tuple[int | str, ...]  # a string names a free axis, ("N", 64)


class Graph(msgspec.Struct, frozen=True):
    file: str  # a role in Manifest.files
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class Latent(msgspec.Struct, frozen=True):
    size: int  # numbers in z
    prior: Literal["normal"] = "normal"
    w_size: int | None = None  # numbers in w, where a mapping network makes one


class Picture(msgspec.Struct, frozen=True):
    """What the graphs mean by a picture: (N, channels, height, width) with values in [low, high]."""

    channels: Literal[1, 3, 4]
    height: int
    width: int
    low: float
    high: float


class Direction(msgspec.Struct, frozen=True):
    """A way to move in the space that the decoder reads. Its numbers are a row of `directions` in space.npz."""

    name: str
    kind: Literal["named", "pca"]
    low: str = ""  # what lies at the negative end, "thin"
    high: str = ""
    change: float = 0.0  # mean |difference| between -2 and +2 standard deviations, in 8-bit steps
    share: float | None = None  # of the variance (pca)
    fit: float | None = None  # R^2 of the regression (named)


class Space(msgspec.Struct, frozen=True):
    """The space that the decoder reads: its directions, and a plane of it as a map. The numbers are in space.npz."""

    directions: tuple[Direction, ...]
    map_low: tuple[float, float]
    map_high: tuple[float, float]
    map_points: int = 0  # encoded real pictures


class Restoration(msgspec.Struct, frozen=True):
    """How a graph “restorer” that turns a picture into a better one is run on pictures of any size, tile by tile.

    It takes “image”, float32 (N, channels, H, W) with values from 0 to 1, and where it inpaints “mask”, float32
    (N, 1, H, W), 1 where the picture is to be filled in; it gives “restored”, (N, channels, scale H, scale W).
    """

    channels: Literal[1, 3]
    scale: int = 1
    cell: int = 1  # the sides of what it is given must be multiples of this
    border: int = 0  # pixels around a tile that are computed and thrown away
    side: int | None = None  # pixels: it knows pictures of this side alone, and a larger one is a grid of them


class Classifier(msgspec.Struct, frozen=True):
    """How a graph “classifier” answers, that says what a picture shows and where it sees that.

    It takes “image”, float32 (N, C, H, W) as `Manifest.picture` says, and gives “logits”, (N, K), whose softmax is
    calibrated; “evidence”, (N, K, *grid), whose mean over the grid is the logits (a class activation map, Zhou et al.
    2016); and “features”, (N, features), from which one linear layer makes the logits.
    """

    features: int
    grid: tuple[int, int]  # rows and columns of an evidence map
    temperature: float = 1.0  # what the logits are divided by already, fitted on pictures that were kept back


class TextKind(msgspec.Struct, frozen=True):
    """A kind of text that a model was taught under a control code, which opens it (Keskar et al. 2019)."""

    name: str
    title: str
    token: int


class TextModel(msgspec.Struct, frozen=True):
    """How a graph “text” that guesses the next token is run, and what its tokens mean (text_model.py).

    Its inputs and outputs are those of Hugging Face's ONNX exports: “input_ids” (B, T), “attention_mask” (B, P + T),
    often “position_ids” (B, T), and for layer n “past_key_values.n.key” and “.value”, (B, kv_heads, P, head_size); it
    gives “logits” (B, T, vocabulary) and “present.n.key” and “.value”, (B, kv_heads, P + T, head_size). Where there is
    an input “num_logits_to_keep”, the logits are those of so many last tokens.
    """

    context: int  # tokens
    vocabulary: int  # logits a token
    layers: int
    kv_heads: int
    head_size: int
    in_place: bool  # past and present may be one buffer (GroupQueryAttention): P is then its capacity
    begin: tuple[int, ...] = ()  # tokens that open every text
    end: tuple[int, ...] = ()  # any of these closes it
    kinds: tuple[TextKind, ...] = ()


class IconSource(msgspec.Struct, frozen=True):
    """A set of icons that a network was taught, and whose manner it can be asked for."""

    prefix: str
    title: str
    licence: str  # SPDX
    count: int  # icons of it in the training


class Icons(msgspec.Struct, frozen=True):
    """How a generator of icons is run (icon_model.py). Its decoder gives fields in place of pictures.

    A field is the signed distance to the outline, positive in the ink, in units of `reach` pixels, from -1 to 1.
    “flow” takes x (N, S), time (N,), words int64 (N, `most_words`; numbers of words from 1, 0 is none), style and
    source int64 (N,; from 1, 0 is any) and gives “velocity” (N, S): dx/dt on the way from noise, t = 0, to a latent at
    t = 1.
    “decoder” takes “w” (N, S) and gives “field” (N, 1, side, side); “encoder” the other way round.
    """

    side: int  # pixels
    reach: float  # pixels at which distances end
    steps: int  # of Euler's method from noise to latent
    guidance: float  # 1 is none (Ho and Salimans 2022)
    most_words: int
    words: tuple[str, ...]
    styles: tuple[str, ...]
    sources: tuple[IconSource, ...]


class Defaults(msgspec.Struct, frozen=True):
    truncation: float = 1.0


class TrainingData(msgspec.Struct, frozen=True):
    name: str
    licence: str
    count: int
    sha256: str


class MadeBy(msgspec.Struct, frozen=True):
    preset: str
    command: str
    commit: str
    date: str  # ISO 8601
    hardware: str
    minutes: float
    images: int = 0  # training images seen, repeats counted
    bits: int | None = None  # of a large weight of the graphs, where that is not half precision


class Score(msgspec.Struct, frozen=True):
    """A figure and its floor: the same figure of real pictures against real pictures."""

    name: str
    value: float
    floor: float | None = None
    higher_is_better: bool = True
    note: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    name: str  # the folder's name: lower case letters, digits and hyphens
    title: str
    summary: str
    version: str
    abilities: tuple[Ability, ...]
    files: dict[str, FileEntry]
    graphs: dict[str, Graph]
    latent: Latent | None = None
    picture: Picture | None = None
    classes: tuple[str, ...] = ()
    space: Space | None = None
    restoration: Restoration | None = None
    classifier: Classifier | None = None
    icons: Icons | None = None  # its file “similar” knows the icons it was taught
    text: TextModel | None = None  # its files are “tokenizer”, and “chat_template” where it can be asked
    defaults: Defaults = Defaults()
    opset: int
    tolerance: float
    licence: str
    commercial_use: Literal["yes", "no", "unknown"]
    training_data: tuple[TrainingData, ...] = ()
    made_by: MadeBy
    scores: tuple[Score, ...] = ()
