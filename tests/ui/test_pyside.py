"""PySide6 6.12.0 on CPython < 3.12 takes a reference to True with every emit and one to None with every void call."""

import subprocess
import sys

_CHILD = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

class Source(QObject):
    told = Signal(bool)

app = QCoreApplication([])
source, timer = Source(), QTimer()
before = sys.getrefcount(True), sys.getrefcount(None)
for _ in range(20_000):
    source.told.emit(True)
    timer.setInterval(7)
after = sys.getrefcount(True), sys.getrefcount(None)
print(min(now - then for now, then in zip(after, before)))
"""


def test_signals_and_void_calls_lose_no_references() -> None:
    run = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > -100
