"""Moving about in a latent space: pure functions on arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine import noise
from desktop_app.engine.requests import Design

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

ARC_STEPS = 50
ARC_TOLERANCE = 1e-10  # radians


def turn(z: Float32, towards: Float32, amount: float) -> Float32:
    """Rotate z towards another draw: amount 0 gives z itself, 1 the other draw.

    A weighted sum of two independent draws from N(0, I) whose squared weights add to one is again such a draw, so a
    variation stays as likely as its origin (a straight line would shrink it). The weights are the rational points of
    the unit circle, ((1 - t^2) / (1 + t^2), 2 t / (1 + t^2)): every machine computes them alike, to the bit.
    """
    t2 = amount * amount
    keep, move = (1 - t2) / (1 + t2), 2 * amount / (1 + t2)
    return np.float32(keep) * z + np.float32(move) * towards


def of_design(design: Design, size: int) -> Float32:
    """The latent of one design without a place, shape (size,), float32."""
    z: Float32 = noise.latents(design.seed, [design.index], size)[0]
    for step in design.variations:
        z = turn(z, noise.latents(step.seed, [step.index], size)[0], step.amount)
    return z


def mix(points: Float32, weights: Sequence[float], *, arcs: bool) -> Float32:
    """(n, size) points and n weights that sum to one -> (size,). A weight of 1 alone gives that point, to the bit.

    arcs: along the sphere and not along straight lines: where points are normal noise of length about sqrt(size), a
    straight line leads through the middle, where hardly any noise lies.
    """
    for point, weight in zip(points, weights, strict=True):
        if weight == 1.0 and sum(w != 0.0 for w in weights) == 1:
            return np.asarray(point)
    if arcs:
        return _mix_on_sphere(points.astype(np.float64), np.array(weights)).astype(np.float32)
    total = np.zeros(points.shape[1], np.float64)
    for point, weight in zip(points, weights, strict=True):  # in this order on every machine: a product may not keep it
        total += weight * point
    return total.astype(np.float32)


def _mix_on_sphere(points: Float64, weights: Float64) -> Float64:
    """Spherical weighted average (Buss and Fillmore 2001, algorithm A1): slerp for two points, any number otherwise.

    Lengths are mixed along straight lines.
    """
    lengths = np.linalg.norm(points, axis=1)
    units = points / np.maximum(lengths, 1e-12)[:, None]
    centre = _unit(weights @ units, units[np.argmax(weights)])
    for _ in range(ARC_STEPS):
        step = weights @ _towards(centre, units)
        angle = float(np.linalg.norm(step))
        if angle < ARC_TOLERANCE:
            break
        angle_taken = min(angle, 1.0)  # negative weights can ask for more than a turn
        centre = _unit(np.cos(angle_taken) * centre + np.sin(angle_taken) * step / angle, centre)
    return np.asarray(centre * (weights @ lengths), np.float64)


def _towards(centre: Float64, units: Float64) -> Float64:
    """The logarithm map: tangents at `centre`, as long as the angles to each of the points, (n, size)."""
    cosines = np.clip(units @ centre, -1.0, 1.0)
    across = units - cosines[:, None] * centre
    lengths = np.linalg.norm(across, axis=1)
    scale = np.where(lengths > 1e-12, np.arctan2(lengths, cosines) / np.maximum(lengths, 1e-12), 0.0)
    tangents: Float64 = scale[:, None] * across
    return tangents


def _unit(vector: Float64, otherwise: Float64) -> Float64:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length, np.float64) if length > 1e-9 else otherwise
