"""Moving about in a latent space: pure functions on arrays."""

import numpy as np
import numpy.typing as npt

from desktop_app.engine import noise
from desktop_app.engine.requests import Design

Float32 = npt.NDArray[np.float32]


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
    """The latent of one design, shape (size,), float32."""
    z: Float32 = noise.latents(design.seed, [design.index], size)[0]
    for step in design.variations:
        z = turn(z, noise.latents(step.seed, [step.index], size)[0], step.amount)
    return z
