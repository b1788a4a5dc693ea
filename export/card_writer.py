"""What the card of a language model says: what it writes, its figures beside other models and human text, ten samples.

The same rows stand in the page of its evaluation (export/report_writer.py).
"""

import re

from desktop_app.engine.manifest import Manifest, Score
from export.evaluation import Column, Continuation, Evaluation, Figure
from export.figure_words import capital, grouped, number, own_name

BITS, COPIED, VARIETY, SPEED = "bits per byte", "copied 8-grams", "variety", "tokens a second"  # groups of figures
HUMAN = "human text"
SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&])")  # that Markdown reads as something else


def sections(manifest: Manifest, evaluation: Evaluation | None, *, allowed: str) -> list[tuple[str, str]]:
    """(heading, text) in the order of the card. allowed: what the licence lets one do, a sentence."""
    return [
        ("What it does", what(manifest)),
        ("How it was made", made(manifest)),
        ("Data and licence", data(manifest, allowed)),
        ("Figures", scores(manifest, evaluation)),
        ("What it writes", samples(evaluation)),
        ("Limits", limits(manifest)),
    ]


def what(manifest: Manifest) -> str:
    text = manifest.text
    assert text is not None
    lines = [
        f"Guesses the next of {text.vocabulary:,} tokens from up to {text.context:,} before it, again and again: "
        f"{text.layers} layers, {text.kv_heads} heads of keys and values with {text.head_size} numbers each."
    ]
    if text.kinds:
        titles = ", ".join(kind.title for kind in text.kinds)
        lines.append(f"Control codes say which kind of text is to come: {titles}.")
    if "chat_template" in manifest.files:
        lines.append("It was taught to answer: the mode Ask puts a question into its template.")
    return "\n".join(lines)


def made(manifest: Manifest) -> str:
    """By training here, or out of a model that others trained."""
    by = manifest.made_by
    if not by.images:
        return (
            f"Trained by others and converted here on {by.date}, commit {by.commit}; nothing was learnt in between."
            f"\n\n```\n{by.command}\npython -m export evaluate {manifest.name}\n```"
        )
    return (
        f"Preset {by.preset}, {by.minutes:g} minutes on {by.hardware}, {by.images:,} training tokens seen (repeats "
        f"counted), {by.date}, commit {by.commit}.\n\n```\n{by.command}\npython -m export package {manifest.name}\n"
        f"python -m export verify {manifest.name}\npython -m export evaluate {manifest.name}\n```\n\n"
        "How its text was prepared stands in export/LOG.md."
    )


def data(manifest: Manifest, allowed: str) -> str:
    lines = [
        f"- {item.name}: {item.count:,} tokens; {item.licence}; sha256 of the prepared tokens `{item.sha256}`."
        for item in manifest.training_data
    ]
    return "\n".join([*lines, f"- Weights: {manifest.licence}. {allowed}"])


# -----------------------------------------------------------------------------
# figures


def scores(manifest: Manifest, evaluation: Evaluation | None) -> str:
    """A table a group, the neighbours beside, and a line on what each figure is."""
    figures = evaluation.figures if evaluation else tuple(map(_figure, manifest.scores))
    if not figures:
        return f"Not measured yet: `python -m export evaluate {manifest.name}`."
    columns = evaluation.baselines if evaluation else ()
    tables = [_table(table_of(group, members, columns)) for group, members in grouped(figures).items()]
    meanings = dict.fromkeys(f"- {capital(figure.group)}: {figure.note}" for figure in figures if figure.note)
    others = [f"- {column.name}: {column.note}" for column in columns if column.note]
    notes = [f"- {note}" for note in evaluation.notes] if evaluation else []
    return "\n\n".join([*tables, "\n".join([*meanings, *others, *notes])]).rstrip()


def _figure(score: Score) -> Figure:
    """A score as a figure; its group is what stands before the first comma of its name, or the name."""
    group = score.name.partition(",")[0]
    return Figure(score.name, score.value, score.floor, None, score.higher_is_better, group, score.note)


def table_of(group: str, members: list[Figure], columns: tuple[Column, ...]) -> list[list[str]]:
    """A head and a row a figure: this model, human text where that is measured, and the columns that know of it."""
    beside = [column for column in columns if any(figure.name in column.values for figure in members)]
    floored = any(figure.floor is not None for figure in members)
    rows = [[capital(group), "this model", *([HUMAN] if floored else []), *(column.name for column in beside)]]
    for figure in members:
        known = [figure.value, *([figure.floor] if floored else [])]
        known += [column.values.get(figure.name) for column in beside]
        rows.append([f"{own_name(figure)}{_arrow(figure)}", *(said(figure, value) for value in known)])
    return rows


def _arrow(figure: Figure) -> str:
    """Copying and variety are as they should be where they are as in human text: no way is better."""
    return "" if figure.floor is not None else " ↑" if figure.higher_is_better else " ↓"


def said(figure: Figure, value: float | None) -> str:
    """A value in the unit of its figure, empty where there is none."""
    if value is None:
        return ""
    if figure.group in (COPIED, VARIETY):
        return f"{value:.2%}".replace("%", " %")
    return f"{value:,.0f}" if figure.group == SPEED else f"{value:.3f}" if figure.group == BITS else number(value)


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


# -----------------------------------------------------------------------------
# samples


def samples(evaluation: Evaluation | None) -> str:
    if evaluation is None or not evaluation.continuations:
        return ""
    return "\n\n".join([words_on_samples(evaluation), *map(_sample, evaluation.continuations)])


def words_on_samples(evaluation: Evaluation) -> str:
    count = len(evaluation.continuations)
    return (
        f"The first {count} continuations at the usual settings of the panel, whole and unchosen. The prompts, in "
        "bold, are the first words of texts that were held out of the training, by a fixed rule; a text that the model "
        "ended itself ends there, all others after the same number of tokens."
    )


def _sample(sample: Continuation) -> str:
    name = f"Seed {sample.seed}" + (f", {sample.kind}" if sample.kind else "")
    prompt, text = escaped(sample.prompt), escaped(sample.text)
    lines = f"**{prompt.strip()}**{' ' if prompt.endswith(' ') else ''}{text}".split("\n")
    return "\n".join([f"{name}:", "", *(f"> {line}  ".rstrip() if not line else f"> {line}  " for line in lines)])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return SIGNS.sub(r"\\\1", text)


def limits(manifest: Manifest) -> str:
    lines = [
        "It knows how words follow one another and not whether what they say is so: names, numbers and claims are "
        "made up, and want checking before they are used.",
        "It writes English; text of other languages goes in and comes out whole, and means little to it.",
        "What it learnt from has the views and the language of its time; it may write what hurts.",
    ]
    if manifest.text is not None and manifest.text.kinds:
        lines.append("It is very small: sentences hold together, paragraphs do not, and a question gets no answer.")
    return "\n".join(f"- {line}" for line in lines)
