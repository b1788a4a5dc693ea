"""Words, phrases that stand in another text, and floors of bits per byte, on texts with known answers."""

import math

import numpy as np
import pytest

from export.text_floors import compressed_bits, unigram_bits
from export.wording import PhraseIndex, distinct, phrases, words

RHYME = "Mary had a little lamb, its fleece was white as snow; and everywhere that Mary went"  # 16 words


def test_words_are_letters_and_digits_of_any_script_without_their_case():
    assert words("Don’t stop: ÄRGER_2 — 東京, 3.5!") == ["don't", "stop", "ärger", "2", "東京", "3", "5"]
    assert words("… — !") == []


def test_phrases_hang_on_words_and_their_order_alone():
    assert len(phrases(RHYME)) == 16 - 7
    assert np.array_equal(phrases(RHYME), phrases(RHYME.upper().replace(", ", "\n\n– ")))
    assert len(phrases("one two three four five six seven")) == 0
    one, other = phrases("a b", length=2), phrases("b a", length=2)
    assert one[0] != other[0]


def test_a_share_of_phrases_is_found_in_a_text_that_streams_by():
    index = PhraseIndex([RHYME, "nothing that anybody ever wrote before in such an order"])
    index.look_through("Once " + RHYME.lower())
    assert index.met([RHYME]) == (9, 9)
    assert index.met([RHYME, "nothing that anybody ever wrote before in such an order"]) == (9, 9 + 3)
    changed = RHYME.replace("white", "grey")  # the ninth word is in all but the first
    assert index.met([changed])[0] == 1


def test_a_phrase_does_not_reach_across_two_texts():
    index = PhraseIndex([RHYME])
    index.look_through("Mary had a little")
    index.look_through("lamb, its fleece was white as snow")
    assert index.met([RHYME]) == (0, 9)


@pytest.mark.parametrize("texts", [[], ["too short"]])
def test_texts_without_a_phrase_have_nothing_copied(texts: list[str]):
    index = PhraseIndex(texts)
    index.look_through(RHYME)
    assert index.met(texts) == (0, 0)


def test_a_repeated_phrase_counts_where_it_stands():
    index = PhraseIndex(["a b c a b c"], length=3)
    index.look_through("x a b c x")
    assert index.met(["a b c a b c"]) == (2, 4)


def test_distinct_2_of_known_texts():
    assert distinct(["a b a b a"]) == 0.5  # ab, ba, ab, ba
    assert distinct(["a b c", "b c d"]) == 0.75  # bc twice, over both
    assert distinct(["a"]) == 1.0


def test_an_order_0_model_pays_the_entropy_of_what_it_knows():
    train = np.array([0] * 7 + [1] * 3 + [2] * 3, np.uint16)  # with one more each: 8, 4, 4 and, never seen, 1 of 17
    bits = unigram_bits(train, np.array([0, 0, 1, 3]), vocabulary=4)
    assert bits == pytest.approx(-2 * math.log2(8 / 17) - math.log2(4 / 17) - math.log2(1 / 17))


def test_compression_finds_what_repeats():
    assert compressed_bits(RHYME * 50) < 1.2 * compressed_bits(RHYME * 2)
    assert compressed_bits("é" * 10) > 0
