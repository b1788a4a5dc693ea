"""Many pictures at once: which, by which model, where to and under which names; then what became of each."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.batch import FIELDS, PACKAGES, TEMPLATES, Batch, BatchSettings, Item
from desktop_app.studio.restoration import RestoreState
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import CONTROL_HEIGHT, SPACE_2, SPACE_3, SPACE_4, SPACE_6
from desktop_app.ui.picture import incoming
from desktop_app.ui.restore.batch_runner import BatchRunner
from desktop_app.ui.restore.picture_choice import picture_filter
from desktop_app.ui.restore.restore_models import task_of
from desktop_app.ui.restore.words import item_words, percent

ENDINGS = (
    ("As the original", ""),
    ("PNG", ".png"),
    ("TIFF", ".tif"),
    ("JPEG", ".jpg"),
    ("WebP", ".webp"),
)
ICONS = {"done": "check", "failed": "error", "skipped": "check", "running": "play"}


class BatchDialog(QDialog):
    """Not modal: the window can be used while it works. Closing it while it works only hides it."""

    working = Signal(str, float)  # words for the status bar, empty at the end; share

    def __init__(self, look: Look, runner: BatchRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Restore many pictures")
        self.setAcceptDrops(True)
        self._look, self.runner = look, runner
        self._paths: list[Path] = []
        self._batch: Batch | None = None
        self._own_folder = False  # the folder was chosen by hand
        self._own_names = False
        self._make_fields()
        self._make_list()
        self._make_buttons()
        self._arrange()
        self._connect()
        self._show()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self._sources = ElidedLabel(middle=True)
        self._add_files, self._add_folder = push_button("Add pictures…"), push_button("Add a folder…")
        self._clear = push_button("Clear")
        self._models = QComboBox()
        self._models.setAccessibleName("Model")
        self._strength = _percent_slider("Strength", "0 % is the original, 100 % is what the model says.")
        self._strength.show_value(1.0)
        self._detail = _percent_slider("Detail", "Brings back fine texture that was taken away with the noise.")
        self._folder = QLineEdit()
        self._folder.setAccessibleName("Folder")
        self._choose = push_button("Choose…")
        self._names = QLineEdit()
        self._names.setAccessibleName("Names")
        self._names.setToolTip("Fields: " + ", ".join(f"{{{field}}}" for field in FIELDS))
        self._ending = QComboBox()
        self._ending.setAccessibleName("Format")
        for words, ending in ENDINGS:
            self._ending.addItem(words, ending)
        self._overwrite = QCheckBox("Replace files that are there already")
        self._overwrite.setAccessibleName(self._overwrite.text())
        self._overwrite.setToolTip("An original is never replaced.")

    def _make_list(self) -> None:
        self._list = QListWidget()
        self._list.setAccessibleName("Pictures")
        self._list.setObjectName("paper")
        self._list.setMinimumHeight(160)
        self._list.setIconSize(QSize(16, 16))
        self._list.setUniformItemSizes(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName("Progress of the batch")
        self._summary = label("", role="soft", wrap=True)
        self._refusal = label("", role="warn", wrap=True)

    def _make_buttons(self) -> None:
        self._retry = push_button("Retry failed")
        self._close = push_button("Close")
        self._go = push_button("Restore them", role="main")
        self._go.setMinimumWidth(self._go.fontMetrics().horizontalAdvance("Restore them") + 40)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(label("Restore many pictures", role="display"))
        self._form_home = QWidget()
        form = QFormLayout(self._form_home)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(SPACE_4)
        form.setVerticalSpacing(SPACE_2)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow(_named("Pictures"), _row(self._sources, self._add_files, self._add_folder, self._clear))
        form.addRow(_named("Model"), _row(self._models))
        form.addRow(self._strength)
        form.addRow(self._detail)
        form.addRow(_named("Folder"), _row(self._folder, self._choose))
        form.addRow(_named("Names"), _row(self._names, self._ending))
        form.addRow("", self._overwrite)
        column.addWidget(self._form_home)
        column.addWidget(self._list, 1)
        column.addWidget(self._bar)
        column.addWidget(self._summary)
        column.addWidget(self._refusal)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addWidget(self._retry)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._go)
        column.addLayout(buttons)
        self.setMinimumWidth(620)
        self.resize(680, 640)

    def _connect(self) -> None:
        self._add_files.clicked.connect(self._on_add_files)
        self._add_folder.clicked.connect(self._on_add_folder)
        self._clear.clicked.connect(self._on_clear)
        self._choose.clicked.connect(self._on_choose)
        self._folder.textEdited.connect(self._on_folder)
        self._names.textEdited.connect(self._on_names)
        for box in (self._models, self._ending):
            box.activated.connect(self._on_changed)
        for slider in (self._strength, self._detail):
            slider.settled.connect(self._on_changed)
        self._overwrite.toggled.connect(self._on_changed)
        self._go.clicked.connect(self._on_go)
        self._close.clicked.connect(self.close)
        self._retry.clicked.connect(self.runner.retry_failed)
        self.runner.changed.connect(self._on_progress)
        self.runner.ended.connect(self._on_ended)
        self.runner.failed.connect(self._refuse)

    # -- what is chosen --------------------------------------------------------------------------------------------

    def offer(
        self, paths: Sequence[Path], packages: Sequence[Package], current: Package | None, state: RestoreState
    ) -> None:
        """Open with these pictures, and the settings of the room where nothing was chosen here yet."""
        if not self.runner.is_running:
            self._fill_models(packages, current)
            self._strength.show_value(state.strength)
            self._detail.show_value(state.detail)
            if paths:
                self._paths = list(paths)
            self._on_changed()
        self.show()
        self.raise_()
        self.activateWindow()

    def add(self, paths: Sequence[Path]) -> None:
        if not self.runner.is_running:
            self._paths = list(dict.fromkeys([*self._paths, *paths]))
            self._on_changed()

    def settings(self) -> BatchSettings:
        package = self._package
        task = task_of(package) if package is not None else "denoise"
        name = package.name if package is not None else ""
        return BatchSettings(
            package="" if name == PACKAGES[task] else name,  # the task's own: for grey pictures that for grey
            strength=self._strength.value,
            detail=self._detail.value,
            template=self._names.text().strip(),
            ending=self._ending.currentData(),
            overwrite=self._overwrite.isChecked(),
            task=task,
        )

    @property
    def _package(self) -> Package | None:
        found = self._models.currentData()
        return found if isinstance(found, Package) else None

    def _fill_models(self, packages: Sequence[Package], current: Package | None) -> None:
        """What is filled in is painted, picture by picture, so models for it are not for many."""
        self._models.clear()
        for package in packages:
            if task_of(package) != "inpaint":
                self._models.addItem(package.manifest.title, package)
                if current is not None and package.name == current.name:
                    self._models.setCurrentIndex(self._models.count() - 1)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """The list as it would be made, or why it cannot be."""
        self._show_defaults()
        self._batch, refusal = None, ""
        if self._paths:
            try:
                self._batch = Batch(self._paths, Path(self._folder.text()).expanduser(), self.settings())
            except StudioError as error:
                refusal = error.message
        if self._models.count() == 0:
            refusal = "No model that restores pictures is here. Import one first."
        self._refuse(refusal)
        self._fill_list()
        self._show_buttons()

    def _show_defaults(self) -> None:
        if not self._own_names:
            self._names.setText(TEMPLATES[self.settings().task])
        if not self._own_folder and self._paths:
            first = self._paths[0]
            folder = first.parent / f"{first.name}-restored" if first.is_dir() else first.parent / "restored"
            self._folder.setText(str(folder))

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        self._refusal.setText(sentence)
        self._refusal.setVisible(bool(sentence))

    def _fill_list(self) -> None:
        items = self._batch.items if self._batch is not None else ()
        self._list.clear()
        for item in items:
            row = QListWidgetItem()
            self._list.addItem(row)
            self._show_item(row, item)
        count = len(items)
        self._sources.setText(_sources_words(self._paths, count))

    def _show_item(self, row: QListWidgetItem, item: Item) -> None:
        colours = self._look.colours
        words = item_words(item, self.runner.share)
        if row.text() == words:
            return
        row.setText(words)
        row.setToolTip("\n".join((str(item.source), f"→ {item.target}", *item.notes)))
        icon = ICONS.get(item.state, "")
        ink = {"failed": colours.error, "done": colours.good}.get(item.state, colours.ink_soft)
        row.setIcon(self._look.icon(icon or "package", ink=ink if icon else "#00000000"))

    def _show_buttons(self) -> None:
        running, batch = self.runner.is_running, self._batch
        waiting = len(batch.in_state("waiting")) if batch is not None else 0
        failed = len(batch.in_state("failed")) if batch is not None else 0
        self._form_home.setEnabled(not running)
        words = "Stop" if running else "Restore them"
        self._go.setText(words)
        self._go.setAccessibleName(words)
        self._go.setEnabled(running or bool(waiting))
        self._retry.setVisible(bool(failed) and not running)
        self._bar.setVisible(running)
        self._bar.setValue(round(1000 * self.runner.whole_share))
        self._summary.setText(self._told(running, waiting))
        self._summary.setVisible(bool(self._summary.text()))

    def _told(self, running: bool, waiting: int) -> str:
        batch = self._batch
        if running:
            return self.runner.words
        if batch is None:
            return "" if self._paths else "Drop pictures or a folder here, or add them."
        return "" if waiting == len(batch.items) else batch.report().split("\n  ")[0]

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        if not self.runner.is_running:
            self._show()

    @Slot()
    def _on_folder(self) -> None:
        self._own_folder = True
        self._on_changed()

    @Slot()
    def _on_names(self) -> None:
        self._own_names = True
        self._on_changed()

    @Slot()
    def _on_add_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add pictures", "", picture_filter())
        self.add([Path(name) for name in names])

    @Slot()
    def _on_add_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Add all pictures of a folder")
        if name:
            self.add([Path(name)])

    @Slot()
    def _on_clear(self) -> None:
        self._paths = []
        self._on_changed()

    @Slot()
    def _on_choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose the folder for the results", self._folder.text())
        if name:
            self._folder.setText(name)
            self._on_folder()

    @Slot()
    def _on_go(self) -> None:
        if self.runner.is_running:
            self.runner.cancel()
            return
        self._show()  # the disk may have changed meanwhile
        if self._batch is not None and not self._refusal.text():
            self.runner.start(self._batch)

    @Slot()
    def _on_progress(self) -> None:
        batch = self._batch
        if batch is None or batch is not self.runner.batch:
            return
        for number, item in enumerate(batch.items):
            row = self._list.item(number)
            if row is not None:
                self._show_item(row, item)
        self._show_buttons()
        if self.runner.is_running:
            self.working.emit(self.runner.words, self.runner.whole_share)

    @Slot()
    def _on_ended(self) -> None:
        self._show_buttons()
        self.working.emit("", 0.0)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.runner.is_running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add(incoming.dropped_files(event))


def _named(words: str) -> QLabel:
    made = label(words, role="soft")
    made.setFixedHeight(CONTROL_HEIGHT)
    return made


def _percent_slider(name: str, help_text: str) -> ValueSlider:
    slider = ValueSlider(name, low=0.0, high=1.0, step=0.01, help_text=help_text, width=0, words=percent)
    slider.name_label.setMinimumWidth(64)
    return slider


def _sources_words(paths: Sequence[Path], count: int) -> str:
    if not paths:
        return "None yet"
    pictures = "1 picture" if count == 1 else f"{count:,} pictures"
    return f"{pictures}, from “{paths[0].name}”" if len(paths) == 1 else pictures


def _row(*widgets: QWidget) -> QWidget:
    """The first one takes what there is."""
    home = QWidget()
    row = QHBoxLayout(home)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_2)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 0 if number else 1)
    return home
