"""Docks, actions and wiring. What a wish means is said in desk.py; how a thing looks, in its own file."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from desktop_app.engine.requests import Device
from desktop_app.studio.jobs import QueueState
from desktop_app.studio.project import ProjectState
from desktop_app.ui.blend.blend_room import BlendRoom
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.opening_size import open_at
from desktop_app.ui.explain.explain_room import ExplainRoom
from desktop_app.ui.look.icons import app_icon
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile import take_keys, titled
from desktop_app.ui.restore.restore_room import RestoreRoom
from desktop_app.ui.sample.exporting import Exporter
from desktop_app.ui.sample.icon_copy import IconCopier
from desktop_app.ui.sample.icon_exporting import IconExporter
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.actions import enable_for, enable_icons, fill_menus, make_actions, show_steps
from desktop_app.ui.shell.blend_desk import Offer
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.file_commands import FileCommands
from desktop_app.ui.shell.importer import Importer
from desktop_app.ui.shell.inspector_panel import InspectorPanel
from desktop_app.ui.shell.job_bar import JobBar
from desktop_app.ui.shell.library_panel import LibraryPanel
from desktop_app.ui.shell.model_cards import ModelCards
from desktop_app.ui.shell.model_choice import ModelChoice
from desktop_app.ui.shell.room_commands import RoomCommands
from desktop_app.ui.shell.side_panels import ROOM_FOR_ONE, SidePanels
from desktop_app.ui.shell.window_dialogs import WindowDialogs
from desktop_app.ui.shell.workspace_bar import WorkspaceBar
from desktop_app.ui.shell.workspaces import BLEND, EXPLAIN, ORDER, RESTORE, SAMPLE, WRITE, Workspaces, changed_elsewhere
from desktop_app.ui.write.write_room import WriteRoom

SAVE_EVERY_MS = 1000


class MainWindow(QMainWindow):
    shown = Signal()  # once

    def __init__(self, look: Look, bridge: QueueBridge, desk: Desk, importer: Importer) -> None:
        super().__init__()
        self.setWindowTitle("Maquette")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(720, 560)
        open_at(self, 1440, 900)
        self._look, self._bridge, self.desk = look, bridge, desk
        self._device: Device | None = None
        self._was_shown = False
        self.side = WorkspaceBar(look)
        self.library = LibraryPanel(look)
        self.room = SampleRoom(look, bridge, desk.settings.number("tile_cache_mb") * 2**20)
        self.blend = BlendRoom(look, bridge, self.room.store)
        self.restore = RestoreRoom(look, bridge, desk.library)
        self.write, self.explain = WriteRoom(look, bridge), ExplainRoom(look, bridge)
        rooms = self.room, self.blend, self.restore, self.write, self.explain
        self.rooms = Workspaces(*rooms)
        for number, name in enumerate(ORDER, 1):
            self.side.add(name, name.capitalize(), f"Ctrl+{number}")
        self.inspector = InspectorPanel(look)
        self.jobs = JobBar(look)
        exporter, copier = Exporter(bridge, self.room.store), IconCopier(bridge, self.room.closer, self)
        icons = IconExporter(bridge, self.room.closer, self)
        self.files = FileCommands(self, self.rooms, desk, exporter, importer, copier, icons)
        self.commands = RoomCommands(self.rooms, *rooms, desk, bridge)
        self.models = ModelChoice(self.rooms, desk, self.commands)
        self.cards = ModelCards(self, look, bridge, desk, self.library, self.models, importer)
        self._dialogs = WindowDialogs(self, look, desk, self.room.store.set_budget)
        self._panels = SidePanels(self.library, self.inspector)
        self._arrange()
        self.actions_by_id = make_actions(self, self._slots())
        fill_menus(self.menuBar(), self.actions_by_id)
        enable_for(self.actions_by_id, self.rooms.name)
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
        for widget, stretch in ((self.side, 0), (self.library, 0), (self.rooms, 1), (self.inspector, 0)):
            row.addWidget(widget, stretch)
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.jobs)
        self.setCentralWidget(home)

    def _slots(self) -> dict[str, Callable[[], object]]:
        shared: dict[str, Callable[[], object]] = {
            "import": self.files.ask_import,
            "models": self.cards.show_current,
            "open-recipe": self.files.ask_recipe,
            "export": self.files.ask_export,
            "settings": self._dialogs.show_settings,
            "quit": self.close,
            "undo": self.desk.undo,
            "redo": self.desk.redo,
            "copy": self.files.copy_picture,
            "copy-recipe": self.inspector.copy_recipe,
            "star": self.rooms.star,
            "reject": self.rooms.reject,
            **{f"go-{name}": partial(self.rooms.go_to, name) for name in ORDER},
            "crisp": self.rooms.toggle_crisp,
            "library": self._panels.toggle_first,
            "inspector": self._panels.toggle_last,
            "theme": self._look.toggle,
            "shortcuts": self._dialogs.show_shortcuts,
        }
        return self.commands.slots(shared)

    def _connect(self) -> None:
        desk, bridge, rooms, files = self.desk, self._bridge, self.rooms, self.files
        desk.changed.connect(self._show_project)
        desk.library_changed.connect(self._show_library)
        desk.walked.connect(self._on_walked)
        desk.said.connect(rooms.say)
        files.said.connect(rooms.say)
        files.package_imported.connect(self.models.choose)
        files.card_wished.connect(self.cards.show)
        files.recipe_opened.connect(self.commands.sample.show_opened)
        files.blend_opened.connect(self._on_blend_picture)
        bridge.state_changed.connect(self._on_queue)
        self.room.controls.crisp_toggled.connect(self._on_crisp)
        self.room.drag_wished.connect(files.drag)
        self.room.drawing.changed.connect(self.blend.show_icons_anew)
        for room in (self.room, self.blend, self.restore, self.write, self.explain):
            room.selection_changed.connect(self._show_tile)
            room.pictures_changed.connect(self._show_picture)
            room.import_wished.connect(files.ask_import)
            room.file_dropped.connect(files.open_file)
        for source in (*self.commands.offering, files):
            source.offered.connect(self._on_offer)
        rooms.changed.connect(self._on_workspace)
        self.side.chosen.connect(rooms.go_to_number)
        self.library.chosen.connect(self.models.choose)
        self.library.import_wished.connect(files.ask_import)
        self.cards.import_wished.connect(files.ask_import)
        self.inspector.star_wished.connect(rooms.star)
        self.inspector.variations_wished.connect(self.commands.sample.vary)
        self.inspector.explain_wished.connect(self.commands.explain.explain)
        self.inspector.copy_wished.connect(files.copy_picture)
        self.inspector.export_wished.connect(files.ask_export)
        for panel in (self.inspector, self.library):
            panel.copied.connect(rooms.say)
        self.side.theme_button.clicked.connect(self._look.toggle)
        self.side.settings_button.clicked.connect(self._dialogs.show_settings)
        self.side.help_button.clicked.connect(self._dialogs.show_shortcuts)
        self.jobs.noticed.connect(rooms.say_mishap)
        bridge.failure_told.connect(rooms.say_mishap)
        self.jobs.cancel_wished.connect(bridge.cancel)
        self.jobs.force_stop_wished.connect(bridge.force_stop)
        self.restore.working.connect(self.jobs.show_work)
        self.jobs.work_cancel_wished.connect(self.restore.cancel)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @Slot()
    def _show_library(self) -> None:
        models = self.models
        self.room.drawing.set_packages(package.sha256 for package in self.desk.packages if package.manifest.icons)
        self.library.show_library(models.packages, self.desk.problems, models.name, offer=models.offer)
        self._show_project()

    @Slot()
    def _show_project(self) -> None:
        """The room in view alone: the other one is shown the project when it is gone to."""
        desk, project = self.desk, self.desk.project
        package = self.models.package
        self.library.show_current(self.models.name)
        self.jobs.show_package(package)
        self.restore.show_models(desk.restorers)
        self.write.show_models(desk.writers)
        self.explain.show_models(desk.classifiers)
        self.rooms.room.show_project(desk.state, package, desk.by_hash)
        show_steps(self.actions_by_id, project.undo_label, project.redo_label)
        enable_icons(self.actions_by_id, self.rooms.name == SAMPLE and self.commands.prompt.has_icons)
        self.actions_by_id["back"].setEnabled(self.rooms.name == SAMPLE and desk.sheet.base is not None)

    @Slot()
    def _show_tile(self) -> None:
        room, state = self.rooms.room, self.desk.state
        tile = room.focus_tile()
        tile = titled(tile, state.takes) if tile is not None else None
        starred = tile is not None and tile.key in take_keys(state.takes)
        likeness = self.room.closer.likeness(tile.key) if tile is not None else None
        self.inspector.show_tile(tile, len(room.selected_tiles()), self._device, starred=starred, likeness=likeness)
        self._show_picture()

    @Slot()
    def _show_picture(self) -> None:
        room = self.rooms.room
        tile = room.focus_tile()
        pixels = room.pixels_of(tile) if tile else None
        if tile is not None and self.room.drawing.draws(tile.key):
            pixels = self.room.store.shown(tile.key)
        self.inspector.show_picture(pixels)

    @Slot(object)
    def _on_offer(self, offer: Offer) -> None:
        self.rooms.room.banner.say(offer.sentence, tone=offer.tone, action=offer.action, act=offer.act)  # type: ignore[arg-type]

    # -- commands --------------------------------------------------------------------------------------------------

    @Slot()
    def save_if_changed(self) -> None:
        failure = self.desk.project.save_if_changed()
        if failure:
            self.rooms.say(failure, "error")

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_workspace(self) -> None:
        name = self.rooms.name
        self.side.show_current(ORDER.index(name))
        enable_for(self.actions_by_id, name)
        self.inspector.show_preview(name != BLEND)
        own = {RESTORE: self.restore.panel, WRITE: self.write.panel, EXPLAIN: self.explain.panel}.get(name)
        needed = name in (RESTORE, EXPLAIN)  # it holds what the room is for
        self._panels.exchange_last(own or self.inspector, need=0 if needed else ROOM_FOR_ONE)
        self._panels.fit(self.width(), wide_room=name == BLEND)
        self._show_library()

    @Slot(object)
    def _on_queue(self, state: QueueState) -> None:
        self.jobs.show_queue(state)
        if state.device != self._device:
            self._device = self.files.device = state.device
            self.blend.show_device(state.device)
            self._show_tile()

    @Slot(bool)
    def _on_crisp(self, crisp: bool) -> None:
        self.inspector.set_scaling("crisp" if crisp else "smooth")

    @Slot(str)
    def _on_blend_picture(self, name: str) -> None:
        self.rooms.go_to(BLEND)
        self.commands.blend.open_picture(name)

    @Slot(str, object)
    def _on_walked(self, words: str, before: ProjectState) -> None:
        """A step that changed nothing in view is told, with a way to where it did."""
        elsewhere = changed_elsewhere(self.rooms.name, before, self.desk.state)
        if elsewhere:
            name = elsewhere.capitalize()
            go = partial(self.rooms.go_to, elsewhere)
            self._on_offer(Offer(f"{words[:-1]}, in {name}.", action=f"Go to {name}", act=go))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._panels.fit(self.width(), wide_room=self.rooms.name == BLEND)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(0, self, self.shown.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._save_timer.stop()
        self.blend.leave()
        self.restore.leave()
        self.write.leave()
        self.explain.leave()
        self.commands.breeding.close()
        self.files.close()
        self.cards.close()
        self._bridge.close()
        super().closeEvent(event)
