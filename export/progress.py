"""How far a long command is, on stderr, with the time left."""

import sys
import time

EVERY_S = 2.0


class Progress:
    """Work of known weights, told a step at a time: `begin` a part, `tell` within it."""

    def __init__(self, name: str, weights: dict[str, float]) -> None:
        """weights: seconds, roughly, that each part takes; only their shares matter."""
        self._name, self._weights = name, dict(weights)
        self._total = sum(weights.values())
        self._done, self._part = 0.0, ""
        self._started = self._told = time.monotonic()

    def begin(self, part: str) -> None:
        self._done += self._weights.pop(self._part, 0.0)
        self._part = part

    def shorten(self, part: str, share: float) -> None:
        """This share of a part costs nothing this time, as it is kept from before."""
        saved = self._weights.get(part, 0.0) * share
        self._weights[part] = self._weights.get(part, 0.0) - saved
        self._total -= saved

    def tell(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told < EVERY_S:
            return
        self._told = now
        share = (self._done + self._weights.get(self._part, 0.0) * done / max(1, total)) / max(self._total, 1e-9)
        if share > 0:
            left = (now - self._started) * (1 / share - 1)
            print(f"{self._name}: {self._part}, {share:.0%}, {left:.0f} s left", file=sys.stderr, flush=True)
