"""Many pictures, one after the other: which there are, what became of each, and what a later run need not do again.

    batch = Batch(paths, out, settings)
    while item := batch.next():
        try:
            batch.finish(item, restore(item.source, item.target))
        except StudioError as error:
            batch.fail(item, error.message)

The report in the folder is written anew after each picture. A run that was stopped, or had failures, is taken up again
by the same batch: what is there whole and was made from the same file with the same settings is left as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Frozen
from desktop_app.studio.photo import ENDINGS
from desktop_app.studio.picture_file import SUFFIXES
from desktop_app.studio.recipe import write_whole

State = Literal["waiting", "running", "done", "failed", "skipped"]
Task = Literal["denoise", "upscale", "inpaint"]

REPORT = "maquette-report.json"
READ = SUFFIXES  # endings of what is taken from a folder
TEMPLATES: dict[Task, str] = {"denoise": "{name}-clean", "upscale": "{name}-2x", "inpaint": "{name}-filled"}
PACKAGES: dict[Task, str] = {"denoise": "photo-denoise", "upscale": "photo-upscale-x2", "inpaint": "photo-inpaint"}
FIELDS = ("name", "package", "number", "strength")
MAX_NAME = 180  # characters
_FIELD = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # in a file's name, on one system or another


@dataclass(frozen=True)
class MaskFile:
    """A picture of the same size, whose light parts are filled in."""

    path: Path
    grow: int = 0  # pixels
    inverted: bool = False


@dataclass(frozen=True)
class Noise:
    """Gaussian noise that is added before, to see what becomes of it."""

    sigma: float  # 8-bit steps
    seed: int = 0


@dataclass(frozen=True)
class BatchSettings:
    """What is done to every picture."""

    package: str = ""  # its name; empty: the task's own, for grey pictures that for grey
    strength: float = 1.0
    detail: float = 0.0
    template: str = ""  # of the names, without the ending; empty: as the task has it
    ending: str = ""  # ".png", for one; empty: as the original's
    overwrite: bool = False  # replace what is there; never an original
    task: Task = "denoise"
    mask: MaskFile | None = None  # for “inpaint”, and only for it
    noise: Noise | None = None


@dataclass(frozen=True)
class Item:
    number: int  # from 1
    source: Path
    target: Path
    state: State = "waiting"
    notes: tuple[str, ...] = ()  # what was done besides, or why it failed or was left out


class Entry(Frozen, frozen=True):
    """What the report says of one picture."""

    source: str
    target: str
    state: str
    notes: tuple[str, ...]
    size: int  # bytes of the source
    modified: int  # nanoseconds
    settings: str  # all that decides the pixels, the source aside


class Report(Frozen, frozen=True):
    """Of all runs into a folder, the last word on each file in it."""

    items: tuple[Entry, ...] = ()


def pictures_in(paths: Sequence[Path], *, made: frozenset[Path] = frozenset()) -> list[Path]:
    """Files as they are, folders as the pictures in them by name, not deeper. Raises FileError for an empty folder.

    made: results of earlier runs, absolute, which are left out of folders.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        try:
            inside = sorted(p for p in path.iterdir() if _is_picture(p) and p.absolute() not in made)
        except OSError as error:
            raise FileError(f"The folder “{path}” cannot be read: {error.strerror or error}.") from None
        if not inside:
            raise FileError(f"There is no picture in the folder “{path}”.")
        found += inside
    return list(dict.fromkeys(found))


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in READ and not path.name.startswith(".")


def check_template(template: str) -> None:
    """Raises RequestError for a template that makes no names."""
    unknown = [field for field in _FIELD.findall(template) if field not in FIELDS]
    if unknown or "{" in _FIELD.sub("", template) or "}" in _FIELD.sub("", template):
        known = ", ".join(f"{{{field}}}" for field in FIELDS)
        raise RequestError(f"The template “{template}” holds a field that there is not. There are {known}.")
    if _FORBIDDEN.search(_FIELD.sub("", template)) or template != template.strip() or template.startswith("."):
        raise RequestError(f"The template “{template}” makes no names of files. Use letters, digits, - and _.")
    if template and not {"name", "number"} & set(_FIELD.findall(template)):
        raise RequestError(f"The template “{template}” gives all pictures one name. Put {{name}} or {{number}} in it.")


class Batch:
    """The list of pictures and their states; it opens none itself. Not for two threads at once."""

    def __init__(self, paths: Sequence[Path], out: Path, settings: BatchSettings) -> None:
        """Raises RequestError for a template or an ending that cannot be, FileError for an empty folder."""
        check_template(settings.template)
        if settings.ending and settings.ending not in ENDINGS:
            raise RequestError(f"Pictures cannot be saved as “{settings.ending}”. Use one of {', '.join(ENDINGS)}.")
        self.out, self.settings = out, settings
        self._key = _key(settings)
        self._before = {entry.target: entry for entry in _read_report(out / REPORT).items}
        made = frozenset((out / e.target).absolute() for e in self._before.values() if e.state == "done")
        self.items: tuple[Item, ...] = tuple(self._named(pictures_in(paths, made=made)))
        self._mark_done()

    # -- one after the other -------------------------------------------------------------------------------------------

    def next(self) -> Item | None:
        """The next that waits, now running; None when none does."""
        for item in self.items:
            if item.state == "waiting":
                return self._becomes(item, "running")
        return None

    def finish(self, item: Item, notes: Sequence[str] = ()) -> None:
        """It is written whole. Raises FileError where the report cannot be."""
        self._becomes(item, "done", notes)
        self._write_report()

    def fail(self, item: Item, sentence: str) -> None:
        """It could not be done. Raises FileError where the report cannot be written."""
        self._becomes(item, "failed", (sentence,))
        self._write_report()

    def put_back(self, item: Item) -> None:
        """It was stopped in the middle, and waits again."""
        self._becomes(item, "waiting")

    def retry_failed(self) -> int:
        """What failed waits again; answers how many."""
        failed = self.in_state("failed")
        for item in failed:
            self._becomes(item, "waiting")
        return len(failed)

    def in_state(self, state: State) -> list[Item]:
        return [item for item in self.items if item.state == state]

    def report(self) -> str:
        """A summary in sentences, a line each: how many, and every failure by name."""
        done, skipped, failed = (len(self.in_state(state)) for state in ("done", "skipped", "failed"))
        count = len(self.items)
        lines = [f"{done:,} of {count:,} picture{'s' if count > 1 else ''} written to “{self.out}”."]
        if skipped:
            lines.append(f"Done before, and left as they are: {skipped:,}.")
        if failed:
            lines.append(f"Could not be done: {failed:,}.")
            lines += [f"  {item.source.name}: {' '.join(item.notes)}" for item in self.in_state("failed")]
        return "\n".join(lines)

    def _becomes(self, item: Item, state: State, notes: Sequence[str] = ()) -> Item:
        changed = replace(item, state=state, notes=tuple(notes))
        at = item.number - 1
        self.items = (*self.items[:at], changed, *self.items[at + 1 :])
        return changed

    # -- names -----------------------------------------------------------------------------------------------------

    def _named(self, paths: list[Path]) -> Iterator[Item]:
        """Each with a target of its own: two of one name are told apart by a number."""
        taken: set[str] = set()
        for number, source in enumerate(paths, start=1):
            stem, ending = self._stem(source, number, len(paths)), self._ending(source)
            target, times = stem, 1
            while (target + ending).casefold() in taken:
                times += 1
                target = f"{stem}-{times}"
            taken.add((target + ending).casefold())
            yield Item(number, source, self.out / (target + ending))

    def _stem(self, source: Path, number: int, count: int) -> str:
        s = self.settings
        values = {
            "name": source.stem,
            "package": s.package or PACKAGES[s.task],
            "number": f"{number:0{len(str(count))}d}",
            "strength": f"{s.strength * 100:.0f}",
        }
        template = s.template or TEMPLATES[s.task]
        return _FIELD.sub(lambda field: values[field[1]], template)[:MAX_NAME]

    def _ending(self, source: Path) -> str:
        """Of formats that are read and not written, PNG keeps all."""
        kept = source.suffix.lower()
        return self.settings.ending or (source.suffix if kept in ENDINGS else ".png")

    # -- the report ------------------------------------------------------------------------------------------------

    def _mark_done(self) -> None:
        """Leave out what an earlier run of the same settings has made of the same file, and is still there."""
        for item in self.items if not self.settings.overwrite else ():
            entry = self._before.get(item.target.name)
            if entry is None or entry.state != "done" or not item.target.is_file():
                continue
            if msgspec.structs.replace(entry, state="", notes=()) == self._entry(item, told=False):
                self._becomes(item, "skipped", ("It was done before.",))

    def _write_report(self) -> None:
        """A failure is no news of a file that an earlier run has made."""
        for item in self.items:
            known = self._before.get(item.target.name)
            if item.state == "done" or (item.state == "failed" and (known is None or known.state != "done")):
                self._before[item.target.name] = self._entry(item)
        report = Report(tuple(self._before.values()))
        write_whole(self.out / REPORT, msgspec.json.format(msgspec.json.encode(report), indent=2), flush=False)

    def _entry(self, item: Item, *, told: bool = True) -> Entry:
        """told: with what became of it."""
        try:
            status = item.source.stat()
            size, modified = status.st_size, status.st_mtime_ns
        except OSError:
            size, modified = -1, -1
        state, notes = (str(item.state), item.notes) if told else ("", ())
        return Entry(str(item.source.absolute()), item.target.name, state, notes, size, modified, self._key)


def _key(settings: BatchSettings) -> str:
    """All that decides the pixels, a mask that was painted anew included."""
    s, painted = settings, 0
    if s.mask is not None and s.mask.path.is_file():
        painted = s.mask.path.stat().st_mtime_ns
    mask = s.mask and (str(s.mask.path), painted, s.mask.grow, s.mask.inverted)
    noise = s.noise and (s.noise.sigma, s.noise.seed)
    return msgspec.json.encode((s.task, s.package, s.strength, s.detail, mask, noise)).decode()


def _read_report(path: Path) -> Report:
    """An empty one where there is none that can be read: it only spares work."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, ValueError, msgspec.MsgspecError):
        return Report()
