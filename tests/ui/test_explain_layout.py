"""Where things lie in Explain, what is listed, and how it is painted: pure functions over plain values."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from desktop_app.studio.evidence import Answer, Trial
from desktop_app.studio.explain_words import SHORT_UNITS, UNITS
from desktop_app.studio.explaining import ExplainState, make_subject
from desktop_app.ui.explain import explain_view as view
from desktop_app.ui.explain.class_bars import rows_of
from desktop_app.ui.explain.evidence_layout import LEGEND, arrange
from desktop_app.ui.explain.evidence_painter import GRID_FROM, Plates, outline, paint_scene, plate
from desktop_app.ui.explain.explanation_card import RATIO, card_of, paint_card, pixels_of
from desktop_app.ui.explain.subject_row import SubjectRow, Thumb
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import DARK, LIGHT
from tests.fakes import write_classifier

DIGITS = tuple("0123456789")


def answer(label: int = 4, *, occlusion: bool = True) -> Answer:
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[label] = 0.91
    every = np.zeros((10, 7, 7), np.float32)
    every[label, 0, 0], every[label, 6, 6] = 2.0, -1.0
    falls = np.zeros((289, 10), np.float32)
    falls[:, label] = np.linspace(0, 1, 289)
    return Answer(probabilities, every, falls if occlusion else None)


# -- layout ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("view_size", [(1000.0, 700.0), (420.0, 900.0), (1600.0, 420.0)])
def test_all_elements_are_of_one_size_and_everything_lies_inside(view_size, count, ratio):
    layout = arrange(view_size, (28, 28), count, ratio)
    assert len(layout.sides) == count
    device = layout.element * ratio
    assert device == pytest.approx(round(device))
    for side in layout.sides:
        for box in (side.title, side.picture, side.legend):
            assert box.left() >= 0
            assert box.right() <= view_size[0]
            assert box.bottom() <= layout.readout.top() + 1
        assert (side.picture.x() * ratio) % 1 == pytest.approx(0, abs=1e-6)
    if count == 2:
        assert layout.sides[0].picture.right() < layout.sides[1].picture.left()
        assert layout.sides[0].picture.y() == layout.sides[1].picture.y()


def test_a_point_of_the_view_is_an_element_of_either_picture():
    layout = arrange((1000.0, 700.0), (28, 20), 2)
    for side in layout.sides:
        place, element = side.picture, layout.element
        assert layout.element_at(place.x() + 0.5, place.y() + 0.5) == (0, 0)
        assert layout.element_at(place.right() - 0.5, place.bottom() - 0.5) == (27, 19)
        assert layout.element_at(place.x() + 3.5 * element, place.y() + 7.5 * element) == (7, 3)
        assert layout.element_at(place.x() - 2, place.y()) is None
        assert layout.element_at(place.x(), place.bottom() + LEGEND / 2) is None


def test_a_large_picture_is_made_smaller():
    layout = arrange((600.0, 500.0), (1200, 1600), 1)
    assert layout.element < 1
    assert layout.sides[0].picture.width() < 600


def test_the_outline_runs_between_the_marked_and_the_others():
    mask = np.zeros((4, 4), bool)
    mask[1:3, 1] = True
    assert sorted(outline(mask)) == [(1, 1, 1, 2), (1, 1, 2, 1), (1, 2, 1, 3), (1, 3, 2, 3), (2, 1, 2, 2), (2, 2, 2, 3)]
    assert len(outline(np.ones((2, 3), bool))) == 10  # around the picture itself


# -- what is listed ----------------------------------------------------------------------------------------------------


def test_bars_come_by_probability_or_in_their_order():
    probabilities = np.array([0.2, 0.5, 0.3], np.float32)
    by = rows_of("abc", probabilities, asked=0, label=1, by_probability=True)
    assert [(row.name, row.asked) for row in by] == [("b", False), ("c", False), ("a", True)]
    assert [row.name for row in rows_of("abc", probabilities, asked=0, label=1, by_probability=False)] == list("abc")
    unknown = rows_of("abc", None, asked=None, label=None, by_probability=True)
    assert [(row.name, row.probability) for row in unknown] == [("a", None), ("b", None), ("c", None)]


def test_of_many_classes_the_ones_asked_for_and_about_are_always_there():
    probabilities = np.linspace(1, 0, 1000, dtype=np.float32)
    names = [f"class {n}" for n in range(1000)]
    rows = rows_of(names, probabilities, asked=900, label=800, by_probability=True)
    assert len(rows) == 24
    assert {900, 800} < {row.label for row in rows}
    assert rows[0].label == 0


# -- from what is known to what is seen ------------------------------------------------------------------------------


def test_the_question_is_about_the_most_probable_class_or_the_one_chosen():
    asked = view.question(ExplainState(shown="activation"), answer(), DIGITS, (28, 28))
    assert (asked.label, asked.title, asked.speaks_for) == (4, "Why a 4?", True)
    other = view.question(ExplainState(label=8, shown="activation"), answer(), DIGITS, (28, 28))
    assert (other.label, other.title, other.speaks_for) == (8, "Why not an 8?", False)
    assert view.label_of(ExplainState(label=12), answer(), 10) == 4  # of another classifier
    assert view.label_of(ExplainState(), None, 10) is None


def test_what_is_marked_speaks_for_the_class_or_against_it():
    asked = view.question(ExplainState(shown="activation"), answer(), DIGITS, (28, 28))
    mark = asked.evidence[0].mark
    assert mark is not None
    assert mark[0, 0]
    assert not mark[27, 27]
    nothing = view.question(ExplainState(label=8, shown="activation"), answer(), DIGITS, (28, 28))
    assert nothing.evidence[0].mark is None
    assert view.told(nothing, [None]) == "By this map nothing speaks against an 8."


def test_a_map_that_is_not_known_is_waited_for():
    state = ExplainState(shown="both")
    asked = view.question(state, answer(occlusion=False), DIGITS, (28, 28))
    scene = view.scene_of(np.zeros((28, 28, 1), np.uint8), asked, state, 0.42)
    assert [m.waiting for m in scene.maps] == ["", "Covering one part after the other… 42 %"]
    assert view.words_at(asked)((0, 0)) == "Row 1, column 1: adds +2.00 to the logit, for a 4"
    assert "Occlusion" not in view.told(asked, [None, None])


def test_both_maps_are_told_apart():
    state = ExplainState(shown="both")
    asked = view.question(state, answer(), DIGITS, (28, 28))
    trial = Trial(4, "activation", True, 0.91, 0.2, 0.8)
    told = view.told(asked, [trial, None])
    assert told.startswith("Class activation: The outlined tenth")
    assert told.endswith("Occlusion: Covering what it marks…")


def test_a_plate_is_made_of_equal_squares_with_a_grid_between_them(look: Look):
    pixels = np.array([[[10, 20, 30], [200, 0, 0]]], np.uint8)
    made = pixels_of(plate(pixels, GRID_FROM, 2.0))
    side = round(2 * GRID_FROM)
    assert made.shape == (side, 2 * side, 3)
    assert (made[:, :side] == (10, 20, 30)).all()
    assert made[0, side].tolist() == [184, 28, 28]
    assert (made[:, side + 1 :] == (200, 0, 0)).all()
    assert pixels_of(plate(pixels, 0.5, 2.0)).shape == (1, 2, 3)


# -- painted -----------------------------------------------------------------------------------------------------------


def painted(scene, size=(600, 500), **options) -> np.ndarray:  # type: ignore[no-untyped-def]
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor("#101010"))
    painter = QPainter(image)
    rows, columns = scene.plain.shape[:2]
    layout = arrange((float(size[0]), float(size[1])), (rows, columns), len(scene.maps))
    paint_scene(painter, scene, layout, DARK, Plates(), **options)
    painter.end()
    return pixels_of(image), layout  # type: ignore[return-value]


def test_every_element_has_one_colour_and_the_original_shows_when_it_is_held(look: Look):
    state = ExplainState(shown="activation", opacity=1.0)
    picture = np.full((8, 8, 1), 60, np.uint8)
    asked = view.question(state, answer(), DIGITS, (8, 8))
    scene = view.scene_of(picture, asked, state, 1.0)
    pixels, layout = painted(scene)
    place, element = layout.sides[0].picture, round(layout.element)
    top, left = round(place.y()), round(place.x())
    inner = pixels[top + 3 : top + element - 3, left + 3 : left + element - 3].reshape(-1, 3)
    assert len(np.unique(inner, axis=0)) == 1
    red, _, blue = inner[0].astype(int)
    assert red > blue + 60  # it speaks for a 4
    plain, _ = painted(scene, plain=True)
    middle = plain[top + element // 2, left + element // 2]
    assert middle.tolist() == [60, 60, 60]


def test_the_cursor_is_seen_on_both_maps(look: Look):
    state = ExplainState(shown="both")
    asked = view.question(state, answer(), DIGITS, (28, 28))
    scene = view.scene_of(np.zeros((28, 28, 1), np.uint8), asked, state, 1.0)
    without, layout = painted(scene)
    pointed, _ = painted(scene, cursor=(20, 20))
    changed = (without != pointed).any(axis=-1)
    for side in layout.sides:
        x, y = side.picture.x() + 20.5 * layout.element, side.picture.y() + 20.5 * layout.element
        around = np.s_[
            round(y - layout.element) : round(y + layout.element), round(x - layout.element) : round(x + layout.element)
        ]
        assert changed[around].any()


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("shown", ["activation", "both", "none"])
def test_a_card_holds_all_of_it(look: Look, tmp_path, colours, shown):
    judge = write_classifier(tmp_path)
    subject = make_subject("Tile 3", np.zeros((28, 28, 1), np.uint8), asked="9")
    state = ExplainState(shown=shown)
    found = answer()
    asked = view.question(state, found, DIGITS, (28, 28))
    scene = view.scene_of(np.zeros((28, 28, 1), np.uint8), asked, state, 1.0)
    card = card_of(scene, subject, judge.manifest, found.probabilities, asked.label, "A long sentence. " * 60)
    assert card.sentences[0] == "It was asked for a 9, and a 4 is seen."
    assert card.foot == "Tile 3 · Fake judge"
    image = paint_card(card, colours)
    pixels = pixels_of(image)
    assert pixels.shape == (image.height(), image.width(), 3)
    assert image.width() == round((560 * (2 if shown == "both" else 1) + 340) * RATIO)
    panel = pixels[:, -round(340 * RATIO) :]
    rows_with_ink = np.flatnonzero((panel != panel[-1, -1]).any(axis=(1, 2)))
    assert rows_with_ink.max() < len(pixels) - 8  # the long text has room


# -- the row -----------------------------------------------------------------------------------------------------------


def test_the_picture_in_view_stays_in_view_when_the_row_grows_narrower(look: Look):
    row = SubjectRow(look)
    row.resize(900, 110)
    row.show()
    row.show_row([Thumb(str(n), QImage(28, 28, QImage.Format.Format_Grayscale8)) for n in range(8)], 5)
    QTest.qWait(20)
    row.resize(460, 110)
    QTest.qWait(50)
    thumb, window = row.thumbs[5], row._area.viewport()
    left = thumb.mapTo(window, QPoint(0, 0)).x()
    assert left >= 0
    assert left + thumb.width() <= window.width()
    row.deleteLater()


@pytest.mark.parametrize("kind", ["activation", "occlusion"])
def test_a_narrow_legend_has_a_short_unit(kind):
    assert len(SHORT_UNITS[kind]) < len(UNITS[kind]) / 1.5
