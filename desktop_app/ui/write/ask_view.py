"""Ask: a task, a question, the text or design that it is about, and below them the answer as it streams in."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.text_requests import Complete
from desktop_app.studio import ask
from desktop_app.studio.ask import TITLES, Answer, AskState
from desktop_app.studio.ask_prompts import answer_of, ask_request, digest, thing_words
from desktop_app.studio.project import Take
from desktop_app.studio.writers import LARGER_COMMAND, answers
from desktop_app.studio.writing import WriteState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import announce
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile import class_name
from desktop_app.ui.write.ask_answer import AskAnswer
from desktop_app.ui.write.ask_form import AskForm
from desktop_app.ui.write.ask_wishes import AskWishes
from desktop_app.ui.write.desk_scene import ENDED
from desktop_app.ui.write.draft_view import DraftView
from desktop_app.ui.write.take_menu import take_words

SLOT = "ask"
CANNOT = (
    "This model goes on from texts",
    "“{}” was not taught to answer. SmolLM2 was: “{}” fetches it once, in one or two minutes, and it then stays on "
    "this machine. Choose it in the list of models.",
    "Copy the command",
)
NOTHING = (
    "Ask a small model",
    "It runs on this machine alone. It is quick with short texts and small tasks; what it says of facts may be wrong.",
)


class AskView(DraftView):
    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, SLOT, parent)
        self._asked: tuple[Complete, AskState] | None = None  # what is being answered
        self.selected_text: Callable[[], str] = str  # of the page; the room says where from
        self.wishes = AskWishes(self)
        self.form = AskForm(look)
        self.answer = AskAnswer(look)
        self._nothing = EmptyView(look, "help")
        self._cannot = EmptyView(look, "help")
        self._arrange()
        self._connect()
        self._show()

    def _arrange(self) -> None:
        self._below = QStackedWidget()
        self._below.addWidget(self.answer)
        self._below.addWidget(self._nothing)
        self._nothing.say(*NOTHING)
        self._can = QWidget()
        column = QVBoxLayout(self._can)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form)
        column.addWidget(self._below, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._can)
        self._stack.addWidget(self._cannot)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _connect(self) -> None:
        wishes, form, answer = self.wishes, self.form, self.answer
        wishes.changed.connect(self.changed)
        form.task_chosen.connect(wishes.set_task)
        form.question_typed.connect(wishes.set_question)
        form.document_typed.connect(wishes.set_document)
        form.page_taken.connect(self._take_page)
        form.selection_taken.connect(self._take_selection)
        form.document_cleared.connect(lambda: wishes.take_document("", "Empty the text"))
        form.design_wished.connect(self.choose_design)
        form.go_wished.connect(self.go)
        form.stop_wished.connect(self.stop)
        answer.copy_wished.connect(self.copy)
        answer.page_wished.connect(self.put_into_page)
        answer.title_wished.connect(self.choose_title)
        self.job.grew.connect(self._show_answer)
        self.job.ended.connect(self._on_ended)
        self._cannot.acted.connect(self._copy_command)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_state(
        self, write: WriteState, package: Package | None, takes: tuple[Take, ...], by_hash: Mapping[str, Package]
    ) -> None:
        is_other = self._take_in(write, package, takes, by_hash)
        self.wishes.write = write
        if is_other:
            self.stop()
        self._show()

    @Slot()
    def _show(self) -> None:
        can = self._package is not None and answers(self._package)
        self._stack.setCurrentWidget(self._can if can else self._cannot)
        title = self._package.manifest.title if self._package is not None else self._write.package
        self._cannot.say(CANNOT[0], CANNOT[1].format(title, LARGER_COMMAND), CANNOT[2])
        take = self._take
        words = take_words(take, self._by_hash.get(take.sha256)) if take is not None else ""
        if take is None and self._write.ask.design is not None:
            words = "The design that was chosen is not starred any more."
        self.form.show_ask(self._write.ask, words, has_page=bool(self._write.page.text.strip()))
        self.form.take_selection.setVisible(bool(self.selected_text().strip()))
        self._show_answer()

    @Slot()
    def _show_answer(self) -> None:
        missing = self._missing()
        self.form.show_going(self.job.told, is_busy=self.is_busy, missing=missing)
        kept = self._write.ask.answer
        answer = self._answer_now() if self.is_busy else kept
        self._below.setCurrentWidget(self.answer if answer is not None else self._nothing)
        if answer is not None:
            names = ask.listed(answer.text) if answer.task == "names" and not self.is_busy else ()
            cut = ask.cut_words(answer.cut)
            cut += f" It begins with “{answer.unread}…”" if answer.unread else ""
            self.answer.show_answer(answer.text, names, self._head(answer), cut, is_live=self.is_busy)

    def _head(self, answer: Answer) -> str:
        """Of what task it is, and what it was asked with."""
        words = [TITLES[answer.task], f"seed {answer.seed}"]
        if self._package is not None and answer.sha256 != self._package.sha256:
            words.append(answer.package)
        words += [ENDED[answer.why]] if not self.is_busy and answer.why in ENDED else []
        return "  ·  ".join(words)

    def _missing(self) -> str:
        if self._write.ask.task == "names" and self._take is None:
            return ask.missing(AskState("names"))
        return ask.missing(self._write.ask)

    # -- asking ----------------------------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        return self._asked is not None

    @property
    def _take(self) -> Take | None:
        """The starred design to find names for."""
        wanted = self._write.ask.sha256, self._write.ask.design
        return next((take for take in self._takes if (take.sha256, take.design) == wanted), None)

    @Slot()
    def go(self) -> None:
        if self._package is None or not answers(self._package):
            return
        missing = self._missing()
        if missing:
            self.said.emit(missing, "warn")
            return
        self.stop()
        state = self._write.ask
        request = ask_request(self._package, state, self._write.options, thing=self._thing())
        self._asked = request, state
        self.job.start(request)
        self.busy_changed.emit(True)
        self._show_answer()

    def _thing(self) -> str:
        """The design in words, as the model gets them."""
        take = self._take
        if take is None:
            return ""
        package = self._by_hash.get(take.sha256)
        title = package.manifest.title if package is not None else take.package
        return thing_words(class_name(package, take.design.label), title)

    def _answer_now(self) -> Answer:
        assert self._asked is not None
        request, state = self._asked
        draft, began = self.job.drafts[0], self.job.began
        cut = began.cut if began is not None else 0
        return Answer(
            answer_of(state.task, draft.text),
            draft.why or "stopped",
            state.task,
            self._package.name if self._package is not None else "",
            request.package.sha256,
            request.seed,
            digest(request),
            cut,
            ask.unread(state.document, cut),
        )

    @Slot(object)
    def _on_ended(self, error: StudioError | None) -> None:
        answer = self._answer_now() if self._asked is not None else None
        self._asked = None
        if answer is not None and answer.text:
            self.wishes.set_answer(answer)
        self._tell_failure(error)
        if error is None and answer is not None and not answer.text:
            self.said.emit("The model had nothing to say. Ask again: another seed may bring another answer.", "warn")
        self.busy_changed.emit(False)
        self._show_answer()
        announce(self, answer.text if answer is not None else "")

    # -- the text and the design -----------------------------------------------------------------------------------

    @Slot()
    def _take_page(self) -> None:
        self.wishes.take_document(self._write.page.text, "Take the page’s text")

    @Slot()
    def _take_selection(self) -> None:
        self.wishes.take_document(self.selected_text(), "Take the selection")

    @Slot()
    def choose_design(self) -> None:
        self._ask_which_take(self.wishes.set_design, self.form.design)

    # -- what becomes of an answer ---------------------------------------------------------------------------------

    @Slot(str)
    def copy(self, text: str) -> None:
        self._copy(text)

    @Slot(str)
    def put_into_page(self, text: str) -> None:
        self.wishes.put_into_page(text)
        self.said.emit("It stands in the page, at the cursor.", "plain")

    @Slot(str, QWidget)
    def choose_title(self, text: str, button: QWidget) -> None:
        """A name goes to the design that it was sought for; for another text a menu asks which."""
        take, title = self._take, ask.as_title(text)
        if self._write.ask.task == "names" and take is not None:
            self.title_wished.emit(title, take)
        else:
            self._ask_which_take(lambda chosen: self.title_wished.emit(title, chosen), button)

    @Slot()
    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(LARGER_COMMAND)
        self.said.emit(f"“{LARGER_COMMAND}” is on the clipboard. Run it where Maquette is installed.", "plain")

    # -- for the room ----------------------------------------------------------------------------------------------

    @property
    def first_focus(self) -> QWidget:
        return self.form.question if self._stack.currentWidget() is self._can else self._cannot.button
