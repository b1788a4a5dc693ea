"""One token out of the logits of a place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from desktop_app.engine.errors import DeviceError
from desktop_app.engine.noise import latents, uniform
from desktop_app.engine.text_requests import Choosing
from desktop_app.engine.token_choice import Draws, draw, penalised, probabilities, top, weights_of

LOGITS = st.lists(st.integers(-8, 8).map(lambda n: n / 2), min_size=1, max_size=40).map(np.array)  # with many equals


def order(weights: np.ndarray) -> list[int]:
    return sorted(range(len(weights)), key=lambda token: (-weights[token], token))


def test_uniform_numbers_are_uniform_and_their_own():
    drawn = np.array([uniform(3, stream, place) for stream in range(20) for place in range(100)])
    assert 0 < drawn.min() < 0.01
    assert 0.99 < drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.02
    assert len({uniform(1, 2, 3), uniform(2, 2, 3), uniform(1, 3, 3), uniform(1, 2, 4), uniform(1, 2, 3, 1)}) == 5
    assert uniform(1, 2, 3) == uniform(1, 2, 3) == 0.6059705328321964
    assert latents(0, [0], 1)[0, 0] == latents(0, [0], 2)[0, 0]


def test_probabilities_are_those_of_softmax():
    assert np.allclose(probabilities(np.log([1, 2, 5], dtype=np.float32)), [1 / 8, 2 / 8, 5 / 8])
    assert probabilities(np.array([1e4, 1e4, -1e4], np.float32)).tolist() == [0.5, 0.5, 0]
    assert probabilities(np.array([0, -np.inf], np.float32)).tolist() == [1, 0]
    assert probabilities(np.zeros(3, np.float16)).dtype == np.float64


@pytest.mark.parametrize("bad", [[np.nan, 1], [1, np.nan], [-np.inf, -np.inf], [np.inf, 1], []])
def test_logits_that_are_no_numbers_are_told(bad: list[float]):
    with pytest.raises(DeviceError, match="not a number"):
        probabilities(np.array(bad, np.float32))


@given(logits=LOGITS, k=st.integers(-1, 50))
def test_the_most_probable_in_a_stable_order(logits: np.ndarray, k: int):
    assert top(probabilities(logits), k).tolist() == order(logits)[: max(k, 0)]


def test_the_penalty_is_that_of_the_paper():
    changed = penalised(np.array([2.0, -2.0, 3.0]), 2.0, [0, 1, 1])
    assert changed.tolist() == [1.0, -4.0, 3.0]
    assert penalised(np.array([2.0]), 1.0, [0]).tolist() == [2.0]


@given(logits=LOGITS, choosing=st.builds(
    Choosing, st.sampled_from([0.3, 1.0, 2.0]), st.integers(0, 9), st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    st.sampled_from([0.0, 0.1, 1.0])))  # fmt: skip
def test_what_is_left_out_is_what_it_says(logits: np.ndarray, choosing: Choosing):
    """Against the plain way: sort all, cut."""
    p = probabilities(logits / choosing.temperature)
    kept = order(p)[: choosing.top_k or None]
    if choosing.top_p < 1:
        share = np.cumsum(p[kept]) / p[kept].sum()
        kept = kept[: int(np.searchsorted(share, choosing.top_p - 1e-12)) + 1]
    kept = [token for token in kept if p[token] >= choosing.min_p * p.max()]
    found = np.flatnonzero(weights_of(logits, choosing)).tolist()
    assert len(found) in (len(kept), len(kept) + 1)  # one more where a sum falls on p itself, within rounding
    assert sorted(kept) == found or abs(share[len(kept) - 1] - choosing.top_p) < 1e-9


def test_temperature_0_takes_the_first_of_the_most_probable():
    weights = weights_of(np.array([1.0, 3.0, 3.0]), Choosing(temperature=0.0))
    assert draw(weights, Draws(0, 0, 0), lambda _: True, greedy=True) == 1
    assert draw(weights, Draws(0, 0, 0), lambda token: token != 1, greedy=True) == 2
    assert draw(weights, Draws(0, 0, 0), lambda _: False, greedy=True) is None


def test_a_draw_depends_on_seed_branch_and_place_alone():
    weights = probabilities(np.zeros(1000))
    first = [draw(weights, Draws(1, 2, place), lambda _: True) for place in range(50)]
    assert first == [draw(weights, Draws(1, 2, place), lambda _: True) for place in range(50)]
    assert first != [draw(weights, Draws(1, 3, place), lambda _: True) for place in range(50)]
    assert first != [draw(weights, Draws(2, 2, place), lambda _: True) for place in range(50)]


def test_a_draw_inverts_the_cumulative_distribution_over_the_stable_order():
    weights = np.array([1.0, 4.0, 1.0, 2.0, 0.0])  # in order: 1, 3, 0, 2

    class Fixed(Draws):
        u = 0.0

        def __next__(self) -> float:
            return self.u

    given_u = Fixed(0, 0, 0)
    for given_u.u, token in (
        (0.01, 1),
        (0.49, 1),
        (0.51, 3),
        (0.74, 3),
        (0.76, 0),
        (0.87, 0),
        (0.88, 2),
        (0.9999999, 2),
    ):
        assert draw(weights, given_u, lambda _: True) == token


@pytest.mark.parametrize("forbidden", [{1}, {1, 3}, set(range(0, 100, 2)), set(range(90))])
def test_drawing_again_is_drawing_from_what_is_allowed(forbidden: set[int]):
    """Chi-squared over 1,500 draws."""
    weights = probabilities(np.random.default_rng(0).normal(size=100) * 1.5)
    drawn = [draw(weights, Draws(5, 0, place), lambda token: token not in forbidden) for place in range(1500)]
    wanted = np.array([0 if token in forbidden else w for token, w in enumerate(weights)])
    wanted *= len(drawn) / wanted.sum()
    counts = np.bincount(np.array(drawn, np.intp), minlength=100)
    assert not counts[wanted == 0].any()
    seen = wanted > 5
    chi = ((counts - wanted)[seen] ** 2 / wanted[seen]).sum()
    assert chi < seen.sum() + 5 * np.sqrt(2 * seen.sum())


def test_a_thousand_bans_are_met_without_a_thousand_draws():
    asked: list[int] = []

    def allows(token: int) -> bool:
        asked.append(token)
        return token == 19_999

    weights = probabilities(np.linspace(10, 0, 20_000))
    assert draw(weights, Draws(0, 0, 0), allows) == 19_999
    assert len(asked) <= 20_000 + 32
    assert draw(weights, Draws(0, 0, 0), lambda _: False) is None


@given(logits=LOGITS)
@hypothesis_settings(max_examples=50)
def test_what_has_no_weight_is_never_drawn(logits: np.ndarray):
    weights = probabilities(logits)
    weights[:-1] = 0
    assert draw(weights, Draws(0, 0, 0), lambda _: True) == len(logits) - 1
    assert draw(weights * 0, Draws(0, 0, 0), lambda _: True) is None
