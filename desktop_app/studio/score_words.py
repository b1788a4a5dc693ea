"""Scores of a package in plain words: what each one asks, how near it comes to the real thing, and under which heading.

A score is known by words in its name, so that new ones of a family need nothing here; one of no family is shown as it
is. How near it comes is said of what the manifest says alone, its value and its floor.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.engine.manifest import Score

REAL = 0.98  # of the floor: as good as real pictures against one another
CLOSE = 0.9
FAR = 1000.0  # times the floor of a distance at which its bar is empty


@dataclass(frozen=True)
class ScoreRow:
    name: str
    asks: str  # in plain words; empty where the score is of no known family
    value: str
    floor: str  # empty where there is none
    share: float | None  # of the way to the real thing, 0 to 1; None where there is no floor
    verdict: str  # in words, with the floor; the floor alone where nothing can be said; empty where there is none
    note: str  # what belongs to this score alone
    spoken: str  # all of it in a sentence


@dataclass(frozen=True)
class ScoreGroup:
    title: str
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True)
class _Family:
    words: tuple[str, ...]  # one of them is in the score's name
    group: str
    asks: str


REALISM, VARIETY, CLASSES, COPYING = "Looks real", "Shows all there is", "Shows what was asked for", "Makes its own"
SIGHT, RESTORING, LIKELIHOOD, OTHER = "Sees rightly", "Restores", "Knows its data", "More figures"
RETURN, TEACHING = "Gives back your own pictures", "Teaches others"

_FAMILIES = (
    _Family(("as training data",), TEACHING, "How often is a classifier right that learnt from this?"),
    _Family(("difference of a pixel",), RETURN, "How far is a picture of yours from what comes back, in 8-bit steps?"),
    _Family(("class kept",), RETURN, "Does what comes back show the same class?"),
    _Family(("shuffled",), SIGHT, "Do its maps change when its last layers are put in random order? They should."),
    _Family(("log-loss",), SIGHT, "How much does the truth surprise it, in nats?"),
    _Family(("calibration",), SIGHT, "When it is 80 % sure, is it right 80 % of the time? The gap between the two."),
    _Family(
        ("deletion", "occlusion", "probability left"),
        SIGHT,
        "How sure is it still, when what is named is painted over?",
    ),
    _Family(
        ("memoris", "memoriz", "copies", "copied", "nearer to"), COPYING, "How many samples repeat a training picture?"
    ),
    _Family(("authentic",), COPYING, "How many samples are no copies of training pictures?"),
    _Family(("balance", "histogram"), VARIETY, "Do all classes come as often as in the data?"),
    _Family(("coverage", "recall"), VARIETY, "How much of the variety of real pictures does it reach?"),
    _Family(("class accuracy", "conditional"), CLASSES, "Does a sample show the class that was asked for?"),
    _Family(("confident",), CLASSES, "Is it clear at a glance which class a sample shows?"),
    _Family(("density", "precision"), REALISM, "Do samples lie where real pictures are close together?"),
    _Family(("fréchet", "frechet"), REALISM, "How far are its pictures from real ones, as a crowd?"),
    _Family(("kernel",), REALISM, "The same, by another measure that needs fewer pictures."),
    _Family(("wasserstein",), REALISM, "How far must its pictures be moved to lie where real ones lie?"),
    _Family(("inception",), REALISM, "Are samples clear, and of many classes?"),
    _Family(("psnr",), RESTORING, "How close is the result to the undamaged picture, in decibels?"),
    _Family(("ssim",), RESTORING, "How well is structure kept, from 0 to 1?"),
    _Family(
        ("elbo", "iw-", "nats", "bits", "perplexity", "likelihood"),
        LIKELIHOOD,
        "How little do unseen pictures surprise it?",
    ),
    _Family(("accuracy", "error rate"), SIGHT, "How often is it right on pictures that it never saw?"),
)
_ORDER = (REALISM, VARIETY, CLASSES, COPYING, RETURN, SIGHT, RESTORING, LIKELIHOOD, TEACHING, OTHER)


def grouped(scores: Sequence[Score]) -> tuple[ScoreGroup, ...]:
    """All scores under headings, in the manifest's order within each. Notes of several scores are left out."""
    shared = shared_notes(scores)
    homes: dict[str, list[Score]] = {title: [] for title in _ORDER}
    for score in scores:
        family = _family(score)
        homes[family.group if family else OTHER].append(score)
    return tuple(
        ScoreGroup(title, tuple(row(score, alone=score.note not in shared) for score in found))
        for title, found in homes.items()
        if found
    )


def shared_notes(scores: Sequence[Score]) -> tuple[str, ...]:
    """What is noted of more than one score, to be said once."""
    counts = Counter(score.note for score in scores if score.note)
    return tuple(note for note, count in counts.items() if count > 1)


def row(score: Score, *, alone: bool = True) -> ScoreRow:
    """alone: the score's note is its own."""
    family = _family(score)
    name = score.name[:1].upper() + score.name[1:]
    share, verdict = share_of(score), verdict_on(score)
    value = number(score.value)
    note = score.note if alone else ""
    floor = "" if score.floor is None else number(score.floor)
    better = "higher is better" if score.higher_is_better else "lower is better"
    parts = [f"{name}: {value}, {better}", f"real pictures {floor}" if floor else "", verdict]
    asks, spoken = family.asks if family else "", "; ".join(filter(None, parts))
    return ScoreRow(
        name,
        asks,
        value,
        floor,
        share,
        f"{verdict} ({floor})" if verdict else f"real: {floor}" if floor else "",
        note,
        spoken,
    )


def share_of(score: Score) -> float | None:
    """How far the bar is filled. Of a distance logarithmically: full at the floor, empty at FAR times of it."""
    value, floor = score.value, score.floor
    if floor is None or not (math.isfinite(value) and math.isfinite(floor)) or floor <= 0:
        return None
    if score.higher_is_better:
        return min(1.0, max(0.0, value / floor))
    if value <= floor:
        return 1.0
    return max(0.0, 1 - math.log(value / floor) / math.log(FAR))


def verdict_on(score: Score) -> str:
    share, floor = share_of(score), score.floor
    if share is None or floor is None:
        return ""
    if score.higher_is_better:
        ratio = score.value / floor
        if ratio >= REAL:
            return "as good as real"
        return "close to real" if ratio >= CLOSE else f"{max(0.0, ratio):.0%} of real"
    times = score.value / floor
    if times <= 2 - REAL:
        return "as good as real"
    return f"{times:.1f} times real" if times < 10 else f"{times:,.0f} times real"


def number(value: float) -> str:
    """Four digits that matter, never more."""
    if not math.isfinite(value):
        return "no number"
    if value == int(value) and abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _family(score: Score) -> _Family | None:
    name = score.name.lower()
    return next((family for family in _FAMILIES if any(word in name for word in family.words)), None)
