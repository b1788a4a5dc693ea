"""The evaluation that travels with its package, evaluation.json: whoever writes the card anew has all of it at hand.

It is the `Evaluation` without the course of the training, which training.json has, its numbers to five digits.
"""

import math
import pathlib
from typing import Any

import msgspec

from export.errors import ExportError
from export.evaluation import Evaluation
from export.whole_file import write_atomically

FILE = "evaluation.json"
DIGITS = 5  # significant ones


def write_evaluation(folder: pathlib.Path, evaluation: Evaluation) -> None:
    """Into a package's folder; the manifest, which lists the file, is to be written afterwards."""
    figures = tuple(figure for figure in evaluation.figures if math.isfinite(figure.value))
    content = _rounded(msgspec.to_builtins(msgspec.structs.replace(evaluation, figures=figures, training=())))
    write_atomically(folder / FILE, msgspec.json.encode(content) + b"\n")


def read_evaluation(folder: pathlib.Path) -> Evaluation | None:
    """None where the package was not measured yet. Raises ExportError where the file cannot be read."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Evaluation)
    except msgspec.DecodeError as error:
        raise ExportError(f"{path} is no evaluation ({error}): measure the package again.") from None


def _rounded(content: Any) -> Any:
    if isinstance(content, float):
        return float(f"{content:.{DIGITS}g}") if math.isfinite(content) else None
    if isinstance(content, dict):
        return {key: _rounded(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_rounded(value) for value in content]
    return content
