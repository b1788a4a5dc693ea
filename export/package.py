"""Checkpoint -> model package.

    python -m export package digits-gan
    python -m export package photo-denoise
    python -m export package digits-vae --bits 8      # half the size: large weights in 8 bits (eight_bits.py)

Writes models/<name>/: the graphs (weights in half precision, widened by Cast nodes that ONNX Runtime folds when it
loads), golden.npz, card.md, preview.png, training.json (training.py) and manifest.json. What a generator's package
holds is in package_generator.py, a restorer's in package_restorer.py, a classifier's in package_classifier.py, a
language model's in package_writer.py. Previews come out of the program's own engine; nothing is picked. A run of the
family features_net is no package: its net goes to export/judges/ (package_features.py).
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import shutil
import tempfile
import types
from typing import Literal

import msgspec

from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.manifest import MadeBy, Manifest, TrainingData
from export import (
    package_classifier,
    package_features,
    package_generator,
    package_icons,
    package_restorer,
    package_writer,
)
from export.card import write_card
from export.eight_bits import EIGHT, HALF
from export.errors import ExportError
from export.onnx_graph import OPSET
from export.package_files import Source, git_commit, replace_folder, write_manifest
from export.presets import TITLES, preset_options
from export.restorers import FAMILIES
from export.tracing import load_run
from export.training import write_training

SPACE_FILES = ("space.npz", "directions.png")  # that export/directions.py writes
FREE = ("CC0-1.0", "Apache-2.0", "MIT")


def main(args: argparse.Namespace) -> None:
    runs, models, data = pathlib.Path(args.runs), pathlib.Path(args.models), pathlib.Path(args.data)
    made_with, _, seen = load_run(runs, args.name)
    bits = bits_of(args.bits, made_with["family"])
    source = Source(runs, args.name, data, read_about(data, made_with["dataset"]), bits, models)
    if made_with["family"] == "features_net":
        made = made_by(made_with, seen, hardware=args.hardware)
        package_features.write_net(source, pathlib.Path(args.judges), made, training_data(source.about))
        return
    part = part_of(made_with["family"])
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".") as scratch:  # beside the final one
        folder = pathlib.Path(scratch) / args.name
        folder.mkdir()
        options, progress, fields = part.write_part(source, folder)
        if part is package_icons:
            package_icons.write_course(source, folder)
        elif part is not package_writer:
            write_training(folder, runs, args.name)
        manifest = Manifest(
            name=args.name,
            title=args.title or TITLES.get(args.name) or args.name.replace("-", " ").capitalize(),
            version="1.0",
            files={},
            licence=args.licence,
            commercial_use=commercial_use(args.licence, source.about),
            made_by=made_by(options, progress, hardware=args.hardware, bits=bits),
            **{"opset": OPSET}
            | ({} if "training_data" in fields else {"training_data": (training_data(source.about),)})
            | fields,
        )
        manifest = with_space(models / args.name, folder, manifest)
        write_manifest(folder, manifest)
        part.write_preview(source, folder)
        write_card(folder, manifest)
        write_manifest(folder, manifest)
        replace_folder(folder, models / args.name)
    size = sum(path.stat().st_size for path in (models / args.name).iterdir())
    print(f"{models / args.name}: {size / 1e6:.2f} MB; next: python -m export verify {args.name}")


def bits_of(asked: int | None, family: str) -> int:
    """Of a large weight. Raises ExportError where a family's weights are stored in one way only, as those of judges."""
    if family == "icon_flow":
        raise ExportError("A flow is packaged together with its autoencoder: python -m export package icons.")
    if asked not in (None, HALF) and family in ("classifier", "features_net", "gpt", "lstm"):
        stored = "8 bits anyhow" if part_of(family) is package_writer else "half precision"
        raise ExportError(f"Weights of the family {family!r} are stored in {stored}; leave out --bits.")
    return asked or (EIGHT if family == "icons" else HALF)


def part_of(family: str) -> types.ModuleType:
    """What writes the part of a package that differs from family to family."""
    if family == "classifier":
        return package_classifier
    if family in ("gpt", "lstm"):
        return package_writer
    if family == "icons":
        return package_icons
    return package_restorer if family in FAMILIES else package_generator


def with_space(old: pathlib.Path, new: pathlib.Path, manifest: Manifest) -> Manifest:
    """The directions and the map of the package that is replaced, where it was made of the same weights.

    Found anew they are as good and lie elsewhere, and a place on the map is to stay where people know it.
    """
    try:
        before = packages.open_package(old).manifest
    except StudioError:
        return manifest
    by, now = before.made_by, manifest.made_by
    if before.space is None or (by.command, by.images) != (now.command, now.images):
        return manifest
    for name in SPACE_FILES:
        shutil.copyfile(old / name, new / name)
    return msgspec.structs.replace(manifest, space=before.space)


# -----------------------------------------------------------------------------
# what the manifest tells


def dataset_of(runs: pathlib.Path, name: str) -> str:
    """The data set of a run."""
    return load_run(runs, name)[0]["dataset"]


def read_about(data: pathlib.Path, name: str) -> dict:
    try:
        return json.loads((data / name / "dataset.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ExportError(f"The data set {name!r} is not prepared in {data}; its classes are needed here.") from None


def commercial_use(licence: str, about: dict) -> Literal["yes", "unknown"]:
    """Free weights may be used for anything, unless the pictures that they learnt from are for research."""
    return "yes" if licence in FREE and "research" not in about["licence"] else "unknown"


def training_data(about: dict) -> TrainingData:
    train = about["splits"]["train"]
    if "tokens" in train:
        return TrainingData(
            f"{about['title']}, training split", about["licence"], train["tokens"], train["tokens_sha256"]
        )
    joined = hashlib.sha256((train["images_sha256"] + train["labels_sha256"]).encode()).hexdigest()
    return TrainingData(f"{about['title']}, training split", about["licence"], train["count"], joined)


def made_by(options: dict, progress: dict, *, hardware: str, bits: int = HALF) -> MadeBy:
    runs = (options, *options.get("then", ()))  # of one package, in the order of their training
    return MadeBy(
        preset=" and ".join(f"{run['preset']} ({run['row']}){_started(run)}" for run in runs),
        command="\n".join(map(command_of, runs)),
        commit=git_commit(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        hardware=hardware,
        minutes=round(progress["minutes"], 1),
        images=progress["seen"],
        bits=None if bits == HALF else bits,
    )


def _started(options: dict) -> str:
    start, earlier = options.get("start_from"), options.get("earlier_images")
    words = f", begun with the weights of {start['run']} after {start['seen']:,} pictures" if start else ""
    return f"{words}, its budget changed on the way from {earlier:,} pictures (export/LOG.md)" if earlier else words


def command_of(options: dict) -> str:
    """What was typed to train it. An option that came after the run was at its present usual value."""
    if "pruned_from" in options:
        whole = {key: value for key, value in options.items() if key != "pruned_from"}
        return f"{command_of(whole | {'cell': options['pruned_from']})}\npython -m export prune {options['preset']}"
    preset = preset_options(options["preset"], row=options["row"])
    changed = [
        f"--set {key}={json.dumps(options[key], separators=(',', ':'))}"
        for key, value in preset.items()
        if key in options.keys() - {"minutes", "tokens", "dataset"} and json.loads(json.dumps(value)) != options[key]
    ]
    budget = f"--images {options['images']}" if options["images"] else f"--minutes {options['minutes']:g}"
    budget = f"--tokens {options['tokens']}" if options.get("tokens") else budget
    start = [f"--start-from {options['start_from']['run']}"] if "start_from" in options else []
    return " ".join([f"python -m export train {options['preset']} {budget} --seed {options['seed']}", *start, *changed])
