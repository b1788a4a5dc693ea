"""A restorer's package against torch: pictures of several sizes, and what must come back as it was."""

import numpy as np
import torch

from desktop_app.engine.packages import Package
from desktop_app.engine.restorer import Restorer
from desktop_app.engine.runtime import Runtime, Session
from export.errors import ExportError
from export.holes import draw_holes
from export.restorers import TracedRestorer

CELLS = ((4, 4), (5, 9), (12, 3))  # sizes, in cells of at least 8 pixels
FLAT = 1 / 255  # how far a flat grey may stray


def compare_restorer(package: Package, traced: TracedRestorer, runtime: Runtime) -> float:
    """The largest difference from torch in a picture. Raises ExportError naming the check that failed."""
    golden = Restorer(package, runtime).golden_error()  # compares the graph with the manifest
    if golden > package.manifest.tolerance:
        raise ExportError(f"{package.name}: the golden example is off by {golden:.1e}; package it again.")
    session = runtime.open(package.file(package.manifest.graphs["restorer"].file))
    check_picture_matters(package, traced, session)
    worst = golden
    for number, (height, width) in enumerate(_sizes(traced)):
        inputs = random_inputs(traced, height, width, seed=number)
        expected = traced.restore(*map(torch.from_numpy, inputs.values())).numpy()
        made = session.run(inputs)["restored"]
        if not (np.isfinite(made).all() and np.isfinite(expected).all()):
            raise ExportError(f"{package.name}: the answer holds numbers that are none (NaN).")
        worst = max(worst, float(np.abs(made - expected).max()))
    return worst


def random_inputs(traced: TracedRestorer, height: int, width: int, *, seed: int) -> dict[str, np.ndarray]:
    """Two pictures of blocks and noise, and holes in them where it is inpainted."""
    rng = np.random.default_rng(seed)
    shape = (2, traced.restoration.channels, height, width)
    blocks = rng.random((*shape[:2], height // 4 + 1, width // 4 + 1)).repeat(4, 2).repeat(4, 3)
    inputs = {"image": (blocks[:, :, :height, :width] + rng.normal(0, 0.1, shape)).astype(np.float32)}
    if traced.ability == "inpaint":
        holes = [draw_holes(height, width, share=0.15, rng=rng) for _ in range(2)]
        inputs["mask"] = np.stack(holes)[:, None].astype(np.float32)
    return inputs


def check_picture_matters(package: Package, traced: TracedRestorer, session: Session) -> None:
    """Two pictures differ in the answer; outside the holes an inpainted picture is what it was, bit for bit."""
    inputs = random_inputs(traced, *_sizes(traced)[0], seed=99)
    made = session.run(inputs)["restored"]
    if np.abs(made[0] - made[1]).max() < package.manifest.tolerance:
        raise ExportError(f"{package.name}: the answer does not change with the picture; the tracer baked one in.")
    if traced.ability == "inpaint":
        kept = np.broadcast_to(inputs["mask"] == 0, made.shape)
        if not np.array_equal(made[kept], inputs["image"][kept]):
            raise ExportError(f"{package.name}: the picture changes outside the mask.")
    if traced.restoration.side is None:
        check_flat(package, traced, session)


def check_flat(package: Package, traced: TracedRestorer, session: Session) -> None:
    """A flat grey stays flat, away from the edges of what is computed."""
    r = traced.restoration
    side = -(-(2 * r.border + 32) // r.cell) * r.cell
    inputs = {"image": np.full((1, r.channels, side, side), 0.5, np.float32)}
    if traced.ability == "inpaint":
        inputs["mask"] = random_inputs(traced, side, side, seed=1)["mask"][:1]
    inner = slice(r.border * r.scale, -r.border * r.scale or None)
    error = float(np.abs(session.run(inputs)["restored"][:, :, inner, inner] - 0.5).max())
    if error > FLAT:
        raise ExportError(f"{package.name}: a flat grey strays by {255 * error:.2f} steps of 8 bit, 1 is allowed.")


def _sizes(traced: TracedRestorer) -> list[tuple[int, int]]:
    r = traced.restoration
    if r.side is not None:
        return [(r.side, r.side)]
    cell = max(8, r.cell)
    return [(cell * rows, cell * columns) for rows, columns in CELLS]
