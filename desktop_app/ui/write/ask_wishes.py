"""What hands in Ask wish for, as a whole new state each, with the name of the step."""

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.studio import page
from desktop_app.studio.ask import TITLES, Answer, Task
from desktop_app.studio.project import Take
from desktop_app.studio.writing import WriteState


class AskWishes(QObject):
    changed = Signal(object, str, str)  # WriteState, what the step is called, what it runs together with

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.write = WriteState()

    def set_task(self, task: Task) -> None:
        self._set(TITLES[task], "ask task", task=task)

    @Slot(str)
    def set_question(self, question: str) -> None:
        self._set("Question", "ask question", question=question)

    @Slot(str)
    def set_document(self, document: str) -> None:
        self._set("Text to ask about", "ask text", document=document)

    def take_document(self, document: str, words: str) -> None:
        """A text from elsewhere, as a step of its own."""
        self._set(words, "", document=document)

    def set_design(self, take: Take) -> None:
        self._set("Design to name", "", design=take.design, sha256=take.sha256)

    def set_answer(self, answer: Answer) -> None:
        self._set(TITLES[answer.task], "", answer=answer)

    def put_into_page(self, text: str) -> None:
        """At its cursor."""
        whole = page.edited(self.write.page, self.write.page.cursor, 0, text)
        self.changed.emit(replace(self.write, page=whole), "Put into the page", "")

    def _set(self, words: str, coalesce: str, **fields: object) -> None:
        ask = replace(self.write.ask, **fields)
        if ask != self.write.ask:
            self.changed.emit(replace(self.write, ask=ask), words, coalesce)
