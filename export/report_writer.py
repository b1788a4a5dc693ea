"""Sections of the report on a language model: figures with the neighbours beside, what it writes, how it learnt."""

from export import card_writer
from export.evaluation import Continuation, Evaluation
from export.figure_words import capital, grouped
from export.markup import Markup, tag
from export.report_tables import Cell, Rows, meanings, table


def figures(evaluation: Evaluation) -> list[Markup]:
    """A table a group, with the columns that know of it, and what the figures mean below."""
    groups = grouped(evaluation.figures)
    tables = []
    for group, members in groups.items():
        head, *body = card_writer.table_of(group, members, evaluation.baselines)
        rows: Rows = [[name, *map(Cell, values)] for name, *values in body]
        tables.append(table([capital(head[0]), "This model", *head[2:]], rows, caption=capital(group)))
    notes = [tag("p", f"{c.name}: {c.note}", class_="soft") for c in evaluation.baselines if c.note]
    return [*tables, *notes, *meanings(groups)]


def summary(evaluation: Evaluation) -> list[str]:
    """What the figures say, a sentence each: beside each neighbour, and beside what people wrote."""
    lines = []
    for column in evaluation.baselines:
        shared = [figure for figure in evaluation.figures if figure.name in column.values]
        fewer = sum(figure.value < column.values[figure.name] for figure in shared)
        if shared:
            lines.append(f"Fewer bits per byte than {column.name} in {fewer} of {len(shared)} texts.")
    for figure in evaluation.figures:
        if figure.floor is not None:
            own, human = (card_writer.said(figure, value) for value in (figure.value, figure.floor))
            lines.append(f"{capital(figure.name)}: {own}, where human text has {human}.")
    return lines


def continuations(evaluation: Evaluation) -> list[Markup]:
    if not evaluation.continuations:
        return []
    said = tag("p", card_writer.words_on_samples(evaluation))
    return [said, tag("div", [_continuation(sample) for sample in evaluation.continuations], class_="texts")]


def _continuation(sample: Continuation) -> Markup:
    name = f"Seed {sample.seed}" + (f", {sample.kind}" if sample.kind else "")
    text = tag("blockquote", tag("b", sample.prompt), sample.text)
    return tag("figure", tag("figcaption", name), text, class_="card")
