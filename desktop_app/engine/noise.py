"""Latents from (seed, index) alone.

The draw for (seed, index) is the same alone, in any batch, in any order, on any machine and with any version of
numpy: a counter-based generator gives the bits (Philox 4x64-10, Salmon et al. 2011, "Parallel random numbers: as
easy as 1, 2, 3"), and the normal distribution function is inverted with Wichura's algorithm AS 241 (1988) in double
precision from additions, multiplications, divisions and square roots only, which IEEE 754 rounds alike everywhere.
(`Generator.standard_normal` promises no stable stream, and `numpy.log` differs in its last bit between processors.)
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

_MASK = 2**64 - 1


def latents(seed: int, indices: Sequence[int], size: int) -> npt.NDArray[np.float32]:
    """Draws from N(0, I): shape (len(indices), size), float32. Row n depends on (seed, indices[n]) alone."""
    bits = np.empty((len(indices), size), np.uint64)
    for row, index in enumerate(indices):
        # a tuple of two words would be read as one 128-bit key too; the array keeps the order of the words explicit
        key = np.array([seed & _MASK, index & _MASK], np.uint64)
        bits[row] = np.random.Philox(key=key).random_raw(size)
    return _inverse_normal(_open_unit(bits)).astype(np.float32)


def uniform(seed: int, stream: int, place: int, attempt: int = 0) -> float:
    """One number, uniform strictly between 0 and 1, of a stream of the seed; none that `latents` draws from."""
    key = np.array([seed & _MASK, stream & _MASK], np.uint64)
    counter = np.array([0, place & _MASK, attempt & _MASK, 1], np.uint64)  # the counter of latents ends in a 0
    return float(_open_unit(np.random.Philox(key=key, counter=counter).random_raw(1))[0])


def _open_unit(bits: npt.NDArray[np.uint64]) -> Float64:
    """Uniform numbers strictly between 0 and 1, the centres of 2^52 equal cells."""
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


# Coefficients of AS 241, PPND16: numerator and denominator, constant term first.
_CENTRE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
_SHOULDER = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


def _inverse_normal(p: Float64) -> Float64:
    """Quantile of N(0, 1) at p in (0, 1), relative error about 1e-16 (Wichura 1988, AS 241)."""
    q = p - 0.5
    centre = np.abs(q) <= 0.425
    tail_mass = np.where(centre, 0.5, np.minimum(p, 1.0 - p))
    r = np.sqrt(-_log(tail_mass))
    outer = np.where(r <= 5.0, _ratio(_SHOULDER, r - 1.6), _ratio(_TAIL, r - 5.0))
    return np.where(centre, q * _ratio(_CENTRE, 0.180625 - q * q), np.where(q < 0, -outer, outer))


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Float64) -> Float64:
    above, below = coefficients
    return _horner(above, x) / _horner(below, x)


def _horner(coefficients: tuple[float, ...], x: Float64) -> Float64:
    total = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


_LN2 = 0.6931471805599453
_SQRT_HALF = 0.7071067811865476


def _log(x: Float64) -> Float64:
    """Natural logarithm of x in (0, 1] from basic operations: ln m 2^e = e ln 2 + 2 artanh((m - 1) / (m + 1))."""
    m, e = np.frexp(x)
    low = m < _SQRT_HALF
    m = np.where(low, m * 2.0, m)
    e = np.where(low, e - 1, e)
    s = (m - 1.0) / (m + 1.0)  # |s| <= 0.1716, so fifteen terms reach double precision
    series = _horner(tuple(1.0 / (2 * k + 1) for k in range(15)), s * s)
    return e.astype(np.float64) * _LN2 + 2.0 * s * series
