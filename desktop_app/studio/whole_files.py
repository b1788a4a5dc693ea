"""Several files that belong together: all of them are written, or the new ones are taken back."""

from collections.abc import Sequence
from pathlib import Path

from desktop_app.engine.errors import FileError
from desktop_app.studio.whole_file import whole_file


def refuse_known(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Raises FileError where one is there already and may not be replaced; a folder never may."""
    known = [path for path in paths if path.exists() and not (overwrite and path.is_file())]
    if known:
        which = f"“{known[0].name}” is" if len(known) == 1 else f"“{known[0].name}” and {len(known) - 1:,} more are"
        raise FileError(f"{which} there already. Choose another folder, or allow to replace them.")


def write_all(files: Sequence[tuple[Path, bytes]]) -> None:
    """One after the other, each whole or not at all. Where one fails, those that are new are removed again.

    Raises FileError.
    """
    new: list[Path] = []
    try:
        for path, content in files:
            is_new = not path.exists()
            with whole_file(path, flush=False) as file:
                file.write(content)
            new += [path] * is_new
    except BaseException:
        for path in new:
            path.unlink(missing_ok=True)
        raise
