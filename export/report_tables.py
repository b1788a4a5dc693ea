"""Sections of the report made of figures: tables, the ladder of damage, curves and how all of it was made."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from export import card_restorer, figure_words, plots
from export.evaluation import Arrays, Column, Curve, Evaluation, Figure, Rung
from export.figure_words import capital, number
from export.markup import Child, Markup, tag

MAX_CLASSES = 30  # of a confusion table
FEW_MISTAKES = 0.9  # where more of each class than this is right, the table has a decimal


Rows = Sequence[Sequence["Child | Cell"]]


@dataclasses.dataclass(frozen=True)
class Cell:
    """A number of a table, with what stands small beside it."""

    text: str
    small: str = ""


def table(head: Sequence[str], rows: Rows, *, caption: str) -> Markup:
    """Headers on top and on the left."""
    return grouped_table(head, {"": rows}, caption=caption)


def grouped_table(head: Sequence[str], groups: Mapping[str, Rows], *, caption: str) -> Markup:
    """As `table`, with a heading over the rows of each group; the columns of numbers are equally wide."""
    top = tag("tr", [tag("th", name, scope="col") for name in head])
    bodies = [
        tag("tbody", _group_head(group, len(head)), [_row(row) for row in rows]) for group, rows in groups.items()
    ]
    kind = "narrow" if len(head) == 2 else None
    inner = tag("table", tag("caption", caption), tag("thead", top), bodies, class_=kind)
    return scrolling(inner, caption=caption)


def scrolling(inner: Markup, *, caption: str) -> Markup:
    """A table that moves sideways by itself where the page is narrow."""
    return tag("div", inner, class_="wide", tabindex=0, role="region", aria_label=caption)


def _group_head(group: str, columns: int) -> Markup | None:
    if not group:
        return None
    return tag("tr", tag("th", capital(group), scope="rowgroup", colspan=columns), class_="group")


def _row(row: Sequence[Child | Cell]) -> Markup:
    first = row[0]
    return tag("tr", tag("th", first.text if isinstance(first, Cell) else first, scope="row"), map(_cell, row[1:]))


def _cell(cell: Child | Cell) -> Markup:
    if not isinstance(cell, Cell):
        return tag("td", cell)
    return tag("td", cell.text, tag("small", cell.small) if cell.small else None, class_="number")


# -----------------------------------------------------------------------------
# figures


def figures(evaluation: Evaluation) -> list[Markup]:
    """One table with a heading for each group, tables of rows and columns, and what the figures mean below."""
    if not evaluation.figures:
        return []
    groups = figure_words.grouped(evaluation.figures)
    crossed = {group: members for group, members in groups.items() if _is_crossed(members)}
    listed = {group: members for group, members in groups.items() if group not in crossed}
    floored = any(figure.floor is not None for figure in evaluation.figures)
    head = ["Figure", "This model", *(["Real pictures", "Beside them"] if floored else [])]
    rows = {group: [_figure_row(figure, floored) for figure in members] for group, members in listed.items()}
    caption = "Figures of this model and of real pictures" if floored else "Figures of this model"
    parts = [grouped_table(head, rows, caption=caption)] if listed else []
    for group, members in crossed.items():
        parts += [tag("h3", figure_words.heading(group)), _crossed_table(members)]
    if evaluation.kind == "restorer":  # whose notes are the columns of the table of others
        return [*parts, tag("p", card_restorer.EVERY, class_="soft")]
    return [*parts, *meanings(groups)]


def _is_crossed(members: Sequence[Figure]) -> bool:
    """Whether their names are “what, row, column” of one thing, as those of a deletion test are."""
    names = [figure.name.split(", ") for figure in members]
    return len(names) > 1 and all(len(name) == 3 and name[0] == names[0][0] for name in names)


def _crossed_table(members: Sequence[Figure]) -> Markup:
    by_name = {figure.name: figure for figure in members}
    what, rows, columns = (list(dict.fromkeys(parts)) for parts in zip(*(n.split(", ") for n in by_name), strict=True))
    cells = [[row, *(_crossed_cell(by_name.get(f"{what[0]}, {row}, {c}")) for c in columns)] for row in rows]
    return table([f"{capital(what[0])} {_arrow(members[0])}", *columns], cells, caption=capital(what[0]))


def _crossed_cell(figure: Figure | None) -> Cell:
    return Cell("") if figure is None else Cell(number(figure.value, figure.spread), _spread(figure))


def _spread(figure: Figure) -> str:
    return f"± {number(figure.spread, figure.spread)}" if figure.spread else ""


def _arrow(figure: Figure) -> str:
    return "↑" if figure.higher_is_better else "↓"


def _figure_row(figure: Figure, floored: bool) -> list[Child | Cell]:
    arrow = tag("span", _arrow(figure), class_="arrow", title=_better(figure))
    value = Cell(number(figure.value, figure.spread), _spread(figure))
    row: list[Child | Cell] = [[figure_words.own_name(figure), " ", arrow], value]
    if not floored:
        return row
    floor = "" if figure.floor is None else number(figure.floor, figure.spread)
    kind = "verdict good" if figure_words.is_as_real(figure) else "verdict"
    return [*row, Cell(floor), tag("span", figure_words.beside_real(figure), class_=kind)]


def _better(figure: Figure) -> str:
    return "higher is better" if figure.higher_is_better else "lower is better"


def meanings(groups: dict[str, list[Figure]]) -> list[Markup]:
    """The notes of figures by group; those that share one stand together."""
    parts: list[Markup] = []
    for group, members in groups.items():
        notes: dict[str, list[str]] = {}
        for figure in members:
            if figure.note:
                notes.setdefault(figure.note, []).append(figure_words.own_name(figure))
        terms = [[tag("dt", capital(", ".join(names))), tag("dd", note)] for note, names in notes.items()]
        if terms:
            parts += [tag("h3", figure_words.heading(group)), tag("dl", terms, class_="meanings")]
    return [tag("details", tag("summary", "What these figures are"), parts)] if parts else []


def baselines(evaluation: Evaluation) -> list[Markup]:
    """The same figures of other packages, damaged pictures, samples without a prior."""
    shared = [f for f in evaluation.figures if any(f.name in column.values for column in evaluation.baselines)]
    if not shared:
        return []
    real = ["Real pictures"] if any(figure.floor is not None for figure in shared) else []
    head = ["Figure", *real, "This model", *(column.name for column in evaluation.baselines)]
    rows = {
        group: [_beside_row(figure, evaluation.baselines, floored=bool(real)) for figure in members]
        for group, members in figure_words.grouped(shared).items()
    }
    notes = [f"{column.name}: {column.note}" for column in evaluation.baselines if column.note]
    tables = grouped_table(head, rows, caption="The same figures of others")
    return [tables, *(tag("p", note, class_="soft") for note in notes)]


def _beside_row(figure: Figure, columns: Sequence[Column], *, floored: bool) -> list[Child | Cell]:
    known = [
        *([figure.floor] if floored else []),
        figure.value,
        *(column.values.get(figure.name) for column in columns),
    ]
    return [figure_words.own_name(figure), *(Cell("" if value is None else number(value)) for value in known)]


# -----------------------------------------------------------------------------
# ladder


def ladder(evaluation: Evaluation) -> list[Markup]:
    told = [f for f in evaluation.figures if any(f.name in rung.values for rung in evaluation.ladder)]
    if not told:
        return []
    main = [next(f for f in members if f in told) for members in figure_words.grouped(told).values()]
    rest = [figure for figure in told if figure not in main]
    parts = [tag("p", LADDER), _ladder_table(evaluation, told), LEGEND, *_rungs(evaluation, main)]
    if rest:
        parts.append(tag("details", tag("summary", "The other figures"), _rungs(evaluation, rest)))
    return parts


LADDER = (
    "Real pictures, damaged more and more: what a figure says of them shows what it means. A figure is worth reading "
    "where it gets worse with each step; where this model's line meets the curve, damage of that size does as much."
)
LEGEND = tag(
    "p",
    tag("span", "", class_="key real-key"),
    "real pictures under damage",
    tag("span", "", class_="key model-key"),
    "this model",
    class_="legend",
    aria_hidden="true",
)


def _ladder_table(evaluation: Evaluation, told: Sequence[Figure]) -> Markup:
    head = ["As far from real as", *(capital(rung.damage) for rung in evaluation.ladder)]
    rows = {
        group: [[figure_words.own_name(f), *(_rung_cell(f, rung) for rung in evaluation.ladder)] for f in members]
        for group, members in figure_words.grouped(told).items()
    }
    return grouped_table(head, rows, caption="How much damage does to real pictures what this model does")


def _rung_cell(figure: Figure, rung: Rung) -> Child:
    if figure.name not in rung.values:
        return ""
    said = figure_words.rung_words(figure, rung)
    return [said, None if figure_words.climbs(figure, rung) else tag("small", "does not get worse with each step")]


def _rungs(evaluation: Evaluation, shown: Sequence[Figure]) -> list[Markup]:
    """One row of plots a figure, one plot a damage."""
    return [
        tag(
            "div",
            [_rung_plot(figure, rung) for rung in evaluation.ladder if figure.name in rung.values],
            class_="plots strip",
            tabindex=0,
            role="region",
            aria_label=f"{figure.name} on the ladder",
        )
        for figure in shown
    ]


def _rung_plot(figure: Figure, rung: Rung) -> Markup:
    said = figure_words.rung_words(figure, rung)
    alt = f"{figure.name} of real pictures under {rung.damage}, from {number(rung.values[figure.name][0])} to "
    alt += f"{number(rung.values[figure.name][-1])}; this model has {number(figure.value)}: {said}"
    unit = rung.damage if figure_words.is_counted(rung) else f"{rung.damage}, {rung.unit}"
    values, reached = rung.values[figure.name], figure_words.reached(figure, rung)
    drawing = plots.ladder(rung.amounts, values, value=figure.value, reached=reached, unit=unit, alt=alt)
    return tag("figure", tag("figcaption", figure.name), drawing, class_="card")


# -----------------------------------------------------------------------------
# curves


def extrapolations(evaluation: Evaluation) -> list[Markup]:
    drawn = []
    for e in evaluation.extrapolations:
        alt = f"{e.name} at {', '.join(f'{c:,}' for c in e.counts)} samples; without end {number(e.limit)}"
        drawing = plots.extrapolation(e.counts, e.values, limit=e.limit, alt=alt)
        drawn.append(tag("figure", tag("figcaption", f"{e.name}: {number(e.limit)}"), drawing, class_="card"))
    return [tag("p", EXTRAPOLATION), tag("div", drawn, class_="plots")] if drawn else []


EXTRAPOLATION = (
    "A Fréchet distance of few samples comes out too large and an Inception Score too small, by an amount that falls "
    "as one over their number. The line through several numbers of samples ends at the left in what samples without "
    "end would have (Chong and Forsyth 2020)."
)


def training(curves: Sequence[Curve], *, counted: str = "pictures") -> list[Markup]:
    drawn = []
    for curve in curves:
        if not curve.values:
            continue
        name = figure_words.curve_words(curve)
        alt = f"{name} over {curve.images[-1]:,.0f} training {counted}, at the end {number(curve.values[-1])}"
        caption = tag("figcaption", capital(name))
        drawing = plots.curve(curve.images, curve.values, counted=counted, alt=alt)
        drawn.append(tag("figure", caption, drawing, class_="card"))
    return [tag("div", drawn, class_="plots")] if drawn else []


def reliability(arrays: Arrays) -> list[Markup]:
    if not len(arrays.reliability):
        return []
    filled = arrays.reliability[arrays.reliability[:, 2] > 0]
    rows: list[list[Child | Cell]] = [
        [f"{c:.0%}", Cell(f"{a:.1%}"), Cell(f"{share:.1%}")] for c, a, share in filled.astype(float)
    ]
    drawing = plots.reliability(arrays.reliability.astype(float), alt="Accuracy over confidence; the table has it")
    figure = tag("figure", drawing, class_="card")
    numbers = table(["Confidence", "Right", "Of all answers"], rows, caption="Confidence and how often it is right")
    return [tag("p", RELIABILITY), tag("div", figure, numbers, class_="panels")]


RELIABILITY = (
    "Of the answers that it is so sure of, how many are right. On the thin line confidence is what it says; below it, "
    "the classifier is too sure. The size of a dot is the share of the pictures."
)


# -----------------------------------------------------------------------------
# classes


def confusion(evaluation: Evaluation, shares: np.ndarray) -> list[Markup]:
    """A table of classes: rows are true or asked for, columns judged; what goes wrong is tinted."""
    if not 2 <= len(shares) <= MAX_CLASSES:
        return []
    names = evaluation.classes if len(evaluation.classes) == len(shares) else [str(n) for n in range(len(shares))]
    judged = evaluation.kind == "classifier"
    places = 1 if shares.diagonal().min() > FEW_MISTAKES else 0
    top = tag(
        "tr",
        tag("th", "true" if judged else "asked", scope="col"),
        [tag("th", tag("span", name), scope="col") for name in names],
    )
    body = [
        tag("tr", tag("th", name, scope="row"), [_share(x, right=i == j, places=places) for j, x in enumerate(row)])
        for i, (name, row) in enumerate(zip(names, shares.astype(float), strict=True))
    ]
    caption = (
        f"Percent of the pictures {'of' if judged else 'asked to be of'} a class (rows) that are judged as (columns)"
    )
    kind = "confusion upright" if max(map(len, names)) <= 2 else "confusion"
    inner = tag("table", tag("caption", caption), tag("thead", top), tag("tbody", body), class_=kind)
    return [tag("p", f"{caption}."), scrolling(inner, caption=caption)]


def _share(value: float, *, right: bool, places: int) -> Markup:
    """A cell in percent, empty where that would be 0; the tint of a mistake grows with the root of its share."""
    text = f"{100 * value:.{places}f}" if value >= 0.005 / 10**places else ""
    if right:
        return tag("td", text, class_="right")
    return tag("td", text, style=f"--tint:{min(1.0, value) ** 0.5:.2f}" if text else None)


# -----------------------------------------------------------------------------
# how it was made


def made(evaluation: Evaluation, *, counted: str = "pictures") -> list[Markup]:
    """Everything needed to do it again."""
    facts: list[tuple[str, Child]] = [
        ("Package", [evaluation.package, " ", _hash(evaluation.sha256)]),
        ("Seed", str(evaluation.seed)),
        ("Commit", tag("code", evaluation.commit)),
        ("Measured", f"{evaluation.date}, in {figure_words.duration(evaluation.seconds)} on {evaluation.hardware}"),
    ]
    facts += [
        ("Data", [f"{data.name}, {data.split}, {data.count:,} {counted} ", _hash(data.sha256)])
        for data in evaluation.data
    ]
    facts += [("Judge", [f"{net.name}: {net.what} ", _hash(net.sha256)]) for net in evaluation.nets]
    rows = [[tag("dt", term), tag("dd", said)] for term, said in facts]
    return [tag("pre", tag("code", evaluation.command), tabindex=0), tag("dl", rows, class_="facts")]


def _hash(sha256: str) -> Markup | None:
    """A whole hash, that breaks where a line ends."""
    return tag("code", f"sha256 {sha256}", class_="hash") if sha256 else None
