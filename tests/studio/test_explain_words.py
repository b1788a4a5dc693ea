"""What is said of a classifier's answer: only what was measured, in digits that make sense."""

import numpy as np
import pytest

from desktop_app.studio import explain_words as words
from desktop_app.studio.evidence import Trial

DIGITS = tuple("0123456789")


def plain(text: str) -> str:
    return text.replace(words.SPACE, " ")


def sure_of(label: int, probability: float) -> np.ndarray:
    rest = (1 - probability) / 9
    return np.array([probability if n == label else rest for n in range(10)], np.float32)


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        (0.0, "< 0.1 %"),
        (0.0004, "< 0.1 %"),
        (0.004, "0.4 %"),
        (0.972, "97.2 %"),
        (0.9991, "> 99.9 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_percent_is_never_more_certain_than_it_is(probability, told):
    assert plain(words.percent(probability)) == told


def test_a_sure_answer_and_an_unsure_one():
    assert plain(words.verdict(DIGITS, sure_of(8, 0.972))) == "It sees an 8, 97.2 % sure."
    assert plain(words.verdict(DIGITS, sure_of(4, 0.99999))) == "It sees a 4, more than 99.9 % sure."
    unsure = np.array([0.01] * 10, np.float32)
    unsure[4], unsure[9] = 0.48, 0.44
    assert plain(words.verdict(DIGITS, unsure)) == "It is not sure: a 4 at 48.0 %, a 9 at 44.0 %."
    assert words.verdict(("Boot", "Bag"), np.array([0.9, 0.1], np.float32)).startswith("It sees Boot, ")


def test_the_trial_says_what_happened_and_to_what_it_compares():
    told = plain(words.trial_words(Trial(4, "activation", True, 0.97, 0.31, 0.95), "4"))
    assert told == (
        "The outlined tenth speaks most for a 4. Covering it lowers the probability from 97.0 % to 31.0 %. "
        "Covering the same shape elsewhere: 95.0 % on average."
    )
    against = plain(words.trial_words(Trial(9, "occlusion", False, 0.02, 0.6, 0.03), "9"))
    assert "speaks most against a 9. Covering it raises the probability from 2.0 % to 60.0 %" in against


def test_a_part_that_decides_nothing_is_not_said_to_decide():
    told = plain(words.trial_words(Trial(4, "activation", True, 0.99999, 0.99998, 0.99999), "4"))
    assert "Covering it leaves the probability at more than 99.9 %" in told
    assert told.endswith("No single part decides here.")
    everywhere = words.trial_words(Trial(4, "activation", True, 0.9, 0.89999, 0.5), "4")
    assert "No single part" not in everywhere  # it matters elsewhere, which is told


def test_what_a_design_was_asked_for():
    assert words.asked_words("4", DIGITS, sure_of(4, 0.99)) == "It was asked for a 4."
    assert words.asked_words("4", DIGITS, sure_of(9, 0.99)) == "It was asked for a 4, and a 9 is seen."
    unsure = words.asked_words("4", DIGITS, sure_of(9, 0.3))
    assert unsure == "It was asked for a 4, and a 9 is seen more than anything else."
    assert words.asked_words("Boot", DIGITS, sure_of(9, 0.99)) == (
        "It was asked for Boot, a class that this classifier does not know."
    )


def test_limits_name_the_classes_and_not_a_thousand_of_them():
    assert words.limits(("Boot", "Bag")) == "It knows these 2 alone, and calls any picture one of them: Boot, Bag."
    assert words.limits([str(n) for n in range(1000)]).endswith("9 and 990 more.")


def test_the_value_under_the_cursor_has_its_unit():
    told = words.value_words(11, 6, [("activation", 12.34), ("occlusion", -0.5)], "4")
    assert told == "Row 12, column 7: adds +12.3 to the logit; covering it costs −0.50 nats, for a 4"
    assert words.value_words(0, 0, [], "4") == "Row 1, column 1: not known yet"
