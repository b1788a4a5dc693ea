# ruff: noqa: E402 (without torch these tests are skipped)
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from export import figure_words, plots, report, report_pictures
from export.evaluation import Column, Figure, Rung
from export.markup import VOID, Markup, tag
from tests.export import evaluations

HOSTILE = '</title><script>alert("x")</script> & <b>'


class Reader(HTMLParser):
    """Checks that tags close as they open, and keeps text and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, name: str, attributes: list) -> None:
        self.tags.append((name, dict(attributes)))
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name, f"</{name}> closes nothing"

    def handle_data(self, text: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(text)

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def full() -> tuple[str, Reader]:
    page = report.report_page(evaluations.evaluation(), evaluations.arrays())
    return page, read(page)


# -----------------------------------------------------------------------------
# the page as a whole


def test_the_page_needs_nothing_from_outside(full: tuple[str, Reader]) -> None:
    page, reader = full
    for word in ("http:", "https:", "url(", "@import", "<script", "<link", "<iframe"):
        assert word not in page
    sources = [a[key] for _, a in reader.tags for key in ("src", "href") if key in a]
    assert all(source.startswith(("data:image/png;base64,", "#")) for source in sources if source)


def test_the_page_is_small(full: tuple[str, Reader]) -> None:
    assert len(full[0].encode()) < 300_000


def test_every_figure_is_on_the_page(full: tuple[str, Reader]) -> None:
    text = full[1].text
    for figure in evaluations.figures():
        assert figure_words.own_name(figure) in text
        assert figure_words.number(figure.value, figure.spread) in text
        assert figure.note in text
    for line in figure_words.summary_lines(evaluations.evaluation()):
        assert line in text


@pytest.mark.parametrize(
    "said", ["--count 10000 --seed 1", "5c5c5c5c", "0123456789ab", "a1a1a1a1", "c3c3c3c3", "4 min 12 s", "2 CPU cores"]
)
def test_what_is_needed_to_do_it_again_is_on_the_page(full: tuple[str, Reader], said: str) -> None:
    assert said in full[1].text


def test_every_section_can_be_reached(full: tuple[str, Reader]) -> None:
    reader = full[1]
    links = {a["href"] for a in reader.named("a")}
    assert links == {f"#{a['id']}" for a in reader.named("section")}
    assert {"#figures", "#ladder", "#others", "#classes", "#closest", "#points", "#training", "#made"} <= links


def test_pictures_and_plots_say_what_they_show(full: tuple[str, Reader]) -> None:
    reader = full[1]
    assert all(a["alt"] for a in reader.named("img"))
    assert all(a["aria-label"] and a["role"] == "img" for a in reader.named("svg"))
    assert all(a.get("scope") for a in reader.named("th"))
    assert len(reader.named("caption")) == len(reader.named("table"))
    assert [name for name, _ in reader.tags].count("h1") == 1


def test_both_themes_are_there(full: tuple[str, Reader]) -> None:
    assert "prefers-color-scheme: dark" in full[0]
    used = set(re.findall(r"var\((--[a-z-]+)\)", full[0])) - {"--tint"}
    given = set(re.findall(r"(--[a-z-]+):#", full[0]))
    assert used <= given


def test_what_comes_from_outside_is_escaped() -> None:
    figure = Figure(HOSTILE, 1.0, 0.5, group=HOSTILE, note=HOSTILE)
    rung = Rung(HOSTILE, HOSTILE, (0.0, 1.0), {HOSTILE: (0.5, 2.0)})
    hostile = dict.fromkeys(("title", "summary", "command", "commit", "hardware", "date", "sha256"), HOSTILE)
    made_up = evaluations.evaluation(
        **hostile, figures=(figure,), ladder=(rung,), notes=(HOSTILE,), classes=(HOSTILE,) * 10, baselines=()
    )
    page = report.report_page(made_up, evaluations.arrays())
    assert "<script" not in page
    assert " ".join(HOSTILE.split()) in read(page).text


@pytest.mark.parametrize("kind", ["generator", "autoencoder", "restorer", "classifier", "something else"])
def test_an_evaluation_without_anything_makes_a_page(kind: str) -> None:
    empty = evaluations.evaluation(
        kind=kind, figures=(), nets=(), data=(), baselines=(), ladder=(), extrapolations=(), training=(), notes=(),
        summary="", classes=(),
    )  # fmt: skip
    reader = read(report.report_page(empty, evaluations.no_arrays()))
    assert [a["id"] for a in reader.named("section")] == ["made"]
    assert not reader.named("img")


def test_figures_alone_make_a_page() -> None:
    rows = (
        Figure("PSNR on X, a", 28.9, group="PSNR on X", note="BM3D 28.60"),
        Figure("PSNR on Y, b", float("nan"), group="PSNR on Y"),
    )
    beside = (Column("BM3D", {rows[0].name: 28.6}),)
    plain = evaluations.evaluation(kind="restorer", figures=rows, baselines=beside, ladder=(), extrapolations=())
    text = read(report.report_page(plain, evaluations.no_arrays())).text
    assert "PSNR on X a 28.90 28.60" in text
    assert "PSNR on X a ↑ 28.90" in text, "what the heading says is not said again"
    assert "not a number" in text
    assert "Real pictures" not in text
    assert "BM3D 28.60" not in text, "the table of others has it"


def test_the_page_of_a_classifier_shows_where_it_looks() -> None:
    page = report.report_page(evaluations.evaluation(kind="classifier", ladder=()), evaluations.classifier_arrays())
    reader = read(page)
    assert {"evidence", "confidence", "classes"} <= {a["id"] for a in reader.named("section")}


def test_it_is_written_whole_into_a_new_folder(tmp_path: Path) -> None:
    made_up = evaluations.evaluation()
    path = report.write_report(made_up, evaluations.arrays(), tmp_path / "reports")
    assert path == tmp_path / "reports" / "digits-made-up.html"
    assert path.read_text("utf-8") == report.report_page(made_up, evaluations.arrays())
    assert [p.name for p in path.parent.iterdir()] == ["digits-made-up.html"]


# -----------------------------------------------------------------------------
# words


@pytest.mark.parametrize(
    ("value", "spread", "said"),
    [
        (0.1587, None, "0.1587"), (0.1587, 0.0123, "0.159"), (15.6273, None, "15.63"), (12345.6, None, "12,346"),
        (0.00031, None, "0.00031"), (0.0, None, "0"), (1.0, None, "1"), (0.98, None, "0.9800"), (-3.0, 0.5, "-3.00"),
    ],
)  # fmt: skip
def test_numbers_are_rounded(value: float, spread: float | None, said: str) -> None:
    assert figure_words.number(value, spread) == said


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure("d", 3.0, 1.0, higher_is_better=False), "3.0 times real"),
        (Figure("d", 1.1, 1.0, 0.06, higher_is_better=False), "as real"),
        (Figure("d", 1.1, 1.0, 0.04, higher_is_better=False), "1.1 times real"),
        (Figure("d", 1.004, 1.0, higher_is_better=False), "as real"),
        (Figure("d", 0.0, 0.0, higher_is_better=False), "as real"),
        (Figure("d", 0.002, 0.0001, 0.0004, higher_is_better=False), "0.0019 above real"),
        (Figure("d", 0.5, 1.0, higher_is_better=False), "0.50 below real"),
        (Figure("a", 0.9889, 0.998), "0.0091 below real"),
        (Figure("a", 0.998, 0.998), "as real"),
        (Figure("a", 0.9), ""),
    ],
)
def test_a_figure_beside_its_floor(figure: Figure, said: str) -> None:
    assert figure_words.beside_real(figure) == said


BLUR = Rung("blur", "pixels", (0.0, 1.0, 3.0), {"d": (1.0, 2.0, 4.0), "a": (0.9, 0.8, 0.4)})


@pytest.mark.parametrize(
    ("figure", "amount", "said"),
    [
        (Figure("d", 3.0, higher_is_better=False), 2.0, "2.0 pixels"),
        (Figure("d", 0.5, higher_is_better=False), 0.0, "none"),
        (Figure("d", 5.0, higher_is_better=False), float("inf"), "more than 3 pixels"),
        (Figure("a", 0.6), 2.0, "2.0 pixels"),
        (Figure("a", 0.95), 0.0, "none"),
        (Figure("other", 1.0), None, ""),
        (Figure("d", float("nan"), higher_is_better=False), None, ""),
    ],
)
def test_a_model_has_a_place_on_the_ladder(figure: Figure, amount: float | None, said: str) -> None:
    found = figure_words.reached(figure, BLUR)
    assert found == (pytest.approx(amount) if amount is not None else None)
    assert figure_words.rung_words(figure, BLUR) == said


def test_a_ladder_that_does_not_climb_is_told_and_not_used() -> None:
    flat = Rung("blur", "pixels", (0.0, 1.0, 2.0), {"d": (1.0, 3.0, 2.0)})
    figure = Figure("d", 2.5, higher_is_better=False)
    assert not figure_words.climbs(figure, flat)
    assert figure_words.climbs(figure, BLUR)
    made_up = evaluations.evaluation(figures=(figure,), ladder=(flat,), baselines=())
    assert figure_words.ladder_sentences(made_up) == []
    assert "does not get worse with each step" in report.report_page(made_up, evaluations.no_arrays())


@pytest.mark.parametrize(("amount", "said"), [(0.06, "0 to 1"), (2.0, "2"), (2.5, "2 to 3")])
def test_what_is_counted_has_no_parts(amount: float, said: str) -> None:
    assert figure_words.size_words(Rung("classes left out", "classes", (), {}), amount) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3.0, "as far from real as real pictures with blur of 2.0 pixels or 1 to 2 classes left out."),
        (0.9, "as near to real pictures as other real pictures are."),
        (9.0, "further from real than the most damaged real pictures of the ladder."),
    ],
)
def test_the_ladder_in_a_sentence(value: float, said: str) -> None:
    left_out = Rung("classes left out", "classes", (0.0, 1.0, 2.0), {"d": (1.0, 2.0, 4.0)})
    figure = Figure("d", value, higher_is_better=False)
    made_up = evaluations.evaluation(figures=(figure,), ladder=(BLUR, left_out))
    assert figure_words.ladder_sentences(made_up) == [f"By its d it is {said}"]


def test_each_kind_of_features_has_its_place_on_the_ladder() -> None:
    sentences = figure_words.ladder_sentences(evaluations.evaluation())
    assert [s.partition(" it is")[0] for s in sentences[:2]] == [
        "By its Fréchet distance (classifier features)",
        "By its Fréchet distance (label-free features)",
    ]


# -----------------------------------------------------------------------------
# plots and pictures


def test_an_axis_over_one_value_or_none_still_has_an_extent() -> None:
    for values in ([], [0.0], [5.0], [float("nan")], [1e-9, 1e9]):
        axis = plots.axis_over(values, 0, 100)
        assert all(0 <= axis.at(tick) <= 100 for tick in axis.ticks())
        assert axis.ticks() or axis.log


def test_ticks_are_round_and_inside() -> None:
    assert plots.axis_over([0, 10], 0, 100, zero=True).ticks() == [0, 5, 10]
    assert plots.Axis(0.05, 200, 0, 100, log=True).ticks() == [0.1, 1, 10, 100]


def test_names_in_a_plot_do_not_lie_on_one_another() -> None:
    placed = plots.apart([(100, 50, "Shirt"), (110, 48, "Coat"), (105, 52, "Pullover"), (300, 50, "Bag")])
    heights = {name: y for _, y, name in placed}
    assert heights == {"Coat": 48, "Shirt": 63, "Pullover": 78, "Bag": 50}


def test_points_that_take_turns_are_drawn_by_lot() -> None:
    points = np.stack([np.arange(10_000) % 10, np.zeros(10_000)], axis=1)
    drawn = report_pictures.some(points)
    assert len(drawn) == report_pictures.MAX_POINTS
    assert np.bincount(drawn[:, 0].astype(int)).min() > 100


def test_large_samples_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_pictures, "MAX_SHEET", 28 * 28 * 35)
    sheet = report_pictures.sample_sheet(evaluations.evaluation(), evaluations.blobs(100))
    assert "The first 30 samples of seed 1" in str(sheet)


def test_markup_escapes_all_but_itself() -> None:
    assert tag("p", "a < b", Markup("<br>"), None, 3, title='"') == '<p title="&quot;">a &lt; b<br>3</p>'
    assert tag("img", class_="x", aria_hidden=True, id=None) == '<img class="x" aria-hidden>'


def test_figures_with_nothing_beside_them_are_told_as_they_are() -> None:
    rows = (Figure("accuracy", 0.9967), Figure("calibration error", 0.002, group="calibration"))
    assert figure_words.summary_lines(evaluations.evaluation(figures=rows, ladder=(), baselines=())) == [
        "Accuracy: 0.9967.",
        "Calibration error: 0.0020.",
    ]


def test_figures_of_rows_and_columns_make_a_table_of_their_own() -> None:
    names = [
        f"probability left, {row}, {column}" for row in ("a tenth", "a half") for column in ("by map", "at random")
    ]
    rows = tuple(Figure(name, i / 8, 0.0 if i else None, group="deletion") for i, name in enumerate(names))
    rows = (*rows, Figure("accuracy", 0.75))
    page = report.report_page(evaluations.evaluation(figures=rows, ladder=(), baselines=()), evaluations.no_arrays())
    head, first, second = re.findall(r"<tr>.*?</tr>", page.partition("<h3>Deletion</h3>")[2])[:3]
    assert re.sub("<[^>]+>", "|", head).split("|")[2:-2:2] == ["Probability left ↑", "by map", "at random"]
    assert ">0</td>" in first
    assert ">0.1250</td>" in first
    assert ">0.3750</td>" in second


@pytest.mark.parametrize(("right", "shown"), [(0.996, "99.6"), (0.8, "80")])
def test_a_table_of_classes_has_decimals_where_mistakes_are_rare(right: float, shown: str) -> None:
    shares = np.full((3, 3), (1 - right) / 2, np.float32)
    np.fill_diagonal(shares, right)
    page = report.report_page(evaluations.evaluation(), evaluations.no_arrays(confusion=shares))
    assert f'<td class="right">{shown}</td>' in page
