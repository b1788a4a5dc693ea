import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine import latents, noise
from desktop_app.engine.requests import Design, Variation

numbers = st.integers(-(2**63), 2**63 - 1)
amounts = st.floats(0, 1)


@given(seed=numbers, index=numbers)
def test_amount_0_is_the_design_itself_to_the_bit(seed, index):
    z = noise.latents(seed, [index], 16)[0]
    assert latents.turn(z, noise.latents(1, [2], 16)[0], 0.0).tobytes() == z.tobytes()


def test_amount_1_is_the_other_draw():
    z, other = noise.latents(1, [0, 1], 16)
    assert np.array_equal(latents.turn(z, other, 1.0), other)


@given(amounts)
def test_the_weights_lie_on_the_unit_circle(amount):
    keep, move = latents.turn(np.float32([1, 0]), np.float32([0, 1]), amount)
    assert keep**2 + move**2 == pytest.approx(1, abs=2e-7)
    assert keep >= 0
    assert move >= 0


@pytest.mark.parametrize("amount", [0.05, 0.3, 0.7, 1.0])
def test_variations_keep_the_distribution_of_norms(amount):
    z, other = noise.latents(1, range(4000), 64), noise.latents(2, range(4000), 64)
    turned = latents.turn(z, other, amount)
    norms, fresh = np.linalg.norm(turned, axis=1), np.linalg.norm(z, axis=1)
    assert abs(norms.mean() - fresh.mean()) < 4 * fresh.std() / np.sqrt(4000)
    assert norms.std() == pytest.approx(fresh.std(), rel=0.06)


def test_more_amount_is_further_away():
    z, other = noise.latents(1, [0], 64)[0], noise.latents(2, [0], 64)[0]
    distances = [np.linalg.norm(latents.turn(z, other, a) - z) for a in np.linspace(0, 1, 11)]
    assert distances == sorted(distances)


def test_a_design_without_variations_is_its_draw():
    assert np.array_equal(latents.of_design(Design(7, 3), 12), noise.latents(7, [3], 12)[0])


@given(a=numbers, b=numbers, amount=amounts)
def test_variations_are_steps_one_after_the_other(a, b, amount):
    step, next_step = Variation(a, 1, amount), Variation(b, 2, 0.5)
    once = latents.turn(noise.latents(7, [3], 12)[0], noise.latents(a, [1], 12)[0], amount)
    twice = latents.turn(once, noise.latents(b, [2], 12)[0], 0.5)
    assert np.array_equal(latents.of_design(Design(7, 3, variations=(step,)), 12), once)
    assert np.array_equal(latents.of_design(Design(7, 3, variations=(step, next_step)), 12), twice)


@pytest.mark.parametrize(
    ("amount", "bits"), [(0.25, [0xBD89035C, 0x3F15BF19, 0xBFBAE062]), (0.9, [0xBD800D0B, 0x3E415F78, 0xBE47EA45])]
)
def test_known_answers_to_the_bit(amount, bits):
    z = latents.of_design(Design(7, 3, variations=(Variation(11, 5, amount),)), 3)
    assert z.view(np.uint32).tolist() == bits
