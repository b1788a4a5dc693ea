"""A room to write in, with a project under it, on a fake engine: what the window does with Write and no more."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.engine.packages import Package
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.project import Project, ProjectState
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writing import WriteState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.write.write_room import WriteRoom
from tests.fakes import FakeEngine, FakeHost, write_writer
from tests.ui.conftest import wait_for

CTRL = Qt.KeyboardModifier.ControlModifier


class Table:
    """The room, and a project that takes its steps."""

    def __init__(self, folder: Path, look: Look, package: Package | None, engine: FakeEngine | None = None) -> None:
        self.host = FakeHost(engine)
        self.engine = self.host.engine
        self.queue = JobQueue(self.host)
        self.bridge = QueueBridge()
        self.bridge.attach(self.queue)
        self.project = Project(folder / "project.maquette", ProjectState(SheetState("", 0)))
        self.package = package
        self.room = WriteRoom(look, self.bridge)
        self.room.changed.connect(self._on_changed)
        self.room.settled.connect(self.project.end_coalescing)
        self.room.resize(1240, 820)
        self.show()

    @property
    def page(self):  # type: ignore[no-untyped-def]
        return self.project.state.write.page

    @property
    def view(self):  # type: ignore[no-untyped-def]
        return self.room.page

    @property
    def editor(self):  # type: ignore[no-untyped-def]
        return self.room.page.editor

    @property
    def asked(self) -> list:  # type: ignore[type-arg]
        return self.engine.served

    def show(self) -> None:
        self.room.show_project(self.project.state, self.package, {})

    def _on_changed(self, write: WriteState, label: str, coalesce: str) -> None:
        self.project.change(label, msgspec.structs.replace(self.project.state, write=write), coalesce=coalesce)
        self.show()

    def undo(self) -> None:
        self.project.undo()
        self.show()

    def redo(self) -> None:
        self.project.redo()
        self.show()

    def set(self, **options: object) -> None:
        """Options of writing, without a step."""
        state = self.project.state
        write = msgspec.structs.replace(state.write, options=msgspec.structs.replace(state.write.options, **options))
        self.project.state = msgspec.structs.replace(state, write=write)
        self.show()

    def type(self, text: str) -> None:
        """Letter by letter; what is on no key comes as from an input method."""
        for letter in text:
            if letter.isascii():
                QTest.keyClick(self.editor, letter)
            else:
                event = QInputMethodEvent()
                event.setCommitString(letter)
                QApplication.sendEvent(self.editor, event)

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.editor, key, held)

    def write_on(self) -> None:
        """Ask for a prediction and wait until it is there."""
        self.key(Qt.Key.Key_Return, CTRL)
        self.wait()

    def wait(self) -> None:
        wait_for(lambda: not self.view.is_busy)

    def close(self) -> None:
        self.room.leave()
        self.bridge.close()
        self.queue.shutdown()
        self.room.close()
        self.room.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def make_table(qapp: QApplication, tmp_path: Path, look: Look) -> Iterator[Callable[..., Table]]:
    made: list[Table] = []

    def make(engine: FakeEngine | None = None, *, bare: bool = False, **about: object) -> Table:
        package = None if bare else write_writer(tmp_path / "models", **about)  # type: ignore[arg-type]
        table = Table(tmp_path, look, package, engine)
        made.append(table)
        table.set(ghost=False)
        table.room.show()
        table.editor.setFocus()
        return table

    yield make
    for table in made:
        table.close()


@pytest.fixture
def table(make_table: Callable[..., Table]) -> Table:
    return make_table()
