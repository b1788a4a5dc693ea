"""An evaluation as one HTML page that opens anywhere, without a network: figures, plots and pictures are inside it.

The page is light or dark as its reader's system is. Every text that comes from outside (titles, classes, notes) is
escaped by `markup.tag`. Sections for which there is nothing to show are left out.
"""

import pathlib
import re

from desktop_app.ui.look import tokens
from export import figure_words, report_pictures, report_tables, report_writer
from export.evaluation import Arrays, Evaluation
from export.markup import Child, Markup, tag
from export.whole_file import write_atomically

STYLE = pathlib.Path(__file__).with_name("report.css")
KINDS = {
    "generator": "A generator: it makes pictures out of random numbers.",
    "autoencoder": "An autoencoder: it takes pictures apart into a few numbers, and makes pictures of such numbers.",
    "restorer": "A restorer: it makes a damaged picture better.",
    "classifier": "A classifier: it says what a picture shows.",
    "icons": "A generator of icons: it makes new ones from words, as fields that become vectors.",
    "writer": "A language model: it goes on from a text.",
}


def write_report(evaluation: Evaluation, arrays: Arrays, folder: pathlib.Path) -> pathlib.Path:
    """Write <package>.html into the folder, whole or not at all, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{evaluation.package}.html"
    write_atomically(path, report_page(evaluation, arrays).encode())
    return path


def report_page(evaluation: Evaluation, arrays: Arrays) -> str:
    sections = [(name, title, parts) for name, title, parts in _sections(evaluation, arrays) if parts]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{evaluation.title}: evaluation"),
        tag("style", Markup(style())),
    )
    links = tag("ul", [tag("li", tag("a", figure_words.capital(name), href=f"#{name}")) for name, _, _ in sections])
    body = tag(
        "body",
        _header(evaluation, arrays),
        tag("nav", links, aria_label="Sections"),
        tag("main", [tag("section", tag("h2", title), parts, id=name) for name, title, parts in sections]),
        tag("footer", "Made by ", tag("code", "python -m export evaluate"), " of Maquette."),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _sections(evaluation: Evaluation, arrays: Arrays) -> list[tuple[str, str, list[Markup]]]:
    """(name of the anchor, heading, parts), in the order of the page."""
    tables, pictures = report_tables, report_pictures
    if evaluation.kind == "writer":
        return [
            ("figures", "Figures", report_writer.figures(evaluation)),
            ("texts", "What it writes", report_writer.continuations(evaluation)),
            ("training", "Course of the training", tables.training(evaluation.training, counted="tokens")),
            ("notes", "To keep in mind", _notes(evaluation)),
            ("made", "To do it again", tables.made(evaluation, counted="tokens")),
        ]
    return [
        ("figures", "Figures", tables.figures(evaluation)),
        ("ladder", "How far from real", tables.ladder(evaluation)),
        ("others", "Beside others", tables.baselines(evaluation)),
        ("classes", "Classes", tables.confusion(evaluation, arrays.confusion)),
        ("confidence", "Confidence", tables.reliability(arrays)),
        ("evidence", "Where it looks", pictures.evidence(arrays)),
        (
            "closest",
            "Closest to the training data",
            pictures.closest(arrays, pictures.CLOSEST_ICONS if evaluation.kind == "icons" else ""),
        ),
        ("points", "What it covers", pictures.latent_scatter(evaluation, arrays)),
        ("extrapolation", "With samples without end", tables.extrapolations(evaluation)),
        ("training", "Course of the training", tables.training(evaluation.training)),
        ("notes", "To keep in mind", _notes(evaluation)),
        ("made", "To do it again", tables.made(evaluation)),
    ]


def _header(evaluation: Evaluation, arrays: Arrays) -> Markup:
    """What it is, what the figures say, and the samples beside that."""
    said = report_writer.summary if evaluation.kind == "writer" else figure_words.summary_lines
    lines = said(evaluation)
    text = tag(
        "div",
        tag("p", f"Maquette · evaluation of {evaluation.package}", class_="eyebrow"),
        tag("h1", evaluation.title),
        tag("p", evaluation.summary, class_="lead") if evaluation.summary else None,
        tag("p", KINDS.get(evaluation.kind), class_="soft"),
        tag("ul", [tag("li", line) for line in lines], class_="summary") if lines else None,
    )
    sheet: Child = report_pictures.sample_sheet(evaluation, arrays.samples)
    return tag("header", text, sheet)


def _notes(evaluation: Evaluation) -> list[Markup]:
    return [tag("ul", [tag("li", note) for note in evaluation.notes])] if evaluation.notes else []


# -----------------------------------------------------------------------------
# style


def style() -> str:
    """report.css below the program's colours as variables, light ones first, dark ones where the system is dark."""
    light, dark = (_variables(tokens.THEMES[name]) for name in ("light", "dark"))
    colours = f":root{{{light}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
    return colours + re.sub(r"\n\s*", "\n", STYLE.read_text("utf-8"))


def _variables(colours: tokens.Colours) -> str:
    pairs = tokens.as_dict(colours).items()
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in pairs if "scrim" not in name)
