"""The three desks of Write in one room: what one of them does is not undone by going to another."""

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from desktop_app.studio.ask import AskState
from desktop_app.studio.copy_desk import CopyDesk
from desktop_app.studio.page import Page
from desktop_app.studio.project import Project, ProjectState
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writing import WriteState, WritingOptions
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.write.write_room import WriteRoom
from tests.fakes import ImmediateQueue, write_writer
from tests.ui.test_accessibility import nameless, out_of_reach, still_cut, unexplained

STATE = WriteState(
    options=WritingOptions(tokens=40),
    page=Page("Hello there.", 5),
    desk=CopyDesk(brief="A lamp:"),
    ask=AskState(question="Why?"),
)
PAGE, DESK, ASK = range(3)


class Room:
    def __init__(self, look, folder) -> None:  # type: ignore[no-untyped-def]
        self.queue, self.bridge = ImmediateQueue(), QueueBridge()
        self.bridge.attach(self.queue)  # type: ignore[arg-type]
        self.package = write_writer(folder, chat=True)
        self.project = Project(folder / "p.json", ProjectState(SheetState("fake-digits", 7), write=STATE))
        self.room = WriteRoom(look, self.bridge)
        self.room.changed.connect(self._on_changed)
        self.room.show()
        self.show()

    @property
    def write(self) -> WriteState:
        return self.project.state.write

    def show(self) -> None:
        self.room.show_project(self.project.state, self.package, {})
        QCoreApplication.processEvents()

    def go_to(self, mode: int) -> None:
        self.room._modes.button(mode).click()
        QCoreApplication.processEvents()

    def _on_changed(self, write: WriteState, label: str, coalesce: str) -> None:
        self.project.change(label, replace(self.project.state, write=write), coalesce=coalesce)
        self.show()


@pytest.fixture
def made(look, tmp_path) -> Iterator[Room]:
    room = Room(look, tmp_path)
    yield room
    room.room.leave()
    room.bridge.close()
    room.room.close()
    room.room.deleteLater()


def test_what_was_put_into_the_page_is_there_when_it_comes_into_view(made):
    made.go_to(ASK)
    made.room.ask.put_into_page(" again")
    made.go_to(PAGE)
    assert made.write.page.text == "Hello again there."
    assert made.room.page.session.page.text == "Hello again there."


def test_options_set_at_the_copy_desk_leave_the_page_as_it_is(made):
    made.go_to(ASK)
    made.room.ask.put_into_page(" again")
    made.room.new_seed()
    assert made.write.page.text == "Hello again there."


def half_written(made: Room) -> None:
    made.queue.paused = True
    made.room.write_on()
    job = made.queue.waiting.pop()
    for number, update in enumerate(made.queue.engine.run(job.request)):
        job.on_update(job, update)
        if number == 12:
            break
    QCoreApplication.processEvents()


@pytest.mark.parametrize("leave", [lambda made: made.go_to(PAGE), lambda made: (made.project.undo(), made.show())])
def test_what_is_being_written_stops_when_its_desk_is_left(made, leave: Callable[[Room], object]):
    made.go_to(DESK)
    half_written(made)
    leave(made)
    assert made.write.mode == "page"
    assert not made.room.desk.is_busy
    assert len(made.write.desk.branches) == 5


@pytest.mark.parametrize("mode", [DESK, ASK])
def test_everything_on_a_desk_can_be_named_reached_and_read(made, mode):
    made.go_to(mode)
    made.room.resize(1100, 760)
    made.room.write_on()
    for _ in range(5):
        QCoreApplication.processEvents()
    view = made.room
    assert nameless(view) == []
    assert unexplained(view) == []
    assert out_of_reach(view) == []
    assert still_cut(view) == []
