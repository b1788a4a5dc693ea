"""Where a run stands in its budget, and values that move with it."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Clock:
    """The budget is minutes or images; every schedule is a function of the fraction that is spent."""

    fraction: float  # 0..1 of the budget
    seen: int  # images so far
    total: float  # images of the whole run, an estimate where the budget is minutes


def cosine(pair: tuple[float, float], fraction: float) -> float:
    """From pair[0] to pair[1] along half a cosine, the schedule of R3GAN (arXiv 2501.05441)."""
    start, end = pair
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(max(fraction, 0.0), 1.0)))


def ema_decay(pair: tuple[float, float], clock: Clock, *, batch: int) -> float:
    """0.5 ** (batch / half-life in images); 0 while the half-life is still zero."""
    half_life = cosine(pair, clock.fraction) * clock.total
    return 0.5 ** (batch / half_life) if half_life > 0 else 0.0


def trapezoid(peak: float, clock: Clock, warm_up: float, decay_from: float) -> float:
    """Up from 0 until `warm_up` of the budget, level until `decay_from`, then straight down to 0."""
    rise = clock.fraction / warm_up if warm_up else 1.0
    fall = (1 - clock.fraction) / (1 - decay_from)
    return peak * max(0.0, min(1.0, rise, fall))
