"""The command line: what the window does, without one. `main` reads the words; each command has a file of its own.

Nothing heavy is imported before a command needs it, so that `maquette --help` answers at once.
"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from desktop_app import __version__
from desktop_app.cli import arguments
from desktop_app.cli.arguments import Command

FAILED = 1
INTERRUPTED = 130
BROKEN_PIPE = 141
_TERMINATED = 143


def main(words: Sequence[str]) -> int:
    """Run one command. Returns its exit code: 0 done, 1 failed, 2 misused, 130 interrupted."""
    from desktop_app.engine.errors import StudioError

    _never_fail_on_a_character()
    options = _parser().parse_args(list(words))
    try:
        with _terminate_like_an_interrupt(options):
            code: int = options.command(options)
            sys.stdout.flush()
            return code
    except StudioError as error:
        return _fail(error.message)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit must not fail again
        return BROKEN_PIPE
    except OSError as error:
        return _fail(f"“{error.filename or 'The output'}” cannot be read or written: {error.strerror or error}.")


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return FAILED


def _never_fail_on_a_character() -> None:
    """A console that cannot show “ must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def _terminate_like_an_interrupt(options: argparse.Namespace) -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: with whole files. The window has its own way."""
    if options.command is _window:
        yield
        return

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# -- the words -----------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maquette",
        description="Design with small neural networks on your own machine. Without a command the window opens.",
        parents=[arguments.common()],
    )
    parser.add_argument("--version", action="version", version=f"Maquette {__version__}")
    parser.set_defaults(command=_window, device="auto", threads=0)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, command: Command, sentence: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=sentence, description=sentence, parents=[arguments.common()])
        added.set_defaults(command=command)
        return added

    models = add("models", _models, "List, verify, check up and import model packages.")
    arguments.add_models(models, _verify, _import, _check)
    arguments.add_sample(
        add("sample", _sample, "Draw designs and write them as PNG or SVG files that know how they were made.")
    )
    arguments.add_trace(add("trace", _trace, "Turn a picture into an SVG file: of one ink, or of areas of colour."))
    arguments.add_dataset(add("dataset", _dataset, "Write labelled pictures for other programs to learn from."))
    arguments.add_walk(add("walk", _walk, "Walk from design to design and write the way as a film."))
    denoise = add("denoise", _denoise, "Clean noisy pictures. Colours, profiles, tags and 16 bits are kept.")
    arguments.add_denoise(denoise)
    arguments.add_restore(add("upscale", _upscale, "Enlarge pictures to twice their size."), "{name}-2x")
    arguments.add_inpaint(add("inpaint", _inpaint, "Fill in what a mask covers: scratches, dust, writing."))
    arguments.add_explain(add("explain", _explain, "Say what pictures show, and what in them says so."))
    arguments.add_complete(
        add("complete", _complete, "Go on from a text, token by token, with what else might have been said.")
    )
    arguments.add_recheck(
        add("recheck", _recheck, "Make pictures and films again from the recipes inside them and compare.")
    )
    arguments.add_bench(add("bench", _bench, "Measure this machine: engine, window, memory, films."))
    add("self-test", _self_test, "Open every bundled model and the window, and close them again.")
    return parser


# -- the commands, imported when they are asked for ----------------------------------------------------------------


def _window(options: argparse.Namespace) -> int:
    from desktop_app import app

    return app.run([], device=options.device, threads=options.threads)


def _models(options: argparse.Namespace) -> int:
    from desktop_app.cli import models

    return models.show(options)


def _verify(options: argparse.Namespace) -> int:
    from desktop_app.cli import models

    return models.verify(options)


def _import(options: argparse.Namespace) -> int:
    from desktop_app.cli import models

    return models.bring_in(options)


def _check(options: argparse.Namespace) -> int:
    from desktop_app.cli import check

    return check.run(options)


def _sample(options: argparse.Namespace) -> int:
    from desktop_app.cli import sample

    return sample.run(options)


def _trace(options: argparse.Namespace) -> int:
    from desktop_app.cli import trace

    return trace.run(options)


def _dataset(options: argparse.Namespace) -> int:
    from desktop_app.cli import dataset

    return dataset.run(options)


def _walk(options: argparse.Namespace) -> int:
    from desktop_app.cli import walk

    return walk.run(options)


def _denoise(options: argparse.Namespace) -> int:
    from desktop_app.cli import restore

    return restore.run(options, "denoise")


def _upscale(options: argparse.Namespace) -> int:
    from desktop_app.cli import restore

    return restore.run(options, "upscale")


def _inpaint(options: argparse.Namespace) -> int:
    from desktop_app.cli import restore

    return restore.run(options, "inpaint")


def _explain(options: argparse.Namespace) -> int:
    from desktop_app.cli import explain

    return explain.run(options)


def _complete(options: argparse.Namespace) -> int:
    from desktop_app.cli import complete

    return complete.run(options)


def _recheck(options: argparse.Namespace) -> int:
    from desktop_app.cli import recheck

    return recheck.run(options)


def _bench(options: argparse.Namespace) -> int:
    from desktop_app import bench

    return bench.run(options)


def _self_test(options: argparse.Namespace) -> int:
    from desktop_app import self_test

    return self_test.run(options)
