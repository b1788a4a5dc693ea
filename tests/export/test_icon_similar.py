# ruff: noqa: E402 (without torch these tests are skipped)
"""The index of training icons is built from fields: it finds near copies, and what it says of them is measured."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from desktop_app.engine.icon_similar import SimilarIcons, cells_of
from export import icon_similar
from export.icon_dataset import IconData, load_icons
from export.icon_nearest import mean_difference, nearest
from tests.export import tiny_icon_runs


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> IconData:
    root = tmp_path_factory.mktemp("known")
    tiny_icon_runs.write_icons(root, counts=(600, 6))
    return load_icons(root / "data", "icons")


@pytest.fixture(scope="module")
def index(data: IconData) -> SimilarIcons:
    return SimilarIcons(icon_similar.build(data))


def test_the_same_icons_give_the_same_index(data: IconData) -> None:
    one, two = icon_similar.build(data), icon_similar.build(data)
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_icons_that_are_nearly_copies_are_found(data: IconData, index: SimilarIcons) -> None:
    chosen = list(range(0, 120, 3))
    shifted = np.roll(icon_similar.fields_of(data, chosen), 1, axis=2)  # by one pixel
    truth = [float(icon_similar.overlap_of(field, data.fields).max()) for field in shifted]
    told = index.find(shifted)
    near = [one is not None for one, overlap in zip(told, truth, strict=True) if overlap >= icon_similar.NEAR]
    assert len(near) > 10
    assert np.mean(near) >= icon_similar.RECALL - 0.1


def test_icons_unlike_any_are_not_told(index: SimilarIcons) -> None:
    y, x = np.mgrid[0:64, 0:64] + 0.5
    stripes = np.clip(4 * np.sin(x / 3) + 0 * y, -4, 4)[None].astype(np.float32)
    corners = np.clip(8 - np.hypot(np.minimum(x, 64 - x), np.minimum(y, 64 - y)), -4, 4)[None].astype(np.float32)
    assert index.find(np.concatenate([stripes, corners])) == (None, None)


def test_a_larger_distance_never_means_a_larger_overlap(data: IconData) -> None:
    arrays = icon_similar.build(data)
    assert (np.diff(arrays["apart"]) >= 0).all()
    assert (np.diff(arrays["overlap"]) <= 0).all()
    assert arrays["overlap"].max() <= 1


def test_distances_of_icons_to_themselves_are_about_naught(data: IconData, index: SimilarIcons) -> None:
    numbers = index.numbers(cells_of(icon_similar.fields_of(data, list(range(40))), index.cells))
    assert max(abs(float(index.nearest(row)[1][0])) for row in numbers) < 0.02


def test_sets_are_read_back_from_the_file(data: IconData, tmp_path: Path) -> None:
    np.savez(tmp_path / icon_similar.FILE, **icon_similar.build(data))
    sets = icon_similar.sets_of(tmp_path)
    assert [(s.prefix, s.title, s.licence, s.count) for s in sets] == [
        ("round", "Round Icons", "MIT", 300),
        ("sharp", "Sharp Icons", "ISC", 300),
    ]
    assert icon_similar.sets_of(tmp_path / "nowhere") == ()


# -- every pair -------------------------------------------------------------------------------------------------------


def half(columns: int) -> np.ndarray:
    """(64, 64): ink on the left."""
    return np.where(np.arange(64) < columns, 1, -1)[None].repeat(64, axis=0).astype(np.int8)


def test_overlap_with_the_nearest_is_intersection_over_union() -> None:
    found = nearest(np.stack([half(32), half(10), -half(60)]), np.stack([half(16), half(40), half(31)]))
    assert found.index.tolist()[:2] == [2, 0]
    assert found.overlap[:2] == pytest.approx([31 / 32, 10 / 16])
    assert found.overlap[2] == 0, "ink on the right overlaps none of them"
    assert found.share(0.9) == pytest.approx(1 / 3)


def test_blank_icons_overlap_nothing() -> None:
    assert nearest(-np.ones((1, 64, 64), np.int8), np.stack([half(8)])).overlap.tolist() == [0]


def test_icons_differ_by_what_they_do_not_share() -> None:
    assert mean_difference(np.stack([half(32)] * 3)) == pytest.approx(0)
    assert mean_difference(np.stack([half(16), half(32)])) == pytest.approx(0.5)
