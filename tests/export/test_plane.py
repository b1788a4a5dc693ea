import numpy as np
import pytest

from export import plane
from export.axes import class_means, cloud


class Nearest:
    """Reads the class whose mean is nearest, and draws nothing: pictures are w themselves."""

    def __init__(self, means: np.ndarray) -> None:
        self.means = means

    def scores(self, w: np.ndarray) -> np.ndarray:
        distances = ((w[:, None] - self.means) ** 2).sum(axis=2)
        return np.eye(len(self.means))[distances.argmin(axis=1)]


def samples() -> tuple[np.ndarray, np.ndarray]:
    """Five classes in six numbers: one far from the others, which lie around a circle in the plane of 2 and 3."""
    rng = np.random.default_rng(0)
    labels = np.arange(2000) % 5
    means = np.zeros((5, 6))
    angle = np.arange(4) * np.pi / 2
    means[:4, 2], means[:4, 3], means[4, 0] = 4 * np.cos(angle), 4 * np.sin(angle), 30
    return means[labels] + 0.3 * rng.standard_normal((2000, 6)), labels


def test_the_map_shows_the_classes_more_evenly_than_the_main_axes_of_their_means() -> None:
    w, labels = samples()
    reader, draw = Nearest(class_means(w, labels)), lambda w: w
    origin, axes = plane.plane_of_classes(w, labels, reader=reader, draw=draw)
    means = class_means(w, labels)
    first = plane.scaled(w, origin, cloud(means, means.mean(axis=0)).basis[:2])
    assert axes[0] @ axes[1] == pytest.approx(0, abs=1e-9 * np.linalg.norm(axes[0]) * np.linalg.norm(axes[1]))
    chosen, main = (plane.evenness(w, origin, a, reader=reader, draw=draw) for a in (axes, first))
    assert chosen > main + 0.1
    spots = plane.on_plane(w, origin, axes)
    assert spots.std(axis=0) == pytest.approx([1, 1])


def test_spots_come_back_from_the_plane() -> None:
    origin, axes = plane.plane_of_directions(np.array([2.0, 0, 0]), np.array([1.0, 1, 0]))
    assert axes == pytest.approx(np.eye(3)[:2])
    spots = np.array([[0.5, -1.0], [2.0, 3.0]])
    assert plane.on_plane(origin + spots @ axes, origin, axes) == pytest.approx(spots)


def test_the_extent_leaves_the_far_ones_out() -> None:
    spots = np.random.default_rng(0).standard_normal((10_000, 2))
    spots[0] = 1000
    low, high = plane.extent(spots)
    inside = ((spots >= low) & (spots <= high)).all(axis=1).mean()
    assert inside == pytest.approx(0.98, abs=0.005)
    wide_low, wide_high = plane.extent(spots, room=1.5)
    assert wide_high[0] - wide_low[0] == pytest.approx(1.5 * (high[0] - low[0]), abs=0.01)
