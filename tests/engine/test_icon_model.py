"""A package of icons as the engine runs it: pictures, fields, bad input, damaged packages."""

import random
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, helper, numpy_helper

from desktop_app import paths
from desktop_app.engine import latents, packages
from desktop_app.engine.errors import DeviceError, PackageError, RequestError
from desktop_app.engine.fields import coverage_of
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import (
    CheckedUp,
    CheckUp,
    Cross,
    Design,
    Differ,
    Different,
    Fields,
    Find,
    Found,
    Part,
    Pictures,
    Place,
    Progress,
    Prompt,
    Push,
    Resemblances,
    Resemble,
    Sample,
    Trace,
    Variation,
    Verified,
    Verify,
)
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from tests import tiny_icons
from tests.tiny_icons import DRAWN, FIELD, REACH, SIZE

HEART = Design(3, 7, prompt=Prompt(("heart",), "outline"))
BIRD = Design(1, 2, prompt=Prompt(("bird",)), truncation=0.8)
PLAIN = Design(0, 0)


def child(*parents: Design, seed: int = 1, index: int = 0, amount: float = 0.0, prompt: Prompt | None = None) -> Design:
    return Design(0, 0, place=Place(cross=Cross(parents, seed, index, amount)), prompt=prompt)


def mixed(*designs: Design) -> Design:
    return Design(0, 0, place=Place(parts=tuple(Part(1 / len(designs), design) for design in designs)))


@pytest.fixture
def model(icons: Package, runtime: Runtime) -> IconModel:
    runtime.begin()
    return IconModel(icons, runtime)


# -- pictures and fields -------------------------------------------------------------------------------------------


def test_a_design_becomes_noise_a_latent_a_field_and_a_picture(model: IconModel):
    z = latents.of_design(BIRD, SIZE)[None] * np.float32(0.8)
    w = model.flow.lead(z, [BIRD.prompt or Prompt()])
    fields = model.fields_of([BIRD])
    assert fields == pytest.approx(tiny_icons.field(w)[:, 0] * REACH, abs=1e-5)
    assert (fields.shape, fields.dtype) == ((1, FIELD, FIELD), np.float32)
    pixels = model.draw([BIRD])
    assert (pixels.shape, pixels.dtype) == ((1, DRAWN, DRAWN, 1), np.uint8)
    assert np.array_equal(pixels[0, ..., 0], 255 - coverage_of(fields[0], DRAWN))


def test_ink_is_black_on_white(model: IconModel):
    field, picture = model.fields_of([HEART])[0], model.draw([HEART])[0, ..., 0]
    small = picture.reshape(FIELD, 8, FIELD, 8).mean(axis=(1, 3))
    assert small[field > 1].max() < 100 < 155 < small[field < -1].min()


def test_the_prompt_and_the_seed_and_a_variation_change_the_icon(model: IconModel):
    others = [
        PLAIN,
        Design(0, 1),
        Design(1, 0),
        Design(0, 0, prompt=Prompt(("cup",))),
        Design(0, 0, prompt=Prompt(style="filled")),
        Design(0, 0, prompt=Prompt(source="sharp")),
        Design(0, 0, prompt=Prompt(("cup",), guidance=4.0)),
        Design(0, 0, truncation=0.5),
        Design(0, 0, variations=(Variation(1, 1, 0.5),)),
    ]
    assert len({picture.tobytes() for picture in model.draw(others)}) == len(others)


def test_no_words_and_words_that_nobody_knows_are_one(model: IconModel):
    unknown = Design(0, 0, prompt=Prompt(tuple(f"word {n}" for n in range(500))))
    assert model.draw([unknown]).tobytes() == model.draw([PLAIN]).tobytes()


@pytest.mark.parametrize(("level", "shade"), [(-9.0, 255), (9.0, 0)])
def test_blank_and_full_fields_are_no_errors(service: Service, tmp_path: Path, level: float, shade: int):
    package = with_decoder(tmp_path, level=level)
    designs = tuple(Design(0, n) for n in range(3))
    for request in (Sample(package.ref, designs), Trace(package.ref, designs), Differ(package.ref, designs, 2)):
        answers = list(service.run(request))
        if isinstance(request, Sample):
            assert (answers[0].pixels == shade).all()
        if isinstance(request, Differ):
            assert answers[-1] == Different((0,), 1)


def with_decoder(folder: Path, *, level: float | None = None, nodes: tuple[NodeProto, ...] = ()) -> Package:
    """level: every field is at that distance, far beyond the reach."""
    package = tiny_icons.tiny_icons(folder)
    graph = tiny_icons.decoder_graph(nodes, "v" if nodes else "w")
    if level is not None:
        graph.graph.node[2].input[0] = "levelled"
        graph.graph.node.insert(2, helper.make_node("Add", ["flat", "level"], ["levelled"]))
        graph.graph.initializer.append(numpy_helper.from_array(np.array(level, np.float32), "level"))
    onnx.save(graph, package.folder / "decoder.onnx")
    return tiny_icons.rewrite(package.folder)


def test_numbers_that_are_none_end_in_a_sentence(service: Service, tmp_path: Path):
    none = helper.make_node("Constant", [], ["none"], value=numpy_helper.from_array(np.array(np.nan, np.float32)))
    package = with_decoder(tmp_path, nodes=(none, helper.make_node("Mul", ["w", "none"], ["v"])))
    for request in (Sample(package.ref, (PLAIN,)), Trace(package.ref, (PLAIN,)), Resemble(package.ref, (PLAIN,))):
        with pytest.raises(DeviceError, match="numbers that are none"):
            list(service.run(request))


# -- the same bits -------------------------------------------------------------------------------------------------

SHIPPED = [
    package
    for package in packages.discover([paths.bundled_models()])
    if isinstance(package, Package) and package.manifest.icons is not None
]


def family() -> list[Design]:
    """Designs of every kind, made of one another."""
    drawn = [Design(n % 3, n, prompt=Prompt(("cat", "star")[: n % 3], guidance=1.0 + n % 2)) for n in range(9)]
    grown = [child(drawn[n], drawn[n + 1], index=n, amount=n / 8, prompt=drawn[n].prompt) for n in range(8)]
    deeper = [child(grown[n], mixed(grown[n + 1], drawn[0]), drawn[n], seed=n, amount=0.3) for n in range(6)]
    return [*drawn, *grown, *deeper, mixed(deeper[0], grown[1]), child(deeper[1], deeper[2])]


@pytest.mark.parametrize("shipped", [None, *SHIPPED], ids=lambda package: package.name if package else "tiny")
def test_a_design_has_its_bits_in_any_company_and_on_any_number_of_threads(shipped: Package | None, icons: Package):
    designs, reference, draw = family(), None, random.Random(0)
    for threads in (1, 2, 5):
        runtime = Runtime("cpu", threads=threads)
        fields = IconModel(shipped or icons, runtime).fields_of(designs)
        reference = fields if reference is None else reference
        assert fields.tobytes() == reference.tobytes(), f"{threads} threads"
        model = IconModel(shipped or icons, runtime)
        for size in (1, 1, 2, 3, 5, 8, 13, 20):
            some = draw.sample(range(len(designs)), size)
            assert model.fields_of([designs[n] for n in some]).tobytes() == reference[some].tobytes(), some
        runtime.close()
    assert reference is not None
    assert len({field.tobytes() for field in reference}) == len(designs)


def test_what_is_kept_changes_nothing(icons: Package, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    designs = family()
    reference = IconModel(icons, runtime).fields_of(designs)
    monkeypatch.setattr("desktop_app.engine.latent_model.MAX_KNOWN", 3)
    monkeypatch.setattr("desktop_app.engine.icon_model.KEPT", 4)
    model, draw = IconModel(icons, runtime), random.Random(2)
    for size in (1, 1, 2, 1, 5, 1, 3, 2, 1, 12, 1, 20, 3):
        some = draw.choices(range(len(designs)), k=size)
        assert model.fields_of([designs[n] for n in some]).tobytes() == reference[some].tobytes()
        assert len(model._drawn_lately) <= 4


def test_what_the_sheet_shows_is_not_drawn_again_for_its_outlines(
    icons: Package, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    model = IconModel(icons, runtime)
    model.draw([HEART, BIRD])
    runs: list[int] = []
    decode = model.decode
    monkeypatch.setattr(model, "decode", lambda w: runs.append(len(w)) or decode(w))
    model.fields_of([BIRD, HEART, BIRD])
    assert runs == []
    model.fields_of([PLAIN, BIRD, PLAIN])
    assert runs == [1]
    model.draw([PLAIN])  # a picture is always drawn: the self-test compares them
    assert runs == [1, 1]


# -- children ------------------------------------------------------------------------------------------------------


def test_children_of_equal_parents_equal_them_to_the_bit(model: IconModel):
    for parent in (HEART, mixed(HEART, BIRD), child(HEART, BIRD, amount=0.5)):
        for count in (2, 3, 4):
            for index in range(3):
                one = child(*[parent] * count, index=index, prompt=Prompt(("tree",)))
                assert model.fields_of([one]).tobytes() == model.fields_of([parent]).tobytes()


def test_each_cell_of_a_child_is_one_parent_s(model: IconModel):
    parents = model.w_of([HEART, BIRD, PLAIN])
    made = model.w_of([child(HEART, BIRD, PLAIN, index=n) for n in range(20)])
    same = made[:, None] == parents[None]  # (children, parents, cells): one channel
    assert same.any(axis=1).all()
    assert same.any(axis=2).all()
    assert len({row.tobytes() for row in made}) > 10


def test_amount_1_is_an_icon_of_its_own(model: IconModel):
    prompt = Prompt(("cup",), "filled")
    own = child(HEART, BIRD, seed=5, index=9, amount=1.0, prompt=prompt)
    assert model.fields_of([own]) == pytest.approx(model.fields_of([Design(5, 9, prompt=prompt)]), abs=1e-5)


def test_the_more_a_child_is_changed_the_farther_it_is(model: IconModel):
    amounts = (0.0, 0.1, 0.3, 0.6, 1.0)
    made = model.w_of([child(HEART, HEART, amount=amount, prompt=HEART.prompt) for amount in amounts])
    far = np.linalg.norm(made - made[0], axis=1)
    assert (np.diff(far) > 0).all()


def test_a_changed_child_hears_its_prompt(model: IconModel):
    plain, told = (child(HEART, BIRD, amount=0.5, prompt=prompt) for prompt in (None, Prompt(("tree",))))
    assert model.draw([plain]).tobytes() != model.draw([told]).tobytes()


def test_an_icon_of_one_s_own_can_be_a_parent(model: IconModel):
    own = Design(0, 0, place=Place(vector=tuple(np.linspace(-1, 1, SIZE).tolist())))
    assert model.w_of([child(own, own)])[0] == pytest.approx(np.linspace(-1, 1, SIZE), abs=1e-6)


# -- bad requests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "says"),
    [
        (Design(0, 0, prompt=Prompt(style="woodcut")), "has the styles filled, outline; “woodcut” was asked for"),
        (Design(0, 0, prompt=Prompt(source="brands")), "was taught no set “brands”"),
        (Design(0, 0, prompt=Prompt(guidance=11.0)), "Guidance goes from 0 to 10; 11 was asked for"),
        (Design(0, 0, prompt=Prompt(guidance=-0.1)), "Guidance goes from 0 to 10"),
        (Design(0, 0, prompt=Prompt(guidance=float("nan"))), "Guidance goes from 0 to 10"),
        (Design(0, 0, label=1), "has no classes"),
        (child(HEART), "2 to 4 parents; 1 were named"),
        (child(*[HEART] * 5), "2 to 4 parents; 5 were named"),
        (child(HEART, BIRD, amount=1.01), "goes from 0 to 1; 1.01 was asked for"),
        (child(HEART, BIRD, amount=-0.5), "goes from 0 to 1"),
        (child(HEART, BIRD, amount=float("nan")), "goes from 0 to 1"),
        (child(HEART, Design(0, 0, prompt=Prompt(style="woodcut"))), "woodcut"),
        (Design(0, 0, place=Place(cross=Cross((HEART, BIRD), 0, 0), spot=(0.0, 0.0))), "one of the four"),
        (Design(0, 0, place=Place(cross=Cross((HEART, BIRD), 0, 0), vector=(0.0,) * SIZE)), "one of the four"),
        (Design(0, 0, place=Place(cross=Cross((HEART, BIRD), 0, 0), parts=(Part(1.0, HEART),))), "one of the four"),
        (Design(0, 0, place=Place(cross=Cross((HEART, BIRD), 0, 0), pushes=(Push("bold", 1.0),))), "direction"),
        (Design(0, 0, place=Place()), "one of the four"),
        (Design(0, 0, place=Place(vector=(0.0,) * (SIZE - 1))), "reads 16 numbers"),
    ],
)
def test_designs_that_do_not_fit_end_in_a_sentence(service: Service, icons: Package, design: Design, says: str):
    for request in (Sample, Trace, Resemble, Differ):
        with pytest.raises(RequestError, match=says):
            list(service.run(request(icons.ref, (HEART, design))))


def test_a_family_tree_has_an_end(model: IconModel):
    deep = HEART
    for _ in range(17):
        deep = Design(0, 0, place=Place(cross=Cross((deep, HEART), 1, 2)))
    model.check([deep])
    with pytest.raises(RequestError, match="too many others"):
        model.check([Design(0, 0, place=Place(cross=Cross((deep, deep, HEART), 1, 2)))])


def test_only_icons_have_children(service: Service, tiny: Package):
    parents = tuple(Design(0, n, label=0) for n in range(2))
    with pytest.raises(RequestError, match="“Tiny” makes no icons"):
        list(service.run(Sample(tiny.ref, (child(*parents),))))


@pytest.mark.parametrize("request_of", [Trace, Resemble, Differ])
def test_other_packages_make_no_icons(service: Service, tiny: Package, request_of):
    with pytest.raises(RequestError, match="“Tiny” makes no icons"):
        list(service.run(request_of(tiny.ref, (Design(0, 0, label=0),))))


# -- what else is asked --------------------------------------------------------------------------------------------


def test_fields_come_in_chunks(service: Service, icons: Package):
    designs = tuple(Design(1, n) for n in range(7))
    answers = list(service.run(Trace(icons.ref, designs, chunk=3)))
    parts = [answer for answer in answers if isinstance(answer, Fields)]
    assert [(part.first, len(part.fields)) for part in parts] == [(0, 3), (3, 3), (6, 1)]
    assert answers[-1] == Progress("Tracing", 7, 7)
    pictures = next(a for a in service.run(Sample(icons.ref, designs)) if isinstance(a, Pictures))
    drawn = 255 - coverage_of(np.concatenate([part.fields for part in parts]), DRAWN)
    assert np.array_equal(pictures.pixels[..., 0], drawn)


def test_without_an_index_nothing_resembles_anything(service: Service, icons: Package):
    designs = tuple(Design(1, n) for n in range(50))
    found = [answer for answer in service.run(Resemble(icons.ref, designs)) if isinstance(answer, Resemblances)]
    assert [(part.first, len(part.found)) for part in found] == [(0, 48), (48, 2)]
    assert {one for part in found for one in part.found} == {None}


def test_a_damaged_index_is_found_when_a_package_is_verified(service: Service, icons: Package):
    (icons.folder / "similar.npz").write_bytes(b"no index")
    package = tiny_icons.rewrite(icons.folder)
    with pytest.raises(PackageError, match=r"similar.npz"):
        list(service.run(Verify(package.ref)))
    with pytest.raises(PackageError, match=r"similar.npz"):
        list(service.run(Resemble(package.ref, (PLAIN,))))


def test_the_most_different_of_many_are_chosen_by_drafts(service: Service, icons: Package):
    designs = tuple(Design(2, n, prompt=Prompt(("cat",), guidance=0.3)) for n in range(100))
    *progress, last = service.run(Differ(icons.ref, designs, count=6))
    assert progress == [Progress("Drafting", n, 100) for n in (48, 96, 100)]
    assert isinstance(last, Different)
    assert len(set(last.chosen)) == 6
    assert last == list(service.run(Differ(icons.ref, designs, count=6)))[-1]
    *_, every = service.run(Differ(icons.ref, designs, count=200))
    assert 90 < len(every.chosen) + every.twins <= 100
    assert every.chosen != tuple(sorted(every.chosen))


def test_equal_designs_are_twins(service: Service, icons: Package):
    *_, last = service.run(Differ(icons.ref, (HEART, HEART, HEART), 3))
    assert last == Different((0,), 2)


def test_at_least_one_has_to_be_chosen(service: Service, icons: Package):
    with pytest.raises(RequestError, match="At least one design"):
        list(service.run(Differ(icons.ref, (HEART,), 0)))


def test_a_picture_is_found_again_through_its_field(service: Service, icons: Package, model: IconModel):
    picture = model.draw([HEART])[0]
    (found,) = service.run(Find(icons.ref, picture))
    assert isinstance(found, Found)
    assert found.how == "encoder"
    assert found.error < 50
    own = Design(0, 0, place=Place(vector=found.vector))
    assert np.array_equal(model.draw([own])[0], found.pixels)
    assert overlap(model.fields_of([own])[0], model.fields_of([HEART])[0]) > 0.85


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float(((a > 0) & (b > 0)).sum() / ((a > 0) | (b > 0)).sum())


@pytest.mark.parametrize("shade", [0, 255])
def test_a_picture_of_one_colour_is_found_too(service: Service, icons: Package, shade: int):
    (found,) = service.run(Find(icons.ref, np.full((DRAWN, DRAWN, 1), shade, np.uint8)))
    assert np.isfinite(found.vector).all()


def test_icons_are_not_searched_for(service: Service, icons: Package):
    with pytest.raises(RequestError, match="by its encoder alone"):
        list(service.run(Find(icons.ref, np.full((DRAWN, DRAWN, 1), 255, np.uint8), rounds=3)))


def test_a_picture_of_another_size_is_refused(service: Service, icons: Package):
    with pytest.raises(RequestError, match="where the model's are"):
        list(service.run(Find(icons.ref, np.zeros((64, 64, 1), np.uint8))))


# -- golden example and check-up -----------------------------------------------------------------------------------


def test_the_golden_example_is_given_again(service: Service, icons: Package):
    (verified,) = service.run(Verify(icons.ref))
    assert isinstance(verified, Verified)
    assert verified.max_error < 1e-5


@pytest.mark.parametrize("name", ["noise", "words", "style", "source", "guidance", "latent", "field", "encoded"])
def test_every_part_of_the_golden_example_counts(service: Service, icons: Package, name: str):
    golden = tiny_icons.golden()
    golden[name] = golden[name].copy()
    golden[name].flat[0] = golden[name].flat[0] + 1 if name != "style" else 1
    np.savez(icons.folder / "golden.npz", **golden)
    with pytest.raises(PackageError, match="golden example"):
        list(service.run(Verify(tiny_icons.rewrite(icons.folder).ref)))


@pytest.mark.parametrize("name", tiny_icons.golden())
def test_a_golden_example_of_other_shapes_is_refused(service: Service, icons: Package, name: str):
    for changed in (None, tiny_icons.golden()[name][:1], tiny_icons.golden()[name].astype(np.float64)):
        golden = {key: value for key, value in tiny_icons.golden().items() if key != name}
        np.savez(icons.folder / "golden.npz", **golden, **({} if changed is None else {name: changed}))
        with pytest.raises(PackageError, match="does not fit its graphs"):
            list(service.run(Verify(tiny_icons.rewrite(icons.folder).ref)))


@pytest.mark.parametrize(("name", "number"), [("words", 99), ("words", -1), ("style", 3), ("source", 9)])
def test_a_golden_example_of_numbers_that_nobody_has_is_refused(
    service: Service, icons: Package, name: str, number: int
):
    golden = tiny_icons.golden()
    golden[name] = golden[name].copy()
    golden[name].flat[0] = number
    np.savez(icons.folder / "golden.npz", **golden)
    with pytest.raises(PackageError, match=r"tiny-icons|flow\.onnx"):
        list(service.run(Verify(tiny_icons.rewrite(icons.folder).ref)))


def test_a_check_up_draws_common_words(service: Service, icons: Package):
    found = checked_up(service, icons, seed=5, count=12)
    assert (found.kind, found.broken, found.constant) == ("generator", (), ())
    assert found.golden_error < 1e-5
    assert found.diversity > 30
    words = tiny_icons.VOCABULARY
    designs = tuple(Design(5, n, prompt=Prompt((words[n % len(words)],))) for n in range(12))
    pictures = next(iter(service.run(Sample(icons.ref, designs))))
    assert np.array_equal(found.pictures, pictures.pixels)


def test_a_check_up_counts_what_is_broken_and_blank(service: Service, tmp_path: Path):
    nodes = (
        helper.make_node("ReduceSum", ["w"], ["sum"], keepdims=0),
        helper.make_node("Sqrt", ["sum"], ["root"]),
        helper.make_node("Add", ["w", "root"], ["v"]),
    )
    found = checked_up(service, with_decoder(tmp_path / "a", nodes=nodes))
    assert 0 < len(found.broken) < 32
    assert all(not found.pictures[n].any() for n in found.broken)
    blank = checked_up(service, with_decoder(tmp_path / "b", level=-9.0), count=4)
    assert blank.constant == (0, 1, 2, 3)


def checked_up(service: Service, package: Package, *, seed: int = 0, count: int = 32) -> CheckedUp:
    *_, last = service.run(CheckUp(package.ref, seed, count))
    assert isinstance(last, CheckedUp)
    return last
