"""What a designer likes, as a direction: ridge regression of marks (+1, -1) on w.

The solution of a ridge regression is a sum of the examples themselves (the representer theorem), so the direction
goes back as weights of designs: a recipe can hold it, and no numbers of a network leave the engine.
"""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import RequestError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.requests import Design, Part, Taste
from desktop_app.engine.search import drawn_designs

Float64 = npt.NDArray[np.float64]

MIN_LIKED = 2
ENOUGH_DISLIKED = 4  # with fewer, drawn designs stand in for everything else
BACKGROUND = 64
PENALTIES = (0.01, 0.1, 1.0, 10.0)  # in units of the mean squared length of an example
MAX_MARKS = 2000


def learn(model: LatentModel, liked: tuple[Design, ...], disliked: tuple[Design, ...]) -> Taste:
    """The direction from dislikes to likes. Raises RequestError where there is too little to learn from."""
    if len(liked) < MIN_LIKED:
        raise RequestError(f"Star at least {MIN_LIKED} designs of this model: one alone shows no taste.")
    if len(liked) + len(disliked) > MAX_MARKS:
        raise RequestError(f"Taste is learnt from at most {MAX_MARKS:,} marked designs.")
    model.check((*liked, *disliked))
    background = drawn_designs(model, BACKGROUND)
    others = disliked if len(disliked) >= ENOUGH_DISLIKED else (*disliked, *background)
    examples = (*liked, *others)
    w = model.w_of(examples).astype(np.float64)
    marks = np.array([1.0] * len(liked) + [-1.0] * len(others))
    weights, certainty = fit(w, marks)
    direction = weights @ w
    length = float(np.linalg.norm(direction))
    if length < 1e-9:
        raise RequestError("The starred designs do not differ from the others in anything this model knows.")
    spread = float(np.std(model.w_of(background) @ direction / length))
    weights *= spread / length
    return Taste(tuple(Part(float(a), d) for a, d in zip(weights, examples, strict=True)), certainty)


def fit(x: Float64, marks: Float64) -> tuple[Float64, float]:
    """(n, d) examples and n marks of +1 or -1 -> (n weights that sum to zero, share told apart when left out).

    Both sides count alike, however many they are. The penalty is the one that tells most examples apart when each is
    left out in turn; for a ridge regression that takes no second fit (Allen 1974): e_i / (1 - h_ii).
    """
    counts = np.where(marks > 0, (marks > 0).sum(), (marks < 0).sum())
    share = 1 / (2 * counts)  # of each example; sums to one
    centred = x - share @ x
    wanted = marks - share @ marks
    root = np.sqrt(share)
    gram = (root[:, None] * centred) @ (root[:, None] * centred).T
    scale = float(np.trace(gram)) + 1e-12
    best: tuple[float, float, Float64] | None = None
    for penalty in PENALTIES:
        inverse = np.linalg.inv(gram + penalty * scale * np.eye(len(x)))
        dual = inverse @ (root * wanted)
        hat = gram @ inverse + np.outer(root, root)  # with the intercept
        error = (root * wanted - gram @ dual) / np.maximum(1 - np.diag(hat), 1e-6) / root
        right = float(share @ ((wanted - error + share @ marks) * marks > 0))
        loss = float(share @ error**2)
        if best is None or (right, -loss) > (best[0], -best[1]):
            best = right, loss, root * dual
    assert best is not None
    alpha = best[2]
    return alpha - alpha.sum() * share, best[0]
