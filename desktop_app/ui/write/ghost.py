"""What the model would write next, shown while the hands rest and gone when they move. It never blocks anything.

Its job waits in a slot of its own, where the newest counts, and is given up as soon as something is typed.
"""

from functools import partial
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Update
from desktop_app.engine.text_requests import Choosing, Wrote
from desktop_app.studio import page as pages
from desktop_app.studio.jobs import Job
from desktop_app.studio.page import Page, Token
from desktop_app.studio.writing import WritingOptions, request
from desktop_app.ui.bridge import Listener, QueueBridge

REST_MS = 600
LENGTH = 16  # tokens


class Wish(NamedTuple):
    """What the ghost goes on from, and how."""

    page: Page
    package: Package
    options: WritingOptions
    kind: str


class Ghost(QObject):
    rested = Signal()  # the hands did: now is the time to ask
    changed = Signal()  # there is more of it, or it is gone

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._number = 0
        self._job: Job | None = None
        self.text = ""
        self.tokens: tuple[Token, ...] = ()
        self.at = 0
        self._before = ""  # the character at the seam
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.rested)

    @property
    def name(self) -> str:
        """Of this ghost: all words of it that are taken are one step."""
        return f"ghost {self._number}"

    def wait(self) -> None:
        """Something was typed: what is shown goes, and the rest begins anew."""
        self.dismiss()
        self._timer.start()

    def ask(self, wish: Wish) -> None:
        """The most probable words after the cursor, up to the end of the line."""
        self.dismiss()
        self.at = wish.page.cursor
        self._before = wish.page.text[: self.at][-1:]
        text = wish.package.manifest.text
        assert text is not None
        prompt, _ = pages.prompt_of(wish.page, self.at, text.context)
        sure = Choosing(temperature=0.0, repetition_penalty=1.1, banned=wish.options.choosing.banned)
        options = replace(wish.options, choosing=sure, tokens=LENGTH, stop=(*wish.options.stop, "\n"))
        number = self._number
        listener = Listener(self, partial(self._on_update, number), _nothing, _nothing)
        about = request(wish.package, options, prompt=prompt, kind=wish.kind)
        self._job = self._bridge.submit(about, listener, slot="ghost", replace=True)

    def dismiss(self) -> None:
        """Nothing is shown and nothing is asked for."""
        self._timer.stop()
        self._number += 1
        if self._job is not None:
            self._bridge.cancel(self._job)
        self._job = None
        had_text, self.text, self.tokens = bool(self.text), "", ()
        if had_text:
            self.changed.emit()

    def take(self, length: int) -> tuple[str, tuple[Token, ...]]:
        """So many characters of it, and the tokens that lie in them; the rest is still shown, behind them."""
        text, tokens = self.text[:length], pages.whole_tokens(self.tokens, length)
        covered = sum(token.length for token in tokens)
        rest = self.tokens[len(tokens) :]
        if rest and covered < length:  # a token that was cut is text alone
            rest = (Token(rest[0].length - (length - covered), rest[0].token, None), *rest[1:])
        self.text, self.tokens, self.at = self.text[length:], rest, self.at + length
        return text, tokens

    def _on_update(self, number: int, job: Job, update: Update) -> None:
        if number != self._number:
            if not job.unwanted:
                self._bridge.cancel(job)
        elif isinstance(update, Wrote):
            if not self.text:
                update = replace(update, text=pages.seamless(self._before, update.text))
            self.text += update.text
            self.tokens = (*self.tokens, pages.token_of(update))
            self.changed.emit()


def _nothing(_job: Job, _error: StudioError | None = None) -> None:
    """Without it there is a shadow less; what fails here fails aloud where text is asked for."""
