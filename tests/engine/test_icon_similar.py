"""The index of known icons: what it finds, how it tells it, and what it makes of damaged files."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.errors import PackageError
from desktop_app.engine.icon_similar import SimilarIcons, folded
from tests.tiny_known_icons import NAMES, SHAPES, field_of, known_icons


def test_each_known_icon_is_found_with_its_name_its_set_and_its_licence() -> None:
    found = SimilarIcons(known_icons()).find(np.stack(SHAPES))
    assert [(one.name, one.title, one.licence) for one in found if one is not None] == [
        ("one:square", "Set One", "MIT"),
        ("one:square-large", "Set One", "MIT"),
        ("two:wide", "Set Two", "ISC"),
    ]
    assert all(one is not None and one.overlap > 0.98 for one in found)


def test_what_is_near_is_told_with_less_overlap_and_what_is_far_is_none() -> None:
    index = SimilarIcons(known_icons())
    near, far = index.find(np.stack([field_of(4, 4, 12, 13.2), field_of(12, 12, 16, 16)]))
    assert near is not None
    assert near.name == "one:square"
    assert 0.6 < near.overlap < 0.98
    assert far is None


def test_distances_are_those_of_the_coverage() -> None:
    index = SimilarIcons(known_icons())
    ours = np.full((1, 16), 0.5, np.float32)
    found, apart = index.nearest(index.numbers(ours)[0])
    for number, distance in zip(found, apart, strict=True):
        theirs = known_icons()["codes"][:, number] / 255
        assert distance == pytest.approx(np.square(theirs - 0.5).sum() / (8 + theirs.sum()), rel=0.01)
    assert list(apart) == sorted(apart)


def test_what_rounding_adds_is_taken_off() -> None:
    arrays = known_icons() | {"rounded": np.array([0, 0, 3], np.uint8), "step": np.array(0.5, np.float32)}
    plain, less = SimilarIcons(known_icons()), SimilarIcons(arrays)
    numbers = plain.numbers(np.full((1, 16), 0.5, np.float32))[0]
    before, after = ({int(n): d for n, d in zip(*index.nearest(numbers), strict=True)} for index in (plain, less))
    assert after[0] == before[0]
    assert after[2] == pytest.approx(before[2] - 1.5 / 16)  # inks of 8 cells each


def test_names_fold_and_unfold() -> None:
    names = ("a", "a", "ab-é", "ab-è-ö", "", "z" * 300, "z" * 299 + "y")
    shared, rests = folded(names)
    arrays = known_icons() | {
        "shared": shared,
        "rests": rests,
        "codes": np.zeros((16, len(names)), np.uint8),
        "counts": np.array([len(names), 0], np.int32),
        "rounded": np.zeros(len(names), np.uint8),
    }
    assert SimilarIcons(arrays).names == names


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "similar.npz", **known_icons())
    index = SimilarIcons.read(tmp_path / "similar.npz")
    assert len(index) == len(NAMES)
    assert index.names == NAMES


@pytest.mark.parametrize(
    "changes",
    [
        {"codes": None},
        {"codes": np.zeros((16, 0), np.uint8)},
        {"codes": np.zeros((16, 3), np.int64)},
        {"counts": np.array([2, 2], np.int32)},
        {"mean": np.zeros(15, np.float16)},
        {"prefixes": np.array([1, 2])},
        {"titles": np.array(["one"])},
        {"apart": np.zeros(0, np.float32), "overlap": np.zeros(0, np.float32)},
        {"axes": np.zeros((16, 16), np.float32)},
    ],
)
def test_arrays_that_do_not_fit_are_a_sentence(changes: dict[str, np.ndarray | None]) -> None:
    arrays = {name: value for name, value in (known_icons() | changes).items() if value is not None}
    with pytest.raises(PackageError, match="index of known icons"):
        SimilarIcons(arrays)


def test_names_that_are_none_are_a_sentence() -> None:
    arrays = known_icons() | {"rests": np.frombuffer(b"\xff\xfe\n", np.uint8)}
    with pytest.raises(PackageError, match="holds no names"):
        SimilarIcons(arrays).find(np.stack(SHAPES))


def test_fields_of_another_size_are_a_sentence() -> None:
    with pytest.raises(PackageError, match="4 cells a side, the fields 15"):
        SimilarIcons(known_icons()).find(np.zeros((1, 15, 15), np.float32))


def test_what_is_no_file_of_arrays_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "similar.npz").write_bytes(b"PK nothing")
    with pytest.raises(PackageError, match=r"similar\.npz"):
        SimilarIcons.read(tmp_path / "similar.npz")
