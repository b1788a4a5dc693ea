"""The family tree as a picture and as a file."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import Design
from desktop_app.studio import breeding, family_tree
from desktop_app.studio.breeding import BreedingState

SVG = "{http://www.w3.org/2000/svg}"


def disc(radius: float) -> np.ndarray:
    y, x = np.mgrid[:64, :64] + 0.5
    return np.clip(radius - np.hypot(x - 32, y - 32), -4, 4).astype(np.float32)


@pytest.fixture
def family() -> BreedingState:
    """Two founders, two of their children, and a child of these and a third founder."""
    state = breeding.with_parents(BreedingState("icons"), [Design(1, 0), Design(1, 1)])
    state = breeding.bred(state, [*breeding.children(state)[:2], Design(1, 2)], seed=5)
    return breeding.bred(state, breeding.children(state)[:1], seed=6)


def test_generations_are_columns_and_nobody_stands_on_another(family):
    places = family_tree.places(family)
    assert [column for column, _ in places] == [0, 0, 1, 1, 0, 2]
    assert len(set(places)) == len(places)
    assert min(row for _, row in places) == 0
    for column in range(3):
        rows = sorted(row for c, row in places if c == column)
        assert all(later - row >= 1 for row, later in pairwise(rows))


def test_a_child_stands_beside_the_middle_of_its_parents(family):
    places = family_tree.places(family)
    parents = family.members[5].parents
    assert places[5][1] == pytest.approx(sum(places[n][1] for n in parents) / len(parents))


def test_the_picture_holds_every_icon_and_every_line(family):
    text = family_tree.picture(family, [disc(10 + n) for n in range(6)])
    root = ET.fromstring(text)
    lines, squares, icons = root.findall(f"{SVG}g")
    assert len(squares.findall(f"{SVG}rect")) == 6
    assert len(icons.findall(f"{SVG}path")) == 6
    assert len(lines.findall(f"{SVG}path")) == 2 + 2 + 3
    assert float(root.get("width", 0)) > 2 * family_tree.STEP
    assert family_tree.picture(family, [disc(10 + n) for n in range(6)]) == text


def test_an_icon_without_an_outline_leaves_its_square_empty(family):
    blank = np.full((64, 64), -4, np.float32)
    root = ET.fromstring(family_tree.picture(family, [blank, *(disc(10) for _ in range(5))]))
    assert len(root.findall(f"{SVG}g")[2].findall(f"{SVG}path")) == 5


def test_an_empty_tree_is_an_empty_picture():
    assert ET.fromstring(family_tree.picture(BreedingState(), [])).tag == f"{SVG}svg"


def test_the_document_brings_back_every_design(family):
    read = json.loads(family_tree.document(family, "ab"))
    assert (read["package"], read["package_sha256"]) == ("icons", "ab")
    assert [one["parents"] for one in read["members"]] == [list(member.parents) for member in family.members]
    designs = [msgspec.convert(one["design"], Design) for one in read["members"]]
    assert designs == [member.design for member in family.members]
    assert len(read["crossings"]) == len(family.generations)


def test_a_tree_that_cannot_be_written_is_told(family, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        family_tree.save(tmp_path / "file" / "tree.svg", b"x")
    family_tree.save(tmp_path / "tree.json", b"x")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".json"] == ["tree.json"]
