"""llama.cpp with the GGUF file that a package was made of, for `maquette bench` to measure the engine against.

    python -m export.llama_text ~/.local/share/maquette/models/smollm2 --threads 2 --gguf SmolLM2-135M-Instruct.Q4_1.gguf

Through xllamacpp, prebuilt wheels of llama.cpp with its server, which is asked in this process. “read” is answered by
tokens of prompts that were read, “write” by tokens that were written, and the seconds llama.cpp says that took.
"""

import argparse
import itertools
import pathlib
import sys
import time
from typing import Any

from export.errors import ExportError
from export.turns_child import Opened, parser_of, serve

PROMPT, WRITTEN = 500, 64  # tokens
CONTEXT = 2048


def main(argv: list[str] | None = None) -> int:
    parser = parser_of("llama_text", "Write with llama.cpp.")
    parser.add_argument("--gguf", type=pathlib.Path, required=True)
    return serve(parser.parse_args(argv), _open)


def _open(args: argparse.Namespace) -> Opened:
    try:
        import xllamacpp
    except ImportError:
        raise ExportError("xllamacpp is not installed here") from None
    if not args.gguf.is_file():
        raise ExportError(f"there is no {args.gguf.name}; `python -m export {args.folder.name}` keeps it")
    llama, fresh = Llama(args.gguf, threads=args.threads), itertools.count()

    def run(words: list[str], seconds: float) -> tuple[float, float]:
        done, spent = 0, 0.0
        began = time.perf_counter()
        while not done or time.perf_counter() - began < seconds:
            tokens, took = llama.read(next(fresh)) if words == ["read"] else llama.write(next(fresh))
            done, spent = done + tokens, spent + took
        return done, spent

    return {"llama": str(xllamacpp.BUILD_INFO), "file": args.gguf.name}, run


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
