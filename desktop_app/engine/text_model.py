"""A language model that goes on from a text, token by token, with a cache of keys and values."""

from collections.abc import Iterator

from desktop_app.engine.errors import RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Update
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_requests import Complete, Weigh


class TextModel:
    """An opened package of the ability "complete"."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        manifest = package.manifest
        if manifest.text is None:
            raise RequestError(f"“{manifest.title}” does not write. Choose a model that does.")
        self.package = package

    def complete(self, request: Complete) -> Iterator[Update]:
        raise NotImplementedError

    def weigh(self, request: Weigh) -> Iterator[Update]:
        raise NotImplementedError

    def golden_error(self) -> float:
        raise NotImplementedError
