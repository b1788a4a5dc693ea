"""Devices, sessions, stopping. The only tests that look at onnxruntime itself are those on what it must not do."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import onnx
import pytest

from desktop_app.engine import child, cuda_probe, packages
from desktop_app.engine import runtime as runtime_module
from desktop_app.engine.cuda_probe import CudaReport
from desktop_app.engine.errors import Cancelled, DeviceError, Fault, PackageError
from desktop_app.engine.requests import Design, Sample
from desktop_app.engine.runtime import Runtime, default_threads
from tests import tiny_package
from tests.tiny_package import W, package_with

NO_DRIVER = CudaReport(False, reason="no NVIDIA driver on this machine")


@pytest.fixture
def no_driver(monkeypatch):
    monkeypatch.setattr(cuda_probe, "probe", lambda: NO_DRIVER)


def saved(folder: Path, graph: onnx.ModelProto, name: str = "decoder.onnx") -> Path:
    onnx.save(graph, folder / name)
    return folder / name


# -- devices -------------------------------------------------------------------------------------------------------


def test_the_cpu_asked_for_is_the_cpu_obtained(runtime):
    device = runtime.device
    assert (device.asked, device.obtained, device.reason) == ("cpu", "cpu", "")
    assert device.name
    assert device.threads == 2


@pytest.mark.parametrize("choice", ["auto", "cuda"])
def test_without_a_driver_the_cpu_says_why(no_driver, choice):
    device = Runtime(choice).device
    assert (device.asked, device.obtained) == (choice, "cpu")
    assert device.reason == "no NVIDIA driver on this machine"


@pytest.mark.parametrize("choice", ["auto", "cuda"])
def test_a_driver_that_onnxruntime_does_not_take_is_not_believed(monkeypatch, choice):
    monkeypatch.setattr(cuda_probe, "probe", lambda: CudaReport(True, name="Some GPU"))
    monkeypatch.setattr(runtime_module, "provider_works", lambda provider: "no libcublas")
    device = Runtime(choice).device
    assert device.obtained == "cpu"
    assert device.reason
    assert device.name != "Some GPU"


def test_a_graph_that_leaves_cuda_is_reported_where_it_opens_on_the_cpu(monkeypatch, tmp_path):
    """The device in use is what the session says, whatever was hoped for when the engine started."""
    monkeypatch.setattr(cuda_probe, "probe", lambda: CudaReport(True, name="Some GPU"))
    monkeypatch.setattr(runtime_module, "provider_works", lambda provider: "")
    runtime = Runtime("cuda")
    assert runtime.device.obtained == "cuda"
    monkeypatch.setattr(runtime_module, "CUDA", "CPUExecutionProvider2")  # no such provider: opening it fails
    (tmp_path / "broken.onnx").write_bytes(b"\x08")
    with pytest.raises(PackageError):
        runtime.open(tmp_path / "broken.onnx")
    assert runtime.device.obtained == "cuda"  # a broken file says nothing about the device
    runtime.open(saved(tmp_path, tiny_package.decoder_graph()))
    assert runtime.device.obtained == "cpu"
    assert "decoder.onnx does not run on CUDA" in runtime.device.reason


def test_the_probe_graph_runs_on_the_cpu():
    assert runtime_module.provider_works(runtime_module.CPU) == ""


def test_the_probe_graph_knows_a_provider_that_is_not_there():
    assert runtime_module.provider_works("NoSuchExecutionProvider")


def test_default_threads_leave_a_core_where_there_are_many(monkeypatch):
    for cores, threads in ((1, 1), (2, 2), (4, 4), (8, 7), (64, 63)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, n=cores: set(range(n)), raising=False)
        assert default_threads() == threads


# -- opening and running -------------------------------------------------------------------------------------------


def test_a_file_the_runtime_refuses_is_a_package_error(runtime, tmp_path):
    graph = tiny_package.decoder_graph()
    graph.graph.node[1].op_type = "NoSuchOperator"
    with pytest.raises(PackageError) as caught:
        runtime.open(saved(tmp_path, graph))
    assert caught.value.fault is Fault.NOT_ONNX
    assert "decoder.onnx" in caught.value.message
    assert "NoSuchOperator" in caught.value.message
    assert "onnxruntime_src" not in caught.value.message


def test_wrong_inputs_are_a_device_error(runtime, tmp_path):
    session = runtime.open(saved(tmp_path, tiny_package.decoder_graph()))
    for inputs in (
        {"w": np.zeros((2, W + 1), np.float32)},
        {"w": np.zeros((2, W))},
        {"x": np.zeros((2, W), np.float32)},
    ):
        with pytest.raises(DeviceError, match=r"decoder\.onnx") as caught:
            session.run(inputs)
        assert "onnxruntime_src" not in caught.value.message


def test_no_rows(runtime, tmp_path):
    session = runtime.open(saved(tmp_path, tiny_package.decoder_graph()))
    assert session.run({"w": np.zeros((0, W), np.float32)})["image"].shape == (0, 1, 7, 7)


def test_rows_come_back_in_order(tmp_path):
    w = np.random.default_rng(0).standard_normal((23, W)).astype(np.float32)
    for threads in (1, 2, 5, 40):
        runtime = Runtime("cpu", threads=threads)
        session = runtime.open(saved(tmp_path, tiny_package.decoder_graph()))
        expected = np.tanh(w @ tiny_package.weights()["d"]).reshape(-1, 1, 7, 7)
        assert session.run({"w": w})["image"] == pytest.approx(expected, abs=1e-6)
        assert session.run_batch({"w": w})["image"] == pytest.approx(expected, abs=1e-6)
        runtime.close()


def test_one_row_needs_no_thread(tmp_path):
    runtime = Runtime("cpu", threads=8)
    session = runtime.open(saved(tmp_path, tiny_package.decoder_graph()))
    before = threading.active_count()
    session.run({"w": np.zeros((1, W), np.float32)})
    assert threading.active_count() == before


def test_an_error_in_one_row_ends_the_others(runtime):
    seen = []

    def work(n, options):
        seen.append(n)
        if n == 0:
            raise DeviceError("row 0")
        time.sleep(0.01)
        return n

    with pytest.raises(DeviceError, match="row 0"):
        runtime.each(1000, work)
    assert len(seen) < 100
    assert not runtime._runs


def test_weights_in_a_file_of_their_own(runtime, tmp_path):
    graph = tiny_package.decoder_graph()
    path = tmp_path / "decoder.onnx"
    onnx.save(graph, path, save_as_external_data=True, location="weights.bin", size_threshold=1000)
    assert (tmp_path / "weights.bin").stat().st_size > 1000
    w = np.ones((1, W), np.float32)
    runtime.open(tmp_path / "decoder.onnx").run({"w": w})
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(PackageError, match=r"decoder\.onnx"):
        runtime.open(tmp_path / "decoder.onnx")


# -- stopping ------------------------------------------------------------------------------------------------------


def stop_after(runtime: Runtime, delay_s: float, work) -> float:
    """Call work(), stop it meanwhile, and return the seconds from the stop to its end."""
    asked = []

    def stop():
        time.sleep(delay_s)
        asked.append(time.perf_counter())
        runtime.stop()

    thread = threading.Thread(target=stop)
    thread.start()
    try:
        with pytest.raises(Cancelled):
            work()
        ended = time.perf_counter()
    finally:
        thread.join()
    runtime.begin()
    return ended - asked[0]


def test_a_running_graph_stops(runtime, tmp_path):
    """The graph would run for more than ten seconds; the runtime's own answer takes a few hundredths."""
    session = runtime.open(saved(tmp_path, tiny_package.slow_decoder_graph()))
    for rows in (1, 6):
        assert stop_after(runtime, 0.2, lambda n=rows: session.run({"w": np.ones((n, W), np.float32)})) < 1.0
    assert not runtime._runs


def test_a_session_works_after_it_was_stopped(runtime, tmp_path):
    session = runtime.open(saved(tmp_path, tiny_package.slow_decoder_graph(loops=30)))
    runtime.stop()
    with pytest.raises(Cancelled):
        session.run({"w": np.ones((3, W), np.float32)})
    runtime.begin()
    assert session.run({"w": np.ones((3, W), np.float32)})["image"].shape == (3, 1, 7, 7)


def test_a_stop_before_the_graph_is_opened(runtime, tmp_path):
    path = saved(tmp_path, tiny_package.decoder_graph())
    runtime.stop()
    with pytest.raises(Cancelled):
        runtime.open(path)
    runtime.begin()
    runtime.open(path)


def test_a_graph_being_opened_stops(runtime, tmp_path):
    path = saved(tmp_path, tiny_package.long_decoder_graph())
    stop_after(runtime, 0.1, lambda: runtime.open(path))
    assert runtime._load is None


def test_a_stop_between_two_chunks(service, tiny):
    designs = tuple(Design(1, i, label=0) for i in range(6))
    updates = service.run(Sample(tiny.ref, designs, chunk=2))
    next(updates)
    service.stop()
    with pytest.raises(Cancelled):
        list(updates)
    service.begin()
    assert len(list(service.run(Sample(tiny.ref, designs, chunk=2)))) == 6


# -- good manners --------------------------------------------------------------------------------------------------

SAMPLE = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from desktop_app.engine import packages
from desktop_app.engine.requests import Design, Sample
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
runtime = Runtime("cpu", threads=2)
service = Service(runtime)
package = packages.open_package(Path(sys.argv[2]))
designs = tuple(Design(1, i, label=0) for i in range(8))
"""
RUN = SAMPLE + "list(service.run(Sample(package.ref, designs)))\n"
IDLE = (
    SAMPLE
    + """
import time
list(service.run(Sample(package.ref, designs)))
before = time.process_time()
time.sleep(1.0)
print(time.process_time() - before)
"""
)
ROOT = Path(__file__).resolve().parents[2]


def run_child(code: str, *arguments: object, prefix: tuple[str, ...] = (), **environment: str) -> str:
    """Output of Python code in a process of its own, with the telemetry switch left out of its environment."""
    inherited = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, str(ROOT), *map(str, arguments)],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_idle_engine_uses_no_processor_time(folder):
    assert float(run_child(IDLE, folder)) < 0.1


def test_no_usage_data_is_collected(tmp_path, folder):
    """ONNX Runtime 1.29 and later keeps a database in the user's cache and sends it, unless it is told not to."""
    home = tmp_path / "home"
    home.mkdir()
    run_child(RUN, folder, HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), XDG_DATA_HOME=str(home / "data"))
    assert list(home.rglob("*")) == []


def test_no_socket_is_opened(tmp_path, folder):
    trace = tmp_path / "trace"
    strace = ("strace", "-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg", "-o", str(trace))
    try:
        usable = subprocess.run([*strace, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        usable = False
    if not usable:
        pytest.skip("strace is not here or may not trace")
    run_child(RUN, folder, prefix=strace, HOME=str(tmp_path))
    calls = [line for line in trace.read_text().splitlines() if "socket(" in line or "connect(" in line]
    assert [line for line in calls if "AF_UNIX" not in line] == []


def test_the_switch_is_set_before_the_import():
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import desktop_app.engine.runtime\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    assert run_child(code).strip() == "1"
    assert child.environment()["ORT_DISABLE_TELEMETRY"] == "1"


def test_the_engine_prints_nothing_of_its_own(folder):
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT), str(folder)], capture_output=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_folder_of_any_script_and_spaces(runtime, tmp_path):
    parent = tmp_path / "Дизайн 図 ñ #1%20 x"
    package = packages.open_package(package_with(parent, tiny_package.decoder_graph()))
    packages.check_files(package)
    assert runtime.open(package.file("decoder")).run({"w": np.ones((2, W), np.float32)})["image"].shape == (2, 1, 7, 7)


def test_the_probe_is_an_honest_graph():
    graph = onnx.load_from_string(runtime_module._PROBE)
    onnx.checker.check_model(graph)
    assert [n.op_type for n in graph.graph.node] == ["ConstantOfShape", "Conv"]
