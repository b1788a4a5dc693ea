"""The draws are the product's promise: a design of today is the same design in ten years."""

import statistics
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine import noise

seeds = st.integers(-(2**80), 2**80)
indices = st.integers(-(2**70), 2**70)


# float32 bit patterns of the first four numbers. A change here changes every picture ever made.
KNOWN = [
    (0, 0, [0xC011668D, 0xBF338A3A, 0xBF9C078B, 0x3E26104D]),
    (7, 12, [0xBE9DC6C9, 0x3FCE5FF2, 0xBF391D4E, 0xBED77031]),
    (-1, -2, [0x3F82DEDC, 0xBF977147, 0x3EEE61CD, 0xBE9EC252]),
    (9223372036854775813, 1099511627776, [0xBEC39807, 0x3F956F98, 0xBF629203, 0xBEC68DDA]),
]


@pytest.mark.parametrize(("seed", "index", "bits"), KNOWN)
def test_known_answers_to_the_bit(seed, index, bits):
    assert noise.latents(seed, [index], 4)[0].view(np.uint32).tolist() == bits


@given(seed=seeds, index=indices, before=st.lists(indices, max_size=5), after=st.lists(indices, max_size=5))
def test_a_row_depends_on_seed_and_index_alone(seed, index, before, after):
    alone = noise.latents(seed, [index], 6)[0]
    crowd = noise.latents(seed, [*before, index, *after], 6)
    assert crowd[len(before)].tobytes() == alone.tobytes()


@given(seed=seeds, index=indices, size=st.integers(1, 40), longer=st.integers(0, 40))
def test_a_longer_latent_begins_with_the_shorter_one(seed, index, size, longer):
    assert np.array_equal(noise.latents(seed, [index], size), noise.latents(seed, [index], size + longer)[:, :size])


@given(a=st.integers(0, 2**64 - 1), b=st.integers(0, 2**64 - 1))
def test_seed_and_index_do_not_stand_for_one_another(a, b):
    if a != b:
        assert not np.array_equal(noise.latents(a, [b], 4), noise.latents(b, [a], 4))
        assert not np.array_equal(noise.latents(a, [0], 4), noise.latents(b, [0], 4))


@given(seed=seeds, index=indices)
def test_numbers_beyond_64_bits_wrap(seed, index):
    assert np.array_equal(noise.latents(seed, [index], 3), noise.latents(seed % 2**64, [index % 2**64], 3))


def test_no_design_and_an_empty_latent():
    assert noise.latents(1, [], 5).shape == (0, 5)
    assert noise.latents(1, [3, 4], 0).shape == (2, 0)
    assert noise.latents(1, [3], 5).dtype == np.float32


def test_the_same_from_many_threads():
    expected = noise.latents(5, range(200), 32)
    found = [None] * 8

    def draw(n):
        found[n] = noise.latents(5, range(200), 32)

    threads = [threading.Thread(target=draw, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(expected, f) for f in found)


@given(key=st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)))
def test_the_bits_are_those_of_the_published_generator(key):
    words = [w for counter in (1, 2) for w in _philox(counter, key)]
    uniform = [((w >> 12) + 0.5) / 2**52 for w in words]
    normal = statistics.NormalDist()
    expected = np.array([normal.inv_cdf(u) for u in uniform], np.float32)
    assert noise.latents(key[0], [key[1]], 8)[0] == pytest.approx(expected, rel=3e-7)


def test_published_generator_gives_its_published_answer():
    assert _philox(0, (0, 0)) == (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)


@given(st.integers(0, 2**52 - 1))
def test_quantile_against_the_standard_library(cell):
    p = (cell + 0.5) / 2**52
    found = noise._inverse_normal(np.array([p]))[0]
    assert found == pytest.approx(statistics.NormalDist().inv_cdf(p), rel=1e-14)


def test_quantile_at_the_edges_is_finite_and_odd():
    p = noise._open_unit(np.array([0, 2**64 - 1], np.uint64))
    low, high = noise._inverse_normal(p)
    assert np.isfinite([low, high]).all()
    assert low == -high
    assert 8.0 < high < 8.4


def test_draws_are_normal():
    z = np.sort(noise.latents(11, range(2000), 50).ravel().astype(np.float64))
    cdf = np.array([statistics.NormalDist().cdf(v) for v in z[::50]])
    kolmogorov_smirnov = np.max(np.abs(cdf - (np.arange(0, len(z), 50) + 0.5) / len(z)))
    assert kolmogorov_smirnov * np.sqrt(len(z)) < 1.63  # exceeded by chance once in a hundred seeds; this seed is fixed
    assert abs(z.mean()) < 3 / np.sqrt(len(z))
    assert abs(z.var() - 1) < 3 * np.sqrt(2 / len(z))
    assert abs((z**4).mean() - 3) < 3 * np.sqrt(96 / len(z))


def test_neighbours_are_independent():
    z = noise.latents(3, range(4000), 16)
    rows = np.mean(z[1:] * z[:-1])
    columns = np.mean(z[:, 1:] * z[:, :-1])
    other_seed = np.mean(z * noise.latents(4, range(4000), 16))
    assert max(abs(rows), abs(columns), abs(other_seed)) < 4 / np.sqrt(4000 * 15)


def _philox(counter, key):
    """Philox4x64-10 after Salmon et al. 2011, section 3.3, in plain integers."""
    mask = 2**64 - 1
    x = [counter, 0, 0, 0]
    k = list(key)
    for _ in range(10):
        a, b = x[0] * 0xD2E7470EE14C6C93, x[2] * 0xCA5A826395121157
        x = [(b >> 64) ^ x[1] ^ k[0], b & mask, (a >> 64) ^ x[3] ^ k[1], a & mask]
        k = [(k[0] + 0x9E3779B97F4A7C15) & mask, (k[1] + 0xBB67AE8584CAA73B) & mask]
    return tuple(x)
