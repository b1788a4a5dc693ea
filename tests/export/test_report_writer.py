"""The card and the page of a language model, of an evaluation that somebody made up."""

from pathlib import Path

import msgspec
import pytest

pytest.importorskip("torch")

from desktop_app.engine.manifest import MadeBy, Score, TextKind
from export.card import card_text
from export.card_writer import escaped
from export.evaluate import score_of
from export.evaluation import Column, Continuation, Data, Figure
from export.report import report_page
from tests.export import evaluations
from tests.fakes import write_writer

BITS, COPIED = "bits per byte", "copied 8-grams"
FIGURES = (
    Figure(f"{BITS}, prose", 1.5678, higher_is_better=False, group=BITS, note="What it is."),
    Figure(f"{BITS}, WikiText-2 test", 2.25, higher_is_better=False, group=BITS, note="What it is."),
    Figure(f"{COPIED}, usual settings", 0.0123, 0.0007, higher_is_better=False, group=COPIED, note="How many."),
    Figure("variety, distinct-2", 0.71, 0.9, group="variety"),
)


def evaluation(**changes):
    fields = {
        "kind": "writer",
        "title": "Small writer",
        "figures": FIGURES,
        "baselines": (Column("SmolLM2", {f"{BITS}, WikiText-2 test": 0.987}, note="Many times as large."),),
        "continuations": (Continuation(0, "prose", "It was *not*", " a <b>tag</b>.\n\n# No heading"),),
        "ladder": (),
        "data": (Data("writing", "held out", 593745, "ab" * 32),),
    }
    return evaluations.evaluation(**(fields | changes))


@pytest.fixture
def manifest(tmp_path: Path):
    made = MadeBy("writer-small (cpu)", "python -m export train writer-small", "abc", "2026-11-22", "1 core", 90.0, 12)
    return msgspec.structs.replace(
        write_writer(tmp_path, kinds=(TextKind("prose", "Prose", 1),)).manifest, made_by=made, title="Small writer"
    )


def test_a_writer_has_a_card_before_it_is_measured(manifest) -> None:
    text = card_text(manifest)
    assert text.startswith("# Small writer\n\nWrites words")
    assert "preview.png" not in text
    assert "12 training tokens seen" in text
    assert "Not measured yet: `python -m export evaluate fake-writer`" in text
    assert "## What it writes" not in text
    assert "\n\n\n" not in text


def test_a_converted_model_is_not_said_to_have_been_trained_here(tmp_path: Path) -> None:
    text = card_text(write_writer(tmp_path).manifest)
    assert "Trained by others and converted here on 2026-01-01" in text
    assert "training tokens seen" not in text


def test_the_card_has_a_table_a_group_with_neighbours_and_human_text(manifest) -> None:
    text = card_text(manifest, evaluation())
    assert "| Bits per byte | this model | SmolLM2 |\n| --- | --- | --- |\n| prose ↓ | 1.568 |  |" in text
    assert "| WikiText-2 test ↓ | 2.250 | 0.987 |" in text
    assert (
        "| Copied 8-grams | this model | human text |\n| --- | --- | --- |\n| usual settings | 1.23 % | 0.07 % |"
        in text
    )
    assert text.count("What it is.") == 1
    assert "- SmolLM2: Many times as large." in text


def test_scores_alone_make_the_same_tables_without_neighbours(manifest) -> None:
    scores: tuple[Score, ...] = tuple(map(score_of, FIGURES))
    text = card_text(msgspec.structs.replace(manifest, scores=scores))
    assert "| Bits per byte | this model |\n| --- | --- |\n| prose ↓ | 1.568 |" in text
    assert "| distinct-2 | 71.00 % | 90.00 % |" in text


def test_what_a_model_writes_can_neither_mark_up_the_card_nor_the_page(manifest) -> None:
    card = card_text(manifest, evaluation())
    assert "> **It was \\*not\\*** a \\<b\\>tag\\</b\\>.  \n>\n> \\# No heading  " in card
    assert escaped("a_b") == "a\\_b"
    page = report_page(evaluation(), evaluations.arrays())
    assert "<blockquote><b>It was *not*</b> a &lt;b&gt;tag&lt;/b&gt;.\n\n# No heading</blockquote>" in page


def test_the_page_speaks_of_tokens_and_human_text_and_of_no_pictures() -> None:
    page = report_page(evaluation(notes=(), nets=(), summary="Writes."), evaluations.arrays())
    assert "593,745 tokens" in page
    assert "training tokens seen" in page
    assert "Fewer bits per byte than SmolLM2 in 0 of 1 texts." in page
    assert "Copied 8-grams, usual settings: 1.23 %, where human text has 0.07 %." in page
    assert "picture" not in page.partition("</style>")[2]
