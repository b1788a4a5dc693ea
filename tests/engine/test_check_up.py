"""Check-ups of sound and of broken packages: each kind of fault is seen, and none of them ends the check-up."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from desktop_app.engine import drawings, packages
from desktop_app.engine.check_up import NEAR, distances_between
from desktop_app.engine.errors import RequestError
from desktop_app.engine.requests import CheckedUp, CheckUp, Design, Progress, Sample
from desktop_app.engine.service import Service
from tests import tiny_package, tiny_restorer
from tests.tiny_classifier import tiny_classifier


def checked(service: Service, folder: Path, **wishes: int) -> CheckedUp:
    package = packages.open_package(folder)
    *progress, found = service.run(CheckUp(package.ref, **wishes))
    assert isinstance(found, CheckedUp)
    assert [update.done for update in progress if isinstance(update, Progress)][-1] == len(found.pictures)
    return found


def decoder(nodes: list[onnx.NodeProto], **constants: float) -> onnx.ModelProto:
    """The tiny decoder, fed with “v” in place of “w”; `nodes` make v of w."""
    made = tiny_package.decoder_graph()
    made.graph.node[0].input[0] = "v"
    rest = list(made.graph.node)
    del made.graph.node[:]
    made.graph.node.extend([*nodes, *rest])
    made.graph.initializer.extend(numpy_helper.from_array(np.array(v, np.float32), k) for k, v in constants.items())
    return made


def test_a_sound_generator_draws_what_the_sheet_draws(service, tiny):
    found = checked(service, tiny.folder, seed=5, count=12)
    assert found.kind == "generator"
    assert (found.broken, found.constant, found.near_copies) == ((), (), ())
    assert found.diversity > 30
    assert found.milliseconds > 0
    assert found.load_ms > 0
    assert found.golden_error < 1e-5
    designs = tuple(Design(5, n, label=n % tiny_package.CLASSES) for n in range(12))
    pictures = next(iter(service.run(Sample(tiny.ref, designs))))
    assert np.array_equal(found.pictures, pictures.pixels)


def test_numbers_that_are_none_are_counted_and_end_nothing(service, tmp_path):
    nodes = [helper.make_node("ReduceSum", ["w"], ["sum"], keepdims=0), helper.make_node("Sqrt", ["sum"], ["root"])]
    nodes.append(helper.make_node("Add", ["w", "root"], ["v"]))
    found = checked(service, tiny_package.package_with(tmp_path, decoder(nodes)))
    assert 0 < len(found.broken) < 32
    assert all(not found.pictures[n].any() for n in found.broken)
    assert found.diversity > 0


def test_all_broken_is_not_taken_for_all_alike(service, tmp_path):
    nodes = [helper.make_node("Mul", ["w", "none"], ["v"])]
    found = checked(service, tiny_package.package_with(tmp_path, decoder(nodes, none=np.nan)))
    assert found.broken == tuple(range(32))
    assert (found.constant, found.near_copies, found.diversity) == ((), (), 0.0)
    assert np.isnan(found.golden_error)


def test_pictures_of_one_colour_are_counted(service, tmp_path):
    nodes = [helper.make_node("Mul", ["w", "zero"], ["v"])]
    found = checked(service, tiny_package.package_with(tmp_path, decoder(nodes, zero=0.0)))
    assert found.constant == tuple(range(32))
    assert found.diversity == 0.0
    assert found.golden_error > 0.1


def test_seeds_that_give_one_picture_are_found_in_pairs(service, tmp_path):
    """A decoder that sees nothing but on which side of zero its first number lies."""
    nodes = [helper.make_node("Sign", ["w"], ["sign"]), helper.make_node("Mul", ["sign", "first"], ["v"])]
    made = decoder(nodes)
    first = np.eye(1, tiny_package.W, dtype=np.float32)
    made.graph.initializer.append(numpy_helper.from_array(first, "first"))
    found = checked(service, tiny_package.package_with(tmp_path, made), count=9)
    assert found.constant == ()
    assert len(found.near_copies) >= 9 * 8 / 2 / 2 - 9 / 4  # two heaps, at best of the same size
    a, b = found.near_copies[0]
    assert np.array_equal(found.pictures[a], found.pictures[b])


def test_near_is_what_nobody_tells_apart():
    pictures = np.zeros((3, 4, 4, 1), np.uint8)
    pictures[1], pictures[2] = 3, 5
    distances = distances_between(pictures)
    assert distances[0].tolist() == [0, 3, 5]
    assert distances[0, 1] < NEAR < distances[0, 2]


@pytest.mark.parametrize("kind", ["blur", "twice", "fill", "cells"])
def test_sound_restorers_have_nothing_wrong(service, tmp_path, kind):
    found = checked(service, tiny_restorer.tiny_restorer(tmp_path, kind))
    assert found.kind == "restorer"
    assert len(found.pictures) == len(found.given) == 8
    assert found.broken == ()
    assert len(found.unchanged) < 8 or kind == "twice"
    assert found.milliseconds > 0


def test_a_restorer_that_does_nothing_is_seen(service, tmp_path):
    assert checked(service, tiny_restorer.tiny_restorer(tmp_path, "same")).unchanged == tuple(range(8))


def test_a_restorer_that_answers_with_none_is_seen(service, tmp_path):
    found = checked(service, tiny_restorer.package_with(tmp_path, tiny_restorer.broken_graph()))
    assert found.broken == tuple(range(8))


def test_a_sound_classifier_tells_the_drawn_pictures_apart(service, tmp_path):
    found = checked(service, tiny_classifier(tmp_path), count=16)
    assert found.kind == "classifier"
    assert len(set(found.labels)) > 1
    assert found.diversity > 0.05


def test_a_classifier_that_answers_with_none_is_seen(service, tmp_path):
    found = checked(service, tiny_classifier(tmp_path, broken=True), count=4)
    assert found.broken == (0, 1, 2, 3)


@pytest.mark.parametrize("count", [0, 257])
def test_no_or_endless_samples_are_refused_in_a_sentence(service, tiny, count):
    with pytest.raises(RequestError, match="1 to 256"):
        list(service.run(CheckUp(tiny.ref, count=count)))


def test_the_drawn_pictures_are_the_same_again_and_no_two_alike():
    drawn = drawings.draw(3, 16, 28, 3)
    assert np.array_equal(drawn, drawings.draw(3, 16, 28, 3))
    assert np.array_equal(drawn[:4], drawings.draw(3, 4, 28, 3))
    distances = distances_between(drawn) + 255 * np.eye(16)
    assert distances.min() > NEAR
    assert not np.array_equal(drawn, drawings.draw(4, 16, 28, 3))
