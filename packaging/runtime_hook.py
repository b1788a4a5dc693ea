"""Runs before anything else in the frozen program, the engine's process included."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime 1.29 and later sends usage data unless this is set

# As Python itself does from source: without a locale, C with UTF-8, or Qt complains at every start.
if not any(os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
    os.environ["LC_CTYPE"] = "C.UTF-8"
