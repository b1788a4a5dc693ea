"""The check-up of every package that comes along finds no fault: whoever sees a flag shall believe it."""

import pytest

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp, CheckUp
from desktop_app.studio import check_up

SHIPPED = [found for found in packages.discover([paths.bundled_models()]) if isinstance(found, Package)]


@pytest.mark.parametrize("package", SHIPPED, ids=lambda package: package.name)
def test_a_shipped_package_has_no_fault(service, package):
    *_, found = service.run(CheckUp(package.ref))
    assert isinstance(found, CheckedUp)
    assert [flag.what for flag in check_up.flags(package.manifest, found) if flag.is_fault] == []
    assert found.broken == ()
