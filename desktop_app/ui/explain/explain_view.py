"""From what is known to what is seen: the class that is asked about, its maps, the parts they mark, the words. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from desktop_app.engine.requests import Pixels
from desktop_app.studio import evidence_colours
from desktop_app.studio.evidence import Answer, Float32, Mask, Trial, strongest
from desktop_app.studio.explain_words import NAMES, called, nothing_words, trial_words, value_words
from desktop_app.studio.explaining import ExplainState, MapKind, kinds
from desktop_app.ui.explain.evidence_painter import MapView, Scene, map_view


@dataclass(frozen=True, eq=False)
class Evidence:
    """One map of the class that is asked about."""

    kind: MapKind
    values: Float32 | None  # (H, W); None while it is not known
    mark: Mask | None  # the part that speaks most for the class or against it; None where nothing does


@dataclass(frozen=True, eq=False)
class Question:
    """Why this class, or why not."""

    label: int
    name: str
    speaks_for: bool  # whether what speaks for it is looked at, or what speaks against it
    evidence: tuple[Evidence, ...]

    @property
    def title(self) -> str:
        return f"Why {called(self.name)}?" if self.speaks_for else f"Why not {called(self.name)}?"


def label_of(state: ExplainState, answer: Answer | None, count: int) -> int | None:
    """The class that is asked about; None while nothing is known of the most probable one."""
    if state.label is not None and state.label < count:
        return state.label
    return None if answer is None else int(answer.probabilities.argmax())


def question(state: ExplainState, answer: Answer, classes: Sequence[str], size: tuple[int, int]) -> Question:
    label = label_of(state, answer, len(classes))
    assert label is not None
    speaks_for = label == int(answer.probabilities.argmax())
    found = []
    for kind in kinds(state.shown):
        values = answer.map(kind, label, size)
        found.append(Evidence(kind, values, _mark(values, speaks_for=speaks_for)))
    return Question(label, classes[label], speaks_for, tuple(found))


def _mark(values: Float32 | None, *, speaks_for: bool) -> Mask | None:
    if values is None or not np.any(values > 0 if speaks_for else values < 0):
        return None
    return strongest(values, speaks_for=speaks_for)


def scene_of(picture: Pixels, asked: Question | None, state: ExplainState, share: float) -> Scene:
    """asked: None while nothing is known. share: how much of the covering is done."""
    plain = evidence_colours.as_rgb(picture)
    shown = kinds(state.shown)
    if not shown:
        return Scene(plain, (MapView("", plain),), state.opacity)
    found = {evidence.kind: evidence for evidence in asked.evidence} if asked else {}
    maps = []
    for kind in shown:
        evidence = found.get(kind)
        waiting = _waiting(kind, share)
        maps.append(
            map_view(
                picture,
                evidence.values if evidence else None,
                kind=kind,
                title=f"{NAMES[kind]} for {called(asked.name)}" if asked else NAMES[kind],
                opacity=state.opacity,
                mark=evidence.mark if evidence else None,
                waiting=waiting,
            )
        )
    return Scene(plain, tuple(maps), state.opacity)


def _waiting(kind: MapKind, share: float) -> str:
    if kind == "activation":
        return "Looking…"
    return f"Covering one part after the other… {100 * share:.0f} %"


def words_at(asked: Question | None) -> Callable[[tuple[int, int]], str]:
    """What is said of an element of the picture."""

    def words(spot: tuple[int, int]) -> str:
        row, column = spot
        known = [(e.kind, float(e.values[spot])) for e in asked.evidence if e.values is not None] if asked else []
        return value_words(row, column, known, asked.name if asked else "")

    return words


def told(asked: Question, trials: Sequence[Trial | None]) -> str:
    """What covering the marked parts did, a sentence a map. trials: of `asked.evidence`."""
    sentences = []
    for evidence, trial in zip(asked.evidence, trials, strict=True):
        if evidence.values is None:
            continue
        if evidence.mark is None:
            text = nothing_words(asked.name, speaks_for=asked.speaks_for)
        else:
            text = trial_words(trial, asked.name) if trial is not None else "Covering what it marks…"
        sentences.append(f"{NAMES[evidence.kind]}: {text}" if len(asked.evidence) > 1 else text)
    return "\n\n".join(sentences)
