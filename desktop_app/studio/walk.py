"""A walk through key frames as plain values, and the design on each of its frames: pure functions."""

from typing import Literal

from desktop_app.engine.requests import Design, Frozen

Easing = Literal["linear", "smooth", "ease in", "ease out", "hold"]
Curve = Literal["straight", "spline"]


class Key(Frozen, frozen=True):
    design: Design
    seconds: float = 1.0  # from this key to the next one
    easing: Easing = "smooth"  # of that way


class Walk(Frozen, frozen=True):
    keys: tuple[Key, ...] = ()
    loop: bool = True  # the last key leads back to the first
    curve: Curve = "straight"
    even: bool = False  # re-timed, so that what is seen changes at constant speed
    fps: float = 25.0
