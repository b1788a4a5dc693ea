from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.requests import ArrayFile
from desktop_app.studio.restoring import PREVIEW_BORDER, SMALL_TILE, TILE, filling_tile, preview
from tests.fakes import write_restorer


@pytest.mark.parametrize(
    ("size", "window"),
    [((768, 1024), None), ((4000, 6000), (100, 200, 868, 1224)), ((1, 1), None), ((900, 300), None)],
)
def test_two_threads_share_a_view(tmp_path: Path, size, window):
    request = preview(write_restorer(tmp_path), ArrayFile("x", "uint8", (*size, 3)), window)
    top, left, bottom, right = window or (0, 0, *size)
    longer = max(bottom - top, right - left)
    assert longer / 2 < request.tile <= longer / 2 + 1
    assert request.window == window
    assert request.border == PREVIEW_BORDER


def test_a_large_view_has_tiles_of_the_usual_size(tmp_path: Path):
    request = preview(write_restorer(tmp_path), ArrayFile("x", "uint8", (3000, 4000, 3)))
    assert request.tile == TILE


@pytest.mark.parametrize(("painted", "tile"), [(0, SMALL_TILE), (30, SMALL_TILE), (60, TILE), (200, TILE)])
def test_where_little_is_filled_in_the_tiles_are_small(painted: int, tile: int):
    mask = np.zeros((200, 240, 1), np.uint8)
    mask[:, :painted] = 255
    assert filling_tile(mask) == filling_tile(mask[..., 0]) == tile
