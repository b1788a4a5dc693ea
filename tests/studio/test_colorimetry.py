"""Colour as numbers can fail quietly: every figure here is one that others published."""

import numpy as np
import pytest

from desktop_app.engine.errors import RequestError
from desktop_app.studio.colorimetry import (
    Vision,
    as_seen,
    colour_as_seen,
    contrast_ratio,
    contrast_words,
    delta_e,
    from_lab,
    hex_of,
    rgb_of,
    to_lab,
)

# Sharma, Wu and Dalal 2005, table 1: two colours in Lab, and their difference
PUBLISHED = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.001), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
    ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (61, -5, 29), 22.8977),
    ((50, 2.5, 0), (56, -27, -3), 31.9030),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.2480, -4.9620), 1.8731),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "difference"), PUBLISHED)
def test_differences_are_the_published_ones(one, other, difference):
    assert float(delta_e(one, other)) == pytest.approx(difference, abs=5e-5)
    assert float(delta_e(other, one)) == pytest.approx(difference, abs=5e-5)


def test_many_differences_at_once_are_the_same_as_one_by_one():
    one, other, expected = (np.array(column, float) for column in zip(*PUBLISHED, strict=True))
    assert delta_e(one, other) == pytest.approx(expected, abs=5e-5)


def test_lab_is_that_of_css():
    """CSS Color 4, section 9: white, and red as lab(54.29 80.81 69.89)."""
    assert to_lab((255, 255, 255)) == pytest.approx([100, 0, 0], abs=0.01)
    assert to_lab((255, 0, 0)) == pytest.approx([54.29, 80.81, 69.89], abs=0.02)
    assert to_lab((0, 0, 0)) == pytest.approx([0, 0, 0], abs=1e-9)


def test_to_lab_and_back_is_the_same_colour():
    colours = np.random.default_rng(1).integers(0, 255, (400, 3), np.uint8, endpoint=True)
    assert np.array_equal(from_lab(to_lab(colours)), colours)


def test_contrast_is_that_of_wcag():
    assert contrast_ratio("#000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast_ratio("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.01)
    assert [contrast_words(r).split("(")[-1] for r in (21, 7, 4.5, 3)] == ["AAA)", "AAA)", "AA)", "AA)"]
    assert contrast_words(2.999).startswith("too little")
    assert "large text" in contrast_words(3)
    assert "large text" not in contrast_words(4.5)


def test_greys_look_the_same_to_everybody_and_red_and_green_do_not():
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    for vision in Vision:
        assert np.abs(as_seen(grey, vision).astype(int) - grey).max() <= 1
    red, green = "#c0392b", "#5a7d0a"
    plain = float(delta_e(to_lab(rgb_of(red)), to_lab(rgb_of(green))))
    seen = [to_lab(rgb_of(colour_as_seen(c, Vision.DEUTERANOPIA))) for c in (red, green)]
    assert float(delta_e(*seen)) < plain / 3


def test_alpha_is_seen_as_it_is():
    pixels = np.array([[[255, 0, 0, 7]]], np.uint8)
    assert as_seen(pixels, Vision.PROTANOPIA)[0, 0, 3] == 7
    assert pixels.tolist() == [[[255, 0, 0, 7]]]


def test_colours_are_read_and_others_refused():
    assert rgb_of("#1e88E5") == (30, 136, 229)
    assert rgb_of("#fa0") == (255, 170, 0)
    assert hex_of((30.4, 300, -3)) == "#1eff00"
    for wrong in ("", "red", "#12", "#12345g", "123456", "#1234567", "#fff\n"):
        with pytest.raises(RequestError, match="#rrggbb"):
            rgb_of(wrong)
