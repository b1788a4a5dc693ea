"""The engine: a request goes in, updates come out.

Each yield is progress and a place to stop; closing the iterator ends the job, `stop` reaches into a running graph.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

import numpy as np

from desktop_app.engine import check_up, packages, search, taste
from desktop_app.engine.classifier import Classifier
from desktop_app.engine.errors import DeviceError, Fault, OutOfMemory, PackageError, RequestError
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Manifest
from desktop_app.engine.requests import (
    CheckUp,
    Classify,
    DescribeDevice,
    Device,
    Differ,
    Explain,
    Fields,
    Find,
    Latents,
    Learn,
    Locate,
    Located,
    PackageRef,
    Pictures,
    Progress,
    ReadLatents,
    ReadMap,
    Request,
    Resemble,
    Restore,
    Sample,
    Trace,
    Update,
    Verified,
    Verify,
)
from desktop_app.engine.restorer import Restorer
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_model import TextModel
from desktop_app.engine.text_requests import Complete, Weigh

MAX_OPEN_MODELS = 4
MAX_CHUNK = 256  # designs
Model = LatentModel | Restorer | Classifier | TextModel
MAX_CHUNK_BYTES = 64 * 2**20  # of pixels: what crosses to the studio at once


class Service:
    """Runs one request at a time and keeps the models last used open."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._open: OrderedDict[PackageRef, Model] = OrderedDict()

    @property
    def device(self) -> Device:
        return self._runtime.device

    def run(self, request: Request) -> Iterator[Update]:
        """Updates of one request, in order. Raises StudioError."""
        match request:
            case Sample():
                yield from self._sample(request)
            case Verify():
                yield from self._verify(request)
            case DescribeDevice():
                yield self.device
            case Find():
                yield from search.find(self._model(request.package), request.picture, request.rounds)
            case Trace():
                yield from self._trace(request)
            case ReadLatents():
                yield from self._read_latents(request)
            case Resemble():
                yield from self._icon_model(request.package).resemble(request.designs)
            case Differ():
                yield from self._icon_model(request.package).differ(request.designs, request.count)
            case Locate():
                yield from self._locate(request)
            case ReadMap():
                yield self._model(request.package).space.map
            case Restore():
                yield from self._restorer(request.package).restore(request)
            case Classify():
                yield from self._classifier(request.package).classify(np.asarray(request.pictures))
            case Explain():
                yield from self._classifier(request.package).explain(request)
            case CheckUp():
                package = _unchanged(request.package)
                yield from check_up.check_up(request, lambda: _opened(package, self._runtime))
            case Learn():
                yield taste.learn(self._model(request.package), request.liked, request.disliked)
            case Complete():
                yield from self._writer(request.package).complete(request)
            case Weigh():
                yield from self._writer(request.package).weigh(request)
            case _:
                assert_never(request)

    def begin(self) -> None:
        """A new job starts: an earlier `stop` is over. Not part of `run`, which could undo a stop that came first."""
        self._runtime.begin()

    def stop(self) -> None:
        """From any thread: the running graph ends at its next operator, and `run` raises Cancelled until `begin`."""
        self._runtime.stop()

    def _sample(self, request: Sample) -> Iterator[Update]:
        model = self._model(request.package)
        model.check(request.designs)
        total = len(request.designs)
        chunk = max(1, min(request.chunk, MAX_CHUNK, MAX_CHUNK_BYTES // model.picture_bytes))
        for first in range(0, total, chunk):
            part = request.designs[first : first + chunk]
            try:
                pixels = model.draw(part)
            except OutOfMemory:
                self._open.pop(request.package, None)  # its arena would keep what it had got
                raise
            yield Pictures(first, pixels)
            yield Progress("Sampling", first + len(part), total)

    def _trace(self, request: Trace) -> Iterator[Update]:
        model = self._icon_model(request.package)
        model.check(request.designs)
        total = len(request.designs)
        chunk = max(1, min(request.chunk, MAX_CHUNK))
        for first in range(0, total, chunk):
            part = request.designs[first : first + chunk]
            yield Fields(first, model.fields_of(part))
            yield Progress("Tracing", first + len(part), total)

    def _read_latents(self, request: ReadLatents) -> Iterator[Update]:
        model = self._model(request.package)
        model.check(request.designs)
        for first in range(0, len(request.designs), MAX_CHUNK):
            yield Latents(first, model.w_of(request.designs[first : first + MAX_CHUNK]))

    def _locate(self, request: Locate) -> Iterator[Update]:
        model = self._model(request.package)
        model.check(request.designs)
        total = len(request.designs)
        for first in range(0, total, MAX_CHUNK):
            part = request.designs[first : first + MAX_CHUNK]
            yield Located(first, model.space.spots(model.w_of(part)))
            yield Progress("Locating", first + len(part), total)

    def _verify(self, request: Verify) -> Iterator[Update]:
        """In sessions of its own, which end with it: the files of a package that is not kept can be removed."""
        started = time.perf_counter()
        package = _unchanged(request.package)
        try:
            error = self._golden_error(package)
        except DeviceError as failure:
            fault = Fault.TOO_MUCH_MEMORY if isinstance(failure, OutOfMemory) else Fault.DOES_NOT_RUN
            raise PackageError(failure.message, fault) from None
        manifest = package.manifest
        if not error <= manifest.tolerance:
            raise PackageError(_how_it_is_off(manifest, error), Fault.NOT_REPRODUCED)
        yield Verified(manifest.name, error, manifest.tolerance, (time.perf_counter() - started) * 1000)

    def _golden_error(self, package: packages.Package) -> float:
        model = _opened(package, self._runtime)
        error = model.golden_error()
        if isinstance(model, LatentModel) and package.manifest.space is not None:
            _ = model.space  # reads and checks it
        if isinstance(model, IconModel):
            _ = model.similar
        return error

    def _model(self, ref: PackageRef) -> LatentModel:
        model = self._known(ref)
        if isinstance(model, LatentModel):
            return model
        raise RequestError(f"“{model.package.manifest.title}” is not a generator, so it cannot be sampled.")

    def _icon_model(self, ref: PackageRef) -> IconModel:
        model = self._known(ref)
        if isinstance(model, IconModel):
            return model
        raise RequestError(f"“{model.package.manifest.title}” makes no icons. Choose a model that does.")

    def _restorer(self, ref: PackageRef) -> Restorer:
        model = self._known(ref)
        if isinstance(model, Restorer):
            return model
        raise RequestError(f"“{model.package.manifest.title}” does not restore pictures. Choose a model that does.")

    def _classifier(self, ref: PackageRef) -> Classifier:
        model = self._known(ref)
        if isinstance(model, Classifier):
            return model
        title = model.package.manifest.title
        raise RequestError(f"“{title}” does not tell classes apart. Choose a model that does.")

    def _writer(self, ref: PackageRef) -> TextModel:
        model = self._known(ref)
        if isinstance(model, TextModel):
            return model
        raise RequestError(f"“{model.package.manifest.title}” does not write. Choose a model that does.")

    def _known(self, ref: PackageRef) -> Model:
        if ref in self._open:
            self._open.move_to_end(ref)
            return self._open[ref]
        model = _opened(_unchanged(ref), self._runtime)
        self._open[ref] = model
        while len(self._open) > MAX_OPEN_MODELS:
            self._open.popitem(last=False)
        return model


def _opened(package: packages.Package, runtime: Runtime) -> Model:
    if package.manifest.restoration is not None:
        return Restorer(package, runtime)
    if package.manifest.text is not None:
        return TextModel(package, runtime)
    if package.manifest.icons is not None:
        return IconModel(package, runtime)
    return (LatentModel if package.manifest.classifier is None else Classifier)(package, runtime)


def _how_it_is_off(manifest: Manifest, error: float) -> str:
    if np.isnan(error):
        return (
            f"“{manifest.name}” answers with “not a number”. Its weights are damaged, or its graph does not run on "
            "this device: copy or import it again, or another variant of it."
        )
    off = f"off by {error:.2e}, {manifest.tolerance:.0e} is allowed"
    if "golden" in manifest.files:
        return (
            f"“{manifest.name}” does not give its golden example again: {off}. The file or this machine's runtime is "
            "not as it was."
        )
    return (
        f"“{manifest.name}” reads a text token by token otherwise than all at once: {off}. Its graph does not keep "
        "what it has read: take another variant of it."
    )


def _unchanged(ref: PackageRef) -> packages.Package:
    """The package as it was when it was chosen, its files checked. Raises PackageError."""
    package = packages.open_package(Path(ref.folder), any_folder_name=True)
    if package.sha256 != ref.sha256:
        raise PackageError(
            f"“{package.name}” has changed on disk since it was chosen. Choose it again.",
            Fault.WRONG_HASH,
        )
    packages.check_files(package)
    return package
