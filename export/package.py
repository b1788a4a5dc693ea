"""Checkpoint -> model package.

    python -m export package digits-gan

Writes models/<name>/: mapping.onnx, decoder.onnx and, for an autoencoder, encoder.onnx (weights in half precision,
widened by Cast nodes that ONNX Runtime folds when it loads), golden.npz, card.md, preview.png and manifest.json. The
preview is seeds 0 to 63 through the program's own engine; nothing is picked.
"""

import argparse
import datetime
import hashlib
import json
import logging
import pathlib
import shutil
import subprocess
import tempfile
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.export import Dim

from desktop_app.engine import noise, packages
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Graph, Latent, MadeBy, Manifest, Picture, TrainingData
from desktop_app.engine.manifest import Tensor as TensorInfo
from desktop_app.engine.requests import Design
from desktop_app.engine.runtime import Runtime
from export.card import write_card
from export.errors import ExportError
from export.package_files import write_arrays, write_manifest
from export.presets import TITLES, preset_options
from export.sheet import write_sheet
from export.tracing import Traced, load_run, open_run

OPSET = 20
TOLERANCE = 1e-3  # of a range that is 2 wide: an eighth of one step of 8 bit
KEEP_SMALL = 256  # initializers of up to this many numbers stay in float32
GOLDEN_COUNT = 4


def main(args: argparse.Namespace) -> None:
    # -------------------------------------------------------------------------
    # the run
    about = read_about(pathlib.Path(args.data), dataset_of(pathlib.Path(args.runs), args.name))
    shape, classes = tuple(about["shape"]), tuple(about["classes"])
    options, traced, progress = open_run(pathlib.Path(args.runs), args.name, shape=shape, num_classes=len(classes))

    # -------------------------------------------------------------------------
    # graphs and golden example, in a folder beside the final one
    models = pathlib.Path(args.models)
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".") as scratch:
        folder = pathlib.Path(scratch) / args.name
        folder.mkdir()
        graphs = export_graphs(traced, folder, shape=shape)
        write_golden(traced, folder, num_classes=len(classes))

        # ---------------------------------------------------------------------
        # manifest, preview and card
        manifest = Manifest(
            name=args.name,
            title=args.title or TITLES.get(args.name) or args.name.replace("-", " ").capitalize(),
            summary=summary_of(traced, about),
            version="1.0",
            abilities=("sample", "encode") if traced.encoder is not None else ("sample",),
            files={},
            graphs=graphs,
            latent=Latent(traced.z_size, w_size=traced.w_size),
            picture=Picture(shape[2], shape[0], shape[1], -1.0, 1.0),
            classes=classes if traced.mapping is not None else (),
            opset=OPSET,
            tolerance=TOLERANCE,
            licence=args.licence,
            commercial_use="yes" if args.licence in ("CC0-1.0", "Apache-2.0", "MIT") else "unknown",
            training_data=(training_data(about),),
            made_by=made_by(options, progress, hardware=args.hardware),
        )
        write_manifest(folder, manifest)
        write_preview(folder)
        write_card(folder, manifest)
        write_manifest(folder, manifest)
        replace_folder(folder, models / args.name)
    size = sum(path.stat().st_size for path in (models / args.name).iterdir())
    print(f"{models / args.name}: {size / 1e6:.2f} MB; next: python -m export verify {args.name}")


# -----------------------------------------------------------------------------
# graphs


def export_graphs(traced: Traced, folder: pathlib.Path, *, shape: tuple) -> dict[str, Graph]:
    """mapping.onnx and decoder.onnx with a free axis N; returns what the manifest says of them."""
    height, width, channels = shape
    image = TensorInfo("image", "float32", ("N", channels, height, width))
    z = TensorInfo("z", "float32", ("N", traced.z_size))
    if traced.mapping is None:
        export_onnx(traced.decoder, (torch.randn(2, traced.z_size),), folder / "decoder.onnx", ["z"], ["image"])
        return {"decoder": Graph("decoder", (z,), (image,))}
    assert traced.w_size is not None
    w = TensorInfo("w", "float32", ("N", traced.w_size))
    inputs = (z, TensorInfo("label", "int64", ("N",)), TensorInfo("truncation", "float32", ("N",)))
    example = (torch.randn(2, traced.z_size), torch.tensor([0, 1]), torch.ones(2))
    export_onnx(traced.mapping, example, folder / "mapping.onnx", [t.name for t in inputs], ["w"])
    export_onnx(traced.decoder, (torch.randn(2, traced.w_size),), folder / "decoder.onnx", ["w"], ["image"])
    graphs = {"mapping": Graph("mapping", inputs, (w,)), "decoder": Graph("decoder", (w,), (image,))}
    if traced.encoder is None:
        return graphs
    pictures = (torch.zeros(2, channels, height, width),)
    export_onnx(traced.encoder, pictures, folder / "encoder.onnx", ["image"], ["w"])
    return {**graphs, "encoder": Graph("encoder", (image,), (w,))}


def export_onnx(net: nn.Module, example: tuple[Tensor, ...], path: pathlib.Path, inputs: list, outputs: list) -> None:
    """One graph, then its weights in half precision."""
    batch = Dim("N", min=1, max=2**20)
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)  # "no torchvision"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            net.eval(),
            example,
            input_names=inputs,
            output_names=outputs,
            opset_version=OPSET,
            dynamic_shapes=tuple({0: batch} for _ in example),
            external_data=False,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    store_in_half(model)
    strip_traces(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def store_in_half(model: onnx.ModelProto) -> None:
    """float32 initializers become float16 with a Cast behind them."""
    casts = []
    for initializer in model.graph.initializer:
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.size <= KEEP_SMALL:
            continue
        half = values.astype(np.float16)
        if not np.isfinite(half).all():
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], name=f"{name}_widen", to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)


def strip_traces(model: onnx.ModelProto) -> None:
    """Stack traces and paths of the machine that traced have no place in a package."""
    model.doc_string = ""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    model.graph.name = "maquette"
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]


# -----------------------------------------------------------------------------
# the other files


def write_golden(traced: Traced, folder: pathlib.Path, *, num_classes: int) -> None:
    """A tiny input and output that every machine must reproduce within the tolerance; computed with torch."""
    z = torch.from_numpy(noise.latents(0, range(GOLDEN_COUNT), traced.z_size))
    label = torch.arange(GOLDEN_COUNT) % num_classes if traced.mapping else torch.zeros(GOLDEN_COUNT, dtype=torch.int64)
    truncation = torch.tensor([1.0, 1.0, 0.7, 0.0])
    w, image = traced.draw(z, label, truncation)
    arrays = {"z": z, "label": label, "truncation": truncation, "w": w, "image": image}
    if traced.encoder is not None:
        with torch.no_grad():
            arrays["encoded"] = traced.encoder(image)
    write_arrays(folder / "golden.npz", {name: value.numpy() for name, value in arrays.items()})


def write_preview(folder: pathlib.Path) -> None:
    """Seeds 0 to 63 through the program's own engine, classes cycling."""
    package = packages.open_package(folder)
    count = max(1, len(package.manifest.classes))
    designs = [
        Design(
            seed,
            0,
            label=seed % count if package.manifest.classes else None,
            truncation=package.manifest.defaults.truncation,
        )
        for seed in range(64)
    ]
    runtime = Runtime("cpu", threads=1)
    try:
        pictures = LatentModel(package, runtime).draw(designs)
    finally:
        runtime.close()
    write_sheet(folder / "preview.png", pictures, columns=8)


def replace_folder(new: pathlib.Path, final: pathlib.Path) -> None:
    """The new package takes the old one's place; the old one is gone only when the new one is whole."""
    old = new.with_name(f"{final.name}.old")
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


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


def training_data(about: dict) -> TrainingData:
    train = about["splits"]["train"]
    joined = hashlib.sha256((train["images_sha256"] + train["labels_sha256"]).encode()).hexdigest()
    return TrainingData(f"{about['title']}, training split", about["licence"], train["count"], joined)


def summary_of(traced: Traced, about: dict) -> str:
    """What it draws, in the two short lines that a card of the library has."""
    height, width = about["shape"][:2]
    subject = about.get("subject", "pictures").capitalize()
    if traced.mapping is None:
        return f"{subject}, the DCGAN baseline."
    if traced.encoder is not None:
        return f"{subject} spread out on a map." if traced.w_size == 2 else f"{subject}, and your own pictures of them."
    return f"{subject} in {len(about['classes'])} classes, {width} × {height} pixels."


def made_by(options: dict, progress: dict, *, hardware: str) -> MadeBy:
    return MadeBy(
        preset=f"{options['preset']} ({options['row']})",
        command=command_of(options),
        commit=git_commit(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        hardware=hardware,
        minutes=round(progress["minutes"], 1),
        images=progress["seen"],
    )


def command_of(options: dict) -> str:
    preset = preset_options(options["preset"], row=options["row"])
    changed = [
        f"--set {key}={json.dumps(options[key], separators=(',', ':'))}"
        for key, value in preset.items()
        if key not in ("minutes", "dataset") and json.loads(json.dumps(value)) != options[key]
    ]
    budget = f"--images {options['images']}" if options["images"] else f"--minutes {options['minutes']:g}"
    start = [f"--start-from {options['start_from']['run']}"] if "start_from" in options else []
    return " ".join([f"python -m export train {options['preset']} {budget} --seed {options['seed']}", *start, *changed])


def git_commit() -> str:
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    try:
        here = pathlib.Path(__file__).parent
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
