"""What happens to Write on the desk: other words, another model; and a line that becomes the title of a design."""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.packages import Package
from desktop_app.studio.project import Take
from desktop_app.studio.writing import WriteState
from desktop_app.ui.controls.labels import shortened
from desktop_app.ui.shell.desk import Desk


class WriteDesk(QObject):
    said = Signal(str, str)  # sentence, tone

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.stop: Callable[[], None] = lambda: None  # what is being written; what came is told first

    @property
    def state(self) -> WriteState:
        return self._desk.state.write

    @property
    def package(self) -> Package | None:
        """The writer; while none was chosen, the first one. None where it is not here."""
        name = self.state.package
        return next((p for p in self._desk.writers if p.name == name or not name), None)

    @Slot(object, str, str)
    def change(self, write: WriteState, label: str, coalesce: str = "") -> None:
        self._desk.change(label, msgspec.structs.replace(self._desk.state, write=write), coalesce=coalesce)

    @Slot(str)
    def choose_package(self, name: str) -> None:
        """Another model for the same text; a kind of text that it does not know is none."""
        package = next((package for package in self._desk.writers if package.name == name), None)
        if package is None or package.manifest.text is None or name == self.state.package:
            return
        self.stop()
        kinds = {kind.name for kind in package.manifest.text.kinds}
        kind = self.state.kind if self.state.kind in kinds else ""
        self.change(msgspec.structs.replace(self.state, package=name, kind=kind), package.manifest.title)

    @Slot(str, object)
    def set_title(self, text: str, take: Take) -> None:
        """A line as the title of a starred design, as one step."""
        state = self._desk.state
        takes = tuple(msgspec.structs.replace(own, title=text) if _is_same(own, take) else own for own in state.takes)
        if not any(_is_same(own, take) for own in state.takes):
            self.said.emit("This design is no longer starred, so it has no title. Star it again first.", "warn")
            return
        self._desk.change("Title", msgspec.structs.replace(state, takes=takes))
        self.said.emit(f"“{shortened(text)}” is now the title of a design: see it under the takes of Sample.", "plain")


def _is_same(one: Take, other: Take) -> bool:
    """Also where it has another title by now."""
    return (one.sha256, one.design) == (other.sha256, other.design)
