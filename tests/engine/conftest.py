import threading
from pathlib import Path

import pytest

from desktop_app.engine import packages
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from tests.tiny_icons import tiny_icons
from tests.tiny_package import tiny_package


@pytest.fixture
def tiny(tmp_path) -> Package:
    return packages.open_package(tiny_package(tmp_path))


@pytest.fixture
def icons(tmp_path) -> Package:
    return tiny_icons(tmp_path)


@pytest.fixture
def folder(tiny) -> Path:
    return tiny.folder


@pytest.fixture(scope="module")
def runtime():
    runtime = Runtime("cpu", threads=2)
    together = threading.Barrier(2)
    runtime.each(2, lambda n, options: together.wait(30))  # both threads start here, not in one of the tests
    yield runtime
    runtime.close()


@pytest.fixture
def service(runtime) -> Service:
    runtime.begin()
    return Service(runtime)
