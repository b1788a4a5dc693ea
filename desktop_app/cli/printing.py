"""What the commands print: sentences, tables, one JSON document."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

TELL_AFTER_S = 0.5


def print_json(document: object) -> None:
    """One document on standard output."""
    text = msgspec.json.format(msgspec.json.encode(document, enc_hook=_plain), indent=2)
    print(text.decode())


def print_json_line(document: object) -> None:
    """The same as one line, for a program that reads it while this one runs."""
    print(msgspec.json.encode(document).decode(), flush=True)


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows as aligned columns, two blanks apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def tell(text: str) -> None:
    """A line that replaces itself, for a person at a terminal; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def counted(number: int, what: str) -> str:
    """“1 file”, “2 files”."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


class ProgressLine:
    """Progress with the time left, once there is something to tell."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def tell(self, what: str, done: int, total: int) -> None:
        seconds = time.perf_counter() - self._started
        if seconds > TELL_AFTER_S and done:
            left = seconds / done * (total - done)
            tell(f"{what}: {done:,} of {total:,}, {done / seconds:,.0f} a second, {left:.0f} s left")


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} in a JSON document")
