"""Which part of a child comes from which parent."""

import numpy as np
import pytest

from desktop_app.engine.icon_cross import CELLS, FEWEST, GRID, crossed, owners


def latents(parents: int, channels: int = 3) -> np.ndarray:
    """(parents, S): the number of the parent in front of that of the place."""
    return (np.arange(parents)[:, None] * 1000 + np.arange(channels * CELLS)).astype(np.float32)


@pytest.mark.parametrize("parents", [2, 3, 4])
def test_each_parent_gives_some_cells_to_each_child(parents: int):
    for index in range(200):
        counts = np.bincount(owners(parents, 5, index), minlength=parents)
        assert counts.sum() == CELLS
        assert counts.min() >= FEWEST


@pytest.mark.parametrize("parents", [2, 3, 4])
def test_what_a_parent_gives_hangs_together(parents: int):
    for index in range(100):
        grid = owners(parents, 1, index).reshape(GRID, GRID)
        for parent in range(parents):
            assert pieces(grid == parent) == 1, grid


def pieces(mask: np.ndarray) -> int:
    """Regions that touch along sides or corners."""
    left, count = {tuple(at) for at in np.argwhere(mask).tolist()}, 0
    while left:
        count += 1
        waiting = [left.pop()]
        while waiting:
            r, c = waiting.pop()
            near = {(r + y, c + x) for y in (-1, 0, 1) for x in (-1, 0, 1)} & left
            left -= near
            waiting += near
    return count


def test_a_cell_comes_whole_with_all_its_channels():
    made = crossed(latents(3), 2, 9).reshape(3, CELLS)
    owner = owners(3, 2, 9)
    for cell in range(CELLS):
        assert made[:, cell].tolist() == [1000 * owner[cell] + channel * CELLS + cell for channel in range(3)]


def test_equal_parents_give_themselves():
    one = np.random.default_rng(0).standard_normal(384).astype(np.float32)
    assert crossed(np.stack([one] * 4), 3, 4).tobytes() == one.tobytes()


def test_seed_and_index_decide():
    drawn = {owners(2, seed, index).tobytes() for seed in range(4) for index in range(8)}
    assert len(drawn) > 24
    assert owners(2, 3, 4).tolist() == owners(2, 3, 4).tolist()


def test_the_draw_of_a_child_stays_what_it_was():
    """Breeding trees that were saved depend on it."""
    assert "".join(map(str, owners(2, 1, 2))) == "0111011101110011"
    assert "".join(map(str, owners(4, -7, 100))) == "0002011211333333"
