"""The bar above the picture: what is done to it and by which model, how it is compared, and where it goes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.labels import ElidedLabel, label, rule
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.restore.restore_models import TASKS, Shape, models_for, task_of, why_not
from desktop_app.ui.restore.words import NAMES

MODES = ("wipe", "side", "after", "difference", "removed", "invented")
MODE_WORDS = {
    "wipe": ("Wipe", "Before and after on either side of a line that you can drag and turn  (W)"),
    "side": ("Side by side", "The same place, before and after  (M for the next)"),
    "after": ("Result", "The result alone; hold \\ to see the original"),
    "difference": ("Difference", "Where before and after differ, eight times as strong"),
    "removed": ("Removed", "What was taken away, around middle grey. It should look like noise and like nothing else"),
    "invented": ("Invented", "Where the result holds detail that the picture gives no reason for"),
}
NARROW = 720  # pixels


class RestoreControls(QWidget):
    task_chosen = Signal(str)
    package_chosen = Signal(str)
    mode_chosen = Signal(str)
    lens_toggled = Signal(bool)
    one_to_one_wished = Signal()
    fit_wished = Signal()
    open_wished = Signal()
    save_wished = Signal()
    batch_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._shown: tuple[object, ...] = ()
        self._make_tasks()
        self._make_modes()
        self._make_buttons(look)
        self._arrange()

    def _make_tasks(self) -> None:
        self._tasks = QButtonGroup(self)
        for number, task in enumerate(TASKS):
            self._tasks.addButton(chip(NAMES[task], role="segment"), number)
        self._tasks.idClicked.connect(self._on_task)
        self._models = QComboBox()
        self._models.setAccessibleName("Model")
        self._models.setMinimumContentsLength(10)
        self._models.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._models.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._models.setMaximumWidth(260)
        self._models.activated.connect(self._on_model)

    def _make_modes(self) -> None:
        self._modes = QButtonGroup(self)
        for number, mode in enumerate(MODES):
            button = chip(MODE_WORDS[mode][0], role="segment")
            button.setToolTip(MODE_WORDS[mode][1])
            self._modes.addButton(button, number)
        self._modes.button(0).setChecked(True)
        self._modes.idClicked.connect(self._on_mode)

    def _make_buttons(self, look: Look) -> None:
        self.open = IconButton(look, "open", "Open a picture…", keys="Ctrl+O")
        self.batch = IconButton(look, "batch", "Restore many pictures…", keys="Ctrl+Shift+B")
        self.save = IconButton(look, "save", "Save", show_text=True)
        self.save.setToolTip("Save the result as a picture  (Ctrl+S)")
        self.lens = IconButton(look, "lens", "Lens", keys="L")
        self.lens.setCheckable(True)
        self.one_to_one = IconButton(look, "one-to-one", "One to one", keys="1")
        self.fit = IconButton(look, "fit", "Fit the window", keys="F")
        self._zoom = label("", role="soft")
        self._zoom.setMinimumWidth(self._zoom.fontMetrics().horizontalAdvance("1600 %") + 4)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._preview = label("Preview", role="soft")
        self._preview.setToolTip("Made of a smaller copy, until all of the picture is done.")
        self._preview.hide()
        self._name = ElidedLabel(middle=True)
        self._name.setProperty("role", "soft")
        for button, signal in (
            (self.open, self.open_wished),
            (self.batch, self.batch_wished),
            (self.save, self.save_wished),
            (self.one_to_one, self.one_to_one_wished),
            (self.fit, self.fit_wished),
        ):
            button.clicked.connect(signal)
        self.lens.toggled.connect(self.lens_toggled)

    def _arrange(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(SPACE_2)
        first.addLayout(_joined(self._tasks))
        first.addWidget(self._models, 2)
        first.addSpacing(SPACE_1)
        first.addWidget(self._name, 3)
        for button in (self.open, self.batch, self.save):
            first.addWidget(button)
        self._second = QWidget()
        second = QHBoxLayout(self._second)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(SPACE_1)
        second.addLayout(_joined(self._modes))
        second.addStretch(1)
        for widget in (self._preview, self._zoom, self.fit, self.one_to_one, rule(vertical=True), self.lens):
            second.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_3)
        column.addLayout(first)
        column.addWidget(self._second)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < NARROW
        self._zoom.setVisible(not is_narrow)
        self._modes.button(MODES.index("side")).setText("Beside" if is_narrow else MODE_WORDS["side"][0])

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_models(
        self, packages: Sequence[Package], current: Package | None, missing: str, shape: Shape | None
    ) -> None:
        """missing: the name of the chosen model where it is not here. shape: of the picture that is open."""
        shown = tuple(packages), current, missing, shape
        if shown == self._shown:
            return
        self._shown = shown
        task = task_of(current) if current is not None else None
        for number, name in enumerate(TASKS):
            button, has_any = self._tasks.button(number), bool(models_for(name, packages))
            button.setEnabled(has_any)
            button.setToolTip("" if has_any else "No model for this is here. Import one that can do it.")
            button.setChecked(name == task)
        self._models.clear()  # another choice, another list
        self._models.setPlaceholderText(f"“{missing}” is not here" if missing else "No model")
        for package in models_for(task, packages) if task else packages:
            self._add_model(package, why_not(package, shape))
        self._models.setCurrentIndex(self._models.findData(current.name) if current is not None else -1)
        self._models.setToolTip(current.manifest.summary if current is not None else "")
        self._models.setEnabled(bool(packages))

    def _add_model(self, package: Package, why: str) -> None:
        self._models.addItem(package.manifest.title, package.name)
        at = self._models.count() - 1
        self._models.setItemData(at, why or package.manifest.summary, Qt.ItemDataRole.ToolTipRole)
        rows = self._models.model()
        if why and isinstance(rows, QStandardItemModel):
            rows.item(at).setEnabled(False)

    def show_picture(self, name: str) -> None:
        """The name of the open picture; empty where there is none."""
        self._name.setText(name)
        self._second.setVisible(bool(name))
        self.save.setEnabled(bool(name))

    def show_mode(self, mode: str) -> None:
        if mode in MODES:
            self._modes.button(MODES.index(mode)).setChecked(True)

    def show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{100 * zoom:.0f} %")

    def show_preview(self, is_reduced: bool) -> None:
        """Whether what is shown was made of a smaller copy."""
        self._preview.setVisible(is_reduced)

    def step_mode(self, by: int) -> None:
        number = (self._modes.checkedId() + by) % len(MODES)
        self._modes.button(number).setChecked(True)
        self.mode_chosen.emit(MODES[number])

    @Slot(int)
    def _on_task(self, number: int) -> None:
        self.task_chosen.emit(TASKS[number])

    @Slot(int)
    def _on_model(self, _index: int) -> None:
        self.package_chosen.emit(self._models.currentData())

    @Slot(int)
    def _on_mode(self, number: int) -> None:
        self.mode_chosen.emit(MODES[number])


def _joined(group: QButtonGroup) -> QHBoxLayout:
    """Buttons side by side as one switch."""
    row = QHBoxLayout()
    row.setSpacing(0)
    buttons = group.buttons()
    for number, button in enumerate(buttons):
        place = "first" if number == 0 else "last" if number == len(buttons) - 1 else "middle"
        button.setProperty("place", place)
        row.addWidget(button)
    return row
