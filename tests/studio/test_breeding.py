"""The breeding board as plain values."""

import msgspec
import numpy as np
import pytest

from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.requests import Cross, Design, Place, Prompt
from desktop_app.engine.runtime import Runtime
from desktop_app.studio import breeding
from desktop_app.studio.breeding import BreedingState, Generation, Member
from desktop_app.studio.project import Project, ProjectState, load_project
from desktop_app.studio.sheet import MAX_SEED, SheetState
from tests.tiny_icons import tiny_icons

CAT, STAR, TREE, CUP, SUN = (
    Design(1, number, prompt=Prompt((word,), "filled"))
    for number, word in enumerate(("cat", "star", "tree", "cup", "sun"))
)


@pytest.fixture
def pair() -> BreedingState:
    return breeding.with_parents(BreedingState("icons"), [CAT, STAR])


def cross_of(design: Design) -> Cross:
    assert design.place is not None
    assert design.place.cross is not None
    return design.place.cross


def test_a_board_without_parents_shows_no_children():
    assert breeding.children(BreedingState()) == []


def test_children_differ_by_their_number_alone_and_are_the_same_again(pair):
    twelve = breeding.children(pair)
    assert len(set(twelve)) == 12
    assert [cross_of(one).index for one in twelve] == list(range(12))
    assert all(cross_of(one) == Cross((CAT, STAR), 0, n, breeding.AMOUNT) for n, one in enumerate(twelve))
    assert breeding.children(pair) == twelve
    assert (twelve[0].seed, twelve[0].index) == (0, 0)


def test_one_parent_alone_is_crossed_with_itself():
    alone = breeding.with_parents(BreedingState("icons"), [CAT])
    assert cross_of(breeding.children(alone)[3]).parents == (CAT, CAT)


def test_children_of_equal_parents_without_a_change_are_that_parent():
    assert breeding.child([CAT, CAT, CAT], 7, 3, 0.0) == CAT
    assert breeding.child([CAT], 7, 3, 0.0) == CAT
    assert breeding.child([CAT, CAT], 7, 3, 0.1) != CAT
    assert breeding.child([CAT, STAR], 7, 3, 0.0) not in (CAT, STAR)


def test_a_child_is_asked_for_the_words_of_all_and_for_what_they_agree_in():
    other = Design(2, 0, prompt=Prompt(("star", "sky"), "filled", "tabler", 3.0))
    joint = breeding.joint_prompt([STAR, other, Design(0, 0)])
    assert joint == Prompt(("star", "sky"), "filled", "", 2.5)
    assert breeding.joint_prompt([Design(0, 0)]) is None


def test_there_is_room_for_four_parents_and_each_is_there_once(pair):
    full = breeding.with_parents(pair, [CAT, TREE, CUP, SUN])
    assert breeding.parents(full) == [CAT, STAR, TREE, CUP]
    assert breeding.with_parents(full, [SUN]) == full


def test_a_parent_taken_out_leaves_no_trace(pair):
    assert breeding.without_parent(breeding.with_parents(pair, [TREE]), 2) == pair
    rest = breeding.without_parent(pair, 0)
    assert breeding.parents(rest) == [STAR]
    assert rest.members == (Member(STAR),)


def test_a_child_becomes_the_parent_of_the_next_generation(pair):
    first, second = breeding.children(pair)[:2]
    grown = breeding.bred(pair, [first, second, TREE], seed=9)
    assert breeding.parents(grown) == [first, second, TREE]
    assert breeding.generation(grown) == Generation((2, 3, 4), 9, breeding.AMOUNT, 0)
    assert [member.parents for member in grown.members] == [(), (), (0, 1), (0, 1), ()]
    assert breeding.levels(grown) == [0, 0, 1, 1, 0]
    deeper = breeding.bred(grown, breeding.children(grown)[:1], seed=10)
    assert breeding.levels(deeper)[-1] == 2


def test_designs_on_an_empty_board_are_its_first_generation():
    begun = breeding.bred(BreedingState("icons"), [CAT, STAR], seed=4)
    assert len(begun.generations) == 1
    assert breeding.parents(begun) == [CAT, STAR]


def test_the_way_is_walked_back_and_forward(pair):
    child = breeding.children(pair)[5]
    grown = breeding.bred(pair, [child], seed=9)
    assert breeding.back(grown) == 0
    assert breeding.forward(grown) is None
    home = breeding.at(grown, 0)
    assert breeding.children(home) == breeding.children(pair)
    assert breeding.back(home) is None
    assert breeding.forward(home) == 1
    assert breeding.children(breeding.at(home, 1)) == breeding.children(grown)


def test_an_ancestor_can_be_bred_from_again(pair):
    grown = breeding.bred(pair, breeding.children(pair)[:1], seed=9)
    again = breeding.bred(grown, [CAT, breeding.parents(grown)[0]], seed=3)
    assert len(again.members) == 3
    assert breeding.generation(again).parents == (0, 2)


def test_a_generation_with_descendants_is_not_altered(pair):
    grown = breeding.bred(pair, breeding.children(pair)[:1], seed=9)
    home = breeding.at(grown, 0)
    for changed in (
        breeding.with_amount(home, 0.5),
        breeding.rerolled(home, 77),
        breeding.with_parents(home, [TREE]),
        breeding.without_parent(home, 0),
    ):
        assert changed.generations[:2] == grown.generations
        assert changed.current == 2
        assert breeding.back(changed) == 0
        assert breeding.levels(changed)[2] == 1  # its parents are still known
    moved = breeding.with_amount(breeding.with_amount(home, 0.5), 0.6)
    assert len(moved.generations) == 3


def test_a_seed_stays_in_its_range(pair):
    assert breeding.generation(breeding.rerolled(pair, MAX_SEED + 3)).seed == 2


def test_a_design_of_too_many_kin_is_said_in_numbers_and_keeps_its_parents(pair):
    child = breeding.children(pair)[0]
    assert breeding.kin(child) == 2
    assert breeding.of_many_kin([child, CAT]) == ()
    grown = breeding.bred(pair, [child, TREE], 9, {child: (0.5, -1.0)})
    said = Design(0, 0, place=Place(vector=(0.5, -1.0)), prompt=child.prompt)
    assert grown.members[2:] == (Member(said, (0, 1)), Member(TREE))
    assert breeding.kin(said) == 1
    again = breeding.bred(breeding.at(grown, 0), [child], 3, {child: (0.5, -1.0)})
    assert len(again.members) == 4


def test_generations_of_single_parents_pass_the_bound(pair):
    state, design = pair, CAT
    for _ in range(5):
        state = breeding.bred(state, [design], 1)
        design = breeding.children(state)[0]
    assert breeding.kin(design) == 32
    assert breeding.of_many_kin([design, design]) == (design,)


def test_the_tree_has_an_end(pair, monkeypatch):
    monkeypatch.setattr(breeding, "MAX_MEMBERS", 3)
    grown = breeding.bred(pair, breeding.children(pair)[:3], seed=9)
    assert len(grown.members) == 3
    assert breeding.bred(grown, [TREE], seed=1) == grown


def test_stars_become_parents_four_at_a_time():
    stars = [CAT, STAR, TREE, CUP, SUN]
    four = breeding.starred_parents(stars)
    assert four == [CAT, STAR, TREE, CUP]
    assert breeding.starred_parents(stars, four) == [SUN]
    assert breeding.starred_parents(stars, [SUN]) == four
    assert breeding.starred_parents(stars, [CAT, Design(9, 9)]) == four
    assert breeding.starred_parents([]) == []


def test_another_package_empties_the_board(pair):
    assert breeding.for_package(pair, "icons") is pair
    assert breeding.for_package(pair, "other") == BreedingState("other")


def test_the_board_is_saved_with_the_project_and_undone(pair, tmp_path):
    empty = ProjectState(SheetState("icons", 1))
    project = Project(tmp_path / "p.maquette", empty)
    grown = breeding.bred(pair, breeding.children(pair)[:2], seed=9)
    project.change("Add a parent", msgspec.structs.replace(empty, breeding=pair))
    project.change("Breed", msgspec.structs.replace(empty, breeding=grown))
    project.save()
    again, problem = load_project(project.path, empty)
    assert problem == ""
    assert again.state.breeding == grown
    assert project.undo() == "Breed"
    assert project.state.breeding == pair


# -- in a real package ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> IconModel:
    return IconModel(tiny_icons(tmp_path_factory.mktemp("icons")), Runtime("cpu", threads=1))


def test_children_of_equal_parents_equal_them_in_the_engine(model):
    parent = Design(1, 0, prompt=Prompt(("cat",), "filled"))
    plain = model.draw([parent])[0]
    for index in range(3):
        crossed = Design(0, 0, place=Place(cross=Cross((parent, parent, parent), 5, index, 0.0)), prompt=parent.prompt)
        assert np.array_equal(model.draw([crossed])[0], plain)
        assert np.array_equal(model.draw([breeding.child([parent], 5, index, 0.0)])[0], plain)


def test_a_child_said_in_numbers_is_the_same_picture(model):
    pair = [Design(1, n, prompt=Prompt((word,), "filled")) for n, word in enumerate(("cat", "star"))]
    child = breeding.child(pair, 5, 2, 0.3)
    assert not np.array_equal(model.draw([child])[0], model.draw([pair[0]])[0])
    vector = tuple(model.w_of([child])[0].tolist())
    said = Design(0, 0, place=Place(vector=vector), prompt=child.prompt)
    assert np.array_equal(model.draw([said])[0], model.draw([child])[0])
