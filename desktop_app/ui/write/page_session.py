"""The page as it is worked on: what hands and model do to it, told as steps to undo.

While the model writes, the page here is ahead of the project's, which hears of it a few times a second, as one step.
"""

import random
from itertools import count
from time import monotonic

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.text_requests import Alternative, Began, Wrote
from desktop_app.studio import page as pages
from desktop_app.studio.page import How, Page, Place, Token
from desktop_app.studio.writing import WriteState, WritingOptions, request
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.write.page_stream import PageStream
from desktop_app.ui.write.typing_steps import TypingSteps

NEW_SEEDS = 1_000_000  # short enough to read out
TELL_S = 0.3  # how often the project hears of what is being written


class PageSession(QObject):
    changed = Signal(object, str, str)  # WriteState, what the step is called, what it runs together with
    replaced = Signal()  # the text is another one: the project's, or a prediction's whole place
    grew = Signal(int, str)  # the model wrote: where, what
    retold = Signal()  # the page is the same text with other marks
    said = Signal(str, str)  # sentence, tone
    failed = Signal(object)  # StudioError

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stream = PageStream(bridge, "write page", self)
        self.write = WriteState()
        self.page = Page()
        self.package: Package | None = None
        self.cut = 0  # characters that the last prediction did not read
        self._told: Page = self.page
        self._told_at = 0.0
        self._begun: Page | None = None  # what the first token will stand in
        self._options: WritingOptions | None = None  # with a new seed, once something came of it
        self._step = ("", "")  # what the prediction under way is called, and runs together with
        self._left_out = 0
        self._numbers = count()
        self._typing = TypingSteps()
        self.stream.began.connect(self._on_began)
        self.stream.wrote.connect(self._on_wrote)
        self.stream.ended.connect(self._on_ended)
        self.stream.failed.connect(self._on_failed)

    @property
    def options(self) -> WritingOptions:
        return self.write.options

    @property
    def kind(self) -> str:
        """Of text; empty where this model does not know it."""
        text = self.package.manifest.text if self.package else None
        return self.write.kind if text and any(kind.name == self.write.kind for kind in text.kinds) else ""

    def show(self, write: WriteState, package: Package | None) -> None:
        """What the project says. Another text than was told ends what is being written."""
        is_other = write.page is not self._told and write.page != self._told
        has_moved = package is None or self.package is None or package.sha256 != self.package.sha256
        if is_other:
            self._step = ("", "")
            cursor = pages.cursor_after(self.page, write.page)
            self._told, self.page = write.page, replace(write.page, cursor=cursor)
            self._typing.end()
        self.write, self.package = write, package
        if is_other or has_moved:
            self.stream.stop()
        if is_other:
            self.replaced.emit()

    # -- by hand ---------------------------------------------------------------------------------------------------

    def edit(self, start: int, removed: int, inserted: str, label: str = "") -> None:
        """What was typed; the model stops where it was writing. label: where it is more than typing."""
        self.stop()
        self.page = pages.edited(self.page, start, removed, inserted)
        key = "" if label else self._typing.key(start, removed, inserted)
        if label:
            self._typing.end()
        self._tell(label or key.rsplit(" ", 1)[0], key)

    def move(self, cursor: int) -> None:
        """The cursor is elsewhere: no step."""
        self.page = replace(self.page, cursor=cursor)

    def accept(self, at: int, text: str, tokens: tuple[Token, ...], key: str) -> None:
        """Ghost text, or the next word of it. key: of all words of one ghost."""
        self.stop()
        self._typing.end()
        self.page = pages.accepted(self.page, at, text, tokens)
        self._tell("Accept", key)
        self.replaced.emit()

    # -- by the model ----------------------------------------------------------------------------------------------

    def write_on(self, at: int) -> None:
        """From a place, with what stands before it."""
        if not self.stream.is_busy:
            self._start("Write on", self.page, at, self.options)

    def reroll(self) -> None:
        """What was written last, once more with another seed."""
        self.stop()
        last = self.page.last
        if last is None:
            self.said.emit("There is nothing to re-roll here yet. Ctrl+Return writes on at the cursor.", "plain")
            return
        if self.options.choosing.temperature == 0:
            self.said.emit("At temperature 0 every seed writes the same. Raise it, or choose another preset.", "plain")
            return
        options = replace(self.options, seed=random.randrange(NEW_SEEDS))
        self._start("Re-roll", pages.without_last(self.page), last.start, options, last.first)

    def take(self, place: Place, other: Alternative) -> None:
        """Another token: of the model's own, it goes on from there; of what was typed, it takes that place."""
        self.stop()
        if place.run in self.page.runs:
            shorter, before = pages.branched(self.page, place)
            self._start("Another word", shorter, place.start, self.options, (*before, other.token))
        elif pages.REPLACEMENT not in other.text:
            self.page = pages.edited(self.page, place.start, place.end - place.start, other.text)
            self._tell("Another word", "")
            self.replaced.emit()

    def stop(self) -> None:
        """What came stays."""
        self.stream.stop()

    def _start(self, label: str, page: Page, at: int, options: WritingOptions, first: tuple[int, ...] = ()) -> None:
        if self.package is None or self.package.manifest.text is None:
            return
        self._typing.end()
        self._step = label, f"write {next(self._numbers)}"
        self._options = options
        prompt, self._left_out = pages.prompt_of(page, at, self.package.manifest.text.context)
        self._begun = pages.begun(page, at, options.seed, first, self._how(self.package, options))
        self.stream.start(request(self.package, options, prompt=prompt, kind=self.kind, first=first))

    def _how(self, package: Package, options: WritingOptions) -> How:
        return How(
            package.name, package.sha256, self.kind, options.choosing, options.tokens, options.stop, self._left_out
        )

    def _tell(self, label: str, key: str) -> None:
        self._told, self._told_at = self.page, monotonic()
        self.write = replace(self.write, page=self.page)
        self.changed.emit(self.write, label, key)

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_began(self, began: Began) -> None:
        self.cut = began.cut + self._left_out

    @Slot(object)
    def _on_wrote(self, wrote: Wrote) -> None:
        if self._begun is not None:
            self._open(self._begun)
        last = self.page.last
        assert last is not None
        self.page = pages.grown(self.page, wrote)
        assert self.page.last is not None
        self.grew.emit(last.end, self.page.text[last.end : self.page.last.end])
        if monotonic() - self._told_at > TELL_S:
            self._tell(*self._step)

    def _open(self, begun: Page) -> None:
        """The first token is here: only now does it take the place of what it is written for."""
        self._begun = None
        if self._options is not None:
            self.write = replace(self.write, options=self._options)
        is_same = begun.text == self.page.text
        self.page = replace(begun, cursor=self.page.cursor) if is_same else begun
        if not is_same:
            self.replaced.emit()

    @Slot(str)
    def _on_ended(self, _why: str) -> None:
        step, self._step = self._step, ("", "")
        was_begun, self._begun = self._begun is None, None
        if step[0] and was_begun:
            self.page = pages.finished(self.page)
            self._tell(*step)
            self.retold.emit()

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        self.failed.emit(error)
