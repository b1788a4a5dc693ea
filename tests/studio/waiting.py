"""Waiting for other threads and processes in tests."""

import time
from collections.abc import Callable
from pathlib import Path


def until(condition: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Return as soon as `condition` holds; fail where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def is_running(pid: int) -> bool:
    """Whether the process lives; one that ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
