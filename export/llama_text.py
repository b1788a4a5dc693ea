"""llama.cpp with the GGUF file that a package was made of, for `maquette bench` to measure the engine against.

    python -m export.llama_text FOLDER_OF_SMOLLM2 --threads 2

Through xllamacpp, prebuilt wheels of llama.cpp with its server, which is asked in this process. “read” is answered by
tokens of prompts that were read, “write” by tokens that were written, and the seconds llama.cpp says that took. The
file is the one that `python -m export smollm2` keeps in .cache/; nothing is fetched here.
"""

import argparse
import contextlib
import functools
import importlib.metadata
import itertools
import pathlib
import sys
import time
from typing import Any

from export.errors import ExportError
from export.smollm2 import NAME, WHEEL, gguf_file
from export.turns_child import Opened, parser_of, serve

PROMPT, WRITTEN = 500, 64  # tokens
CONTEXT = 2048


def main(argv: list[str] | None = None) -> int:
    parser = parser_of("llama_text", "Write with llama.cpp.")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(".cache"))
    args = parser.parse_args(argv)
    with contextlib.ExitStack() as stack:
        return serve(args, functools.partial(_open, stack))


def _open(stack: contextlib.ExitStack, args: argparse.Namespace) -> Opened:
    """The file is there until the stack ends."""
    if args.folder.name != NAME:
        raise ExportError(f"{args.folder.name} was made of no GGUF file")
    wheel = args.cache / WHEEL
    if not wheel.is_file():
        raise ExportError(f"there is no {wheel}; `python -m export {NAME}` keeps it")
    gguf = stack.enter_context(gguf_file(wheel, args.cache))
    llama, fresh = Llama(gguf, threads=args.threads), itertools.count()

    def run(words: list[str], seconds: float) -> tuple[float, float]:
        done, spent = 0, 0.0
        began = time.perf_counter()
        while not done or time.perf_counter() - began < seconds:
            tokens, took = llama.read(next(fresh)) if words == ["read"] else llama.write(next(fresh))
            done, spent = done + tokens, spent + took
        return done, spent

    return {"xllamacpp": importlib.metadata.version("xllamacpp"), "file": gguf.name}, run


class Llama:
    """A model in llama.cpp. Nothing of an earlier text is reused."""

    def __init__(self, gguf: pathlib.Path, *, threads: int) -> None:
        import xllamacpp

        params: Any = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_ctx, params.n_parallel, params.n_gpu_layers = CONTEXT, 1, 0
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.cache_prompt = params.ui = False
        params.verbosity = -1
        self._server: Any = xllamacpp.Server(params)

    def read(self, number: int) -> tuple[int, float]:
        """(tokens, seconds) of a prompt that was never read."""
        timings = self._complete([(number * 31 + n * 7919) % 49_000 + 17 for n in range(PROMPT)], tokens=1)
        return timings["prompt_n"], timings["prompt_ms"] / 1000

    def write(self, number: int) -> tuple[int, float]:
        """(tokens, seconds) after a short prompt, the most probable ones."""
        timings = self._complete([(number * 31 + n * 7919) % 49_000 + 17 for n in range(8)], tokens=WRITTEN)
        return timings["predicted_n"], timings["predicted_ms"] / 1000

    def _complete(self, prompt: list[int], *, tokens: int) -> dict[str, Any]:
        asked = {"prompt": prompt, "n_predict": tokens, "temperature": 0.0, "cache_prompt": False, "ignore_eos": True}
        answer = self._server.handle_completions(asked)
        if "timings" not in answer:
            raise ExportError(f"llama.cpp does not answer: {answer}")
        return dict(answer["timings"])


if __name__ == "__main__":
    sys.exit(main())
