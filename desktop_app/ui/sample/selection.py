"""Which tiles are chosen, which one has the focus, and where a range began: one value, changed by steps."""

from dataclasses import dataclass, replace

from desktop_app.ui.sample.sheet_layout import span


@dataclass(frozen=True)
class Selection:
    chosen: frozenset[int] = frozenset()
    focus: int = 0
    anchor: int = 0

    def only(self, index: int) -> "Selection":
        return Selection(frozenset([index]), index, index)

    def toggled(self, index: int) -> "Selection":
        return Selection(self.chosen ^ {index}, index, index)

    def extended(self, index: int, *, keep: bool = False) -> "Selection":
        """From the anchor to a tile; `keep` adds to what was chosen."""
        reach = frozenset(span(self.anchor, index))
        return replace(self, chosen=self.chosen | reach if keep else reach, focus=index)

    def focused(self, index: int) -> "Selection":
        return replace(self, focus=index)

    def all_of(self, indices: range) -> "Selection":
        return replace(self, chosen=frozenset(indices))

    def cleared(self) -> "Selection":
        return replace(self, chosen=frozenset())

    def within(self, count: int) -> "Selection":
        """What is left of it in a list of `count` tiles."""
        last = max(0, count - 1)
        kept = frozenset(i for i in self.chosen if i < count)
        return Selection(kept, min(self.focus, last), min(self.anchor, last))
