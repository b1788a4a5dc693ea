"""Finding the place of a picture through the decoder alone: a search that needs no gradients of the network.

The decoder is a black box, so its Jacobian is measured: one decoded picture for each principal axis of the space,
moved a little. With a few hundred numbers that costs a moment, and each round then solves a damped least squares
problem exactly (Levenberg 1944, Marquardt 1963):

    minimise |decode(mean + B u) - picture|^2 + rho |u|^2

B holds the principal axes of w, as long as their standard deviations, so |u|^2 says how unusual a place is and the
answer stays where the network was trained. Strokes that do not overlap give no slope, so the first rounds look at
blurred pictures and move along the first axes only, and several starts are tried: the nearest of many drawn designs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.requests import Design, Found, Pixels, Progress

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

ROUNDS = 15  # of a search without an encoder
BLURRED = 4  # of these, on blurred pictures
STARTS = (4, 2, 1)  # kept: at first, after the blurred rounds, after as many sharp ones
FIRST_AXES = 40  # of the blurred rounds
DRAWN = 512  # designs looked at for starts
DRAWN_SEED = 2**32 - 1  # of no sheet that a person would type
AXES = 128  # of the space at most
RHO = 0.004  # weight of |u|^2 against squared differences of values in 0..1
STEP = 0.05  # standard deviations, for the Jacobian
DAMPING = (1e-3, 1e4)
MAX_VALUES = 512 * 512 * 3  # of a picture
CHUNK = 64


@dataclass(frozen=True)
class Basis:
    """w = mean + axes @ u, u of unit variance."""

    mean: Float64  # (size,)
    axes: Float64  # (size, k)

    def w(self, u: Float64) -> Float32:
        """(n, k) -> (n, size)"""
        return np.asarray(self.mean + u @ self.axes.T, np.float32)

    def u(self, w: Float32) -> Float64:
        """(n, size) -> (n, k)"""
        scale = (self.axes * self.axes).sum(axis=0)
        return np.asarray((w - self.mean) @ self.axes / scale, np.float64)


@dataclass
class Seeker:
    """One start and where it has come to."""

    u: Float64
    damping: float = 1.0
    cost: float = np.inf


def find(model: LatentModel, picture: Pixels, rounds: int | None) -> Iterator[Progress | Found]:
    """The place of a picture (H, W, C); see requests.Find. Raises RequestError where it does not fit the package."""
    shape = (model.picture.height, model.picture.width, model.picture.channels)
    if picture.shape != shape or picture.dtype != np.uint8:
        raise RequestError(f"The picture is {picture.shape} {picture.dtype}, where the model's are {shape} of 8 bit.")
    encoded = None
    if model.package.can_encode:
        encoded = model.encode_picture(picture)
        yield _found(model, picture, encoded[0], "encoder")
    rounds = (0 if encoded is not None else ROUNDS) if rounds is None else rounds
    if rounds > 0 and model.package.manifest.icons is not None:
        raise RequestError(f"“{model.package.manifest.title}” finds pictures by its encoder alone, without a search.")
    if rounds > 0:
        yield from _search(model, picture, rounds, encoded)


def _search(model: LatentModel, picture: Pixels, rounds: int, start: Float32 | None) -> Iterator[Progress | Found]:
    if picture.size > MAX_VALUES:
        raise RequestError(
            f"“{model.package.manifest.title}” has no encoder, and its pictures are too large to search through its "
            "decoder. A model with an encoder can take your own pictures in."
        )
    target = picture.transpose(2, 0, 1).astype(np.float64)[None] / 255  # (1, C, H, W) in 0..1
    designs = drawn_designs(model, DRAWN)
    drawn = model.w_of(designs)
    basis = _basis(drawn)
    seekers = [Seeker(basis.u(start)[0])] if start is not None else []
    how = "encoder and search" if seekers else "search"
    if start is None:
        values = []
        for first in range(0, DRAWN, CHUNK):
            values.append(_blur(_values(model, drawn[first : first + CHUNK])))
            yield Progress("Looking around", first + CHUNK, DRAWN)
        far = ((np.concatenate(values) - _blur(target)) ** 2).sum(axis=(1, 2, 3))
        seekers = [Seeker(basis.u(drawn[n : n + 1])[0]) for n in np.argsort(far)[: STARTS[0]]]
    best = np.inf if start is None else _cost(model, basis, seekers[0].u, target)
    for number in range(rounds):
        blurred = start is None and number < min(BLURRED, rounds - 1)
        for seeker in seekers:
            _round(model, basis, seeker, target, blurred=blurred)
            yield Progress("Searching", number + 1, rounds)
        seekers.sort(key=lambda seeker: seeker.cost)
        if blurred:
            continue
        if seekers[0].cost < best:
            best = seekers[0].cost
            yield _found(model, picture, basis.w(seekers[0].u[None])[0], how)
        seekers = seekers[: STARTS[1] if number < 2 * BLURRED else STARTS[2]]


def _round(model: LatentModel, basis: Basis, seeker: Seeker, target: Float64, *, blurred: bool) -> None:
    """One damped step, taken only where it is better; the damping learns from it."""
    look = _blur if blurred else _as_it_is
    full = len(seeker.u)
    count = min(full, FIRST_AXES) if blurred else full  # axes that are moved along
    moved = seeker.u + STEP * np.eye(1 + count, full, k=-1)  # (1 + count, k): row 0 stays
    seen = look(_values(model, basis.w(moved))).reshape(1 + count, -1)
    wanted = look(target).reshape(-1)
    residual = seen[0] - wanted
    seeker.cost = float(residual @ residual + RHO * seeker.u @ seeker.u)
    jacobian = (seen[1:] - seen[0]) / STEP  # (count, values)
    square = jacobian @ jacobian.T
    slope = jacobian @ residual + RHO * seeker.u[:count]
    scale = float(np.trace(square)) / count + 1e-12
    dampings = [seeker.damping * factor for factor in (0.1, 1.0, 10.0)]
    steps = [np.linalg.solve(square + (RHO + d * scale) * np.eye(count), -slope) for d in dampings]
    tried = np.tile(seeker.u, (len(steps), 1))
    tried[:, :count] += np.stack(steps)
    differences = look(_values(model, basis.w(tried))).reshape(len(tried), -1) - wanted
    costs = (differences**2).sum(axis=1) + RHO * (tried**2).sum(axis=1)
    best = int(np.argmin(costs))
    if costs[best] < seeker.cost:
        seeker.u, seeker.cost = tried[best], float(costs[best])
        seeker.damping = float(np.clip(dampings[best], *DAMPING))
    else:
        seeker.damping = float(np.clip(seeker.damping * 100, *DAMPING))


def _cost(model: LatentModel, basis: Basis, u: Float64, target: Float64) -> float:
    return float(((_values(model, basis.w(u[None])) - target) ** 2).sum() + RHO * u @ u)


def drawn_designs(model: LatentModel, count: int) -> tuple[Design, ...]:
    """The first designs of a fixed seed, classes in turn: what the model makes when nobody chooses."""
    classes = max(1, len(model.package.manifest.classes))
    labelled = bool(model.package.manifest.classes)
    return tuple(Design(DRAWN_SEED, n, label=n % classes if labelled else None) for n in range(count))


def _basis(drawn: Float32) -> Basis:
    """Principal axes of drawn places; those along which nothing varies are left out."""
    mean = drawn.mean(axis=0, dtype=np.float64)
    _, sizes, rows = np.linalg.svd(drawn - mean, full_matrices=False)
    deviations = sizes / np.sqrt(len(drawn) - 1)
    kept = min(AXES, int((deviations > 1e-3 * deviations[0]).sum()))
    return Basis(mean, rows[:kept].T * deviations[:kept])


def _values(model: LatentModel, w: Float32) -> Float64:
    """(n, size) -> (n, C, H, W) in 0..1"""
    low, high = model.picture.low, model.picture.high
    return np.asarray((model.decode(w) - low) / (high - low), np.float64)


def _as_it_is(x: Float64) -> Float64:
    return x


def _blur(x: Float64) -> Float64:
    """Three passes of 1-2-1 along both sides, about a Gaussian of 1.2 pixels; nothing lies outside."""
    for _ in range(3):
        for axis in (-2, -1):
            padded = np.pad(x, [(1, 1) if n == x.ndim + axis else (0, 0) for n in range(x.ndim)])
            x = 0.5 * x + 0.25 * (np.take(padded, range(x.shape[axis]), axis) + _later(padded, axis))
    return x


def _later(padded: Float64, axis: int) -> Float64:
    return np.take(padded, range(2, padded.shape[axis]), axis)


def _found(model: LatentModel, picture: Pixels, w: Float32, how: str) -> Found:
    pixels = model.pixels(w[None])[0]
    difference = pixels.astype(np.float64) - picture
    return Found(tuple(map(float, w)), pixels, float(np.sqrt((difference**2).mean())), how)
