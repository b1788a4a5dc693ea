"""Vector icons as a data set of fields.

    python -m export data icons --from iconify-json-2.2.535.tgz    # what `npm pack @iconify/json` brings
    python -m export data icons --from FOLDER --licence "my own"   # a folder of SVG files

The data set is data/<name>/: for each split <split>_fields.npy (int8, 64 x 64, distances in steps of 4/127 pixel),
<split>_coverage.npy (uint8) and <split>_icons.json (name, set, words, style and category of each). A tenth of the
concepts (what is shown, whatever set and manner) is held out. Sets that are drawn are kept in data/<name>/drawn/: a run
that was cut off goes on where it stopped.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import zipfile
from typing import Any

import numpy as np

from export.data import sha256_of
from export.errors import ExportError
from export.icon_drawing import REACH, SIDE, STEPS, THICK, field_and_coverage
from export.icon_sets import FILLED, OUTLINE, TONES, TWO_TONE, IconSet, parse_name, read_sets
from export.icon_twins import without_twins
from export.package_files import write_arrays
from export.progress import Progress

STYLES = ("filled", "outline", "two-tone")
HELD_OUT = 10  # one concept in so many
RULES = 3  # counted up when drawing changes, so that what was drawn by older rules is drawn anew


def prepare_icons(args: argparse.Namespace, *, root: pathlib.Path) -> pathlib.Path:
    if args.source is None:
        raise ExportError("Name the icons with --from: the archive that `npm pack @iconify/json` brings, or a folder.")
    folder = root / (args.title or "icons")
    (folder / "drawn").mkdir(parents=True, exist_ok=True)
    sets = list(read_sets(args.source))
    drawn = draw_sets(sets, folder / "drawn")
    icons, fields, coverage = gather(sets, drawn, licence=args.licence)
    kept = without_twins(coverage)
    print(f"{len(icons):,} drawn, {len(icons) - len(kept):,} of them twins of others, {len(kept):,} kept")
    held = np.asarray([is_held_out(parse_name(icons[i]["name"]).concept) for i in kept])
    return write(folder, sets, icons, fields, coverage, {"train": kept[~held], "held_out": kept[held]})


def is_held_out(concept: str) -> bool:
    """By the concept's own hash, so that it lies on the same side whatever else is in the data."""
    return int.from_bytes(hashlib.sha256(concept.encode()).digest()[:4], "big") % HELD_OUT == 0


def style_of(name: str, body: str, field: np.ndarray) -> str:
    """By its name; where that is silent two tones have an opacity, and what is filled has ink in depth."""
    tokens = set(name.lower().split("-"))
    if tokens & TONES or {"two", "tone"} <= tokens or TWO_TONE.search(body):
        return "two-tone"
    if tokens & FILLED:
        return "filled"
    if tokens & OUTLINE:
        return "outline"
    return "filled" if np.percentile(field.astype(np.float32), 99.5) / STEPS >= THICK else "outline"


# -- drawing ----------------------------------------------------------------------------------------------------------


def draw_sets(sets: list[IconSet], folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Every set drawn to a file of its own, on all cores; those that are there already are left as they are."""
    progress = Progress("icons", {"drawing": 1.0})
    progress.begin("drawing")
    total, done, paths = sum(len(s.icons) for s in sets), 0, {}
    with concurrent.futures.ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for one in sets:
            path = paths[one.prefix] = folder / f"{one.prefix}-{_key(one)}.npz"
            if not _is_whole(path):
                parts = list(pool.map(_draw_part, _parts(list(one.icons.values()))))
                _keep(path, parts)
            done += len(one.icons)
            progress.tell(done, total)
    return paths


def _key(one: IconSet) -> str:
    content = json.dumps([RULES, SIDE, one.icons], sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:12]


def _is_whole(path: pathlib.Path) -> bool:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return "fields" in held
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _parts(icons: list[Any], size: int = 200) -> list[list[Any]]:
    return [icons[i : i + size] for i in range(0, len(icons), size)]


def _draw_part(icons: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(which of them can be drawn, their fields, their coverage)."""
    drawn = [field_and_coverage(icon) for icon in icons]
    there = [d for d in drawn if d is not None]
    empty = np.zeros((0, SIDE, SIDE))
    return (
        np.asarray([d is not None for d in drawn]),
        np.stack([d[0] for d in there]) if there else empty.astype(np.int8),
        np.stack([d[1] for d in there]) if there else empty.astype(np.uint8),
    )


def _keep(path: pathlib.Path, parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    names = ("drawable", "fields", "coverage")
    if parts:
        write_arrays(path, {name: np.concatenate([p[i] for p in parts]) for i, name in enumerate(names)})
    else:
        write_arrays(
            path,
            {
                "drawable": np.zeros(0, bool),
                "fields": np.zeros((0, SIDE, SIDE), np.int8),
                "coverage": np.zeros((0, SIDE, SIDE), np.uint8),
            },
        )


# -- gathering --------------------------------------------------------------------------------------------------------


def gather(sets: list[IconSet], drawn: dict[str, pathlib.Path], *, licence: str):
    """(facts, fields, coverage) of all icons that can be drawn, in the order of their sets."""
    icons: list[dict[str, Any]] = []
    fields, coverage = [], []
    for number, one in enumerate(sets):
        with np.load(drawn[one.prefix], allow_pickle=False) as held:
            there = [name for name, is_there in zip(one.icons, held["drawable"], strict=True) if is_there]
            fields.append(held["fields"])
            coverage.append(held["coverage"])
        for name, field in zip(there, fields[-1], strict=True):
            icons.append(
                {
                    "name": name,
                    "set": number,
                    "words": list(parse_name(name).words),
                    "style": style_of(name, one.icons[name]["body"], field),
                    "category": one.categories.get(name, ""),
                }
            )
    if not icons:
        raise ExportError("None of these icons can be drawn; look whether the files are SVGs of one colour.")
    return icons, np.concatenate(fields), np.concatenate(coverage)


def write(folder, sets, icons, fields, coverage, splits: dict[str, np.ndarray]) -> pathlib.Path:
    """The json comes last: with it the data set is complete."""
    (folder / "dataset.json").unlink(missing_ok=True)
    described = {}
    for split, chosen in splits.items():
        np.save(folder / f"{split}_fields.npy", fields[chosen], allow_pickle=False)
        np.save(folder / f"{split}_coverage.npy", coverage[chosen], allow_pickle=False)
        listed = [icons[i] for i in chosen]
        (folder / f"{split}_icons.json").write_text(json.dumps(listed, ensure_ascii=False), "utf-8")
        described[split] = {
            "count": len(chosen),
            "styles": {style: sum(icon["style"] == style for icon in listed) for style in STYLES},
            "fields_sha256": sha256_of(fields[chosen]),
        }
    train = [icons[i]["set"] for i in splits["train"]]
    about = {
        "name": folder.name,
        "title": "Icons",
        "subject": "one-colour icons",
        "classes": [],
        "licence": "; ".join(sorted({one.licence for one in sets})),
        "shape": [SIDE, SIDE],
        "reach": REACH,
        "sets": [
            {"prefix": s.prefix, "title": s.title, "licence": s.licence, "count": train.count(n)}
            for n, s in enumerate(sets)
        ],
        "splits": described,
    }
    part = folder / "dataset.json.part"
    part.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(folder / "dataset.json")
    return folder
