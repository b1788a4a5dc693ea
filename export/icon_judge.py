"""A classifier of icons: which of 200 common words a field shows. It judges the generator and never learns from it.

Its classes follow from a rule: words that are the whole name of an icon in ALONE_IN sets or more, which leaves out
“right”, “off” and other words that only change an icon; of these the commonest in names of one or two words. It learns
on training icons whose name holds exactly one of them, but for KEPT_BACK filled icons of each word that it never sees:
those of held-out concepts first. What it says of them is what real icons get.
"""

import dataclasses
import hashlib
import json
import pathlib
import sys
from collections import Counter
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from export.checkpoint import load_module, read_checkpoint, save_checkpoint
from export.classifier import Classifier, build, judge, train_step
from export.compute import choose_compute
from export.errors import ExportError
from export.icon_dataset import IconData, load_icons
from export.schedule import Clock
from export.train import batch_indices

RUN = "icons-judge"
COUNT = 200  # words
ALONE_IN = 20  # sets
LONGEST = 3  # words of a name that it learns from
KEPT_BACK = 12  # filled icons of a word
SIDE = 32  # pixels it looks at
RULES = 1  # counted up when this file changes what is learnt
OPTIONS: dict[str, Any] = {
    "widths": (32, 64, 128),
    "batch": 128,
    "images": 700_000,
    "learning_rate": (4e-3, 0.0),
    "weight_decay": 0.05,
    "ema_half_life": (0.0, 0.01),
    "rotate": 4.0,
    "shift": 1.5,
    "zoom": 0.08,
    "flip": False,
    "erase": 0.0,
    "seed": 0,
}


@dataclasses.dataclass
class Judge:
    net: Classifier
    words: tuple[str, ...]
    path: pathlib.Path  # its checkpoint

    @torch.no_grad()
    def look(self, fields: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """fields (n, side, side), int8 or from -1 to 1 -> (features (n, d), numbers of words (n,))."""
        parts = [
            judge(self.net, seen_of(torch.from_numpy(part))) for part in np.array_split(fields, len(fields) // 500 + 1)
        ]
        return torch.cat([p[0] for p in parts]).numpy(), torch.cat([p[1] for p in parts]).argmax(1).numpy()


@dataclasses.dataclass(frozen=True)
class Icons:
    """Icons with exactly one of the words. Places in the train split and in the held-out one."""

    learnt: np.ndarray
    learnt_labels: np.ndarray
    kept: tuple[tuple[str, int], ...]  # (split, place), never learnt from
    kept_labels: np.ndarray


def seen_of(fields: Tensor) -> Tensor:
    """(n, 64, 64) int8 fields, or floats from -1 to 1 -> (n, 1, 32, 32), what the net looks at."""
    x = fields.float() / 127 if fields.dtype == torch.int8 else fields.float()
    return F.avg_pool2d(x.clamp(-1, 1)[:, None], x.shape[-1] // SIDE)


# -- words and icons --------------------------------------------------------------------------------------------------


def words_of(facts: list[dict[str, Any]], *, count: int = COUNT, alone_in: int = ALONE_IN) -> tuple[str, ...]:
    """The words of the classes, common ones first. facts: of both splits, so that held-out concepts count too."""
    short = Counter(word for icon in facts if len(icon["words"]) <= 2 for word in icon["words"])
    alone = Counter(word for word, _ in {(icon["words"][0], icon["set"]) for icon in facts if len(icon["words"]) == 1})
    ranked = sorted(short, key=lambda word: (-short[word], word))
    return tuple([word for word in ranked if alone[word] >= alone_in][:count])


def label_of(icon: dict[str, Any], numbers: dict[str, int]) -> int:
    """The number of the one word that it holds, -1 where there is none, or several, or the name is long."""
    found = {numbers[word] for word in icon["words"] if word in numbers}
    return found.pop() if len(found) == 1 and len(icon["words"]) <= LONGEST else -1


def shared_out(train: list[dict], held: list[dict], words: tuple[str, ...]) -> Icons:
    """Which icons are learnt from, and which are kept back: filled ones named by the word alone, or nearly."""
    numbers = {word: n for n, word in enumerate(words)}
    labels = {
        "train": [label_of(icon, numbers) for icon in train],
        "held_out": [label_of(icon, numbers) for icon in held],
    }
    facts = {"train": train, "held_out": held}
    places: dict[int, list[tuple[str, int]]] = {n: [] for n in range(len(words))}
    for split in ("held_out", "train"):
        for place, (icon, label) in enumerate(zip(facts[split], labels[split], strict=True)):
            if label >= 0 and icon["style"] == "filled":
                places[label].append((split, place))
    kept, kept_labels = [], []
    for label, those in places.items():
        chosen = sorted(those, key=lambda at: _order(facts[at[0]][at[1]], held=at[0] == "held_out"))[:KEPT_BACK]
        kept += chosen
        kept_labels += [label] * len(chosen)
    back = {place for split, place in kept if split == "train"}
    learnt = np.array([i for i, label in enumerate(labels["train"]) if label >= 0 and i not in back], np.int64)
    return Icons(learnt, np.array(labels["train"])[learnt], tuple(kept), np.array(kept_labels, np.int64))


def _order(icon: dict[str, Any], *, held: bool) -> tuple[int, bool, str]:
    """Fewest words first, held-out concepts before others, then as a hash says."""
    return len(icon["words"]), not held, hashlib.sha256(f"{icon['set']}:{icon['name']}".encode()).hexdigest()


# -- learning ---------------------------------------------------------------------------------------------------------


def open_judge(data: pathlib.Path, runs: pathlib.Path, name: str, *, train: IconData | None = None) -> Judge:
    """The judge in runs/icons-judge; learnt first where there is none of these icons and rules."""
    folder, path = runs / RUN, runs / RUN / "checkpoint.safetensors"
    about = json.loads((data / name / "dataset.json").read_text("utf-8"))
    depends = {"rules": RULES, "fields": about["splits"]["train"]["fields_sha256"], "options": json.dumps(OPTIONS)}
    try:
        tensors, progress = read_checkpoint(path)
        if progress["depends"] == depends:
            return _judge_of(tensors, tuple(progress["words"]), path)
    except (ExportError, KeyError):
        pass
    folder.mkdir(parents=True, exist_ok=True)
    learn(train or load_icons(data, name), load_icons(data, name, split="held_out"), folder, depends)
    return open_judge(data, runs, name)


def _judge_of(tensors: dict[str, Tensor], words: tuple[str, ...], path: pathlib.Path) -> Judge:
    net = Classifier(widths=OPTIONS["widths"], num_classes=len(words), channels=1)
    load_module(tensors, "average", net)
    return Judge(net.eval().requires_grad_(False), words, path)


def learn(train: IconData, held: IconData, folder: pathlib.Path, depends: dict[str, Any]) -> None:
    """Write the checkpoint. Same icons, same weights."""
    words = words_of(train.icons + held.icons)
    icons = shared_out(train.icons, held.icons, words)
    compute = choose_compute("cpu")
    torch.manual_seed(OPTIONS["seed"])
    state = build(OPTIONS, shape=(SIDE, SIDE, 1), num_classes=len(words))
    for module in state.modules.values():
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = torch.cat([seen_of(torch.from_numpy(train.fields[part])) for part in np.array_split(icons.learnt, 32)])
    labels = torch.from_numpy(icons.learnt_labels)
    print(f"judge: {len(words)} words, {len(x):,} icons to learn from, {len(icons.kept):,} kept back", file=sys.stderr)
    seen, batch, total = 0, OPTIONS["batch"], OPTIONS["images"]
    while seen < total:
        picks = torch.from_numpy(batch_indices(len(x), batch=batch, seen=seen, seed=OPTIONS["seed"]))
        clock = Clock(seen / total, seen, total)
        stats = train_step(state, x[picks], labels[picks], clock=clock, options=OPTIONS, compute=compute)
        seen += batch
        if seen // batch % 200 == 0:
            print(
                f"judge: {seen / total:.0%}, loss {stats['loss']:.2f}, right {stats['accuracy']:.0%}", file=sys.stderr
            )
    progress = {"depends": depends, "words": list(words), "learnt": len(x)}
    average = {"average": state.modules["average"]}
    path = folder / "checkpoint.safetensors"
    save_checkpoint(path, modules=average, optimizers={}, progress=progress, device=torch.device("cpu"))
