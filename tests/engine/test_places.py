"""Designs with a place: mixes, vectors, spots and pushes."""

import io
import itertools

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine import latents, noise, packages
from desktop_app.engine.errors import RequestError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.requests import Design, Locate, MapData, Part, Place, Push, ReadMap, Sample
from desktop_app.studio import wire
from tests.tiny_package import W, encoder_package, plain_package, write_manifest


@pytest.fixture
def coder(tmp_path, runtime) -> LatentModel:
    runtime.begin()
    return LatentModel(packages.open_package(encoder_package(tmp_path)), runtime)


@pytest.fixture
def plain(tmp_path, runtime) -> LatentModel:
    runtime.begin()
    return LatentModel(packages.open_package(plain_package(tmp_path)), runtime)


def mixed(*parts: tuple[float, Design], pushes: tuple[Push, ...] = ()) -> Design:
    return Design(0, 0, place=Place(tuple(Part(weight, design) for weight, design in parts), pushes=pushes))


A, B, C = (Design(4, i, label=i) for i in range(3))


def test_a_mix_of_one_is_that_design_to_the_bit(coder, plain):
    for model, design in ((coder, A), (plain, Design(4, 0))):
        w = model.w_of([design, mixed((1.0, design)), mixed((0.0, Design(9, 9, label=design.label)), (1.0, design))])
        assert (w[0] == w[1]).all()
        assert (w[0] == w[2]).all()


def test_lines_where_there_is_a_mapping(coder):
    a, b, middle = coder.w_of([A, B, mixed((0.25, A), (0.75, B))])
    np.testing.assert_allclose(middle, 0.25 * a + 0.75 * b, atol=1e-6)


def test_arcs_where_there_is_none(plain):
    x, y = Design(4, 0), Design(4, 1)
    t = 0.3
    a, b, between = plain.w_of([x, y, mixed((1 - t, x), (t, y))]).astype(np.float64)
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    units = a / np.linalg.norm(a), b / np.linalg.norm(b)
    slerp = (np.sin((1 - t) * angle) * units[0] + np.sin(t * angle) * units[1]) / np.sin(angle)
    length = (1 - t) * np.linalg.norm(a) + t * np.linalg.norm(b)
    np.testing.assert_allclose(between, slerp * length, atol=1e-6)


def test_mixes_of_mixes_and_a_batch_of_many_give_what_each_gives_alone(coder):
    inner = mixed((0.5, A), (0.5, B))
    designs = [A, mixed((0.3, inner), (0.7, C)), inner, Design(0, 0, place=Place(spot=(0.5, 1.0))), B]
    together = coder.draw(designs)
    for design, pixels in zip(designs, together, strict=True):
        fresh = LatentModel(coder.package, coder._decoder._runtime)
        assert (fresh.draw([design])[0] == pixels).all()


def test_a_spot_is_its_point_of_the_plane_and_located_there(coder, service):
    space = coder.space
    spots = np.array([[0.0, 0.0], [1.5, -0.5]], np.float32)
    designs = tuple(Design(0, 0, place=Place(spot=(float(x), float(y)))) for x, y in spots)
    w = coder.w_of(designs)
    expected = np.linspace(-1, 1, W, dtype=np.float32)
    np.testing.assert_array_equal(w[0], expected)
    expected[0] += 1.5 * 2.0
    expected[1] -= 0.5 * 0.5
    np.testing.assert_allclose(w[1], expected, atol=1e-6)
    np.testing.assert_allclose(space.spots(w), spots, atol=1e-6)
    located = next(iter(service.run(Locate(coder.package.ref, designs))))
    np.testing.assert_allclose(located.spots, spots, atol=1e-6)
    (data,) = service.run(ReadMap(coder.package.ref))
    assert isinstance(data, MapData)
    assert data.points.shape == (5, 2)
    assert data.labels.tolist() == [0, 1, 2, 0, 1]


def test_pushes_add_up_and_reach_the_pixels(coder):
    w, pushed, twice = coder.w_of(
        [
            A,
            mixed((1.0, A), pushes=(Push("weight", 1.5),)),
            mixed((1.0, A), pushes=(Push("weight", 1.0), Push("weight", 0.5))),
        ]
    )
    direction = coder.space._directions[0]
    np.testing.assert_allclose(pushed, w + 1.5 * direction, atol=1e-5)
    np.testing.assert_allclose(twice, pushed, atol=1e-5)
    assert (coder.draw([A]) != coder.draw([mixed((1.0, A), pushes=(Push("weight", 1.5),))])).any()


def test_a_vector_is_taken_as_it_is(coder):
    vector = tuple(float(np.float32(v)) for v in np.linspace(-1, 1, W))
    (w,) = coder.w_of([Design(0, 0, place=Place(vector=vector))])
    assert w.tolist() == list(vector)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(), "one of the four"),
        (Place(parts=(Part(1.0, A),), spot=(0.0, 0.0)), "one of the four"),
        (Place(vector=(1.0,)), f"reads {W} numbers"),
        (Place(vector=(float("nan"),) * W), "NaN"),
        (Place(parts=(Part(0.5, A), Part(0.6, B))), "sum to one"),
        (Place(parts=(Part(float("inf"), A),)), "NaN"),
        (Place(parts=(Part(5001.0, A), Part(-5000.0, B))), "sum to one"),
        (Place(parts=(Part(1.0, Design(0, 0, label=7)),)), "class 7 was asked for"),
        (Place(parts=(Part(1.0, A),), pushes=(Push("height", 1.0),)), "no direction “height”. It has: “weight”"),
        (Place(parts=(Part(1.0, A),), pushes=(Push("weight", float("inf")),)), "NaN"),
    ],
)
def test_places_that_do_not_fit(coder, place, words):
    with pytest.raises(RequestError, match=words):
        coder.draw([Design(0, 0, place=place)])


def test_a_bottomless_mix_is_refused(coder):
    design = A
    for _ in range(40):
        design = mixed((1.0, design))
    with pytest.raises(RequestError, match="too many others"):
        coder.draw([design])


def test_a_package_without_a_space_says_so(plain):
    with pytest.raises(RequestError, match="knows no directions and no map"):
        plain.draw([Design(0, 0, place=Place(spot=(0.0, 0.0)))])


def test_a_space_that_does_not_fit_its_manifest(tmp_path, service):
    folder = encoder_package(tmp_path)
    with np.load(folder / "space.npz") as data:
        arrays = dict(data)
    np.savez(folder / "space.npz", **arrays | {"directions": arrays["directions"][:1]})
    manifest = packages.open_package(folder).manifest
    write_manifest(folder, abilities=manifest.abilities, graphs=manifest.graphs, space=manifest.space)
    with pytest.raises(packages.PackageError, match="does not fit its manifest: “directions” is"):
        list(service.run(ReadMap(packages.open_package(folder).ref)))


def test_places_cross_the_process_boundary(coder):
    design = mixed((0.25, A), (0.75, mixed((1.0, B))), pushes=(Push("weight", -2.0),))
    frame = wire.encode(wire.Run(1, Sample(coder.package.ref, (design,))))
    message = wire.read_to_engine(io.BytesIO(frame))
    assert message.request.designs == (design,)
    assert msgspec.json.decode(msgspec.json.encode(design), type=Design) == design


# -- mixing itself -------------------------------------------------------------------------------------------------

weights_of = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6)


@given(weights_of, st.integers(0, 1000))
def test_arcs_stay_where_the_noise_is(raw, seed):
    """The mix on the sphere is as long as the mix of the lengths, whatever the weights."""
    weights = np.array(raw) / sum(raw)
    points = noise.latents(seed, range(len(raw)), 32)
    result = latents.mix(points, list(weights), arcs=True)
    np.testing.assert_allclose(np.linalg.norm(result), weights @ np.linalg.norm(points, axis=1), rtol=1e-5)


@given(weights_of, st.integers(0, 1000))
def test_the_order_of_the_parts_does_not_matter(raw, seed):
    weights = np.array(raw) / sum(raw)
    points = noise.latents(seed, range(len(raw)), 32)
    forth = latents.mix(points, list(weights), arcs=True)
    back = latents.mix(points[::-1], list(weights[::-1]), arcs=True)
    np.testing.assert_allclose(forth, back, atol=1e-4)


def test_opposite_points_and_equal_points():
    x = noise.latents(0, [0], 16)[0]
    assert np.isfinite(latents.mix(np.stack([x, -x]), [0.5, 0.5], arcs=True)).all()
    np.testing.assert_allclose(latents.mix(np.stack([x, x, x]), [0.2, 0.3, 0.5], arcs=True), x, atol=1e-6)


def test_a_walk_on_an_arc_is_even():
    """Equal steps of weight turn by equal angles, which a straight line made long again would not."""
    points = noise.latents(1, range(2), 64)
    along = [latents.mix(points, [1 - t, t], arcs=True).astype(np.float64) for t in np.linspace(0, 1, 9)]
    units = [p / np.linalg.norm(p) for p in along]
    angles = [np.arccos(np.clip(a @ b, -1, 1)) for a, b in itertools.pairwise(units)]
    assert max(angles) / min(angles) < 1.0001
