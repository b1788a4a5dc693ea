"""What decides how icons look: a panel that follows the selection, and its wishes as steps of the project."""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Slot

from desktop_app.studio.icon_state import IconState
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.picture.icon_drawing import Field
from desktop_app.ui.sample.icon_look_dialog import IconLookDialog, open_beside
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.desk import Desk


class IconLookCommands(QObject):
    def __init__(self, room: SampleRoom, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look, self._room, self._desk = room.drawing.look, room, desk
        self._dialog: IconLookDialog | None = None
        button = IconButton(self._look, "palette", "Look", keys="C", show_text=True)
        button.setToolTip("Colours, palette and outline of icons  (C)")
        button.clicked.connect(self.open)
        room.controls.prompt.extras.addWidget(button)
        desk.changed.connect(self._show)
        room.selection_changed.connect(self._show)
        room.pictures_changed.connect(self._show)

    def slots(self) -> dict[str, Callable[[], None]]:
        return {"icon-look": self.open}

    @property
    def _has_icons(self) -> bool:
        package = self._desk.package
        return package is not None and package.manifest.icons is not None

    @Slot()
    def open(self) -> None:
        if not self._has_icons:
            return
        if self._dialog is None:
            self._dialog = IconLookDialog(self._look, self._room.window())
            self._dialog.changed.connect(self._on_changed)
            self._dialog.settled.connect(self._desk.settle)
            self._dialog.undo_wished.connect(self._desk.undo)
            self._dialog.redo_wished.connect(self._desk.redo)
        open_beside(self._dialog)
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._dialog is None or not self._dialog.isVisible():
            return
        if not self._has_icons:
            self._dialog.hide()
        else:
            self._dialog.show_icons(self._desk.state.icons, self._field())

    def _field(self) -> Field | None:
        """Of the icon that is selected; the sheet asks for it, and says when it is known."""
        tile = self._room.focus_tile()
        if tile is None or not self._room.drawing.draws(tile.key):
            return None
        return self._room.drawing.field(tile.key)

    @Slot(object, str, str)
    def _on_changed(self, icons: IconState, label: str, coalesce: str) -> None:
        state = msgspec.structs.replace(self._desk.state, icons=icons)
        self._desk.change(label, state, coalesce=f"icons {coalesce}" if coalesce else "")
