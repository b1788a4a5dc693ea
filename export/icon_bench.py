"""What icons are scored with: the package in the program's engine, both splits of the icons, and the judge."""

import argparse
import pathlib

import numpy as np

from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Prompt
from desktop_app.engine.runtime import Runtime
from export.icon_dataset import load_icons
from export.icon_judge import Judge, open_judge
from export.icon_sheet import AT_ONCE, STYLE
from export.kept import Kept, sha256_of_graphs
from export.measured import data_title
from export.progress import Progress

WORD_SAMPLES = 12
MOST_COVERED = 5000  # held-out icons for coverage
WEIGHTS = {"judge": 300.0, "reconstruction": 60.0, "words": 30.0, "coverage": 60.0, "copies": 30.0}  # seconds


class Bench:
    """A package, the icons of both splits, and the judge."""

    def __init__(self, args: argparse.Namespace, package: Package, runtime: Runtime) -> None:
        icons, data = package.manifest.icons, pathlib.Path(args.data)
        assert icons is not None
        self.package, self.icons, self.seed = package, icons, args.seed
        self.progress = Progress(package.name, WEIGHTS)
        self.kept = Kept(pathlib.Path(args.cache), fresh=args.fresh)
        self.model = IconModel(package, runtime)
        name = data_title(package).lower()
        self.train = load_icons(data, name)
        self.held = load_icons(data, name, split="held_out")
        self.progress.begin("judge")
        self.judge: Judge = open_judge(data, pathlib.Path(args.runs), name, train=self.train)
        self.most = min(args.count, MOST_COVERED)

    def key(self, what: str) -> dict:
        """What a kept result depends on."""
        splits = self.train.about["splits"]
        return {
            "icons": what,
            "package": sha256_of_graphs(self.package.manifest),
            "data": [splits[split]["fields_sha256"] for split in splits],
            "judge": sha256_of(self.judge.path),
            "seed": self.seed,
            "most": self.most,
        }

    def design(self, index: int, words: tuple[str, ...], style: str = STYLE) -> Design:
        return Design(self.seed, index, prompt=Prompt(words, style=style, guidance=self.icons.guidance))

    def fields(self, designs: list[Design], part: str) -> np.ndarray:
        """(n, side, side) int8, as the data hold them."""
        self.progress.begin(part)
        made = []
        for start in range(0, len(designs), AT_ONCE):
            found = self.model.fields_of(designs[start : start + AT_ONCE])
            made.append(np.rint(found * (127 / self.icons.reach)).astype(np.int8))
            self.progress.tell(start, len(designs))
        return np.concatenate(made)

    def word_samples(self) -> np.ndarray:
        """(words * WORD_SAMPLES, side, side) int8, word by word."""
        designs = [self.design(index, (word,)) for word in self.judge.words for index in range(WORD_SAMPLES)]
        key = self.key("word samples")
        return self.kept.arrays(key, lambda: {"fields": self.fields(designs, "words")})["fields"]

    def fields_at(self, places: tuple[tuple[str, int], ...]) -> np.ndarray:
        splits = {"train": self.train, "held_out": self.held}
        return np.stack([splits[split].fields[place] for split, place in places])

    def like(self, chosen: np.ndarray) -> list[Design]:
        """A sample for each of these held-out icons: its words, as far as they are known, and its style."""
        icons = (self.held.icons[n] for n in chosen)
        return [self.design(index, tuple(icon["words"]), icon["style"]) for index, icon in enumerate(icons)]
