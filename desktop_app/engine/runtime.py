"""The only importer of onnxruntime: devices, sessions, stopping, and errors in plain words.

ONNX Runtime 1.29 and later sends usage data from native threads unless ORT_DISABLE_TELEMETRY is set before it is
imported (its Privacy.md), so that is the first thing this module does.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import base64
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from desktop_app.engine import cuda_probe, runtime_words
from desktop_app.engine.errors import Cancelled, Fault, PackageError
from desktop_app.engine.manifest import Graph
from desktop_app.engine.requests import Device

T = TypeVar("T")
Array = npt.NDArray[Any]
DeviceChoice = Literal["auto", "cpu", "cuda"]

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
_CUDA_OPTIONS = {
    "arena_extend_strategy": "kSameAsRequested",
    "cudnn_conv_algo_search": "HEURISTIC",
    "cudnn_conv_use_max_workspace": "0",
}
_ERRORS_ONLY = 3
_FATAL_ONLY = 4

# One convolution, 1x2x4x4 in and out, all weights 0.5: enough to know whether a provider really runs.
_PROBE = base64.b64decode(
    "CAoSADqoAQoyCgFzEgF3Ig9Db25zdGFudE9mU2hhcGUqGQoFdmFsdWUqDQgBEAEiBAAAAD9CAXagAQQKIgoBeAoBdxIBeSIEQ29udioRCgRwYWRz"
    "QAFAAUABQAGgAQcSBXByb2JlKg0IBBAHOgQCAgMDQgFzWhsKAXgSFgoUCAESEAoCCAEKAggCCgIIBAoCCARiGwoBeRIWChQIARIQCgIIAQoCCAIK"
    "AggECgIIBEIECgAQFA=="
)


class Session:
    """One graph, ready to run. Inputs and outputs by name; a run can be stopped through its Runtime."""

    def __init__(self, inner: ort.InferenceSession, runtime: "Runtime", name: str) -> None:
        self._inner = inner
        self._runtime = runtime
        self._outputs = [o.name for o in inner.get_outputs()]
        self.name = name

    @property
    def on_cuda(self) -> bool:
        return CUDA in self._inner.get_providers()

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """All outputs by name, for inputs of N rows each. Raises Cancelled, OutOfMemory or DeviceError.

        On the CPU each row is run alone and by one thread, several rows at a time: another batch size or another
        number of threads makes a kernel add in another order, and the last bits of the result differ (measured:
        products with computed weights, convolutions whose channels are no multiple of 16, means of three rows).
        Alone, a row has the same bits always, and small networks lose no speed.
        """
        count = len(next(iter(inputs.values())))
        if self.on_cuda or count == 0:
            return self.run_batch(inputs)
        rows = self._runtime.each(count, lambda n, options: self._once(inputs, slice(n, n + 1), options))
        try:
            return {name: np.concatenate([row[i] for row in rows]) for i, name in enumerate(self._outputs)}
        except ValueError:
            raise PackageError(
                f"“{self.name}” gives outputs whose shape changes from design to design.", Fault.WRONG_SHAPE
            ) from None

    def run_batch(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """As `run`, all rows in one run of the graph: no promise on the last bits."""
        with self._runtime.stoppable() as options:
            return self.once(inputs, options)

    def once(self, inputs: Mapping[str, Array], options: ort.RunOptions) -> dict[str, Array]:
        """As `run_batch`, on the caller's thread, inside `Runtime.each` or `Runtime.stoppable`."""
        return dict(zip(self._outputs, self._once(inputs, slice(None), options), strict=True))

    def _once(self, inputs: Mapping[str, Array], rows: slice, options: ort.RunOptions) -> list[Array]:
        try:
            values: list[Array] = self._inner.run(self._outputs, {k: v[rows] for k, v in inputs.items()}, options)
        except Exception as error:  # onnxruntime's exceptions share no base of their own
            raise self._runtime.explain(error, self.name) from None
        return values

    def check_shapes(self, graph: Graph, *, inferred: bool = False) -> None:
        """Raise PackageError unless the names, types and shapes of the graph are those the manifest gives.

        inferred: outputs may tell sizes that the manifest, made from the file alone, leaves free.
        """
        runtime_words.check_tensors(self.name, "input", graph.inputs, self._inner.get_inputs())
        runtime_words.check_tensors(self.name, "output", graph.outputs, self._inner.get_outputs(), inferred=inferred)

    def bound(self) -> "Bound":
        """A way to run it over buffers of the caller's own."""
        return Bound(self._inner, self._runtime, self.name)


class Bound:
    """A graph on the CPU that reads and writes arrays of the caller's own, which stay where they are from run to run.

    An array may be an input and an output at once, where the graph's operators allow it. ONNX Runtime is given bare
    addresses: the arrays are kept here as long as they are bound.
    """

    def __init__(self, inner: ort.InferenceSession, runtime: "Runtime", name: str) -> None:
        self._inner = inner
        self._runtime = runtime
        self._name = name
        self._binding = inner.io_binding()
        self._inputs: dict[str, Array] = {}
        self._outputs: dict[str, Array] = {}

    def give(self, name: str, array: Array) -> None:
        """The array is the input of that name. It must be contiguous."""
        if self._inputs.get(name) is not array:
            self._binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(array))
            self._inputs[name] = array

    def take(self, name: str, array: Array) -> None:
        """The output of that name is written into the array. It must be contiguous and have the output's shape."""
        if self._outputs.get(name) is not array:
            self._binding.bind_ortvalue_output(name, ort.OrtValue.ortvalue_from_numpy(array))
            self._outputs[name] = array

    def run(self) -> None:
        """Raises Cancelled, OutOfMemory or DeviceError; what is in the outputs is then undefined."""
        with self._runtime.stoppable() as options:
            try:
                self._inner.run_with_iobinding(self._binding, options)
            except Exception as error:  # onnxruntime's exceptions share no base of their own
                raise self._runtime.explain(error, self._name, device="cpu") from None


class Runtime:
    """Opens graphs on the chosen device and can stop the one that runs."""

    def __init__(self, choice: DeviceChoice = "auto", *, threads: int = 0) -> None:
        """threads: how many designs are computed at a time, or how many compute one token of a text.

        0 takes all cores, but one where there are many.
        """
        self.threads = threads or default_threads()
        self._pool = ThreadPoolExecutor(self.threads, "designs")  # its threads start with the first need
        self._lock = threading.Lock()
        self._runs: list[ort.RunOptions] = []
        self._load: ort.SessionOptions | None = None
        self._stopped = False
        self.device = self._choose(choice)

    def open(self, path: Path) -> Session:
        """A session for one ONNX file. Raises PackageError; falls back to the CPU where CUDA cannot take the graph."""
        if self.device.obtained == "cuda":
            session = self._open(path, [(CUDA, _CUDA_OPTIONS), CPU], must_work=False)
            if session is not None and session.on_cuda:
                return session
        session = self._open(path, [CPU], must_work=True)
        assert session is not None
        if self.device.obtained == "cuda":
            self.device = _fallen_back(self.device, f"{path.name} does not run on CUDA")
        return session

    def open_text(self, path: Path) -> Session:
        """A session for a language model: on the CPU, and all threads compute one token. Raises PackageError.

        One after the other, tokens leave nothing else to do at once. On CUDA nothing of this was ever tried, so a
        language model stays on the CPU even where other packages do not.
        """
        session = self._open(path, [CPU], must_work=True, threads=self.threads)
        assert session is not None
        return session

    def close(self) -> None:
        """End the threads. Sessions stay usable for single rows."""
        self._pool.shutdown()

    def each(self, count: int, work: "Callable[[int, ort.RunOptions], T]") -> list[T]:
        """[work(0, options), work(1, options), …], several at a time. Raises the first error of any."""
        workers = min(self.threads, count)
        failed = threading.Event()

        def part(first: int) -> list[T]:
            made: list[T] = []
            try:
                with self.stoppable() as options:
                    for n in range(first, count, workers):
                        if failed.is_set():
                            break
                        made.append(work(n, options))
            except BaseException:
                failed.set()
                raise
            return made

        if workers == 1:
            return part(0)
        parts = [self._pool.submit(part, first) for first in range(workers)]
        errors = [error for future in parts if (error := future.exception()) is not None]
        if errors:
            raise errors[0]
        return [parts[n % workers].result()[n // workers] for n in range(count)]

    def stoppable(self) -> "_Stoppable":
        return _Stoppable(self)

    def begin(self) -> None:
        """A new job starts: earlier wishes to stop are over."""
        with self._lock:
            self._stopped = False

    def stop(self) -> None:
        """End the running graph or load at its next operator; later runs of the same job fail at once.

        A graph that is being opened ends between two steps of the optimiser, of which one may last: products of
        constants are computed there, and nothing reaches into them but the end of the process.
        """
        with self._lock:
            self._stopped = True
            for options in self._runs:
                options.terminate = True
            if self._load is not None:
                self._load.set_load_cancellation_flag(True)

    def explain(self, error: Exception, name: str, *, device: str = "") -> Exception:
        """The StudioError for what a run raised. device: where it ran, if not where the runtime runs."""
        return Cancelled() if self._stopped else runtime_words.run_error(error, name, device or self.device.obtained)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _open(self, path: Path, providers: list[Any], *, must_work: bool, threads: int = 1) -> Session | None:
        options = self._session_options(threads)
        with self._lock:
            if self._stopped:
                raise Cancelled()
            self._load = options
        try:
            inner = ort.InferenceSession(os.fspath(path), options, providers=providers, enable_fallback=0)
        except Exception as error:
            if self._stopped:
                raise Cancelled() from None
            if must_work:
                raise runtime_words.load_error(error, path) from None
            return None
        finally:
            with self._lock:
                self._load = None
        return Session(inner, self, path.name)

    def _session_options(self, threads: int) -> ort.SessionOptions:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads  # 1 for pictures, see Session.run
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL_ONLY
        options.enable_mem_pattern = False  # batches vary: patterns would hoard memory
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # an idle window uses no CPU
        return options

    def _choose(self, choice: DeviceChoice) -> Device:
        if choice != "cpu":
            found = cuda_probe.probe()
            if found.works and self._provider_runs(CUDA):
                return self._describe(choice, "cuda", found.name, "")
            return self._describe(choice, "cpu", _cpu_name(), found.reason or "ONNX Runtime did not take CUDA")
        return self._describe(choice, "cpu", _cpu_name(), "")

    def _describe(self, asked: str, obtained: str, name: str, reason: str) -> Device:
        return Device(asked, obtained, name, reason, f"{ort.__version__}", self.threads)

    def _provider_runs(self, provider: str) -> bool:
        return provider_works(provider) == ""


class _Stoppable:
    """Fresh RunOptions, reachable by Runtime.stop while they are in use."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def __enter__(self) -> ort.RunOptions:
        options = ort.RunOptions()
        options.log_severity_level = _FATAL_ONLY
        with self._runtime._lock:
            if self._runtime._stopped:
                raise Cancelled()
            self._runtime._runs.append(options)
        self._options = options
        return options

    def __exit__(self, *_: object) -> None:
        with self._runtime._lock:
            self._runtime._runs.remove(self._options)


def provider_works(provider: str) -> str:
    """Run the probe graph on one provider with no fallback; the reason where it fails, else an empty string."""
    options = ort.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    if provider != CPU:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        session = ort.InferenceSession(_PROBE, options, providers=[provider], enable_fallback=0)
        (y,) = session.run(None, {"x": np.ones((1, 2, 4, 4), np.float32)})
    except Exception as error:
        return runtime_words.first_line(str(error))
    if provider not in session.get_providers():
        return "ONNX Runtime opened the probe on another device"
    return "" if abs(float(y[0, 0, 1, 1]) - 9.0) < 1e-3 else "the probe gave a wrong result"


def default_threads() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if cores <= 4 else cores - 1


def _fallen_back(device: Device, reason: str) -> Device:
    return Device(device.asked, "cpu", _cpu_name(), reason, device.runtime, device.threads)


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    import platform

    return platform.processor() or platform.machine()
