"""A view of Write on its own, with a fake engine behind it and a project that takes what is wished for."""

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio.project import Project, ProjectState, Take
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writing import WriteState
from desktop_app.ui.bridge import QueueBridge
from tests.fakes import ImmediateQueue, write_package, write_writer


class Writer:
    """Shows a view what its project says, as the window does."""

    def __init__(self, view_of, look, folder: Path, write: WriteState, *, chat: bool = True) -> None:  # type: ignore[no-untyped-def]
        self.queue = ImmediateQueue()
        self.bridge = QueueBridge()
        self.bridge.attach(self.queue)  # type: ignore[arg-type]
        self.package: Package | None = write_writer(folder, chat=chat)
        drawer = write_package(folder)
        self.by_hash = {drawer.sha256: drawer}
        self.takes = (
            Take(Design(1, 2, 3), drawer.name, drawer.sha256, "2026-01-01"),
            Take(Design(1, 27, 4), drawer.name, drawer.sha256, "2026-01-02", "Quiet"),
        )
        self.project = Project(folder / "project.json", ProjectState(SheetState("fake-digits", 7), write=write))
        self.said: list[tuple[str, str]] = []
        self.titles: list[tuple[str, Take]] = []
        self.steps: list[str] = []
        self.view = view_of(look, self.bridge)
        self.view.changed.connect(self._on_changed)
        self.view.said.connect(lambda *words: self.said.append(words))
        self.view.title_wished.connect(lambda text, take: self.titles.append((text, take)))
        self.view.resize(900, 700)
        self.view.show()
        self.show()

    @property
    def write(self) -> WriteState:
        return self.project.state.write

    @property
    def engine(self):  # type: ignore[no-untyped-def]
        return self.queue.engine

    def show(self) -> None:
        self.view.show_state(self.write, self.package, self.takes, self.by_hash)

    def undo(self) -> str:
        label = self.project.undo()
        self.show()
        return label

    def redo(self) -> str:
        label = self.project.redo()
        self.show()
        return label

    def settle(self) -> None:
        """Deliver what the engine has said."""
        for _ in range(3):
            QCoreApplication.processEvents()

    def close(self) -> None:
        self.view.leave()
        self.bridge.close()
        self.view.close()
        self.view.deleteLater()

    def _on_changed(self, write: WriteState, label: str, coalesce: str) -> None:
        self.steps.append(label)
        self.project.change(label, replace(self.project.state, write=write), coalesce=coalesce)
        self.show()
