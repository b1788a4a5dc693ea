"""Check-ups of language models: each kind of fault is seen, and none of them ends the check-up."""

import numpy as np
import pytest

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp, CheckUp, Progress
from desktop_app.engine.service import Service
from desktop_app.engine.text_requests import Complete, Wrote
from tests import tiny_writer


def checked(service: Service, package: Package, **wishes: int) -> CheckedUp:
    *progress, found = service.run(CheckUp(package.ref, **wishes))
    assert isinstance(found, CheckedUp)
    assert found.kind == "writer"
    assert len(found.pictures) == 0
    assert [update.done for update in progress if isinstance(update, Progress)][-1] == len(found.texts)
    return found


def always(token: int) -> dict[str, np.ndarray]:
    """Weights of a net that says one token whatever it reads: the last norm's mean is nought, but for one direction."""
    arrays = tiny_writer.weights()
    arrays = {name: np.zeros_like(value) for name, value in arrays.items()}
    up, down = np.zeros(tiny_writer.WIDTH, np.float32), np.zeros(tiny_writer.WIDTH, np.float32)
    up[0], down[1] = 1, 1
    arrays["embedding"][:] = up - down
    arrays["embedding"][token] = 20 * (up - down)
    return arrays


@pytest.mark.parametrize("in_place", [True, False])
def test_a_sound_writer_writes_what_is_written_elsewhere(service, tmp_path, in_place):
    package = tiny_writer.tiny_writer(tmp_path, in_place=in_place, end=())
    found = checked(service, package, seed=5)
    assert len(found.texts) == 8
    assert (found.broken, found.constant, found.near_copies) == ((), (), ())
    assert 0.5 < found.diversity <= 1
    assert found.milliseconds > 0
    assert found.load_ms > 0
    assert found.golden_error < 1e-4
    for n in (0, 3):
        updates = service.run(Complete(package.ref, "The", tokens=32, seed=5 + n))
        assert found.texts[n] == "".join(u.text for u in updates if isinstance(u, Wrote))


def test_as_few_texts_as_are_asked_for(service, tmp_path):
    assert len(checked(service, tiny_writer.tiny_writer(tmp_path), count=3).texts) == 3


def test_numbers_that_are_none_are_counted_and_end_nothing(service, tmp_path):
    arrays = tiny_writer.weights()
    arrays["down0"] = arrays["down0"] * np.nan
    found = checked(service, tiny_writer.tiny_writer(tmp_path, arrays=arrays))
    assert found.broken == tuple(range(8))
    assert (found.near_copies, found.diversity, found.milliseconds) == ((), 0.0, 0.0)
    assert np.isnan(found.golden_error)


def test_a_writer_that_says_one_thing_is_seen(service, tmp_path):
    found = checked(service, tiny_writer.tiny_writer(tmp_path, arrays=always(70)))
    assert len(found.near_copies) == 28
    assert found.constant == tuple(range(8))
    assert found.diversity == 1 / 8


def test_a_writer_that_says_nothing_is_seen(service, tmp_path):
    found = checked(service, tiny_writer.tiny_writer(tmp_path, arrays=always(0)))
    assert found.texts == ("",) * 8
    assert found.constant == tuple(range(8))
    assert (found.diversity, found.milliseconds) == (0.0, 0.0)
