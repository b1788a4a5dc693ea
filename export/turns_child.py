"""A process that is measured in turns with the program by `maquette bench`: what all of them say and are asked.

One line of JSON tells of what was opened. Then each line on standard input, some words and a number of seconds, is
answered by one line of JSON: how much was done in that time, and the seconds it took.
"""

import argparse
import json
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from export.errors import ExportError

ENGINE_NICE = 10  # the priority of desktop_app/engine_process.py: neither has an advantage on a busy machine

Measure = Callable[[list[str], float], tuple[float, float]]  # words, seconds -> how much, and the seconds it took
Opened = tuple[dict[str, Any], Measure]  # what is told of it first, and how to measure


def parser_of(name: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m export.{name}", description=description)
    parser.add_argument("folder", type=pathlib.Path, help="a model package")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    return parser


def serve(args: argparse.Namespace, open_net: Callable[[argparse.Namespace], Opened]) -> int:
    """ExportError of open_net where it knows no such net."""
    if hasattr(os, "nice"):
        os.nice(ENGINE_NICE)
    try:
        about, measure = open_net(args)
    except (ExportError, OSError, KeyError, RuntimeError) as problem:
        _say(error=str(problem))
        return 1
    _say(**about, threads=args.threads)
    for line in sys.stdin:
        *words, seconds_wanted = line.split()
        done, seconds = measure(words, float(seconds_wanted))
        _say(designs=done, seconds=seconds)
    return 0


def _say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)
