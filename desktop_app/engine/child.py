"""How this program starts itself again as a child process, from source, installed or frozen."""

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from desktop_app.__main__ import main; sys.exit(main())"


def command(*arguments: str) -> list[str]:
    """The command line of `maquette ARGUMENTS` in the same interpreter or frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-P", "-c", _START, str(_ROOT), *arguments]


def environment() -> dict[str, str]:
    """The parent's environment with telemetry off and UTF-8 everywhere."""
    return {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "PYTHONUTF8": "1"}
