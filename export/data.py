"""Named data sets and folders of the user's own images, made ready for training.

    python -m export data mnist --from DIR              # the four idx files, .gz or unpacked
    python -m export data fashion-mnist                 # also looks where Debian's dataset-fashion-mnist puts them
    python -m export data folder PATH --size 28 --grey  # your own images; sub-folders are classes
    python -m export data photos PATH [PATH...]         # photographs for the denoiser, cut into tiles
    python -m export data text KIND=PATH [KIND=PATH...] # text for the language models (export/text_data.py)
    python -m export data icons --from ARCHIVE          # vector icons as fields (export/icon_data.py)

The project downloads nothing. The idx files of MNIST are on Yann LeCun's page and on its mirrors
(torchvision, Keras and OpenML keep copies); those of Fashion-MNIST are in the GitHub repository
zalandoresearch/fashion-mnist and in Debian's package dataset-fashion-mnist.

A prepared data set is a folder data/<name>/ with, for each split, <split>_images.npy (uint8, NHWC) and
<split>_labels.npy (int64), and a dataset.json that says what it is: counts, classes, hashes, licence.
"""

import argparse
import dataclasses
import gzip
import hashlib
import json
import math
import pathlib
import zlib

import numpy as np

from export.errors import ExportError

SPLITS = {"train": "train", "test": "t10k"}
PREPARED_AS = {"photos": "photos PATH"}


@dataclasses.dataclass(frozen=True)
class IdxSource:
    """Where four idx files come from and what their unpacked bytes hash to."""

    title: str
    subject: str  # what the pictures show, for people
    classes: tuple[str, ...]
    licence: str
    where: str
    usual_folders: tuple[str, ...]
    md5: dict[str, str]  # file stem -> md5 of the unpacked file


IDX_SOURCES = {
    "mnist": IdxSource(
        title="MNIST",
        subject="handwritten digits",
        classes=tuple("0123456789"),
        licence="commonly given as CC BY-SA 3.0 (Yann LeCun, Corinna Cortes)",
        where="on Yann LeCun's page and its mirrors (torchvision, Keras and OpenML keep copies)",
        usual_folders=(),
        md5={
            "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
            "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
            "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
            "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
        },
    ),
    "fashion-mnist": IdxSource(
        title="Fashion-MNIST",
        subject="pieces of clothing",
        classes=("T-shirt", "Trousers", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot"),
        licence="MIT (Zalando SE)",
        where="in the GitHub repository zalandoresearch/fashion-mnist and in Debian's dataset-fashion-mnist",
        usual_folders=("/usr/share/datasets/fashion-mnist",),
        md5={
            "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
            "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
            "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
        },
    ),
}


@dataclasses.dataclass(frozen=True)
class Dataset:
    """One split of a prepared data set, in memory."""

    images: np.ndarray  # (n, H, W, C) uint8
    labels: np.ndarray  # (n,) int64
    about: dict  # dataset.json


# -----------------------------------------------------------------------------
# reading a prepared data set


def load_dataset(root: pathlib.Path, name: str, *, split: str = "train") -> Dataset:
    """Open data/<name>/; the arrays must be as dataset.json says."""
    folder = root / name
    how = PREPARED_AS.get(name, name if name in IDX_SOURCES else "folder PATH")
    try:
        about = json.loads((folder / "dataset.json").read_text("utf-8"))
        expected = about["splits"][split]
        images = np.load(folder / f"{split}_images.npy", allow_pickle=False)
        labels = np.load(folder / f"{split}_labels.npy", allow_pickle=False)
    except FileNotFoundError as error:
        raise ExportError(
            f"The data set {name!r} has no {pathlib.Path(error.filename or '?').name} in {folder}: "
            f"prepare it first with `python -m export data {how}`."
        ) from None
    except (OSError, EOFError, ValueError) as error:
        raise ExportError(f"The data set in {folder} cannot be read ({error}); prepare it again.") from None
    except (KeyError, TypeError):
        raise ExportError(f"The dataset.json in {folder} tells of no {split} split; prepare it again.") from None
    for array, key in ((images, "images_sha256"), (labels, "labels_sha256")):
        if sha256_of(array) != expected[key]:
            raise ExportError(f"{folder} ({split}) differs from its dataset.json; prepare the data set again.")
    return Dataset(images=images, labels=labels, about=about)


def hold_out(dataset: Dataset, count: int) -> tuple[Dataset, Dataset]:
    """(the rest, this many pictures drawn at random, at most a sixth): always the same ones for one data set."""
    count = min(count, len(dataset.images) // 6)
    order = np.random.Generator(np.random.Philox(key=[0, len(dataset.images)])).permutation(len(dataset.images))
    rest, held = np.sort(order[count:]), np.sort(order[:count])
    return (
        Dataset(dataset.images[rest], dataset.labels[rest], dataset.about),
        Dataset(dataset.images[held], dataset.labels[held], dataset.about),
    )


def sha256_of(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


# -----------------------------------------------------------------------------
# writing a prepared data set


def write_dataset(root: pathlib.Path, name: str, *, splits: dict, about: dict) -> pathlib.Path:
    """splits: {"train": (images, labels), ...}. The json comes last: with it the data set is complete."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").unlink(missing_ok=True)
    described = {}
    for split, (images, labels) in splits.items():
        np.save(folder / f"{split}_images.npy", images, allow_pickle=False)
        np.save(folder / f"{split}_labels.npy", labels, allow_pickle=False)
        described[split] = {
            "count": len(images),
            "per_class": np.bincount(labels, minlength=len(about["classes"])).tolist(),
            "images_sha256": sha256_of(images),
            "labels_sha256": sha256_of(labels),
        }
    shape = list(next(iter(splits.values()))[0].shape[1:])
    about = {"name": name, **about, "shape": shape, "splits": described}
    part = folder / "dataset.json.part"
    part.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(folder / "dataset.json")
    return folder


# -----------------------------------------------------------------------------
# idx files


def prepare_idx(name: str, *, root: pathlib.Path, source: pathlib.Path | None) -> pathlib.Path:
    """Find, verify and unpack the four idx files of a named data set."""
    known = IDX_SOURCES[name]
    folders = [source] if source else [pathlib.Path(folder) for folder in known.usual_folders]
    splits = {}
    for split, prefix in SPLITS.items():
        images = parse_idx(_find_idx(known, folders, f"{prefix}-images-idx3-ubyte"), dimensions=3)
        labels = parse_idx(_find_idx(known, folders, f"{prefix}-labels-idx1-ubyte"), dimensions=1)
        if len(images) != len(labels):
            raise ExportError(f"{known.title}: {len(images)} {split} images but {len(labels)} labels.")
        splits[split] = (images[..., None], labels.astype(np.int64))
    about = {
        "title": known.title,
        "subject": known.subject,
        "classes": list(known.classes),
        "licence": known.licence,
        "source_md5": known.md5,
    }
    return write_dataset(root, name, splits=splits, about=about)


def _find_idx(known: IdxSource, folders: list[pathlib.Path], stem: str) -> bytes:
    """The unpacked bytes of one idx file, only if their md5 is the published one."""
    for folder in folders:
        for path in (folder / stem, folder / f"{stem}.gz", folder / stem.replace("-idx", ".idx")):
            if path.is_file():
                unpacked = _read_maybe_gz(path)
                found = hashlib.md5(unpacked, usedforsecurity=False).hexdigest()
                if found != known.md5[stem]:
                    raise ExportError(
                        f"{path} is not the {known.title} file: md5 {found}, expected {known.md5[stem]}; "
                        "fetch it again."
                    )
                return unpacked
    looked = ", ".join(str(folder) for folder in folders) or "no folder, as none was named"
    raise ExportError(
        f"{stem}[.gz] of {known.title} was not found (looked in {looked}). This project downloads nothing: "
        f"the files can be had {known.where}; then name their folder with --from DIR."
    )


def _read_maybe_gz(path: pathlib.Path) -> bytes:
    packed = path.read_bytes()
    if packed[:2] != b"\x1f\x8b":
        return packed
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ExportError(f"{path} is a damaged gzip file ({error}); fetch it again.") from None


def parse_idx(content: bytes, *, dimensions: int) -> np.ndarray:
    """idx: magic 0, 0, 0x08 (uint8), number of dimensions; then big-endian sizes; then the bytes."""
    if content[:4] != bytes([0, 0, 8, dimensions]):
        raise ExportError(f"An idx file starts with {content[:4].hex()}, not with 000008{dimensions:02x}.")
    sizes = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(dimensions)]
    there = len(content) - 4 - 4 * dimensions
    if math.prod(sizes) != there:
        raise ExportError(f"An idx file holds {there:,} bytes, where {' x '.join(map(str, sizes))} are announced.")
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * dimensions).reshape(sizes).copy()


# -----------------------------------------------------------------------------
# command


def main(args: argparse.Namespace) -> None:
    root = pathlib.Path(args.data)
    if args.name == "folder":
        from export.folder_data import prepare_folder

        folder = prepare_folder(args, root=root)
    elif args.name == "photos":
        from export.photo_data import prepare_photos

        folder = prepare_photos(args, root=root)
    elif args.name == "text":
        from export.text_data import prepare_text

        folder = prepare_text(args, root=root)
    elif args.name == "icons":
        from export.icon_data import prepare_icons

        folder = prepare_icons(args, root=root)
    else:
        folder = prepare_idx(args.name, root=root, source=args.source)
    about = json.loads((folder / "dataset.json").read_text("utf-8"))
    for split, facts in about["splits"].items():
        if args.name == "text":
            print(f"{about['title']} {split}: {facts['tokens']} tokens, documents {facts['documents']}")
            continue
        if args.name == "icons":
            print(f"{about['title']} {split}: {facts['count']:,}, {facts['styles']}")
            continue
        print(f"{about['title']} {split}: {facts['count']} pictures {about['shape']}, {len(about['classes'])} classes")
    print(f"ready: {folder}")
