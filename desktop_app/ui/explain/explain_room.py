"""The Explain workspace: a picture with the map of why over it, and beside it what the classifier says.

It shows what it is given and tells what is wished for, as a whole new state; the window decides.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio import evidence_colours, explaining
from desktop_app.studio.evidence import Answer
from desktop_app.studio.explaining import ExplainState, Subject, asked_label
from desktop_app.studio.project import ProjectState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.explain import explain_view as view
from desktop_app.ui.explain.crop_dialog import CropDialog
from desktop_app.ui.explain.evidence_canvas import EvidenceCanvas
from desktop_app.ui.explain.explain_controls import ExplainControls
from desktop_app.ui.explain.explain_jobs import ExplainJobs, TrialKey
from desktop_app.ui.explain.explain_panel import ExplainPanel
from desktop_app.ui.explain.explain_saver import ExplainSaver
from desktop_app.ui.explain.explain_view import Question
from desktop_app.ui.explain.explain_wishes import ExplainWishes
from desktop_app.ui.explain.explanation_card import Card, card_of
from desktop_app.ui.explain.picture_intake import PictureIntake
from desktop_app.ui.explain.subject_row import SubjectRow, Thumb
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture import incoming
from desktop_app.ui.picture.no_designs import NoDesigns
from desktop_app.ui.picture.pixels import to_image

HOLD_KEY = Qt.Key.Key_Backslash
EMPTY = (
    "Why does it say so?",
    "Send a design here from Sample or Blend with Y, or drop any picture. A classifier says what it sees, and marks "
    "what in the picture speaks for it.",
    "Open pictures…",
)
NO_MODEL = (
    "No model tells classes apart yet",
    "Import a classifier: it says what a picture shows, and why. It stays on this machine.",
    "Import a model…",
)


class ExplainRoom(QWidget, NoDesigns):
    wished = Signal(object, str, str)  # ExplainState, what the step is called, what it runs together with
    settled = Signal()  # the hand has let go
    selection_changed = Signal()
    pictures_changed = Signal()
    import_wished = Signal()
    file_dropped = Signal(str)  # a model package

    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAcceptDrops(True)
        self._look = look
        self.banner = Banner(look)
        self.controls = ExplainControls(look)
        self.canvas = EvidenceCanvas(look)
        self.row = SubjectRow(look)
        self.panel = ExplainPanel(look)
        self.jobs = ExplainJobs(bridge, self)
        self.wishes = ExplainWishes(self)
        self.intake = PictureIntake(self)
        self.saver = ExplainSaver(look, self.intake.errands, self)
        self.crop_dialog: CropDialog | None = None
        self._package: Package | None = None
        self._has_models = False
        self._state = ExplainState()
        self._asked: Question | None = None
        self._empty = EmptyView(look, "explain")
        self._arrange()
        self._connect()
        self._show()

    def _arrange(self) -> None:
        seen = QWidget()
        left = QVBoxLayout(seen)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.canvas, 1)
        left.addWidget(self.row)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(seen)
        self._seen = seen
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
        wishes, controls, panel = self.wishes, self.controls, self.panel
        wishes.wished.connect(self.wished)
        self._empty.acted.connect(self._on_empty_action)
        controls.shown_chosen.connect(wishes.show_map)
        controls.opacity_dragged.connect(wishes.drag_opacity)
        controls.settled.connect(self.settled)
        controls.open_wished.connect(self.ask_open)
        controls.copy_wished.connect(self.copy)
        controls.save_wished.connect(self.save)
        panel.label_chosen.connect(wishes.ask_about)
        panel.order_changed.connect(self._show)
        panel.crop_wished.connect(self.choose_part)
        panel.remove_wished.connect(wishes.remove)
        self.row.chosen.connect(wishes.go_to)
        self.row.stepped.connect(wishes.step)
        self.jobs.changed.connect(self._show)
        self.jobs.failed.connect(self._on_failed)
        self.intake.chosen.connect(self.take_files)
        self.intake.arrived.connect(wishes.add)
        self.intake.said.connect(self.say)
        self.saver.said.connect(self.say)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_project(self, project: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: the classifier, None where it is not here. by_hash: the generators."""
        self._package, self._state = package, project.explain
        self.wishes.state, self.wishes.package = project.explain, package
        self.intake.generators = tuple(by_hash.values())
        self._show()

    def show_models(self, packages: Sequence[Package]) -> None:
        """All that tell classes apart."""
        self._has_models = bool(packages)
        self._show_empty()

    @property
    def subject(self) -> Subject | None:
        """The picture in view."""
        return explaining.current(self._state)

    @Slot()
    def _show(self) -> None:
        subject, package = self.subject, self._package
        had_focus = self._empty.button.hasFocus() or self.canvas.hasFocus()
        is_seen = subject is not None and package is not None
        self._stack.setCurrentWidget(self._seen if is_seen else self._empty)
        self.panel.show_body(is_seen)
        self._asked = None
        if subject is not None and package is not None and self.isVisible():
            self._ask(package, subject)
        if subject is not None and package is not None:
            self._show_subject(package, subject)
        else:
            self.controls.show_state(self._state.shown, self._state.opacity, "", can_save=False)
            self._show_empty()
        if had_focus:
            self.first_focus.setFocus()

    def _ask(self, package: Package, subject: Subject) -> None:
        self.jobs.want(package, subject)
        self.jobs.want_row(package, self._state.subjects)

    def _show_subject(self, package: Package, subject: Subject) -> None:
        answer = self.jobs.answer(package, subject)
        classes, size = package.manifest.classes, subject.shape[:2]
        if answer is not None:
            self._asked = view.question(self._state, answer, classes, size)
        pixels = explaining.pixels_of(subject)
        scene = view.scene_of(pixels, self._asked, self._state, self.jobs.share)
        self.canvas.show_scene(scene, view.words_at(self._asked))
        label = view.label_of(self._state, answer, len(classes))
        self.panel.show_classes(classes, answer.probabilities if answer else None, subject, label)
        self.panel.show_trial(*self._trial_words(package, subject))
        can_crop = self.intake.original(subject) is not None
        self.panel.show_subject(subject, can_crop=can_crop, crop_help=_CROP if can_crop else _NO_CROP)
        self.controls.show_state(self._state.shown, self._state.opacity, subject.name, can_save=answer is not None)
        self._show_row(package)

    def _trial_words(self, package: Package, subject: Subject) -> tuple[str, str]:
        """What trying the maps showed; asks for what is not known yet, one after the other."""
        asked = self._asked
        if asked is None or not asked.evidence:
            return "", ""
        keys = [
            TrialKey((package.sha256, subject.pixels), e.kind, asked.label, asked.speaks_for) for e in asked.evidence
        ]
        trials = [self.jobs.trial(key) for key in keys]
        for key, trial, evidence in zip(keys, trials, asked.evidence, strict=True):
            if trial is None and evidence.mark is not None and self.isVisible():
                self.jobs.want_trial(package, subject, key, evidence.mark)
                break
        return asked.title, view.told(asked, trials)

    def _show_row(self, package: Package) -> None:
        self.row.setVisible(len(self._state.subjects) > 1)
        if len(self._state.subjects) > 1:
            self.row.show_row([self._thumb(package, s) for s in self._state.subjects], self._state.current)

    def _thumb(self, package: Package, subject: Subject) -> Thumb:
        image = _small(subject)
        found = self.jobs.probabilities(package, subject)
        if found is None:
            return Thumb(subject.name, image)
        top, classes = int(found.argmax()), package.manifest.classes
        asked = asked_label(subject, classes)
        return Thumb(subject.name, image, classes[top], float(found[top]), asked is not None and asked != top)

    def _show_empty(self) -> None:
        if self._has_models and self._package is None:
            text = f"The project’s classifier “{self._state.package}” is not here. Choose another one, or import it."
            self._empty.say("This model is not here", text, "Import a model…")
        else:
            self._empty.say(*(EMPTY if self._has_models else NO_MODEL))

    # -- pictures --------------------------------------------------------------------------------------------------

    @Slot()
    def ask_open(self) -> None:
        if self._package is not None:
            self.intake.ask(self)
        else:
            self.import_wished.emit()

    @Slot(object)
    def take_files(self, paths: Sequence[Path]) -> None:
        """Pictures, or a model package."""
        first = paths[0]
        if len(paths) == 1 and (first.suffix.lower() == ".zip" or (first / "manifest.json").is_file()):
            self.file_dropped.emit(str(first))
        elif self._package is None:
            self.say("Without a classifier there is nothing to explain. Import one first.", "warn")
        else:
            self.intake.take_files(paths, self._package)

    @Slot()
    def paste(self) -> None:
        path, image = incoming.from_clipboard()
        if path:
            self.take_files([Path(path)])
        elif image is not None and self._package is not None:
            self.intake.take_image(image, self._package)
        else:
            self.say("There is no picture on the clipboard.", "warn")

    @Slot()
    def choose_part(self) -> None:
        subject, package = self.subject, self._package
        own = self.intake.original(subject) if subject is not None else None
        if own is None or package is None or package.manifest.picture is None:
            return
        self.crop_dialog = CropDialog(self._look, own, package.manifest.picture, self.intake.errands, self)
        self.crop_dialog.accepted_part.connect(self.wishes.replace)
        self.crop_dialog.finished.connect(self._on_crop_closed)
        self.crop_dialog.open()

    @Slot()
    def _on_crop_closed(self) -> None:
        if self.crop_dialog is not None:
            self.crop_dialog.deleteLater()
            self.crop_dialog = None

    # -- taken away ------------------------------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        subject, package, card = self.subject, self._package, self._card()
        if subject is None or package is None or card is None or self._asked is None:
            return
        from desktop_app.studio import explain_recipe  # it brings Pillow, which is slow to import

        answer = self.jobs.answer(package, subject)
        assert answer is not None
        shown = self._state.shown
        recipe = explain_recipe.make_explain_recipe(package, subject, answer.probabilities, self._asked.label, shown)
        self.saver.ask(self, card, recipe, explain_recipe.file_name(subject, self._asked.name, shown))

    @Slot()
    def copy(self) -> None:
        card = self._card()
        if card is not None:
            self.saver.copy(card)

    def _card(self) -> Card | None:
        """All that is seen, where the classifier has answered."""
        subject, package, asked = self.subject, self._package, self._asked
        answer: Answer | None = self.jobs.answer(package, subject) if subject and package else None
        if subject is None or package is None or asked is None or answer is None:
            return None
        scene = view.scene_of(explaining.pixels_of(subject), asked, self._state, self.jobs.share)
        told = self._trial_words(package, subject)[1]
        return card_of(scene, subject, package.manifest, answer.probabilities, asked.label, told)

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_empty_action(self) -> None:
        if self._has_models and self._package is not None:
            self.ask_open()
        else:
            self.import_wished.emit()

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        words = "Stopped. What is there stays." if isinstance(error, Cancelled) else error.message
        tone = "plain" if isinstance(error, Cancelled) else "error"
        self.banner.say(words, tone=tone, action="Try again", act=self.retry)  # type: ignore[arg-type]

    @Slot()
    def retry(self) -> None:
        self.jobs.retry()
        self._show()

    @Slot(str, str)
    def say(self, sentence: str, tone: str = "plain") -> None:
        self.banner.say(sentence, tone=tone)  # type: ignore[arg-type]

    @Slot(str)
    def say_mishap(self, sentence: str) -> None:
        """The engine ended: what it left undone can be asked for again."""
        self.banner.say(sentence, tone="warn", action="Try again", act=self.retry)

    @Slot()
    def toggle_order(self) -> None:
        self.panel.order.toggle()

    @property
    def first_focus(self) -> QWidget:
        return self.canvas if self._stack.currentWidget() is self._seen else self._empty.button

    def leave(self) -> None:
        """The window closes: end what runs."""
        if self.crop_dialog is not None:
            self.crop_dialog.reject()
        self.intake.close()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        if event.key() == HOLD_KEY and not event.isAutoRepeat():
            self.canvas.hold_original(True)
        elif 0 <= digit <= 9 and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.wishes.ask_about(digit)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == HOLD_KEY and not event.isAutoRepeat():
            self.canvas.hold_original(False)
        else:
            super().keyReleaseEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        self.canvas.hold_original(False)
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if incoming.brings_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if found := incoming.dropped_files(event):
            self.take_files(found)


@lru_cache(maxsize=2 * explaining.MAX_SUBJECTS)
def _small(subject: Subject) -> QImage:
    return to_image(evidence_colours.as_rgb(explaining.pixels_of(subject)))


_CROP = "Choose which part of the picture is judged  (C)"
_NO_CROP = "The original is not at hand any more: open the file again to choose another part of it."
