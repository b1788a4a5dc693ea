import pytest

from desktop_app.engine import errors
from desktop_app.engine.errors import Fault, PackageError, StudioError


def _all(kind=StudioError):
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in _all(child))]


@pytest.mark.parametrize("kind", [k for k in _all() if k not in (StudioError, PackageError)])
def test_every_error_comes_back_as_it_was(kind):
    again = errors.from_data(kind.__name__, "A sentence.")
    assert type(again) is kind
    assert again.message == str(again) == "A sentence."


@pytest.mark.parametrize("fault", list(Fault))
def test_a_package_error_keeps_its_fault(fault):
    again = errors.from_data("PackageError", "A sentence.", fault.value)
    assert isinstance(again, PackageError)
    assert again.fault is fault


def test_data_of_no_known_error_is_still_a_sentence():
    assert type(errors.from_data("KeyError", "A sentence.")) is StudioError
    assert isinstance(errors.from_data("PackageError", "A sentence.", "unheard-of"), PackageError)
