"""The one error of this room: a sentence that names the thing and the remedy."""


class ExportError(Exception):
    """Bad input, missing data or a failed check; `python -m export` prints it and exits with 1."""
