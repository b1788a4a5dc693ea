"""A tiny data set and tiny runs: no downloads, no trained weights, seconds on one core."""

import json
from pathlib import Path

import numpy as np
import torch

from export.__main__ import main
from export.checkpoint import read_checkpoint
from export.data import write_dataset

CLASSES = ["bar", "dot", "frame"]


def pictures(count: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(count, 28, 28, 1) uint8 of three shapes that a child can tell apart, and their labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    images = np.zeros((count, 28, 28, 1), np.uint8)
    for image, label, (y, x) in zip(images, labels, rng.integers(4, 16, (count, 2)), strict=True):
        if label == 0:
            image[2:26, x : x + 4] = 255
        elif label == 1:
            image[y : y + 8, x : x + 8] = 255
        else:
            image[y - 2 : y + 10, x - 2 : x + 10] = 255
            image[y : y + 8, x : x + 8] = 0
    return images, labels.astype(np.int64)


def write_shapes(root: Path, *, count: int = 96) -> None:
    splits = {"train": pictures(count), "test": pictures(60, seed=1)}
    about = {"title": "Shapes", "classes": CLASSES, "licence": "CC0-1.0"}
    write_dataset(root / "data", "shapes", splits=splits, about=about)


def train_command(root: Path, name: str, *, like: str = "digits-gan", images: int = 64, extra: tuple = ()) -> list[str]:
    widths = "[8,8,16]" if "classifier" in like else "[16,16]"
    if like.endswith(("vae", "map", "digits-denoise")):
        extra = ("--set", "hidden=16", "--set", "prior=[3,8]", "--set", "prior_steps=20", *extra)
    return [
        "train", name, "--like", like, "--dataset", "shapes", "--images", str(images),
        "--set", "batch=16", "--set", f"widths={widths}", "--device", "cpu", "--precision", "fp32",
        "--data", str(root / "data"), "--runs", str(root / "runs"), "--report-seconds", "0", *extra,
    ]  # fmt: skip


def train(root: Path, name: str, **options) -> None:
    assert main(train_command(root, name, **options)) == 0


def photo_train_command(
    root: Path, name: str, *, like: str = "photo-denoise", images: int = 40, extra: tuple = ()
) -> list[str]:
    small = {
        "photo-upscale-x2": ("width=8", "layers=3", "hidden=16", "patch=32"),
        "photo-inpaint": ("widths=[8,8,8]", "blocks=1", "patches=[[0,16],[0.5,32]]"),
    }.get(like, ("widths=[8,8,8]", "blocks=1", "patches=[[0,16],[0.5,32]]", "real_share=0.5"))
    return [
        "train", name, "--like", like, "--images", str(images), "--set", "batch=4",
        *(word for setting in small for word in ("--set", setting)), "--device", "cpu",
        "--precision", "fp32", "--data", str(root / "data"), "--runs", str(root / "runs"),
        "--report-seconds", "0", "--save-seconds", "0", *extra,
    ]  # fmt: skip


def check_exact_resume(root: Path, family, monkeypatch, *, like: str) -> None:
    """A run that was stopped half way and resumed has the figures and the weights of one that was not."""
    assert main(photo_train_command(root, "whole", like=like, images=24)) == 0
    real_step = family.train_step

    def step_until_the_cut(*args, clock, **options):
        if clock.seen == 12:
            raise KeyboardInterrupt
        return real_step(*args, clock=clock, **options)

    monkeypatch.setattr(family, "train_step", step_until_the_cut)
    assert main(photo_train_command(root, "cut", like=like, images=24)) == 130
    monkeypatch.undo()
    folders = ["--data", str(root / "data"), "--runs", str(root / "runs")]
    rest = ["--resume", "--device", "cpu", "--precision", "fp32", "--report-seconds", "0"]
    assert main(["train", "cut", *rest, *folders]) == 0
    assert stats(root, "cut") == stats(root, "whole")
    nets = [read_checkpoint(root / "runs" / name / "checkpoint.safetensors")[0] for name in ("whole", "cut")]
    assert all(torch.equal(nets[0][key], nets[1][key]) for key in nets[0])


def prior(root: Path, name: str, *extra: str) -> None:
    assert main(["prior", name, "--data", str(root / "data"), "--runs", str(root / "runs"), *extra]) == 0


def package(root: Path, name: str) -> Path:
    folders = ["--data", str(root / "data"), "--runs", str(root / "runs"), "--models", str(root / "models")]
    assert main(["package", name, *folders]) == 0
    return root / "models" / name


def stats(root: Path, name: str) -> list[dict]:
    """Lines of stats.jsonl without what the clock decides."""
    lines = (root / "runs" / name / "stats.jsonl").read_text().splitlines()
    clock = ("minutes", "images_per_second")
    return [{k: v for k, v in json.loads(line).items() if k not in clock} for line in lines]
