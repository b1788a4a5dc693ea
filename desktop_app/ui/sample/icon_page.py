"""A page of the Sample workspace beside the sheet, for packages of icons: what the room asks of it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.engine.packages import Package
from desktop_app.studio.project import ProjectState
from desktop_app.ui.picture.tile import Tile


class IconPage(QWidget):
    """It shows what it is given and tells what is wished for; the window decides.

    `tools` stand in the bar above it, beside the switch of pages.
    """

    name = ""  # in code
    title = ""  # on the switch
    help_text = ""

    changed = Signal(object, str, str)  # a whole ProjectState, what the step is called, what it runs together with
    settled = Signal()  # the hand has let go: the next change is a step of its own
    selection_changed = Signal()
    pictures_changed = Signal()  # pixels of the focused tile may have come
    star_wished = Signal(list)  # of Tile
    drag_wished = Signal()  # what is selected goes out under the hand
    said = Signal(str, str)  # sentence, tone of a banner
    tools: QWidget | None = None

    def show_project(self, state: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        """package: that of the sheet. Called while the page is in view, and once when it comes into view."""

    def enter(self, tile: Tile | None) -> None:
        """It comes into view; tile: what was in focus where one comes from."""

    def leave(self) -> None:
        """Another page comes into view: what runs for this one alone can stop."""

    @property
    def first_focus(self) -> QWidget:
        return self

    def focus_tile(self) -> Tile | None:
        """What the inspector shows and a copy takes."""
        return None

    def selected_tiles(self) -> list[Tile]:
        """What a star, an export or the Blend pad takes."""
        tile = self.focus_tile()
        return [tile] if tile is not None else []
