"""The copy desk: a brief above, its lines side by side below, and the way through the tree between the two."""

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio import copy_desk as desks
from desktop_app.studio.ask import as_title
from desktop_app.studio.copy_asking import NO_BRIEF, Refusal, next_batch, request_of
from desktop_app.studio.copy_desk import Batch
from desktop_app.studio.project import Take
from desktop_app.studio.writers import answers
from desktop_app.studio.writing import WriteState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import announce
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.controls.labels import label
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_3, SPACE_4
from desktop_app.ui.write import desk_scene
from desktop_app.ui.write.desk_brief import DeskBrief
from desktop_app.ui.write.desk_wishes import DeskWishes
from desktop_app.ui.write.draft_view import DraftView
from desktop_app.ui.write.line_grid import LineGrid
from desktop_app.ui.write.path_bar import PathBar

SLOT = "copy desk"
EXAMPLE = "A lamp of oak and glass that dims like a candle. Tagline:"
EMPTY = (
    "Many short lines at once",
    "Write a brief above, or take an example. Each click writes a handful of lines side by side, within the limits you "
    "set; any of them can be gone on from.",
)
COLON = "A brief that ends with a colon, as “Tagline:”, asks for whole lines."
NOTHING_KEPT = ("No line is kept", "The star on a card keeps its line; here all of them stand together.")


class DeskView(DraftView):
    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, SLOT, parent)
        self._batch: Batch | None = None  # that is being written
        self.wishes = DeskWishes(self)
        self.brief = DeskBrief()
        self.path = PathBar(look)
        self.grid = LineGrid(look)
        self._parent = label("", role="title", wrap=True, selectable=True)
        self._parent.setContentsMargins(SPACE_4, SPACE_1, SPACE_4, SPACE_3)
        self._empty = EmptyView(look, "branch")
        self._arrange()
        self._connect()
        self._show()

    def _arrange(self) -> None:
        self._area = scrolled(self.grid)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.brief)
        column.addWidget(self.path)
        column.addWidget(self._parent)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        wishes, brief, grid = self.wishes, self.brief, self.grid
        wishes.changed.connect(self.changed)
        brief.brief_typed.connect(wishes.set_brief)
        brief.count_set.connect(wishes.set_count)
        brief.limits_set.connect(wishes.set_limits)
        brief.one_line_set.connect(wishes.set_one_line)
        brief.asks_set.connect(wishes.set_asks)
        brief.go_wished.connect(self.go)
        brief.stop_wished.connect(self.stop)
        self.path.chosen.connect(self._on_crumb)
        self.path.kept_toggled.connect(self._show)
        grid.branch_wished.connect(self.branch)
        grid.kept.connect(wishes.keep)
        grid.rewritten.connect(wishes.rewrite)
        grid.copy_wished.connect(self.copy)
        grid.title_wished.connect(self.choose_title)
        grid.remove_wished.connect(wishes.remove)
        self.job.grew.connect(self._show_lines)
        self.job.ended.connect(self._on_ended)
        self._empty.acted.connect(self._take_example)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_state(
        self, write: WriteState, package: Package | None, takes: tuple[Take, ...], by_hash: Mapping[str, Package]
    ) -> None:
        is_other = self._take_in(write, package, takes, by_hash)
        self.wishes.write = write
        if is_other or self._is_orphaned:
            self.stop()
        self._show()

    @property
    def _is_orphaned(self) -> bool:
        """Whether the line has gone that is being gone on from."""
        parent = self._batch.parent if self._batch is not None else desks.BRIEF
        return parent != desks.BRIEF and desks.branch_of(self._write.desk, parent) is None

    @Slot()
    def _show(self) -> None:
        can_ask = self._package is not None and answers(self._package)
        self.brief.show_desk(self._write.desk, can_ask=can_ask)
        self._show_lines()

    @Slot()
    def _show_lines(self) -> None:
        desk, shows_kept = self._write.desk, self.path.kept.isChecked()
        sha256 = self._package.sha256 if self._package is not None else ""
        if shows_kept:
            sections = desk_scene.kept_section(desk)
        else:
            sections = desk_scene.sections(desk, sha256, self._batch, self.job.drafts)
        self.path.show_path(desk_scene.path(desk), len(desks.kept(desk)))
        parent = desks.branch_of(desk, desk.at)
        self._parent.setText(parent.line if parent is not None else "")
        self._parent.setVisible(parent is not None and not shows_kept)
        self.grid.show_sections(sections)
        self._stack.setCurrentWidget(self._area if sections else self._empty)
        self._say_empty(shows_kept=shows_kept)
        can_go = self._package is not None
        self.brief.show_going(self.job.told, is_busy=self.is_busy, can_go=can_go)

    def _say_empty(self, *, shows_kept: bool) -> None:
        if shows_kept:
            self._empty.say(*NOTHING_KEPT)
        elif self._write.desk.at != desks.BRIEF:
            self._empty.say("Nothing goes on from here yet", "Write lines that go on from this one.", "Write")
        else:
            self._empty.say(*EMPTY, "" if self._write.desk.brief.strip() else "Take an example")

    # -- writing ---------------------------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        return self._batch is not None

    @Slot()
    def go(self) -> None:
        """Write as many lines as are wished for, from where one stands."""
        if self._package is None:
            return
        batch = next_batch(self._write, self._package)
        if isinstance(batch, Refusal):
            self.said.emit(batch.sentence, "warn")
            if batch.sentence == NO_BRIEF:
                self.brief.brief.setFocus()
            return
        self.stop()
        self.path.kept.setChecked(False)
        self._batch = batch
        self.job.start(request_of(self._package, batch, self._write.desk))
        self.busy_changed.emit(True)
        self._show_lines()
        self._area.verticalScrollBar().setValue(0)

    @Slot(object)
    def _on_ended(self, error: StudioError | None) -> None:
        batch, self._batch = self._batch, None
        if batch is not None:
            self.wishes.land(batch, self.job.drafts)
        self._tell_failure(error)
        if error is None and batch is not None:
            self._tell_empty(batch)
        self.busy_changed.emit(False)
        self._show_lines()
        announce(self, f"{len(self.grid.cards)} lines")

    def _tell_empty(self, batch: Batch) -> None:
        empty = sum(not desks.has_words(draft.text) for draft in self.job.drafts)
        if empty:
            self.said.emit(f"{empty} of {batch.count} lines ended before their first word. {COLON}", "warn")

    @Slot(int)
    def branch(self, number: int) -> None:
        """To what goes on from a line; where nothing does, it is written."""
        is_new = not desks.children(self._write.desk, number)
        self.path.kept.setChecked(False)
        self.wishes.walk(number)
        if is_new and self._write.desk.at == number:
            self.go()

    @Slot(int)
    def _on_crumb(self, number: int) -> None:
        self.path.kept.setChecked(False)
        self.wishes.walk(number)

    @Slot()
    def _take_example(self) -> None:
        if self._write.desk.at != desks.BRIEF:
            self.go()
        else:
            self.wishes.set_brief(EXAMPLE)
            self.brief.brief.setFocus()

    # -- what becomes of a line ------------------------------------------------------------------------------------

    @Slot(int)
    def copy(self, number: int) -> None:
        branch = desks.branch_of(self._write.desk, number)
        if branch is not None:
            self._copy(branch.line)

    @Slot(int)
    def choose_title(self, number: int) -> None:
        branch, card = desks.branch_of(self._write.desk, number), self.grid.card(number)
        if branch is None or card is None:
            return
        text = as_title(branch.line)
        self._ask_which_take(lambda take: self.title_wished.emit(text, take), card.title)

    # -- for the room ----------------------------------------------------------------------------------------------

    @property
    def first_focus(self) -> QWidget:
        return self.brief.brief
