"""The process that measures a package in plain PyTorch for `maquette bench`: a child whose first line says how far the
rebuilt network is from the golden example."""

import argparse
from collections.abc import Callable

import torch

from export import turns_child
from export.turns_child import Measure, Opened, parser_of

__all__ = ["Measure", "parser_of", "serve"]


def serve(args: argparse.Namespace, open_net: Callable[[argparse.Namespace], tuple[float, Measure]]) -> int:
    """open_net: arguments -> (error on the golden example, how to measure). ExportError where it knows no such net."""
    torch.set_num_threads(args.threads)

    def opened(args: argparse.Namespace) -> Opened:
        error, measure = open_net(args)
        return {"golden_error": error, "torch": torch.__version__}, measure

    return turns_child.serve(args, opened)
