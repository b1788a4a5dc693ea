"""`maquette`: no argument opens the window, sub-commands run without one."""

import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: our small products gain nothing from more


def main() -> int:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--engine"]:
        return _engine(arguments[1:])
    if arguments == ["--probe-cuda"]:
        from desktop_app.engine import cuda_probe

        sys.stdout.write(cuda_probe.answer().decode() + "\n")
        return 0
    from desktop_app import cli

    return cli.main(arguments)


def _engine(arguments: list[str]) -> int:
    """`--engine --device auto --threads 0 --memory-mib 0`: the engine's process, started by studio/host.py."""
    from desktop_app import engine_process
    from desktop_app.engine.runtime import DeviceChoice

    options = dict(zip(arguments[::2], arguments[1::2], strict=False))
    device: DeviceChoice = {"cpu": "cpu", "cuda": "cuda"}.get(options.get("--device", ""), "auto")  # type: ignore[assignment]
    engine_process.main(device, int(options.get("--threads", "0")), memory_mib=int(options.get("--memory-mib", "0")))


if __name__ == "__main__":
    sys.exit(main())
