"""The project: the sheet on view and the kept designs, with undo, in a file that is whole at every moment.

The state is one frozen value; a step back is the value before. A save writes a new file beside the old one, flushes
it to the disk and only then takes its name, so a power cut leaves the old file or the new one. The version before is
kept for the day on which a disk damages the file itself.
"""

import os
import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Design, Frozen
from desktop_app.studio.blend import BlendState
from desktop_app.studio.breeding import BreedingState
from desktop_app.studio.explaining import ExplainState
from desktop_app.studio.icon_state import IconState
from desktop_app.studio.restoration import RestoreState
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writing import WriteState

FORMAT = 1
MAX_STEPS = 500
MAX_CHARACTERS = 32 * 2**20  # of the page, in all steps together: each holds the whole text


class Take(Frozen, frozen=True):
    """A kept design: with its package's hash it can be made again to the pixel."""

    design: Design
    package: str
    sha256: str
    created: str  # ISO 8601, UTC
    title: str = ""  # a name that the designer gave it


class ProjectState(Frozen, frozen=True):
    sheet: SheetState
    takes: tuple[Take, ...] = ()
    rejects: tuple[Take, ...] = ()  # what the designer wants less of: the other side of their taste
    blend: BlendState = BlendState()
    restore: RestoreState = RestoreState()
    explain: ExplainState = ExplainState()
    write: WriteState = WriteState()
    breeding: BreedingState = BreedingState()
    icons: IconState = IconState()
    tile_px: int = 96
    first_tile: int = 0  # the tile at the top of the view
    format: int = FORMAT


@dataclass(frozen=True)
class Step:
    label: str  # what the Edit menu says: "Star", "Re-roll"
    state: ProjectState  # before the step
    coalesce: str  # steps with the same non-empty word run together: the drags of one slider


class Project:
    """One project, owned by the window's thread; writing may happen on a thread of its own."""

    def __init__(self, path: Path, state: ProjectState) -> None:
        self.path = path
        self.state = state
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._saved: ProjectState | None = None
        self._writer: threading.Thread | None = None
        self._write_error: OSError | None = None

    # -- changes ---------------------------------------------------------------------------------------------------

    def change(self, label: str, state: ProjectState, *, coalesce: str = "") -> None:
        """A step that can be undone."""
        if state == self.state:
            return
        runs_on = bool(coalesce) and bool(self._undo) and self._undo[-1].coalesce == coalesce
        if not runs_on:
            self._undo.append(Step(label, self.state, coalesce))
            del self._undo[: -steps_kept(state)]
        self._redo.clear()
        self.state = state

    def look(self, *, tile_px: int | None = None, first_tile: int | None = None) -> None:
        """A change of view: saved, but no step to undo."""
        self.state = msgspec.structs.replace(
            self.state,
            tile_px=self.state.tile_px if tile_px is None else tile_px,
            first_tile=self.state.first_tile if first_tile is None else first_tile,
        )

    def end_coalescing(self) -> None:
        """The next change is a step of its own, even with the same word."""
        if self._undo and self._undo[-1].coalesce:
            last = self._undo[-1]
            self._undo[-1] = Step(last.label, last.state, "")

    def undo(self) -> str:
        """One step back; answers its label, or an empty string where there is none."""
        return self._step(self._undo, self._redo)

    def redo(self) -> str:
        return self._step(self._redo, self._undo)

    @property
    def undo_label(self) -> str:
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        return self._redo[-1].label if self._redo else ""

    def _step(self, source: list[Step], target: list[Step]) -> str:
        if not source:
            return ""
        step = source.pop()
        target.append(Step(step.label, self.state, ""))
        self.state = msgspec.structs.replace(step.state, tile_px=self.state.tile_px)
        return step.label

    # -- the file --------------------------------------------------------------------------------------------------

    @property
    def is_saved(self) -> bool:
        return self.state == self._saved

    def save(self) -> None:
        """Write now and wait for the disk. Raises FileError."""
        self.wait()
        state = self.state
        try:
            write_whole(self.path, msgspec.json.encode(state))
        except OSError as error:
            raise FileError(_cannot_save(self.path, error)) from None
        self._saved = state

    def save_if_changed(self) -> str:
        """Start writing on another thread where something changed; answers the sentence of a write that failed."""
        if self._writer is not None and self._writer.is_alive():
            return ""
        failure = self._take_failure()
        if failure or self.is_saved:
            return failure
        self._saved = self.state
        data = msgspec.json.encode(self.state)
        self._writer = threading.Thread(target=self._write, args=(data,), name="save project")
        self._writer.start()
        return ""

    def wait(self) -> None:
        """Until no write is under way."""
        if self._writer is not None:
            self._writer.join()
            self._writer = None
        self._take_failure()

    def _write(self, data: bytes) -> None:
        try:
            write_whole(self.path, data)
        except OSError as error:
            self._write_error = error

    def _take_failure(self) -> str:
        error, self._write_error = self._write_error, None
        if error is None:
            return ""
        self._saved = None
        return _cannot_save(self.path, error)


def steps_kept(state: ProjectState) -> int:
    """How many steps back there are: fewer where the page is a book."""
    return max(20, min(MAX_STEPS, MAX_CHARACTERS // max(1, len(state.write.page.text))))


# -- reading and writing ---------------------------------------------------------------------------------------------


def load_project(path: Path, fallback: ProjectState) -> tuple[Project, str]:
    """The project in a file, or a new one. The sentence is empty where all is well. Never raises, never overwrites."""
    state, problem = _read(path)
    if state is not None:
        return _opened(path, state), ""
    before = previous(path)
    if problem or before.is_file():
        older, _ = _read(before)
        if path.is_file():
            shutil.copyfile(path, path.with_name(path.name + ".damaged"))
        if older is not None:
            return _opened(path, older), f"The project file {problem or 'was missing'}. The version before it is open."
    sentence = f"The project file {problem}. It was put aside and a new project is open." if problem else ""
    return Project(path, fallback), sentence


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file so that it is whole at every moment; the version before stays beside it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if path.is_file():
        _keep_previous(path)
    temporary.replace(path)


def previous(path: Path) -> Path:
    return path.with_name(path.name + ".previous")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _opened(path: Path, state: ProjectState) -> Project:
    project = Project(path, state)
    project._saved = state
    return project


def _keep_previous(path: Path) -> None:
    older = path.with_name(path.name + ".older")
    older.unlink(missing_ok=True)
    try:
        os.link(path, older)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, older)
    older.replace(previous(path))


def _read(path: Path) -> tuple[ProjectState | None, str]:
    try:
        state = msgspec.json.decode(path.read_bytes(), type=ProjectState)
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"cannot be read ({error.strerror or error})"
    except (msgspec.DecodeError, UnicodeDecodeError, RequestError):
        return None, "is damaged"
    if state.format > FORMAT:
        return None, "comes from a newer Maquette"
    return state, ""


def _cannot_save(path: Path, error: OSError) -> str:
    return f"The project could not be saved to “{path}”: {error.strerror or error}."
