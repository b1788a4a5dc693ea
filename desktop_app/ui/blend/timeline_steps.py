"""What hands do to a walk, each as a new walk and the words of the Edit menu. Pure functions."""

import math
import re

from msgspec.structs import replace

from desktop_app.engine.requests import Design
from desktop_app.studio.walk import MAX_FPS, MAX_KEYS, MAX_SECONDS, Easing, Key, Walk, duration, ways

EASINGS: tuple[tuple[Easing, str], ...] = (
    ("linear", "Linear"),
    ("smooth", "Smooth"),
    ("ease in", "Ease in"),
    ("ease out", "Ease out"),
    ("hold", "Hold"),
)


def with_key_at(walk: Walk, design: Design, gap: int) -> Walk:
    """One more key before the key of that number; a full walk as it was."""
    if len(walk.keys) >= MAX_KEYS:
        return walk
    return replace(walk, keys=(*walk.keys[:gap], Key(design), *walk.keys[gap:]))


def without_key(walk: Walk, number: int) -> Walk:
    return replace(walk, keys=walk.keys[:number] + walk.keys[number + 1 :])


def with_key_twice(walk: Walk, number: int) -> Walk:
    if len(walk.keys) >= MAX_KEYS:
        return walk
    return replace(walk, keys=(*walk.keys[: number + 1], *walk.keys[number:]))


def with_key_moved(walk: Walk, number: int, gap: int) -> tuple[Walk, int]:
    """A key with its way put before the key that had the number `gap`; and the number it has now."""
    target = gap - (gap > number)
    others = walk.keys[:number] + walk.keys[number + 1 :]
    target = min(max(target, 0), len(others))
    return replace(walk, keys=(*others[:target], walk.keys[number], *others[target:])), target


def with_seconds(walk: Walk, way: int, seconds: float) -> Walk:
    return _with_key(walk, way, replace(walk.keys[way], seconds=min(max(seconds, 0.0), MAX_SECONDS)))


def with_easing(walk: Walk, way: int, easing: Easing) -> Walk:
    return _with_key(walk, way, replace(walk.keys[way], easing=easing))


def with_easing_everywhere(walk: Walk, easing: Easing) -> Walk:
    return replace(walk, keys=tuple(replace(key, easing=easing) for key in walk.keys))


def with_duration(walk: Walk, seconds: float) -> Walk:
    """All ways longer or shorter by the same factor; where none has a length, all the same."""
    whole, count = duration(walk), ways(walk)
    if not count:
        return walk

    def stretched(key: Key) -> float:
        length = key.seconds * seconds / whole if whole > 0 else seconds / count
        return min(round(length, 6), MAX_SECONDS)

    return replace(walk, keys=tuple(replace(key, seconds=stretched(key)) for key in walk.keys))


def read_seconds(text: str, fps: float) -> float | None:
    """“1.5”, “1,5 s”, “40 frames” or “40f” in seconds; None where it says no time that can be."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d*)?|[.,]\d+)\s*(s|sec|seconds?|f|fr|frames?)?\s*", text.lower())
    if found is None:
        return None
    value = float(found[1].replace(",", "."))
    seconds = value / fps if (found[2] or "").startswith("f") else value
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def is_rate(fps: float) -> bool:
    return 0.0 < fps <= MAX_FPS


def _with_key(walk: Walk, number: int, key: Key) -> Walk:
    return replace(walk, keys=(*walk.keys[:number], key, *walk.keys[number + 1 :]))
