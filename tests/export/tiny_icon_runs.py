"""Tiny icons, and the two runs that a package of icons is made of: seconds on one core."""

import json
from pathlib import Path

import numpy as np

from export.__main__ import main

WORDS = ("disc", "box", "bar")
SETS = (("round", "Round Icons", "MIT"), ("sharp", "Sharp Icons", "ISC"))
SIDE, REACH = 64, 4.0


def shape(word: str, style: str, size: float, rng: np.random.Generator) -> np.ndarray:
    """(64, 64) int8: a disc, a box or a bar, filled or as an outline, somewhere near the middle."""
    cy, cx = rng.uniform(26, 38, 2)
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5 - np.array([cy, cx])[:, None, None]
    inside = {
        "disc": size - np.hypot(y, x),
        "box": size - np.maximum(abs(y), abs(x)),
        "bar": np.minimum(size - abs(y), size / 3 - abs(x)),
    }[word]
    signed = np.minimum(inside, 4 - inside) if style == "outline" else inside
    return np.rint(np.clip(signed, -REACH, REACH) * 127 / REACH).astype(np.int8)


def write_icons(root: Path, *, counts: tuple[int, int] = (240, 60)) -> Path:
    """data/icons of two splits."""
    folder = root / "data" / "icons"
    folder.mkdir(parents=True)
    about: dict = {
        "name": "icons",
        "title": "Icons",
        "subject": "one-colour icons",
        "classes": [],
        "licence": "ISC; MIT",
        "shape": [SIDE, SIDE],
        "reach": REACH,
        "sets": [{"prefix": p, "title": t, "licence": licence, "count": 0} for p, t, licence in SETS],
        "splits": {},
    }
    for seed, (split, count) in enumerate(zip(("train", "held_out"), counts, strict=True)):
        rng = np.random.default_rng(seed)
        icons, fields = [], []
        for n in range(count):
            word, style = WORDS[n % 3], ("filled", "outline")[n // 3 % 2]
            icons.append({"name": f"{word}-{n}", "set": n // 6 % 2, "words": [word], "style": style, "category": ""})
            fields.append(shape(word, style, rng.uniform(12, 24), rng))
        np.save(folder / f"{split}_fields.npy", np.stack(fields))
        (folder / f"{split}_icons.json").write_text(json.dumps(icons))
        about["splits"][split] = {"count": count, "styles": {}, "fields_sha256": f"{split}{count}"}
    (folder / "dataset.json").write_text(json.dumps(about))
    return folder


def folders(root: Path, *names: str) -> list[str]:
    return [word for name in names for word in (f"--{name}", str(root / name))]


def train(root: Path) -> None:
    """runs/icons and runs/icons-flow."""
    small = {
        "icons": ("widths=[8,8,16]", "cell=2", "batch=16", "encoder_blocks=[1,1,1]", "decoder_blocks=[1,1,1]"),
        "icons-flow": (
            "width=32",
            "hidden=32",
            "blocks=1",
            "condition=16",
            "batch=16",
            "steps=3",
            "learning_rate=[0.03,0.01]",
        ),
    }
    for name, settings in small.items():
        options = [word for setting in settings for word in ("--set", setting)]
        budget = ["--images", "160", "--device", "cpu", "--precision", "fp32", "--report-seconds", "0"]
        assert main(["train", name, *budget, *options, *folders(root, "data", "runs")]) == 0


def package(root: Path, *more: str) -> Path:
    assert main(["package", "icons", *more, *folders(root, "data", "runs", "models")]) == 0
    return root / "models" / "icons"


def world(root: Path) -> Path:
    """Data, runs and a package."""
    write_icons(root)
    train(root)
    package(root)
    return root
