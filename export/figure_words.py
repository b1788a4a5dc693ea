"""Figures in plain words: how far a model is from real, and how much damage does the same to real pictures."""

import itertools
import math
from collections.abc import Iterable

from export.evaluation import Column, Curve, Evaluation, Figure, Rung

FEW = 3  # figures that stand for all where there is nothing to compare them with
ALIKE = 0.005  # of a floor: nearer than this counts as the same


def number(value: float, spread: float | None = None) -> str:
    """Rounded to four significant digits, or to two of its spread; never with an exponent."""
    if not math.isfinite(value):
        return "not a number"
    if value == int(value) and not spread:
        return f"{value:,.0f}"
    decimals = 1 - _magnitude(spread) if spread else max(min(4, 3 - _magnitude(value)), 1 - _magnitude(value))
    return f"{value:,.{max(0, decimals)}f}"


def _magnitude(value: float) -> int:
    """The place of the first digit: 0 for 1 to 9, -1 for 0.1 to 0.9."""
    return int(f"{value:.3e}".partition("e")[2])


def difference(one: float, other: float) -> str:
    """How far two values are apart, to two significant digits."""
    apart = abs(one - other)
    return f"{apart:,.{max(0, 1 - _magnitude(apart))}f}"


def grouped(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """By their headings, in the order in which these come first."""
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.group, []).append(figure)
    return groups


def heading(group: str) -> str:
    return capital(group) or "Figures"


def own_name(figure: Figure) -> str:
    """A figure's name below the heading of its group: “coverage” of “coverage, classifier features”."""
    return figure.name.removesuffix(f", {figure.group}").removeprefix(f"{figure.group}, ")


def spoken(figure: Figure) -> str:
    """A figure's name within a sentence: “coverage (classifier features)”."""
    name, comma, rest = figure.name.partition(", ")
    return f"{name} ({rest})" if comma else name


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -----------------------------------------------------------------------------
# beside real pictures


def is_as_real(figure: Figure) -> bool:
    """Whether a figure is no further from its floor than two standard errors, or than next to nothing."""
    if figure.floor is None:
        return False
    return abs(figure.value - figure.floor) <= max(2 * (figure.spread or 0), ALIKE * abs(figure.floor))


def is_better(figure: Figure, other: float) -> bool:
    return figure.value > other if figure.higher_is_better else figure.value < other


def beside_real(figure: Figure) -> str:
    """“as real”, “3.1 times real”, “0.009 below real”; empty without a floor."""
    value, floor = figure.value, figure.floor
    if floor is None or not math.isfinite(value):
        return ""
    if is_as_real(figure):
        return "as real"
    if not figure.higher_is_better and floor > 2 * (figure.spread or 0) and 1.05 <= value / floor < 1000:
        return f"{difference(value / floor, 0)} times real"
    return f"{difference(value, floor)} {'above' if value > floor else 'below'} real"


# -----------------------------------------------------------------------------
# on the ladder of damage


def reached(figure: Figure, rung: Rung) -> float | None:
    """The amount of damage at which real pictures have this figure, between two steps on a straight line.

    0 where it is at least as good as undamaged ones, infinity where it is worse than the most damaged, None where the
    ladder does not tell of the figure.
    """
    values = rung.values.get(figure.name)
    if not values or not math.isfinite(figure.value):
        return None
    sign = -1 if figure.higher_is_better else 1
    climb = [sign * value for value in values]
    if sign * figure.value <= climb[0]:
        return 0.0
    for i in range(1, len(climb)):
        if climb[i - 1] <= sign * figure.value <= climb[i]:
            share = (sign * figure.value - climb[i - 1]) / (climb[i] - climb[i - 1])
            return rung.amounts[i - 1] + share * (rung.amounts[i] - rung.amounts[i - 1])
    return math.inf


def climbs(figure: Figure, rung: Rung) -> bool:
    """Whether more of the damage makes the figure worse from step to step."""
    values = rung.values.get(figure.name, ())
    steps = itertools.pairwise(values)
    return all(after < before if figure.higher_is_better else after > before for before, after in steps)


def amount_words(rung: Rung, amount: float) -> str:
    """“blur of 0.8 pixels”, “1 to 2 classes left out”."""
    if is_counted(rung):
        return f"{size_words(rung, amount)} {rung.damage}"
    return f"{rung.damage} of {size_words(rung, amount)} {rung.unit}"


def size_words(rung: Rung, amount: float) -> str:
    if not is_counted(rung) or amount == int(amount):
        return f"{amount:g}" if is_counted(rung) else difference(amount, 0)
    return f"{math.floor(amount)} to {math.ceil(amount)}"


def is_counted(rung: Rung) -> bool:
    """Whether a damage is a number of things, as “classes left out” is, and so has no parts."""
    return not rung.unit or rung.damage.startswith(rung.unit)


def rung_words(figure: Figure, rung: Rung) -> str:
    """How much of a damage does to real pictures what the model does, without the damage's name."""
    amount = reached(figure, rung)
    if amount is None:
        return ""
    if amount == 0:
        return "none"
    size = f"more than {rung.amounts[-1]:g}" if math.isinf(amount) else size_words(rung, amount)
    return f"{size} {rung.unit}".rstrip()


def ladder_sentences(evaluation: Evaluation) -> list[str]:
    """For the first distance in each kind of features, the damage that takes real pictures as far."""
    told = [figure for figure in evaluation.figures if any(figure.name in rung.values for rung in evaluation.ladder)]
    first = [next((f for f in members if not f.higher_is_better), members[0]) for members in grouped(told).values()]
    return [sentence for figure in first if (sentence := _ladder_sentence(figure, evaluation.ladder))]


def _ladder_sentence(figure: Figure, ladder: tuple[Rung, ...]) -> str:
    """“By its Fréchet distance it is as far from real as real pictures with blur of 0.8 pixels or …”."""
    ways = [(rung, reached(figure, rung)) for rung in ladder if climbs(figure, rung)]
    known = [amount_words(rung, amount) for rung, amount in ways if amount and math.isfinite(amount)]
    if known:
        return f"By its {spoken(figure)} it is as far from real as real pictures with {either(known)}."
    if ways and all(amount == 0 for _, amount in ways):
        return f"By its {spoken(figure)} it is as near to real pictures as other real pictures are."
    if ways:
        return f"By its {spoken(figure)} it is further from real than the most damaged real pictures of the ladder."
    return ""


# -----------------------------------------------------------------------------
# beside others


def wins(figures: Iterable[Figure], column: Column) -> tuple[int, int]:
    """(figures in which it is ahead of the column, figures that both have)."""
    shared = [figure for figure in figures if figure.name in column.values]
    return sum(is_better(figure, column.values[figure.name]) for figure in shared), len(shared)


def summary_lines(evaluation: Evaluation) -> list[str]:
    """What the figures say, one sentence each; the first of each group where nothing stands beside them."""
    if evaluation.kind == "icons":
        return _values(evaluation.figures, FEW + 1)
    lines = [_floor_sentence(evaluation.figures), *ladder_sentences(evaluation)]
    for column in evaluation.baselines:
        ahead, shared = wins(evaluation.figures, column)
        if shared:
            lines.append(f"Ahead of {column.name} in {ahead} of {shared} figures.")
    return [line for line in lines if line] or _values(evaluation.figures)


def _values(figures: tuple[Figure, ...], count: int = FEW) -> list[str]:
    """The first figure of each group, rather those that stand for the whole: their names have no parts."""
    whole = tuple(figure for figure in figures if ", " not in figure.name)
    first = [members[0] for members in grouped(whole or figures).values()][:count]
    return [f"{capital(spoken(figure))}: {number(figure.value, figure.spread)}{_of_real(figure)}." for figure in first]


def _of_real(figure: Figure) -> str:
    return "" if figure.floor is None else f", of real ones {number(figure.floor)}"


def _floor_sentence(figures: tuple[Figure, ...]) -> str:
    floored = [figure for figure in figures if figure.floor is not None]
    alike = [spoken(figure) for figure in floored if is_as_real(figure)]
    if not floored:
        return ""
    if not alike:
        return f"Each of the {len(floored)} figures tells it from real pictures."
    return f"Not told from real pictures by {len(alike)} of {len(floored)} figures: {listed(alike)}."


def listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def duration(seconds: float) -> str:
    """“48 seconds”, “4 min 12 s”."""
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole >= 120 else f"{whole} seconds"


def curve_words(curve: Curve) -> str:
    """What a curve of training is called in words, with its unit."""
    return CURVES.get(curve.name, curve.name)


CURVES = {
    "critic": "loss of the critic",
    "discriminator": "loss of the discriminator",
    "generator": "loss of the generator",
    "margin": "margin between real and made",
    "r1": "gradient penalty, real",
    "r2": "gradient penalty, made",
    "reconstruction": "reconstruction, nats",
    "kl": "Kullback-Leibler divergence, nats",
    "elbo": "negative bound (ELBO), nats",
    "grey": "negative bound of grey pictures, nats",
    "norm": "norm of the gradient",
    "psnr": "PSNR of training pictures, dB",
    "accuracy": "accuracy on training pictures",
}
