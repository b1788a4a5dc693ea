"""What must hold of a text that is being written: limits, banned words, and strings that it stops before.

All of it is about characters, whatever the tokens; the case of letters does not count (Unicode's full case folding,
which folds each character by itself, so that the folded text grows as the text does).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from desktop_app.engine.errors import RequestError
from desktop_app.engine.text_requests import Complete
from desktop_app.engine.words import needs_space

Spell = Callable[[str], list[int] | None]

_SEPARATORS = ("", ",", ".", ";", ":", " –", "!", "\n")  # tried in this order where the plain way would be banned


@dataclass(frozen=True)
class Required:
    """A word or phrase that must come. tokens: how many it takes at most, with a space and a sign before it."""

    text: str
    folded: str
    tokens: int


@dataclass(frozen=True)
class Form:
    """A way to write a phrase after the text as it is."""

    text: str
    tokens: tuple[int, ...]


class TextRules:
    """The text of one branch and what holds of it. RequestError where no text can be as the limits say.

    spell: tokens that stand for exactly a text. room: tokens that may be written.
    """

    def __init__(self, request: Complete, spell: Spell, *, room: int) -> None:
        limits = request.limits
        self.text = ""
        self.needed_until = 0  # text[:needed_until] has all in it that is required
        self.stop_at: int | None = None  # where the first stop string begins
        self.characters = limits.characters
        self._spell = spell
        self._stops = [stop for stop in request.stop if stop]
        self._avoid = _folded(limits.avoid)
        self._banned = [*self._avoid, *_folded(request.choosing.banned)]
        self._folded = ""
        self.missing = self._required(limits.contain)
        self._refuse_the_impossible(room)
        self._slack = self.slack(room)

    # -- what may come next

    def may(self, new: str) -> bool:
        """Whether these characters, after the text, complete nothing banned, nor a stop before all is there."""
        folded = new.casefold()
        for banned in self._banned:
            if banned in self._folded[max(0, len(self._folded) - len(banned) + 1) :] + folded:
                return False
        stop = self._stop_in(new)
        return stop is None or (stop >= self.needed_until and not self._missing_after(new))

    def fits(self, new: str, tokens_left: int) -> bool:
        """Whether there is room for these characters, and after them for all that is required and still missing.

        tokens_left: how many may be written after these characters.
        """
        missing = self._missing_after(new)
        if missing and sum(one.tokens for one in missing) > tokens_left:
            return False
        return self.characters is None or self._length(self.text + new, missing) <= self.characters

    def avoids(self, text: str) -> bool:
        """Whether this text has nothing in it that the limits forbid."""
        return not any(word in text.casefold() for word in self._avoid)

    def push(self, new: str) -> None:
        """These characters come next."""
        begin = len(self.text)
        self.stop_at = self._stop_in(new) if self.stop_at is None else self.stop_at
        missing = self._missing_after(new)
        self.text += new
        if len(missing) < len(self.missing):
            self.needed_until = self._first_with_all(begin, missing)
        self._folded += new.casefold()
        self.missing = missing

    # -- what is required

    def reserve(self) -> int:
        """Tokens that all that is missing takes."""
        return sum(one.tokens for one in self.missing)

    def slack(self, tokens_left: int) -> tuple[int, int]:
        """Characters and tokens that are not needed for what is missing; characters without a limit are many."""
        return self._slack_in_characters(), tokens_left - self.reserve()

    def used(self, tokens_left: int, *, but: int) -> float:
        """How much of the slack is used up, 0 to 1, where as many characters and half as many tokens are left."""
        characters, tokens = self.slack(tokens_left)
        first_characters, first_tokens = self._slack
        shares = (
            (first_characters - characters) / max(1, first_characters - but),
            (first_tokens - tokens) / max(1, first_tokens - but // 2),
        )
        return min(1.0, max(0.0, *shares))

    def forms(self, tokens_left: int, *, plain: bool = False) -> Iterator[Form]:
        """Ways to write what is missing here, in its own case and with a capital; `plain`, without a sign before it."""
        for separator in _SEPARATORS[:1] if plain else _SEPARATORS:
            for one in self.missing:
                for word in dict.fromkeys((one.text, one.text[0].upper() + one.text[1:])):
                    if (form := self._form(separator, word, one, tokens_left)) is not None:
                        yield form

    def _form(self, separator: str, word: str, one: Required, tokens_left: int) -> Form | None:
        before = self.text + separator
        text = separator + (" " if needs_space(before) and not word[0].isspace() else "") + word
        if one.folded not in text.casefold() or not self.may(text):
            return None
        tokens = self._spell(text)
        fitting = tokens and self.fits(text, tokens_left - len(tokens))
        return Form(text, tuple(tokens)) if tokens and fitting else None

    # -- where a text may end

    def sure_until(self) -> int:
        """text[:sure_until()] does not reach into what may become a stop string."""
        waiting = (
            size
            for stop in self._stops
            for size in range(min(len(stop) - 1, len(self.text)), 0, -1)
            if self.text.endswith(stop[:size])
        )
        return len(self.text) - max(waiting, default=0)

    # -- inside

    def _required(self, phrases: Sequence[str]) -> list[Required]:
        """Those that no other one contains."""
        unique = {phrase.casefold(): phrase for phrase in phrases if phrase}
        needed = [f for f in unique if not any(f in other for other in unique if other != f)]
        return [Required(unique[folded], folded, self._tokens_for(unique[folded])) for folded in needed]

    def _tokens_for(self, phrase: str) -> int:
        spelled = [self._spell(way + phrase) for way in ("", " ")]
        if None in spelled:
            raise RequestError(
                f"This model cannot write “{phrase}”: its vocabulary lacks a sign of it. Require another word."
            )
        return max(len(tokens) for tokens in spelled if tokens) + 1

    def _refuse_the_impossible(self, room: int) -> None:
        if self.characters is not None and self.characters < 0:
            raise RequestError("A text cannot have fewer than no characters. Allow more.")
        for one in self.missing:
            if banned := next((word for word in self._banned if word in one.folded), None):
                raise RequestError(
                    f"The text must contain “{one.text}”, but “{banned}” is banned. Drop one of the two."
                )
            if stop := next((stop for stop in self._stops if stop.casefold() in one.folded), None):
                raise RequestError(
                    f"The text must contain “{one.text}”, but stops before “{stop}”. Drop one of the two."
                )
        needed = self._length("", self.missing)
        if self.characters is not None and needed > self.characters:
            raise RequestError(
                f"What the text must contain takes {needed} characters, {self.characters} are allowed. Allow more, or "
                "require fewer words."
            )
        if self.reserve() > room:
            raise RequestError(
                f"What the text must contain takes up to {self.reserve()} tokens, there is room for {room}. Allow a "
                "longer text, or require fewer words."
            )

    def _length(self, text: str, missing: Sequence[Required]) -> int:
        """Characters with all that is missing appended, surrounding space not counted."""
        if not missing:
            return len(text.strip())
        begun = len(text.lstrip())
        spaces = len(missing) - (begun == 0) - (begun > 0 and text[-1].isspace())
        return begun + spaces + sum(len(one.text) for one in missing)

    def _slack_in_characters(self) -> int:
        return 1 << 30 if self.characters is None else self.characters - self._length(self.text, self.missing)

    def _missing_after(self, new: str) -> list[Required]:
        """Of what is missing, what is not in the text up to a stop either."""
        if not self.missing:
            return []
        stop = self._stop_in(new)
        added = new if stop is None else new[: max(0, stop - len(self.text))]
        folded = added.casefold()
        seen = self._folded[max(0, len(self._folded) - max(len(one.folded) for one in self.missing)) :] + folded
        return [one for one in self.missing if one.folded not in seen]

    def _first_with_all(self, begin: int, missing: Sequence[Required]) -> int:
        """The shortest beginning of the text that has in it what it has now."""
        here = [one for one in self.missing if one not in missing]
        longest = max(len(one.folded) for one in here)
        for end in range(begin, len(self.text)):
            tail = self.text[max(0, begin - longest) : end].casefold()
            if all(one.folded in tail for one in here):
                return end
        return len(self.text)

    def _stop_in(self, new: str) -> int | None:
        """Where the first stop string begins that these characters complete."""
        places = []
        for stop in self._stops:
            begin = max(0, len(self.text) - len(stop) + 1)
            found = (self.text[begin:] + new).find(stop)
            places += [begin + found] if found >= 0 else []
        return min(places, default=None)


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words if word]
