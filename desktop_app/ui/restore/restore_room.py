"""The Restore workspace: a picture before and after, how it is compared, and beside it what is done to it.

It shows what it is given and tells what is wished for, as a whole new state; the window decides.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.library import Library
from desktop_app.studio.project import ProjectState
from desktop_app.studio.restoration import RestoreState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.errands import Errands
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture import incoming
from desktop_app.ui.picture.no_designs import NoDesigns
from desktop_app.ui.restore.batches import Batches
from desktop_app.ui.restore.overlay import LocalOverlay, MaskOverlay, OverlayKind
from desktop_app.ui.restore.picture_choice import PictureChoice
from desktop_app.ui.restore.plane import View
from desktop_app.ui.restore.restore_canvas import RestoreCanvas
from desktop_app.ui.restore.restore_controls import RestoreControls
from desktop_app.ui.restore.restore_models import Task, best, task_of
from desktop_app.ui.restore.restore_panel import RestorePanel
from desktop_app.ui.restore.restore_run import as_used
from desktop_app.ui.restore.restore_session import RestoreSession
from desktop_app.ui.restore.restore_wishes import RestoreWishes
from desktop_app.ui.restore.saving import Saver
from desktop_app.ui.restore.shown_layers import ShownLayers
from desktop_app.ui.restore.trust import Trust
from desktop_app.ui.restore.words import EMPTY, NO_MODEL

HOLD_KEY = Qt.Key.Key_Backslash


class RestoreRoom(QWidget, NoDesigns):
    wished = Signal(object, str, str)  # RestoreState, what the step is called, what it runs together with
    settled = Signal()  # the hand has let go
    package_wished = Signal(str)
    selection_changed = Signal()
    pictures_changed = Signal()
    import_wished = Signal()
    file_dropped = Signal(str)  # a model package
    working = Signal(str, float)  # words for the status bar, empty at the end; share

    def __init__(self, look: Look, bridge: QueueBridge, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAcceptDrops(True)
        self.banner = Banner(look)
        self.controls = RestoreControls(look)
        self.canvas = RestoreCanvas(look)
        self.panel = RestorePanel(look)
        self.wishes = RestoreWishes(self)
        self.session = RestoreSession(bridge, self)
        self._analysis = Errands("look at picture", self)
        self.shown = ShownLayers(self.session, self.canvas, self._analysis, self)
        self.choice = PictureChoice(self.session.errands, self)
        self.saver = Saver(self.session, self)
        self.trust = Trust(bridge, self.session, self._analysis, self.panel.honest)
        self.batches = Batches(look, bridge, library, self)
        self._packages: Sequence[Package] = ()
        self._package: Package | None = None
        self._state = RestoreState()
        self._work = {"picture": ("", 0.0), "batch": ("", 0.0)}  # for the status bar
        self._empty = EmptyView(look, "restore")
        self._arrange()
        self._connect()
        self._show_picture()

    def _arrange(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.canvas)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.banner)
        column.addLayout(middle, 1)

    def _connect(self) -> None:
        session, wishes = self.session, self.wishes
        session.read.connect(wishes.open)
        session.picture_changed.connect(self._show_picture)
        session.working.connect(partial(self._on_working, "picture"))
        self.batches.working.connect(partial(self._on_working, "batch"))
        session.failed.connect(self._on_failed)
        session.whole.connect(self._overlay)
        session.said.connect(self.say)
        self._empty.acted.connect(self._on_empty_action)
        self.choice.chosen.connect(self.open_files)
        self.choice.said.connect(self.say)
        self.saver.said.connect(self.say)
        self.saver.asked.connect(self._on_asked)
        wishes.wished.connect(self.wished)
        self._connect_controls()
        self._connect_panel()
        canvas = self.canvas
        canvas.view_changed.connect(self._on_view)
        canvas.zoom_changed.connect(self.controls.show_zoom)
        canvas.mode_changed.connect(self.controls.show_mode)
        canvas.stroke_drawn.connect(wishes.add_stroke)
        canvas.dropped.connect(self._on_dropped)
        canvas.pasted.connect(self.choice.take_image)

    def _connect_controls(self) -> None:
        controls, canvas = self.controls, self.canvas
        controls.task_chosen.connect(self.choose_task)
        controls.package_chosen.connect(self.package_wished)
        controls.mode_chosen.connect(canvas.set_mode)
        controls.lens_toggled.connect(canvas.set_lens)
        self.shown.preview_shown.connect(controls.show_preview)
        controls.one_to_one_wished.connect(canvas.one_to_one)
        controls.fit_wished.connect(canvas.fit)
        controls.open_wished.connect(self.ask_open)
        controls.save_wished.connect(self.save)
        controls.batch_wished.connect(self.ask_batch)

    def _connect_panel(self) -> None:
        strength, brush, wishes = self.panel.strength, self.panel.brush, self.wishes
        strength.strength_dragged.connect(wishes.set_strength)
        strength.detail_dragged.connect(wishes.set_detail)
        strength.settled.connect(self.settled)
        brush.tool_changed.connect(self._on_tool)
        brush.grown.connect(wishes.grow_mask)
        brush.settled.connect(self.settled)
        brush.invert_wished.connect(wishes.invert_mask)
        brush.clear_wished.connect(wishes.clear_painted)
        self.trust.noise_came.connect(strength.show_noise)
        self.trust.said.connect(self.say)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_models(self, packages: Sequence[Package]) -> None:
        """All that restore pictures."""
        self._packages = self.wishes.packages = packages

    def show_project(self, project: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: that of the picture, None where it is not here."""
        was_mask = self.wishes.is_mask
        self._package, self._state = package, project.restore
        self.wishes.state, self.wishes.package = project.restore, package
        self.session.show(project.restore, package)
        self.shown.show_state(as_used(project.restore, package))
        self.panel.strength.show_state(project.restore, has_detail=not self.wishes.is_mask)
        self.panel.brush.show_task(is_mask=self.wishes.is_mask)
        self.panel.brush.show_state(project.restore)
        self.trust.show_package(package)
        self._show_fitting_view(was_mask)
        self._show_models()
        self._show_empty()
        self._on_tool()

    def _show_fitting_view(self, was_mask: bool) -> None:
        """Filling in begins with the brush, and is seen at once where one paints: a line would be in the way."""
        is_mask = self.wishes.is_mask
        if is_mask == was_mask:
            return
        self.panel.brush.choose("brush" if is_mask else "hand")
        if self.canvas.mode in ("wipe", "after"):
            self.canvas.set_mode("after" if is_mask else "wipe")

    def _show_models(self) -> None:
        missing = self._state.package if self._package is None else ""
        picture = self.session.picture
        self.controls.show_models(self._packages, self._package, missing, picture.shape if picture else None)

    @Slot()
    def _show_picture(self) -> None:
        """Another one is open, or none."""
        picture = self.session.picture
        had_focus = self._empty.button.hasFocus() or self.canvas.hasFocus()
        self._stack.setCurrentWidget(self.canvas if picture is not None else self._empty)
        self.panel.setEnabled(picture is not None)
        self.controls.show_picture(picture.photo.name if picture is not None else "")
        self.shown.show_picture()
        self._show_models()
        self._show_empty()
        if picture is not None:
            self.banner.dismiss()
            if self.canvas.zoom < 1:
                self.canvas.one_to_one()
            for note in picture.photo.notes:
                self.banner.say(note)
        if had_focus:
            self.first_focus.setFocus()

    def _show_empty(self) -> None:
        if self.session.picture is None:
            self._empty.say(*(EMPTY if self._packages else NO_MODEL))

    @Slot()
    def _overlay(self) -> None:
        """What is painted is shown while there is something in the hand to paint with; once it is filled in, the
        result is shown instead, but to an eraser."""
        tool, state = self.panel.brush.tool, self._state
        kind: OverlayKind = "mask" if self.wishes.is_mask else "local"
        mask = MaskOverlay(state.mask, state.inverted, state.grow)
        painted = mask if self.wishes.is_mask else LocalOverlay(state.local)
        is_filled = self.wishes.is_mask and self.session.is_whole
        shown = self.wishes.has_painted and (tool == "eraser" or (tool == "brush" and not is_filled))
        self.canvas.set_overlay(painted if shown else None, kind=kind)

    # -- pictures --------------------------------------------------------------------------------------------------

    @Slot()
    def ask_open(self) -> None:
        self.choice.ask(self)

    @Slot(object)
    def open_files(self, paths: Sequence[Path]) -> None:
        """One picture is opened; several, and folders, are for a batch."""
        if len(paths) == 1 and not paths[0].is_dir():
            self.session.open(paths[0])
        else:
            self._offer_batch(paths)

    @Slot()
    def ask_batch(self) -> None:
        self._offer_batch(())

    def _offer_batch(self, paths: Sequence[Path]) -> None:
        self.batches.offer(paths, self._packages, self._package, self._state)

    @Slot()
    def paste(self) -> None:
        path, image = incoming.from_clipboard()
        if path:
            self.open_files([Path(path)])
        elif image is not None:
            self.choice.take_image(image)
        else:
            self.banner.say("There is no picture on the clipboard.", tone="warn")

    @Slot(str)
    def _on_dropped(self, name: str) -> None:
        self._take([Path(name)])

    def _take(self, paths: list[Path]) -> None:
        """What was dropped: a model package is not for this room."""
        if len(paths) == 1 and (paths[0].suffix.lower() == ".zip" or (paths[0] / "manifest.json").is_file()):
            self.file_dropped.emit(str(paths[0]))
        else:
            self.open_files(paths)

    # -- wishes ----------------------------------------------------------------------------------------------------

    @Slot(str)
    def choose_task(self, task: Task) -> None:
        """The model of a task that suits the picture most."""
        if self._package is not None and task_of(self._package) == task:
            return
        picture = self.session.picture
        package = best(task, self._packages, picture.shape if picture else None)
        if package is not None:
            self.package_wished.emit(package.name)
        else:
            self._show_models()

    @Slot()
    def save(self) -> None:
        self.saver.ask(self)

    @Slot()
    def cancel(self) -> None:
        """Stop what the status bar tells of."""
        if not self._work["picture"][0]:
            self.batches.cancel()
            return
        self.session.cancel()
        if self.session.jobs.is_stopped:
            self.banner.say("Stopped. What is there stays.", action="Go on", act=self.session.go_on)

    def leave(self) -> None:
        """The window closes: end what runs."""
        self.batches.close()
        self.saver.close()
        self.trust.close()
        self._analysis.close()
        self.session.leave()

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_empty_action(self) -> None:
        if self._packages:
            self.ask_open()
        else:
            self.import_wished.emit()

    @Slot(object)
    def _on_view(self, view: View) -> None:
        self.shown.look(view)

    @Slot()
    def _on_tool(self) -> None:
        brush = self.panel.brush
        self.canvas.set_tool(brush.tool, radius=brush.radius, amount=brush.painted_amount)
        self._overlay()

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        if isinstance(error, Cancelled):
            self.banner.say("Stopped. What is there stays.", action="Go on", act=self.session.go_on)
        else:
            self.banner.say(error.message, tone="error", action="Try again", act=self.session.go_on)

    def _on_working(self, what: str, words: str, share: float) -> None:
        self._work[what] = words, share
        shown = next((work for work in self._work.values() if work[0]), ("", 0.0))
        self.working.emit(*shown)

    @Slot(str, str, object)
    def _on_asked(self, sentence: str, action: str, act: Callable[[], None]) -> None:
        self.banner.say(sentence, tone="warn", action=action, act=act)

    @Slot(str, str)
    def say(self, sentence: str, tone: str = "plain") -> None:
        self.banner.say(sentence, tone=tone)  # type: ignore[arg-type]

    @Slot(str)
    def say_mishap(self, sentence: str) -> None:
        """The engine ended: what it left undone is asked for again, up to a point."""
        stopped = self.session.jobs.is_stopped
        act = self.session.go_on if stopped else None
        self.banner.say(sentence, tone="warn", action="Try again" if stopped else "", act=act)

    @property
    def first_focus(self) -> QWidget:
        return self.canvas if self.session.picture is not None else self._empty.button

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == HOLD_KEY and not event.isAutoRepeat():
            self.canvas.hold_original(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == HOLD_KEY and not event.isAutoRepeat():
            self.canvas.hold_original(False)
        else:
            super().keyReleaseEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.canvas.hold_original(False)
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if incoming.brings_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if found := incoming.dropped_files(event):
            self._take(found)
