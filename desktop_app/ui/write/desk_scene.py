"""From the copy desk to what is seen of it: heads, cards and the path through the tree. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.studio import copy_desk as desks
from desktop_app.studio.copy_asking import limit_words
from desktop_app.studio.copy_desk import BRIEF, Batch, Branch, CopyDesk, Why
from desktop_app.studio.drafts import Draft, bits_a_word
from desktop_app.studio.writing import preset_of
from desktop_app.ui.controls.labels import shortened

LIVE = 0  # the number of a line that is still being written
CRUMB = 24  # letters of a line in the path
ENDED: dict[Why, str] = {
    "limit": "ended by the limits",
    "length": "ended at the set length",
    "stopped": "stopped",
    "context": "the model’s context is full",
}


@dataclass(frozen=True)
class CardScene:
    """One line. before: what it took over from its parent, as far as it still stands; both without space around."""

    number: int
    before: str
    text: str
    bits: tuple[float, ...] = ()  # of the words of `text`
    most: int | None = None  # characters
    breaks: tuple[str, ...] = ()
    note: str = ""
    below: int = 0  # lines that go on from it
    is_kept: bool = False
    is_live: bool = False

    @property
    def line(self) -> str:
        return (self.before + self.text).strip()

    @property
    def count_words(self) -> str:
        length = len(self.line)
        return f"{length} / {self.most}" if self.most is not None else f"{length}"


@dataclass(frozen=True)
class Section:
    """The lines of one batch under what they were asked with; of a kept list, lines of many."""

    key: int
    head: str
    cards: tuple[CardScene, ...]


@dataclass(frozen=True)
class Crumb:
    number: int
    text: str
    tip: str


def sections(desk: CopyDesk, package_sha256: str, live: Batch | None, drafts: Sequence[Draft]) -> tuple[Section, ...]:
    """What goes on from the branch in view, the newest first; what is being written before all."""
    found = [
        Section(
            batch.number,
            head(batch, desk, package_sha256),
            tuple(card(desk, branch, batch) for branch in desks.lines_of(desk, batch)),
        )
        for batch in desks.batches_of(desk, desk.at)
    ]
    if live is not None and live.parent == desk.at:
        cards = tuple(live_card(desk, live, draft) for draft in drafts)
        found.insert(0, Section(live.number, head(live, desk, package_sha256), cards))
    return tuple(found)


def kept_section(desk: CopyDesk) -> tuple[Section, ...]:
    """All kept lines of the tree."""
    cards = tuple(card(desk, branch, desks.batch_of(desk, branch)) for branch in desks.kept(desk))
    return (Section(-1, "Kept lines of the whole tree", cards),) if cards else ()


def head(batch: Batch, desk: CopyDesk, package_sha256: str) -> str:
    """What a batch was asked with, as far as it tells it from others."""
    words = [f"Seed {batch.seed}", preset_of(batch.choosing) or f"temperature {batch.choosing.temperature:g}"]
    words += limit_words(batch.limits)
    if batch.asked:
        words.append("asked for")
    if batch.sha256 != package_sha256:
        words.append(batch.package)
    if batch.brief.strip() != desk.brief.strip():
        words.append(f"of “{shortened(batch.brief, 40)}”")
    return "  ·  ".join(words)


def card(desk: CopyDesk, branch: Branch, batch: Batch) -> CardScene:
    notes = ["changed by hand"] if branch.edited else [ENDED[branch.why]] if branch.why in ENDED else []
    return CardScene(
        branch.number,
        branch.text[: branch.start].lstrip(),
        branch.text[branch.start :] if branch.start else branch.line,
        branch.bits,
        batch.limits.characters,
        desks.breaks(branch.line, batch.limits),
        ", ".join(notes),
        len(desks.children(desk, branch.number)),
        branch.kept,
    )


def live_card(desk: CopyDesk, batch: Batch, draft: Draft) -> CardScene:
    """A line that is being written; the limits are kept when it has ended, not before."""
    parent = desks.branch_of(desk, batch.parent)
    before = parent.text.lstrip() if parent is not None else ""
    text = desks.seamed(draft.text) if before else draft.text.lstrip()
    return CardScene(LIVE, before, text.rstrip(), bits_a_word(draft), batch.limits.characters, is_live=not draft.why)


def path(desk: CopyDesk) -> tuple[Crumb, ...]:
    """The brief, and the lines on the way to the one in view, each with how many go on from it."""
    found = [Crumb(BRIEF, _crumb("Brief", desk, BRIEF), "All lines that go on from the brief itself")]
    for branch in desks.ancestors(desk, desk.at):
        found.append(
            Crumb(branch.number, _crumb(f"“{shortened(branch.line, CRUMB)}”", desk, branch.number), branch.line)
        )
    return tuple(found)


def _crumb(words: str, desk: CopyDesk, number: int) -> str:
    below = len(desks.children(desk, number))
    return f"{words}  {below}" if below else words
