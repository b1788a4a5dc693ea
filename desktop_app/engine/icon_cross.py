"""Children of icons: each part of a latent comes from one of the parents.

A latent is a grid of 4 x 4 cells, so a part of it is a part of the picture. Every parent gets a spot, and the cells
that are nearer to it than to the others': connected regions, cut by straight lines.
"""

import numpy as np
import numpy.typing as npt

from desktop_app.engine import noise

Float32 = npt.NDArray[np.float32]

GRID = 4  # cells a side
CELLS = GRID * GRID
FEWEST = 2  # cells that a parent gives
ATTEMPTS = 32


def crossed(parents: Float32, seed: int, index: int) -> Float32:
    """(k, S) latents, flattened from (S / 16, 4, 4) -> (S,). Equal parents give themselves, to the bit."""
    grids = parents.reshape(len(parents), -1, CELLS)
    child: Float32 = grids[owners(len(parents), seed, index), :, np.arange(CELLS)].T.reshape(-1)
    return child


def owners(parents: int, seed: int, index: int) -> npt.NDArray[np.int64]:
    """(16,): which parent each cell comes from, row by row."""
    owner = np.arange(CELLS) % parents
    for attempt in range(ATTEMPTS):
        numbers = [noise.uniform(seed, index, place, attempt) for place in range(2 * parents)]
        spots = GRID * np.array(numbers).reshape(parents, 2)
        middles = np.stack(np.divmod(np.arange(CELLS), GRID), axis=1) + 0.5
        owner = ((middles[:, None] - spots) ** 2).sum(axis=2).argmin(axis=1)
        if np.bincount(owner, minlength=parents).min() >= FEWEST:
            break
    return owner
