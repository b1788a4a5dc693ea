"""Does CUDA really work here? Asked in a child process with a time limit, since a bad driver can end or hang one."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop_app.engine import child

TIME_LIMIT_S = 20.0
_MIN_DRIVER = 13000  # CUDA 13.0, which onnxruntime-gpu 1.31 is built for
_DRIVER_SIGNS = (
    Path("/proc/driver/nvidia/version"),
    Path("/dev/nvidiactl"),
    Path("/dev/dxg"),
    Path("C:/Windows/System32/nvcuda.dll"),
)


@dataclass(frozen=True)
class CudaReport:
    works: bool
    name: str = ""
    reason: str = ""


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    reason: str


def probe(*, command: Sequence[str] | None = None, time_limit_s: float = TIME_LIMIT_S) -> CudaReport:
    """Ask a child process. Never raises and never hangs: whatever happens to the child becomes the reason."""
    if command is None:
        if not any(sign.exists() for sign in _DRIVER_SIGNS):
            return CudaReport(False, reason="no NVIDIA driver on this machine")
        command = child.command("--probe-cuda")
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=time_limit_s,
            stdin=subprocess.DEVNULL,
            env=child.environment(),
        )
    except subprocess.TimeoutExpired:
        return CudaReport(False, reason=f"CUDA did not answer within {time_limit_s:.0f} seconds")
    except OSError as error:
        return CudaReport(False, reason=f"the CUDA check could not be started ({error.strerror})")
    if done.returncode != 0:
        return CudaReport(False, reason=f"the CUDA check ended with code {done.returncode}")
    try:
        answer = msgspec.json.decode(done.stdout.splitlines()[-1], type=_Answer)
    except (msgspec.DecodeError, UnicodeError, IndexError):
        return CudaReport(False, reason="the CUDA check gave no answer")
    return CudaReport(not answer.reason, answer.name, answer.reason)


def answer() -> bytes:
    """What the child prints: the device's name or the reason why there is none, as one line of JSON."""
    return msgspec.json.encode(_look())


def _look() -> _Answer:
    name, reason = _driver()
    if not reason:
        from desktop_app.engine import runtime

        reason = runtime.provider_works(runtime.CUDA)
    return _Answer(name, reason)


def _driver() -> tuple[str, str]:
    """Device name and reason from the CUDA driver API (cuInit, cuDriverGetVersion, cuDeviceGetName)."""
    import ctypes
    import sys

    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        cuda = ctypes.CDLL(library)
    except OSError:
        return "", "no NVIDIA driver on this machine"
    version, count, label = ctypes.c_int(), ctypes.c_int(), ctypes.create_string_buffer(128)
    if cuda.cuInit(0) != 0:
        return "", "the NVIDIA driver does not start"
    cuda.cuDriverGetVersion(ctypes.byref(version))
    cuda.cuDeviceGetCount(ctypes.byref(count))
    if count.value == 0:
        return "", "the NVIDIA driver finds no GPU"
    cuda.cuDeviceGetName(label, 128, 0)
    if version.value < _MIN_DRIVER:
        return (
            label.value.decode(),
            f"the NVIDIA driver is too old (CUDA {version.value // 1000}, 13 is needed)",
        )
    return label.value.decode(), ""
