"""Scores of a package in plain words: what each one asks, how near it comes to the real thing, and under which heading.

A score is known by words in its name, so that new ones of a family need nothing here; one of no family is shown as it
is. How near it comes is said of what the manifest says alone, its value and its floor.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from desktop_app.engine.manifest import Score

REAL = 0.995  # of the floor: as good as real pictures against one another
CLOSE = 0.9
UNBIASED = "kernel"  # whose floor may lie on either side of 0, so that how many times it is says nothing
FAR = 1000.0  # times the floor of a distance at which its bar is empty


@dataclass(frozen=True)
class ScoreRow:
    name: str  # within its block: what it was taken of
    value: str
    floor: str  # empty where there is none
    share: float | None  # of the way to the real thing, 0 to 1; None where there is no floor
    verdict: str  # in words, with the floor; the floor alone where nothing can be said; empty where there is none
    note: str  # what belongs to this score alone
    spoken: str  # all of it in a sentence


@dataclass(frozen=True)
class ScoreBlock:
    """One measure, taken of one thing or of several."""

    name: str
    asks: str  # in plain words; empty where the measure is of no known family
    note: str  # on all of its rows and nothing else
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True)
class ScoreGroup:
    title: str
    blocks: tuple[ScoreBlock, ...]
    notes: tuple[str, ...]  # on several of its blocks, with their names


@dataclass(frozen=True)
class _Family:
    words: tuple[str, ...]  # one of them is in the score's name
    group: str
    asks: str
    real: str = "real"  # what the floor is taken of, in a verdict


REALISM, VARIETY, CLASSES, COPYING = "Looks real", "Shows all there is", "Shows what was asked for", "Makes its own"
SIGHT, RESTORING, LIKELIHOOD, OTHER = "Sees rightly", "Restores", "Knows its data", "More figures"
RETURN, TEACHING = "Gives back your own pictures", "Teaches others"

_FAMILIES = (
    _Family(("bits per byte",), LIKELIHOOD, "How many bits does a byte of text cost that it never saw?"),
    _Family(
        ("copied 8-grams",), COPYING, "How many phrases of eight words stand in what it learnt from?", "human text"
    ),
    _Family(("distinct-2",), VARIETY, "How many of its pairs of words are different ones?", "human text"),
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
        ("memoris", "memoriz", "copies", "copied", "nearer to", "nearer than"),
        COPYING,
        "How many samples repeat a training picture?",
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
    """All scores under headings, in the manifest's order within each; every note is said once in its group."""
    homes: dict[str, list[Score]] = {title: [] for title in _ORDER}
    for score in scores:
        family = _family(score)
        homes[family.group if family else OTHER].append(score)
    return tuple(_group(title, found) for title, found in homes.items() if found)


def _group(title: str, scores: Sequence[Score]) -> ScoreGroup:
    """“Fréchet distance, classifier features” and “…, label-free features” are one measure of two things."""
    measures: dict[str, list[Score]] = {}
    for score in scores:
        measures.setdefault(score.name.rpartition(", ")[0] or score.name, []).append(score)
    named = {_block_name(measure, found): found for measure, found in measures.items()}
    owners = {note: [n for n, found in named.items() if any(s.note == note for s in found)] for note in _notes(scores)}
    blocks = tuple(_block(name, found, owners) for name, found in named.items())
    shared = tuple(f"{', '.join(names)}: {note}" for note, names in owners.items() if len(names) > 1)
    return ScoreGroup(title, blocks, shared)


def _notes(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(score.note for score in scores if score.note))


def _block_name(measure: str, scores: Sequence[Score]) -> str:
    return _capital(measure if len(scores) > 1 else scores[0].name)


def _block(name: str, scores: Sequence[Score], owners: Mapping[str, Sequence[str]]) -> ScoreBlock:
    """owners: the blocks of each note."""
    family, notes = _family(scores[0]), {score.note for score in scores}
    own = notes.pop() if len(notes) == 1 else ""
    rows = []
    for score in scores:
        made = row(score, alone=not own and len(owners.get(score.note, ())) == 1)
        rows.append(replace(made, name=_capital(score.name[len(name) + 2 :])) if len(scores) > 1 else made)
    return ScoreBlock(name, family.asks if family else "", own if len(owners.get(own, ())) == 1 else "", tuple(rows))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def row(score: Score, *, alone: bool = True) -> ScoreRow:
    """alone: the score's note is its own."""
    name = _capital(score.name)
    share, verdict = share_of(score), verdict_on(score)
    value = number(score.value)
    note = score.note if alone else ""
    floor = "" if score.floor is None else number(score.floor)
    better = "higher is better" if score.higher_is_better else "lower is better"
    kind = real(score)
    parts = [f"{name}: {value}, {better}", f"{kind} {floor}" if floor else "", verdict]
    spoken = "; ".join(filter(None, parts))
    return ScoreRow(
        name,
        value,
        floor,
        share,
        f"{verdict} ({floor})" if verdict else f"{kind.removesuffix(' pictures')}: {floor}" if floor else "",
        note,
        spoken,
    )


def share_of(score: Score) -> float | None:
    """How far the bar is filled. Of a distance logarithmically: full at the floor, empty at FAR times of it."""
    value, floor = score.value, score.floor
    if UNBIASED in score.name or floor is None or not (math.isfinite(value) and math.isfinite(floor)) or floor <= 0:
        return None
    if score.higher_is_better:
        return min(1.0, max(0.0, value / floor))
    if value <= floor:
        return 1.0
    return max(0.0, 1 - math.log(value / floor) / math.log(FAR))


def real(score: Score) -> str:
    """What its floor is taken of."""
    family = _family(score)
    return family.real if family and family.real != "real" else "real pictures"


def verdict_on(score: Score) -> str:
    share, floor = share_of(score), score.floor
    if share is None or floor is None:
        return ""
    family = _family(score)
    kind = family.real if family else "real"
    if score.higher_is_better:
        ratio = score.value / floor
        if ratio > 1 / CLOSE:  # as a density of samples that crowd typical places: more, and not better
            return f"{ratio:.1f} times {kind}"
        if ratio >= REAL:
            return f"as good as {kind}"
        return f"close to {kind}" if ratio >= CLOSE else f"{100 * max(0.0, ratio):.0f}\N{NO-BREAK SPACE}% of {kind}"
    times = score.value / floor
    if times <= 2 - REAL:
        return f"as good as {kind}"
    return f"{times:.1f} times {kind}" if times < 10 else f"{times:,.0f} times {kind}"


def number(value: float) -> str:
    """Four digits that matter, never more, and never an exponent."""
    if not math.isfinite(value):
        return "no number"
    return _digits(value).replace("-", "−")


def _digits(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return f"{value:.0f}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{3 - math.floor(math.log10(abs(value)))}f}".rstrip("0")


def _family(score: Score) -> _Family | None:
    name = score.name.lower()
    return next((family for family in _FAMILIES if any(word in name for word in family.words)), None)
