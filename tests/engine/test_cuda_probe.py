"""A driver may crash, hang or talk nonsense: whatever the child does becomes a reason."""

import sys
import time

import pytest

from desktop_app.engine import child, cuda_probe
from desktop_app.engine.cuda_probe import CudaReport


def ask(code: str, *, time_limit_s: float = 20.0) -> CudaReport:
    return cuda_probe.probe(command=[sys.executable, "-S", "-c", code], time_limit_s=time_limit_s)


def test_a_device():
    assert ask("""print('{"name": "Some GPU", "reason": ""}')""") == CudaReport(True, "Some GPU")


def test_a_reason():
    report = ask("""print('{"name": "Some GPU", "reason": "the NVIDIA driver is too old"}')""")
    assert report == CudaReport(False, "Some GPU", "the NVIDIA driver is too old")


def test_chatter_before_the_answer():
    assert ask("""print('loading…'); print('{"name": "Some GPU", "reason": ""}')""").works


@pytest.mark.parametrize(
    "line", ["", "hello", "[]", "{}", "null", '{"name": 1, "reason": ""}', '{"name": "x"}', '{"reason": ""}',
             '{"name": "x", "reason": "", "more": 1}', "\\xff\\xfe"],
)  # fmt: skip
def test_rubbish(line):
    report = ask(f"import sys; sys.stdout.buffer.write(b'{line}')")
    assert report == CudaReport(False, reason="the CUDA check gave no answer")


def test_a_crash():
    report = ask("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert not report.works
    assert "-11" in report.reason


def test_an_error():
    assert "code 3" in ask("raise SystemExit(3)").reason


def test_a_hang_that_cannot_be_asked_to_end():
    started = time.perf_counter()
    report = ask(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('{}', flush=True); time.sleep(60)",
        time_limit_s=1.0,
    )
    assert report == CudaReport(False, reason="CUDA did not answer within 1 seconds")
    assert time.perf_counter() - started < 10


def test_no_such_program():
    report = cuda_probe.probe(command=["/no/such/program"])
    assert not report.works
    assert "could not be started" in report.reason


def test_without_signs_of_a_driver_no_child_is_started(monkeypatch, tmp_path):
    monkeypatch.setattr(cuda_probe, "_DRIVER_SIGNS", (tmp_path / "nvidiactl",))
    monkeypatch.setattr(child, "command", lambda *_: pytest.fail("a child was started"))
    assert cuda_probe.probe() == CudaReport(False, reason="no NVIDIA driver on this machine")


def test_the_real_child_answers(monkeypatch, tmp_path):
    (tmp_path / "nvidiactl").touch()
    monkeypatch.setattr(cuda_probe, "_DRIVER_SIGNS", (tmp_path / "nvidiactl",))
    report = cuda_probe.probe()
    assert report.works or report.reason.startswith(("no NVIDIA", "the NVIDIA", "[ONNXRuntimeError]", "ONNX Runtime"))
