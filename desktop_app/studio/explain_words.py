"""What a classifier says, in plain words: only what was measured, and never more certain than it is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.studio.evidence import Trial
from desktop_app.studio.explaining import MapKind

SURE = 0.5  # below it no class is said to be seen
SAME = 0.01  # of probability: a smaller change is hardly one
NAMES: dict[MapKind, str] = {"activation": "Class activation", "occlusion": "Occlusion"}
UNITS: dict[MapKind, str] = {
    "activation": "adds to the logit, against the mean of all classes",
    "occlusion": "nats of log-probability lost when covered",
}


def percent(probability: float) -> str:
    """With digits that make sense, and never 0 or 100 for what is not."""
    value = 100 * probability
    if value < 0.1:
        return "< 0.1 %"
    return "> 99.9 %" if value > 99.9 else f"{value:.1f} %"


def signed(value: float) -> str:
    """A value of a map, with its sign."""
    return f"{value:+.2f}".replace("-", "−")


def called(name: str) -> str:
    """A class within a sentence: “a 4”, “an 8”, Sneaker."""
    if not name.isdecimal():
        return name
    return f"an {name}" if name[0] == "8" or name in ("11", "18") else f"a {name}"


def verdict(classes: Sequence[str], probabilities: npt.NDArray[np.float32]) -> str:
    """“It sees a 4, 97.2 % sure.”"""
    first, second = (int(i) for i in np.argsort(-probabilities, kind="stable")[:2])
    if probabilities[first] >= SURE:
        return f"It sees {called(classes[first])}, {percent(probabilities[first])} sure."
    return (
        f"It is not sure: {called(classes[first])} at {percent(probabilities[first])}, "
        f"{called(classes[second])} at {percent(probabilities[second])}."
    )


def limits(classes: Sequence[str]) -> str:
    """What no probability tells: a picture of anything else gets one of the classes too."""
    known = ", ".join(classes) if len(classes) <= 12 else f"{', '.join(classes[:10])} and {len(classes) - 10} more"
    return f"It knows its own {len(classes)} classes alone, and calls anything one of them: {known}."


def trial_words(trial: Trial, name: str) -> str:
    """What covering the marked part did, against as much elsewhere."""
    before, after, other = percent(trial.before), percent(trial.after), percent(trial.elsewhere)
    moved = "lowers" if trial.after < trial.before else "raises"
    did = (
        f"leaves the probability at {before}"
        if before == after
        else (f"{moved} the probability from {before} to {after}")
    )
    side = "for" if trial.speaks_for else "against"
    words = f"Covering the tenth that speaks most {side} {called(name)} {did}. Covering as much elsewhere: {other}."
    decides = max(abs(trial.after - trial.before), abs(trial.elsewhere - trial.before)) >= SAME
    return words if decides else f"{words} No single part decides here."


def nothing_words(name: str, *, speaks_for: bool) -> str:
    """Where a map marks nothing."""
    return f"By this map nothing speaks {'for' if speaks_for else 'against'} {called(name)}."


def asked_words(asked: str, seen: str, probability: float) -> str:
    """Whether a design became what it was asked for."""
    if asked.casefold() == seen.casefold():
        return f"It was asked for {called(asked)}."
    more = "" if probability >= SURE else " more than anything else"
    return f"It was asked for {called(asked)}, and {called(seen)} is seen{more}."


def value_words(row: int, column: int, values: Sequence[tuple[MapKind, float]], name: str) -> str:
    """What lies under the cursor, for the eye and for a screen reader. row, column: counted from 0."""
    words = [f"{_short(kind)} {signed(value)}" for kind, value in values]
    return (
        f"Row {row + 1}, column {column + 1}: {', '.join(words)}, for {name}"
        if words
        else (f"Row {row + 1}, column {column + 1}")
    )


def _short(kind: MapKind) -> str:
    return "adds" if kind == "activation" else "covered, loses"
