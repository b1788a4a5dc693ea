"""Which edits by hand are one step to undo: a word at a time, and no step across a pause or a jump."""

from time import monotonic

PAUSE_S = 2.0


class TypingSteps:
    def __init__(self) -> None:
        self._number = 0
        self._kind = ""
        self._next_at = -1  # where the next letter goes on the step, or what is deleted next ends
        self._is_between_words = False
        self._touched = 0.0

    def end(self) -> None:
        """The next edit is a step of its own."""
        self._kind = ""

    def key(self, start: int, removed: int, inserted: str) -> str:
        """What this edit runs together with."""
        kind = "Typing" if inserted and not removed else "Delete" if removed and not inserted else ""
        now = monotonic()
        if not (
            kind and kind == self._kind and now - self._touched < PAUSE_S and self._goes_on(start, removed, inserted)
        ):
            self._number += 1
        self._kind, self._touched = kind, now
        self._next_at = start + len(inserted)
        self._is_between_words = inserted[-1:].isspace()
        return f"{kind or 'Replace'} {self._number}"

    def _goes_on(self, start: int, removed: int, inserted: str) -> bool:
        if removed:
            return self._next_at in (start, start + removed)
        return start == self._next_at and not (self._is_between_words and not inserted[:1].isspace())
