"""Docks, actions and wiring. What a wish means is said in desk.py; how a thing looks, in its own file."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.requests import Device
from desktop_app.studio.jobs import QueueState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.icons import app_icon
from desktop_app.ui.look.theme import Look
from desktop_app.ui.sample.exporting import Exporter
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.sample.tiles import take_keys
from desktop_app.ui.shell.actions import fill_menus, make_actions
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.file_commands import FileCommands
from desktop_app.ui.shell.importer import Importer
from desktop_app.ui.shell.inspector_panel import InspectorPanel
from desktop_app.ui.shell.job_bar import JobBar
from desktop_app.ui.shell.library_panel import LibraryPanel
from desktop_app.ui.shell.settings_dialog import SettingsDialog
from desktop_app.ui.shell.shortcuts_dialog import ShortcutsDialog
from desktop_app.ui.shell.side_panels import SidePanels
from desktop_app.ui.shell.workspace_bar import WorkspaceBar

SAVE_EVERY_MS = 1000


class MainWindow(QMainWindow):
    shown = Signal()  # once

    def __init__(self, look: Look, bridge: QueueBridge, desk: Desk, importer: Importer) -> None:
        super().__init__()
        self.setWindowTitle("Maquette")
        self.setWindowIcon(app_icon())
        self.resize(1440, 900)
        self.setMinimumSize(720, 560)
        self._look, self._bridge, self.desk = look, bridge, desk
        self._device: Device | None = None
        self._was_shown = False
        self.side = WorkspaceBar(look)
        self.library = LibraryPanel(look)
        self.room = SampleRoom(look, bridge, desk.settings.number("tile_cache_mb") * 2**20)
        self.inspector = InspectorPanel(look)
        self.jobs = JobBar(look)
        self.files = FileCommands(self, self.room, desk, Exporter(bridge, self.room.store), importer)
        self._rooms = QStackedWidget()
        self._rooms.addWidget(self.room)
        self.side.add("sample", "Sample")
        self._panels = SidePanels(self.library, self.inspector)
        self._arrange()
        self.actions_by_id = make_actions(self, self._slots())
        fill_menus(self.menuBar(), self.actions_by_id)
        self._connect()
        self._save_timer = QTimer(self)
        self._save_timer.setInterval(SAVE_EVERY_MS)
        self._save_timer.timeout.connect(self.save_if_changed)
        self._save_timer.start()
        self._show_library()
        self._show_project()
        self.room.show_view(desk.state.tile_px, desk.state.first_tile)
        self.room.canvas.setFocus()

    def _arrange(self) -> None:
        home = QWidget()
        home.setObjectName("panel")
        row = QHBoxLayout()
        row.setSpacing(0)
        for widget, stretch in ((self.side, 0), (self.library, 0), (self._rooms, 1), (self.inspector, 0)):
            row.addWidget(widget, stretch)
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.jobs)
        self.setCentralWidget(home)

    def _slots(self) -> dict:  # type: ignore[type-arg]
        controls = self.room.controls
        return {
            "import": self.files.ask_import,
            "open-recipe": self.files.ask_recipe,
            "export": self.files.ask_export,
            "settings": self.show_settings,
            "quit": self.close,
            "undo": self.desk.undo,
            "redo": self.desk.redo,
            "copy": self.files.copy_picture,
            "copy-recipe": self.inspector.copy_recipe,
            "select-all": self.room.canvas.select_all_visible,
            "star": self.room.star,
            "vary": self.vary,
            "back": self.go_back,
            "reroll": self.reroll,
            "open-large": self.room.open_large,
            "takes": self.toggle_takes,
            "crisp": self.toggle_crisp,
            "larger": controls.make_larger,
            "smaller": controls.make_smaller,
            "library": self._panels.toggle_first,
            "inspector": self._panels.toggle_last,
            "theme": self._look.toggle,
            "shortcuts": self.show_shortcuts,
        }

    def _connect(self) -> None:
        desk, room, controls, bridge = self.desk, self.room, self.room.controls, self._bridge
        desk.changed.connect(self._show_project)
        desk.library_changed.connect(self._show_library)
        desk.said.connect(self.say)
        self.files.said.connect(self.say)
        self.files.package_imported.connect(self._on_package)
        self.files.recipe_opened.connect(self._on_recipe_opened)
        bridge.state_changed.connect(self._on_queue)
        controls.label_chosen.connect(desk.set_label)
        controls.truncation_dragged.connect(desk.drag_truncation)
        controls.amount_dragged.connect(desk.drag_amount)
        controls.drag_settled.connect(desk.settle)
        controls.seed_typed.connect(desk.set_seed)
        controls.reroll_wished.connect(self.reroll)
        controls.back_wished.connect(self.go_back)
        controls.crisp_toggled.connect(self._on_crisp)
        room.class_key.connect(desk.set_label)
        room.selection_changed.connect(self._show_tile)
        room.pictures_changed.connect(self._show_picture)
        room.star_wished.connect(desk.toggle_star)
        room.view_changed.connect(self._on_view)
        room.import_wished.connect(self.files.ask_import)
        room.file_dropped.connect(self.files.open_file)
        room.drag_wished.connect(self.files.drag)
        self.library.chosen.connect(self._on_package)
        self.library.import_wished.connect(self.files.ask_import)
        self.inspector.star_wished.connect(room.star)
        self.inspector.variations_wished.connect(self.vary)
        self.inspector.copy_wished.connect(self.files.copy_picture)
        self.inspector.export_wished.connect(self.files.ask_export)
        self.inspector.copied.connect(self._on_copied)
        self.side.theme_button.clicked.connect(self._look.toggle)
        self.side.settings_button.clicked.connect(self.show_settings)
        self.side.help_button.clicked.connect(self.show_shortcuts)
        self.jobs.noticed.connect(room.say_mishap)
        bridge.failure_told.connect(room.say_mishap)
        self.jobs.cancel_wished.connect(bridge.cancel)
        self.jobs.force_stop_wished.connect(bridge.force_stop)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @Slot()
    def _show_library(self) -> None:
        self.library.show_library(self.desk.packages, self.desk.problems, self.desk.sheet.package)
        self._show_project()

    @Slot()
    def _show_project(self) -> None:
        desk, project = self.desk, self.desk.project
        self.library.show_current(desk.sheet.package)
        self.jobs.show_package(desk.package)
        self.room.show_project(desk.state, desk.package, desk.by_hash)
        for name, words, step in (("undo", "Undo", project.undo_label), ("redo", "Redo", project.redo_label)):
            action = self.actions_by_id[name]
            action.setText(f"{words} {step[:1].lower()}{step[1:]}" if step else words)
            action.setEnabled(bool(step))
        self.actions_by_id["back"].setEnabled(desk.sheet.base is not None)

    @Slot()
    def _show_tile(self) -> None:
        tile = self.room.focus_tile()
        starred = tile is not None and tile.key in take_keys(self.desk.state.takes)
        self.inspector.show_tile(tile, len(self.room.canvas.selection), self._device, starred=starred)
        self._show_picture()

    @Slot()
    def _show_picture(self) -> None:
        tile = self.room.focus_tile()
        self.inspector.show_picture(self.room.pixels_of(tile) if tile else None)

    @Slot(str, str)
    def say(self, sentence: str, tone: str = "plain") -> None:
        self.room.banner.say(sentence, tone=tone)  # type: ignore[arg-type]

    # -- commands --------------------------------------------------------------------------------------------------

    @Slot()
    def vary(self) -> None:
        tile = self.room.focus_tile()
        if tile is not None and tile.package is not None:
            self._show_sheet()
            self.desk.vary(tile)
            self.room.show_design_at(0)

    def _show_sheet(self) -> None:
        self.room.close_large()
        self.room.show_takes(False)

    @Slot()
    def reroll(self) -> None:
        self.room.show_takes(False)
        self.desk.reroll()

    @Slot()
    def go_back(self) -> None:
        self._show_sheet()
        base = self.desk.sheet.base
        self.desk.back()
        if base is not None:
            self.room.show_design_at(base.variations[-1].index if base.variations else base.index)

    @Slot()
    def toggle_takes(self) -> None:
        self.room.show_takes(not self.room.takes_shown)

    @Slot()
    def toggle_crisp(self) -> None:
        self.room.controls.toggle_crisp()

    @Slot()
    def show_settings(self) -> None:
        dialog = SettingsDialog(self.desk.settings, self)
        dialog.changed.connect(self._on_setting)
        dialog.exec()
        dialog.deleteLater()

    @Slot()
    def show_shortcuts(self) -> None:
        dialog = ShortcutsDialog(self)
        dialog.exec()
        dialog.deleteLater()

    @Slot()
    def save_if_changed(self) -> None:
        failure = self.desk.project.save_if_changed()
        if failure:
            self.say(failure, "error")

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_queue(self, state: QueueState) -> None:
        self.jobs.show_queue(state)
        if state.device != self._device:
            self._device = self.files.device = state.device
            self._show_tile()

    @Slot(str)
    def _on_package(self, name: str) -> None:
        self._show_sheet()
        self.desk.choose_package(name)

    @Slot(bool)
    def _on_crisp(self, crisp: bool) -> None:
        self.inspector.set_scaling("crisp" if crisp else "smooth")

    @Slot(int, int)
    def _on_view(self, tile_px: int, first_tile: int) -> None:
        self.desk.project.look(tile_px=tile_px, first_tile=first_tile)

    @Slot(int)
    def _on_recipe_opened(self, index: int) -> None:
        self._show_sheet()
        self.room.show_design_at(index)

    @Slot(str)
    def _on_copied(self, sentence: str) -> None:
        self.say(sentence)

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        settings = self.desk.settings
        if key == "theme":
            self._look.apply(settings.text("theme"))
        self._look.reduced_motion = settings.switch("reduced_motion")
        self.room.store.set_budget(settings.number("tile_cache_mb") * 2**20)
        self.desk.save_settings()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._panels.fit(self.width())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(0, self, self.shown.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._save_timer.stop()
        self.files.close()
        self._bridge.close()
        super().closeEvent(event)
