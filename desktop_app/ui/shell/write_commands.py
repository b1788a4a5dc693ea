"""The commands of the Write workspace: what its wishes do to the desk, and texts that are opened and saved as files."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_app.engine.errors import StudioError
from desktop_app.studio.whole_file import whole_file
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.write_desk import WriteDesk
from desktop_app.ui.write.write_room import WriteRoom

Slots = dict[str, Callable[[], object]]
NAME_WORDS = 6
TEXTS = "Texts (*.txt *.md);;All files (*)"


class WriteCommands(QObject):
    def __init__(self, room: WriteRoom, desk: Desk, write: WriteDesk) -> None:
        super().__init__(room)
        self._room = room
        write.stop = room.stop
        write.said.connect(room.say)
        room.changed.connect(write.change)
        room.settled.connect(desk.settle)
        room.title_wished.connect(write.set_title)

    def slots(self) -> Slots:
        room = self._room
        return {
            "write-on": room.write_on,
            "write-again": room.reroll,
            "write-stop": room.stop,
            "alternatives": self.show_alternatives,
            "mode-page": partial(room.show_mode, "page"),
            "mode-desk": partial(room.show_mode, "desk"),
            "mode-ask": partial(room.show_mode, "ask"),
            "new-seed": room.new_seed,
            "confidence": room.toggle_colour,
            "open-text": self.ask_open,
            "save-text": self.ask_save,
        }

    @Slot()
    def show_alternatives(self) -> None:
        """Of the token before the cursor; only the page has one."""
        if self._room.write.mode == "page":
            self._room.page.show_alternatives()

    @Slot()
    def ask_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._room, "Open a text", "", TEXTS)
        if name:
            self._room.take_files([Path(name)])

    @Slot()
    def ask_save(self) -> None:
        """What is on the page, with what is being written."""
        text = self._room.write.page.text
        if not text:
            self._room.say("There is no text on the page to save.", "warn")
            return
        name, _ = QFileDialog.getSaveFileName(self._room, "Save the text", f"{file_name(text)}.txt", TEXTS)
        if name:
            self.save(Path(name), text)

    def save(self, path: Path, text: str) -> None:
        try:
            with whole_file(path) as file:
                file.write(text.encode())
        except StudioError as error:
            self._room.say(error.message, "error")
            return
        self._room.say(f"“{path.name}” is saved.", "plain")


def file_name(text: str) -> str:
    """Its first words, of letters and digits alone."""
    return " ".join(re.findall(r"\w+", text[:80])[:NAME_WORDS]) or "Text"
