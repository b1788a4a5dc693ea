"""What every evaluation tells of itself, whatever was measured."""

import argparse
import datetime
import time
from typing import Any

import numpy as np

from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import default_threads
from export.errors import ExportError
from export.evaluation import Arrays
from export.kept import sha256_of_graphs
from export.package_files import git_commit

OPTIONS = {  # the usual ones need no mention
    "count": 10_000,
    "seed": 1,
    "judge": None,
    "draws": 500,
    "part": 1000,
    "beside_bytes": 131_072,
}


def told(args: argparse.Namespace, package: Package, *, kind: str, started: float) -> dict[str, Any]:
    """Fields of an `Evaluation`; started as `time.monotonic` gave it."""
    return {
        "package": package.name,
        "title": package.manifest.title,
        "summary": package.manifest.summary,
        "kind": kind,
        "sha256": sha256_of_graphs(package.manifest),
        "command": command_of(args, package.name),
        "seed": args.seed,
        "commit": git_commit(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seconds": round(time.monotonic() - started, 1),
        "hardware": f"{default_threads()} CPU cores",
    }


def command_of(args: argparse.Namespace, name: str) -> str:
    """What to type to get the same figures; folders of this machine are not named."""
    words = [f"python -m export evaluate {name}"]
    words += [
        f"--{key.replace('_', '-')} {getattr(args, key)}"
        for key, usual in OPTIONS.items()
        if getattr(args, key) != usual
    ]
    words += ["--features FILE"] if args.features else []
    words += ["--tests DIR"] if args.tests else []
    words += ["--likelihood"] if args.likelihood else []
    words += ["--wikitext FILE"] if args.wikitext else []
    return " ".join(words)


def data_title(package: Package) -> str:
    """The title of the data set that a package was trained on. Raises ExportError where it does not say."""
    data = package.manifest.training_data
    if not data:
        raise ExportError(f"{package.name} does not say what it was trained on, so there is nothing to measure it by.")
    return data[0].name.split(",")[0]


def arrays_with(**given: np.ndarray) -> Arrays:
    """Those that there are, the others empty."""
    pictures = np.empty((0, 1, 1, 1), np.uint8)
    empty: dict[str, np.ndarray] = {
        "samples": pictures,
        "pairs": pictures[:, None].repeat(2, axis=1),
        "ratios": np.empty(0, np.float32),
        "real_points": np.empty((0, 2), np.float32),
        "fake_points": np.empty((0, 2), np.float32),
        "real_labels": np.empty(0, np.int16),
        "confusion": np.empty((0, 0), np.float32),
        "reliability": np.empty((0, 3), np.float32),
        "maps": np.empty((0, 3, 1, 1, 3), np.uint8),
    }
    return Arrays(**(empty | given))
