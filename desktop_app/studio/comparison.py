"""Two packages side by side: what is said of both, in rows, and which of the two does better where that can be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from desktop_app.engine.errors import RequestError
from desktop_app.engine.manifest import Score
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp
from desktop_app.studio import check_up, model_card, score_words

Side = Literal["left", "right", ""]
QUICKER = 1.5  # times: what a busy machine does to a measurement is less
NEITHER = ("density", "share nearer")  # more of it may be worse: soft pictures are near to everything
MISSING = "–"


@dataclass(frozen=True)
class Row:
    name: str
    left: str
    right: str
    better: Side = ""

    @property
    def spoken(self) -> str:
        end = f"; the {self.better} one does better" if self.better else ""
        return f"{self.name}: {self.left} on the left, {self.right} on the right{end}"


def require_same_kind(left: Package, right: Package) -> None:
    """Raise RequestError where there is nothing to compare."""
    kinds = model_card.kind_of(left.manifest), model_card.kind_of(right.manifest)
    if kinds[0] != kinds[1]:
        raise RequestError(
            f"“{right.manifest.title}” is for something else ({kinds[1].lower()}) than “{left.manifest.title}” "
            f"({kinds[0].lower()}). Choose one of the same kind."
        )


def origin_rows(left: Package, right: Package) -> list[Row]:
    """Version, date and size; the licence where it is another."""
    a, b = left.manifest, right.manifest
    rows = [
        Row("Version", a.version, b.version),
        Row("Made", a.made_by.date, b.made_by.date),
        Row("Preset", a.made_by.preset, b.made_by.preset),
        Row("Size on disk", _size(left), _size(right)),
        Row("Hash", left.sha256[:12], right.sha256[:12]),
    ]
    if (a.licence, a.commercial_use) != (b.licence, b.commercial_use):
        rows.append(Row("Licence", a.licence, b.licence))
        rows.append(Row("Commercial use", a.commercial_use, b.commercial_use))
    return rows


def figure_rows(left: Package, right: Package, found: tuple[CheckedUp, CheckedUp]) -> list[Row]:
    """Figures of two check-ups, those that both have."""
    a, b = (dict(check_up.figures(p.manifest, f)) for p, f in zip((left, right), found, strict=True))
    better = {"Speed": _quicker(*found), "Broken answers": _fewer(*(len(f.broken) for f in found))}
    better["Near-copies"] = _fewer(*(len(f.near_copies) for f in found))
    return [Row(name, a[name], b[name], better.get(name, "")) for name in a if name in b]


def score_rows(left: Sequence[Score], right: Sequence[Score]) -> list[Row]:
    """Every score that one of them has, in the order of the left one."""
    a, b = {score.name: score for score in left}, {score.name: score for score in right}
    rows = []
    for name in dict.fromkeys([*a, *b]):
        one, other = a.get(name), b.get(name)
        values = [score_words.number(score.value) if score is not None else MISSING for score in (one, other)]
        rows.append(Row(name[:1].upper() + name[1:], values[0], values[1], _better(one, other)))
    return rows


def apart(found: tuple[CheckedUp, CheckedUp]) -> float | None:
    """Mean difference of pictures of one seed, root mean square in 8-bit steps; None where their sizes differ."""
    a, b = (f.pictures.astype(np.float32) for f in found)
    if a.shape[1:] != b.shape[1:] or not len(a) or not len(b):
        return None
    count = min(len(a), len(b))
    return float(np.sqrt(np.mean((a[:count] - b[:count]) ** 2, axis=(1, 2, 3))).mean())


def apart_sentence(found: tuple[CheckedUp, CheckedUp]) -> str:
    """How alike the two answer to the same; empty for classifiers, which are shown the same and draw nothing."""
    if found[0].kind == "writer":
        same = sum(one == other for one, other in zip(found[0].texts, found[1].texts, strict=False))
        count = min(len(found[0].texts), len(found[1].texts))
        return f"Of {count} texts of the same seeds, {same or 'none'} are the same in both."
    steps = apart(found)
    if found[0].kind == "classifier" or steps is None:
        return ""
    if steps == 0:
        return "The same seeds give the same pictures in both."
    return f"The same seeds give pictures that differ by {steps:.3g} of 255 steps on average."


def _size(package: Package) -> str:
    return model_card.megabytes(model_card.size_on_disk(package))


def _better(one: Score | None, other: Score | None) -> Side:
    if one is None or other is None or one.higher_is_better != other.higher_is_better or one.value == other.value:
        return ""
    if one.name.startswith(NEITHER):
        return ""
    return "left" if (one.value > other.value) == one.higher_is_better else "right"


def _quicker(left: CheckedUp, right: CheckedUp) -> Side:
    if max(left.milliseconds, right.milliseconds) < QUICKER * min(left.milliseconds, right.milliseconds):
        return ""
    return "left" if left.milliseconds < right.milliseconds else "right"


def _fewer(left: int, right: int) -> Side:
    if left == right:
        return ""
    return "left" if left < right else "right"
