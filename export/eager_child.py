"""The process that measures a package in plain PyTorch for `maquette bench`: what all of them say and are asked.

One line of JSON tells of the rebuilt network: how far it is from the golden example. Then each line on standard input,
some words and a number of seconds, is answered by one line of JSON: how much was done in that time, and the seconds it
took.
"""

import argparse
import json
import os
import pathlib
import sys
from collections.abc import Callable

import torch

from export.errors import ExportError

ENGINE_NICE = 10  # the priority of desktop_app/engine_process.py: neither has an advantage on a busy machine

Measure = Callable[[list[str], float], tuple[float, float]]  # words, seconds -> how much, and the seconds it took


def parser_of(name: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m export.{name}", description=description)
    parser.add_argument("folder", type=pathlib.Path, help="a model package")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser


def serve(args: argparse.Namespace, open_net: Callable[[argparse.Namespace], tuple[float, Measure]]) -> int:
    """open_net: arguments -> (error on the golden example, how to measure). ExportError where it knows no such net."""
    torch.set_num_threads(args.threads)
    if hasattr(os, "nice"):
        os.nice(ENGINE_NICE)
    try:
        error, measure = open_net(args)
    except (ExportError, OSError, KeyError, RuntimeError) as problem:
        _say(error=str(problem))
        return 1
    _say(golden_error=error, torch=torch.__version__, threads=torch.get_num_threads())
    for line in sys.stdin:
        *words, seconds_wanted = line.split()
        done, seconds = measure(words, float(seconds_wanted))
        _say(designs=done, seconds=seconds)
    return 0


def _say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)
