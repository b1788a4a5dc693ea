"""The Write workspace: the page, the copy desk or questions, and beside them how the model chooses its words.

It shows what it is given and tells what is wished for, as a whole new state; the window decides.
"""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.project import ProjectState
from desktop_app.studio.text_file import is_text_file, read_text
from desktop_app.studio.writers import LARGER_COMMAND
from desktop_app.studio.writing import Mode, WriteState, WritingOptions
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.buttons import chip
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_3, SPACE_4
from desktop_app.ui.picture import incoming
from desktop_app.ui.picture.no_designs import NoDesigns
from desktop_app.ui.write.ask_view import AskView
from desktop_app.ui.write.desk_view import DeskView
from desktop_app.ui.write.draft_view import DraftView
from desktop_app.ui.write.page_session import NEW_SEEDS
from desktop_app.ui.write.page_view import PageView
from desktop_app.ui.write.text_places import clean
from desktop_app.ui.write.write_controls import WriteControls

MODES: tuple[tuple[Mode, str, str], ...] = (
    ("page", "Page", "One text that grows at the cursor"),
    ("desk", "Copy desk", "Several short texts side by side"),
    ("ask", "Ask", "Questions to a model that was taught to answer"),
)
NO_MODEL = (
    "No model writes here yet",
    "The small writer comes with Maquette; its folder is missing here. Import a language model, or run "
    f"“{LARGER_COMMAND}”, which installs a larger one. It stays on this machine.",
    "Import a model…",
)
GONE = "The project’s writer “{}” is not here. Choose another one in the list, or import it; the text is kept."


class WriteRoom(QWidget, NoDesigns):
    changed = Signal(object, str, str)  # WriteState, what the step is called, what it runs together with
    settled = Signal()  # the hand has let go
    title_wished = Signal(str, object)  # text, Take: a line as the title of a design
    selection_changed = Signal()
    pictures_changed = Signal()
    import_wished = Signal()
    file_dropped = Signal(str)  # a model package

    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAcceptDrops(True)
        self.banner = Banner(look)
        self.panel = WriteControls(look)
        self.page = PageView(look, bridge)
        self.desk = DeskView(look, bridge)
        self.ask = AskView(look, bridge)
        self.ask.selected_text = self.page.selected_text
        self._views: dict[Mode, PageView | DraftView] = {"page": self.page, "desk": self.desk, "ask": self.ask}
        self._write = WriteState()
        self._package: Package | None = None
        self._has_models = True
        self._shown: tuple[object, ...] = ()  # by the controls
        self._empty = EmptyView(look, "write")
        self._modes = QButtonGroup(self)
        self._arrange()
        self._connect()
        self._show()

    def _arrange(self) -> None:
        bar = QWidget()
        bar.setObjectName("toolbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        row.setSpacing(0)
        for number, (_, name, help_text) in enumerate(MODES):
            button = chip(name, role="segment")
            button.setToolTip(f"{help_text}  (Alt+{number + 1})")
            button.setProperty("place", "first" if number == 0 else "last" if number == len(MODES) - 1 else "middle")
            self._modes.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self._stack = QStackedWidget()
        for widget in (self._empty, *self._views.values()):
            self._stack.addWidget(widget)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.banner)
        column.addLayout(middle, 1)

    def _connect(self) -> None:
        panel, page = self.panel, self.page
        self._modes.idClicked.connect(self._on_mode)
        self._empty.acted.connect(self.import_wished)
        panel.options_wished.connect(self._on_options)
        panel.kind_wished.connect(self._on_kind)
        panel.seed_wished.connect(self.new_seed)
        panel.settled.connect(self.settled)
        page.failed.connect(self._on_failed)
        page.files_dropped.connect(self.take_files)
        for desk in (self.desk, self.ask):
            desk.title_wished.connect(self.title_wished)
        for view in self._views.values():
            view.changed.connect(self._on_changed)
            view.said.connect(self.say)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_project(self, project: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: the writer, None where it is not here. by_hash: the generators."""
        left = self.view
        self._write, self._package = project.write, package
        for view in dict.fromkeys((left, self.view)):
            view.show_state(project.write, package, project.takes, by_hash)
        if left is not self.view:
            left.stop()
        self._show()

    def show_models(self, packages: Sequence[Package]) -> None:
        """All that write."""
        self._has_models = bool(packages)
        self._show()

    @property
    def write(self) -> WriteState:
        """With all that was written, also what the project has not heard of yet."""
        return replace(self._write, page=self.page.session.page) if self._write.mode == "page" else self._write

    @property
    def view(self) -> PageView | DraftView:
        """The desk in view."""
        return self._views[self._write.mode]

    def _show(self) -> None:
        write, package = self._write, self._package
        is_empty = package is None and not (write.mode == "page" and write.page.text)
        had_focus = self._stack.currentWidget() is self._empty and self._empty.button.hasFocus()
        self._stack.setCurrentWidget(self._empty if is_empty else self.view)
        if is_empty:
            gone = self._has_models and write.package
            title, text, action = (
                ("This model is not here", GONE.format(write.package), NO_MODEL[2]) if gone else NO_MODEL
            )
            self._empty.say(title, text, action)
        for number, (mode, _, _) in enumerate(MODES):
            self._modes.button(number).setChecked(mode == write.mode)
        shown = write.options, write.kind, write.mode, package
        if shown != self._shown:
            self._shown = shown
            self.panel.show_state(write, package)
        if had_focus and not is_empty:
            self.first_focus.setFocus()

    # -- commands --------------------------------------------------------------------------------------------------

    def show_mode(self, mode: Mode) -> None:
        """Another of the three desks."""
        if mode != self._write.mode:
            self.view.stop()
            name = next(name for known, name, _ in MODES if known == mode)
            self._wish(replace(self.write, mode=mode), name, "write mode")
            self.first_focus.setFocus()

    @Slot()
    def write_on(self) -> None:
        """What the desk in view is for."""
        self.view.go()

    @Slot()
    def reroll(self) -> None:
        if self._write.mode == "page":
            self.page.reroll()

    @Slot()
    def stop(self) -> None:
        """What came stays."""
        self.view.stop()

    @Slot()
    def new_seed(self) -> None:
        self._on_options(replace(self._write.options, seed=random.randrange(NEW_SEEDS)), "Seed", "")

    @Slot()
    def toggle_colour(self) -> None:
        options = self._write.options
        self._on_options(replace(options, colour=not options.colour), "Colour by confidence", "")

    @Slot(object)
    def take_files(self, paths: Sequence[Path]) -> None:
        """A text, or a model package."""
        first = paths[0]
        if is_text_file(first):
            self._open_text(first)
        elif first.suffix.lower() == ".zip" or first.is_dir():  # of whatever kind: the import says what it is not
            self.file_dropped.emit(str(first))
        else:
            self.say(f"“{first.name}” is no text: drop a .txt or .md file, or a model.", "warn")

    def _open_text(self, path: Path) -> None:
        try:
            text = clean(read_text(path))
        except StudioError as error:
            self.say(error.message, "error")
            return
        if self._write.mode != "page":
            self.show_mode("page")
        self.page.put(text, f"Open {path.name}")

    def leave(self) -> None:
        """The window closes: end what runs."""
        for view in self._views.values():
            view.leave()

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(object, str, str)
    def _on_changed(self, write: WriteState, label: str, coalesce: str) -> None:
        self._write = write
        self.changed.emit(write, label, coalesce)

    @Slot(object, str, str)
    def _on_options(self, options: WritingOptions, label: str, coalesce: str) -> None:
        self._wish(replace(self.write, options=options), label, coalesce)

    @Slot(str)
    def _on_kind(self, kind: str) -> None:
        self._wish(replace(self.write, kind=kind), "Kind of text")

    @Slot(int)
    def _on_mode(self, number: int) -> None:
        self.show_mode(MODES[number][0])

    def _wish(self, write: WriteState, label: str, coalesce: str = "") -> None:
        self.changed.emit(write, label, coalesce)

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        if not isinstance(error, Cancelled):
            self.banner.say(error.message, tone="error", action="Try again", act=self.page.go)

    @Slot(str, str)
    def say(self, sentence: str, tone: str = "plain") -> None:
        self.banner.say(sentence, tone=tone)  # type: ignore[arg-type]

    @Slot(str)
    def say_mishap(self, sentence: str) -> None:
        """The engine ended. What was written is there."""
        self.banner.say(sentence, tone="warn")

    @property
    def first_focus(self) -> QWidget:
        if self._stack.currentWidget() is self._empty:
            return self._empty.button
        focus: QWidget = self.view.first_focus
        return focus

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (self._write.mode == "page" and self.page.command(event)):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if incoming.brings_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if found := incoming.dropped_files(event):
            self.take_files(found)
