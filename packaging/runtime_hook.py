"""Runs before anything else in the frozen program, the engine's process included."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime 1.29 and later sends usage data unless this is set
