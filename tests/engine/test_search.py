"""Places found for pictures, through an encoder and through the decoder alone."""

import numpy as np
import pytest

from desktop_app.engine import packages, search
from desktop_app.engine.errors import Cancelled, RequestError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.requests import Design, Find, Found, Place, Progress
from tests.tiny_package import SIDE, encoder_package, plain_package


def found(service, package, picture, rounds=None) -> list[Found]:
    return [update for update in service.run(Find(package.ref, picture, rounds)) if isinstance(update, Found)]


@pytest.fixture
def coder(tmp_path):
    return packages.open_package(encoder_package(tmp_path))


def test_a_design_of_the_model_itself_is_found_again_without_an_encoder(service, tiny, runtime):
    model = LatentModel(tiny, runtime)
    (wanted,) = model.draw([Design(77, 3, label=1)])
    updates = found(service, tiny, wanted)
    assert updates[-1].how == "search"
    assert updates[-1].error < 1.5  # of 255: the rounding of the picture itself is 0.3
    errors = [update.error for update in updates]
    assert errors[-1] <= min(errors) + 0.5


def test_in_normal_noise_too(service, tmp_path, runtime):
    package = packages.open_package(plain_package(tmp_path))
    (wanted,) = LatentModel(package, runtime).draw([Design(5, 1)])
    assert found(service, package, wanted)[-1].error < 1.5


def test_what_is_found_is_what_the_place_draws(service, tiny, runtime):
    model = LatentModel(tiny, runtime)
    (wanted,) = model.draw([Design(1, 2, label=0)])
    last = found(service, tiny, wanted, rounds=3)[-1]
    assert (model.draw([Design(0, 0, place=Place(vector=last.vector))])[0] == last.pixels).all()
    assert last.error == pytest.approx(np.sqrt(((last.pixels.astype(float) - wanted) ** 2).mean()))


def test_an_encoder_answers_at_once_and_the_search_goes_on_from_there(service, coder, runtime):
    (wanted,) = LatentModel(coder, runtime).draw([Design(8, 0, label=2)])
    (first,) = found(service, coder, wanted)
    assert first.how == "encoder"
    further = found(service, coder, wanted, rounds=12)
    assert further[0].vector == first.vector
    assert further[-1].how == "encoder and search"
    assert further[-1].error < first.error / 2  # the tiny encoder is no inverse of its decoder


def test_progress_counts_up_and_each_step_can_be_the_last(service, tiny):
    updates = list(service.run(Find(tiny.ref, np.zeros((SIDE, SIDE, 1), np.uint8), 4)))
    told = [update for update in updates if isinstance(update, Progress)]
    assert {update.phase for update in told} == {"Looking around", "Searching"}
    assert all(0 < update.done <= update.total for update in told)
    service.stop()
    with pytest.raises(Cancelled):
        list(service.run(Find(tiny.ref, np.zeros((SIDE, SIDE, 1), np.uint8), 4)))
    service.begin()


@pytest.mark.parametrize("shape", [(SIDE, SIDE, 3), (SIDE + 1, SIDE, 1), (SIDE, SIDE)])
def test_a_picture_of_another_shape(service, tiny, shape):
    with pytest.raises(RequestError, match="where the model's are"):
        list(service.run(Find(tiny.ref, np.zeros(shape, np.uint8))))


def test_pictures_too_large_to_search(service, tiny, monkeypatch):
    monkeypatch.setattr(search, "MAX_VALUES", 10)
    with pytest.raises(RequestError, match="too large to search"):
        list(service.run(Find(tiny.ref, np.zeros((SIDE, SIDE, 1), np.uint8))))


def test_blurring_keeps_what_lies_inside():
    x = np.zeros((1, 1, 15, 15))
    x[0, 0, 7, 7] = 1.0
    blurred = search._blur(x)
    assert blurred.sum() == pytest.approx(1.0)
    assert blurred[0, 0, 7, 7] == blurred.max() < 0.15
    np.testing.assert_allclose(blurred, blurred.swapaxes(2, 3))
    np.testing.assert_allclose(blurred, blurred[..., ::-1])
