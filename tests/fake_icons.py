"""Icons for the fake engine: fields of simple shapes, and a package folder that asks for them."""

import functools
import hashlib
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import StudioError
from desktop_app.engine.fields import coverage_of
from desktop_app.engine.manifest import FileEntry, Graph, Icons, IconSource, Latent, MadeBy, Manifest, Picture, Tensor
from desktop_app.engine.packages import MANIFEST, Package, open_package
from desktop_app.engine.requests import Design, PackageRef, Pixels, Resemblance

FIELD_SIDE, REACH, DRAWN_SIDE, LATENT = 64, 4.0, 128, 32
ICON_WORDS = (
    "add", "alarm", "arrow", "bag", "battery", "bell", "bird", "book", "camera", "car", "cat", "check", "circle",
    "clock", "cloud", "coffee", "cup", "dog", "down", "file", "flag", "flower", "heart", "home", "house", "key", "leaf",
    "left", "lock", "mail", "moon", "music", "phone", "rain", "right", "rocket", "star", "sun", "tree", "up",
)  # fmt: skip
ICON_STYLES = ("filled", "outline")
ICON_SOURCES = (
    IconSource("round", "Round Icons", "MIT", 300),
    IconSource("sharp", "Sharp Icons", "Apache-2.0", 200),
    IconSource("soft", "Soft Icons", "CC-BY-4.0", 100),
)
Float32 = npt.NDArray[np.float32]


def icon_field(design: Design) -> Float32:
    """(64, 64) signed distances: a disc, ring, square or cross whose size and place depend on the whole design.

    Mixes are mixes of fields; a child of equal parents at amount 0 is its parent.
    """
    place = design.place
    if place is not None and place.cross is not None and not place.cross.amount and len(set(place.cross.parents)) == 1:
        return icon_field(place.cross.parents[0])
    if place is not None and place.parts:
        mixed = sum(np.float32(part.weight) * icon_field(part.design) for part in place.parts)
        return np.asarray(mixed, np.float32)
    rng = np.random.default_rng(int.from_bytes(_digest(design)))
    cy, cx, r = rng.uniform((28, 28, 14), (36, 36, 24))
    y, x = np.mgrid[0:FIELD_SIDE, 0:FIELD_SIDE] + 0.5 - np.array([cy, cx])[:, None, None]
    round_, square = r - np.hypot(y, x), r - np.maximum(abs(y), abs(x))
    bars = np.minimum(square, r / 3 - np.minimum(abs(y), abs(x)))
    filled = (round_, square, bars)[rng.integers(3)]
    ring = design.prompt is not None and design.prompt.style == "outline"
    return np.clip(np.minimum(filled, 5 - filled) if ring else filled, -REACH, REACH).astype(np.float32)


def icon_pictures(designs: tuple[Design, ...]) -> Pixels:
    """(N, 128, 128, 1), black on white."""
    return (255 - coverage_of(np.stack([icon_field(design) for design in designs]), DRAWN_SIDE))[..., None]


def latents_of(designs: tuple[Design, ...]) -> Float32:
    """(N, LATENT) numbers that the whole design decides."""
    seeds = [int.from_bytes(_digest(design)) for design in designs]
    return np.stack([np.random.default_rng(seed).standard_normal(LATENT, np.float32) for seed in seeds])


def resemblance_of(design: Design) -> Resemblance | None:
    """Every fourth design, as its hash says, looks like an icon of the second set."""
    digest = _digest(design)
    name = f"{ICON_SOURCES[1].prefix}:{ICON_WORDS[digest[1] % len(ICON_WORDS)]}"
    known = Resemblance(name, ICON_SOURCES[1].title, ICON_SOURCES[1].licence, 0.9 + digest[2] / 2560)
    return None if digest[0] % 4 else known


@functools.lru_cache(maxsize=64)
def makes_icons(ref: PackageRef) -> bool:
    try:
        return open_package(Path(ref.folder), any_folder_name=True).manifest.icons is not None
    except StudioError:
        return False


def write_icons(
    parent: Path,
    name: str = "fake-icons",
    *,
    title: str = "Fake icons",
    words: tuple[str, ...] = ICON_WORDS,
    styles: tuple[str, ...] = ICON_STYLES,
    sources: tuple[IconSource, ...] = ICON_SOURCES,
    most_words: int = 8,
) -> Package:
    """A package folder that makes icons; its graphs are stand-ins that no runtime ever opens."""
    folder = parent / name
    folder.mkdir(parents=True)
    for role in ("flow", "decoder", "encoder"):
        (folder / f"{role}.onnx").write_bytes(b"stand-in")
    manifest = Manifest(
        name=name,
        title=title,
        summary="Simple shapes for words, to try the window with.",
        version="1.0.0",
        abilities=("sample", "encode"),
        files={
            **{role: FileEntry(f"{role}.onnx", 8, "0" * 64) for role in ("flow", "decoder", "encoder")},
            "golden": FileEntry("golden.npz", 8, "0" * 64),
            "similar": FileEntry("similar.npz", 8, "0" * 64),
        },
        graphs=icon_graphs(LATENT, FIELD_SIDE, most_words),
        latent=Latent(LATENT),
        picture=Picture(1, DRAWN_SIDE, DRAWN_SIDE, 0.0, 1.0),
        icons=Icons(FIELD_SIDE, REACH, 12, 2.0, most_words, words, styles, sources),
        opset=20,
        tolerance=1e-3,
        licence="CC0-1.0",
        commercial_use="yes",
        made_by=MadeBy("fake", "none", "0", "2026-01-01", "none", 0.0),
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(folder)


def icon_graphs(size: int, side: int, most_words: int) -> dict[str, Graph]:
    """What the manifest of a package of icons says of its graphs."""
    w, field = Tensor("w", "float32", ("N", size)), Tensor("field", "float32", ("N", 1, side, side))
    asked = (
        Tensor("x", "float32", ("N", size)),
        Tensor("time", "float32", ("N",)),
        Tensor("words", "int64", ("N", most_words)),
        Tensor("style", "int64", ("N",)),
        Tensor("source", "int64", ("N",)),
    )
    return {
        "flow": Graph("flow", asked, (Tensor("velocity", "float32", ("N", size)),)),
        "decoder": Graph("decoder", (w,), (field,)),
        "encoder": Graph("encoder", (field,), (w,)),
    }


def _digest(design: Design) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(design), digest_size=8).digest()
