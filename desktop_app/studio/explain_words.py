"""What a classifier says, in plain words: only what was measured, and never more certain than it is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.studio.evidence import Trial
from desktop_app.studio.explaining import MapKind

SPACE = "\N{NO-BREAK SPACE}"
SURE = 0.5  # below it no class is said to be seen
SAME = 0.01  # of probability: a smaller change is hardly one
NAMES: dict[MapKind, str] = {"activation": "Class activation", "occlusion": "Occlusion"}
UNITS: dict[MapKind, str] = {
    "activation": "adds to the logit, against the mean of all classes",
    "occlusion": "nats of log-probability lost when covered",
}
# Where room is scarce.
SHORT_UNITS: dict[MapKind, str] = {"activation": "adds to the logit", "occlusion": "nats lost when covered"}


def percent(probability: float) -> str:
    """With digits that make sense, and never 0 or 100 for what is not."""
    value = 100 * probability
    if value < 0.1:
        return f"< 0.1{SPACE}%"
    return f"> 99.9{SPACE}%" if value > 99.9 else f"{value:.1f}{SPACE}%"


def percent_in_words(probability: float) -> str:
    """The same within a sentence."""
    return percent(probability).replace("< ", "less than ").replace("> ", "more than ")


def signed(value: float) -> str:
    """A value of a map, with its sign."""
    digits = 1 if abs(value) >= 10 else 2
    return f"{value:+.{digits}f}".replace("-", "−")


def called(name: str) -> str:
    """A class within a sentence: “a 4”, “an 8”, Sneaker."""
    if not name.isdecimal():
        return name
    return f"an {name}" if name[0] == "8" or name in ("11", "18") else f"a {name}"


def verdict(classes: Sequence[str], probabilities: npt.NDArray[np.float32]) -> str:
    """“It sees a 4, 97.2 % sure.”"""
    first, second = (int(i) for i in np.argsort(-probabilities, kind="stable")[:2])
    one, other = percent_in_words(probabilities[first]), percent_in_words(probabilities[second])
    if probabilities[first] >= SURE:
        return f"It sees {called(classes[first])}, {one} sure."
    return f"It is not sure: {called(classes[first])} at {one}, {called(classes[second])} at {other}."


def limits(classes: Sequence[str]) -> str:
    """What no probability tells: a picture of anything else gets one of the classes too."""
    known = ", ".join(classes) if len(classes) <= 12 else f"{', '.join(classes[:10])} and {len(classes) - 10} more"
    return f"It knows these {len(classes)} alone, and calls any picture one of them: {known}."


def trial_words(trial: Trial, name: str, *, part: str = "The outlined tenth") -> str:
    """What covering the marked part did, against as much elsewhere. part: what it is called where it is not seen."""
    before, after, other = (percent_in_words(p) for p in (trial.before, trial.after, trial.elsewhere))
    moved = "lowers" if trial.after < trial.before else "raises"
    did = (
        f"{moved} the probability from {before} to {after}"
        if before != after
        else f"leaves the probability at {before}"
    )
    side = "for" if trial.speaks_for else "against"
    words = (
        f"{part} speaks most {side} {called(name)}. Covering it {did}. "
        f"Covering the same shape elsewhere: {other} on average."
    )
    decides = max(abs(trial.after - trial.before), abs(trial.elsewhere - trial.before)) >= SAME
    return words if decides else f"{words} No single part decides here."


def nothing_words(name: str, *, speaks_for: bool) -> str:
    """Where a map marks nothing."""
    return f"By this map nothing speaks {'for' if speaks_for else 'against'} {called(name)}."


def asked_words(asked: str, classes: Sequence[str], probabilities: npt.NDArray[np.float32]) -> str:
    """Whether a design became what it was asked for."""
    top = int(probabilities.argmax())
    if asked.casefold() == classes[top].casefold():
        return f"It was asked for {called(asked)}."
    if asked.casefold() not in (name.casefold() for name in classes):
        return f"It was asked for {called(asked)}, a class that this classifier does not know."
    more = "" if probabilities[top] >= SURE else " more than anything else"
    return f"It was asked for {called(asked)}, and {called(classes[top])} is seen{more}."


def value_words(row: int, column: int, values: Sequence[tuple[MapKind, float]], name: str) -> str:
    """What lies under the cursor, for the eye and for a screen reader. row, column: counted from 0."""
    told = [f"{_VERBS[kind][0]} {signed(value)} {_VERBS[kind][1]}" for kind, value in values]
    words = f"{'; '.join(told)}, for {called(name)}" if told else "not known yet"
    return f"Row {row + 1}, column {column + 1}: {words}"


_VERBS: dict[MapKind, tuple[str, str]] = {
    "activation": ("adds", "to the logit"),
    "occlusion": ("covering it costs", "nats"),
}
