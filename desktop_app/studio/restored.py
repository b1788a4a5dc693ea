"""What is shown and saved of a restored picture: blends of stored results, so that no slider calls a network.

    out = original + s (clean - original + detail · layer),    s = strength · local / 255 at each pixel

The layer is the fine structure of lightness in what the network took away. A part of it that comes back comes back only
as far as it was taken: with a strength of 0 the picture is the original to the bit, with 1 and no detail the network's
answer to the bit.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.studio import wavelet

Array = npt.NDArray[Any]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]

BANDS = 4  # of the wavelet transform, the finest first: structures of up to about 16 pixels
CAUTION = 1.25  # how many times the noise's energy counts: above 1, so that chance heaps of noise stay away
LEAST_NOISE = 0.05  # 8-bit steps: what rounding leaves in a band
UNIT = 64  # of a layer, in an 8-bit step
BLOCK = 768  # pixels across and down that are transformed at once
_ONE = 1 << 15  # a strength of 1 in fixed point: 16 bits times this still fits 32
_AT_ONCE = 1 << 15  # numbers: what the processor's nearest memory holds


def blend(
    original: Array,
    clean: Array,
    *,
    strength: float,
    local: npt.NDArray[np.uint8] | None = None,
    detail: float = 0.0,
    layer: Int16 | None = None,
) -> Array:
    """A new (h, w, C) array of uint8 or uint16, as both pictures are.

    strength, detail: 0 to 1. local: (h, w), 255 where the strength is as set. layer: (h, w) of `detail_layer`.
    """
    s, d = round(strength * _ONE), round(detail * _ONE) if layer is not None else 0
    if s == 0:
        return np.array(original)
    if s == _ONE and d == 0 and local is None:
        return np.array(clean)
    out: Array = np.empty(original.shape, original.dtype)
    strengths = ((s * np.arange(256) + 127) // 255).astype(np.int32)  # of each level of the local map
    rows = max(1, _AT_ONCE // max(1, out.shape[1] * out.shape[2]))
    for top in range(0, len(out), rows):
        part = slice(top, top + rows)
        much = s if local is None else _for_channels(strengths[local[part]], out.shape[2])
        change = _change(original[part], clean[part], layer[part] if d and layer is not None else None, d)
        _lay(original[part], change, much, out[part])
    return out


def _change(original: Array, clean: Array, layer: Int16 | None, detail: int) -> Int32:
    """(h, w, C): what the full strength would add to the original, in units of its dtype."""
    change = np.subtract(clean, original, dtype=np.int32)
    unit = UNIT if original.dtype == np.uint8 else 1
    change *= unit
    if layer is not None:
        back = layer.astype(np.int32) * detail >> 15  # at most the layer
        if original.dtype != np.uint8:
            back = back * 257 // UNIT
        change += _for_channels(back, original.shape[2])
        if original.dtype != np.uint8:
            np.clip(change, -65535, 65535, out=change)
    return change


def _lay(original: Array, change: Int32, much: "int | Int32", out: Array) -> None:
    bits = 15 + (UNIT.bit_length() - 1 if original.dtype == np.uint8 else 0)
    change *= much
    change += 1 << (bits - 1)
    change >>= bits
    change += original
    np.clip(change, 0, np.iinfo(out.dtype).max, out=change)
    out[...] = change


def _for_channels(values: Int32, channels: int) -> Int32:
    """(h, w) -> (h, w, channels), written out: much faster to reckon with than a view that repeats itself."""
    wide = np.empty((*values.shape, channels), values.dtype)
    for channel in range(channels):
        wide[..., channel] = values
    return wide


# -- detail --------------------------------------------------------------------------------------------------------


def detail_layer(original: Array, clean: Array) -> Int16:
    """(H, W) of the fine structure of lightness that was taken away, in 64ths of an 8-bit step.

    original, clean: (H, W, C) uint8 or uint16. What was taken away is noise for the most part. It is divided into bands
    (à-trous B3 spline wavelets); in each, the energy around a pixel is held against the noise's own, told by the band's
    median absolute deviation, and the band is multiplied by 1 - CAUTION · noise / energy (a local Wiener filter, Lee
    1980). Pure noise gives nearly nothing; a texture that was smoothed away stands out from it.
    """
    out = np.empty(original.shape[:2], np.int16)
    detail_layer_into(original, clean, out)
    return out


def detail_layer_into(original: Array, clean: Array, out: Int16) -> None:
    """The same, written block by block into (H, W) int16, which may lie in a file."""
    noise = band_noise(samples(original, clean))
    height, width = out.shape
    for top in range(0, height, BLOCK):
        for left in range(0, width, BLOCK):
            rows, inner_rows = _with_margin(top, height)
            columns, inner_columns = _with_margin(left, width)
            made = structure(original[rows, columns], clean[rows, columns], noise)
            out[top : top + BLOCK, left : left + BLOCK] = made[inner_rows, inner_columns]


def _with_margin(start: int, length: int) -> tuple[slice, slice]:
    """A block with what its bands look at around it, and the block in that."""
    margin = wavelet.reach(BANDS) + _around(BANDS)
    first, end = max(0, start - margin), min(length, start + BLOCK)
    return slice(first, min(length, end + margin)), slice(start - first, end - first)


def structure(original: Array, clean: Array, noise: Sequence[float]) -> Int16:
    """(h, w) of `detail_layer` for a part of a picture. noise: `band_noise` of all of it, as many bands as are used."""
    taken = removed_luma(original, clean)
    made = np.zeros_like(taken)
    for number, (band, sigma) in enumerate(zip(wavelet.bands(taken, len(noise)), noise, strict=True)):
        energy = wavelet.smoothed(wavelet.smoothed(band * band, 2**number), 2 ** (number + 1))
        gain = 1 - np.float32(CAUTION * max(sigma, LEAST_NOISE) ** 2) / np.maximum(energy, np.float32(1e-6))
        made += np.maximum(gain, 0, out=gain) * band
    return np.rint(np.clip(made * UNIT, -32767, 32767)).astype(np.int16)


def removed_luma(original: Array, clean: Array) -> npt.NDArray[np.float32]:
    """(h, w) of what was taken away, in 8-bit steps of lightness (Rec. 601; the mean of the file's own values)."""
    taken = np.subtract(original, clean, dtype=np.int32)
    steps = np.float32(1 if original.dtype == np.uint8 else 257)
    if taken.shape[2] == 1:
        luma = taken[..., 0].astype(np.float32)
    else:
        luma = (77 * taken[..., 0] + 150 * taken[..., 1] + 29 * taken[..., 2]).astype(np.float32) / np.float32(256)
    luma /= steps
    return luma


def luma(pixels: Array) -> npt.NDArray[np.float32]:
    """(h, w) lightness of the file's own values, Rec. 601, in 8-bit steps."""
    return removed_luma(pixels, np.zeros((1, 1, pixels.shape[2]), pixels.dtype))


def samples(original: Array, clean: Array) -> Iterator[tuple[Array, Array]]:
    """The same parts of both, all over the picture."""
    for part in wavelet.samples(original.shape[:2]):
        yield original[part], clean[part]


def band_noise(pairs: Iterable[tuple[Array, Array]], bands: int = BANDS) -> tuple[float, ...]:
    """Standard deviation of the noise in each band of what was taken away, told by parts (original, clean) of it."""
    found: list[list[npt.NDArray[np.float32]]] = [[] for _ in range(bands)]
    for original, clean in pairs:
        for kept, band in zip(found, wavelet.bands(removed_luma(original, clean), bands), strict=True):
            kept.append(np.abs(band).ravel())
    return tuple(float(np.median(np.concatenate(kept))) / 0.6745 for kept in found)


def _around(bands: int) -> int:
    """Pixels by which the energies of the coarsest band reach further."""
    return wavelet.step_reach(bands - 1) + wavelet.step_reach(bands)
