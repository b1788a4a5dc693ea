"""What the designer asks a classifier: about which pictures, which class, and which map is shown over them.

A row holds pictures of one classifier, fitted to it already, so that nothing depends on the files they came from.
"""

from typing import Literal

import msgspec
import numpy as np

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Frozen, Pixels

MapKind = Literal["activation", "occlusion"]
Shown = Literal["activation", "occlusion", "both", "none"]
SHOWN: tuple[Shown, ...] = ("activation", "occlusion", "both", "none")
MAX_SUBJECTS = 64
OPACITY_STEP = 0.1


class Subject(Frozen, frozen=True):
    """A picture that is judged: its pixels as the classifier gets them, and where they come from."""

    name: str  # of the file, or of the design
    pixels: bytes  # (H, W, C) uint8, row by row
    shape: tuple[int, int, int]
    notes: tuple[str, ...] = ()  # sentences on what was done to fit it
    sha256: str = ""  # of the file, or of the generator's manifest
    package: str = ""  # the generator's name, where it is a design
    design: Design | None = None
    asked: str = ""  # the class that the design was asked for

    def __post_init__(self) -> None:
        height, width, channels = self.shape
        if min(self.shape) < 1 or len(self.pixels) != height * width * channels:
            raise ValueError("its pixels do not fill its shape")


class ExplainState(Frozen, frozen=True):
    package: str = ""  # name of the classifier
    subjects: tuple[Subject, ...] = ()
    current: int = 0
    label: int | None = None  # the class that is asked about; None is the most probable one
    shown: Shown = "occlusion"  # of the two maps the one that covering the marked part bears out (export/LOG.md)
    opacity: float = 0.8  # of the map over the picture, 0 to 1


def pixels_of(subject: Subject) -> Pixels:
    """(H, W, C) uint8."""
    return np.frombuffer(subject.pixels, np.uint8).reshape(subject.shape)


def make_subject(name: str, pixels: Pixels, **origin: object) -> Subject:
    """origin: further fields of Subject."""
    height, width, channels = pixels.shape
    return Subject(name, np.ascontiguousarray(pixels).tobytes(), (height, width, channels), **origin)  # type: ignore[arg-type]


def kinds(shown: Shown) -> tuple[MapKind, ...]:
    """The maps that are in view."""
    return ("activation", "occlusion") if shown == "both" else () if shown == "none" else (shown,)


def current(state: ExplainState) -> Subject | None:
    return state.subjects[state.current] if 0 <= state.current < len(state.subjects) else None


# -- steps -----------------------------------------------------------------------------------------------------------


def with_subjects(state: ExplainState, package: str, new: tuple[Subject, ...]) -> ExplainState:
    """More pictures, the first of them in view; those that are there stay where they are.

    Another classifier begins another row, and of very many pictures the oldest go.
    """
    new = new[:MAX_SUBJECTS]
    before = state.subjects if package == state.package else ()
    row = before + tuple(subject for subject in dict.fromkeys(new) if subject not in before)
    row = row[-MAX_SUBJECTS:]
    at = row.index(new[0]) if new else state.current
    changes = {"package": package, "subjects": row, "current": at, "label": None}
    return msgspec.structs.replace(state, **changes)


def with_one_replaced(state: ExplainState, subject: Subject) -> ExplainState:
    """Another part of the same picture, in the place of the one in view."""
    row = list(state.subjects)
    row[state.current] = subject
    return msgspec.structs.replace(state, subjects=tuple(row), label=None)


def stepped_to(state: ExplainState, index: int) -> ExplainState:
    """Another picture of the row. The class that is asked about stays: “why 3?” of one picture after the other."""
    last = max(0, len(state.subjects) - 1)
    return msgspec.structs.replace(state, current=min(max(index, 0), last))


def without_current(state: ExplainState) -> ExplainState:
    row = state.subjects[: state.current] + state.subjects[state.current + 1 :]
    return stepped_to(msgspec.structs.replace(state, subjects=row), state.current)


def emptied(state: ExplainState) -> ExplainState:
    return msgspec.structs.replace(state, subjects=(), current=0, label=None)


def with_label(state: ExplainState, label: int | None) -> ExplainState:
    return msgspec.structs.replace(state, label=label)


def with_shown(state: ExplainState, shown: Shown) -> ExplainState:
    return msgspec.structs.replace(state, shown=shown)


def with_opacity(state: ExplainState, opacity: float) -> ExplainState:
    return msgspec.structs.replace(state, opacity=min(max(round(opacity, 2), 0.0), 1.0))


# -- which classifier ------------------------------------------------------------------------------------------------


def classifier_for(generator: Package | None, classifiers: list[Package], chosen: str) -> Package | None:
    """The chosen one where it learned from the generator's data or nothing is known; else the first that did so."""
    named = next((package for package in classifiers if package.name == chosen), None)
    fitting = [package for package in classifiers if generator is not None and _share_data(package, generator)]
    if named is not None and (named in fitting or not fitting):
        return named
    return next(iter(fitting or classifiers), None)


def _share_data(one: Package, other: Package) -> bool:
    names = {data.name.casefold() for data in one.manifest.training_data}
    return bool(names & {data.name.casefold() for data in other.manifest.training_data})


def asked_label(subject: Subject, classes: tuple[str, ...]) -> int | None:
    """Which of the classifier's classes the design was asked for; None where it has no such class."""
    names = [name.casefold() for name in classes]
    asked = subject.asked.casefold()
    return names.index(asked) if asked and asked in names else None
