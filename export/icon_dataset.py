"""The prepared icons as training reads them: those of one tone, with their words, style and set as numbers."""

import dataclasses
import json
import pathlib
from collections import Counter
from typing import Any

import numpy as np

from export.data import Dataset
from export.errors import ExportError

ONE_TONE = ("filled", "outline")  # a field holds one tone
MOST_WORDS = 8  # of one icon
RARE = 20  # icons that a word needs to be in the vocabulary
SMALL_SET = 150  # icons below which a set is no manner of its own


@dataclasses.dataclass(frozen=True)
class IconData:
    """One split. Numbers of words, styles and sources begin at 1; 0 is none."""

    fields: np.ndarray  # (n, 64, 64) int8
    icons: list[dict[str, Any]]
    about: dict[str, Any]  # dataset.json


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    words: tuple[str, ...]  # common ones first
    styles: tuple[str, ...]
    sources: tuple[int, ...]  # numbers of sets in dataset.json

    def conditions(self, icons: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """words (n, MOST_WORDS), style (n,), source (n,), all int64."""
        numbers = {word: n for n, word in enumerate(self.words, start=1)}
        words = np.zeros((len(icons), MOST_WORDS), np.int64)
        for row, icon in zip(words, icons, strict=True):
            known = sorted(numbers[w] for w in icon["words"] if w in numbers)[:MOST_WORDS]
            row[: len(known)] = known
        styles = {name: n for n, name in enumerate(self.styles, start=1)}
        sources = {number: n for n, number in enumerate(self.sources, start=1)}
        style = np.asarray([styles.get(icon["style"], 0) for icon in icons], np.int64)
        return words, style, np.asarray([sources.get(icon["set"], 0) for icon in icons], np.int64)


def load_icons(root: pathlib.Path, name: str, *, split: str = "train") -> IconData:
    """Icons of one tone. Raises ExportError where the data set is not there or not whole."""
    folder = root / name
    try:
        about = json.loads((folder / "dataset.json").read_text("utf-8"))
        fields = np.load(folder / f"{split}_fields.npy", allow_pickle=False)
        icons = json.loads((folder / f"{split}_icons.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        how = "prepare it with `python -m export data icons --from ARCHIVE`"
        raise ExportError(f"The icons in {folder} cannot be read ({error}): {how}.") from None
    if len(fields) != len(icons) or len(icons) != about["splits"][split]["count"]:
        raise ExportError(f"{folder} ({split}) differs from its dataset.json; prepare the icons again.")
    kept = [i for i, icon in enumerate(icons) if icon["style"] in ONE_TONE]
    return IconData(fields[kept], [icons[i] for i in kept], about)


def read_facts(root: pathlib.Path, name: str, *, split: str = "train") -> list[dict[str, Any]]:
    """Name, set, words and style of the icons of one tone, without their fields. Raises ExportError as `load_icons`."""
    path = root / name / f"{split}_icons.json"
    try:
        icons = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"{path} cannot be read ({error}): prepare the icons again.") from None
    return [icon for icon in icons if icon["style"] in ONE_TONE]


def as_pictures(data: IconData) -> Dataset:
    """Fields as bytes, (field + 128), so that the loop of pictures reads them; styles are the labels."""
    images = (data.fields.astype(np.int16) + 128).astype(np.uint8)[..., None]
    labels = np.asarray([ONE_TONE.index(icon["style"]) for icon in data.icons], np.int64)
    return Dataset(images, labels, {**data.about, "classes": list(ONE_TONE)})


def vocabulary(data: IconData) -> Vocabulary:
    """What the training split can teach: words of RARE icons and sets of SMALL_SET."""
    counts = Counter(word for icon in data.icons for word in icon["words"])
    words = tuple(word for word, count in counts.most_common() if count >= RARE)
    sources = Counter(icon["set"] for icon in data.icons)
    return Vocabulary(words, ONE_TONE, tuple(sorted(s for s, count in sources.items() if count >= SMALL_SET)))
