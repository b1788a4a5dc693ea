"""The canvas as plain values."""

import msgspec
import pytest

from desktop_app.engine.requests import Design, Part, Place, Push
from desktop_app.studio import blend
from desktop_app.studio.blend import Anchor, BlendState
from desktop_app.studio.project import ProjectState
from desktop_app.studio.recipe import Recipe, file_name
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.walk import Key, Walk

A, B, C = (Design(1, i, label=i) for i in range(3))


@pytest.fixture
def pair() -> BlendState:
    return BlendState("tiny", anchors=(Anchor(A, 0.0, 0.5), Anchor(B, 1.0, 0.5)), pin=(0.25, 0.5))


def parts_of(design: Design | None) -> dict[Design, float]:
    assert design is not None
    assert design.place is not None
    return {part.design: part.weight for part in design.place.parts}


def test_nothing_on_the_pad_is_nothing_to_blend():
    assert blend.current(BlendState("tiny")) is None
    assert blend.lattice_designs(BlendState("tiny")) == []
    assert blend.current(BlendState("tiny", view="map")) is None


def test_the_pin_mixes_its_neighbours(pair):
    parts = parts_of(blend.current(pair))
    assert parts == pytest.approx({A: 0.75, B: 0.25})


def test_on_an_anchor_the_design_is_that_anchor_itself(pair):
    assert blend.current(blend.with_pin(pair, (0.0, 0.5))) == A
    assert blend.current(blend.with_pin(pair, (1.0, 0.5))) == B
    assert blend.at_pad(BlendState("tiny", anchors=(Anchor(C, 0.3, 0.3),)), (0.9, 0.1)) == C


def test_pushes_ride_on_the_mix_and_do_not_nest(pair):
    pushed = blend.with_push(pair, "weight", 1.5)
    design = blend.current(pushed)
    assert design is not None
    assert design.place is not None
    assert design.place.pushes == (Push("weight", 1.5),)
    assert len(design.place.parts) == 2
    on_anchor = blend.current(blend.with_pin(pushed, (0.0, 0.5)))
    assert on_anchor == Design(0, 0, place=Place((Part(1.0, A),), pushes=(Push("weight", 1.5),)))


def test_a_slider_put_back_leaves_no_trace(pair):
    moved = blend.with_push(blend.with_push(pair, "weight", 1.0), "slant", -1.0)
    assert blend.amount_of(moved, "slant") == -1.0
    assert blend.with_push(moved, "slant", -2.0).pushes == (Push("weight", 1.0), Push("slant", -2.0))
    assert blend.with_push(blend.with_push(moved, "weight", 0.0), "slant", 0.0) == pair
    assert blend.without_pushes(moved) == pair


def test_taste_is_a_mix_whose_weights_still_sum_to_one(pair):
    state = blend.with_taste(pair, (Part(0.8, C), Part(-0.8, A)), 2.0)
    parts = blend.current(state).place.parts
    assert sum(part.weight for part in parts) == pytest.approx(1.0)
    assert {part.design: part.weight for part in parts}[C] == pytest.approx(1.6)
    assert blend.with_taste(state, (), 1.0).taste_amount == 0.0
    assert blend.current(blend.with_taste(pair, (Part(0.8, C), Part(-0.8, A)), 0.0)) == blend.current(pair)


def test_the_lattice_covers_the_pad_row_by_row(pair):
    points = blend.lattice_points(5)
    assert len(points) == 25
    assert points[0] == (0.1, 0.1)
    assert points[5] == pytest.approx((0.1, 0.3))
    designs = blend.lattice_designs(pair)
    assert len(designs) == 25
    assert parts_of(designs[0])[A] > parts_of(designs[4])[A]


def test_anchors_take_free_corners_and_eight_are_enough():
    state = BlendState("tiny")
    for n in range(10):
        state = blend.with_anchor(state, Design(0, n))
    assert len(state.anchors) == 8
    places = [(anchor.x, anchor.y) for anchor in state.anchors]
    assert len(set(places)) == 8
    assert places[:4] == [(0.08, 0.08), (0.92, 0.08), (0.08, 0.92), (0.92, 0.92)]
    fewer = blend.without_anchor(state, 1)
    assert [anchor.design.index for anchor in fewer.anchors] == [0, 2, 3, 4, 5, 6, 7]
    assert blend.with_anchor(fewer, A).anchors[-1].x == pytest.approx(0.92)


def test_what_is_dragged_off_the_pad_stays_on_it(pair):
    assert blend.with_pin(pair, (-3.0, 2.0)).pin == (0.0, 1.0)
    moved = blend.with_anchor_at(pair, 1, (0.5, 9.0)).anchors[1]
    assert (moved.x, moved.y, moved.design) == (0.5, 1.0, B)


def test_another_package_is_another_canvas(pair):
    state = msgspec.structs.replace(pair, walk=Walk((Key(A),), even=True, fps=12.0), lattice=7)
    assert blend.for_package(state, "tiny") is state
    fresh = blend.for_package(state, "other")
    assert fresh.package == "other"
    assert not fresh.anchors
    assert not fresh.walk.keys
    assert (fresh.lattice, fresh.walk.even, fresh.walk.fps) == (7, True, 12.0)


def test_keys_at_the_end_or_before_another(pair):
    state = blend.with_key(blend.with_key(pair, A), B)
    assert [key.design for key in blend.with_key(state, C, at=1).walk.keys] == [A, C, B]


def test_depth_counts_mixes_in_mixes(pair):
    once = blend.current(pair)
    assert blend.depth(A) == 0
    assert blend.depth(once) == 1
    assert blend.depth(blend.mix([(0.5, once), (0.5, A)])) == 2


def test_a_blended_picture_has_a_file_name_of_its_own(pair):
    def name(design: Design | None) -> str:
        assert design is not None
        return file_name(Recipe(version="1", package="tiny", package_sha256="0", design=design, created=""))

    names = [name(blend.current(blend.with_pin(pair, (x / 10, 0.5)))) for x in range(1, 10)]
    assert len(set(names)) == 9
    assert all(name.startswith("tiny_blend_") and name.endswith(".png") for name in names)
    assert name(blend.current(pair)) == name(blend.current(pair))
    assert name(A) == "tiny_s1_i0_c0.png"


def test_the_canvas_survives_the_project_file(pair):
    state = ProjectState(SheetState("tiny", 1), blend=blend.with_key(blend.with_push(pair, "weight", 1.0), A))
    assert msgspec.json.decode(msgspec.json.encode(state), type=ProjectState) == state


def test_a_project_from_before_opens():
    before = b'{"sheet":{"package":"tiny","seed":1},"takes":[],"tile_px":96,"first_tile":0,"format":1}'
    assert msgspec.json.decode(before, type=ProjectState).blend == BlendState()
