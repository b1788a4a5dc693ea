"""A package of icons against torch: all three graphs on random inputs, and whether each input matters."""

import numpy as np
import torch

from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export.errors import ExportError
from export.icon_graphs import TracedIcons
from export.verify_generator import BATCHES, COUNT

Arrays = dict[str, np.ndarray]


def compare_icons(package: Package, traced: TracedIcons, runtime: Runtime) -> float:
    """The largest difference from torch in a field, a latent or a velocity. Raises ExportError naming what failed."""
    model = IconModel(package, runtime)  # compares the graphs with the manifest
    golden = model.golden_error()
    if golden > package.manifest.tolerance:
        raise ExportError(f"{package.name}: the golden example is off by {golden:.1e}; package it again.")
    inputs = random_inputs(package, seed=0)
    check_inputs_matter(package, model, inputs)
    found = {batch: answers(model, inputs, batch) for batch in BATCHES}
    expected = expected_answers(traced, inputs)
    return max(golden, *(apart(made[name], expected[name]) for made in found.values() for name in expected))


def random_inputs(package: Package, *, seed: int) -> Arrays:
    """Noise, conditions and guidance of COUNT icons."""
    icons, latent = package.manifest.icons, package.manifest.latent
    assert icons is not None
    assert latent is not None
    rng = np.random.Generator(np.random.Philox(key=seed))
    words = rng.integers(1, len(icons.words) + 1, (COUNT, icons.most_words))
    words[:, 2:] = 0
    return {
        "noise": rng.standard_normal((COUNT, latent.size), dtype=np.float32),
        "words": words,
        "style": rng.integers(0, len(icons.styles) + 1, COUNT),
        "source": rng.integers(0, len(icons.sources) + 1, COUNT),
        "guidance": rng.uniform(1, 3, COUNT).astype(np.float32),
    }


def answers(model: IconModel, inputs: Arrays, batch: int) -> Arrays:
    """Latents, their fields, and those encoded, some at a time, by the program's engine."""
    made: dict[str, list[np.ndarray]] = {"latent": [], "field": [], "encoded": []}
    for start in range(0, COUNT, batch):
        part = {name: values[start : start + batch] for name, values in inputs.items()}
        told = {name: part[name] for name in ("words", "style", "source")}
        made["latent"].append(model.flow.lead_told(part["noise"], told, part["guidance"]))
        made["field"].append(model.decode(made["latent"][-1]))
        made["encoded"].append(model.encode(made["field"][-1]))
    return {name: np.concatenate(parts) for name, parts in made.items()}


@torch.no_grad()
def expected_answers(traced: TracedIcons, inputs: Arrays) -> Arrays:
    x = {name: torch.from_numpy(values) for name, values in inputs.items()}
    latent = traced.draw(x["noise"], (x["words"], x["style"], x["source"]), x["guidance"])
    field = traced.decoder(latent)
    return {"latent": latent.numpy(), "field": field.numpy(), "encoded": traced.encoder(field).numpy()}


def apart(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(found - expected).max())


def check_inputs_matter(package: Package, model: IconModel, inputs: Arrays) -> None:
    """A graph into which the tracer has baked an input answers every question alike."""
    whole = answers(model, inputs, COUNT)
    for name in inputs:
        others = inputs | {name: np.roll(inputs[name], 1, axis=0)}
        if apart(answers(model, others, COUNT)["latent"], whole["latent"]) < package.manifest.tolerance:
            raise ExportError(f"{package.name}: the icon does not change with “{name}”; the tracer baked one in.")
    for name in ("field", "encoded"):
        if whole[name].std(axis=0).max() < package.manifest.tolerance:
            raise ExportError(f"{package.name}: “{name}” is the same for all icons; the tracer baked one in.")
