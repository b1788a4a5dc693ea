"""What a picture shows and why: a tiny classifier whose answers can be worked out in numpy."""

import msgspec
import numpy as np
import pytest

from desktop_app.engine import packages
from desktop_app.engine.classifier import log_softmax, softmax
from desktop_app.engine.covering import covered, covers, ground_of, mean_fall
from desktop_app.engine.errors import DeviceError, PackageError, RequestError
from desktop_app.engine.manifest import Classifier, Picture
from desktop_app.engine.manifest_check import inconsistency
from desktop_app.engine.requests import Classified, Classify, Explain, Explained, Progress, Sample, Verified, Verify
from tests.tiny_classifier import CLASSES, GRID, SIDE, reference, tiny_classifier, write_manifest
from tests.tiny_package import tiny_package


@pytest.fixture
def judge(tmp_path):
    return packages.open_package(tiny_classifier(tmp_path))


def pictures(count: int = 5) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 255, (count, SIDE, SIDE, 1), np.uint8, endpoint=True)


def answers(service, request, kind):
    return [update for update in service.run(request) if isinstance(update, kind)]


def as_net(pixels: np.ndarray) -> np.ndarray:
    return pixels.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(127.5) - 1


def test_probabilities_are_those_of_the_graph(service, judge):
    (found,) = answers(service, Classify(judge.ref, pictures()), Classified)
    expected = reference(as_net(pictures()))
    logits = expected["logits"].astype(np.float64)
    np.testing.assert_allclose(found.probabilities, np.exp(logits) / np.exp(logits).sum(1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(found.features, expected["features"], atol=1e-5)


def test_many_pictures_come_in_chunks_in_order(service, judge):
    many = pictures(600)
    found = answers(service, Classify(judge.ref, many), Classified)
    assert [f.first for f in found] == [0, 256, 512]
    alone = [answers(service, Classify(judge.ref, many[i : i + 1]), Classified)[0].probabilities for i in (0, 300, 599)]
    together = np.concatenate([f.probabilities for f in found])
    assert np.array_equal(np.concatenate(alone), together[[0, 300, 599]])


def test_evidence_comes_before_occlusion_and_means_the_logit(service, judge):
    picture = pictures(1)[0]
    first, last = answers(service, Explain(judge.ref, picture), Explained)
    expected = reference(as_net(picture[None]))
    label = int(expected["logits"][0].argmax())
    assert first.label == last.label == label
    assert first.occlusion is None
    assert first.evidence.shape == (GRID, GRID)
    logits = expected["logits"][0]
    assert first.evidence.mean() == pytest.approx(logits[label] - logits.mean(), abs=1e-5)
    assert last.occlusion.shape == (SIDE, SIDE)
    assert np.array_equal(first.evidence, last.evidence)


def test_what_speaks_for_a_class_is_where_it_is(service, judge):
    picture = np.zeros((SIDE, SIDE, 1), np.uint8)
    picture[:4, 8:] = 255  # light in the upper right corner alone
    _, found = answers(service, Explain(judge.ref, picture, label=CLASSES.index("light")), Explained)
    assert np.unravel_index(found.evidence.argmax(), found.evidence.shape) == (0, 2)
    assert found.occlusion[0:4, 8:].min() > 0.3  # covered, it is less light
    assert np.abs(found.occlusion[6:, :6]).max() < 1e-6  # what is ground already cannot be covered


def test_occlusion_is_the_mean_over_all_covers_that_hide_a_pixel(service, judge):
    picture = pictures(1)[0]
    _, found = answers(service, Explain(judge.ref, picture, label=1), Explained)
    masks = covers(SIDE, SIDE)
    whole = log_softmax(reference(as_net(picture[None]))["logits"])[0, 1]
    falls = whole - log_softmax(reference(as_net(covered(picture, masks)))["logits"])[:, 1]
    over = [falls[masks[:, 5, 7]].mean(), falls[masks[:, 0, 0]].mean()]
    np.testing.assert_allclose([found.occlusion[5, 7], found.occlusion[0, 0]], over, atol=1e-5)


def test_one_answer_holds_the_maps_of_all_classes(service, judge):
    picture = pictures(1)[0]
    (first, last), masks = answers(service, Explain(judge.ref, picture), Explained), covers(SIDE, SIDE)
    assert first.falls is None
    assert last.falls.shape == (len(masks), len(CLASSES))
    for label in range(len(CLASSES)):
        _, alone = answers(service, Explain(judge.ref, picture, label=label), Explained)
        assert np.array_equal(first.every[label], alone.evidence)
        assert np.array_equal(mean_fall(last.falls[:, label], masks), alone.occlusion)


@pytest.mark.parametrize("side", [1, 2, 7, 12, 28, 64])
def test_every_pixel_is_covered_and_none_by_everything(side):
    masks = covers(side, side)
    assert masks.any(axis=0).all()
    assert masks.sum(axis=(1, 2)).max() <= max(1, side // 4) ** 2


def test_ground_is_what_the_edge_shows():
    picture = np.full((6, 6, 3), (10, 20, 30), np.uint8)
    picture[2:4, 2:4] = 255
    picture[0, 0] = 200
    assert ground_of(picture).tolist() == [10, 20, 30]
    hidden = covered(picture, np.ones((1, 6, 6), bool))
    assert (hidden[0] == (10, 20, 30)).all()


def test_softmax_of_large_logits_is_finite():
    found = softmax(np.array([[1000.0, 0.0, -1000.0]], np.float32))
    assert found.tolist() == [[1.0, 0.0, 0.0]]


def test_golden_example_is_verified(service, judge):
    (found,) = answers(service, Verify(judge.ref), Verified)
    assert found.max_error < 1e-6


def test_another_golden_example_is_refused(service, tmp_path):
    folder = tiny_classifier(tmp_path)
    with np.load(folder / "golden.npz") as golden:
        arrays = {**golden, "logits": golden["logits"] + 1}
    np.savez(folder / "golden.npz", **arrays)
    write_manifest(folder)
    with pytest.raises(PackageError, match="golden example"):
        list(service.run(Verify(packages.open_package(folder).ref)))


def test_bad_wishes_get_a_sentence(service, judge, tmp_path):
    with pytest.raises(RequestError, match="12 x 12 pixels"):
        list(service.run(Classify(judge.ref, np.zeros((1, 9, 9, 1), np.uint8))))
    with pytest.raises(RequestError, match="12 x 12 pixels"):
        list(service.run(Explain(judge.ref, np.zeros((SIDE, SIDE, 3), np.uint8))))
    with pytest.raises(RequestError, match="classes 0 to 2; 3 was asked for"):
        list(service.run(Explain(judge.ref, pictures(1)[0], label=3)))
    with pytest.raises(RequestError, match="not a generator"):
        list(service.run(Sample(judge.ref, ())))
    generator = packages.open_package(tiny_package(tmp_path))
    with pytest.raises(RequestError, match="does not tell classes apart"):
        list(service.run(Classify(generator.ref, pictures())))


def test_no_picture_is_no_answer(service, judge):
    assert list(service.run(Classify(judge.ref, pictures(0)))) == []


def test_nan_is_told(service, tmp_path):
    broken = packages.open_package(tiny_classifier(tmp_path, broken=True))
    with pytest.raises(DeviceError, match="none \\(NaN\\)"):
        list(service.run(Classify(broken.ref, pictures())))


def test_explaining_tells_how_far_it_is(service, judge):
    steps = answers(service, Explain(judge.ref, pictures(1)[0]), Progress)
    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert steps[-1].done == steps[-1].total == len(covers(SIDE, SIDE))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classifier": None}, "come together"),
        ({"abilities": ("classify", "sample")}, "nothing else"),
        ({"classes": ("a", "a", "b")}, "2 different classes for 3"),
        ({"classes": ("a", "b")}, "should give"),
        ({"classifier": Classifier(3, (GRID, GRID))}, "should give"),
        ({"classifier": Classifier(2, (40, 40))}, "evidence maps are 40 x 40"),
        ({"picture": Picture(3, SIDE, SIDE, -1.0, 1.0)}, "should take"),
        ({"picture": Picture(1, SIDE, SIDE, 1.0, 1.0)}, "go from 1 to 1"),
        ({"picture": None}, "and a picture"),
        ({"tolerance": 1.0}, "tolerance"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(judge, changes, words):
    assert words in inconsistency(msgspec.structs.replace(judge.manifest, **changes))
