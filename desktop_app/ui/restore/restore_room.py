"""The Restore workspace: a picture before and after, how it is compared, and beside it what is done to it.

It shows what it is given and tells what is wished for, as a whole new state; the window decides.
"""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Pixels
from desktop_app.studio.project import ProjectState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile import Tile


class RestoreRoom(QWidget):
    wished = Signal(object, str, str)  # RestoreState, what the step is called, what it runs together with
    settled = Signal()  # the hand has let go
    package_wished = Signal(str)
    selection_changed = Signal()
    pictures_changed = Signal()
    import_wished = Signal()
    file_dropped = Signal(str)  # a model package
    working = Signal(str, float)  # words for the status bar, empty at the end; share

    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAcceptDrops(True)
        self.banner = Banner(look)
        self.panel = QWidget()
        self._empty = EmptyView(look, "restore")
        self._empty.acted.connect(self._on_empty_action)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)

    def show_models(self, packages: Sequence[Package]) -> None:
        self._models = list(packages)

    def show_project(self, project: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        self._empty.say("Clean a picture", "Drop a noisy scan or photograph here.", "Open a picture…")

    def commands(self) -> dict[str, Callable[[], None]]:
        names = (
            "save batch paste clean enlarge fill hand brush eraser brush-smaller brush-larger invert-mask "
            "clear-painted self-test wipe next-view previous-view lens one-to-one fit zoom-in zoom-out"
        )
        return {name: self.cancel for name in names.split()}

    def shared_commands(self) -> dict[str, Callable[[], None]]:
        return {name: self.cancel for name in ("open-recipe", "export", "copy")}

    @property
    def first_focus(self) -> QWidget:
        return self._empty.button

    def focus_tile(self) -> Tile | None:
        return None

    def selected_tiles(self) -> list[Tile]:
        return []

    def pixels_of(self, tile: Tile) -> Pixels | None:
        return None

    def star(self) -> None:
        pass

    def reject(self) -> None:
        pass

    def toggle_crisp(self) -> None:
        pass

    def say_mishap(self, sentence: str) -> None:
        self.banner.say(sentence, tone="warn")

    @Slot()
    def cancel(self) -> None:
        pass

    def leave(self) -> None:
        pass

    @Slot()
    def _on_empty_action(self) -> None:
        pass
